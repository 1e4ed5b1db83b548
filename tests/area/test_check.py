"""The check: every breach, at once, at its place, in both languages; and nothing that is right is called wrong."""

from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from innovlib.area import check, contract

GOOD = {
    "school_id": "99050001", "year_be": "2563", "test": "O-NET", "grade": "ป.6", "subject": "thai",
    "n_enrolled": "9", "n_tested": "8", "mean": "45.5", "sd": "12.25",
}  # fmt: skip


def scores(*rows: dict) -> pd.DataFrame:
    return pd.DataFrame([GOOD | row for row in rows], dtype="str")


def codes(frame: pd.DataFrame, name: str = "scores") -> list[tuple]:
    return [(b.code, b.column, b.row) for b in check.breaches(frame, name)]


def test_a_good_table_has_no_breach():
    assert codes(scores({}, {"subject": "maths", "mean": "", "sd": "", "n_tested": "0"})) == []


@pytest.mark.parametrize(
    ("column", "value", "code"),
    [
        ("year_be", "", "required"),
        ("year_be", "2563.5", "type"),
        ("year_be", "๒๕๖๓", "type"),
        ("year_be", "2020", "range"),
        ("year_be", "25633", "range"),
        ("n_tested", "-1", "range"),
        ("n_tested", "8 คน", "type"),
        ("n_tested", "99999999999999999999", "type"),
        ("mean", "100.01", "range"),
        ("mean", "๔๕.๕", "type"),
        ("mean", "45,5", "type"),
        ("mean", "1e999", "type"),
        ("mean", "nan", "type"),
        ("mean", "inf", "type"),
        ("mean", "0x10", "type"),
        ("test", "ONET", "value"),
        ("grade", "ป. 6", "value"),
        ("grade", "ป.๖", "value"),
        ("subject", "math", "value"),
        ("school_id", "../etc", "pattern"),
        ("school_id", "99 05", "pattern"),
        ("school_id", "๙๙๐๕", "pattern"),
        ("school_id", "", "required"),
    ],
)
def test_each_fault_is_found_at_its_place(column, value, code):
    frame = scores({}, {"subject": "maths", column: value}, {"subject": "science"})
    assert codes(frame) == [(code, column, 3)]


@pytest.mark.parametrize("value", ["45", "45.", ".5", "4.55e1", "+45.5", " 45.5 ", "0", "100"])
def test_ways_to_write_a_number(value):
    assert codes(scores({"mean": value})) == []


@pytest.mark.parametrize(
    "value", ["2023-02-30", "2566-05-16", "0999-01-01", "16/05/2023", "2023-5-16", "๒๐๒๓-๐๕-๑๖", "2023"]
)
def test_dates_that_are_none(value):
    frame = pd.DataFrame([{"school_id": "A", "date": value, "what": "milestone", "status": "done"}], dtype="str")
    assert codes(frame, "progress") == [("type", "date", 2)]


def test_a_leap_day_is_a_date():
    frame = pd.DataFrame([{"school_id": "A", "date": "2024-02-29", "what": "milestone", "status": "done"}], dtype="str")
    assert codes(frame, "progress") == []


def test_all_breaches_come_at_once_in_file_order():
    frame = scores({"mean": "x"}, {"year_be": "", "test": "PISA"}, {"n_tested": "-2", "grade": "ม.3"})
    assert codes(frame) == [
        ("type", "mean", 2),
        ("value", "test", 3),
        ("required", "year_be", 3),
        ("range", "n_tested", 4),
    ]


def test_the_header_is_checked_before_the_rows():
    frame = scores({}).drop(columns="grade").rename(columns={"mean": "meen"})
    found = check.breaches(frame, "scores")
    assert [(b.code, b.column) for b in found] == [("column-missing", "grade"), ("column-unknown", "meen")]
    assert "did you mean mean" in found[1].words.en


@pytest.mark.parametrize("again", [{}, {"school_id": " 99050001"}, {"year_be": "2563.0"}, {"mean": "50"}])
def test_two_rows_of_one_grain_are_duplicates(again):
    found = check.breaches(scores({}, {"subject": "maths"}, again), "scores")
    assert [(b.code, b.row) for b in found] == [("duplicate", 2), ("duplicate", 4)]
    assert "99050001 · 2563 · O-NET · ป.6 · thai" in found[0].words.th


def test_every_message_names_the_place_and_speaks_both_languages():
    frame = scores({"mean": "x", "n_tested": "-1", "test": "NTT", "school_id": "/", "year_be": ""}, {}, {})
    found = check.breaches(frame, "scores")
    assert {b.code for b in found} == {"type", "range", "value", "pattern", "required", "duplicate"}
    for breach in found:
        assert breach.where().startswith("scores.csv line ")
        assert any("\u0e00" <= letter <= "\u0e7f" for letter in breach.words.th)
        assert breach.words.en.isascii() or breach.value in breach.words.en
        assert str(breach.value) in breach.words.th


def test_near_values_are_suggested():
    (breach,) = check.breaches(scores({"subject": "math"}), "scores")
    assert breach.words.en.endswith("did you mean maths?")


def test_the_frame_is_left_as_it_was():
    frame = scores({"mean": " 45.5 "}, {"mean": None, "subject": "maths"})
    before = frame.copy()
    check.breaches(frame, "scores")
    pd.testing.assert_frame_equal(frame, before)


def test_a_table_without_rows_is_no_breach():
    assert check.breaches(scores({}).iloc[:0], "scores") == []


@settings(deadline=None, max_examples=50)
@given(st.text(max_size=12))
def test_what_passes_is_never_lost_when_typed(text):
    """The promise between check and contract: a filled cell that passes does not come out as missing."""
    for column in ("school_id", "year_be", "n_tested", "mean", "test"):
        frame = scores({column: text})
        if text.strip() and not check.breaches(frame, "scores"):
            assert contract.typed(frame, "scores")[column].notna().all(), (column, text)


@settings(deadline=None, max_examples=50)
@given(st.text(alphabet="0123456789๐๑๒-+. e", max_size=12))
def test_numbers_and_dates_that_pass_are_never_lost(text):
    frame = scores({"n_enrolled": text, "mean": text})
    if not [b for b in check.breaches(frame, "scores") if b.column in ("n_enrolled", "mean")] and text.strip():
        assert contract.typed(frame, "scores")[["n_enrolled", "mean"]].notna().all(axis=None)
    day = pd.DataFrame([{"school_id": "A", "date": text, "what": "milestone", "status": "done"}], dtype="str")
    if not check.breaches(day, "progress"):
        assert contract.typed(day, "progress")["date"].notna().all()
