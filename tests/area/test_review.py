"""What `innov check` says of an area."""

import json

import pytest

from innovlib import paths
from innovlib.area import open_area, review, store

SCHOOLS = "school_id,name_th,cohort,joined_year_be,district,lowest_grade,highest_grade\n"
SCORES = "school_id,year_be,test,grade,subject,n_enrolled,n_tested,mean,sd\n"


@pytest.fixture
def folder(tmp_path):
    folder = tmp_path / "hills"
    folder.mkdir()
    (folder / "schools.csv").write_text(SCHOOLS + "S1,ก,1,2562,ฮอด,ป.1,ป.6\nC1,ข,,,ฮอด,ป.1,ป.6\n", encoding="utf-8")
    return folder


def looked(folder, **tables):
    for name, text in tables.items():
        (folder / f"{name}.csv").write_text(text, encoding="utf-8")
    return review.review(open_area(folder))


def codes(found, kind):
    return {f.code for f in found.of_kind(kind)}


def test_the_example_breaks_nothing_and_lacks_nothing():
    found = review.review(open_area(paths.EXAMPLE))
    assert (found.exit_code, found.of_kind("missing")) == (0, [])
    assert (found.tables["rows"] > 0).all()


def test_what_is_missing_is_told_with_its_cost(folder):
    found = looked(folder)
    assert found.exit_code == 0
    missing = {f.where: f.words.en for f in found.of_kind("missing")}
    assert "no results" in missing["scores.csv"] and "no map" in missing["schools.csv lat"]
    assert looked(folder, scores=SCORES).of_kind("missing")[0].code == "table-empty"


def test_every_breach_of_every_table_is_told_at_once(folder):
    found = looked(
        folder,
        scores=SCORES + "S1,2562,O-NET,ป.6,thai,10,10,101,5\nS1,2562,O-NETT,ป.6,maths,10,10,x,5\n",
        benchmarks="level,year_be\nnation,2562\n",
        progress="\0",
    )
    assert found.exit_code == 2
    assert {"range", "value", "type", "column-missing"} <= codes(found, "breach")
    assert {f.where.split(".")[0] for f in found.of_kind("breach")} >= {"scores", "benchmarks", "progress"}


def test_a_table_that_cannot_be_read_hides_no_other(folder):
    (folder / "autonomy.csv").write_bytes(b"\xff\xfe\x00bad")
    found = looked(folder, scores=SCORES + "S1,2562,O-NET,ป.6,thai,10,10,101,5\n")
    assert {"unreadable", "range"} <= codes(found, "breach")


def test_schools_that_nobody_knows_are_a_breach(folder):
    found = looked(folder, scores=SCORES + "X9,2562,O-NET,ป.6,thai,10,10,50,5\n")
    (finding,) = found.of_kind("breach")
    assert finding.code == "school-unknown" and "X9" in finding.words.th and "1 rows" in finding.words.en


@pytest.mark.parametrize(
    ("row", "code"),
    [
        ("S1,2562,O-NET,ป.6,thai,10,11,50,5", "tested-over-enrolled"),
        ("S1,2562,O-NET,ป.6,thai,10,0,50,5", "mean-without-tested"),
        ("S1,2562,O-NET,ป.6,thai,10,10,0,5", "mean-zero"),
        ("S1,2562,RT,ป.6,thai,10,10,50,5", "test-unknown"),
    ],
)
def test_odd_results_are_told_and_refuse_nothing(folder, row, code):
    found = looked(folder, scores=SCORES + row + "\n")
    assert (found.exit_code, code in codes(found, "odd")) == (0, True)
    sound = looked(folder, scores=SCORES + "S1,2562,O-NET,ป.6,thai,10,9,50,5\n")
    assert codes(sound, "odd") == {"package-stale"}


@pytest.mark.parametrize(
    ("row", "code"),
    [
        ("S2,ค,,2562,ฮอด,ป.1,ป.6", "joined-without-cohort"),
        ("S2,ค,2,,ฮอด,ป.1,ป.6", "cohort-without-year"),
        ("S2,ค,1,2563,ฮอด,ป.1,ป.6", "cohort-years-differ"),
        ("S2,โรงเรียนก,1,2562,ฮอด,ป.1,ป.6", "name-twice"),
        ("S2,ค,1,2562,ฮอด,ป.6,ป.1", "grades-reversed"),
    ],
)
def test_odd_schools_are_told(folder, row, code):
    path = folder / "schools.csv"
    path.write_text(path.read_text(encoding="utf-8") + row + "\n", encoding="utf-8")
    assert code in codes(looked(folder), "odd")


def test_quality_levels_must_add_up_and_partners_end_after_they_start(folder):
    found = looked(
        folder,
        qualities="school_id,year_be,grade,quality,n_rated,n_level_1,n_level_2,n_level_3,n_level_4\n"
        "S1,2562,ป.6,curious,10,1,2,3,4\nS1,2562,ป.6,creative,10,1,2,3,5\n",
        partners="school_id,partner_name,sector,kind,start,end\nS1,วัด,civil_society,place,2020-05-01,2020-04-01\n",
    )
    assert {"levels-do-not-add-up", "ends-before-start"} <= codes(found, "odd")
    assert [f.words.en[:6] for f in found.of_kind("odd") if f.code == "levels-do-not-add-up"] == ["1 rows"]


def test_pilots_without_results_and_files_that_are_no_tables_are_told(folder):
    (folder / "onet.xlsx").write_bytes(b"PK")
    found = looked(folder, scores=SCORES + "C1,2562,O-NET,ป.6,thai,10,9,50,5\n")
    assert "pilot-unscored" in codes(found, "missing") and "file-unknown" in codes(found, "odd")


def test_the_package_is_renewed_and_keeps_its_words(folder):
    (folder / store.PACKAGE_FILE).write_text('{"title": "Hills", "synthetic": true, "licenses": [1]}')
    assert "package-stale" in codes(looked(folder), "odd")
    review.write_package(open_area(folder))
    package = json.loads((folder / store.PACKAGE_FILE).read_text(encoding="utf-8"))
    assert (package["title"], package["synthetic"], package["licenses"]) == ("Hills", True, [1])
    assert [r["name"] for r in package["resources"]] == ["schools"]
    assert "package-stale" not in codes(looked(folder), "odd")


def test_a_review_speaks_both_languages(folder):
    said = looked(folder).say()
    assert "มีอะไรบ้าง" in said and "what is there" in said
    assert looked(folder).to_dict()["tables"][0] == {"table": "schools", "file": "schools.csv", "rows": 2}
