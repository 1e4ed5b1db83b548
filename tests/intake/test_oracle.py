"""An independent judge: frictionless, reading Table Schemas, must refuse the same random tables and rows as we.

Faults are planted where Table Schema and this kit mean the same by a type. Where they differ on purpose is listed:
Table Schema takes NaN, INF, 1e5 and Thai digits for numbers; an office's file has them by mistake.
"""

from __future__ import annotations

import random

import frictionless
import pandas as pd
import pytest

from innovlib import terms
from innovlib.area import check, contract, intake
from tests.intake.office_files import HEADERS, SCHOOLS, as_csv

TABLES = sorted(contract.TABLES)


def verdict(rows: list[list[str]], schema: dict) -> set[int]:
    """Numbers of the rows (header is 1) that frictionless refuses."""
    resource = frictionless.Resource(data=rows, schema=frictionless.Schema.from_descriptor(schema))
    report = resource.validate()
    assert not report.errors
    found = [error for task in report.tasks for error in task.errors]
    assert all(getattr(error, "row_number", None) for error in found), found
    return {error.row_number for error in found}


# --- the contract's tables ----------------------------------------------------------------------------------------


def good(column: contract.Column, row: int, chance: random.Random, *, blanks: float = 0.2) -> str:
    """A cell that the contract takes; keys differ from row to row."""
    if not column.required and chance.random() < blanks:
        return ""
    if column.name == "pupil_key":
        return f"{row:032x}"
    if column.name == "school_id":
        return f"9905{row:04}"
    if column.values:
        return str(chance.choice(column.values))
    low, high = column.limits.get("minimum", 0), column.limits.get("maximum", 500)
    return {
        "string": lambda: f"คำ {row}",
        "integer": lambda: str(chance.randint(int(low), int(high))),
        "number": lambda: f"{chance.uniform(low, high):.2f}",
        "boolean": lambda: chance.choice(("true", "false")),
        "date": lambda: f"20{chance.randint(10, 25)}-0{chance.randint(1, 9)}-1{chance.randint(0, 9)}",
    }[column.type]()


def bad(column: contract.Column, chance: random.Random) -> str | None:
    """A cell that neither judge may take; None where the column takes everything."""
    ways = {
        "integer": ["x", "1.5", "-", "1,000", "12 คน"],
        "number": ["x", "1,5", "-", "๑๒ คะแนน", "1.2.3"],
        "date": ["16/05/2566", "2023-02-30", "2023-13-01", "x"],
        "boolean": ["maybe", "ใช่", "2"],
    }.get(column.type, [])
    if column.required:
        ways = [*ways, ""]
    if column.values:
        ways = [*ways, "ไม่มีคำนี้", "O NET", str(column.values[0]) + "x"]
    if column.pattern:
        ways = [*ways, "../x", "a b", "CON", "ก1"]
    if column.type in ("integer", "number"):
        ways += [f"{column.limits[k] + d:g}" for k, d in (("minimum", -1), ("maximum", 1)) if k in column.limits]
    return chance.choice(ways) if ways else None


def random_table(name: str, chance: random.Random) -> tuple[list[list[str]], set[int]]:
    """A table of text cells with its header, and the numbers of the rows in which a fault was planted."""
    columns = contract.table(name).columns
    rows = [[good(c, i, chance) for c in columns] for i in range(chance.randint(1, 8))]
    planted = set()
    for _ in range(chance.choice((0, 0, 1, 1, 3))):
        row, at = chance.randrange(len(rows)), chance.randrange(len(columns))
        cell = bad(columns[at], chance)
        if cell is not None:
            rows[row][at] = cell
            planted.add(row + 2)
    return [[c.name for c in columns], *rows], planted


@pytest.mark.parametrize("count", [pytest.param(8, id="some"), pytest.param(100, id="many", marks=pytest.mark.slow)])
@pytest.mark.parametrize("name", TABLES)
def test_both_judges_refuse_the_same_rows_of_the_contracts_tables(name, count):
    chance = random.Random(f"{name} {count}")
    schema = contract.schema(name) | {"primaryKey": []}
    for _ in range(count):
        rows, planted = random_table(name, chance)
        ours = {b.row for b in check.breaches(pd.DataFrame(rows[1:], columns=rows[0], dtype="str"), name)}
        assert verdict(rows, schema) == ours == planted, rows


@pytest.mark.parametrize("name", TABLES)
def test_both_judges_refuse_a_table_with_a_row_twice(name):
    table, chance = contract.table(name), random.Random(name)
    rows = [list(table.names), *([good(c, i, chance, blanks=0) for c in table.columns] for i in range(3))]
    assert not verdict(rows, contract.schema(name))
    twice = [*rows, rows[1]]
    assert verdict(twice, contract.schema(name))
    assert {b.code for b in check.breaches(pd.DataFrame(twice[1:], columns=rows[0], dtype="str"), name)} == {
        "duplicate"
    }


# --- an office's file ---------------------------------------------------------------------------------------------

