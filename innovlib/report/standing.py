"""Are we sure? One school's place over all tests together, as a chance in twenty.

A school with few pupils has few results that say anything alone; put together over its tests, subjects and three
years they say more. Everything here is worked out from the printed (protected) distance and its printed interval, so
it tells no more than those do.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd

from innovlib.chance import normal_quantile
from innovlib.errors import Words
from innovlib.measures.similar import between_variance, shrunken
from innovlib.report import figures, labels
from innovlib.report.disclosure import Z95, Protected, profile
from innovlib.report.figures.chance_dots import DOTS
from innovlib.report.typeset import number
from innovlib.report.words import sentence


def chances(gap: Protected, *, gaps: pd.DataFrame) -> Protected:
    """The twenty quantiles of what a school's distance from the area may really be.

    Parameters
    ----------
    gap
        The school's own row of :meth:`innovlib.release.withheld.Page.gaps`.
    gaps
        The distances of the area's schools (:func:`of_shown`); only their spread, one number for the whole area, is
        used.

    Returns
    -------
    Protected
        Twenty rows with ``difference`` (points) and ``status``; one row without a value where the distance is hidden,
        where there are no results, or where the area's schools differ by no more than chance (``status`` alike): then
        nothing speaks for either side.

    Notes
    -----
    The printed distance is pulled towards the area's mean by its reliability
    (:func:`innovlib.measures.similar.shrunken`); quantiles 2.5 %, 7.5 %, … 97.5 % of the normal posterior.
    """
    row = None if gap.frame.empty else gap.frame.iloc[0]
    if row is None or row["status"] != "shown":
        state = {"difference": [np.nan], "status": ["absent" if row is None else row["status"]],
                 "n_label": ["–" if row is None else row["n_label"]]}  # fmt: skip
        return replace(gap, frame=pd.DataFrame(state))
    variance = ((row["conf_high"] - row["conf_low"]) / 2 / Z95) ** 2
    found = shrunken([row["gap"]], [variance], tau2=between(gaps) ** 2).iloc[0]
    if found["posterior_sd"] == 0:
        alike = {"difference": [np.nan], "status": ["alike"], "n_label": [row["n_label"]]}
        return replace(gap, frame=pd.DataFrame(alike))
    at = (np.arange(DOTS) + 0.5) / DOTS
    values = found["shrunken"] + found["posterior_sd"] * normal_quantile(at)
    return replace(gap, frame=pd.DataFrame({"difference": values, "status": "shown", "n_label": row["n_label"]}))


def of_shown(gaps: pd.DataFrame, *, shown: Protected) -> pd.DataFrame:
    """The distances of the schools whose distance may be shown: a hidden one must not speak through the spread.

    Parameters
    ----------
    gaps
        Distances of all schools (:func:`innovlib.measures.outcomes.school_gaps`).
    shown
        The same as they may be printed (:meth:`innovlib.release.withheld.Page.gaps`).
    """
    open_ids = shown.frame.loc[shown.frame["status"] == "shown", "school_id"]
    return gaps[gaps["school_id"].isin(open_ids)]


def between(gaps: pd.DataFrame) -> float:
    """SD between schools beyond chance, in tenths of a point: finer it is not known, and one result changed among many
    would move all schools' chances by less than can be seen."""
    tau2 = between_variance(gaps["gap"].to_numpy(dtype=float), gaps["std_error"].to_numpy(dtype=float) ** 2)
    return float(np.round(np.sqrt(tau2), 1))


def above(chance: Protected) -> int | None:
    """How many of the twenty chances lie above the area's mean; None where nothing is shown."""
    shown = chance.frame.loc[chance.frame["status"] == "shown", "difference"]
    return None if shown.empty else int((shown > 0).sum())


def headline(chance: Protected) -> Words:
    """How likely the school lies above, or below, the area's mean, in chances out of twenty."""
    count = above(chance)
    if count is None:
        alike = (chance.frame["status"] == "alike").any()
        return sentence("standing.alike" if alike else "standing.nothing")
    side, said = ("above", count) if count * 2 >= DOTS else ("below", DOTS - count)
    if said == DOTS:
        return sentence(f"standing.sure_{side}")
    return sentence("standing.even") if said * 2 == DOTS else sentence(f"standing.{side}", count=said)


def reading(gap: Protected, *, gaps: pd.DataFrame) -> list[Words]:
    """The distance with its interval and what it stands on; that it is hidden or cannot be known, where so.

    ``gaps`` are those of all schools, as for :func:`chances`: none where the area has too few to compare with.
    """
    if gap.frame.empty:
        return [sentence("standing.few_schools" if gaps.empty else "limits.no_results")]
    row = gap.frame.iloc[0]
    if row["status"] != "shown":
        return [sentence("standing.hidden", smallest=profile(gap.profile).smallest_n)]
    low, high = (number(row[end], signed=True) for end in ("conf_low", "conf_high"))
    return [sentence("standing.reading", gap=number(row["gap"], signed=True), low=low, high=high, n=row["n_label"])]


def alt(chance: Protected) -> Words:
    """Alternative text of the dots."""
    return sentence("standing.alt", said=headline(chance))


def figure(chance: Protected, *, synthetic: bool = False, lang: str = "both") -> figures.Figure:
    """The chances as twenty dots."""
    return figures.chance_dots(
        chance, title=headline(chance), alt=alt(chance), axis=labels.GAP_TO_AREA, note=sentence("standing.note"),
        synthetic=synthetic, lang=lang,
    )  # fmt: skip
