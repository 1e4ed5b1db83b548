"""How much more the pilots changed: by cohort and year, averaged, by years since joining.

Group-time effects and their aggregates follow Callaway & Sant'Anna (2021, Journal of Econometrics 225, 200-230); the
baseline of all years before joining follows Lee & Wooldridge (2021, SSRN 3516518) and, with gaps, the two-way fit of
imputation estimators (Borusyak, Jaravel & Spiess 2024).
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from innovlib.copyable import Copyable
from innovlib.effects import contrasts
from innovlib.effects.adjust import doubly_robust
from innovlib.effects.contrasts import Cell
from innovlib.effects.engine import Changes
from innovlib.effects.panel import NEVER, Panel
from innovlib.effects.scores import Block, Scores
from innovlib.errors import CannotEstimate, Words

SOURCES = {
    "all_years": "Lee & Wooldridge 2021, SSRN 3516518",
    "last_year": "Callaway & Sant'Anna 2021, J. Econometrics 225, 200-230",
    "own_trend": "Lee & Wooldridge 2021, SSRN 3516518 (unit-specific trends)",
}


@dataclass(frozen=True, eq=False)
class GroupTime(Copyable):
    """Effects by cohort and year.

    Attributes
    ----------
    cells
        The K cells, by cohort and year.
    att
        (K,) effects.
    scores
        Each school's part in the deviation of each effect from its expectation (influence function / N).
    panel
        What they were estimated from.
    n_treated, n_comparison
        (K,) schools with a value in the cell.
    """

    cells: list[Cell]
    att: np.ndarray
    scores: Scores
    panel: Panel
    n_treated: np.ndarray
    n_comparison: np.ndarray

    def to_frame(self) -> pd.DataFrame:
        """cohort_be, year_be, event_time, estimate, std_error (no small-sample correction), n_treated, n_comparison."""
        return pd.DataFrame(
            {
                "cohort_be": [c.cohort for c in self.cells], "year_be": [c.year for c in self.cells],
                "event_time": [c.event_time for c in self.cells], "estimate": self.att,
                "std_error": np.sqrt(self.scores.variance()),
                "n_treated": self.n_treated, "n_comparison": self.n_comparison,
            }
        )  # fmt: skip


def is_compared(panel: Panel, cell: Cell, label: int) -> bool:
    """True where schools that joined in the year ``label`` (0 = never) are compared with in a cell."""
    if panel.design.comparison == "never" or label == NEVER:
        return label == NEVER
    latest = cell.year if cell.is_post else max(cell.year, int(panel.years[max(cell.before)]))
    return label > latest and label != cell.cohort


def compared(panel: Panel, cell: Cell) -> np.ndarray:
    """(N,) True for the schools that a cell's pilots are compared with."""
    return np.isin(panel.joined, compared_labels(panel, cell))


def compared_labels(panel: Panel, cell: Cell) -> tuple[int, ...]:
    """Joining years (0 = never), among those that occur, whose schools a cell's pilots are compared with."""
    return tuple(label for label in panel.labels if is_compared(panel, cell, label))


