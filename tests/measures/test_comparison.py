import numpy as np
import pandas as pd
import pytest

from innovlib.area import contract
from innovlib.measures import comparison
from tests.conftest import make_scores


def published(rows: list[dict]) -> pd.DataFrame:
    usual = {"test": "O-NET", "grade": "ป.6", "subject": "maths", "year_be": 2567, "n": None, "source": "test"}
    frame = pd.DataFrame([usual | r for r in rows])
    return contract.typed(frame.astype("object").astype("str").where(frame.notna(), None), "benchmarks")


def row(results, **equal):
    for column, value in equal.items():
        results = results[results[column] == value]
    assert len(results) == 1
    return results.iloc[0]


def test_years_are_pooled_with_the_schools_own_weights(no_benchmarks):
    scores = make_scores(
        [
            {"school_id": "A", "year_be": 2566, "n_tested": 4, "mean": 30},
            {"school_id": "A", "year_be": 2567, "n_tested": 12, "mean": 50},
            *(
                {"school_id": s, "year_be": y, "n_tested": 10, "mean": m}
                for s in "BCDEF"
                for y, m in ((2566, 20), (2567, 60))
            ),
        ]
    )
    ref = comparison.reference(scores, benchmarks=no_benchmarks)
    found = comparison.school_results(ref, school_id="A", similar_ids=list("BCDEF"), latest_only=True)
    own = row(found, who="school")
    assert (own["mean"], own["n"], own["period"]) == (45, 16, "2566–2567")
    # For print the area's 54 and 62 pupils weigh the years on the other side: (54·20 + 62·60) / 116 = 41.4. With the
    # school's own weights it is (4·20 + 12·60) / 16 = 50, above the school: what is printed points the other way.
    assert row(found, who="similar")["mean"] == pytest.approx((54 * 20 + 62 * 60) / 116)
    assert row(found, who="similar")["n_schools"] == 5
    assert own["p_above"] == 0.5


def test_what_is_printed_of_others_does_not_tell_a_schools_pupils_year_by_year(many_schools, no_benchmarks):
    _, scores = many_schools
    few_in_2567 = scores["school_id"].eq("S15") & scores["year_be"].eq(2567)
    scores = scores.assign(n_tested=scores["n_tested"].mask(few_in_2567, 3))
    ref, peers = comparison.reference(scores, benchmarks=no_benchmarks), ["S00", "S01", "S02", "S03", "S04"]
    found = [
        comparison.school_results(ref, school_id=i, similar_ids=peers, latest_only=True).query("who != 'school'")[
            "mean"
        ]
        for i in ("S15", "S16")
    ]
    assert len(found[0]) and np.allclose(*found)


def test_a_hard_paper_counts_on_both_sides(many_schools, no_benchmarks):
    _, scores = many_schools
    harder = scores.assign(mean=scores["mean"].where(scores["year_be"] != 2566, scores["mean"] - 7))
    gaps = []
    for frame in (scores, harder):
        ref = comparison.reference(frame, benchmarks=no_benchmarks)
        found = comparison.school_results(
            ref, school_id="S15", similar_ids=[f"S{i:02d}" for i in range(8)], latest_only=True
        )
        wide = found.pivot_table(index="subject", columns="who", values="mean")
        gaps.append(wide["school"] - wide["similar"])
    assert np.allclose(*gaps)


def test_one_small_year_pools_all_years_of_that_test(many_schools, no_benchmarks):
    _, scores = many_schools
    ref = comparison.reference(scores, benchmarks=no_benchmarks)
    small = comparison.school_results(ref, school_id="S00")
    assert set(small["period"]) == {"2562–2564", "2565–2567"}
    assert small["pooled"].all()
    large = comparison.school_results(ref, school_id="S19")
    assert set(large["period"]) == {str(y) for y in range(2562, 2568)}


