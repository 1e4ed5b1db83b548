"""Where a page's numbers come from: data with fingerprints, versions, template, rules that fired."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from importlib.metadata import version

import pandas as pd

from innovlib import __version__, paths
from innovlib.errors import BadInput, Words
from innovlib.report.disclosure import PROFILES, Protected
from innovlib.report.typeset import escape, words_html

#: Libraries whose version can change a number.
LIBRARIES = ("numpy", "pandas", "scipy", "statsmodels")

#: What each rule did, where it fired.
RULES = {
    "D1": Words("ไม่แสดงค่าที่มีนักเรียนน้อยเกินไป", "values on too few pupils are not shown"),
    "D2": Words("ไม่แสดงจำนวนคนในระดับที่มีน้อยเกินไป และส่วนที่เหลือ", "small counts at a level and what is left are not shown"),
    "D3": Words("ร้อยละที่ใกล้ 0 หรือ 100 แสดงเป็นขอบของช่วง", "percentages near 0 or 100 are shown as the edge of a band"),
    "D4": Words("ค่าเฉลี่ยมีหนึ่งทศนิยมเมื่อมี 30 คนขึ้นไป", "means have one decimal from 30 pupils on, else none"),
    "D5": Words("จำนวนคนปัดเป็นหลักห้า", "counts are rounded to fives"),
    "D6": Words(
        "ไม่แสดงค่าที่เมื่อลบกันแล้วบอกค่าที่ปิดไว้", "values from which a hidden one could be worked out are not shown"
    ),
    "D7": Words("กลุ่มที่มีโรงเรียนน้อยกว่า 3 แห่งไม่แสดงค่า", "groups of fewer than three schools are not shown"),
    "D8": Words("คงตัวเลขที่เคยเผยแพร่เมื่อต่างกันไม่เกิน 9 คน", "figures handed out before are kept where few pupils differ"),
    "D9": Words("ไม่แสดงผลสำรวจที่มีผู้ตอบน้อยกว่า 5 คน", "surveys with fewer than five replies are not shown"),
    "D10": Words("รวมสามปีก่อนแสดง", "three years are put together before showing"),
    "D11": Words("ภาพวาดจากตารางที่ปกปิดแล้วเท่านั้น", "charts are drawn from the protected tables only"),
    "D12": Words("ค่าที่ปิด ค่าที่ไม่มี และศูนย์ เป็นคนละเครื่องหมาย", "hidden, missing and zero are different marks"),
}  # fmt: skip

#: How much all reports of the release lose together.
LOST = {
    "figures": Words("ค่าทั้งหมดในรายงานทุกฉบับ {n:,}", "{n:,} values in all reports together"),
    "small": Words("ปิดเพราะคนหรือโรงเรียนน้อย {n:,}", "{n:,} hidden for few pupils or schools"),
    "hidden": Words("ปิดเพิ่มเพื่อไม่ให้ลบกลับได้ {n:,}", "{n:,} more hidden against subtraction"),
    "whole": Words("ตัดทศนิยม {n:,}", "{n:,} without their decimal"),
    "exposed": Words("ปิดไว้แต่ผู้อื่นเผยแพร่จนรู้ได้ {n:,}", "{n:,} hidden here but told by what others publish"),
}


@dataclass(frozen=True)
class Provenance:
    """What a reader needs to make a page again."""

    lines: tuple[tuple[Words, str], ...]
    lang: str

    def __str__(self) -> str:
        return "\n".join(f"{label.en}: {value}" for label, value in self.lines)

    def _repr_html_(self) -> str:
        items = "".join(
            f'<div><dt>{words_html(k, self.lang)}</dt><dd translate="no">{escape(v)}</dd></div>' for k, v in self.lines
        )
        return f'<dl class="facts">{items}</dl>'


def lost(release) -> Words:
    """How much protection took from all reports of a release together, in one line.

    ``release`` is the plan that the reports were made under (:class:`innovlib.release.withheld.ReleasePlan`).
    """
    told = [(LOST[name], n) for name, n in release.loss.items() if n or name in ("figures", "small", "hidden")]
    return Words(*("; ".join(getattr(words, lang).format(n=n) for words, n in told) for lang in ("th", "en")))


def provenance(sources: pd.DataFrame, *, release, protected: list[Protected], template: str, lang: str) -> Provenance:
    """The provenance of a page made from protected results.

    Times, hosts and users are left out on purpose: the same input gives the same page, and a page tells nothing of the
    machine it was made on.

    Parameters
    ----------
    sources
        What :meth:`innovlib.area.store.Area.provenance` tells of the area's tables or, on a page about one school,
        :meth:`innovlib.area.store.Area.rows_of`: such a page changes with the school's rows alone, and a fingerprint of
        so few could be tried against guesses. The whole tables' fingerprints stand in the manifest beside the pages.
    release
        The plan that the report was made under (:func:`innovlib.release.withheld.plan`).
    protected
        Every protected table that the page shows.

    Raises
    ------
    BadInput
        A table of the page has not passed the release's door, or was protected under another plan.
    """
    _check_passed(protected, release)
    fired = sorted({rule for p in protected for rule in p.fired}, key=lambda rule: int(rule[1:]))
    data = [(Words(f"ตาราง {r['table']}", f"Table {r['table']}"), _rows(r)) for r in sources.to_dict("records")]
    path = paths.NOTEBOOKS / f"{template}.ipynb"
    software = [f"innovlib {__version__}", *(f"{name} {version(name)}" for name in LIBRARIES)]
    return Provenance(
        (
            *data,
            (Words("ผู้อ่าน", "Readers"), " · ".join(PROFILES[release.profile].words)),
            *((Words(f"กฎ {rule}", f"Rule {rule}"), " · ".join(RULES[rule])) for rule in fired),
            (Words("การปกปิดทั้งชุด", "Protection of the release"), " · ".join(lost(release))),
            (Words("แผนการปกปิด", "Release plan"), f"SHA-256 {release.fingerprint[:16]}…"),
            (Words("แม่แบบ", "Template"), f"{template} · SHA-256 {hashlib.sha256(path.read_bytes()).hexdigest()[:16]}…"),
            (Words("จากตัวเลขถึงสูตรและการทดสอบ", "From number to formula and test"), f"innov trace {template}"),
            (Words("โปรแกรม", "Software"), " · ".join(software)),
        ),
        lang,
    )


def _rows(source: dict) -> str:
    if "sha256" in source:
        return f"{source['rows']:,} rows · SHA-256 {source['sha256'][:16]}…"
    return f"{source['rows']:,} rows of this school · SHA-256: manifest.json"


def _check_passed(protected: list[Protected], release) -> None:
    strays = [number for number, table in enumerate(protected, start=1) if table.plan != release.fingerprint]
    if strays:
        raise BadInput(
            Words(
                f"ตารางที่ {strays[0]} ของหน้านี้ไม่ได้ผ่านแผนการปกปิด", f"table {strays[0]} of this page passed no release plan"
            ),
            expected=Words("ตารางจาก page.means page.shares …", "tables from page.means, page.shares …"),
            todo=Words(
                "เปิดหน้าด้วย withheld.plan(…).page(…) แล้วส่งทุกตารางผ่านหน้านั้น",
                "open the page with withheld.plan(…).page(…) and pass every table through it",
            ),
        )
