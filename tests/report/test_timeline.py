"""Progress and partnerships on one line of time: what is counted, what is said, and that nothing is lost or leaked."""

import datetime as dt

import numpy as np
import pandas as pd
import pytest

from innovlib import terms
from innovlib.area import open_area
from innovlib.errors import Words
from innovlib.paths import EXAMPLE
from innovlib.report import parties, partners, timeline
from innovlib.report.disclosure import Protected
from innovlib.report.parties import Party

ON = dt.date(2025, 4, 30)


def progress(*rows) -> pd.DataFrame:
    frame = pd.DataFrame(list(rows), columns=["school_id", "date", "what", "status", "note_th"])
    return frame.assign(date=pd.to_datetime(frame["date"]))


def gifts(*rows) -> pd.DataFrame:
    names = ["school_id", "partner_name", "sector", "kind", "start", "end", "value_thb", "hours"]
    frame = pd.DataFrame(list(rows), columns=names)
    for column in ("start", "end"):
        frame[column] = pd.to_datetime(frame[column])
    return frame.astype({"value_thb": float, "hours": float})


WORK = progress(
    ("a", "2020-05-20", "milestone", "done", "เข้าร่วม"),
    ("a", None, "innovation", "planned", "ไม่ทราบวัน"),
    ("a", "2024-01-02", "innovation", "started", "<b>ห้องสมุด</b>"),
    ("a", "2026-01-02", "innovation", "done", "อนาคต"),
    ("b", "2021-05-20", "milestone", "done", None),
)


def test_entries_without_a_day_stay_and_later_ones_are_left_for_later():
    found = timeline.entries(WORK, school_ids=["a"], on=ON, profile_name="public")
    assert found.frame["text"].tolist() == ["เข้าร่วม", "<b>ห้องสมุด</b>", "ไม่ทราบวัน"]
    said = timeline.headline(found)
    assert said.en == "3 entries of progress: 1 planned, 1 started and 1 done"
    assert "2 มกราคม 2567" in timeline.latest(found).th
    assert "2 January 2024" in timeline.latest(found).en


def test_words_of_a_school_are_text_and_never_markup():
    found = timeline.entries(WORK, school_ids=["a"], on=ON, profile_name="public")
    assert "<b>" not in timeline.entries_table(found, lang="th")._repr_html_()
    assert "&lt;b&gt;" in timeline.entries_table(found, lang="th")._repr_html_()


def test_no_record_is_said_and_the_figure_still_stands():
    found = timeline.entries(WORK, school_ids=["c"], on=ON, profile_name="public")
    assert timeline.headline(found).en.startswith("No progress")
    assert timeline.latest(found) == timeline.headline(found)
    assert "no data" in timeline.figure(found, on=ON, lang="en").svg
    assert partners.school_headline(partners.of_school(gifts(), school_id="c", on=ON, profile_name="public")).en


def test_each_status_has_its_own_shape_and_each_school_its_lane():
    rows = progress(*(("a", f"202{i}-06-01", "innovation", s, "x") for i, s in enumerate(terms.PROGRESS_STATUSES)))
    schools = pd.DataFrame({"school_id": ["a", "b"], "name_th": ["บ้านพุย", "บ้านยางเปา"], "district": ["ฮอด", "อมก๋อย"]})
    found = timeline.entries(rows, school_ids=["a", "b"], on=ON, profile_name="public")
    drawn = timeline.schools_figure(found, schools=schools, on=ON, joined_year_be=2563, lang="th")
    for status in terms.PROGRESS_STATUSES:
        assert terms.label(status, "th") in drawn.svg
    assert "บ้านพุย" in drawn.svg
    assert "บ้านยางเปา" not in drawn.svg  # nothing recorded, nothing drawn
    counted = timeline.counts(rows, schools=schools, on=ON, profile_name="public")
    counted = timeline.counts_table(counted, lang="en").to_frame()
    assert counted["schools"].tolist() == ["1/2"] * 4


def test_the_day_of_reading_is_that_of_the_data_never_of_the_clock():
    assert timeline.as_of(open_area(EXAMPLE)) == ON


@pytest.mark.parametrize("day", [dt.date(2020, 1, 1), dt.date(2020, 12, 31), dt.date(2021, 2, 28)])
def test_a_day_stands_in_its_calendar_year(day):
    assert int(timeline.place(day)) == day.year + 543


THREE = gifts(
    ("a", "เทศบาล", "local_government", "เงิน", "2020-05-01", None, 10_000, None),
    ("a", "บริษัท", "private", "เงิน", "2021-05-01", "2022-05-01", 20_400, 12),
    ("a", "สมาคม", "civil_society", "คน", "2022-05-01", None, 30_000, None),
    ("b", "วัด", "civil_society", "คน", "2022-05-01", None, None, 40),
)


def test_what_one_partner_gave_is_never_shown():
    party = (Party("pilots", ("a", "b", "c")),)
    found = partners.found(THREE, party, on=ON, profile_name="public").frame.set_index("sector")
    assert found["value_thb"].isna().all()  # three gifts, but all of one school
    assert found.loc["any", ["n_reached", "n_schools", "n_running", "n_ever"]].tolist() == [2, 3, 3, 4]
    spread = THREE.assign(school_id=["a", "b", "c", "a"])
    found = partners.found(spread, party, on=ON, profile_name="public").frame.set_index("sector")
    assert found.loc["any", "value_thb"] == 60_000
    assert found.drop("any")["value_thb"].isna().all()


def test_a_headline_names_exactly_the_sectors_that_reach_nobody():
    party = (Party("pilots", ("a", "b", "c")),)
    said = partners.headline(partners.found(THREE, party, on=ON, profile_name="public"))
    assert said.en == "2 of 3 schools have a running partnership, but none from: State and Private sector"
    nobody = partners.found(THREE.iloc[:0], party, on=ON, profile_name="public")
    assert partners.headline(nobody).en.startswith("None of 3")
    assert partners.figure(nobody).svg


def test_two_schools_are_too_few_to_be_told():
    found = partners.found(THREE, (Party("cohort", ("a", "b")),), on=ON, profile_name="public")
    assert (found.frame["status"] == "small").all()
    assert found.frame["percent"].isna().all()
    assert partners.headline(found).en.startswith("The group has too few")
    assert not partners.readings(found)


def test_one_schools_partners_stand_by_name_and_the_ended_apart():
    found = partners.of_school(THREE, school_id="a", on=ON, profile_name="public")
    said = partners.school_headline(found)
    assert said.en == "2 partnerships are running (from: Local government and Civil society) of 3 ever on record"
    assert np.isinf(found.frame["until"]).sum() == 2
    html = partners.school_table(found, lang="th")._repr_html_()
    assert "เทศบาล" in html
    assert "20,400" not in html


def test_the_example_has_both_on_one_figure():
    area = open_area(EXAMPLE)
    entries = timeline.entries(area.table("progress"), school_ids=["99050001"], on=ON, profile_name="public")
    own = partners.of_school(area.table("partners"), school_id="99050001", on=ON, profile_name="public")
    drawn = timeline.figure(entries, on=ON, joined_year_be=2562, partners=own, synthetic=True)
    assert isinstance(drawn.title, Words)
    assert len(drawn.svg_phone) < 20_000
    party = parties.of_cohort(area.table("schools"), cohort=1)
    found = partners.found(area.table("partners"), party, on=ON, profile_name="public")
    assert isinstance(found, Protected)
    assert "sectors of 4" in partners.diversity(area.table("partners"), party[0], on=ON, profile_name="public").en
