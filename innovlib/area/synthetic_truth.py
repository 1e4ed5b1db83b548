"""What is true in a synthetic area: the effects that were put in, and what they came to in this one draw."""

from __future__ import annotations

import numpy as np
import pandas as pd

from innovlib.area import synthetic_model as model
from innovlib.area import synthetic_tables as others
from innovlib.area.synthetic_roster import Roster

_BY = ["cohort", "exam", "series", "years_since_joining"]


def effect_rows(rows: pd.DataFrame, roster: Roster) -> pd.DataFrame:
    """The realised effect of each pilot school's results from joining on (points as printed, beside no joining).

    ``rows`` are a block's school results with ``total`` and ``total_without``; both were drawn with the same luck, so
    their difference is the effect of joining and nothing else.
    """
    joined = roster.joined[rows["school"].to_numpy()]
    after = rows[(joined > 0) & (rows["year"].to_numpy() >= joined) & (rows["n_tested"].to_numpy() > 0)]
    school = after["school"].to_numpy()
    return after[["school", "year", "exam", "series", "n_tested"]].assign(
        cohort=roster.cohort[school],
        years_since_joining=after["year"] - roster.joined[school],
        effect=(after["total"] - after["total_without"]) / after["n_tested"] / 100,
    )


def truth(roster: Roster, effects: pd.DataFrame, *, seed: int, noise: float) -> dict:
    """Everything an estimate may be held against, ready for JSON.

    ``effects`` holds one entry per cohort × test × grade × subject × year since joining: the designed effect in pupil
    SD and points, and the realised one in points (mean over schools, and weighted by pupils). ``average`` is the mean
    over all school-years after joining, by test and subject. Realised effects differ from designed ones by who sat the
    test, by rounding to items and by the limits 0 and 100.
    """
    return {
        "synthetic": True,
        "about": "Simulated. Real schools' names carry invented numbers here; nothing in this area was measured.",
        "seed": seed,
        "noise": noise,
        "identification": {
            "parallel_trends": "hold by construction",
            "selection": f"pilot schools stand {model.SELECTION} SD of lasting school differences above like schools",
            "shared_shocks": "none by subdistrict or district",
            "effect_before_joining": 0.0,
        },
        "ramp": {str(k): round(float(model.ramp(np.array(k))), 3) for k in range(model.RAMP_YEARS + 1)},
        "heterogeneity": {
            "per_sd_of_eagerness": model.EAGER,
            "note": "school effect = designed effect × multiplier; multipliers average 1 within each cohort",
        },
        "home_language": {
            "closing_at_peak_pupil_sd": model.CLOSING,
            "note": "at its peak, joining raises pupils with another home language by so much more than the others",
        },
        "effects": _by_year(effects),
        "average": _average(effects),
        "schools": _schools(roster),
        "autonomy": {
            "de_jure_before": others.DE_JURE_BEFORE,
            "de_jure_gain": others.DE_JURE_GAIN,
            "de_facto_before": others.DE_FACTO_BEFORE,
            "de_facto_gain_when_settled": others.DE_FACTO_GAIN,
            "settling": list(others.SETTLING),
            "note": "0–4 scale before rounding to whole steps; answers differ by respondent",
        },
        "qualities": {"gain_at_peak_pupil_sd": others.QUALITY_GAIN, "drift_a_year": others.QUALITY_DRIFT},
        "calibration": {"targets": model.TARGETS, "series": _series()},
    }


def _series() -> list[dict]:
    return [
        {"test": exam.test, "grade": exam.grade, "subject": s.subject, "pupil_sd_points": round(s.sd, 3)}
        | {"peak_pupil_sd": s.peak, "within": s.within, "school": s.school, "shock": s.shock}
        | {"girls_pupil_sd": s.girls, "home_language_pupil_sd": s.language}
        for exam in model.EXAMS
        for s in exam.series
    ]


def _by_year(effects: pd.DataFrame) -> list[dict]:
    out = []
    for (cohort, e, j, since), rows in effects.groupby(_BY):
        exam = model.EXAMS[e]
        series = exam.series[j]
        designed = series.peak * float(model.ramp(np.array(since)))
        out.append(
            {
                "cohort": int(cohort),
                "test": exam.test,
                "grade": exam.grade,
                "subject": series.subject,
                "years_since_joining": int(since),
                "year_be": int(rows["year"].iat[0]),
                "effect_pupil_sd": round(designed, 4),
                "effect_points": round(designed * series.sd, 4),
                **_realised(rows),
            }
        )
    return out


def _average(effects: pd.DataFrame) -> list[dict]:
    out = []
    for cohort, some in [("all", effects), *effects.groupby("cohort")]:
        for (e, j), rows in some.groupby(["exam", "series"]):
            exam = model.EXAMS[e]
            key = {"test": exam.test, "grade": exam.grade, "subject": exam.series[j].subject}
            out.append({"cohort": cohort if cohort == "all" else int(cohort), **key, **_realised(rows)})
    return out


def _realised(rows: pd.DataFrame) -> dict:
    pupils = rows["n_tested"]
    return {
        "realised_points": round(float(rows["effect"].mean()), 4),
        "realised_points_by_pupil": round(float((rows["effect"] * pupils).sum() / pupils.sum()), 4),
        "n_school_years": len(rows),
        "n_pupils": int(pupils.sum()),
    }


def _schools(roster: Roster) -> list[dict]:
    gains = others.autonomy_gain(roster).pivot(index="school", columns="domain", values="gain")
    return [
        {
            "school_id": roster.frame["school_id"].iat[i],
            "cohort": int(roster.cohort[i]),
            "effect_multiplier": round(1 + model.EAGER * float(roster.eagerness[i]), 3),
            "autonomy_gain": {domain: float(gains.loc[i, domain]) for domain in others.DE_FACTO_GAIN},
        }
        for i in gains.index
    ]
