"""Estimates: against a second implementation, against exact truth, under relabelling and gaps."""

from __future__ import annotations

import warnings

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from innovlib.effects import averages, contrasts, engine, estimate, inference, simulate, twoway
from innovlib.effects.design import Design
from innovlib.effects.panel import panel

EXACT = 1e-8


def overall(found) -> float:
    changes = estimate.changes(found)
    return float(engine.result(changes, engine.observed(changes)).estimate[0])


def long(frame, schools):
    joined = schools.set_index("school_id")["joined_year_be"].fillna(0)
    return frame.assign(first=frame["school_id"].map(joined).astype(int), unit=frame["school_id"].str[1:].astype(int))


COLUMNS = {"outcome": "outcome", "unit": "unit", "time": "year_be", "first_treat": "first"}


@pytest.mark.parametrize(("comparison", "theirs"), [("never", "never_treated"), ("not_yet", "not_yet_treated")])
def test_group_time_effects_agree_with_diff_diff(comparison, theirs):
    diff_diff = pytest.importorskip("diff_diff")
    frame, schools = simulate.area(seed=3, effect=0.2)
    found = estimate.group_time(panel(frame, schools, Design(baseline="last_year", comparison=comparison)))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        other = diff_diff.CallawaySantAnna(control_group=theirs).fit(long(frame, schools), **COLUMNS, aggregate="all")
    rows = found.to_frame().set_index(["cohort_be", "year_be"])
    assert len(rows) == len(other.group_time_effects)
    for (cohort, year), cell in other.group_time_effects.items():
        mine = rows.loc[(int(cohort), int(year))]
        assert abs(mine["estimate"] - cell["effect"]) < EXACT and abs(mine["std_error"] - cell["se"]) < EXACT
    simple = averages.aggregate(found, "simple", shares_known=False)[0].iloc[0]
    assert abs(simple["estimate"] - other.overall_att) < EXACT and abs(simple["std_error"] - other.overall_se) < EXACT
    by_time = averages.aggregate(found, "dynamic", shares_known=False)[0].set_index("event_time")
    for event, cell in other.event_study_effects.items():
        assert abs(by_time.loc[event, "estimate"] - cell["effect"]) < EXACT
        assert abs(by_time.loc[event, "std_error"] - cell["se"]) < EXACT


@pytest.mark.parametrize("gaps", [False, True])
def test_imputation_agrees_with_diff_diff(gaps):
    diff_diff = pytest.importorskip("diff_diff")
    frame, schools = simulate.area(seed=4, effect=0.2)
    if gaps:
        # Every school keeps its first and last year, so that both sides use the same schools.
        inner = ~frame["year_be"].isin([2557, 2566])
        frame = frame[~(inner & (np.random.default_rng(1).random(len(frame)) < 0.15))]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        other = diff_diff.ImputationDiD().fit(long(frame, schools), **COLUMNS)
    assert abs(estimate.imputation(panel(frame, schools)) - other.overall_att) < EXACT


def test_group_time_effects_agree_with_a_second_library():
    csdid = pytest.importorskip("csdid.att_gt")
    frame, schools = simulate.area(seed=3, effect=0.2)
    other = csdid.ATTgt(yname="outcome", tname="year_be", idname="unit", gname="first", data=long(frame, schools)).fit(
        est_method="dr", bstrap=False
    )
    mine = estimate.group_time(panel(frame, schools, Design(baseline="last_year")))
    assert np.allclose(mine.att, np.asarray(other.results["att"], float), atol=EXACT)
    assert np.allclose(mine.to_frame()["std_error"], np.asarray(other.results["se"], float), atol=EXACT)


def test_agrees_with_moderndid():
    moderndid = pytest.importorskip("moderndid")
    frame, schools = simulate.area(seed=3, effect=0.2)
    other = moderndid.att_gt(
        long(frame, schools), yname="outcome", tname="year_be", idname="unit", gname="first", boot=False
    )
    mine = estimate.group_time(panel(frame, schools, Design(baseline="last_year")))
    assert np.allclose(mine.att, other.att_gt, atol=EXACT)
    assert np.allclose(mine.to_frame()["std_error"], other.se_gt, atol=EXACT)


@pytest.mark.parametrize("baseline", ["all_years", "last_year", "own_trend"])
@pytest.mark.parametrize("estimand", ["simple", "group", "dynamic", "calendar"])
@pytest.mark.parametrize("comparison", ["never", "not_yet"])
def test_one_number_per_school_gives_the_average_of_group_time_effects(baseline, estimand, comparison):
    found = panel(*simulate.area(seed=5), Design(baseline=baseline, estimand=estimand, comparison=comparison))
    frame, scores = averages.aggregate(estimate.group_time(found), estimand)
    value, own_scores = inference.scores_of(estimate.changes(found))
    assert value == pytest.approx(frame["estimate"].iat[0], abs=1e-12)
    assert np.allclose(own_scores, scores.matrix()[:, 0], atol=1e-12)


def noiseless(effect: float, seed: int, gaps: float = 0.0, trend: float = 0.0):
    rng = np.random.default_rng(seed)
    frame, schools = simulate.area(seed=seed)
    joined = frame["school_id"].map(schools.set_index("school_id")["joined_year_be"])
    level = frame["school_id"].map(dict(zip(schools["school_id"], rng.normal(size=len(schools)), strict=True)))
    year = frame["year_be"].map(dict(zip(range(2557, 2567), rng.normal(size=10), strict=True)))
    slope = trend * joined.notna() * (frame["year_be"] - 2557)
    outcome = level + year + slope + effect * (frame["year_be"] >= joined)
    return frame.assign(outcome=outcome)[rng.random(len(frame)) >= gaps], schools


