"""What must not matter does not: order of rows and columns, encoding, format, one file or many, long or wide."""

from __future__ import annotations

import datetime as dt
import random

import pandas as pd
import pytest

from innovlib import terms
from innovlib.area import intake, store
from tests.intake.office_files import HEADERS, SCHOOLS, as_csv, as_xlsx
from tests.intake.test_formats import as_ods, as_xls

NT = ("ภาษาไทย", "คณิตศาสตร์")


def long_rows(seed: int) -> list[list]:
    """NT results of all schools over three years, two subjects, with blanks; header first."""
    chance = random.Random(seed)
    rows = [HEADERS["results"]]
    for year in (2564, 2565, 2566):
        for code, name, _, district, _ in SCHOOLS:
            n = chance.randint(5, 40)
            for subject in NT:
                mean = None if chance.random() < 0.1 else round(chance.uniform(40, 60), 2)
                place = [year, code, f"โรงเรียน{name}", district.removeprefix("อำเภอ"), "NT", "ป.3"]
                rows.append([*place, subject, n, mean, None])
    return rows


def wide_rows(rows: list[list]) -> list[list]:
    """The same as one row for each school and year with a column for each subject."""
    out = [[*HEADERS["results"][:6], "จำนวนผู้เข้าสอบ", *NT]]
    for one, two in zip(rows[1::2], rows[2::2], strict=True):
        out.append([*one[:6], one[7], one[8], two[8]])
    return out


def two_row_header(rows: list[list]) -> list[list]:
    """The same under a header of two rows, subject above measure."""
    out = [[*HEADERS["results"][:6], NT[0], None, NT[1], None], [None] * 6 + ["จำนวน", "เฉลี่ย"] * 2]
    return out + [[*a[:6], a[7], a[8], b[7], b[8]] for a, b in zip(rows[1::2], rows[2::2], strict=True)]


def shuffled(rows: list[list], seed: int, *, columns: bool = False) -> list[list]:
    """Rows below the header in another order, or all columns."""
    chance = random.Random(seed)
    if columns:
        order = chance.sample(range(len(rows[0])), len(rows[0]))
        return [[row[i] for i in order] for row in rows]
    return [rows[0], *chance.sample(rows[1:], len(rows) - 1)]


def merged_above(_, sheet) -> None:
    for place in ("G1:H1", "I1:J1", *(f"{letter}1:{letter}2" for letter in "ABCDEF")):
        sheet.merge_cells(place)


def ways(rows: list[list], seed: int) -> dict[str, list[tuple[str, bytes]]]:
    """The same table as one or several files, in every form that should make no difference."""
    wide, two = wide_rows(rows), two_row_header(rows)
    half = len(rows) // 2
    return {
        "rows": [("a.csv", as_csv(shuffled(rows, seed)))],
        "columns": [("a.csv", as_csv(shuffled(rows, seed, columns=True)))],
        "bom": [("a.csv", as_csv(rows, encoding="utf-8-sig"))],
        "thai code page": [("a.csv", as_csv(rows, encoding="cp874"))],
        "utf-16": [("a.txt", as_csv(rows, encoding="utf-16", delimiter="\t"))],
        "semicolons": [("a.csv", as_csv(rows, delimiter=";", end="\n"))],
        "old mac": [("a.csv", as_csv(rows, end="\r"))],
        "xlsx": [("a.xlsx", as_xlsx(rows))],
        "xlsm": [("a.xlsm", as_xlsx(rows))],
        "ods": [("a.ods", as_ods(rows))],
        "xls": [("a.xls", as_xls(rows))],
        "wide": [("a.xlsx", as_xlsx(wide))],
        "wide, columns moved": [("a.csv", as_csv(shuffled(wide, seed, columns=True)))],
        "two header rows": [("a.xlsx", as_xlsx(two, change=merged_above))],
        "two header rows in text": [("a.csv", as_csv(two))],
        "two files": [("a.csv", as_csv(rows[:half])), ("b.xlsx", as_xlsx([rows[0], *rows[half:]]))],
        "two sheets": [("a.xlsx", _two_sheets(rows, half))],
        "overlapping files": [("a.csv", as_csv(rows)), ("b.csv", as_csv(rows[: half + 1]))],
        "Thai digits": [("a.csv", as_csv([rows[0], *([terms.thai_digits(str(v)) if isinstance(v, int) else v for v in r]
                                                     for r in rows[1:])]))],
        "CE": [("a.csv", as_csv([rows[0], *([r[0] - 543, *r[1:]] for r in rows[1:])]))],
        "title and totals": [("a.xlsx", as_xlsx([["รายงานผล"], [], *rows, [None, None, "รวม", *[None] * 6, 1]]))],
    }  # fmt: skip


def _two_sheets(rows: list[list], half: int) -> bytes:
    def more(book, _):
        sheet = book.create_sheet("ต่อ")
        for row in [rows[0], *rows[half:]]:
            sheet.append(row)

    return as_xlsx(rows[:half], change=more)


def loaded(files: list[tuple[str, bytes]], folder, register) -> str:
    """What the files say together, as the area would keep it."""
    folder.mkdir()
    paths = []
    for name, data in files:
        (folder / name).write_bytes(data)
        paths.append(folder / name)
    results = intake.intake(paths, into=None, register=register)
    assert all(one.rejected_rows == () and one.decision != "reject_file" for one in results), results[0].say("en")
    table = pd.concat([one.table for one in results]).drop_duplicates()
    return store.as_csv(table, "scores")


@pytest.mark.parametrize("way", list(ways(long_rows(1), 1)))
def test_the_form_of_a_file_changes_nothing(tmp_path, register, way):
    rows = long_rows(1)
    plain = loaded([("a.csv", as_csv(rows))], tmp_path / "plain", register)
    assert plain.count("\n") == len(rows)
    assert loaded(ways(rows, 1)[way], tmp_path / "other", register) == plain


def test_a_changed_figure_does_matter(tmp_path, register):
    """The comparison above can fail: one figure of one form is off by a hundredth."""
    rows = long_rows(1)
    other = [list(row) for row in rows]
    other[5][8] = 41.01 if other[5][8] != 41.01 else 41.02
    plain = loaded([("a.csv", as_csv(rows))], tmp_path / "plain", register)
    assert loaded([("a.xlsx", as_xlsx(other))], tmp_path / "other", register) != plain


def test_days_are_the_same_in_every_form(tmp_path, register):
    def starts(name: str, data: bytes) -> list[str]:
        (tmp_path / name).write_bytes(data)
        (one,) = intake.intake([tmp_path / name], into=None, register=register)
        return one.table["start"].dt.strftime("%Y-%m-%d").tolist()

    def rows(*days):
        return [HEADERS["partners"], *([SCHOOLS[i][0], "มูลนิธิ", "มูลนิธิ", d, None, 1] for i, d in enumerate(days))]

    days = [dt.datetime(2023, 5, 16), dt.datetime(2024, 2, 29)]
    forms = {
        "a.xlsx": as_xlsx(rows(*days)), "iso.csv": as_csv(rows("2023-05-16", "2024-02-29")),
        "be.csv": as_csv(rows("16/05/2566", "29 ก.พ. 2567")), "thai.csv": as_csv(rows("๑๖/๐๕/๒๕๖๖", "๒๙/๐๒/๖๗")),
    }  # fmt: skip
    assert {tuple(starts(name, data)) for name, data in forms.items()} == {("2023-05-16", "2024-02-29")}
