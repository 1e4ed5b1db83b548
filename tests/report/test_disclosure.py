import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from innovlib.errors import BadInput, UnknownName
from innovlib.measures import comparison
from innovlib.report import disclosure, figures, tables
from innovlib.report.disclosure import Protected


def results(rows: list[dict]) -> pd.DataFrame:
    """Results from rows that name only what matters."""
    usual = {
        "who": "school", "school_id": "A", "test": "O-NET", "grade": "ป.6", "subject": "maths", "period": "2567",
        "first_year_be": 2567, "last_year_be": 2567, "pooled": False, "n_schools": 1, "mean": 44.44,
        "std_error": np.nan, "df": np.nan, "pupil_sd": 15.0, "sd_source": "reported",
        "spread_low": np.nan, "spread_high": np.nan,
        "published": False, "verdict": "undecided", "p_above": 0.5, "against": "similar",
    }  # fmt: skip
    frame = pd.DataFrame([usual | row for row in rows])[comparison.RESULT_COLUMNS]
    return frame.astype({"n": "Int64", "n_schools": "Int64"})


@pytest.mark.parametrize(
    ("profile", "n", "status", "label", "mean"),
    [
        ("public", 9, "small", "<10", None),
        ("public", 10, "shown", "10", 44.0),
        ("public", 29, "shown", "30", 44.0),
        ("public", 30, "shown", "30", 44.4),
        ("public", 12, "shown", "10", 44.0),
        ("public", 13, "shown", "15", 44.0),
        ("partner", 6, "small", "<7", None),
        ("partner", 7, "shown", "10", 44.0),
        ("school", 4, "small", "<5", None),
        ("school", 5, "shown", "5", 44.0),
        ("school", 13, "shown", "13", 44.0),
    ],
)
def test_smallest_n_rounding_and_decimals(profile, n, status, label, mean):
    row = disclosure.protect_means(results([{"n": n}]), profile_name=profile).frame.iloc[0]
    assert (row["status"], row["n_label"]) == (status, label)
    assert row["mean"] == mean if mean is not None else np.isnan(row["mean"])


def test_hidden_missing_and_zero_are_three_things():
    rows = results([{"n": 5}, {"n": None, "mean": np.nan}, {"n": 20, "mean": 0.0}])
    found = disclosure.protect_means(rows, profile_name="public").frame
    assert list(found["status"]) == ["small", "absent", "shown"]
    assert found["mean"].iloc[2] == 0
    assert list(found["n_label"]) == ["<10", "–", "20"]


@given(st.integers(1, 9), st.floats(0, 100), st.sampled_from(["clearly_above", "undecided", "likely_below"]))
def test_nothing_of_a_small_cell_is_left(n, mean, verdict):
    rows = results([{"n": n, "mean": mean, "verdict": verdict, "spread_low": 1.0, "spread_high": 2.0}])
    row = disclosure.protect_means(rows, profile_name="public").frame.iloc[0]
    for column in ("mean", "conf_low", "conf_high", "spread_low", "spread_high"):
        assert np.isnan(row[column])
    assert pd.isna(row["n"])
    assert row["verdict"] == ""
    assert "pupil_sd" not in row.index
    assert "p_above" not in row.index


def test_the_interval_of_a_school_tells_no_more_than_the_rounded_n():
    found = disclosure.protect_means(results([{"n": n} for n in (13, 15, 17)]), profile_name="public").frame
    assert found[["mean", "conf_low", "conf_high", "n"]].drop_duplicates().shape[0] == 1
    half = 1.959964 * 15 / np.sqrt(15)
    assert found["conf_low"].iloc[0] == np.floor(44.44 - half + 0.5)


def test_the_interval_of_a_group_comes_from_its_schools():
    row = {"who": "cohort", "n": 100, "n_schools": 4, "std_error": 2.0, "df": 3.0}
    found = disclosure.protect_means(results([row]), profile_name="public").frame.iloc[0]
    assert found["conf_low"] == pytest.approx(44.44 - 3.182446 * 2, abs=0.051)


