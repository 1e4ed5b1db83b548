"""A school's distance from the area, taken apart: does it tell the one test that the school's page hides?

The distance is the plain mean over a school's tests, a test's the plain mean over its subjects. Where all tests but one
are printed on the school's page beside the area's mean, the one that is hidden is what is left over.
"""

from __future__ import annotations

import re

import numpy as np
import pandas as pd

from innovlib.errors import Words
from innovlib.release.leaks import Finding
from innovlib.release.rendered import Rendered
from innovlib.report.disclosure import OPEN_POINTS, Profile


def taken_apart(pages: list[Rendered], printed: pd.DataFrame, *, rules: Profile) -> list[Finding]:
    """Hidden tests that a printed distance gives away, with the width that is left of them."""
    names = _schools_by_name(pages)
    findings = []
    for page in pages:
        for _, rows in page.tables:
            for row in rows:
                school = names.get((row.head, next(iter(row.cells.values()), "")))
                distance = _distance(row.cells)
                if school and distance:
                    findings += _one(page, school, distance, printed, rules=rules)
    return findings


def _schools_by_name(pages: list[Rendered]) -> dict[tuple[str, str], str]:
    """(name, district) → id, as the index lists them; a name that stands twice in a district is nobody's."""
    found: dict[tuple[str, str], list[str]] = {}
    for page in pages:
        district = school = ""
        for where, text in page.texts if page.kind == "index" else ():
            if where == "<tr data-district>":
                district = text
            elif where == "<a href>" and text.startswith("school-"):
                school = text.removeprefix("school-").removesuffix(".html").partition(".")[0]
            elif where == "<span>" and school:
                found.setdefault((text, district), []).append(school)
                school = ""
    return {key: ids[0] for key, ids in found.items() if len(ids) == 1}


def _distance(cells: dict[str, str]) -> tuple[float, float] | None:
    """The printed distance and its rounding step; None where the row prints none."""
    for head, text in cells.items():
        match = re.fullmatch(r"[+−]?(\d+(?:\.(\d+))?)", text)
        if match and re.search("ห่างจาก|From the area", head):
            return float(text.replace("−", "-")), 10.0 ** -len(match[2] or "")
    return None


def _one(
    page: Rendered, school: str, distance: tuple[float, float], printed: pd.DataFrame, *, rules: Profile
) -> list[Finding]:
    rows = printed[(printed["report"] == f"school-{school}") & printed["who"].isin(["school", "area"])]
    rows = rows[rows["last_year_be"] == rows.groupby(["test", "grade"])["last_year_be"].transform("max")]
    widths, hidden = [], []
    for test, of_test in rows.groupby(["test", "grade"]):
        own = of_test[of_test["who"] == "school"].sort_values("n_high").drop_duplicates("subject")
        if (own["status"] == "small").all() and (own["n_high"] < rules.smallest_n).all():
            hidden.append(test)
            continue
        both = own.merge(
            of_test[of_test["who"] == "area"].drop_duplicates("subject"), on="subject", suffixes=("", "_area")
        )
        shown = both["status"].eq("shown") & both["status_area"].eq("shown")
        if len(both) < len(own) or not shown.all():
            return []  # more than one thing is not known, so what is left over is not this test alone
        widths.append(float((both["high"] - both["low"] + both["high_area"] - both["low_area"]).mean()))
    if len(hidden) != 1 or not widths:
        return []
    width = (len(widths) + 1) * distance[1] + float(np.sum(widths))
    if width >= OPEN_POINTS:
        return []
    where = f"{' '.join(hidden[0])} ({school})"
    words = Words(
        f"ระยะห่างจากเขตพื้นที่บอกผลของการทดสอบที่ปิดไว้ได้เหลือช่วงกว้าง {width:.1f} คะแนน",
        f"the distance from the area tells the hidden test to a range of {width:.1f} points",
    )
    return [Finding("subtraction-distance", "D6", page.file, where, words)]
