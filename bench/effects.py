"""Group-time effects and randomisation against the libraries a user would run instead: time and peak memory.

Run: ``python bench/effects.py [--repeats 5] [--national]``; prints a table and writes ``bench/effects.csv``. Each
measurement is a process of its own: the data are made first, then the clock starts. ``extra_mb`` is the peak of the
resident memory above what stood before the clock started. ``ratio`` is to the bare group means of the same size, and
holds on other machines where the times do not. Libraries that are not installed are left out and named.
"""

from __future__ import annotations

import argparse
import contextlib
import datetime as dt
import io
import json
import subprocess
import sys
import threading
import time
import warnings
from pathlib import Path

import numpy as np
import pandas as pd

from innovlib.effects import averages, engine, estimate, inference, over_time, permute, simulate
from innovlib.effects.design import Design
from innovlib.effects.panel import Panel, panel

OUT = Path(__file__).with_suffix(".csv")
SIZES = {
    "area": {"n_schools": 100},
    "nation": {"n_schools": 29_000, "cohorts": ((5, 600), (6, 500), (7, 500), (8, 400))},
}
DRAWS = 999
LEAST_SECONDS = 1.0


def bare_means(data: dict) -> None:
    """The least that has to be done: for every cohort and year the mean change of pilots and of the others."""
    found = data["panel"]
    never = found.outcome[found.joined == 0]
    for cohort in found.cohorts:
        pilots, base = found.outcome[found.joined == cohort], int((found.years < cohort).sum()) - 1
        for t in range(1, len(found.years)):
            from_year = base if t > base else t - 1
            _ = (pilots[:, t] - pilots[:, from_year]).mean() - (never[:, t] - never[:, from_year]).mean()


def ours(data: dict) -> estimate.GroupTime:
    """Group-time effects with scores, simple and dynamic averages."""
    found = estimate.group_time(data["panel"])
    averages.aggregate(found, "simple")
    averages.aggregate(found, "dynamic")
    return found


def ours_draws(data: dict) -> None:
    """The same with 999 multiplier draws and a simultaneous band."""
    over_time.multiplier(ours(data).scores, draws=DRAWS, seed=1)


def ours_from_frame(data: dict) -> None:
    """The same from the tidy frame, as the libraries start."""
    ours({"panel": panel(data["frame"], data["schools"], Design(baseline="last_year"))})


def ours_from_frame_draws(data: dict) -> None:
    """From the tidy frame, with 999 multiplier draws and a simultaneous band."""
    ours_draws({"panel": panel(data["frame"], data["schools"], Design(baseline="last_year"))})


def randomisation(data: dict) -> None:
    """999 studentised permutations within size strata."""
    found = data["panel"]
    permute.forget()
    changes = estimate.changes(found)
    engine.result(changes, engine.observed(changes))
    inference.drawn_t(found, changes, permuted="schools")


def randomisation_gaps(data: dict) -> None:
    """The same where a tenth of the results is missing."""
    randomisation({"panel": data["gaps"]})


def inversion(data: dict) -> None:
    """The randomisation test with its inverted interval."""
    permute.forget()
    inference.randomisation(data["panel"], permuted="schools")


def diff_diff(data: dict, draws: int = 0) -> None:
    """diff-diff CallawaySantAnna."""
    import diff_diff as library

    library.CallawaySantAnna(control_group="never_treated", n_bootstrap=draws, seed=1).fit(
        data["long"], outcome="outcome", unit="unit", time="year_be", first_treat="first", aggregate="event_study"
    )


def diff_diff_draws(data: dict) -> None:
    """diff-diff with 999 bootstrap draws."""
    diff_diff(data, DRAWS)


def moderndid(data: dict, **more) -> None:
    """moderndid att_gt and two averages."""
    import moderndid as library

    found = library.att_gt(
        data["long"], yname="outcome", tname="year_be", idname="unit", gname="first", **({"boot": False} | more)
    )
    library.aggte(found, type="simple")
    library.aggte(found, type="dynamic")


def moderndid_draws(data: dict) -> None:
    """moderndid with 999 bootstrap draws."""
    moderndid(data, boot=True, biters=DRAWS, cband=True, random_state=1)


