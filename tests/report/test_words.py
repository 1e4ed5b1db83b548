import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from innovlib.errors import Words
from innovlib.report import disclosure, words
from tests.report.test_disclosure import results

VERDICTS = ["clearly_above", "likely_above", "undecided", "likely_below", "clearly_below", ""]
SUBJECTS = ["thai", "maths", "science", "english"]


@st.composite
def tables(draw):
    """A school's results with verdicts, some of them on too few pupils, beside similar schools."""
    rows = []
    for subject in draw(st.lists(st.sampled_from(SUBJECTS), min_size=1, unique=True)):
        rows.append({"subject": subject, "n": draw(st.integers(1, 40)), "verdict": draw(st.sampled_from(VERDICTS)),
                     "mean": draw(st.floats(0, 100))})  # fmt: skip
        rows.append(
            {"who": "similar", "subject": subject, "n": 200, "n_schools": 9, "verdict": "", "std_error": 1.0, "df": 8.0}
        )
    return disclosure.protect_means(results(rows), profile_name="public")


@settings(max_examples=300)
@given(tables())
def test_a_headline_speaks_only_of_shown_results_and_each_with_its_own_verdict(protected):
    said = words.results_headline(protected)
    own = words.own(protected, "school")
    for row in own.itertuples():
        thai, english = words.terms.LABELS[row.subject]
        if row.status == "small":
            # "ภาษาไทย" may not be said of a hidden result, in either language.
            assert thai not in said.th
            assert english not in said.en
    for code in ("clearly_above", "clearly_below", "likely_above", "likely_below"):
        phrase = words.verdict(code, whom=words.whom(protected))
        there = ((own["verdict"] == code) & (own["status"] == "shown")).any()
        assert (phrase.th in said.th) == there
        assert (phrase.en in said.en.lower()) == there


@settings(max_examples=200)
@given(tables())
def test_readings_and_alt_text_hold_no_number_of_a_hidden_result(protected):
    hidden = words.own(protected, "school")
    hidden = hidden[hidden["status"] == "small"]
    if len(hidden) == len(words.own(protected, "school")):
        said = words.results_alt(protected, name=Words("ก", "a"))
        digits = "".join(c for c in said.en.replace("2567", "").replace("Grade 6", "") if c.isdigit())
        assert digits == ""


def two_periods(first: tuple[float, int], last: tuple[float, int], area: tuple[float, float]):
    rows = []
    for (mean, n), ref, year in ((first, area[0], 2564), (last, area[1], 2567)):
        period = {"first_year_be": year, "last_year_be": year, "period": str(year)}
        rows.append({**period, "n": n, "mean": mean})
        rows.append({**period, "who": "area", "n": 900, "n_schools": 60, "mean": ref, "std_error": 0.5, "df": 59.0})
    return disclosure.protect_means(results(rows), profile_name="public")


def test_change_is_read_on_the_distance_to_the_area_not_on_raw_points():
    # Ten points more on a paper that was ten points easier: nothing happened.
    protected = two_periods((40, 100), (50, 100), (45, 55))
    assert words.change(protected)["estimate"].iloc[0] == 0
    assert words.change_headline(protected).en.startswith("No subject")
    risen = words.change_headline(two_periods((40, 100), (50, 100), (45, 45)))
    assert "rose" in risen.en
    assert "สูงขึ้น" in risen.th
    assert "fell" in words.change_headline(two_periods((50, 100), (40, 100), (45, 45))).en


@settings(max_examples=200)
@given(st.floats(20, 80), st.floats(20, 80), st.integers(10, 200), st.integers(10, 200))
def test_change_sentence_and_interval_never_disagree(first, last, n_first, n_last):
    protected = two_periods((first, n_first), (last, n_last), (50, 50))
    found, said = words.change(protected).iloc[0], words.change_headline(protected)
    assert ("rose" in said.en) == (found["conf_low"] > 0)
    assert ("fell" in said.en) == (found["conf_high"] < 0)
    assert ("สูงขึ้น" in said.th) == (found["conf_low"] > 0)


def test_one_shown_period_cannot_show_change():
    assert "Fewer than two periods" in words.change_headline(two_periods((40, 5), (50, 100), (45, 45))).en


def test_change_intervals_hold_for_all_subjects_at_once():
    rows = []
    for subject in SUBJECTS:
        for year in (2564, 2567):
            period = {"first_year_be": year, "last_year_be": year, "period": str(year), "subject": subject}
            rows.append({**period, "n": 100, "mean": 50.0})
            rows.append(
                {**period, "who": "area", "n": 900, "n_schools": 60, "mean": 50.0, "std_error": 0.5, "df": 59.0}
            )
    found = words.change(disclosure.protect_means(results(rows), profile_name="public"))
    reach = (found["conf_high"] - found["estimate"]) / found["std_error"]
    assert np.allclose(reach, 2.4977, atol=1e-3)  # z at 1 − 0.025 / 4


def test_every_sentence_has_both_languages_and_the_same_blanks():
    import re

    for group, entries in words._sentences().items():
        for name, entry in entries.items():
            assert set(entry) == {"th", "en"}, (group, name)
            blanks = [{re.sub("_en$", "", b) for b in re.findall(r"{(\w+)}", entry[lang])} for lang in ("th", "en")]
            assert blanks[0] == blanks[1], (group, name)


def test_a_sentence_is_never_given_nothing_to_say():
    with pytest.raises(KeyError):
        words.sentence("limits.pooled_missing")
    with pytest.raises(KeyError):
        words.sentence("headline.all_undecided", whom=None)


def test_gaps_headline_counts_and_names_nobody():
    gaps = pd.DataFrame({"school_id": list("ABC"), "n": [40.0, 40.0, 3.0], "gap": [5.0, 0.0, 9.0], "std_error": 1.0,
                         "verdict": ["clearly_above", "undecided", "clearly_above"]})  # fmt: skip
    said = words.gaps_headline(disclosure.protect_gaps(gaps, profile_name="public")).en
    assert said.startswith("Of 2 schools that can be shown, 1 lie clearly above the area's mean, 0 clearly below;")
    assert said.endswith("1 cannot be told apart")


def test_the_area_is_read_against_the_nation_never_against_itself():
    rows = []
    for mean, nation, year in ((40.0, 45.0, 2564), (50.0, 45.0, 2567)):
        period = {"first_year_be": year, "last_year_be": year, "period": str(year)}
        rows.append({**period, "who": "area", "n": 900, "n_schools": 60, "mean": mean, "std_error": 0.5, "df": 59.0})
        rows.append({**period, "who": "nation", "n": None, "n_schools": None, "mean": nation, "published": True})
    protected = disclosure.protect_means(results(rows), profile_name="public")
    assert words.change(protected, who="area")["estimate"].iloc[0] == 10
    assert "rose against the national mean" in words.change_headline(protected, who="area").en
