"""What is subtracted from what: the years before joining as a baseline, one column per cohort and year.

All estimates of this room are differences between a school's year and a prediction of it from that school's years
before joining. With no gaps the prediction is linear in the school's row, so a whole set of estimates is one matrix.
"""

from __future__ import annotations

from bisect import bisect_left
from functools import lru_cache
from typing import NamedTuple

import numpy as np

from innovlib.effects.panel import NEVER, Panel


class Cell(NamedTuple):
    """Cohort (first treated year), year, and the positions of the years the year is held against."""

    cohort: int
    year: int
    target: int
    before: tuple[int, ...]

    @property
    def event_time(self) -> int:
        """Years since joining; 0 = first treated year."""
        return self.year - self.cohort

    @property
    def is_post(self) -> bool:
        """True from the first treated year on."""
        return self.year >= self.cohort


def cells(panel: Panel, *, pre: bool = True) -> list[Cell]:
    """All cohort-year cells that have years to be held against, by cohort and year.

    A year after joining is held against the years before joining. A year before joining is held against the other years
    before joining; with ``baseline="last_year"``, against the years before itself (the varying base of R ``did``).
    """
    years, kind = panel.years.tolist(), panel.design.baseline
    least = 2 if kind == "own_trend" else 1
    found = []
    for cohort in panel.cohorts.tolist():
        first = bisect_left(years, cohort)
        for target in range(0 if pre else first, len(years)):
            if target >= first:
                before = tuple(range(first))
            elif kind == "last_year":
                before = tuple(range(target))
            else:
                before = tuple(place for place in range(first) if place != target)
            if len(before) >= least:
                found.append(Cell(cohort, years[target], target, before))
    return found


def differences(values: np.ndarray, wanted: list[Cell], *, years: np.ndarray, baseline: str) -> np.ndarray:
    """(N, K) the year of each cell minus its prediction from the years before; NaN where either is missing.

    Parameters
    ----------
    values
        (N, T) with NaN for gaps; where there are gaps, year effects must have been taken out (:func:`flattened`).
    """
    if not np.isnan(values).any():
        return values @ matrix(wanted, years, baseline)
    predict = {"all_years": _mean, "last_year": _last, "own_trend": _line}[baseline]
    # The mean of the years before, and the last of them, are the same whichever later year is held against them.
    made: dict[tuple, np.ndarray] = {}
    columns = []
    for cell in wanted:
        key = (cell.before, cell.year if baseline == "own_trend" else None)
        if key not in made:
            made[key] = predict(values[:, cell.before], years[list(cell.before)], cell.year)
        columns.append(values[:, cell.target] - made[key])
    return np.stack(columns, axis=1) if columns else np.empty((len(values), 0))


def matrix(wanted: list[Cell], years: np.ndarray, baseline: str) -> np.ndarray:
    """(T, K) weights that turn a school's full row of years into its difference in each cell."""
    weights = np.zeros((len(years), len(wanted)))
    for k, cell in enumerate(wanted):
        before = list(cell.before)
        weights[cell.target, k] = 1.0
        if baseline == "last_year":
            weights[before[-1], k] -= 1.0
        else:
            weights[before, k] -= 1.0 / len(before)
        if baseline == "own_trend":
            off = years[before] - years[before].mean()
            weights[before, k] -= off * (cell.year - years[before].mean()) / (off @ off)
    return weights


def _mean(values: np.ndarray, years: np.ndarray, target: int) -> np.ndarray:
    seen = ~np.isnan(values)
    count = seen.sum(axis=1)
    return np.where(count > 0, np.where(seen, values, 0.0).sum(axis=1) / np.maximum(count, 1), np.nan)


def _last(values: np.ndarray, years: np.ndarray, target: int) -> np.ndarray:
    seen = ~np.isnan(values)
    last = values.shape[1] - 1 - np.argmax(seen[:, ::-1], axis=1)
    return np.take_along_axis(values, last[:, None], axis=1)[:, 0]


