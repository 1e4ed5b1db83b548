"""Same input, same bytes: whoever makes the reports, wherever, with how many hands."""

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from innovlib.batch.run import render
from innovlib.batch.verify import verify
from innovlib.errors import BadInput
from innovlib.paths import EXAMPLE, ROOT

from .conftest import write_template

FILES = ("*.html", "manifest.json")


def bytes_of(folder: Path) -> dict[str, bytes]:
    """Everything in a folder that is handed out; the journal is not."""
    return {path.name: path.read_bytes() for pattern in FILES for path in sorted(folder.glob(pattern))}


@pytest.fixture
def check(area, templates, tmp_path):
    """``check(kind, **changes)`` of the folder that ``render`` fills."""
    settings = {"out": tmp_path / "out", "templates": templates, "page": "plain_page"}
    return lambda kind="all", **changes: verify(area, kind, **settings | changes)


def test_reports_that_stand_are_found_the_same_and_left_alone(render, check, tmp_path):
    render()
    before = bytes_of(tmp_path / "out"), (tmp_path / "out" / "_journal.jsonl").read_bytes()
    verdict = check()
    assert verdict.exit_code == 0 and not verdict.differ
    assert set(verdict.same) == set(before[0])
    assert (bytes_of(tmp_path / "out"), (tmp_path / "out" / "_journal.jsonl").read_bytes()) == before


def test_some_of_the_reports_can_be_verified(render, check):
    render()
    assert check("school", only=["S2"]).same == ("school-S2.html",)


def test_a_report_that_tells_the_time_is_caught(render, check, templates):
    write_template(templates, "cohort", ["import time", "print(time.time_ns(), cohort)"])
    render()
    verdict = check()
    assert verdict.exit_code == 1 and {"cohort-1.html", "cohort-2.html"} <= set(verdict.differ)
    assert "area.html" in verdict.same
    assert any("same input, other bytes" in words.en for words in verdict.sentences())


def test_a_report_that_was_meddled_with_is_caught(render, check, tmp_path):
    render()
    page = tmp_path / "out" / "area.html"
    page.write_bytes(page.read_bytes() + b" ")
    assert check("area").differ == ("area.html",)


def test_older_input_is_told_from_other_bytes(render, check, area):
    render()
    scores = area / "scores.csv"
    scores.write_text(scores.read_text(encoding="utf-8").replace("51.5", "51.6"), encoding="utf-8")
    verdict = check("school")
    assert (verdict.exit_code, verdict.differ, len(verdict.outdated)) == (1, (), 3)


def test_a_report_that_fails_anew_is_told(render, check, templates, tmp_path):
    mark = tmp_path / "mark"
    write_template(templates, "area", ["from pathlib import Path", f"assert not Path({str(mark)!r}).exists()"])
    render()
    mark.touch()
    verdict = check("area")
    assert verdict.exit_code == 1 and "AssertionError" in verdict.failed["area"].cause
    assert json.loads(json.dumps(verdict.to_dict()))["failed"]["area"]["cell"] is not None


def test_an_empty_folder_cannot_be_verified(check):
    with pytest.raises(BadInput, match="no finished report"):
        check()


# --- the real templates -------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def hamlet(tmp_path_factory):
    """A real area cut down: one pilot school and fifteen others, without pupils."""
    from innovlib.area import open_area
    from innovlib.area.store import write_area

    whole = open_area(EXAMPLE)
    schools = whole.table("schools")
    pilots = schools[schools["cohort"].notna()].head(1)
    kept = [*pilots["school_id"], *schools[schools["cohort"].isna()]["school_id"].head(15)]
    tables = {name: whole.table(name) for name in whole.present() if name != "pupils"}
    cut = {n: t[t["school_id"].isin(kept)] if "school_id" in t else t for n, t in tables.items()}
    folder = tmp_path_factory.mktemp("areas") / "hamlet"
    write_area(folder, cut, title="Hamlet", title_th="หมู่บ้าน", synthetic=True)
    return folder


def made(folder: Path, out: Path, *, kind: str = "all", engine: str = "auto", workers: int = 2, **environment) -> dict:
    """The reports made by a process of its own."""
    code = (
        "import sys; from innovlib.batch import keys; keys.folder_digest = lambda _: 'fixed';"
        "from innovlib.batch.run import render; kind, area, out, engine, n = sys.argv[1:];"
        "sys.exit(render(area, kind, out=out, engine=engine, workers=int(n)).exit_code)"
    )
    words = [sys.executable, "-c", code, kind, folder, out, engine, str(workers)]
    subprocess.run([str(w) for w in words], env=os.environ | environment, cwd=ROOT, check=True, capture_output=True)
    return bytes_of(out)


def test_folder_hash_seed_hands_time_zone_and_engine_do_not_show(hamlet, tmp_path):
    first = made(hamlet, tmp_path / "a", PYTHONHASHSEED="1", TZ="Asia/Bangkok")
    assert len(first) == 5
    ordinary = made(hamlet, tmp_path / "b" / "c", engine="kernel", workers=1, PYTHONHASHSEED="77", TZ="America/Lima")
    assert first.keys() == ordinary.keys()
    assert [name for name in first if first[name] != ordinary[name]] == []


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["school", "cohort", "area"])
def test_all_pages_of_the_example_are_the_same_by_both_engines(tmp_path, kind):
    first = made(EXAMPLE, tmp_path / "a", kind=kind, PYTHONHASHSEED="3", TZ="Asia/Bangkok", LANG="th_TH.UTF-8")
    time.sleep(1.1)  # into another second
    other = made(EXAMPLE, tmp_path / "b", kind=kind, engine="kernel", PYTHONHASHSEED="4", TZ="Pacific/Auckland")
    assert [name for name in first if first[name] != other[name]] == []


@pytest.mark.slow
def test_the_example_verifies_as_a_whole(tmp_path):
    assert render(EXAMPLE, out=tmp_path / "out", workers=2).exit_code == 0
    verdict = verify(EXAMPLE, out=tmp_path / "out", workers=1)
    assert verdict.exit_code == 0 and len(verdict.same) == 25
