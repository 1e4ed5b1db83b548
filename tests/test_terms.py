"""Words of the domain: years, labels, and Thai text that looks alike."""

from __future__ import annotations

import datetime as dt
import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from innovlib import terms
from innovlib.errors import BadInput

THAI = st.text(
    alphabet=[chr(c) for c in [*range(0x0E01, 0x0E3B), *range(0x0E3F, 0x0E5C), 0x20, 0x2E, 0x200B]], max_size=20
)


@pytest.mark.parametrize(
    ("day", "year"),
    [("2020-04-30", 2562), ("2020-05-01", 2563), ("2020-12-31", 2563), ("2021-01-01", 2563), ("2021-05-01", 2564)],
)
def test_the_academic_year_opens_in_may(day, year):
    assert terms.academic_year_be(dt.date.fromisoformat(day)) == year


def test_the_first_day_of_an_academic_year_is_in_its_ce_year():
    for year in range(2540, 2600):
        assert terms.academic_year_be(dt.date(terms.to_ce(year), 5, 16)) == year


def test_plans_may_reach_two_years_ahead():
    assert terms.last_year_be(dt.date(2026, 11, 23)) == 2571


def test_dates_as_thai_documents_write_them():
    assert terms.thai_date(dt.date(2020, 2, 29)) == "29 กุมภาพันธ์ 2563"
    assert len(set(terms.THAI_MONTHS)) == 12


def test_every_code_has_a_label_in_both_languages():
    codes = {
        *terms.GRADES, *terms.TESTS, *terms.SUBJECTS, *terms.DOMAINS, *terms.SECTORS, *terms.QUALITIES, *terms.SEXES,
        *terms.LEVELS, *terms.ROLES, *terms.PROGRESS_KINDS, *terms.PROGRESS_STATUSES,
    }  # fmt: skip
    assert codes <= set(terms.LABELS)
    for words in terms.LABELS.values():
        assert any("\u0e00" <= letter <= "\u0e7f" for letter in words.th)
        assert words.en.isascii() or words.en.startswith(("ป.", "ม."))


def test_labels_by_language_and_unknown_codes():
    assert (terms.label("maths"), terms.label("maths", "en")) == ("คณิตศาสตร์", "Maths")
    assert terms.label("nothing of ours") == "nothing of ours"


def test_the_six_qualities_are_the_words_of_the_act():
    assert [terms.label(q) for q in terms.QUALITIES] == [
        "ใฝ่รู้",
        "มีความคิดสร้างสรรค์",
        "สื่อสาร",
        "อยู่และทำงานร่วมกับผู้อื่นซึ่งมีความแตกต่างหลากหลาย",
        "รู้เท่าทันโลก",
        "ทักษะในการประกอบอาชีพตามความถนัด",
    ]


@pytest.mark.parametrize("lang", ["th", "en", "both"])
def test_known_languages(lang):
    assert terms.check_language(lang) == lang


def test_an_unknown_language_is_refused():
    with pytest.raises(BadInput, match="th, en or both"):
        terms.check_language("fr")


# --- matching -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("โรงเรียนบ้านพุย", "บ้านพุย"),
        ("ร.ร.บ้านพุย", "บ้านพุย"),
        ("รร.บ้านพุย", "บ้านพุย"),
        ("ร. ร. บ้านพุย", "บ้านพุย"),
        ("บ้าน พุย", "บ้านพุย"),
        ("บ้าน\u200bพุย", "บ้านพุย"),
        ("\ufeffบ้านพุย\u00a0", "บ้านพุย"),
        ("บ้านเขาน\u0e4d\u0e49า", "บ้านเขาน้ำ"),
        ("บ้านเขาน\u0e49\u0e4dา", "บ้านเขาน้ำ"),
        ("บ้านเขานํ้า", "บ้านเขาน้ำ"),
        ("บ้าาน", "บ้าาน"),
        ("บ้้านพุย", "บ้านพุย"),
        ("บ้านพุุย", "บ้านพุย"),
        ("เเม่บวน", "แม่บวน"),
        ("โรงเรีียนบ้านพุย", "บ้านพุย"),
        ("บ้านที\u0e48", "บ้านท\u0e48\u0e35"),
        ("บ้าน ๑๒", "บ้าน 12"),
        ("Ban PHUI", "ban phui"),
    ],
)
def test_spellings_that_look_alike_match(one, other):
    assert terms.matching_key(one) == terms.matching_key(other)


def test_names_that_differ_do_not_match():
    names = [
        "บ้านพุย", "บ้านพูย", "บ้านตาลเหนือ", "บ้านตาลใต้", "บ้านยางเปา", "บ้านยางเป้า", "บ้านมูเซอ", "บ้านห้วยไม้หก",
        "บ้านห้วยไม้หัก", "วัดพุย", "บ้านแม่บวน", "บ้านแม่บอน",
    ]  # fmt: skip
    keys = [terms.matching_key(name) for name in names]
    assert len(set(keys)) == len(names)


@settings(deadline=None)
@given(THAI)
def test_a_key_is_its_own_key(text):
    key = terms.matching_key(text)
    assert terms.matching_key(key) == key


@settings(deadline=None)
@given(THAI, st.sampled_from(["โรงเรียน", "ร.ร.", "รร. ", "โรงเรีียน", " โรง เรียน"]))
def test_the_prefix_never_tells_names_apart(text, prefix):
    # Between them a letter that carries no mark, so that the prefix stays what it is.
    assert terms.matching_key(prefix + "บ" + text) == terms.matching_key("บ" + text)


# --- sorting ------------------------------------------------------------------------------------------------------


def test_thai_sorts_as_a_dictionary_does():
    words = ["ฮอด", "งู", "ไข่", "เข", "ขา", "แก", "เก", "กา"]
    assert sorted(words, key=terms.thai_sort_key) == ["กา", "เก", "แก", "ขา", "เข", "ไข่", "งู", "ฮอด"]


def test_tone_marks_break_ties_only():
    assert sorted(["ข้าว", "ขาว", "ขาน"], key=terms.thai_sort_key) == ["ขาน", "ขาว", "ข้าว"]


@settings(deadline=None)
@given(st.lists(THAI, max_size=6))
def test_the_order_does_not_hang_on_how_words_came(words):
    one = sorted(words, key=terms.thai_sort_key)
    assert all(sorted(p, key=terms.thai_sort_key) == one for p in itertools.islice(itertools.permutations(words), 6))


# --- digits and names ---------------------------------------------------------------------------------------------


@settings(deadline=None)
@given(st.integers(min_value=0))
def test_digits_go_both_ways(number):
    assert terms.western_digits(terms.thai_digits(str(number))) == str(number)


def test_only_digits_are_turned():
    assert terms.thai_digits("ป.6 ปี 2567") == "ป.๖ ปี ๒๕๖๗"
    assert terms.western_digits("๑,๒๑๑ คน") == "1,211 คน"


@pytest.mark.parametrize("name", ["บ้านพุย", "โรงเรียนบ้านพุย", " ร.ร. บ้านพุย ", "รร.บ้านพุย"])
def test_the_school_is_called_a_school_once(name):
    assert terms.school_display_name(name) == "โรงเรียนบ้านพุย"
