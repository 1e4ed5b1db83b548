import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from innovlib.errors import BadInput, UnknownName
from innovlib.measures import inequality
from innovlib.measures.rows import RESULT

PAPER = {"year_be": 2567, "test": "NT", "grade": "ป.3", "subject": "thai"}


def pupils(seed=0, schools=13, gap=-5.0) -> pd.DataFrame:
    """Pupils of small schools with a known gap by home language."""
    rng = np.random.default_rng(seed)
    school = np.repeat(np.arange(schools), rng.integers(3, 18, schools))
    n = len(school)
    other = rng.random(n) < 0.4
    score = 50 + 5 * rng.normal(size=schools)[school] + gap * other + 12 * rng.normal(size=n)
    return pd.DataFrame(
        {
            "school_id": [f"S{i:02d}" for i in school], **PAPER, "score": score,
            "sex": np.where(rng.random(n) < 0.5, "female", "male"), "other_language": pd.array(other, dtype="boolean"),
        }
    )  # fmt: skip


def only(frame: pd.DataFrame) -> pd.Series:
    assert len(frame) == 1
    return frame.iloc[0]


MEASURES = [
    lambda f: inequality.gap(f, by="other_language"),
    lambda f: inequality.crossed(f, by=("sex", "other_language")),
    inequality.spread,
    inequality.between_share,
]


@pytest.mark.parametrize("measure", MEASURES)
def test_every_measure_has_the_columns_of_a_result_and_leaves_its_data_alone(measure):
    data = pupils()
    before = data.copy(deep=True)
    found = measure(data)
    assert set(RESULT) <= set(found.columns)
    assert {"year_be", "measure", "n_missing"} <= set(found.columns)
    pd.testing.assert_frame_equal(data, before)


@pytest.mark.parametrize("measure", MEASURES)
def test_order_of_rows_and_names_of_schools_do_not_matter(measure):
    data = pupils()
    mixed = data.sample(frac=1, random_state=3)
    columns = ["estimate", "conf_low", "conf_high"] if measure is not inequality.spread else ["estimate"]
    assert np.allclose(measure(mixed)[columns], measure(data)[columns], atol=1e-6)


@pytest.mark.parametrize("measure", MEASURES)
def test_pupils_without_a_score_are_counted_not_dropped_in_silence(measure):
    data = pupils()
    data.loc[[0, 1, 2], "score"] = np.nan
    assert (measure(data)["n_missing"] == 3).all()


@pytest.mark.parametrize("measure", MEASURES)
def test_one_school_has_no_interval(measure):
    data = pupils(schools=1)
    found = measure(data)
    assert found[["conf_low", "conf_high", "std_error"]].isna().all(axis=None)
    assert (found["n_schools"] <= 1).all()


@pytest.mark.parametrize("measure", MEASURES)
def test_a_cell_without_any_score_is_a_row_that_says_so(measure):
    found = measure(pupils().assign(score=np.nan))
    assert found.empty or (found["estimate"].isna().all() and (found["n"] == 0).all())


@settings(max_examples=30, deadline=None)
@given(st.floats(0.05, 20), st.floats(-100, 100))
def test_gaps_do_not_depend_on_the_scale_of_the_test(factor, shift):
    data = pupils(4)
    other = data.assign(score=factor * data["score"] + shift)
    columns = ["estimate", "std_error", "conf_low", "p_value"]
    for measure in MEASURES[:2]:
        assert np.allclose(measure(other)[columns].astype(float), measure(data)[columns].astype(float), atol=1e-6)
    assert only(inequality.spread(other))["estimate"] == pytest.approx(
        factor * only(inequality.spread(data))["estimate"]
    )


def test_exchanging_the_groups_turns_the_sign():
    data = pupils()
    one = only(inequality.gap(data, by="other_language"))
    other = only(inequality.gap(data, by="other_language", group=False, reference=True))
    assert other["estimate"] == pytest.approx(-one["estimate"])
    assert other["conf_low"] == pytest.approx(-one["conf_high"])
    assert other["p_value"] == pytest.approx(one["p_value"])


