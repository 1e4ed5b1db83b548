"""Excel workbooks of 2007 and later (xlsx, xlsm), read straight from their XML.

The usual libraries either show formulas or their values, drop error cells, or reserve memory for the whole used range.
A checked intake needs all at once: the stored value, whether a formula stands behind it, errors, hidden and merged
cells, number formats. Macros, links and external content are never looked at. ECMA-376 part 1, chapter 18.
"""

from __future__ import annotations

import datetime as dt
import re

from innovlib.area.faults import refuse
from innovlib.area.formats.package import Package, parser
from innovlib.area.sheets import (
    ERROR,
    LINKED,
    MAX_CELLS,
    MAX_COLUMNS,
    MAX_ROWS,
    PERCENT,
    UNCACHED,
    Book,
    Sheet,
    column_number,
)

# Built-in number formats: 14-22 and 45-47 everywhere, 27-36 and 50-58 East Asian, 71-81 Thai (ECMA-376 18.8.30).
_DATE_IDS = {*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59), *range(71, 82)}
_PERCENT_IDS = {9, 10, 67, 68}
_REFERENCE = re.compile(r"\$?([A-Za-z]{1,3})\$?(\d{1,7})")
_LITERAL = re.compile(r'"[^"]*"|\\.|_.|\*.|\[[^\]]*\]')
_DATE_LETTERS = re.compile(r"[dmyhsbeวดปชน]", re.IGNORECASE)
_GENERAL = re.compile(r"general|ทั่วไป|[eE][+-]", re.IGNORECASE)


def read(package: Package) -> Book:
    """All sheets of a workbook.

    Raises
    ------
    Refused
        The package is damaged, too large once unpacked, or uses XML entities.
    """
    listed, uses_1904 = _workbook(package)
    if not listed:
        raise refuse("file-damaged", detail="workbook without sheets")
    strings = _shared_strings(package)
    formats = _cell_formats(package)
    sheets = []
    for name, target, hidden in listed:
        if package.has(target):
            reader = _SheetReader(strings, formats, uses_1904)
            package.feed(target, reader.parser())
            sheets.append(reader.sheet(name, hidden=hidden))
    if not sheets:
        raise refuse("file-damaged", detail="no worksheet inside")
    return Book("xlsm" if package.has("xl/vbaProject.bin") else "xlsx", tuple(sheets))


def _workbook(package: Package) -> tuple[list[tuple[str, str, bool]], bool]:
    sheets: list[tuple[str, str, bool]] = []
    flags = {"1904": False}

    def start(name: str, at: dict) -> None:
        if name == "sheet":
            sheets.append((at.get("name", ""), at.get("id", ""), at.get("state", "visible") != "visible"))
        elif name == "workbookPr":
            flags["1904"] = at.get("date1904", "0").lower() in ("1", "true", "on")

    package.feed("xl/workbook.xml", parser(start=start, end=_nothing, text=_nothing))
    targets = _relations(package)
    return [(name, targets.get(key, ""), hidden) for name, key, hidden in sheets], flags["1904"]


def _relations(package: Package) -> dict[str, str]:
    targets: dict[str, str] = {}

    def start(name: str, at: dict) -> None:
        if name == "Relationship" and at.get("TargetMode") != "External":
            target = at.get("Target", "")
            targets[at.get("Id", "")] = target.lstrip("/") if target.startswith("/") else f"xl/{target}"

    if package.has("xl/_rels/workbook.xml.rels"):
        package.feed("xl/_rels/workbook.xml.rels", parser(start=start, end=_nothing, text=_nothing))
    return targets


def _shared_strings(package: Package) -> list[str]:
    strings: list[str] = []
    state = {"parts": [], "take": False, "phonetic": 0}

    def start(name: str, at: dict) -> None:
        if name == "si":
            state["parts"] = []
        elif name == "rPh":
            state["phonetic"] += 1
        elif name == "t":
            state["take"] = not state["phonetic"]

    def end(name: str) -> None:
        if name == "si":
            strings.append("".join(state["parts"]))
        elif name == "rPh":
            state["phonetic"] -= 1
        elif name == "t":
            state["take"] = False

    def text(data: str) -> None:
        if state["take"]:
            state["parts"].append(data)

    if package.has("xl/sharedStrings.xml"):
        package.feed("xl/sharedStrings.xml", parser(start=start, end=end, text=text))
    return strings


