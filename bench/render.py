"""Reports by every way a user might make them, on the same template, in turn in one run: time, CPU and ratios.

Run: ``python bench/render.py [--schools 13 200] [--rounds 3] [--sample 2]``; prints a table and writes
``bench/render.csv``. The ways take turns in blocks, so that what else the machine does falls on all of them; the order
turns with the rounds. A slow way makes only ``sample`` schools in a block (its cost a report does not hang on their
number; the csv says how many). ``wall_s`` and ``cpu_s`` are a report's, start-up included, medians over the rounds.

The ways: ``innov`` is ours, with HTML and the telephone's variant of each figure. ``cli`` is the shell loop of
``papermill`` and then ``nbconvert``; ``loop`` the same from one Python process; ``joblib`` that in as many processes as
we have workers; ``ploomber`` the in-process engine of ploomber-engine in a loop. ``limit`` is the template's code as
one plain function, called for each school in one warm process that has imported everything and run the shared cells.
``spread`` is what cannot be beaten without changing the report itself: that function in as many processes as we have
workers, all forked from the warm one, with no wall between one report and the next.

What is computed once for an area and kept in its folder (effects, the release plan, all schools' comparisons) is there
before any way begins, as it is on every day but the first; ``first`` is our command on the day on which nothing is kept
yet.
"""

from __future__ import annotations

import argparse
import datetime as dt
import importlib.util
import json
import os
import platform
import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from innovlib import paths
from innovlib.area import open_area, synthetic
from innovlib.area.shared import FOLDER

OUT = Path(__file__).with_suffix(".csv")
TEMPLATE = paths.NOTEBOOKS / "report-school.ipynb"
WAYS = ("innov", "limit", "spread", "cli", "loop", "joblib", "ploomber")
#: Ways of which a block makes all schools; the others make a sample.
WHOLE = ("innov", "limit", "spread")
#: papermill imports every engine that is installed, so ploomber-engine stands in a folder of its own: beside the others
#: it would slow all of them. ``pip install --no-deps --target FOLDER`` these, and give the folder as ``--ploomber``.
PLOOMBER = ("ploomber-engine", "ploomber-core", "debuglater", "posthog", "backoff", "distro", "colorama")
#: Way, how many times faster we want to be, at least; and how near to the limit.
GOALS = {"cli": 25.0, "joblib": 8.0}
NEAR, MOST_CPU_S = 1.3, 1.0


@dataclass(frozen=True)
class Task:
    """One block: these schools of this area into this folder, so many at a time."""

    area: Path
    schools: list[str]
    out: Path
    workers: int
    ploomber: Path | None = None
    pilots: bool = False

    def parameters(self, school: str) -> dict[str, str]:
        """What papermill is given for one school."""
        return {"area": str(self.area), "school_id": school, "profile": "public", "lang": "both"}


# --- the ways -----------------------------------------------------------------------------------------------------


def innov(task: Task) -> None:
    """Our command, as a user gives it."""
    words = [sys.executable, "-m", "innovlib.cli", "render", "school", "--area", task.area, "--out", task.out]
    words += ["--workers", task.workers, "--quiet"]
    # A report for every pilot is what the command makes unasked.
    _call(words if task.pilots else [*words, "--all-schools", "--only", *task.schools])


def first(task: Task) -> None:
    """The same on the day on which nothing of the area is kept yet."""
    innov(task)


def cli(task: Task) -> None:
    """What a user does with the two commands in a shell loop."""
    for school in task.schools:
        notebook = task.out / f"{school}.ipynb"
        given = [word for name, value in task.parameters(school).items() for word in ("-r", name, value)]
        _call([_script("papermill"), TEMPLATE, notebook, *given, "--no-progress-bar"])
        _call([_script("jupyter-nbconvert"), "--to", "html", "--no-input", notebook])


def loop(task: Task) -> None:
    """papermill and nbconvert from one Python process."""
    _python("papermill_one", task, "for school in schools: one(school)")


def joblib(task: Task) -> None:
    """The same in joblib's workers."""
    each = "from joblib import Parallel, delayed\nParallel(n_jobs=workers)(delayed(one)(s) for s in schools)"
    _python("papermill_one", task, each)


