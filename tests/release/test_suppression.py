"""Secondary suppression over a release: planted ways to subtract are found and closed, with the least loss."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from innovlib.area import contract, open_area
from innovlib.errors import BadInput
from innovlib.measures import comparison, outcomes
from innovlib.release.attack import reach
from innovlib.release.editions import AUDIENCES, protected_edition
from innovlib.release.least_loss import HIDDEN
from innovlib.release.relations import GAP, SHARE_TESTED, WIDER, release_of
from innovlib.release.suppression import _told, attacked, counts_problem, protect_release
from innovlib.release.withheld import ReleasePlan, apply_release, plan_of, release_plan
from innovlib.report import disclosure
from innovlib.report.disclosure import OPEN_POINTS, protect_gaps, protect_means, protect_shares
from tests.conftest import make_schools, make_scores

KEYS = ["test", "grade", "subject", "first_year_be", "last_year_be"]
NO_BENCHMARKS = contract.table("benchmarks").empty()


def one_year(sizes: dict[str, int], *, means: dict[str, float] | None = None, cohort=1, extra=()):
    """Schools of one cohort with one result each, in one year."""
    schools = make_schools([{"school_id": i, "cohort": cohort, "joined_year_be": 2562} for i in sizes] + list(extra))
    rows = [
        {"school_id": i, "n_tested": n, "mean": (means or {}).get(i, 40.0 + 3 * k)}
        for k, (i, n) in enumerate(sizes.items())
    ]
    return schools, make_scores(rows)


def protected_of(schools, scores, profile="public", benchmarks=NO_BENCHMARKS):
    release = release_of(scores, schools=schools, benchmarks=benchmarks, profile_name=profile)
    return release, protect_release(release, profile_name=profile)


def primary_only(release):
    return release.cells.assign(hidden_by=np.where(release.cells["state"] == "small", "D1", ""), whole=False)


LARGE = {"A": 60, "B": 45, "C": 38, "H": 6}


def test_a_cohort_of_large_schools_gives_its_small_one_away_and_is_mended():
    """Means to a tenth on 143 pupils: T of the hidden six is known to ±14 or so, its mean to ±2.4."""
    release, cells = protected_of(*one_year(LARGE))
    assert attacked(release, primary_only(release), profile_name="public").narrow.any()
    assert not attacked(release, cells, profile_name="public").narrow.any()
    assert (cells["whole"] | (cells["hidden_by"] == "D6")).any()
    assert (cells.loc[cells["hidden_by"] == "D1", "open"] >= OPEN_POINTS).all()


def test_a_decimal_goes_before_a_figure():
    _, cells = protected_of(*one_year(LARGE))
    assert cells["whole"].any()
    assert (cells["hidden_by"] == "D6").sum() <= 1


def test_small_schools_are_protected_by_rounding_alone():
    release, cells = protected_of(*one_year({"A": 14, "B": 22, "C": 11, "D": 17, "E": 26, "H": 6}))
    assert not (cells["hidden_by"] == "D6").any()
    assert not cells["whole"].any()
    assert not attacked(release, primary_only(release), profile_name="public").narrow.any()


def test_what_the_ministry_published_cannot_be_taken_back_so_more_is_given_up_here():
    schools, scores = one_year(LARGE)
    n = scores["n_tested"].astype(float)
    area = float((n * scores["mean"]).sum() / n.sum())
    row = {"level": "area", "year_be": "2567", "test": "O-NET", "grade": "ป.6", "subject": "maths", "mean": str(area)}
    benchmarks = contract.typed(pd.DataFrame([row]), "benchmarks")
    release, cells = protected_of(schools, scores, benchmarks=benchmarks)
    assert (cells["state"] == "fixed").any()
    assert (cells.loc[cells["state"] == "fixed", "hidden_by"] == "").all()
    assert not attacked(release, cells, profile_name="public").narrow.any()


def test_an_office_that_prints_everything_else_exposes_the_cell_and_is_named():
    """All schools but the hidden one are outside the release and cannot be hidden: only published sums hold it."""
    schools, scores = one_year({"H": 6}, extra=())
    row = {"level": "area", "year_be": "2567", "test": "O-NET", "grade": "ป.6", "subject": "maths", "mean": "40.0"}
    _, cells = protected_of(schools, scores, benchmarks=contract.typed(pd.DataFrame([row]), "benchmarks"))
    assert cells.loc[cells["who"] == "school", "exposed"].all()


def test_the_distance_from_the_area_does_not_tell_a_hidden_test():
    """A school with one large and one small test: its overall distance less the large one is the small one."""
    schools = make_schools([{"school_id": f"S{i}", "cohort": 1, "joined_year_be": 2562} for i in range(8)])
    rows = [
        {"school_id": f"S{i}", "grade": grade, "subject": subject, "n_tested": 6 if i == 0 and grade == "ม.3" else 40,
         "mean": 35.0 + 2 * i + (grade == "ม.3")}
        for i in range(8) for grade in ("ป.6", "ม.3") for subject in ("thai", "maths")
    ]  # fmt: skip
    release, cells = protected_of(schools, make_scores(rows))
    gap = cells[(cells["who"] == GAP) & (cells["school_id"] == "S0")].iloc[0]
    assert gap["hidden_by"] == "D6" or gap["whole"]
    assert attacked(release, primary_only(release), profile_name="public").narrow.any()
    assert not attacked(release, cells, profile_name="public").narrow.any()


def test_what_is_put_back_keeps_everything_closed_and_nothing_given_up_is_idle():
    """Every figure given up is needed: put back by itself, some hidden result narrows again."""
    release, cells = protected_of(*one_year(LARGE))
    for cell in cells.index[(cells["hidden_by"] == "D6") | cells["whole"]]:
        tried = cells.copy()
        tried.loc[cell, ["hidden_by", "whole"]] = ["", False]
        assert attacked(release, tried, profile_name="public").narrow.any()


def test_the_schools_own_profile_hides_nothing_more():
    _, cells = protected_of(*one_year(LARGE), profile="school")
    assert not (cells["hidden_by"] == "D6").any()
    assert not cells["whole"].any()


def test_sums_over_too_many_schools_say_nothing_and_contradict_nothing(monkeypatch):
    """Where an area is a nation its own sums are in no statement; they are not taken for sums of nothing."""
    monkeypatch.setattr("innovlib.release.relations.LARGEST_SUM", 3)
    release, cells = protected_of(*one_year(LARGE | {"I": 7}))
    wide = release.cells.loc[release.cells["n_schools"] > 3, "cell"]
    assert len(wide)
    assert not release.links["cell"].isin(wide).any()
    found = attacked(release, cells, profile_name="public")
    assert len(found.narrow) and not found.narrow.any()
    assert not cells.loc[cells["who"] == "area", "hidden_by"].eq("D6").any()


def test_the_inputs_are_not_changed():
    schools, scores = one_year(LARGE)
    before = scores.copy()
    release, _ = protected_of(schools, scores)
    kept = release.cells.copy()
    protect_release(release, profile_name="public")
    pd.testing.assert_frame_equal(scores, before)
    pd.testing.assert_frame_equal(release.cells, kept)


@given(st.floats(0.5, 99.5), st.sampled_from([0.1, 1.0]), st.floats(0.5, 12))
def test_what_mean_and_interval_tell_together_holds_the_truth_and_is_no_wider_than_the_mean(value, step, half):
    low, high = _told(np.array([value]), np.array([step]), half=np.array([half]))
    assert low[0] <= value + 1e-6
    assert high[0] >= value - 1e-6
    assert high[0] - low[0] <= step + 1e-9


def test_the_ends_of_an_interval_tell_of_the_mean_what_its_rounding_hides():
    """44.4 ± 7.59 is printed 44 (37 to 52): 36.5 + 7.59 = 44.09 is the least that fits."""
    low, high = _told(np.array([44.4]), np.array([1.0]), half=np.array([7.59]))
    assert low[0] == pytest.approx(44.09)
    assert high[0] == pytest.approx(44.5)


# --- the plan and the tables ----------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def example():
    return open_area("data/example")


@pytest.fixture(scope="module", params=["public", "partner"])
def example_cells(request, example):
    tables = {name: example.table(name) for name in ("schools", "benchmarks")}
    release = release_of(example.table("scores"), profile_name=request.param, **tables)
    return request.param, release, protect_release(release, profile_name=request.param)


def test_the_examples_release_gives_nothing_away(example_cells):
    profile, release, cells = example_cells
    assert not attacked(release, cells, profile_name=profile).narrow.any()
    assert attacked(release, primary_only(release), profile_name=profile).narrow.any()
    assert not cells["exposed"].any()


def test_the_release_holds_every_figure_of_a_schools_page(example, example_cells):
    """The cells that the attack is run on are those that the templates print, with the same n and the same state."""
    profile, release, _ = example_cells
    scores, ref = example.table("scores"), comparison.reference(example.table("scores"), benchmarks=NO_BENCHMARKS)
    for school in ("99050001", "99050009", "99050011"):
        results = pd.concat(
            comparison.school_results(
                ref, school_id=school, latest_only=latest, smallest_n=disclosure.profile(profile).smallest_n
            )
            for latest in (False, True)
        )
        mine = release.cells[release.cells["report"] == f"school-{school}"]
        page = protect_means(results, profile_name=profile).frame.query("who == 'school'")
        cells = mine[mine["subject"] != SHARE_TESTED]
        both = page.merge(
            cells,
            on=["test", "grade", "subject", "first_year_be", "last_year_be"],
            how="outer",
            suffixes=("", "_cell"),
            indicator=True,
        )
        assert (both["_merge"] == "both").all()
        assert (both["status"] == both["state"]).all()
        shown = both[both["status"] == "shown"]
        assert (shown["mean"] - shown["value"]).abs().max() <= 0.5
        shares = protect_shares(
            outcomes.participation(scores[scores["school_id"] == school]), profile_name=profile
        ).frame
        cells = mine[mine["subject"] == SHARE_TESTED]
        both = shares.merge(
            cells, on=["test", "grade", "first_year_be"], how="outer", indicator=True, suffixes=("", "_cell")
        )
        assert (both["_merge"] == "both").all()
        assert (both["status"] == both["state"]).all()


@pytest.mark.parametrize("who", ["cohort", "pilots", "area"])
def test_the_release_holds_every_figure_of_the_groups_pages(example, example_cells, who):
    profile, release, _ = example_cells
    schools, ref = example.table("schools"), comparison.reference(example.table("scores"), benchmarks=NO_BENCHMARKS)
    pilots = schools["cohort"].notna()
    members = schools[{"cohort": schools["cohort"].eq(2).fillna(False), "pilots": pilots, "area": pilots | True}[who]]
    about = {"school_ids": list(members["school_id"]), "who": who}
    parts = [comparison.group_results(ref, latest_only=True, **about)]
    parts += [] if who == "pilots" else [comparison.group_results(ref, pooled=True, **about)]
    page = protect_means(pd.concat(parts), profile_name=profile).frame
    page = page[page["who"] == who].drop_duplicates(KEYS)
    report = {"cohort": "cohort-2", "pilots": "area", "area": "area"}[who]
    cells = release.cells[(release.cells["report"] == report) & (release.cells["who"] == who)]
    cells = cells[cells["subject"] != SHARE_TESTED]
    both = page.merge(cells, on=KEYS, how="outer", suffixes=("", "_cell"), indicator=True)
    assert (both["_merge"] == "both").all()
    assert (both["status"] == both["state"]).all()
    shown = both[both["status"] == "shown"]
    assert ((shown["mean"] - shown["value"]).abs() <= shown["step"] / 2 + 1e-9).all()


def test_the_release_holds_every_distance_from_the_area(example, example_cells):
    _, release, _ = example_cells
    gaps = outcomes.school_gaps(example.table("scores"))
    both = gaps.merge(release.cells[release.cells["who"] == GAP], on="school_id", suffixes=("", "_cell"))
    assert len(both) == len(gaps)
    assert (both["value"] - both["offset"] - both["gap"]).abs().max() < 1e-9
    assert (both["n"] == both["n_cell"]).all()


def test_the_plan_reaches_the_tables(example, example_cells):
    profile, _, cells = example_cells
    plan = plan_of(cells, profile_name=profile)
    assert len(plan.rows)
    for _, row in plan.rows[plan.rows["who"] == "school"].iterrows():
        ref = comparison.reference(example.table("scores"), benchmarks=NO_BENCHMARKS)
        if row["subject"] == SHARE_TESTED:
            continue
        smallest = disclosure.profile(profile).smallest_n
        results = comparison.school_results(ref, school_id=row["school_id"], smallest_n=smallest)
        before = protect_means(results, profile_name=profile)
        after = apply_release(before, plan, report=row["report"])
        same = {key: row[key] for key in ("who", "test", "grade", "subject", "first_year_be", "last_year_be")}
        if before.where(**same).frame.empty:
            continue
        cell = after.where(**same).frame.iloc[0]
        if row["rule"] == "hidden":
            assert cell["status"] == "small"
            assert np.isnan(cell["mean"])
            assert cell["n_label"] == disclosure.FEW_SCHOOLS
        else:
            assert cell["mean"] == round(cell["mean"])
        assert "D6" in after.fired
        assert before.where(**same).frame.iloc[0]["status"] == "shown"


def test_a_hidden_distance_is_hidden_in_every_report(example_cells):
    profile, _, cells = example_cells
    gaps = pd.DataFrame({"school_id": ["A", "B"], "n": [40.0, 40.0], "gap": [5.55, -2.25], "std_error": [3.0, 1.0],
                         "verdict": ["likely_above", "clearly_below"]})  # fmt: skip
    row = (
        plan_of(cells, profile_name=profile).rows.iloc[:1].assign(who=GAP, school_id="A", report="area", rule="hidden")
    )
    plan = ReleasePlan(profile, row)
    for report in ("area", "cohort-1"):
        found = apply_release(protect_gaps(gaps, profile_name=profile), plan, report=report).frame
        assert list(found["status"]) == ["small", "shown"]
        assert np.isnan(found["gap"].iloc[0])
        assert found["verdict"].iloc[0] == ""


def test_the_plan_survives_its_own_text(example, example_cells):
    profile, _, cells = example_cells
    plan = plan_of(cells, profile_name=profile)
    again = ReleasePlan.from_json(plan.to_json())
    pd.testing.assert_frame_equal(again.rows, plan.rows, check_dtype=False)
    assert "value" not in again.rows


def test_a_plan_for_other_readers_is_refused(example):
    plan = release_plan(example, profile_name="school")
    with pytest.raises(BadInput, match="school"):
        apply_release(disclosure.Protected(pd.DataFrame({"status": []}), "public"), plan, report="area")


# --- editions for several readers -----------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def editions(example):
    """The example's release and printed cells for each audience, beside those for more readers."""
    tables = {name: example.table(name) for name in ("schools", "benchmarks")}
    return {name: protected_edition(example.table("scores"), profile_name=name, **tables) for name in AUDIENCES}


