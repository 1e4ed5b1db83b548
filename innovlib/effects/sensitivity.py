"""How far the estimate can be trusted: trends before joining, violations it would survive, single schools, placebos.

The joint Wald test of pre-trends that most software prints rejects a true null 94–97 % of the time at 13 pilots
(``bench/``), so it is not here. One slope before joining, tested by the same randomisation, holds its size; and because
passing it proves little (its power is printed), the breakdown slope says how large a differential trend would have to
be to explain the estimate away. Rambachan & Roth (2023, Review of Economic Studies 90, 2555-2591) on why both.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from innovlib.chance import t_quantile
from innovlib.copyable import Copyable
from innovlib.effects import contrasts, engine, estimate, inference, intervals
from innovlib.effects.effect import Effect, shown, unit_name
from innovlib.effects.engine import Changes
from innovlib.effects.panel import NEVER, Panel
from innovlib.errors import CannotEstimate, Words


def slopes_before(panel: Panel) -> Changes:
    """Each school's yearly slope over the years before each cohort joined, ready to be compared.

    Least squares over the years the school has; year effects are taken out first where there are gaps.

    Raises
    ------
    CannotEstimate
        No cohort has two years before joining.
    """
    values, columns = contrasts.flattened(panel), []
    for cohort in panel.cohorts:
        before = panel.years < cohort
        columns.append(_slope(values[:, before], panel.years[before]))
    if all(np.isnan(c).all() for c in columns):
        raise CannotEstimate(
            Words("ไม่มีรุ่นใดมีผลก่อนเข้าร่วมอย่างน้อยสองปี", "no cohort has two years before joining"),
            todo=Words("เพิ่มผลปีก่อนหน้า จึงจะตรวจแนวโน้มได้", "add earlier years; a trend cannot be checked otherwise"),
        )  # fmt: skip
    made = estimate.per_cohort(panel, np.stack(columns, axis=1))
    # A pilot that drifts by one a year has a slope larger by one, whichever cohort it is taken for.
    made = replace(made, exposure=np.repeat(panel.treated[:, None].astype(float), len(columns), axis=1))
    usable = [j for j, h in enumerate(made.cohort) if (~np.isnan(made.values[made.labels == h, j])).any()]
    share = made.alpha[usable]
    return replace(
        made, values=made.values[:, usable], exposure=made.exposure[:, usable], alpha=share / share.sum(),
        cohort=made.cohort[usable], control=made.control[usable],
    )  # fmt: skip


def _slope(values: np.ndarray, years: np.ndarray) -> np.ndarray:
    seen = ~np.isnan(values)
    middle = (seen * years).sum(axis=1) / np.maximum(seen.sum(axis=1), 1)
    off = np.where(seen, years - middle[:, None], 0.0)
    spread = (off**2).sum(axis=1)
    return np.where(spread > 0, (off * np.where(seen, values, 0)).sum(axis=1) / np.where(spread > 0, spread, 1), np.nan)


@dataclass(frozen=True)
class PreTrend(Copyable):
    """The pilots' slope before joining beyond that of the comparison schools, and what it could do to the effect.

    Attributes
    ----------
    slope
        Effect on the yearly slope (unit a year), with the design's inference: p and interval by the same test.
    detectable
        Slope that this test finds with 80 % power; a smaller one passes unseen more often than not.
    years_of_drift
        c: a differential slope of d a year moves the estimate by c × d.
    breakdown
        \\|estimate\\| / c: the slope that would explain the estimate away.
    """

    slope: Effect
    detectable: float
    years_of_drift: float
    breakdown: float

    def to_frame(self) -> pd.DataFrame:
        """One row: the slope's result columns, detectable, years_of_drift, breakdown, survives."""
        extra = {"detectable": self.detectable, "years_of_drift": self.years_of_drift, "breakdown": self.breakdown}
        return self.slope.to_frame().assign(**extra, survives=self.survives)

    @property
    def survives(self) -> bool:
        """True where the whole interval of the slope stays within ± the breakdown slope."""
        return bool(max(abs(self.slope.conf_low), abs(self.slope.conf_high)) < self.breakdown)

    def sentence(self, lang: str = "th") -> str:
        """Trend before joining, what would go unseen, and how large a trend would explain the estimate away."""
        unit = self.slope.design.unit
        value, low, high, least, broken = (
            shown(v, unit if unit == "points" else "SD")
            for v in (self.slope.estimate, self.slope.conf_low, self.slope.conf_high, self.detectable, self.breakdown)
        )
        name = unit_name(unit, lang)
        if lang == "th":
            seen = {"open": "ไม่พบแนวโน้มต่างกันก่อนเข้าร่วม", "none": "ตรวจแนวโน้มก่อนเข้าร่วมไม่ได้"}.get(
                self.slope.verdict, "แนวโน้มก่อนเข้าร่วมต่างกัน"
            )
            end = "ช่วงเชื่อมั่นของแนวโน้มอยู่ในขอบนี้" if self.survives else "ข้อมูลยังไม่ตัดแนวโน้มขนาดนั้นออก"
            return (
                f"{seen} (ต่างกันปีละ {value} {name} ช่วงเชื่อมั่น {low} ถึง {high}) แต่แนวโน้มที่เล็กกว่าปีละ {least} มักตรวจไม่พบ "
                f"ถ้าแนวโน้มต่างกันปีละ {broken} จะอธิบายผลที่พบได้ทั้งหมด: {end}"
            )
        seen = {
            "open": "No different trend before joining was found",
            "none": "The trend before joining cannot be checked",
        }
        end = "the slope's interval lies within it" if self.survives else "the data do not rule such a slope out"
        return (
            f"{seen.get(self.slope.verdict, 'The trend before joining differed')} ({value} {name} a year, interval "
            f"{low} to {high}), but a slope under {least} a year would mostly go unseen. "
            f"A differential slope of {broken} a year would explain the whole estimate away: {end}."
        )

    def _repr_html_(self) -> str:
        return f"<p lang='th'>{self.sentence('th')}</p><p lang='en'>{self.sentence('en')}</p>"


