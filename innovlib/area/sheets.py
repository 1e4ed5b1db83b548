"""What every file format is read into: sheets of plain cells that know where they stand and what is odd about them."""

from __future__ import annotations

from dataclasses import dataclass, field

#: Beyond these a sheet is a mistake or an attack, not an office's table.
MAX_BYTES = 50_000_000
MAX_UNPACKED = 50_000_000
MAX_RATIO = 100
MAX_ROWS = 100_000
MAX_COLUMNS = 300
MAX_CELLS = 2_000_000

#: What a cell's mark can say beyond its value.
ERROR, UNCACHED, LINKED, PERCENT = "error", "uncached", "linked", "percent"


@dataclass(frozen=True)
class Sheet:
    """One sheet: ``rows[0][0]`` is cell A1; all other places are counted from 1, as Excel shows them.

    Attributes
    ----------
    rows
        Cells as None, str, int, float, bool, ``datetime.date`` or ``datetime.datetime``; rows may differ in length.
    marks
        ``(row, column) -> mark`` for cells whose value alone would mislead: an error, a formula without a stored
        value, a value that comes from another workbook, a number shown as a percentage.
    merged
        Merged ranges as ``(first row, first column, last row, last column)``.
    """

    name: str
    rows: list[list]
    marks: dict[tuple[int, int], str] = field(default_factory=dict)
    merged: tuple[tuple[int, int, int, int], ...] = ()
    hidden_rows: frozenset[int] = frozenset()
    hidden_columns: frozenset[int] = frozenset()
    hidden: bool = False

    def cell(self, row: int, column: int):
        """The value at a place counted from 1; None where the sheet has no such cell."""
        if 1 <= row <= len(self.rows) and 1 <= column <= len(self.rows[row - 1]):
            return self.rows[row - 1][column - 1]
        return None

    @property
    def width(self) -> int:
        """Number of columns of the longest row."""
        return max((len(row) for row in self.rows), default=0)

    @property
    def is_blank(self) -> bool:
        """True where no cell holds anything."""
        return all(is_blank(value) for row in self.rows for value in row)


@dataclass(frozen=True)
class Book:
    """A file as read: its sheets, what kind of file it really was, and what was found while reading."""

    format: str
    sheets: tuple[Sheet, ...]
    issues: tuple = ()
    decimal_comma: bool = False
    is_text: bool = False


def is_blank(value) -> bool:
    """True for an empty cell: nothing, or text of spaces only."""
    return value is None or (isinstance(value, str) and not value.strip())


def column_letter(number: int) -> str:
    """The letters of a column counted from 1.

    Examples
    --------
    >>> column_letter(1), column_letter(28)
    ('A', 'AB')
    """
    letters = ""
    while number > 0:
        number, rest = divmod(number - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def column_number(letters: str) -> int:
    """The number, counted from 1, of a column's letters.

    Examples
    --------
    >>> column_number("AB")
    28
    """
    number = 0
    for letter in letters.upper():
        number = number * 26 + ord(letter) - 64
    return number
