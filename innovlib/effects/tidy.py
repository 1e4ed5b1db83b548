"""A tidy frame read against the roster of schools: one result a school and year, and word of all that is left out."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pandas as pd

from innovlib.effects.design import Design
from innovlib.errors import BadInput, CannotEstimate, Words


def roster(schools: pd.DataFrame, design: Design, notes: list[Words]) -> pd.DataFrame:
    """The schools frame by id (as text), each school once.

    Raises
    ------
    BadInput
        Columns are missing, or a school has two joining years.
    """
    _need(schools, ("school_id", "joined_year_be", *design.covariates), "schools")
    copies = schools["school_id"].duplicated()
    if copies.any():
        years = schools.groupby("school_id")["joined_year_be"].nunique(dropna=False)
        if (years > 1).any():
            raise BadInput(
                Words(f"โรงเรียนเดียวมีปีเข้าร่วมหลายปี: {some(years.index[years > 1])}",
                      f"one school with several joining years: {some(years.index[years > 1])}"),
                where="schools.joined_year_be",
                todo=Words("เก็บปีแรกที่เข้าร่วมไว้ปีเดียวต่อโรงเรียน", "keep one first year per school"),
            )  # fmt: skip
        notes.append(
            Words(f"ทะเบียนโรงเรียนมีแถวซ้ำ {copies.sum()} แถว ใช้แถวแรก",
                  f"{copies.sum()} repeated rows in the schools frame; first kept")
        )  # fmt: skip
    return schools[~copies].assign(school_id=lambda s: s["school_id"].astype("str")).set_index("school_id")


class Results(NamedTuple):
    """Results of the roster's schools, R of them, one a school and year.

    Attributes
    ----------
    row, column
        (R,) position of the school in the roster, and of the academic year in ``years``.
    outcome
        (R,) outcome, never missing.
    pupils_tested
        (R,) pupils tested, NaN = not said; None where the frame has no such column.
    years
        (T,) academic years (BE) in which anyone has a result, ascending.
    """

    row: np.ndarray
    column: np.ndarray
    outcome: np.ndarray
    pupils_tested: np.ndarray | None
    years: np.ndarray

    @property
    def place(self) -> np.ndarray:
        """(R,) position in a flat array of schools by years."""
        return self.row * len(self.years) + self.column

    def wide(self, n_schools: int) -> np.ndarray:
        """(N, T) outcomes of all schools of the roster; NaN = no result."""
        values = np.full(n_schools * len(self.years), np.nan)
        values[self.place] = self.outcome
        return values.reshape(n_schools, -1)

    def pupils(self, n_schools: int) -> np.ndarray:
        """(N,) mean number of pupils tested a year over the years that say; NaN where none does."""
        if self.pupils_tested is None:
            return np.full(n_schools, np.nan)
        known = ~np.isnan(self.pupils_tested)
        row, n = self.row[known], self.pupils_tested[known]
        total, count = (np.bincount(row, weights=w, minlength=n_schools) for w in (n, None))
        return np.divide(total, count, out=np.full(n_schools, np.nan), where=count > 0)


def results(frame: pd.DataFrame, roster: pd.DataFrame, design: Design, notes: list[Words]) -> Results:
    """What the frame holds of the roster's schools in the design's years, once a school and year.

    Rows without an outcome are passed over; schools that the roster does not know are told in ``notes``.

    Raises
    ------
    BadInput
        Columns are missing, an outcome is infinite, or a school has two values in one year.
    CannotEstimate
        No row is left.
    """
    _need(frame, ("school_id", "year_be", "outcome"), "frame")
    outcome = pd.to_numeric(frame["outcome"]).to_numpy(dtype="float64", na_value=np.nan)
    if np.isinf(outcome).any():
        raise BadInput(Words("ผลลัพธ์มีค่าอนันต์", "an outcome is infinite"), where="frame.outcome")
    # A school has many rows: its id is looked up once, not in each of them.
    code, ids = pd.factorize(frame["school_id"], use_na_sentinel=False)
    ids = pd.Index(ids).astype("str")
    row, year = roster.index.get_indexer(ids)[code], frame["year_be"].to_numpy(dtype=int)
    keep = ~np.isnan(outcome)
    if design.years is not None:
        keep &= (year >= design.years[0]) & (year <= design.years[1])
    stray = keep & (row < 0)
    tell_left_out(ids[pd.unique(code[stray])], notes, "ไม่อยู่ในทะเบียนโรงเรียน", "are not in the schools frame")
    keep &= ~stray
    if not keep.any():
        raise CannotEstimate(Words("ไม่มีผลลัพธ์ให้ประมาณค่า", "there is no outcome to estimate from"), where="frame")
    kept = slice(None) if keep.all() else keep  # a slice copies nothing
    n = frame["n"].to_numpy(dtype="float64", na_value=np.nan)[kept] if "n" in frame else None
    column, years = pd.factorize(year[kept], sort=True)
    return _once(Results(row[kept], column, outcome[kept], n, years), roster.index, notes)


def _once(results: Results, ids: pd.Index, notes: list[Words]) -> Results:
    """One result per school and year: exact copies are told, conflicting ones refused."""
    place = results.place
    if np.bincount(place).max() == 1:
        return results
    tidy = pd.DataFrame({"place": place, "outcome": results.outcome})
    clash = np.flatnonzero(tidy.duplicated("place", keep=False) & ~tidy.duplicated(keep=False))
    if len(clash):
        school, year = ids[results.row[clash[0]]], results.years[results.column[clash[0]]]
        raise BadInput(
            Words(f"โรงเรียน {school} ปี {year} มีสองค่า ({len(clash)} แถวทั้งหมด)",
                  f"school {school} has two values in {year} ({len(clash)} such rows)"),
            where="frame",
            expected=Words("หนึ่งแถวต่อโรงเรียนต่อปี", "one row per school and year"),
        )  # fmt: skip
    copy = tidy.duplicated("place").to_numpy()
    notes.append(
        Words(f"แถวซ้ำที่ค่าเท่ากัน {copy.sum()} แถว ใช้แถวเดียว", f"{copy.sum()} exact duplicate rows; one of each kept")
    )
    kept = (None if part is None else part[~copy] for part in results[:-1])
    return Results(*kept, results.years)


def _need(frame: pd.DataFrame, names: tuple[str, ...], where: str) -> None:
    absent = [n for n in names if n not in frame]
    if absent:
        raise BadInput(
            Words(f"ไม่มีคอลัมน์ {', '.join(absent)}", f"no column {', '.join(absent)}"),
            where=where,
            expected=Words(f"คอลัมน์ {', '.join(names)}", f"columns {', '.join(names)}"),
        )


def some(ids, most: int = 5) -> str:
    """The first few ids in one line, and how many more there are."""
    return ", ".join(str(i) for i in ids[:most]) + (f" … (+{len(ids) - most})" if len(ids) > most else "")


def tell_left_out(ids, notes: list[Words], th: str, en: str) -> None:
    """Note which schools are left out, where there are any, and why in both languages."""
    if len(ids):
        notes.append(
            Words(
                f"ไม่นับ {len(ids)} โรงเรียนเพราะ{th}: {some(ids)}",
                f"{len(ids)} schools left out: they {en}: {some(ids)}",
            )
        )
