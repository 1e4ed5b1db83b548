"""The figures that rendered pages print, read back from tables, alternative texts and drawings.

Nothing here knows the tables that the pages were made from. A printed number is what it says: "15" pupils under
rounding to fives are 13 to 17, a mean of 44 is 43.5 to 44.5, and the interval printed with it tells its middle again.
"""

from __future__ import annotations

import html
import itertools
import re
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from functools import cache

import pandas as pd

from innovlib import terms
from innovlib.release.relations import SHARE_TESTED
from innovlib.release.rendered import Rendered, Row
from innovlib.report import labels
from innovlib.report.disclosure import PROFILES, count_span
from innovlib.report.words import sentence


@dataclass(frozen=True)
class Printed:
    """One printed result: what it says of n and of the mean, as intervals."""

    file: str
    report: str
    who: str
    test: str
    grade: str
    subject: str
    first_year_be: int
    last_year_be: int
    status: str
    n_low: float
    n_high: float
    low: float
    high: float
    said: str


_ANY_N = (1.0, float("inf"))


def printed_figures(pages: Iterable[Rendered]) -> pd.DataFrame:
    """All results that pages print, one row each, columns of :class:`Printed`."""
    rows = [asdict(each) for page in pages for each in printed_on(page)]
    return pd.DataFrame(rows, columns=list(Printed.__dataclass_fields__))


def printed_on(page: Rendered) -> list[Printed]:
    """All results that a page prints, from its tables and from its figures' texts and drawings."""
    if page.kind not in ("school", "cohort", "area"):
        return []
    return [*_from_tables(page), *_from_drawings(page)]


def _from_tables(page: Rendered) -> list[Printed]:
    out = []
    for _, rows in page.tables:
        for row in rows:
            out += _shares(page, row)
            out += _history(page, row)
            place = _place(row.group)
            subject = _codes().get(row.head)
            if place and subject:
                out += _table_row(page, row, place, subject)
    return out


def _table_row(page: Rendered, row: Row, place: tuple, subject: str) -> list[Printed]:
    """The figures of one row of a results table: one's own, and those it is set beside."""
    test, grade, first, last = place
    pupils = next((row.cells[h] for h in labels.PUPILS if h in row.cells), None)
    interval = next((row.cells[h] for h in labels.INTERVAL if h in row.cells), "")
    out = []
    for head, text in row.cells.items():
        who = _people(page.kind).get(head)
        if who is None:
            continue
        own = who == page.kind
        n = _n(pupils, page.profile) if own and pupils else _ANY_N
        status, low, high = _mean(text, interval if own else "")
        out.append(Printed(page.file, page.report, who, test, grade, subject, first, last, status, *n, low, high, text))
    return out


def _shares(page: Rendered, row: Row) -> list[Printed]:
    """The shares tested of one row of the participation table: a test, and a cell "≥98% (165)" for each period."""
    test = re.fullmatch(_places().pattern.rpartition("(?: (?P<subject>")[0], row.head)
    out = []
    for head, text in row.cells.items() if test else ():
        years = re.fullmatch(r"(\d{4})(?:–(\d{4}))?", head)
        said = re.fullmatch(r"([≥≤]?)(\d+)% \(([\d,]+)\)|(<\d+)|×", text)
        if years is None or said is None:
            continue
        n = _n(said[3] or said[4] or "", page.profile)
        edge = float(said[2] or 0)
        low = 0.0 if said[1] == "≤" or said[2] is None else edge - 0.5
        high = 100.0 if said[1] == "≥" or said[2] is None else edge + 0.5
        span = (int(years[1]), int(years[2] or years[1]))
        place = (page.kind, test["test"], _grade(test["grade"]), SHARE_TESTED, *span)
        status = "shown" if said[2] else "small"
        out.append(Printed(page.file, page.report, *place, status, *n, max(low, 0.0), min(high, 100.0), text))
    return out


def _history(page: Rendered, row: Row) -> list[Printed]:
    """The results over the years of one subject: a cell "50 [44–56] 15" for each period."""
    place = re.fullmatch(_places().pattern.rpartition("(?: ·)? ")[0], row.head)
    out = []
    for head, text in row.cells.items() if place and place["subject"] else ():
        years = re.fullmatch(r"(\d{4})(?:–(\d{4}))?", head)
        said = re.fullmatch(r"(−?[\d.]+)(?: \[([\d.]+–[\d.]+)\])? ([\d,]+)|(<\d+)|×", text)
        if years is None or said is None:
            continue
        status, low, high = _mean(said[1] or "hidden", said[2] or "")
        key = (page.kind, place["test"], _grade(place["grade"]), _codes()[place["subject"]])
        span = (int(years[1]), int(years[2] or years[1]))
        n = _n(said[3] or said[4] or "", page.profile)
        out.append(Printed(page.file, page.report, *key, *span, status, *n, low, high, text))
    return out


def _from_drawings(page: Rendered) -> list[Printed]:
    out = []
    for title, alt, drawings in page.figures:
        who = "pilots" if title.startswith(_pilots()) else page.kind
        found = list(_alt_rows(alt))
        counts = _drawn_counts(drawings, found)
        for (test, grade, subject, first, last, text, interval), n_label in zip(found, counts, strict=True):
            n = _n(n_label, page.profile) if n_label else _ANY_N
            status, low, high = _mean(text, interval)
            out.append(
                Printed(page.file, page.report, who, test, grade, subject, first, last, status, *n, low, high, text)
            )
    return out


@cache
def _pilots() -> tuple[str, ...]:
    """How the title of the area's figure of its pilot schools begins."""
    return tuple(text.partition("\x00")[0] for text in sentence("headline.pilots", said="\x00"))


