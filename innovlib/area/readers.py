"""A file's bytes into sheets of raw cells: what the file is, is decided by its content, never by its name."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

from innovlib.area import sheets
from innovlib.area.faults import issue, refuse
from innovlib.area.formats import ods, ole, text, xls, xlsx
from innovlib.area.formats.package import Package
from innovlib.area.sheets import Book

_WORKBOOKS = {".xlsx": {"xlsx"}, ".xlsm": {"xlsm", "xlsx"}, ".xls": {"xls"}, ".ods": {"ods"}}
_TEXTS = {".csv", ".tsv", ".txt", ".tab"}
#: First bytes of what is no table, and the words for it.
_OTHERS = (
    (b"%PDF", "PDF"),
    (b"\x89PNG", "PNG"),
    (b"\xff\xd8\xff", "JPEG"),
    (b"GIF8", "GIF"),
    (b"{\\rtf", "RTF (Word)"),
    (b"Rar!", "RAR"),
    (b"7z\xbc\xaf", "7-Zip"),
    (b"\x1f\x8b", "gzip"),
    (b"PAR1", "Parquet"),
    (b"SQLite format 3", "SQLite"),
    (b"\x7fELF", "ELF"),
    (b"MZ\x90", "EXE"),
    (b"\x00\x01\x00\x00Standard", "Access"),
)
_BLANK = re.compile(rb"[\s\x00\xef\xbb\xbf\xff\xfe]*")


def load(path: Path) -> tuple[bytes, Book]:
    """The bytes of a file and what they hold.

    Raises
    ------
    Refused
        The file is not there, is too large, or holds no table that can be read safely; the message says which.
    """
    try:
        if not path.is_file():
            raise refuse("file-missing")
        if path.stat().st_size > sheets.MAX_BYTES:
            raise refuse("file-too-large", size=f"{path.stat().st_size / 1e6:.0f} MB")
        data = path.read_bytes()
    except OSError as error:
        raise refuse("file-unreadable", detail=error.strerror or type(error).__name__) from error
    return data, read(data, suffix=path.suffix.lower())


def read(data: bytes, *, suffix: str = "") -> Book:
    """The sheets of a file given as bytes; ``suffix`` only serves to tell a name that does not fit the content."""
    if _BLANK.fullmatch(data):
        raise refuse("file-empty")
    book = _workbook(data) if data[:2] == b"PK" or data.startswith(ole.MAGIC) else _text(data, suffix)
    if all(sheet.is_blank for sheet in book.sheets):
        raise refuse("file-empty")
    expected = _WORKBOOKS.get(suffix, {"text"} if suffix in _TEXTS else {book.format})
    more = [] if book.format in expected else [issue("file-type", found=book.format, suffix=suffix)]
    more += [issue("format-converted", found=book.format)] if book.format in ("xls", "ods") else []
    more += [issue("macro-ignored")] if book.format == "xlsm" else []
    return replace(book, issues=(*book.issues, *more))


def _workbook(data: bytes) -> Book:
    return _ole(data) if data.startswith(ole.MAGIC) else _zip(data)


def _zip(data: bytes) -> Book:
    package = Package(data)
    if package.has("xl/workbook.xml"):
        return xlsx.read(package)
    if package.has("content.xml") and "spreadsheet" in package.text("mimetype"):
        return ods.read(package)
    kinds = {"word/document.xml": "Word", "ppt/presentation.xml": "PowerPoint", "xl/workbook.bin": "xlsb"}
    found = next((label for name, label in kinds.items() if package.has(name)), "")
    if not found and package.has("content.xml"):
        found = "OpenDocument"
    if not found and any(name.startswith("Index/") for name in package.names):
        found = "Numbers"
    raise refuse("file-other", found=found or "zip")


def _ole(data: bytes) -> Book:
    compound = ole.Compound(data)
    if {"EncryptedPackage", "EncryptionInfo"} & compound.names:
        raise refuse("file-password")
    if "WordDocument" in compound.names:
        raise refuse("file-other", found="Word")
    if "PowerPoint Document" in compound.names:
        raise refuse("file-other", found="PowerPoint")
    return xls.read(compound)


def _text(data: bytes, suffix: str) -> Book:
    for magic, found in _OTHERS:
        if data.startswith(magic):
            raise refuse("file-other", found=found)
    if re.match(rb"[\x09][\x00\x02\x04\x08]", data) and data[2:4] in (b"\x04\x00", b"\x06\x00", b"\x08\x00"):
        raise refuse("file-old-excel")
    head = data[:4096].replace(b"\x00", b"").lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n")
    if head.startswith(b"<") or head[:13].lower() == b"mime-version:":
        looks_xml = b"schemas-microsoft-com:office:spreadsheet" in head
        raise refuse("file-other" if looks_xml else "file-html", found="XML Spreadsheet 2003" if looks_xml else "HTML")
    if head[:1] in (b"{", b"[") and re.match(rb'[\[{]\s*["\[{]', head):
        raise refuse("file-other", found="JSON")
    return text.read(data, suffix=suffix)
