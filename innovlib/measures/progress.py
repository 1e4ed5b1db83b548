"""The school's own work as it went: a timeline, where each piece of work stands, and counts by status.

Progress is a record by the school, not a measurement: it is told and counted, never scored. Frames are in the form of
the ``progress`` table.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import numpy as np
import pandas as pd

from innovlib import terms
from innovlib.measures.rows import each, need_columns, result, wilson

_COLUMNS = ("school_id", "date", "what", "status", "note_th")
TIMELINE = ("school_id", "step", "date", "year_be", "months_since_first", "what", "status", "note_th", "is_dated")


def timeline(progress: pd.DataFrame, *, school_id: str | None = None) -> pd.DataFrame:
    """The entries of one school or of all, in order of time.

    Returns
    -------
    DataFrame
        Columns :data:`TIMELINE`: ``step`` counts a school's entries from 1, ``year_be`` is the academic year of the
        date, ``months_since_first`` counts from the school's first dated entry. Entries without a date come last, in
        the order of the table, with ``is_dated`` False; none is dropped. No rows where the school has no entries.

    Examples
    --------
    >>> p = pd.DataFrame({"school_id": "a", "date": pd.to_datetime(["2021-05-02", None, "2020-05-01"]),
    ...                   "what": "innovation", "status": ["done", "planned", "started"], "note_th": ["ข", "ค", "ก"]})
    >>> timeline(p)[["step", "year_be", "status", "is_dated"]].values.tolist()
    [[1, 2563, 'started', True], [2, 2564, 'done', True], [3, <NA>, 'planned', False]]
    """
    need_columns(progress, _COLUMNS)
    rows = progress if school_id is None else progress[progress["school_id"] == school_id]
    rows = rows.sort_values(["school_id", "date"], kind="stable", na_position="last").reset_index(drop=True)
    first = rows.groupby("school_id", observed=True)["date"].transform("min")
    month = rows["date"].dt.month
    year = rows["date"].dt.year + np.where(month >= 5, 543, 542)
    out = rows.assign(
        step=rows.groupby("school_id", observed=True).cumcount() + 1,
        year_be=year.astype("Int64"),
        months_since_first=((rows["date"] - first).dt.days / (365.25 / 12)).round(1),
        is_dated=rows["date"].notna(),
    )
    return out[list(TIMELINE)]


def standing(progress: pd.DataFrame, *, on: dt.date | str) -> pd.DataFrame:
    """Where each school's work stood on a day: the latest dated entry of each kind of work and note.

    Returns
    -------
    DataFrame
        One row per school × ``what`` × ``note_th``, with ``date``, ``status`` and ``days_ago``. Entries without a date
        are left out, for nobody knows whether they came before the day; :func:`counts` shows how many there are.

    Examples
    --------
    >>> p = pd.DataFrame({"school_id": "a", "date": pd.to_datetime(["2020-05-01", "2021-05-01"]), "what": "innovation",
    ...                   "status": ["started", "done"], "note_th": "ห้องสมุด"})
    >>> standing(p, on="2020-12-31")[["status", "days_ago"]].values.tolist()
    [['started', 244]]
    """
    need_columns(progress, _COLUMNS)
    day = pd.Timestamp(on)
    known = progress[progress["date"] <= day].sort_values("date", kind="stable")
    latest = known.groupby(["school_id", "what", "note_th"], dropna=False, observed=True, as_index=False).last()
    latest["days_ago"] = (day - latest["date"]).dt.days
    return latest[["school_id", "what", "note_th", "date", "status", "days_ago"]]


def counts(
    progress: pd.DataFrame, schools: pd.DataFrame | None = None, *, over: Sequence[str] = ("what",)
) -> pd.DataFrame:
    """Entries by status, and the share of schools that have such an entry.

    Parameters
    ----------
    schools
        The schools that count, those without entries too; without it, the schools that have any entry.

    Returns
    -------
    DataFrame
        One row per cell and ``status`` (all four, also those with none): ``measure`` = share_of_schools, estimate 0 to
        1, Wilson's interval, ``n`` entries, ``n_schools`` that count, ``n_with`` schools with such an entry,
        ``n_undated`` entries without a date.

    Examples
    --------
    >>> p = pd.DataFrame({"school_id": ["a", "a"], "date": pd.to_datetime(["2020-05-01", None]), "what": "innovation",
    ...                   "status": ["started", "done"], "note_th": ["ก", "ก"]})
    >>> found = counts(p, pd.DataFrame({"school_id": ["a", "b"]})).set_index("status")
    >>> found.loc["done", ["estimate", "n", "n_with", "n_undated"]].tolist()
    [0.5, 1.0, 1.0, 1.0]
    """
    need_columns(progress, [*_COLUMNS, *over])
    base = progress if schools is None else schools
    n_schools = base["school_id"].nunique()
    return each(progress, over, lambda cell: [_count(cell, status, n_schools) for status in terms.PROGRESS_STATUSES])


def _count(cell: pd.DataFrame, status: str, n_schools: int) -> dict:
    found = cell[cell["status"] == status]
    schools = found["school_id"].nunique()
    low, high = wilson(schools, n_schools)
    share = schools / n_schools if n_schools else np.nan
    row = result(share, n=len(found), n_schools=n_schools) | {"conf_low": low, "conf_high": high}
    labels = {"status": status, "measure": "share_of_schools"}
    return labels | row | {"n_with": schools, "n_undated": int(found["date"].isna().sum())}
