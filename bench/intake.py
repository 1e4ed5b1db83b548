"""Bad office files through intake and through plain pandas: how many come out right, how many wrong ones are loaded.

Run: ``python bench/intake.py [--samples FOLDER]``; writes ``bench/intake.csv`` (the kit's own files only). The
files are those of ``tests/intake/test_more_samples.py`` and, where a folder is named, of its ``manifest.json``. *Right*
means the decision that is asked for. Plain pandas is ``read_csv`` or ``read_excel`` with their defaults, by the file's
ending; it has no decision but to load or to raise, so all that is counted is how many of the files that must be
refused, whole or in part, it loads without a word.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import sys
import tempfile
import time
import warnings
from pathlib import Path

import pandas as pd

sys.path.insert(0, str(Path(__file__).parents[1]))

from innovlib.area import intake
from tests.intake.office_files import SCHOOLS, as_csv
from tests.intake.test_more_samples import SAMPLES

OUT = Path(__file__).with_suffix(".csv")
HEADER = ["school_id", "name_th", "subdistrict", "district", "province"]


def plain(path: Path) -> bool:
    """True where pandas loads the file as a user without a kit would."""
    read = pd.read_csv if path.suffix in (".csv", ".txt", ".tsv") else pd.read_excel
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            read(path)
    except Exception:  # noqa: BLE001 whatever it raises, it did not load
        return False
    return True


def judged(path: Path, decision: str, register: Path, options: dict) -> dict:
    """One file through both."""
    began = time.perf_counter()
    (result,) = intake.intake([path], into=None, register=register, **options)
    seconds = time.perf_counter() - began
    right, must_refuse = result.decision == decision, decision.startswith("reject")
    told = {"decision": decision, "intake": result.decision, "right": right, "must_refuse": must_refuse}
    return told | {"pandas_loads": plain(path), "seconds": seconds}


def own(folder: Path) -> list[dict]:
    """The kit's own kinds of bad files."""
    register = folder / "register.csv"
    register.write_bytes(as_csv([HEADER, *SCHOOLS]))
    rows = []
    for number, (what, sample) in enumerate(SAMPLES.items()):
        path = folder / f"{number}-{sample.name}"
        path.write_bytes(sample.data)
        rows.append({"set": "own", "file": what} | judged(path, sample.decision, register, sample.options))
    return rows


def given(samples: Path, folder: Path) -> list[dict]:
    """The files of a folder with a manifest."""
    manifest = json.loads((samples / "manifest.json").read_text(encoding="utf-8"))
    register = folder / "given.csv"
    with register.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([HEADER, *manifest["register"]])
    return [
        {"set": "samples", "file": case["file"]} | judged(samples / case["file"], case["decision"], register, {})
        for case in manifest["cases"]
    ]


def main() -> None:
    """Judge all files and print the count."""
    asked = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    asked.add_argument("--samples", type=Path, help="a folder with manifest.json")
    said = asked.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        os.environ["INNOV_KEY_FILE"] = str(folder / "pupil.key")
        rows = own(folder) + (given(said.samples, folder) if said.samples else [])
    frame = pd.DataFrame(rows)
    own_rows = frame[frame["set"] == "own"].drop(columns=["set", "seconds"])
    own_rows.to_csv(OUT, index=False, lineterminator="\n")
    for which, part in frame.groupby("set"):
        refuse = part[part["must_refuse"]]
        print(
            f"{which}: right {part['right'].sum()} of {len(part)}; of {len(refuse)} to be refused in whole or part, "
            f"plain pandas loads {refuse['pandas_loads'].sum()} without a word; slowest {part['seconds'].max():.2f} s"
        )


if __name__ == "__main__":
    main()