def _cell_formats(package: Package) -> list[str]:
    """For each cell style "date", "percent" or "": all that a number's format can change about its meaning here."""
    codes: dict[int, str] = {}
    formats: list[str] = []
    inside = {"cellXfs": False}

    def start(name: str, at: dict) -> None:
        if name == "numFmt":
            codes[_int(at.get("numFmtId"))] = at.get("formatCode", "")
        elif name == "cellXfs":
            inside["cellXfs"] = True
        elif name == "xf" and inside["cellXfs"]:
            number = _int(at.get("numFmtId"))
            formats.append(format_kind(number, codes.get(number, "")))

    def end(name: str) -> None:
        if name == "cellXfs":
            inside["cellXfs"] = False

    if package.has("xl/styles.xml"):
        package.feed("xl/styles.xml", parser(start=start, end=end, text=_nothing))
    return formats


def format_kind(number: int, code: str) -> str:
    """What a number format makes of a number: "date", "percent" or "".

    Examples
    --------
    >>> format_kind(14, ""), format_kind(164, "[$-107041E]d mmmm yyyy;@"), format_kind(165, '0.0"d"')
    ('date', 'date', '')
    >>> format_kind(10, "")
    'percent'
    """
    if not code:
        return "date" if number in _DATE_IDS else "percent" if number in _PERCENT_IDS else ""
    bare = _LITERAL.sub("", code.split(";")[0])
    if "%" in bare:
        return "percent"
    return "date" if _DATE_LETTERS.search(_GENERAL.sub("", bare)) else ""