def group_time(panel: Panel, *, pre: bool = True) -> GroupTime:
    """Effects by cohort and year.

    .. math:: ATT(g, t) = E[Y_t - \\hat Y_t | G = g] - E[Y_t - \\hat Y_t | C]

    with :math:`\\hat Y_t` predicted from the school's years before joining as the design's baseline says. A school
    without a result in *t* is left out of that cell only, and the cell's counts show it; a missing year of the baseline
    is bridged by the year effects of untreated cells (:func:`innovlib.effects.contrasts.flattened`). With covariates in
    the design each cell is the doubly robust estimate (:mod:`innovlib.effects.adjust`).

    Parameters
    ----------
    pre
        Also the years before joining, as placebo effects.

    Examples
    --------
    >>> from innovlib.effects import simulate
    >>> from innovlib.effects.panel import panel
    >>> group_time(panel(*simulate.area(seed=1)), pre=False).to_frame()["event_time"].tolist()
    [0, 1, 2, 3, 4, 0, 1, 2]
    """
    wanted = [c for c in contrasts.cells(panel, pre=pre) if compared_labels(panel, c)]
    if not any(c.is_post for c in wanted):
        raise CannotEstimate(
            Words("ไม่มีปีหลังเข้าร่วมที่ยังมีโรงเรียนให้เปรียบเทียบ", "no year after joining has schools left to compare with"),
            todo=Words("เพิ่มโรงเรียนเปรียบเทียบหรือปีก่อนเข้าร่วม", "add comparison schools or years before joining"),
        )  # fmt: skip
    if not panel.design.covariates and not panel.has_gaps:
        return _from_means(panel, wanted)
    flat = contrasts.flattened(panel)
    values = contrasts.differences(flat, wanted, years=panel.years, baseline=panel.design.baseline)
    return (_with_covariates if panel.design.covariates else _cell_by_cell)(panel, wanted, values)


def _from_means(panel: Panel, wanted: list[Cell]) -> GroupTime:
    """Every cell from the means of the cohorts' rows: without gaps, differences are linear in them."""
    years = len(panel.years)
    matrix = contrasts.matrix(wanted, panel.years, panel.design.baseline)
    groups = {label: np.flatnonzero(panel.joined == label) for label in panel.labels}
    sides = np.stack([_sides(panel, cell, groups) for cell in wanted], axis=-1)
    # Centring changes no difference, and keeps second moments from cancelling.
    held = np.column_stack([panel.outcome - panel.outcome[0], np.ones(len(panel.joined))]) * panel.weight[:, None]
    data = [held if len(rows) == len(held) else held[rows] for rows in groups.values()]
    sums = np.stack([part.sum(axis=0) for part in data])
    mass = (sides * sums[:, years, None]).sum(axis=1)
    mean = (sides * (sums[:, :years] @ matrix)).sum(axis=1) / mass
    sign = np.array([1.0, -1.0])
    blocks = []
    for place, (rows, part) in enumerate(zip(groups.values(), data, strict=True)):
        share = sides[:, place] * sign[:, None] / mass
        blocks.append(Block(rows, part, np.vstack([matrix * share.sum(axis=0), -(share * mean).sum(axis=0)])))
    size = np.array([len(rows) for rows in groups.values()])
    counts = (sides * size[:, None]).sum(axis=1).astype(int)
    return GroupTime(wanted, mean[0] - mean[1], Scores(len(held), tuple(blocks)), panel, counts[0], counts[1])


def _sides(panel: Panel, cell: Cell, groups: dict[int, np.ndarray]) -> np.ndarray:
    """(2, L) 1 where a label is the cell's pilots, and where it is compared with."""
    control = [is_compared(panel, cell, label) for label in groups]
    return np.array([[label == cell.cohort for label in groups], control], dtype=float)


def _cell_by_cell(panel: Panel, wanted: list[Cell], values: np.ndarray) -> GroupTime:
    """Every cell from the schools that have a value in it."""
    scores = np.zeros(values.shape)
    att, n_treated, n_comparison = np.zeros(len(wanted)), [], []
    for k, cell in enumerate(wanted):
        means = []
        for rows, sign, count in (
            (panel.joined == cell.cohort, 1.0, n_treated), (compared(panel, cell), -1.0, n_comparison)
        ):  # fmt: skip
            rows = np.flatnonzero(rows & ~np.isnan(values[:, k]))
            share = panel.weight[rows] / panel.weight[rows].sum() if len(rows) else np.empty(0)
            means.append(share @ values[rows, k] if len(rows) else np.nan)
            scores[rows, k] += sign * share * (values[rows, k] - means[-1])
            count.append(len(rows))
        att[k] = means[0] - means[1]
    return GroupTime(wanted, att, Scores.dense(scores), panel, np.array(n_treated), np.array(n_comparison))


