"""The simulated tests: held as the real ones were, and calibrated to what real files look like."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from innovlib.area import synthetic_model as model

TARGETS = model.TARGETS


def within(value: float, limits: tuple[float, float]) -> bool:
    return limits[0] <= value <= limits[1]


# --- tests as they were held --------------------------------------------------------------------------------------


def years_of(scores: pd.DataFrame, test: str, subject: str) -> set[int]:
    return set(scores.query("test == @test and subject == @subject")["year_be"])


def test_years_and_parts_of_the_tests(example_area):
    scores = example_area.table("scores")
    assert years_of(scores, "RT", "comprehension") == {*range(2559, 2563), *range(2564, 2568)}
    assert years_of(scores, "NT", "reasoning") == set(range(2558, 2562))
    assert years_of(scores, "NT", "thai") == set(range(2562, 2568))
    assert years_of(scores, "O-NET", "social") == {2557, 2558, 2559}
    assert years_of(scores, "O-NET", "maths") == set(range(2557, 2568))


def test_only_schools_with_lower_secondary_sit_grade_nine(example_area):
    schools = example_area.table("schools").set_index("school_id")["highest_grade"]
    sat = example_area.table("scores").query("grade == 'ม.3'")["school_id"].unique()
    assert set(schools[sat]) == {"ม.3"}


def test_participation_falls_when_the_test_becomes_voluntary(example_area):
    thai = example_area.table("scores").query("test == 'O-NET' and grade == 'ป.6' and subject == 'thai'")
    takers = thai.groupby("year_be")["n_tested"].sum()
    assert within(takers[2563] / takers[2559], TARGETS["takers_2563_of_2559"])
    away = thai.assign(away=thai["n_tested"] == 0).groupby("year_be")["away"].mean()
    assert away[away.index <= 2562].max() == 0
    assert away[away.index >= 2563].min() > 0.1


def test_some_results_are_missing_altogether(example_area):
    scores = example_area.table("scores").query("test == 'O-NET' and grade == 'ป.6'")
    wanted = {(year, s.subject) for s in model.EXAMS[2].series for year in range(s.years[0], s.years[1] + 1)}
    there = scores.groupby("school_id").apply(lambda g: set(zip(g["year_be"], g["subject"], strict=True)))
    absent = there.map(lambda cells: len(wanted - cells))
    assert (absent == 0).any()
    assert (absent > 0).any()
    per_year = scores.groupby(["school_id", "year_be"])["subject"].nunique()
    assert (per_year < 4).any(), "no single subject is missing"


def test_reading_aloud_has_a_ceiling(example_area):
    aloud = example_area.table("pupils").query("subject == 'reading_aloud'")["score"].dropna()
    assert within(aloud.mean(), (64, 74))
    assert within((aloud == 100).mean(), (0.02, 0.15))
    assert aloud.max() == 100


def test_scores_are_whole_items(example_area):
    pupils = example_area.table("pupils").dropna(subset=["score"])
    for exam in model.EXAMS:
        for series in exam.series:
            some = pupils[(pupils["grade"] == exam.grade) & (pupils["subject"] == series.subject)]["score"]
            items = some / series.item
            assert (items - items.round()).abs().max() * series.item <= 0.005 + 1e-9


# --- calibration --------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def census(example_area) -> pd.DataFrame:
    """School results of grade 6 while all pupils had to sit the test."""
    scores = example_area.table("scores").query(
        "test == 'O-NET' and grade == 'ป.6' and year_be <= 2562 and n_tested > 0"
    )
    return scores.assign(n_tested=scores["n_tested"].astype(float))


def test_takers_a_school(census):
    takers = census.query("subject == 'thai'")["n_tested"]
    assert within(takers.median(), TARGETS["takers_p6"]["median"])
    assert within(takers.quantile(0.1), TARGETS["takers_p6"]["p10"])
    assert within(takers.quantile(0.9), TARGETS["takers_p6"]["p90"])


@pytest.mark.parametrize("subject", list(TARGETS["sd_school_means_onet_p6"]))
def test_spread_of_school_means(census, subject):
    spread = census[census["subject"] == subject].groupby("year_be")["mean"].std().mean()
    assert within(spread, TARGETS["sd_school_means_onet_p6"][subject])


def test_nt_differs_more_in_the_highlands(example_area):
    nt = example_area.table("scores").query("test == 'NT' and n_tested > 0")
    highland = example_area.table("schools").set_index("school_id")["is_highland"].astype(bool)
    spread = nt.assign(high=nt["school_id"].map(highland)).groupby(["high", "year_be", "subject"])["mean"].std()
    assert within(spread[False].mean(), TARGETS["sd_school_means_nt"]["lowland"])
    assert within(spread[True].mean(), TARGETS["sd_school_means_nt"]["highland"])


def correlations(census: pd.DataFrame, subject: str) -> tuple[float, float]:
    """Mean correlation of school means with the next year's: plain, and weighted by takers of the two years."""
    rows = census[census["subject"] == subject]
    means = rows.pivot(index="school_id", columns="year_be", values="mean")
    takers = rows.pivot(index="school_id", columns="year_be", values="n_tested")
    plain, weighted = [], []
    for first, second in zip(means.columns[:-1], means.columns[1:], strict=True):
        both = means[[first, second]].dropna()
        plain.append(both.corr().iat[0, 1])
        covariance = np.cov(both.T, aweights=takers.loc[both.index, [first, second]].sum(axis=1))
        weighted.append(covariance[0, 1] / np.sqrt(covariance[0, 0] * covariance[1, 1]))
    return float(np.mean(plain)), float(np.mean(weighted))


@pytest.mark.parametrize("subject", list(TARGETS["correlation_year_to_year_onet_p6"]))
def test_school_means_go_together_from_year_to_year(census, subject):
    plain, weighted = correlations(census, subject)
    tolerance = TARGETS["correlation_tolerance"]
    assert plain == pytest.approx(TARGETS["correlation_year_to_year_onet_p6"][subject], abs=tolerance["plain"])
    assert weighted == pytest.approx(TARGETS["correlation_weighted_onet_p6"][subject], abs=tolerance["weighted"])


def test_pupils_differ_as_much_as_pupils_do(example_area):
    scores = example_area.table("scores").query("n_tested > 1")
    degrees = scores["n_tested"].astype(float) - 1
    pooled = (
        scores.assign(squares=scores["sd"] ** 2 * degrees, degrees=degrees)
        .groupby(["test", "grade", "subject"])[["squares", "degrees"]]
        .sum()
    )
    spread = np.sqrt(pooled["squares"] / pooled["degrees"])
    low, high = TARGETS["pupil_sd_within_school"]
    # "About 12 to 18": a quarter of a point is left for the smaller grade 9.
    assert spread.between(low - 0.25, high).all(), spread


@pytest.mark.parametrize("subject", ["thai", "maths"])
@pytest.mark.parametrize("gap", ["home_language", "girls"])
def test_gaps_between_groups_of_pupils(example_area, subject, gap):
    pupils = example_area.table("pupils").query("test == 'O-NET' and grade == 'ป.6' and subject == @subject").dropna()
    by_year = pupils.groupby("year_be")["score"]
    z = (pupils["score"] - by_year.transform("mean")) / by_year.transform("std")
    group = pupils["other_language"].astype(bool) if gap == "home_language" else pupils["sex"] == "female"
    found = z[group].mean() - z[~group].mean()
    assert found == pytest.approx(TARGETS[f"gap_{gap}_sd"][subject], abs=TARGETS["gap_tolerance"])
