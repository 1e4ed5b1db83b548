"""The school picker: what follows it is made again, in a notebook and without one."""

import pandas as pd
import pytest

from innovlib import desk
from innovlib.area import open_area
from innovlib.errors import MissingTable, UnknownName, Words
from innovlib.measures.similar import similar_schools
from innovlib.report import explore

VIEW = "application/vnd.jupyter.widget-view+json"


@pytest.fixture(scope="module")
def example():
    return open_area("data/example")


def shown(following) -> dict:
    return following.widget.outputs[0]["data"]


def test_every_school_can_be_picked_pilots_first(example):
    school = desk.pick(example)
    schools = example.table("schools")
    values = [value for _, value in school.widget.options]
    assert set(values) == set(schools["school_id"]) and len(values) == len(schools)
    pilots = set(schools.loc[schools["cohort"].notna(), "school_id"])
    assert set(values[: len(pilots)]) == pilots


def test_what_follows_is_made_again_for_another_school(example):
    school = desk.pick(example, "99050001")
    table = school.follow(lambda: pd.DataFrame({"school": [school.school_id]}))
    figure = school.follow(
        lambda: explore.among(
            pd.DataFrame(
                {"school_id": ["99050001", "99050002"], "estimate": [1.0, 2.0], "conf_low": 0, "conf_high": 3}
            ),
            chosen=school.school_id,
        )
    )
    before = shown(figure)["image/png"]
    school.choose("99050002")
    assert table.value["school"].item() == "99050002" and "99050002" in shown(table)["text/html"]
    assert shown(figure)["image/png"] != before
    assert repr(school).startswith("99050002 ")


def test_without_widgets_the_named_school_is_shown(example):
    school = desk.pick(example, "99050003")
    said = school.follow(lambda: f"school {school.school_id}")
    assert repr(said) == "'school 99050003'"
    assert said._repr_mimebundle_()["text/plain"] == "'school 99050003'"
    assert VIEW in said._repr_mimebundle_() and VIEW in school._repr_mimebundle_()


def test_a_school_that_lacks_what_is_drawn_says_so_and_the_next_is_drawn_again(example):
    def make():
        if school.school_id == "99050002":
            raise MissingTable(Words("ไม่มี <ผล>", "no <results>"))
        return f"school {school.school_id}"

    school = desk.pick(example, "99050001")
    said = school.follow(make)
    school.choose("99050002")
    assert "no &lt;results&gt;." in shown(said)["text/html"] and "ไม่มี" in shown(said)["text/html"]
    school.choose("99050003")
    assert shown(said)["text/plain"] == "'school 99050003'"


def test_a_bug_in_what_follows_is_not_swallowed(example):
    with pytest.raises(ZeroDivisionError):
        desk.pick(example).follow(lambda: 1 / 0)


def test_an_unknown_school_is_refused(example):
    with pytest.raises(UnknownName, match="no school 1"):
        desk.pick(example, "1")


def test_the_rows_of_the_chosen_school_and_of_those_like_it(example):
    school, scores = desk.pick(example, "99050001"), example.table("scores")
    assert set(school.own(scores)["school_id"]) == {"99050001"}
    near = set(similar_schools(example.table("schools"), school_id="99050001")["school_id"])
    assert set(school.alike(scores)["school_id"]) == ({"99050001"} | near) & set(scores["school_id"])
    school.choose("99050002")
    assert set(school.own(scores)["school_id"]) == {"99050002"}
