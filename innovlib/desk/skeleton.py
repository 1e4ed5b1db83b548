"""A notebook of one's own, begun from a skeleton that keeps the notebooks' rules from its first cell on."""

from __future__ import annotations

import re
from pathlib import Path

import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from innovlib import paths
from innovlib.area.store import write_whole
from innovlib.errors import BadInput, CannotWrite, Words

QUESTION = "คำถามของคุณคืออะไร | What is your question?"

#: One entry per cell: id, kind, text. A headline cell prints what a test compares later.
CELLS = (
    ("title", "text", "# {question}\n\nWhy it matters, and which earlier notebook it rests on."),
    (
        "parameters",
        "parameters",
        "# parameters: what papermill replaces\n"
        'area: str = ""  # the area\'s folder; blank = chosen with innov lab --area, or the example\n'
        'school_id: str = ""  # a school to look at closely; blank = the first pilot\n'
        'test: str = "O-NET"  # RT, NT or O-NET',
    ),
    (
        "setup",
        "code",
        "from innovlib import desk\n"
        "from innovlib.measures import outcomes\n"
        "from innovlib.report import explore\n\n"
        "data = desk.open_area(area)\n"
        'schools, scores = data.table("schools"), data.table("scores")\n'
        "school = desk.pick(data, school_id)\n"
        "school",
    ),
    ("q-first", "text", "## The first step of the question?\n\nWhat to look for, said before looking."),
    (
        "first",
        "code",
        'found = outcomes.school_gaps(scores[scores["test"] == test])\n'
        'desk.scroll(found, caption="Distance of every school from the area\'s mean, points")',
    ),
    (
        "of-school",
        "code",
        "school.follow(\n"
        '    lambda: explore.among(found, value="shrunken", error="posterior_sd", chosen=school.school_id, '
        "name=school.name)\n"
        ")",
    ),
    ("headline", "text", "## In one look"),
    (
        "headline-cell",
        "headline",
        "print(f\"schools {len(schools)}, pilot schools {schools['cohort'].notna().sum()}\")",
    ),
    ("limits", "text", "## What this does not show\n\nWhich reading of the numbers above would go too far, and why."),
)


def write(name: str, *, into: Path, question: str = "") -> Path:
    """Write the skeleton as ``NAME.ipynb``; nothing that stands there is overwritten.

    Parameters
    ----------
    name
        File name without ending: Latin letters, digits, ``-`` and ``_``.
    into
        An existing folder.
    question
        The question that the notebook asks; its heading.

    Returns
    -------
    Path
        The new file.

    Raises
    ------
    BadInput
        The name cannot be a file's name on every system, or is that of a template.
    CannotWrite
        The folder is not there, or a notebook of this name is.
    """
    stem = name.removesuffix(".ipynb")
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_-]*", stem) or stem.startswith("report-"):
        raise BadInput(
            Words(f"ใช้ชื่อ {name} ไม่ได้", f"{name} cannot be the notebook's name"),
            expected=Words("อักษร a-z ตัวเลข - และ _ ไม่ขึ้นต้นด้วย report-", "a-z, 0-9, - and _, not beginning with report-"),
            todo=Words("เช่น innov new 10-my-question", "for instance innov new 10-my-question"),
        )
    path = into / f"{stem}.ipynb"
    if not into.is_dir() or path.exists():
        there = path.exists()
        raise CannotWrite(
            Words("มีไฟล์นี้อยู่แล้ว", "this file is there already")
            if there
            else Words("ไม่พบโฟลเดอร์", "there is no such folder"),
            where=str(path if there else into),
            todo=Words("ใช้ชื่ออื่น", "take another name") if there else Words("สร้างโฟลเดอร์ก่อน", "make the folder first"),
        )
    write_whole(path, nbformat.writes(notebook(question=question)) + "\n")
    return path


def notebook(*, question: str = "") -> nbformat.NotebookNode:
    """The skeleton as a notebook: a question, parameters, a school picker, a headline, limits.

    The headline's output is what the example area gives, so that nbval has something to compare from the first day.
    """
    asked = question.strip() or QUESTION
    asked += "" if asked.endswith("?") else "?"
    cells = [_cell(name, kind, source.replace("{question}", asked)) for name, kind, source in CELLS]
    for count, cell in enumerate((c for c in cells if c.cell_type == "code"), start=1):
        cell.execution_count = count  # nbval compares only what says that it was run
    kernel = {"name": "python3", "display_name": "Python 3 (ipykernel)", "language": "python"}
    return new_notebook(cells=cells, metadata={"kernelspec": kernel, "language_info": {"name": "python"}})


def _cell(name: str, kind: str, source: str) -> nbformat.NotebookNode:
    if kind == "text":
        return new_markdown_cell(source, id=name)
    if kind == "headline":
        said = new_output("stream", name="stdout", text=_headline())
        return new_code_cell(source, id=name, outputs=[said], metadata={"tags": ["keep_output", "nbval-check-output"]})
    return new_code_cell(source, id=name, metadata={"tags": ["parameters"]} if kind == "parameters" else {})


def _headline() -> str:
    from innovlib.area import open_area

    schools = open_area(paths.EXAMPLE).table("schools")
    return f"schools {len(schools)}, pilot schools {schools['cohort'].notna().sum()}\n"
