"""What goes wrong in mid-batch: a disk that fills, a template under somebody's hands, too many workers."""

import errno
import json
import os

import pytest

from innovlib.batch import run
from innovlib.batch.outcome import Outcome
from innovlib.cli import main
from innovlib.cli.render import cores
from innovlib.errors import CannotWrite

from .conftest import HEAD, write_template


@pytest.mark.filterwarnings("ignore:.*results cannot be kept")
@pytest.mark.parametrize("number", [2, 5, 8])
def test_a_disk_that_fills_in_mid_batch_loses_nothing(render, tmp_path, monkeypatch, number):
    left, fsync = [number], os.fsync

    def full(descriptor):
        left[0] -= 1
        if left[0] <= 0:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        fsync(descriptor)

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(CannotWrite) as refused:
        render(workers=1)
    assert refused.value.exit_code == 2 and "No space left" in refused.value.words.en
    out = tmp_path / "out"
    monkeypatch.undo()
    before = {p.name: p.read_bytes() for p in out.glob("*.html")}
    assert not list(out.glob(".*.tmp"))
    assert all(page.endswith(b"</pre>\n") for page in before.values())


def test_a_full_temporary_folder_is_told(render, monkeypatch):
    def full(*_, **__):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(run, "write_job", full)
    with pytest.raises(CannotWrite, match="TMPDIR"):
        render("area")


def test_a_rerun_after_a_full_disk_makes_the_rest(render, tmp_path, monkeypatch):
    publish, made = run.OutFolder.publish, []

    def until_full(folder, name, data):
        if len(made) == 2:
            raise CannotWrite(run.Words("เต็ม", "full"))
        made.extend([name] if name.endswith(".html") else [])
        publish(folder, name, data)

    with monkeypatch.context() as patched:
        patched.setattr(run.OutFolder, "publish", until_full)
        with pytest.raises(CannotWrite):
            render(workers=1)
    again = render()
    assert (again.exit_code, len(again.kept), len(again.rendered)) == (0, 2, 4)


def test_a_template_that_is_edited_in_mid_batch_makes_one_kind_of_page(render, templates, tmp_path):
    path = templates / "report-school.ipynb"
    edit = (
        f"from pathlib import Path\npath = Path({str(path)!r})\npath.write_text(path.read_text().replace('old', 'new'))"
    )
    write_template(templates, "school", [edit, "print('old', school_id)"])
    assert len(render("school", workers=1).rendered) == 3
    pages = [(tmp_path / "out" / f"school-S{i}.html").read_text() for i in (1, 2, 3)]
    assert [page.count("old") for page in pages] == [1, 1, 1]
    again = render("school", workers=1)
    assert len(again.rendered) == 3, "the edited template makes them anew"
    assert "new S1" in (tmp_path / "out" / "school-S1.html").read_text()


def test_a_template_that_takes_other_parameters_after_an_edit_is_refused(render, templates, tmp_path):
    assert render("school").exit_code == 0
    before = (tmp_path / "out" / "school-S1.html").read_bytes()
    write_template(templates, "school", head=HEAD["school"].replace("school_id", "the_school"))
    with pytest.raises(run.BadInput):
        render("school")
    assert (tmp_path / "out" / "school-S1.html").read_bytes() == before


def test_more_workers_than_cores_is_told_and_done(area, tmp_path, monkeypatch, capsys):
    asked = {}

    def noted(*words, **settings):
        asked.update(settings)
        return Outcome(tmp_path)

    monkeypatch.setattr(run, "render", noted)
    many = cores() + 5
    assert main(["render", "area", "--area", str(area), "--workers", str(many), "--json"]) == 0
    told = capsys.readouterr()
    assert f"there are only {cores()} cores; {many} reports at a time will not be faster" in told.err
    assert asked["workers"] == many and json.loads(told.out)["exit_code"] == 0


def test_data_that_change_in_mid_batch_are_told_and_made_good_by_the_next_batch(render, area, templates):
    """Half of the pages from old data and half from new must not pass for one release."""
    scores = area / "scores.csv"
    added = "S1,2563,O-NET,ป.6,thai,12,12,60.0,9.0"
    grows = f"with open({str(scores)!r}, 'a', encoding='utf-8') as file:\n    _ = file.write({added + chr(10)!r})"
    write_template(templates, "area", [grows, "print('area')"])
    first = render("all")
    assert first.exit_code == 1 and first.changed == ("scores",) and not first.failed
    assert any("run again before use" in words.en for words in first.sentences())
    write_template(templates, "area")
    second = render("all")
    assert second.exit_code == 0 and second.changed == () and len(second.rendered) >= 6
    assert second.to_dict()["changed"] == []
