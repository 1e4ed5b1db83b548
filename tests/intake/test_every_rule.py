"""Every code of the catalogue with a file that trips it and a near one that must not."""

from __future__ import annotations

import datetime as dt
import os
import re
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import pytest

from innovlib.area import faults, intake
from tests.intake.office_files import HEADERS, SCHOOLS, as_csv, as_xlsx, partners, pupils, results, rezip
from tests.intake.test_area import wide
from tests.intake.test_formats import _record, as_ods, as_xls

MEAN, SD, N, CODE, NAME, YEAR, DISTRICT, TEST, GRADE, SUBJECT = (
    "คะแนนเฉลี่ย", "ส่วนเบี่ยงเบนมาตรฐาน", "จำนวนผู้เข้าสอบ", "รหัสโรงเรียน", "ชื่อโรงเรียน", "ปีการศึกษา", "อำเภอ", "การทดสอบ",
    "ระดับชั้น", "วิชา",
)  # fmt: skip
SHEET = "xl/worksheets/sheet1.xml"
DAY = dt.datetime(2023, 5, 16)


@dataclass(frozen=True)
class File:
    """One file as an office sends it; ``after`` are files that the area had taken in before it."""

    data: bytes | None
    name: str = "a.xlsx"
    options: dict = field(default_factory=dict)
    after: tuple[File, ...] = ()


def book(rows: list[list], change=None, **options) -> File:
    return File(as_xlsx(rows, change=change), options=options)


def text(rows: list[list], name: str = "a.csv", *, options: dict | None = None, **form) -> File:
    return File(as_csv(rows, **form), name, options or {})


def cell(header: str, value: object, *more: tuple[int, str, object]) -> File:
    """Results with one cell changed; text that begins with = stays text."""

    def as_text(_, sheet):
        for row in sheet.iter_rows(min_row=2):
            for one in row:
                one.data_type = "s" if one.data_type == "f" else one.data_type

    return book(results((2, header, value), *more), as_text)


def xml(change) -> File:
    return File(rezip(as_xlsx(results()), change={SHEET: change}))


def raw(data: bytes, name: str = "a.csv") -> File:
    return File(data, name)


def start(day: object, end: object = None) -> File:
    rows = partners(day)
    rows[1][4] = end
    return book(rows)


def partner(name: object) -> File:
    rows = partners(DAY)
    rows[1][1] = name
    return book(rows)


def more_column(header: str, *values: object) -> File:
    return book([[*row, extra] for row, extra in zip(results(), [header, *values], strict=True)])


def more_row(*rows: list) -> File:
    return book([*results(), *rows])


def rows_of(*numbers: tuple[str, str]) -> list[list]:
    """Results of which some cells of the first row are other than usual."""
    return results(*((2, header, value) for header, value in numbers))


def pupil(number: object, scores: tuple = (50, 60), **more) -> File:
    rows = pupils(*scores, **more)
    rows[1][2] = number
    return book(rows)


def hide(what: str):
    def change(workbook, sheet):
        if what == "row":
            sheet.row_dimensions[3].hidden = True
        elif what == "column":
            sheet.column_dimensions["J"].hidden = True
        else:
            other = workbook.create_sheet("เก่า")
            other.append(["ข้อมูลเก่า"])
            other.sheet_state = "hidden" if what == "sheet" else "visible"

    return change


def sheet_too(rows: list[list]):
    def change(workbook, _):
        other = workbook.create_sheet("อีกแผ่น")
        for row in rows:
            other.append(row)

    return change


def merge(area: str):
    return lambda _, sheet: sheet.merge_cells(area)


def percent(number_format: str):
    def change(_, sheet):
        sheet["I2"].number_format = number_format

    return change


def formula(inside: bytes):
    return xml(lambda x: re.sub(rb'<c r="I2"[^>]*><v>', rb'<c r="I2"><f>' + inside + rb"</f><v>", x))


