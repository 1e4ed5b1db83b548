"""One door: what tries to go past it is refused, by the figures and tables themselves, by provenance, by this test."""

from __future__ import annotations

import re

import nbformat
import pandas as pd
import pytest

from innovlib import paths
from innovlib.area import contract, open_area
from innovlib.area.store import write_area
from innovlib.batch.plan import make_plan
from innovlib.batch.prepare import prepare
from innovlib.errors import BadInput, Words
from innovlib.measures import comparison, outcomes
from innovlib.release import ledger, withheld
from innovlib.report import disclosure, figures, listings, tables, words
from innovlib.report.adjusted import adjusted
from innovlib.report.disclosure import Protected
from innovlib.report.provenance import RULES, lost, provenance

from .conftest import tables as tables_of_area

TEMPLATES = sorted(paths.NOTEBOOKS.glob("report-*.ipynb"))


@pytest.fixture(scope="module")
def area(small_area):
    return open_area(small_area)


@pytest.fixture(scope="module")
def release(area):
    return withheld.plan(area, "public")


@pytest.fixture(scope="module")
def raw(area):
    """The true results of the hidden school, not protected."""
    ref = comparison.reference(area.table("scores"), benchmarks=contract.table("benchmarks").empty())
    return comparison.school_results(ref, school_id="H")


@pytest.fixture(scope="module")
def sources(area):
    return area.provenance()


# --- what is not protected is shown by nothing ----------------------------------------------------------------------

SAID = Words("ก", "a")
SHOWN_BY = {
    "dot_interval": lambda table: figures.dot_interval(table, title=SAID, alt=SAID),
    "years": lambda table: figures.years(table, title=SAID, alt=SAID),
    "results_table": lambda table: tables.results_table(table, caption=SAID),
    "headline": words.results_headline,
    "change": words.change_headline,
    "alt": lambda table: words.results_alt(table, name=SAID),
    "marks": words.marks,
}


@pytest.mark.parametrize("shown_by", SHOWN_BY)
def test_a_table_that_is_not_protected_can_be_drawn_told_or_listed_by_nothing(raw, shown_by):
    with pytest.raises((BadInput, AttributeError, TypeError)):
        SHOWN_BY[shown_by](raw)


@pytest.mark.parametrize("listed_by", [listings.participation_table, listings.gaps_table])
def test_nor_by_a_listing(area, listed_by):
    shares = outcomes.participation(area.table("scores"))
    with pytest.raises((BadInput, AttributeError, TypeError)):
        listed_by(shares, lang="th")


@pytest.mark.parametrize("hidden_gap", [-40.0, 0.0, 55.0])
def test_what_is_adjusted_for_reliability_tells_nothing_of_a_hidden_school(hidden_gap):
    """The variance between schools is one number, but from it and all printed distances the hidden one could follow."""
    rows = [(f"S{i}", 40.0, 3.0 * i - 12, 2.0) for i in range(8)] + [("H", 6.0, hidden_gap, 5.0)]
    gaps = pd.DataFrame(rows, columns=["school_id", "n", "gap", "std_error"]).assign(verdict="undecided")
    shown = disclosure.protect_gaps(gaps, profile_name="public")
    without = gaps[gaps["school_id"] != "H"]
    columns = ["likely", "likely_low", "likely_high", "reliability_pct"]
    found = adjusted(shown, gaps=gaps).frame.set_index("school_id")[columns]
    alone = adjusted(disclosure.protect_gaps(without, profile_name="public"), gaps=without).frame
    pd.testing.assert_frame_equal(found.drop("H"), alone.set_index("school_id")[columns])
    assert found.loc["H"].isna().all()
    assert found["likely"].notna().sum() == 8


# --- what passed no plan stands on no page --------------------------------------------------------------------------


def said_of(tables_of_page, *, release, sources):
    return provenance(sources, release=release, protected=tables_of_page, template="report-school", lang="both")


def test_a_table_that_went_past_the_door_is_refused_by_provenance(raw, release, sources):
    page = release.page("school-H")
    passed, past = page.means(raw), disclosure.protect_means(raw, profile_name="public")
    assert "Release plan" in str(said_of([passed], release=release, sources=sources))
    with pytest.raises(BadInput, match="table 2 of this page"):
        said_of([passed, past], release=release, sources=sources)


def test_a_table_under_another_plan_is_refused(area, raw, release, sources):
    other = withheld.plan(area, "partner").page("school-H").means(raw)
    with pytest.raises(BadInput, match="passed no release plan"):
        said_of([other], release=release, sources=sources)
    with pytest.raises(BadInput, match="partner"):
        release.page("school-H").passed(other)


def test_what_passed_keeps_its_mark_when_rows_are_chosen(raw, release):
    held = release.page("school-H").means(raw)
    assert held.where(who="school").plan == release.fingerprint
    assert disclosure.protect_means(raw, profile_name="public").plan == ""


@pytest.mark.parametrize("report", ["H", "school", "index", "pupil-1"])
def test_a_page_that_is_no_report_is_refused(release, report):
    with pytest.raises(BadInput, match="no report"):
        release.page(report)


# --- the templates themselves ---------------------------------------------------------------------------------------


def faults(sources_of_cells: list[str]) -> list[str]:
    """Where a template goes past the door: rules of one table called by itself, or a protected table not passed on."""
    found = []
    for source in sources_of_cells:
        found += re.findall(r"(?:disclosure\.(?:protect_\w+|Protected)|\bapply_release)", source)
        found += re.findall(r"\b(?:protect_(?:means|shares|gaps|levels|answers|estimates))\(", source)
        found += [line.strip() for line in source.splitlines() if re.search(r"\.(?:to_)?frame\b", line)]
    whole = "\n".join(sources_of_cells)
    for needed in ("withheld.plan(", "release.page(", "release=release"):
        found += [] if needed in whole else [f"no {needed}"]
    return found


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda p: p.stem)
def test_no_template_goes_past_the_door(path):
    cells = [c.source for c in nbformat.read(path, as_version=4).cells if c.cell_type == "code"]
    assert faults(cells) == []


