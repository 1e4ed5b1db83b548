"""A small area, small templates and a plain page for the batch."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

HERE = Path(__file__).parent

SCHOOLS = """school_id,name_th,cohort,joined_year_be
S1,บ้านหนึ่ง,1,2562
S2,บ้านสอง,1,2562
S3,บ้านสาม,2,2563
C1,บ้านเทียบ,,
"""
SCORES = """school_id,year_be,test,grade,subject,n_enrolled,n_tested,mean,sd
S1,2562,O-NET,ป.6,thai,12,12,51.5,9.0
S2,2562,O-NET,ป.6,thai,11,11,48.0,8.0
C1,2562,O-NET,ป.6,thai,20,19,50.0,8.5
"""
HEAD = {
    "school": 'area: str = "data/example"\nschool_id: str = "S1"\nprofile: str = "public"\nlang: str = "both"',
    "cohort": 'area: str = "data/example"\ncohort: int = 1\nprofile: str = "public"\nlang: str = "both"',
    "area": 'area: str = "data/example"\nprofile: str = "public"\nlang: str = "both"',
}
BODY = {
    "school": ["from innovlib.area import open_area", "row = open_area(area).school(school_id)\nprint(row['name_th'])"],
    "cohort": ["print('cohort', cohort, type(cohort).__name__)"],
    "area": ["print('area', profile, lang)"],
}


def write_notebook(path: Path, cells: list, *, head: str | None) -> Path:
    """A notebook of code cells; each is a source, or a pair of source and tags."""
    made = [new_markdown_cell("# ?", id="title")]
    if head is not None:
        made.append(new_code_cell(head, metadata={"tags": ["parameters"]}, id="parameters"))
    for i, cell in enumerate(cells):
        source, tags = (cell, []) if isinstance(cell, str) else cell
        made.append(new_code_cell(source, metadata={"tags": tags}, id=f"cell-{i}"))
    spec = {"kernelspec": {"name": "python3", "language": "python", "display_name": "Python 3"}}
    path.write_text(nbformat.writes(new_notebook(cells=made, metadata=spec)), encoding="utf-8")
    return path


def write_template(folder: Path, kind: str, cells: list | None = None, *, head: str | None = None) -> Path:
    """One of the three templates, with a body of one's own."""
    return write_notebook(folder / f"report-{kind}.ipynb", cells or BODY[kind], head=head or HEAD[kind])


@pytest.fixture
def area(tmp_path) -> Path:
    """An area of three pilot schools in two cohorts and one comparison school."""
    folder = tmp_path / "hills"
    folder.mkdir()
    (folder / "schools.csv").write_text(SCHOOLS, encoding="utf-8")
    (folder / "scores.csv").write_text(SCORES, encoding="utf-8")
    return folder


@pytest.fixture
def templates(tmp_path) -> Path:
    """The three templates, as small as can be."""
    folder = tmp_path / "templates"
    folder.mkdir()
    for kind in HEAD:
        write_template(folder, kind)
    return folder


@pytest.fixture
def render(area, templates, tmp_path, monkeypatch):
    """``render(kind, **changes)`` into one folder with the plain page."""
    from innovlib.batch import keys, run

    monkeypatch.setattr(sys, "path", [str(HERE), *sys.path])
    monkeypatch.setenv("PYTHONPATH", str(HERE))
    kit = keys.kit()  # once: the sources may be under somebody's hands while a test runs
    monkeypatch.setattr(keys, "kit", lambda: kit)

    def go(kind="all", **changes):
        os.environ.pop("PYTEST_CURRENT_TEST", None)  # a kernel that sees it does not watch the descriptors
        settings = {"out": tmp_path / "out", "templates": templates, "page": "plain_page", "workers": 2}
        return run.render(area, kind, **settings | changes)

    return go


@pytest.fixture
def unprivileged():
    """Folders that refuse to be written mean nothing to root."""
    if os.name == "posix" and os.geteuid() == 0:
        pytest.skip("root may write anywhere")
