"""Inequality of test scores: gaps between groups, two groups crossed, spread, the share between schools.

Scores have no natural zero, so everything here is a difference, a spread or a share of variance; indices that divide by
the mean (Gini, Theil, Atkinson) are in :mod:`innovlib.measures.distribution` and refuse scores; how scores rise with
background is in :mod:`innovlib.measures.slopes`. Frames are in the form of the ``pupils`` table. Unless ``over`` says
otherwise each year × test × grade × subject is measured by itself, for raw scores of different papers cannot be put
together. Pupils with a missing value are left out and counted in ``n_missing``.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
import scipy  # its functions are loaded when first asked: a batch that finds all kept needs none

from innovlib.errors import BadInput, Words
from innovlib.measures import variance
from innovlib.measures.rows import each, jackknife, need_columns, numbers, paper, result, school_sums, usable, weights

#: Whom a gap compares with whom unless told otherwise; other columns: True with False.
GROUPS = {"sex": ("female", "male")}


def gap(
    pupils: pd.DataFrame,
    *,
    by: str,
    group=None,
    reference=None,
    value: str = "score",
    over: Sequence[str] | None = None,
    weight: str | None = None,
    school: str = "school_id",
) -> pd.DataFrame:
    """Distance between two groups' mean scores in pupils' standard deviations (Hedges' g).

    Parameters
    ----------
    pupils
        One row per pupil (and paper) with ``by``, ``value`` and ``school``.
    by, group, reference
        The column that tells the groups apart and its two values; for ``sex`` girls minus boys, otherwise True minus
        False.
    value
        Score, in any unit.
    over
        Columns whose cells are measured one by one; by default year, test, grade and subject.
    weight
        Column of survey weights, if there are any.

    Returns
    -------
    DataFrame
        One row per cell: the cell's columns, ``measure`` = gap_sd, ``by``, ``group``, ``reference``, estimate (SD;
        above 0 = the group scores higher), its error, interval and p for 0, ``n`` pupils, ``n_schools``, ``n_group``,
        ``n_reference``, ``n_missing``. Estimate missing where a group has nobody or nobody differs.

    Notes
    -----
    ``g = J(m) (ȳ₁ − ȳ₀)/s``, s pooled over both groups, m = n₁ + n₀ − 2, ``J(m) = Γ(m/2)/(√(m/2) Γ((m−1)/2))``.
    Standard error by leaving out one school at a time, so that it covers what schools share; Student t with one degree
    of freedom less than the number of schools of the group that is found in fewer schools. No interval where a group
    is in one school only.

    References
    ----------
    Hedges L. V. (1981), Journal of Educational Statistics 6, 107-128; Borenstein M. et al. (2009), Introduction to
    Meta-Analysis, p. 25-27 (the worked example g = .5924 is a test).

    Examples
    --------
    Groups 1, 2, 3 and 2, 3, 4: d = 1/1, m = 4, J = .798.

    >>> two = pd.DataFrame({"school_id": list("ababab"), "poor": [False] * 3 + [True] * 3, "score": [1, 2, 3, 2, 3, 4]})
    >>> gap(two, by="poor")["estimate"].round(3).tolist()
    [0.798]
    """
    names = group_names(by, group, reference)
    over = paper(pupils, over, value=value)
    need_columns(pupils, [by, value, school])
    return each(pupils, over, lambda cell: _gap(cell, by, names, value, weight, school))


def group_names(by: str, group, reference) -> tuple:
    """The two values of a column that are compared: as given, girls and boys, or True and False."""
    if group is None and reference is None:
        return GROUPS.get(by, (True, False))
    if group is None or reference is None or group == reference:
        raise BadInput(
            Words(f"ต้องบอกกลุ่มสองกลุ่มที่ต่างกันใน {by}", f"two different groups of {by} must be named"),
            expected=Words("group= และ reference=", "group= and reference="),
        )
    return group, reference


def _gap(cell, by, names, value, weight, school) -> dict:
    cell, missing = usable(cell, [by, value, school])
    in_group, in_reference = ((cell[by] == name).to_numpy(bool) for name in names)
    cell = cell[in_group | in_reference]
    first, w, y = (cell[by] == names[0]).to_numpy(bool), weights(cell, weight), numbers(cell, value).to_numpy()
    y = y - y.mean() if len(y) else y
    columns = {f"{s}{k}": (first == k) * w * y**s for k in (True, False) for s in (0, 1, 2)}
    estimate, error = jackknife(school_sums(cell[school], columns), _standardised_difference)
    sizes = int(first.sum()), int((~first).sum())
    small = _small_sample(sum(sizes) - 2)
    schools = min(cell.loc[first, school].nunique(), cell.loc[~first, school].nunique())
    found = result(
        small * estimate,
        std_error=small * error,
        df=schools - 1,
        null=0.0,
        n=len(cell),
        n_schools=cell[school].nunique(),
    )
    labels = {"measure": "gap_sd", "by": by, "group": str(names[0]), "reference": str(names[1])}
    return labels | found | {"n_group": sizes[0], "n_reference": sizes[1], "n_missing": missing}


def _standardised_difference(sums: np.ndarray) -> np.ndarray:
    n1, s1, q1, n0, s0, q0 = np.moveaxis(sums, -1, 0)
    pooled = (q1 - s1**2 / n1 + q0 - s0**2 / n0) / (n1 + n0 - 2)
    # Rounding leaves a hair of variance where everybody scored the same.
    pooled = np.where(pooled > 1e-12 * (q1 + q0), pooled, np.nan)
    return (s1 / n1 - s0 / n0) / np.sqrt(pooled)


def _small_sample(m: float) -> float:
    """Hedges' J, the factor that takes the small-sample bias out of a standardised difference."""
    if m < 2:
        return np.nan
    return float(np.exp(scipy.special.gammaln(m / 2) - scipy.special.gammaln((m - 1) / 2)) / np.sqrt(m / 2))


