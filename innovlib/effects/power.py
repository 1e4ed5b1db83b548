"""What could have been seen: the smallest effect this area's schools can show, before any result is read."""

from __future__ import annotations

import numpy as np
import pandas as pd

from innovlib.chance import normal_quantile, t_quantile
from innovlib.effects import contrasts, engine, estimate, intervals, permute, where
from innovlib.effects.design import FEWEST_TREATED
from innovlib.effects.engine import Changes
from innovlib.effects.panel import Panel
from innovlib.errors import CannotEstimate, Words

_HOW = {"drawn": "permuted comparison schools", "spread": "spread of comparison schools' changes"}
#: Comparison schools from which alone the spread of a school's change is told.
_FEWEST_SPREAD = 10


def smallest_effects(panel: Panel, *, power: float = 0.8) -> pd.DataFrame:
    """The smallest effect found with 80 % power: by the whole area, each cohort, one school.

    Simulated from the comparison schools themselves: they are given the pilots' labels at random, as the design's test
    draws them (within size strata; in whole subdistricts or areas, as clustered as the pilots are), a constant effect
    is added, and the studentised test is applied; the effect at which it rejects in ``power`` of the draws is found
    from the draws' t statistics, a little enlarged because few schools or places tell how far chance goes. Pilots' own
    results are not used, so the number stands before any result. In 300 simulated areas each, an effect of that size
    was found in 81 % with spread pilots and in 82 % with clustered ones. Where comparison schools are fewer than twice
    the pilots they cannot stand in for them, and the effect is reckoned from the spread of their changes (Welch). One
    school: the quantile of what a comparison school's change does by chance, two-sided.

    Returns
    -------
    DataFrame
        Columns: who ("area", "cohort", "school"), cohort_be (NaN but for cohorts), smallest (unit of the outcome),
        n_treated, n (comparison schools drawn from), method. ``smallest`` is NaN for cohorts of fewer than four.

    Examples
    --------
    >>> from innovlib.effects import simulate
    >>> from innovlib.effects.panel import panel
    >>> smallest_effects(panel(*simulate.area(seed=1)))["who"].tolist()
    ['area', 'cohort', 'cohort', 'school']
    """
    changes, rows = estimate.changes(panel), []
    _must_vary(panel, changes)
    rows.append(("area", np.nan, _by_simulation(panel, changes, power), int(panel.treated.sum()), _how(panel, changes)))
    found = estimate.group_time(panel, pre=False)
    keys, weights = contrasts.row_weights(found.cells, contrasts.cohort_mass(panel), "group")
    for key, column in zip(keys[1:], weights.T[1:], strict=True):
        kept = [k for k in range(len(column)) if column[k] != 0]
        one = estimate.changes(panel, wanted=[found.cells[k] for k in kept], weights=column[kept])
        size = int((panel.joined == key).sum())
        least = _by_simulation(panel, one, power) if size >= FEWEST_TREATED else float("nan")
        rows.append(("cohort", key, least, size, _how(panel, one)))
    rows.append(("school", np.nan, _one_school(changes, power), 1, _HOW["spread"]))
    others = int((~panel.treated).sum())
    return pd.DataFrame(
        [{"who": w, "cohort_be": g, "smallest": s, "n_treated": k, "n": others, "method": m} for w, g, s, k, m in rows]
    )


def _must_vary(panel: Panel, changes: Changes) -> None:
    columns = [column[~np.isnan(column)] for column in changes.values[changes.labels == 0].T]
    apart = [np.ptp(column) for column in columns if len(column)]
    if apart and not intervals.varies(panel, float(max(apart))):
        raise CannotEstimate(
            Words("การเปลี่ยนแปลงของโรงเรียนเปรียบเทียบเท่ากันหมด", "all comparison schools changed alike; nothing varies")
        )


def _how(panel: Panel, changes: Changes) -> str:
    return _HOW["spread" if _few_others(panel, changes) else "drawn"]