def both_editions(editions, wider, narrower):
    cells = [cells[~cells["state"].isin(["fixed", WIDER])] for _, cells in (editions[narrower], editions[wider])]
    return cells[0].merge(cells[1], on=["report", "who", "school_id", *KEYS], suffixes=("", "_wider"))


@pytest.mark.parametrize(("wider", "narrower"), [("public", "partner"), ("public", "school"), ("partner", "school")])
def test_what_more_readers_have_is_printed_for_fewer_and_to_the_same_step(editions, wider, narrower):
    both = both_editions(editions, wider, narrower)
    told = both[both["hidden_by_wider"] == ""]
    assert len(told) > 900
    assert (told["hidden_by"] == "").all()
    assert (told["step"] == told["step_wider"]).all()
    assert (both.loc[both["hidden_by_wider"] != "", "hidden_by"] == "").any()


def test_beside_the_public_edition_the_partners_gives_nothing_away(editions):
    release, cells = editions["partner"]
    assert (cells["state"] == WIDER).any()
    assert not cells["exposed"].any()
    assert not attacked(release, cells, profile_name="partner").narrow.any()
    assert not still_narrow(release, cells).any()


def test_each_edition_planned_by_itself_would_give_counts_away(example, editions):
    """The partners' plan as it would be if nobody had the public edition: together they tell hidden counts."""
    tables = {name: example.table(name) for name in ("schools", "benchmarks")}
    alone = protect_release(
        release_of(example.table("scores"), profile_name="partner", **tables), profile_name="partner"
    )
    release, cells = editions["partner"]
    mine = cells["state"] != WIDER
    printed = cells.copy()
    printed.loc[mine, ["hidden_by", "whole"]] = alone[["hidden_by", "whole"]].to_numpy()
    printed["unmarked"] = False
    assert still_narrow(release, printed).any()


