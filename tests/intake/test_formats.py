"""The readers of file formats against independent ones, and against files made by hand where no library writes them."""

from __future__ import annotations

import datetime as dt
import io
import struct
import zipfile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from python_calamine import CalamineWorkbook

from innovlib.area import readers, sheets
from innovlib.area.faults import Refused
from tests.intake.office_files import SCHOOLS, as_csv, as_xlsx, results

# --- workbooks: openpyxl writes, calamine reads too ---------------------------------------------------------------

CELL = st.one_of(
    st.none(),
    st.integers(-(10**9), 10**9),
    st.floats(-1e6, 1e6, allow_nan=False).map(lambda x: round(x, 6)),
    st.booleans(),
    st.text(st.characters(codec="utf-8", exclude_categories=("Cs", "Cc")), min_size=1, max_size=12).filter(
        lambda t: t.strip() and not t.startswith("=") and "_x" not in t
    ),
    st.dates(dt.date(1950, 1, 1), dt.date(2099, 12, 31)).map(lambda d: dt.datetime(d.year, d.month, d.day)),
)


@given(st.lists(st.lists(CELL, min_size=1, max_size=6), min_size=1, max_size=8))
@settings(max_examples=60, deadline=None)
def test_workbooks_read_as_another_library_reads_them(rows):
    rows = [["เริ่ม", *row] for row in rows]
    data = as_xlsx(rows)
    ours = readers.read(data, suffix=".xlsx").sheets[0]
    theirs = CalamineWorkbook.from_filelike(io.BytesIO(data)).get_sheet_by_index(0).to_python(skip_empty_area=False)
    for r, row in enumerate(theirs):
        for c, value in enumerate(row):
            mine = ours.cell(r + 1, c + 1)
            if isinstance(value, dt.date):
                value = dt.datetime(value.year, value.month, value.day)
            assert mine == value or (mine is None and value == "") or mine == pytest.approx(value), (r, c)


def test_strings_that_are_shared_rich_or_annotated():
    shared = (
        '<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><si><r><t>รหัส</t></r><r><t>โรงเรียน</t></r></si>'
        "<si><t>漢</t><rPh><t>かん</t></rPh></si></sst>"
    )
    sheet = (
        '<worksheet><sheetData><row><c t="s"><v>0</v></c><c t="s"><v>1</v></c></row>'
        '<row r="4"><c r="B4"><v>7</v></c></row></sheetData></worksheet>'
    )
    book = readers.read(_package(sheet, shared))
    assert book.sheets[0].rows == [["รหัสโรงเรียน", "漢"], [], [], [None, 7]]


def _package(sheet: str, shared: str = "<sst/>") -> bytes:
    parts = {
        "xl/workbook.xml": '<workbook xmlns:r="r"><sheets><sheet name="a" r:id="rId1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": '<R><Relationship Id="rId1" Target="worksheets/sheet1.xml"/></R>',
        "xl/worksheets/sheet1.xml": sheet,
        "xl/sharedStrings.xml": shared,
    }
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as file:
        for name, text in parts.items():
            file.writestr(name, text)
    return out.getvalue()


@pytest.mark.parametrize(
    "sheet",
    [
        '<worksheet><sheetData><row><c t="s"><v>9</v></c></row></sheetData></worksheet>',
        '<worksheet><sheetData><row><c t="s"><v>x</v></c></row></sheetData></worksheet>',
        '<worksheet><sheetData><row r="0"><c r="A0"><v>1</v></c></row></sheetData></worksheet>',
    ],
)
def test_cells_that_point_nowhere_are_damage(sheet):
    with pytest.raises(Refused) as refused:
        readers.read(_package(sheet))
    assert refused.value.issues[0].code == "file-damaged"


# --- OpenDocument -------------------------------------------------------------------------------------------------


def as_ods(rows: list[list], *, extra: str = "", row_attributes: dict[int, str] | None = None) -> bytes:
    def cell(value):
        if value is None:
            return "<table:table-cell/>"
        if isinstance(value, bool):
            return f'<table:table-cell office:value-type="boolean" office:boolean-value="{str(value).lower()}"/>'
        if isinstance(value, (int, float)):
            return f'<table:table-cell office:value-type="float" office:value="{value}"/>'
        if isinstance(value, dt.date):
            return f'<table:table-cell office:value-type="date" office:date-value="{value:%Y-%m-%d}"/>'
        return value if value.startswith("<") else f"<table:table-cell><text:p>{value}</text:p></table:table-cell>"

    names = 'xmlns:office="o" xmlns:table="t" xmlns:text="x" xmlns:style="s"'
    attributes = row_attributes or {}
    body = "".join(
        f"<table:table-row {attributes.get(i, '')}>{''.join(map(cell, row))}</table:table-row>"
        for i, row in enumerate(rows, 1)
    )
    content = (
        f'<office:document-content {names}><office:body><office:spreadsheet><table:table table:name="แผ่น">'
        f"{body}{extra}</table:table></office:spreadsheet></office:body></office:document-content>"
    )
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as file:
        file.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        file.writestr("content.xml", content)
    return out.getvalue()


