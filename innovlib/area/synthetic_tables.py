"""The tables beside the scores: autonomy, learner qualities, partners, progress; all invented, sized by the roster."""

from __future__ import annotations

import numpy as np
import pandas as pd

from innovlib import terms
from innovlib.area import reference
from innovlib.area import synthetic_model as model
from innovlib.area.synthetic_roster import Roster

#: Every so many comparison schools answers the autonomy survey, and rates its pupils' qualities.
SURVEYED, RATED = 4, 3

SURVEY_YEARS = tuple(range(2560, model.LAST_YEAR + 1))
QUALITY_YEARS = tuple(range(2562, model.LAST_YEAR + 1))
QUALITY_GRADES = {"ป.3": 2, "ป.6": 5}

#: What orders granted before joining and what joining adds, by domain and item (0–4). The follow-up of the Act found
#: academic rules unlocked most, and personnel and budget "not much changed".
DE_JURE_BEFORE = {"academic": (1, 1, 2), "budget": (0, 1, 2), "personnel": (0, 0, 1), "general": (1, 2, 2)}
DE_JURE_GAIN = {"academic": (2, 2, 1), "budget": (1, 0, 0), "personnel": (0, 0, 0), "general": (1, 0, 1)}

#: What schools really do, on the same scale before rounding to whole steps: level before, and the gain once settled.
DE_FACTO_BEFORE = {"academic": 1.2, "budget": 1.0, "personnel": 0.5, "general": 1.7}
DE_FACTO_GAIN = {"academic": 1.50, "budget": 0.20, "personnel": 0.10, "general": 0.60}

#: Share of the gain in the first, second and all later years of a pilot school; per SD of eagerness as in the model.
SETTLING = (0.5, 0.8, 1.0)
ROLE_LEANING = {"head": 0.25, "teacher": -0.10}
SD_SCHOOL_AUTONOMY, SD_ANSWER = 0.35, 0.55

#: Thresholds between the four levels on a pupil SD scale, yearly drift, and what joining adds at its height.
LEVEL_CUTS = (-1.1, 0.1, 1.3)
QUALITY_DRIFT = 0.03
QUALITY_GAIN = {
    "curious": 0.20, "creative": 0.25, "communication": 0.30, "living_together": 0.10, "world_aware": 0.05,
    "occupational": 0.20,
}  # fmt: skip
SD_RATER, SD_SCHOOL_QUALITY = 0.45, 0.25


def settled(since: np.ndarray) -> np.ndarray:
    """Share of the full gain in autonomy by years since joining; 0 before.

    Examples
    --------
    >>> settled(np.array([-1, 0, 1, 2, 5])).tolist()
    [0.0, 0.5, 0.8, 1.0, 1.0]
    """
    steps = np.array([0.0, *SETTLING])
    return steps[np.clip(np.asarray(since) + 1, 0, len(SETTLING))]


def autonomy_gain(roster: Roster) -> pd.DataFrame:
    """The true gain in de facto autonomy of each pilot school once settled, by domain (0–4 scale, before rounding)."""
    pilots = np.flatnonzero(roster.joined)
    rows = [
        {"school": i, "domain": domain, "gain": round(gain * (1 + model.EAGER * float(roster.eagerness[i])), 3)}
        for i in pilots
        for domain, gain in DE_FACTO_GAIN.items()
    ]
    return pd.DataFrame(rows, columns=["school", "domain", "gain"])


def _some(roster: Roster, every: int) -> np.ndarray:
    """Numbers of all pilot schools and of every so many comparison schools."""
    others = np.flatnonzero(roster.joined == 0)
    return np.sort(np.concatenate([np.flatnonzero(roster.joined), others[::every]]))


def _since(roster: Roster, school: np.ndarray, year: np.ndarray) -> np.ndarray:
    """Years since joining, −99 where the school never joins."""
    joined = roster.joined[school]
    return np.where(joined > 0, year - joined, -99)


