"""Trends, placebos, selection, participation, power, dose: each gives the number it should where the truth is known."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from innovlib.area import store
from innovlib.effects import dose, estimate, inference, outcomes, power, selection, sensitivity, simulate, study
from innovlib.effects.design import Design
from innovlib.effects.panel import panel
from innovlib.errors import BadInput, CannotEstimate


@pytest.fixture(scope="module")
def found():
    return panel(*simulate.area(seed=1, effect=0.3))


def drifting(slope: float, seed: int = 1):
    frame, schools = simulate.area(seed=seed)
    joined = frame["school_id"].map(schools.set_index("school_id")["joined_year_be"])
    return frame.assign(outcome=frame["outcome"] + slope * joined.notna() * (frame["year_be"] - 2557)), schools


def test_years_of_drift_are_the_gap_between_the_middles():
    # Cohort 1: years 0-4 before, 5-9 after: 5 apart. Cohort 2: 0-6 and 7-9: 5 apart.
    assert sensitivity.years_of_drift(panel(*simulate.area(seed=1))) == pytest.approx(5.0)
    last = sensitivity.years_of_drift(panel(*simulate.area(seed=1), Design(baseline="last_year")))
    assert last == pytest.approx((45 * 3 + 12 * 2) / 57)


def test_a_drift_moves_slope_and_estimate_by_what_was_put_in():
    plain, drift = (sensitivity.pre_trend(panel(*drifting(s))) for s in (0.0, 0.1))
    assert drift.slope.estimate - plain.slope.estimate == pytest.approx(0.1, abs=1e-9)
    values = [inference.welch(panel(*drifting(s))).estimate for s in (0.0, 0.1)]
    assert values[1] - values[0] == pytest.approx(0.1 * plain.years_of_drift, abs=1e-9)
    assert drift.breakdown == pytest.approx(abs(values[1]) / 5.0)


def test_a_strong_drift_is_found_and_said():
    one = sensitivity.pre_trend(panel(*drifting(0.4)))
    assert one.slope.p_value < 0.05 and "แนวโน้มก่อนเข้าร่วมต่างกัน" in one.sentence("th")
    assert "do not rule such a slope out" in sensitivity.pre_trend(panel(*drifting(0.0))).sentence("en")


@pytest.mark.parametrize("scenario", ["A", "D2"])
def test_the_trend_has_one_test_for_its_interval_and_its_p(scenario):
    world = simulate.SCENARIOS[scenario]
    for seed in range(6):
        found = panel(*simulate.area(world, seed=seed), Design(draws=199, seed=seed))
        one = sensitivity.pre_trend(found)
        assert (one.slope.p_value <= 0.05) == (one.slope.verdict != "open")
        assert one.slope.method == inference.METHODS["schools" if scenario == "A" else "subdistricts"]
        assert one.detectable > (one.slope.conf_high - one.slope.conf_low) / 2


def test_no_trend_with_one_year_before():
    frame, schools = simulate.area(seed=1, cohorts=((1, 9),))
    with pytest.raises(CannotEstimate, match="two years before"):
        sensitivity.pre_trend(panel(frame, schools))


def test_leaving_one_out_equals_an_area_without_it(found):
    frame, schools = simulate.area(seed=1, effect=0.3)
    rows = sensitivity.leave_one_out(found)
    assert len(rows) == 13 and rows["n_treated"].eq(12).all()
    gone = rows["school_id"].iat[0]
    without = panel(frame[frame["school_id"] != gone], schools[schools["school_id"] != gone])
    assert rows["estimate"].iat[0] == pytest.approx(inference.welch(without).estimate)


def test_placebo_years_use_nothing_after_joining(found):
    wild = found.with_values(np.where(found.years >= found.cohorts.min(), 1e6, found.outcome))
    pd.testing.assert_frame_equal(sensitivity.placebo_years(found), sensitivity.placebo_years(wild))
    assert sensitivity.placebo_years(found)["years_early"].tolist() == [1, 2, 3, 4]


def test_matching_keeps_all_pilots_and_only_near_schools(found):
    one = selection.matched(found, neighbours=3)
    assert one.n_treated == 13 and one.n < 100 and one.design == found.design
    # With as many neighbours as there are schools, nothing is left out but empty strata's partners.
    every = selection.matched(found, neighbours=87)
    assert every.estimate == pytest.approx(inference.welch(found).estimate)


def test_matching_moves_whole_subdistricts_where_they_are_moved_for_all():
    found = panel(*simulate.area(simulate.SCENARIOS["D2"], seed=1), Design(draws=199))
    assert selection.matched(found).method == inference.METHODS["subdistricts"]


def test_mean_reversion_of_schools_chosen_for_their_luck():
    rng = np.random.default_rng(5)
    years, ids = np.arange(2557, 2567), [f"S{i}" for i in range(400)]
    values = rng.normal(size=(400, 10))
    chosen = np.argsort(-values[:, :5].mean(axis=1))[:40]
    frame = pd.DataFrame({"school_id": np.repeat(ids, 10), "year_be": np.tile(years, 400), "outcome": values.ravel()})
    joined = np.full(400, np.nan)
    joined[chosen] = 2562
    row = selection.mean_reversion(panel(frame, pd.DataFrame({"school_id": ids, "joined_year_be": joined}))).iloc[0]
    assert row["estimate"] < -0.5 and abs(row["adjusted"]) < 0.15 and row["slope"] == pytest.approx(-1, abs=0.15)


def test_participation_bounds_follow_the_trimmed_normal(found):
    joined = found.treated[:, None] & (found.years >= found.joined[:, None])
    share = found.with_values(0.8 - 0.1 * joined + np.random.default_rng(1).normal(0, 0.01, found.outcome.shape))
    row = selection.participation_bounds(found, share).iloc[0]
    q = 0.1 / 0.8
    assert row["moved"] and row["trimmed"] == pytest.approx(q, abs=0.02)
    # Mean of a standard normal without its lowest share q.
    kept = stats.truncnorm(stats.norm.ppf(row["trimmed"]), np.inf).mean()
    assert row["upper"] - row["estimate"] == pytest.approx(kept) and row["estimate"] - row["lower"] == pytest.approx(
        kept
    )
    still = selection.participation_bounds(
        found, found.with_values(0.8 + np.random.default_rng(1).normal(0, 0.01, found.outcome.shape))
    )
    assert (still["upper"] - still["lower"]).iat[0] < 0.2


def test_a_share_without_a_level_gives_no_bounds(found):
    with pytest.raises(CannotEstimate, match="level of the share"):
        selection.participation_bounds(found, found.with_values(found.outcome - 5.0))


def test_few_comparison_schools_tell_the_smallest_effect_by_their_spread(found):
    ratio, others = [], np.flatnonzero(~found.treated)
    for seed in range(8):
        one = panel(*simulate.area(seed=seed))
        few = one.keep(np.r_[np.flatnonzero(one.treated), np.flatnonzero(~one.treated)[:24]])
        rows = power.smallest_effects(few)
        assert rows["method"].iat[0] == "spread of comparison schools' changes" and (rows["smallest"] > 0).all()
        changes = estimate.changes(one)
        ratio.append(power._by_spread(one, changes, 0.8) / power.smallest_effects(one)["smallest"].iat[0])
    assert np.mean(ratio) == pytest.approx(1.0, abs=0.1)
    none = found.keep(np.r_[np.flatnonzero(found.treated), others[:9]])
    with pytest.raises(CannotEstimate, match="too few pilot or comparison"):
        power.smallest_effects(none)


def test_smallest_effects_do_not_look_at_the_pilots(found):
    wild = found.with_values(
        np.where(
            found.treated[:, None],
            found.outcome + found.joined[:, None] * (found.years >= found.joined[:, None]),
            found.outcome,
        )
    )
    pd.testing.assert_frame_equal(power.smallest_effects(found), power.smallest_effects(wild))
    rows = power.smallest_effects(found)
    assert rows["smallest"].iat[0] < rows["smallest"].iat[1] < rows["smallest"].iat[2] < rows["smallest"].iat[3]


def test_smallest_effect_is_found_four_times_in_five(found):
    least = power.smallest_effects(found)["smallest"].iat[0]
    assert power.chance_of_finding(found, effect=least) == pytest.approx(0.8, abs=0.02)
    assert power.chance_of_finding(found, effect=0.0) == pytest.approx(0.05, abs=0.02)


def test_own_lines_rank_against_schools_of_their_size(found):
    rows = power.own_lines(found)
    assert len(rows) == 13 and rows["rank"].between(1, rows["ranked_of"]).all()
    weights = {2562: 5, 2564: 3}
    # What one school must move by lies beyond what its like usually do, and the area's figure holds for every cohort.
    assert (rows["smallest"] > rows[["usual_low", "usual_high"]].abs().min(axis=1)).all()
    each = [power.smallest_effects(found.keep(np.flatnonzero(~found.treated | (found.joined == c))))["smallest"].iat[-1]
            for c in weights]  # fmt: skip
    assert power.smallest_effects(found)["smallest"].iat[-1] == pytest.approx(max(each))
    mean = np.average(rows["change"], weights=rows["cohort_be"].map(weights))
    assert mean == pytest.approx(inference.welch(found).estimate)


def test_dose_slope_is_the_within_cohort_regression(found):
    rng = np.random.default_rng(3)
    given = pd.Series(rng.uniform(0, 3, 13), index=found.schools["school_id"][found.treated])
    one = dose.association(found, given)
    x = np.column_stack([one.points["dose"], pd.get_dummies(one.points["cohort_be"]).to_numpy(float)])
    beta = np.linalg.lstsq(x, one.points["change"], rcond=None)[0]
    assert one.slope == pytest.approx(beta[0]) and one.n == 13 and 0 < one.p_value <= 1
    leverage = np.diag(x @ np.linalg.pinv(x))
    rest = (one.points["change"] - x @ beta) / (1 - leverage)
    bread = np.linalg.inv(x.T @ x)
    assert one.std_error == pytest.approx(np.sqrt((bread @ (x.T * rest.to_numpy() ** 2) @ x @ bread)[0, 0]))
    assert one.critical == pytest.approx(0.576, abs=0.001) and "ไม่ใช่เหตุและผล" in one.sentence("th")


def test_dose_without_variation_is_refused(found):
    given = pd.Series(2.0, index=found.schools["school_id"][found.treated])
    with pytest.raises(CannotEstimate, match="do not differ"):
        dose.association(found, given)
    with pytest.raises(CannotEstimate, match="3 pilots have a dose"):
        dose.association(found, given.head(3))


def test_gap_between_groups_by_hand():
    rows = [("a", 2566, s, o) for s, o in ((50, False), (60, False), (70, False), (40, True), (50, True), (60, True))]
    pupils = pd.DataFrame(rows, columns=["school_id", "year_be", "score", "other_language"]).assign(
        test="NT", subject="thai", grade="ป.3", sex="male", poor=False
    )
    gap = outcomes.gaps(pupils, by="other_language")["NT", "thai"]
    assert gap["outcome"].iat[0] == pytest.approx(-10 / pupils["score"].std()) and gap["n"].iat[0] == 6
    assert np.isnan(outcomes.gaps(pupils.head(5), by="other_language")["NT", "thai"]["outcome"].iat[0])
    with pytest.raises(BadInput, match="unknown group"):
        outcomes.gaps(pupils, by="height")


def test_spread_between_schools_is_unbiased_under_no_effect_and_moves_with_spread():
    values = []
    for seed in range(60):
        values.append(inference.welch(outcomes.spread(panel(*simulate.area(seed=seed)))).estimate)
    assert abs(np.mean(values)) < 3 * np.std(values) / np.sqrt(60)
    frame, schools = simulate.area(seed=1)
    joined = frame["school_id"].map(schools.set_index("school_id")["joined_year_be"])
    wider = frame.assign(outcome=frame["outcome"] * np.where(frame["year_be"] >= joined, 2.0, 1.0))
    assert inference.effect(outcomes.spread(panel(wider, schools))).estimate > 0.1


def test_study_holds_every_part(found):
    whole = study.study(found)
    assert whole.refused == {} and whole.effect.verdict == "higher"
    tables = whole.to_frames()
    pd.testing.assert_frame_equal(whole.table("lines"), tables["lines"])
    assert whole.told("trend", "en") == whole.trend.sentence("en")
    assert {"effect", "trend", "matched", "by_time", "by_cohort", "design", "lines", "smallest", "schools"} <= set(
        tables
    )
    lines = tables["lines"]
    assert lines["is_main"].sum() == 1
    main = lines[lines["is_main"]].iloc[0]
    assert (main["estimate"], main["conf_low"], main["p_value"]) == (
        whole.effect.estimate, whole.effect.conf_low, whole.effect.p_value
    )  # fmt: skip
    for lang in ("th", "en"):
        assert whole.effect.sentence(lang) in whole.paragraph(lang)


def test_example_area_can_be_studied():
    area = store.open_area("data/example")
    held, refused = outcomes.panels(area.table("scores"), area.table("schools"), design=Design(unit="points"))
    assert ("O-NET", "ป.6", "maths") in held and refused
    whole = study.study(held["O-NET", "ป.6", "maths"])
    assert whole.effect is not None and whole.panel.treated.sum() == 13
    assert estimate.changes(whole.panel).values.shape[0] == len(whole.panel.joined)


def test_autonomy_by_domain_is_the_mean_of_item_means():
    rows = [
        ("a", 2566, "budget", i, r, j, f)
        for i, r, j, f in (("x", "head", 4, 1), ("x", "teacher", 4, 3), ("y", "head", 2, 4))
    ]
    columns = ["school_id", "year_be", "domain", "item", "respondent_role", "de_jure", "de_facto"]
    table = pd.DataFrame(rows, columns=columns)
    found = {
        aspect: outcomes.freedom(table, aspect=aspect)["budget"]["outcome"].iat[0]
        for aspect in ("de_facto", "de_jure", "gap")
    }
    assert found == {"de_facto": 3.0, "de_jure": 3.0, "gap": 0.0}
    assert "index" in outcomes.freedom(table) and "academic" not in outcomes.freedom(table)
    with pytest.raises(BadInput, match="unknown aspect"):
        outcomes.freedom(table, aspect="hope")


@pytest.mark.parametrize("seed", range(5))
def test_the_nearest_in_level_are_those_that_looking_at_all_would_find(seed):
    rng = np.random.default_rng(seed)
    level = rng.integers(0, 12, 200) / 4  # many stand at one level: the first of them are the nearest
    pool = rng.permutation(200)[:150]
    for at in (*rng.uniform(-1, 4, 20), 1.25):
        near = selection._about(pool[np.argsort(level[pool], kind="stable")], level, at=at, most=5)
        rows = np.sort(pool)
        wanted, found = (part[np.argsort(np.abs(level[part] - at), kind="stable")[:5]] for part in (rows, near))
        assert wanted.tolist() == found.tolist() and len(near) < 150