def still_narrow(release, printed):
    """Hidden counts that the marks and printed counts of both editions narrow too far."""
    problem = counts_problem(release, rules=disclosure.profile("partner"))
    level = problem.start.copy()
    level[((printed["hidden_by"] == "D6") | printed["unmarked"]).to_numpy()] = HIDDEN
    return reach(problem.said(level), problem.targets, start=problem.truth).narrow


def test_a_mark_that_would_tell_more_than_the_public_one_is_not_told(example, editions):
    _, cells = editions["partner"]
    unmarked = cells[cells["unmarked"]]
    assert len(unmarked)
    plan = plan_of(cells, profile_name="partner")
    row = unmarked[unmarked["who"] == "school"].iloc[0]
    ref = comparison.reference(example.table("scores"), benchmarks=NO_BENCHMARKS)
    results = comparison.school_results(ref, school_id=row["school_id"], latest_only=False, smallest_n=7)
    before = protect_means(results, profile_name="partner")
    same = {key: row[key] for key in ("who", *KEYS)}
    shown = apply_release(before, plan, report=row["report"]).where(**same).frame.iloc[0]
    assert before.where(**same).frame.iloc[0]["n_label"] == "<7"
    assert shown["n_label"] == disclosure.FEW_SCHOOLS
    assert shown["status"] == "small"