def autonomy(roster: Roster, *, rng: np.random.Generator) -> pd.DataFrame:
    """The ``autonomy`` table: pilots and every fourth other school, each year, asked of the head and of a teacher."""
    asked = _questions(roster)
    school = asked["school"].to_numpy()
    since = _since(roster, school, asked["year_be"].to_numpy())
    own = SD_SCHOOL_AUTONOMY * rng.standard_normal(len(roster))[school]
    gain = asked["gain"] * settled(since) * (1 + model.EAGER * roster.eagerness[school])
    latent = asked["level"] + own + gain + asked["respondent_role"].map(ROLE_LEANING)
    answer = np.rint(latent.to_numpy() + SD_ANSWER * rng.standard_normal(len(asked)))
    return asked.assign(
        school_id=roster.frame["school_id"].to_numpy()[school],
        de_jure=asked["order_before"] + asked["order_gain"] * (since >= 0),
        de_facto=np.clip(answer, 0, 4).astype(np.int64),
    )


def _questions(roster: Roster) -> pd.DataFrame:
    """One row per school × year × item × respondent: orders and practice before joining, and what each gains by it."""
    items = reference.autonomy_items()[["domain", "item"]]
    place = items.groupby("domain").cumcount()
    pairs = list(zip(items["domain"], place, strict=True))
    items = items.assign(
        order_before=[DE_JURE_BEFORE[domain][k] for domain, k in pairs],
        order_gain=[DE_JURE_GAIN[domain][k] for domain, k in pairs],
        level=items["domain"].map(DE_FACTO_BEFORE),
        gain=items["domain"].map(DE_FACTO_GAIN),
    )
    schools = pd.DataFrame({"school": _some(roster, SURVEYED)})
    years, roles = pd.DataFrame({"year_be": SURVEY_YEARS}), pd.DataFrame({"respondent_role": list(ROLE_LEANING)})
    return schools.merge(years, how="cross").merge(items, how="cross").merge(roles, how="cross")


def qualities(roster: Roster, enrolled: pd.DataFrame, *, rng: np.random.Generator) -> pd.DataFrame:
    """The ``qualities`` table: every enrolled pupil of two grades rated by the teacher of that year.

    ``enrolled`` has ``school``, ``year``, ``grade`` and ``n``; teachers differ in how strictly they rate.
    """
    cells = enrolled[(enrolled["n"] > 0) & enrolled["school"].isin(_some(roster, RATED))]
    cells = cells[cells["year"].isin(QUALITY_YEARS)].merge(pd.DataFrame({"quality": terms.QUALITIES}), how="cross")
    centre = _quality_centre(roster, cells, rng)
    cell = np.repeat(np.arange(len(cells)), cells["n"])
    level = np.searchsorted(LEVEL_CUTS, centre[cell] + rng.standard_normal(len(cell)))
    counts = np.bincount(cell * 4 + level, minlength=len(cells) * 4).reshape(-1, 4)
    return cells.rename(columns={"year": "year_be", "n": "n_rated"}).assign(
        school_id=roster.frame["school_id"].to_numpy()[cells["school"]],
        **{f"n_level_{k + 1}": counts[:, k] for k in range(4)},
    )


def _quality_centre(roster: Roster, cells: pd.DataFrame, rng: np.random.Generator) -> np.ndarray:
    """Where a cell's pupils stand on the rater's scale (pupil SD): school, rater, drift, and what joining adds."""
    school, year = cells["school"].to_numpy(), cells["year"].to_numpy()
    gain = cells["quality"].map(QUALITY_GAIN).to_numpy() * (1 + model.EAGER * roster.eagerness[school])
    return (
        SD_SCHOOL_QUALITY * rng.standard_normal(len(roster))[school]
        + SD_RATER * rng.standard_normal(len(cells))
        + QUALITY_DRIFT * (year - QUALITY_YEARS[0])
        + gain * model.ramp(_since(roster, school, year))
    )


_MARK = "(สมมติ)"
_PARTNERS = (
    ("state", "มหาวิทยาลัยตัวอย่าง", "ความรู้"), ("state", "โรงพยาบาลส่งเสริมสุขภาพตำบลตัวอย่าง", "บุคลากร"),
    ("local_government", "องค์การบริหารส่วนตำบลตัวอย่าง", "งบประมาณ"), ("local_government", "เทศบาลตัวอย่าง", "สถานที่"),
    ("private", "บริษัทตัวอย่างการเกษตร", "งบประมาณ"), ("private", "ร้านกาแฟชุมชนตัวอย่าง", "แหล่งเรียนรู้"),
    ("civil_society", "มูลนิธิตัวอย่างเพื่อการเรียนรู้", "ความรู้"), ("civil_society", "กลุ่มผู้ปกครองตัวอย่าง", "บุคลากร"),
)  # fmt: skip


