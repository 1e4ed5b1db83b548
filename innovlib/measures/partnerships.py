"""Whom schools work with: how many are reached by each sector, how varied, how lasting, and what it is worth.

The fourth aim of the Act is a mechanism of the state, local government, the private sector and civil society working
together. Frames are in the form of the ``partners`` table: one row per school and partnership; no end = it goes on.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import numpy as np
import pandas as pd

from innovlib import terms
from innovlib.chance import binomial_quantile, normal_quantile
from innovlib.errors import BadInput, UnknownName, Words
from innovlib.measures.rows import LEVEL, each, jackknife, need_columns, numbers, result, school_sums, wilson

#: Mean length of a month in days.
MONTH_DAYS = 365.25 / 12
AMOUNTS = ("value_thb", "hours")


def reach(partners: pd.DataFrame, schools: pd.DataFrame, *, on: dt.date | str | None = None) -> pd.DataFrame:
    """Share of schools with at least one partner, by sector and in any sector.

    Parameters
    ----------
    schools
        The schools that count, those without partners too; partners of other schools are an error.
    on
        A day: only partnerships running on it count. Without it, all there have ever been.

    Returns
    -------
    DataFrame
        One row per ``sector`` and one for ``any``: ``measure`` = share_of_schools, estimate 0 to 1, Wilson's interval,
        ``n`` = ``n_schools`` schools, ``n_reached``, ``n_partnerships``.

    References
    ----------
    Wilson E. B. (1927), JASA 22, 209-212.

    Examples
    --------
    >>> p = pd.DataFrame({"school_id": ["a", "a"], "partner_name": ["x", "y"], "sector": ["state", "private"],
    ...                   "start": pd.to_datetime(["2020-05-01"] * 2), "end": pd.NaT})
    >>> reach(p, pd.DataFrame({"school_id": ["a", "b"]})).set_index("sector")["estimate"].to_dict()
    {'state': 0.5, 'local_government': 0.0, 'private': 0.5, 'civil_society': 0.0, 'any': 0.5}
    """
    partners = _checked(partners)
    _need_known(partners, schools)
    counted = partners if on is None else partners[_running(partners, _day(on))]
    n = schools["school_id"].nunique()
    rows = []
    for sector in (*terms.SECTORS, "any"):
        found = counted if sector == "any" else counted[counted["sector"] == sector]
        reached = found["school_id"].nunique()
        low, high = wilson(reached, n)
        row = result(reached / n if n else np.nan, n=n, n_schools=n) | {"conf_low": low, "conf_high": high}
        counts = {"n_reached": reached, "n_partnerships": len(found)}
        rows.append({"sector": sector, "measure": "share_of_schools"} | row | counts)
    return pd.DataFrame(rows)


def diversity(partners: pd.DataFrame, *, over: Sequence[str] = (), on: dt.date | str | None = None) -> pd.DataFrame:
    """Effective number of sectors: 1 = all partners from one sector, 4 = the four alike.

    Returns
    -------
    DataFrame
        One row per cell: ``measure`` = effective_sectors, estimate 1 to 4, error and interval (over schools, kept
        within 1 to 4; missing for one school), ``n`` partnerships, ``n_schools``, ``n_sectors`` that occur.

    Notes
    -----
    Hill's number of order 1, ``exp(−Σ p ln p)``, p the sectors' shares of the partnerships. Schools are left out one at
    a time. Few partnerships miss rare sectors, so small numbers come out too low.

    References
    ----------
    Hill M. O. (1973), Ecology 54, 427-432.

    Examples
    --------
    Shares ½, ¼, ¼: exp(½ ln 2 + ½ ln 4) = 2^1.5.

    >>> p = pd.DataFrame({"school_id": "a", "partner_name": list("wxyz"), "start": pd.Timestamp("2020-05-01"),
    ...                   "sector": ["state", "state", "private", "civil_society"], "end": pd.NaT})
    >>> diversity(p)["estimate"].round(3).tolist()
    [2.828]
    """
    partners = _checked(partners)
    need_columns(partners, over)
    counted = partners if on is None else partners[_running(partners, _day(on))]
    return each(counted, over, _diversity)


def _diversity(cell: pd.DataFrame) -> dict:
    sums = school_sums(cell["school_id"], {s: (cell["sector"] == s).to_numpy() for s in terms.SECTORS})
    occur = int((sums.sum(axis=0) > 0).sum())
    estimate, error = jackknife(sums, _effective_number) if len(sums) else (np.nan, np.nan)
    possible = (1, len(terms.SECTORS))
    row = result(estimate, std_error=error, df=len(sums) - 1, n=len(cell), n_schools=len(sums), bounds=possible)
    return {"measure": "effective_sectors"} | row | {"n_sectors": occur}


def _effective_number(counts: np.ndarray) -> np.ndarray:
    share = counts / counts.sum(axis=-1, keepdims=True)
    return np.exp(-np.where(share > 0, share * np.log(np.where(share > 0, share, 1)), 0).sum(axis=-1))


def stability(
    partners: pd.DataFrame, *, on: dt.date | str, over: Sequence[str] = ("sector",), months: float = 12
) -> pd.DataFrame:
    """Do partnerships last? Months so far, share still running on a day, share that last at least so many months.

    Parameters
    ----------
    on
        The day up to which is known; partnerships that start later are left out (``n_later``).
    months
        Length asked about in ``lasting``.

    Returns
    -------
    DataFrame
        Three rows per cell: ``measure`` = months_so_far (mean, schools left out one at a time), running (share on the
        day, Wilson's interval) and lasting (share that reach ``months``, Kaplan-Meier); estimate, error, interval,
        ``n`` partnerships, ``n_schools``, ``n_later``.

    Notes
    -----
    A partnership that still runs has an unknown length: the mean of months so far is too short for it, ``lasting``
    takes it as unfinished. Interval of ``lasting``: Greenwood's variance on the scale ln(−ln S), which stays within 0
    and 1; it takes partnerships as independent.

    References
    ----------
    Kaplan E. L. & Meier P. (1958), JASA 53, 457-481 (the estimator and Greenwood's formula, eq. 2b and 3b); Kalbfleisch
    J. & Prentice R. (2002), Statistical Analysis of Failure Time Data, p. 17-18 (the interval).

    Examples
    --------
    >>> p = pd.DataFrame({"school_id": ["a", "b"], "partner_name": ["x", "y"], "sector": "state",
    ...                   "start": pd.Timestamp("2020-01-01"), "end": pd.to_datetime(["2020-07-01", None])})
    >>> stability(p, on="2022-01-01").set_index("measure")["estimate"].round(2).to_dict()
    {'months_so_far': 15.0, 'running': 0.5, 'lasting': 0.5}
    """
    partners, day = _checked(partners), _day(on)
    need_columns(partners, over)
    return each(partners, over, lambda cell: _stability(cell, day, months))


def _stability(cell: pd.DataFrame, day: pd.Timestamp, months: float) -> list[dict]:
    begun = cell[cell["start"] <= day]
    running = _running(begun, day).to_numpy()
    until = begun["end"].where(begun["end"] <= day, day)
    length = ((until - begun["start"]).dt.days / MONTH_DAYS).to_numpy(dtype=float)
    sizes = {"n": len(begun), "n_schools": begun["school_id"].nunique()}
    sums = school_sums(begun["school_id"], {"n": np.ones(len(begun)), "months": length})
    mean, error = jackknife(sums, lambda s: s[..., 1] / s[..., 0]) if len(begun) else (np.nan, np.nan)
    share = running.mean() if len(begun) else np.nan
    low, high = wilson(running.sum(), len(begun))
    rows = [
        {"measure": "months_so_far"} | result(mean, std_error=error, df=len(sums) - 1, bounds=(0, np.inf), **sizes),
        {"measure": "running"} | result(share, **sizes) | {"conf_low": low, "conf_high": high},
        {"measure": "lasting"} | _lasting(length, ~running, months, sizes),
    ]
    return [row | {"n_later": len(cell) - len(begun)} for row in rows]


def _lasting(length: np.ndarray, ended: np.ndarray, months: float, sizes: dict) -> dict:
    """Kaplan and Meier's share that reaches ``months``; missing where nobody is known that far."""
    survival, greenwood = 1.0, 0.0
    for time in np.unique(length[ended & (length < months)]):
        at_risk, ends = (length >= time).sum(), (ended & (length == time)).sum()
        survival *= 1 - ends / at_risk
        greenwood += ends / (at_risk * (at_risk - ends)) if at_risk > ends else np.nan
    if not len(length) or (survival > 0 and length.max() < months):
        return result(np.nan, **sizes)
    error = survival * np.sqrt(greenwood)
    low = high = np.nan
    if 0 < survival < 1:
        reach_of_log = normal_quantile((1 + LEVEL) / 2) * np.sqrt(greenwood) / abs(np.log(survival))
        low, high = survival ** np.exp(reach_of_log), survival ** np.exp(-reach_of_log)
    return result(survival, **sizes) | {
        "std_error": error if low == low else np.nan,
        "conf_low": low,
        "conf_high": high,
    }


def worth(partners: pd.DataFrame, *, what: str = "value_thb", over: Sequence[str] = ("sector",)) -> pd.DataFrame:
    """What partners gave: the recorded sum and the median of a partnership, in baht or hours.

    Parameters
    ----------
    what
        ``value_thb`` or ``hours``.

    Returns
    -------
    DataFrame
        Two rows per cell: ``measure`` = sum and median, ``what``, estimate, interval (of the median only), ``n``
        partnerships with an amount, ``n_schools``, ``n_missing`` partnerships without. Missing where none is known.

    Notes
    -----
    The sum is a record, not a sample: it has no sampling error, and it is too low by what the ``n_missing``
    partnerships gave. The median's interval runs between two order statistics (binomial with ½, at least 95 %), so it
    needs 6 amounts.

    References
    ----------
    Conover W. J. (1999), Practical Nonparametric Statistics, 3rd ed., section 3.2.

    Examples
    --------
    >>> p = pd.DataFrame({"school_id": list("abc"), "partner_name": list("xyz"), "sector": "state", "start": pd.NaT,
    ...                   "end": pd.NaT, "value_thb": [1000.0, 3000.0, None]})
    >>> worth(p.assign(start=pd.Timestamp("2020-05-01")))[["measure", "estimate", "n_missing"]].values.tolist()
    [['sum', 4000.0, 1], ['median', 2000.0, 1]]
    """
    if what not in AMOUNTS:
        raise UnknownName(
            Words(f"ไม่มีจำนวนชื่อ {what}", f"there is no amount {what}"),
            expected=Words(" หรือ ".join(AMOUNTS), " or ".join(AMOUNTS)),
        )
    partners = _checked(partners)
    need_columns(partners, [what, *over])
    return each(partners, over, lambda cell: _worth(cell, what))


def _worth(cell: pd.DataFrame, what: str) -> list[dict]:
    known = cell[cell[what].notna()]
    amounts = np.sort(numbers(known, what).to_numpy())
    sizes = {"n": len(known), "n_schools": known["school_id"].nunique()}
    total, median = (amounts.sum(), np.median(amounts)) if len(amounts) else (np.nan, np.nan)
    low, high = _median_interval(amounts)
    labels = {"what": what, "n_missing": len(cell) - len(known)}
    return [
        {"measure": "sum"} | result(total, **sizes) | labels,
        {"measure": "median"} | result(median, **sizes) | {"conf_low": low, "conf_high": high} | labels,
    ]


def _median_interval(ordered: np.ndarray) -> tuple[float, float]:
    below = binomial_quantile((1 - LEVEL) / 2, len(ordered), 0.5) - 1 if len(ordered) else -1
    if below < 0:
        return np.nan, np.nan
    return float(ordered[below]), float(ordered[len(ordered) - 1 - below])


# --- what a partnership is -----------------------------------------------------------------------------------------


def _checked(partners: pd.DataFrame) -> pd.DataFrame:
    need_columns(partners, ["school_id", "partner_name", "sector", "start", "end"])
    wrong = partners[(partners["end"] < partners["start"]).fillna(False)]
    if len(wrong):
        row = wrong.iloc[0]
        raise BadInput(
            Words(
                f"สิ้นสุดก่อนเริ่ม {len(wrong)} แถว เช่น {row['partner_name']} โรงเรียน {row['school_id']}",
                f"{len(wrong)} partnerships end before they start, as {row['partner_name']} of {row['school_id']}",
            ),
            where="partners.csv",
            todo=Words("แก้วันที่ของแถวเหล่านั้น", "mend the dates of those rows"),
        )
    return partners


def _need_known(partners: pd.DataFrame, schools: pd.DataFrame) -> None:
    need_columns(schools, ["school_id"])
    strangers = sorted(set(partners["school_id"]) - set(schools["school_id"]))
    if strangers:
        raise UnknownName(
            Words(
                f"ภาคีของโรงเรียนที่ไม่อยู่ในรายชื่อ {strangers[0]}", f"partners of a school that is not listed: {strangers[0]}"
            ),
            todo=Words("กรองตาราง partners ให้เหลือโรงเรียนเดียวกัน", "keep the partners of the same schools"),
        )


def _day(on: dt.date | str) -> pd.Timestamp:
    return pd.Timestamp(on)


def _running(partners: pd.DataFrame, day: pd.Timestamp) -> pd.Series:
    """True where a partnership runs on the day, its first and last day included."""
    return (partners["start"] <= day) & (partners["end"].isna() | (partners["end"] >= day))
