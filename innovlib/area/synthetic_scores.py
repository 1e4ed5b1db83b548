"""Simulated pupils and what they scored: arrays in, arrays out, block by block so that memory stays bounded.

Scores are whole hundredths of a point, so sums are exact and every mean, SD and benchmark that is made from them is
the same number on every machine; only single draws come from floating point.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from statistics import NormalDist

import numpy as np
import pandas as pd

from innovlib.area import synthetic_model as model
from innovlib.area.synthetic_roster import EXAMPLE_SCHOOLS, Roster

#: Schools simulated at once. The first block is the example, so that it is the same within any larger area.
BLOCK = 256

N_YEARS, N_ENTRIES = len(model.YEARS), len(model.ENTRIES)


@dataclass(frozen=True)
class Pupils:
    """The pupils of a block: one element per pupil, sorted by school and year of entry."""

    school: np.ndarray
    entry: np.ndarray
    number: np.ndarray
    female: np.ndarray
    other_language: np.ndarray
    poor: np.ndarray
    ability: np.ndarray
    staying: np.ndarray


@dataclass(frozen=True)
class Sitting:
    """One exam of a block: ``cell`` is school × year (flat), ``points`` hundredths, −1 where there is none.

    ``who`` indexes the block's pupils, one element per enrolled pupil and year; ``points`` and ``without`` are pupils ×
    series, the latter what the pupil would have scored had the school not joined; ``kept`` is cells × series, True
    where the school's results have come down to us.
    """

    exam: model.Exam
    who: np.ndarray
    cell: np.ndarray
    points: np.ndarray
    without: np.ndarray
    kept: np.ndarray


@dataclass(frozen=True)
class Block:
    """A run of schools: the first school's number, sizes (schools × entries), pupils and sittings."""

    start: int
    sizes: np.ndarray
    pupils: Pupils
    sittings: tuple[Sitting, ...]


def blocks(roster: Roster, *, seed: int, noise: float = 1.0) -> Iterator[Block]:
    """Simulate the roster's schools block by block.

    Parameters
    ----------
    roster
        The schools.
    seed
        Blocks have streams of their own, so each is the same whatever came before it.
    noise
        1 as it is; 0 leaves out luck, good and bad years and the rounding to items, so that what is left is the model.
    """
    edges = [0, *range(min(EXAMPLE_SCHOOLS, len(roster)), len(roster), BLOCK), len(roster)]
    levels = [model.levels(exam) for exam in model.EXAMS]
    for number, (start, stop) in enumerate(pairwise(edges)):
        rng = np.random.Generator(np.random.PCG64(np.random.SeedSequence([seed, 2, number])))
        yield _block(roster.part(slice(start, stop)), start, levels, rng, noise)


@dataclass(frozen=True)
class _Schools:
    """What a block's schools bring to every sitting: ``skill`` is schools × skills, ``habit`` of taking part."""

    roster: Roster
    skill: np.ndarray
    habit: np.ndarray


def _block(roster: Roster, start: int, levels: list, rng: np.random.Generator, noise: float) -> Block:
    sizes = _sizes(roster.size, rng)
    pupils = _pupils(sizes, roster.other_language, roster.poor, rng)
    skill = _school_skills(roster.cohort > 0, rng)
    schools = _Schools(roster, skill, rng.standard_normal(len(roster)))
    sittings = tuple(
        _sitting(exam, schools, pupils, level, rng, noise) for exam, level in zip(model.EXAMS, levels, strict=True)
    )
    return Block(start, sizes, pupils, sittings)


