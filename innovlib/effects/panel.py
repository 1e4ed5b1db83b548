"""A tidy school panel turned into arrays, with every trouble told: who is compared, who is left out, and why."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import pandas as pd

from innovlib.effects import tidy
from innovlib.effects.design import Design
from innovlib.effects.tidy import some, tell_left_out
from innovlib.errors import BadInput, CannotEstimate, Words

NEVER = 0


@dataclass(frozen=True, eq=False)
class Panel:
    """Schools by years, ready to be estimated. Arrays are read-only; N schools, T years, G cohorts.

    Attributes
    ----------
    outcome
        (N, T) outcome in the design's unit; NaN = no result that year.
    years
        (T,) academic years (BE), ascending; years in which no school has a result are not here.
    joined
        (N,) first treated year (BE); 0 = never joined in the years at hand.
    schools
        Frame of the N schools in row order (school_id first).
    weight, stratum, block, area
        (N,) weight of a school; code of its size stratum, of its subdistrict and of its error cluster (-1 = unknown).
    design
        The question.
    notes
        What was done to the data on the way, in both languages.
    """

    outcome: np.ndarray
    years: np.ndarray
    joined: np.ndarray
    schools: pd.DataFrame
    weight: np.ndarray
    stratum: np.ndarray
    block: np.ndarray
    area: np.ndarray
    design: Design
    notes: tuple[Words, ...] = ()

    @cached_property
    def cohorts(self) -> np.ndarray:
        """First treated years (BE) that occur, ascending."""
        return np.unique(self.joined[self.joined != NEVER])

    @cached_property
    def labels(self) -> tuple[int, ...]:
        """Joining years (BE) that occur, ascending; 0 = never comes first where there are such schools."""
        return (*(() if self.treated.all() else (NEVER,)), *self.cohorts.tolist())

    @property
    def treated(self) -> np.ndarray:
        """(N,) True for pilot schools."""
        return self.joined != NEVER

    @property
    def has_gaps(self) -> bool:
        """True where any school lacks any year."""
        return bool(np.isnan(self.outcome).any())

    def keep(self, rows: np.ndarray) -> Panel:
        """The same panel with some schools only (boolean mask or positions)."""
        held = {n: getattr(self, n)[rows] for n in ("outcome", "joined", "weight", "stratum", "block", "area")}
        return replace(self, **held, schools=self.schools.iloc[rows if rows.dtype != bool else np.flatnonzero(rows)])

    def asked(self, **changes) -> Panel:
        """The same data under a changed question; changed weights or years need :func:`panel` anew."""
        return replace(self, design=replace(self.design, **changes))

    def with_values(self, values: np.ndarray, **design) -> Panel:
        """The same schools and years with other (N, T) values; ``design`` names what they are."""
        return replace(self, outcome=values, design=replace(self.design, **design))

    def notes_in(self, lang: str = "th") -> list[str]:
        """The notes in one language."""
        return [getattr(note, lang) for note in self.notes]


def panel(frame: pd.DataFrame, schools: pd.DataFrame, design: Design | None = None) -> Panel:
    """Turn a tidy panel into arrays.

    Parameters
    ----------
    frame
        One row per school and year: ``school_id``, ``year_be``, ``outcome`` and, where known, ``n`` (pupils tested).
        A missing outcome or a missing row both mean that the school has no result that year.
    schools
        One row per school: ``school_id``, ``joined_year_be`` (blank = never) and, where known, ``enrolment``,
        ``subdistrict``, ``district`` and the design's covariates.
    design
        The question; :class:`Design` with its defaults if left out.

    Returns
    -------
    Panel
        With a note for everything that was left out or read in a particular way.

    Raises
    ------
    BadInput
        Columns are missing, a school-year occurs twice with different values, a school has two joining years, or an
        outcome is infinite.
    CannotEstimate
        No pilot school, no comparison school, no year before joining, all joined in the same year with none outside,
        or an outcome that never varies.

    Notes
    -----
    Left out and told: schools without any result; pilot schools without a result before or after joining (a school
    that joined before the first year has no before); rows of schools that the schools frame does not know. Schools
    that join after the last year count as not joined.

    Examples
    --------
    >>> from innovlib.effects import simulate
    >>> frame, schools = simulate.area(seed=1)
    >>> panel(frame, schools).outcome.shape
    (100, 10)
    """
    design = design or Design()
    notes: list[Words] = []
    roster = tidy.roster(schools, design, notes)
    results = tidy.results(frame, roster, design, notes)
    values, years = results.wide(len(roster)), results.years
    seen = ~np.isnan(values).all(axis=1)
    tell_left_out(roster.index[~seen], notes, "ไม่มีผลเลย", "have no result at all")
    joined = _joined(roster, years, seen, notes)
    usable = seen & _usable(values, years, joined, roster.index, notes, seen)
    _tell_years(years, notes)
    values, joined = values[usable], joined[usable]
    _refuse(values, years, joined, design)
    rows = roster[usable].reset_index()
    pupils = results.pupils(len(roster))[usable]
    return Panel(
        outcome=_frozen(values), years=_frozen(years), joined=_frozen(joined), schools=rows,
        weight=_frozen(_weight(pupils, design)), stratum=_frozen(_strata(_size(pupils, rows), notes)),
        block=_frozen(codes(rows, "district", "subdistrict")), area=_frozen(areas(rows, design.area)),
        design=design, notes=tuple(notes),
    )  # fmt: skip


def _frozen(array: np.ndarray) -> np.ndarray:
    array = np.ascontiguousarray(array)
    array.flags.writeable = False
    return array


def _tell_years(years: np.ndarray, notes: list[Words]) -> None:
    gone = np.setdiff1d(np.arange(years.min(), years.max() + 1), years) if years.size else []
    if len(gone):
        notes.append(Words(f"ปีที่ไม่มีผลของโรงเรียนใดเลย: {some(gone)}", f"years without any result: {some(gone)}"))


def _joined(roster: pd.DataFrame, years: np.ndarray, seen: np.ndarray, notes: list[Words]) -> np.ndarray:
    joined = pd.to_numeric(roster["joined_year_be"]).astype("float64").fillna(NEVER).to_numpy().astype(int)
    later = joined > years.max()
    if (later & seen).any():
        count = (later & seen).sum()
        notes.append(Words(f"{count} โรงเรียนเข้าร่วมหลังปีสุดท้ายของข้อมูล จึงนับเป็นกลุ่มเปรียบเทียบ",
                           f"{count} schools join after the last year and count as not joined"))  # fmt: skip
    return np.where(later, NEVER, joined)


def _usable(
    values: np.ndarray, years: np.ndarray, joined: np.ndarray, ids: pd.Index, notes: list[Words], there: np.ndarray
) -> np.ndarray:
    """True for schools with a result on both sides of joining; comparison schools, of some cohort's joining."""
    pilots = joined[(joined != NEVER) & there]
    if not len(pilots):
        return there
    seen = ~np.isnan(values)
    before, after = (
        (seen & side(years, np.where(joined == NEVER, other, joined)[:, None])).any(axis=1)
        for side, other in ((np.less, pilots.max()), (np.greater_equal, pilots.min()))
    )
    early = there & (joined != NEVER) & (joined <= years.min())
    tell_left_out(ids[early], notes, "เข้าร่วมก่อนหรือในปีแรกของข้อมูล จึงไม่มีปีก่อนเข้าร่วม",
                   "joined in or before the first year, so there is no year before")  # fmt: skip
    tell_left_out(ids[there & ~before & ~early], notes, "ไม่มีผลก่อนเข้าร่วม", "have no result before joining")
    tell_left_out(ids[there & before & ~after], notes, "ไม่มีผลหลังเข้าร่วม", "have no result after joining")
    return before & after


