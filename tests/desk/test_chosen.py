"""What a notebook works on when its parameters say nothing."""

import pytest

from innovlib import desk, paths
from innovlib.desk import chosen
from innovlib.errors import NotAnArea, UnknownName
from tests.conftest import make_schools


@pytest.fixture
def area(tmp_path):
    folder = tmp_path / "hills"
    folder.mkdir()
    (folder / "schools.csv").write_text(
        "school_id,name_th,cohort,joined_year_be\nS1,บ้านหนึ่ง,,\nS2,บ้านสอง,1,2562\n", encoding="utf-8"
    )
    return folder


def test_without_a_choice_the_example_is_opened_from_any_folder(monkeypatch, tmp_path):
    monkeypatch.delenv(chosen.VARIABLE, raising=False)
    monkeypatch.chdir(tmp_path)
    assert desk.open_area().folder == paths.EXAMPLE
    assert desk.open_area("data/example").folder == paths.EXAMPLE


def test_a_blank_parameter_means_the_area_that_was_chosen_and_a_named_one_wins(monkeypatch, area):
    monkeypatch.setenv(chosen.VARIABLE, str(area))
    assert desk.open_area("").folder == area
    assert desk.open_area("data/example").folder == paths.EXAMPLE


def test_a_chosen_area_that_has_gone_is_named_with_what_to_do(monkeypatch, tmp_path):
    monkeypatch.setenv(chosen.VARIABLE, str(tmp_path / "gone"))
    with pytest.raises(NotAnArea) as error:
        desk.open_area()
    assert "gone" in error.value.words.en and "innov lab --area" in error.value.words.en
    assert "innov lab --area" in error.value.words.th


def test_the_first_pilot_is_looked_at_first(area):
    assert desk.school_at(desk.open_area(area)) == "S2"
    assert desk.school_at(desk.open_area(area), "S1") == "S1"


def test_where_there_is_no_pilot_the_first_school_and_where_there_is_none_what_to_do():
    schools = make_schools([{"school_id": "S1", "cohort": None}])
    assert chosen.first_school(schools) == "S1"
    with pytest.raises(UnknownName, match="innov intake"):
        chosen.first_school(schools.iloc[:0])


def test_an_unknown_school_is_refused_with_the_nearest(area):
    with pytest.raises(UnknownName, match="look the id up"):
        desk.school_at(desk.open_area(area), "S9")
