import numpy as np
import pytest

from innovlib.effects import outcomes, several
from innovlib.effects.design import Design
from innovlib.report import joining


@pytest.fixture
def joined_late(many_schools):
    """The twenty schools, four of them joining in 2565, so that there are years before and after."""
    schools, scores = many_schools
    return schools.assign(
        joined_year_be=schools["joined_year_be"].mask(schools["joined_year_be"].notna(), 2565)
    ), scores


def test_the_table_says_what_the_estimate_says(joined_late):
    schools, scores = joined_late
    found = joining.effects(scores, schools, profile_name="public").frame
    held, _ = outcomes.panels(scores, schools, design=Design(unit="points"))
    asked = several.outcomes(held).to_frame().set_index("outcome")
    for row in found.itertuples():
        whole = asked.loc[[(row.test, row.grade, row.subject)]].iloc[0]
        assert row.estimate == pytest.approx(whole["estimate"], abs=0.051)
        assert row.p_adjusted == whole["p_adjusted"]
    assert list(found["subject"]) == ["thai", "maths"]


def test_a_large_effect_is_told_with_its_subject_and_no_other(joined_late):
    schools, scores = joined_late
    pilots = schools.loc[schools["cohort"].notna(), "school_id"]
    hit = scores["school_id"].isin(pilots) & (scores["year_be"] >= 2565) & (scores["subject"] == "maths")
    risen = scores.assign(mean=scores["mean"] + 25.0 * hit)
    found = joining.effects(risen, schools, profile_name="public")
    verdicts = dict(zip(found.frame["subject"], found.frame["verdict"], strict=True))
    assert verdicts["maths"] == "clearly_above"
    said = joining.headline(found)
    assert "Maths" in said.en
    assert "rose more" in said.en
    assert verdicts["thai"] != "undecided" or "Thai" not in said.en


def test_sentence_interval_and_verdict_never_disagree(joined_late):
    schools, scores = joined_late
    found = joining.effects(scores, schools, profile_name="public")
    for row in found.frame.itertuples():
        if row.verdict in ("clearly_above", "clearly_below"):
            assert row.p_adjusted < joining.LEVEL
            assert row.conf_low > 0 or row.conf_high < 0
    clear = found.frame["verdict"].str.startswith("clearly").any()
    assert ("cannot be told yet" in joining.headline(found).en) == (not clear)


def test_without_years_before_joining_nothing_is_estimated(many_schools):
    schools, scores = many_schools  # all joined in the first year of the data
    found = joining.effects(scores, schools, profile_name="public")
    assert found.frame.empty
    assert "cannot be estimated" in joining.headline(found).en
    assert "<td" in joining.effects_table(found, lang="both")._repr_html_()


def test_two_pilot_schools_are_not_shown(joined_late):
    schools, scores = joined_late
    few = schools["school_id"].isin(["S00", "S01"])
    fewer = schools.assign(cohort=schools["cohort"].where(few), joined_year_be=schools["joined_year_be"].where(few))
    found = joining.effects(scores, fewer, profile_name="public").frame
    assert (found["status"] == "small").all()
    assert np.isnan(found["estimate"]).all()
    assert found["p_adjusted"].isna().all()
