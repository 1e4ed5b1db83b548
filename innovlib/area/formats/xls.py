"""Excel 97–2003 workbooks (BIFF8), record by record so that errors, hidden rows and formats are not lost. MS-XLS."""

from __future__ import annotations

import struct
from collections.abc import Iterator

from innovlib.area.faults import Refused, refuse
from innovlib.area.formats.ole import Compound
from innovlib.area.formats.xlsx import format_kind, serial_date
from innovlib.area.sheets import ERROR, MAX_COLUMNS, MAX_ROWS, PERCENT, Book, Sheet

_ERRORS = {0: "#NULL!", 7: "#DIV/0!", 15: "#VALUE!", 23: "#REF!", 29: "#NAME?", 36: "#NUM!", 42: "#N/A"}
_BOF, _EOF, _CONTINUE = 0x0809, 0x000A, 0x003C


def read(compound: Compound) -> Book:
    """All sheets of an Excel 97–2003 workbook.

    Raises
    ------
    Refused
        The file is damaged, locked with a password, or older than Excel 97.
    """
    names = {name.casefold(): name for name in compound.names}
    if "workbook" not in names:
        raise refuse("file-old-excel")
    try:
        return _Workbook(compound.stream(names["workbook"])).book()
    except Refused:
        raise
    except (struct.error, IndexError, ValueError, OverflowError, UnicodeDecodeError) as error:
        raise refuse("file-damaged", detail=f"BIFF {type(error).__name__}") from error


def _records(data: bytes, start: int = 0) -> Iterator[tuple[int, bytes]]:
    at = start
    while at + 4 <= len(data):
        kind, length = struct.unpack_from("<HH", data, at)
        if at + 4 + length > len(data):
            raise ValueError("record beyond the end")
        yield kind, data[at + 4 : at + 4 + length]
        at += 4 + length


