"""One cell into one value: numbers, years, dates, words. Each rule is small, names itself, and never guesses silently.

A reading is a value and the findings about it, as ``(code, facts)`` of :mod:`innovlib.area.faults`. Whether a finding
sets the row aside is the catalogue's matter, not this module's.
"""

from __future__ import annotations

import datetime as dt
import math
import re
from dataclasses import dataclass
from typing import NamedTuple

from innovlib import terms
from innovlib.area import sheets, vocabulary
from innovlib.errors import did_you_mean

#: What offices write where there is no figure. Anything else in a number's place is not missing but wrong.
MISSING = vocabulary.missing()
_ERRORS = re.compile(
    r"#(REF!|DIV/0!|N/A|VALUE!|NAME\?|NULL!|NUM!|SPILL!|CALC!|GETTING_DATA|ERROR!|FIELD!)|Err:\d+", re.I
)
_INVISIBLE = re.compile("[\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\u00ad]")
_FULL_WIDTH = {ord("０") + i: str(i) for i in range(10)} | {ord("．"): ".", ord("，"): ",", ord("－"): "-"}
# Digits are 0-9 alone: Thai and full-width ones have been turned into them, told, and any others are no digits here.
_PLAIN = re.compile(r"[+-]?[0-9]+(\.[0-9]+)?")
_THOUSANDS = re.compile(r"[+-]?[0-9]{1,3}(,[0-9]{3})+(\.[0-9]+)?")
_DECIMAL_COMMA = re.compile(r"[+-]?[0-9]+,[0-9]+")


class Reading(NamedTuple):
    """What a cell holds and what there is to say about it."""

    value: object = None
    found: tuple[tuple[str, dict], ...] = ()


@dataclass(frozen=True)
class Numeric:
    """What a column's numbers may be: whole or not, from where to where."""

    low: float
    high: float
    whole: bool = False
    missing: bool = True


COUNT = Numeric(0, 10_000_000, whole=True)
SCORE = Numeric(*terms.SCORE_RANGE)
SD = Numeric(0, 50)
MONEY = Numeric(0, 1e12)
SHARE = Numeric(0, 1)
COHORT = Numeric(1, 99, whole=True)
TOTAL = Numeric(0, 1000)
LEVEL = Numeric(1, 5, whole=True)
LATITUDE = Numeric(5, 21)
LONGITUDE = Numeric(97, 106)


def number(
    cell: object, *, mark: str = "", rule: Numeric, decimal_comma: bool = False, is_text: bool = False
) -> Reading:
    """A number, or the reason why the cell holds none.

    Parameters
    ----------
    mark
        The cell's mark (:mod:`innovlib.area.sheets`): error, percentage, value from another workbook.
    rule
        Range, and whether only whole numbers make sense.
    decimal_comma
        The file separates decimals by a comma (its delimiter is a semicolon).
    is_text
        The file is text, where every number is written as text.

    Examples
    --------
    >>> number("๖๘.๑", rule=SCORE).value, number("1,211", rule=COUNT).value, number("1.063", rule=COUNT).found[0][0]
    (68.1, 1211, 'number-ambiguous')
    """
    if stop := unreadable(cell, mark):
        return stop
    found: list[tuple[str, dict]] = [("linked-value", {})] if mark == sheets.LINKED else []
    if isinstance(cell, bool):
        return Reading(None, (("boolean", {}),))
    if isinstance(cell, (dt.date, dt.time, dt.timedelta)):
        return Reading(None, (("date-for-number", {}),))
    if isinstance(cell, str):
        value, codes = _from_text(cell, rule, decimal_comma)
        if value is None:
            return Reading(None, (*found, *codes))
        found += codes if codes or is_text else [("number-as-text", {})]
    else:
        value = cell
    if mark == sheets.PERCENT and not isinstance(cell, str):
        value, found = value * 100, [*found, ("percent-format", {"now": f"{value * 100:.10g}"})]
    return _in_range(value, rule, found)