def ploomber(task: Task) -> None:
    """ploomber-engine, which runs a notebook in the process itself, and nbconvert."""
    _python("ploomber_one", task, "for school in schools: one(school)", PYTHONPATH=str(task.ploomber))


def limit(task: Task) -> None:
    """The template's code as a plain function in one warm process."""
    _python("plain_one", task, "spread(one, schools, 1)")


def spread(task: Task) -> None:
    """The same in processes forked from a warm one."""
    _python("plain_one", task, "spread(one, schools, workers)")


def _python(one: str, task: Task, each: str, **environment: str) -> None:
    """A Python of its own that makes ``task`` with one of the functions of ``render_ways``."""
    code = (
        f"import json, sys\nsys.path.insert(0, {str(Path(__file__).parent)!r})\nfrom functools import partial\n"
        f"from render_ways import {one}, spread\n"
        "area, out, schools, workers, template = json.loads(sys.argv[1])\n"
        f"one = partial({one}, area=area, out=out, template=template)\n{each}\n"
    )
    given = json.dumps([str(task.area), str(task.out), task.schools, task.workers, str(TEMPLATE)])
    _call([sys.executable, "-c", code, given], **environment)


def _script(name: str) -> str:
    return shutil.which(name, path=str(Path(sys.executable).parent)) or name


def _call(words: list, **environment: str) -> None:
    # Nobody's bench shall talk to anybody; and every way has one thread a process, as reports side by side should.
    one = {f"{library}_NUM_THREADS": "1" for library in ("OMP", "OPENBLAS", "MKL")}
    quiet = {"PLOOMBER_STATS_ENABLED": "false", "PYTHONWARNINGS": "ignore"} | environment
    # Compiled modules are kept, as they are on a user's machine.
    usual = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    done = subprocess.run([str(w) for w in words], env=usual | one | quiet, capture_output=True, text=True)
    if done.returncode:
        raise SystemExit(f"{words[:4]} failed:\n{done.stdout[-2000:]}\n{done.stderr[-4000:]}")


# --- measuring ----------------------------------------------------------------------------------------------------


def measured(way: str, task: Task) -> dict:
    """Seconds a report of one block, by the clock and of CPU, and how many pages it made."""
    task.out.mkdir(parents=True)
    before, begun = os.times(), time.perf_counter()
    globals()[way](task)
    wall, after = time.perf_counter() - begun, os.times()
    cpu = (after.children_user - before.children_user) + (after.children_system - before.children_system)
    pages = [page for page in task.out.glob("*.html") if page.name != "index.html"]
    if len(pages) != len(task.schools):
        raise SystemExit(f"{way} made {len(pages)} of {len(task.schools)} pages")
    n = len(task.schools)
    return {"way": way, "made": n, "wall_s": wall / n, "cpu_s": cpu / n, "page_kb": pages[0].stat().st_size / 1000}


def bench(
    area: Path, schools: list[str], *, ways: list[str], rounds: int, sample: int, workers: int, ploomber: Path | None
) -> pd.DataFrame:
    """All ways in turn, ``rounds`` times; one row a block."""
    shutil.rmtree(area / FOLDER, ignore_errors=True)
    rows = [_block("first", area, schools, turn=0, workers=workers)]
    for turn in range(rounds):
        for way in ways[turn % len(ways) :] + ways[: turn % len(ways)]:
            some = schools if way in WHOLE else [schools[(turn * sample + k) % len(schools)] for k in range(sample)]
            rows.append(_block(way, area, some, turn=turn, workers=workers, ploomber=ploomber))
    return pd.DataFrame(rows)


def _block(way: str, area: Path, schools: list[str], *, turn: int, workers: int, ploomber: Path | None = None) -> dict:
    pilots = set(open_area(area).table("schools").dropna(subset=["cohort"])["school_id"]) == set(schools)
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        task = Task(area, list(dict.fromkeys(schools)), Path(folder) / "out", workers, ploomber, pilots)
        row = {"round": turn, **measured(way, task)}
    print(f"  round {turn + 1} {way:9s} {row['wall_s']:7.2f} s wall a report", flush=True)
    return row


