"""Every rule of intake with a file that trips it; the controls that must not trip stand beside them."""

from __future__ import annotations

import datetime as dt
import gzip
import json
import zlib

import pytest

from innovlib.area import faults
from tests.intake.office_files import HEADERS, SCHOOLS, as_csv, as_xlsx, partners, pupils, results, rezip

MEAN, SD, N, CODE, NAME, YEAR = (
    "คะแนนเฉลี่ย", "ส่วนเบี่ยงเบนมาตรฐาน", "จำนวนผู้เข้าสอบ", "รหัสโรงเรียน", "ชื่อโรงเรียน", "ปีการศึกษา",
)  # fmt: skip
SHEET = "xl/worksheets/sheet1.xml"


def codes(result) -> set[str]:
    return {one.code for one in result.issues}


# --- controls -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
def test_clean_csv_loads_without_a_word(check, encoding):
    result = check(as_csv(results(), encoding=encoding), "a.csv")
    assert (result.decision, result.rows_loaded, result.issues) == ("ok", 4, ())


def test_clean_workbook_loads_without_a_word(check):
    result = check(as_xlsx(results()))
    assert (result.decision, result.rows_loaded, result.issues) == ("ok", 4, ())
    assert result.table["mean"].tolist() == [68.1, 76.27, 73.4, 61.45]
    assert result.table["subject"].unique().tolist() == ["comprehension"]


# --- one cell -----------------------------------------------------------------------------------------------------

CELLS = [
    # (header, value, code, decision, value loaded)
    (MEAN, "๖๘.๑", "thai-digits", "fix", 68.1),
    (MEAN, "68.1", "number-as-text", "fix", 68.1),
    (MEAN, "６８.１", "full-width-digits", "fix", 68.1),
    (MEAN, "68,09", "decimal-comma", "warn", 68.09),
    (MEAN, "68.1%", "percent-sign", "fix", 68.1),
    (MEAN, "1,234", "number-ambiguous", "reject_rows", None),
    (MEAN, True, "boolean", "reject_rows", None),
    (MEAN, "inf", "number-notation", "reject_rows", None),
    (MEAN, "NaN", "number-notation", "reject_rows", None),
    (MEAN, "0x44", "number-notation", "reject_rows", None),
    (MEAN, "6.81E+01", "number-scientific", "reject_rows", None),
    (MEAN, "6O.5", "letter-for-digit", "reject_rows", None),
    (MEAN, "l2", "letter-for-digit", "reject_rows", None),
    (MEAN, "หกสิบ", "not-a-number", "reject_rows", None),
    (MEAN, "68..1", "not-a-number", "reject_rows", None),
    (MEAN, dt.datetime(2023, 5, 16), "date-for-number", "reject_rows", None),
    (MEAN, "#DIV/0!", "error-cell", "reject_rows", None),
    (MEAN, 100.5, "out-of-range", "reject_rows", None),
    (MEAN, "\u22125", "out-of-range", "reject_rows", None),
    (MEAN, "ขาดสอบ", "missing-code", "fix", None),
    (N, "1.063", "number-ambiguous", "reject_rows", None),
    (N, 9.5, "not-whole", "reject_rows", None),
    (SD, 49.9, "sd-impossible", "reject_rows", None),
    (SD, -1, "out-of-range", "reject_rows", None),
    (N, 2, "tiny-group", "warn", 68.1),
    (YEAR, 2656, "year-window", "reject_rows", None),
    (YEAR, 256, "year-window", "reject_rows", None),
    (YEAR, 66, "year-two-digits", "fix", 68.1),
    (YEAR, "พ.ศ. 2566", "year-words", "fix", 68.1),
    (YEAR, 2023, "year-ce", "warn", 68.1),
    (CODE, "1057019999", "school-unknown", "reject_rows", None),
    (CODE, "1.05701E+09", "id-scientific", "reject_rows", None),
    (CODE, "https://example.invalid/x", "id-unsafe", "reject_rows", None),
    (CODE, "NUL", "id-unsafe", "reject_rows", None),
    (CODE, 1103700000003, "id-citizen", "reject_rows", None),
    (CODE, "1057-010-001", "id-tidied", "fix", 68.1),
    (CODE, 1057010001, None, "ok", 68.1),
    (NAME, "=1+1", "text-formula", "warn", 68.1),
    (NAME, "＝HYPERLINK(1)", "text-formula", "warn", 68.1),
    (NAME, "<script>alert(1)</script>", "text-markup", "warn", 68.1),
    (NAME, "{{ 7*7 }}", "text-markup", "warn", 68.1),
    (NAME, r"$\frac{1}{2}$", "text-markup", "warn", 68.1),
    (NAME, "บ้าน\u202eทดลองหนึ่ง", "text-control", "warn", 68.1),
    (NAME, "????????", "text-destroyed", "warn", 68.1),
    (NAME, "โรงเรียนบ้าน\u200bทดลองหนึ่ง", "text-invisible", "fix", 68.1),
    (NAME, "ร.ร. บ้านทดลองหนึ่ง", None, "ok", 68.1),
    ("อำเภอ", "โท", "district-mismatch", "warn", 68.1),
    ("การทดสอบ", "R.T.", "category-variant", "fix", 68.1),
    ("การทดสอบ", "GAT", "category-unknown", "reject_rows", None),
    ("ระดับชั้น", "ป.6", "test-grade", "reject_rows", None),
    ("วิชา", "คณิตศาสตร์", "test-subject", "reject_rows", None),
    ("วิชา", "การอ่านรูเรื่อง", "category-unknown", "reject_rows", None),
]


