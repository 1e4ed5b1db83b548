"""What joining the innovation area did to results, as a reader sees it: one table and one sentence over all outcomes.

The numbers come from :mod:`innovlib.effects.several`; here they are protected, rounded and put into words.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from innovlib import terms
from innovlib.effects import outcomes, several
from innovlib.effects.design import Design
from innovlib.errors import Words
from innovlib.report import labels
from innovlib.report.disclosure import Protected, profile, rounded_half_up
from innovlib.report.tables import Column, Table, table
from innovlib.report.words import joined, listed, sentence, series

#: An outcome stands out when its p-value, adjusted for all looked at, is below this and its interval leaves zero out.
LEVEL = 0.05


def effects(scores: pd.DataFrame, schools: pd.DataFrame, *, profile_name: str) -> Protected:
    """The effect of joining on each test and subject that can carry one, in points, ready to be seen.

    Returns
    -------
    Protected
        ``test``, ``grade``, ``subject``, ``estimate``, ``conf_low``, ``conf_high`` (points, one decimal),
        ``p_adjusted``, ``n_treated``, ``n`` (schools), ``verdict``, ``status``: shown, or small where fewer pilot
        schools than the profile asks for or no interval can be given. Empty where no outcome has pilot schools
        before and after joining.
    """
    held, _ = outcomes.panels(scores, schools, design=Design(unit="points"))
    if not held:
        return Protected(pd.DataFrame({c: [] for c in _COLUMNS}), profile_name)
    found = several.outcomes(held).to_frame()
    keys = pd.DataFrame(found["outcome"].tolist(), columns=["test", "grade", "subject"], index=found.index)
    out = pd.concat([keys, found], axis="columns")
    shown = out["conf_low"].notna() & (out["n_treated"] >= profile(profile_name).smallest_schools)
    clear = (out["p_adjusted"] < LEVEL) & ((out["conf_low"] > 0) | (out["conf_high"] < 0))
    sign = np.where(out["estimate"] > 0, "clearly_above", "clearly_below")
    for column in ("estimate", "conf_low", "conf_high"):
        out[column] = np.where(shown, rounded_half_up(out[column], 0.1).round(1), np.nan)
    out["verdict"] = np.where(~shown, "", np.where(clear, sign, "undecided"))
    out["p_adjusted"] = out["p_adjusted"].where(shown)
    out["status"] = np.where(shown, "shown", "small")
    order = [_rank(row) for row in out[["test", "grade", "subject"]].itertuples(index=False)]
    out = out.assign(order=order).sort_values("order", ignore_index=True)
    return Protected(out[_COLUMNS], profile_name, () if shown.all() else ("D7",))


def _rank(row: tuple[str, str, str]) -> tuple[int, int, int]:
    test, grade, subject = row
    return terms.TESTS.index(test), terms.GRADES.index(grade), terms.SUBJECTS.index(subject)


_COLUMNS = ["test", "grade", "subject", "estimate", "conf_low", "conf_high", "p_adjusted", "n_treated", "n", "verdict",
            "status"]  # fmt: skip


def headline(found: Protected) -> Words:
    """Whether joining changed any result, by the adjusted p-values; that it cannot be told, where so."""
    shown = found.frame[found.frame["status"] == "shown"]
    if shown.empty:
        return sentence("effects.cannot")
    parts = []
    for code, key in (("clearly_above", "effects.up"), ("clearly_below", "effects.down")):
        rows = shown[shown["verdict"] == code]
        if len(rows):
            parts.append(sentence(key, what=listed([series(row) for _, row in rows.iterrows()])))
    return joined(parts) if parts else sentence("effects.none", count=len(shown))


def effects_table(found: Protected, *, lang: str) -> Table:
    """The effects with their intervals and adjusted p-values, in the order of tests and subjects."""
    what = [labels.subject(s) for s in found.frame["subject"]]
    place = [labels.test_grade(t, g) for t, g in zip(found.frame["test"], found.frame["grade"], strict=True)]
    rows = Protected(found.frame.assign(what=what, place=place), found.profile, found.fired)
    columns = [
        Column("what", labels.SUBJECT),
        Column("n_treated", Words("โรงเรียนนำร่อง", "Pilot schools"), kind="number"),
        Column("estimate", Words("เปลี่ยนมากกว่ากลุ่มเทียบ (คะแนน)", "Change beyond others (points)"), kind="difference"),
        Column("conf", Words("ช่วงความเชื่อมั่น 95%", "95% interval"), kind="interval", decimals=1),
        Column("p_adjusted", Words("ค่า p ปรับแล้ว", "Adjusted p"), kind="number", decimals=2),
        Column("verdict", labels.READING, kind="verdict"),
    ]
    caption = Words(
        "การเปลี่ยนแปลงหลังเข้าร่วม เทียบโรงเรียนที่ไม่เคยเข้าร่วม", "Change after joining, beside schools that never joined"
    )
    return table(rows, columns=columns, caption=caption, note=sentence("effects.note"), lang=lang, group="place")
