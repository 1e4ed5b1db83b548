"""When a notebook counts as done, and what is taken out of it."""

import os
import subprocess
import sys
import time

import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from innovlib.batch.engine import find_fault, run_notebook, settled
from innovlib.batch.fault import Limits

from .conftest import write_notebook


def cell(source="1", count=1, outputs=(), **metadata):
    return new_code_cell(source, execution_count=count, outputs=list(outputs), metadata=metadata)


def stream(name, text):
    return new_output("stream", name=name, text=text)


def test_a_notebook_run_to_its_end_has_no_fault():
    assert find_fault(new_notebook(cells=[new_markdown_cell("#"), cell(), cell("  \n", None)])) is None


def test_a_cell_that_was_never_executed_is_a_fault():
    fault = find_fault(new_notebook(cells=[cell(), cell("x = 2", None)]))
    assert (fault.cell, fault.source) == (1, "x = 2")


def test_an_error_output_is_a_fault_even_where_it_was_expected():
    error = new_output("error", ename="ValueError", evalue="bad", traceback=["\x1b[31mbad\x1b[0m"])
    fault = find_fault(new_notebook(cells=[cell(outputs=[error], tags=["raises-exception"])]))
    assert (fault.cause, fault.traceback) == ("ValueError: bad", "bad")


def test_what_was_raised_is_laid_to_the_last_cell_begun():
    cells = [cell(papermill={"start_time": "t"}), cell("hang()", papermill={"start_time": "t"}), cell("after")]
    fault = find_fault(new_notebook(cells=cells), TimeoutError("too long"))
    assert (fault.cell, fault.source, fault.cause) == (1, "hang()", "TimeoutError: too long")


def test_streams_are_joined_as_if_no_clock_had_cut_them():
    shown = new_output("display_data", {"text/plain": "x"})
    outs = [stream("stderr", "e"), stream("stdout", "a"), shown, stream("stdout", "b\n10%\r20%\n")]
    kept = settled(new_notebook(cells=[cell(outputs=outs)])).cells[0].outputs
    assert [o.get("text", "x") for o in kept] == ["ab\n20%\n", "e", "x"]


def test_times_random_ids_and_addresses_are_taken_out():
    outs = [new_output("execute_result", {"text/plain": "<object at 0x7f00ab>"}), stream("stdout", "at 0xAB12 now")]
    made = new_notebook(cells=[cell(outputs=outs, tags=["injected-parameters"], papermill={"duration": 1})])
    made.metadata["papermill"] = {"start_time": "now", "parameters": {"cohort": 1}, "input_path": "/home/somebody"}
    kept = settled(made)
    assert kept.metadata["papermill"] == {"parameters": {"cohort": 1}}
    assert "papermill" not in kept.cells[0].metadata and kept.cells[0]["id"] == "injected-0"
    assert [o.get("text") or o.data["text/plain"] for o in kept.cells[0].outputs] == ["<object at 0x…>", "at 0x… now"]


def test_an_ordinary_kernel_runs_a_notebook(tmp_path):
    path = write_notebook(tmp_path / "n.ipynb", ["print(n + 1)", "n * 2"], head="n: int = 1")
    run = run_notebook(path, parameters={"n": 20})
    assert run.fault is None
    assert run.notebook.cells[-1].outputs[0].data["text/plain"] == "40"


@pytest.mark.skipif(os.name != "posix", reason="kills by signal")
def test_a_killed_kernel_is_no_success_and_leaves_nothing(tmp_path, monkeypatch):
    monkeypatch.setenv("TMPDIR", str(tmp_path / "tmp"))
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "tmp"))
    (tmp_path / "tmp").mkdir()
    child = f"import subprocess; print(subprocess.Popen([{sys.executable!r}, '-c', 'import time; time.sleep(60)']).pid)"
    path = write_notebook(tmp_path / "n.ipynb", [child, "import os; os.kill(os.getpid(), 9)", "1"], head="n: int = 1")
    run = run_notebook(path, parameters={"n": 2})
    assert (run.fault.cell, "Dead" in run.fault.cause) == (4, True)
    pid = int(run.notebook.cells[3].outputs[0].text)
    assert _gone(pid), "what the report started outlived it"
    assert list((tmp_path / "tmp").iterdir()) == []


def _gone(pid: int) -> bool:
    for _ in range(100):
        if not subprocess.run(["ps", "-o", "stat=", "-p", str(pid)], capture_output=True, text=True).stdout.strip(
            " Z\n"
        ):
            return True
        time.sleep(0.05)
    return False


@pytest.mark.slow
def test_a_cell_that_hangs_is_stopped_and_named(tmp_path):
    path = write_notebook(tmp_path / "n.ipynb", ["1", "import time; time.sleep(60)", "2"], head="n: int = 1")
    run = run_notebook(path, parameters={"n": 2}, limits=Limits(cell_s=2))
    assert run.fault.cell == 4 and "Timeout" in run.fault.cause


@pytest.mark.slow
def test_a_cell_that_prints_without_end_is_stopped(tmp_path):
    path = write_notebook(tmp_path / "n.ipynb", ["while True: print('x' * 100000)"], head="n: int = 1")
    run = run_notebook(path, parameters={"n": 2}, limits=Limits(output_mb=2))
    assert "larger than 2 MB" in run.fault.cause