def as_text(_, sheet):
    """A name that begins with = is text here, as a text cell of Excel has it, not a formula."""
    for row in sheet.iter_rows(min_row=2):
        for cell in row:
            cell.data_type = "s" if cell.data_type == "f" else cell.data_type


ONE_CELL = pytest.mark.parametrize(
    ("header", "value", "code", "decision", "mean"), CELLS, ids=[f"{c[2]}-{i}" for i, c in enumerate(CELLS)]
)


@ONE_CELL
def test_one_cell(check, header, value, code, decision, mean):
    result = check(as_xlsx(results((2, header, value)), change=as_text))
    assert result.decision == decision, result.say("en")
    assert codes(result) >= ({code} if code else set())
    if decision == "reject_rows":
        assert result.rejected_rows == (2,)
        assert result.rows_loaded == 3
    else:
        first = result.table.iloc[0]
        assert first["school_id"] == "1057010001"
        assert (first["mean"] == mean) if mean is not None else first[["mean"]].isna().all()


@ONE_CELL
def test_every_issue_says_where_what_and_what_to_do(check, header, value, code, decision, mean):
    for one in check(as_xlsx(results((2, header, value)), change=as_text)).issues:
        assert one.sheet == "ข้อมูล"
        assert one.row == 2
        assert one.th and one.en and one.column and one.header
        if one.severity == "reject_rows":
            assert one.fix_th and one.fix_en


def test_codes_swapped_between_two_rows_are_told_at_both(check):
    result = check(as_xlsx(results((2, CODE, "1057010002"), (3, CODE, "1057010001"))))
    assert result.decision == "warn" and result.rows_loaded == 4
    assert {(i.code, i.row) for i in result.issues} == {("name-mismatch", 2), ("name-mismatch", 3)}


def test_lost_zeros_come_back_only_from_the_register(check):
    rows = results((2, CODE, 57005), (2, NAME, "บ้านเลขศูนย์"), (2, "อำเภอ", "เอก"))
    result = check(as_xlsx(rows))
    assert result.decision == "warn" and codes(result) == {"id-leading-zeros"}
    assert result.table["school_id"][0] == "057005"


def test_a_name_finds_its_school_only_where_it_is_the_only_one(check):
    alone = check(as_xlsx(results((2, CODE, None))))
    assert alone.decision == "fix" and codes(alone) == {"id-from-name"}
    twice = check(as_xlsx(results((2, CODE, None), (2, NAME, "บ้านสองแห่ง"), (2, "อำเภอ", None))))
    assert twice.decision == "reject_rows" and "name-ambiguous" in codes(twice)
    placed = check(as_xlsx(results((2, CODE, None), (2, NAME, "บ้านสองแห่ง"), (2, "อำเภอ", "โท"))))
    assert placed.table["school_id"][0] == "1057010007"
    nobody = check(as_xlsx(results((2, CODE, None), (2, NAME, "บ้านไม่มีจริง"))))
    assert "name-unknown" in codes(nobody)


