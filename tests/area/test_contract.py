"""The contract: tables as the design draws them, one source for dictionary, package and types."""

from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from innovlib import paths, terms
from innovlib.area import contract
from innovlib.errors import UnknownName


def test_the_eight_tables_and_their_grain():
    assert {name: table.key for name, table in contract.TABLES.items()} == {
        "schools": ("school_id",),
        "scores": ("school_id", "year_be", "test", "grade", "subject"),
        "benchmarks": ("level", "year_be", "test", "grade", "subject"),
        "pupils": ("pupil_key", "school_id", "year_be", "test", "grade", "subject"),
        "autonomy": ("school_id", "year_be", "domain", "item", "respondent_role"),
        "qualities": ("school_id", "year_be", "grade", "quality"),
        "partners": ("school_id", "partner_name", "kind", "start"),
        "progress": ("school_id", "date", "what"),
    }
    assert [name for name, table in contract.TABLES.items() if table.needed] == ["schools"]


@pytest.mark.parametrize("table", contract.TABLES.values(), ids=lambda t: t.name)
def test_every_column_speaks_both_languages(table):
    assert len(set(table.names)) == len(table.names)
    assert set(table.key) <= set(table.names)
    for column in table.columns:
        assert column.th
        assert column.en
        assert column.type in {"string", "integer", "number", "boolean", "date"}


def test_the_committed_dictionary_is_the_contract():
    committed = (paths.DATA / "dictionary.csv").read_text(encoding="utf-8")
    assert committed == contract.dictionary().to_csv(index=False, lineterminator="\n")


def test_the_dictionary_has_a_row_a_column():
    dictionary = contract.dictionary()
    assert len(dictionary) == sum(len(table.columns) for table in contract.TABLES.values())
    year = dictionary.query("table == 'scores' and column == 'year_be'").iloc[0]
    assert (year["unit"], year["required"], year["key"], year["allowed"]) == ("BE", "yes", "yes", "2540 … 2599")


def test_the_schema_is_what_frictionless_reads():
    frictionless = pytest.importorskip("frictionless")
    for name in contract.TABLES:
        schema = frictionless.Schema.from_descriptor(contract.schema(name))
        assert [field.name for field in schema.fields] == list(contract.table(name).names)
        assert schema.primary_key == list(contract.table(name).key)


def test_unknown_names_are_answered_with_near_ones():
    with pytest.raises(UnknownName, match="did you mean scores"):
        contract.table("scors")
    with pytest.raises(UnknownName, match="did you mean year_be"):
        contract.table("scores")["year"]


@pytest.mark.parametrize("name", list(contract.TABLES))
def test_an_empty_table_has_all_columns_and_types(name):
    empty = contract.table(name).empty()
    assert list(empty.columns) == list(contract.table(name).names)
    assert len(empty) == 0
    kinds = {"string": "str", "integer": "Int64", "number": "float64", "boolean": "boolean", "date": "datetime64[s]"}
    assert {c: str(t) for c, t in empty.dtypes.items()} == {
        column.name: kinds[column.type] for column in contract.table(name).columns
    }


# --- typing -------------------------------------------------------------------------------------------------------


def partners(**cells) -> pd.DataFrame:
    usual = {"school_id": "A1", "partner_name": "NA", "sector": "state", "kind": "", "start": "2023-05-16", "end": ""}
    return pd.DataFrame([usual | {"value_thb": "", "hours": ""} | cells], dtype="str")


def test_text_becomes_the_contract_s_types():
    row = contract.typed(partners(value_thb="1200.50", hours=" 3 "), "partners").iloc[0]
    assert row["partner_name"] == "NA"
    assert pd.isna(row["kind"])
    assert row["start"] == pd.Timestamp("2023-05-16")
    assert pd.isna(row["end"])
    assert (row["value_thb"], row["hours"]) == (1200.5, 3.0)


def test_blanks_around_a_cell_are_no_part_of_it():
    row = contract.typed(partners(school_id=" A1 ", start=" 2023-05-16 "), "partners").iloc[0]
    assert row["school_id"] == "A1"
    assert row["start"] == pd.Timestamp("2023-05-16")


def test_codes_stay_text_and_missing_counts_stay_missing():
    raw = pd.DataFrame(
        {"school_id": ["041001", "1E5"], "n_tested": ["12", ""], "year_be": ["2563", "2563.0"]}, dtype="str"
    )
    typed = contract.typed(raw, "scores")
    assert typed["school_id"].tolist() == ["041001", "1E5"]
    assert typed["n_tested"].tolist() == [12, pd.NA]
    assert typed["year_be"].tolist() == [2563, 2563]
    assert typed["mean"].isna().all()


def test_booleans_are_three_valued():
    raw = pd.DataFrame({"is_highland": ["true", "FALSE", "1", "0", ""]}, dtype="str")
    assert contract.typed(raw, "schools")["is_highland"].tolist() == [True, False, True, False, pd.NA]


def test_typing_again_changes_nothing_and_mutates_nothing():
    raw = partners(value_thb="7")
    before = raw.copy()
    once = contract.typed(raw, "partners")
    pd.testing.assert_frame_equal(contract.typed(once, "partners"), once)
    pd.testing.assert_frame_equal(raw, before)


def test_a_column_of_mixed_objects_is_typed_too():
    frame = pd.DataFrame({"n_tested": pd.Series([12, None, "7"], dtype="object")})
    assert contract.typed(frame, "scores")["n_tested"].tolist() == [12, pd.NA, 7]


# --- ids ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", ["99050001", "A", "a-b_C9", "x" * 32, "CON1", "company"])
def test_ids(text):
    assert contract.is_id(text)


@pytest.mark.parametrize(
    "text",
    ["", "../x", "a/b", "a\\b", "a b", "CON", "nul", "com1", "LPT9", "-a", "_a", "x" * 33, "ก1", "a.b", "1\n", "๑๒"],
)
def test_what_would_be_a_path_or_a_device_is_no_id(text):
    assert not contract.is_id(text)


@settings(deadline=None)
@given(st.text(max_size=40))
def test_an_id_is_always_a_safe_file_name(text):
    if contract.is_id(text):
        assert text.isascii()
        assert not set(text) & set('/\\:*?"<>| .\n')


def test_allowed_codes_are_those_of_the_terms():
    assert contract.table("scores")["test"].values == terms.TESTS
    assert contract.table("partners")["sector"].values == terms.SECTORS
    assert contract.table("qualities")["quality"].values == terms.QUALITIES
