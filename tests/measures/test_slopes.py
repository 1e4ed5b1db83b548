import warnings

import numpy as np
import pandas as pd
import pytest
import statsmodels.formula.api as smf

from innovlib.measures import slopes


def pupils(seed=0, schools=30, within=2.0, between=9.0) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    school = np.repeat(np.arange(schools), rng.integers(4, 18, schools))
    centre = rng.normal(size=schools)[school]
    own = rng.normal(size=len(school))
    score = (
        50 + between * centre + within * own + 4 * rng.normal(size=schools)[school] + 10 * rng.normal(size=len(school))
    )
    return pd.DataFrame({"school_id": school.astype(str), "ses": centre + own, "score": score})


def by_part(found: pd.DataFrame, column: str = "estimate") -> dict:
    return found.set_index("part")[column].to_dict()


def test_equals_regressions_of_statsmodels():
    data = pupils()
    mean = data.groupby("school_id")["ses"].transform("mean")
    data = data.assign(mean=mean, own=data["ses"] - mean)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        mixed = smf.mixedlm("score ~ own + mean", data, groups=data["school_id"]).fit(reml=True, gtol=1e-10).params
    found = by_part(slopes.slope(data, on="ses"))
    assert found["within"] == pytest.approx(mixed["own"], rel=1e-6)
    assert found["between"] == pytest.approx(mixed["mean"], rel=1e-4)
    plain = smf.ols("score ~ ses", data).fit()
    assert found["overall"] == pytest.approx(plain.params["ses"])
    assert by_part(slopes.slope(data, on="ses"), "strength")["overall"] == pytest.approx(plain.rsquared)


def test_units_carry_through():
    data = pupils()
    one, other = (
        slopes.slope(f, on="ses") for f in (data, data.assign(score=3 * data["score"] + 7, ses=data["ses"] / 2))
    )
    assert np.allclose(other["estimate"], 6 * one["estimate"], rtol=1e-4)
    assert np.allclose(other["strength"], one["strength"], rtol=1e-4)


def test_yes_and_no_give_a_difference_in_points():
    data = pd.DataFrame(
        {"school_id": list("aabb"), "poor": pd.array([True, False] * 2, dtype="boolean"), "score": [1.0, 4, 2, 5]}
    )
    assert by_part(slopes.slope(data, on="poor"))["within"] == pytest.approx(-3)


def test_missing_background_is_counted():
    data = pupils()
    data.loc[:4, "ses"] = np.nan
    assert (slopes.slope(data, on="ses")["n_missing"] == 5).all()


def test_one_school_has_a_slope_within_without_an_interval():
    found = slopes.slope(pupils(schools=1), on="ses").set_index("part")
    assert np.isfinite(found.loc["within", "estimate"])
    assert np.isnan(found.loc["between", "estimate"])
    assert found[["conf_low", "conf_high"]].isna().all(axis=None)


def test_background_alike_within_schools_has_no_slope_within():
    data = pupils()
    found = by_part(slopes.slope(data.assign(ses=data.groupby("school_id")["ses"].transform("mean")), on="ses"))
    assert np.isnan(found["within"])
    assert np.isfinite(found["between"])


def test_nobody_is_a_row_that_says_so():
    found = slopes.slope(pupils().assign(score=np.nan), on="ses")
    assert found["estimate"].isna().all()
    assert (found["n"] == 0).all()


@pytest.mark.slow
def test_intervals_cover_as_often_as_they_say():
    found = pd.concat([slopes.slope(pupils(seed), on="ses") for seed in range(400)])
    truth = found["part"].map({"within": 2.0})
    known = found[truth.notna()]
    covered = ((known["conf_low"] <= 2.0) & (known["conf_high"] >= 2.0)).mean()
    assert 0.92 < covered < 0.98
