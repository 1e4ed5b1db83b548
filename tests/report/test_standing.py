"""The chance in twenty: from the printed distance alone, hidden where that is hidden."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from innovlib.measures.similar import between_variance
from innovlib.report import standing
from innovlib.report.disclosure import Z95, Protected

GAPS = pd.DataFrame({"gap": [6.0, -6.0, 3.0, -3.0, 0.0, 9.0], "std_error": [2.0] * 6})


def gap(value=4.0, half=2.0 * Z95, **changes):
    row = {"school_id": "1", "n": 40, "n_label": "40", "gap": value, "conf_low": value - half,
           "conf_high": value + half, "status": "shown", "verdict": ""}  # fmt: skip
    return Protected(pd.DataFrame([row | changes]), "public", (), "plan")


def test_the_dots_are_the_quantiles_of_the_shrunken_distance():
    chance = standing.chances(gap(), gaps=GAPS)
    values = chance.frame["difference"].to_numpy()
    tau2 = between_variance(GAPS["gap"].to_numpy(), GAPS["std_error"].to_numpy() ** 2)
    tau = round(float(np.sqrt(tau2)), 1)
    assert standing.between(GAPS) == tau and tau**2 != tau2
    reliability = tau**2 / (tau**2 + 4)
    assert len(values) == 20
    assert np.mean(values) == pytest.approx(4 * reliability)
    assert values[9] < 4 * reliability < values[10]
    assert chance.plan == "plan"


def test_a_hidden_school_does_not_speak_through_the_spread():
    gaps = GAPS.assign(school_id=list("abcdef"), gap=[6.0, -6.0, 3.0, -3.0, 0.0, 90.0])
    shown = Protected(gaps.assign(status=["shown"] * 5 + ["small"]), "public")
    assert list(standing.of_shown(gaps, shown=shown)["school_id"]) == list("abcde")
    assert standing.between(standing.of_shown(gaps, shown=shown)) < standing.between(gaps) / 3


def test_a_hidden_distance_has_no_dots():
    hidden = gap(gap=np.nan, conf_low=np.nan, conf_high=np.nan, status="small", n_label="<10")
    chance = standing.chances(hidden, gaps=GAPS)
    assert standing.above(chance) is None
    assert "cannot be shown" in standing.headline(chance).en
    assert "Fewer than 10" in standing.reading(hidden, gaps=GAPS)[0].en
    assert "น้อยกว่า 10 คน" in standing.figure(chance).svg


def test_why_there_is_nothing_is_told_apart():
    nothing = Protected(gap().frame.iloc[:0], "public")
    assert "no test results" in standing.reading(nothing, gaps=GAPS)[0].en
    assert "Fewer than five schools" in standing.reading(nothing, gaps=GAPS.iloc[:0])[0].en
    assert standing.above(standing.chances(nothing, gaps=GAPS.iloc[:0])) is None


@given(st.floats(-30, 30), st.floats(0.5, 20))
def test_the_headline_says_the_side_on_which_most_dots_lie(value, half):
    chance = standing.chances(gap(value, half), gaps=GAPS)
    count, said = standing.above(chance), standing.headline(chance).en
    assert ("above the area" in said) == (count > 10) or "even chance" in said
    assert ("below the area" in said) == (count < 10) or "even chance" in said
    if 10 < count < 20:
        assert f"About {count} " in said
    if count in (0, 20):
        assert "More than 19" in said