def _refuse(values: np.ndarray, years: np.ndarray, joined: np.ndarray, design: Design) -> None:
    """Stop where no number would be right, saying why."""
    treated, starts = joined != NEVER, np.unique(joined[joined != NEVER])
    if not treated.any():
        raise CannotEstimate(
            Words("ไม่มีโรงเรียนนำร่องที่มีผลทั้งก่อนและหลังเข้าร่วม", "no pilot school has results before and after joining"),
            todo=Words(
                "ตรวจ joined_year_be และเพิ่มผลปีก่อนเข้าร่วม",
                "check joined_year_be and add results of years before joining",
            ),
        )  # fmt: skip
    if treated.all() and len(starts) == 1:
        raise CannotEstimate(
            Words("ทุกโรงเรียนเข้าร่วมปีเดียวกันและไม่มีโรงเรียนนอกโครงการ จึงแยกผลจากปีไม่ได้",
                  "all schools joined in one year and none is outside, so effect and year cannot be told apart"),
            todo=Words("เพิ่มผลของโรงเรียนที่ไม่ได้เข้าร่วม", "add results of schools that did not join"),
        )  # fmt: skip
    if treated.all() and design.comparison == "never":
        raise CannotEstimate(
            Words("ไม่มีโรงเรียนเปรียบเทียบ", "there are no comparison schools"),
            todo=Words(
                "เพิ่มโรงเรียนที่ไม่ได้เข้าร่วม หรือใช้ comparison='not_yet'",
                "add schools that did not join, or use comparison='not_yet'",
            ),
        )  # fmt: skip
    if np.nanmax(values) == np.nanmin(values):
        raise CannotEstimate(Words("ผลลัพธ์มีค่าเดียวทุกโรงเรียนทุกปี", "the outcome never varies"), where="frame.outcome")