def test_a_code_or_name_one_slip_away_is_suggested(check):
    code = check(as_xlsx(results((2, CODE, "1057010061"), (2, NAME, None))))
    assert "1057010001" in code.issues[0].en and "1057010006" in code.issues[0].en
    name = check(as_xlsx(results((2, CODE, None), (2, NAME, "บ้านทดลองหนึง"))))
    assert "บ้านทดลองหนึ่ง" in name.issues[0].en


def test_zero_is_a_score_unless_nobody_sat(check):
    real = check(as_xlsx(results((2, MEAN, 0), (2, SD, 0))))
    assert real.table["mean"][0] == 0 and real.decision == "ok"
    nobody = check(as_xlsx(results((2, MEAN, 0), (2, SD, 0), (2, N, 0))))
    assert nobody.table["mean"].isna()[0] and codes(nobody) == {"zero-of-nobody"}
    wrong = check(as_xlsx(results((2, N, 0))))
    assert wrong.rejected_rows == (2,) and "mean-of-nobody" in codes(wrong)


def test_years_all_in_ce_are_a_habit_not_a_mixture(check):
    result = check(as_xlsx(results(year=2023)))
    assert result.decision == "fix" and set(result.table["year_be"]) == {2566}


def test_percent_format_counts_a_hundred_times(check):
    def percent(_, sheet):
        sheet["I2"].number_format = "0.00%"

    result = check(as_xlsx(results((2, MEAN, 0.681)), change=percent))
    assert result.decision == "warn" and codes(result) == {"percent-format"}
    assert result.table["mean"][0] == pytest.approx(68.1)


DATES = [
    ("16/05/2566", "2023-05-16", "date-be"),
    ("16 พฤษภาคม 2566", "2023-05-16", "date-be"),
    ("16 พ.ค. 66", "2023-05-16", "date-be"),
    ("๑๖/๐๕/๒๕๖๖", "2023-05-16", "date-be"),
    ("2023-05-16", "2023-05-16", None),
    (dt.datetime(2023, 5, 16), "2023-05-16", None),
    (dt.datetime(2566, 5, 16), "2023-05-16", "date-typed-be"),
    ("29/02/2567", "2024-02-29", "date-be"),
    ("29/02/2566", None, "date-impossible"),
    ("31/04/2566", None, "date-impossible"),
    ("05/16/2023", None, "date-order"),
    ("พฤษภาคม 2566", None, "not-a-date"),
    (45062, None, "not-a-date"),
    ("16/05/1899", None, "date-window"),
]


@pytest.mark.parametrize(("start", "day", "code"), DATES)
def test_dates(check, start, day, code):
    result = check(as_xlsx(partners(start, dt.datetime(2023, 6, 1))))
    assert codes(result) >= ({code} if code else set())
    assert result.rejected_rows == (() if day else (2,))
    if day:
        assert result.table["start"].dt.strftime("%Y-%m-%d")[0] == day


def test_a_1904_workbook_counts_its_own_days(check):
    from openpyxl.utils.datetime import CALENDAR_MAC_1904

    def mac(book, _):
        book.epoch = CALENDAR_MAC_1904

    result = check(as_xlsx(partners(dt.datetime(2023, 5, 16)), change=mac))
    assert result.table["start"].dt.strftime("%Y-%m-%d")[0] == "2023-05-16"


def test_an_end_before_the_start_is_set_aside(check):
    rows = partners(dt.datetime(2023, 5, 16))
    rows[1][4] = dt.datetime(2022, 5, 16)
    assert check(as_xlsx(rows)).rejected_rows == (2,)


# --- rows ---------------------------------------------------------------------------------------------------------


def test_repeats_are_kept_once_and_contradictions_not_at_all(check):
    rows = results()
    same = check(as_xlsx([*rows, rows[1]]))
    assert (same.decision, same.rows_loaded, same.dropped_rows) == ("warn", 4, (6,))
    other = check(as_xlsx([*rows, [*rows[1][:8], 11.1, 1]]))
    assert (other.decision, other.rows_loaded, other.rejected_rows) == ("reject_rows", 3, (2, 6))


