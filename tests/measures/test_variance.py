import warnings

import numpy as np
import pandas as pd
import pytest
import statsmodels.formula.api as smf
from hypothesis import given, settings
from hypothesis import strategies as st

from innovlib.measures import variance


def draw(rng, *, schools=40, smallest=3, largest=17, share=0.3):
    sizes = rng.integers(smallest, largest + 1, schools)
    school = np.repeat(np.arange(schools), sizes)
    y = 50 + 15 * (
        np.sqrt(share) * rng.normal(size=schools)[school] + np.sqrt(1 - share) * rng.normal(size=len(school))
    )
    return pd.DataFrame({"school_id": school.astype(str), "y": y})


def parts_of(frame: pd.DataFrame) -> variance.Parts:
    return variance.parts(*variance.by_school(frame["y"], frame["school_id"]))


def test_equals_the_mixed_model_of_statsmodels():
    frame = draw(np.random.default_rng(11))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        fit = smf.mixedlm("y ~ 1", frame, groups=frame["school_id"]).fit(reml=True, gtol=1e-10)
    found = parts_of(frame)
    assert found.between == pytest.approx(float(fit.cov_re.iloc[0, 0]), rel=1e-4)
    assert found.within == pytest.approx(fit.scale, rel=1e-4)


def test_equals_anova_where_schools_are_equal():
    rng = np.random.default_rng(5)
    y = rng.normal(size=(8, 6)) + rng.normal(size=(8, 1))
    within = y.var(axis=1, ddof=1).mean()
    between = y.mean(axis=1).var(ddof=1) - within / 6
    found = variance.parts(np.full(8, 6), y.mean(axis=1), 5 * y.var(axis=1, ddof=1))
    assert (found.between, found.within) == pytest.approx((between, within), rel=1e-6)


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10_000), st.floats(0.1, 50), st.floats(-500, 500))
def test_unit_and_origin_of_the_scale_do_not_matter(seed, factor, shift):
    frame = draw(np.random.default_rng(seed), schools=9)
    one, other = parts_of(frame), parts_of(frame.assign(y=factor * frame["y"] + shift))
    assert other.share == pytest.approx(one.share, abs=1e-5)
    assert (other.conf_low, other.conf_high) == pytest.approx((one.conf_low, one.conf_high), abs=1e-6)
    assert other.within == pytest.approx(one.within * factor**2, rel=1e-4)


def test_order_and_names_of_schools_do_not_matter():
    frame = draw(np.random.default_rng(2), schools=12)
    mixed = frame.sample(frac=1, random_state=1).assign(school_id=lambda f: "x" + f["school_id"])
    assert parts_of(mixed).share == pytest.approx(parts_of(frame).share, abs=1e-7)


def test_no_difference_between_schools_gives_zero_not_less():
    found = variance.parts(np.array([2, 2]), np.array([5.0, 5.0]), np.array([8.0, 8.0]))
    assert found.share == 0
    assert found.conf_low == 0
    assert found.p_value == pytest.approx(1)


@pytest.mark.parametrize(
    ("n", "mean", "squares"),
    [([5], [3.0], [4.0]), ([], [], []), ([1, 1, 1], [1.0, 2.0, 3.0], [0, 0, 0]), ([2, 2], [1.0, 1.0], [0.0, 0.0])],
)
def test_missing_where_the_share_cannot_be_known(n, mean, squares):
    found = variance.parts(np.array(n), np.array(mean), np.array(squares))
    assert np.isnan(found.share)
    assert np.isnan(found.conf_high)
    assert found.n == sum(n)


def test_pupils_alike_within_each_school_give_one():
    assert variance.parts(np.array([3, 3]), np.array([1.0, 2.0]), np.zeros(2)).share == 1


@pytest.mark.slow
@pytest.mark.parametrize(("schools", "share"), [(13, 0.05), (13, 0.2), (13, 0.45), (98, 0.05), (98, 0.2)])
def test_the_interval_covers_as_often_as_it_says(schools, share):
    rng = np.random.default_rng(schools)
    found = [parts_of(draw(rng, schools=schools, share=share)) for _ in range(600)]
    covered = np.mean([f.conf_low <= share <= f.conf_high for f in found])
    # 600 draws: simulation error 0.9 points; near a share of 0 likelihood intervals are known to cover .90 to .99
    assert 0.905 < covered < 0.99
    assert np.mean([f.share for f in found]) == pytest.approx(share, abs=0.04)
