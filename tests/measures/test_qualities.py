import numpy as np
import pandas as pd
import pytest

from innovlib import terms
from innovlib.errors import BadInput, CannotEstimate
from innovlib.measures import qualities
from innovlib.measures.rows import RESULT, wilson


def ratings(seed=0, schools=13, spread=0.15, names=terms.QUALITIES) -> pd.DataFrame:
    """Ratings of one year; the share at level 3 or above is .5 on average and differs between schools by ``spread``."""
    rng = np.random.default_rng(seed)
    rows = []
    for s in range(schools):
        for quality in names:
            n, high = int(rng.integers(5, 25)), np.clip(0.5 + spread * rng.normal(), 0.02, 0.98)
            counts = rng.multinomial(n, [(1 - high) / 2, (1 - high) / 2, high / 2, high / 2])
            levels = {f"n_level_{i + 1}": int(c) for i, c in enumerate(counts)}
            rows.append(
                {"school_id": f"S{s}", "year_be": 2567, "grade": "ป.6", "quality": quality, "n_rated": n} | levels
            )
    return pd.DataFrame(rows).astype({"n_rated": "Int64"} | {f"n_level_{i}": "Int64" for i in range(1, 5)})


def only(frame: pd.DataFrame) -> pd.Series:
    assert len(frame) == 1
    return frame.iloc[0]


def test_shares_have_the_columns_of_a_result_and_leave_their_data_alone():
    data = ratings()
    before = data.copy(deep=True)
    found = qualities.shares(data)
    pd.testing.assert_frame_equal(data, before)
    assert set(RESULT) <= set(found.columns)
    assert len(found) == 6
    assert found["estimate"].between(found["conf_low"], found["conf_high"]).all()


def test_one_school_is_wilson():
    data = ratings(schools=1, names=("curious",))
    row, table = only(qualities.shares(data)), data.iloc[0]
    high = table["n_level_3"] + table["n_level_4"]
    assert (row["conf_low"], row["conf_high"]) == pytest.approx(wilson(high, table["n_rated"]))
    assert row["n_effective"] == table["n_rated"]


def test_schools_that_rate_alike_still_pay_for_being_few_and_never_gain():
    alike = pd.concat([ratings(schools=1, names=("curious",)).assign(school_id=f"S{i}") for i in range(5)])
    row = only(qualities.shares(alike))
    share, n = row["estimate"], row["n"]
    assert row["std_error"] == pytest.approx(np.sqrt(share * (1 - share) / n))
    assert row["n_effective"] < n


def test_schools_that_rate_differently_widen_the_interval():
    steady, wild = (qualities.shares(ratings(spread=s, schools=40)) for s in (0.0, 0.4))
    width = lambda f: (f["conf_high"] - f["conf_low"]).mean()  # noqa: E731
    assert width(wild) > 1.5 * width(steady)


@pytest.mark.parametrize("everybody", [True, False])
def test_all_or_nobody_counts_schools_not_pupils(everybody):
    column = "n_level_3" if everybody else "n_level_2"
    data = pd.DataFrame(
        {"school_id": list("abc"), "year_be": 2567, "quality": "curious", "n_rated": 20}
        | {f"n_level_{i}": 0 for i in range(1, 5)} | {column: 20}
    )  # fmt: skip
    row = only(qualities.shares(data))
    assert row["estimate"] == float(everybody)
    assert (row["conf_low"], row["conf_high"]) == pytest.approx(wilson(3 * everybody, 3))


def test_levels_add_up_to_one_and_to_the_share():
    data = ratings()
    levels, shares = qualities.levels(data), qualities.shares(data)
    assert np.allclose(levels.groupby("quality")["estimate"].sum(), 1)
    high = levels[levels["level"] >= 3].groupby("quality")["estimate"].sum()
    assert np.allclose(high, shares.set_index("quality")["estimate"].reindex(high.index))


def test_repeating_every_school_keeps_the_share():
    data = ratings()
    twice = pd.concat([data, data.assign(school_id="T" + data["school_id"])])
    assert np.allclose(qualities.shares(twice)["estimate"], qualities.shares(data)["estimate"])


def test_raters_differ_as_much_as_was_put_in():
    found = qualities.raters(ratings(schools=400, spread=0.15))
    assert found["between_sd"].to_numpy() == pytest.approx(np.full(6, 0.15), abs=0.03)
    none = qualities.raters(ratings(schools=400, spread=0.0))
    assert (none["estimate"] < 0.02).all()


def test_ratings_are_never_mixed_with_tests():
    data = ratings()
    for column in ("score", "mean", "subject"):
        with pytest.raises(CannotEstimate, match="never averaged"):
            qualities.shares(data.assign(**{column: 1}))


def test_the_six_are_never_put_together():
    data = ratings()
    for measure in (qualities.shares, qualities.levels, qualities.raters):
        with pytest.raises(CannotEstimate, match="each quality by itself"):
            measure(data, over=("year_be",))
    one = data[data["quality"] == "curious"]
    assert len(qualities.shares(one, over=("year_be",))) == 1


def test_counts_that_do_not_add_up_are_refused():
    data = ratings()
    data.loc[0, "n_rated"] += 1
    with pytest.raises(BadInput, match="do not add up"):
        qualities.shares(data)
    with pytest.raises(BadInput, match="2, 3 or 4"):
        qualities.shares(ratings(), at_least=1)


def test_nobody_rated_is_missing():
    data = ratings(schools=1, names=("curious",))
    empty = data.assign(**dict.fromkeys(["n_rated", *(f"n_level_{i}" for i in range(1, 5))], 0))
    row = only(qualities.shares(empty))
    assert np.isnan([row["estimate"], row["conf_low"], row["conf_high"]]).all()
    assert (row["n"], row["n_schools"]) == (0, 0)
    assert np.isnan(only(qualities.raters(empty))["estimate"])


@pytest.mark.slow
@pytest.mark.parametrize("schools", [13, 60])
def test_the_interval_covers_as_often_as_it_says(schools):
    found = pd.concat([qualities.shares(ratings(s, schools=schools, names=("curious",))) for s in range(700)])
    covered = found["estimate"].between(0.5 - 1, 1.5) & (found["conf_low"] <= 0.5) & (found["conf_high"] >= 0.5)
    assert 0.93 < covered.mean() < 0.985
