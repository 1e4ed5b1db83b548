"""What a panel does with trouble: told, refused with reasons, or handled; never dropped in silence."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from innovlib.effects import inference, over_time, simulate, study
from innovlib.effects.design import CHOICES, Design
from innovlib.effects.panel import panel
from innovlib.errors import BadInput, CannotEstimate


@pytest.fixture
def area():
    return simulate.area(seed=1, effect=0.2)


def says(notes, *words) -> bool:
    return any(all(w in note.en for w in words) for note in notes)


def test_clean_data_leave_no_notes(area):
    assert panel(*area).notes == ()


def test_arrays_cannot_be_written(area):
    with pytest.raises(ValueError, match="read-only"):
        panel(*area).outcome[0, 0] = 1


def test_exact_duplicates_are_told_and_conflicting_ones_refused(area):
    frame, schools = area
    assert says(panel(pd.concat([frame, frame.head(3)]), schools).notes, "3 exact duplicate")
    with pytest.raises(BadInput, match="two values in"):
        panel(pd.concat([frame, frame.head(1).assign(outcome=9.0)]), schools)


def test_rows_in_any_order_and_ids_of_any_kind_make_the_same_panel(area):
    frame, schools = area
    whole = panel(frame, schools)
    shuffled = frame.sample(frac=1, random_state=1)
    by_number = frame.assign(school_id=frame["school_id"].str[1:].astype(int) + 1)
    known_by_number = schools.assign(school_id=(schools["school_id"].str[1:].astype(int) + 1).astype("str"))
    for other in (
        panel(shuffled, schools),
        panel(frame.astype({"school_id": "category"}), schools),
        panel(by_number, known_by_number),
    ):
        assert np.array_equal(other.outcome, whole.outcome) and np.array_equal(other.stratum, whole.stratum)


def test_rows_without_an_id_are_told(area):
    frame, schools = area
    found = panel(pd.concat([frame, frame.head(1).assign(school_id=None)]), schools)
    assert says(found.notes, "1 schools left out", "nan") and len(found.joined) == len(schools)


def test_a_year_far_from_the_others_is_one_year_more(area):
    frame, schools = area
    found = panel(pd.concat([frame, frame.head(1).assign(year_be=25_567)]), schools)
    assert found.outcome.shape == (100, 11) and np.isnan(found.outcome[1:, -1]).all()


def test_two_joining_years_of_one_school_are_refused(area):
    frame, schools = area
    with pytest.raises(BadInput, match="several joining years"):
        panel(frame, pd.concat([schools, schools.head(1).assign(joined_year_be=2560)]))


def test_a_school_that_joined_before_the_first_year_is_told(area):
    frame, schools = area
    early = schools["school_id"].iat[int(np.flatnonzero(schools["joined_year_be"].isna())[0])]
    schools = schools.assign(joined_year_be=schools["joined_year_be"].mask(schools["school_id"] == early, 2550))
    found = panel(frame, schools)
    assert says(found.notes, early, "no year before") and early not in set(found.schools["school_id"])


def test_a_school_that_joins_after_the_last_year_is_compared_with(area):
    frame, schools = area
    row = int(np.flatnonzero(schools["joined_year_be"].isna())[0])
    schools.loc[row, "joined_year_be"] = 2570
    found = panel(frame, schools)
    assert says(found.notes, "join after the last year") and found.joined[row] == 0


def test_unknown_schools_and_schools_without_results_are_told(area):
    frame, schools = area
    found = panel(frame[frame["school_id"] != "S00001"], schools[schools["school_id"] != "S00002"])
    assert says(found.notes, "S00001", "no result at all") and says(found.notes, "S00002", "not in the schools frame")


def test_no_comparison_schools(area):
    frame, schools = area
    pilots = schools[schools["joined_year_be"].notna()]
    with pytest.raises(CannotEstimate, match="no comparison schools"):
        panel(frame[frame["school_id"].isin(pilots["school_id"])], pilots)
    later = panel(frame[frame["school_id"].isin(pilots["school_id"])], pilots, Design(comparison="not_yet"))
    assert np.isfinite(inference.welch(later).estimate)


def test_all_joined_in_one_year_with_none_outside(area):
    frame, schools = area
    with pytest.raises(CannotEstimate, match="none is outside"):
        panel(frame, schools.assign(joined_year_be=2562), Design(comparison="not_yet"))


def test_no_year_before_joining(area):
    frame, schools = area
    with pytest.raises(CannotEstimate, match="no pilot school has results before"):
        panel(frame[frame["year_be"] >= 2564], schools)


def test_constant_outcome(area):
    frame, schools = area
    with pytest.raises(CannotEstimate, match="never varies"):
        panel(frame.assign(outcome=1.0), schools)


def test_infinite_outcome_and_missing_columns(area):
    frame, schools = area
    with pytest.raises(BadInput, match="infinite"):
        panel(frame.assign(outcome=np.inf), schools)
    with pytest.raises(BadInput, match="joined_year_be"):
        panel(frame, schools.drop(columns="joined_year_be"))
    with pytest.raises(CannotEstimate, match="no outcome"):
        panel(frame.assign(outcome=np.nan), schools)


@pytest.mark.parametrize("n_pilots", [1, 2, 3])
def test_fewer_than_four_pilots_have_no_average_effect(area, n_pilots):
    frame, schools = area
    pilots = schools["school_id"][schools["joined_year_be"].notna()]
    few = schools[~schools["school_id"].isin(pilots[n_pilots:])]
    found = panel(frame[frame["school_id"].isin(few["school_id"])], few)
    with pytest.raises(CannotEstimate, match=f"only {n_pilots} pilot"):
        inference.effect(found)
    whole = study.study(found)
    assert whole.effect is None and f"{n_pilots} โรงเรียน" in whole.paragraph("th")
    assert whole.told("effect", "en") == whole.refused["effect"].en and len(whole.told("trend"))
    lost = whole.table("leave_one_out")
    assert lost.empty and lost.merge(schools, on="school_id").empty and "estimate" in lost
    rows = over_time.cohorts(found).to_frame()
    assert rows[["std_error", "conf_low", "conf_high", "p_value"]].isna().all(axis=None)
    assert rows["rank"].between(1, rows["ranked_of"]).all() and (rows["verdict"] == "none").all()
    assert len(whole.frames["schools"]) == n_pilots


def test_a_cohort_of_one_borrows_its_variance(area):
    frame, schools = area
    second = schools.index[schools["joined_year_be"] == 2564]
    schools = schools.assign(joined_year_be=schools["joined_year_be"].where(~schools.index.isin(second[1:]), 2562))
    one = inference.effect(panel(frame, schools))
    assert np.isfinite([one.std_error, one.conf_low, one.conf_high]).all()
    rows = over_time.cohorts(panel(frame, schools)).to_frame().set_index("cohort_be")
    assert np.isnan(rows.loc[2564, "std_error"]) and np.isfinite(rows.loc[2562, "std_error"])


@pytest.mark.parametrize("outcome", ["school", "year"])
def test_schools_that_all_change_alike_give_reasons_and_no_number(area, outcome):
    frame, schools = area
    alike = {"school": frame["school_id"].str[1:].astype(float) / 7, "year": frame["year_be"] * 0.1}[outcome]
    whole = study.study(panel(frame.assign(outcome=alike), schools))
    assert whole.effect is None and "changed alike" in whole.paragraph("en")
    assert {"effect", "trend", "matched", "lines", "smallest"} <= set(whole.refused)
    for rows in (whole.by_time, whole.by_cohort):
        assert rows.to_frame()[["std_error", "conf_low", "conf_high", "p_value"]].isna().all(axis=None)


def test_without_schools_that_never_joined_only_the_first_cohort_is_counted(area):
    frame, schools = area
    pilots = schools[schools["joined_year_be"].notna()]
    found = panel(frame[frame["school_id"].isin(pilots["school_id"])], pilots, Design(comparison="not_yet"))
    whole = study.study(found)
    assert (whole.effect.n, whole.effect.n_treated) == (13, 9)
    assert {"trend", "smallest", "mean_reversion", "schools"} <= set(whole.refused)
    assert says(whole.effect.notes, "4 pilot schools that joined in 2564 are not in the estimate")


def test_pilots_without_a_trend_of_their_own_are_told_and_not_counted(area):
    frame, schools = area
    late = panel(frame[frame["year_be"] >= 2561], schools, Design(baseline="own_trend"))
    one = inference.effect(late)
    assert (one.n, one.n_treated) == (91, 4) and says(one.notes, "9 pilot schools that joined in 2562")
    assert study.study(late).frames["schools"]["cohort_be"].eq(2564).all()
    few = schools.drop(schools.index[schools["joined_year_be"] == 2564][:1])
    with pytest.raises(CannotEstimate, match="only 3 pilot"):
        inference.effect(panel(frame[frame["year_be"] >= 2561], few, Design(baseline="own_trend")))


def test_covariates_that_do_not_vary_are_refused(area):
    frame, schools = area
    whole = study.study(panel(frame, schools.assign(one=1.0), Design(covariates=("one",))))
    assert "do not vary" in whole.refused["by_time"].en


def test_pupil_weights_need_pupils(area):
    frame, schools = area
    with pytest.raises(BadInput, match="column n"):
        panel(frame.drop(columns="n"), schools, Design(weights="pupils"))
    with pytest.raises(BadInput, match="no number of pupils"):
        panel(frame.assign(n=frame["n"].where(frame["school_id"] != "S00003")), schools, Design(weights="pupils"))


def test_subdistricts_are_told_apart_by_district(area):
    frame, schools = area
    same = schools.assign(subdistrict="หนองบัว")
    assert len(np.unique(panel(frame, same).block)) == same["district"].nunique()


def test_choices_other_than_the_default_are_named():
    assert "ค่าตั้งต้นทั้งหมด" in Design().sentence("th") and "default" in Design().sentence("en")
    for field, allowed in CHOICES.items():
        other = list(allowed)[-1]
        made = Design(**{field: other})
        assert made.choices_made() == (field,)
        for lang in ("th", "en"):
            assert getattr(allowed[other], lang) in made.departures(lang)
    # Who is compared with whom, how, in which years and with which covariates is always said.
    for lang in ("th", "en"):
        said, table = Design(outcome="maths").sentence(lang), Design().to_frame(lang).set_index("item")["choice"]
        for item in table.index[3:10]:
            assert table[item].lower() in said.lower()
    assert not Design(weights="pupils").to_frame().set_index("item").loc["Weights", "default"]


def test_unknown_choices_are_refused():
    with pytest.raises(BadInput, match="never"):
        Design(comparison="nevr")
    with pytest.raises(BadInput, match="draws"):
        Design(draws=10)
