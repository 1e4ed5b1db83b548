"""All schools at once give what one school at a time gives."""

import shutil
from dataclasses import replace

import pandas as pd
import pytest

from innovlib import paths
from innovlib.area import open_area
from innovlib.area.shared import FOLDER
from innovlib.errors import UnknownName
from innovlib.measures import comparison, side_by_side, similar
from innovlib.measures.earlier import earlier_results
from innovlib.measures.outcomes import school_gaps
from innovlib.measures.side_by_side import SideBySide


@pytest.fixture(scope="module")
def area():
    return open_area(paths.EXAMPLE)


@pytest.fixture(scope="module")
def beside(area) -> SideBySide:
    return SideBySide.of(area, smallest_n=10)


def test_it_is_what_each_school_gets_alone(area, beside):
    earlier = earlier_results(area.table("scores"), area.table("schools"))
    for school_id in area.table("schools")["school_id"][:12]:
        near = similar.similar_schools(area.table("schools"), school_id=school_id, earlier=earlier)
        about = {"school_id": school_id, "similar_ids": list(near["school_id"]), "smallest_n": 10}
        pd.testing.assert_frame_equal(beside.near(school_id), near)
        for latest_only, found in ((True, beside.latest(school_id)), (False, beside.history(school_id))):
            alone = comparison.school_results(beside.ref, latest_only=latest_only, **about)
            alone = alone if latest_only else comparison.running(alone)
            pd.testing.assert_frame_equal(found, alone, rtol=1e-12)
    pd.testing.assert_frame_equal(beside.gaps, school_gaps(area.table("scores")))


def test_what_is_kept_with_the_area_is_what_is_worked_out(area, tmp_path):
    """Made, read again, and for other readers: the same rows bit for bit as from the tables themselves."""
    copy = open_area(shutil.copytree(area.folder, tmp_path / "area", ignore=shutil.ignore_patterns(FOLDER)))
    ref = comparison.reference(area.table("scores"), benchmarks=area.table("benchmarks"))
    for smallest_n in (10, 3):
        anew = SideBySide(area.table("schools"), area.table("scores"), ref, smallest_n=smallest_n)
        for found in (SideBySide.of(copy, smallest_n=smallest_n), SideBySide.of(copy, smallest_n=smallest_n)):
            pd.testing.assert_frame_equal(found.every_latest(), anew.every_latest(), check_exact=True)
            pd.testing.assert_frame_equal(found.every_history(), anew.every_history(), check_exact=True)
            pd.testing.assert_frame_equal(found.every_near(), anew.every_near(), check_exact=True)
            pd.testing.assert_series_equal(found.earlier, anew.earlier, check_exact=True)
            pd.testing.assert_frame_equal(found.gaps, anew.gaps, check_exact=True)
            pd.testing.assert_frame_equal(found.latest("99050003"), anew.latest("99050003"), check_exact=True)
    assert len(list((copy.folder / FOLDER).glob("side-by-side-*.json"))) == 2


def test_in_a_large_area_a_school_that_is_no_pilot_is_worked_out_when_it_is_asked_for(beside, monkeypatch):
    """More schools than are worked out together: the pilots only, and the same results for any other."""
    other = beside.schools.loc[beside.schools["cohort"].isna(), "school_id"].iloc[0]
    monkeypatch.setattr(side_by_side, "TOGETHER_AT_MOST", 20)
    large = replace(beside)
    assert len(large.together) == 13 and other not in large.together
    for found, wanted in (
        (large.near(other), beside.near(other)),
        (large.latest(other), beside.latest(other)),
        (large.history(other), beside.history(other)),
    ):
        pd.testing.assert_frame_equal(found, wanted, rtol=1e-12)


def test_the_area_and_its_interval_are_alike_on_all_pages(beside):
    """Printed with weights of each school's own pupils, they would tell these pupils year by year."""
    benchmarks = beside.ref.benchmarks
    unpublished = replace(beside.ref, benchmarks=benchmarks[benchmarks["level"] != "area"])
    beside = replace(beside, ref=unpublished)
    pages = pd.concat([beside.latest(i).query("who == 'area'") for i in beside.together])
    same_years = pages.groupby(["test", "grade", "subject", "period", "n"])
    assert not pages["published"].any() and len(same_years) < len(pages) / 10
    for column in ("mean", "std_error", "spread_low", "spread_high"):
        assert pages[column].notna().all()
        assert (same_years[column].max() - same_years[column].min()).max() < 1e-9, column


def test_the_area_for_print_is_that_of_a_page_judged_against_it(beside):
    """Worked out once for all pages, or on the one page where a result is judged against it: the same figures."""
    benchmarks = beside.ref.benchmarks
    ref = replace(beside.ref, benchmarks=benchmarks[benchmarks["level"] != "area"])
    for latest_only in (True, False):
        near = list(beside.near("99050001")["school_id"])
        with_peers, alone = (
            comparison.school_results(ref, school_id="99050001", similar_ids=ids, latest_only=latest_only)
            for ids in (near, [])
        )
        shown = [c for c in comparison.RESULT_COLUMNS if c not in ("verdict", "p_above", "against")]
        area = [found.query("who == 'area'")[shown].reset_index(drop=True) for found in (with_peers, alone)]
        assert len(area[0]) > 0 and set(alone.query("who == 'school'")["against"]) == {"area"}
        pd.testing.assert_frame_equal(*area, rtol=1e-12)


def test_a_school_without_results_has_no_rows_and_an_unknown_one_is_refused(area, beside):
    quiet = SideBySide(
        beside.schools, beside.scores[beside.scores["school_id"] != "99050001"], beside.ref, smallest_n=10
    )
    quiet = replace(quiet, ref=comparison.reference(quiet.scores, benchmarks=area.table("benchmarks")))
    assert quiet.latest("99050001").empty and quiet.history("99050001").empty
    assert list(quiet.latest("99050001").columns) == comparison.RESULT_COLUMNS
    with pytest.raises(UnknownName):
        beside.near("nobody")