@cache
def _codes() -> dict[str, str]:
    """Labels of subjects in both languages, back to their codes."""
    return {words: code for code in terms.SUBJECTS for words in labels.subject(code)}


@cache
def _people(kind: str) -> dict[str, str]:
    """Heads of columns in both languages, back to whose figures stand under them."""
    own = {head: who for who, words in labels.OWN.items() for head in words}
    others = {head: who for who in ("similar", "area", "nation") for head in labels.other(who, own=kind) if who != kind}
    return others | own


@cache
def _places() -> re.Pattern:
    """Test, grade, perhaps a subject, and years; all from closed lists, so that no match runs into the next one."""
    grades = [w for g in terms.GRADES for w in (g, terms.label(g, "en"))]
    tests, grades, subjects = (_any_of(words) for words in (terms.TESTS, grades, _codes()))
    years = r"(?P<first>\d{4})(?:–(?P<last>\d{4}))?"
    return re.compile(f"(?P<test>{tests}) (?P<grade>{grades})(?: (?P<subject>{subjects}))?(?: ·)? {years}")


def _any_of(words: Iterable[str]) -> str:
    return "|".join(map(re.escape, sorted(words, key=len, reverse=True)))


def _place(text: str) -> tuple[str, str, int, int] | None:
    """Test, grade and years of a group's heading such as "O-NET ป.6 · 2565–2567"."""
    match = _places().fullmatch(text.strip())
    if match is None:
        return None
    return match["test"], _grade(match["grade"]), int(match["first"]), int(match["last"] or match["first"])


def _grade(text: str) -> str:
    return next(g for g in terms.GRADES if text in (g, terms.label(g, "en")))


def _n(label: str, profile: str) -> tuple[float, float]:
    """What a printed number of pupils says: "15" is 13 to 17 under rounding to fives, "<10" is 1 to 9."""
    rules, label = PROFILES[profile], label.replace(",", "").strip()
    if match := re.fullmatch(r"<\s*(\d+)", label):
        return 1.0, float(match[1]) - 1
    if not label.isdigit():
        return _ANY_N
    low, high = count_span(float(label), rules)
    return float(low), float(high)


def _mean(text: str, interval: str) -> tuple[str, float, float]:
    """What a printed mean says: its rounding step, narrowed by the middle of the interval printed with it."""
    match = re.search(r"−?\d+(?:\.\d+)?", text.replace(",", ""))
    if match is None:
        return ("absent" if text.strip() in ("–", "") else "small"), 0.0, 100.0
    value = float(match[0].replace("−", "-"))
    ends = [float(e.replace("−", "-")) for e in re.findall(r"−?\d+(?:\.\d+)?", interval)]
    half = _step([match[0], *re.findall(r"−?\d+(?:\.\d+)?", interval)]) / 2
    low, high = value - half, value + half
    if len(ends) == 2 and ends[0] > 0 and ends[1] < 100:
        low, high = max(low, sum(ends) / 2 - half), min(high, sum(ends) / 2 + half)
    return "shown", max(low, 0.0), min(high, 100.0)


def _step(numbers: list[str]) -> float:
    """The rounding step that numbers were printed with: the finest that any of them shows."""
    return 10.0 ** -max(len(n.partition(".")[2]) for n in numbers)


@cache
def _alt_patterns() -> list[re.Pattern]:
    """The rows of an alternative text, made from the sentences themselves so that an edited wording is read as well."""
    found = []
    for lang in ("th", "en"):
        for key, blanks in (("alt.row", ("series", "mean", "low", "high")), ("alt.row_small", ("series",))):
            marks = {name: f"\x00{name}\x00" for name in blanks}
            text = re.escape(getattr(sentence(key, **marks), lang))
            for name in blanks:
                inner = r"[−\d.,]+?" if name != "series" else _places().pattern
                text = text.replace(re.escape(f"\x00{name}\x00"), f"(?P<{name}_>{inner})")
            found.append(re.compile(text))
    return found


def _alt_rows(alt: str):
    """Results that an alternative text speaks, in its order: test, grade, subject, years, mean, interval."""
    rows = []
    for pattern in _alt_patterns():
        for match in pattern.finditer(alt):
            parts, (test, grade) = match.groupdict(), match.group("test", "grade")
            subject = _codes().get((parts["subject"] or "").strip())
            if subject:
                first = int(parts["first"])
                mean = parts.get("mean_") or "hidden"
                interval = f"{parts['low_']} {parts['high_']}" if "low_" in parts else ""
                rows.append(
                    (match.start(), test, _grade(grade), subject, first, int(parts["last"] or first), mean, interval)
                )
    return [row[1:] for row in sorted(rows)]


def _drawn_counts(drawings: list[str], rows: list[tuple]) -> list[str]:
    """The n that a figure over the years draws under each of its results; "" where it draws none."""
    none = [""] * len(rows)
    texts = [
        (float(y), float(x), html.unescape(re.sub(r"<[^>]+>", "", body)))
        for x, y, body in re.findall(
            r'<text x="([\d.]+)" y="([\d.]+)"[^>]*>(.*?)</text>', drawings[0] if drawings else ""
        )
    ]
    marks = sorted((y, x) for y, x, text in texts if text == "n")
    series = [list(part) for _, part in itertools.groupby(range(len(rows)), key=lambda i: rows[i][:3])]
    if len(marks) != len(series):
        return none
    out = list(none)
    for (y, x), mine in zip(marks, series, strict=True):
        after = min((b for a, b in marks if a == y and b > x), default=float("inf"))
        labels_here = [t for a, b, t in sorted(texts) if a == y and x < b < after and t != "–"]
        if len(labels_here) == len(mine):
            for i, label in zip(mine, labels_here, strict=True):
                out[i] = label
    return out