def partners(roster: Roster, *, rng: np.random.Generator) -> pd.DataFrame:
    """The ``partners`` table: pilots have more partners, all since they joined; every partner is invented."""
    chance = np.where(roster.joined[:, None] > 0, 0.55, 0.12)
    school, which = np.nonzero(rng.random((len(roster), len(_PARTNERS))) < chance)
    draw = rng.random((len(school), 4))
    sector, name, kind = (np.array([p[k] for p in _PARTNERS])[which] for k in range(3))
    gives_money = kind == "งบประมาณ"
    start, end = _spans(roster.joined[school], draw)
    return pd.DataFrame(
        {
            "school_id": roster.frame["school_id"].to_numpy()[school],
            "partner_name": [f"{x} {_MARK}" for x in name],
            "sector": sector,
            "kind": kind,
            "start": start,
            "end": end,
            # Money where it was given, and now and then beside other help; time where people or knowledge were.
            "value_thb": np.where(
                gives_money | (draw[:, 3] < 0.2), np.round(5_000 + 95_000 * draw[:, 1] ** 2, -3), np.nan
            ),
            "hours": np.where(gives_money | (kind == "สถานที่"), np.nan, np.round(4 + 80 * draw[:, 3])),
        }
    )


def _spans(joined: np.ndarray, draw: np.ndarray) -> tuple[list[str], list[str]]:
    """First and last day of each partnership (CE): from a school term on, for a year or two, or still going on ("")."""
    first = np.where(joined > 0, joined, 2560) - 543
    year = first + np.floor(draw[:, 0] * (2024 - first)).astype(np.int64)
    start = [f"{y}-{5 + int(u * 7):02d}-15" for y, u in zip(year, draw[:, 1], strict=True)]
    ended = draw[:, 2] < 0.35
    end = [f"{y + 1 + int(u * 2)}-03-31" if e else "" for y, u, e in zip(year, draw[:, 3], ended, strict=True)]
    return start, end


_STEPS = (
    (0, 5, "milestone", "done", "เข้าร่วมเป็นสถานศึกษานำร่อง"),
    (0, 7, "innovation", "started", "เริ่มหลักสูตรท้องถิ่นบูรณาการอาชีพของชุมชน"),
    (1, 6, "innovation", "started", "เริ่มการสอนอ่านแบบทวิภาษา ภาษาแม่และภาษาไทย"),
    (1, 11, "milestone", "done", "ประชุมชุมชนเพื่อทบทวนหลักสูตร"),
    (2, 8, "innovation", "done", "จัดทำชุดกิจกรรมการเรียนรู้เชิงรุกครบทุกชั้น"),
    (3, 6, "innovation", "planned", "วางแผนใช้แฟ้มสะสมงานแทนการสอบกลางภาค"),
    (3, 12, "milestone", "done", "นำเสนอความก้าวหน้าต่อคณะกรรมการขับเคลื่อนพื้นที่"),
    (4, 9, "innovation", "stopped", "ยุติการทดลองตารางเรียนแบบบล็อก เพราะครูย้าย"),
    (4, 11, "milestone", "planned", "วางแผนประเมินผลร่วมกับศึกษานิเทศก์"),
)


def progress(roster: Roster, *, rng: np.random.Generator) -> pd.DataFrame:
    """The ``progress`` table: what each pilot school did since it joined; every note is invented and says so."""
    pilots = np.flatnonzero(roster.joined)
    keep = rng.random((len(pilots), len(_STEPS))) < 0.7
    day = 1 + np.floor(28 * rng.random((len(pilots), len(_STEPS)))).astype(np.int64)
    ids = roster.frame["school_id"].to_numpy()
    rows = [
        (ids[i], f"{roster.joined[i] - 543 + after}-{month:02d}-{day[k, j]:02d}", what, status, f"{note} (ข้อมูลจำลอง)")
        for k, i in enumerate(pilots)
        for j, (after, month, what, status, note) in enumerate(_STEPS)
        # Every school has the day it joined; of the rest some.
        if j == 0 or keep[k, j]
    ]
    return pd.DataFrame(rows, columns=["school_id", "date", "what", "status", "note_th"])