def unreadable(cell: object, mark: str) -> Reading | None:
    """The reading of a cell that holds nothing to read (an error, a formula never calculated, blank); else None."""
    if mark == sheets.ERROR or (isinstance(cell, str) and _ERRORS.fullmatch(cell.strip())):
        return Reading(None, (("error-cell", {}),))
    if mark == sheets.UNCACHED:
        return Reading(None, (("formula-uncached", {}),))
    if sheets.is_blank(cell):
        return Reading(None, (("blank", {}),))
    return None


def _from_text(cell: str, rule: Numeric, decimal_comma: bool) -> tuple[float | None, list[tuple[str, dict]]]:
    text, found = tidied(cell)
    if not text or text.casefold() in MISSING:
        return None, [("missing-code", {})]
    if text.startswith("'"):
        text = text[1:]
    if text.endswith("%"):
        text, found = text[:-1].rstrip(), [*found, ("percent-sign", {})]
    if decimal_comma and rule.whole and re.fullmatch(r"[0-9]{1,3}(\.[0-9]{3})+", text):
        return None, [("number-ambiguous", {"one": text.replace(".", ""), "two": text})]
    if decimal_comma and _DECIMAL_COMMA.fullmatch(text):
        return float(text.replace(",", ".")), [*found, ("decimal-comma-file", {})]
    if rule.whole and re.fullmatch(r"[0-9]{1,3}\.[0-9]{3}", text):
        return None, [("number-ambiguous", {"one": text.replace(".", ""), "two": text})]
    if _PLAIN.fullmatch(text):
        return float(text), found
    if _THOUSANDS.fullmatch(text):
        if rule.high < 1000:
            return None, [("number-ambiguous", {"one": text.replace(",", ""), "two": text.replace(",", ".")})]
        return float(text.replace(",", "")), [*found, ("thousands-comma", {})]
    if _DECIMAL_COMMA.fullmatch(text) and not rule.whole:
        return float(text.replace(",", ".")), [*found, ("decimal-comma", {"now": text.replace(",", ".")})]
    return None, [(_not_a_number(text), {})]


def tidied(cell: str) -> tuple[str, list[tuple[str, dict]]]:
    """Text with Western digits and without what cannot be seen, and the names of these changes."""
    bare = _INVISIBLE.sub("", cell)
    found: list[tuple[str, dict]] = [("text-invisible", {})] if bare != cell else []
    text = bare.replace("\u00a0", " ").strip().replace("\u2212", "-")
    if (western := terms.western_digits(text)) != text:
        text, found = western, [*found, ("thai-digits", {})]
    if (narrow := text.translate(_FULL_WIDTH)) != text:
        text, found = narrow, [*found, ("full-width-digits", {})]
    return text, found


def _not_a_number(text: str) -> str:
    if re.fullmatch(r"[+-]?[0-9]+(\.[0-9]+)?[eE][+-]?[0-9]+", text):
        return "number-scientific"
    if re.fullmatch(r"[+-]?(0[xX][0-9a-fA-F]+|inf(inity)?|nan)", text, re.IGNORECASE):
        return "number-notation"
    if re.fullmatch(r"(?=.*[0-9])(?=.*[OoIlSB])[0-9OoIlSB.,]+", text):
        return "letter-for-digit"
    return "not-a-number"


def _in_range(value: float, rule: Numeric, found: list) -> Reading:
    if not math.isfinite(value):
        return Reading(None, (*found, ("number-notation", {})))
    value = round(float(value), 10)
    if rule.whole and not value.is_integer():
        return Reading(None, (*found, ("not-whole", {})))
    if not rule.low <= value <= rule.high:
        return Reading(None, (*found, ("out-of-range", {"low": f"{rule.low:g}", "high": f"{rule.high:,.0f}"})))
    return Reading(int(value) if rule.whole else value, tuple(found))


# --- years and days -----------------------------------------------------------------------------------------------