def summary(blocks: pd.DataFrame, *, schools: int, workers: int) -> pd.DataFrame:
    """Medians over the rounds, and how many times our time each way takes."""
    out = blocks.groupby("way", sort=False)[["made", "wall_s", "cpu_s", "page_kb"]].median().reset_index()
    ours = out.set_index("way").loc["innov"]
    out["times_ours_wall"], out["times_ours_cpu"] = out["wall_s"] / ours["wall_s"], out["cpu_s"] / ours["cpu_s"]
    # The ratio of each round by itself says how far to trust the median.
    each = blocks.pivot(index="round", columns="way", values="wall_s")
    out["times_low"] = [(each[way] / each["innov"]).min() for way in out["way"]]
    out["times_high"] = [(each[way] / each["innov"]).max() for way in out["way"]]
    return out.assign(schools=schools, workers=workers)


def said(table: pd.DataFrame) -> list[str]:
    """The goals, and what came out."""
    rows = table.set_index("way")
    lines = [
        f"{way}: {rows.loc[way, 'times_ours_wall']:.1f} times our time (goal at least {goal:g})"
        for way, goal in GOALS.items()
        if way in rows.index
    ]
    if "limit" in rows.index:
        lines.append(f"innov: {1 / rows.loc['limit', 'times_ours_wall']:.2f} times the limit (goal at most {NEAR})")
        lines.append(f"limit: {rows.loc['limit', 'cpu_s']:.2f} CPU s a report (goal at most {MOST_CPU_S})")
    if "spread" in rows.index:
        lines.append(f"innov: {1 / rows.loc['spread', 'times_ours_wall']:.2f} times the limit spread over the workers")
    return lines


def area_of(schools: int, folder: Path) -> Path:
    """The example itself for 13 schools; otherwise a synthetic area that has so many."""
    area = folder / f"area-{schools}"
    if schools <= 13:
        return Path(shutil.copytree(paths.EXAMPLE, area, ignore=shutil.ignore_patterns(FOLDER)))
    synthetic.write_example(area, n_schools=schools)
    return area


def chosen(area: Path, n: int) -> list[str]:
    """The pilots first, then the others, by id."""
    schools = open_area(area).table("schools")
    schools = schools.assign(other=schools["cohort"].isna()).sort_values(["other", "school_id"])
    return list(schools["school_id"].head(n))


def main() -> None:
    """Measure and write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--schools", type=int, nargs="+", default=[13, 200])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--sample", type=int, default=2, help="schools in a block of a slow way")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--ways", nargs="+", default=list(WAYS), choices=WAYS)
    parser.add_argument("--out", type=Path, default=OUT)
    parser.add_argument("--ploomber", type=Path, metavar="FOLDER", help="where ploomber-engine stands")
    asked = parser.parse_args()
    absent = ["joblib"] if importlib.util.find_spec("joblib") is None else []
    absent += ["ploomber"] if asked.ploomber is None else []
    ways, tables = [way for way in asked.ways if way not in absent], []
    if absent:
        print(f"left out, for they are not installed: {', '.join(absent)} (ploomber: {' '.join(PLOOMBER)})")
    with tempfile.TemporaryDirectory(prefix="bench-area-") as folder:
        for n in asked.schools:
            area = area_of(n, Path(folder))
            print(f"{n} schools, {asked.workers} at a time")
            settings = {"ways": ways, "rounds": asked.rounds, "sample": asked.sample, "workers": asked.workers}
            settings["ploomber"] = asked.ploomber
            tables.append(summary(bench(area, chosen(area, n), **settings), schools=n, workers=asked.workers))
            print("\n".join(said(tables[-1])))
    machine = {"date": dt.date.today().isoformat(), "cores": os.cpu_count(), "python": platform.python_version()}
    table = pd.concat(tables, ignore_index=True).assign(rounds=asked.rounds, **machine)
    first = ["schools", "way", "made", "wall_s", "cpu_s", "times_ours_wall", "times_low", "times_high"]
    table = table[[*first, *(c for c in table if c not in first)]]
    table.round(3).to_csv(asked.out, index=False, lineterminator="\n")
    print(table[[*first, "page_kb"]].round(2).to_string(index=False))


if __name__ == "__main__":
    main()
