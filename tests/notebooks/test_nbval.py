"""Headline cells say today what they said when they were committed, and a changed number is caught."""

from __future__ import annotations

import re
import subprocess
import sys

import nbformat
import pytest

from innovlib.paths import ROOT
from tests.notebooks.test_rules import FILES, KEPT, code_cells, tags

RESEARCH = [path for path in FILES if not path.name.startswith("report-")]


def nbval(path) -> subprocess.CompletedProcess:
    """nbval on one notebook, as the README tells a person to run it, in a process of its own."""
    command = [
        sys.executable,
        "-m",
        "pytest",
        "--nbval-lax",
        "-q",
        "-p",
        "no:cacheprovider",
        "-p",
        "no:xdist",
        str(path),
    ]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, encoding="utf-8", timeout=600, check=False)


@pytest.mark.parametrize("path", RESEARCH, ids=lambda p: p.name)
def test_headlines_are_what_they_were(path):
    done = nbval(path)
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-2000:]


def test_a_changed_number_is_caught(tmp_path):
    source = RESEARCH[0]
    book = nbformat.read(source, as_version=4)
    headline = next(cell for cell in code_cells(book) if tags(cell) >= KEPT)
    said = headline.outputs[0].text
    headline.outputs[0].text = re.sub(r"\d", lambda m: str((int(m[0]) + 1) % 10), said, count=1)
    assert headline.outputs[0].text != said
    nbformat.write(book, tmp_path / source.name)
    done = nbval(tmp_path / source.name)
    assert done.returncode == 1, done.stdout[-4000:]
    assert "mismatch" in done.stdout
