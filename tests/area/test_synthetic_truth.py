"""The truth of a synthetic area can be recovered from its tables, and is what was designed."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from innovlib.area import synthetic
from innovlib.area import synthetic_model as model


def did(example: synthetic.Example, test: str, grade: str, subject: str) -> tuple[float, float]:
    """Difference in differences by hand: each school-year after joining, less the school's own mean before, less the
    same difference of the schools that never joined; the mean over those school-years and its standard error."""
    scores = example.tables["scores"].query(
        "test == @test and grade == @grade and subject == @subject and n_tested > 0"
    )
    wide = scores.pivot(index="school_id", columns="year_be", values="mean")
    joined = example.tables["schools"].set_index("school_id")["joined_year_be"].reindex(wide.index)
    never = wide[joined.isna()]
    gaps = {}
    for year_joined in sorted(joined.dropna().unique()):
        before = [year for year in wide if year < year_joined]
        own = wide[joined == year_joined]
        for year in (year for year in wide if year >= year_joined):
            other = (never[year] - never[before].mean(axis=1)).mean()
            gaps[year_joined, year] = (own[year] - own[before].mean(axis=1) - other).dropna()
    by_school = pd.concat(gaps).groupby(level=2).agg(["sum", "size"])
    estimate = by_school["sum"].sum() / by_school["size"].sum()
    spread = (by_school["sum"] - estimate * by_school["size"]).pow(2).sum()
    return float(estimate), float(np.sqrt(spread) / by_school["size"].sum())


def average(truth: dict, subject: str, *, test: str = "O-NET", grade: str = "ป.6") -> float:
    wanted = {"cohort": "all", "test": test, "grade": grade, "subject": subject}
    (row,) = [r for r in truth["average"] if all(r[k] == v for k, v in wanted.items())]
    return row["realised_points"]


SERIES = [("O-NET", "ป.6", s) for s in ("thai", "english", "maths", "science")] + [("RT", "ป.1", "comprehension")]


@pytest.mark.parametrize(("test", "grade", "subject"), SERIES)
def test_difference_in_differences_finds_the_truth_in_a_large_area(many, test, grade, subject):
    estimate, error = did(many, test, grade, subject)
    assert error < 0.35
    assert abs(estimate - average(many.truth, subject, test=test, grade=grade)) < 3 * error


def test_the_effect_is_found_to_be_there(many):
    # The same check as above would pass if there were no effect and no power: in Thai zero is far outside.
    estimate, error = did(many, "O-NET", "ป.6", "thai")
    assert estimate / error > 3


@pytest.mark.slow
@pytest.mark.parametrize("subject", ["thai", "maths"])
def test_difference_in_differences_is_right_on_average_over_examples(subject):
    off = []
    for seed in range(150):
        example = synthetic.generate(seed=seed, pupils=False)
        off.append(did(example, "O-NET", "ป.6", subject)[0] - average(example.truth, subject))
    assert abs(np.mean(off)) < 3 * np.std(off) / np.sqrt(len(off))
    assert np.std(off) / np.sqrt(len(off)) < 0.15


def test_without_noise_the_realised_effect_is_the_designed_one():
    example = synthetic.generate(n_schools=2000, pupils=False, noise=0.0)
    rows = pd.DataFrame(example.truth["effects"]).query("n_school_years >= 20")
    assert len(rows) > 60
    # What is left is which schools sat the test: their multipliers average 1 only over all of the cohort.
    off = (rows["realised_points"] - rows["effect_points"]).abs()
    assert (off <= 0.12 * rows["effect_points"] + 0.005).all()
    assert (off / rows["effect_points"].where(rows["effect_points"] > 0)).mean() < 0.03


def test_designed_effects_follow_the_design(truth):
    thai = [row for row in truth["effects"] if (row["cohort"], row["grade"], row["subject"]) == (1, "ป.6", "thai")]
    assert [row["years_since_joining"] for row in thai] == [0, 1, 2, 3, 4, 5]
    assert [row["year_be"] for row in thai] == list(range(2562, 2568))
    assert [row["effect_pupil_sd"] for row in thai] == [0.0, 0.03, 0.06, 0.09, 0.12, 0.15]
    nothing = [row for row in truth["effects"] if row["subject"] == "maths"]
    assert nothing
    assert all(row["realised_points"] == row["effect_points"] == 0 for row in nothing)


def test_multipliers_average_one_within_each_cohort(truth):
    schools = pd.DataFrame(truth["schools"])
    assert schools.groupby("cohort")["effect_multiplier"].mean().tolist() == pytest.approx([1, 1], abs=1e-3)
    assert schools["effect_multiplier"].std() > 0.2
    gains = pd.DataFrame(schools["autonomy_gain"].tolist()).mean()
    assert gains.idxmax() == "academic"
    assert gains["personnel"] < gains["budget"] < gains["general"] < gains["academic"]


def test_truth_says_where_it_comes_from(truth):
    assert truth["synthetic"] is True
    assert truth["seed"] == synthetic.SEED
    assert truth["calibration"]["targets"]["gap_home_language_sd"] == model.TARGETS["gap_home_language_sd"]
