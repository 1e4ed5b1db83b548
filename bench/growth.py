"""A province through the kit: reports of all its schools rendered, indexed and journaled; time, memory and files open.

Run: ``python bench/growth.py [--schools 2000] [--workers 2]``; prints and writes ``bench/growth.csv``, one row for each
number of schools. ``total_s`` is the whole batch, ``p50_s`` and ``p95_s`` a report's own time from the journal.
``batch_mb`` and ``batch_files`` are the memory and the open files of the batch's own process: the second value of each
is its growth from the first tenth of the reports to the last, which must stay near nothing however many there are.
``tree_mb`` is the largest sum over all processes (shared pages counted once each). ``rerun_s`` is the same command once
more with nothing changed; ``index_mb`` the size of the index, which must stay below 2 MB.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import pandas as pd
import psutil

OUT = Path(__file__).with_suffix(".csv")


def watched(words: list[str], *, every_s: float = 0.5) -> tuple[int, float, pd.DataFrame]:
    """Run a command; its exit code, its seconds, and what its processes held from moment to moment."""
    begun, seen = time.perf_counter(), []
    process = subprocess.Popen([str(word) for word in words], stdout=subprocess.DEVNULL)
    whole = psutil.Process(process.pid)
    while process.poll() is None:
        try:
            own = whole.memory_info().rss
            tree = sum(_unshared(p) for p in [whole, *whole.children(recursive=True)])
            seen.append((time.perf_counter() - begun, own / 1e6, whole.num_fds(), tree / 1e6))
        except psutil.NoSuchProcess:
            break
        time.sleep(every_s)
    code = process.wait()
    return code, time.perf_counter() - begun, pd.DataFrame(seen, columns=["at_s", "mb", "files", "tree_mb"])


def _unshared(process: psutil.Process) -> float:
    try:
        return process.memory_full_info().pss
    except (psutil.NoSuchProcess, psutil.AccessDenied, AttributeError):
        return 0.0


def flat(seen: pd.DataFrame, column: str) -> tuple[float, float]:
    """The largest value, and how much the median of the last tenth is above that of the first tenth after the start."""
    busy = seen[seen["at_s"] > 0.15 * seen["at_s"].max()]
    tenth = max(1, len(busy) // 10)
    return float(seen[column].max()), float(busy[column].tail(tenth).median() - busy[column].head(tenth).median())


def measure(schools: int, *, workers: int, folder: Path) -> dict:
    """One row."""
    area, out = folder / "area", folder / "out"
    innov = [sys.executable, "-m", "innovlib.cli"]
    subprocess.run([*innov, "example", "--schools", str(schools), "--out", str(area)], check=True, capture_output=True)
    words = [*innov, "render", "all", "--area", area, "--out", out, "--all-schools", "--workers", workers, "--quiet"]
    code, total, seen = watched(words)
    again, rerun, _ = watched(words)
    lines = [json.loads(line) for line in (out / "_journal.jsonl").read_text(encoding="utf-8").splitlines()]
    seconds = np.array([line["seconds"] for line in lines if line["status"] == "done"])
    mb, more_mb = flat(seen, "mb")
    files, more_files = flat(seen, "files")
    pages = [path for path in out.glob("*.html") if path.name != "index.html"]
    return {
        "schools": schools, "workers": workers, "exit_code": max(code, again), "reports": len(pages),
        "journaled": len(seconds), "total_s": round(total, 1), "p50_s": round(float(np.median(seconds)), 2),
        "p95_s": round(float(np.quantile(seconds, 0.95)), 2), "batch_mb": round(mb), "batch_mb_grown": round(more_mb),
        "batch_files": round(files), "batch_files_grown": round(more_files), "tree_mb": round(seen["tree_mb"].max()),
        "rerun_s": round(rerun, 1), "index_mb": round((out / "index.html").stat().st_size / 1e6, 2),
        "pages_mb": round(sum(path.stat().st_size for path in pages) / 1e6, 1), "cores": os.cpu_count(),
    }  # fmt: skip


def main() -> int:
    """Measure and write; the exit code is 1 where a report failed, a rerun took a minute or the index 2 MB."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--schools", type=int, default=2000)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--out", type=Path, default=OUT)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="bench-growth-") as folder:
        row = measure(asked.schools, workers=asked.workers, folder=Path(folder))
    table = pd.DataFrame([row]).assign(date=dt.date.today().isoformat())
    if asked.out.is_file():
        old = pd.read_csv(asked.out)
        table = pd.concat([old[old["schools"] != asked.schools], table]).sort_values("schools")
    table.to_csv(asked.out, index=False, lineterminator="\n")
    print("\n".join(f"{name:18s} {value}" for name, value in row.items()))
    return int(row["exit_code"] != 0 or row["rerun_s"] > 60 or row["index_mb"] > 2)


if __name__ == "__main__":
    sys.exit(main())
