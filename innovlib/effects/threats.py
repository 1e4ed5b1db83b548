"""Nine ways in which an estimate can deceive, each with a number, or with the reason why it has none."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd

from innovlib.effects import selection, sensitivity, where
from innovlib.effects.panel import Panel
from innovlib.effects.study import Study
from innovlib.errors import CannotEstimate, Words

#: What each threat is called, and what its numbers are.
THREATS: dict[str, Words] = {
    "pre_trend": Words(
        "แนวโน้มก่อนเข้าร่วมต่างกัน: ความชันต่อปี; ขอบ = ความชันที่ตรวจพบได้สี่ในห้าครั้ง",
        "different trends before joining: slope a year; limit = slope found four times in five",
    ),
    "violation": Words(
        "แนวโน้มต่อปีที่จะอธิบายผลได้ทั้งหมด; ขอบ = ปลายช่วงเชื่อมั่นของแนวโน้มก่อนเข้าร่วมที่ไกลจากศูนย์ที่สุด",
        "slope a year that would explain it all away; limit = far end of the interval of the slope before joining",
    ),
    "one_school": Words(
        "ตัดโรงเรียนที่มีผลต่อค่าประมาณมากที่สุดออก; ช่วง = ค่าต่ำสุดและสูงสุดเมื่อตัดออกทีละโรงเรียน",
        "without the school that matters most; interval = lowest and highest estimate leaving one school out",
    ),
    "placebo_years": Words(
        "สมมุติว่าเข้าร่วมก่อนจริง: ปีที่ค่า p น้อยที่สุด; ขอบ = จำนวนปีที่ลอง",
        "pretended earlier joining: the year with the smallest p; limit = years tried",
    ),
    "placebo_outcome": Words(
        "สิ่งที่การเข้าร่วมเปลี่ยนไม่ได้ (จำนวนนักเรียนในชั้น ร้อยละ)",
        "what joining cannot have moved (pupils enrolled in the grade, per cent)",
    ),
    "selection": Words("เทียบเฉพาะโรงเรียนที่ผลก่อนเข้าร่วมใกล้กัน", "against schools with a like past only"),
    "participation": Words(
        "ขอบเขตเมื่อสัดส่วนผู้เข้าสอบเปลี่ยน; ขอบและค่า p = การเปลี่ยนแปลงของสัดส่วนผู้เข้าสอบ",
        "bounds if the share tested moved; limit and p = change in the share tested",
    ),
    "mean_reversion": Words(
        "ค่าประมาณหลังหักการถอยเข้าหาค่าเฉลี่ย; ขอบ = ส่วนที่อาจเกิดจากการถอยนั้น",
        "estimate less regression to the mean; limit = what that could make",
    ),
    "clustering": Words(
        "โรงเรียนนำร่องกระจุกตัว: จำนวนคู่ในตำบลเดียวกันเทียบกับที่คาดโดยบังเอิญ; ขอบ = เริ่มสลับทั้งตำบล",
        "pilots standing together: pairs in one subdistrict over chance; limit = where subdistricts are permuted",
    ),
}

COLUMNS = ["threat", "estimate", "conf_low", "conf_high", "p_value", "limit", "reason_th", "reason_en"]


def nine(
    found: Study, *, share: Panel | None = None, placebo: Panel | None = None, pupil_sd: float = float("nan")
) -> pd.DataFrame:
    """The nine threats to one estimate (:data:`THREATS`).

    Parameters
    ----------
    found
        The outcome, studied.
    share, placebo
        The share tested and an outcome that joining cannot have moved, of the same schools; None where not known.
    pupil_sd
        SD of pupils within a school, in the outcome's unit, for the bounds.

    Returns
    -------
    DataFrame
        One row per threat: threat, estimate, conf_low, conf_high, p_value, limit (NaN where a threat has none of
        these), reason_th and reason_en (why there is no number; "" otherwise).

    Examples
    --------
    >>> from innovlib.effects import simulate
    >>> from innovlib.effects.panel import panel
    >>> from innovlib.effects.study import study
    >>> table = nine(study(panel(*simulate.area(seed=1))))
    >>> len(table), table.loc[table["estimate"].isna(), "threat"].tolist()
    (9, ['placebo_outcome', 'participation'])
    """
    ways: dict[str, Callable[[], dict]] = {
        "pre_trend": lambda: _trend(found), "violation": lambda: _violation(found),
        "one_school": lambda: _one_school(found), "placebo_years": lambda: _placebo_years(found),
        "placebo_outcome": lambda: _placebo(placebo), "selection": lambda: _part(found, "matched"),
        "participation": lambda: _participation(found, share, pupil_sd),
        "mean_reversion": lambda: _reversion(found), "clustering": lambda: _clustering(found),
    }  # fmt: skip
    rows = []
    for name, way in ways.items():
        try:
            rows.append({"threat": name, "reason_th": "", "reason_en": ""} | way())
        except CannotEstimate as error:
            rows.append({"threat": name, "reason_th": error.words.th, "reason_en": error.words.en})
    return pd.DataFrame(rows, columns=COLUMNS)


def _had(found: Study, part: str):
    """A part of the study or, where it was refused, its reason as an error."""
    if part in found.refused:
        raise CannotEstimate(found.refused[part])
    return found.frames[part] if part in found.frames else getattr(found, part)


def _part(found: Study, part: str) -> dict:
    one = _had(found, part)
    return {c: getattr(one, c) for c in ("estimate", "conf_low", "conf_high", "p_value")}


def _trend(found: Study) -> dict:
    trend = _had(found, "trend")
    return {c: getattr(trend.slope, c) for c in ("estimate", "conf_low", "conf_high", "p_value")} | {
        "limit": trend.detectable
    }


def _violation(found: Study) -> dict:
    trend = _had(found, "trend")
    return {"estimate": trend.breakdown, "limit": max(abs(trend.slope.conf_low), abs(trend.slope.conf_high))}


def _one_school(found: Study) -> dict:
    rows = _had(found, "leave_one_out")
    most = rows.loc[rows["change"].abs().idxmax()]
    return {"estimate": most["estimate"], "conf_low": rows["estimate"].min(), "conf_high": rows["estimate"].max(),
            "p_value": most["p_value"]}  # fmt: skip


def _placebo_years(found: Study) -> dict:
    rows = _had(found, "placebo_years")
    if rows.empty:
        raise CannotEstimate(Words("มีปีก่อนเข้าร่วมไม่ถึงสองปี", "there are not two years before joining"))
    least = rows.loc[rows["p_value"].idxmin()]
    return {c: least[c] for c in ("estimate", "conf_low", "conf_high", "p_value")} | {"limit": len(rows)}


def _placebo(placebo: Panel | None) -> dict:
    if placebo is None:
        raise CannotEstimate(
            Words("ไม่มีจำนวนนักเรียนในชั้นพอให้ประมาณ", "enrolment in the grade is not known or cannot be estimated from")
        )
    rows = sensitivity.placebo_outcomes({"enrolled": placebo})
    if rows.empty:
        raise CannotEstimate(Words("จำนวนนักเรียนในชั้นไม่พอให้ประมาณ", "enrolment in the grade cannot carry an estimate"))
    return {c: rows[c].iat[0] for c in ("estimate", "conf_low", "conf_high", "p_value")}


def _participation(found: Study, share: Panel | None, pupil_sd: float) -> dict:
    if share is None or not np.isfinite(pupil_sd):
        raise CannotEstimate(Words("ไม่ทราบสัดส่วนผู้เข้าสอบ", "the share tested is not known"))
    row = selection.participation_bounds(found.panel, share, pupil_sd=pupil_sd).iloc[0]
    return {"estimate": found.effect.estimate, "conf_low": row["conf_low"], "conf_high": row["conf_high"],
            "p_value": row["share_p"], "limit": row["share_effect"]}  # fmt: skip


def _reversion(found: Study) -> dict:
    row = _had(found, "mean_reversion").iloc[0]
    return {"estimate": row["adjusted"], "limit": row["expected"]}


def _clustering(found: Study) -> dict:
    pairs = float(_had(found, "clustering")["concentration"].iat[0])
    if not np.isfinite(pairs):
        raise CannotEstimate(Words("ไม่ทราบตำบลของโรงเรียนครบทุกแห่ง", "the subdistrict of some school is not known"))
    return {"estimate": pairs, "limit": where.CLUSTERED}
