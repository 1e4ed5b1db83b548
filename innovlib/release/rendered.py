"""Rendered files read back as a reader reads them: every text, wherever it stands, tables, and figures."""

from __future__ import annotations

import base64
import html
import json
import re
import shutil
import subprocess
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote_to_bytes

from innovlib.errors import Unreadable, Words
from innovlib.report.disclosure import PROFILES

#: Attributes that a reader, a screen reader or "view source" shows.
ATTRIBUTES = ("aria-label", "alt", "title", "content", "href", "src", "id", "class", "value", "placeholder")
#: Kinds of pages that are made for readers of one profile.
REPORTS = ("school", "cohort", "area", "meeting")
#: Elements whose text is not for reading; their text is still looked through for leaks.
MACHINE = frozenset(("style", "script"))


@dataclass
class Row:
    """One row of a table: its head, its cells by the head of their column (first language), its group."""

    head: str
    cells: dict[str, str]
    group: str = ""


@dataclass
class Rendered:
    """One rendered file.

    Attributes
    ----------
    file, kind, id, profile
        Name; school, cohort, area, meeting, index or other; which one; for which readers.
    texts
        Where and what: every text node, attribute, comment and embedded picture's text.
    tables
        Caption and rows.
    figures
        Title, alternative text and drawings (SVG source) of each figure.
    """

    file: str
    kind: str = "other"
    id: str = ""
    profile: str = "public"
    texts: list[tuple[str, str]] = field(default_factory=list)
    tables: list[tuple[str, list[Row]]] = field(default_factory=list)
    figures: list[tuple[str, str, list[str]]] = field(default_factory=list)

    @property
    def report(self) -> str:
        """The report's name: school-ID, cohort-N or area."""
        return f"{self.kind}-{self.id}" if self.id else self.kind


def read(path: Path) -> Rendered:
    """A rendered file of any kind; HTML, SVG, JSON, notebooks, CSV and text as text, PDF by ``pdftotext``.

    Raises
    ------
    Unreadable
        The file is a PDF and there is no ``pdftotext``, or is not text at all.
    """
    page = Rendered(path.name, *_who(path.name))
    if path.suffix.lower() == ".pdf":
        page.texts = [("pdf", _pdf_text(path))]
        return page
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise Unreadable(
            Words("อ่านไฟล์นี้ไม่ได้ จึงตรวจไม่ได้", "this file cannot be read, so it cannot be audited"),
            where=path.name,
            expected=Words("HTML SVG JSON CSV PDF", "HTML, SVG, JSON, CSV or PDF"),
            todo=Words("นำไฟล์นี้ออกจากโฟลเดอร์ที่จะเผยแพร่", "take the file out of the folder to be handed out"),
        ) from error
    if path.suffix.lower() in (".json", ".ipynb"):
        page.texts = list(_json_texts(text, path.name))
    elif path.suffix.lower() in (".html", ".htm", ".svg", ".xml"):
        _Reader(page).read(text)
    else:
        page.texts = [("text", text)]
    return page


def _who(name: str) -> tuple[str, str, str]:
    """Kind, id and profile that a file's name tells.

    Examples
    --------
    >>> _who("school-1050.partner.html"), _who("area.html"), _who("map.svg")
    (('school', '1050', 'partner'), ('area', '', 'public'), ('other', '', 'public'))
    """
    stem = name.rpartition(".")[0]
    body, _, last = stem.rpartition(".")
    profile = last if body and last in PROFILES else "public"
    match = re.fullmatch(
        r"(school|cohort|area|meeting|index)(?:-(.+))?", body if profile != "public" or last == "public" else stem
    )
    return (match[1], match[2] or "", profile) if match else ("other", "", profile)


def _pdf_text(path: Path) -> str:
    tool = shutil.which("pdftotext")
    if tool is None:
        raise Unreadable(
            Words("ไม่มีโปรแกรม pdftotext จึงตรวจ PDF ไม่ได้", "there is no pdftotext, so PDF files cannot be audited"),
            where=path.name,
            todo=Words("ติดตั้ง poppler-utils หรือไม่ต้องเผยแพร่ PDF", "install poppler, or hand out no PDF"),
        )
    done = subprocess.run([tool, "-enc", "UTF-8", str(path), "-"], capture_output=True, check=False)
    if done.returncode:
        raise Unreadable(Words("อ่าน PDF ไม่ได้", "the PDF cannot be read"), where=path.name)
    return done.stdout.decode("utf-8", errors="replace")


