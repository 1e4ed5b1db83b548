"""What else it could be: schools that were different before, luck that wears off, pupils who no longer sit the test."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd

from innovlib.chance import normal_density, normal_quantile
from innovlib.effects import contrasts, engine, estimate, inference, where
from innovlib.effects.effect import Effect
from innovlib.effects.panel import Panel
from innovlib.errors import CannotEstimate, Words


def past(panel: Panel) -> np.ndarray:
    """(N,) mean outcome over the years before the first cohort joined, year effects out where there are gaps."""
    before = contrasts.flattened(panel)[:, panel.years < panel.cohorts.min()]
    seen = ~np.isnan(before)
    return np.where(seen.any(axis=1), np.where(seen, before, 0).sum(axis=1) / np.maximum(seen.sum(axis=1), 1), np.nan)


def matched(panel: Panel, *, neighbours: int = 5) -> Effect:
    """The effect against comparison schools whose past was like the pilots'.

    Each pilot's nearest comparison schools by mean outcome before joining, within its size stratum where there are
    enough, are kept (with replacement between pilots); then the design's estimate and inference, moving whole
    subdistricts or areas where they are moved for all schools and those kept allow it. The interval holds the match
    fixed. Matching on a noisy past invites regression to the mean (:func:`mean_reversion`): read both.

    Parameters
    ----------
    neighbours
        Comparison schools per pilot.
    """
    level, kept = past(panel), set[int]()
    pools = _pools(panel, level, least=neighbours)
    for row in np.flatnonzero(panel.treated & ~np.isnan(level)):
        pool = _about(pools[int(panel.stratum[row])], level, at=level[row], most=neighbours)
        kept |= set(pool[np.argsort(np.abs(level[pool] - level[row]), kind="stable")[:neighbours]].tolist())
    rows = np.sort(np.concatenate([np.flatnonzero(panel.treated), np.array(sorted(kept), dtype=int)]))
    kept_only = panel.keep(rows)
    permuted = where.which(panel)
    if permuted not in ("subdistricts", "areas") or where.can_move(kept_only, permuted):
        kept_only = kept_only.asked(inference=permuted)
    one = replace(inference.effect(kept_only), design=panel.design)
    name = Words("เทียบกับโรงเรียนที่ผลก่อนเข้าร่วมใกล้กัน", "against schools with a like past")
    return replace(one, name=name)


def _pools(panel: Panel, level: np.ndarray, *, least: int) -> dict[int, np.ndarray]:
    """By size stratum the comparison schools in the order of their level; all of them where it has too few."""
    order = np.argsort(level, kind="stable")
    others = order[(~panel.treated & ~np.isnan(level))[order]]
    own = {int(stratum): others[panel.stratum[others] == stratum] for stratum in np.unique(panel.stratum)}
    return {stratum: rows if len(rows) >= least else others for stratum, rows in own.items()}


def _about(pool: np.ndarray, level: np.ndarray, *, at: float, most: int) -> np.ndarray:
    """The rows of an ordered pool that lie no farther from a level than the nearest so many, ascending.

    Of a nation's tens of thousands a handful is looked at.
    """
    levels = level[pool]
    place = int(np.searchsorted(levels, at))
    near = np.sort(np.abs(levels[max(place - most, 0) : place + most] - at))[:most]
    if not len(near):
        return pool
    reach = near[-1] + 1e-9 * (abs(at) + near[-1])  # what is as far as the last is kept, whatever rounding says
    low, high = np.searchsorted(levels, at - reach), np.searchsorted(levels, at + reach, side="right")
    return np.sort(pool[low:high])


def mean_reversion(panel: Panel) -> pd.DataFrame:
    """How much of the estimate regression to the mean could make, had the pilots been chosen for their past results.

    Among comparison schools, the change is regressed on the level before; times the pilots' head start, this is the
    change to be expected of schools chosen for that level alone. If the pilots differ lastingly nothing reverts, so the
    truth lies between ``estimate`` and ``adjusted`` (Angrist & Pischke 2009, Mostly Harmless Econometrics, section
    5.4).

    Returns
    -------
    DataFrame
        One row: head_start (pilots' level before, minus others'), slope (change per unit of level), expected
        (slope × head_start), estimate, adjusted (estimate − expected), std_error of expected, n.
    """
    level, changes = past(panel), estimate.changes(panel)
    change = np.nanmean(np.where(np.isnan(changes.values), np.nan, changes.values), axis=1)
    fit = ~panel.treated & ~np.isnan(level) & ~np.isnan(change)
    if fit.sum() < 10:
        raise CannotEstimate(Words("โรงเรียนเปรียบเทียบน้อยกว่า 10 โรงเรียน", "fewer than ten comparison schools"))
    if not np.ptp(level[fit]) > 0:
        raise CannotEstimate(
            Words("โรงเรียนเปรียบเทียบมีระดับก่อนเข้าร่วมเท่ากันหมด", "all comparison schools stood at one level before")
        )
    from scipy import stats  # here only: importing it takes half a second

    line = stats.linregress(level[fit], change[fit])
    ahead = float(np.nanmean(level[panel.treated]) - np.nanmean(level[~panel.treated]))
    value = float(engine.outcome(changes, engine.observed(changes))[0][0])
    return pd.DataFrame(
        [
            {"head_start": ahead, "slope": line.slope, "expected": line.slope * ahead,
             "std_error": line.stderr * abs(ahead),
             "estimate": value, "adjusted": value - line.slope * ahead, "n": int(fit.sum())}
        ]
    )  # fmt: skip


def participation_bounds(panel: Panel, participation: Panel, *, pupil_sd: float = 1.0) -> pd.DataFrame:
    """Bounds on the effect where joining also moved the share of pupils who sat the test.

    Lee (2009, Review of Economic Studies 76, 1071-1102): if joining made a share more sit (or stay away), that share
    may have been the worst or the best of the pupils. They are trimmed from the group with more takers; pupils'
    scores in a school are taken as normal, so trimming a share q moves a mean by :math:`\\sigma \\phi(z_q) / (1 - q)`.

    Parameters
    ----------
    panel
        The outcome.
    participation
        The same schools with the share tested (0–1) as outcome.
    pupil_sd
        SD of pupils within a school, in the outcome's unit.

    Returns
    -------
    DataFrame
        One row: share_effect, share_low, share_high, share_p (effect on the share tested, its interval and p), trimmed,
        estimate, lower, upper, conf_low, conf_high (the bounds less and plus the interval's reach), moved (True where
        the share's interval leaves zero out). Trimming uses the estimated share effect.
    """
    share, found = inference.effect(participation), inference.effect(panel)
    after = participation.outcome[participation.treated][:, participation.years >= participation.cohorts.max()]
    level = float(np.nanmean(after))
    more = max(level, level - share.estimate)
    if not more > 0:
        raise CannotEstimate(Words("ไม่ทราบระดับของสัดส่วนผู้เข้าสอบ", "the level of the share tested is not known"))
    trimmed = min(abs(share.estimate) / more, 0.99)
    shift = pupil_sd * normal_density(normal_quantile(trimmed)) / (1 - trimmed) if trimmed > 0 else 0.0
    return pd.DataFrame(
        [
            {"share_effect": share.estimate, "share_low": share.conf_low, "share_high": share.conf_high,
             "share_p": share.p_value,
             "trimmed": trimmed, "estimate": found.estimate,
             "lower": found.estimate - shift, "upper": found.estimate + shift,
             "conf_low": found.conf_low - shift, "conf_high": found.conf_high + shift,
             "moved": share.verdict in ("higher", "lower")}
        ]
    )  # fmt: skip
