"""Group-time effects and randomisation against the libraries a user would run instead: time and peak memory.

Run: ``python bench/effects.py [--national] [--rounds 2] [--repeats 3]``; prints a table, writes ``bench/effects.csv``,
says of each claim whether it holds, and ends with 1 if one does not. Libraries that are not installed are left out and
named; besides the pinned ones for tests, ``pip install moderndid==0.2.0 csdid differences==0.3.0 pyfixest==0.60.0``.

Each measurement is a process of its own with one thread for its algebra: on a shared machine two threads wait for each
other, ours and the libraries' alike. Libraries are imported and data made first, then the clock starts. The works take
turns in rounds, so that what else the machine does falls on all of them. ``seconds`` is the least of all runs;
``extra_mb`` the most by which a first run raised the resident memory, by the kernel's own mark (Linux; blank
elsewhere). "From the frame" is from the tidy frame of one row a school and year, where the libraries start too; what
they want otherwise of it (numbers for ids, an index) is done before the clock. "Draws" are 999 of the multiplier
bootstrap, for the group-time effects and their averages.

``ratio`` is to the bare group means of the same size in the same run (:func:`bare_means`), and holds on other machines
where times do not. The limits of the randomisation test were set in time: 4 ms at 100 schools and 2 s at 29,000, on a
machine on which bare group means took 0.3 ms and 3.6 ms. In ratios they are 4 / 0.3 = 13.3 and 2000 / 3.6 = 556, and
these are what is claimed here. They ask more than the times did wherever the bare means are quicker than those were.
"""

from __future__ import annotations

import argparse
import contextlib
import ctypes
import datetime as dt
import gc
import importlib
import io
import json
import os
import re
import subprocess
import sys
import time
import warnings
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from innovlib.effects import averages, contrasts, engine, estimate, inference, over_time, permute, simulate
from innovlib.effects.design import Design
from innovlib.effects.panel import Panel, panel

OUT = Path(__file__).with_suffix(".csv")
SIZES = {
    "area": {"n_schools": 100},
    "nation": {"n_schools": 29_000, "cohorts": ((5, 600), (6, 500), (7, 500), (8, 400))},
}
DRAWS = 999
#: In a round a work is repeated for so many seconds at least, and not again after so many.
LEAST_SECONDS, MOST_SECONDS = 1.0, 20.0
#: What each library is imported as.
LIBRARIES = {
    "diff_diff": "diff_diff", "moderndid": "moderndid", "csdid": "csdid.att_gt", "differences": "differences",
    "pyfixest": "pyfixest",
}  # fmt: skip
#: Ratio to the bare group means, at most: without draws; 999 permutations (see above).
NEAR, PERMUTED = 10.0, {"area": 4 / 0.3, "nation": 2000 / 3.6}


# --- the works ----------------------------------------------------------------------------------------------------


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
    """The same with 999 multiplier draws and a simultaneous band, of the cells and both averages."""
    found = ours(data)
    mass = contrasts.cohort_mass(found.panel)
    averaged = [contrasts.row_weights(found.cells, mass, kind)[1] for kind in ("simple", "dynamic")]
    scores = found.scores.times(np.column_stack([np.eye(len(found.cells)), *averaged]))
    over_time.multiplier(scores, draws=DRAWS, seed=1)


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


def differences(data: dict, **more) -> None:
    """differences ATTgt and two averages."""
    from differences import ATTgt

    found = ATTgt(data=data["indexed"], cohort_column="first").fit("outcome", progress_bar=False, **more)
    found.aggregate("simple", **more)
    found.aggregate("event", **more)


def differences_draws(data: dict) -> None:
    """differences with 999 bootstrap draws."""
    differences(data, boot_iterations=DRAWS, random_state=1)


def pyfixest(data: dict) -> None:
    """pyfixest's saturated event study, without covariates the same estimates, and one average."""
    import pyfixest as library

    names = {"yname": "outcome", "idname": "unit", "tname": "year_be", "gname": "first"}
    library.event_study(data=data["long"], **names, estimator="saturated").aggregate()


WORK = {
    f.__name__: f
    for f in (
        bare_means, ours, ours_from_frame, ours_draws, ours_from_frame_draws,
        randomisation, randomisation_gaps, inversion,
        diff_diff, diff_diff_draws, moderndid, moderndid_draws, csdid, csdid_draws, differences, differences_draws,
        pyfixest,
    )
}  # fmt: skip


# --- measuring ----------------------------------------------------------------------------------------------------


def prepared(size: str) -> dict:
    """Frame, panel without and with gaps, and the frame as libraries want it (ids in numbers, never = 0 or NaN)."""
    frame, schools = simulate.area(seed=1, **SIZES[size])
    joined = schools.set_index("school_id")["joined_year_be"].fillna(0)
    held: Panel = panel(frame, schools, Design(baseline="last_year"))
    long = frame.assign(first=frame["school_id"].map(joined).astype(int), unit=frame["school_id"].str[1:].astype(int))
    gone = np.random.default_rng(1).random(len(frame)) < 0.1
    gaps = panel(frame[~gone], schools)
    indexed = long.assign(first=long["first"].where(long["first"] > 0)).set_index(["unit", "year_be"])
    return {"frame": frame, "schools": schools, "panel": held, "gaps": gaps, "long": long, "indexed": indexed}


def memory_from_here() -> None:
    """Give back what is free, and set the kernel's mark of the highest memory to what now stands (Linux)."""
    gc.collect()
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).malloc_trim(0)
        Path("/proc/self/clear_refs").write_text("5")


