"""The tables of schools and of who sat the tests, each made from protected rows with its fixed columns."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd

from innovlib import terms
from innovlib.errors import Words
from innovlib.report import labels
from innovlib.report.disclosure import Protected
from innovlib.report.identity import in_thai_order
from innovlib.report.prose import Prose
from innovlib.report.tables import Column, Table, table
from innovlib.report.typeset import number
from innovlib.report.words import marks, sentence, series

_SCHOOL = Column("name_th", Words("โรงเรียน", "School"), kind="name")
_DISTRICT = Column("district", Words("อำเภอ", "District"))


def participation_table(tested: Protected, *, lang: str) -> Table:
    """Share of the enrolled pupils who sat each test: a row a test, a column a period, the enrolled in brackets."""
    cells = tested.frame.assign(
        cell=[
            f"{row.percent_label}% ({row.n_label})" if row.status == "shown" else row.n_label
            for row in tested.frame.itertuples()
        ]
    )
    periods = list(cells.sort_values("first_year_be")["period"].unique())
    wide = cells.pivot_table(index=["test", "grade"], columns="period", values="cell", aggfunc="first", sort=False)
    wide = wide.reindex(columns=periods).fillna("–").reset_index().assign(status="shown")
    wide["what"] = [labels.test_grade(t, g) for t, g in zip(wide["test"], wide["grade"], strict=True)]
    columns = [Column("what", Words("การทดสอบ", "Test"))]
    columns += [Column(period, Words(period, period), kind="number") for period in periods]
    caption = Words("ร้อยละที่เข้าสอบ (จำนวนนักเรียนในชั้น)", "Per cent tested (pupils enrolled)")
    rows = Protected(wide, tested.profile, tested.fired)
    return table(rows, columns=columns, caption=caption, note=marks(tested), lang=lang)


def history_table(history: Protected, *, own: str = "school", lang: str) -> Table:
    """One's own results over the years: a row a subject, a column a period, cells "50 [44–56] 15".

    A cell holds the mean, its 95 % interval and the number of pupils, or the mark for hidden or missing.
    """
    rows = history.frame[history.frame["who"] == own]
    rows = rows.assign(cell=[_result_cell(row) for row in rows.to_dict("records")])
    periods = list(rows.sort_values(["last_year_be", "first_year_be"])["period"].unique())
    wide = rows.pivot_table(index=["test", "grade", "subject"], columns="period", values="cell", aggfunc="first",
                            sort=False)  # fmt: skip
    wide = wide.reindex(columns=periods).fillna("–").reset_index().assign(status="shown")
    wide["what"] = [series(row) for row in wide.to_dict("records")]
    columns = [Column("what", labels.SUBJECT)]
    columns += [Column(period, Words(period, period), kind="number") for period in periods]
    safe = replace(history, frame=wide)
    return table(safe, columns=columns, caption=labels.HISTORY_CAPTION, note=marks(history), lang=lang)


def _result_cell(row: dict) -> str:
    if row["status"] != "shown":
        return str(row["n_label"])
    interval = "" if pd.isna(row["conf_low"]) else f" [{number(row['conf_low'])}–{number(row['conf_high'])}]"
    return f"{number(row['mean'])}{interval} {row['n_label']}"


def roster_table(roster: pd.DataFrame, *, profile: str, caption: Words, lang: str) -> Table:
    """Schools with their district, cohort, year of joining and rounded size, in Thai alphabetical order."""
    rows = Protected(roster.assign(status="shown"), profile)
    columns = [
        _SCHOOL,
        _DISTRICT,
        Column("cohort", Words("รุ่นที่", "Cohort"), kind="number"),
        Column("joined_year_be", Words("เข้าร่วม (พ.ศ.)", "Joined (BE)"), kind="number"),
        Column("enrolment", Words("นักเรียน", "Pupils"), kind="number"),
    ]
    return table(rows, columns=columns, caption=caption, note=marks(rows), lang=lang)


def gaps_table(gaps: Protected, *, schools: pd.DataFrame, lang: str) -> Table:
    """Schools' distances from the area's mean with their intervals, in Thai alphabetical order, never by size."""
    named = schools[["school_id", "name_th", "district"]].merge(gaps.frame, on="school_id", how="left")
    named["status"] = named["status"].fillna("absent")
    named["n_label"] = named["n_label"].fillna("–")
    named["name_th"] = [terms.school_display_name(n) for n in named["name_th"]]
    named["district"] = named["district"].fillna("–")
    rows = Protected(named, gaps.profile, gaps.fired)
    columns = [
        _SCHOOL,
        _DISTRICT,
        Column("n_label", labels.PUPILS, kind="number"),
        Column("gap", Words("ห่างจากเขตพื้นที่ (คะแนน)", "From the area (points)"), kind="difference"),
        Column("conf", Words("ช่วงความเชื่อมั่น 95%", "95% interval"), kind="interval"),
        Column("verdict", labels.READING, kind="verdict"),
    ]
    caption = Words("ระยะห่างจากค่าเฉลี่ยเขตพื้นที่ เฉลี่ยทุกการทดสอบ", "Distance from the area's mean over all tests")
    note = Words("เรียงตามตัวอักษร ไม่ใช่อันดับ", "in Thai alphabetical order, not a ranking")
    return table(rows, columns=columns, caption=caption, note=note, lang=lang)


def cohorts_table(cohorts: pd.DataFrame, *, profile: str, lang: str) -> Table:
    """Schools, districts and pupils of each cohort and of the schools outside."""
    columns = [
        Column("what", Words("กลุ่ม", "Group")),
        Column("joined", Words("เข้าร่วม (พ.ศ.)", "Joined (BE)"), kind="number"),
        Column("n_schools", Words("โรงเรียน", "Schools"), kind="number"),
        Column("districts", Words("อำเภอ", "Districts")),
        Column("enrolment", Words("นักเรียน", "Pupils"), kind="number"),
    ]
    rows = Protected(cohorts.assign(status="shown"), profile)
    return table(rows, columns=columns, caption=Words("โรงเรียนในพื้นที่", "Schools of the area"), lang=lang)


def peers_list(peers: pd.DataFrame, *, earlier: bool, lang: str) -> Prose:
    """The similar schools by name with their district, so that a head can object; in Thai alphabetical order.

    ``earlier`` says whether results from before anybody joined helped to choose them.
    """
    if peers.empty:
        return Prose((sentence("limits.no_similar"),), lang=lang)
    names = [
        f"{terms.school_display_name(row.name_th)}" + (f" (อ.{row.district})" if pd.notna(row.district) else "")
        for row in in_thai_order(peers).itertuples()
    ]
    return Prose(
        (sentence("peers.earlier" if earlier else "peers.context", count=len(names), names=", ".join(names)),),
        lang="th" if lang == "both" else lang,
    )