def test_opendocument_loads_like_a_workbook(check):
    blank = '<table:table-cell table:number-columns-repeated="16384"/>'
    filler = f'<table:table-row table:number-rows-repeated="1048000">{blank}</table:table-row>'
    result = check(as_ods(results(), extra=filler), "a.ods")
    assert result.decision == "fix" and {i.code for i in result.issues} == {"format-converted"}
    assert result.table.equals(check(as_xlsx(results())).table)


def test_opendocument_keeps_what_is_odd_about_its_cells():
    percent = '<table:table-cell office:value-type="percentage" office:value="0.5"/>'
    error = '<table:table-cell table:formula="of:=1/0"><text:p>#DIV/0!</text:p></table:table-cell>'
    twice = '<table:table-cell table:number-columns-repeated="2"><text:p>ซ้ำ</text:p></table:table-cell>'
    hidden_note = "<office:annotation><text:p>ลับ</text:p></office:annotation>"
    note = f"<table:table-cell>{hidden_note}<text:p>ค่า</text:p></table:table-cell>"
    rows = [["ก", dt.date(2023, 5, 16), True], [percent, error, twice, note]]
    data = as_ods(rows, row_attributes={1: 'table:visibility="collapse"'})
    sheet = readers.read(data).sheets[0]
    assert sheet.rows == [["ก", dt.datetime(2023, 5, 16), True], [0.5, "#DIV/0!", "ซ้ำ", "ซ้ำ", "ค่า"]]
    assert sheet.marks == {(2, 1): sheets.PERCENT, (2, 2): sheets.ERROR} and sheet.hidden_rows == {1}


# --- Excel 97 -----------------------------------------------------------------------------------------------------


def _record(kind: int, body: bytes = b"") -> bytes:
    return struct.pack("<HH", kind, len(body)) + body


def _string(text: str, width: str = "<H") -> bytes:
    return struct.pack(width, len(text)) + b"\x01" + text.encode("utf-16-le")


def as_xls(rows: list[list], *, extra: bytes = b"", split_at: int = 0) -> bytes:
    """A small Excel 97 workbook: shared strings, numbers, and any further records of the sheet."""
    strings = list(dict.fromkeys(v for row in rows for v in row if isinstance(v, str)))
    shared = struct.pack("<II", len(strings), len(strings)) + b"".join(map(_string, strings))
    if split_at:  # the text of the first string runs on in a second record, which repeats the flag of its width
        cut = 8 + 3 + 2 * split_at
        sst = _record(0xFC, shared[:cut]) + _record(0x3C, b"\x01" + shared[cut:])
    else:
        sst = _record(0xFC, shared)
    cells = b""
    for r, row in enumerate(rows):
        for c, value in enumerate(row):
            if isinstance(value, str):
                cells += _record(0xFD, struct.pack("<HHHI", r, c, 0, strings.index(value)))
            elif value is not None:
                cells += _record(0x203, struct.pack("<HHHd", r, c, 0, value))
    bof = struct.pack("<HHHHII", 0x600, 0x10, 0, 0, 0, 0)
    sheet = _record(0x809, bof) + cells + extra + _record(0xA)
    head = _record(0x809, struct.pack("<HHHHII", 0x600, 5, 0, 0, 0, 0)) + _record(0xE0, bytes(20))
    bound = struct.pack("<IBB", 0, 0, 0) + _string("แผ่น", "<B")
    offset = len(head) + len(_record(0x85, bound)) + len(sst) + 4
    globals_ = head + _record(0x85, struct.pack("<I", offset) + bound[4:]) + sst + _record(0xA)
    return _compound(globals_ + sheet)


