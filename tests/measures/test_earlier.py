"""Earlier results as context: only years before anybody joined count, chance is pulled in, names change accordingly."""

import numpy as np
import pandas as pd
import pytest

from innovlib.area import open_area
from innovlib.measures import earlier, similar
from innovlib.paths import EXAMPLE


@pytest.fixture(scope="module")
def tables():
    area = open_area(EXAMPLE)
    return area.table("scores"), area.table("schools")


def test_years_from_the_first_joining_on_change_nothing(tables):
    scores, schools = tables
    first = schools["joined_year_be"].min()
    later = scores.assign(mean=scores["mean"].where(scores["year_be"] < first, 0.0))
    pd.testing.assert_series_equal(earlier.earlier_results(scores, schools), earlier.earlier_results(later, schools))


def test_no_year_before_joining_and_nobody_joined_give_nothing(tables):
    scores, schools = tables
    late = scores[scores["year_be"] >= schools["joined_year_be"].min()]
    assert earlier.earlier_results(late, schools).empty
    assert earlier.earlier_results(scores, schools.assign(joined_year_be=pd.NA)).empty


def test_one_test_by_hand():
    # Two tested years before 2562; a at +1 SD with 4 + 12 pupils, the rest at the other side; SD 10 is reported.
    rows = [
        {"school_id": s, "year_be": y, "test": "NT", "grade": "ป.3", "subject": "thai", "n_tested": n, "n_enrolled": n,
         "mean": m, "sd": 10.0}
        for s, m in (("a", 60.0), ("b", 40.0), ("c", 50.0)) for y, n in ((2560, 40), (2561, 120))
    ]  # fmt: skip
    schools = pd.DataFrame({"school_id": list("abc"), "joined_year_be": [2562, pd.NA, pd.NA]})
    found = earlier.earlier_results(pd.DataFrame(rows), schools)
    v = 1 / 160
    tau2 = 1 - v  # Σ y²/(v + τ²) = k − 1 with y = 1, −1, 0
    assert found.to_numpy() == pytest.approx(np.array([1, -1, 0]) * tau2 / (tau2 + v))


def test_earlier_results_draw_similar_schools_nearer_in_results(tables):
    scores, schools = tables
    before = earlier.earlier_results(scores, schools)
    nearer = []
    for school in schools.loc[schools["cohort"].notna(), "school_id"]:
        plain, matched = (
            similar.similar_schools(schools, school_id=school, earlier=e)["school_id"] for e in (None, before)
        )
        assert len(matched) == len(plain)
        nearer.append((before[matched] - before[school]).abs().mean() < (before[plain] - before[school]).abs().mean())
    assert np.mean(nearer) > 0.8


def test_without_earlier_results_nothing_changes(tables):
    _, schools = tables
    none = pd.Series(dtype=float)
    for school in list(schools["school_id"])[:3]:
        plain = similar.similar_schools(schools, school_id=school)
        pd.testing.assert_frame_equal(plain, similar.similar_schools(schools, school_id=school, earlier=none))