def test_published_figures_come_before_computed_ones_and_never_for_half_a_period(many_schools):
    _, scores = many_schools
    years = [
        {"level": lev, "subject": "maths", "year_be": y, "mean": 40}
        for lev in ("area", "nation")
        for y in (2565, 2566, 2567)
    ]
    half = [{"level": "nation", "subject": "thai", "year_be": 2567, "mean": 44}]
    ref = comparison.reference(scores, benchmarks=published([*years, *half]))
    found = comparison.school_results(ref, school_id="S00", latest_only=True)
    assert row(found, who="area", subject="maths")["mean"] == 40
    assert row(found, who="area", subject="maths")["published"]
    assert not row(found, who="area", subject="thai")["published"]
    assert list(found.loc[found["who"] == "nation", "subject"]) == ["maths"]


def test_group_error_counts_schools_not_pupils(no_benchmarks):
    # Four schools of equal size: the linearised error is the SD of their means over the root of four.
    means = {"A": 40.0, "B": 50.0, "C": 60.0, "D": 44.0}
    scores = make_scores([{"school_id": s, "n_tested": 30, "mean": m} for s, m in means.items()])
    ref = comparison.reference(scores, benchmarks=no_benchmarks)
    found = comparison.group_results(ref, school_ids=list(means), who="cohort")
    own = row(found, who="cohort")
    assert own["std_error"] == pytest.approx(np.std(list(means.values()), ddof=1) / 2)
    assert (own["df"], own["n_schools"], own["mean"]) == (3, 4, 48.5)


@pytest.mark.slow
def test_group_interval_covers_and_verdict_holds_its_size(no_benchmarks):
    # Schools of one population split at random: "clearly" either way must come up about 5 times in 100.
    rng = np.random.default_rng(2)
    clear = 0
    reps = 400
    for _ in range(reps):
        n = rng.integers(5, 40, 60)
        means = np.clip(50 + rng.normal(0, 6, 60) + rng.normal(0, 15 / np.sqrt(n)), 0, 100)
        scores = pd.DataFrame(
            {
                "school_id": [f"S{i}" for i in range(60)],
                "year_be": 2567,
                "test": "O-NET",
                "grade": "ป.6",
                "subject": "maths",
                "n_enrolled": pd.array([pd.NA] * 60, dtype="Int64"),
                "n_tested": pd.array(n, dtype="Int64"),
                "mean": means,
                "sd": 15.0,
            }
        )
        ref = comparison.reference(scores, benchmarks=no_benchmarks)
        found = comparison.group_results(ref, school_ids=[f"S{i}" for i in range(13)], who="cohort")
        clear += row(found, who="cohort")["verdict"] in ("clearly_above", "clearly_below")
    assert 0.02 <= clear / reps <= 0.085


def test_a_school_without_results_gives_an_empty_table(many_schools, no_benchmarks):
    _, scores = many_schools
    ref = comparison.reference(scores, benchmarks=no_benchmarks)
    found = comparison.school_results(ref, school_id="nobody")
    assert found.empty
    assert list(found.columns) == comparison.RESULT_COLUMNS


def test_one_school_alone_is_compared_with_nobody(no_benchmarks):
    scores = make_scores([{"school_id": "A", "n_tested": 30, "mean": 50}])
    ref = comparison.reference(scores, benchmarks=no_benchmarks)
    found = comparison.school_results(ref, school_id="A")
    assert row(found, who="school")["verdict"] == ""


def test_results_stand_in_print_order(many_schools, no_benchmarks):
    _, scores = many_schools
    ref = comparison.reference(scores, benchmarks=no_benchmarks)
    found = comparison.school_results(ref, school_id="S00")
    assert list(dict.fromkeys(found["who"])) == ["school", "area"]
    assert list(dict.fromkeys(found["subject"])) == ["thai", "maths"]


def test_parts_dropped_from_a_test_are_not_running(no_benchmarks):
    nt = {"test": "NT", "grade": "ป.3"}
    rows = [nt | {"subject": "reasoning", "year_be": 2561}, nt | {"subject": "maths", "year_be": 2562}]
    rows += [{"subject": "social", "year_be": 2559}, {"year_be": 2559}, {"year_be": 2567}]
    scores = make_scores([{"school_id": "A", "n_tested": 30, "mean": 50} | r for r in rows])
    ref = comparison.reference(scores, benchmarks=no_benchmarks)
    found = comparison.running(comparison.school_results(ref, school_id="A"))
    assert set(zip(found["test"], found["subject"], strict=True)) == {("NT", "maths"), ("O-NET", "maths")}
