"""Intake's findings as one page that a clerk works through beside Excel: on paper, on a screen, on a phone.

Everything stands in the one file: nothing is loaded from anywhere, and a policy in the page forbids it. What the page
shows has been masked before (:func:`innovlib.area.privacy.shown`); here it is escaped as text.
"""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from jinja2 import Environment, PackageLoader

from innovlib.area import privacy, store
from innovlib.area.faults import Issue
from innovlib.area.result import DECISIONS, HEADINGS, FileResult
from innovlib.area.vocabulary import kinds
from innovlib.errors import BadInput, Words

_ENDINGS = (".html", ".htm")
#: What the clerk has to do something about, and what is only told.
_TO_DO = ("reject_file", "reject_rows", "warn")
_WHOLE_FILE = Words("ทั้งไฟล์", "The whole file")


@dataclass(frozen=True)
class Part:
    """The findings about one sheet: those to work through, and those that were settled already."""

    title: Words
    to_do: tuple[Issue, ...]
    told: tuple[Issue, ...]


def page(results: list[FileResult], *, fonts: str = "") -> str:
    """The page for files that were taken in together.

    Parameters
    ----------
    results
        One for each file, as :func:`innovlib.area.intake.intake` returns them.
    fonts
        ``@font-face`` rules with the fonts inside, for computers without Thai ones.

    Returns
    -------
    str
        HTML without any reference to another file: per file its outcome, then per sheet, in the sheet's own order, one
        line for each finding with cell, header, value (masked where personal), what was expected and what to do, in
        Thai and English. The same results give the same text.
    """
    script = _source("worklist.js")
    files = [
        {
            "number": i,
            "result": result,
            "name": privacy.shown(result.file, longest=200),
            "decision": DECISIONS[result.decision],
            "kind": kinds().get(result.kind),
            "parts": parts(result),
            "to_do": sum(one.severity in _TO_DO for one in result.issues),
        }
        for i, result in enumerate(results, start=1)
    ]
    return _template().render(
        files=files,
        left=sum(file["to_do"] for file in files),
        headings=HEADINGS,
        style=f"{fonts}\n{_source('worklist.css')}",
        script=script,
        script_hash=base64.b64encode(hashlib.sha256(script.encode()).digest()).decode(),
    )


def parts(result: FileResult) -> list[Part]:
    """The findings of one file by sheet, the whole file first; within a sheet from top to bottom, left to right."""
    out = []
    for sheet in sorted({one.sheet for one in result.issues}):
        found = sorted((one for one in result.issues if one.sheet == sheet), key=_place)
        title = Words(f"แผ่นงาน {sheet}", f"Sheet {sheet}") if sheet else _WHOLE_FILE
        to_do = tuple(one for one in found if one.severity in _TO_DO)
        out.append(Part(title, to_do, tuple(one for one in found if one.severity not in _TO_DO)))
    return out


def _place(one: Issue) -> tuple:
    return (one.row or 0, len(one.column), one.column, one.code)


def checked_path(path: Path) -> Path:
    """The place of the page; refused where the name is not a page's, for that may be the office's own file.

    Raises
    ------
    BadInput
        The name ends in anything but .html or .htm.
    """
    if path.suffix.lower() not in _ENDINGS:
        raise BadInput(
            Words(f"{path.name} ไม่ใช่ชื่อหน้าเว็บ จึงไม่เขียนทับ", f"{path.name} is no page's name, so it is not written over"),
            where="--report",
            expected=Words("ชื่อที่ลงท้าย .html", "a name that ends in .html"),
            todo=Words("เขียน --report ไว้ท้ายสุด หรือระบุ --report ชื่อ.html", "put --report last, or say --report NAME.html"),
        )
    return path


def write(results: list[FileResult], path: Path, *, fonts: str = "") -> Path:
    """Write the page, whole or not at all; returns where.

    Raises
    ------
    BadInput, CannotWrite
        The name is not a page's, or its folder does not take the file.
    """
    store.write_whole(checked_path(path), page(results, fonts=fonts))
    return path


@cache
def _template():
    made = Environment(loader=PackageLoader("innovlib.area"), autoescape=True, trim_blocks=True, lstrip_blocks=True)
    made.globals["place"] = lambda one, lang: f"{one.column}{one.row or ''}" if one.column else _row(one, lang)
    return made.get_template("worklist.html.j2")


def _row(one: Issue, lang: str) -> str:
    return "" if one.row is None else f"แถว {one.row}" if lang == "th" else f"row {one.row}"


def _source(name: str) -> str:
    return (Path(__file__).parent / "templates" / name).read_text(encoding="utf-8")