def test_rows_that_are_no_school_are_left_out_and_told(check):
    rows = results()
    blank = [None] * 10
    more = [
        blank,
        ["หมายเหตุ: ข้อมูล ณ วันที่ 1 มีนาคม 2567"],
        rows[0],
        [1, 2, 3, 4, 5, 6, 7, 8, 9, 10],
        [None, None, "รวม", None, None, None, None, 48, None, None],
        [None, None, "รวมอำเภอเอก", None, None, None, None, 48, 70, None],
        ["ระดับประเทศ", None, None, None, None, None, None, 9, 70, 10],
    ]
    result = check(as_xlsx([*rows, *more]))
    assert (result.decision, result.rows_loaded) == ("fix", 4), result.say("en")
    assert result.dropped_rows == (6, 7, 8, 9, 10, 11, 12)
    assert codes(result) == {
        "blank-row",
        "note-row",
        "repeated-header",
        "column-numbers",
        "total-row",
        "aggregate-dropped",
    }


def test_a_school_may_be_called_like_a_total(check):
    rows = results((2, CODE, "1057010008"), (2, NAME, "รวมไทยสมมุติ"), (2, "อำเภอ", "โท"))
    assert check(as_xlsx(rows)).decision == "ok"
    rows[1][1] = None
    assert check(as_xlsx(rows)).table["school_id"][0] == "1057010008"


def test_an_aggregate_row_with_its_own_key_is_a_benchmark(check):
    area = [2566, "57010000", "ค่าเฉลี่ยระดับเขตพื้นที่", None, "RT", "ป.1", "การอ่านรู้เรื่อง", 48, 70.99, 10]
    weighted = (9 * 68.1 + 22 * 76.27 + 6 * 73.4 + 11 * 61.45) / 48
    area[8] = round(weighted, 2)
    result = check(as_xlsx([*results(), area]))
    assert result.decision == "fix" and codes(result) == {"aggregate-kept"}
    assert result.benchmarks[["level", "mean", "n", "source"]].values.tolist() == [["area", area[8], 48, "file.xlsx"]]
    area[8] += 1
    wrong = check(as_xlsx([*results(), area]))
    assert wrong.decision == "warn" and "reconcile-differs" in codes(wrong)


def test_text_rows_that_lost_or_gained_cells_are_set_aside(check):
    lines = as_csv(results()).decode().splitlines()
    lines[2] += ",เกินมา"
    lines[3] = lines[3].rsplit(",", 2)[0]
    lines[4] += ",,"  # blanks after the last column say nothing
    result = check("\n".join(lines).encode(), "a.csv")
    assert (result.rows_loaded, result.rejected_rows) == (2, (3, 4))


def test_merged_cells_fill_down_keys_but_never_figures(check):
    rows = results()
    rows[2][0] = None

    def merge_year(_, sheet):
        sheet.merge_cells("A2:A3")

    result = check(as_xlsx(rows, change=merge_year))
    assert result.decision == "fix" and codes(result) == {"merged-filled"} and result.rows_loaded == 4
    assert check(as_xlsx(rows)).rejected_rows == (3,)

    def merge_mean(_, sheet):
        sheet.merge_cells("I2:I3")

    figures = check(as_xlsx(results(), change=merge_mean))
    assert figures.rejected_rows == (3,) and "merged-value" in codes(figures)


def test_hidden_rows_columns_and_sheets_are_told(check):
    def hide(book, sheet):
        sheet.row_dimensions[3].hidden = True
        sheet.column_dimensions["J"].hidden = True
        other = book.create_sheet("เก่า")
        other.append(["ข้อมูลเก่า"])
        other.sheet_state = "veryHidden"

    result = check(as_xlsx(results(), change=hide))
    assert result.decision == "warn"
    assert codes(result) == {"hidden-row", "hidden-column", "hidden-sheet"}
    assert {i.row for i in result.issues if i.code == "hidden-row"} == {3}


# --- layout -------------------------------------------------------------------------------------------------------


