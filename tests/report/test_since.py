"""Distances from the area before joining and lately: worked out from the protected table, by hand here."""

import math

import pandas as pd
import pytest
import samples
from hypothesis import given
from hypothesis import strategies as st

from innovlib.errors import Words
from innovlib.report import since
from innovlib.report.disclosure import Z95

NAME = Words("โรงเรียน", "school")


def results(*cells):
    """Rows of one school and its area; a cell is subject, period, own mean (None: hidden), area mean, half width, n."""
    rows = []
    for subject, period, mean, area, half, n in cells:
        place = {"subject": subject, "period": period}
        if mean is None:
            rows.append(samples.small(**place))
        else:
            rows.append(
                samples.row(
                    "school",
                    mean=float(mean),
                    conf_low=mean - half,
                    conf_high=mean + half,
                    n=n,
                    n_label=str(n),
                    **place,
                )
            )
        rows.append(samples.row("area", mean=float(area), **place))
    return samples.protected(*rows)


BEFORE, AFTER = "2559–2561", "2565–2567"


def test_a_test_is_the_plain_mean_of_its_subjects():
    found = since.distances(results(("thai", AFTER, 50, 40, 6, 20), ("maths", AFTER, 30, 34, 4, 20)))
    row = found.frame.iloc[0]
    assert (row["gap"], row["conf_low"], row["conf_high"]) == (3.0, -2.0, 8.0)  # (10 − 4) / 2 ± (6 + 4) / 2
    assert row["n_label"] == "20"


def test_single_years_are_weighted_by_their_pupils():
    found = since.distances(results(("thai", "2566", 50, 40, 6, 30), ("thai", "2567", 44, 40, 6, 10)))
    row = found.frame.iloc[0]
    assert row["period"] == "2566–2567"
    assert row["gap"] == 8.5  # (30 · 10 + 10 · 4) / 40
    half = math.hypot(0.75 * 6, 0.25 * 6)
    assert row["conf_high"] == pytest.approx(8.5 + half, abs=0.06)


def test_a_kept_figure_without_its_n_is_not_weighed():
    found = since.distances(results(("thai", "2566", 50, 40, 6, 30), ("thai", "2567", 44, 40, 6, None)))
    assert (found.frame["gap"].iloc[0], found.frame["n_label"].iloc[0]) == (10.0, "30")
    alone = since.distances(results(("thai", "2567", 44, 40, 6, None))).frame.iloc[0]
    assert alone["status"] == "small" and pd.isna(alone["gap"])


def test_no_results_are_no_distances():
    assert since.distances(samples.protected(samples.row("area", mean=40.0)), who="school").frame.empty


def test_a_subject_hidden_in_one_period_is_left_out_of_all():
    found = since.distances(
        results(
            ("thai", BEFORE, 50, 40, 6, 20),
            ("thai", AFTER, 52, 40, 6, 20),
            ("maths", BEFORE, None, 34, 4, 0),
            ("maths", AFTER, 90, 34, 4, 20),
        )
    )
    assert found.frame["gap"].tolist() == [10.0, 12.0]


def test_hidden_and_absent_stay_what_they_are():
    rows = [samples.small(period=AFTER), samples.row("area", period=AFTER)]
    assert since.distances(samples.protected(*rows)).frame["status"].tolist() == ["small"]
    rows = [samples.absent(period=AFTER), samples.row("area", period=AFTER)]
    assert since.distances(samples.protected(*rows)).frame["status"].tolist() == ["absent"]


def test_change_is_from_the_last_period_before_joining_to_the_latest():
    gaps = since.distances(
        results(
            ("thai", "2556–2558", 70, 40, 3, 20),
            ("thai", BEFORE, 50, 40, 3, 20),
            ("thai", "2562–2564", 0, 40, 3, 20),
            ("thai", AFTER, 60, 40, 4, 20),
        )
    )
    found = since.changes(gaps, joined_year_be=2562).iloc[0]
    assert (found["first"], found["last"], found["estimate"]) == (BEFORE, AFTER, 10.0)
    assert found["conf_high"] - 10 == pytest.approx(Z95 * math.hypot(3, 4) / Z95, abs=0.05)
    assert "ขยับสูงขึ้น" in since.headline(gaps, joined_year_be=2562).th


def test_without_a_period_on_both_sides_nothing_is_said_to_change():
    gaps = since.distances(results(("thai", AFTER, 60, 40, 4, 20)))
    assert since.changes(gaps, joined_year_be=2562).empty
    assert "before and after" in since.headline(gaps, joined_year_be=2562).en
    assert since.readings(gaps, joined_year_be=2562) == []


@given(st.lists(st.tuples(st.integers(5, 95), st.integers(5, 95), st.integers(1, 15)), min_size=2, max_size=2))
def test_the_headline_never_contradicts_the_interval(values):
    cells = [("thai", p, own, area, half, 20) for p, (own, area, half) in zip((BEFORE, AFTER), values, strict=True)]
    gaps = since.distances(results(*cells))
    low, high = since.changes(gaps, joined_year_be=2562).iloc[0][["conf_low", "conf_high"]]
    said = since.headline(gaps, joined_year_be=2562).en
    assert ("rose" in said) == (low > 0)
    assert ("fell" in said) == (high < 0)


def test_the_figure_and_its_text_tell_every_point_and_no_hidden_one():
    gaps = since.distances(results(("thai", BEFORE, None, 40, 3, 0), ("thai", AFTER, 60, 40, 4, 20)))
    drawn = since.figure(gaps, name=NAME, joined_year_be=2562, synthetic=True)
    assert "+20" in drawn.svg
    assert "ไม่แสดง" in drawn.svg
    assert "not shown" in since.alt(gaps, name=NAME).en
    assert "&lt;10" in drawn.svg


def test_nothing_to_draw_is_said():
    empty = since.distances(samples.protected(samples.row("area")))
    assert isinstance(empty.frame, pd.DataFrame)
    assert "no data" in since.figure(empty, name=NAME, joined_year_be=None).svg
