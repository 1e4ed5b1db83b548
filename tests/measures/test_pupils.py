"""Pupils' standing: standardised within the paper, one row a sitting, nothing lost but what has no score."""

import numpy as np
import pandas as pd
import pytest

from innovlib.area import open_area
from innovlib.measures import pupils
from innovlib.paths import EXAMPLE


@pytest.fixture(scope="module")
def table():
    return open_area(EXAMPLE).table("pupils")


def test_every_paper_has_mean_zero_and_sd_one(table):
    one = table[(table["test"] == "NT") & (table["subject"] == "thai")]
    found = pupils.standing(one)
    assert len(found) == one["score"].notna().sum()
    by_year = found.groupby("year_be")["z"].agg(["mean", "std"])
    assert np.allclose(by_year["mean"], 0, atol=1e-12)
    assert np.allclose(by_year["std"], 1)


def test_a_harder_paper_in_other_units_changes_nothing(table):
    harder = table.assign(score=table["score"] * 0.4 - 7 * (table["year_be"] - 2560))
    pd.testing.assert_series_equal(pupils.standing(table)["z"], pupils.standing(harder)["z"])


def test_order_of_rows_changes_nothing(table):
    few = table[table["year_be"] == 2567]
    mixed = few.sample(frac=1, random_state=3)
    keys = [*pupils.SITTING]
    one, other = (pupils.standing(t).sort_values(keys, ignore_index=True) for t in (few, mixed))
    pd.testing.assert_frame_equal(one, other)


def test_a_pupil_counts_once_a_sitting_and_rows_without_scores_are_left_out(table):
    few = table[(table["year_be"] == 2567) & (table["test"] == "O-NET")].copy()
    few.loc[few.index[:40], "score"] = pd.NA
    found = pupils.standing(few)
    assert not found.duplicated(pupils.SITTING).any()
    assert found["n_subjects"].sum() == few["score"].notna().sum()


def test_only_the_latest_years_of_each_test(table):
    found = pupils.standing(table, years=3)
    spans = found.groupby(["test", "grade"], observed=True)["year_be"].agg(["min", "max"])
    assert ((spans["max"] - spans["min"]) == 2).all()


def test_a_paper_on_which_nobody_differs_gives_zero():
    same = pd.DataFrame({"pupil_key": list("xy"), "school_id": "a", "year_be": 2567, "test": "NT", "grade": "ป.3",
                         "subject": "thai", "score": [50.0, 50.0]})  # fmt: skip
    assert pupils.standing(same)["z"].tolist() == [0, 0]