class _SheetReader:
    """Collects one worksheet while its XML streams by."""

    def __init__(self, strings: list[str], formats: list[str], uses_1904: bool) -> None:
        self._strings, self._formats, self._1904 = strings, formats, uses_1904
        self._rows: list[list] = []
        self._marks: dict[tuple[int, int], str] = {}
        self._merged: list[tuple[int, int, int, int]] = []
        self._hidden_rows: set[int] = set()
        self._hidden_columns: set[int] = set()
        self._row = self._column = self._count = 0
        self._type = self._style = ""
        self._parts: dict[str, list[str] | None] = {}
        self._take: str | None = None

    def parser(self):
        return parser(start=self._start, end=self._end, text=self._text)

    def sheet(self, name: str, *, hidden: bool) -> Sheet:
        return Sheet(
            name,
            self._rows,
            self._marks,
            tuple(self._merged),
            frozenset(self._hidden_rows),
            frozenset(self._hidden_columns),
            hidden,
        )

    def _start(self, name: str, at: dict) -> None:
        if name == "c":
            place = _REFERENCE.fullmatch(at.get("r", ""))
            self._column = column_number(place[1]) if place else self._column + 1
            self._row = int(place[2]) if place else self._row
            self._type, self._style = at.get("t", "n"), at.get("s", "")
            self._parts = {"v": None, "f": None, "t": None}
        elif name in ("v", "f", "t") and self._parts:
            self._take = name
            self._parts[name] = self._parts[name] or []
        elif name == "row":
            self._row = _int(at.get("r")) or self._row + 1
            self._column = 0
            if at.get("hidden", "0") in ("1", "true"):
                self._hidden_rows.add(self._row)
        elif name == "col" and at.get("hidden", "0") in ("1", "true"):
            last = min(_int(at.get("max")), MAX_COLUMNS)
            self._hidden_columns.update(range(_int(at.get("min")), last + 1))
        elif name == "mergeCell":
            self._merge(at.get("ref", ""))
        elif name == "dimension":
            self._check_dimension(at.get("ref", ""))

    def _text(self, data: str) -> None:
        if self._take:
            self._parts[self._take].append(data)

    def _end(self, name: str) -> None:
        if name == self._take:
            self._take = None
        elif name == "c":
            self._put()
            self._parts = {}

    def _merge(self, reference: str) -> None:
        places = _REFERENCE.findall(reference)
        if len(places) == 2:
            (c1, r1), (c2, r2) = places
            self._merged.append((int(r1), column_number(c1), int(r2), column_number(c2)))

    @staticmethod
    def _check_dimension(reference: str) -> None:
        for letters, row in _REFERENCE.findall(reference):
            if int(row) > MAX_ROWS or column_number(letters) > MAX_COLUMNS:
                raise refuse("sheet-too-large", rows=MAX_ROWS, columns=MAX_COLUMNS, found=reference)

    def _put(self) -> None:
        value, mark = self._value()
        if value is None and not mark:
            return
        row, column = self._row, self._column
        self._count += 1
        if row > MAX_ROWS or column > MAX_COLUMNS or self._count > MAX_CELLS:
            raise refuse("sheet-too-large", rows=MAX_ROWS, columns=MAX_COLUMNS, found=f"R{row}C{column}")
        if row < 1 or column < 1:
            raise refuse("file-damaged", detail="cell outside the sheet")
        while len(self._rows) < row:
            self._rows.append([])
        cells = self._rows[row - 1]
        cells.extend([None] * (column - len(cells)))
        cells[column - 1] = value
        if mark:
            self._marks[row, column] = mark

    def _value(self):
        shown, formula, inline = (self._joined(part) for part in ("v", "f", "t"))
        if self._type == "inlineStr":
            return inline, ""
        if formula is not None and not shown and self._type != "str":
            return None, UNCACHED
        if not shown:
            return ("" if self._type == "str" and formula is not None else None), ""
        mark = LINKED if formula and re.search(r"\[\d+\]", formula) else ""
        if self._type == "s":
            return self._string(shown), mark
        if self._type == "e":
            return shown, ERROR
        if self._type == "b":
            return shown.strip() in ("1", "true"), mark
        if self._type in ("str", "d"):
            return shown, mark
        return self._number(shown, mark)

    def _joined(self, part: str) -> str | None:
        pieces = self._parts.get(part)
        return None if pieces is None else "".join(pieces)

    def _string(self, index: str) -> str:
        number = _int(index, -1)
        if not 0 <= number < len(self._strings):
            raise refuse("file-damaged", detail="shared string is missing")
        return self._strings[number]

    def _number(self, shown: str, mark: str):
        try:
            number = float(shown)
        except ValueError:
            return shown, mark
        style = _int(self._style)
        kind = self._formats[style] if 0 <= style < len(self._formats) else ""
        if kind == "date" and (day := serial_date(number, uses_1904=self._1904)) is not None:
            return day, mark
        if kind == "percent":
            return number, PERCENT
        return (int(number) if number.is_integer() and abs(number) < 1e15 else number), mark


def serial_date(number: float, *, uses_1904: bool) -> dt.datetime | None:
    """The day an Excel serial number stands for; None where it is none.

    Excel's 1900 calendar holds a 29 February 1900 that never was, so serials up to 60 are one day short.

    Examples
    --------
    >>> serial_date(45062, uses_1904=False), serial_date(43600, uses_1904=True)
    (datetime.datetime(2023, 5, 16, 0, 0), datetime.datetime(2023, 5, 16, 0, 0))
    """
    if not 0 <= number < 2_958_466:
        return None
    epoch = dt.datetime(1904, 1, 1) if uses_1904 else dt.datetime(1899, 12, 30 if number >= 60 else 31)
    try:
        return epoch + dt.timedelta(days=number)
    except OverflowError:
        return None


def _int(text: str | None, otherwise: int = 0) -> int:
    try:
        return int(text or "")
    except ValueError:
        return otherwise


def _nothing(*_) -> None:
    """XML that does not matter here."""
