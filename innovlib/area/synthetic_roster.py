"""Who is in the synthetic area: 13 real schools by name, the others invented, all of their numbers simulated.

The names, cohorts, places and levels of the 13 pilot schools are public (news of 15 July 2563; Thai Wikipedia's school
lists; subdistrict centroids from the OCHA boundaries). Everything else about them here, ids included, is invented.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass, fields
from typing import NamedTuple

import numpy as np
import pandas as pd

from innovlib.errors import BadInput, Words

PROVINCE = "เชียงใหม่"

#: No Thai province has the code 99 (they run from 10 to 96), so no invented id can ever meet a real school's SMIS code.
AREA_PREFIX = "9905"

#: The smallest area that still has comparison schools in each of the three districts.
FEWEST_SCHOOLS = 20

#: How many schools the example itself has; schools beyond them stand in invented provinces.
EXAMPLE_SCHOOLS = 98

#: Share of the schools beyond the example that are pilot schools, and the years in which their cohorts join.
EXTRA_PILOT_SHARE = 0.07
EXTRA_JOINED = {1: 2562, 2: 2563, 3: 2564, 4: 2565}


class Pilot(NamedTuple):
    """One of the 13 schools as public sources name it."""

    name_th: str
    name_en: str
    cohort: int
    subdistrict: str
    district: str
    highest_grade: str


PILOTS = (
    Pilot("บ้านพุย", "Ban Phui", 1, "บ่อหลวง", "ฮอด", "ม.3"),
    Pilot("บ้านห้วยปูลิง", "Ban Huai Pu Ling", 1, "ม่อนจอง", "อมก๋อย", "ป.6"),
    Pilot("บ้านมูเซอ", "Ban Musoe", 1, "ม่อนจอง", "อมก๋อย", "ม.3"),
    Pilot("บ้านห้วยน้ำขาว", "Ban Huai Nam Khao", 1, "ม่อนจอง", "อมก๋อย", "ม.3"),
    Pilot("บ้านสบลาน", "Ban Sop Lan", 1, "ยางเปียง", "อมก๋อย", "ป.6"),
    Pilot("บ้านขุนแม่ตื่นน้อย", "Ban Khun Mae Tuen Noi", 1, "แม่ตื่น", "อมก๋อย", "ป.6"),
    Pilot("บ้านยางเปา", "Ban Yang Pao", 1, "อมก๋อย", "อมก๋อย", "ม.3"),
    Pilot("บ้านตุงติง", "Ban Tung Ting", 1, "อมก๋อย", "อมก๋อย", "ป.6"),
    Pilot("บ้านห่างหลวง", "Ban Hang Luang", 1, "นาเกียน", "อมก๋อย", "ป.6"),
    Pilot("บ้านยางครก", "Ban Yang Khrok", 2, "ยางเปียง", "อมก๋อย", "ม.3"),
    Pilot("บ้านห้วยไม้หก", "Ban Huai Mai Hok", 2, "ม่อนจอง", "อมก๋อย", "ม.3"),
    Pilot("บ้านตาลเหนือ", "Ban Tan Nuea", 2, "บ้านตาล", "ฮอด", "ม.3"),
    Pilot("บ้านแม่บวน", "Ban Mae Buan", 2, "โปงทุ่ง", "ดอยเต่า", "ป.6"),
)
JOINED = {1: 2562, 2: 2563}

#: Subdistrict → longitude and latitude of its centroid (OCHA boundaries of 6 November 2019): not the school's position.
CENTROIDS = {
    "หางดง": (98.5278, 18.1674), "ฮอด": (98.5868, 18.1035), "บ้านตาล": (98.7203, 18.0990), "บ่อหลวง": (98.3735, 18.1430),
    "บ่อสลี": (98.2416, 18.1606), "นาคอเรือ": (98.5161, 18.0076),
    "ดอยเต่า": (98.7368, 17.9084), "ท่าเดื่อ": (98.6690, 17.9740), "มืดกา": (98.5881, 17.8780), "บ้านแอ่น": (98.6247, 18.0599),
    "บงตัน": (98.6569, 18.0219), "โปงทุ่ง": (98.7815, 17.8724),
    "อมก๋อย": (98.3387, 17.9057), "ยางเปียง": (98.4042, 17.6705), "แม่ตื่น": (98.3957, 17.3916),
    "ม่อนจอง": (98.5012, 17.4484), "สบโขง": (98.2073, 17.6574), "นาเกียน": (98.1481, 17.8648),
}  # fmt: skip


@dataclass(frozen=True)
class District:
    """What the simulated schools of a district have in common (shares are invented, ordered as the district's are)."""

    name: str
    subdistricts: tuple[str, ...]
    comparison_schools: int
    highland: float
    other_language: float
    poor: float


DISTRICTS = (
    District("ฮอด", ("หางดง", "ฮอด", "บ้านตาล", "บ่อหลวง", "บ่อสลี", "นาคอเรือ"), 34, 0.45, 0.35, 0.45),
    District("ดอยเต่า", ("ดอยเต่า", "ท่าเดื่อ", "มืดกา", "บ้านแอ่น", "บงตัน", "โปงทุ่ง"), 24, 0.15, 0.15, 0.40),
    District("อมก๋อย", ("อมก๋อย", "ยางเปียง", "แม่ตื่น", "ม่อนจอง", "สบโขง", "นาเกียน"), 27, 0.95, 0.85, 0.65),
)

# Invented names are a word for a place before a word from nature that no village is named for: they sound like the
# north, and as far as could be found no school bears any of them.
_PLACES = (
    ("ห้วย", "Huai"), ("ทุ่ง", "Thung"), ("ดอย", "Doi"), ("ม่อน", "Mon"), ("หนอง", "Nong"), ("ขุน", "Khun"),
    ("สบ", "Sop"), ("ปาง", "Pang"), ("ผา", "Pha"), ("โป่ง", "Pong"),
)  # fmt: skip
_NATURE = (
    ("ดาวเหนือ", "Dao Nuea"), ("จันทร์หอม", "Chan Hom"), ("หมอกขาว", "Mok Khao"), ("ฟ้างาม", "Fa Ngam"),
    ("ลมเย็น", "Lom Yen"), ("ตะวันทอง", "Tawan Thong"), ("พลับพลึง", "Phlapphlueng"), ("สายรุ้ง", "Sai Rung"),
    ("เดือนเพ็ญ", "Duean Phen"), ("แสงเช้า", "Saeng Chao"), ("ฝนพรำ", "Fon Phram"), ("เมฆน้อย", "Mek Noi"),
    ("หิ่งห้อย", "Hing Hoi"), ("ใบสน", "Bai Son"), ("ดอกหญ้า", "Dok Ya"), ("ลานดาว", "Lan Dao"), ("ทรายแก้ว", "Sai Kaeo"),
)  # fmt: skip


def invented_name(number: int) -> tuple[str, str]:
    """The ``number``-th invented name in Thai and Latin letters; after all combinations a running number is added.

    Examples
    --------
    >>> invented_name(0), invented_name(170)
    (('บ้านห้วยดาวเหนือ', 'Ban Huai Dao Nuea'), ('บ้านห้วยดาวเหนือ 2', 'Ban Huai Dao Nuea 2'))
    """
    combinations = len(_PLACES) * len(_NATURE)
    # A step that shares no factor with the number of combinations visits each once, and neighbours sound different.
    turn, place = divmod(number * 37 % combinations, len(_PLACES))
    (place_th, place_en), (nature_th, nature_en) = _PLACES[place], _NATURE[turn]
    again = number // combinations
    tail = f" {again + 1}" if again else ""
    return f"บ้าน{place_th}{nature_th}{tail}", f"Ban {place_en} {nature_en}{tail}"


@dataclass(frozen=True)
class Roster:
    """The schools of a synthetic area: ``frame`` in the contract's columns, and what the simulation needs beside it.

    All arrays have one element per school, in the frame's order. ``size`` is the expected number of pupils who enter
    grade 1 a year; ``joined`` is 0 where a school never joins; ``eagerness`` is the standardised part of a pilot
    school's effect and autonomy that differs between schools (mean 0 within each cohort).
    """

    frame: pd.DataFrame
    size: np.ndarray
    highland: np.ndarray
    other_language: np.ndarray
    poor: np.ndarray
    cohort: np.ndarray
    joined: np.ndarray
    lower_secondary: np.ndarray
    eagerness: np.ndarray

    def __len__(self) -> int:
        return len(self.size)

    def part(self, span: slice) -> Roster:
        """The roster of a run of its schools."""
        return Roster(self.frame.iloc[span], **{name: getattr(self, name)[span] for name in _ARRAYS})


_ARRAYS = tuple(field.name for field in fields(Roster) if field.name != "frame")


def check_number(n_schools: int) -> int:
    """``n_schools`` itself if an area can be made of so many schools."""
    if not FEWEST_SCHOOLS <= n_schools <= 99_000:
        raise BadInput(
            Words(f"จำนวนโรงเรียน {n_schools} ใช้ไม่ได้", f"{n_schools} schools cannot be made"),
            expected=Words(f"{FEWEST_SCHOOLS} ถึง 99000 โรงเรียน", f"{FEWEST_SCHOOLS} to 99000 schools"),
        )
    return n_schools


def make_roster(n_schools: int, *, rng: np.random.Generator) -> Roster:
    """The schools: the 13 pilots, comparison schools of the three districts, and invented provinces beyond the example.

    Parameters
    ----------
    n_schools
        At least ``FEWEST_SCHOOLS``. Up to ``EXAMPLE_SCHOOLS`` they fill the three districts in turn.
    rng
        Stream of random numbers. What is drawn for a school does not hang on how many follow it.
    """
    check_number(n_schools)
    places = _places(n_schools)
    for_normal, for_uniform, for_cohorts = rng.spawn(3)
    normal, uniform = for_normal.standard_normal((n_schools, 4)), for_uniform.random((n_schools, 4))
    cohort, joined = _cohorts(n_schools, for_cohorts)
    secondary = _lower_secondary(n_schools, uniform[:, 0])
    highland = (uniform[:, 1] < places["highland"].to_numpy()) | (places["district"] == "อมก๋อย").to_numpy()
    other = _share(places["other_language"].to_numpy() + 0.10 * normal[:, 0] + 0.08 * (highland - 0.5))
    poor = _share(places["poor"].to_numpy() + 0.12 * normal[:, 1])
    frame = places[["name_th", "name_en", "subdistrict", "district", "province"]].assign(
        school_id=[school_id(i) for i in range(n_schools)],
        cohort=pd.array(np.where(cohort > 0, cohort, 0), dtype="Int64"),
        joined_year_be=pd.array(joined, dtype="Int64"),
        lon=places["subdistrict"].map({k: v[0] for k, v in CENTROIDS.items()}),
        lat=places["subdistrict"].map({k: v[1] for k, v in CENTROIDS.items()}),
        affiliation=_affiliation(cohort, uniform[:, 2]),
        lowest_grade="อ.2",
        highest_grade=np.where(secondary, "ม.3", "ป.6"),
        is_highland=highland,
        share_other_language=other,
        share_poor=poor,
    )
    frame[["cohort", "joined_year_be"]] = frame[["cohort", "joined_year_be"]].replace(0, pd.NA)
    size = _entrants(normal[:, 2], secondary, uniform[:, 3], cohort)
    eagerness = _standardised(normal[:, 3], cohort)
    return Roster(frame, size, highland, other, poor, cohort, joined, secondary, eagerness)


def school_id(number: int) -> str:
    """The invented id of the ``number``-th school (from 0), in the SMIS shape: province, area, running number.

    Examples
    --------
    >>> school_id(0), school_id(98)
    ('99050001', '98010001')
    """
    if number < EXAMPLE_SCHOOLS:
        return f"{AREA_PREFIX}{number + 1:04d}"
    area, running = divmod(number - EXAMPLE_SCHOOLS, 500)
    province, area = divmod(area, 99)
    return f"{98 - province}{area + 1:02d}{running + 1:04d}"


def _places(n_schools: int) -> pd.DataFrame:
    """Names and places: one row per school, with the district's shares."""
    by_name = {district.name: district for district in DISTRICTS}
    rows = [(p.name_th, p.name_en, p.subdistrict, by_name[p.district], PROVINCE) for p in PILOTS]
    # The districts take turns so that a smaller area still has schools of each; within one its subdistricts do.
    turns = [
        (k / d.comparison_schools, i, d, d.subdistricts[k % len(d.subdistricts)])
        for i, d in enumerate(DISTRICTS)
        for k in range(d.comparison_schools)
    ]
    turns = sorted(turns, key=lambda turn: turn[:2])[: n_schools - len(PILOTS)]
    rows += [(*invented_name(i), subdistrict, d, PROVINCE) for i, (_, _, d, subdistrict) in enumerate(turns)]
    columns = ["name_th", "name_en", "subdistrict", "of", "province"]
    inside = pd.DataFrame(rows, columns=columns).assign(district=lambda f: [d.name for d in f["of"]])
    for share in ("highland", "other_language", "poor"):
        inside[share] = [getattr(d, share) for d in inside["of"]]
    return pd.concat([inside.drop(columns="of"), _beyond(n_schools)], ignore_index=True)


def _beyond(n_schools: int) -> pd.DataFrame:
    """Places of the schools beyond the example: invented provinces of 500 schools, districts of 50."""
    numbers = np.arange(EXAMPLE_SCHOOLS, max(n_schools, EXAMPLE_SCHOOLS))
    names = [invented_name(i - len(PILOTS)) for i in numbers]
    district = (numbers - EXAMPLE_SCHOOLS) // 50 + 1
    # The golden ratio's multiples spread evenly between 0 and 1: districts differ, and no draw is spent on them.
    spread = (district * 0.618034) % 1
    return pd.DataFrame(
        {
            "name_th": [name[0] for name in names],
            "name_en": [name[1] for name in names],
            "subdistrict": [f"ตำบลสมมติ {i}" for i in (numbers - EXAMPLE_SCHOOLS) // 10 + 1],
            "district": [f"อำเภอสมมติ {i}" for i in district],
            "province": [f"จังหวัดสมมติ {i}" for i in (numbers - EXAMPLE_SCHOOLS) // 500 + 1],
            "highland": 0.5 * spread,
            "other_language": 0.1 + 0.6 * spread,
            "poor": 0.3 + 0.3 * spread,
        }
    )


def _cohorts(n_schools: int, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Cohort and first treated year of each school, 0 where it never joins."""
    cohort = np.zeros(n_schools, dtype=np.int64)
    cohort[: len(PILOTS)] = [p.cohort for p in PILOTS]
    extra = max(n_schools - EXAMPLE_SCHOOLS, 0)
    drawn = rng.random((extra, 2))
    cohort[n_schools - extra :] = np.where(
        drawn[:, 0] < EXTRA_PILOT_SHARE, 1 + np.floor(drawn[:, 1] * len(EXTRA_JOINED)), 0
    )
    years = np.array([0, *EXTRA_JOINED.values()])
    return cohort, years[cohort]


def _lower_secondary(n_schools: int, uniform: np.ndarray) -> np.ndarray:
    """True where the school goes on to lower secondary: as the roster says for pilots, a quarter of the others."""
    out = uniform < 0.25
    out[: len(PILOTS)] = [p.highest_grade == "ม.3" for p in PILOTS]
    return out


def _entrants(normal: np.ndarray, secondary: np.ndarray, uniform: np.ndarray, cohort: np.ndarray) -> np.ndarray:
    """Expected entrants to grade 1 a year: log-normal, larger where the school goes to M3, a few town schools."""
    log_size = np.log(7.6) + 0.50 * normal + 0.25 * secondary
    town = (uniform < 0.03) & (cohort == 0)
    # Rounded, because exp may differ in its last bit from one machine to another and the draws hang on it.
    return np.where(town, 42.0, np.round(np.clip(np.exp(log_size), 2.5, 30.0), 2))


def _affiliation(cohort: np.ndarray, uniform: np.ndarray) -> np.ndarray:
    """Whom the school belongs to: pilots and nine in ten others to OBEC, the rest to local government or private."""
    others = np.where(uniform < 0.05, "อปท.", np.where(uniform < 0.10, "สช.", "สพฐ."))
    return np.where(cohort > 0, "สพฐ.", others)


def _share(values: np.ndarray) -> np.ndarray:
    return np.round(np.clip(values, 0.02, 0.98), 2)


def _standardised(values: np.ndarray, cohort: np.ndarray) -> np.ndarray:
    """Values with mean 0 and SD 1 within each cohort of pilots, 0 for the others, rounded to keep machines equal.

    The example and the schools beyond it are taken apart, so that the example stays what it is in any larger area.
    """
    out = np.zeros(len(values))
    beyond = np.arange(len(values)) >= EXAMPLE_SCHOOLS
    for number, outside in itertools.product(np.unique(cohort[cohort > 0]), (False, True)):
        own = (cohort == number) & (beyond == outside)
        if not own.any():
            continue
        spread = values[own].std()
        out[own] = (values[own] - values[own].mean()) / (spread if own.sum() > 1 and spread > 0 else 1.0)
    return np.round(out, 3)
