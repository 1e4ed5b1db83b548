"""Results beside whom: a school or a cohort beside similar schools, the area and the nation, period by period.

Years are pooled as the same weighted years on both sides, so that a hard paper counts on both alike.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy import stats

from innovlib.measures.outcomes import CELL, SERIES, group_means, pupil_sd, standardised, verdict, windows, with_results
from innovlib.measures.similar import SMALLEST_GROUP, between_variance, shrunken

RESULT_COLUMNS = [
    "who", "school_id", *SERIES, "period", "first_year_be", "last_year_be", "pooled", "n", "n_schools", "mean",
    "pupil_sd", "sd_source", "spread_low", "spread_high", "published", "verdict", "p_above",
]  # fmt: skip


def must_pool(scores: pd.DataFrame, *, smallest_n: int) -> bool:
    """True where one of these results rests on fewer pupils than may be shown, so that years must be put together.

    One way is used for all of a school's results of a test: a single year beside a pooled one that contains it would
    give the hidden years away.
    """
    n = with_results(scores)["n_tested"]
    return bool((n < smallest_n).any())


def school_results(
    scores: pd.DataFrame,
    *,
    school_id: str,
    similar_ids: list[str] | None = None,
    benchmarks: pd.DataFrame | None = None,
    smallest_n: int = 10,
    length: int = 3,
    latest_only: bool = False,
) -> pd.DataFrame:
    """A school's results by test, subject and period, beside similar schools, the area and the nation.

    Parameters
    ----------
    scores
        Scores table of the whole area.
    school_id
        The school.
    similar_ids
        Schools to compare with (:func:`innovlib.measures.similar.similar_schools`); None or few: no such row.
    benchmarks
        Benchmarks table for the area and the nation; the area is computed from ``scores`` where it is not published.
    smallest_n
        Results on fewer pupils make the years of that test be pooled (:func:`must_pool`).
    length
        Years in a pooled period.
    latest_only
        Only the latest period of each test, pooled over ``length`` years for every school.

    Returns
    -------
    DataFrame
        One row per who × test × grade × subject × period, columns :data:`RESULT_COLUMNS`. Not yet fit to be shown: pass it
        through :func:`innovlib.report.disclosure.protect_means`. Empty where the school has no results.

    Notes
    -----
    Pooled mean = Σ n_t·mean_t / Σ n_t over the period's years. Area, nation and similar schools are averaged over the
    same years with the school's own weights n_t, so that a hard paper counts on both sides alike. P(above) is the
    probability that the school's expected mean lies above that of similar schools (of the area, where there are none):
    the difference is shrunken by its reliability (:func:`innovlib.measures.similar.shrunken`).
    """
    own = with_results(scores[scores["school_id"] == school_id])
    if own.empty:
        return _no_results()
    own = _with_periods(own, scores=scores, smallest_n=smallest_n, length=length, latest_only=latest_only)
    spread = pupil_sd(scores)
    peers = scores[scores["school_id"].isin(list(similar_ids or []))]
    rows = [_own_rows(own, school_id=school_id)]
    if peers["school_id"].nunique() >= SMALLEST_GROUP:
        rows.append(_group_rows(own, peers, who="similar"))
    rows += _reference_rows(own, scores=scores, benchmarks=benchmarks)
    out = pd.concat(rows, ignore_index=True).merge(spread, on=SERIES, how="left")
    return _finished(_with_verdicts(out, scores=scores, peers=peers))


def group_results(
    scores: pd.DataFrame,
    *,
    school_ids: list[str],
    who: str,
    benchmarks: pd.DataFrame | None = None,
    smallest_n: int = 10,
    length: int = 3,
    latest_only: bool = False,
) -> pd.DataFrame:
    """Results of a cohort (or any group of schools), beside the rest of the area's schools, the area and the nation.

    As :func:`school_results`; ``who`` names the group's rows (cohort or area). The row ``similar`` holds the area's other
    schools; the verdict compares with them by a plain two-sample comparison of school means
    (z = difference / √(SE² + SE²), SE of a group = SD of its schools' means / √k), because a group is not shrunken.
    """
    members = scores[scores["school_id"].isin(school_ids)]
    own = group_means(members)
    if own.empty:
        return _no_results()
    own = own.rename(columns={"n": "n_tested"})
    own = _with_periods(own, scores=scores, smallest_n=smallest_n, length=length, latest_only=latest_only)
    others = scores[~scores["school_id"].isin(school_ids)]
    rows = [_group_rows(own, members, who=who)]
    has_others = others["school_id"].nunique() >= SMALLEST_GROUP
    if has_others:
        rows.append(_group_rows(own, others, who="similar"))
    rows += [
        r
        for r in _reference_rows(own, scores=scores, benchmarks=benchmarks)
        if who != "area" or r["who"].iloc[0] != "area"
    ]
    out = pd.concat(rows, ignore_index=True).merge(pupil_sd(scores), on=SERIES, how="left")
    if has_others:
        out = out.merge(_group_comparison(own, members, others), on=[*SERIES, "period"], how="left")
        out["p_above"] = out["p_above"].where(out["who"] == who)
    return _finished(out)


def _with_periods(own, *, scores, smallest_n, length, latest_only):
    """The rows with their period: single years, or windows that end at the area's latest year of that test."""
    parts = []
    for (test, grade), rows in own.groupby(["test", "grade"], observed=True, sort=False):
        of_test = scores[(scores["test"] == test) & (scores["grade"] == grade)]
        latest = int(with_results(of_test)["year_be"].max())
        pooled = latest_only or must_pool(rows, smallest_n=smallest_n)
        first = windows(rows["year_be"], latest=latest, length=length) if pooled else rows["year_be"]
        rows = rows.assign(first_year_be=first, pooled=pooled)
        parts.append(rows[rows["year_be"] > latest - length] if latest_only else rows)
    out = pd.concat(parts)
    # The period's name is its years with results somewhere in the area, not the width of the window.
    held = with_results(scores).merge(
        out[["test", "grade", "year_be", "first_year_be"]].drop_duplicates(), on=["test", "grade", "year_be"]
    )
    spans = held.groupby(["test", "grade", "first_year_be"], observed=True)["year_be"].agg(["min", "max"]).reset_index()
    out = out.merge(spans, on=["test", "grade", "first_year_be"])
    label = out["min"].astype("str") + np.where(out["min"] == out["max"], "", "–" + out["max"].astype("str"))
    return out.assign(period=label, last_year_be=out["max"], weight=out["n_tested"].astype(float))


_PERIOD = ["period", "first_year_be", "last_year_be", "pooled"]


def _own_rows(own: pd.DataFrame, *, school_id: str) -> pd.DataFrame:
    return _averaged(own, value="mean").assign(who="school", school_id=school_id, n_schools=1)


def _averaged(rows: pd.DataFrame, *, value: str) -> pd.DataFrame:
    """Mean of ``value`` over a period's years, weighted by ``weight``; n is the sum of ``n_tested``."""
    known = rows[rows[value].notna()]
    sums = (
        known[[*SERIES, *_PERIOD]]
        .assign(n=known["n_tested"].astype(float), total=known[value] * known["weight"], weight=known["weight"])
        .groupby([*SERIES, *_PERIOD], as_index=False, observed=True)
        .sum()
    )
    return sums.assign(mean=sums["total"] / sums["weight"]).drop(columns=["total", "weight"])


def _year_weights(own: pd.DataFrame) -> pd.DataFrame:
    return own[[*CELL, *_PERIOD, "weight"]]


def _group_rows(own: pd.DataFrame, members: pd.DataFrame, *, who: str) -> pd.DataFrame:
    """A group's mean over the same years with the same weights, and the middle half of its schools."""
    by_year = group_means(members).rename(columns={"n": "n_tested"}).merge(_year_weights(own), on=CELL)
    out = _averaged(by_year, value="mean")
    schools = _school_means(members, own)
    spread = schools.groupby([*SERIES, "period"], observed=True)["mean"].quantile([0.25, 0.75]).unstack()
    spread = spread.set_axis(["spread_low", "spread_high"], axis="columns").reset_index()
    count = schools.groupby([*SERIES, "period"], as_index=False, observed=True).agg(n_schools=("school_id", "nunique"))
    return (
        out.merge(spread, on=[*SERIES, "period"], how="left")
        .merge(count, on=[*SERIES, "period"], how="left")
        .assign(who=who, school_id="")
    )


def _school_means(members: pd.DataFrame, own: pd.DataFrame) -> pd.DataFrame:
    """Each member school's mean over the years of each period, weighted by its own pupils."""
    rows = with_results(members).merge(_year_weights(own), on=CELL)
    n = rows["n_tested"].astype(float)
    sums = (
        rows[["school_id", *SERIES, "period"]]
        .assign(n=n, total=n * rows["mean"])
        .groupby(["school_id", *SERIES, "period"], as_index=False, observed=True)
        .sum()
    )
    return sums.assign(mean=sums["total"] / sums["n"])


def _reference_rows(own, *, scores, benchmarks) -> list[pd.DataFrame]:
    """Rows of the area and the nation: published figures where there are, the area's own schools otherwise."""
    rows = []
    for level in ("area", "nation"):
        published = benchmarks[benchmarks["level"] == level] if benchmarks is not None else own.iloc[:0]
        found = published[[*CELL, "mean"]].merge(_year_weights(own), on=CELL) if len(published) else own.iloc[:0]
        if len(found):
            # Half a period's figure beside a whole period's result would compare different years: all years or none.
            years = own.groupby([*SERIES, "period"], observed=True)["year_be"].nunique()
            there = found.groupby([*SERIES, "period"], observed=True)["year_be"].nunique()
            whole = (there == years.reindex(there.index)).rename("whole").reset_index()
            found = found.merge(whole[whole["whole"]].drop(columns="whole"), on=[*SERIES, "period"])
        if len(found):
            out = _averaged(found.assign(n_tested=np.nan), value="mean")
            rows.append(out.assign(who=level, school_id="", n=np.nan, n_schools=pd.NA, published=True))
        if level == "area":
            known = set(map(tuple, found[[*SERIES, "period"]].to_numpy())) if len(found) else set()
            computed = _group_rows(own, scores, who="area")
            keep = [tuple(key) not in known for key in computed[[*SERIES, "period"]].to_numpy()]
            rows.append(computed[keep])
    return [r for r in rows if len(r)]


def _with_verdicts(out: pd.DataFrame, *, scores: pd.DataFrame, peers: pd.DataFrame) -> pd.DataFrame:
    """P(above) of the school's rows against similar schools, or against the area where there are none."""
    against = "similar" if (out["who"] == "similar").any() else "area"
    key = [*SERIES, "period"]
    reference = out[out["who"] == against][[*key, "mean", "n", "n_schools"]]
    reference = reference.rename(columns={"mean": "ref_mean", "n": "ref_n", "n_schools": "ref_schools"})
    school = out[out["who"] == "school"].merge(reference, on=key, how="left")
    tau2 = _between_variances(scores)
    school = school.merge(tau2, on=SERIES, how="left")
    variance = school["pupil_sd"] ** 2 / school["n"]
    # The reference is an average of schools that themselves vary, so it carries an error of its own.
    ref_schools = school["ref_schools"].astype("Float64").to_numpy(dtype=float, na_value=np.nan)
    ref_variance = school["tau2"] / ref_schools + school["pupil_sd"] ** 2 / school["ref_n"]
    total = variance + ref_variance.fillna(0.0)
    gap = school["mean"] - school["ref_mean"]
    p_above = [
        shrunken([g], [v], tau2=t)["p_above"].iloc[0] if np.isfinite(t) else float("nan")
        for g, v, t in zip(gap, total, school["tau2"], strict=True)
    ]
    return out.merge(school[key].assign(who="school", p_above=p_above), on=[*key, "who"], how="left")


def _between_variances(scores: pd.DataFrame) -> pd.DataFrame:
    """τ² between the area's schools for each series, from gaps to the yearly area mean pooled over the latest years."""
    z = standardised(scores).merge(pupil_sd(scores)[[*SERIES, "pupil_sd"]], on=SERIES)
    latest = z.groupby(SERIES, observed=True)["year_be"].transform("max")
    z = z[z["year_be"] > latest - 3]
    sums = (
        z.assign(total=z["gap"] * z["n"])[["school_id", *SERIES, "n", "total", "pupil_sd"]]
        .groupby(["school_id", *SERIES, "pupil_sd"], as_index=False, observed=True)
        .sum()
    )
    rows = [
        {**dict(zip(SERIES, key, strict=True)),
         "tau2": between_variance((g["total"] / g["n"]).to_numpy(), (g["pupil_sd"] ** 2 / g["n"]).to_numpy())}
        for key, g in sums.groupby(SERIES, observed=True)
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=[*SERIES, "tau2"])


def _group_comparison(own, members, others) -> pd.DataFrame:
    """P(above) of a group against the other schools, from the spread of school means in each."""
    key = [*SERIES, "period"]
    sides = []
    for rows, side in ((members, "in"), (others, "out")):
        means = _school_means(rows, own).groupby(key, observed=True)["mean"].agg(["mean", "var", "count"])
        sides.append(means.add_suffix(f"_{side}"))
    both = sides[0].join(sides[1], how="inner").reset_index()
    enough = (both["count_in"] >= 3) & (both["count_out"] >= 3)
    error = np.sqrt(both["var_in"] / both["count_in"] + both["var_out"] / both["count_out"])
    both["p_above"] = _welch_p(both, error).where(enough)
    return both[[*key, "p_above"]]


def _welch_p(both: pd.DataFrame, error: pd.Series) -> pd.Series:
    a, b = both["var_in"] / both["count_in"], both["var_out"] / both["count_out"]
    df = (a + b) ** 2 / (a**2 / (both["count_in"] - 1) + b**2 / (both["count_out"] - 1))
    return pd.Series(stats.t.cdf((both["mean_in"] - both["mean_out"]) / error, df), index=both.index)


def _finished(out: pd.DataFrame) -> pd.DataFrame:
    for column in ("spread_low", "spread_high", "p_above"):
        out[column] = out[column] if column in out else np.nan
    out["published"] = out["published"].fillna(False).astype(bool) if "published" in out else False
    out["verdict"] = [verdict(p) for p in out["p_above"].to_numpy(dtype=float)]
    out["n"] = out["n"].astype("Float64").round().astype("Int64")
    out["n_schools"] = out["n_schools"].astype("Int64")
    return out[RESULT_COLUMNS].reset_index(drop=True)


def _no_results() -> pd.DataFrame:
    return pd.DataFrame({c: [] for c in RESULT_COLUMNS}).astype({"n": "Int64", "n_schools": "Int64", "published": bool})
