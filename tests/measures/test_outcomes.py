import numpy as np
import pandas as pd
import pytest

from innovlib.measures import outcomes
from tests.conftest import make_scores


def test_pooled_sd_is_the_hand_computed_one():
    scores = make_scores(
        [
            {"school_id": "A", "n_tested": 21, "mean": 50, "sd": 10},
            {"school_id": "B", "n_tested": 11, "mean": 40, "sd": 16},
            {"school_id": "C", "n_tested": 1, "mean": 30, "sd": None},
        ]
    )
    found = outcomes.pupil_sd(scores).iloc[0]
    assert found["pupil_sd"] == pytest.approx(np.sqrt((20 * 100 + 10 * 256) / 30))
    assert found["sd_source"] == "reported"


def test_without_reported_spread_the_sd_is_assumed_and_said_so():
    scores = make_scores([{"school_id": "A", "n_tested": 40, "mean": 50, "sd": None}])
    found = outcomes.pupil_sd(scores).iloc[0]
    assert (found["pupil_sd"], found["sd_source"]) == (outcomes.ASSUMED_PUPIL_SD, "assumed")


def test_group_mean_weighs_pupils():
    scores = make_scores(
        [{"school_id": "A", "n_tested": 30, "mean": 60}, {"school_id": "B", "n_tested": 10, "mean": 20}]
    )
    found = outcomes.group_means(scores).iloc[0]
    assert (found["mean"], found["n"], found["n_schools"]) == (50, 40, 2)


def test_a_school_without_takers_is_no_result():
    scores = make_scores(
        [{"school_id": "A", "n_tested": 0, "mean": 0}, {"school_id": "B", "n_tested": 5, "mean": None}]
    )
    assert outcomes.with_results(scores).empty


def test_standardised_takes_out_the_paper(many_schools):
    _, scores = many_schools
    z = outcomes.standardised(scores)
    by_year = z.assign(total=z["gap"] * z["n"]).groupby(["year_be", "subject"])["total"].sum()
    assert np.allclose(by_year, 0, atol=1e-9)
    harder = scores.assign(mean=scores["mean"].where(scores["year_be"] != 2566, scores["mean"] - 5))
    assert np.allclose(outcomes.standardised(harder)["z"], z["z"])


def test_windows_never_overlap():
    years = pd.Series(range(2550, 2568))
    first = outcomes.windows(years, latest=2567)
    assert ((years - first).between(0, 2)).all()
    assert first.nunique() == 6
    assert (first.value_counts() == 3).all()


@pytest.mark.parametrize(
    ("p", "word"),
    [
        (0.9751, "clearly_above"),
        (0.975, "likely_above"),
        (0.9, "undecided"),
        (0.1, "likely_below"),
        (0.025, "clearly_below"),
    ],
)
def test_verdict_limits(p, word):
    assert outcomes.verdict(p) == word


def test_participation_uses_the_fullest_subject_and_leaves_unknown_enrolment_out():
    scores = make_scores(
        [
            {"school_id": "A", "subject": "thai", "n_enrolled": 10, "n_tested": 8, "mean": 1},
            {"school_id": "A", "subject": "maths", "n_enrolled": 10, "n_tested": 9, "mean": 1},
            {"school_id": "B", "n_enrolled": None, "n_tested": 9, "mean": 1},
            {"school_id": "C", "n_enrolled": 10, "n_tested": 0, "mean": None},
        ]
    )
    found = outcomes.participation(scores)
    assert len(found) == 1
    assert (found["n"].iloc[0], found["tested"].iloc[0], found["share"].iloc[0]) == (20, 9, 0.45)


def test_participation_of_every_school_at_once_is_that_of_each_alone(many_schools):
    _, scores = many_schools
    last = scores["year_be"].max()
    scores = scores[(scores["school_id"] != scores["school_id"].iat[0]) | (scores["year_be"] < last)]
    together = outcomes.participation(scores, over=("school_id",))
    for school_id, rows in scores.groupby("school_id"):
        own = together[together["school_id"] == school_id].drop(columns="school_id").reset_index(drop=True)
        pd.testing.assert_frame_equal(own, outcomes.participation(rows))
    assert together["school_id"].nunique() == scores["school_id"].nunique()


def test_gaps_need_five_schools():
    scores = make_scores([{"school_id": s, "n_tested": 20, "mean": 50} for s in "ABCD"])
    found = outcomes.school_gaps(scores)
    assert found.empty
    assert list(found.columns) == outcomes.GAP_COLUMNS


def test_gaps_are_shrunk_towards_the_area(many_schools):
    _, scores = many_schools
    found = outcomes.school_gaps(scores[scores["subject"] == "maths"])
    assert (found["shrunken"].abs() <= found["gap"].abs()).all()
    assert found["reliability"].is_monotonic_increasing  # larger schools, steadier means
    assert abs(np.average(found["gap"], weights=found["n"])) < 1e-9


def test_a_schools_gap_is_the_mean_over_tests_with_subjects_wholly_dependent():
    rows = [
        {
            "school_id": s,
            "test": t,
            "grade": g,
            "subject": u,
            "n_tested": n,
            "mean": 50 + (10 if s == "A" and t == "NT" else 0),
        }
        for s in "ABCDE"
        for t, g, u, n in (("O-NET", "ป.6", "thai", 25), ("O-NET", "ป.6", "maths", 25), ("NT", "ป.3", "thai", 9))
    ]
    found = outcomes.school_gaps(make_scores(rows)).set_index("school_id").loc["A"]
    assert (found["n"], found["n_tests"]) == (34, 2)
    assert found["gap"] == pytest.approx((0 + 8) / 2)  # its own 10 points lift the area's mean by 2
    assert found["std_error"] == pytest.approx(np.sqrt(225 / 25 + 225 / 9) / 2)


def test_three_years_count_three_two_one_times_their_pupils():
    # Four schools stand at 50 every year; the fifth at 50 + 12, 50 + 6, 50 with 10, 20 and 30 pupils (latest first).
    own = {2567: (62, 10), 2566: (56, 20), 2565: (50, 30), 2564: (90, 10)}
    rows = [
        {"school_id": s, "year_be": y, "mean": own[y][0] if s == "A" else 50.0,
         "n_tested": own[y][1] if s == "A" else 10_000}
        for s in "ABCDE" for y in own
    ]  # fmt: skip
    found = outcomes.school_gaps(make_scores(rows)).set_index("school_id").loc["A"]
    assert found["n"] == 60
    # (3·10·12 + 2·20·6 + 1·30·0) / (3·10 + 2·20 + 1·30) = 600 / 100
    assert found["gap"] == pytest.approx(6, abs=0.02)
    assert found["std_error"] == pytest.approx(15 * np.sqrt(9 * 10 + 4 * 20 + 30) / 100)
    alike = outcomes.school_gaps(make_scores(rows), weights=(1, 1, 1)).set_index("school_id").loc["A"]
    assert alike["gap"] == pytest.approx((120 + 120) / 60, abs=0.02)
    assert alike["std_error"] == pytest.approx(15 / np.sqrt(60))


def test_inputs_are_left_as_they_were(many_schools):
    _, scores = many_schools
    before = scores.copy()
    outcomes.standardised(scores)
    outcomes.participation(scores)
    pd.testing.assert_frame_equal(scores, before)
