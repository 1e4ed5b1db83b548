"""Several outcomes of one area at once: p-values that know how many were looked at.

Westfall & Young (1993, Resampling-Based Multiple Testing, algorithm 2.8, step-down maxT) on the same permutations for
all outcomes, so that their correlation is used. A search through test × subject then finds something by chance in 5 %
of areas, not in 25 %.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd

from innovlib.effects import engine, estimate, inference
from innovlib.effects.effect import Effect, Effects
from innovlib.effects.panel import Panel, areas, codes
from innovlib.errors import CannotEstimate, Words


def outcomes(panels: dict[str, Panel], *, known: dict[str, Effect] | None = None) -> Effects:
    """The effect on each outcome, with p-values adjusted for their number.

    Parameters
    ----------
    panels
        Name of the outcome to its panel. Schools may differ between panels; a school's label, size stratum and
        subdistrict must not.
    known
        Effects that have been estimated from some of these panels already.

    Returns
    -------
    Effects
        Columns: outcome, estimate, std_error, conf_low, conf_high, p_value, p_adjusted, n, n_treated, unit, reason and
        reason_th (why there is no number; "" otherwise). Intervals are not adjusted.

    Examples
    --------
    >>> from innovlib.effects import simulate
    >>> from innovlib.effects.panel import panel
    >>> two = {f"test {s}": panel(*simulate.area(seed=1, effect=s)) for s in (0.0, 0.5)}
    >>> outcomes(two).to_frame()["p_adjusted"].lt(0.05).tolist()
    [False, True]
    """
    rows, held, known = [], {}, known or {}
    for name, one in panels.items():
        try:
            found = known[name] if name in known else inference.effect(one)
        except CannotEstimate as error:
            rows.append(
                {
                    "outcome": name,
                    "n": len(one.joined),
                    "n_treated": int(one.treated.sum()),
                    "unit": one.design.unit,
                    "reason": error.words.en,
                    "reason_th": error.words.th,
                }
            )
            continue
        columns = ("estimate", "std_error", "conf_low", "conf_high", "p_value", "n", "n_treated")
        rows.append(
            {"outcome": name}
            | {c: getattr(found, c) for c in columns}
            | {"unit": one.design.unit, "reason": "", "reason_th": ""}
        )
        held[name] = one
    frame = pd.DataFrame(rows).reindex(columns=_COLUMNS)
    if held:
        frame["p_adjusted"] = frame["outcome"].map(step_down(held))
    first = next(iter(panels.values()))
    design = replace(first.design, outcome=f"{len(panels)} outcomes")
    method = Words(
        "สุ่มสลับการเข้าร่วม ปรับตามจำนวนผลลัพธ์", "randomisation test, adjusted for the number of outcomes (Westfall-Young)"
    )
    return Effects(frame, design, method, "Westfall & Young 1993, algorithm 2.8", first.notes)


_COLUMNS = [
    "outcome", "estimate", "std_error", "conf_low", "conf_high", "p_value", "p_adjusted", "n", "n_treated",
    "unit", "reason", "reason_th",
]  # fmt: skip


def step_down(panels: dict[str, Panel]) -> dict[str, float]:
    """Adjusted p-value of each outcome, by step-down maxT over common permutations."""
    names = list(panels)
    union = _union(panels)
    t, draws = zip(*(_common(union, panels[name]) for name in names), strict=True)
    size, chance = np.abs(t), np.abs(np.stack(draws))
    order = np.argsort(-size)
    # From the smallest up: the largest |t*| among this outcome and all less striking ones.
    largest = np.maximum.accumulate(chance[order][::-1], axis=0)[::-1]
    raw = (1 + (largest >= size[order][:, None] * (1 - 1e-12)).sum(axis=1)) / (1 + chance.shape[1])
    return {names[place]: float(p) for place, p in zip(order, np.maximum.accumulate(raw), strict=True)}


def _union(panels: dict[str, Panel]) -> Panel:
    """All schools of all panels; size strata as in the panel with most schools. Outcomes are not used."""
    widest = max(panels.values(), key=lambda p: len(p.joined))
    known: set[str] = set()
    parts = []
    for one in (widest, *panels.values()):
        parts.append(one.keep(np.flatnonzero(~one.schools["school_id"].isin(known))))
        known |= set(one.schools["school_id"])
    schools = pd.concat([p.schools for p in parts], ignore_index=True)
    stack = {n: np.concatenate([getattr(p, n) for p in parts]) for n in ("joined", "weight", "stratum")}
    return replace(
        widest, **stack, schools=schools, outcome=np.zeros((len(schools), 1)),
        block=codes(schools, "district", "subdistrict"), area=areas(schools, widest.design.area),
    )  # fmt: skip


def _common(union: Panel, one: Panel) -> tuple[float, np.ndarray]:
    """t of one outcome and its draws under the union's permutations; schools without the outcome bring nothing."""
    changes = estimate.changes(one)
    rows = pd.Index(union.schools["school_id"]).get_indexer(one.schools["school_id"])
    values = np.full((len(union.joined), changes.values.shape[1]), np.nan)
    values[rows] = changes.values
    weight = np.zeros(len(union.joined))
    weight[rows] = one.weight
    own = np.searchsorted(union.cohorts, one.cohorts) + 1
    control = np.zeros((len(changes.cohort), len(union.cohorts) + 1), dtype=bool)
    control[:, [0, *own]] = changes.control
    labels = np.searchsorted(union.cohorts, union.joined, side="right") * union.treated
    wide = replace(
        changes, values=values, exposure=np.zeros(values.shape), labels=labels, weight=weight,
        cohort=own[changes.cohort - 1], control=control,
    )  # fmt: skip
    result = engine.result(wide, engine.observed(wide))
    permuted = inference.which(union)
    return float(result.estimate[0] / result.std_error[0]), inference.drawn_t(union, wide, permuted=permuted)
