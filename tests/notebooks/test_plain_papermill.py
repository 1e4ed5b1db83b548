"""The templates run with papermill as anybody would call it, from any folder, without a command of ours."""

import subprocess
import sys

import nbformat
import pytest

from innovlib import paths
from innovlib.report import page


@pytest.mark.parametrize("flag", ["-p", "-r"])
def test_the_school_template_runs_from_anywhere(tmp_path, flag):
    # papermill -p turns an id of digits into a number; the template must not mind.
    out = tmp_path / "out.ipynb"
    template = paths.NOTEBOOKS / "report-school.ipynb"
    words = [flag, "school_id", "99050012", "-p", "lang", "en", str(template), str(out), "--no-progress-bar"]
    done = subprocess.run([sys.executable, "-m", "papermill", *words], cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    book = nbformat.read(out, as_version=4)
    assert page.read_meta(book)["id"] == "99050012"
    assert '<html lang="en"' in page.report_html(book)
