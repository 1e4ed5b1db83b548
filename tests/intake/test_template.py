"""Templates: filled in as their lists allow, every one of them loads as it stands."""

from __future__ import annotations

import datetime as dt
import io
import random

import openpyxl
import pandas as pd
import pytest

from innovlib import cli, terms
from innovlib.area import contract, intake, template, vocabulary
from tests.intake.office_files import SCHOOLS

NAMES = sorted(template.templates())


def value(column: template.Column, one: template.Template, row: int, chance: random.Random) -> object:
    """A valid value for one cell."""
    words, field = template.allowed(column, one), column.field
    code, name, tambon, amphoe, province = SCHOOLS[row % len(SCHOOLS)]
    known = {
        "school_id": code, "name_th": f"โรงเรียน{name}", "subdistrict": tambon, "district": amphoe, "province": province,
        "name_en": "Ban Thotlong", "affiliation": "สพฐ.", "partner_name": f"มูลนิธิที่ {row}", "kind": "ความรู้",
        "item": row + 1,
        "pupil": f"{row:05}", "respondent": f"ครู {row}", "start": dt.datetime(2023, 5, 1 + row % 28), "end": None,
        "year_be": 2560 + row // len(SCHOOLS), "joined_year_be": 2562, "n_tested": 20 + row, "n_enrolled": 90 + row,
        "level": 1 + row % 5, "cohort": 1, "enrolment": 100 + row, "sd": 9.5, "hours": 12, "value_thb": 1000 * row,
        "lat": 18.5, "lon": 98.25, "share_other_language": 0.25, "share_poor": 0.5, "lowest_grade": "อ.2",
        "highest_grade": "ป.6",
    }  # fmt: skip
    if field in known:
        return known[field]
    return chance.choice(words) if words else round(chance.uniform(20, 80), 2)


def filled(name: str, *, rows: int, chance: random.Random) -> tuple[bytes, list[dict]]:
    """A template filled in with valid rows, and the same rows by header."""
    one = template.template(name)
    book = openpyxl.load_workbook(io.BytesIO(template.workbook(name)))
    sheet, records = book[template.SHEET], []
    for row in range(rows):
        record = {c.header: value(c, one, row, chance) for c in template.columns(name)}
        if "วิชา" in record:
            test = record["การทดสอบ"] = chance.choice(terms.TESTS)
            record["ระดับชั้น"] = chance.choice(terms.TEST_GRADES[test])
            fits = [
                w for w in vocabulary.category_words("subject") if vocabulary.subject_of(w) in terms.TEST_SUBJECTS[test]
            ]
            record["วิชา"] = chance.choice(fits)
        records.append(record)
        for number, cell in enumerate(record.values(), start=1):
            sheet.cell(row=row + 2, column=number, value=cell)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue(), records


def expected(name: str, records: list[dict]) -> pd.DataFrame:
    """The contract's rows that the records should become, one for each subject of a wide one."""
    one, rows = template.template(name), []
    for record in records:
        fields = [(c, record[c.header]) for c in template.columns(name)]
        shared = {c.field: v for c, v in fields if not c.subject}
        for c in ("test", "grade", "subject", "sex", "sector", "domain"):
            if c in shared:
                shared[c] = vocabulary.category(str(shared[c]), c)
        wide = [{"subject": c.subject, "mean": v} for c, v in fields if c.subject]
        rows += [shared | more for more in wide] or [shared]
    table = contract.table(vocabulary.kinds()[one.kind].table)
    frame = pd.DataFrame(rows)
    for c in table.columns:
        if c.type == "boolean" and c.name in frame:
            frame[c.name] = frame[c.name].map({"ใช่": "true", "ไม่ใช่": "false"})
    if one.kind == "schools":
        frame["name_th"] = frame["name_th"].str.removeprefix("โรงเรียน")
    if one.kind == "survey":
        frame = frame.assign(de_facto=frame["level"] - 1, respondent_role="teacher")
    text = frame.astype("object").map(lambda v: v.date().isoformat() if isinstance(v, dt.datetime) else v)
    return contract.typed(text.astype("str").where(text.notna()), table.name)


