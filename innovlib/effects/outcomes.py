"""An area's tables turned into what can be estimated: one panel per test × subject, gaps between groups, spread."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd

from innovlib import terms
from innovlib.effects.design import Design
from innovlib.effects.panel import Panel, panel
from innovlib.errors import BadInput, InnovError, Words
from innovlib.measures import outcomes as results

SERIES = ("test", "grade", "subject")


def series(scores: pd.DataFrame, *, unit: str = "SD") -> dict[tuple[str, str, str], pd.DataFrame]:
    """One tidy frame per test, grade and subject, standardised within the year.

    Parameters
    ----------
    scores
        The area's scores table.
    unit
        "SD": distance from the area's mean of the year in pupil SDs; "points": the same in points.

    Returns
    -------
    dict
        (test, grade, subject) to a frame with school_id, year_be, outcome, n (pupils tested).
    """
    rows = results.standardised(scores).rename(columns={"z" if unit == "SD" else "gap": "outcome"})
    # Where all schools stand at the mean, what subtracting leaves of it is no distance.
    rows["outcome"] = rows["outcome"].mask(rows["outcome"].abs() < 1e-9, 0.0)
    columns = ["school_id", "year_be", "outcome", "n"]
    return {key: part[columns].reset_index(drop=True) for key, part in rows.groupby(list(SERIES), observed=True)}


def label(key: tuple[str, str, str], lang: str = "th") -> str:
    """A series in words, such as "NT ป.3 คณิตศาสตร์"."""
    test, grade, subject = key
    return f"{test} {terms.label(grade, lang)} {terms.label(subject, lang)}"


def panels(
    scores: pd.DataFrame | dict[tuple[str, str, str], pd.DataFrame], schools: pd.DataFrame, *,
    design: Design | None = None,
) -> tuple[dict[tuple[str, str, str], Panel], dict[tuple[str, str, str], Words]]:  # fmt: skip
    """A panel for every series that can carry one, and why the others cannot.

    Parameters
    ----------
    scores
        The area's scores table, or its series as :func:`series` gives them in the design's unit.

    Returns
    -------
    panels, refused
        Both by (test, grade, subject); ``refused`` holds the reason in both languages.
    """
    design, held, refused = design or Design(), {}, {}
    frames = scores if isinstance(scores, dict) else series(scores, unit=design.unit)
    for key, frame in frames.items():
        try:
            held[key] = panel(frame, schools, replace(design, outcome=label(key, "en")))
        except InnovError as error:
            refused[key] = error.words
    return held, refused


def together(parts: dict[tuple, pd.DataFrame], *, first_be: int) -> pd.DataFrame:
    """All series as one outcome: a school's mean distance, over its tests, from its own level before anyone joined.

    One question asked of all tests needs no adjustment for their number, and more pupils stand behind it. Each series
    is first taken as the school's distance from its own mean of the years before ``first_be``, for pilot and comparison
    schools alike, so that a school that sits other tests in other years does not seem to change. A school's series
    without a result before ``first_be`` is left out.

    Parameters
    ----------
    parts
        Series to frames with school_id, year_be, outcome and n, as :func:`series` gives them; all in one unit.
    first_be
        First year in which any school had joined.

    Returns
    -------
    DataFrame
        school_id, year_be, outcome (mean over the series a school has that year), n (pupils in the largest of them).

    Examples
    --------
    >>> rows = {"school_id": ["a", "a"], "year_be": [2561, 2562], "outcome": [1.0, 3.0], "n": [8, 9]}
    >>> together({"one": pd.DataFrame(rows)}, first_be=2562)["outcome"].tolist()
    [0.0, 2.0]
    """
    anchored = []
    for frame in parts.values():
        before = frame[frame["year_be"] < first_be].groupby("school_id")["outcome"].mean()
        level = frame["school_id"].map(before).astype("float64")
        anchored.append(frame.assign(outcome=frame["outcome"] - level))
    rows = pd.concat(anchored).dropna(subset=["outcome"])
    found = rows.groupby(["school_id", "year_be"], observed=True).agg(outcome=("outcome", "mean"), n=("n", "max"))
    return found.reset_index()


def share_tested(scores: pd.DataFrame, key: tuple[str, str, str]) -> pd.DataFrame:
    """The share of a series' pupils who sat the test (0–1): school_id, year_be, outcome, n (enrolled)."""
    rows = of_series(scores, key)
    rows = rows[rows["n_enrolled"] > 0]
    share = rows["n_tested"].astype("float64") / rows["n_enrolled"].astype("float64")
    return rows[["school_id", "year_be"]].assign(outcome=share, n=rows["n_enrolled"]).reset_index(drop=True)


def enrolled(scores: pd.DataFrame, key: tuple[str, str, str]) -> pd.DataFrame:
    """Pupils enrolled in a series' grade: children born years before any school joined, whom joining cannot have made.

    A placebo outcome; a change says that families moved to or away from pilot schools. Where births fall, a large
    school loses more pupils than a small one, so what is compared is the change in per cent: 100 log(count + ½). The ½
    makes the mean that of the log of the expected count, to first order in its inverse, even in small grades.
    """
    rows = of_series(scores, key).dropna(subset=["n_enrolled"])
    count = rows["n_enrolled"].astype("float64")
    return rows[["school_id", "year_be"]].assign(outcome=100 * np.log(count + 0.5), n=count).reset_index(drop=True)


