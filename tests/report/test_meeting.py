"""The meeting pack: a slide a school and a cohort, each through its own door, marked as simulated where it is."""

import re

import pytest

from innovlib import terms
from innovlib.area import open_area
from innovlib.errors import BadInput, Words
from innovlib.paths import EXAMPLE
from innovlib.report import disclosure, labels, meeting, page, style


class Door:
    """A report's door that protects and takes nothing more back; remembers which were opened."""

    profile = "public"

    def __init__(self) -> None:
        self.opened: list[str] = []

    def page(self, report: str) -> "Door":
        self.opened.append(report)
        return self

    def means(self, results):
        return disclosure.protect_means(results, profile_name=self.profile)

    def passed(self, protected):
        return protected


@pytest.fixture(scope="module")
def area():
    return open_area(EXAMPLE)


@pytest.fixture(scope="module")
def made(area):
    door = Door()
    desk = meeting.Desk(area, door, "both")
    said = (Words("ข้อสรุปของพื้นที่", "The area's point"),)
    return door, meeting.deck(desk, area_points=said, area_figure=None, safe=[])


def test_there_is_a_slide_for_the_area_each_cohort_and_each_pilot_school(made, area):
    door, deck = made
    schools = area.table("schools")
    pilots = schools[schools["cohort"].notna()]
    assert len(deck) == 1 + pilots["cohort"].nunique() + len(pilots)
    assert sorted(door.opened) == sorted(
        [f"school-{i}" for i in pilots["school_id"]] + [f"cohort-{c}" for c in pilots["cohort"].unique()]
    )


def test_every_slide_is_marked_numbered_and_has_a_heading(made):
    html = made[1]._repr_html_()
    slides = re.findall(r'<section class="slide".*?</section>', html, re.S)
    assert len(slides) == len(made[1])
    for number, slide in enumerate(slides, start=2):
        assert labels.SYNTHETIC.th in slide
        assert f'id="slide-{number}"' in slide
        assert slide.count("<h2") == 1
        assert f'<span class="number">{number}</span>' in slide


def test_schools_stand_in_thai_order_within_their_cohort_and_are_not_ranked(made):
    titles = [slide.title.th for slide in made[1].slides]
    first = titles.index("โรงเรียนนำร่องรุ่นที่ 1")
    second = titles.index("โรงเรียนนำร่องรุ่นที่ 2")
    for part in (titles[first + 1 : second], titles[second + 1 :]):
        assert part == sorted(part, key=terms.thai_sort_key)
    assert "อันดับที่" not in made[1]._repr_html_()


def test_a_slide_speaks_in_the_words_of_its_own_report(made):
    slide = made[1].slides[2]
    entries, allies, latest, _ = slide.safe
    assert slide.points[0] == meeting.timeline.headline(entries)
    assert slide.points[3] == meeting.words.results_headline(latest)
    assert slide.points[2] == meeting.partners.school_headline(allies)


@pytest.mark.parametrize("lang", ["th", "en"])
def test_one_language_leaves_the_other_out(made, lang):
    slide = made[1].slides[2]
    only = meeting.Slide(**{**vars(slide), "lang": lang, "figure": None}).to_html(2)
    assert (slide.points[0].th in only) == (lang == "th")
    assert (slide.points[0].en in only) == (lang == "en")


def test_there_is_no_pack_for_one_schools_own_staff(area):
    door = Door()
    door.profile = "school"
    with pytest.raises(BadInput, match="every school"):
        meeting.deck(meeting.Desk(area, door), area_points=(), area_figure=None, safe=[])
    assert not door.opened


def test_the_sheet_is_sixteen_to_nine_and_asks_for_nothing():
    head = page.Masthead(kind="meeting", id="meeting", title=Words("ก", "a"))
    assert page.page_rule(head) == "@page{size:297mm 167mm;margin:0}"
    assert abs(297 / 167 - 16 / 9) < 0.01
    sheet, script = style.css("meeting.css"), style.template("meeting.js")
    assert "http" not in sheet + script
    assert "break-after:page" in sheet
    for key in ("ArrowRight", "ArrowLeft", "PageDown", "Home", "End"):
        assert key in script