def test_misspelt_header_is_refused_with_a_suggestion(check):
    for header, wrong in ((MEAN, "คะแนนเฉลีย"), (SD, "ส่วนเบียงเบนมาตรฐาน"), (CODE, "รหสโรงเรียน")):
        result = check(as_xlsx(results((1, header, wrong))))
        assert result.decision == "reject_file" and result.table.empty
        (found,) = [i for i in result.issues if i.code == "header-misspelt"]
        assert header in found.en and found.header == wrong


def test_missing_column_is_named(check):
    rows = [[c for i, c in enumerate(row) if i != 8] for row in results()]
    result = check(as_xlsx(rows))
    assert result.decision == "reject_file" and "header-missing" in codes(result)
    assert MEAN in result.issues[0].en


def test_unknown_and_ignored_columns_are_told_and_not_loaded(check):
    rows = [
        [*row, extra, i]
        for i, (row, extra) in enumerate(zip(results(), ["สีประจำโรงเรียน", "ฟ้า", "แดง", "ฟ้า", "ขาว"], strict=True))
    ]
    rows[0][-1] = "ลำดับที่"
    result = check(as_xlsx(rows))
    assert result.decision == "warn" and codes(result) == {"column-unknown", "column-ignored"}


def test_two_columns_of_one_name_are_refused(check):
    result = check(as_xlsx(results((1, SD, MEAN))))
    (found,) = [i for i in result.issues if i.code == "header-duplicate"]
    assert result.decision == "reject_file" and "(I)" in found.en and "(J)" in found.en


def test_two_tables_side_by_side_below_each_other_and_on_their_side_are_refused(check):
    rows = results()
    beside = check(as_xlsx([[*row, None, *row] for row in rows]))
    assert beside.decision == "reject_file" and codes(beside) == {"layout-side-by-side"}
    below = check(as_xlsx([*rows, [None], HEADERS["partners"], *partners(dt.datetime(2023, 1, 1))[1:]]))
    assert below.decision == "reject_file" and "layout-second-table" in codes(below)
    lying = check(as_xlsx([list(column) for column in zip(*rows, strict=True)]))
    assert lying.decision == "reject_file" and codes(lying) == {"layout-transposed"}


def test_titles_above_the_header_and_cover_sheets(check):
    title = [["ผลการประเมิน RT ปีการศึกษา 2566"], [None], *results()]

    def cover(book, _):
        book.create_sheet("ปก", 0).append(["รายงาน"])
        book.create_sheet("ว่าง")

    result = check(as_xlsx(title, change=cover))
    assert result.decision == "fix" and codes(result) == {"header-below-title", "sheet-skipped"}
    assert result.rows_loaded == 4


def test_no_header_at_all(check):
    result = check(as_xlsx(results()[1:]))
    assert result.decision == "reject_file" and codes(result) == {"header-not-found"}


def test_a_header_without_rows(check):
    result = check(as_csv(results()[:1]), "a.csv")
    assert result.decision == "reject_file" and codes(result) == {"no-rows"}


def test_several_sheets_of_one_kind_are_joined(check):
    def second(book, _):
        sheet = book.create_sheet("2567")
        for row in results(year=2567):
            sheet.append(row)

    result = check(as_xlsx(results(), change=second))
    assert result.rows_loaded == 8 and codes(result) == {"sheets-joined"}


def test_another_kind_of_table_on_a_second_sheet_is_not_passed_over_in_silence(check):
    def second(book, _):
        sheet = book.create_sheet("ภาคี")
        for row in partners(dt.datetime(2023, 5, 1)):
            sheet.append(row)

    data = as_xlsx(results(), change=second)
    result = check(data)
    assert result.decision == "warn" and codes(result) == {"sheet-not-loaded"} and result.kind == "results"
    assert check(data, kind="partners").kind == "partners"


# --- text files ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("encoding", ["cp874", "utf-16", "utf-16-le", "utf-16-be"])
def test_other_encodings_are_read_and_told(check, encoding):
    result = check(as_csv(results(), encoding=encoding), "a.csv")
    assert (result.decision, result.rows_loaded, codes(result)) == ("fix", 4, {"encoding"})


@pytest.mark.parametrize(("delimiter", "name"), [(";", "a.csv"), ("|", "a.csv"), ("\t", "a.csv")])
def test_other_delimiters_are_read_and_told(check, delimiter, name):
    result = check(as_csv(results(), delimiter=delimiter), name)
    assert (result.decision, result.rows_loaded, codes(result)) == ("fix", 4, {"delimiter"})


