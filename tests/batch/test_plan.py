"""What is planned, and what is refused before anything runs."""

import json

import papermill
import pytest

from innovlib import paths
from innovlib.area import open_area
from innovlib.batch.plan import SLIDES_AT_MOST, declared, make_plan
from innovlib.errors import BadInput, UnknownName, Unreadable

from .conftest import HEAD, write_notebook, write_template


def plan(area, templates, **changes):
    return make_plan(open_area(area), **{"profile": "public", "lang": "both", "templates": templates} | changes)


def files(plan):
    return [report.file for report in plan.reports]


def test_pilot_schools_cohorts_and_the_area_are_planned(area, templates):
    assert files(plan(area, templates)) == [
        "school-S1.html", "school-S2.html", "school-S3.html", "cohort-1.html", "cohort-2.html", "area.html",
    ]  # fmt: skip


def test_an_area_without_pilots_gets_every_school_and_a_note(area, templates):
    (area / "schools.csv").write_text("school_id,name_th\nB,ข\nA,ก\n", encoding="utf-8")
    made = plan(area, templates)
    assert files(made) == ["school-A.html", "school-B.html", "area.html"]
    assert "no pilot school" in made.notes[0].en
    with pytest.raises(UnknownName):
        made.select("cohort")


def test_schools_that_are_no_pilots_get_a_report_where_it_is_wanted(area, templates):
    made = plan(area, templates, all_schools=True)
    assert files(made)[:4] == ["school-C1.html", "school-S1.html", "school-S2.html", "school-S3.html"]
    assert made.select("school", only=["C1"])[0].id == "C1"


def test_other_profiles_stand_in_the_file_name(area, templates):
    assert files(plan(area, templates, profile="partner"))[0] == "school-S1.partner.html"


def test_parameters_are_what_the_templates_take(area, templates):
    school, *_, whole = plan(area, templates).reports
    assert school.parameters == {"area": str(area), "school_id": "S1", "profile": "public", "lang": "both"}
    assert set(whole.parameters) == {"area", "profile", "lang"}


def test_select_takes_kinds_and_ids(area, templates):
    made = plan(area, templates)
    assert [r.file for r in made.select("all", only=["S2", "2"])] == ["school-S2.html", "cohort-2.html"]
    assert [r.file for r in made.select("area")] == ["area.html"]


@pytest.mark.parametrize(
    ("wanted", "word"), [("S11", "did you mean S1"), ("C1", "not a pilot school"), ("zzz", "schools.csv")]
)
def test_an_unknown_id_is_refused_with_a_hint(area, templates, wanted, word):
    with pytest.raises(UnknownName, match=word):
        plan(area, templates).select("school", only=["S1", wanted])


@pytest.mark.parametrize("change", [{"profile": "publik"}, {"lang": "de"}])
def test_unknown_profile_and_language_are_refused(area, templates, change):
    with pytest.raises(BadInput):
        plan(area, templates, **change)


def test_a_meeting_of_more_schools_than_can_present_themselves_is_refused(area, templates):
    write_notebook(templates / "report-meeting.ipynb", ["1"], head=HEAD["area"])
    assert [r.file for r in plan(area, templates).select("meeting")] == ["meeting.html"]
    rows = "\n".join(f"S{i},บ้าน,1,2562" for i in range(SLIDES_AT_MOST + 1))
    (area / "schools.csv").write_text(f"school_id,name_th,cohort,joined_year_be\n{rows}\n", encoding="utf-8")
    crowd = plan(area, templates)
    assert len(crowd.select("all")) == 203  # all other reports are made
    with pytest.raises(BadInput, match="this area has 201"):
        crowd.select("meeting")


def test_ids_that_differ_in_case_only_are_refused(area, templates):
    (area / "schools.csv").write_text("school_id,name_th\na1,ก\nA1,ข\n", encoding="utf-8")
    with pytest.raises(BadInput, match="differ in case"):
        plan(area, templates)


def test_an_empty_schools_table_is_refused(area, templates):
    (area / "schools.csv").write_text("school_id,name_th\n", encoding="utf-8")
    with pytest.raises(BadInput, match="no school in it"):
        plan(area, templates)


@pytest.mark.parametrize(
    ("head", "word"),
    [
        (HEAD["school"].replace("school_id", "shool_id"), "did you mean shool_id"),
        (HEAD["school"] + "\nyears: int = 3", "asks for years"),
        (HEAD["area"], "does not take school_id"),
    ],
)
def test_a_template_that_does_not_fit_is_refused(area, templates, head, word):
    write_template(templates, "school", head=head)
    with pytest.raises(UnknownName, match=word):
        plan(area, templates)


def test_two_parameters_cells_or_none_are_refused(area, templates):
    write_template(templates, "school", [(HEAD["school"], ["parameters"])])
    with pytest.raises(UnknownName, match="2 cells are tagged"):
        plan(area, templates)
    write_notebook(templates / "report-school.ipynb", ["1"], head=None)
    with pytest.raises(UnknownName, match="0 cells are tagged"):
        plan(area, templates)


@pytest.mark.parametrize("text", [None, "no json", "[]", "{}"])
def test_a_missing_or_broken_template_is_refused(area, templates, text):
    path = templates / "report-area.ipynb"
    path.unlink() if text is None else path.write_text(text)
    with pytest.raises(Unreadable, match="report-area"):
        plan(area, templates)


def test_a_parameters_cell_that_is_no_python_is_refused(area, templates):
    write_template(templates, "school", head="area: str = \nschool_id = 3")
    with pytest.raises(Unreadable, match="area: str ="):
        plan(area, templates)


@pytest.mark.parametrize("path", sorted(paths.NOTEBOOKS.glob("report-*.ipynb")), ids=lambda path: path.stem)
def test_parameters_are_those_that_papermill_finds(path):
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    heads = ["".join(c["source"]) for c in cells if "parameters" in c["metadata"].get("tags", ())]
    assert declared(*heads) == list(papermill.inspect_notebook(path)) != []


def test_a_default_may_fill_several_lines():
    assert declared("a: str = (\n    'b = 3'\n)  # what for\nc = d = 1\n\nif c:\n    e = 2") == ["a", "c", "d"]


def test_braces_in_a_folder_name_are_only_braces(area, templates):
    odd = templates.rename(templates.parent / "a{b}c")
    assert len(plan(area, odd).reports) == 6