def of_series(scores: pd.DataFrame, key: tuple[str, str, str]) -> pd.DataFrame:
    """The rows of the scores table that belong to one series."""
    test, grade, subject = key
    return scores[(scores["test"] == test) & (scores["grade"] == grade) & (scores["subject"] == subject)]


def gaps(pupils: pd.DataFrame, *, by: str, fewest: int = 3) -> dict[tuple[str, str], pd.DataFrame]:
    """The gap between two groups of pupils within each school and year, as an outcome.

    Parameters
    ----------
    pupils
        The area's pupils table.
    by
        "other_language", "poor" (the group marked true minus the rest) or "sex" (boys minus girls).
    fewest
        Pupils that each group must have in a school-year; others are left blank.

    Returns
    -------
    dict
        (test, subject) to a frame with school_id, year_be, outcome (SD of pupils within the year; a negative gap
        means that the group is behind), n (pupils in both groups).
    """
    if by not in ("other_language", "poor", "sex"):
        raise BadInput(
            Words(f"ไม่รู้จักกลุ่ม {by!r}", f"unknown group {by!r}"),
            expected=Words("other_language, poor หรือ sex", "other_language, poor or sex"),
        )  # fmt: skip
    rows = pupils.dropna(subset=["score", by])
    marked = (rows["sex"] == "male") if by == "sex" else rows[by].astype(bool)
    cell = ["test", "subject", "year_be"]
    spread = rows.groupby([*cell, "grade"] if "grade" in rows else cell, observed=True)["score"].transform("std")
    centred = rows["score"] - rows.groupby(cell, observed=True)["score"].transform("mean")
    rows = rows.assign(marked=marked.to_numpy(), z=centred / spread)
    wide = rows.pivot_table(
        index=["test", "subject", "school_id", "year_be"],
        columns="marked",
        values="z",
        aggfunc=["mean", "size"],
        observed=True,
    )
    wide = wide.reindex(columns=pd.MultiIndex.from_product([["mean", "size"], [False, True]]))
    out = pd.DataFrame({"outcome": wide["mean", True] - wide["mean", False], "n": wide["size"].sum(axis=1)})
    out.loc[~(wide["size"] >= fewest).all(axis=1), "outcome"] = np.nan
    out = out.reset_index()
    return {
        key: part[["school_id", "year_be", "outcome", "n"]].reset_index(drop=True)
        for key, part in out.groupby(["test", "subject"], observed=True)
    }


def spread(asked: Panel) -> Panel:
    """The same schools with their distance from their own group's median of the year as outcome.

    An effect below zero says that pilot schools drew closer to one another than comparison schools did (the idea of
    Brown & Forsythe 1974, JASA 69, 364-367). Groups are cohorts and the schools that never joined.
    """
    far = np.full(asked.outcome.shape, np.nan)
    for cohort in np.unique(asked.joined):
        rows = asked.joined == cohort
        held = asked.outcome[rows]
        some = ~np.isnan(held).all(axis=0)
        middle = np.full(held.shape[1], np.nan)
        middle[some] = np.nanmedian(held[:, some], axis=0)
        # The mean distance from a sample's median is too short in small groups; n / (n - 1) mends it to first order.
        count = (~np.isnan(held)).sum(axis=0)
        far[rows] = np.abs(held - middle) * np.where(count > 1, count / np.maximum(count - 1, 1), np.nan)
    return asked.with_values(far, outcome=f"{asked.design.outcome}: spread between schools")


def freedom(autonomy: pd.DataFrame, *, aspect: str = "de_facto") -> dict[str, pd.DataFrame]:
    """Autonomy by domain as an outcome: which domain moved in pilot schools, and how far.

    Items are averaged over respondents, then domains over items; "index" is the mean of the domains, each alike.

    Parameters
    ----------
    autonomy
        The area's autonomy table.
    aspect
        "de_facto", "de_jure", or "gap" (de facto minus de jure).

    Returns
    -------
    dict
        Domain or "index" to a frame with school_id, year_be, outcome (0–4 scale).
    """
    if aspect not in ("de_facto", "de_jure", "gap"):
        raise BadInput(
            Words(f"ไม่รู้จัก {aspect!r}", f"unknown aspect {aspect!r}"),
            expected=Words("de_facto, de_jure หรือ gap", "de_facto, de_jure or gap"),
        )
    both = autonomy.astype({"de_facto": "float64", "de_jure": "float64"})
    value = both["de_facto"] - both["de_jure"] if aspect == "gap" else both[aspect]
    key = ["school_id", "year_be", "domain"]
    items = both.assign(outcome=value).groupby([*key, "item"], observed=True)["outcome"].mean()
    domains = items.groupby(key, observed=True).mean().reset_index()
    held = {d: part[["school_id", "year_be", "outcome"]] for d, part in domains.groupby("domain", observed=True)}
    wide = domains.pivot_table(index=["school_id", "year_be"], columns="domain", values="outcome", observed=True)
    index = wide.mean(axis=1, skipna=False).rename("outcome").reset_index()
    return {d: held[d].reset_index(drop=True) for d in terms.DOMAINS if d in held} | {"index": index}