def _size(pupils: np.ndarray, rows: pd.DataFrame) -> np.ndarray:
    """Pupils tested a year, else enrolment; NaN where neither is known."""
    if "enrolment" not in rows:
        return pupils
    return np.where(np.isnan(pupils), rows["enrolment"].to_numpy(dtype="float64", na_value=np.nan), pupils)


def _strata(size: np.ndarray, notes: list[Words]) -> np.ndarray:
    """Thirds by size (halves under 30 schools, one stratum under 12); unknown sizes fall in the middle."""
    parts = 3 if len(size) >= 30 else 2 if len(size) >= 12 else 1
    known = ~np.isnan(size)
    if known.any() and not known.all():
        notes.append(
            Words(
                f"ไม่ทราบขนาด {(~known).sum()} โรงเรียน จัดไว้กลุ่มกลาง",
                f"size of {(~known).sum()} schools unknown; put in the middle stratum",
            )
        )
    if not known.any():
        return np.zeros(len(size), dtype=int)
    cuts = np.quantile(size[known], np.arange(1, parts) / parts)
    return np.where(known, np.searchsorted(cuts, size, side="left"), parts // 2)


def _weight(pupils: np.ndarray, design: Design) -> np.ndarray:
    if design.weights == "schools":
        return np.ones(len(pupils))
    if np.isnan(pupils).all():
        raise BadInput(Words("ถ่วงน้ำหนักด้วยนักเรียนต้องมีคอลัมน์ n", "weighting by pupils needs the column n"), where="frame")
    if not (pupils > 0).all():
        raise BadInput(
            Words("บางโรงเรียนไม่มีจำนวนผู้เข้าสอบ", "some schools have no number of pupils tested"),
            where="frame.n", todo=Words("เติม n หรือใช้ weights='schools'", "fill n, or use weights='schools'"),
        )  # fmt: skip
    return pupils


def codes(rows: pd.DataFrame, *names: str) -> np.ndarray:
    """Codes of the values of the last column, told apart by those before it; blank and absent are -1."""
    if names[-1] not in rows:
        return np.full(len(rows), -1)
    joint = np.zeros(len(rows), dtype=int)
    for name in [n for n in names if n in rows]:
        code = pd.factorize(rows[name], sort=True)[0] + 1
        joint = joint * (code.max() + 1) + code
    return np.where(rows[names[-1]].notna(), pd.factorize(joint, sort=True)[0], -1)


def areas(rows: pd.DataFrame, column: str) -> np.ndarray:
    """Codes of the areas that errors may be clustered by; "auto" as :class:`Design` says, -1 = unknown."""
    if column != "auto":
        return codes(rows, column)
    ids = rows["school_id"].astype("str")
    # One after the other: the first id that is no ministry's code settles it.
    if all(map(re.compile("[0-9]{8}").fullmatch, ids.fillna("").tolist())):
        return codes(pd.DataFrame({"area": ids.str[:4]}), "area")
    return codes(rows, "province")
