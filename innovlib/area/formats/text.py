"""Text tables (csv, tsv, txt): which encoding, which delimiter, and nothing guessed that the bytes do not show."""

from __future__ import annotations

import codecs
import csv
import io
import re
from functools import lru_cache

from innovlib.area import vocabulary
from innovlib.area.faults import Issue, issue, refuse
from innovlib.area.sheets import MAX_COLUMNS, MAX_ROWS, Book, Sheet

DELIMITERS = {",": "comma", ";": "semicolon", "\t": "tab", "|": "vertical bar", ":": "colon"}
_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_THAI = re.compile("[\u0e01-\u0e5b]")
_HEAD_ROWS = 15


def read(data: bytes, *, suffix: str = ".csv") -> Book:
    """A text table as one sheet named "".

    Raises
    ------
    Refused
        The encoding is mixed, unknown or damaged, a quote is not closed, or there are NUL bytes.
    """
    text, issues = decoded(data)
    if "\x00" in text:
        raise refuse("text-nul", row=_line_of(text, text.index("\x00")))
    text = text.rstrip("\x1a")
    if "\r" in text and "\n" not in text:
        issues.append(issue("line-ends"))
    text, named = _separator_line(text)
    delimiter = named or _delimiter(text)
    if delimiter == ";" or (delimiter != "," and not (delimiter == "\t" and suffix in (".tsv", ".txt", ".tab"))):
        issues.append(issue("delimiter", found=DELIMITERS.get(delimiter, delimiter)))
    rows = _rows(text, delimiter)
    if named:
        rows.insert(0, [])  # keeps the row numbers a spreadsheet would show
    return Book("text", (Sheet("", rows),), tuple(issues), decimal_comma=delimiter == ";", is_text=True)


def decoded(data: bytes) -> tuple[str, list[Issue]]:
    """The text of the bytes: BOM, else strict UTF-8, else strict Windows-874, else refused; and what to tell."""
    for bom, encoding in _BOMS:
        if data.startswith(bom):
            return _strictly(data, encoding), ([] if encoding == "utf-8-sig" else [_told(encoding)])
    wide = _utf16_without_bom(data)
    if wide:
        return _strictly(data, wide), [_told(wide)]
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        _refuse_mixture(data)
        try:
            return data.decode("cp874"), [_told("Windows-874")]
        except UnicodeDecodeError:
            line = data.count(b"\n", 0, error.start) + 1
            raise refuse("encoding-unknown", row=line) from error
    return text, []


def _told(encoding: str) -> Issue:
    return issue("encoding", found=encoding.upper())


def _strictly(data: bytes, encoding: str) -> str:
    try:
        return data.decode(encoding).lstrip("\ufeff")
    except UnicodeDecodeError as error:
        raise refuse("encoding-unknown", row=data.count(b"\n", 0, error.start) + 1) from error


def _utf16_without_bom(data: bytes) -> str:
    """UTF-16 that lost its mark shows a NUL beside every comma and line end."""
    for encoding, comma in (("utf-16-le", b",\x00"), ("utf-16-be", b"\x00,"), ("utf-16-le", b"\t\x00")):
        if comma in data[:4096] and len(data) % 2 == 0:
            head = data[:4096].decode(encoding, "ignore")
            if any(vocabulary.known_headers(line.replace("\t", ",").split(",")) >= 2 for line in head.splitlines()):
                return encoding
    return ""


def _refuse_mixture(data: bytes) -> None:
    """Lines in two encodings are two files pasted together; the line where the encoding changes is named."""
    first = ""
    for number, line in enumerate(re.split(rb"\r\n|\r|\n", data), start=1):
        kind = _line_encoding(line)
        if kind and first and kind != first:
            raise refuse("encoding-mixed", row=number)
        first = first or kind


def _line_encoding(line: bytes) -> str:
    if line.isascii():
        return ""
    try:
        # Windows-874 bytes that happen to be UTF-8 give a letter or two, never three Thai ones.
        return "utf-8" if len(_THAI.findall(line.decode("utf-8"))) >= 3 else ""
    except UnicodeDecodeError:
        return "other"


def _line_of(text: str, at: int) -> int:
    return len(re.findall(r"\r\n|\r|\n", text[:at])) + 1


def _separator_line(text: str) -> tuple[str, str]:
    """Excel's own first line ``sep=;`` names the delimiter."""
    match = re.match(r'"?sep=(.)"?(\r\n|\r|\n)', text, re.IGNORECASE)
    return (text[match.end() :], match[1]) if match else (text, "")


def _delimiter(text: str) -> str:
    """The delimiter under which a row of known header names appears; a comma where none does."""
    head = "\n".join(re.split(r"\r\n|\r|\n", text, maxsplit=_HEAD_ROWS)[:_HEAD_ROWS])
    best, most = ",", 0
    for delimiter in DELIMITERS:
        rows = csv.reader(io.StringIO(head), delimiter=delimiter)
        try:
            known = max((vocabulary.known_headers(row) for row in rows), default=0)
        except csv.Error:
            continue
        if known > most:
            best, most = delimiter, known
    return best


def _rows(text: str, delimiter: str) -> list[list]:
    rows: list[list] = []
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        for row in reader:
            rows.append([cell if cell != "" else None for cell in row])
            if len(rows) > MAX_ROWS or len(row) > MAX_COLUMNS:
                raise refuse("sheet-too-large", rows=MAX_ROWS, columns=MAX_COLUMNS, found=f"R{len(rows)}C{len(row)}")
    except csv.Error as error:
        raise refuse("text-quotes", row=len(rows) + 1) from error
    _refuse_swallowed(rows, delimiter)
    while rows and all(cell is None for cell in rows[-1]):
        rows.pop()
    return rows


def _refuse_swallowed(rows: list[list], delimiter: str) -> None:
    """A quote left open eats whole lines until the next quote: a cell that holds a line with a row's delimiters."""
    width = sorted(map(len, rows))[len(rows) // 2] if rows else 0
    for number, row in enumerate(rows, start=1):
        for cell in row:
            if cell and "\n" in cell.replace("\r", "\n"):
                lines = cell.replace("\r", "\n").split("\n")
                if any(line.count(delimiter) >= max(2, width - 2) for line in lines):
                    raise refuse("text-quotes", row=number)


@lru_cache(maxsize=1 << 14)
def is_garbled(value: object) -> bool:
    """True for Thai text that was read in the wrong encoding and saved so (mojibake).

    Examples
    --------
    >>> is_garbled("โรงเรียน".encode().decode("latin-1")), is_garbled("โรงเรียน".encode("cp874").decode("latin-1"))
    (True, True)
    >>> is_garbled("บ้านเนินเนิน"), is_garbled("café")
    (False, False)
    """
    if not isinstance(value, str) or value.isascii():
        return False
    for misread in ("cp874", "cp1252") if any(lead in value for lead in ("เธ", "เน", "à¸", "à¹")) else ():
        letters = _thai_letters(_as_bytes(value, misread).decode("utf-8", "replace"))
        if letters >= 2 and letters * 6 >= len(value):
            return True
    latin = sum("\u00a1" <= c <= "\u00fb" for c in value)
    return latin >= 3 and latin * 2 >= len(value.replace(" ", "")) and not _thai_letters(value)


def _as_bytes(text: str, encoding: str) -> bytes:
    # Bytes that the wrong encoding does not define were kept as the control characters of the same number.
    return b"".join(bytes([ord(c)]) if "\x80" <= c <= "\x9f" else c.encode(encoding, "replace") for c in text)


def _thai_letters(text: str) -> int:
    return sum("\u0e01" <= c <= "\u0e5b" for c in text)
