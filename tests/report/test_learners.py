"""The chapter on learner qualities: few pupils are not told apart, raters are shown, sentences fit their intervals."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from innovlib import terms
from innovlib.area import open_area
from innovlib.paths import EXAMPLE
from innovlib.report import learners, parties, surveys
from innovlib.report.parties import Party

AREA = (Party("pilots", tuple("abcd")), Party("others", tuple("efghijkl")))
ONE = (Party("school", ("a",)), *AREA)


def ratings(counts=(3, 4, 5, 6), *, schools="abcdefghijkl", years=(2565, 2566, 2567)) -> pd.DataFrame:
    rows = [
        {"school_id": s, "year_be": y, "grade": "ป.6", "quality": q, "n_rated": sum(counts),
         **{f"n_level_{i}": c for i, c in enumerate(counts, start=1)}}
        for s in schools for y in years for q in terms.QUALITIES
    ]  # fmt: skip
    return pd.DataFrame(rows)


def level_rows(*counts, who="school", schools=1, rest=(0, 0)) -> pd.DataFrame:
    rows = []
    for quality, each in zip(terms.QUALITIES, counts, strict=False):
        n = sum(each)
        share = (each[2] + each[3]) / n if n else np.nan
        rows.append({"who": who, "quality": quality, "label": terms.LABELS[quality], "period": "2565–2567", "n": n,
                     "n_schools": schools, "verdict": "", "conf_low": max(share - 0.1, 0),
                     "conf_high": min(share + 0.1, 1),
                     "rest_schools": rest[0], "rest_n": rest[1],
                     **{f"n_level_{i}": c for i, c in enumerate(each, start=1)}})  # fmt: skip
    return pd.DataFrame(rows)


def test_few_pupils_at_a_level_are_not_told_apart_from_their_side():
    safe = surveys.protect_levels(level_rows((2, 20, 10, 8), (8, 12, 1, 19)), profile_name="public").frame
    assert np.isnan(safe.loc[0, "level_1"])
    assert np.isnan(safe.loc[0, "level_2"])
    assert safe.loc[0, "level_3"] + safe.loc[0, "level_4"] == safe.loc[0, "percent"]
    assert np.isnan(safe.loc[1, "level_3"])
    assert safe.loc[1, "level_1"] + safe.loc[1, "level_2"] == 100 - safe.loc[1, "percent"]


def test_a_side_of_few_shows_only_its_edge_and_no_interval():
    safe = surveys.protect_levels(level_rows((20, 18, 2, 0), (0, 0, 20, 20)), profile_name="public").frame
    assert safe["percent_label"].tolist() == ["≤10", "≥90"]
    assert safe[["conf_low", "conf_high", "level_1", "level_4"]].isna().all(axis=None)


def test_four_and_four_of_eight_say_no_more_than_half():
    safe = surveys.protect_levels(level_rows((0, 4, 0, 4), (4, 0, 3, 0), (1, 2, 2, 2)), profile_name="partner").frame
    assert safe["percent_label"].tolist() == ["≤50", "≤50", "≥50"]
    assert safe[["conf_low", "conf_high", "level_1", "level_4"]].isna().all(axis=None)


@settings(max_examples=400, deadline=None)
@given(st.lists(st.tuples(*[st.integers(0, 40)] * 4), min_size=1, max_size=6),
       st.sampled_from(["public", "partner", "school"]))  # fmt: skip
def test_no_level_that_is_told_holds_one_to_four_pupils_and_never_0_or_100(counts, profile):
    safe = surveys.protect_levels(level_rows(*counts), profile_name=profile)
    rules = surveys.profile(profile)
    for row, each in zip(safe.frame.to_dict("records"), counts, strict=True):
        n = sum(each)
        if n < rules.smallest_n:
            assert row["status"] in ("small", "absent")
            assert np.isnan(row["percent"])
            continue
        assert 0 < row["percent"] < 100
        for i, count in enumerate(each, start=1):
            if not np.isnan(row[f"level_{i}"]):
                assert count >= rules.smallest_count
                assert 0 < row[f"level_{i}"] < 100
        if not np.isnan(row["conf_low"]):
            assert each[2] + each[3] >= rules.smallest_count
            assert each[0] + each[1] >= rules.smallest_count
            assert row["conf_low"] <= row["percent"] <= row["conf_high"]


@settings(max_examples=400, deadline=None)
@given(st.lists(st.tuples(*[st.integers(0, 40)] * 4), min_size=6, max_size=6))
def test_what_is_said_of_half_fits_the_printed_interval_and_hidden_qualities_are_not_named(counts):
    safe = surveys.protect_levels(level_rows(*counts), profile_name="public")
    said = learners.headline(safe)
    for row in safe.frame.to_dict("records"):
        name = terms.LABELS[row["quality"]].th
        if row["status"] != "shown":
            assert name not in said.th
        elif not np.isnan(row["conf_low"]):
            assert (name in said.th) == (row["conf_low"] > 50 or row["conf_high"] < 50)
    for row, reading in zip(safe.frame[safe.frame["status"] != "absent"].to_dict("records"), learners.readings(safe),
                            strict=True):  # fmt: skip
        assert terms.LABELS[row["quality"]].en in reading.en
        if row["status"] == "small":
            assert "not shown" in reading.en


def test_no_school_gets_a_verdict_from_ratings():
    found = learners.found(ratings(), ONE, profile_name="public")
    assert (found.frame["verdict"] == "").all()
    assert not any(word in learners.headline(found).en for word in ("above the", "below the", "clearly"))


def test_three_years_are_put_together_before_anything_is_hidden():
    found = learners.found(ratings((1, 1, 1, 1)), ONE, profile_name="public")
    assert (found.where(who="school").frame["status"] == "shown").all()
    assert found.frame["period"].iloc[0] == "2565–2567"


def test_raters_that_differ_are_told_and_few_schools_are_not():
    mixed = pd.concat([ratings((9, 5, 2, 2), schools="abcdef"), ratings((2, 2, 5, 9), schools="ghijkl")])
    schools = pd.DataFrame({"school_id": list("abcdefghijkl")})
    spread = learners.raters(mixed, schools, profile_name="public")
    assert learners.raters_reading(spread).en.startswith("In 6 of 6 qualities")
    few = learners.raters(mixed, schools.head(4), profile_name="public")
    assert (few.frame["status"] == "small").all()
    assert learners.raters_reading(few).en.startswith("Too few schools")


def test_nobody_rated_still_makes_a_page():
    nothing = ratings().iloc[:0]
    found = learners.found(nothing, AREA, profile_name="public")
    spread = learners.raters(nothing, pd.DataFrame({"school_id": ["a"]}), profile_name="public")
    assert learners.headline(found).en.startswith("There are no ratings")
    assert learners.figure(found).svg
    assert learners.raters_figure(found, spread).svg
    assert learners.levels_table(found, lang="th")._repr_html_()
    assert learners.raters_table(spread, lang="th")._repr_html_()


@pytest.mark.parametrize("profile", ["public", "school"])
def test_the_example_draws_each_quality_in_both_sizes(profile):
    area = open_area(EXAMPLE)
    who = parties.of_school(area.table("schools"), school_id="99050001")
    found = learners.found(area.table("qualities"), who, profile_name=profile)
    spread = learners.raters(area.table("qualities"), area.table("schools"), profile_name=profile)
    for drawn in (learners.figure(found, lang="th"), learners.raters_figure(found, spread, lang="th")):
        for svg in (drawn.svg, drawn.svg_phone):
            assert "มีความคิดสร้างสรรค์" in svg
    assert learners.raters_figure(found, spread).title == learners.raters_reading(spread)
