"""A batch as a process of its own, to be interrupted: ``drive.py AREA OUT TEMPLATES ENGINE``."""

import sys
from pathlib import Path

from innovlib.batch import keys
from innovlib.batch.run import render

if __name__ == "__main__":
    keys.kit = dict  # the sources may be under somebody's hands between two runs
    area, out, templates, engine = sys.argv[1:]
    outcome = render(
        area, "school", out=out, templates=Path(templates), engine=engine, page="plain_page", workers=1, progress=True
    )
    sys.exit(outcome.exit_code)
