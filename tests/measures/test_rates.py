import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from innovlib.errors import BadInput, CannotEstimate
from innovlib.measures import rates


def pupils(seed=0, schools=20) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    school = np.repeat(np.arange(schools), rng.integers(5, 20, schools))
    wealth = 0.7 * rng.normal(size=schools)[school] + rng.normal(size=len(school))
    reads = rng.random(len(school)) < 1 / (1 + np.exp(-0.5 * wealth - 0.3 * rng.normal(size=schools)[school]))
    sex = np.where(rng.random(len(school)) < 0.5, "female", "male")
    return pd.DataFrame({"school_id": school.astype(str), "wealth": wealth, "reads": reads, "sex": sex})


def only(frame: pd.DataFrame) -> pd.Series:
    assert len(frame) == 1
    return frame.iloc[0]


def test_exchanging_the_groups_mirrors_parity_about_one():
    one = only(rates.parity(pupils(), outcome="reads", by="sex"))
    other = only(rates.parity(pupils(), outcome="reads", by="sex", group="male", reference="female"))
    assert other["estimate"] == pytest.approx(2 - one["estimate"])
    assert other["conf_low"] == pytest.approx(2 - one["conf_high"])
    assert one["conf_low"] < one["estimate"] < one["conf_high"]


@settings(max_examples=60, deadline=None)
@given(st.integers(1, 30), st.integers(1, 30))
def test_parity_stays_between_zero_and_two_and_is_one_at_equal_rates(girls, boys):
    both = pd.DataFrame({"sex": ["female"] * 30 + ["male"] * 30, "school_id": list("ab") * 30})
    both["reads"] = [i < girls for i in range(30)] + [i < boys for i in range(30)]
    found = only(rates.parity(both, outcome="reads", by="sex"))
    assert 0 < found["estimate"] < 2
    assert (found["estimate"] == pytest.approx(1)) == (girls == boys)
    assert (found["estimate"] > 1) == (girls > boys)


@pytest.mark.parametrize("reads", [False, True])
def test_rates_of_zero_and_one(reads):
    found = only(rates.parity(pupils().assign(reads=reads), outcome="reads", by="sex"))
    assert np.isnan(found["estimate"]) if not reads else found["estimate"] == 1


def test_scores_are_no_rates():
    with pytest.raises(BadInput, match="other than yes and no"):
        rates.parity(pupils().assign(reads=[0.3] * len(pupils())), outcome="reads", by="sex")


def test_concentration_equals_the_sum_over_the_curve_on_grouped_data():
    rng = np.random.default_rng(1)
    size, rate = rng.integers(50, 200, 6), rng.uniform(0.1, 0.9, 6)
    groups = pd.DataFrame({"school_id": list("abcdef"), "wealth": range(6), "rate": rate, "size": size})
    p, mass = np.cumsum(size) / size.sum(), np.cumsum(size * rate) / (size * rate).sum()
    curve = (p[:-1] * mass[1:] - p[1:] * mass[:-1]).sum()
    assert only(rates.concentration(groups, value="rate", rank_by="wealth", weight="size"))[
        "estimate"
    ] == pytest.approx(curve)


def test_equal_shares_are_not_concentrated():
    found = only(rates.concentration(pupils().assign(hours=4), value="hours", rank_by="wealth"))
    assert found["estimate"] == pytest.approx(0, abs=1e-12)


@settings(max_examples=30, deadline=None)
@given(st.floats(0.01, 1000))
def test_only_the_order_of_the_rank_counts_and_the_unit_of_the_amount_does_not(factor):
    data = pupils().assign(hours=lambda f: 1 + f["wealth"].abs())
    one = only(rates.concentration(data, value="hours", rank_by="wealth"))
    changed = data.assign(hours=factor * data["hours"], wealth=np.exp(data["wealth"]) - 7)
    other = only(rates.concentration(changed, value="hours", rank_by="wealth"))
    columns = ["estimate", "std_error", "p_value"]
    assert np.allclose(other[columns].astype(float), one[columns].astype(float))
    mirrored = only(rates.concentration(data.assign(wealth=-data["wealth"]), value="hours", rank_by="wealth"))
    assert mirrored["estimate"] == pytest.approx(-one["estimate"])


def test_repeating_all_rows_and_the_order_of_rows_change_nothing():
    data = pupils()
    one = only(rates.concentration(data, value="reads", rank_by="wealth"))
    for other in (pd.concat([data, data]), data.sample(frac=1, random_state=0)):
        found = only(rates.concentration(other, value="reads", rank_by="wealth"))
        assert found[["estimate", "std_error"]].tolist() == pytest.approx(one[["estimate", "std_error"]].tolist())


def test_corrections_are_what_their_papers_say():
    data = pupils()
    plain, wagstaff, erreygers = (
        only(rates.concentration(data, value="reads", rank_by="wealth", correction=c)) for c in rates.CORRECTIONS
    )
    mean = data["reads"].mean()
    assert wagstaff["estimate"] == pytest.approx(plain["estimate"] / (1 - mean))
    assert erreygers["estimate"] == pytest.approx(4 * mean * plain["estimate"])


def test_corrected_indices_of_having_and_not_having_mirror_each_other():
    # The property for which they were made; the plain index lacks it (Wagstaff 2005, Erreygers 2009).
    data = pupils()
    for correction in ("wagstaff", "erreygers"):
        have, lack = (
            only(rates.concentration(f, value="reads", rank_by="wealth", correction=correction))
            for f in (data, data.assign(reads=~data["reads"]))
        )
        assert lack["estimate"] == pytest.approx(-have["estimate"])
        assert lack["std_error"] == pytest.approx(have["std_error"])


def test_ties_in_rank_share_their_mean_rank():
    tied = pd.DataFrame({"school_id": list("abcd"), "wealth": [1, 1, 2, 2], "hours": [1.0, 3, 2, 2]})
    swapped = tied.assign(hours=[3.0, 1, 2, 2])
    assert only(rates.concentration(tied, value="hours", rank_by="wealth"))["estimate"] == pytest.approx(0)
    assert only(rates.concentration(swapped, value="hours", rank_by="wealth"))["estimate"] == pytest.approx(0)


def test_guards():
    data = pupils()
    with pytest.raises(CannotEstimate, match="test score"):
        rates.concentration(data.assign(score=50.0), value="score", rank_by="wealth")
    with pytest.raises(CannotEstimate, match="negative"):
        rates.concentration(data, value="wealth", rank_by="wealth")
    with pytest.raises(BadInput, match="unknown correction"):
        rates.concentration(data, value="reads", rank_by="wealth", correction="both")
    with pytest.raises(BadInput, match="other than yes and no"):
        rates.concentration(data.assign(hours=4), value="hours", rank_by="wealth", correction="erreygers")
    assert np.isnan(only(rates.concentration(data.assign(reads=False), value="reads", rank_by="wealth"))["estimate"])


@pytest.mark.slow
@pytest.mark.parametrize("correction", rates.CORRECTIONS)
def test_the_error_of_concentration_is_the_spread_of_its_estimates(correction):
    found = pd.concat(
        [rates.concentration(pupils(s), value="reads", rank_by="wealth", correction=correction) for s in range(300)]
    )
    assert found["std_error"].mean() == pytest.approx(found["estimate"].std(ddof=1), rel=0.12)