@pytest.mark.parametrize(
    "planted",
    [
        "shown = disclosure.protect_means(results, profile_name=profile)",
        "from innovlib.report.disclosure import protect_shares\nprotect_shares(x, profile_name=profile)",
        "disclosure.Protected(results, profile)",
        "print(latest.frame)",
    ],
)
def test_a_planted_way_past_is_seen(planted):
    good = ["release = withheld.plan(data, profile)", "page = release.page('area')", "provenance(x, release=release)"]
    assert faults(good) == []
    assert faults([*good, planted])
    assert faults(good[:1])


# --- the plan -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("left", ["nothing", "no enrolment", "no results", "no pilots", "one school"])
def test_an_area_that_lacks_something_has_a_plan_too(tmp_path, left):
    made = tables_of_area()
    schools, scores = made["schools"], made["scores"]
    if left == "no enrolment":
        scores = scores.assign(n_enrolled=pd.NA)
    elif left == "no results":
        scores = scores.assign(n_tested=0, mean=pd.NA, sd=pd.NA)
    elif left == "no pilots":
        schools = schools.assign(cohort=pd.NA, joined_year_be=pd.NA)
    elif left == "one school":
        schools, scores = (t[t["school_id"] == "A"] for t in (schools, scores))
    given = {"schools": schools} if left == "nothing" else {"schools": schools, "scores": scores}
    write_area(tmp_path / "area", given, title="a", title_th="ก", synthetic=True)
    plan = withheld.plan(open_area(tmp_path / "area"), "public")
    assert set(plan.loss) == set(withheld.LOSS) and (plan.loss["figures"] > 0) == (left != "nothing")
    assert (
        plan.page("area")
        .means(
            comparison.group_results(
                comparison.reference(
                    open_area(tmp_path / "area").table("scores"), benchmarks=contract.table("benchmarks").empty()
                ),
                school_ids=["A", "B", "C"],
                who="area",
            )
        )
        .profile
        == "public"
    )


def test_the_plan_is_computed_once_and_read_the_second_time(area, release, monkeypatch):
    monkeypatch.setattr(withheld, "release_plan", lambda *_, **__: pytest.fail("computed again"))
    again = withheld.plan(open_area(area.folder), "public")
    assert again.fingerprint == release.fingerprint
    pd.testing.assert_frame_equal(again.rows, release.rows)
    assert again.loss == release.loss


def test_the_plan_tells_what_protection_cost(release):
    assert release.loss["figures"] > release.loss["small"] > 0
    assert release.loss["hidden"] + release.loss["whole"] == len(release.rows)
    assert all(str(release.loss["small"]) in told for told in lost(release))


def test_the_area_figure_is_held_on_every_page(release):
    rows = pd.DataFrame([{"report": "area", "school_id": "", "who": "area", "test": "O-NET", "grade": "ป.6",
                          "subject": "maths", "first_year_be": 2565, "last_year_be": 2567,
                          "rule": "hidden"}])  # fmt: skip
    plan = withheld.ReleasePlan("public", rows)
    frame = rows.drop(columns="rule").assign(mean=40.0)
    for report in ("area", "cohort-1", "school-A"):
        assert plan.rules_for(frame, report=report).tolist() == ["hidden"]


def test_a_mean_that_loses_its_decimal_is_rounded_once(raw):
    """44.45 is 44.5 to a tenth and 44 to the whole; rounding 44.5 again would say 45."""
    rows = raw[raw["who"] == "school"].assign(mean=44.45, n=60)
    told = rows.iloc[:1][withheld.RESULT_KEY].assign(report="school-H", school_id="H", rule="whole")
    held = withheld.ReleasePlan("public", told).page("school-H").means(rows).frame
    assert held["mean"].tolist() == [44.0] + [44.5] * (len(rows) - 1)
    assert held["conf_low"].iloc[0] % 1 == 0


def test_a_release_changes_the_share_of_the_reports_that_it_held_and_no_others(area, release, tmp_path):
    figure = {"report": "school-A", "who": "school", "test": "O-NET", "grade": "ป.6", "subject": "maths",
              "first_year_be": 2565, "last_year_be": 2567, "status": "shown", "n_low": 33, "n_high": 37, "said": "41.2",
              "file": "school-A.html"}  # fmt: skip
    book = {"area": area.folder.name, "profile_name": "public", "initials": ("AB", "CD")}
    ledger.enter(tmp_path / "l.jsonl", pd.DataFrame([figure]), date="2026-01-01", files={}, **book)
    after = withheld.replace(release, book=ledger.read(tmp_path / "l.jsonl"))
    assert after.share("school-A") != release.share("school-A")
    assert after.share("school-B") == release.share("school-B")
    assert after.fingerprint == release.fingerprint


def test_the_batch_counts_the_plan_in_every_reports_key(area):
    plan = make_plan(area, profile="public", lang="both", templates=paths.NOTEBOOKS)
    shares = prepare(plan)
    assert set(shares) == set(plan.by_file)
    assert all(share["release"] for share in shares.values())


def test_every_rule_has_words_in_both_languages():
    assert list(RULES) == [f"D{i}" for i in range(1, 13)]
    assert all(th and en and th != en for th, en in RULES.values())
    assert isinstance(disclosure.profile("public").smallest_n, int) and Protected.__dataclass_fields__["plan"]