def crossed(
    pupils: pd.DataFrame,
    *,
    by: tuple[str, str],
    value: str = "score",
    over: Sequence[str] | None = None,
    weight: str | None = None,
    school: str = "school_id",
) -> pd.DataFrame:
    """Where the pupils of two groupings crossed stand, in pupils' standard deviations from the mean of all.

    Two groupings at a time show what each alone hides (boys of another home language, say); three would leave cells
    too small for these schools.

    Returns
    -------
    DataFrame
        One row per cell of ``over`` and combination: the two columns of ``by``, ``measure`` = distance_sd, estimate
        ``(ȳ_cell − ȳ)/s`` with s over all pupils (n − 1), error and interval by leaving out schools, ``n`` pupils of
        the combination, ``n_schools`` with such pupils, ``n_missing`` (in the cell of ``over``). Σ n · estimate = 0.

    References
    ----------
    World Inequality Database on Education (UNESCO) crosses two characteristics in this way.

    Examples
    --------
    >>> four = pd.DataFrame({"school_id": list("abab"), "sex": ["female", "female", "male", "male"],
    ...                      "poor": [True, False, True, False], "score": [1, 2, 3, 4]})
    >>> crossed(four, by=("sex", "poor"))["estimate"].round(3).tolist()
    [-0.387, -1.162, 1.162, 0.387]
    """
    over = paper(pupils, over, value=value)
    need_columns(pupils, [*by, value, school])
    return each(pupils, over, lambda cell: _crossed(cell, list(by), value, weight, school))


def _crossed(cell, by, value, weight, school) -> list[dict]:
    cell, missing = usable(cell, [*by, value, school])
    w, y = weights(cell, weight), numbers(cell, value).to_numpy()
    y = y - y.mean() if len(y) else y
    rows = []
    for names in cell[by].drop_duplicates().sort_values(by).itertuples(index=False, name=None):
        inside = np.logical_and.reduce([(cell[c] == name).to_numpy(bool) for c, name in zip(by, names, strict=True)])
        columns = {"n": w, "s": w * y, "q": w * y**2, "m": w * inside, "t": w * inside * y}
        estimate, error = jackknife(school_sums(cell[school], columns), _distance)
        schools = cell.loc[inside, school].nunique()
        found = result(estimate, std_error=error, df=schools - 1, null=0.0, n=inside.sum(), n_schools=schools)
        rows.append(dict(zip(by, names, strict=True)) | {"measure": "distance_sd"} | found | {"n_missing": missing})
    return rows


def _distance(sums: np.ndarray) -> np.ndarray:
    n, s, q, m, t = np.moveaxis(sums, -1, 0)
    spread = (q - s**2 / n) / (n - 1)
    return (t / m - s / n) / np.sqrt(np.where(spread > 1e-12 * q, spread, np.nan))