def onet(rows: list[list], name: str = "onet_p6_2558.csv", **options) -> File:
    return text(rows, name, options=options)


def ambiguous() -> list[list]:
    """Two subjects alike in every row, and two others under each other's header."""
    return [[*row[:7], row[6], row[8]] if i else row for i, row in enumerate(wide(order=(1, 0, 2, 3, 4)))]


def off(rows: list[list], by: float) -> list[list]:
    rows[3][4] += by
    return rows


def nt(year: int) -> File:
    head = ["รหัสโรงเรียน", "ชื่อโรงเรียน", "น.ร.(คน)", "ภาษา", "คำนวณ", "เหตุผล"]
    return text([head, [SCHOOLS[0][0], SCHOOLS[0][1], 12, 50, 40, 0]], f"nt_p3_{year}.csv")


def headed(old: str, new: str | None) -> File:
    rows = results()
    at = rows[0].index(old)
    if new is None:
        return book([[v for i, v in enumerate(row) if i != at] for row in rows])
    rows[0][at] = new
    return book(rows)


def with_enrolled(n: int) -> File:
    return more_column("จำนวนนักเรียนทั้งหมด", n, 30, 30, 30)


def year(value: int, mean: float) -> File:
    rows = [[value, *row[1:3], row[3], "RT", "ป.1", "การอ่านรู้เรื่อง", 30, 60, 10] for row in results()[1:]]
    rows[0][8] = mean
    return File(as_xlsx([HEADERS["results"], *rows]), f"{value}.xlsx")


CLEAN, CSV = book(results()), text(results())
PUPILS, PARTNERS, WIDE = book(pupils(50, 60)), start(DAY), onet(wide())
BLANK = [None] * 10
GOOD = as_csv(results())
TOTAL = wide()
TWO_ROWS = [
    [YEAR, CODE, NAME, "การอ่านรู้เรื่อง", None, "การอ่านออกเสียง", None],
    [None, None, None, "จำนวน", "เฉลี่ย", "จำนวน", "เฉลี่ย"],
    *([*r[:3], r[7], r[8], r[7], 60] for r in results()[1:]),
]

