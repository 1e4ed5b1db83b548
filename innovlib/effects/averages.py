"""Averages of group-time effects: over all school-years, by school, by years since joining, by academic year.

Callaway & Sant'Anna (2021, Journal of Econometrics 225, 200-230), section 3.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from innovlib.effects.contrasts import KEY_NAMES, cohort_mass, row_weights
from innovlib.effects.estimate import GroupTime
from innovlib.effects.scores import Scores


def aggregate(found: GroupTime, kind: str, *, shares_known: bool = True) -> tuple[pd.DataFrame, Scores]:
    """Averages of group-time effects, with their scores.

    Parameters
    ----------
    found
        Effects by cohort and year.
    kind
        "simple" (one row), "dynamic" (by ``event_time``), "group" (by ``cohort_be``), "calendar" (by ``year_be``);
        each with the overall row first (key NaN).
    shares_known
        True: the cohorts' sizes are what they are, as for named pilot schools. False: they are drawn from a population
        and their estimation adds to the scores, as R ``did`` has it (Callaway & Sant'Anna 2021, corollary 2).

    Returns
    -------
    frame, scores
        Columns: the key, estimate, std_error (no small-sample correction), n_treated; and the scores of the rows.
    """
    panel, mass = found.panel, cohort_mass(found.panel)
    keys, weights = row_weights(found.cells, mass, kind)
    used = np.where(weights != 0, found.att[:, None], 0.0)
    scores = found.scores.times(weights)
    if not shares_known:
        scores = scores.plus(_share_scores(found, mass, kind, used))
    sizes = {int(g): int((panel.joined == g).sum()) for g in panel.cohorts}
    frame = pd.DataFrame(
        ({} if kind == "simple" else {KEY_NAMES[kind]: keys})
        | {
            "estimate": (used * weights).sum(axis=0),
            "std_error": np.sqrt(scores.variance()),
            "n_treated": [_pilots(found, column, sizes) for column in weights.T],
        }
    )
    return frame, scores


def _pilots(found: GroupTime, weights: np.ndarray, sizes: dict[int, int]) -> int:
    """Pilot schools of the cohorts that have weight."""
    return sum(sizes[g] for g in {c.cohort for c, w in zip(found.cells, weights, strict=True) if w != 0})


def _share_scores(found: GroupTime, mass: dict[int, float], kind: str, used: np.ndarray) -> np.ndarray:
    """Scores of the cohorts' estimated shares: the averages' derivatives by a cohort's mass, by a complex step."""
    panel, step = found.panel, 1e-30
    out = np.zeros((len(panel.joined), used.shape[1]))
    for cohort in mass:
        moved = {g: complex(m, step * (g == cohort)) for g, m in mass.items()}
        slope = row_weights(found.cells, moved, kind)[1].imag / step
        # Averages do not change when all masses grow alike, so the mean of a mass drops out of its score.
        out += np.outer(
            (panel.joined == cohort) * panel.weight, (np.where(slope != 0, found.att[:, None], 0) * slope).sum(axis=0)
        )
    return out