class _Workbook:
    """The globals of a workbook: sheet list, strings, formats."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._sheets: list[tuple[str, int, bool]] = []
        self._codes: dict[int, str] = {}
        self._styles: list[int] = []
        self.uses_1904 = False
        self.strings: list[str] = []
        self._read_globals()

    def _read_globals(self) -> None:
        shared: list[bytes] = []
        previous = 0
        for kind, body in _records(self._data):
            if kind == _BOF and struct.unpack_from("<H", body)[0] != 0x0600:
                raise refuse("file-old-excel")
            if kind == 0x002F:
                raise refuse("file-password")
            if kind == 0x0085:
                offset, state, sort = struct.unpack_from("<IBB", body)
                if sort == 0:
                    self._sheets.append((_text(body, 6, wide_length=False), offset, bool(state & 3)))
            elif kind == 0x0022:
                self.uses_1904 = struct.unpack_from("<H", body)[0] == 1
            elif kind == 0x041E:
                self._codes[struct.unpack_from("<H", body)[0]] = _text(body, 2)
            elif kind == 0x00E0:
                self._styles.append(struct.unpack_from("<H", body, 2)[0])
            elif kind == 0x00FC or (kind == _CONTINUE and previous == 0x00FC):
                shared.append(body)
            elif kind == _EOF:
                break
            previous = previous if kind == _CONTINUE else kind
        self.strings = _shared_strings(shared) if shared else []

    def format_kind(self, style: int) -> str:
        number = self._styles[style] if 0 <= style < len(self._styles) else 0
        return format_kind(number, self._codes.get(number, ""))

    def book(self) -> Book:
        if not self._sheets:
            raise refuse("file-damaged", detail="workbook without sheets")
        sheets = tuple(
            _SheetReader(self).read(_records(self._data, offset), name, hidden) for name, offset, hidden in self._sheets
        )
        return Book("xls", sheets)


class _SheetReader:
    """Collects one sheet from its records."""

    def __init__(self, workbook: _Workbook) -> None:
        self._workbook = workbook
        self._rows: list[list] = []
        self._marks: dict[tuple[int, int], str] = {}
        self._merged: list[tuple[int, int, int, int]] = []
        self._hidden_rows: set[int] = set()
        self._hidden_columns: set[int] = set()
        self._waiting: tuple[int, int] | None = None

    def read(self, records: Iterator[tuple[int, bytes]], name: str, hidden: bool) -> Sheet:
        depth = 0
        for kind, body in records:
            depth += (kind == _BOF) - (kind == _EOF)
            if depth == 1:
                self._take(kind, body)
            elif depth < 1:
                break
        rows, columns = frozenset(self._hidden_rows), frozenset(self._hidden_columns)
        return Sheet(name, self._rows, self._marks, tuple(self._merged), rows, columns, hidden)

    def _take(self, kind: int, body: bytes) -> None:
        if kind in (0x0203, 0x027E, 0x00FD, 0x0204, 0x00D6, 0x0205, 0x0006):
            row, column, style = struct.unpack_from("<HHH", body)
            self._cell(kind, body, row, column, style)
        elif kind == 0x00BD:
            row, first = struct.unpack_from("<HH", body)
            for step in range((len(body) - 6) // 6):
                style, packed = struct.unpack_from("<HI", body, 4 + 6 * step)
                self._number(row, first + step, style, _rk(packed))
        elif kind == 0x0207 and self._waiting:
            self._put(*self._waiting, _text(body, 0))
            self._waiting = None
        elif kind == 0x0208:
            if struct.unpack_from("<I", body, 12)[0] & 0x20:
                self._hidden_rows.add(struct.unpack_from("<H", body)[0] + 1)
        elif kind == 0x007D:
            first, last, _, _, flags = struct.unpack_from("<HHHHH", body)
            if flags & 1:
                self._hidden_columns.update(range(first + 1, min(last + 1, MAX_COLUMNS) + 1))
        elif kind == 0x00E5:
            for i in range(struct.unpack_from("<H", body)[0]):
                r1, r2, c1, c2 = struct.unpack_from("<HHHH", body, 2 + 8 * i)
                self._merged.append((r1 + 1, c1 + 1, r2 + 1, c2 + 1))

    def _cell(self, kind: int, body: bytes, row: int, column: int, style: int) -> None:
        if kind == 0x0203:
            self._number(row, column, style, struct.unpack_from("<d", body, 6)[0])
        elif kind == 0x027E:
            self._number(row, column, style, _rk(struct.unpack_from("<I", body, 6)[0]))
        elif kind == 0x00FD:
            self._put(row, column, self._workbook.strings[struct.unpack_from("<I", body, 6)[0]])
        elif kind in (0x0204, 0x00D6):
            self._put(row, column, _text(body, 6))
        elif kind == 0x0205:
            value, is_error = body[6], body[7]
            if is_error:
                self._error(row, column, value)
            else:
                self._put(row, column, bool(value))
        else:
            self._formula(row, column, style, body[6:14])

    def _formula(self, row: int, column: int, style: int, result: bytes) -> None:
        if result[6:8] != b"\xff\xff":
            self._number(row, column, style, struct.unpack("<d", result)[0])
        elif result[0] == 0:
            self._waiting = (row, column)
        elif result[0] == 1:
            self._put(row, column, bool(result[2]))
        elif result[0] == 2:
            self._error(row, column, result[2])
        else:
            self._put(row, column, "")

    def _error(self, row: int, column: int, code: int) -> None:
        self._put(row, column, _ERRORS.get(code, "#ERROR!"))
        self._marks[row + 1, column + 1] = ERROR

    def _number(self, row: int, column: int, style: int, number: float) -> None:
        kind = self._workbook.format_kind(style)
        day = serial_date(number, uses_1904=self._workbook.uses_1904) if kind == "date" else None
        self._put(row, column, day or (int(number) if number.is_integer() and abs(number) < 1e15 else number))
        if kind == "percent":
            self._marks[row + 1, column + 1] = PERCENT

    def _put(self, row: int, column: int, value) -> None:
        if row >= MAX_ROWS or column >= MAX_COLUMNS:
            raise refuse("sheet-too-large", rows=MAX_ROWS, columns=MAX_COLUMNS, found=f"R{row + 1}C{column + 1}")
        while len(self._rows) <= row:
            self._rows.append([])
        cells = self._rows[row]
        cells.extend([None] * (column + 1 - len(cells)))
        cells[column] = value


def _rk(packed: int) -> float:
    """A number packed into 30 bits (MS-XLS 2.5.217)."""
    if packed & 2:
        number = float((packed - (1 << 32) if packed & 0x80000000 else packed) >> 2)
    else:
        number = struct.unpack("<d", struct.pack("<Q", (packed & 0xFFFFFFFC) << 32))[0]
    return number / 100 if packed & 1 else number


def _text(body: bytes, at: int, *, wide_length: bool = True) -> str:
    """A string that lies within one record: length, flags, characters of one or two bytes."""
    length = struct.unpack_from("<H", body, at)[0] if wide_length else body[at]
    at += 2 if wide_length else 1
    flags = body[at]
    raw = body[at + 1 : at + 1 + length * (2 if flags & 1 else 1)]
    return raw.decode("utf-16-le" if flags & 1 else "latin-1", "replace")


def _shared_strings(segments: list[bytes]) -> list[str]:
    cursor = _Cursor(segments)
    count = struct.unpack("<II", cursor.take(8))[1]
    strings = []
    for _ in range(count):
        if cursor.at_end:
            break
        strings.append(cursor.string())
    return strings


class _Cursor:
    """Walks over the shared strings, which run on across CONTINUE records; split text repeats its flag byte."""

    def __init__(self, segments: list[bytes]) -> None:
        self._segments, self._index, self._at = segments, 0, 0

    @property
    def at_end(self) -> bool:
        return self._index >= len(self._segments) - 1 and self._at >= len(self._segments[-1])

    def take(self, count: int) -> bytes:
        parts = []
        while count > 0:
            part = self._segments[self._index][self._at : self._at + count]
            if not part:
                self._index, self._at = self._index + 1, 0
                continue
            parts.append(part)
            self._at += len(part)
            count -= len(part)
        return b"".join(parts)

    def string(self) -> str:
        length, flags = struct.unpack("<HB", self.take(3))
        runs = struct.unpack("<H", self.take(2))[0] if flags & 8 else 0
        extra = struct.unpack("<I", self.take(4))[0] if flags & 4 else 0
        text = self._characters(length, bool(flags & 1))
        self.take(4 * runs + extra)
        return text

    def _characters(self, length: int, wide: bool) -> str:
        parts = []
        while length > 0:
            if self._at >= len(self._segments[self._index]):
                self._index, self._at = self._index + 1, 0
                wide = bool(self.take(1)[0] & 1)
            size = 2 if wide else 1
            room = (len(self._segments[self._index]) - self._at) // size
            if room == 0:
                raise ValueError("character split between records")
            now = min(room, length)
            parts.append(self.take(now * size).decode("utf-16-le" if wide else "latin-1", "replace"))
            length -= now
        return "".join(parts)
