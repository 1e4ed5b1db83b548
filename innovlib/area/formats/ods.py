"""OpenDocument spreadsheets (ods), read from ``content.xml``. OASIS OpenDocument 1.3 part 3, chapter 9."""

from __future__ import annotations

import datetime as dt

from innovlib.area.faults import refuse
from innovlib.area.formats.package import Package, parser
from innovlib.area.sheets import ERROR, MAX_CELLS, MAX_COLUMNS, MAX_ROWS, PERCENT, UNCACHED, Book, Sheet


def read(package: Package) -> Book:
    """All sheets of an OpenDocument spreadsheet.

    Raises
    ------
    Refused
        The package is damaged, encrypted or too large.
    """
    if "manifest:encryption-data" in package.text("META-INF/manifest.xml", limit=1 << 20):
        raise refuse("file-password")
    reader = _Reader()
    package.feed("content.xml", parser(start=reader.start, end=reader.end, text=reader.text))
    if not reader.sheets:
        raise refuse("file-damaged", detail="no table inside")
    return Book("ods", tuple(reader.sheets))


class _Reader:
    """Collects tables while ``content.xml`` streams by."""

    def __init__(self) -> None:
        self.sheets: list[Sheet] = []
        self._hidden_styles: set[str] = set()
        self._style = ""
        self._depth = 0
        self._count = 0
        self._begin({})

    def _begin(self, at: dict) -> None:
        self._name = at.get("name", "")
        self._hidden = at.get("style-name", "") in self._hidden_styles
        self._rows: list[list] = []
        self._marks: dict[tuple[int, int], str] = {}
        self._merged: list[tuple[int, int, int, int]] = []
        self._hidden_rows: set[int] = set()
        self._hidden_columns: set[int] = set()
        self._row, self._columns_seen = 0, 0
        self._cells: list = []
        self._cell: dict | None = None
        self._text: list[str] = []
        self._annotation = 0

    def start(self, name: str, at: dict) -> None:
        if name == "style":
            self._style = at.get("name", "")
        elif name == "table-properties" and at.get("display") == "false":
            self._hidden_styles.add(self._style)
        elif name == "table":
            self._depth += 1
            self._begin(at)
        elif name == "table-column":
            self._column(at)
        elif name == "table-row":
            self._cells, self._repeat_row = [], _repeat(at, "number-rows-repeated")
            if at.get("visibility", "visible") != "visible":
                last = self._row + min(self._repeat_row, MAX_ROWS)
                self._hidden_rows.update(range(self._row + 1, last + 1))
        elif name in ("table-cell", "covered-table-cell"):
            self._cell, self._text = at, []
        elif name == "annotation":
            self._annotation += 1
        elif name == "p" and self._text:
            self._text.append("\n")
        elif name in ("s", "tab", "line-break") and self._cell is not None:
            self._text.append({"s": " " * min(_repeat(at, "c"), 99), "tab": "\t", "line-break": "\n"}[name])

    def text(self, data: str) -> None:
        if self._cell is not None and not self._annotation:
            self._text.append(data)

    def end(self, name: str) -> None:
        if name in ("table-cell", "covered-table-cell") and self._cell is not None:
            self._put_cell(self._cell)
            self._cell = None
        elif name == "annotation":
            self._annotation -= 1
        elif name == "table-row":
            self._put_row()
        elif name == "table":
            self._depth -= 1
            self.sheets.append(
                Sheet(
                    self._name,
                    self._rows,
                    self._marks,
                    tuple(self._merged),
                    frozenset(self._hidden_rows),
                    frozenset(self._hidden_columns),
                    self._hidden,
                )
            )

    def _column(self, at: dict) -> None:
        repeat = min(_repeat(at, "number-columns-repeated"), MAX_COLUMNS)
        if at.get("visibility", "visible") != "visible":
            self._hidden_columns.update(range(self._columns_seen + 1, self._columns_seen + repeat + 1))
        self._columns_seen += repeat

    def _put_cell(self, at: dict) -> None:
        value, mark = _value(at, "".join(self._text))
        repeat = _repeat(at, "number-columns-repeated")
        place = len(self._cells) + 1
        if value is None and not mark:
            # Blank cells are repeated by the thousand at the end of a row; they count for nothing.
            self._cells.extend([None] * min(repeat, MAX_COLUMNS + 1))
            return
        if place + repeat - 1 > MAX_COLUMNS:
            raise refuse("sheet-too-large", rows=MAX_ROWS, columns=MAX_COLUMNS, found=f"C{place + repeat - 1}")
        down, across = _repeat(at, "number-rows-spanned"), _repeat(at, "number-columns-spanned")
        if down > 1 or across > 1:
            self._merged.append((self._row + 1, place, self._row + down, place + across - 1))
        for column in range(place, place + repeat):
            if mark:
                self._marks[self._row + 1, column] = mark
        self._cells.extend([value] * repeat)

    def _put_row(self) -> None:
        while self._cells and self._cells[-1] is None and (self._row + 1, len(self._cells)) not in self._marks:
            self._cells.pop()
        repeat = self._repeat_row
        if not self._cells:
            self._row += repeat
            return
        self._count += len(self._cells) * repeat
        if self._row + repeat > MAX_ROWS or self._count > MAX_CELLS:
            raise refuse("sheet-too-large", rows=MAX_ROWS, columns=MAX_COLUMNS, found=f"R{self._row + repeat}")
        self._rows.extend([] for _ in range(self._row - len(self._rows)))
        marks = (
            {column: mark for (row, column), mark in self._marks.items() if row == self._row + 1} if repeat > 1 else {}
        )
        for extra in range(repeat):
            self._rows.append(list(self._cells))
            self._marks.update({(self._row + 1 + extra, column): mark for column, mark in marks.items()})
        self._row += repeat


def _value(at: dict, text: str):
    kind = at.get("value-type", "")
    if text.startswith("#") and "formula" in at and kind in ("string", "float", "error", ""):
        return text, ERROR
    if text.startswith("Err:"):
        return text, ERROR
    if kind in ("float", "currency", "percentage"):
        try:
            number = float(at.get("value", ""))
        except ValueError:
            return text or None, ""
        return (number, PERCENT) if kind == "percentage" else (int(number) if number.is_integer() else number, "")
    if kind == "boolean":
        return at.get("boolean-value") == "true", ""
    if kind == "date":
        return _date(at.get("date-value", "")) or text, ""
    if "formula" in at and not text and kind != "string":
        return None, UNCACHED
    return (at.get("string-value") or text or None), ""


def _date(text: str) -> dt.datetime | None:
    try:
        return dt.datetime.fromisoformat(text)
    except ValueError:
        return None


def _repeat(at: dict, key: str) -> int:
    try:
        return max(int(at.get(key, "1")), 1)
    except ValueError:
        return 1