def _sizes(size: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Entrants by school and year of entry; numbers fall by 1.5 % a year around the middle year."""
    trend = 1 - 0.015 * (model.ENTRIES - 2557)
    return rng.poisson(size[:, None] * trend)


def _pupils(sizes: np.ndarray, other: np.ndarray, poor: np.ndarray, rng: np.random.Generator) -> Pupils:
    flat = np.repeat(np.arange(sizes.size), sizes.ravel())
    first = np.cumsum(sizes.ravel()) - sizes.ravel()
    school = flat // N_ENTRIES
    uniform = rng.random((len(flat), 4))
    return Pupils(
        school=school,
        entry=flat % N_ENTRIES,
        number=np.arange(len(flat)) - first[flat],
        female=uniform[:, 0] < 0.485,
        other_language=uniform[:, 1] < other[school],
        poor=uniform[:, 2] < poor[school],
        ability=rng.standard_normal(len(flat)),
        staying=uniform[:, 3],
    )


def _school_skills(pilot: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Lasting school differences by skill (SD 1): a common part, a part of its own, and the pilots' head start."""
    common = rng.standard_normal((len(pilot), 1))
    own = rng.standard_normal((len(pilot), len(model.SKILLS)))
    share = model.COMMON_SCHOOL
    return np.sqrt(share) * common + np.sqrt(1 - share) * own + model.SELECTION * pilot[:, None]


def _sitting(
    exam: model.Exam, schools: _Schools, pupils: Pupils, level: np.ndarray, rng: np.random.Generator, noise: float
) -> Sitting:
    n_schools = len(schools.habit)
    who, year = _enrolled(exam, schools.roster, pupils)
    of = pupils.school[who]
    shock = rng.standard_normal((n_schools, N_YEARS, len(exam.series)))[of, year]
    luck = rng.standard_normal((len(who), len(exam.series)))
    usual = _expected(exam, schools, pupils, who, level[year]) + noise * (
        shock * _wider(exam, schools.roster, of) * [s.shock for s in exam.series] + _own(exam, pupils, who, luck)
    )
    absent = _absent(exam, schools, pupils, who, year, rng)
    effect = _effect(exam, schools.roster, pupils, who, year)
    return Sitting(
        exam=exam,
        who=who,
        cell=of * N_YEARS + year,
        points=_printed(usual + effect, absent, exam, noise),
        without=_printed(usual, absent, exam, noise),
        kept=_kept(n_schools, level, rng),
    )


def _enrolled(exam: model.Exam, roster: Roster, pupils: Pupils) -> tuple[np.ndarray, np.ndarray]:
    """Pupils who are in the exam's grade in a year when it is held, and that year's number."""
    year = pupils.entry + int(model.ENTRIES[0]) + exam.step - model.FIRST_YEAR
    held = np.isin(year + model.FIRST_YEAR, exam.held) & (pupils.staying < exam.stay)
    if exam.grade == "ม.3":
        held &= roster.lower_secondary[pupils.school]
    who = np.flatnonzero(held)
    return who, year[who]


def _wider(exam: model.Exam, roster: Roster, of: np.ndarray) -> np.ndarray:
    return np.where(roster.highland, exam.highland, 1.0)[of][:, None]


def _expected(exam: model.Exam, schools: _Schools, pupils: Pupils, who: np.ndarray, level: np.ndarray) -> np.ndarray:
    """What a pupil of this kind in this school scores on average without joining (points; pupils × series)."""
    of = pupils.school[who]
    skill = schools.skill[:, [model.SKILLS.index(s.skill) for s in exam.series]]
    gaps = np.array([[s.girls, s.language, model.POOR_GAP] for s in exam.series]).T
    kind = np.stack([pupils.female[who] - 0.5, pupils.other_language[who] - 0.5, pupils.poor[who] - 0.5], axis=1)
    lasting = skill[of] * _wider(exam, schools.roster, of) * [s.school for s in exam.series]
    return level + [s.distance for s in exam.series] + lasting + kind @ gaps * [s.sd for s in exam.series]


def _own(exam: model.Exam, pupils: Pupils, who: np.ndarray, luck: np.ndarray) -> np.ndarray:
    """The pupil's own part: ability common to all skills and luck; the kinds of pupils take up the rest of the SD."""
    common = model.COMMON_PUPIL
    mixed = np.sqrt(common) * pupils.ability[who][:, None] + np.sqrt(1 - common) * luck
    by_kind = [0.25 * (s.girls**2 + s.language**2 + model.POOR_GAP**2) * s.sd**2 for s in exam.series]
    return mixed * np.sqrt([s.within**2 - part for s, part in zip(exam.series, by_kind, strict=True)])


def _effect(exam: model.Exam, roster: Roster, pupils: Pupils, who: np.ndarray, year: np.ndarray) -> np.ndarray:
    """What joining adds (points; pupils × series): 0 in schools that never join and before they do."""
    of = pupils.school[who]
    since = np.where(roster.joined > 0, model.FIRST_YEAR - roster.joined, -99)[of] + year
    other = pupils.other_language[who] - roster.other_language[of]
    peak = np.array([s.peak for s in exam.series]) * (1 + model.EAGER * roster.eagerness[of][:, None])
    closing = np.array([model.CLOSING[s.skill] for s in exam.series]) * other[:, None]
    return model.ramp(since)[:, None] * (peak + closing) * [s.sd for s in exam.series]


def _absent(
    exam: model.Exam, schools: _Schools, pupils: Pupils, who: np.ndarray, year: np.ndarray, rng: np.random.Generator
) -> np.ndarray:
    """True where the school stays away that year, or the pupil does."""
    here = model.by_year(exam.taking_part, model.USUAL_TAKING_PART)
    keep, fresh = model.STAYING_AWAY, rng.standard_normal((len(schools.habit), N_YEARS))
    away = keep * schools.habit[:, None] + np.sqrt(1 - keep**2) * fresh > _cut(here)
    part = model.ABSENT_BY_ABILITY
    mood = np.sqrt(1 - part**2) * rng.standard_normal(len(who)) - part * pupils.ability[who]
    return away[pupils.school[who], year] | (mood > _cut(model.by_year(exam.present, model.USUAL_PRESENT))[year])


def _cut(share: np.ndarray) -> np.ndarray:
    """The standard normal value below which the share lies, to four decimals; infinite for a share of 1."""
    # The standard library's inverse has the same digits everywhere.
    return np.array([np.inf if p >= 1 else round(NormalDist().inv_cdf(float(p)), 4) for p in share])


def _kept(n_schools: int, level: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Cells × series: True where the series was held and the school's results were not lost."""
    sitting = rng.random((n_schools, N_YEARS, 1)) >= model.LOST_SITTING
    subject = rng.random((n_schools, *level.shape)) >= model.LOST_SUBJECT
    kept = sitting & subject & ~np.isnan(level)
    return kept.reshape(n_schools * N_YEARS, -1)


def _printed(value: np.ndarray, absent: np.ndarray, exam: model.Exam, noise: float) -> np.ndarray:
    """Points as printed, in hundredths: whole items within 0–100; −1 for the absent and for years not held."""
    item = np.array([s.item if noise else 0.01 for s in exam.series])
    items = np.rint(np.clip(np.nan_to_num(value, nan=0.0), 0.0, 100.0) / item)
    hundredths = np.rint(items * item * 100).astype(np.int32)
    return np.where(absent[:, None] | np.isnan(value), np.int32(-1), hundredths)


# --- tables -------------------------------------------------------------------------------------------------------


def score_rows(block: Block) -> pd.DataFrame:
    """School results of a block, one row per school × year × series that has come down: counts and exact sums.

    Columns: ``school``, ``year``, ``exam`` and ``series`` (numbers), ``n_enrolled``, ``n_tested``, ``total`` and
    ``squares`` (hundredths), ``total_without`` (what the total would be had no school joined).
    """
    found = [
        _series_rows(sitting, j, number, block.start)
        for number, sitting in enumerate(block.sittings)
        for j in range(len(sitting.exam.series))
    ]
    return pd.concat(found, ignore_index=True)


def _series_rows(sitting: Sitting, j: int, number: int, start: int) -> pd.DataFrame:
    cells = len(sitting.kept)
    points = sitting.points[:, j].astype(np.float64)
    sat = points >= 0
    enrolled = np.bincount(sitting.cell, minlength=cells)
    rows = np.flatnonzero(sitting.kept[:, j] & (enrolled > 0))

    def sums(values: np.ndarray) -> np.ndarray:
        # Whole numbers far below 2**53: the sums are exact in any order.
        return np.bincount(sitting.cell[sat], weights=values[sat], minlength=cells)[rows].astype(np.int64)

    return pd.DataFrame(
        {
            "school": rows // N_YEARS + start,
            "year": rows % N_YEARS + model.FIRST_YEAR,
            "exam": number,
            "series": j,
            "n_enrolled": enrolled[rows],
            "n_tested": np.bincount(sitting.cell[sat], minlength=cells)[rows],
            "total": sums(points),
            "squares": sums(points**2),
            "total_without": sums(sitting.without[:, j].astype(np.float64)),
        }
    )


def pupil_rows(block: Block) -> pd.DataFrame:
    """Pupils' results of a block, one row per enrolled pupil × series that has come down; absent ones have −1."""
    found = []
    for number, sitting in enumerate(block.sittings):
        for j in range(len(sitting.exam.series)):
            rows = np.flatnonzero(sitting.kept[sitting.cell, j])
            who = sitting.who[rows]
            found.append(
                pd.DataFrame(
                    {
                        "school": block.pupils.school[who] + block.start,
                        "entry": block.pupils.entry[who],
                        "number": block.pupils.number[who],
                        "year": sitting.cell[rows] % N_YEARS + model.FIRST_YEAR,
                        "exam": number,
                        "series": j,
                        "female": block.pupils.female[who],
                        "other_language": block.pupils.other_language[who],
                        "poor": block.pupils.poor[who],
                        "points": sitting.points[rows, j],
                    }
                )
            )
    return pd.concat(found, ignore_index=True)


def enrolled_rows(block: Block, *, grades: dict[str, int]) -> pd.DataFrame:
    """Pupils by school, year and grade: ``school``, ``year``, ``grade``, ``n``; ``grades`` maps grades to steps."""
    stay = {exam.grade: exam.stay for exam in model.EXAMS}
    found = []
    for grade, step in grades.items():
        here = block.pupils.staying < stay[grade]
        year = block.pupils.entry + int(model.ENTRIES[0]) + step - model.FIRST_YEAR
        inside = here & (year >= 0) & (year < N_YEARS)
        n = np.bincount(block.pupils.school[inside] * N_YEARS + year[inside], minlength=len(block.sizes) * N_YEARS)
        cells = np.arange(len(n))
        found.append(
            pd.DataFrame(
                {"school": cells // N_YEARS + block.start, "year": cells % N_YEARS + model.FIRST_YEAR, "n": n}
            ).assign(grade=grade)
        )
    return pd.concat(found, ignore_index=True)
