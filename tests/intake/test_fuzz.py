"""Thousands of broken files: intake must not crash, hang, swell, break the contract or let a secret out."""

from __future__ import annotations

import time
from functools import partial

import pytest

from innovlib.area import cells, convert, rows
from tests.intake import fuzzing
from tests.intake.fuzzing import mutant, problems, watch

#: The slow target reads them all, in pieces that can run side by side.
MANY, PIECE = 24_000, 2_000


def test_no_broken_file_breaks_intake(tmp_path, register):
    assert list(problems((mutant(i) for i in range(MANY, MANY + 80)), tmp_path, register)) == []


@pytest.mark.slow
@pytest.mark.parametrize("first", range(0, MANY, PIECE))
def test_no_broken_file_of_many_breaks_intake(register, first):
    seen = watch(range(first, first + PIECE), register=register)
    print(f"{seen.files} files, at most {seen.memory / 1e6:.0f} MB and {seen.seconds:.1f} s")
    assert seen.wrong == () and seen.files == PIECE


def test_a_broken_file_can_be_made_again():
    assert [mutant(i) for i in range(30)] == [mutant(i) for i in range(30)]


# --- a fuzzer that finds nothing when there is something would be worth nothing ---------------------------------------


def test_the_fuzzer_finds_a_planted_crash(tmp_path, register, monkeypatch):
    monkeypatch.setattr(rows, "_counts_columns", lambda values: [int(str(v)) for v in values] == [1])
    assert any("ValueError" in found for found in problems(map(mutant, range(30)), tmp_path, register))


def test_the_fuzzer_finds_a_planted_wrong_value(tmp_path, register, monkeypatch):
    """A reader that forgets the range of a score."""
    monkeypatch.setitem(convert._READERS, "score", partial(cells.number, rule=cells.Numeric(-1e308, 1e308)))
    files = (mutant(i, ways=(fuzzing.break_cells,)) for i in range(100, 300))
    assert any("contract" in found for found in problems(files, tmp_path, register))


def test_the_fuzzer_finds_a_planted_leak(tmp_path, register, monkeypatch):
    from innovlib.area import privacy

    monkeypatch.setattr(privacy, "shown", lambda value, **_: "" if value is None else str(value))
    assert any("secret" in found for found in problems(map(mutant, range(400)), tmp_path, register))


def _reader_with_faults(path, register):
    """Stands in for intake: hangs at one kind of file, swells at another, and dies at a third."""
    if path.suffix == ".ods":
        time.sleep(60)
    if path.suffix == ".xls":
        held = bytearray(600_000_000)
        return held[:0].split()
    if path.suffix == ".tsv":
        raise SystemExit
    return []


def _by_turns(number):
    return f"a{('.csv', '.ods', '.xls', '.tsv')[number % 4]}", b"x"


def test_the_watch_sees_a_hang_a_swelling_and_a_death_and_goes_on(register, monkeypatch):
    monkeypatch.setattr(fuzzing, "PATIENCE", -8.0)
    seen = watch(range(5), register=register, read=_reader_with_faults, make=_by_turns)
    assert [what.split(" (")[0][:8] for what in seen.wrong] == ["1: hangs", "2: took ", "3: the p"]
    assert seen.files == 5 and seen.memory > 500e6
