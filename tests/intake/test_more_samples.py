# ruff: noqa: E501 - the table of samples reads best with one on a line
"""More kinds of bad files than the samples have: what must come of each, and that no wrong value is loaded.

Each case says the decision and, where rows are loaded, exactly which means; so a value that is read wrongly fails.
"""

from __future__ import annotations

import datetime as dt
import json
import re
import zipfile
from dataclasses import dataclass, field
from io import BytesIO

import pytest

from tests.intake.office_files import HEADERS, SCHOOLS, as_csv, as_xlsx, partners, pupils, results, rezip
from tests.intake.test_formats import as_ods, as_xls

MEAN, SD, N, CODE, NAME, YEAR = (
    "คะแนนเฉลี่ย", "ส่วนเบี่ยงเบนมาตรฐาน", "จำนวนผู้เข้าสอบ", "รหัสโรงเรียน", "ชื่อโรงเรียน", "ปีการศึกษา",
)  # fmt: skip
SHEET, MEANS = "xl/worksheets/sheet1.xml", [68.1, 76.27, 73.4, 61.45]
SECRETS = ("11037", "ลับมาก")


@dataclass(frozen=True)
class Sample:
    """A file, what must become of it, a code that must be told, and the means (or other values) that may be loaded."""

    data: bytes
    decision: str
    code: str = ""
    loaded: list | None = None
    column: str = "mean"
    name: str = "a.xlsx"
    rejected: tuple = ()
    options: dict = field(default_factory=dict)


def xlsx(*changes, change=None, **more):
    return as_xlsx(results(*changes, **more), change=change)


def in_sheet(pattern: bytes, new: bytes, data: bytes | None = None) -> bytes:
    """A workbook whose sheet's XML was changed in one place."""
    return rezip(data or xlsx(), change={SHEET: lambda x: re.sub(pattern, new, x, count=1)})


def column(header: str, values: list) -> list[list]:
    return results(*((i + 2, header, v) for i, v in enumerate(values)))


def relations(more: bytes) -> bytes:
    return rezip(xlsx(), change={
        "xl/_rels/workbook.xml.rels": lambda x: x.replace(b"</Relationships>", more + b"</Relationships>")
    })  # fmt: skip


def one_name(name: str, code: str, decision: str = "warn") -> Sample:
    return Sample(as_csv(results((2, NAME, name))), decision, code, MEANS, name="a.csv")


def dates_1904(day: dt.datetime) -> bytes:
    from openpyxl.utils.datetime import CALENDAR_MAC_1904

    return as_xlsx(partners(day), change=lambda book, _: setattr(book, "epoch", CALENDAR_MAC_1904))


def people_in(header: str) -> bytes:
    rows = [
        [*row, extra] for row, extra in zip(pupils(50, 60), [header, "1-1037-00000-00-3", "ลับมาก ลับมาก"], strict=True)
    ]
    return as_xlsx(rows)


def nested_zip() -> bytes:
    out = BytesIO()
    with zipfile.ZipFile(out, "w") as package:
        package.writestr("a.xlsx", xlsx())
    return out.getvalue()