@pytest.mark.parametrize("baseline", ["all_years", "last_year"])
@pytest.mark.parametrize("gaps", [0.0, 0.25])
@settings(max_examples=15, deadline=None)
@given(effect=st.floats(-3, 3), seed=st.integers(0, 10_000))
def test_noiseless_data_give_the_truth_back(baseline, gaps, effect, seed):
    assert overall(panel(*noiseless(effect, seed, gaps), Design(baseline=baseline))) == pytest.approx(effect, abs=1e-9)


def test_own_trend_takes_a_differential_trend_out_and_the_others_do_not():
    data = noiseless(0.5, 1, trend=0.1)
    assert overall(panel(*data, Design(baseline="own_trend"))) == pytest.approx(0.5, abs=1e-9)
    assert overall(panel(*data)) == pytest.approx(0.5 + 0.1 * 5.0, abs=1e-9)


@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 10_000), scale=st.floats(0.1, 100), shift=st.floats(-50, 50))
def test_rows_order_scale_and_shift_do_not_matter(seed, scale, shift):
    frame, schools = simulate.area(simulate.SCENARIOS["M"], seed=seed)
    before = frame.copy(), schools.copy()
    one = overall(panel(frame, schools))
    mixed = frame.sample(frac=1, random_state=seed).assign(outcome=lambda f: f["outcome"] * scale + shift)
    two = overall(panel(mixed, schools.sample(frac=1, random_state=seed)))
    assert two == pytest.approx(one * scale, rel=1e-7, abs=1e-9 * scale)
    pd.testing.assert_frame_equal(frame, before[0])
    pd.testing.assert_frame_equal(schools, before[1])


def test_a_year_without_any_test_changes_nothing_but_that_year():
    frame, schools = simulate.area(seed=6, effect=0.3)
    gap = panel(frame[frame["year_be"] != 2561], schools, Design(baseline="last_year"))
    found = estimate.group_time(gap, pre=False)
    assert 2561 not in gap.years and any("2561" in note.en for note in gap.notes)
    # The last year before 2562 that there is, is 2560.
    wide = frame.pivot_table(index="school_id", columns="year_be", values="outcome")
    change = wide[2562] - wide[2560]
    joined = schools.set_index("school_id")["joined_year_be"]
    by_hand = change[joined == 2562].mean() - change[joined.isna()].mean()
    assert found.att[0] == pytest.approx(by_hand, abs=1e-12)


def test_missing_cells_leave_schools_in():
    found = panel(*simulate.area(simulate.SCENARIOS["M"], seed=1))
    assert found.has_gaps and len(found.joined) == 100
    rows = estimate.group_time(found).to_frame()
    assert rows["n_comparison"].between(60, 87).all() and len(set(rows["n_comparison"])) > 1


def test_pupil_weights_are_weighted_means():
    frame, schools = simulate.area(seed=7)
    found = panel(frame, schools, Design(weights="pupils", baseline="last_year"))
    wide = frame.pivot_table(index="school_id", columns="year_be", values="outcome")
    size = frame.groupby("school_id")["n"].mean()
    joined, change = schools.set_index("school_id")["joined_year_be"], wide[2562] - wide[2561]
    means = [np.average(change[m], weights=size[m]) for m in (joined == 2562, joined.isna())]
    assert estimate.group_time(found, pre=False).att[0] == pytest.approx(means[0] - means[1], abs=1e-12)


def test_covariates_take_their_part_out():
    frame, schools = noiseless(0.0, 2)
    x = np.random.default_rng(3).normal(size=len(schools)) + schools["joined_year_be"].notna()
    schools = schools.assign(x=x)
    frame = frame.assign(
        outcome=frame["outcome"]
        + frame["school_id"].map(dict(zip(schools["school_id"], x, strict=True))) * (frame["year_be"] - 2557)
    )
    assert abs(overall(panel(frame, schools))) > 0.5
    assert overall(panel(frame, schools, Design(covariates=("x",)))) == pytest.approx(0, abs=1e-9)


def test_two_way_decomposition_adds_up():
    found = panel(*simulate.area(seed=8, effect=0.2))
    parts = twoway.bacon(found)
    assert parts["weight"].sum() == pytest.approx(1) and set(parts["kind"]) == {
        "treated v never",
        "early v late",
        "late v early",
    }
    assert (parts["weight"] * parts["estimate"]).sum() == pytest.approx(twoway.two_way(found), abs=1e-12)


def test_year_effects_are_those_of_a_least_squares_fit():
    found = panel(*simulate.area(simulate.SCENARIOS["M"], seed=9))
    untreated = (found.joined[:, None] == 0) | (found.years < found.joined[:, None])
    row, column = np.nonzero(untreated & ~np.isnan(found.outcome))
    x = np.zeros((len(row), len(found.joined) + len(found.years)))
    x[np.arange(len(row)), row] = 1
    x[np.arange(len(row)), len(found.joined) + column] = 1
    fit = np.linalg.lstsq(x, found.outcome[row, column], rcond=None)[0][len(found.joined) :]
    assert np.allclose(contrasts.year_effects(found), fit - fit.mean(), atol=1e-9)