def _json_texts(text: str, name: str):
    try:
        value = json.loads(text)
    except ValueError as error:
        raise Unreadable(Words("ไม่ใช่ JSON", "this is not JSON"), where=name) from error
    stack = [("", value)]
    while stack:
        where, value = stack.pop()
        if isinstance(value, dict):
            stack += [(f"{where}.{key}", v) for key, v in value.items()]
            yield from ((f"{where} (key)", str(key)) for key in value)
        elif isinstance(value, list):
            stack += [(f"{where}[{i}]", v) for i, v in enumerate(value)]
        elif isinstance(value, str | int | float) and not isinstance(value, bool):
            yield where, str(value)


class _Reader(HTMLParser):
    """Collects texts, tables and figures of one page."""

    def __init__(self, page: Rendered) -> None:
        super().__init__(convert_charrefs=True)
        self.page, self.path = page, []
        self.group, self.row, self.cell, self.caption = "", None, None, ""

    def read(self, text: str) -> None:
        self.feed(text)
        self.close()
        for markup in re.findall(r"<figure\b.*?</figure>", text, flags=re.S):
            alt = re.search(r'aria-label="([^"]*)"', markup)
            drawings = re.findall(r"<svg\b.*?</svg>", markup, flags=re.S)
            title = re.search(r"<figcaption><b>(.*?)</b>", markup, flags=re.S)
            self.page.figures.append((*(html.unescape(m[1]) if m else "" for m in (title, alt)), drawings))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag not in ("br", "img", "meta", "link", "input", "hr"):
            self.path.append((tag, "en" in (given.get("class") or "").split()))
        for name, value in attrs:
            if value and (name in ATTRIBUTES or name.startswith("data-")):
                self.page.texts.append((f"<{tag} {name}>", _embedded(value)))
        if tag == "caption":
            self.caption, self.group, self.row = "", "", None
            self.page.tables.append(("", []))
        elif tag == "tr":
            kind = "group" if "group" in (given.get("class") or "").split() else "row"
            self.row = {"kind": kind, "head": "", "cells": {}}
        elif tag in ("td", "th") and self.row is not None:
            self.cell = given.get("data-label") if tag == "td" else ""

    def handle_endtag(self, tag: str) -> None:
        while self.path and self.path.pop()[0] != tag:
            pass
        if tag in ("td", "th"):
            self.cell = None
        elif tag == "caption" and self.page.tables:
            self.page.tables[-1] = (self.caption.strip(), self.page.tables[-1][1])
        elif tag == "tr" and self.row is not None:
            self._end_row()

    def _end_row(self) -> None:
        row, self.row = self.row, None
        if row["kind"] == "group":
            self.group = row["head"].strip()
        elif row["cells"] and self.page.tables:
            cells = {key: value.strip() for key, value in row["cells"].items()}
            self.page.tables[-1][1].append(Row(row["head"].strip(), cells, self.group))

    def handle_data(self, data: str) -> None:
        inside = self.path[-1][0] if self.path else ""
        if data.strip():
            self.page.texts.append((f"<{inside}>", data))
        if inside in MACHINE or any(english for _, english in self.path):
            return
        if inside == "caption":
            self.caption += data
        if self.row is not None and self.cell is not None:
            if self.cell:
                self.row["cells"][self.cell] = self.row["cells"].get(self.cell, "") + data
            else:
                self.row["head"] += data

    def handle_comment(self, data: str) -> None:
        self.page.texts.append(("<!-- -->", data))


def _embedded(value: str) -> str:
    """An attribute's text; what is packed into a data address is unpacked where it is text."""
    match = re.match(r"data:(image/svg\+xml|text/[\w.+-]+|application/json)(;[^,]*)?,(.*)", value, flags=re.S)
    if match is None:
        return value if not value.startswith("data:") else ""
    raw = base64.b64decode(match[3]) if "base64" in (match[2] or "") else unquote_to_bytes(match[3])
    return raw.decode("utf-8", errors="replace")
