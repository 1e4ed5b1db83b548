import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from innovlib.errors import BadInput, CannotEstimate
from innovlib.measures import distribution

amounts = st.lists(st.floats(0.01, 1e6), min_size=2, max_size=25)


def money(values) -> pd.DataFrame:
    values = list(values)
    n = len(values)
    ids, districts = [f"S{i}" for i in range(n)], [("x", "y")[i % 2] for i in range(n)]
    return pd.DataFrame({"school_id": ids, "thb": values, "district": districts})


def number(frame: pd.DataFrame, part: str = "total") -> float:
    rows = frame[frame["part"] == part] if "part" in frame else frame
    return rows["estimate"].item()


INDICES = [
    distribution.gini,
    distribution.theil,
    distribution.atkinson,
    lambda f, **k: distribution.atkinson(f, aversion=1, **k),
]


def gini_by_pairs(y: np.ndarray) -> float:
    return np.abs(y[:, None] - y[None, :]).sum() / (2 * len(y) ** 2 * y.mean())


@settings(max_examples=50, deadline=None)
@given(amounts)
def test_gini_is_the_mean_difference_of_all_pairs(values):
    assert number(distribution.gini(money(values), value="thb")) == pytest.approx(
        gini_by_pairs(np.array(values)), abs=1e-9
    )


@settings(max_examples=30, deadline=None)
@given(amounts, st.floats(0.001, 1000))
def test_baht_or_thousands_of_baht_and_order_and_repetition_do_not_matter(values, factor):
    one = money(values)
    scaled = one.assign(thb=factor * one["thb"])
    twice = pd.concat([one, one.assign(school_id="T" + one["school_id"])])
    for measure in INDICES:
        truth = number(measure(one, value="thb"))
        for other in (scaled, twice, one.iloc[::-1]):
            assert number(measure(other, value="thb")) == pytest.approx(truth, abs=1e-7)


@pytest.mark.parametrize("measure", INDICES)
def test_equal_amounts_give_zero_and_a_gift_to_the_poorest_lowers_the_index(measure):
    assert number(measure(money([5.0] * 6), value="thb")) == pytest.approx(0, abs=1e-12)
    before, after = (number(measure(money(v), value="thb")) for v in ([1.0, 4, 9, 20], [3.0, 4, 9, 18]))
    assert after < before


@settings(max_examples=40, deadline=None)
@given(amounts)
def test_theil_between_and_within_add_up(values):
    found = distribution.theil(money(values), value="thb", within="district").set_index("part")["estimate"]
    assert found["between"] + found["within"] == pytest.approx(found["total"], abs=1e-9)
    assert found.min() > -1e-9


def test_theil_between_is_theil_of_the_groups_means():
    frame = money([1.0, 2, 3, 8, 9, 10, 4])
    means = frame.assign(thb=frame.groupby("district")["thb"].transform("mean"))
    found = distribution.theil(frame, value="thb", within="district")
    assert number(found, "between") == pytest.approx(number(distribution.theil(means, value="thb")))
    assert found["share_of_total"].tolist()[0] == 1


@pytest.mark.parametrize("part", ["total", "between", "within"])
def test_theil_error_is_that_of_leaving_out_each_school(part):
    frame = money([1.0, 2, 3, 8, 9, 10, 4, 0])
    found = distribution.theil(frame, value="thb", within="district").set_index("part")
    left = np.array(
        [number(distribution.theil(frame.drop(i), value="thb", within="district"), part) for i in frame.index]
    )
    n = len(frame)
    assert found.loc[part, "std_error"] == pytest.approx(np.sqrt((n - 1) / n * ((left - left.mean()) ** 2).sum()))


def test_a_weight_of_two_means_the_same_as_two_schools():
    frame = money([1.0, 4, 9]).assign(w=[2.0, 1, 1])
    rows = money([1.0, 1, 4, 9])
    for measure in INDICES:
        assert number(measure(frame, value="thb", weight="w")) == pytest.approx(number(measure(rows, value="thb")))


def test_nothing_for_somebody():
    frame = money([0.0, 0, 6])
    assert number(distribution.gini(frame, value="thb")) == pytest.approx(2 / 3)
    assert number(distribution.theil(frame, value="thb")) == pytest.approx(np.log(3))
    assert number(distribution.atkinson(frame, value="thb", aversion=1)) == 1
    assert number(distribution.atkinson(frame, value="thb", aversion=2)) == 1
    nothing = money([0.0, 0, 0])
    assert all(np.isnan(number(measure(nothing, value="thb"))) for measure in INDICES)


@pytest.mark.parametrize("measure", INDICES)
def test_scores_and_negative_amounts_are_refused(measure):
    scores = pd.DataFrame({"school_id": ["a", "b"], "mean": [30.0, 60.0], "score": [3.0, 6], "points": [1.0, 2]})
    for value in ("mean", "score"):
        with pytest.raises(CannotEstimate, match="no natural zero"):
            measure(scores, value=value)
    with pytest.raises(CannotEstimate, match="no natural zero"):
        measure(scores.assign(subject="thai"), value="points")
    with pytest.raises(CannotEstimate, match="negative"):
        measure(money([1.0, -2]), value="thb")


def test_why_scores_are_refused():
    # 450 points more for everybody change nothing about the pupils and divide the index by ten.
    rng = np.random.default_rng(0)
    points = rng.normal(50, 10, 4000)
    low, high = (number(distribution.gini(money(v), value="thb")) for v in (points, points + 450))
    assert low == pytest.approx(0.1128, abs=0.003)
    assert high == pytest.approx(low / 10, rel=0.01)


def test_missing_amounts_are_counted_and_one_school_has_no_interval():
    found = distribution.gini(money([1.0, np.nan, 3]), value="thb").iloc[0]
    assert (found["n"], found["n_missing"], found["estimate"]) == (2, 1, 0.25)
    for measure in INDICES:
        assert measure(money([4.0]), value="thb")[["conf_low", "std_error"]].isna().all(axis=None)
        empty = measure(money([np.nan, np.nan]), value="thb")
        assert empty["estimate"].isna().all()


def test_a_school_in_two_groups_is_an_error():
    frame = pd.concat([money([1.0, 2]), money([3.0, 4]).assign(district="z")])
    with pytest.raises(BadInput, match="several groups"):
        distribution.theil(frame, value="thb", within="district")
    with pytest.raises(BadInput, match="above 0"):
        distribution.atkinson(frame, value="thb", aversion=0)
