"""Inequality of what has a natural zero: Gini, Theil and Atkinson of money or counts (teachers, pupils, hours).

An index that divides by the mean says nothing about test scores, whose zero is arbitrary: the same scores give a Gini
of .111 on a scale with mean 50 and of .011 after 450 points are added to every score. Scores and negative amounts are
refused.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import pandas as pd
import scipy  # its functions are loaded when first asked: a batch that finds all kept needs none

from innovlib.errors import BadInput, Words
from innovlib.measures.rates import clustered, curve
from innovlib.measures.rows import (
    each,
    jackknife,
    need_columns,
    numbers,
    refuse_unless_amount,
    result,
    school_sums,
    usable,
    weights,
)


def gini(
    frame: pd.DataFrame, *, value: str, over: Sequence[str] = (), weight: str | None = None, unit: str = "school_id"
) -> pd.DataFrame:
    """Gini index of an amount of money or a count: 0 all alike, towards 1 one has everything.

    Parameters
    ----------
    frame
        One row per unit (school) with ``value``, 0 or more.
    weight
        Column with the number of persons behind a row, where persons and not schools are compared.

    Returns
    -------
    DataFrame
        One row per cell: ``measure`` = gini, estimate, error, interval, ``n`` rows, ``n_schools`` units, ``mean``,
        ``n_missing``. Missing where everything is 0.

    Notes
    -----
    ``G = Σ_i Σ_j |y_i − y_j| / (2 n² μ)``, the concentration index of y along itself; not multiplied by n/(n − 1), so
    that repeating every row changes nothing. Error from the influence of each row (Kakwani et al. 1997, eq. 14).

    Raises
    ------
    CannotEstimate
        ``value`` is a score, or some amounts are negative.

    References
    ----------
    Cowell F. (2011), Measuring Inequality, 3rd ed., ch. 2 and appendix; the ten incomes of R's ``ineq`` give .4620911
    (a test).

    Examples
    --------
    Two schools with 1 and 3: mean difference |1 − 3|·2/4 = 1, over 2μ = 4.

    >>> gini(pd.DataFrame({"school_id": list("ab"), "budget_thb": [1, 3]}), value="budget_thb")["estimate"].tolist()
    [0.25]
    """
    need_columns(frame, [value, unit])
    refuse_unless_amount(frame, value)
    return each(frame, over, lambda cell: _gini(cell, value, weight, unit))


def _gini(cell, value, weight, unit) -> dict:
    cell, missing = usable(cell, [value, unit])
    y, w, units = numbers(cell, value).to_numpy(), weights(cell, weight), cell[unit].nunique()
    mean = float(np.average(y, weights=w)) if len(y) else np.nan
    index, influence = curve(y, y, w) if mean > 0 else (np.nan, np.zeros(len(y)))
    error = clustered(influence * w, cell[unit])
    found = result(index, std_error=error, df=units - 1, n=len(y), n_schools=units, bounds=(0, 1))
    return {"measure": "gini"} | found | {"mean": mean, "n_missing": missing}


def theil(
    frame: pd.DataFrame,
    *,
    value: str,
    within: str | None = None,
    over: Sequence[str] = (),
    weight: str | None = None,
    unit: str = "school_id",
) -> pd.DataFrame:
    """Theil's T of an amount of money or a count, split into its part between groups and within them.

    Parameters
    ----------
    within
        Column of groups (district, cohort); without it only the total is given.

    Returns
    -------
    DataFrame
        One row per cell and ``part`` (total, between, within): ``measure`` = theil_t, estimate (0 all alike, ln n at
        most), error, interval, ``n``, ``n_schools``, ``share_of_total``, ``n_missing``. between + within = total.

    Notes
    -----
    ``T = Σ w (y/μ) ln(y/μ) / Σ w`` with 0 ln 0 = 0; between: the same with every amount replaced by its group's mean.
    Error by leaving out one unit at a time.

    Raises
    ------
    CannotEstimate
        ``value`` is a score, or some amounts are negative.

    References
    ----------
    Theil H. (1967), Economics and Information Theory, ch. 4; Shorrocks A. (1980), Econometrica 48, 613-625 (the split).

    Examples
    --------
    1 and 3: T = ½(½ ln ½ + 3/2 ln 3/2) = .1308.

    >>> two = pd.DataFrame({"school_id": list("ab"), "budget_thb": [1, 3]})
    >>> theil(two, value="budget_thb")["estimate"].round(4).tolist()
    [0.1308]
    """
    need_columns(frame, [value, unit, *([within] if within else [])])
    refuse_unless_amount(frame, value)
    return each(frame, over, lambda cell: _theil(cell, value, within, weight, unit))


def _theil(cell, value, within, weight, unit) -> list[dict]:
    cell, missing = usable(cell, [value, unit, *([within] if within else [])])
    y, w = numbers(cell, value).to_numpy(), weights(cell, weight)
    sums = school_sums(cell[unit], {"n": w, "y": w * y, "yy": w * scipy.special.xlogy(y, y)})
    groups = _groups(cell, within, unit) if within else np.zeros(len(sums), dtype=int)
    totals = jackknife(sums, lambda s: _entropy(s[..., 2], s[..., 1], s[..., 0]))
    parts = {"total": totals}
    if within:
        parts["between"] = _left_out(sums, groups, lambda between, total: _entropy(between, *total[1::-1]))
        parts["within"] = _left_out(sums, groups, lambda between, total: (total[2] - between) / total[1])
    rows, sizes = [], {"n": len(y), "n_schools": len(sums)}
    for part, (estimate, error) in parts.items():
        found = result(estimate, std_error=error, df=len(sums) - 1, **sizes, bounds=(0, np.inf))
        share = estimate / totals[0] if totals[0] > 0 else np.nan
        rows.append({"measure": "theil_t", "part": part} | found | {"share_of_total": share, "n_missing": missing})
    return rows


def _entropy(y_ln_y: np.ndarray, y: np.ndarray, n: np.ndarray) -> np.ndarray:
    """Theil's T from Σ y ln y (or Σ over groups of Y ln(Y/n)), Σ y and n."""
    return y_ln_y / y - np.log(y / n)


