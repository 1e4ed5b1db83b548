"""A batch that is stopped or killed leaves whole files, no process and no temporary folder; a rerun does the rest."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from innovlib.batch.journal import Journal

from .conftest import HERE, write_template

pytestmark = pytest.mark.skipif(os.name != "posix", reason="stops by signal")

ENDS = {signal.SIGTERM: 130, signal.SIGINT: 130, signal.SIGKILL: -9}


@pytest.fixture
def held_batch(area, templates, tmp_path):
    """A batch that has made S1 and hangs in S2 for as long as a file is there."""
    hold, temporary = tmp_path / "hold", tmp_path / "temporary"
    hold.touch()
    temporary.mkdir()
    head = f"import time\nfrom pathlib import Path\nhold = Path({str(hold)!r})"
    wait = "while school_id == 'S2' and hold.exists(): time.sleep(0.1)"
    write_template(templates, "school", [head, wait, "print(school_id)"])
    environment = os.environ | {"PYTHONPATH": str(HERE), "TMPDIR": str(temporary), "INNOV_TEST_MARK": str(tmp_path)}

    def start(engine):
        words = [sys.executable, HERE / "drive.py", area, tmp_path / "out", templates, engine]
        return subprocess.Popen(words, env=environment, stderr=subprocess.PIPE, text=True)

    return start


def _until(condition, seconds=60, left=lambda: ""):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, f"waited in vain: {left()}"
        time.sleep(0.05)


def _marked(mark: Path) -> list[int]:
    """Processes that descend from the batch, known by what they inherited."""
    found = []
    for place in Path("/proc").glob("[0-9]*"):
        try:
            if f"INNOV_TEST_MARK={mark}".encode() in (place / "environ").read_bytes():
                found.append(int(place.name))
        except OSError:
            continue
    return found


def _ends(signals_and_engines):
    fast = {("warm", signal.SIGTERM)}
    return [pytest.param(e, s, marks=[] if (e, s) in fast else [pytest.mark.slow]) for e, s in signals_and_engines]


@pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="looks for processes in /proc")
@pytest.mark.parametrize(("engine", "number"), _ends([(e, s) for e in ("warm", "kernel") for s in ENDS]))
def test_a_stopped_batch_leaves_whole_files_and_nothing_else(held_batch, tmp_path, engine, number):
    out = tmp_path / "out"
    batch = held_batch(engine)
    _until(lambda: (out / "school-S1.html").exists() or batch.poll() is not None)
    time.sleep(0.5)  # into the hang of S2
    first = (out / "school-S1.html").read_bytes()
    batch.send_signal(number)
    assert batch.wait(timeout=30) == ENDS[number], batch.stderr.read()
    _until(lambda: not _marked(tmp_path), 10)
    _until(lambda: not list((tmp_path / "temporary").iterdir()), 10, lambda: list((tmp_path / "temporary").rglob("*")))
    assert sorted(p.name for p in out.glob("*.html") if p.name != "index.html") == ["school-S1.html"]
    assert not list(out.rglob("*.tmp"))

    (tmp_path / "hold").unlink()
    again = held_batch(engine)
    assert again.wait(timeout=60) == 0, again.stderr.read()
    assert (out / "school-S1.html").read_bytes() == first
    done = [row.get("report") for row in Journal.open(out).rows() if row["status"] == "done"]
    assert done == ["school-S1", "school-S2", "school-S3"], "the rerun did more, or less, than what was missing"
    states = {r["file"]: r["status"] for r in json.loads((out / "manifest.json").read_text())["reports"]}
    assert states["school-S2.html"] == "done"


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="looks for processes in /proc")
def test_a_killed_process_of_the_template_costs_no_report(held_batch, tmp_path):
    out = tmp_path / "out"
    batch = held_batch("warm")
    _until(lambda: (out / "school-S1.html").exists() or batch.poll() is not None)
    time.sleep(0.5)
    family = [pid for pid in _marked(tmp_path) if pid != batch.pid]
    bases = [pid for pid in family if _parent(pid) == batch.pid]
    template = next(pid for pid in family if _parent(pid) in bases)
    os.kill(template, signal.SIGKILL)
    (tmp_path / "hold").unlink()
    assert batch.wait(timeout=60) == 0, batch.stderr.read()
    rows = [row for row in Journal.open(out).rows() if "report" in row]
    assert {row["report"]: row["status"] for row in rows} == {f"school-S{i}": "done" for i in (1, 2, 3)}
    _until(lambda: not _marked(tmp_path), 10)


def _parent(pid: int) -> int:
    return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])


@pytest.mark.slow
def test_two_batches_do_not_share_a_folder(held_batch, tmp_path):
    out = tmp_path / "out"
    first = held_batch("warm")
    _until(lambda: (out / "school-S1.html").exists() or first.poll() is not None)
    second = held_batch("warm")
    assert second.wait(timeout=30) != 0 and "another batch" in second.stderr.read()
    (tmp_path / "hold").unlink()
    assert first.wait(timeout=60) == 0
