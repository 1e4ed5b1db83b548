"""The pages on extending say only what runs: the code of each is executed as it stands, in a process of its own."""

import re
import subprocess
import sys

import pytest

from innovlib.paths import ROOT

PAGES = sorted((ROOT / "docs" / "extending").glob("*.md"))
WITH_CODE = [page for page in PAGES if page.stem != "index"]


def code(page) -> str:
    return "\n".join(re.findall(r"^```python\n(.*?)^```", page.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL))


def run(source, folder) -> subprocess.CompletedProcess:
    return subprocess.run([sys.executable, "-c", source], cwd=folder, capture_output=True, text=True, encoding="utf-8")


#: One page renders a report, which takes its time.
LONG = [pytest.param(page, marks=pytest.mark.slow if page.stem == "report" else ()) for page in WITH_CODE]


@pytest.mark.parametrize("page", LONG, ids=lambda page: page.stem)
def test_the_example_runs(page, tmp_path):
    assert "assert" in code(page), "an example that claims nothing proves nothing"
    done = run(code(page), tmp_path)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("page", WITH_CODE, ids=lambda page: page.stem)
def test_the_page_is_short(page):
    assert len(page.read_text(encoding="utf-8").splitlines()) <= 75


def test_every_page_is_reached():
    listed = (ROOT / "docs" / "extending" / "index.md").read_text(encoding="utf-8")
    assert {page.stem for page in WITH_CODE} == set(re.findall(r"^(\w+)$", listed, re.MULTILINE)) - {"toctree"}
    assert len(WITH_CODE) == 6


def test_an_example_that_does_not_hold_is_seen(tmp_path):
    assert run("assert 1 == 2", tmp_path).returncode != 0
