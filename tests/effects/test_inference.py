"""Randomisation: against brute force, its inversion, its invariances; bands; several outcomes; clusters."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from innovlib.effects import engine, estimate, inference, over_time, permute, power, several, simulate
from innovlib.effects.design import Design
from innovlib.effects.panel import panel
from innovlib.errors import CannotEstimate


def direct_t(changes: engine.Changes, labels: np.ndarray) -> float:
    """The studentised effect by plain means and variances, from the definition."""
    control = labels == 0
    value, variance = 0.0, 0.0
    joint = np.zeros(control.sum())
    for j, h in enumerate(changes.cohort):
        pilots = changes.values[labels == h, j]
        value += changes.alpha[j] * (pilots.mean() - changes.values[control, j].mean())
        variance += changes.alpha[j] ** 2 * pilots.var(ddof=1) / len(pilots)
        joint += changes.alpha[j] * changes.values[control, j]
    return value / math.sqrt(variance + joint.var(ddof=1) / control.sum())


@pytest.mark.parametrize("scenario", ["A", "D2"])
def test_permuted_statistics_equal_the_definition(scenario):
    found = panel(*simulate.area(simulate.SCENARIOS[scenario], seed=1))
    changes = estimate.changes(found)
    for permuted in ("schools", "subdistricts"):
        asked = {"permuted": permuted, "draws": 99, "seed": 3}
        drawn = next(iter(inference.labellings(found, changes.labels, **asked)))
        result = engine.result(changes, engine.permuted(changes.stacked(), drawn))
        for draw in range(0, 99, 7):
            labels = np.zeros(len(changes.labels), int)
            for h, rows in enumerate(drawn, start=1):
                labels[rows[draw]] = h
            assert result.estimate[draw] / result.std_error[draw] == pytest.approx(direct_t(changes, labels), rel=1e-8)


@pytest.mark.parametrize("gaps", ["A", "M"])
def test_drawing_the_real_labels_gives_the_real_result(gaps):
    found = panel(*simulate.area(simulate.SCENARIOS[gaps], seed=2), Design(weights="pupils", comparison="not_yet"))
    changes = estimate.changes(found)
    drawn = [np.flatnonzero(changes.labels == h)[None] for h in range(1, changes.n_labels)]
    one, two = (
        engine.result(changes, m) for m in (engine.observed(changes), engine.permuted(changes.stacked(), drawn))
    )
    assert np.allclose(one.estimate, two.estimate) and np.allclose(one.variance, two.variance)


def test_taking_an_effect_out_equals_changing_the_data():
    data = simulate.area(seed=3, effect=0.3)
    found = panel(*data)
    changes = estimate.changes(found)
    drawn = next(iter(inference.labellings(found, changes.labels, permuted="schools", draws=99, seed=1)))
    shifted = engine.shifted(changes, engine.permuted(changes.stacked(exposure=True), drawn)).t(np.array([0.3]))[0]
    joined = data[0]["school_id"].map(data[1].set_index("school_id")["joined_year_be"])
    less = panel(data[0].assign(outcome=data[0]["outcome"] - 0.3 * (data[0]["year_be"] >= joined)), data[1])
    other = estimate.changes(less)
    result = engine.result(other, engine.permuted(other.stacked(), drawn))
    assert np.allclose(shifted, result.estimate / result.std_error, rtol=1e-8)


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 10_000), effect=st.floats(-0.4, 0.4), scenario=st.sampled_from(["A", "B", "H", "M", "D2"]))
def test_interval_and_p_value_agree(seed, effect, scenario):
    one = inference.effect(
        panel(*simulate.area(simulate.SCENARIOS[scenario], seed=seed, effect=effect), Design(draws=199))
    )
    assert one.conf_low <= one.estimate <= one.conf_high
    if one.p_value > 0.05:
        assert one.conf_low <= 0 <= one.conf_high
    elif one.conf_low <= 0 <= one.conf_high:
        # Only an acceptance region with a hole can hold zero between its ends; its nearest end is then at zero.
        assert min(abs(one.conf_low), abs(one.conf_high)) < one.std_error


@settings(max_examples=10, deadline=None)
@given(seed=st.integers(0, 10_000), scale=st.floats(0.1, 100))
def test_test_does_not_depend_on_unit_or_sign(seed, scale):
    frame, schools = simulate.area(seed=seed)
    one, two, turned = (
        inference.effect(panel(frame.assign(outcome=frame["outcome"] * k), schools)) for k in (1, scale, -1)
    )
    assert one.p_value == two.p_value == turned.p_value
    assert two.conf_low == pytest.approx(one.conf_low * scale, rel=1e-3, abs=1e-3 * scale)
    assert turned.conf_low == pytest.approx(-one.conf_high, rel=1e-3, abs=1e-3)


def test_strata_and_staggered_labels_are_kept():
    labels, strata = np.array([1, 1, 2, 0, 0, 0, 0, 1, 2, 0, 0, 0]), np.repeat([0, 1], [7, 5])
    drawn = list(permute.among_schools(labels, strata, draws=500, seed=1))
    first, second = (np.concatenate([d[h] for d in drawn]) for h in (0, 1))
    assert first.shape == (500, 3) and second.shape == (500, 2)
    assert ((strata[first] == 0).sum(axis=1) == 2).all() and ((strata[second] == 0).sum(axis=1) == 1).all()
    assert all(len(set(row)) == 5 for row in np.hstack([first, second]))
    # Every school of a stratum is drawn about as often as any other.
    assert np.ptp(np.bincount(np.hstack([first, second]).ravel(), minlength=12)[:7]) < 0.2 * 500


def test_a_seed_draws_what_it_always_drew():
    labels, strata = np.array([1, 0, 2, 0, 0, 1, 0, 0]), np.array([0, 0, 0, 0, 1, 1, 1, 1])
    drawn = next(permute.among_schools(labels, strata, draws=4, seed=1))
    assert [rows.tolist() for rows in drawn] == [[[1, 4], [2, 5], [3, 7], [3, 5]], [[0], [1], [0], [0]]]


@pytest.mark.parametrize("scenario", ["A", "M"])
def test_the_last_row_of_the_second_moments_is_the_first_moments(scenario):
    found = panel(*simulate.area(simulate.SCENARIOS[scenario], seed=1), Design(weights="pupils"))
    changes = estimate.changes(found)
    stacked = changes.stacked(exposure=True)
    drawn = next(permute.among_schools(changes.labels, found.stratum, draws=9, seed=1))
    for label, rows in enumerate(drawn, start=1):
        sums = engine.permuted(stacked, drawn).first[label]
        assert np.allclose(sums.T, stacked[rows].sum(axis=1), rtol=1e-12)


def test_subdistricts_move_whole():
    blocks = np.repeat(np.arange(8), [5, 5, 3, 3, 6, 2, 5, 4])
    labels = np.zeros(len(blocks), int)
    labels[:4] = [1, 1, 1, 2]
    labels[10:12] = [1, 2]
    drawn = list(permute.among_blocks(labels, blocks, draws=400, seed=1))
    first, second = (np.concatenate([d[h] for d in drawn]) for h in (0, 1))
    for a, b in zip(first, second, strict=True):
        together = np.bincount(blocks[np.concatenate([a, b])], minlength=8)
        assert sorted(together[together > 0]) == [2, 4] and len(set(a) | set(b)) == 6
    big = blocks[first[:, 0]]
    assert set(big) == {0, 1, 4, 6, 7}


def test_large_areas_move_whole_and_every_school_is_as_likely():
    blocks = np.repeat(np.arange(3), [90, 80, 70])
    labels = np.zeros(len(blocks), int)
    labels[:3] = [1, 1, 2]
    drawn = list(permute.among_blocks(labels, blocks, draws=24_000, seed=1))
    first, second = (np.concatenate([d[h] for d in drawn]) for h in (0, 1))
    every = np.hstack([first, second])
    assert (blocks[every] == blocks[every[:, :1]]).all() and all(len(set(row)) == 3 for row in every[:2000])
    assert stats.chisquare(np.bincount(blocks[second[:, 0]])).pvalue > 0.001
    for rows in (first[:, 0], first[:, 1], second[:, 0]):
        held = np.bincount(rows, minlength=240)[:90]
        assert stats.chisquare(held).pvalue > 0.001


def test_permuting_is_uniform_over_all_labellings():
    drawn = next(iter(permute.among_schools(np.array([1, 1, 0, 0, 0]), np.zeros(5, int), draws=4000, seed=2)))
    _, counts = np.unique(np.sort(drawn[0], axis=1), axis=0, return_counts=True)
    assert len(counts) == 10 and stats.chisquare(counts).pvalue > 0.001


def test_clustered_pilots_are_permuted_by_subdistrict_and_spread_ones_by_school():
    spread, clustered = (panel(*simulate.area(simulate.SCENARIOS[s], seed=1)) for s in ("A", "D2"))
    assert inference.which(spread) == "schools" and inference.which(clustered) == "subdistricts"
    no_places = panel(
        *(lambda f, s: (f, s.drop(columns="subdistrict")))(*simulate.area(simulate.SCENARIOS["D2"], seed=1))
    )
    assert inference.which(no_places) == "schools"
    with pytest.raises(CannotEstimate, match="subdistricts cannot be permuted"):
        inference.effect(no_places.asked(inference="subdistricts"))


def test_welch_degrees_of_freedom_by_hand():
    frame, schools = simulate.area(seed=4, cohorts=((5, 9),))
    found = panel(frame, schools)
    values = estimate.changes(found).values[:, 0]
    theirs = stats.ttest_ind(values[found.treated], values[~found.treated], equal_var=False)
    one = inference.welch(found)
    assert one.p_value == pytest.approx(theirs.pvalue, rel=1e-9) and one.degrees == pytest.approx(theirs.df, rel=1e-9)
    low, high = theirs.confidence_interval(0.95)
    assert (one.conf_low, one.conf_high) == pytest.approx((low, high), rel=1e-9)


def test_area_clusters_by_hand():
    frame, schools = simulate.area(seed=5, n_schools=400, cohorts=((5, 60), (7, 40)))
    found = panel(frame, schools.assign(district=schools["subdistrict"]), Design(inference="area", area="district"))
    one = inference.effect(found)
    value, scores = inference.scores_of(estimate.changes(found))
    sums = [scores[found.area == a].sum() for a in np.unique(found.area)]
    g = len(sums)
    assert one.estimate == value and one.degrees == len(np.unique(found.area[found.treated])) - 1
    assert one.std_error == pytest.approx(math.sqrt(g / (g - 1) * sum(s**2 for s in sums)))
    with pytest.raises(CannotEstimate, match="too few to cluster"):
        inference.effect(panel(frame, schools, Design(inference="area")))


def test_event_study_bands_are_wider_than_pointwise_and_short_rows_have_none():
    frame, schools = simulate.area(seed=6, cohorts=((5, 9), (7, 3)))
    rows = over_time.event_study(panel(frame, schools)).to_frame().set_index("event_time")
    few = rows["n_treated"] < 4
    assert few.any() and rows.loc[few, ["std_error", "conf_low", "p_value", "band_low"]].isna().all(axis=None)
    rest = rows[~few]
    assert (rest["band_low"] < rest["conf_low"]).all() and (rest["band_high"] > rest["conf_high"]).all()
    assert rows.index.tolist() == list(range(-7, 5))


@pytest.mark.parametrize("scenario", ["A", "D2"])
def test_years_and_cohorts_are_judged_by_the_test_of_the_design(scenario):
    for seed in range(3):
        found = panel(*simulate.area(simulate.SCENARIOS[scenario], effect=0.2, seed=seed), Design(draws=199))
        for made in (over_time.event_study(found), over_time.cohorts(found)):
            rows = made.to_frame()
            assert ((rows["p_value"] <= 0.05) == (rows["verdict"] != "open")).all()
            assert made.method == inference.METHODS["schools" if scenario == "A" else "subdistricts"]


def test_multiplier_bootstrap_errors_are_the_analytic_ones():
    # With a handful of pilots sign flips are no normal variable, so this is for large panels only.
    found = estimate.group_time(panel(*simulate.area(seed=7, n_schools=600, cohorts=((5, 90), (7, 60)))))
    error, critical = over_time.multiplier(found.scores, draws=4999, seed=1)
    assert np.allclose(error, found.to_frame()["std_error"], rtol=0.08) and 2.2 < critical < 4


def test_several_outcomes_share_their_draws():
    panels = {f"o{s}": panel(*simulate.area(seed=s, effect=0.5 * (s == 1)), Design(draws=499)) for s in range(1, 7)}
    # One roster for all: labels are the first area's.
    first = panels["o1"]
    panels = {k: replace(first, outcome=p.outcome + 0.0) for k, p in panels.items()}
    rows = several.outcomes(panels).to_frame().set_index("outcome")
    assert (rows["p_adjusted"] >= rows["p_value"] - 1e-12).all() and rows["p_adjusted"].le(1).all()
    order = rows.assign(t=(rows["estimate"] / rows["std_error"]).abs()).sort_values("t", ascending=False)
    assert order["p_adjusted"].is_monotonic_increasing


def test_one_outcome_twice_costs_nothing():
    found = panel(*simulate.area(seed=8, effect=0.25))
    alone, twice = several.outcomes({"a": found}).to_frame(), several.outcomes({"a": found, "b": found}).to_frame()
    assert twice["p_adjusted"].tolist() == [alone["p_adjusted"].iat[0]] * 2
    assert alone["p_adjusted"].iat[0] == alone["p_value"].iat[0]


def test_outcomes_of_different_schools():
    frame, schools = simulate.area(seed=9, effect=0.5)
    half = frame[frame["school_id"].isin(schools["school_id"][::2])]
    few = schools["school_id"][schools["joined_year_be"].notna()].head(2)
    tiny = frame[
        frame["school_id"].isin(few) | frame["school_id"].isin(schools["school_id"][schools["joined_year_be"].isna()])
    ]
    asked = {"all": panel(frame, schools), "half": panel(half, schools), "tiny": panel(tiny, schools)}
    rows = several.outcomes(asked).to_frame().set_index("outcome")
    assert (
        rows.loc["all", "p_adjusted"] < 0.05 and rows.loc["tiny", "reason"] and np.isnan(rows.loc["tiny", "estimate"])
    )
    assert rows.loc["half", "n"] == 50


def test_covariates_are_fitted_anew_for_every_labelling():
    found = panel(*simulate.area(seed=3), Design(covariates=("enrolment",), draws=99))
    raw, changes = (estimate.changes(one) for one in (found.asked(covariates=()), found))
    drawn = next(
        iter(inference.labellings(found, changes.labels, permuted="schools", draws=99, seed=found.design.seed))
    )
    t, x = inference.drawn_t(found, changes, permuted="schools"), found.schools["enrolment"].to_numpy(float)
    for draw in (0, 50, 98):
        labels = np.zeros(len(x), int)
        for h, rows in enumerate(drawn, start=1):
            labels[rows[draw]] = h
        left = raw.values.copy()
        for j in range(left.shape[1]):
            slope, level = np.polyfit(x[labels == 0], left[labels == 0, j], 1)
            left[:, j] -= level + slope * x
        assert t[draw] == pytest.approx(direct_t(replace(raw, values=left), labels), rel=1e-8)


def test_taking_covariates_out_twice_changes_nothing():
    rng = np.random.default_rng(1)
    values, x, weight = rng.normal(size=(30, 2)), np.column_stack([np.ones(30), rng.normal(size=30)]), np.ones(30)
    once = estimate.without(values, x, among=np.arange(30) < 25, weight=weight)
    other = estimate.without(once, x, among=np.arange(30) > 5, weight=weight)
    assert np.allclose(other, estimate.without(values, x, among=np.arange(30) > 5, weight=weight))


def test_a_cohort_of_one_school_leaves_the_others_their_intervals():
    area = panel(*simulate.area(seed=3, n_schools=60, cohorts=((4, 6), (6, 1), (8, 5))))
    found = over_time.cohorts(area).to_frame().set_index("n_treated")
    assert np.isfinite(found.loc[[6, 5], ["std_error", "conf_low", "conf_high"]]).all(axis=None)
    assert np.isnan(found.loc[1, "conf_low"])
    years = over_time.event_study(area).to_frame()
    enough = years["n_treated"] >= 4
    assert np.isfinite(years.loc[enough, "conf_low"]).all() and np.isnan(years.loc[~enough, "conf_low"]).all()
    least = power.smallest_effects(area).set_index("n_treated")["smallest"]
    assert np.isfinite(least[[12, 6, 5]]).all()