def test_a_tab_is_nothing_new_in_a_tsv(check):
    assert check(as_csv(results(), delimiter="\t"), "a.tsv").decision == "ok"


def test_line_ends_of_old_macs(check):
    result = check(as_csv(results(), end="\r"), "a.csv")
    assert (result.decision, result.rows_loaded, codes(result)) == ("fix", 4, {"line-ends"})


def test_excel_separator_line_keeps_row_numbers(check):
    result = check(b"sep=;\r\n" + as_csv(results((2, MEAN, 500)), delimiter=";"), "a.csv")
    assert result.rejected_rows == (3,)


def test_quoted_line_breaks_are_data(check):
    result = check(as_csv(results((2, NAME, "โรงเรียน\nบ้านทดลองหนึ่ง"))), "a.csv")
    assert result.rows_loaded == 4 and result.decision == "fix"


def test_damaged_text_is_refused_with_its_line(check):
    good = as_csv(results())
    cases = {
        "text-nul": good.replace(b"76.27", b"76\x0027"),
        "text-quotes": good.replace("โรงเรียนวัด".encode(), '"โรงเรียนวัด'.encode()),
        "encoding-mixed": b"\n".join([*good.splitlines()[:3], *as_csv(results(), encoding="cp874").splitlines()[3:]]),
        "encoding-garbled": good.decode().encode("utf-8").decode("cp1252", "replace").encode(),
        "encoding-unknown": as_csv([["x", "\u00fc"]], encoding="latin-1"),
    }
    for code, data in cases.items():
        result = check(data, "a.csv")
        assert (result.decision, codes(result)) == ("reject_file", {code}), code
    assert check(cases["encoding-mixed"], "a.csv").issues[0].row == 4
    assert check(cases["text-nul"], "a.csv").issues[0].row == 3


def test_garbled_names_under_a_good_header_are_refused_with_their_row(check):
    rows = results((3, NAME, "โรงเรียนวัด".encode("cp874").decode("cp1252")))
    result = check(as_xlsx(rows))
    assert (
        result.decision == "reject_file" and result.issues[0].code == "encoding-garbled" and result.issues[0].row == 3
    )


# --- what the file is ---------------------------------------------------------------------------------------------

NOT_TABLES = {
    "file-empty": b"",
    "file-empty-blank": b"\xef\xbb\xbf \r\n\r\n",
    "file-html": "<html><table><tr><td>รหัสโรงเรียน</td></tr></table></html>".encode(),
    "file-html-bom": b"\xef\xbb\xbf<!DOCTYPE html><html></html>",
    "file-other-pdf": b"%PDF-1.7 ...",
    "file-other-rtf": b"{\\rtf1 x}",
    "file-other-json": b'[{"a": 1}]',
    "file-other-gzip": gzip.compress(b"a,b"),
    "file-other-xml": b'<?xml version="1.0"?><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet"/>',
    "file-old-excel": b"\x09\x04\x06\x00\x00\x00\x10\x00" + bytes(50),
    "file-damaged-ole": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(100),
    "file-damaged-zip": b"PK\x03\x04" + bytes(200),
}


@pytest.mark.parametrize("name", NOT_TABLES)
@pytest.mark.parametrize("suffix", [".xlsx", ".csv"])
def test_what_is_no_table_is_named(check, name, suffix):
    result = check(NOT_TABLES[name], f"a{suffix}")
    assert result.decision == "reject_file" and result.exit_code == 2
    assert name.startswith(result.issues[0].code)


