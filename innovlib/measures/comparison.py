"""Results beside whom: a school or a cohort beside similar schools, the area and the nation, period by period.

Years are pooled as the same years on both sides, so that a hard paper counts on both alike. Whether a result lies above
is judged with the same weights of years on both sides too: the pupils of the one that is judged. What is *printed* of
the others weighs the years by the area's pupils instead, alike in every report: weighted by each school's own pupils,
one and the same published figure would differ from report to report, and so tell each school's pupils year by year.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from innovlib import terms
from innovlib.chance import t_below
from innovlib.measures.outcomes import CELL, SERIES, group_means, pupil_sd, standardised, verdict, with_results
from innovlib.measures.periods import with_periods
from innovlib.measures.similar import SMALLEST_GROUP, between_variance, shrunken

RESULT_COLUMNS = [
    "who", "school_id", *SERIES, "period", "first_year_be", "last_year_be", "pooled", "n", "n_schools", "mean",
    "std_error", "df", "pupil_sd", "sd_source", "spread_low", "spread_high", "published", "verdict", "p_above",
    "against",
]  # fmt: skip

#: Whose means are printed with the area's pupils as weights of the years.
OTHERS = ("similar", "area", "province", "nation")
_PERIOD = ["period", "first_year_be", "last_year_be", "pooled"]
_KEY = ["of", *SERIES, "period"]
_MEMBERS = ["school_id", *CELL, "n_tested", "mean"]


@dataclass(frozen=True)
class Reference:
    """What every report of an area is set against; computed once, the same for all of its schools.

    Attributes
    ----------
    scores
        The area's scores that hold a result.
    means
        Pupil-weighted means of all schools by year (:func:`innovlib.measures.outcomes.group_means`).
    spread
        One row per series: ``pupil_sd``, ``sd_source``, ``tau2`` (variance between schools, points²).
    benchmarks
        Published figures of the area and the nation.
    """

    scores: pd.DataFrame
    means: pd.DataFrame
    spread: pd.DataFrame
    benchmarks: pd.DataFrame


def reference(scores: pd.DataFrame, *, benchmarks: pd.DataFrame) -> Reference:
    """What an area's results are set against, from its scores and benchmarks tables."""
    sd = pupil_sd(scores)
    spread = sd.merge(_between_variances(scores, sd=sd), on=SERIES, how="left")
    return Reference(with_results(scores), group_means(scores), spread, benchmarks)


def _between_variances(scores: pd.DataFrame, *, sd: pd.DataFrame, length: int = 3) -> pd.DataFrame:
    """τ² between schools for each series, from gaps to the yearly area mean pooled over the latest years."""
    z = standardised(scores, sd=sd).merge(sd, on=SERIES)
    z = z[z["year_be"] > z.groupby(SERIES, observed=True)["year_be"].transform("max") - length]
    sums = (
        z.assign(total=z["gap"] * z["n"])
        .groupby(["school_id", *SERIES, "pupil_sd"], as_index=False, observed=True)[["n", "total"]]
        .sum()
    )
    rows = [
        (*key, between_variance((g["total"] / g["n"]).to_numpy(), (g["pupil_sd"] ** 2 / g["n"]).to_numpy()))
        for key, g in sums.groupby(SERIES, observed=True)
    ]
    return pd.DataFrame(rows, columns=[*SERIES, "tau2"])


def must_pool(scores: pd.DataFrame, *, smallest_n: float) -> bool:
    """True where one of these results rests on fewer pupils than may be shown, so that years must be put together.

    One way is used for all of a school's results of a test: a single year beside a pooled one that contains it would
    give the hidden years away.
    """
    return bool((with_results(scores)["n_tested"] < smallest_n).any())


