import numpy as np
import pytest
from scipy import stats
from statsmodels.stats.meta_analysis import combine_effects

from innovlib.errors import UnknownName
from innovlib.measures import similar
from tests.conftest import make_schools


def test_the_nearest_in_context_come_first(many_schools):
    schools, _ = many_schools
    found = similar.similar_schools(schools, school_id="S10", k=5)
    assert found["distance"].is_monotonic_increasing
    assert "S10" not in set(found["school_id"])
    # S10 is highland; its neighbours in size, language and poverty on the same land come first.
    assert set(found["school_id"][:2]) == {"S08", "S12"}


def test_schools_that_reach_the_same_grade_come_first(many_schools):
    schools, _ = many_schools
    schools["highest_grade"] = ["ม.3" if i % 3 == 0 else "ป.6" for i in range(20)]
    found = similar.similar_schools(schools, school_id="S09")
    assert set(found["school_id"]) == {"S00", "S03", "S06", "S12", "S15", "S18"}
    schools["highest_grade"] = ["ม.3" if i in (9, 10) else "ป.6" for i in range(20)]
    assert len(similar.similar_schools(schools, school_id="S09")) == 15


def test_without_context_nobody_is_similar():
    schools = make_schools([{"school_id": f"S{i}"} for i in range(9)])
    assert similar.similar_schools(schools, school_id="S1").empty


def test_a_missing_piece_of_context_is_left_out_of_the_distance(many_schools):
    schools, _ = many_schools
    schools.loc[schools["school_id"] == "S10", "share_poor"] = np.nan
    found = similar.similar_schools(schools, school_id="S10", k=5)
    assert set(found["school_id"][:2]) == {"S08", "S12"}


def test_unknown_school_is_named_with_its_neighbours(many_schools):
    schools, _ = many_schools
    with pytest.raises(UnknownName, match="S10"):
        similar.similar_schools(schools, school_id="S100")


def test_between_variance_agrees_with_statsmodels():
    rng = np.random.default_rng(3)
    variances = rng.uniform(0.5, 8, 60)
    gaps = rng.normal(0, np.sqrt(3 + variances))
    theirs = combine_effects(gaps, variances, method_re="iterated", row_names=None).tau2
    assert similar.between_variance(gaps, variances) == pytest.approx(theirs, rel=1e-6)


def test_between_variance_of_the_eight_schools_is_zero():
    # Rubin (1981), Table 2: effects of coaching in eight schools; the moment estimate of the variance is 0.
    effects = np.array([28.39, 7.94, -2.75, 6.82, -0.64, 0.63, 18.01, 12.16])
    errors = np.array([14.9, 10.2, 16.3, 11.0, 9.4, 11.4, 10.4, 17.6])
    assert similar.between_variance(effects, errors**2) == 0.0


def test_between_variance_recovers_the_truth_on_average():
    rng = np.random.default_rng(11)
    variances = rng.uniform(1, 20, 100)
    found = [similar.between_variance(rng.normal(0, np.sqrt(9 + variances)), variances) for _ in range(200)]
    assert np.mean(found) == pytest.approx(9, abs=0.6)


def test_shrunken_is_right_as_often_as_it_says():
    # Truth drawn, observed with error: among schools given P(above) near p, a share p must lie above.
    rng = np.random.default_rng(5)
    truth = rng.normal(0, 3, 200_000)
    variances = rng.uniform(2, 30, truth.size)
    found = similar.shrunken(rng.normal(truth, np.sqrt(variances)), variances, tau2=9.0)
    for low, high in ((0.1, 0.2), (0.45, 0.55), (0.9, 0.975), (0.975, 1.0)):
        there = found["p_above"].between(low, high)
        assert (truth[there] > 0).mean() == pytest.approx(found["p_above"][there].mean(), abs=0.012)


def test_no_variance_between_schools_means_nothing_can_be_told_apart():
    found = similar.shrunken([5.0, np.nan], [1.0, 1.0], tau2=0.0)
    assert found["p_above"].iloc[0] == 0.5
    assert np.isnan(found["p_above"].iloc[1])


def test_reliability_is_between_variance_over_total():
    found = similar.shrunken([1.0], [1.0], tau2=3.0).iloc[0]
    assert found["reliability"] == 0.75
    assert found["p_above"] == pytest.approx(stats.norm.cdf(0.75 / np.sqrt(0.75)))