def test_girls_are_compared_with_boys_unless_told_otherwise():
    found = only(inequality.gap(pupils(), by="sex"))
    assert (found["group"], found["reference"]) == ("female", "male")
    with pytest.raises(BadInput, match="two different groups"):
        inequality.gap(pupils(), by="sex", group="female")


def test_repeating_every_school_keeps_the_spread_and_narrows_the_gap():
    data = pupils()
    twice = pd.concat([data, data.assign(school_id="T" + data["school_id"])])
    assert only(inequality.spread(twice))["estimate"] == only(inequality.spread(data))["estimate"]
    one, two = (only(inequality.gap(f, by="other_language")) for f in (data, twice))
    # only Hedges' factor and the degrees of freedom of s differ
    assert two["estimate"] == pytest.approx(one["estimate"], rel=0.02)
    assert two["std_error"] == pytest.approx(one["std_error"] / np.sqrt(2), rel=0.06)


def test_a_weight_of_two_means_the_same_as_two_rows():
    data = pupils().assign(w=1.0)
    data.loc[data.index[::3], "w"] = 2.0
    rows = pd.concat([data, data.iloc[::3]])
    weighted, repeated = inequality.spread(data, weight="w"), inequality.spread(rows)
    assert only(weighted)["estimate"] == only(repeated)["estimate"]
    assert only(weighted)["p10"] == np.quantile(data["score"], 0.1, weights=data["w"], method="inverted_cdf")
    by_weight, by_row = (
        only(inequality.crossed(f, by=("sex", "other_language"), weight=w).head(1))
        for f, w in ((data, "w"), (rows, None))
    )
    assert by_weight["estimate"] == pytest.approx(by_row["estimate"], rel=0.01)


def test_nobody_in_one_group_is_missing_not_zero():
    found = only(inequality.gap(pupils().assign(other_language=False), by="other_language"))
    assert np.isnan(found["estimate"])
    assert (found["n_group"], found["n_reference"]) == (0, found["n"])


def test_equal_scores_have_no_standardised_gap():
    assert np.isnan(only(inequality.gap(pupils().assign(score=33.3), by="other_language"))["estimate"])


def test_a_group_in_one_school_only_has_no_interval():
    data = pupils()
    data["other_language"] = data["school_id"] == "S03"
    found = only(inequality.gap(data, by="other_language"))
    assert np.isfinite(found["estimate"])
    assert np.isnan(found["conf_low"])


def test_combinations_weighted_by_their_pupils_add_up_to_zero():
    found = inequality.crossed(pupils(), by=("sex", "other_language"))
    assert len(found) == 4
    assert (found["n"] * found["estimate"]).sum() == pytest.approx(0, abs=1e-9)


def test_each_paper_is_measured_by_itself():
    data = pd.concat([pupils(1), pupils(2).assign(year_be=2566)])
    found = inequality.gap(data, by="other_language").set_index("year_be")["estimate"]
    assert found[2566] == only(inequality.gap(pupils(2), by="other_language"))["estimate"]


def test_the_naive_share_counts_chance_as_difference_between_schools():
    rng = np.random.default_rng(0)
    data = pupils().assign(score=rng.normal(50, 10, len(pupils())))
    found = only(inequality.between_share(data))
    assert found["naive_share"] > 0.05
    assert found["estimate"] < found["naive_share"]


def test_a_wrong_column_is_named():
    with pytest.raises(UnknownName, match="other_lang"):
        inequality.gap(pupils(), by="other_lang")


@pytest.mark.slow
@pytest.mark.parametrize("by", ["other_language", "sex"])
def test_the_gap_interval_covers_as_often_as_it_says(by):
    truth = {"other_language": -5 / np.sqrt(12**2 + 5**2), "sex": 0.0}[by]
    found = pd.concat([inequality.gap(pupils(seed), by=by) for seed in range(600)])
    covered = ((found["conf_low"] <= truth) & (truth <= found["conf_high"])).mean()
    # the pooled SD holds the schools' differences, so the truth is the gap over √(12² + 5²), nearly
    assert 0.92 < covered < 0.985
    assert found["estimate"].mean() == pytest.approx(truth, abs=0.03)
