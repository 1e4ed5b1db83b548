"""The output folder keeps what is good."""

import pytest

from innovlib.batch.folder import FAILED, OutFolder, profile_of
from innovlib.errors import BadInput, CannotWrite


def test_only_one_batch_at_a_time(tmp_path):
    folder = OutFolder(tmp_path)
    with folder.held(), pytest.raises(BadInput, match="another batch"), OutFolder(tmp_path).held():
        pass
    with folder.held():
        pass


def test_leftovers_of_a_killed_batch_are_swept(tmp_path):
    (tmp_path / ".school-1.html.abc.tmp").write_text("half")
    (tmp_path / FAILED).mkdir()
    (tmp_path / FAILED / ".school-1.txt.abc.tmp").write_text("half")
    (tmp_path / "school-1.html").write_text("whole")
    with OutFolder(tmp_path).held():
        assert [p.name for p in tmp_path.rglob("*.tmp")] == []
        assert (tmp_path / "school-1.html").read_text() == "whole"


def test_a_place_that_takes_no_files_is_refused(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(CannotWrite, match="does not take files"), OutFolder(tmp_path / "file" / "out").held():
        pass


def test_a_read_only_folder_is_refused(tmp_path, unprivileged):
    tmp_path.chmod(0o500)
    with pytest.raises(CannotWrite), OutFolder(tmp_path).held():
        pass


def test_failures_are_set_apart_and_forgotten(tmp_path):
    folder = OutFolder(tmp_path)
    folder.quarantine("school-1", words="why", notebook=b"{}")
    folder.quarantine("school-2", words="why", notebook=None)
    folder.absolve("school-1")
    assert [p.name for p in (tmp_path / FAILED).iterdir()] == ["school-2.txt"]
    folder.absolve("school-2")
    assert not (tmp_path / FAILED).exists()


def test_profile_of_a_file():
    of = {name: profile_of(name) for name in ("school-1.html", "school-partner.html", "area.html")}
    assert set(of.values()) == {"public"}
    assert profile_of("school-1.school.html") == "school"
    assert profile_of("area.partner.html") == "partner"