def _compound(stream: bytes) -> bytes:
    stream = stream.ljust(max(4096, -(-len(stream) // 512) * 512), b"\0")
    n = len(stream) // 512
    fat = struct.pack("<128I", 0xFFFFFFFD, 0xFFFFFFFE, *range(3, n + 2), 0xFFFFFFFE, *[0xFFFFFFFF] * (126 - n))

    def entry(name: str, kind: int, start: int, size: int) -> bytes:
        raw = name.encode("utf-16-le")
        return (
            raw.ljust(64, b"\0")
            + struct.pack("<HBB", len(raw) + 2, kind, 1)
            + b"\xff" * 12
            + bytes(36)
            + struct.pack("<III", start, size, 0)
        )

    directory = entry("Root Entry", 5, 0xFFFFFFFE, 0) + entry("Workbook", 2, 2, len(stream)) + bytes(256)
    head = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16) + struct.pack("<HHHHH", 62, 3, 0xFFFE, 9, 6) + bytes(6)
    head += struct.pack("<IIIIIIIII", 0, 1, 1, 0, 4096, 0xFFFFFFFE, 0, 0xFFFFFFFE, 0)
    return head + struct.pack("<109I", 0, *[0xFFFFFFFF] * 108) + fat + directory + stream


def test_excel_97_loads_like_a_workbook(check):
    for split_at in (0, 5):
        result = check(as_xls(results(), split_at=split_at), "a.xls")
        assert result.decision == "fix" and {i.code for i in result.issues} == {"format-converted"}, result.say("en")
        assert result.table.equals(check(as_xlsx(results())).table)


def test_excel_97_reads_as_another_library_reads_it():
    data = as_xls(results(), split_at=7)
    theirs = CalamineWorkbook.from_filelike(io.BytesIO(data)).get_sheet_by_index(0).to_python()
    assert [list(row) for row in theirs] == readers.read(data).sheets[0].rows


def test_excel_97_errors_formulas_packed_numbers_and_hidden_rows(check):
    extra = (
        _record(0x205, struct.pack("<HHHBB", 1, 8, 0, 7, 1))  # #DIV/0! in I2
        + _record(0x6, struct.pack("<HHH", 2, 8, 0) + struct.pack("<d", 70.5) + bytes(8))  # a formula's number in I3
        + _record(0x27E, struct.pack("<HHHI", 3, 8, 0, (7340 << 2) | 3))  # 73.40 packed, in I4
        + _record(
            0xBD,
            struct.pack("<HH", 4, 7)
            + struct.pack("<HI", 0, (12 << 2) | 2)
            + struct.pack("<HI", 0, (6100 << 2) | 3)
            + struct.pack("<H", 8),
        )
        + _record(0x208, struct.pack("<HHHHHHI", 2, 0, 10, 255, 0, 0, 0x20))
    )
    result = check(as_xls(results(), extra=extra), "a.xls")
    assert result.rejected_rows == (2,) and "error-cell" in {i.code for i in result.issues}
    assert result.table["mean"].tolist() == [70.5, 73.4, 61.0] and result.table["n_tested"].tolist()[-1] == 12
    assert [i.row for i in result.issues if i.code == "hidden-row"] == [3]


def test_excel_97_locked_old_or_cut_off():
    locked = as_xls(results()).replace(_record(0xE0, bytes(20)), _record(0x2F, bytes(20)))
    old = as_xls(results()).replace(struct.pack("<HH", 0x600, 5), struct.pack("<HH", 0x500, 5))
    for data, code in ((locked, "file-password"), (old, "file-old-excel"), (as_xls(results())[:3000], "file-damaged")):
        with pytest.raises(Refused) as refused:
            readers.read(data)
        assert refused.value.issues[0].code == code


# --- size ---------------------------------------------------------------------------------------------------------


def test_limits_hold_for_text_too(check):
    wide = as_csv([["รหัสโรงเรียน"] * 301])
    assert {i.code for i in check(wide, "a.csv").issues} == {"sheet-too-large"}
    long = ("\n".join(["a,b"] * 100_001)).encode()
    assert {i.code for i in check(long, "a.csv").issues} == {"sheet-too-large"}


@pytest.mark.slow
def test_a_table_of_the_largest_size_goes_through_and_every_row_is_accounted_for(check):
    """Repeats by the thousand are the worst case: each group of them is compared and named."""
    figures = ["RT", "ป.1", "การอ่านรู้เรื่อง", 20]
    rows = [results()[0]]
    for i in range(60_000):
        rows.append([2540 + i % 30, SCHOOLS[i % 4][0], None, None, *figures, 50 + i % 50 / 10, 9])
    result = check(as_csv(rows), "a.csv")
    assert result.rows_loaded + len({*result.rejected_rows, *result.dropped_rows}) == 60_000
    assert len(result.issues) <= 2000
