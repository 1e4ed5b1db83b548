"""The head of each kind of page, made from the one it is about and from protected results only."""

from __future__ import annotations

import datetime as dt

import pandas as pd

from innovlib import terms
from innovlib.area.store import Area
from innovlib.errors import Words
from innovlib.report import identity
from innovlib.report.disclosure import Protected
from innovlib.report.page import Masthead
from innovlib.report.timeline import english_date


def of_school(
    area: Area,
    school: pd.Series,
    *,
    results: Protected,
    latest: Protected,
    peers: pd.DataFrame,
    lang: str,
    digits: str = "arabic",
    gap: Protected | None = None,
) -> Masthead:
    """The head of a school's page; ``peers`` are the schools that it names, ``gap`` its place over all tests."""
    name, school_id = identity.school_name(school), str(school["school_id"])
    number = Words(f"รหัสโรงเรียน {school_id}", f"school id {school_id}")
    return Masthead(
        kind="school",
        id=school_id,
        title=Words(f"รายงานของ{name.th}", f"School report: {name.en}"),
        subtitle=_together([*_years_covered(latest), number]),
        facts=(*identity.place(school), *_joining(school), *identity.context_facts(school, profile=results.profile)),
        footer=name,
        entry=identity.index_entry(results, kind="school", identifier=school_id, name=name, school=school, gap=gap),
        names=tuple(terms.school_display_name(n) for n in peers["name_th"]),
        **_common(area, results=results, lang=lang, digits=digits),
    )


def of_cohort(
    area: Area,
    members: pd.DataFrame,
    *,
    cohort: int,
    results: Protected,
    latest: Protected,
    lang: str,
    digits: str = "arabic",
) -> Masthead:
    """The head of a cohort's page."""
    name = identity.cohort_name(cohort)
    return Masthead(
        kind="cohort",
        id=str(cohort),
        title=Words(f"รายงาน{name.th}", f"Cohort report: {name.en}"),
        subtitle=_together(_years_covered(latest)),
        facts=(Words(f"{len(members)} โรงเรียน", f"{len(members)} schools"), *_joined(identity.joined_year(members))),
        footer=name,
        entry=identity.index_entry(results, kind="cohort", identifier=str(cohort), name=name) | {"cohort": cohort},
        names=tuple(terms.school_display_name(n) for n in members["name_th"]),
        **_common(area, results=results, lang=lang, digits=digits),
    )


def of_area(area: Area, *, results: Protected, latest: Protected, lang: str, digits: str = "arabic") -> Masthead:
    """The head of the area's page."""
    name, schools = identity.area_name(area), area.table("schools")
    pilots = int(schools["cohort"].notna().sum())
    return Masthead(
        kind="area",
        id="area",
        title=Words("รายงานภาพรวมของพื้นที่", "Area report"),
        subtitle=_together(_years_covered(latest)),
        facts=(
            Words(f"{len(schools):,} โรงเรียน", f"{len(schools):,} schools"),
            Words(f"โรงเรียนนำร่อง {pilots:,} แห่ง", f"{pilots:,} pilot schools"),
        ),
        footer=name,
        entry=identity.index_entry(results, kind="area", identifier="area", name=name),
        **_common(area, results=results, lang=lang, digits=digits),
    )


def of_meeting(area: Area, *, results: Protected, on: dt.date, lang: str, digits: str = "arabic") -> Masthead:
    """The opening slide of the meeting pack."""
    name, schools = identity.area_name(area), area.table("schools")
    pilots = int(schools["cohort"].notna().sum())
    return Masthead(
        kind="meeting",
        id="meeting",
        title=Words("ความก้าวหน้าของโรงเรียนนำร่อง", "Progress of the pilot schools"),
        subtitle=Words(f"ข้อมูลถึง {terms.thai_date(on)}", f"records up to {english_date(on)}"),
        facts=(Words(f"โรงเรียนนำร่อง {pilots:,} แห่ง", f"{pilots:,} pilot schools"),),
        footer=name,
        entry=identity.index_entry(results, kind="area", identifier="meeting", name=name) | {"kind": "meeting"},
        **_common(area, results=results, lang=lang, digits=digits),
    )


def _common(area: Area, *, results: Protected, lang: str, digits: str = "arabic") -> dict:
    name = identity.area_name(area)
    return {"area": name, "synthetic": area.is_synthetic, "profile": results.profile, "lang": lang,
            "digits": digits}  # fmt: skip


def _together(parts: list[Words]) -> Words:
    return Words(" · ".join(p.th for p in parts), " · ".join(p.en for p in parts))


def _years_covered(results: Protected) -> list[Words]:
    """The years that the latest results stand on, at their first mention with the CE years."""
    if results.frame.empty:
        return []
    low, high = int(results.frame["first_year_be"].min()), int(results.frame["last_year_be"].max())
    be, ce = (f"{a}–{b}" if a < b else f"{b}" for a, b in ((low, high), (terms.to_ce(low), terms.to_ce(high))))
    return [Words(f"ปีการศึกษา {be} ({ce})", f"academic years {be} ({ce})")]


def _joining(school: pd.Series) -> list[Words]:
    cohort = school["cohort"]
    year = None if pd.isna(school["joined_year_be"]) else int(school["joined_year_be"])
    return ([identity.cohort_name(int(cohort))] if pd.notna(cohort) else []) + _joined(year)


def _joined(year_be: int | None) -> list[Words]:
    if year_be is None:
        return []
    ce = terms.to_ce(year_be)
    return [Words(f"เข้าร่วมปีการศึกษา {year_be} ({ce})", f"joined in academic year {year_be} ({ce})")]