def school_results(
    ref: Reference,
    *,
    school_id: str,
    similar_ids: list[str] | None = None,
    smallest_n: int = 10,
    length: int = 3,
    latest_only: bool = False,
) -> pd.DataFrame:
    """A school's results by test, subject and period, beside similar schools, the area and the nation.

    Parameters
    ----------
    ref
        What the area's results are set against (:func:`reference`).
    school_id
        The school.
    similar_ids
        Schools to compare with (:func:`innovlib.measures.similar.similar_schools`); fewer than five: no such row.
    smallest_n
        Results on fewer pupils make the years of that test be pooled (:func:`must_pool`).
    length
        Years in a pooled period.
    latest_only
        Only the latest period of each test, pooled over ``length`` years.

    Returns
    -------
    DataFrame
        One row per who × test × grade × subject × period, columns :data:`RESULT_COLUMNS`. Not yet fit to be shown: pass
        it through :func:`innovlib.report.disclosure.protect_means`. Empty where the school has no results.

    Notes
    -----
    Pooled mean = Σ n_t·mean_t / Σ n_t over the period's years, n_t the school's pupils; its sampling variance is
    pupil SD² / Σ n_t. Area, nation and similar schools are averaged over the same years: for the verdict with the same
    weights, for print with the area's pupils as weights (see the head of this module). P(above) is the probability
    that the school's expected mean lies above that of similar schools (of the area, where there are none): the
    difference is shrunken by its reliability (:func:`innovlib.measures.similar.shrunken`). Where the difference as it
    is printed points the other way, P is ½: no verdict contradicts the numbers beside it.
    """
    near = pd.DataFrame({"school_id": school_id, "similar_id": list(similar_ids or [])})
    return of_school(
        every_school(
            ref, school_ids=[school_id], near=near, smallest_n=smallest_n, length=length, latest_only=latest_only
        ),
        school_id=school_id,
    )


def every_school(
    ref: Reference,
    *,
    school_ids: list[str],
    near: pd.DataFrame,
    smallest_n: int = 10,
    length: int = 3,
    latest_only: bool = False,
) -> pd.DataFrame:
    """The results of many schools at once, each beside its own similar schools (:func:`school_results`).

    Parameters
    ----------
    near
        One row per pair of ``school_id`` and ``similar_id`` (:func:`innovlib.measures.similar.neighbours`).

    Returns
    -------
    DataFrame
        The rows of :func:`school_results` for every school that has results, with ``of`` in front: whose they are.
    """
    own = ref.scores[ref.scores["school_id"].isin(list(school_ids))]
    if own.empty:
        return _no_results()
    own = with_periods(own.assign(of=own["school_id"]), means=ref.means, smallest_n=smallest_n, length=length,
                        latest_only=latest_only)  # fmt: skip
    pairs = near.loc[near["school_id"].isin(own["of"]), ["school_id", "similar_id"]]
    pairs = pairs.set_axis(["of", "school_id"], axis="columns")
    peers = ref.scores[_MEMBERS].merge(pairs, on="school_id")
    enough = peers.groupby("of")["school_id"].nunique()
    enough = set(enough.index[enough >= SMALLEST_GROUP])
    peers = peers[peers["of"].isin(enough)]
    rows = [_averaged(own).assign(who="school", n_schools=1)]
    rows[0]["school_id"] = rows[0]["of"]
    rows += [_group_rows(own, peers, who="similar")] if len(peers) else []
    rows += _reference_rows(own, ref=ref, with_area=True, judged=set(own["of"]) - enough)
    return _finished(_with_school_verdicts(_together(rows, ref=ref)))


def of_school(results: pd.DataFrame, *, school_id: str) -> pd.DataFrame:
    """The rows of one school in what :func:`every_school` found; empty where it has no results."""
    return results[results["of"] == school_id].drop(columns="of").reset_index(drop=True)


def running(results: pd.DataFrame) -> pd.DataFrame:
    """Results of the subjects that a test still has: parts that were dropped from it (NT's reasoning) are left out."""
    return _running(results, of=[])


def running_of_each(results: pd.DataFrame) -> pd.DataFrame:
    """As :func:`running`, school by school, for what :func:`every_school` found."""
    return _running(results, of=["of"])


def _running(results: pd.DataFrame, *, of: list[str]) -> pd.DataFrame:
    of_test = results.groupby([*of, "test", "grade"], observed=True)["last_year_be"].transform("max")
    of_subject = results.groupby([*of, *SERIES], observed=True)["last_year_be"].transform("max")
    return results[of_subject == of_test].reset_index(drop=True)


