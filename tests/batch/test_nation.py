"""The page of an area of thousands of schools: made in the same way as any, readable, and no larger than another."""

import re

import pytest

from innovlib.area import open_area, synthetic
from innovlib.batch.run import render
from innovlib.report import adjusted

pytestmark = pytest.mark.slow  # makes, estimates and protects an area of thousands of schools

SCHOOLS = 5000  # 324 of them are pilots


@pytest.fixture(scope="module", name="made")
def _made(tmp_path_factory):
    folder = tmp_path_factory.mktemp("nation")
    synthetic.write_example(folder / "area", n_schools=SCHOOLS, pupils=False, form="parquet")
    return folder, render(folder / "area", "area", out=folder / "out")


def test_the_area_page_of_thousands_of_schools_is_made_and_stays_small(made):
    folder, outcome = made
    assert outcome.rendered == ("area",) and not outcome.failed
    assert (folder / "out" / "area.html").stat().st_size < 1_000_000


def test_it_lists_no_school_and_says_so_in_both_languages(made):
    folder, _ = made
    page = (folder / "out" / "area.html").read_text(encoding="utf-8")
    schools = open_area(folder / "area").table("schools")
    pilots = schools[schools["cohort"].notna()]
    assert len(pilots) > adjusted.MOST_SCHOOLS
    assert page.count("<tr>") < 300
    assert f"{len(pilots):,} โรงเรียนมากเกินกว่าจะเรียงทีละแห่ง" in page and "too many to be listed one by one" in page
    assert re.search(r"วาดหนึ่งในทุก \d+ โรงเรียนตามลำดับ", page) and re.search(r"one school in \d+ is drawn", page)
    assert re.search(r"\d+ อำเภอ", page) and re.search(r"\d+ districts", page)


def test_nothing_is_made_anew_while_nothing_has_changed(made):
    folder, _ = made
    again = render(folder / "area", "area", out=folder / "out")
    assert again.rendered == () and again.kept == ("area",)
