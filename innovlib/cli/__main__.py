"""``python -m innovlib.cli``: the command where the script ``innov`` is not on the path."""

import sys

from innovlib.cli import main

if __name__ == "__main__":
    sys.exit(main())