def group_results(
    ref: Reference,
    *,
    school_ids: list[str],
    who: str,
    smallest_n: int = 10,
    length: int = 3,
    latest_only: bool = False,
    pooled: bool = False,
) -> pd.DataFrame:
    """Results of a cohort, or of the whole area, beside the area's other schools, the area and the nation.

    As :func:`school_results`; ``who`` names the group's rows (cohort or area) and the rows ``similar`` hold the area's
    other schools. ``pooled`` puts years together even where single years could be shown, so that a cohort and its
    schools are read over the same periods.

    Notes
    -----
    Group mean in a year = Σ n·mean / Σ n over its schools; years are weighted by the group's pupils. Schools, not
    pupils, are the units of uncertainty: with school j's influence IF_j = Σ_t w_t (n_jt / N_t)(mean_jt − M_t) / Σ_t
    w_t, the variance is k / (k − 1) Σ IF_j², read with Student's t on k − 1 degrees of freedom (linearised ratio
    mean; Cochran, Sampling Techniques, 3rd ed., section 9A.1). P(above) compares the group with the other schools
    by Welch's t on these variances, or the whole area with the published national mean; a group is not shrunken.
    """
    members = ref.scores[ref.scores["school_id"].isin(school_ids)]
    if members.empty:
        return _no_results().drop(columns="of")
    own = group_means(members).rename(columns={"n": "n_tested"}).assign(of="")
    least = np.inf if pooled else smallest_n
    own = with_periods(own, means=ref.means, smallest_n=least, length=length, latest_only=latest_only)
    others = ref.scores[~ref.scores["school_id"].isin(school_ids)]
    rows = [_group_rows(own, members[_MEMBERS].assign(of=""), who=who)]
    if others["school_id"].nunique() >= SMALLEST_GROUP:
        rows.append(_group_rows(own, others[_MEMBERS].assign(of=""), who="similar"))
    rows += _reference_rows(own, ref=ref, with_area=who != "area")
    return _finished(_with_group_verdicts(_together(rows, ref=ref), who=who)).drop(columns="of")


def _averaged(rows: pd.DataFrame) -> pd.DataFrame:
    """Mean over a period's years, weighted by ``weight``, and ``mean_area``, weighted by the area's pupils; n is the
    sum of ``n_tested``."""
    own, area = rows["weight"], rows["weight_area"].astype(float)
    totals = rows.assign(n=rows["n_tested"].astype(float), a=rows["mean"] * own, b=rows["mean"] * area, area=area)
    sums = totals.groupby(["of", *SERIES, *_PERIOD], as_index=False, observed=True)[["n", "a", "b", "weight", "area"]]
    sums = sums.sum()
    sums = sums.assign(mean=sums["a"] / sums["weight"], mean_area=sums["b"] / sums["area"])
    return sums.drop(columns=["a", "b", "weight", "area"])


def _group_rows(own: pd.DataFrame, members: pd.DataFrame, *, who: str) -> pd.DataFrame:
    """A group's mean over the same years and weights, its error by schools, the middle half of its schools.

    ``members`` are scores with ``of``: on whose page they are averaged. ``std_error_area`` is the error of
    ``mean_area``.
    """
    years = own[["of", *CELL, *_PERIOD, "weight", "weight_area"]]
    # The many rows of schools are put together by numbers of what their keys say; words take pandas thrice the time.
    numbered = years.assign(year=_number(years, ["of", *CELL]), key=_number(years, _KEY))
    schools = members.merge(numbered[["of", *CELL, "weight", "weight_area", "year", "key"]], on=["of", *CELL])
    schools["n"] = schools["n_tested"].astype(float)
    schools["total"] = schools["n"] * schools["mean"]
    by_year = schools.groupby("year")[["n", "total"]].transform("sum")
    distance = schools["n"] / by_year["n"] * (schools["mean"] - by_year["total"] / by_year["n"])
    schools = schools.assign(own=schools["weight"] * distance, area=schools["weight_area"] * distance)
    each = schools.groupby(["key", "school_id"], observed=True)[["own", "area", "n", "total"]].sum()
    each = each.assign(mean=each["total"] / each["n"], own=each["own"] ** 2, area=each["area"] ** 2)
    by_key = each.groupby("key")
    k = by_key.size()
    quartiles = by_key["mean"].quantile([0.25, 0.75]).unstack().set_axis(["spread_low", "spread_high"], axis="columns")
    means = numbered.merge(schools.groupby("year", as_index=False)[["n", "total"]].sum(), on="year")
    means = means.assign(mean=means["total"] / means["n"]).rename(columns={"n": "n_tested"})
    weights = means.groupby("key")[["weight", "weight_area"]].sum().astype(float)
    squares = by_key[["own", "area"]].sum().mul((k / (k - 1)).where(k > 1), axis="index") ** 0.5
    found = quartiles.assign(n_schools=k, df=k - 1, std_error=squares["own"] / weights["weight"],
                             std_error_area=squares["area"] / weights["weight_area"])  # fmt: skip
    keys = numbered[[*_KEY, "key"]].drop_duplicates("key")
    found = keys.merge(found, left_on="key", right_index=True).drop(columns="key")
    return _averaged(means).merge(found, on=_KEY, how="left").assign(who=who, school_id="")


