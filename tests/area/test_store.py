"""The store: what is written is read back, whole or not at all; what cannot be read says why and what to do."""

from __future__ import annotations

import hashlib
import json
import os
import sys

import pandas as pd
import pytest

from innovlib import paths
from innovlib.area import contract, store
from innovlib.errors import CannotWrite, MissingTable, NotAnArea, UnknownName, Unreadable, Words

SCHOOLS = "school_id,name_th,is_highland,enrolment\n001,บ้านหนึ่ง,true,12\n010,NA,,\n"


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "schools.csv").write_text(SCHOOLS, encoding="utf-8")
    return tmp_path


# --- opening ------------------------------------------------------------------------------------------------------


def test_an_area_of_schools_alone_is_an_area(folder):
    area = store.open_area(folder)
    assert area.present() == ("schools",)
    assert not area.has("scores")
    assert area.table("scores").empty
    assert list(area.table("scores").columns) == list(contract.table("scores").names)
    assert (area.name_th, area.name_en, area.is_synthetic) == (folder.name, folder.name, False)


def test_ids_and_names_are_text_to_the_letter(folder):
    schools = store.open_area(folder).table("schools")
    assert schools["school_id"].tolist() == ["001", "010"]
    assert schools["name_th"].tolist() == ["บ้านหนึ่ง", "NA"]
    assert schools["is_highland"].tolist() == [True, pd.NA]
    assert schools["enrolment"].tolist() == [12, pd.NA]


def test_a_byte_order_mark_is_no_part_of_the_first_header(folder):
    (folder / "schools.csv").write_bytes(b"\xef\xbb\xbf" + SCHOOLS.encode())
    assert store.open_area(folder).table("schools")["school_id"].tolist() == ["001", "010"]


def test_a_frame_from_the_area_is_the_callers_own(folder):
    area = store.open_area(folder)
    own = area.table("schools")
    own.loc[0, "name_th"] = "changed"
    assert area.table("schools").loc[0, "name_th"] == "บ้านหนึ่ง"


def test_relative_paths_are_looked_up_in_the_checkout(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert store.open_area("data/example").folder == paths.EXAMPLE


def test_no_folder_and_no_schools_are_no_area(tmp_path):
    with pytest.raises(NotAnArea, match="no such folder"):
        store.open_area(tmp_path / "nowhere")
    with pytest.raises(NotAnArea, match="innov intake"):
        store.open_area(tmp_path)


@pytest.mark.parametrize("text", ["{", "[1]", '"x"', "\udcff"])
def test_a_broken_package_says_what_to_do(folder, text):
    (folder / store.PACKAGE_FILE).write_bytes(text.encode("utf-8", "surrogateescape"))
    with pytest.raises(Unreadable, match="delete this file"):
        store.open_area(folder)


def test_a_school_is_found_by_its_id(folder):
    area = store.open_area(folder)
    assert area.school("010")["name_th"] == "NA"
    with pytest.raises(UnknownName, match=r"no school 0100 .*did you mean 010"):
        area.school("0100")


def test_an_unknown_table_is_refused(folder):
    with pytest.raises(UnknownName):
        store.open_area(folder).has("score")


def test_need_tells_why_a_table_is_wanted(folder):
    area = store.open_area(folder)
    assert len(store.need(area, "schools", why=Words("ทดสอบ", "a test"))) == 2
    with pytest.raises(MissingTable, match=r"no scores table \(a test\)"):
        store.need(area, "scores", why=Words("ทดสอบ", "a test"))


# --- reading ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "No columns"),
        ("school_id,name_th\n001,a,b\n", "Expected 2 fields"),
        ("school_id,name_th\n001,a,b\n002,c,d\n", "Expected 2 fields"),
        ("school_id,name_th,name_th\n001,a,b\n", "names name_th twice"),
        ('school_id,name_th\n001,"a\n', "EOF inside string"),
    ],
    ids=["empty", "long-row", "all-rows-long", "header-twice", "open-quote"],
)
def test_a_csv_that_is_none_is_refused(folder, text, says):
    (folder / "schools.csv").write_text(text, encoding="utf-8")
    with pytest.raises(Unreadable, match=says):
        store.open_area(folder).table("schools")


def test_a_file_in_another_encoding_is_refused(folder):
    (folder / "schools.csv").write_bytes(SCHOOLS.encode("cp874"))
    with pytest.raises(Unreadable, match="UTF-8"):
        store.open_area(folder).table("schools")


def test_a_breach_stops_the_read_and_counts_its_like(folder):
    (folder / "schools.csv").write_text("school_id,name_th,enrolment\n1,a,๑๒\n2,b,x\n", encoding="utf-8")
    with pytest.raises(Unreadable, match=r"schools\.csv line 2 enrolment.*2 such places in all.*innov check"):
        store.open_area(folder).table("schools")


def test_a_required_column_must_be_there_and_others_may_be(folder):
    (folder / "schools.csv").write_text("school_id,remark\n1,x\n", encoding="utf-8")
    with pytest.raises(Unreadable, match="name_th"):
        store.open_area(folder).table("schools")
    (folder / "schools.csv").write_text("school_id,name_th,remark\n1,a,x\n", encoding="utf-8")
    assert "remark" not in store.open_area(folder).table("schools")


