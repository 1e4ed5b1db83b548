"""Messages: both languages, four answers, and they survive the way back from another process."""

from __future__ import annotations

import pickle

import pytest

from innovlib import errors
from innovlib.errors import Words

FOUND = Words("พบ ก", "found A")
EXPECTED = Words("ข", "B")
TODO = Words("แก้", "mend it")


def every_kind(kind: type = errors.InnovError) -> list[type]:
    ours = [child for child in kind.__subclasses__() if child.__module__ == errors.__name__]
    return [kind, *(below for child in ours for below in every_kind(child))]


def test_a_message_answers_found_expected_and_what_to_do():
    words = errors.said(FOUND, expected=EXPECTED, todo=TODO, where="scores.csv line 3")
    assert words.en == "scores.csv line 3: found A. Expected: B. What to do: mend it."
    assert words.th == "scores.csv line 3: พบ ก ที่ควรเป็น: ข วิธีแก้: แก้"


def test_what_is_left_out_leaves_no_trace():
    assert errors.said(FOUND) == Words("พบ ก", "found A.")


def test_a_full_stop_or_question_mark_is_not_doubled():
    assert errors.said(Words("พบ", "found it.")).en == "found it."
    assert errors.said(FOUND, todo=errors.did_you_mean("scors", ["scores"])).en.endswith("did you mean scores?")


def test_nothing_near_gives_no_hint():
    assert errors.did_you_mean("zzz", ["scores", "schools"]) is None
    assert errors.did_you_mean("scors", []) is None


def test_near_names_come_nearest_first():
    hint = errors.did_you_mean("qualites", ["partners", "quality", "qualities"])
    assert hint.en.index("qualities") < hint.en.index("quality")


@pytest.mark.parametrize("kind", every_kind(), ids=lambda k: k.__name__)
def test_errors_speak_both_languages_after_a_round_trip(kind):
    error = kind(FOUND, expected=EXPECTED, todo=TODO, where="here")
    back = pickle.loads(pickle.dumps(error))
    assert type(back) is kind
    assert (back.words, back.where, str(back)) == (error.words, "here", str(error))
    assert str(back).splitlines() == [error.words.th, error.words.en]


@pytest.mark.parametrize("kind", every_kind(), ids=lambda k: k.__name__)
def test_exit_codes(kind):
    assert kind.exit_code == (2 if issubclass(kind, errors.BadInput) else 1)
