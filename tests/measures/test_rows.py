import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from innovlib.errors import BadInput, CannotEstimate, UnknownName
from innovlib.measures import rows


def test_each_keeps_rows_without_a_label_as_their_own_cell():
    frame = pd.DataFrame({"kind": ["a", None, "a"]})
    found = rows.each(frame, ["kind"], lambda cell: {"n": len(cell)})
    assert found["n"].tolist() == [2, 1]


def test_each_of_an_empty_frame_has_the_columns_of_a_result():
    found = rows.each(pd.DataFrame({"year_be": pd.Series(dtype="Int64")}), ["year_be"], lambda cell: {"n": 0})
    assert found.empty
    assert list(found.columns) == ["year_be", *rows.RESULT]


def test_the_interval_is_students():
    x = np.array([3.0, 5, 6, 10])
    row = rows.result(x.mean(), std_error=stats.sem(x), df=3, null=2.0, n=4, n_schools=4)
    assert (row["conf_low"], row["conf_high"]) == pytest.approx(stats.t.interval(0.95, 3, x.mean(), stats.sem(x)))
    assert row["p_value"] == pytest.approx(stats.ttest_1samp(x, 2.0).pvalue)


@pytest.mark.parametrize(("std_error", "df"), [(np.nan, 5), (np.inf, 5), (1.0, 0), (1.0, np.nan)])
def test_no_interval_without_an_error_or_degrees_of_freedom(std_error, df):
    row = rows.result(1.0, std_error=std_error, df=df, null=0.0, n=9, n_schools=1)
    assert row["estimate"] == 1.0
    assert np.isnan([row[c] for c in ("std_error", "conf_low", "conf_high", "p_value")]).all()


def test_jackknife_of_a_ratio_agrees_with_leaving_out_by_hand():
    rng = np.random.default_rng(3)
    sums = rng.uniform(1, 5, (7, 2))
    without = [np.delete(sums, i, axis=0).sum(axis=0) for i in range(7)]
    theta = np.array([s[1] / s[0] for s in without])
    estimate, error = rows.jackknife(sums, lambda s: s[..., 1] / s[..., 0])
    assert estimate == pytest.approx(sums[:, 1].sum() / sums[:, 0].sum())
    assert error == pytest.approx(np.sqrt(6 / 7 * ((theta - theta.mean()) ** 2).sum()))


def test_no_jackknife_error_where_one_school_carries_the_number():
    estimate, error = rows.jackknife(np.array([[2, 1.0], [0, 3.0]]), lambda s: s[..., 1] / s[..., 0])
    assert estimate == 2.0
    assert np.isnan(error)


@given(st.integers(1, 400), st.data())
def test_wilson_holds_the_share_and_stays_a_share(n, data):
    yes = data.draw(st.integers(0, n))
    low, high = rows.wilson(yes, n)
    assert 0 <= low <= yes / n <= high <= 1
    assert (low, high) == pytest.approx(tuple(1 - x for x in reversed(rows.wilson(n - yes, n))), abs=1e-12)


def test_a_missing_column_is_named_with_a_hint():
    with pytest.raises(UnknownName, match="did you mean score"):
        rows.need_columns(pd.DataFrame({"score": [1]}), ["scor"])


def test_raw_scores_of_two_papers_are_not_put_together():
    frame = pd.DataFrame(
        {"year_be": [2566, 2567], "test": "NT", "grade": "ป.3", "subject": "thai", "score": [1.0, 2.0]}
    )
    assert rows.paper(frame, None, value="score") == ["year_be", "test", "grade", "subject"]
    assert rows.paper(frame, ["year_be"], value="score") == ["year_be"]
    assert rows.paper(frame, [], value="z") == []
    for over in ([], ["subject"]):
        with pytest.raises(CannotEstimate, match="different papers"):
            rows.paper(frame, over, value="score")


@pytest.mark.parametrize("bad", [[1.0, np.nan], [1.0, -1.0], [0.0, 0.0]])
def test_weights_must_be_there_and_not_negative(bad):
    with pytest.raises(BadInput, match="weights in w"):
        rows.weights(pd.DataFrame({"w": bad}), "w")


def test_words_are_no_numbers():
    with pytest.raises(BadInput, match="does not hold numbers"):
        rows.numbers(pd.DataFrame({"score": ["12", "13"]}), "score")
    assert rows.numbers(pd.DataFrame({"x": pd.array([1, None], dtype="Int64")}), "x").isna().tolist() == [False, True]
