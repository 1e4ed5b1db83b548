"""Inequality of rates: who reaches a mark, who has a thing. Parity of two groups, concentration along background."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from innovlib.errors import BadInput, Words
from innovlib.measures.inequality import group_names
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


def parity(
    pupils: pd.DataFrame,
    *,
    outcome: str,
    by: str,
    group=None,
    reference=None,
    over: Sequence[str] = (),
    school: str = "school_id",
) -> pd.DataFrame:
    """Adjusted parity index: one group's rate over another's, 1 = parity, always between 0 and 2.

    Parameters
    ----------
    pupils
        One row per pupil with ``outcome`` (True and False, or 1 and 0), ``by`` and ``school``.
    by, group, reference
        As in :func:`innovlib.measures.inequality.gap`: girls over boys, otherwise True over False.

    Returns
    -------
    DataFrame
        One row per cell: ``measure`` = parity_adjusted, ``by``, ``group``, ``reference``, estimate, interval, p for
        parity, ``n``, ``n_schools``, ``rate_group``, ``rate_reference``, ``n_missing``. ``std_error`` is that of the
        logarithm of the plain ratio. Missing where nobody in either group has the outcome.

    Notes
    -----
    ``x = p_group / p_reference``; adjusted: x where x ≤ 1, otherwise ``2 − 1/x``, so that exchanging the groups turns
    the index into 2 minus itself. The interval is that of ln x (schools left out one at a time, Student t with G − 1
    degrees of freedom), carried over; the index rises with x, so its coverage is the same.

    References
    ----------
    UNESCO Institute for Statistics, glossary: adjusted gender parity index (GPIA): above 1 the ratio is inverted and
    subtracted from 2; .97 to 1.03 counts as parity.

    Examples
    --------
    1 of 2 girls and 1 of 4 boys: x = 2, adjusted 2 − 1/2.

    >>> six = pd.DataFrame({"school_id": list("ababab"), "sex": ["female"] * 2 + ["male"] * 4})
    >>> six["reads"] = [1, 0, 1, 0, 0, 0]
    >>> parity(six, outcome="reads", by="sex")["estimate"].tolist()
    [1.5]
    """
    names = group_names(by, group, reference)
    need_columns(pupils, [by, outcome, school])
    _need_yes_no(pupils, outcome)
    return each(pupils, over, lambda cell: _parity(cell, outcome, by, names, school))


def _need_yes_no(frame: pd.DataFrame, outcome: str) -> None:
    values = numbers(frame, outcome).dropna()
    if not values.isin([0, 1]).all():
        raise BadInput(
            Words(f"{outcome} มีค่าอื่นนอกจากใช่หรือไม่ใช่", f"{outcome} holds values other than yes and no"),
            expected=Words("True/False หรือ 1/0", "True and False, or 1 and 0"),
            todo=Words("สร้างคอลัมน์ เช่น คะแนนถึงเกณฑ์หรือไม่", "make a column such as: score at or above the mark"),
        )


def _parity(cell, outcome, by, names, school) -> dict:
    cell, missing = usable(cell, [outcome, by, school])
    yes = numbers(cell, outcome).to_numpy()
    first, second = ((cell[by] == name).to_numpy(bool) for name in names)
    columns = {"y1": first * yes, "n1": first, "y0": second * yes, "n0": second}
    sums = school_sums(cell[school], columns)
    log_ratio, error = jackknife(sums, _log_ratio)
    inside = first | second
    found = result(log_ratio, std_error=error, df=len(sums) - 1, null=0.0, n=inside.sum(), n_schools=len(sums))
    found |= {name: _adjusted(found[name]) for name in ("estimate", "conf_low", "conf_high")}
    y1, n1, y0, n0 = sums.sum(axis=0)
    rates = {"rate_group": y1 / n1 if n1 else np.nan, "rate_reference": y0 / n0 if n0 else np.nan}
    labels = {"measure": "parity_adjusted", "by": by, "group": str(names[0]), "reference": str(names[1])}
    return labels | found | rates | {"n_missing": missing}


def _log_ratio(sums: np.ndarray) -> np.ndarray:
    y1, n1, y0, n0 = np.moveaxis(sums, -1, 0)
    return np.log(y1 / n1) - np.log(y0 / n0)


def _adjusted(log_ratio: float) -> float:
    return float(np.exp(log_ratio) if log_ratio <= 0 else 2 - np.exp(-log_ratio))


#: How a concentration index of a yes/no outcome is put on a scale that does not depend on how common the outcome is.
CORRECTIONS = ("none", "wagstaff", "erreygers")


def concentration(
    frame: pd.DataFrame,
    *,
    value: str,
    rank_by: str,
    correction: str = "none",
    over: Sequence[str] = (),
    weight: str | None = None,
    school: str = "school_id",
) -> pd.DataFrame:
    """Concentration index: does a good go to those who are better off? Below 0 it goes to those who are worse off.

    Parameters
    ----------
    frame
        One row per pupil, school or group, with ``value`` (0 or more), ``rank_by`` and ``school``.
    rank_by
        What orders the rows from worst to best off (an index of wealth, say); equal values share their mean rank.
    correction
        For yes/no outcomes: ``erreygers`` (4μC) or ``wagstaff`` (C/(1 − μ)); ``none`` for amounts.
    weight
        Column of weights, such as the number of pupils that a row stands for.

    Returns
    -------
    DataFrame
        One row per cell: ``measure`` = concentration, ``correction``, estimate −1 to 1, error, interval, p for 0, ``n``
        rows, ``n_schools``, ``mean``, ``n_missing``. Missing where the mean is 0.

    Notes
    -----
    ``C = 2/μ · Σ w (y − μ)(R − ½)/Σ w``, R the fractional rank (share of the weight below, plus half one's own). On
    grouped data this is the sum ``Σ (p_t L_{t+1} − p_{t+1} L_t)`` over the concentration curve. Error from the
    influence of each row, ``a = (y/μ)(2R − 1 − C) + 2 − q⁻ − q − (1 + C)`` with q the cumulative share of y (with a
    correction f(μ): ``f a + C f′ (y − μ)``), summed over schools; Student t with G − 1 degrees of freedom. The raw
    index of a yes/no outcome can only reach 1 − μ, which is why it must be corrected.

    References
    ----------
    O'Donnell O. et al. (2008), Analyzing Health Equity Using Household Survey Data, World Bank, ch. 8 (table 8.1,
    deaths under five in India: −.1694, is a test); Kakwani N. et al. (1997), Journal of Econometrics 77, 87-103, eq.
    14; Wagstaff A. (2005), Health Economics 14, 429-432; Erreygers G. (2009), Journal of Health Economics 28, 504-515.

    Examples
    --------
    Of four schools in order of wealth only the richest has it: C = 2/¼ · ¼ · (7/8 − ½) = ¾.

    >>> four = pd.DataFrame({"school_id": list("abcd"), "wealth": [1, 2, 3, 4], "online": [0, 0, 0, 1]})
    >>> [concentration(four, value="online", rank_by="wealth", correction=c)["estimate"].item() for c in CORRECTIONS]
    [0.75, 1.0, 0.75]
    """
    if correction not in CORRECTIONS:
        raise BadInput(
            Words(f"ไม่รู้จักการปรับ {correction!r}", f"unknown correction {correction!r}"),
            expected=Words(", ".join(CORRECTIONS), ", ".join(CORRECTIONS)),
        )
    need_columns(frame, [value, rank_by, school])
    refuse_unless_amount(frame, value)
    if correction != "none":
        _need_yes_no(frame, value)
    return each(frame, over, lambda cell: _concentration(cell, value, rank_by, correction, weight, school))


def _concentration(cell, value, rank_by, correction, weight, school) -> dict:
    cell, missing = usable(cell, [value, rank_by, school])
    y, x, w = numbers(cell, value).to_numpy(), numbers(cell, rank_by).to_numpy(), weights(cell, weight)
    mean = float(np.average(y, weights=w)) if len(y) else np.nan
    index, influence = curve(y, x, w) if mean > 0 else (np.nan, np.zeros(len(y)))
    factor, steepness = _factor(mean, correction)
    influence = factor * influence + index * steepness * (y - mean)
    schools, error = cell[school].nunique(), clustered(influence * w, cell[school])
    sizes = {"n": len(y), "n_schools": schools}
    found = result(factor * index, std_error=error, df=schools - 1, null=0.0, **sizes, bounds=(-1, 1))
    return {"measure": "concentration", "correction": correction} | found | {"mean": mean, "n_missing": missing}


def _factor(mean: float, correction: str) -> tuple[float, float]:
    """What a correction multiplies the index with, and how that changes with the mean."""
    if correction == "erreygers":
        return 4 * mean, 4.0
    if correction == "wagstaff":
        return (1 / (1 - mean), 1 / (1 - mean) ** 2) if mean < 1 else (np.nan, np.nan)
    return 1.0, 0.0


def curve(y: np.ndarray, x: np.ndarray, w: np.ndarray) -> tuple[float, np.ndarray]:
    """Concentration index of y along x, and the influence of each row on it (mean 0)."""
    levels, level = np.unique(x, return_inverse=True)
    mass, amount = (np.bincount(level, weights=v, minlength=len(levels)) for v in (w, w * y))
    mass, share = mass / w.sum(), amount / amount.sum()
    rank = (np.cumsum(mass) - mass / 2)[level]
    mean = amount.sum() / w.sum()
    index = float(2 * np.average((y - mean) * (rank - 0.5), weights=w) / mean)
    # Half of one's own level counts as below, in the curve as in the rank.
    passed = (2 * np.cumsum(share) - share)[level]
    influence = y / mean * (2 * rank - 1 - index) + 2 - passed - (1 + index)
    return index, influence


def clustered(influence: np.ndarray, schools: pd.Series) -> float:
    """Standard error of a mean of influences (weights already in them) from schools' sums."""
    codes, names = pd.factorize(schools)
    count = len(names)
    if count < 2:
        return np.nan
    sums = np.bincount(codes, weights=influence, minlength=count)
    return float(np.sqrt(count / (count - 1) * (sums**2).sum()) / len(influence))
