"""Who a report is about: the facts of a school, a cohort or an area in words, and the entry it leaves in the index."""

from __future__ import annotations

import pandas as pd

from innovlib import terms
from innovlib.area.store import Area
from innovlib.errors import UnknownName, Words
from innovlib.report.disclosure import Protected, protect_count
from innovlib.report.words import own

_UNKNOWN = Words("ไม่ทราบ", "not known")
#: Of more districts than this the number is told: a list that nobody reads would push the table off the page.
MOST_NAMED = 25


def school_name(school: pd.Series) -> Words:
    """A school's name with its district, because names repeat; in Latin letters where they are known."""
    th = terms.school_display_name(school["name_th"])
    return Words(th, f"{school['name_en']} School" if pd.notna(school["name_en"]) else th)


def school_facts(school: pd.Series, *, profile: str) -> list[tuple[Words, Words]]:
    """What is known of a school as label and value; the last line names what is not known."""
    facts = _facts(school, profile=profile)
    unknown = [label for label, value in facts if value == _UNKNOWN]
    missing = Words(" ".join(w.th for w in unknown), ", ".join(w.en for w in unknown))
    known = [(label, value) for label, value in facts if value != _UNKNOWN]
    return [*known, (Words("ไม่มีข้อมูล", "Not known"), missing)] if unknown else known


def context_facts(school: pd.Series, *, profile: str) -> list[Words]:
    """Size, grades, home language, poverty and altitude in a few words each; what is not known is left out."""
    known = {label.en: (label, value) for label, value in _facts(school, profile=profile) if value != _UNKNOWN}
    wanted = ("Grades", "Pupils in the school", "Other language at home", "Poor pupils", "Highland")
    found = [known[name] for name in wanted if name in known]
    return [Words(f"{label.th} {value.th}", f"{label.en}: {value.en}") for label, value in found]


def _facts(school: pd.Series, *, profile: str) -> list[tuple[Words, Words]]:
    joined = school["joined_year_be"]
    cohort = school["cohort"]
    grades = [school["lowest_grade"], school["highest_grade"]]
    enrolment = protect_count(school["enrolment"], profile_name=profile)
    return [
        (Words("ที่ตั้ง", "Place"), next(iter(place(school)), _UNKNOWN)),
        (Words("สังกัด", "Affiliation"), _text(school["affiliation"])),
        (Words("ระดับชั้น", "Grades"), _between(grades)),
        (
            Words("นักเรียนทั้งโรงเรียน", "Pupils in the school"),
            _UNKNOWN if enrolment == "–" else Words(f"{enrolment} คน", f"{enrolment}"),
        ),
        (Words("ใช้ภาษาอื่นที่บ้าน", "Other language at home"), _share(school["share_other_language"])),
        (Words("นักเรียนยากจน", "Poor pupils"), _share(school["share_poor"])),
        (Words("พื้นที่สูง", "Highland"), _yes_no(school["is_highland"])),
        (Words("รุ่นที่", "Cohort"), _UNKNOWN if pd.isna(cohort) else _text(cohort)),
        (Words("เข้าร่วมเมื่อ", "Joined in"), _UNKNOWN if pd.isna(joined) else _joined(int(joined))),
    ]


def _joined(year_be: int) -> Words:
    ce = terms.to_ce(year_be)
    return Words(f"ปีการศึกษา {year_be} ({ce})", f"academic year {year_be} ({ce})")


def _text(value) -> Words:
    return _UNKNOWN if pd.isna(value) else Words(str(value), str(value))


def place(school: pd.Series) -> list[Words]:
    """Subdistrict, district and province as far as they are known; an empty list where none is."""
    parts = [("ต.", "subdistrict"), ("อ.", "district"), ("จ.", "province")]
    known = " ".join(f"{lead}{school[column]}" for lead, column in parts if pd.notna(school[column]))
    return [Words(known, known)] if known else []


def _between(grades: list) -> Words:
    if any(pd.isna(g) for g in grades):
        return _UNKNOWN
    low, high = grades
    return Words(f"{low}–{high}", f"{terms.label(low, 'en')} to {terms.label(high, 'en')}")


def _share(value) -> Words:
    """A share of a whole school to the nearest ten: it tells the kind of school and counts no child."""
    if pd.isna(value):
        return _UNKNOWN
    tens = min(max(int(value * 10 + 0.5) * 10, 10), 90)
    edge = {10: ("ไม่เกินร้อยละ 10", "10% or less"), 90: ("ร้อยละ 90 ขึ้นไป", "90% or more")}
    return Words(*edge.get(tens, (f"ราวร้อยละ {tens}", f"about {tens}%")))


def _yes_no(value) -> Words:
    if pd.isna(value):
        return _UNKNOWN
    return Words("ใช่", "yes") if value else Words("ไม่ใช่", "no")


def cohort_members(schools: pd.DataFrame, *, cohort: int) -> pd.DataFrame:
    """The schools of one cohort in Thai alphabetical order.

    Raises
    ------
    UnknownName
        No school belongs to this cohort.
    """
    members = schools[schools["cohort"] == cohort]
    if members.empty:
        known = ", ".join(str(c) for c in sorted(schools["cohort"].dropna().unique()))
        raise UnknownName(
            Words(f"ไม่มีโรงเรียนรุ่นที่ {cohort}", f"no school belongs to cohort {cohort}"),
            expected=Words(known or "พื้นที่ที่มีรุ่น", known or "an area with cohorts"),
            where="schools.csv",
        )
    return in_thai_order(members)