def pre_trend(panel: Panel) -> PreTrend:
    """Test the slope before joining and say what a slope would do to the estimate.

    The 80 %-power slope is :math:`(t_{.975} + t_{.80}) \\cdot se`, with se from the interval: half its length over
    :math:`t_{.975}`, so that it knows of pilots that stand together. c is the estimate's response to a path that rises
    by one a year in the pilots.

    Examples
    --------
    >>> from innovlib.effects import simulate
    >>> from innovlib.effects.panel import panel
    >>> round(pre_trend(panel(*simulate.area(seed=1))).years_of_drift, 1)
    5.0
    """
    slope = inference.effect(panel, slopes_before(panel))
    name = Words("แนวโน้มต่อปีก่อนเข้าร่วมที่ต่างจากกลุ่มเปรียบเทียบ", "yearly slope before joining beyond comparison schools")
    t = t_quantile([(1 + panel.design.level) / 2, 0.8], slope.degrees)
    reach = (slope.conf_high - slope.conf_low) / 2 * t.sum() / t[0]
    drift, value = years_of_drift(panel), _estimate(estimate.changes(panel))
    return PreTrend(replace(slope, name=name), float(reach), drift, abs(value) / drift if drift > 0 else np.inf)


def years_of_drift(panel: Panel) -> float:
    """c: how far the estimate moves if the pilots drift away from the comparison schools by one unit a year."""
    drift = panel.treated[:, None] * (panel.years - panel.years.min()).astype(float)
    drift = np.where(np.isnan(panel.outcome), np.nan, drift)
    return _estimate(estimate.changes(replace(panel, outcome=drift, design=replace(panel.design, covariates=()))))


def _estimate(changes: Changes) -> float:
    return float(engine.outcome(changes, engine.observed(changes))[0][0])