def _chance(panel: Panel, changes: Changes) -> tuple[engine.Outcome, float]:
    """Effects of labels given to comparison schools at random, and the 5 % critical value of their |t|.

    The real pilots sit out: their rows carry no weight.
    """
    rows = np.flatnonzero(~panel.treated)
    counts = [int((changes.labels == h).sum()) for h in range(1, changes.n_labels)]
    if sum(counts) < FEWEST_TREATED or len(rows) < 2 * sum(counts):
        raise CannotEstimate(
            Words("โรงเรียนนำร่องหรือโรงเรียนเปรียบเทียบน้อยเกินไปสำหรับจำลองกำลังทดสอบ",
                  "too few pilot or comparison schools to simulate power from"),
            expected=Words("นำร่อง 4 โรงเรียนขึ้นไป เปรียบเทียบอย่างน้อยสองเท่า", "four pilots or more, twice as many others"),
        )  # fmt: skip
    stacked = changes.stacked()
    stacked[np.flatnonzero(panel.treated)] = 0.0
    parts = [
        engine.result(changes, engine.permuted(stacked, [rows[place] for place in drawn]))
        for drawn in _drawn(panel, changes, rows)
    ]
    result = engine.Outcome(*(np.concatenate(piece, axis=-1) for piece in zip(*parts, strict=True)))
    return result, float(np.nanquantile(np.abs(result.estimate / result.std_error), panel.design.level))


def _drawn(panel: Panel, changes: Changes, rows: np.ndarray) -> list[list[np.ndarray]]:
    """Labellings of the comparison schools, as clustered as the design's test has the pilots."""
    asked, permuted = {"draws": panel.design.draws, "seed": panel.design.seed}, where.which(panel)
    if permuted in ("subdistricts", "areas"):
        block = where.blocks(panel, permuted)
        groups = permute.fitted(permute.patterns(changes.labels, block), block[rows])
        if groups is not None:
            return permute.kept_places(groups, block[rows], **asked)
    return permute.kept("schools", _stand_ins(panel, changes, rows), panel.stratum[rows], **asked)


def _stand_ins(panel: Panel, changes: Changes, rows: np.ndarray) -> np.ndarray:
    """Labels for the comparison schools: as many of each label in each size stratum as the pilots have.

    Where a stratum has too few comparison schools, the rest are drawn from all.
    """
    labels, over = np.zeros(len(rows), dtype=int), []
    for pilot in np.flatnonzero(panel.treated):
        free = np.flatnonzero((labels == 0) & (panel.stratum[rows] == panel.stratum[pilot]))
        if len(free):
            labels[free[0]] = changes.labels[pilot]
        else:
            over.append(changes.labels[pilot])
    labels[np.flatnonzero(labels == 0)[: len(over)]] = over
    return labels


def _by_simulation(panel: Panel, changes: Changes, power: float) -> float:
    """Effect that is found, error + effect > critical × standard error, in ``power`` of the draws."""
    if _few_others(panel, changes):
        return _by_spread(panel, changes, power)
    result, critical = _chance(panel, changes)
    return float(np.nanquantile(critical * result.std_error - result.estimate, power)) * _known_from(panel, power)


def _known_from(panel: Panel, power: float) -> float:
    """What has to be added because the spread itself is known from a few subdistricts (schools, areas) only.

    The reach of t with their number less one, over the normal's: 1.01 for 87 schools, 1.07 for 17 subdistricts.
    """
    others, permuted = ~panel.treated, where.which(panel)
    blocked = permuted in ("subdistricts", "areas")
    units = len(np.unique(where.blocks(panel, permuted)[others])) if blocked else int(others.sum())
    levels = [(1 + panel.design.level) / 2, power]
    return float(t_quantile(levels, units - 1).sum() / normal_quantile(levels).sum())


def _few_others(panel: Panel, changes: Changes) -> bool:
    """Whether comparison schools are too few to stand in for the pilots, yet enough to tell how far a school strays."""
    pilots, others = int((changes.labels > 0).sum()), int((~panel.treated).sum())
    return where.which(panel) == "schools" and pilots >= FEWEST_TREATED and _FEWEST_SPREAD <= others < 2 * pilots


def _by_spread(panel: Panel, changes: Changes, power: float) -> float:
    """Effect found with this power where pilots stray as the comparison schools do: reach of t × standard error.

    Welch: the variance of the comparison schools' weighted change over their number, and for each cohort's part over
    the number of its pilots, with Satterthwaite's degrees of freedom; numbers are effective ones where schools are
    weighted.
    """
    rows = (changes.labels == 0) & ~np.isnan(changes.values).any(axis=1)
    others, sizes = changes.values[rows], [_effective(changes.weight[rows])]
    parts = [np.var(others @ changes.alpha, ddof=1) / sizes[0]]
    for cohort in np.unique(changes.cohort):
        own = changes.cohort == cohort
        sizes.append(_effective(changes.weight[changes.labels == cohort]))
        parts.append(np.var(others[:, own] @ changes.alpha[own], ddof=1) / sizes[-1])
    free = sum(parts) ** 2 / sum(p**2 / max(n - 1, 1) for p, n in zip(parts, sizes, strict=True))
    reach = sum(float(t_quantile(level, free)) for level in ((1 + panel.design.level) / 2, power))
    return float(reach * np.sqrt(sum(parts)))