def _number(rows: pd.DataFrame, keys: list[str]) -> np.ndarray:
    """The place of each row's keys among all that occur, in their order."""
    return rows.groupby(keys, observed=True).ngroup().to_numpy()


def _reference_rows(
    own: pd.DataFrame, *, ref: Reference, with_area: bool, judged: set[str] | None = None
) -> list[pd.DataFrame]:
    """Rows of the area and the nation: published figures where there are, the area's own schools otherwise.

    ``judged`` are the pages on which the area is what a result is judged against; all, if it is not given.
    """
    rows = [_published_rows(own, ref=ref, level="nation")]
    if with_area:
        published = _published_rows(own, ref=ref, level="area")
        unknown = own[~pd.MultiIndex.from_frame(own[_KEY]).isin(pd.MultiIndex.from_frame(published[_KEY]))]
        against = unknown["of"].isin(unknown["of"] if judged is None else judged)
        pages = unknown[against].groupby("of")
        rows += [published, *(_group_rows(p, ref.scores[_MEMBERS].assign(of=of), who="area") for of, p in pages)]
        rows += [_area_for_print(unknown[~against], ref=ref)] if len(unknown[~against]) else []
    return [r for r in rows if len(r)]


def _area_for_print(own: pd.DataFrame, *, ref: Reference) -> pd.DataFrame:
    """The area's own rows where nothing is judged against them: alike on all pages that speak of the same years.

    So they are worked out once for each set of years, not once for each school.
    """
    years = own.groupby(_KEY, observed=True)["year_be"].agg(lambda y: ",".join(map(str, sorted(y)))).rename("years")
    rows = own.merge(years.reset_index(), on=_KEY)
    alike = rows.drop_duplicates([*CELL, "period", "years"]).assign(of=lambda r: r["years"], weight=1.0)
    members = ref.scores[_MEMBERS].merge(alike[["of", *CELL]], on=CELL)
    found = _group_rows(alike, members, who="area").rename(columns={"of": "years"})
    pages = rows[[*_KEY, "years"]].drop_duplicates()
    return pages.merge(found, on=[*SERIES, "period", "years"]).drop(columns="years")


def _published_rows(own: pd.DataFrame, *, ref: Reference, level: str) -> pd.DataFrame:
    """A published level over the same years and weights; a period with an unpublished year is left out.

    Half a period's figure beside a whole period's result would compare different years.
    """
    figures = ref.benchmarks.loc[ref.benchmarks["level"] == level, [*CELL, "mean"]]
    years = own[["of", *CELL, *_PERIOD, "weight", "weight_area", "n_tested"]].merge(figures, on=CELL, how="left")
    complete = years["mean"].notna().groupby([years[c] for c in _KEY], observed=True).transform("all")
    out = _averaged(years[complete.astype(bool)])
    return out.assign(who=level, school_id="", n=np.nan, n_schools=pd.NA, published=True)


def _together(rows: list[pd.DataFrame], *, ref: Reference) -> pd.DataFrame:
    """All rows in one frame with every column of a result, and the spread of their series."""
    out = pd.concat(rows, ignore_index=True).merge(ref.spread, on=SERIES, how="left")
    later = ("verdict", "p_above", "against")
    kept = [c for c in RESULT_COLUMNS if c not in later]
    return out.reindex(columns=["of", *kept, "mean_area", "std_error_area", "tau2"])


