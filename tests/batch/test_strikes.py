"""The harness of faults in ``bench/``: a short run of it finds nothing, and a writer that is not careful is found."""

import os
import random
import shutil
import sys
from pathlib import Path

import pytest

from innovlib.paths import ROOT

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="looks for processes in /proc"),
]
FOUND = ("corrupt", "lost", "orphans", "folders", "wrong_reruns")


@pytest.fixture
def bench(monkeypatch):
    monkeypatch.syspath_prepend(ROOT / "bench")
    import faults

    return faults


@pytest.fixture
def ground(bench, tmp_path):
    with bench.Ground.laid(tmp_path) as laid:
        yield laid


def found(rows):
    return {name: sum(row[name] for row in rows) for name in FOUND}


@pytest.mark.parametrize("kind", ["kill", "stop", "disk", "clock", "two"])
def test_nothing_is_left_behind(bench, ground, kind):
    rows = getattr(bench, kind)(ground, times={"kill": 25, "stop": 6}.get(kind, 4), rng=random.Random(kind))
    if kind == "disk" and not rows:
        pytest.skip("a small disk needs root")
    assert not any(found(rows).values()), rows
    assert sum(row["struck"] for row in rows), "nothing was struck, so nothing was tried"


def in_place(path: Path, data) -> None:
    """What a careless writer does."""
    data = data.encode() if isinstance(data, str) else data
    with path.open("wb") as file:
        for start in range(0, len(data), 512):
            file.write(data[start : start + 512])
            file.flush()
            os.fsync(file.fileno())


def test_a_writer_in_place_is_found(bench, ground, monkeypatch):
    monkeypatch.setattr(sys.modules["innovlib.batch.folder"], "write_whole", in_place)
    rows = bench.kill(ground, times=12, rng=random.Random(3), targets=("writer",))
    assert found(rows)["corrupt"] > 0


def test_a_folder_and_a_process_left_behind_are_found(bench, ground):
    row = ground.row("planted")
    (ground.tmp / "innov-planted").mkdir()
    ground.judge(row, before=set())
    assert row["folders"] == 1
    ground.clear()
    shutil.copy(ROOT / "README.md", ground.out / "school-S01.html")
    ground.judge(row, before={"school-S02.html"})
    assert (row["corrupt"], row["lost"]) == (1, 1)