#: For every code: a file that trips it, and one near it that must not.
RULES: dict[str, tuple[File, File]] = {
    "file-missing": (File(None), CLEAN),
    "file-empty": (raw(b"\xef\xbb\xbf \r\n"), CSV),
    "file-too-large": (raw(b"big"), CSV),
    "file-unreadable": (raw(b"closed"), CSV),
    "file-damaged": (raw(as_xlsx(results())[:3000], "a.xlsx"), CLEAN),
    "file-password": (raw(as_xls(results()).replace(_record(0xE0, bytes(20)), _record(0x2F, bytes(20))), "a.xls"),
                      raw(as_xls(results()), "a.xls")),
    "file-html": (raw(b"<html><table></table></html>", "a.xls"), CSV),
    "file-old-excel": (raw(b"\x09\x04\x06\x00\x00\x00\x10\x00" + bytes(50), "a.xls"), raw(as_xls(results()), "a.xls")),
    "file-other": (raw(b"%PDF-1.7"), CSV),
    "file-type": (raw(GOOD, "a.xlsx"), raw(GOOD, "a.txt")),
    "format-converted": (raw(as_ods(results()), "a.ods"), CLEAN),
    "macro-ignored": (File(rezip(as_xlsx(results()), change={"xl/vbaProject.bin": b"x"}), "a.xlsm"),
                      File(as_xlsx(results()), "a.xlsm")),
    "zip-bomb": (File(rezip(as_xlsx(results()), change={"xl/media/a.bin": bytes(20_000_000)})),
                 File(rezip(as_xlsx(results()), change={"xl/media/a.bin": os.urandom(200_000)}))),
    "xml-doctype": (xml(lambda x: x.replace(b"<worksheet", b"<!DOCTYPE a><worksheet", 1)),
                    xml(lambda x: x.replace(b"<sheetData", b"<!-- DOCTYPE --><sheetData", 1))),
    "sheet-too-large": (xml(lambda x: re.sub(b'ref="A1:J5"', b'ref="A1:XFD1048576"', x)),
                        xml(lambda x: re.sub(b'ref="A1:J5"', b'ref="A1:Z9999"', x))),
    "encoding": (text(results(), encoding="cp874"), text(results(), encoding="utf-8-sig")),
    "encoding-mixed": (raw(b"\n".join([*GOOD.splitlines()[:3], *as_csv(results(), encoding="cp874").splitlines()[3:]])),
                       text(results(), encoding="cp874")),
    "encoding-unknown": (raw(as_csv([["x", "\u00fc"]], encoding="latin-1")), CSV),
    "encoding-garbled": (cell(NAME, "โรงเรียนวัด".encode("cp874").decode("cp1252")), cell(NAME, "École Ban Nam Sai")),
    "text-nul": (raw(GOOD.replace(b"76.27", b"76\x0027")), CSV),
    "text-quotes": (raw(GOOD.replace("โรงเรียนวัด".encode(), '"โรงเรียนวัด'.encode())),
                    text(rows_of((NAME, 'โรงเรียน "บ้านทดลองหนึ่ง"')))),
    "line-ends": (text(results(), end="\r"), text(results(), end="\n")),
    "delimiter": (text(results(), delimiter=";"), text(results(), "a.tsv", delimiter="\t")),
    "ragged-row": (raw(GOOD + b"2566,1057010001\r\n"), raw(GOOD.replace(b"8.91\r\n", b"8.91,,\r\n"))),
    "sheet-skipped": (book(results(), sheet_too([["รายงาน"]])), book(results(), sheet_too([]))),
    "sheet-not-loaded": (book(results(), sheet_too(partners(DAY))), book(results(), sheet_too([["รายงาน"]]))),
    "sheets-joined": (book(results(), sheet_too(results(year=2567))), book(results(), sheet_too([["รายงาน"]]))),
    "hidden-sheet": (book(results(), hide("sheet")), book(results(), hide("no sheet"))),
    "hidden-column": (book(results(), hide("column")), CLEAN),
    "hidden-row": (book(results(), hide("row")), CLEAN),
    "header-not-found": (book(results()[1:]), CLEAN),
    "header-missing": (headed(MEAN, None), headed(SD, None)),
    "header-misspelt": (headed(MEAN, "คะแนนเฉลีย"), headed(MEAN, "คะแนน เฉลี่ย")),
    "header-duplicate": (headed(SD, MEAN), CLEAN),
    "header-two-rows": (book(TWO_ROWS, merge("D1:E1")), CLEAN),
    "header-below-title": (book([["ผลการสอบ"], [], *results()]), CLEAN),
    "layout-side-by-side": (book([[*row, None, *row] for row in results()]), more_column("หมายเหตุ", *"กขคง")),
    "layout-second-table": (book([*results(), [None], *partners(DAY)]), more_row(BLANK, results()[0])),
    "layout-transposed": (book([list(c) for c in zip(*results(), strict=True)]), CLEAN),
    "column-unknown": (more_column("สีประจำโรงเรียน", *"กขคง"), more_column("หมายเหตุ", *"กขคง")),
    "column-unnamed": (more_column("", 1, 2, 3, 4), more_column("", None, None, None, None)),
    "column-ignored": (more_column("ลำดับที่", 1, 2, 3, 4), CLEAN),
    "personal-column": (more_column("อื่น ๆ", "เด็กหญิงลับมาก ลับมาก", "", "", ""), more_column("อื่น ๆ", "บ้านนา", "", "", "")),
    "blank-row": (more_row(BLANK, results(year=2567)[1]), CLEAN),
    "repeated-header": (more_row(results()[0], results(year=2567)[1]), CLEAN),
    "column-numbers": (book([results()[0], list(range(1, 11)), *results()[1:]]), CLEAN),
    "total-row": (more_row([None, None, "รวม", *[None] * 4, 48, None, None]),
                  cell(CODE, "1057010008", (2, NAME, "รวมไทยสมมุติ"), (2, DISTRICT, "โท"))),
    "note-row": (more_row(["หมายเหตุ: ข้อมูลเบื้องต้น"]), CLEAN),
    "aggregate-kept": (WIDE, onet(wide()[:-2])),
    "aggregate-dropped": (more_row(["ระดับประเทศ", *[None] * 6, 9, 70, 10]), CLEAN),
    "merged-filled": (book([r if i != 2 else [None, *r[1:]] for i, r in enumerate(results())], merge("A2:A3")), CLEAN),
    "merged-value": (book(results(), merge("I2:I3")), book(results(), merge("L2:L3"))),
    "row-repeated": (more_row(results()[1]), more_row(results(year=2567)[1])),
    "row-conflict": (more_row([*results()[1][:8], 11.1, 1]), more_row([2567, *results()[1][1:8], 11.1, 1])),
    "code-two-schools": (onet([[wide()[4][0], *r[1:]] if i == 5 else r for i, r in enumerate(wide())],
                             register=None), onet(wide(), register=None)),
    "blank-needed": (cell(YEAR, None), cell(DISTRICT, None)),
    "missing-blank": (cell(MEAN, None), cell(SD, None)),
    "missing-code": (cell(MEAN, "ขาดสอบ"), cell(MEAN, 0, (2, SD, 0))),
    "error-cell": (cell(MEAN, "#REF!"), cell(NAME, "บ้านทดลองหนึ่ง")),
    "formula-uncached": (book(results((2, MEAN, "=1+1"))), formula(b"A1+1")),
    "linked-value": (formula(b"[1]Sheet1!A1"), formula(b"Sheet1!A1")),
    "personal-value": (partner("นายสมมุติ ลับมาก"), partner("นายกเทศมนตรีตำบลเอก")),
    "boolean": (cell(MEAN, True), cell(MEAN, 1, (2, SD, 1))),
    "date-for-number": (cell(MEAN, DAY), cell(MEAN, 45.0)),
    "not-a-number": (cell(MEAN, "หกสิบ"), cell(MEAN, "60")),
    "letter-for-digit": (cell(MEAN, "6O"), cell(MEAN, "60")),
    "number-notation": (cell(MEAN, "0x44"), cell(MEAN, "44")),
    "number-scientific": (cell(MEAN, "6.81E+01"), cell(MEAN, "68.1")),
    "number-ambiguous": (cell(N, "1.063"), cell(N, "1,063")),
    "not-whole": (cell(N, 9.5), cell(N, 9.0)),
    "out-of-range": (cell(MEAN, 100.01), cell(MEAN, 100, (2, SD, 0))),
    "number-as-text": (cell(MEAN, "68.1"), text(results())),
    "thai-digits": (cell(MEAN, "๖๘.๑"), cell(NAME, "บ้านทดลองหนึ่ง")),
    "full-width-digits": (cell(MEAN, "６８"), cell(MEAN, "68")),
    "thousands-comma": (cell(N, "1,211"), cell(N, "1211")),
    "decimal-comma": (cell(MEAN, "68,09"), cell(MEAN, "68.09")),
    "decimal-comma-file": (text([[str(v).replace(".", ",") for v in r] for r in results()], delimiter=";"),
                           text(results(), delimiter=";")),
    "percent-format": (book(results((2, MEAN, 0.681)), percent("0.00%")), book(results(), percent("0.00"))),
    "percent-sign": (cell(MEAN, "68.1%"), cell(MEAN, "68.1")),
    "tested-over-enrolled": (with_enrolled(8), with_enrolled(9)),
    "sd-impossible": (cell(SD, 49.9), cell(SD, 40)),
    "mean-of-nobody": (cell(N, 0), cell(N, 0, (2, MEAN, None), (2, SD, None))),
    "zero-of-nobody": (cell(N, 0, (2, MEAN, 0), (2, SD, 0)), cell(MEAN, 0, (2, SD, 0))),
    "tiny-group": (cell(N, 2), cell(N, 3)),
    "small-complement": (pupil("P000", tuple(range(40, 65)), sexes="ช" * 3 + "ญ" * 22),
                         pupil("P000", tuple(range(40, 60)), sexes="ช" * 10 + "ญ" * 10)),
    "total-mismatch": (onet([[*r[:8], r[8] + 5] if i == 2 else r for i, r in enumerate(wide())]), WIDE),
    "nt-reasoning": (nt(2562), nt(2561)),
    "year-ce": (cell(YEAR, 2023), cell(YEAR, 2566)),
    "year-two-digits": (cell(YEAR, 66), cell(YEAR, "2566")),
    "year-words": (cell(YEAR, "พ.ศ. 2566"), cell(YEAR, "2566")),
    "year-window": (cell(YEAR, 2539), cell(YEAR, 2540)),
    "date-typed-be": (start(dt.datetime(2566, 5, 16)), PARTNERS),
    "date-be": (start("16/05/2566"), start("16/05/2023")),
    "date-impossible": (start("29/02/2566"), start("29/02/2567")),
    "date-order": (start("05/16/2023"), start("12/11/2023")),
    "date-window": (start("16/05/1899"), start("16/05/1951")),
    "not-a-date": (start("พฤษภาคม 2566"), start("16 พฤษภาคม 2566")),
    "end-before-start": (start(DAY, dt.datetime(2023, 5, 15)), start(DAY, DAY)),
    "category-variant": (cell(TEST, "R.T."), cell(TEST, "RT")),
    "category-unknown": (cell(TEST, "GAT"), cell(TEST, "R.T.")),
    "test-grade": (cell(GRADE, "ป.6"), cell(GRADE, "ป.1")),
    "test-subject": (cell(SUBJECT, "คณิตศาสตร์"), cell(SUBJECT, "การอ่านออกเสียง")),
    "text-formula": (cell(NAME, "=1+1"), cell(NAME, "บ้าน = ทดลองหนึ่ง")),
    "text-markup": (cell(NAME, "<b>บ้านทดลองหนึ่ง</b>"), cell(NAME, "บ้าน < ทดลองหนึ่ง")),
    "text-control": (cell(NAME, "บ้าน\u202eทดลองหนึ่ง"), cell(NAME, "บ้านทดลองหนึ่ง")),
    "text-destroyed": (cell(NAME, "????????"), cell(NAME, "บ้านทดลองหนึ่ง??")),
    "text-invisible": (cell(NAME, "โรงเรียนบ้าน\u200bทดลองหนึ่ง"), CLEAN),
    "name-like-missing": (partner("NA"), partner("NASA")),
    "id-blank": (cell(CODE, None, (2, NAME, None)), cell(CODE, None)),
    "id-scientific": (cell(CODE, "1.05701E+09"), cell(CODE, 1057010001)),
    "id-unsafe": (cell(CODE, "../x"), cell(CODE, "1057010001 ")),
    "id-citizen": (cell(CODE, 1103700000003), cell(CODE, "1057010001")),
    "id-leading-zeros": (cell(CODE, 57005, (2, NAME, None)), cell(CODE, "057005", (2, NAME, None))),
    "id-tidied": (cell(CODE, "1057-010-001"), cell(CODE, 1057010001)),
    "id-from-name": (cell(CODE, None), CLEAN),
    "school-unknown": (cell(CODE, "1057019999"), CLEAN),
    "name-unknown": (cell(CODE, None, (2, NAME, "บ้านไม่มีจริง")), cell(CODE, None)),
    "name-ambiguous": (cell(CODE, None, (2, NAME, "บ้านสองแห่ง"), (2, DISTRICT, None)),
                       cell(CODE, None, (2, NAME, "บ้านสองแห่ง"), (2, DISTRICT, "โท"))),
    "name-mismatch": (cell(CODE, "1057010002", (3, CODE, "1057010001")), cell(NAME, "ร.ร. บ้านทดลองหนึ่ง")),
    "name-spelling": (cell(CODE, "1057010003", (2, NAME, "บ้านนํ้าใส"), (2, DISTRICT, "ตรี"), (4, CODE, "1057010001"),
                           (4, NAME, None), (4, DISTRICT, None)), CLEAN),
    "district-mismatch": (cell(DISTRICT, "โท"), cell(DISTRICT, "อ.เอก")),
    "pupil-citizen-id": (pupil(1103700000003), pupil(1103700000004)),
    "pupil-is-name": (pupil("เด็กหญิงลับมาก ลับมาก"), pupil("P0001")),
    "pupil-key-changed": (File(PUPILS.data, "b.xlsx", after=(File(PUPILS.data),)), PUPILS),
    "given-missing": (onet(wide(), "scores.csv"), WIDE),
    "given-conflict": (onet([["O-NET ป.6 ปีการศึกษา 2559"], *wide()]), onet([["O-NET ป.6 ปีการศึกษา 2558"], *wide()])),
    "given-by-name": (WIDE, CLEAN),
    "given-by-subjects": (onet(wide(), "ป.6 2558.csv"), CLEAN),
    "option-unused": (book(results(), year_be=2566), onet(wide(), year_be=2558)),
    "columns-permuted": (onet(wide(order=(0, 3, 4, 1, 2))), WIDE),
    "columns-reordered": (onet(wide(order=(0, 3, 4, 1, 2)), columns="reconciled"), onet(wide(), columns="reconciled")),
    "columns-ambiguous": (onet(ambiguous()), onet(wide(order=(1, 0, 2, 3, 4)))),
    "reconcile-differs": (onet(off(wide(), 30)), onet(off(wide(), 0.01))),
    "jump": (File(year(2566, 5).data, after=(year(2565, 60),)), File(year(2566, 75).data, after=(year(2565, 60),))),
    "row-replaced": (File(year(2566, 61).data, "b.xlsx", after=(year(2566, 60),)),
                     File(year(2566, 60).data, "b.xlsx", after=(year(2566, 60),))),
    "row-withdrawn": (File(as_xlsx(results()[:3]), after=(CLEAN,)),
                      File(as_xlsx(results()[:3]), "b.xlsx", after=(CLEAN,))),
    "no-rows": (book(results()[:1]), CLEAN),
}  # fmt: skip