def _with_covariates(panel: Panel, wanted: list[Cell], values: np.ndarray) -> GroupTime:
    x = covariates_of(panel)
    scores = np.zeros(values.shape)
    att, n_treated, n_comparison = np.zeros(len(wanted)), [], []
    for k, cell in enumerate(wanted):
        treated = panel.joined == cell.cohort
        rows = np.flatnonzero((treated | compared(panel, cell)) & ~np.isnan(values[:, k]))
        att[k], scores[rows, k] = doubly_robust(values[rows, k], treated[rows], x[rows], panel.weight[rows])
        n_treated.append(int(treated[rows].sum()))
        n_comparison.append(len(rows) - n_treated[-1])
    return GroupTime(wanted, att, Scores.dense(scores), panel, np.array(n_treated), np.array(n_comparison))


def covariates_of(panel: Panel) -> np.ndarray:
    """(N, k + 1) ones and the design's covariates.

    Raises
    ------
    CannotEstimate
        A covariate has missing values.
    """
    x = panel.schools[list(panel.design.covariates)].astype("float64").to_numpy()
    if np.isnan(x).any():
        raise CannotEstimate(
            Words("ตัวแปรร่วมมีค่าหาย", "a covariate has missing values"),
            where=", ".join(panel.design.covariates),
            todo=Words("เติมค่าในตาราง schools หรือเอาตัวแปรนั้นออก", "fill the schools table, or leave that covariate out"),
        )  # fmt: skip
    return np.column_stack([np.ones(len(x)), x])


def imputation(panel: Panel) -> float:
    """The imputation estimate: observed minus school and year effects fitted on all cells not yet treated.

    Averages all pilot school-years alike; a cross-check of the all-years baseline, from which it differs only where a
    later cohort's years before joining help to fit the year effects, or cells are missing.
    Borusyak, Jaravel & Spiess 2024, Review of Economic Studies 91, 3253-3285.
    """
    left = panel.outcome - contrasts.year_effects(panel)
    before = (panel.joined[:, None] == NEVER) | (panel.years < panel.joined[:, None])
    base = np.nanmean(np.where(before, left, np.nan), axis=1)
    gain = np.where(before, np.nan, left - base[:, None])
    seen = ~np.isnan(gain)
    return float((np.where(seen, gain, 0).sum(axis=1) @ panel.weight) / (seen.sum(axis=1) @ panel.weight))


# --- one number per school -----------------------------------------------------------------------------------------


def changes(panel: Panel, *, weights: np.ndarray | None = None, wanted: list[Cell] | None = None) -> Changes:
    """One number per school and cohort: the school's change, as if it had joined with that cohort.

    A school's years after joining are averaged first, over the years it has; then schools are averaged. With no gaps
    the effect is exactly the average of the group-time effects. With covariates in the design, the association between
    change and covariates among the comparison schools is taken out of every school's change (outcome regression).

    Parameters
    ----------
    weights
        (K,) weights of ``wanted`` cells; the design's estimand over all cells after joining by default.
    """
    if wanted is None:
        wanted = [c for c in contrasts.cells(panel, pre=False) if compared_labels(panel, c)]
    if not wanted:
        raise CannotEstimate(Words("ไม่มีปีให้เปรียบเทียบ", "there are no years to compare"))
    if weights is None:
        weights = contrasts.average_weights(wanted, contrasts.cohort_mass(panel), panel.design.estimand)
    kind = {"years": panel.years, "baseline": panel.design.baseline}
    by_cell = contrasts.differences(contrasts.flattened(panel), wanted, **kind)
    path = ((panel.joined[:, None] != NEVER) & (panel.years >= panel.joined[:, None])).astype(float)
    path[np.isnan(panel.outcome)] = np.nan
    by_path = contrasts.differences(path, wanted, **kind)
    labels, table = _labels(panel)
    runs = _columns(panel, wanted, weights)
    values = np.stack([_mean_over(by_cell, weights, run) for run in runs], axis=1)
    return Changes(
        values=_adjusted(values, panel),
        exposure=np.stack([_mean_over(by_path, weights, run) for run in runs], axis=1),
        alpha=np.array([weights[run].sum() for run in runs]),
        cohort=np.array([table[wanted[run[0]].cohort] for run in runs]),
        control=np.stack([_controls(panel, wanted[run[0]], table) for run in runs]),
        labels=labels, weight=panel.weight,
    )  # fmt: skip


