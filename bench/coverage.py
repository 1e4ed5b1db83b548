"""How often the intervals hold the truth of the synthetic area, over many areas.

Run: ``python bench/coverage.py [--seeds 500]``; writes ``bench/coverage.csv``. In every area each test × subject is
estimated as a user would; the truth is the effect that was put in, as realised in the school-years that were tested.
"""

from __future__ import annotations

import argparse
import datetime as dt
from pathlib import Path

import pandas as pd

from innovlib.area import synthetic
from innovlib.effects import inference, outcomes
from innovlib.effects.design import Design
from innovlib.effects.panel import Panel
from innovlib.errors import CannotEstimate

OUT = Path(__file__).with_suffix(".csv")


def true_effect(truth: dict, key: tuple[str, str, str], estimated: Panel, schools: pd.DataFrame) -> float:
    """Realised effect (points) of the cohorts that are in the panel, averaged over school-years."""
    cohort = schools.set_index("school_id")["cohort"].reindex(estimated.schools["school_id"]).to_numpy(float)
    there = set(cohort[estimated.treated].astype(int))
    rows = [
        r for r in truth["average"]
        if (r["test"], r["grade"], r["subject"]) == key and r["cohort"] != "all" and int(r["cohort"]) in there
    ]  # fmt: skip
    total = sum(r["n_school_years"] for r in rows)
    return sum(r["realised_points"] * r["n_school_years"] for r in rows) / total


def one_area(seed: int, *, draws: int = 199) -> pd.DataFrame:
    """Every estimate of one area with its interval, beside its truth (``true``), by series and method."""
    example = synthetic.generate(seed=seed, pupils=False)
    scores, schools = example.tables["scores"], example.tables["schools"]
    held, _ = outcomes.panels(scores, schools, design=Design(unit="points", draws=draws, seed=seed))
    rows = []
    for key, panel in held.items():
        try:
            found = {"default": inference.effect(panel), "welch": inference.welch(panel)}
        except CannotEstimate:
            continue
        true = true_effect(example.truth, key, panel, schools)
        for method, one in found.items():
            rows.append((seed, *key, method, one.estimate, one.conf_low, one.conf_high, true))
    columns = ["seed", "test", "grade", "subject", "method", "estimate", "conf_low", "conf_high", "true"]
    return pd.DataFrame(rows, columns=columns)


def summary(found: pd.DataFrame) -> pd.DataFrame:
    """Coverage by series and method, and over all: intervals, covered_pct, mean_error and median_length in points."""
    found = found.assign(
        covered=(found["conf_low"] <= found["true"]) & (found["true"] <= found["conf_high"]),
        error=found["estimate"] - found["true"], length=found["conf_high"] - found["conf_low"],
    )  # fmt: skip
    every = found.assign(test="all", grade="all", subject="all")
    groups = pd.concat([found, every]).groupby(["method", "test", "grade", "subject"], sort=True)
    out = groups.agg(intervals=("covered", "size"), covered_pct=("covered", "mean"), mean_error=("error", "mean"),
                     median_length=("length", "median"))  # fmt: skip
    return out.assign(covered_pct=100 * out["covered_pct"]).reset_index()


def main() -> None:
    """Measure coverage over many synthetic areas and write the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=500)
    parser.add_argument("--out", type=Path, default=OUT)
    asked = parser.parse_args()
    table = summary(pd.concat([one_area(seed) for seed in range(asked.seeds)]))
    table["measured_on"] = dt.date.today().isoformat()
    table.round(3).to_csv(asked.out, index=False, lineterminator="\n")
    print(table.round(2).to_string(index=False))


if __name__ == "__main__":
    main()
