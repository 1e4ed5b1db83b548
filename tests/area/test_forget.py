"""Nothing of single pupils is left in an area's folder, and everything else is."""

import json

import pytest

from innovlib.area import commit, contract, intake, open_area, store
from innovlib.area.forget import forget
from innovlib.errors import NotAnArea, Unreadable
from tests.conftest import make_schools, make_scores

KEY = "0f1e2d3c4b5a69788796a5b4c3d2e1f0"


@pytest.fixture
def area(tmp_path):
    """An area with a table of pupils and the log of its intake."""
    folder = tmp_path / "mine"
    pupils = contract.table("pupils").empty()
    pupils.loc[0] = [KEY, "A", 2567, "O-NET", "ป.6", "maths", "female", False, True, 41.5]
    tables = {
        "schools": make_schools([{"school_id": "A"}]),
        "scores": make_scores([{"school_id": "A", "n_tested": 12, "mean": 44.0}]),
        "pupils": pupils.astype(contract.table("pupils").empty().dtypes),
    }
    folder.mkdir()
    store.write_area(folder, tables, title="Mine", title_th="ของเรา", synthetic=False)
    entries = [
        {"file": "results.csv", "kind": "results", "raw": "raw/aa-results.csv"},
        {"file": "pupils-of-Miss-X.xlsx", "kind": "pupils", "raw": "raw/bb-pupils.xlsx", "rejected_rows": [7]},
    ]
    log = {"format": 1, "pupil_key": "abcdef012345", "files": entries}
    store.write_whole(folder / intake.LOG, json.dumps(log))
    rows = f"table,key,file\nscores,A · 2567,results.csv\npupils,{KEY} · A · 2567,pupils-of-Miss-X.xlsx\n"
    store.write_whole(folder / intake.ROWS, rows)
    for entry in entries:
        store.write_whole(folder / entry["raw"], "copy")
    (folder / ".pupils.csv.abc.tmp").write_text(KEY, "utf-8")
    return folder


def everything(folder):
    return "".join(
        f"{p.name}\n{p.read_text('utf-8', errors='replace')}" for p in sorted(folder.rglob("*")) if p.is_file()
    )


def test_no_trace_of_a_pupil_is_left(area):
    before = everything(area)
    for trace in (KEY, "Miss-X", "abcdef012345", "bb-pupils"):
        assert trace in before
    found = forget(area)
    after = everything(area)
    for trace in (KEY, "Miss-X", "abcdef012345", "bb-pupils", '"name": "pupils"'):
        assert trace not in after
    assert (found.pupils, found.rows, found.entries) == (1, 1, 1)
    assert "pupils.csv" in found.files


def test_no_trace_is_left_in_results_that_are_kept_nor_in_a_change_that_was_cut_short(area):
    planted = [".shared/gaps-1a2b-3c4d.json", ".shared/.half.tmp", f".intake/{area.name}/pupils.csv"]
    for name in planted:
        (area / name).parent.mkdir(parents=True, exist_ok=True)
        (area / name).write_text(KEY, "utf-8")
    assert KEY in everything(area)
    forget(area)
    assert KEY not in everything(area)
    assert not any((area / name).exists() for name in planted)


def test_a_table_of_pupils_as_parquet_is_forgotten_as_well(area):
    pupils = open_area(area).table("pupils")
    (area / "pupils.csv").unlink()
    store.write_area(area, {"pupils": pupils}, title="Mine", title_th="ของเรา", synthetic=False, form="parquet")
    assert KEY.encode() in (area / "pupils.parquet").read_bytes()
    forget(area)
    assert not any(KEY.encode() in p.read_bytes() for p in area.rglob("*") if p.is_file())


def test_everything_else_stays(area):
    scores, schools = ((area / name).read_bytes() for name in ("scores.csv", "schools.csv"))
    forget(area)
    assert (area / "scores.csv").read_bytes() == scores
    assert (area / "schools.csv").read_bytes() == schools
    assert (area / "raw/aa-results.csv").read_text("utf-8") == "copy"
    left = open_area(area)
    assert left.present() == ("schools", "scores")
    assert left.table("pupils").empty
    assert [r["name"] for r in left.package["resources"]] == ["schools", "scores"]
    assert [e["file"] for e in json.loads((area / intake.LOG).read_text("utf-8"))["files"]] == ["results.csv"]


def test_forgetting_twice_changes_nothing_more(area):
    forget(area)
    first = everything(area)
    found = forget(area)
    assert everything(area) == first
    assert (found.pupils, found.files, found.entries) == (0, (), 0)


def test_a_kill_after_the_promise_is_carried_out_by_whoever_opens_the_area(area, monkeypatch):
    monkeypatch.setattr(commit, "_carry_out", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
    with pytest.raises(KeyboardInterrupt):
        forget(area)
    monkeypatch.undo()
    open_area(area)
    assert KEY not in everything(area)


def test_a_damaged_log_forgets_nothing_and_says_so(area):
    (area / intake.LOG).write_text("{", "utf-8")
    with pytest.raises(Unreadable, match="nothing was forgotten"):
        forget(area)
    assert (area / "pupils.csv").is_file()


def test_a_folder_that_is_no_area_is_refused(tmp_path):
    with pytest.raises(NotAnArea):
        forget(tmp_path / "nowhere")
    assert not (tmp_path / "nowhere").exists()


def test_it_speaks_both_languages(area):
    found = forget(area)
    assert "1" in found.sentence("th")
    assert "forgot 1 pupils" in found.sentence("en")
    assert json.loads(json.dumps(found.to_dict()))["rows"] == 1
