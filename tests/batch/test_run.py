"""A batch from its plan to its folder."""

import json

import pytest

from innovlib.batch.folder import FAILED
from innovlib.batch.journal import Journal
from innovlib.errors import BadInput, Unreadable

from .conftest import write_template


def files(folder):
    return sorted(p.name for p in folder.iterdir())


def test_everything_is_made_once_and_then_kept(render, tmp_path, area):
    first = render()
    assert (first.exit_code, len(first.rendered), first.kept) == (0, 6, ())
    out = tmp_path / "out"
    made = {p.name: (p.read_bytes(), p.stat().st_mtime_ns) for p in out.glob("*.html")}
    assert "บ้านหนึ่ง" in made["school-S1.html"][0].decode() and "cohort 2 int" in made["cohort-2.html"][0].decode()
    manifest = (out / "manifest.json").read_bytes()

    again = render()
    assert (again.exit_code, again.rendered, len(again.kept)) == (0, (), 6)
    assert (out / "manifest.json").read_bytes() == manifest
    for name in set(made) - {"index.html"}:
        assert (out / name).stat().st_mtime_ns == made[name][1], "an unchanged report was written again"

    (out / "school-S1.html").write_text("meddled with")
    assert render().rendered == ("school-S1",)
    assert (out / "school-S1.html").read_bytes() == made["school-S1.html"][0]

    scores = area / "scores.csv"
    scores.write_text(scores.read_text(encoding="utf-8").replace("51.5", "51.6"), encoding="utf-8")
    assert render("cohort").rendered
    states = {r["file"]: r["status"] for r in json.loads((out / "manifest.json").read_text())["reports"]}
    assert states == {"school-S1.html": "outdated", "school-S2.html": "outdated", "school-S3.html": "outdated",
                      "cohort-1.html": "done", "cohort-2.html": "done", "area.html": "outdated"}  # fmt: skip


def test_one_failing_school_stops_no_other_and_is_set_apart(render, templates, tmp_path):
    bad = "if school_id == 'S2':\n    raise ValueError('no such pupil')"
    write_template(templates, "school", ["print(school_id)", bad, "print('end')"])
    outcome = render("school")
    assert (outcome.exit_code, sorted(outcome.rendered)) == (1, ["school-S1", "school-S3"])
    fault = outcome.failed["school-S2"]
    assert (fault.cell, fault.cause) == (4, "ValueError: no such pupil")
    out = tmp_path / "out"
    assert files(out / FAILED) == ["school-S2.ipynb", "school-S2.txt"]
    told = (out / FAILED / "school-S2.txt").read_text(encoding="utf-8")
    assert "no such pupil" in told and "cell (from 0): 4" in told
    executed = json.loads((out / FAILED / "school-S2.ipynb").read_text(encoding="utf-8"))
    assert executed["cells"][3]["outputs"][0]["text"] == ["S2\n"]
    assert "school-S2.html" not in files(out) and "school-S2.html" not in (out / "index.html").read_text()
    states = {r["file"]: r["status"] for r in json.loads((out / "manifest.json").read_text())["reports"]}
    assert states["school-S2.html"] == "failed" and states["school-S1.html"] == "done"
    assert [r["status"] for r in Journal.open(out).rows() if r.get("report") == "school-S2"] == ["failed"]

    write_template(templates, "school")
    assert render("school", only=["S2"]).exit_code == 0
    assert FAILED not in files(out)


def test_nothing_handed_out_names_this_machine(render, tmp_path, area):
    render("area")
    out = tmp_path / "out"
    private = (str(tmp_path), str(area), Journal.open(out).rows()[0]["host"])
    for name in ("manifest.json", "index.html", "codebook.md", "area.html"):
        assert not [word for word in private if word and word in (out / name).read_text(encoding="utf-8")]


def test_a_page_that_would_show_a_path_fails(render, templates):
    write_template(templates, "area", ["print(area)"])
    outcome = render("area")
    assert outcome.exit_code == 1 and "folder of this computer" in outcome.failed["area"].cause


def test_a_page_that_cannot_be_made_fails(render, templates, tmp_path):
    write_template(templates, "area", ["print('PAGE MUST FAIL')"])
    outcome = render("area")
    assert outcome.exit_code == 1 and "no page today" in outcome.failed["area"].cause
    assert (tmp_path / "out" / FAILED / "area.ipynb").exists()


def test_a_refused_parameter_leaves_nothing_behind(render, templates, tmp_path):
    write_template(templates, "cohort", head="area: str = ''\ncohrot: int = 1\nprofile: str = ''\nlang: str = ''")
    with pytest.raises(BadInput, match="cohrot"):
        render()
    assert not (tmp_path / "out").exists()


def test_reports_for_other_readers_or_of_another_area_do_not_mix(render, tmp_path, area):
    out = tmp_path / "out"
    out.mkdir()
    (out / "school-S1.school.html").write_text("for the school alone")
    with pytest.raises(BadInput, match="other readers"):
        render()
    (out / "school-S1.school.html").unlink()
    (out / "manifest.json").write_text('{"area": {"folder": "valley"}}')
    with pytest.raises(BadInput, match="area valley"):
        render()
    assert files(out) == ["manifest.json"]
    (out / "manifest.json").write_text("no json")
    with pytest.raises(Unreadable):
        render()


def test_zero_workers_are_refused(render):
    with pytest.raises(BadInput):
        render(workers=0)
