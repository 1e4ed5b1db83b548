"""How often the intervals hold the truth of the synthetic area, over many areas.

Run: ``python bench/coverage.py [--seeds 500]``; writes ``bench/coverage.csv``. In every area each test × subject, and
all tests together, are estimated as a user would; the truth is the effect that was put in, as realised in the
school-years that were tested ("together": what the same averages make of the effects alone).
"""

from __future__ import annotations

import argparse
import datetime as dt
from pathlib import Path

import pandas as pd

from innovlib.area import synthetic
from innovlib.effects import inference, outcomes
from innovlib.effects.design import Design
from innovlib.effects.panel import Panel, panel
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


def together(scores: pd.DataFrame, schools: pd.DataFrame, design: Design) -> Panel:
    """All tests of an area as one outcome, as the reports have it."""
    frames = outcomes.series(scores, unit=design.unit)
    return panel(outcomes.together(frames, first_be=int(schools["joined_year_be"].min())), schools, design)


def effects_alone(truth: dict, scores: pd.DataFrame) -> pd.DataFrame:
    """The scores table with nothing in it but each school's effect: designed points × the school's multiplier."""
    key = ["test", "grade", "subject", "year_be"]
    put_in = pd.DataFrame(truth["effects"])[["cohort", *key, "effect_points"]]
    own = pd.DataFrame(truth["schools"])[["school_id", "cohort", "effect_multiplier"]]
    rows = scores.merge(own, on="school_id", how="left").merge(put_in, on=["cohort", *key], how="left")
    return scores.assign(mean=(rows["effect_points"] * rows["effect_multiplier"]).fillna(0.0).to_numpy())


def one_area(seed: int, *, draws: int = 199) -> pd.DataFrame:
    """Every estimate of one area with its interval, beside its truth (``true``), by series and method."""
    example = synthetic.generate(seed=seed, pupils=False)
    scores, schools = example.tables["scores"], example.tables["schools"]
    design, rows = Design(unit="points", draws=draws, seed=seed), []
    held, _ = outcomes.panels(scores, schools, design=design)
    held["together", "", ""] = together(scores, schools, design)
    alone = together(effects_alone(example.truth, scores), schools, design)
    for key, one in held.items():
        try:
            found = {"default": inference.effect(one), "welch": inference.welch(one)}
        except CannotEstimate:
            continue
        whole = key[0] == "together"
        true = inference.welch(alone).estimate if whole else true_effect(example.truth, key, one, schools)
        for method, made in found.items():
            rows.append((seed, *key, method, made.estimate, made.conf_low, made.conf_high, true))
    columns = ["seed", "test", "grade", "subject", "method", "estimate", "conf_low", "conf_high", "true"]
    return pd.DataFrame(rows, columns=columns)


def summary(found: pd.DataFrame) -> pd.DataFrame:
    """Coverage by series and method, and over all series: intervals, covered_pct, mean_error, median_length (points).

    "together" is a row of its own and does not count in "all".
    """
    found = found.assign(
        covered=(found["conf_low"] <= found["true"]) & (found["true"] <= found["conf_high"]),
        error=found["estimate"] - found["true"], length=found["conf_high"] - found["conf_low"],
    )  # fmt: skip
    every = found[found["test"] != "together"].assign(test="all", grade="all", subject="all")
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