SAMPLES = {
    # what the file is
    "a workbook inside a zip": Sample(nested_zip(), "reject_file", "file-other", name="a.zip"),
    "two workbooks one after the other": Sample(xlsx() + xlsx(year=2567), "ok", loaded=MEANS),
    "a text file with the name of a workbook of 97": Sample(as_csv(results()), "fix", "file-type", MEANS, name="a.xls"),
    "a web archive": Sample(b"MIME-Version: 1.0\r\nContent-Type: multipart/related\r\n", "reject_file", "file-html"),
    "spaces before a web page": Sample(b"\xef\xbb\xbf \r\n<table><tr><td>1</td></tr></table>", "reject_file", "file-html"),
    "a picture": Sample(b"\x89PNG\r\n\x1a\n" + bytes(50), "reject_file", "file-other", name="a.csv"),
    "bytes of nothing": Sample(bytes(2000), "reject_file", "file-empty"),
    "a workbook cut in the middle": Sample(xlsx()[:4000], "reject_file", "file-damaged"),
    # encodings
    "UTF-16 without its mark": Sample(as_csv(results(), encoding="utf-16-le"), "fix", "encoding", MEANS, name="a.csv"),
    "UTF-32": Sample(as_csv(results(), encoding="utf-32"), "fix", "encoding", MEANS, name="a.csv"),
    "a mark in the middle of the file": Sample(
        as_csv(results()).replace("โรงเรียนวัด".encode(), "\ufeffโรงเรียนวัด".encode()), "fix", "text-invisible", MEANS,
        name="a.csv"),
    "Thai that was read as Latin and saved": Sample(
        as_csv(results()).decode().encode("utf-8").decode("latin-1").encode(), "reject_file", "encoding-garbled",
        name="a.csv"),
    # text tables
    "a vertical bar": Sample(as_csv(results(), delimiter="|"), "fix", "delimiter", MEANS, name="a.txt"),
    "sep= before the header": Sample(b"sep=|\n" + as_csv(results(), delimiter="|"), "fix", "delimiter", MEANS, name="a.csv"),
    "a quote within a field": Sample(
        as_csv(results()).replace("โรงเรียนวัด".encode(), 'โรงเรียน"วัด'.encode()), "warn", "", MEANS, name="a.csv"),
    "an end-of-file mark of DOS": Sample(as_csv(results()) + b"\x1a", "ok", "", MEANS, name="a.csv"),
    "every field in quotes": Sample(
        "\r\n".join(",".join(f'"{v}"' for v in row) for row in results()).encode(), "ok", "", MEANS, name="a.csv"),
    # numbers
    "blanks within a number": Sample(xlsx((2, MEAN, "68 .1")), "reject_rows", "not-a-number", MEANS[1:], rejected=(2,)),
    "a fraction": Sample(xlsx((2, MEAN, "68 1/10")), "reject_rows", "not-a-number", MEANS[1:], rejected=(2,)),
    "a range": Sample(xlsx((2, MEAN, "60-70")), "reject_rows", "not-a-number", MEANS[1:], rejected=(2,)),
    "a unit": Sample(xlsx((2, N, "9 คน")), "reject_rows", "not-a-number", MEANS[1:], rejected=(2,)),
    "a mean in brackets": Sample(xlsx((2, MEAN, "(68.1)")), "reject_rows", "not-a-number", MEANS[1:], rejected=(2,)),
    "a mean far too exact": Sample(xlsx((2, MEAN, 68.09999999999999)), "ok", "", MEANS),
    "a mean marked with a star": Sample(xlsx((2, MEAN, "68.1*")), "reject_rows", "not-a-number", MEANS[1:], rejected=(2,)),
    "superscript digits": Sample(xlsx((2, MEAN, "6⁸")), "reject_rows", "not-a-number", MEANS[1:], rejected=(2,)),
    "digits of another script": Sample(xlsx((2, MEAN, "٦٨")), "reject_rows", "not-a-number", MEANS[1:], rejected=(2,)),
    "a percent sign in a percent cell": Sample(
        xlsx((2, MEAN, 0.681), change=lambda _, s: setattr(s["I2"], "number_format", "0.0%")), "warn", "percent-format",
        MEANS),
    "a Thai minus": Sample(xlsx((2, MEAN, "–5")), "reject_rows", "not-a-number", MEANS[1:], rejected=(2,)),
    "means and deviations swapped": Sample(
        as_csv([[*r[:8], r[9], r[8]] if i else r for i, r in enumerate(results())]), "reject_rows", "out-of-range", [],
        name="a.csv", rejected=(2, 3, 4, 5)),
    # years
    "a year typed with one digit too many": Sample(xlsx((2, YEAR, 25666)), "reject_rows", "year-window", MEANS[1:], rejected=(2,)),
    "two years in one cell": Sample(xlsx((2, YEAR, "2566/2567")), "reject_rows", "year-window", MEANS[1:], rejected=(2,)),
    "a year that is a day": Sample(xlsx((2, YEAR, dt.datetime(2023, 5, 16))), "reject_rows", "year-window", MEANS[1:], rejected=(2,)),
    "a year with a decimal": Sample(xlsx((2, YEAR, 2566.5)), "reject_rows", "year-window", MEANS[1:], rejected=(2,)),
    "a year in digits of another script": Sample(
        xlsx((2, YEAR, "٢٥٦٦")), "reject_rows", "year-window", MEANS[1:], rejected=(2,)),
    # days
    "a day in digits of another script": Sample(
        as_xlsx(partners("١٦/٠٥/٢٥٦٦")), "reject_rows", "not-a-date", [], "start", rejected=(2,)),
    "a leap day of BE in a workbook of 1904": Sample(dates_1904(dt.datetime(2024, 2, 29)), "ok", "", ["2024-02-29"], "start"),
    "a day of year zero": Sample(as_xlsx(partners("00/05/2566")), "reject_rows", "date-impossible", [], "start", rejected=(2,)),
    "an hour with the day": Sample(as_csv(partners("2023-05-16 08:30:00")), "ok", "", ["2023-05-16"], "start", "a.csv"),
    # ids
    "codes that Excel shows in full": Sample(xlsx((2, CODE, 1057010001.0)), "ok", "", MEANS),
    "a code as a formula of text": Sample(
        as_csv(results((2, CODE, '="1057010001"'))), "fix", "id-tidied", MEANS, name="a.csv"),
    "a code that is an address": Sample(
        xlsx((2, CODE, "\\\\server\\share")), "reject_rows", "id-unsafe", MEANS[1:], rejected=(2,)),
    "a code that is a command": Sample(xlsx((2, CODE, "$(reboot)")), "reject_rows", "id-unsafe", MEANS[1:], rejected=(2,)),
    "a code that is a template": Sample(xlsx((2, CODE, "{{7*7}}")), "reject_rows", "id-unsafe", MEANS[1:], rejected=(2,)),
    "a code with a look-alike letter": Sample(xlsx((2, CODE, "105701000l")), "reject_rows", "school-unknown", MEANS[1:], rejected=(2,)),
    # names
    "a name that would be a command of DDE": one_name("=cmd|' /C calc'!A0", "text-formula"),
    "a name with a link": one_name("[บ้าน](javascript:alert(1))", "text-markup"),
    "a name of LaTeX": one_name(r"\input{/etc/passwd}", "text-markup"),
    "a name with a tab before =": one_name("\t=1+1", "text-formula"),
    # layout
    "the header in row 15": Sample(as_xlsx([["ปก"]] * 14 + results()), "fix", "header-below-title", MEANS),
    "the header in row 40": Sample(as_xlsx([["ปก"]] * 39 + results()), "reject_file", "header-not-found"),
    "a blank column in the middle": Sample(
        as_xlsx([[*r[:5], None, *r[5:]] for r in results()]), "ok", "", MEANS),
    "a table that begins in column D": Sample(as_xlsx([[None] * 3 + r for r in results()]), "ok", "", MEANS),
    "a header with line breaks": Sample(
        as_xlsx([[str(v).replace("ผู้เข้าสอบ", "\nผู้เข้าสอบ") for v in results()[0]], *results()[1:]]), "ok", "", MEANS),
    "the same table on a second, hidden sheet": Sample(
        xlsx(change=lambda book, sheet: setattr(book.copy_worksheet(sheet), "sheet_state", "hidden")), "warn",
        "hidden-sheet", MEANS),
    "the same table on two sheets": Sample(
        xlsx(change=lambda book, sheet: book.copy_worksheet(sheet)), "warn", "row-repeated", MEANS),
    # workbooks
    "a link to another place": Sample(relations(
        b'<Relationship Id="x" Type="t" Target="http://example.invalid/x" TargetMode="External"/>'), "ok", "", MEANS),
    "a sheet that lies outside the file": Sample(rezip(xlsx(), change={
        "xl/_rels/workbook.xml.rels": lambda x: x.replace(b"worksheets/sheet1.xml", b"../../../etc/passwd")}),
        "reject_file", "file-damaged"),
    "a formula whose stored value is text": Sample(
        in_sheet(rb'<c r="I2"[^>]*><v>[^<]*</v>', b'<c r="I2" t="str"><f>A1</f><v>-</v>'), "fix", "missing-code", MEANS[1:]),
    "an error behind a formula": Sample(
        in_sheet(rb'<c r="I2"[^>]*><v>[^<]*</v>', b'<c r="I2" t="e"><f>1/0</f><v>#DIV/0!</v>'), "reject_rows", "error-cell",
        MEANS[1:], rejected=(2,)),
    "cells in the wrong order": Sample(
        in_sheet(rb'(<c r="I2".*?</c>)(<c r="J2".*?</c>)', rb"\2\1"), "ok", "", MEANS),
    "a number format that lies about a date": Sample(
        xlsx(change=lambda _, s: setattr(s["I2"], "number_format", "dd/mm/yyyy")), "reject_rows", "date-for-number",
        MEANS[1:], rejected=(2,)),
    "OpenDocument with a million blank rows": Sample(
        as_ods(results(), extra='<table:table-row table:number-rows-repeated="1048000"><table:table-cell/></table:table-row>'),
        "fix", "format-converted", MEANS, name="a.ods"),
    "OpenDocument that repeats a filled row a million times": Sample(
        as_ods(results(), extra='<table:table-row table:number-rows-repeated="1000000"><table:table-cell><text:p>x</text:p>'
                                "</table:table-cell></table:table-row>"), "reject_file", "sheet-too-large", name="a.ods"),
    "Excel 97 under the name of 2007": Sample(as_xls(results()), "fix", "file-type", MEANS),
    # people
    "ids in a column of remarks": Sample(people_in("หมายเหตุ"), "warn", "personal-column", [50, 60], "score"),
    "ids in a column without a name": Sample(people_in(""), "warn", "", [50, 60], "score"),
    "a pupil's name in the title": Sample(
        as_xlsx([["ผลสอบของ เด็กหญิงลับมาก ลับมาก"], *results()]), "fix", "header-below-title", MEANS),
    "a citizen id in a school's name": Sample(
        xlsx((2, NAME, "บ้าน 1-1037-00000-00-3")), "reject_rows", "personal-value", MEANS[1:], rejected=(2,)),
    # rows
    "a note between the rows": Sample(as_xlsx([*results()[:3], ["หมายเหตุ: ปิดเรียนหนึ่งภาค"], *results()[3:]]), "fix", "note-row", MEANS),
    "a subtotal between the rows": Sample(
        as_xlsx([*results()[:3], [None, None, "รวมอำเภอเอก", *[None] * 4, 31, 73.9, None], *results()[3:]]), "fix", "total-row", MEANS),
    "a school twice with different figures": Sample(
        as_xlsx([*results(), [*results()[1][:8], 11, 1]]), "reject_rows", "row-conflict", MEANS[1:], rejected=(2, 6)),
    "a header and nothing below": Sample(as_xlsx([HEADERS["results"]]), "reject_file", "no-rows"),
}  # fmt: skip


def test_there_are_many_and_none_is_a_sample_of_the_office():
    assert len(SAMPLES) >= 60 and SCHOOLS[0][0].startswith("1057")


@pytest.mark.parametrize("what", SAMPLES)
def test_each_comes_out_as_it_must_and_nothing_wrong_is_loaded(what, check):
    sample = SAMPLES[what]
    result = check(sample.data, sample.name, **sample.options)
    assert result.decision == sample.decision, result.say("en")
    assert not sample.code or sample.code in {issue.code for issue in result.issues}, result.say("en")
    assert result.rejected_rows == sample.rejected
    if sample.loaded is not None:
        values = result.table[sample.column].dropna()
        values = values.dt.strftime("%Y-%m-%d") if sample.column == "start" else values
        assert values.tolist() == sample.loaded
    said = json.dumps(result.to_dict(with_table=True), ensure_ascii=False) + result.say()
    assert not any(secret in said for secret in SECRETS)
