"""How often each method calls an effect where there is none, and how often it finds one that is there.

Run: ``python bench/size_and_power.py [--replications 2000] [--only A,B]``; writes ``bench/size_and_power.csv``,
where scenarios that are not run keep their rows. Where a size is close to 6 %, ask for more replications of that
scenario alone: 2,000 tell it to a percentage point only (H3: ``--only H3 --replications 10000 --no-covariate``).
The scenarios are those of :mod:`innovlib.effects.simulate`. "auto" is the kit's default, "covariate" the same with the
school's size taken out of its change; "normal" is what most software
prints. Figures do not depend on the machine: every replication has its own seed.
"""

from __future__ import annotations

import argparse
import datetime as dt
from pathlib import Path

import numpy as np
import pandas as pd
from scipy import stats

from innovlib.effects import engine, estimate, inference, simulate
from innovlib.effects.design import Design
from innovlib.effects.engine import Shifted
from innovlib.effects.panel import Panel, panel

EFFECTS = (0.0, 0.2, 0.3)
OUT = Path(__file__).with_suffix(".csv")


def rejections(found: Panel, *, covariate: bool = True) -> dict[tuple[str, str], np.ndarray]:
    """For each baseline and method, whether it rejects "no effect" at 5 % under each of :data:`EFFECTS`.

    A constant effect moves school changes by its exposure, so one set of draws answers for all effects.
    """
    out = {}
    for baseline in ("all_years", "last_year"):
        asked = found.asked(baseline=baseline)
        changes = estimate.changes(asked)
        moments = engine.observed(changes, exposure=True)
        actual = engine.shifted(changes, moments)
        t = actual.t(-np.array(EFFECTS))[:, 0]
        degrees = engine.result(changes, engine.observed(changes)).degrees[0]
        out[baseline, "welch"] = np.abs(t) > stats.t.ppf(0.975, degrees)
        _, scores = inference.scores_of(changes)
        crude = (actual.estimate[0] + np.array(EFFECTS)) / np.sqrt((scores**2).sum())
        out[baseline, "normal"] = np.abs(crude) > stats.norm.ppf(0.975)
        for permuted in ("schools", "subdistricts"):
            null = _null(asked, changes, permuted).t(-np.array(EFFECTS))
            p = (1 + (np.abs(null) >= np.abs(t)[:, None] * (1 - 1e-12)).sum(axis=1)) / (1 + null.shape[1])
            out[baseline, permuted] = p <= 0.05
        out[baseline, "auto"] = out[baseline, inference.which(asked)]
    if covariate:
        out["all_years", "covariate"] = _with_covariate(found.asked(covariates=("enrolment",)))
    return out


def _with_covariate(asked: Panel) -> np.ndarray:
    changes = estimate.changes(asked)
    t = engine.shifted(changes, engine.observed(changes, exposure=True)).t(-np.array(EFFECTS))[:, 0]
    null = _null(asked, changes, inference.which(asked)).t(-np.array(EFFECTS))
    p = (1 + (np.abs(null) >= np.abs(t)[:, None] * (1 - 1e-12)).sum(axis=1)) / (1 + null.shape[1])
    return p <= 0.05


def _null(asked: Panel, changes: engine.Changes, permuted: str) -> Shifted:
    drawn = inference.moments(asked, changes, permuted=permuted, exposure=True)
    parts = [engine.shifted(changes, held) for held in drawn]
    return Shifted(*(np.concatenate(piece) for piece in zip(*parts, strict=True)))


def measure(
    name: str, *, replications: int, draws: int = 499, first_seed: int = 0, covariate: bool = True
) -> pd.DataFrame:
    """Rejection shares of one scenario, in per cent.

    Columns: scenario, baseline, method, replications, size_pct, power_02_pct, power_03_pct, mc_error_pct (of the size).
    """
    counts: dict[tuple[str, str], np.ndarray] = {}
    for seed in range(first_seed, first_seed + replications):
        found = panel(*simulate.area(simulate.SCENARIOS[name], seed=seed), Design(draws=draws, seed=seed))
        for key, rejected in rejections(found, covariate=covariate).items():
            counts[key] = counts.get(key, 0) + rejected
    rows = []
    for (baseline, method), count in counts.items():
        size, power_02, power_03 = 100 * count / replications
        error = np.sqrt(max(size, 0.1) * (100 - size) / replications)
        rows.append((name, baseline, method, replications, size, power_02, power_03, 1.96 * error))
    columns = (
        "scenario",
        "baseline",
        "method",
        "replications",
        "size_pct",
        "power_02_pct",
        "power_03_pct",
        "mc_error_pct",
    )
    return pd.DataFrame(rows, columns=columns)


def main() -> None:
    """Measure the scenarios and write the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--replications", type=int, default=2000)
    parser.add_argument("--only", default=",".join(simulate.SCENARIOS))
    parser.add_argument("--no-covariate", action="store_true", help="leave out the slow adjustment for a covariate")
    parser.add_argument("--out", type=Path, default=OUT)
    asked = parser.parse_args()
    how = {"replications": asked.replications, "covariate": not asked.no_covariate}
    table = pd.concat([measure(name, **how) for name in asked.only.split(",")])
    table["measured_on"] = dt.date.today().isoformat()
    if asked.out.exists():
        kept = pd.read_csv(asked.out)
        table = pd.concat([kept[~kept["scenario"].isin(table["scenario"])], table])
    order = {name: place for place, name in enumerate(simulate.SCENARIOS)}
    table = table.sort_values("scenario", key=lambda names: names.map(order), kind="stable")
    table.round(2).to_csv(asked.out, index=False, lineterminator="\n")
    print(table.round(1).to_string(index=False))


if __name__ == "__main__":
    main()
