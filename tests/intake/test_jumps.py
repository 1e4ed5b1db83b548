"""Year-to-year jumps: what sampling allows is passed, what it does not is told with its numbers, old years included."""

from __future__ import annotations

import math
from statistics import NormalDist

import numpy as np
import pandas as pd
import pytest

from innovlib.area import contract, intake, jumps
from tests.conftest import make_scores
from tests.intake.office_files import HEADERS, as_xlsx

NONE = contract.table("scores").empty()


def panel(means: dict[int, list[float]], *, n: int = 16, sd: float | None = 12.0) -> pd.DataFrame:
    """Scores of schools S0, S1 … by year."""
    rows = [
        {"school_id": f"S{i}", "year_be": year, "n_tested": n, "mean": mean, "sd": sd}
        for year, column in means.items()
        for i, mean in enumerate(column)
    ]
    return make_scores(rows)


def test_the_limit_is_the_formula_by_hand():
    # Six schools, all five points up but the first, which goes up 40: the median change is 5.
    scores = panel({2565: [50.0] * 6, 2566: [90.0, 55, 55, 55, 55, 55]})
    (found,) = jumps.jumps(scores, stored=NONE).to_dict("records")
    z = NormalDist().inv_cdf(1 - 0.01 / 2 / 6)
    variance = 12.0**2 * (1 / 16 + 1 / 16)
    assert (found["school_id"], found["shift"], found["gap"]) == ("S0", 5.0, 35.0)
    assert found["limit"] == pytest.approx(z * math.sqrt(variance + math.pi / 2 * variance / 6))
    assert (found["sd"], found["year_before"], found["n_before"], found["mean_before"]) == (12.0, 2565, 16, 50.0)


def test_a_harder_paper_that_moves_all_schools_is_no_jump():
    assert jumps.jumps(panel({2565: [60.0] * 8, 2566: [35.0] * 8}), stored=NONE).empty


def test_with_few_schools_the_paper_is_allowed_for_instead():
    scores = panel({2565: [50.0] * 2, 2566: [90.0, 55.0]})
    (found,) = jumps.jumps(scores, stored=NONE).to_dict("records")
    z = NormalDist().inv_cdf(1 - 0.01 / 2 / 2)
    assert (found["shift"], found["gap"]) == (0.0, 40.0)
    assert found["limit"] == pytest.approx(z * math.sqrt(jumps.USUAL_SD**2 / 8) + 10)


def test_smaller_classes_may_jump_further_and_an_unknown_spread_is_taken_wide():
    tall = {2565: [50.0] * 6, 2566: [80.0, 50, 50, 50, 50, 50]}
    assert len(jumps.jumps(panel(tall, n=16), stored=NONE)) == 1
    assert jumps.jumps(panel(tall, n=3), stored=NONE).empty
    (wide,) = jumps.jumps(panel(tall, n=30, sd=None), stored=NONE).to_dict("records")
    assert wide["sd"] == jumps.USUAL_SD


def test_the_areas_own_years_count_before_and_after_and_the_nearest_earlier_one_is_taken():
    stored = panel({2563: [50.0] * 6, 2567: [50.0] * 6})
    new = panel({2565: [95.0, 50, 50, 50, 50, 50]})
    found = jumps.jumps(new, stored=stored)
    assert found[["year_before", "year_be"]].to_numpy().tolist() == [[2563, 2565], [2565, 2567]]
    assert set(found["at"]) == {0}


def test_a_jump_between_years_that_were_there_before_is_not_told_again():
    stored = panel({2563: [50.0] * 6, 2564: [95.0, 50, 50, 50, 50, 50]})
    assert jumps.jumps(panel({2566: [97.0, 52, 52, 52, 52, 52]}), stored=stored).empty
    assert len(jumps.jumps(stored, stored=NONE)) == 1


def test_rows_that_are_about_to_be_replaced_do_not_count():
    stored = panel({2565: [5.0] * 6})
    corrected = panel({2565: [50.0] * 6, 2566: [50.0] * 6})
    assert jumps.jumps(corrected, stored=stored).empty


def test_missing_means_and_counts_are_passed_over():
    scores = panel({2565: [50.0] * 6, 2566: [99.0] * 6})
    scores.loc[0, "mean"], scores.loc[7, "n_tested"] = np.nan, pd.NA
    found = jumps._pairs(scores, NONE)
    assert set(found["school_id"]) == {"S2", "S3", "S4", "S5"}
    assert jumps.jumps(scores.iloc[:0], stored=NONE).empty


def test_files_without_a_slip_are_warned_of_once_in_a_hundred_at_most():
    """Sampling alone, many small files: the share with any warning is what the limit promises, or less."""
    rng = np.random.default_rng(20)
    warned = 0
    for _ in range(300):
        n = rng.integers(3, 18, size=(2, 20))
        level = 50 + rng.normal(0, 6, 20)
        means = level + np.array([[0.0], [-8.0]]) + rng.normal(0, 14, (2, 20)) / np.sqrt(n)
        rows = [
            {"school_id": f"S{i}", "year_be": 2565 + t, "n_tested": n[t, i], "mean": means[t, i], "sd": 14.0}
            for t in range(2)
            for i in range(20)
        ]
        frame = pd.DataFrame(rows).assign(test="NT", grade="ป.3", subject="thai")
        warned += len(jumps.jumps(frame, stored=frame.iloc[:0])) > 0
    assert warned <= 9  # 1 % of 300 is 3; more than 9 has a chance of 1 in 1,000


def test_a_jump_in_a_file_is_told_at_its_cell_with_all_numbers_and_loaded(tmp_path):
    def rows(year, means):
        head = ["NT", "ป.3", "ภาษาไทย", 20]
        return [[year, f"5701{i:04}", f"บ้านที่ {i}", "เอก", *head, mean, 12] for i, mean in enumerate(means, start=1)]

    first = [HEADERS["results"], *rows(2565, [50.0] * 6)]
    second = [HEADERS["results"], *rows(2566, [52.0, 52, 95.5, 52, 52, 52])]
    (tmp_path / "a.xlsx").write_bytes(as_xlsx(first))
    (tmp_path / "b.xlsx").write_bytes(as_xlsx(second))
    calm, told = intake.intake([tmp_path / "a.xlsx", tmp_path / "b.xlsx"], into=tmp_path / "area")
    assert (calm.decision, told.decision, told.rows_loaded) == ("ok", "warn", 6)
    (one,) = told.issues
    assert (one.code, one.row, one.column, one.header, one.value) == ("jump", 4, "I", "คะแนนเฉลี่ย", "95.5")
    for said in ("50.00", "95.50", "n = 20", "2565", "43.50", "2.00"):
        assert said in one.en
    assert "Kane" in one.expected and "12.00²" in one.expected
    (again,) = intake.intake([tmp_path / "b.xlsx"], into=tmp_path / "area")
    assert again.issues == told.issues