#: The office's long layout as a Table Schema of its own, written without a look at intake's rules.
OFFICE = {
    "fields": [
        {"name": "ปีการศึกษา", "type": "integer", "constraints": {"required": True, "minimum": 2540, "maximum": 2569}},
        {"name": "รหัสโรงเรียน", "type": "string", "constraints": {"required": True, "enum": [s[0] for s in SCHOOLS]}},
        {"name": "ชื่อโรงเรียน", "type": "string"},
        {"name": "อำเภอ", "type": "string"},
        {"name": "การทดสอบ", "type": "string", "constraints": {"required": True, "enum": ["NT"]}},
        {"name": "ระดับชั้น", "type": "string", "constraints": {"required": True, "enum": ["ป.3"]}},
        {"name": "วิชา", "type": "string", "constraints": {"required": True, "enum": ["ภาษาไทย", "คณิตศาสตร์"]}},
        {"name": "จำนวนผู้เข้าสอบ", "type": "integer", "constraints": {"minimum": 0, "maximum": 10_000_000}},
        {"name": "คะแนนเฉลี่ย", "type": "number", "constraints": {"minimum": 0, "maximum": 100}},
        {"name": "ส่วนเบี่ยงเบนมาตรฐาน", "type": "number", "constraints": {"minimum": 0, "maximum": 50}},
    ],
    "missingValues": ["", "-"],
}
FAULTS = {
    "ปีการศึกษา": ["", "-", "2566.5", "25666", "256", "x", "2666"],
    "รหัสโรงเรียน": ["1057019999", "../x", "x y", "1.05701E+09", "1057010001x"],
    "การทดสอบ": ["", "GAT", "9"],
    "ระดับชั้น": ["", "ป.9", "ป.6", "9"],
    "วิชา": ["", "พลศึกษา", "อังกฤษ", "9"],
    "จำนวนผู้เข้าสอบ": ["-1", "9.5", "เก้า", "9 คน", "1,00", "0x9", "99999999999"],
    "คะแนนเฉลี่ย": ["-0.1", "100.01", "หกสิบ", "6O", "60..1", "60 61", "1,234"],
    "ส่วนเบี่ยงเบนมาตรฐาน": ["-1", "51", "สิบ", "1O", "#DIV/0!"],
}


def office_file(chance: random.Random) -> tuple[list[list[str]], set[int]]:
    """An office's file of up to 24 rows, each its own item, with planted faults; and where they are."""
    items = [(y, s, w) for y in (2564, 2565, 2566) for s in SCHOOLS for w in ("ภาษาไทย", "คณิตศาสตร์")]
    rows = [list(HEADERS["results"])]
    for year, (code, name, _, district, _), subject in chance.sample(items, chance.randint(2, 24)):
        figures = [str(chance.randint(3, 60)), f"{chance.uniform(30, 70):.2f}", f"{chance.uniform(0, 14):.2f}"]
        figures = [chance.choice(("", "-")) if chance.random() < 0.06 else cell for cell in figures]
        rows.append([str(year), code, name, district.removeprefix("อำเภอ"), "NT", "ป.3", subject, *figures])
    planted = set()
    for _ in range(chance.choice((0, 0, 1, 2, 4))):
        row, header = chance.randrange(1, len(rows)), chance.choice(list(FAULTS))
        rows[row][HEADERS["results"].index(header)] = chance.choice(FAULTS[header])
        planted.add(row + 1)
    return rows, planted


@pytest.mark.parametrize("count", [pytest.param(40, id="some"), pytest.param(600, id="many", marks=pytest.mark.slow)])
def test_both_judges_set_the_same_rows_of_an_offices_file_aside(tmp_path, register, count):
    chance, path = random.Random(count), tmp_path / "a.csv"
    for _ in range(count):
        rows, planted = office_file(chance)
        path.write_bytes(as_csv(rows))
        (result,) = intake.intake([path], into=None, register=register)
        assert set(result.rejected_rows) == verdict(rows, OFFICE) == planted, rows
        assert result.rows_loaded == len(rows) - 1 - len(planted)
        assert result.dropped_rows == ()


@pytest.mark.parametrize("cell", ["NaN", "INF", "1e1", "๕๐"])
def test_where_table_schema_is_meant_to_be_looser(cell):
    rows = [HEADERS["results"], ["2566", SCHOOLS[0][0], "", "", "NT", "ป.3", "ภาษาไทย", "9", cell, "9"]]
    loose = {f["name"]: {k: v for k, v in f.items() if k != "constraints"} for f in OFFICE["fields"]}
    assert verdict(rows, {"fields": list(loose.values())}) == set()
    frame = pd.DataFrame([["99050001", "2566", "NT", "ป.3", "thai", cell]],
                         columns=["school_id", "year_be", "test", "grade", "subject", "mean"], dtype="str")  # fmt: skip
    assert check.breaches(frame, "scores") or cell == "1e1"
    assert terms.western_digits("๕๐") == "50"