@pytest.mark.parametrize("name", NAMES)
def test_a_template_filled_in_loads_clean_and_holds_what_was_typed(tmp_path, register, name):
    data, records = filled(name, rows=8, chance=random.Random(name))
    (tmp_path / "form.xlsx").write_bytes(data)
    (result,) = intake.intake([tmp_path / "form.xlsx"], into=None, register=register)
    # The sheet of notes is all there is to say.
    assert [(i.code, i.sheet) for i in result.issues] == [("sheet-skipped", template.NOTES)], result.say("en")
    assert result.kind == template.template(name).kind and result.rejected_rows == ()
    same = [c for c in result.table.columns if c != "pupil_key"]
    pd.testing.assert_frame_equal(result.table[same], expected(name, records)[same])
    assert name != "pupils" or result.table["pupil_key"].is_unique


@pytest.mark.parametrize("name", NAMES)
def test_an_empty_template_is_known_for_what_it_is(tmp_path, name):
    (tmp_path / "form.xlsx").write_bytes(template.workbook(name))
    (result,) = intake.intake([tmp_path / "form.xlsx"], into=None)
    assert result.kind == template.template(name).kind
    assert [i.code for i in result.issues if i.severity == "reject_file"] == ["no-rows"]


@pytest.mark.parametrize("name", NAMES)
def test_every_column_is_known_and_every_needed_one_is_there(name):
    one = template.template(name)
    kind = vocabulary.kinds()[one.kind]
    columns = template.columns(name)
    for column in columns:
        known = vocabulary.subject_of(column.header) if column.subject else vocabulary.field_of(column.header, one.kind)
        assert known == (column.subject or column.field)
    have = {c.field for c in columns} | {"school"} | ({"subject"} if one.subjects else set())
    assert set(kind.needs) <= have


@pytest.mark.parametrize("name", NAMES)
def test_excel_offers_the_lists_and_says_what_each_column_means(name):
    book = openpyxl.load_workbook(io.BytesIO(template.workbook(name)))
    sheet, notes = book[template.SHEET], book[template.NOTES]
    by_column = {str(rule.sqref).split("2:")[0]: rule for rule in sheet.data_validations.dataValidation}
    explained = {row[0].value: row for row in notes.iter_rows(min_row=6)}
    for letter, column in zip("ABCDEFGHIJKLMNOPQ", template.columns(name), strict=False):
        assert all(cell.value for cell in explained[column.header])
        words = template.allowed(column, template.template(name))
        if words:
            assert by_column[letter].formula1 == f'"{",".join(words)}"' and len(by_column[letter].formula1) <= 257
        if column.field == "school_id":
            assert sheet.column_dimensions[letter].number_format == "@"
    assert sheet.freeze_panes == "A2"


def test_a_code_typed_as_text_keeps_its_zeros(tmp_path, register):
    data, records = filled("schools", rows=8, chance=random.Random(1))
    assert any(record["รหัสโรงเรียน"].startswith("0") for record in records)
    (tmp_path / "form.xlsx").write_bytes(data)
    (result,) = intake.intake([tmp_path / "form.xlsx"], into=None, register=register)
    assert "057005" in set(result.table["school_id"])


def test_the_command_writes_a_template_and_never_over_a_file(tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert cli.main(["intake", "--template", "schools"]) == 0
    assert capsys.readouterr().out.strip() == "schools.xlsx"
    first = (tmp_path / "schools.xlsx").read_bytes()
    assert cli.main(["intake", "--template", "schools"]) == 2
    assert (tmp_path / "schools.xlsx").read_bytes() == first and "--out" in capsys.readouterr().err
    assert cli.main(["intake", "--template", "school"]) == 2 and "schools" in capsys.readouterr().err
    assert cli.main(["intake", "--template", "survey", "--out", "a.xlsx", "--json"]) == 0
    assert '"file": "a.xlsx"' in capsys.readouterr().out
    assert cli.main(["intake"]) == 2
