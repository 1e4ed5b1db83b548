"""A released folder is made again to the byte; where it is not, the reason is told."""

import json

import pytest

from innovlib import cli
from innovlib.area import open_area
from innovlib.batch import keys
from innovlib.desk.reproduce import changed, reproduce
from innovlib.errors import BadInput, NotAnArea
from tests.batch.conftest import HEAD, area, render, templates, write_template  # noqa: F401 - fixtures


@pytest.fixture
def released(render, tmp_path):  # noqa: F811
    render()
    return tmp_path / "out"


@pytest.fixture
def again(tmp_path, area, templates):  # noqa: F811
    """``again()``: the folder of reports made again from the small area."""
    settings = {"area": area, "templates": templates, "page": "plain_page", "workers": 2}
    return lambda **changes: reproduce(tmp_path / "out", **settings | changes)


def test_every_file_comes_out_the_same_and_the_folder_is_only_read(again, released):
    before = {path.name: path.read_bytes() for path in released.iterdir() if path.is_file()}
    found = again()
    assert found.exit_code == 0 and not found.differ and found.changes.empty
    assert set(found.same) == {"area.html", "cohort-1.html", "cohort-2.html", "index.html",
                               "school-S1.html", "school-S2.html", "school-S3.html"}  # fmt: skip
    assert {path.name: path.read_bytes() for path in released.iterdir() if path.is_file()} == before


def test_other_data_another_template_and_a_page_changed_by_hand_are_named(again, released, area, templates):  # noqa: F811
    schools, page = area / "schools.csv", released / "area.html"
    schools.write_text(schools.read_text(encoding="utf-8").replace("บ้านหนึ่ง", "บ้านใหม่"), encoding="utf-8")
    write_template(templates, "cohort", ["print('other words', cohort)"])
    page.write_bytes(page.read_bytes() + b" ")
    found = again()
    assert found.exit_code == 1
    assert set(found.differ) == {"school-S1.html", "cohort-1.html", "cohort-2.html"}
    assert found.changes["what"].tolist() == ["data schools.csv", "template cohort"]
    assert any("data schools.csv: then" in words.en for words in found.sentences())
    assert found.by_hand == ("area.html",) and "area.html" in found.same
    assert found.to_frame().query("file == 'area.html'")["result"].tolist() == ["changed by hand", "same"]


def test_the_meetings_slides_are_made_again_too(render, again, templates, released):  # noqa: F811
    write_template(templates, "meeting", ["print('slides')"], head=HEAD["area"])
    render()
    render("meeting")
    found = again()
    assert found.exit_code == 0 and {"meeting.html", "index.html"} <= set(found.same) and not found.failed


def test_a_folder_of_some_reports_and_in_thai_digits_is_made_again(render, again, templates, tmp_path):  # noqa: F811
    for kind, head in HEAD.items():
        write_template(templates, kind, ["print(digits)"], head=f'{head}\ndigits: str = "arabic"')
    render("school", only=["S1"], digits="thai")
    found = again()
    assert found.exit_code == 0 and found.same == ("school-S1.html",)
    assert "thai" in (tmp_path / "out" / "school-S1.html").read_text(encoding="utf-8")


def test_another_version_of_a_library_is_named(area, templates):  # noqa: F811
    here = open_area(area)
    kit = keys.kit()
    recorded = {"area": keys.described(here), "kit": kit | {"libraries": kit["libraries"] | {"pandas": "2.0.0"}}}
    rows = changed(recorded, area=here, templates=templates)
    assert rows[["what", "recorded"]].to_numpy().tolist() == [["pandas", "2.0.0"]]
    assert rows["here"].item() == kit["libraries"]["pandas"]


@pytest.mark.slow
def test_bytes_that_differ_without_a_reason_are_the_kits_fault(again, templates, render):  # noqa: F811
    write_template(templates, "area", ["import time", "print(time.time_ns())"])
    render()
    found = again()
    assert found.differ == ("area.html",) and found.changes.empty
    assert "a fault of the kit" in found.sentences()[-1].en


def test_a_folder_without_reports_and_an_area_that_is_not_here_are_refused(tmp_path, capsys):
    with pytest.raises(BadInput, match=r"manifest\.json"):
        reproduce(tmp_path / "nothing")
    report = {"file": "area.html", "kind": "area", "id": "area", "sha256": "0" * 64}
    recorded = {"area": {"folder": "hills"}, "profile": "public", "reports": [report]}
    (tmp_path / "manifest.json").write_text(json.dumps(recorded), encoding="utf-8")
    with pytest.raises(NotAnArea, match="--area FOLDER"):
        reproduce(tmp_path)
    assert cli.main(["reproduce", str(tmp_path)]) == 2
    assert "hills" in capsys.readouterr().err