def year(cell: object, *, mark: str = "", is_text: bool = False) -> Reading:
    """An academic year in BE from a year in BE, in CE, or the last two digits of one in BE.

    Examples
    --------
    >>> year(2566).value, year("2023").found, year("๖๖").value, year(2656).found[0][0]
    (2566, (('year-ce', {'now': 2566}),), 2566, 'year-window')
    """
    if stop := unreadable(cell, mark):
        return stop
    if isinstance(cell, (bool, dt.date)):
        return Reading(None, (("year-window", _window()),))
    text, found = tidied(str(cell))
    bare = re.sub(r"^(ปีการศึกษา|ปี|พ\.?\s?ศ\.?|ค\.?\s?ศ\.?)\s*", "", text)
    bare = re.sub(r"\.0+$", "", re.sub(r"^พ\.?\s?ศ\.?\s*", "", bare))
    if bare != text:
        found = [*found, ("year-words", {})]
    last = terms.last_year_be()
    value = int(bare) if re.fullmatch(r"[0-9]{2}|[0-9]{4}", bare) else 0
    if terms.FIRST_YEAR_BE <= value <= last:
        return Reading(value, tuple(found))
    if terms.FIRST_YEAR_BE - 543 <= value <= last - 543:
        return Reading(value + 543, (*found, ("year-ce", {"now": value + 543})))
    if 40 <= value <= 99 and value + 2500 <= last:
        return Reading(value + 2500, (*found, ("year-two-digits", {"now": value + 2500})))
    return Reading(None, (*found, ("year-window", _window())))


def _window() -> dict:
    return {"first": terms.FIRST_YEAR_BE, "last": terms.last_year_be()}


_MONTHS = {
    terms.western_digits(name).replace(".", "").replace(" ", ""): i
    for names in (
        terms.THAI_MONTHS,
        *vocabulary.months(),
    )
    for i, name in enumerate(names, start=1)
}


def day(cell: object, *, mark: str = "", is_text: bool = False) -> Reading:
    """A day (CE) from a date cell or from text in Thai order; a date typed in BE is moved by 543 years, told.

    The year is turned into CE before the day is checked: there is no 29 February 2566, whatever 2566 CE may have.

    Examples
    --------
    >>> day("29/02/2567").value, day("29/02/2566").found[-1][0], day(dt.datetime(2566, 5, 16)).found[0][0]
    (datetime.date(2024, 2, 29), 'date-impossible', 'date-typed-be')
    """
    if stop := unreadable(cell, mark):
        return stop
    if isinstance(cell, dt.date):
        if cell.year >= terms.FIRST_YEAR_BE - 100:
            return _day(cell.day, cell.month, cell.year - 543, [("date-typed-be", {"now": cell.year - 543})])
        return _day(cell.day, cell.month, cell.year, [])
    if isinstance(cell, bool) or not isinstance(cell, (str, int, float)):
        return Reading(None, (("not-a-date", {}),))
    text, found = tidied(str(cell))
    if isinstance(cell, str) and (text.casefold() in MISSING):
        return Reading(None, (("missing-code", {}),))
    parts = _day_parts(re.sub(r"[ T][0-9]{1,2}:[0-9]{2}(:[0-9]{2}(\.[0-9]+)?)?$", "", text))
    if parts is None:
        return Reading(None, (*found, ("not-a-date", {})))
    d, m, y = parts
    if m > 12 and d <= 12:
        return Reading(None, (*found, ("date-order", {})))
    if 40 <= y <= 99:
        y, found = y + 2500, [*found, ("year-two-digits", {"now": y + 2500})]
    if y >= terms.FIRST_YEAR_BE - 100:
        y, found = y - 543, [*found, ("date-be", {"now": y - 543})]
    return _day(d, m, y, found)


def _day_parts(text: str) -> tuple[int, int, int] | None:
    if match := re.fullmatch(r"([0-9]{4})[-/.]([0-9]{1,2})[-/.]([0-9]{1,2})", text):
        return int(match[3]), int(match[2]), int(match[1])
    if match := re.fullmatch(r"([0-9]{1,2})[-/.]([0-9]{1,2})[-/.]([0-9]{4}|[0-9]{2})", text):
        return int(match[1]), int(match[2]), int(match[3])
    if match := re.fullmatch(
        r"([0-9]{1,2})[\s-]*([^0-9\s-][^0-9]*?)[\s-]*(?:พ\.?\s?ศ\.?|ค\.?\s?ศ\.?)?\s*([0-9]{4}|[0-9]{2})", text
    ):
        month = _MONTHS.get(re.sub(r"[.\s]", "", match[2]).casefold())
        return (int(match[1]), month, int(match[3])) if month else None
    return None


