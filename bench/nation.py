"""The national panel through the kit: 29,000 schools, ten years, all series, as Parquet; time and peak memory a step.

Run: ``python bench/nation.py [--schools 29000] [--steps make check estimate plan area] [--keep FOLDER]``; prints a
table and writes ``bench/nation.csv``. Each step is a process of its own, with all it starts: ``make`` is ``innov
example --format parquet``, ``check`` and ``estimate`` the commands of those names, ``plan`` what may stand beside what
in the release, ``area`` the area's report when the steps before it have been taken. ``peak_gb`` is the largest resident
memory of one process; the goal is 4 GB and minutes. Steps that are not named keep their rows. With ``--keep`` the area
stands in that folder and can be used again.
"""

from __future__ import annotations

import argparse
import datetime as dt
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pandas as pd

OUT = Path(__file__).with_suffix(".csv")
STEPS = ("make", "check", "estimate", "plan", "area")
MOST_GB = 4.0
_PLAN = (
    "import sys; from innovlib.area import open_area; from innovlib.release import withheld;"
    "withheld.plan(open_area(sys.argv[1]), 'public')"
)


def command(step: str, area: Path, out: Path, *, schools: int) -> list[str]:
    """The command of one step."""
    innov = [sys.executable, "-m", "innovlib.cli"]
    return [
        str(word)
        for word in {
            "make": [*innov, "example", "--schools", schools, "--no-pupils", "--format", "parquet", "--out", area],
            "check": [*innov, "check", area],
            "estimate": [*innov, "estimate", "--area", area],
            "plan": [sys.executable, "-c", _PLAN, area],
            "area": [*innov, "render", "area", "--area", area, "--out", out, "--quiet"],
        }[step]
    ]


def measured(words: list[str]) -> dict:
    """Seconds by the clock and of CPU, and the peak memory of the largest process."""
    begun = time.perf_counter()
    process = subprocess.Popen(words, stdout=subprocess.DEVNULL)
    _, status, used = os.wait4(process.pid, 0)
    code = process.returncode = os.waitstatus_to_exitcode(status)
    wall = time.perf_counter() - begun
    return {
        "exit_code": code,
        "wall_s": round(wall, 1),
        "cpu_s": round(used.ru_utime + used.ru_stime, 1),
        # In kilobytes on Linux; of the command itself or, where that is larger, of one it has waited for.
        "peak_gb": round(used.ru_maxrss / 1e6, 2),
    }


def main() -> int:
    """Measure and write; the exit code is 1 where a step failed or took more memory than it may."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--schools", type=int, default=29_000)
    parser.add_argument("--steps", nargs="+", default=list(STEPS), choices=STEPS)
    parser.add_argument("--keep", type=Path, metavar="FOLDER")
    parser.add_argument("--out", type=Path, default=OUT)
    asked, rows = parser.parse_args(), []
    with tempfile.TemporaryDirectory(prefix="bench-nation-") as folder:
        area = asked.keep or Path(folder) / "nation"
        for step in asked.steps:
            words = command(step, area, Path(folder) / "out", schools=asked.schools)
            rows.append({"schools": asked.schools, "step": step, **measured(words)})
            print({k: v for k, v in rows[-1].items() if k != "schools"}, flush=True)
    table = pd.DataFrame(rows).assign(date=dt.date.today().isoformat())
    if asked.out.is_file():
        old = pd.read_csv(asked.out)
        table = pd.concat([old[(old["schools"] != asked.schools) | ~old["step"].isin(asked.steps)], table])
    table.to_csv(asked.out, index=False, lineterminator="\n")
    return int(any(row["exit_code"] or row["peak_gb"] > MOST_GB for row in rows))


if __name__ == "__main__":
    sys.exit(main())