def _line(values: np.ndarray, years: np.ndarray, target: int) -> np.ndarray:
    seen = ~np.isnan(values)
    count = np.maximum(seen.sum(axis=1), 1)
    middle = (seen * years).sum(axis=1) / count
    off = np.where(seen, years - middle[:, None], 0.0)
    spread = (off**2).sum(axis=1)
    slope = (off * np.where(seen, values, 0.0)).sum(axis=1) / np.where(spread > 0, spread, np.nan)
    return _mean(values, years, target) + slope * (target - middle)


def flattened(panel: Panel) -> np.ndarray:
    """The outcome with year effects taken out where there are gaps; the outcome itself where there are none.

    With gaps, schools are seen in different years, and the paper's difficulty in those years must not pass for a
    difference between schools. Year effects come from a two-way fit (school + year) on the cells not yet treated, as
    imputation estimators do (Borusyak, Jaravel & Spiess 2024, Review of Economic Studies 91, 3253-3285). Without gaps
    they cancel in every difference between pilot and comparison schools.
    """
    return _flattened(panel) if panel.has_gaps else panel.outcome


@lru_cache(maxsize=2)  # one study asks for it of the same panel thirty times
def _flattened(panel: Panel) -> np.ndarray:
    flat = panel.outcome - year_effects(panel)
    flat.flags.writeable = False
    return flat


def year_effects(panel: Panel) -> np.ndarray:
    """(T,) year effects of the two-way fit on untreated cells, mean zero over the years."""
    untreated = (panel.joined[:, None] == NEVER) | (panel.years[None, :] < panel.joined[:, None])
    seen = (untreated & ~np.isnan(panel.outcome)).astype(float) * (panel.weight > 0)[:, None]
    count = np.maximum(seen.sum(axis=1), 1)
    values = np.where(seen > 0, panel.outcome, 0.0)
    within = np.diag((seen * panel.weight[:, None]).sum(axis=0)) - (seen * (panel.weight / count)[:, None]).T @ seen
    right = ((values - seen * (values.sum(axis=1) / count)[:, None]) * panel.weight[:, None]).sum(axis=0)
    effects = np.linalg.lstsq(within, right, rcond=None)[0]
    return effects - effects.mean()


def cohort_mass(panel: Panel) -> dict[int, float]:
    """Weight of each cohort's schools."""
    return {int(g): float(panel.weight[panel.joined == g].sum()) for g in panel.cohorts}


_KEYS = {"simple": None, "group": "cohort", "dynamic": "event_time", "calendar": "year"}
KEY_NAMES = {"group": "cohort_be", "dynamic": "event_time", "calendar": "year_be"}


def row_weights(wanted: list[Cell], mass: dict[int, float], kind: str) -> tuple[list, np.ndarray]:
    """Keys and (K, R) weights of the cells in the averages of one kind; the overall average is the first column.

    simple: every pilot school-year alike. group: every pilot school alike, its years averaged. dynamic (calendar): mean
    over years since joining (academic years) of the average of the cohorts there. Callaway & Sant'Anna 2021, section 3.
    """
    post = np.array([c.is_post for c in wanted])
    size = np.array([mass[c.cohort] for c in wanted])
    if kind == "simple":
        return [np.nan], (size * post / (size * post).sum())[:, None]
    key = np.array([getattr(c, _KEYS[kind]) for c in wanted])
    values = np.unique(key if kind == "dynamic" else key[post])
    kept = post | (kind == "dynamic")
    rows = np.stack([size * (kept & (key == v)) / (size * (kept & (key == v))).sum() for v in values], axis=1)
    after = np.array([bool(post[key == v].any()) for v in values])
    share = np.array([mass[int(v)] for v in values]) if kind == "group" else after.astype(float)
    return [np.nan, *values], np.column_stack([rows @ (share / share.sum()), rows])


def average_weights(wanted: list[Cell], mass: dict[int, float], kind: str) -> np.ndarray:
    """(K,) weights of the cells in the overall average of one kind (:func:`row_weights`)."""
    return row_weights(wanted, mass, kind)[1][:, 0]
