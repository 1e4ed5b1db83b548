"""Effects by years since joining and by cohort, and bands that hold for a whole figure."""

from __future__ import annotations

import numpy as np
import pandas as pd

from innovlib.chance import normal_quantile
from innovlib.effects import contrasts, engine, estimate, inference, intervals
from innovlib.effects.design import FEWEST_TREATED
from innovlib.effects.effect import Effect, Effects
from innovlib.effects.engine import Changes
from innovlib.effects.panel import Panel
from innovlib.effects.scores import Scores


def event_study(panel: Panel, *, placebo: bool = True) -> Effects:
    """Effects by years since joining, with pointwise and simultaneous bands.

    Pointwise intervals reach as many standard errors as the design's permutations of that year say, simultaneous bands
    as many as the largest |t| over all years does, so these hold for the whole figure. Years that rest on fewer than
    four pilots have an estimate but no interval. Years before joining are placebo effects.

    Returns
    -------
    Effects
        Columns: event_time, estimate, std_error, conf_low, conf_high, p_value, n, n_treated, band_low, band_high.
    """
    rows, draws = [], []
    found = estimate.group_time(panel, pre=placebo)
    keys, weights = contrasts.row_weights(found.cells, contrasts.cohort_mass(panel), "dynamic")
    for key, column in zip(keys[1:], weights.T[1:], strict=True):
        kept = [k for k in range(len(column)) if column[k] != 0]
        changes = estimate.changes(panel, wanted=[found.cells[k] for k in kept], weights=column[kept])
        one, drawn = _row(panel, changes)
        rows.append({"event_time": int(key)} | one)
        draws += [drawn] if len(drawn) else []
    frame = pd.DataFrame(rows)
    reach = np.quantile(np.max(np.abs(draws), axis=0), panel.design.level) if draws else np.nan
    frame["band_low"] = frame["estimate"] - reach * frame["std_error"]
    frame["band_high"] = frame["estimate"] + reach * frame["std_error"]
    return _effects(panel, frame)


def multiplier(scores: Scores, *, draws: int, seed: int, level: float = 0.95) -> tuple[np.ndarray, float]:
    """Multiplier bootstrap of influence scores: standard errors (K,) and the critical value of the simultaneous band.

    Each draw flips the sign of every school's scores at random (Rademacher); the error is the draws' interquartile
    range over the normal's, as in R ``did``. For panels with many pilots; with few it rejects too often (see
    ``bench/``).

    Parameters
    ----------
    scores
        Of K estimates, as :class:`innovlib.effects.estimate.GroupTime` has them.
    """
    drawn = scores.flipped(draws=draws, seed=seed)
    error = np.subtract(*np.quantile(drawn, [0.75, 0.25], axis=0)) / (2 * normal_quantile(0.75))
    good = error > 0
    return error, float(np.quantile(np.abs(drawn[:, good] / error[good]).max(axis=1), level))


def cohorts(panel: Panel) -> Effects:
    """The effect of each cohort, its years averaged; a cohort of fewer than four schools has no interval.

    Returns
    -------
    Effects
        Columns: cohort_be, estimate, std_error, conf_low, conf_high, p_value, n, n_treated, rank, ranked_of. ``rank``
        is where the cohort's |t| or, below four schools, its |estimate| stands among permuted labellings (1 = largest).
    """
    found, rows = estimate.group_time(panel, pre=False), []
    keys, weights = contrasts.row_weights(found.cells, contrasts.cohort_mass(panel), "group")
    for key, column in zip(keys[1:], weights.T[1:], strict=True):
        kept = [k for k in range(len(column)) if column[k] != 0]
        changes = estimate.changes(panel, wanted=[found.cells[k] for k in kept], weights=column[kept])
        rank, ranked = _rank(panel, changes)
        rows.append({"cohort_be": int(key)} | _row(panel, changes)[0] | {"rank": rank, "ranked_of": ranked})
    return Effects(
        pd.DataFrame(rows),
        panel.design,
        inference.METHODS[inference.which(panel)],
        estimate.SOURCES[panel.design.baseline],
        panel.notes,
    )


def _effects(panel: Panel, frame: pd.DataFrame) -> Effects:
    source = estimate.SOURCES[panel.design.baseline]
    return Effects(frame, panel.design, inference.METHODS[inference.which(panel)], source, panel.notes)


def _row(panel: Panel, changes: Changes) -> tuple[dict, np.ndarray]:
    """One row of estimates, and its drawn t; no interval and no draws below four pilots or without variation.

    p and interval come from the same draws: the interval leaves zero out where p is at most 1 - level.
    """
    one, n_treated, draws = intervals.based(panel, changes), int(intervals.served(changes).sum()), np.empty(0)
    held = {c: getattr(one, c) for c in ("estimate", "std_error", "conf_low", "conf_high", "p_value")}
    if n_treated < FEWEST_TREATED or not intervals.varies(panel, one.std_error):
        held |= dict.fromkeys(("std_error", "conf_low", "conf_high", "p_value"), float("nan"))
    else:
        permuted = inference.which(panel)
        draws = inference.drawn_t(panel, changes, permuted=permuted)
        if permuted != "area":  # there p and interval are the clustered t's, and the drawn signs serve the band only
            held |= _drawn(one, draws, level=panel.design.level)
    return held | {"n": int((~np.isnan(changes.values)).any(axis=1).sum()), "n_treated": n_treated}, draws


def _drawn(one: Effect, draws: np.ndarray, *, level: float) -> dict[str, float]:
    """Interval and p by the draws of a studentised test."""
    size = np.sort(np.abs(draws))
    reach = size[min(int(np.ceil(level * (1 + len(draws)) - 1e-9)), len(draws)) - 1] * one.std_error
    p = inference.p_value(one.estimate / one.std_error, draws)
    return {"conf_low": one.estimate - reach, "conf_high": one.estimate + reach, "p_value": p}


def _rank(panel: Panel, changes: Changes) -> tuple[int, int]:
    """Where the estimate stands in size among permuted labellings."""
    stacked, found = changes.stacked(), []
    drawn = inference.labellings(
        panel, changes.labels, permuted="schools", draws=panel.design.draws, seed=panel.design.seed
    )
    for rows in drawn:
        found.append(engine.outcome(changes, engine.permuted(stacked, rows))[0])
    value = engine.outcome(changes, engine.observed(changes))[0][0]
    draws = np.concatenate(found)
    return int(1 + (np.abs(draws) >= abs(value) * (1 - 1e-12)).sum()), 1 + len(draws)