def _groups(cell: pd.DataFrame, within: str, unit: str) -> np.ndarray:
    pairs = cell[[unit, within]].drop_duplicates()
    if pairs[unit].duplicated().any():
        name = pairs.loc[pairs[unit].duplicated(), unit].iloc[0]
        raise BadInput(
            Words(f"{name} อยู่ในหลายกลุ่มของ {within}", f"{name} stands in several groups of {within}"),
            expected=Words("หนึ่งโรงเรียนอยู่กลุ่มเดียว", "each school in one group"),
        )
    return pd.factorize(pairs[within])[0]


def _left_out(sums: np.ndarray, groups: np.ndarray, statistic: Callable) -> tuple[float, float]:
    """A statistic of Σ over groups of Y ln(Y/n) and of all units' sums; its error by leaving out one unit at a time."""
    n, y = (np.bincount(groups, weights=sums[:, i]) for i in (0, 1))
    by_group = _about(y, n)
    rest = _about(np.maximum(y[groups] - sums[:, 1], 0), n[groups] - sums[:, 0])
    total, between = sums.sum(axis=0), by_group.sum()
    with np.errstate(divide="ignore", invalid="ignore"):
        estimate = float(statistic(between, total))
        without = statistic(between - by_group[groups] + rest, (total - sums).T)
    count = len(sums)
    if count < 2 or not np.isfinite(without).all():
        return estimate, np.nan
    return estimate, float(np.sqrt((count - 1) / count * ((without - without.mean()) ** 2).sum()))


def _about(y: np.ndarray, n: np.ndarray) -> np.ndarray:
    """Y ln(Y/n), 0 for a group that is empty or has nothing."""
    mean = np.divide(y, n, out=np.ones_like(y), where=(n > 1e-9) & (y > 0))
    return y * np.log(mean)


def atkinson(
    frame: pd.DataFrame,
    *,
    value: str,
    aversion: float = 0.5,
    over: Sequence[str] = (),
    weight: str | None = None,
    unit: str = "school_id",
) -> pd.DataFrame:
    """Atkinson's index: the share of all the money that an equal split could save at the same welfare.

    Parameters
    ----------
    aversion
        ε above 0: how much a baht counts more where there is little. At 1 or more one unit with nothing makes it 1.

    Returns
    -------
    DataFrame
        One row per cell: ``measure`` = atkinson, ``aversion``, estimate 0 to 1, error, interval, ``n``, ``n_schools``,
        ``n_missing``.

    Notes
    -----
    ``A = 1 − (Σ w y^{1−ε}/Σ w)^{1/(1−ε)} / μ``; for ε = 1 one minus the geometric mean over μ. Error by leaving out one
    unit at a time.

    Raises
    ------
    CannotEstimate
        ``value`` is a score, or some amounts are negative.

    References
    ----------
    Atkinson A. (1970), Journal of Economic Theory 2, 244-263; the ten incomes of R's ``ineq`` give .1796591 at .5 and
    .3518251 at 1 (tests).

    Examples
    --------
    1 and 9: the mean root is 2, squared 4, over the mean 5.

    >>> two = pd.DataFrame({"school_id": list("ab"), "thb": [1, 9]})
    >>> atkinson(two, value="thb")["estimate"].round(6).tolist()
    [0.2]
    """
    if not aversion > 0:
        raise BadInput(
            Words(f"aversion = {aversion}", f"aversion = {aversion}"),
            expected=Words("จำนวนที่มากกว่า 0", "a number above 0"),
        )
    need_columns(frame, [value, unit])
    refuse_unless_amount(frame, value)
    return each(frame, over, lambda cell: _atkinson(cell, value, aversion, weight, unit))


def _atkinson(cell, value, aversion, weight, unit) -> dict:
    cell, missing = usable(cell, [value, unit])
    y, w = numbers(cell, value).to_numpy(), weights(cell, weight)
    with np.errstate(divide="ignore"):
        bent = np.log(y) if aversion == 1 else y ** (1 - aversion)
    sums = school_sums(cell[unit], {"n": w, "y": w * y, "bent": w * bent})
    estimate, error = jackknife(
        sums, lambda s: 1 - _equal_amount(s[..., 2] / s[..., 0], aversion) * s[..., 0] / s[..., 1]
    )
    found = result(estimate, std_error=error, df=len(sums) - 1, n=len(y), n_schools=len(sums), bounds=(0, 1))
    return {"measure": "atkinson", "aversion": aversion} | found | {"n_missing": missing}


def _equal_amount(bent_mean: np.ndarray, aversion: float) -> np.ndarray:
    return np.exp(bent_mean) if aversion == 1 else bent_mean ** (1 / (1 - aversion))
