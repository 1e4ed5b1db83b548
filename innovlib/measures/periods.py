"""Periods: single years where each may be shown, otherwise windows of years that never overlap."""

from __future__ import annotations

import numpy as np
import pandas as pd

from innovlib.measures.outcomes import CELL, windows

_TEST = ["test", "grade"]


def with_periods(
    own: pd.DataFrame, *, means: pd.DataFrame, smallest_n: float, length: int, latest_only: bool
) -> pd.DataFrame:
    """Results with their period: single years, or windows that end at the area's latest year of that test.

    Parameters
    ----------
    own
        Rows of the scores table that hold a result, with ``of``: on whose page they stand.
    means
        The area's means by year (:func:`innovlib.measures.outcomes.group_means`): which years there are, and their
        pupils.
    smallest_n
        A result on fewer pupils makes all years of that test be put together, ``length`` at a time.
    latest_only
        Only the latest ``length`` years, put together.

    Returns
    -------
    DataFrame
        The rows with ``first_year_be``, ``last_year_be``, ``pooled``, ``period``, and as weights of the years
        ``weight`` (own pupils) and ``weight_area`` (the area's pupils).
    """
    held = means[[*_TEST, "year_be"]].drop_duplicates()
    held = held.assign(latest=held.groupby(_TEST, observed=True)["year_be"].transform("max"))
    rows = own.merge(held, on=[*_TEST, "year_be"])
    few = (rows["n_tested"] < smallest_n).astype(bool).groupby([rows[c] for c in ("of", *_TEST)], observed=True)
    rows["pooled"] = few.transform("any") | latest_only  # one way for all results of a test: see must_pool
    rows["width"] = np.where(rows["pooled"], length, 1)
    spans = pd.concat([_spans(held, width) for width in sorted({1, length})])
    rows["window"] = windows(rows["year_be"], latest=rows["latest"], length=rows["width"])
    rows = rows.merge(spans, on=[*_TEST, "width", "window"])
    rows = rows[rows["year_be"] > rows["latest"] - length] if latest_only else rows
    out = rows.merge(means[[*CELL, "n"]].rename(columns={"n": "weight_area"}), on=CELL, how="left")
    one = out["first_year_be"] == out["last_year_be"]
    period = out["first_year_be"].astype("str") + ("–" + out["last_year_be"].astype("str")).where(~one, "")
    return out.drop(columns=["latest", "width", "window"]).assign(period=period, weight=out["n_tested"].astype(float))


def _spans(held: pd.DataFrame, width: int) -> pd.DataFrame:
    """The first and the last year that the area has in each window of so many years."""
    window = windows(held["year_be"], latest=held["latest"], length=width)
    spans = held.assign(window=window, width=width).groupby([*_TEST, "width", "window"], observed=True)["year_be"]
    return spans.agg(first_year_be="min", last_year_be="max").reset_index()
