"""Test results: who was tested, pooled means and standard deviations, distance from the area, participation.

Raw means move by ten points between years because the papers differ, so nothing compares raw means across years: every
comparison is made within a year (:mod:`innovlib.measures.comparison` puts results beside one another).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from innovlib import terms
from innovlib.measures.similar import SMALLEST_GROUP, between_variance, shrunken

#: One series of results: what may be put on one line.
SERIES = ["test", "grade", "subject"]
CELL = ["year_be", *SERIES]

#: Used only where no file gives a standard deviation: the upper end of the 12–18 points usual for these tests, so that
#: intervals come out too wide rather than too narrow. Results say ``sd_source`` = assumed.
ASSUMED_PUPIL_SD = 18.0
#: A reported pooled SD needs this many degrees of freedom to be believed.
SMALLEST_SD_DF = 30

#: What the latest year, the one before and the one before that count when years are put together for one school: three
#: years steady the figure, and the latest still says most.
RECENCY = (3, 2, 1)

GAP_COLUMNS = ["school_id", "n", "n_tests", "gap", "std_error", "shrunken", "posterior_sd", "reliability", "p_above",
               "verdict"]  # fmt: skip

VERDICT_LIMITS = ((0.975, "clearly_above"), (0.9, "likely_above"), (0.1, "undecided"), (0.025, "likely_below"))


def verdict(p_above: float) -> str:
    """The word for a probability of lying above: clearly beyond .975, likely beyond .9, otherwise undecided; mirrored.

    Examples
    --------
    >>> [verdict(p) for p in (0.99, 0.95, 0.5, 0.05, 0.01)]
    ['clearly_above', 'likely_above', 'undecided', 'likely_below', 'clearly_below']
    >>> verdict(float("nan"))
    ''
    """
    if np.isnan(p_above):
        return ""
    for limit, word in VERDICT_LIMITS:
        if p_above > limit:
            return word
    return "clearly_below"


def with_results(scores: pd.DataFrame) -> pd.DataFrame:
    """The rows of the scores table that hold a result: somebody was tested and there is a mean."""
    return scores[scores["mean"].notna() & (scores["n_tested"].fillna(0) > 0)]


def pupil_sd(scores: pd.DataFrame) -> pd.DataFrame:
    """SD of pupils within schools for each test, grade and subject, pooled over schools and years.

    s² = Σ (n − 1) s_j² / Σ (n − 1). One SD for all is steadier than a school's own from a handful of pupils, and gives
    nothing away about one school.

    Returns
    -------
    DataFrame
        ``test``, ``grade``, ``subject``, ``pupil_sd`` (points), ``sd_source``: reported, or assumed where the files
        give no usable SD (:data:`ASSUMED_PUPIL_SD`).
    """
    rows = with_results(scores)
    df = (rows["n_tested"] - 1).astype(float).where(rows["sd"].notna(), 0.0)
    sums = (
        rows[SERIES]
        .assign(df=df, ss=df * rows["sd"].fillna(0.0) ** 2)
        .groupby(SERIES, as_index=False, observed=True)
        .sum()
    )
    enough = (sums["df"] >= SMALLEST_SD_DF) & (sums["ss"] > 0)
    pooled = np.sqrt(sums["ss"] / sums["df"].where(sums["df"] > 0))
    return sums[SERIES].assign(
        pupil_sd=pooled.where(enough, ASSUMED_PUPIL_SD),
        sd_source=np.where(enough, "reported", "assumed"),
    )


def group_means(scores: pd.DataFrame) -> pd.DataFrame:
    """Pupil-weighted mean of a group of schools in each year × test × grade × subject: Σ n·mean / Σ n.

    Returns
    -------
    DataFrame
        ``year_be``, ``test``, ``grade``, ``subject``, ``n`` (pupils), ``n_schools``, ``mean``.
    """
    rows = with_results(scores)
    n = rows["n_tested"].astype(float)
    sums = (
        rows[CELL].assign(n=n, total=n * rows["mean"], n_schools=1).groupby(CELL, as_index=False, observed=True).sum()
    )
    return sums.assign(mean=sums["total"] / sums["n"]).drop(columns="total")


def standardised(scores: pd.DataFrame, *, sd: pd.DataFrame | None = None) -> pd.DataFrame:
    """Results as distance from the area's mean of the same year, test, grade and subject, in pupil SDs.

    z = (mean − area mean) / pooled pupil SD of that series. The yearly area mean takes out the difficulty of the paper.

    Parameters
    ----------
    sd
        The scores' :func:`pupil_sd`, for those who have it already.

    Returns
    -------
    DataFrame
        ``school_id``, ``year_be``, ``test``, ``grade``, ``subject``, ``n``, ``gap`` (points), ``z``, ``variance_z``
        (sampling variance 1 / n).
    """
    rows = with_results(scores).merge(
        group_means(scores).rename(columns={"mean": "area_mean"})[[*CELL, "area_mean"]], on=CELL
    )
    rows = rows.merge(pupil_sd(scores) if sd is None else sd, on=SERIES)
    gap = rows["mean"] - rows["area_mean"]
    n = rows["n_tested"].astype(float)
    return rows[["school_id", *CELL]].assign(n=n, gap=gap, z=gap / rows["pupil_sd"], variance_z=1 / n)


def windows(years: pd.Series, *, latest: int | pd.Series, length: int | pd.Series = 3) -> pd.Series:
    """The first year of the window each year falls in: windows do not overlap and the last one ends at ``latest``.

    They do not overlap because the difference of two overlapping windows would give single years away.

    Examples
    --------
    >>> windows(pd.Series([2567, 2565, 2564, 2559]), latest=2567).tolist()
    [2565, 2565, 2562, 2559]
    """
    return (latest - length + 1) - ((latest - years) // length) * length


def participation(scores: pd.DataFrame, *, length: int = 3, over: Sequence[str] = ()) -> pd.DataFrame:
    """Share of the enrolled pupils who sat each test, by period of ``length`` years.

    Subjects of one test are sat on one day, so the largest number tested over its subjects counts.

    Parameters
    ----------
    over
        Columns whose groups are each told alone (``("school_id",)``: every school), with periods that end at the
        group's own latest year.

    Returns
    -------
    DataFrame
        ``over``, ``test``, ``grade``, ``period``, ``first_year_be``, ``n`` (enrolled), ``tested``, ``share``; rows
        without a known enrolment are left out, and a share above 1 (more tested than enrolled) is cut to 1.
    """
    over, columns = list(over), [*over, "test", "grade", "period", "first_year_be", "n", "tested", "share"]
    years = scores.groupby(over, observed=True)["year_be"].transform if over else scores["year_be"].agg
    rows = scores.assign(latest=years("max"), earliest=years("min"))[scores["n_enrolled"].fillna(0) > 0]
    keys = ["school_id", "year_be", "test", "grade", "latest", "earliest"]
    by_year = rows.groupby(keys, as_index=False, observed=True).agg(n=("n_enrolled", "max"), tested=("n_tested", "max"))
    by_year["tested"] = by_year["tested"].fillna(0)
    if by_year.empty:
        return _no_rows(columns)
    first = windows(by_year["year_be"], latest=by_year["latest"], length=length)
    cells = [*over, "test", "grade", "first_year_be", "earliest"]
    out = by_year.assign(first_year_be=first).groupby(cells, as_index=False, observed=True)[["n", "tested"]].sum()
    low, high = out["first_year_be"].clip(lower=out["earliest"]), out["first_year_be"] + length - 1
    out["period"] = low.astype("str") + ("–" + high.astype("str")).where(low != high, "")
    order = [terms.TESTS.index(t) * 100 + terms.GRADES.index(g) for t, g in zip(out["test"], out["grade"], strict=True)]
    out = out.assign(share=(out["tested"] / out["n"]).clip(upper=1), order=order)
    return out.sort_values([*over, "order", "first_year_be"]).reset_index(drop=True)[columns]


def _no_rows(columns: list[str]) -> pd.DataFrame:
    """A result without rows whose words are words, so that it joins others as a result with rows would."""
    words = {"test", "grade", "period", "school_id", "verdict"}
    return pd.DataFrame({c: pd.Series(dtype="str" if c in words else "float64") for c in columns})


def coverage(scores: pd.DataFrame) -> pd.DataFrame:
    """What the scores table holds: schools and pupils behind each test, grade and year.

    Returns
    -------
    DataFrame
        ``test``, ``grade``, ``year_be``, ``n_schools`` (with a result in any subject), ``n_subjects``, ``n_tested``
        (pupils in the subject sat by most), ``n_enrolled`` (missing where no school reports it).
    """
    rows = with_results(scores)
    keys = ["test", "grade", "year_be"]
    by_school = rows.groupby([*keys, "school_id"], as_index=False, observed=True).agg(
        n_tested=("n_tested", "max"), n_enrolled=("n_enrolled", "max")
    )
    out = by_school.groupby(keys, observed=True).agg(
        n_schools=("school_id", "nunique"),
        n_tested=("n_tested", "sum"),
        n_enrolled=("n_enrolled", lambda n: n.sum(min_count=1)),
    )
    out["n_subjects"] = rows.groupby(keys, observed=True)["subject"].nunique()
    return out.reset_index()[[*keys, "n_schools", "n_subjects", "n_tested", "n_enrolled"]]


def recency(frame: pd.DataFrame, *, weights: Sequence[float] = RECENCY) -> pd.Series:
    """The weight of each row's year: the first for the latest year of its test and grade, then backwards; else 0.

    Years are counted by the calendar, so a year without the test takes its weight with it.

    Examples
    --------
    >>> rows = pd.DataFrame({"test": "NT", "grade": "ป.3", "year_be": [2567, 2566, 2564, 2565]})
    >>> recency(rows).tolist()
    [3.0, 2.0, 0.0, 1.0]
    """
    latest = frame.groupby(["test", "grade"], observed=True)["year_be"].transform("max")
    age = (latest - frame["year_be"]).astype(int)
    return age.map(dict(enumerate(map(float, weights)))).fillna(0.0)


def school_gaps(scores: pd.DataFrame, *, weights: Sequence[float] = RECENCY) -> pd.DataFrame:
    """Each school's distance from the area over its latest years, averaged over the series given, raw and shrunken.

    In each series (test, grade, subject) the yearly gaps to the area's mean are averaged with weight w·n, n the pupils
    and w the year's weight (3:2:1 from the latest backwards); a test's gap is the plain mean over its subjects, the
    school's the plain mean over its tests. One test's subjects are sat by the same pupils, so they are treated as
    wholly dependent: variance of a test = pupil SD² Σ w²n / (Σ w n)², of the school Σ / T². To look at one series, pass
    its rows only; for years that count alike, ``weights=(1, 1, 1)``.

    Weights of 3:2:1 over three years are those of the Fischer Family Trust's school dashboards (England).

    Returns
    -------
    DataFrame
        ``school_id``, ``n`` (pupils over tests and years), ``n_tests``, ``gap`` (points), ``std_error``, ``shrunken``,
        ``posterior_sd``, ``reliability``, ``p_above``, ``verdict``. Empty where fewer than five schools have results.
    """
    sd = pupil_sd(scores)
    z = standardised(scores, sd=sd)
    if z["school_id"].nunique() < SMALLEST_GROUP:
        return _no_rows(GAP_COLUMNS)
    z = z.merge(sd[[*SERIES, "pupil_sd"]], on=SERIES)
    w = recency(z, weights=weights)
    z = z.assign(wn=w * z["n"], wwn=w**2 * z["n"], total=w * z["n"] * z["gap"])[w > 0]
    sums = ["n", "wn", "wwn", "total"]
    series = z.groupby(["school_id", *SERIES, "pupil_sd"], as_index=False, observed=True)[sums].sum()
    series["gap"], series["chance"] = series["total"] / series["wn"], series["wwn"] / series["wn"] ** 2
    tests = series.groupby(["school_id", "test", "grade"], as_index=False, observed=True).agg(
        gap=("gap", "mean"), n=("n", "max"), pupil_sd=("pupil_sd", "mean"), chance=("chance", "min")
    )
    tests["variance"] = tests["pupil_sd"] ** 2 * tests["chance"]
    out = tests.groupby("school_id", as_index=False).agg(
        n=("n", "sum"), n_tests=("gap", "size"), gap=("gap", "mean"), variance=("variance", "sum")
    )
    variance = out.pop("variance") / out["n_tests"] ** 2
    tau2 = between_variance(out["gap"].to_numpy(), variance.to_numpy())
    found = shrunken(out["gap"], variance, tau2=tau2)
    return out.assign(std_error=np.sqrt(variance), **found, verdict=[verdict(p) for p in found["p_above"]])[GAP_COLUMNS]