def without_mass(panel: Panel, changes: Changes, row: int) -> Changes:
    """The changes with cohorts weighted as they are without the pilot school in this row.

    A cohort's weight goes with its schools' (exactly so under the estimands "simple" and "group").
    """
    own = changes.labels[row]
    left = 1 - panel.weight[row] / panel.weight[changes.labels == own].sum()
    alpha = np.where(changes.cohort == own, changes.alpha * left, changes.alpha)
    return replace(changes, alpha=alpha / alpha.sum())


def _labels(panel: Panel) -> tuple[np.ndarray, dict[int, int]]:
    table = {int(g): h for h, g in enumerate(panel.cohorts, start=1)}
    return np.searchsorted(panel.cohorts, panel.joined, side="right") * (panel.joined != NEVER), table


def _columns(panel: Panel, wanted: list[Cell], weights: np.ndarray) -> list[list[int]]:
    """Cells of one cohort and one comparison group, to be averaged within the school first."""
    runs: dict[tuple, list[int]] = {}
    for k, cell in enumerate(wanted):
        if weights[k] != 0:
            runs.setdefault((cell.cohort, compared_labels(panel, cell)), []).append(k)
    return list(runs.values())


def _mean_over(values: np.ndarray, weights: np.ndarray, run: list[int]) -> np.ndarray:
    """Weighted mean of a school's cells over those it has."""
    held, share = values[:, run], weights[run]
    seen = ~np.isnan(held)
    mass = seen @ share
    return np.where(mass > 0, np.where(seen, held, 0.0) @ share / np.where(mass > 0, mass, 1.0), np.nan)


def _controls(panel: Panel, cell: Cell, table: dict[int, int]) -> np.ndarray:
    held = np.zeros(len(table) + 1, dtype=bool)
    held[[table.get(year, 0) for year in compared_labels(panel, cell)]] = True
    return held


def _adjusted(values: np.ndarray, panel: Panel) -> np.ndarray:
    """Changes less what the covariates predict from the comparison schools' changes."""
    if not panel.design.covariates:
        return values
    return without(values, covariates_of(panel), among=panel.joined == NEVER, weight=panel.weight)


def without(values: np.ndarray, x: np.ndarray, *, among: np.ndarray, weight: np.ndarray) -> np.ndarray:
    """(N, J) values less their weighted regression on (N, k) covariates among some schools.

    Taking the same covariates out twice changes nothing: what is left depends on the last schools fitted alone.
    """
    out = values.copy()
    for j in range(values.shape[1]):
        fit = among & ~np.isnan(values[:, j])
        root = np.sqrt(weight[fit])
        out[:, j] -= x @ np.linalg.lstsq(x[fit] * root[:, None], values[fit, j] * root, rcond=None)[0]
    return out


def per_cohort(panel: Panel, values: np.ndarray) -> Changes:
    """Any (N, G) number per school and cohort, compared with schools that never joined; pilot schools count alike.

    For questions that are no average of years, such as a slope before joining.
    """
    labels, table = _labels(panel)
    mass = np.array(list(contrasts.cohort_mass(panel).values()))
    control = np.zeros((len(table), len(table) + 1), dtype=bool)
    control[:, 0] = True
    return Changes(
        values=values, exposure=np.zeros(values.shape), alpha=mass / mass.sum(),
        cohort=np.arange(1, len(table) + 1), control=control, labels=labels, weight=panel.weight,
    )  # fmt: skip