def spread(
    pupils: pd.DataFrame,
    *,
    value: str = "score",
    over: Sequence[str] | None = None,
    weight: str | None = None,
    school: str = "school_id",
    draws: int = 499,
    seed: int = 2562,
) -> pd.DataFrame:
    """P90 − P10: how many points lie between the pupils a tenth from the top and a tenth from the bottom.

    Returns
    -------
    DataFrame
        One row per cell: ``measure`` = p90_p10_points, estimate in the unit of ``value``, error, interval, ``n``,
        ``n_schools``, ``p10``, ``p90``, ``n_missing``.

    Notes
    -----
    A quantile is the smallest score with at least that share of the pupils at or below it (Hyndman & Fan's type 1), so
    that weights and repeated rows mean the same. Standard error: ``draws`` bootstrap samples of whole schools, the same
    for the same ``seed``; Student t with G − 1 degrees of freedom. No interval with one school.

    References
    ----------
    Hyndman R. J. & Fan Y. (1996), The American Statistician 50, 361-365; OECD, PISA reports (P90 − P10 of scores);
    Davison A. C. & Hinkley D. V. (1997), Bootstrap Methods, section 3.8 (whole clusters).

    Examples
    --------
    Of the scores 1 to 10, P10 is 1 and P90 is 9.

    >>> ten = pd.DataFrame({"school_id": list("ab") * 5, "score": range(1, 11)})
    >>> spread(ten)[["p10", "p90", "estimate"]].iloc[0].tolist()
    [1.0, 9.0, 8.0]
    """
    over = paper(pupils, over, value=value)
    need_columns(pupils, [value, school])
    return each(pupils, over, lambda cell: _spread(cell, value, weight, school, draws, seed))


def _spread(cell, value, weight, school, draws, seed) -> dict:
    cell, missing = usable(cell, [value, school])
    order = np.argsort(numbers(cell, value).to_numpy(), kind="stable")
    y, w = numbers(cell, value).to_numpy()[order], weights(cell, weight)[order]
    codes, names = pd.factorize(cell[school].iloc[order])
    if not len(y):
        empty = result(np.nan, n=0, n_schools=0)
        return {"measure": "p90_p10_points"} | empty | {"p10": np.nan, "p90": np.nan, "n_missing": missing}
    p10, p90 = _quantiles(y, w)
    schools, rng = len(names), np.random.default_rng(seed)
    samples = rng.multinomial(schools, np.full(schools, 1 / schools), size=draws if schools > 1 else 0)
    widths = [np.diff(_quantiles(y, w * times[codes]))[0] for times in samples]
    error = float(np.std(widths, ddof=1)) if widths else np.nan
    found = result(p90 - p10, std_error=error, df=schools - 1, n=len(y), n_schools=schools, bounds=(0, np.inf))
    return {"measure": "p90_p10_points"} | found | {"p10": float(p10), "p90": float(p90), "n_missing": missing}


def _quantiles(y: np.ndarray, w: np.ndarray) -> np.ndarray:
    below = np.cumsum(w)
    # A hair less than the tenth, or rounding in the sum would move the answer by one pupil.
    return y[np.searchsorted(below, np.array([0.1, 0.9]) * below[-1] * (1 - 1e-12))]


def between_share(
    pupils: pd.DataFrame,
    *,
    value: str = "score",
    over: Sequence[str] | None = None,
    weight: str | None = None,
    school: str = "school_id",
) -> pd.DataFrame:
    """Share of the variance of scores that lies between schools (intraclass correlation, REML).

    Returns
    -------
    DataFrame
        One row per cell: ``measure`` = between_share, estimate 0 to 1, error, interval, p for no difference between
        schools, ``n``, ``n_schools``, ``between_sd`` and ``within_sd`` in the unit of ``value``, ``naive_share``,
        ``n_missing``. Missing with one school, or where every school has one pupil.

    Notes
    -----
    Method, interval and sources: :func:`innovlib.measures.variance.parts`; survey weights do not enter it.
    ``naive_share`` is the variance of the (weighted) school means over the (weighted) variance of all: the figure many
    reports print. It counts chance as difference between schools, about 1/n of it in schools of n pupils.

    Examples
    --------
    >>> few = pd.DataFrame({"school_id": list("aabb"), "score": [1, 3, 5, 7]})
    >>> between_share(few)[["estimate", "naive_share"]].round(4).iloc[0].tolist()
    [0.7778, 0.8]
    """
    over = paper(pupils, over, value=value)
    need_columns(pupils, [value, school])
    return each(pupils, over, lambda cell: _between_share(cell, value, weight, school))


def _between_share(cell, value, weight, school) -> dict:
    cell, missing = usable(cell, [value, school])
    found = variance.parts(*variance.by_school(numbers(cell, value), cell[school]))
    naive = _naive_share(numbers(cell, value).to_numpy(), weights(cell, weight), cell[school])
    return {"measure": "between_share"} | found.row() | {
        "between_sd": found.between**0.5, "within_sd": found.within**0.5, "naive_share": naive, "n_missing": missing,
    }  # fmt: skip


def _naive_share(y: np.ndarray, w: np.ndarray, schools: pd.Series) -> float:
    y = y - np.average(y, weights=w) if len(y) else y
    n, s, q = school_sums(schools, {"n": w, "s": w * y, "q": w * y**2}).T
    return float((s**2 / n).sum() / q.sum()) if q.sum() > 0 else np.nan