# --- the smallest printed count ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("profile", AUDIENCES)
@given(n=st.integers(1, 60))
def test_no_printed_count_names_its_pupils_alone(profile, n):
    """Under rounding to fives every printed count, and the interval beside it, leaves at least three numbers open."""
    rules = disclosure.profile(profile)
    if n < rules.smallest_n or rules.count_step == 1:
        return
    told = [
        (float(disclosure.printed_count(k, rules)), float(disclosure.interval_count(k, rules)))
        for k in range(rules.smallest_n, 80)
    ]
    mine = told[n - rules.smallest_n]
    assert told.count(mine) >= 3
    low, high = disclosure.count_span(mine[0], rules)
    assert low <= n <= high


def test_seven_for_partners_is_printed_as_ten_and_its_interval_is_not_too_narrow():
    rows = pd.DataFrame([{"n": n, "mean": 44.0, "pupil_sd": 15.0, "std_error": np.nan, "df": np.nan, "n_schools": 1,
                          "who": "school", "published": False, "spread_low": np.nan, "spread_high": np.nan,
                          "p_above": 0.5, "verdict": "", "against": "", "first_year_be": 2567, "last_year_be": 2567}
                         for n in (7, 8, 9, 10)])  # fmt: skip
    shown = protect_means(rows, profile_name="partner").frame
    assert shown["n_label"].tolist() == ["10"] * 4
    widths = (shown["conf_high"] - shown["conf_low"]).tolist()
    assert widths[0] == widths[1] == widths[2] > widths[3]
    assert widths[0] >= 2 * 1.96 * 15 / np.sqrt(7) - 1
    assert disclosure.protect_count(7, profile_name="partner") == "10"
    assert disclosure.protect_count(0, profile_name="partner") == "0"
