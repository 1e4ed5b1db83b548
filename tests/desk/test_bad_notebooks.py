"""A notebook in the wrong folder, without an area, with an unknown school, without a display says what to do."""

import json
import os
import re
import subprocess
import sys

import pytest

from innovlib.errors import BadInput, MissingTable
from innovlib.paths import NOTEBOOKS

BOOKS = {path.name: path for path in sorted(NOTEBOOKS.glob("0*.ipynb"))}
LIVE = [name for name in BOOKS if name < "09"]  # the last asks nothing of an area


def setup(name: str, **given: str) -> str:
    """The parameters and setup cells of a notebook as papermill would run them."""
    cells = {
        cell["id"]: "".join(cell["source"]) for cell in json.loads(BOOKS[name].read_text(encoding="utf-8"))["cells"]
    }
    changed = "\n".join(f"{key} = {value!r}" for key, value in given.items())
    return "\n".join([cells["parameters"], changed, cells["setup"]])


def run(code: str, folder, **variables: str) -> subprocess.CompletedProcess:
    surroundings = {key: value for key, value in os.environ.items() if key not in ("DISPLAY", "WAYLAND_DISPLAY")}
    words = {"cwd": folder, "env": surroundings | variables, "capture_output": True, "text": True, "encoding": "utf-8"}
    return subprocess.run([sys.executable, "-X", "utf8", "-c", code], **words)


def test_it_runs_from_any_folder_without_a_display(tmp_path):
    figure = "school.follow(lambda: explore.tested_by_year(outcomes.coverage(school.own(scores))))"
    shown = f"print(len({figure}._repr_mimebundle_()['image/png']) > 1000)"
    done = run(setup("01-coverage.ipynb") + "\n" + shown, tmp_path, MPLBACKEND="agg")
    assert done.returncode == 0 and done.stdout.strip() == "True", done.stderr


@pytest.mark.parametrize(
    ("given", "variables", "said"),
    [
        ({"area": "data/nowhere"}, {}, "there is no such folder"),
        ({}, {"INNOV_AREA": "gone"}, "run innov lab --area FOLDER again"),
        ({"area": "."}, {}, "no schools table"),
        ({"school_id": "99059999"}, {}, "no school 99059999"),
    ],
    ids=["no area", "chosen area gone", "wrong folder", "unknown school"],
)
def test_what_is_wrong_is_said_in_both_languages(tmp_path, monkeypatch, given, variables, said):
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("INNOV_AREA", raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(BadInput) as error:
        exec(setup("01-coverage.ipynb", **given), {})
    words = error.value.words
    assert re.search("[ก-๙]", words.th) and "วิธีแก้:" in words.th
    assert said in words.en and "What to do:" in words.en


@pytest.fixture(scope="module")
def beginning(tmp_path_factory):
    """An area that has its schools and nothing else."""
    folder = tmp_path_factory.mktemp("beginning")
    (folder / "schools.csv").write_text("school_id,name_th,cohort\nS1,บ้านหนึ่ง,1\n", encoding="utf-8")
    return folder


@pytest.mark.parametrize("name", LIVE)
def test_a_table_that_is_not_there_is_named_with_the_way_to_load_it(name, beginning):
    with pytest.raises(MissingTable, match=r"this area has no .* innov intake"):
        exec(setup(name, area=str(beginning)), {})


def test_in_the_kits_kernel_the_words_come_without_a_trace():
    code = """
from IPython.core.interactiveshell import InteractiveShell
from innovlib.desk import jupyter, open_area
jupyter.begin()
shell = InteractiveShell.instance()
shell.user_ns["open_area"] = open_area
shell.run_cell("open_area('nowhere')")
"""
    done = run(code, NOTEBOOKS)
    said = done.stdout + done.stderr
    assert "there is no such folder" in said and "ไม่พบโฟลเดอร์นี้" in said and "Traceback" not in said