def _with_school_verdicts(out: pd.DataFrame) -> pd.DataFrame:
    """P(above) of the school's rows against similar schools, or against the area where there are none."""
    beside_similar = out["of"].isin(out.loc[out["who"] == "similar", "of"])
    enough = out["published"].eq(True) | (out["n_schools"].fillna(0) >= SMALLEST_GROUP)
    chosen = (out["who"] == "similar") | ((out["who"] == "area") & ~beside_similar)
    other = out.loc[chosen & enough, [*_KEY, "mean", "mean_area", "std_error"]]
    school = out[out["who"] == "school"].merge(other, on=_KEY, how="left", suffixes=("", "_other"))
    # The other side is an average of schools that themselves vary, so it carries an error of its own.
    variance = school["pupil_sd"] ** 2 / school["n"] + school["std_error_other"].fillna(0.0) ** 2
    found = shrunken(school["mean"] - school["mean_other"], variance, tau2=school["tau2"].to_numpy())
    printed = school["mean"] - school["mean_area_other"]
    against = np.where(school["of"].isin(out.loc[out["who"] == "similar", "of"]), "similar", "area")
    return _judged(out, school, p_above=found["p_above"], printed=printed, who="school", against=against)


def _with_group_verdicts(out: pd.DataFrame, *, who: str) -> pd.DataFrame:
    """P(above) of a group against the area's other schools; of the whole area against the published nation."""
    columns = [*_KEY, "mean", "mean_area", "std_error", "df"]
    against = "similar" if (out["who"] == "similar").any() else "nation"
    other = out.loc[out["who"] == against, columns]
    group = out.loc[out["who"] == who, columns].merge(other, on=_KEY, suffixes=("", "_o"))
    a, b = group["std_error"] ** 2, group["std_error_o"].fillna(0.0) ** 2
    # A published figure carries no error of its own, so the group's degrees of freedom stand alone.
    df = (a + b) ** 2 / (a**2 / group["df"] + (b**2 / group["df_o"]).fillna(0.0))
    p_above = t_below((group["mean"] - group["mean_o"]) / np.sqrt(a + b), df)
    printed = group["mean"] - group["mean_area_o"]
    return _judged(out, group, p_above=p_above, printed=printed, who=who, against=against)


def _judged(out: pd.DataFrame, judged: pd.DataFrame, *, p_above, printed, who: str, against) -> pd.DataFrame:
    """The rows with P(above) put on those that were compared, and against whom; ½ where print points the other way."""
    p = np.asarray(p_above, dtype=float)
    p = np.where(np.asarray(printed, dtype=float) * (p - 0.5) < 0, 0.5, p)
    known = judged[_KEY].assign(who=who, p_above=p, against=np.where(np.isnan(p), "", against))
    return out.merge(known, on=[*_KEY, "who"], how="left")


def _finished(out: pd.DataFrame) -> pd.DataFrame:
    """The result's columns and types, in print order: who, test, grade, subject, year; others' means as printed."""
    others = out["who"].isin(OTHERS)
    out["mean"] = out["mean"].where(~others, out["mean_area"])
    out["std_error"] = out["std_error"].where(~others, out["std_error_area"])
    out = out.reindex(columns=["of", *RESULT_COLUMNS])
    out["published"] = out["published"].eq(True).fillna(False).astype(bool)
    out["verdict"] = [verdict(p) for p in out["p_above"].to_numpy(dtype=float)]
    out["against"] = out["against"].fillna("")
    out["n"] = out["n"].astype("Float64").round().astype("Int64")
    out["n_schools"] = out["n_schools"].astype("Int64")
    order = {"who": ("school", "cohort", "pilots", "similar", "area", "province", "nation"), "test": terms.TESTS,
             "grade": terms.GRADES, "subject": terms.SUBJECTS}  # fmt: skip
    ranks = {c: out[c].map({v: i for i, v in enumerate(values)}) for c, values in order.items()}
    ranks = pd.DataFrame({"of": out["of"]} | ranks)
    ranks["first_year_be"] = out["first_year_be"]
    return out.loc[ranks.sort_values(list(ranks.columns), kind="stable").index].reset_index(drop=True)


def _no_results() -> pd.DataFrame:
    words = ("who", "school_id", *SERIES, "period", "sd_source", "verdict", "against")
    types = {"n": "Int64", "n_schools": "Int64", "published": bool, "pooled": bool} | dict.fromkeys(words, "str")
    return pd.DataFrame({c: [] for c in ("of", *RESULT_COLUMNS)}).astype({"of": "str"} | types)