def csdid(data: dict, **more) -> None:
    """csdid ATTgt and two averages."""
    from csdid.att_gt import ATTgt

    found = ATTgt(yname="outcome", tname="year_be", idname="unit", gname="first", data=data["long"], **more)
    found.fit(est_method="reg", **({"bstrap": False} if not more else {}))
    found.aggte("simple")
    found.aggte("dynamic")


def csdid_draws(data: dict) -> None:
    """csdid with 999 bootstrap draws."""
    csdid(data, biters=DRAWS)


WORK = {
    f.__name__: f
    for f in (bare_means, ours, ours_from_frame, ours_draws, ours_from_frame_draws, randomisation, randomisation_gaps,
              inversion,
              diff_diff, diff_diff_draws, moderndid, moderndid_draws, csdid, csdid_draws)
}  # fmt: skip


def prepared(size: str) -> dict:
    """Frame, panel without and with gaps, and the frame as libraries want it."""
    frame, schools = simulate.area(seed=1, **SIZES[size])
    joined = schools.set_index("school_id")["joined_year_be"].fillna(0)
    held: Panel = panel(frame, schools, Design(baseline="last_year"))
    long = frame.assign(first=frame["school_id"].map(joined).astype(int), unit=frame["school_id"].str[1:].astype(int))
    gone = np.random.default_rng(1).random(len(frame)) < 0.1
    gaps = panel(frame[~gone], schools)
    return {"frame": frame, "schools": schools, "panel": held, "gaps": gaps, "long": long}


def rss_mb() -> float:
    """Resident memory of this process."""
    import psutil

    return psutil.Process().memory_info().rss / 2**20


class Peak(threading.Thread):
    """Watches the resident memory every millisecond."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self.top, self.done = rss_mb(), threading.Event()

    def run(self) -> None:
        """Watch until told to stop."""
        while not self.done.wait(0.001):
            self.top = max(self.top, rss_mb())


def measured(name: str, size: str, repeats: int) -> dict:
    """Least seconds of ``repeats`` runs, or of as many as fit into a second, and the peak memory of a first one."""
    data, work = prepared(size), WORK[name]
    before, watch = rss_mb(), Peak()
    with warnings.catch_warnings(), contextlib.redirect_stdout(io.StringIO()):
        warnings.simplefilter("ignore")
        watch.start()
        work(data)
        watch.done.set()
        watch.join()
        seconds = []
        until = time.perf_counter() + LEAST_SECONDS
        # What takes a tenth of a millisecond must run often before its least is known.
        while len(seconds) < repeats or time.perf_counter() < until:
            start = time.perf_counter()
            work(data)
            seconds.append(time.perf_counter() - start)
    return {"work": name, "size": size, "seconds": min(seconds), "extra_mb": watch.top - before}


def in_own_process(name: str, size: str, repeats: int) -> dict | None:
    """:func:`measured` in a fresh process; None where the library is not installed."""
    code = f"import json, runpy; m = runpy.run_path({__file__!r}); " + (
        f"print(json.dumps(m['measured']({name!r}, {size!r}, {repeats})))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    if done.returncode:
        print(f"{name} {size}: left out ({done.stderr.strip().splitlines()[-1]})", file=sys.stderr)
        return None
    return json.loads(done.stdout.strip().splitlines()[-1])


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--national", action="store_true", help="also 29,000 schools")
    parser.add_argument("--out", type=Path, default=OUT)
    asked = parser.parse_args()
    rows = []
    for size in ("area", "nation") if asked.national else ("area",):
        rows += [row for name in WORK if (row := in_own_process(name, size, asked.repeats))]
    table = pd.DataFrame(rows)
    bare = table[table["work"] == "bare_means"].set_index("size")["seconds"]
    table["ratio"] = table["seconds"] / table["size"].map(bare)
    table["measured_on"] = dt.date.today().isoformat()
    table.round({"seconds": 5, "extra_mb": 1, "ratio": 1}).to_csv(asked.out, index=False, lineterminator="\n")
    print(table.round({"seconds": 5, "extra_mb": 1, "ratio": 1}).to_string(index=False))


if __name__ == "__main__":
    main()