def test_parquet_reads_as_csv_does(folder):
    duckdb = pytest.importorskip("duckdb")
    area = store.open_area(paths.EXAMPLE)
    for name in contract.TABLES:
        source, target = area.path(name), folder / f"{name}.parquet"
        with duckdb.connect() as connection:
            # Types as an honest tool would guess them, ids and years kept as the contract has them.
            frame = area.table(name)
            connection.register("frame", frame.astype(dict.fromkeys(frame.select_dtypes("boolean"), "object")))
            connection.execute(f"COPY frame TO '{target.as_posix()}' (FORMAT parquet)")
        assert source.suffix == ".csv"
    for name in contract.TABLES:
        pd.testing.assert_frame_equal(store.open_area(folder).table(name), area.table(name))


def test_a_file_that_is_no_parquet_is_refused(folder):
    (folder / "scores.parquet").write_bytes(b"PAR1 not really")
    with pytest.raises(Unreadable, match=r"scores\.parquet"):
        store.open_area(folder).table("scores")


def test_provenance_names_file_rows_and_hash(folder):
    (row,) = store.open_area(folder).provenance().to_dict("records")
    digest = hashlib.sha256((folder / "schools.csv").read_bytes()).hexdigest()
    assert row == {"table": "schools", "file": "schools.csv", "rows": 2, "sha256": digest}
    assert store.open_area(folder).digest("scores") == ""


# --- writing ------------------------------------------------------------------------------------------------------


def test_what_is_written_is_read_back(tmp_path):
    example = store.open_area(paths.EXAMPLE)
    tables = {name: example.table(name) for name in contract.TABLES}
    store.write_area(tmp_path / "copy", tables, title="T", title_th="ท", synthetic=False)
    copy = store.open_area(tmp_path / "copy")
    for name in contract.TABLES:
        assert copy.digest(name) == example.digest(name), name
    assert (copy.name_en, copy.name_th, copy.is_synthetic) == ("T", "ท", False)


def test_rows_are_written_in_key_order_whatever_order_they_came_in():
    schools = store.open_area(paths.EXAMPLE).table("schools")
    assert store.as_csv(schools.iloc[::-1], "schools") == store.as_csv(schools, "schools")


def test_cells_that_csv_must_quote_survive(tmp_path):
    name = 'บ้าน "ก", ข\nค'
    schools = contract.typed(pd.DataFrame({"school_id": ["1"], "name_th": [name], "is_highland": ["false"]}), "schools")
    store.write_area(tmp_path, {"schools": schools}, title="T", title_th="ท", synthetic=False)
    assert store.open_area(tmp_path).school("1")["name_th"] == name
    assert (
        store.open_area(tmp_path).school("1")["is_highland"] is False
        or not store.open_area(tmp_path).school("1")["is_highland"]
    )


def test_the_package_lists_each_file_with_its_hash(tmp_path):
    schools = store.open_area(paths.EXAMPLE).table("schools")
    store.write_area(tmp_path / "เขต 5", {"schools": schools}, title="T", title_th="ท", synthetic=True, seed=1)
    package = json.loads((tmp_path / "เขต 5" / store.PACKAGE_FILE).read_text(encoding="utf-8"))
    assert package["name"].isascii()
    assert (package["synthetic"], package["seed"]) == (True, 1)
    (resource,) = package["resources"]
    data = (tmp_path / "เขต 5" / "schools.csv").read_bytes()
    assert resource["hash"] == "sha256:" + hashlib.sha256(data).hexdigest()
    assert resource["bytes"] == len(data)
    assert resource["schema"] == contract.schema("schools")


def test_a_file_is_written_whole_or_not_at_all(tmp_path, monkeypatch):
    target = tmp_path / "report.html"
    store.write_whole(target, "good")

    def full(descriptor):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(CannotWrite, match="No space left"):
        store.write_whole(target, "half")
    assert target.read_text() == "good"
    assert list(tmp_path.iterdir()) == [target]


def test_an_interrupt_leaves_nothing_behind(tmp_path, monkeypatch):
    def stopped(descriptor):
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "fsync", stopped)
    with pytest.raises(KeyboardInterrupt):
        store.write_whole(tmp_path / "report.html", "half")
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_is_a_file_takes_nothing(tmp_path):
    (tmp_path / "out").write_text("a file")
    with pytest.raises(CannotWrite, match="permissions"):
        store.write_whole(tmp_path / "out" / "x.csv", "x")


@pytest.mark.skipif(sys.platform == "win32" or not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may write")
def test_a_read_only_folder_takes_nothing(tmp_path):
    tmp_path.chmod(0o500)
    with pytest.raises(CannotWrite):
        store.write_whole(tmp_path / "x.csv", "x")


def test_text_is_written_with_the_line_ends_it_has(tmp_path):
    store.write_whole(tmp_path / "x", "ก\nข\r\n")
    assert (tmp_path / "x").read_bytes() == "ก\nข\r\n".encode()
