"""Pages that repeat others: a PDF and a meeting pack may print no number that the pages they are made from do not.

Their figures stand in running text, so they are not read back cell by cell; but what prints only numbers that the
audited pages print tells a reader who subtracts nothing new. Numbers of other pages are looked for where a repeat
prints them; where there is no page to compare it with, it cannot be audited and is named.
"""

from __future__ import annotations

import re
import unicodedata

from innovlib.errors import Words
from innovlib.release.leaks import Finding
from innovlib.release.rendered import MACHINE, Rendered

#: Kinds of report that a meeting pack is drawn from.
DRAWN_FROM = ("school", "cohort", "area")
_UNREAD = {f"<{tag}>" for tag in MACHINE} | {"<!-- -->"}
_NUMBER = re.compile(r"(?<![\d.,])\d[\d,]*(?:\.\d+)?")


def unknown_numbers(pages: list[Rendered]) -> list[Finding]:
    """Numbers of PDFs that their page does not print, and measures of a meeting pack that no report prints."""
    return [*_of_pdfs(pages), *_of_packs(pages)]


def _of_pdfs(pages: list[Rendered]) -> list[Finding]:
    html = {page.file.rpartition(".")[0]: page for page in pages if page.file.endswith(".html")}
    found = []
    for page in pages:
        stem, _, ending = page.file.rpartition(".")
        if ending.lower() != "pdf":
            continue
        stem = stem.removeprefix("card-")  # a school's card is made from its page
        if stem not in html:
            words = Words("ไม่มีหน้าเว็บของ PDF นี้ จึงตรวจตัวเลขไม่ได้", "a PDF without its page: its numbers cannot be audited")
            found.append(Finding("pdf-alone", "D6", page.file, "", words))
            continue
        # The printed page is numbered.
        sheets = {str(i) for i in range(1, _sheets(page) + 1)}
        unknown = sorted(numbers(page) - numbers(html[stem]) - sheets)
        found += [_finding("pdf-differs", page, number, html[stem].file) for number in unknown]
    return found


def _of_packs(pages: list[Rendered]) -> list[Finding]:
    """Measures only (numbers with decimals): whole ones are dates, counts of schools and numbers of slides as well."""
    packs = [page for page in pages if page.kind == "meeting" and page.file.endswith(".html")]
    reports = [page for page in pages if page.kind in DRAWN_FROM]
    if packs and not reports:
        words = Words("ไม่มีรายงานที่ชุดประชุมนำมา จึงตรวจตัวเลขไม่ได้",
                      "a meeting pack without the reports it is drawn from: its numbers cannot be audited")  # fmt: skip
        return [Finding("pack-alone", "D6", pack.file, "", words) for pack in packs]
    known = set().union(*map(numbers, reports))
    return [
        _finding("pack-differs", pack, number, "")
        for pack in packs
        for number in sorted(n for n in numbers(pack) - known if "." in n)
    ]


def numbers(page: Rendered) -> set[str]:
    """Every number that a page prints, in Arabic digits without thousands' commas."""
    texts = [text for where, text in page.texts if where not in _UNREAD and not where.endswith((" id>", " class>"))]
    plain = unicodedata.normalize("NFKC", "\n".join(texts)).translate(str.maketrans("๐๑๒๓๔๕๖๗๘๙", "0123456789"))
    return {number.replace(",", "") for number in _NUMBER.findall(plain)}


def _sheets(page: Rendered) -> int:
    return sum(text.count("\f") for _, text in page.texts)


def _finding(kind: str, page: Rendered, number: str, other: str) -> Finding:
    where = other or "school, cohort, area"
    words = Words(f"พิมพ์ {number} ซึ่งไม่มีใน {where}", f"prints {number}, which is not in {where}")
    return Finding(kind, "D6", page.file, "", words)
