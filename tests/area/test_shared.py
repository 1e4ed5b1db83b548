"""Results kept in the area's folder: made once, made anew when anything they rest on changes, never half there."""

from __future__ import annotations

import os
import subprocess
import sys
import time
import warnings
from concurrent.futures import ThreadPoolExecutor

import pandas as pd
import pytest

from innovlib.area import open_area, shared, store
from innovlib.area.forget import forget
from innovlib.area.shared import FOLDER


@pytest.fixture
def area(tmp_path):
    schools = pd.DataFrame({"school_id": ["50050001", "50050002"], "name_th": ["บ้านพุย", "บ้านตุงติง"]})
    store.write_area(tmp_path / "here", {"schools": schools}, title="Here", title_th="ที่นี่", synthetic=True)
    return open_area(tmp_path / "here")


class Maker:
    """Counts how often it made the number of schools."""

    def __init__(self):
        self.times = 0

    def __call__(self, area):
        self.times += 1
        return {"count": pd.DataFrame({"schools": [len(area.table("schools"))]})}


def files(area):
    return [name for name in shared.kept(area.folder) if name.endswith(".json")]


def test_made_once_and_the_same_for_all(area):
    make = Maker()
    first = shared.shared(area, "count", make)
    again = shared.shared(open_area(area.folder), "count", make)
    assert make.times == 1
    pd.testing.assert_frame_equal(first["count"], again["count"])
    assert first["count"]["schools"].tolist() == [2]


def test_made_anew_when_a_table_changes_and_the_old_one_is_swept(area):
    make = Maker()
    shared.shared(area, "count", make)
    one = pd.DataFrame({"school_id": ["50050001"], "name_th": ["บ้านพุย"]})
    store.write_area(area.folder, {"schools": one}, title="Here", title_th="ที่นี่", synthetic=True)
    changed = shared.shared(open_area(area.folder), "count", make)
    assert changed["count"]["schools"].tolist() == [1]
    assert (make.times, len(files(area))) == (2, 1)


def test_made_anew_when_the_code_changes(area, monkeypatch):
    make = Maker()
    shared.shared(area, "count", make)
    monkeypatch.setattr(shared, "_kit", lambda: "another kit")
    shared.shared(area, "count", make)
    assert (make.times, len(files(area))) == (2, 1)


def test_every_part_that_makes_numbers_counts():
    for room in shared.ROOMS:
        assert (shared.Path(shared.innovlib.__file__).parent / room).exists(), room


def test_names_and_keys_are_kept_apart(area):
    make = Maker()
    for name, key in (("count", ""), ("count", "cohort 1"), ("other", "")):
        shared.shared(area, name, make, key=key)
        shared.shared(area, name, make, key=key)
    assert (make.times, len(files(area))) == (3, 3)


def test_force_makes_it_anew(area):
    make = Maker()
    shared.shared(area, "count", make)
    shared.shared(area, "count", make, force=True)
    assert make.times == 2


@pytest.mark.parametrize("harm", [b"", b"{}", b"\xff\xfe", None])
def test_a_damaged_file_is_made_anew(area, harm):
    make = Maker()
    shared.shared(area, "count", make)
    path = area.folder / files(area)[0]
    # None: one changed character, which is JSON still
    path.write_bytes(path.read_bytes().replace(b"schools", b"scholls") if harm is None else harm)
    assert list(shared.shared(area, "count", make)["count"]) == ["schools"]
    assert make.times == 2


def test_an_error_passes_and_nothing_is_kept(area):
    def fails(_):
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        shared.shared(area, "count", fails)
    assert not files(area)


def test_a_folder_that_takes_nothing_is_told_once(area, monkeypatch):
    make = Maker()

    def refuse(path, data):
        raise store.CannotWrite(shared.Words("เต็ม", "full"), where=str(path))

    monkeypatch.setattr(shared, "write_whole", refuse)
    with warnings.catch_warnings(record=True) as heard:
        warnings.simplefilter("default")
        for _ in range(2):
            assert shared.shared(area, "count", make)["count"]["schools"].tolist() == [2]
    assert make.times == 2
    assert len(heard) == 1
    assert "cannot be kept" in str(heard[0].message)


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_that_may_not_be_written_still_gives_results(area):
    area.folder.chmod(0o555)
    try:
        with pytest.warns(UserWarning, match="cannot be kept"):
            assert shared.shared(area, "count", Maker())["count"]["schools"].tolist() == [2]
    finally:
        area.folder.chmod(0o755)


def test_many_at_once_all_get_it_whole(area):
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda _: shared.shared(area, "count", Maker()), range(32)))
    assert all(f["count"]["schools"].tolist() == [2] for f in found)
    assert len(files(area)) == 1


def test_two_processes_share_one_result(area):
    code = (
        "import sys, pandas as pd\nfrom innovlib.area import open_area, shared\n"
        "def make(area): return {'count': pd.DataFrame({'schools': [len(area.table('schools'))]})}\n"
        "print(shared.shared(open_area(sys.argv[1]), 'count', make)['count'].iat[0, 0])"
    )
    runs = [subprocess.Popen([sys.executable, "-c", code, area.folder], stdout=subprocess.PIPE) for _ in range(2)]
    assert [run.communicate()[0].strip() for run in runs] == [b"2", b"2"]
    assert len(files(area)) == 1


def test_leftovers_of_the_killed_are_swept_when_old(area):
    folder = area.folder / FOLDER
    folder.mkdir()
    old, fresh = folder / ".count-1.json.aaa.tmp", folder / ".count-1.json.bbb.tmp"
    for path in (old, fresh):
        path.write_text("half")
    os.utime(old, (time.time() - 7200,) * 2)
    shared.shared(area, "count", Maker())
    assert (old.exists(), fresh.exists()) == (False, True)


def test_kept_results_stay_out_of_version_control(area):
    shared.shared(area, "count", Maker())
    assert (area.folder / FOLDER / ".gitignore").read_text(encoding="utf-8") == "*\n"
    assert FOLDER + "/" in (shared.paths.ROOT / ".gitignore").read_text(encoding="utf-8").splitlines()


@pytest.mark.parametrize("name", ["", "../count", "a b", "a/b"])
def test_a_name_that_is_no_file_name_is_refused(area, name):
    with pytest.raises(ValueError, match="is no name"):
        shared.shared(area, name, Maker())


def test_forgetting_pupils_removes_what_was_kept(area):
    shared.shared(area, "count", Maker())
    done = forget(area.folder)
    assert not shared.kept(area.folder)
    assert any(name.startswith(FOLDER) for name in done.files)