def _day(d: int, m: int, y: int, found: list) -> Reading:
    try:
        value = dt.date(y, m, d)
    except ValueError:
        return Reading(None, (*found, ("date-impossible", {})))
    if not 1950 <= value.year <= 2100:
        return Reading(None, (*found, ("date-window", {})))
    return Reading(value, tuple(found))


# --- words --------------------------------------------------------------------------------------------------------


def category(cell: object, column: str, *, mark: str = "") -> Reading:
    """The code that a word of a closed list stands for.

    Examples
    --------
    >>> category("อาร์ที", "test"), category("ป.1", "grade").found
    (Reading(value='RT', found=(('category-variant', {'now': 'RT'}),)), ())
    """
    if stop := unreadable(cell, mark):
        return stop
    if not isinstance(cell, str):
        return Reading(None, (("category-unknown", _hint(str(cell), column)),))
    text, found = tidied(cell)
    if column in ("sex",) and text.casefold() in MISSING:
        return Reading(None, (("missing-code", {}),))
    code = vocabulary.category(text, column)
    if code is None:
        return Reading(None, (("category-unknown", _hint(text, column)),))
    if not found and column in ("test", "grade") and not vocabulary.is_plain(text):
        found = [("category-variant", {"now": code})]
    return Reading(code, tuple(found))


def _hint(text: str, column: str) -> dict:
    words = vocabulary.category_words(column)
    near = did_you_mean(text, words) if len(text) < 40 else None
    return {
        "allowed": ", ".join(words),
        "hint_th": f" {near.th}" if near else "",
        "hint_en": f" ({near.en})" if near else "",
    }


_INJECTIONS = (
    ("text-formula", re.compile(r"^[\s\u00a0]*[=+@＝＋＠\t\r]|^[\s\u00a0]*[-－](?=[\d=+@(A-Za-z])")),
    ("text-markup", re.compile(r"<[/!?]?[a-z]|&(#x?[0-9a-f]+|[a-z]+);|\{[{%#]|javascript:|data:text", re.IGNORECASE)),
    ("text-markup", re.compile(r"\$[^$]*[\\^_{}][^$]*\$|\\[A-Za-z]+\b|\]\(|!\[|```|^#{1,6}\s|\*\*[^*]+\*\*|`[^`]+`")),
    ("text-control", re.compile("[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]")),
    ("text-destroyed", re.compile("\ufffd|\\?{3,}")),
)  # fmt: skip


def text(cell: object, *, mark: str = "") -> Reading:
    """Free text as it stands, with what it could do to a reader who takes it for more than text.

    Only characters that nobody sees are taken out, and told; nothing is escaped here, because what needs escaping
    depends on where the text is shown.
    """
    if stop := unreadable(cell, mark):
        return stop
    if isinstance(cell, float) and cell.is_integer():
        cell = int(cell)
    plain = str(cell)
    found = [(code, {}) for code in dict.fromkeys(code for code, pattern in _INJECTIONS if pattern.search(plain))]
    seen = re.sub(r"\s+", " ", re.sub("[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f]", "", plain))
    seen = _INVISIBLE.sub("", seen).replace("\u00a0", " ").strip()
    if seen != plain.strip() and not found:
        found = [("text-invisible", {})]
    # A cell of characters that nobody sees is a blank one, whatever the file thinks of it.
    return Reading(seen, tuple(found)) if seen else Reading(None, (*found, ("blank", {})))


def yes_no(cell: object, *, mark: str = "") -> Reading:
    """A yes or no; only words that say so, never a number that happens to be 0 or 1 in a column of counts."""
    if stop := unreadable(cell, mark):
        return stop
    words = {"true": True, "false": False, "1": True, "0": False, "ใช่": True, "ไม่ใช่": False, "yes": True, "no": False}
    key = ("true" if cell else "false") if isinstance(cell, bool) else tidied(str(cell))[0].casefold()
    if key in MISSING:
        return Reading(None, (("missing-code", {}),))
    if key not in words:
        facts = {"allowed": "ใช่, ไม่ใช่, true, false", "hint_th": "", "hint_en": ""}
        return Reading(None, (("category-unknown", facts),))
    return Reading(words[key])