def _effective(weight: np.ndarray) -> float:
    return float(weight.sum() ** 2 / (weight**2).sum())


def chance_of_finding(panel: Panel, *, effect: float) -> float:
    """Power: share of draws in which the design's test would find an effect of this size.

    Examples
    --------
    >>> from innovlib.effects import simulate
    >>> from innovlib.effects.panel import panel
    >>> chance_of_finding(panel(*simulate.area(seed=1)), effect=0.5) > 0.9
    True
    """
    result, critical = _chance(panel, estimate.changes(panel))
    return float((np.abs(result.estimate + effect) > critical * result.std_error).mean())


def _one_school(changes: Changes, power: float) -> float:
    """What a single school must move by, in the cohort whose comparison schools stray most."""
    others = changes.values[changes.labels == 0]
    seen = [column[~np.isnan(column)] for column in others.T]
    return max(_of_one(column - column.mean(), power) for column in seen if len(column))


def _of_one(strays: np.ndarray, power: float) -> float:
    """Two-sided 5 % limit of a single comparison school's change plus the distance that 80 % of such schools clear."""
    return float(np.quantile(np.abs(strays), 0.95) + np.quantile(strays, power))


def own_lines(panel: Panel) -> pd.DataFrame:
    """Each pilot school's change and its place among the comparison schools of its size: what one school can say.

    Returns
    -------
    DataFrame
        Columns: school_id, cohort_be, change (beyond the mean of the comparison schools), usual_low, usual_high
        (where 95 % of comparison schools of its size stratum lie), smallest (change by which one school of its size and
        cohort is told from chance four times in five), rank (1 = largest change), ranked_of, n_years (years after
        joining). Pilots whose cohort has no years to compare are no rows.

    Raises
    ------
    CannotEstimate
        No school that never joined stands beside the pilots.
    """
    if panel.treated.all():
        raise CannotEstimate(
            Words("ไม่มีโรงเรียนที่ไม่ได้เข้าร่วมให้เทียบกับโรงเรียนเดียว", "no school that never joined stands beside a single one")
        )
    changes, rows = estimate.changes(panel), []
    column = {int(h): j for j, h in reversed(list(enumerate(changes.cohort)))}
    usual = _usual(panel, changes)
    for row in np.flatnonzero(np.isin(changes.labels, list(column))):
        j = column[int(changes.labels[row])]
        middle, near, low, high = usual[j, int(panel.stratum[row])]
        least = _of_one(near, 0.8) if np.isfinite(low) else float("nan")
        change = changes.values[row, j] - middle
        after = int((~np.isnan(panel.outcome[row, panel.years >= panel.joined[row]])).sum())
        rows.append(
            {"school_id": panel.schools["school_id"].iat[row], "cohort_be": int(panel.joined[row]), "change": change,
             "usual_low": low, "usual_high": high, "smallest": least,
             "rank": 1 + len(near) - int(np.searchsorted(near, change, side="right")), "ranked_of": len(near) + 1,
             "n_years": after}
        )  # fmt: skip
    return pd.DataFrame(rows)


def _usual(panel: Panel, changes: Changes) -> dict[tuple[int, int], tuple[float, np.ndarray, float, float]]:
    """By column and size stratum: mean change of all comparison schools; the stratum's changes beyond it, in order;
    and where 95 % of these lie (NaN below 20 schools)."""
    found = {}
    for j in range(changes.values.shape[1]):
        others = np.where(changes.labels == 0, changes.values[:, j], np.nan)
        middle = float(np.nanmean(others))
        for stratum in np.unique(panel.stratum):
            near = others[panel.stratum == stratum]
            near = np.sort(near[~np.isnan(near)] - middle)
            low, high = np.quantile(near, [0.025, 0.975]) if len(near) >= 20 else (np.nan, np.nan)
            found[j, int(stratum)] = middle, near, low, high
    return found
