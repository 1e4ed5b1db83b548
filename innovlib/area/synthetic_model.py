"""The model behind the synthetic area: what is simulated, how large each part is, and what joining does.

A pupil's score is the nation's level of that year, plus the area's distance from it, plus the school (lasting and of
that year), plus the pupil (sex, home language, poverty, ability, luck), plus what joining did. Sizes are set so that
the simulated area looks like real ones: the targets stand in ``TARGETS`` and are checked by a test.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from innovlib.area import reference

FIRST_YEAR, LAST_YEAR = 2557, 2567
YEARS = np.arange(FIRST_YEAR, LAST_YEAR + 1)

#: Pupils are followed by the year they enter grade 1; the earliest sit grade 9 in the first year, the latest are still
#: in kindergarten in the last.
ENTRIES = np.arange(FIRST_YEAR - 8, LAST_YEAR + 3)

#: Shared skills: tests of one skill move together within a school and within a pupil.
SKILLS = ("reading", "maths", "english", "science", "social")


@dataclass(frozen=True)
class Series:
    """One subject of one test.

    ``within`` is the SD of pupils inside a school and year, ``school`` that of lasting school differences, ``shock``
    that of the school's good and bad years, all in points. ``girls``, ``language`` and ``poor`` are gaps and ``peak``
    the effect of joining at its height, all in pupil SD (see ``sd``). ``item`` is what one item is worth in points.
    """

    subject: str
    skill: str
    years: tuple[int, int]
    within: float
    school: float
    shock: float
    girls: float
    language: float
    peak: float
    item: float
    distance: float

    @property
    def sd(self) -> float:
        """The pupil SD (points) in which gaps and effects of this series are stated: within and between schools."""
        return float(np.hypot(self.within, self.school))


@dataclass(frozen=True)
class Exam:
    """One sitting: a test in a grade. ``step`` is the years from grade 1, ``stay`` the share of entrants still there.

    ``held`` are the years it was held in the area, ``taking_part`` and ``present`` the shares of schools and of their
    pupils that sat it in each year, ``highland`` how much wider schools of the highlands differ.
    """

    test: str
    grade: str
    step: int
    stay: float
    held: tuple[int, ...]
    taking_part: dict[int, float]
    present: dict[int, float]
    series: tuple[Series, ...]
    highland: float = 1.0


_ALL = (FIRST_YEAR, LAST_YEAR)
_ONET = (
    Series("thai", "reading", _ALL, 12.2, 3.1, 1.0, 0.66, -0.23, 0.15, 2.5, -4.0),
    Series("english", "english", _ALL, 12.8, 7.4, 2.2, 0.40, -0.20, 0.08, 2.5, -3.0),
    Series("maths", "maths", _ALL, 16.4, 5.6, 1.2, 0.16, -0.26, 0.00, 5.0, -3.0),
    Series("science", "science", _ALL, 12.3, 3.2, 1.0, 0.20, -0.24, 0.05, 2.5, -3.0),
    Series("social", "social", (FIRST_YEAR, 2559), 12.4, 3.4, 1.0, 0.30, -0.23, 0.00, 2.5, -3.5),
)
_NT = (
    Series("language", "reading", (2558, 2561), 16.0, 6.0, 4.0, 0.66, -0.23, 0.12, 100 / 35, -3.0),
    Series("numeracy", "maths", (2558, 2561), 16.0, 6.0, 4.0, 0.16, -0.26, 0.00, 100 / 35, -2.0),
    Series("reasoning", "science", (2558, 2561), 16.0, 6.0, 4.0, 0.25, -0.24, 0.05, 100 / 35, -2.5),
    Series("thai", "reading", (2562, LAST_YEAR), 16.0, 6.0, 4.0, 0.66, -0.23, 0.12, 100 / 35, -3.0),
    Series("maths", "maths", (2562, LAST_YEAR), 16.0, 6.0, 4.0, 0.16, -0.26, 0.00, 100 / 35, -2.0),
)
_RT = (
    Series("reading_aloud", "reading", (2559, LAST_YEAR), 17.5, 7.0, 4.0, 0.66, -0.23, 0.06, 2.0, -1.0),
    Series("comprehension", "reading", (2559, LAST_YEAR), 15.5, 6.0, 4.0, 0.66, -0.23, 0.10, 2.0, -1.0),
)

# O-NET became voluntary in BE 2563: nationally P6 takers fell from over 724,000 (2559) to 495,250 (2563), 68 %.
_VOLUNTARY = {2563: 0.82, 2564: 0.62, 2565: 0.66, 2566: 0.74, 2567: 0.76}
_FEWER = {2563: 0.84, 2564: 0.80, 2565: 0.82, 2566: 0.86, 2567: 0.86}

EXAMS = (
    Exam("RT", "ป.1", 0, 1.00, (2559, 2560, 2561, 2562, 2564, 2565, 2566, 2567), {2564: 0.70}, {2564: 0.90}, _RT),
    Exam("NT", "ป.3", 2, 0.97, tuple(range(2558, LAST_YEAR + 1)), {}, {2563: 0.94}, _NT, highland=1.9),
    Exam("O-NET", "ป.6", 5, 0.93, tuple(range(FIRST_YEAR, LAST_YEAR + 1)), _VOLUNTARY, _FEWER, _ONET),
    Exam("O-NET", "ม.3", 8, 0.70, tuple(range(FIRST_YEAR, LAST_YEAR + 1)), _VOLUNTARY, _FEWER, _ONET),
)
USUAL_TAKING_PART, USUAL_PRESENT = 1.0, 0.98

#: Levels of years and tests without a published national mean. They are assumed for the simulation only and never
#: written as benchmarks: O-NET of 2564–2565 lies on the line between its neighbours, the rest stays near the last.
ASSUMED = {
    ("NT", "ป.3", "thai"): {2565: 55.0, 2566: 54.0, 2567: 53.0},
    ("NT", "ป.3", "maths"): {2565: 48.5, 2566: 47.5, 2567: 47.0},
    ("RT", "ป.1", "reading_aloud"): {2559: 66.5, 2560: 67.5, 2561: 68.0, 2565: 70.5, 2566: 71.0, 2567: 71.5},
    ("RT", "ป.1", "comprehension"): {2559: 69.5, 2560: 70.5, 2561: 72.0, 2565: 73.0, 2566: 73.5, 2567: 74.0},
}
#: Grade 9 has no published table here: the grade 6 level moved by so many points.
GRADE_9_SHIFT = {"thai": 1.0, "english": -4.0, "maths": -7.0, "science": -5.0, "social": -4.0}

#: What joining does. The effect grows from nothing in the first year to its peak in the sixth; a school one SD more
#: eager has ``EAGER`` more of it; at its peak it is ``CLOSING`` pupil SD larger for pupils with another home language.
RAMP_YEARS = 5
EAGER = 0.35
CLOSING = {"reading": 0.06, "maths": 0.0, "english": 0.03, "science": 0.02, "social": 0.0}

#: Pilot schools volunteered: they stood a little above like schools before they joined (in SD of lasting differences).
SELECTION = 0.30

#: Poverty's gap (pupil SD), shared by all series; one part in two of a pupil's ability is common to all skills.
POOR_GAP = -0.15
COMMON_PUPIL, COMMON_SCHOOL = 0.55, 0.60

#: Weaker pupils stay away a little more often; a school that once stays away tends to do so again.
ABSENT_BY_ABILITY, STAYING_AWAY = 0.30, 0.80

#: Shares of school results that are missing altogether, and of single subjects that are.
LOST_SITTING, LOST_SUBJECT = 0.015, 0.007

#: What the simulated area is held to; ranges as computed from real files of one office (see data/example/README.md).
TARGETS = {
    "takers_p6": {"median": (7.0, 8.5), "p10": (2.5, 3.5), "p90": (15.0, 19.0)},
    "sd_school_means_onet_p6": {
        "thai": (5.0, 6.5), "english": (8.8, 10.0), "maths": (8.2, 10.9), "science": (5.9, 6.5),
    },
    "sd_school_means_nt": {"lowland": (9.0, 11.0), "highland": (13.0, 17.0)},
    "correlation_year_to_year_onet_p6": {"thai": 0.24, "science": 0.28, "maths": 0.37, "english": 0.59},
    "correlation_weighted_onet_p6": {"thai": 0.37, "science": 0.45, "maths": 0.61, "english": 0.77},
    "correlation_tolerance": {"plain": 0.06, "weighted": 0.08},
    "pupil_sd_within_school": (12.0, 18.0),
    "gap_home_language_sd": {"maths": -0.26, "thai": -0.23},
    "gap_girls_sd": {"maths": 0.16, "thai": 0.66},
    "gap_tolerance": 0.05,
    "takers_2563_of_2559": (0.60, 0.76),
}  # fmt: skip


def ramp(years_since: np.ndarray) -> np.ndarray:
    """Share of the peak effect by years since joining: 0 before and in the first year, 1 from the sixth on.

    Examples
    --------
    >>> ramp(np.array([-2, 0, 1, 5, 8])).tolist()
    [0.0, 0.0, 0.2, 1.0, 1.0]
    """
    return np.clip(np.asarray(years_since) / RAMP_YEARS, 0.0, 1.0)


def levels(exam: Exam) -> np.ndarray:
    """The nation's level by year and series (points), missing where the series was not held; years × series."""
    published = reference.national_means()
    out = np.full((len(YEARS), len(exam.series)), np.nan)
    for j, series in enumerate(exam.series):
        known = _known(exam, series.subject, published)
        for year in exam.held:
            if series.years[0] <= year <= series.years[1]:
                out[year - FIRST_YEAR, j] = np.interp(year, list(known), list(known.values()))
    return out


def _known(exam: Exam, subject: str, published) -> dict[int, float]:
    """Year → level of a subject in year order, published or assumed; grade 9 is read off grade 6."""
    grade = "ป.6" if exam.grade == "ม.3" else exam.grade
    shift = GRADE_9_SHIFT[subject] if exam.grade == "ม.3" else 0.0
    rows = published[(published["test"] == exam.test) & (published["grade"] == grade)]
    rows = rows[rows["subject"] == subject]
    known = dict(zip(rows["year_be"].astype(int), rows["mean"], strict=True)) | ASSUMED.get(
        (exam.test, grade, subject), {}
    )
    return {year: round(known[year] + shift, 2) for year in sorted(known)}


def by_year(shares: dict[int, float], usual: float) -> np.ndarray:
    """One share per simulated year; years not named have the usual one."""
    return np.array([shares.get(int(year), usual) for year in YEARS])