def test_every_code_of_the_catalogue_stands_here():
    assert sorted(RULES) == sorted(faults.catalogue())


def found(file: File, folder: Path, register: Path) -> set[str]:
    """The codes that intake tells of a file, after those that came before it."""
    folder.mkdir()
    take = partial(intake.intake, into=folder / "area" if file.after else None, register=register)
    for i, one in enumerate((*file.after, file)):
        path = folder / str(i) / one.name
        path.parent.mkdir()
        if one.data is not None:
            path.write_bytes(one.data)
        if one.data == b"big":
            os.truncate(path, 50_000_001)
        (result,) = take([path], **one.options)
    return {issue.code for issue in result.issues}


@pytest.mark.parametrize("code", sorted(RULES))
def test_a_file_trips_the_rule_and_a_near_one_does_not(code, tmp_path, register, monkeypatch, own_key):
    trips, passes = RULES[code]
    assert code not in found(passes, tmp_path / "passes", register)
    if code == "file-unreadable":
        monkeypatch.setattr(Path, "read_bytes", _locked)
    if code == "pupil-key-changed":
        found(trips.after[0], tmp_path / "key", register)
        monkeypatch.setattr("innovlib.area.privacy.secret", lambda *, create: os.urandom(32))
    assert code in found(trips, tmp_path / "trips", register)


def _locked(path: Path) -> bytes:
    with path.open("rb") as file:
        content = file.read()
    if content == b"closed":
        raise PermissionError(13, "Permission denied")
    return content
