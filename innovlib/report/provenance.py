"""Where a page's numbers come from: data with fingerprints, versions, template, rules that fired."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from importlib.metadata import version

import pandas as pd

from innovlib import __version__, paths
from innovlib.errors import Words
from innovlib.report.disclosure import PROFILES, Protected
from innovlib.report.typeset import escape, words_html

#: Libraries whose version can change a number.
LIBRARIES = ("numpy", "pandas", "scipy", "statsmodels")

#: What each rule did, where it fired.
RULES = {
    "D1": Words("ไม่แสดงค่าที่มีนักเรียนน้อยเกินไป", "values on too few pupils are not shown"),
    "D3": Words("ร้อยละที่ใกล้ 0 หรือ 100 แสดงเป็นขอบของช่วง", "percentages near 0 or 100 are shown as the edge of a band"),
    "D4": Words("ค่าเฉลี่ยมีหนึ่งทศนิยมเมื่อมี 30 คนขึ้นไป", "means have one decimal from 30 pupils on, else none"),
    "D5": Words("จำนวนคนปัดเป็นหลักห้า", "counts are rounded to fives"),
    "D6": Words(
        "ไม่แสดงค่าที่เมื่อลบกันแล้วบอกค่าที่ปิดไว้", "values from which a hidden one could be worked out are not shown"
    ),
    "D7": Words("กลุ่มที่มีโรงเรียนน้อยกว่า 3 แห่งไม่แสดงค่า", "groups of fewer than three schools are not shown"),
    "D8": Words("คงตัวเลขที่เคยเผยแพร่เมื่อต่างกันไม่เกิน 9 คน", "figures handed out before are kept where few pupils differ"),
    "D10": Words("รวมสามปีก่อนแสดง", "three years are put together before showing"),
}  # fmt: skip


@dataclass(frozen=True)
class Provenance:
    """What a reader needs to make a page again."""

    lines: tuple[tuple[Words, str], ...]
    lang: str

    def __str__(self) -> str:
        return "\n".join(f"{label.en}: {value}" for label, value in self.lines)

    def _repr_html_(self) -> str:
        items = "".join(f"<div><dt>{words_html(k, self.lang)}</dt><dd>{escape(v)}</dd></div>" for k, v in self.lines)
        return f'<dl class="facts">{items}</dl>'


def _versions() -> list[str]:
    return [f"innovlib {__version__}", *(f"{name} {version(name)}" for name in LIBRARIES)]


def provenance(sources: pd.DataFrame, *, protected: list[Protected], template: str, lang: str) -> Provenance:
    """The provenance of a page made from protected results.

    ``sources`` is what :meth:`innovlib.area.store.Area.provenance` tells of the area's tables; it is read once for all
    reports of a batch.

    Times, hosts and users are left out on purpose: the same input gives the same page, and a page tells nothing of the
    machine it was made on.
    """
    fired = sorted({rule for p in protected for rule in p.fired}, key=lambda rule: int(rule[1:]))
    data = [(Words(f"ตาราง {r.table}", f"Table {r.table}"), f"{r.rows:,} rows · SHA-256 {r.sha256[:16]}…")
            for r in sources.itertuples()]  # fmt: skip
    path = paths.NOTEBOOKS / f"{template}.ipynb"
    profile = PROFILES[protected[0].profile] if protected else PROFILES["public"]
    return Provenance(
        (
            *data,
            (Words("ผู้อ่าน", "Readers"), " · ".join(profile.words)),
            *((Words(f"กฎ {rule}", f"Rule {rule}"), " · ".join(RULES[rule])) for rule in fired),
            (Words("แม่แบบ", "Template"), f"{template} · SHA-256 {hashlib.sha256(path.read_bytes()).hexdigest()[:16]}…"),
            (
                Words("โปรแกรม", "Software"),
                " · ".join([f"innovlib {__version__}", *(f"{n} {version(n)}" for n in LIBRARIES)]),
            ),
        ),
        lang,
    )