def test_other_zip_files_are_named(check):
    workbook = as_xlsx(results())
    word = rezip(workbook, change={"xl/workbook.xml": None, "word/document.xml": b"<w/>"})
    assert "Word" in check(word).issues[0].en
    binary = rezip(workbook, change={"xl/workbook.xml": None, "xl/workbook.bin": b"x"})
    assert "xlsb" in check(binary).issues[0].en
    assert check(workbook[: len(workbook) // 2]).issues[0].code == "file-damaged"


def test_content_decides_not_the_name(check):
    result = check(as_xlsx(results()), "a.csv")
    assert result.rows_loaded == 4 and codes(result) == {"file-type"}
    result = check(as_csv(results()), "a.xlsx")
    assert result.rows_loaded == 4 and codes(result) == {"file-type"}


def test_a_file_that_is_not_there(tmp_path, register):
    from innovlib.area import intake

    for path in (tmp_path / "none.csv", tmp_path):
        (result,) = intake.intake([path], into=None, register=register)
        assert result.decision == "reject_file" and codes(result) == {"file-missing"}


# --- workbooks ----------------------------------------------------------------------------------------------------


def test_used_range_to_the_end_of_the_sheet(check):
    def wide(xml: bytes) -> bytes:
        return xml.replace(b'ref="A1:J5"', b'ref="A1:XFD1048576"')

    result = check(rezip(as_xlsx(results()), change={SHEET: wide}))
    assert result.decision == "reject_file" and codes(result) == {"sheet-too-large"}

    def far(xml: bytes) -> bytes:
        return xml.replace(b"</sheetData>", b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData>')

    assert codes(check(rezip(as_xlsx(results()), change={SHEET: far}))) == {"sheet-too-large"}


def test_zip_bombs_are_stopped_by_the_directory_and_by_counting(check):
    strings = b"<sst><si><t>" + b"a" * 60_000_000 + b"</t></si></sst>"
    honest = rezip(as_xlsx(results()), change={"xl/sharedStrings.xml": strings})
    assert codes(check(honest)) == {"zip-bomb"}
    # The same with a directory that lies about the size.
    size, lie = (60_000_025).to_bytes(4, "little"), (1000).to_bytes(4, "little")
    result = check(honest.replace(len(strings).to_bytes(4, "little"), lie).replace(size, lie))
    assert result.decision == "reject_file"


def test_entities_are_refused(check):
    bomb = b'<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]>'

    def add(xml: bytes) -> bytes:
        head, _, tail = xml.partition(b"<worksheet")
        return head + bomb + b"<worksheet" + tail

    assert codes(check(rezip(as_xlsx(results()), change={SHEET: add}))) == {"xml-doctype"}


def test_formulas_never_calculated_are_refused(check):
    result = check(as_xlsx(results((2, MEAN, "=AVERAGE(1,2)"))))
    assert result.decision == "reject_file" and codes(result) == {"formula-uncached"}
    assert result.issues[0].column == "I" and result.issues[0].row == 2


def test_calculated_formulas_count_and_links_to_other_files_are_told(check):
    def cached(formula: bytes):
        def change(xml: bytes) -> bytes:
            return xml.replace(
                b'<c r="I2" t="n"><v>68.09999999999999</v>', b'<c r="I2"><f>' + formula + b"</f><v>68.1</v>"
            ).replace(b'<c r="I2" t="n"><v>68.1</v>', b'<c r="I2"><f>' + formula + b"</f><v>68.1</v>")

        return change

    assert check(rezip(as_xlsx(results()), change={SHEET: cached(b"A1+1")})).decision == "ok"
    linked = check(rezip(as_xlsx(results()), change={SHEET: cached(b"[1]Sheet1!A1")}))
    assert linked.decision == "warn" and codes(linked) == {"linked-value"}


def test_macros_are_not_run_and_told(check):
    data = rezip(as_xlsx(results()), change={"xl/vbaProject.bin": b"x"})
    result = check(data, "a.xlsm")
    assert result.rows_loaded == 4 and codes(result) == {"macro-ignored"}


def test_broken_xml_is_refused(check):
    for change in (lambda x: x[: len(x) // 2], lambda x: x.replace(b"<row", b"<rwo", 1), lambda x: zlib.compress(x)):
        assert codes(check(rezip(as_xlsx(results()), change={SHEET: change}))) == {"file-damaged"}


# --- people -------------------------------------------------------------------------------------------------------


def test_columns_of_people_are_dropped_and_nothing_of_them_is_said(check):
    ids = ["เลขประจำตัวประชาชน", "1103700000003", "1103700079190"]
    names = ["ชื่อ-สกุล", "เด็กหญิงลับมาก ไม่เปิด", "เด็กชายลับมาก ไม่เปิด"]
    rows = [[*row, *extra] for row, *extra in zip(pupils(50, 60), ids, names, strict=True)]
    result = check(as_xlsx(rows))
    assert result.decision == "warn" and codes(result) == {"personal-column"} and result.rows_loaded == 2
    everything = json.dumps(result.to_dict(with_table=True), ensure_ascii=False) + result.say()
    assert not any(secret in everything for secret in ("11037", "ลับมาก", "ไม่เปิด", "P000", "P001"))


def test_people_in_columns_that_do_not_say_so(check):
    rows = [[*row, extra] for row, extra in zip(pupils(50, 60), ["อื่น ๆ", "1-1037-00000-00-3", "x"], strict=True)]
    result = check(as_xlsx(rows))
    assert codes(result) == {"personal-column"} and "1037" not in result.say()
    person = partners(dt.datetime(2023, 5, 16))
    person[1][1] = "นายสมมุติ ลับมาก"
    result = check(as_xlsx(person))
    assert result.rejected_rows == (2,) and "ลับมาก" not in result.say() + str(result.to_dict())


def test_a_name_in_a_column_of_something_else_is_not_repeated(check):
    shifted = pupils(50, 60)
    shifted[1][3], shifted[2][5] = "สมมุติ ลับมาก", "ลับมาก"
    result = check(as_xlsx(shifted))
    assert result.rejected_rows == (2, 3) and "ลับมาก" not in result.say() + str(result.to_dict(with_table=True))
    result = check(as_xlsx(results((2, "ระดับชั้น", "เด็หญิงสมมุติ ลับมาก"))))
    assert result.rejected_rows == (2,) and "ลับมาก" not in result.say()


def test_pupil_ids_become_keys_and_small_groups_are_told(check):
    result = check(as_xlsx(pupils(*range(40, 65), sexes="ช" * 3 + "ญ" * 22)))
    assert result.decision == "warn" and codes(result) == {"small-complement"}
    assert result.table["pupil_key"].str.fullmatch("[0-9a-f]{32}").all() and result.table["pupil_key"].is_unique
    citizen = pupils(50)
    citizen[1][2] = 1103700000003
    result = check(as_xlsx(citizen))
    assert codes(result) == {"pupil-citizen-id"} and "11037" not in str(result.to_dict(with_table=True))


def test_missing_scores_are_never_zero(check):
    result = check(as_xlsx(pupils("-", "ขาดสอบ", "N/A", None, "ข.ส.", "*", 0, 55)))
    assert result.decision == "fix" and result.table["score"].dropna().tolist() == [0, 55]


def test_survey_answers(check):
    rows = [
        HEADERS["survey"],
        [2566, SCHOOLS[0][0], "T01", "วิชาการ", 1, 5],
        [2566, SCHOOLS[0][0], "T02", "วิชาการ", 1, 1],
    ]
    result = check(as_xlsx(rows))
    assert (result.decision, result.rows_loaded) == ("ok", 2)
    assert result.table["de_facto"].tolist() == [4, 0] and set(result.table["respondent_role"]) == {"teacher"}
    rows[1][5] = 6
    assert check(as_xlsx(rows)).rejected_rows == (2,)


def test_a_name_of_characters_that_nobody_sees_is_no_name(check):
    rows = partners(*[dt.datetime(2023, 1, 1)] * 3)
    rows[1][1], rows[2][1] = "\u200b", "\u202e\u202c"
    result = check(as_xlsx(rows))
    assert result.rejected_rows == (2, 3) and {"blank-needed", "text-control"} <= codes(result)


def test_partner_names_are_never_taken_for_missing(check):
    rows = partners(*[dt.datetime(2023, 1, 1)] * 3)
    for row, name in zip(rows[1:], ("NA", "None", "null"), strict=True):
        row[1] = name
    result = check(as_xlsx(rows))
    assert result.decision == "warn" and result.table["partner_name"].tolist() == ["NA", "None", "null"]


# --- the catalogue ------------------------------------------------------------------------------------------------


def test_every_code_has_its_words():
    for code, entry in faults.catalogue().items():
        assert entry["severity"] in faults.SEVERITIES, code
        assert entry["th"] and entry["en"], code
        if entry["severity"].startswith("reject"):
            assert entry.get("fix_th") and entry.get("fix_en"), code
