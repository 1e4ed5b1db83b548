"""Reports made by other machines: here two workers in processes and folders of their own."""

import json
import os
import subprocess
import sys
import threading
import time

import psutil
import pytest

from innovlib.batch import cluster, keys, station
from innovlib.batch.journal import Journal
from innovlib.cli import main
from innovlib.errors import BadInput

from .conftest import HERE, write_template

pytest.importorskip("distributed")


@pytest.fixture
def fleet(tmp_path, monkeypatch):
    """``fleet(kit, …)`` starts a scheduler and a worker for each kit; gives its address and the workers' processes."""
    started = []
    quiet = {"DASK_DISTRIBUTED__DASHBOARD__ENABLED": "False", "PYTHONPATH": str(HERE)}

    def dask(*words, **environment):
        with (tmp_path / "dask.log").open("ab") as log:
            words = [sys.executable, "-m", "dask", *(str(word) for word in words)]
            started.append(subprocess.Popen(words, env=os.environ | quiet | environment, stdout=log, stderr=log))
        return started[-1]

    def go(*kits):
        monkeypatch.setattr(keys, "kit", lambda: {"innovlib": kits[0], "libraries": {"numpy": "1"}})
        told = tmp_path / "scheduler.json"
        dask("scheduler", "--host", "127.0.0.1", "--port", "0", "--no-dashboard", "--scheduler-file", told)
        _until(told.exists)
        address = json.loads(told.read_text())["address"]
        own = ["--nthreads", "1", "--no-nanny", "--no-dashboard", "--preload", HERE / "fixed_kit.py"]
        places = [tmp_path / f"worker-{i}" for i in range(len(kits))]
        workers = [
            dask("worker", address, *own, "--local-directory", place, INNOV_TEST_KIT=kit)
            for place, kit in zip(places, kits, strict=True)
        ]
        _until(lambda: (tmp_path / "dask.log").read_text().count("Registered to") >= len(kits))
        return address, workers

    yield go
    for process in reversed(started):
        process.terminate()
    for process in started:
        process.wait(timeout=20)


def _until(condition, seconds=60):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.05)


@pytest.mark.slow
def test_one_of_two_workers_dies_and_every_report_is_made_once(render, templates, fleet, tmp_path):
    address, workers = fleet("1", "1")
    hold, held = tmp_path / "hold", tmp_path / "held"
    hold.touch()
    wait = (
        f"if school_id == 'S2':\n    Path({str(held)!r}).write_text(str(os.getpid()))\n"
        f"    while Path({str(hold)!r}).exists(): time.sleep(0.05)"
    )
    write_template(
        templates, "school", [("import os, time\nfrom pathlib import Path", ["shared"]), wait, "print(school_id)"]
    )

    def kill_its_worker():
        _until(held.exists)
        time.sleep(0.3)
        family = {process.pid for process in psutil.Process(int(held.read_text())).parents()}
        next(worker for worker in workers if worker.pid in family).kill()
        hold.unlink()

    killer = threading.Thread(target=kill_its_worker)
    killer.start()
    outcome = render(scheduler=address)
    killer.join()
    assert (outcome.exit_code, len(outcome.rendered)) == (0, 6)
    assert sum(worker.poll() is None for worker in workers) == 1
    done = [row["report"] for row in Journal.open(tmp_path / "out").rows() if row["status"] == "done"]
    assert sorted(done) == sorted(set(done)) and len(done) == 6
    assert any("s a report" in note.en for note in outcome.notes)
    local = render(out=tmp_path / "local")
    assert local.exit_code == 0
    for page in (tmp_path / "local").glob("*.html"):
        assert (tmp_path / "out" / page.name).read_bytes() == page.read_bytes()


@pytest.mark.slow
def test_a_report_that_fails_far_away_is_told_as_at_home(render, templates, fleet, tmp_path):
    address, _ = fleet("1")
    write_template(templates, "cohort", ["import os", "if cohort == 2: os._exit(9)", "print(cohort)"])
    outcome = render(scheduler=address)
    assert outcome.exit_code == 1 and list(outcome.failed) == ["cohort-2"]
    assert "ended with code 9" in outcome.failed["cohort-2"].cause and outcome.failed["cohort-2"].cell == 4
    assert (tmp_path / "out" / "_failed" / "cohort-2.ipynb").exists()
    assert not list((tmp_path / "worker-0").rglob("innov-station-*"))


@pytest.mark.slow
def test_a_worker_with_another_kit_is_refused(render, fleet, tmp_path):
    address, _ = fleet("1", "2")
    with pytest.raises(BadInput, match="another kit \\(innovlib 2\\)") as refused:
        render(scheduler=address)
    assert refused.value.exit_code == 2
    assert not list((tmp_path / "out").glob("*.html"))


def test_a_scheduler_that_does_not_answer_is_told(area, templates, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(cluster, "PATIENCE_S", 0.5)
    words = ["render", "area", "--area", str(area), "--templates", str(templates), "--out", str(tmp_path / "out")]
    assert main([*words, "--quiet", "--scheduler", "tcp://127.0.0.1:9"]) == 2
    assert "the scheduler does not answer" in capsys.readouterr().err
    assert main([*words, "--quiet", "--scheduler", "no address"]) == 2


def test_what_differs_in_a_kit_is_named():
    ours = {"innovlib": "1", "libraries": {"numpy": "2.4.6", "pandas": "3"}}
    station.refuse_other_kit("w", json.loads(json.dumps(ours)), ours)
    with pytest.raises(BadInput, match=r"numpy 2\.4\.5"):
        station.refuse_other_kit("w", {"innovlib": "1", "libraries": {"numpy": "2.4.5", "pandas": "3"}}, ours)
    with pytest.raises(BadInput, match="cannot use innovlib"):
        station.refuse_other_kit("w", ModuleNotFoundError("no innovlib"), ours)


def test_a_worker_that_sees_other_data_is_refused(area):
    from innovlib.area import open_area

    here = open_area(area)
    tables = {name: here.digest(name) for name in here.present()}
    station._refuse_other_area(str(area), tuple(sorted(tables.items())))
    with pytest.raises(BadInput, match="other data"):
        station._refuse_other_area(str(area), tuple(sorted((tables | {"scores": "0"}).items())))
    with pytest.raises(BadInput, match="share the area"):
        station._refuse_other_area(str(area / "nowhere"), ())
