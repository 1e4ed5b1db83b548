"""Jumps from one year to the next that the chance of who sat in the class cannot explain: slips, or worth asking about.

Classes are small and every year brings other children, so a school's mean moves by many points without anything having
happened (Kane and Staiger 2002, Journal of Economic Perspectives 16(4), pages 91-114). Papers differ as well, which
moves all schools together. What is left beyond both is told, and loaded all the same.
"""

from __future__ import annotations

import math
from statistics import NormalDist

import numpy as np
import pandas as pd

from innovlib.area.faults import Issue, issue
from innovlib.area.layouts import Layout

SERIES = ["school_id", "test", "grade", "subject"]
_KEY = [*SERIES, "year_be"]
_FIGURES = ["n_tested", "mean", "sd"]
#: The chance that a file without any slip is warned of at all.
ALPHA = 0.01
#: Pupils' standard deviation where no file gives one: the upper end of the usual 12 to 18 points.
USUAL_SD = 18.0
#: So many schools with both years tell how much the paper moved everybody, and so many rows how far pupils spread.
ENOUGH = 5
#: Where fewer schools do, the paper may have moved everybody by this much (national means of O-NET P6, 2560 to 2563).
PAPERS = 10.0


def jumps(new: pd.DataFrame, *, stored: pd.DataFrame) -> pd.DataFrame:
    """Year-to-year changes of school means that are too large for sampling.

    Parameters
    ----------
    new
        The file's rows of the contract's ``scores``; its index is handed back as ``at``.
    stored
        The area's ``scores``; its rows with the key of a new one are about to be replaced and do not count.

    Returns
    -------
    DataFrame
        One row per jump: ``at`` (the later of the new rows), the key, ``year_before``, ``mean_before``, ``n_before``,
        ``year_be``, ``mean``, ``n_tested``, ``shift`` (the change all schools share, points), ``gap`` (this school's
        change beyond it), ``limit``, ``sd`` (points), ``z``.

    Notes
    -----
    A school's change beyond the shared one is held against z √(s² (1/n₀ + 1/n₁) + v): s is the pupils' standard
    deviation (pooled over the rows that give one, else ``USUAL_SD``), n₀ and n₁ the pupils tested in the two years,
    which are different children. The shared change is the median over schools with both years; its variance v is
    π/2 times the mean variance over the number of schools. With fewer than ``ENOUGH`` schools nothing is subtracted and
    ``PAPERS`` points are allowed on top. z is the two-sided normal quantile at ``ALPHA`` over the number of changes
    looked at (Bonferroni; Dunn 1961, Journal of the American Statistical Association 56, pages 52-64), so that 99 of
    100 files without a slip bring no warning, if sampling is all that moves their schools. Years need not follow each
    other: a row is held against the nearest earlier one. Rows without a mean or n are passed over.
    """
    pairs = _pairs(new, stored)
    if pairs.empty:
        return pairs
    own = pairs["n_tested"].rdiv(1) + pairs["n_before"].rdiv(1)
    variance = pairs["sd"] ** 2 * own
    paper = pairs.assign(variance=variance, change=pairs["mean"] - pairs["mean_before"]).groupby(
        ["test", "grade", "subject", "year_before", "year_be"]
    )
    schools = paper["change"].transform("size")
    known = schools >= ENOUGH
    shift = paper["change"].transform("median").where(known, 0.0)
    shared = (math.pi / 2 * paper["variance"].transform("mean") / schools).where(known, 0.0)
    looked_at = pairs["at"].notna()
    z = NormalDist().inv_cdf(1 - ALPHA / 2 / max(int(looked_at.sum()), 1))
    gap = pairs["mean"] - pairs["mean_before"] - shift
    limit = z * np.sqrt(variance + shared) + np.where(known, 0.0, PAPERS)
    out = pairs.assign(shift=shift, gap=gap, limit=limit, z=z)
    return out[looked_at & (gap.abs() > limit)].reset_index(drop=True)


def _pairs(new: pd.DataFrame, stored: pd.DataFrame) -> pd.DataFrame:
    """Each row beside the nearest earlier one of its series; ``at`` is set where one of the two is new."""
    fresh = new[[*_KEY, *_FIGURES]].assign(at=new.index)
    old = stored[[*_KEY, *_FIGURES]].assign(at=None)
    old = old[~pd.MultiIndex.from_frame(old[_KEY]).isin(pd.MultiIndex.from_frame(fresh[_KEY]))]
    panel = pd.concat([part for part in (fresh, old) if len(part)] or [fresh], ignore_index=True)
    panel = panel.assign(**{name: panel[name].astype("float64") for name in _FIGURES})
    panel = panel.assign(sd=_spread(panel))
    panel = panel[panel["mean"].notna() & (panel["n_tested"] >= 1)].sort_values(_KEY, kind="stable")
    before = panel.groupby(SERIES, sort=False)[["year_be", "mean", "n_tested", "at"]].shift(1)
    pairs = panel.assign(
        year_before=before["year_be"], mean_before=before["mean"], n_before=before["n_tested"],
        at=panel["at"].where(panel["at"].notna(), before["at"]),
    )  # fmt: skip
    return pairs[pairs["mean_before"].notna()]


def _spread(panel: pd.DataFrame) -> pd.Series:
    """Pupils' standard deviation of each test, grade and subject, pooled over the rows that give one."""
    given = panel["sd"].notna() & (panel["n_tested"] >= 2)
    weight = (panel["n_tested"] - 1).where(given)
    by = [panel[c] for c in ("test", "grade", "subject")]
    squares, weights = (panel["sd"] ** 2 * weight).groupby(by), weight.groupby(by)
    pooled = np.sqrt(squares.transform("sum") / weights.transform("sum"))
    return pooled.where((weights.transform("count") >= ENOUGH) & (pooled > 0), USUAL_SD)


def told(records: list[dict], *, layouts: tuple[Layout, ...], table: pd.DataFrame, stored: pd.DataFrame) -> list[Issue]:
    """One warning for each jump of a file's rows, at the cell of the mean.

    Parameters
    ----------
    records
        The rows of ``table`` with their places in the sheet (``_row``, ``_sheet``), in the same order.
    """
    places = {(layout.sheet.name, use.field, use.subject): use for layout in layouts for use in layout.uses}
    found = []
    for jump in jumps(table, stored=stored).to_dict("records"):
        record = records[jump["at"]]
        sheet = record["_sheet"]
        use = places.get((sheet, "mean", jump["subject"])) or places.get((sheet, "mean", ""))
        where = {"column": use.column, "header": use.header} if use else {}
        figures = {name: f"{jump[name]:.2f}" for name in ("mean_before", "mean", "shift", "gap", "limit", "z", "sd")}
        counts = {name: int(jump[name]) for name in ("year_before", "year_be", "n_before", "n_tested")}
        facts = {"school": jump["school_id"], "after": figures.pop("mean"), **figures, **counts}
        found.append(issue("jump", sheet=sheet, row=record["_row"], value=record.get("mean"), **where, **facts))
    return found