def highest_mb() -> float:
    """Highest resident memory since :func:`memory_from_here`; NaN where the kernel does not tell."""
    status = Path("/proc/self/status")
    found = re.search(r"VmHWM:\s+(\d+) kB", status.read_text()) if status.exists() else None
    return int(found[1]) / 1024 if found else float("nan")


def measured(name: str, size: str, repeats: int) -> dict:
    """Least seconds of ``repeats`` runs, or of as many as fit into a second, and the peak memory of a first one."""
    work, library = WORK[name], LIBRARIES.get(name.removesuffix("_draws"))
    if library:
        importlib.import_module(library)
    data, seconds = prepared(size), []
    with warnings.catch_warnings(), contextlib.redirect_stdout(io.StringIO()):
        warnings.simplefilter("ignore")
        memory_from_here()
        before, begun = highest_mb(), time.perf_counter()
        work(data)
        extra = highest_mb() - before
        # What takes a tenth of a millisecond must run often before its least is known.
        while len(seconds) < repeats or time.perf_counter() - begun < LEAST_SECONDS:
            start = time.perf_counter()
            work(data)
            seconds.append(time.perf_counter() - start)
            if time.perf_counter() - begun > MOST_SECONDS:
                break
    return {"work": name, "size": size, "seconds": min(seconds), "extra_mb": extra}


def in_own_process(name: str, size: str, repeats: int) -> dict | None:
    """:func:`measured` in a fresh process; None where the library is not installed."""
    code = f"import json, runpy; m = runpy.run_path({__file__!r}); " + (
        f"print(json.dumps(m['measured']({name!r}, {size!r}, {repeats})))"
    )
    one = {f"{library}_NUM_THREADS": "1" for library in ("OMP", "OPENBLAS", "MKL")}
    done = subprocess.run(
        [sys.executable, "-c", code], env=os.environ | one, capture_output=True, text=True, check=False
    )
    if done.returncode:
        print(f"{name} {size}: left out ({done.stderr.strip().splitlines()[-1]})", file=sys.stderr)
        return None
    return json.loads(done.stdout.strip().splitlines()[-1])


def bench(sizes: tuple[str, ...], *, rounds: int, repeats: int) -> pd.DataFrame:
    """All works of all sizes in turn, ``rounds`` times: least seconds, most memory, and ratio to the bare means."""
    rows, absent = [], set()
    for size in sizes:
        for _ in range(rounds):
            for name in (name for name in WORK if (size, name) not in absent):
                row = in_own_process(name, size, repeats)
                rows += [row] if row else []
                absent |= set() if row else {(size, name)}
    table = pd.DataFrame(rows).groupby(["size", "work"], sort=False).agg({"seconds": "min", "extra_mb": "max"})
    table = table.reset_index()[["work", "size", "seconds", "extra_mb"]]
    bare = table[table["work"] == "bare_means"].set_index("size")["seconds"]
    return table.assign(ratio=table["seconds"] / table["size"].map(bare))


# --- what is claimed ----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Claim:
    """A sentence, what was measured, and the most that it may be; NaN = could not be measured here."""

    words: str
    measured: float
    most: float

    @property
    def holds(self) -> bool:
        """False only where it was measured and is too much."""
        return not self.measured > self.most

    def __str__(self) -> str:
        how = "not measured" if np.isnan(self.measured) else "holds" if self.holds else "DOES NOT HOLD"
        return f"{how}: {self.words}: {self.measured:.3g} (at most {self.most:.3g})"


def claims(table: pd.DataFrame) -> list[Claim]:
    """What is said of our speed, one claim at a time."""
    found = []
    for size in table["size"].unique():
        rows = table[table["size"] == size].set_index("work")
        for ours_, ending in (("ours_from_frame", ""), ("ours_from_frame_draws", "_draws")):
            others = rows.loc[[name + ending for name in LIBRARIES if name + ending in rows.index]]
            for column, what in (("seconds", "time"), ("extra_mb", "peak memory")):
                best = others[column].idxmin() if others[column].notna().any() else ""
                share = rows.loc[ours_, column] / others.loc[best, column] if best else float("nan")
                found.append(Claim(f"{size}: {what} of {ours_} over the least of any library ({best})", share, 1.0))
        found.append(Claim(f"{size}: time of ours over bare group means", rows.loc["ours", "ratio"], NEAR))
        for work in ("randomisation", "randomisation_gaps"):
            words = f"{size}: time of {work} ({1000 * rows.loc[work, 'seconds']:.1f} ms here) over bare group means"
            found.append(Claim(words, rows.loc[work, "ratio"], PERMUTED[size]))
    return found


def main() -> int:
    """Measure, print and write; 1 where a claim does not hold."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--national", action="store_true", help="also 29,000 schools")
    parser.add_argument("--out", type=Path, default=OUT)
    asked = parser.parse_args()
    sizes = tuple(SIZES) if asked.national else ("area",)
    table = bench(sizes, rounds=asked.rounds, repeats=asked.repeats)
    said, table = claims(table), table.round({"seconds": 5, "extra_mb": 1, "ratio": 1})
    table["measured_on"] = dt.date.today().isoformat()
    table.to_csv(asked.out, index=False, lineterminator="\n")
    print(table.to_string(index=False), *said, sep="\n")
    return int(not all(claim.holds for claim in said))


if __name__ == "__main__":
    sys.exit(main())
