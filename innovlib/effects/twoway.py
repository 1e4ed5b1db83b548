"""The regression that most people would run, and what it is made of: to be compared with, not to be reported.

Two-way fixed effects averages all two-by-two comparisons in the panel, among them later joiners against earlier ones
that are already treated; Goodman-Bacon (2021, Journal of Econometrics 225, 254-277), theorem 1.
"""

from __future__ import annotations

from itertools import permutations

import numpy as np
import pandas as pd

from innovlib.effects.panel import NEVER, Panel
from innovlib.errors import CannotEstimate, Words


def two_way(panel: Panel) -> float:
    """Coefficient of "has joined" in a regression with school and year effects (weighted by the panel's weights).

    Examples
    --------
    >>> from innovlib.effects import simulate
    >>> from innovlib.effects.panel import panel
    >>> round(two_way(panel(*simulate.area(effect=0.5, seed=1))), 2)
    0.57
    """
    seen = ~np.isnan(panel.outcome) * panel.weight[:, None]
    path = ((panel.joined[:, None] != NEVER) & (panel.years >= panel.joined[:, None])).astype(float)
    rest = _without_effects(path, seen)
    return float((seen * rest * np.nan_to_num(panel.outcome)).sum() / (seen * rest * path).sum())


def _without_effects(values: np.ndarray, mass: np.ndarray) -> np.ndarray:
    """Values less weighted school and year effects."""
    rows = mass.sum(axis=1)
    middle = (mass * values).sum(axis=1) / rows
    within = np.diag(mass.sum(axis=0)) - (mass / rows[:, None]).T @ mass
    years = np.linalg.lstsq(within, (mass * (values - middle[:, None])).sum(axis=0), rcond=None)[0]
    left = values - years
    return left - ((mass * left).sum(axis=1) / rows)[:, None]


def bacon(panel: Panel) -> pd.DataFrame:
    """All two-by-two comparisons of the two-way regression with their weights, which add up to 1.

    Returns
    -------
    DataFrame
        Columns: kind ("treated v never", "early v late", "late v early"), treated_be, against_be (0 = never), estimate,
        weight. The weighted sum of the estimates is :func:`two_way`.

    Raises
    ------
    CannotEstimate
        The panel has gaps or unequal weights, for which the decomposition is not defined.
    """
    if panel.has_gaps or np.ptp(panel.weight) > 0:
        raise CannotEstimate(
            Words("แยกส่วนได้เฉพาะข้อมูลครบทุกปีและน้ำหนักเท่ากัน",
                  "the decomposition needs all years of all schools and equal weights")
        )  # fmt: skip
    groups = [NEVER, *panel.cohorts]
    means = {g: panel.outcome[panel.joined == g].mean(axis=0) for g in groups if (panel.joined == g).any()}
    share = {g: float((panel.joined == g).mean()) for g in means}
    rows = [
        row for treated, against in permutations(means, 2) if treated != NEVER
        for row in [_pair(panel.years, means, share, treated, against)]
    ]  # fmt: skip
    frame = pd.DataFrame(rows, columns=["kind", "treated_be", "against_be", "estimate", "weight"])
    return frame.assign(weight=frame["weight"] / frame["weight"].sum())


def _pair(years: np.ndarray, means: dict, share: dict, treated: int, against: int) -> tuple:
    """One two-by-two comparison and its weight before scaling (share² × variance of treatment in the pair's window)."""
    late = against != NEVER and against < treated
    if against == NEVER:
        kind, window = "treated v never", np.ones(len(years), bool)
    elif late:
        kind, window = "late v early", years >= against
    else:
        kind, window = "early v late", years < against
    after = window & (years >= treated)
    before = window & ~after
    change = [means[g][after].mean() - means[g][before].mean() for g in (treated, against)]
    pair = share[treated] * share[against] * (after.sum() / len(years)) * (before.sum() / len(years))
    return kind, int(treated), int(against), change[0] - change[1], pair