def pilots(schools: pd.DataFrame) -> list[str]:
    """Ids of the schools that belong to a cohort or have a joining year."""
    return list(schools.loc[schools["cohort"].notna() | schools["joined_year_be"].notna(), "school_id"])


def in_thai_order(schools: pd.DataFrame) -> pd.DataFrame:
    """Schools sorted by name as a Thai dictionary sorts, then by id."""
    keys = [(terms.thai_sort_key(n), i) for n, i in zip(schools["name_th"], schools["school_id"], strict=True)]
    order = sorted(range(len(schools)), key=keys.__getitem__)
    return schools.iloc[order].reset_index(drop=True)


def roster(schools: pd.DataFrame, *, profile: str) -> pd.DataFrame:
    """Schools as rows that may be printed: name, district, cohort, joining year, rounded enrolment; Thai order."""
    rows = in_thai_order(schools)
    return pd.DataFrame(
        {
            "school_id": rows["school_id"],
            "name_th": [terms.school_display_name(n) for n in rows["name_th"]],
            "district": rows["district"].fillna("–"),
            "cohort": rows["cohort"].astype("str").where(rows["cohort"].notna(), "–"),
            "joined_year_be": rows["joined_year_be"].astype("str").where(rows["joined_year_be"].notna(), "–"),
            "enrolment": [protect_count(n, profile_name=profile) for n in rows["enrolment"]],
        }
    )


def index_entry(
    results: Protected,
    *,
    kind: str,
    identifier: str,
    name: Words,
    school: pd.Series | None = None,
    gap: Protected | None = None,
) -> dict:
    """What the index may say of a report: name, place, the overall reading and a trend; protected values only.

    The trend is the mean over subjects of the distance to the area in each shown period of the test with most periods.
    ``gap`` is the school's protected distance from the area over all subjects: its reading stands in the index.
    """
    rows = own(results, kind)
    shown = rows[rows["status"] == "shown"]
    area = results.frame[results.frame["who"] == "area"].set_index(["test", "grade", "subject", "period"])["mean"]
    gaps = [row["mean"] - area.get((row["test"], row["grade"], row["subject"], row["period"]), float("nan"))
            for _, row in shown.iterrows()]  # fmt: skip
    trend = shown.assign(gap=gaps).groupby("last_year_be")["gap"].mean().round(0)
    place = {} if school is None else {
        "district": "" if pd.isna(school["district"]) else str(school["district"]),
        "cohort": None if pd.isna(school["cohort"]) else int(school["cohort"]),
    }  # fmt: skip
    return {
        "kind": kind,
        "id": str(identifier),
        "name_th": name.th,
        "name_en": name.en,
        "trend": [None if pd.isna(v) else float(v) for v in trend],
        **place,
        **_reading(gap),
    }


def _reading(gap: Protected | None) -> dict:
    """The verdict over all subjects and the number of pupils behind it, as far as they may be shown."""
    if gap is None or gap.frame.empty:
        return {}
    row = gap.frame.iloc[0]
    return {"verdict": str(row["verdict"]), "n_label": str(row["n_label"])}


def cohort_name(cohort: int) -> Words:
    """A cohort's name in both languages."""
    return Words(f"โรงเรียนนำร่องรุ่นที่ {cohort}", f"Pilot schools, cohort {cohort}")


def joined_year(members: pd.DataFrame) -> int | None:
    """The year in which all of these schools joined; None where they differ or it is not known."""
    years = members["joined_year_be"].dropna().unique()
    return int(years[0]) if len(years) == 1 else None


def cohorts(schools: pd.DataFrame, *, profile: str) -> pd.DataFrame:
    """One row per cohort and one for the schools outside, ready to be printed: years, schools, districts, pupils."""
    rows = []
    groups = [(c, schools[schools["cohort"] == c]) for c in sorted(schools["cohort"].dropna().unique())]
    outside = schools[schools["cohort"].isna()]
    outsiders = Words("โรงเรียนอื่นในพื้นที่", "Other schools of the area") if groups else Words("ทุกโรงเรียน", "All schools")
    for cohort, part in [*groups, (None, outside)]:
        if part.empty:
            continue
        years = sorted(part["joined_year_be"].dropna().unique())
        rows.append(
            {
                "what": outsiders if cohort is None else cohort_name(cohort),
                "joined": ", ".join(str(y) for y in years) or "–",
                "n_schools": len(part),
                "districts": _districts(part),
                "enrolment": protect_count(part["enrolment"].sum(min_count=1), profile_name=profile),
            }
        )
    return pd.DataFrame(rows)


def _districts(schools: pd.DataFrame) -> str | Words:
    """The districts by name or, where they are too many to be read, by number."""
    names = sorted(schools["district"].dropna().unique(), key=terms.thai_sort_key)
    if len(names) > MOST_NAMED:
        return Words(f"{len(names):,} อำเภอ", f"{len(names):,} districts")
    return " ".join(names) or "–"


def area_name(area: Area) -> Words:
    """The area's name in both languages."""
    return Words(area.name_th, area.name_en)