def leave_one_out(panel: Panel, *, most: int = 100) -> pd.DataFrame:
    """The effect without each pilot school in turn.

    Parameters
    ----------
    most
        Where there are more pilots than this, only the ones with the largest part in the estimate are left out in turn;
        no other could move it as far.

    Notes
    -----
    Everything is fitted anew without the school; in panels of more than
    :data:`innovlib.effects.inference.REFITTED` schools only means, variances and the weights of the cohorts are, and
    the year effects that bridge gaps stay: one school in thousands does not move them.

    Returns
    -------
    DataFrame
        Columns: school_id (the one left out), estimate, std_error, conf_low, conf_high (Welch), p_value, n, n_treated,
        change (estimate without it minus estimate with all), ordered by change.
    """
    inference.enough_treated(int(panel.treated.sum()) - 1)
    changes, rows = estimate.changes(panel), []
    full, scores = inference.scores_of(changes)
    pilots = np.flatnonzero(panel.treated)
    leaving = np.sort(pilots[np.argsort(-np.abs(scores[pilots]), kind="stable")[:most]])
    for row, one in zip(leaving, _each_out(panel, changes, leaving), strict=True):
        rows.append({"school_id": panel.schools["school_id"].iat[row]} | _held(one) | {"change": one.estimate - full})
    return pd.DataFrame(rows).sort_values("change", ignore_index=True)


def _each_out(panel: Panel, changes: Changes, leaving: np.ndarray) -> Iterator[Effect]:
    """The effect without each of these schools in turn; see :func:`leave_one_out` on what is fitted anew."""
    if len(panel.joined) <= inference.REFITTED:
        for row in leaving:
            yield inference.welch(panel.keep(np.delete(np.arange(len(panel.joined)), row)))
        return
    held, stacked = engine.observed(changes), changes.stacked()
    for row in leaving:
        moments = engine.Moments(held.second.copy())
        moments.second[changes.labels[row], ..., 0] -= np.outer(stacked[row], stacked[row])
        found = engine.result(estimate.without_mass(panel, changes, row), moments)
        one = float(found.estimate[0]), float(found.std_error[0]), float(found.degrees[0])
        yield replace(intervals.with_t(panel, *one, intervals.METHODS["welch"]), **_one_fewer(panel))


def _one_fewer(panel: Panel) -> dict[str, int]:
    return {"n": len(panel.joined) - 1, "n_treated": int(panel.treated.sum()) - 1}


def placebo_years(panel: Panel) -> pd.DataFrame:
    """Pretend that every cohort joined earlier, using only the years before it really did.

    Returns
    -------
    DataFrame
        Columns: years_early, estimate, std_error, conf_low, conf_high, p_value, n, n_treated. Effects should be nil;
        empty where no cohort has two years before joining.
    """
    first = int(panel.cohorts.min())
    before = panel.years < first
    early = replace(panel, years=panel.years[before], outcome=panel.outcome[:, before])
    rows = []
    for lead in range(1, int(before.sum())):
        # All pilots pretend to join in one year: the years before the first cohort are all that is untouched.
        pretended = replace(early, joined=np.where(panel.treated, panel.years[before][-lead], NEVER))
        try:
            one = inference.effect(pretended)
        except CannotEstimate:
            continue
        rows.append({"years_early": lead} | _held(one))
    return pd.DataFrame(rows, columns=["years_early", *_KEPT])


def placebo_outcomes(others: dict[str, Panel]) -> pd.DataFrame:
    """Effects on outcomes that joining cannot have moved, by the design's own test; an effect there is a warning.

    Parameters
    ----------
    others
        Name of each placebo outcome to its panel.

    Returns
    -------
    DataFrame
        Columns: outcome, estimate, std_error, conf_low, conf_high, p_value, n, n_treated, unit. Outcomes that cannot
        carry an estimate are not rows.
    """
    rows = []
    for name, other in others.items():
        try:
            rows.append({"outcome": name} | _held(inference.effect(other)) | {"unit": other.design.unit})
        except CannotEstimate:
            continue
    return pd.DataFrame(rows, columns=["outcome", *_KEPT, "unit"])


_KEPT = ("estimate", "std_error", "conf_low", "conf_high", "p_value", "n", "n_treated")


def _held(one: Effect) -> dict:
    return {column: getattr(one, column) for column in _KEPT}