def test_groups_of_two_schools_are_hidden_and_quartiles_need_five():
    rows = results(
        [
            {"who": "cohort", "n": 60, "n_schools": 2},
            {"who": "cohort", "n": 60, "n_schools": 4, "spread_low": 40.4, "spread_high": 50.6},
            {"who": "similar", "n": 60, "n_schools": 5, "spread_low": 40.4, "spread_high": 50.6},
        ]
    )
    found = disclosure.protect_means(rows, profile_name="public")
    assert list(found.frame["status"]) == ["small", "shown", "shown"]
    assert found.frame["n_label"].iloc[0] == disclosure.FEW_SCHOOLS
    assert np.isnan(found.frame["spread_low"].iloc[1])
    assert found.frame["spread_low"].iloc[2] == 40
    assert "D7" in found.fired


def test_published_figures_pass_as_they_are():
    rows = results([{"who": "nation", "n": None, "n_schools": None, "mean": 54.27, "published": True}])
    found = disclosure.protect_means(rows, profile_name="public").frame.iloc[0]
    assert (found["status"], found["mean"], found["n_label"]) == ("shown", 54.3, "–")


def test_interval_stays_on_the_scale():
    found = disclosure.protect_means(results([{"n": 10, "mean": 97.0}, {"n": 10, "mean": 2.0}]), profile_name="public")
    assert found.frame["conf_high"].max() <= 100
    assert found.frame["conf_low"].min() >= 0


@pytest.mark.parametrize(
    ("n", "share", "label"),
    [
        (9, 0.5, "<10"), (10, 0.81, "≥80"), (19, 0.2, "≤20"), (20, 0.89, "89"), (39, 0.95, "≥90"), (40, 0.95, "≥95"),
        (40, 0.94, "94"), (100, 1.0, "≥98"), (300, 0.004, "≤1"), (300, 0.985, "≥99"), (25, 0.505, "51"),
    ],
)  # fmt: skip
def test_percentages_are_banded_by_n(n, share, label):
    found = disclosure.protect_shares(pd.DataFrame({"n": [n], "share": [share]}), profile_name="public")
    assert found.frame["percent_label"].iloc[0] == label


@given(st.integers(1, 2000), st.floats(0, 1), st.sampled_from(list(disclosure.PROFILES)))
def test_no_profile_ever_prints_0_or_100_percent(n, share, profile):
    found = disclosure.protect_shares(pd.DataFrame({"n": [n], "share": [share]}), profile_name=profile).frame.iloc[0]
    assert found["percent_label"] not in ("0", "100")
    assert found["percent"] not in (0, 100)


def test_percentages_given_as_shares_are_refused():
    with pytest.raises(BadInput):
        disclosure.protect_shares(pd.DataFrame({"n": [20], "share": [45.0]}), profile_name="public")


def test_gaps_of_small_schools_keep_their_row_and_lose_their_value():
    gaps = pd.DataFrame({"school_id": ["A", "B"], "n": [8.0, 40.0], "gap": [5.55, -2.25], "std_error": [3.0, 1.0],
                         "verdict": ["likely_above", "clearly_below"]})  # fmt: skip
    found = disclosure.protect_gaps(gaps, profile_name="public").frame
    assert list(found["status"]) == ["small", "shown"]
    assert np.isnan(found["gap"].iloc[0])
    assert found["verdict"].iloc[0] == ""
    assert found["gap"].iloc[1] == -2.3  # halves away from zero


def test_an_unknown_profile_is_refused_with_the_known_ones():
    with pytest.raises(UnknownName, match="public, partner, school"):
        disclosure.profile("press")


def test_figures_and_tables_refuse_what_was_not_protected():
    bare = results([{"n": 3}])
    from innovlib.errors import Words

    with pytest.raises(TypeError, match="Protected"):
        figures.dot_interval(bare, title=Words("ก", "a"), alt=Words("ก", "a"))
    with pytest.raises(TypeError, match="Protected"):
        tables.results_table(bare, caption=Words("ก", "a"))


def test_where_keeps_the_profile_and_the_rules():
    held = Protected(pd.DataFrame({"who": ["a", "b"], "status": ["shown", "small"]}), "public", ("D1",))
    part = held.where(who=["b"])
    assert (len(part.frame), part.profile, part.fired, part.hidden()) == (1, "public", ("D1",), 1)


@given(st.floats(-1000, 1000))
def test_rounding_half_up_is_symmetric_and_near(value):
    rounded = float(disclosure.rounded_half_up(value))
    assert rounded == -float(disclosure.rounded_half_up(-value))
    assert abs(rounded - value) <= 0.5 + 1e-6
