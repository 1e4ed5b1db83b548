"""The rules of the notebooks: thin, ordinary, the same for everybody who opens, renders or compares them."""

from __future__ import annotations

import ast
import itertools
import re

import nbformat
import pytest

from innovlib.paths import NOTEBOOKS

MOST_CODE_CELLS, MOST_LINES, LEAST_TEXT_PER_CODE = 30, 15, 0.5
KEPT = {"keep_output", "nbval-check-output"}
FORBIDDEN = (
    ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.For, ast.AsyncFor, ast.While, ast.Try, ast.TryStar,
)  # fmt: skip

FILES = sorted(NOTEBOOKS.glob("*.ipynb"))
READ = {path.name: nbformat.read(path, as_version=4) for path in FILES}
each = pytest.mark.parametrize("name", READ)


# --- the rules: each takes a notebook and names what breaks it --------------------------------------------------


def code_cells(book) -> list:
    return [cell for cell in book.cells if cell.cell_type == "code"]


def tags(cell) -> set[str]:
    return set(cell.metadata.get("tags", []))


def title_faults(book, *, is_report: bool) -> list[str]:
    """One H1 that asks a question, first of all; a report's H1 is made by its masthead."""
    text = [cell.source for cell in book.cells if cell.cell_type == "markdown"]
    titles = [line for source in text for line in source.splitlines() if line.startswith("# ")]
    if is_report:
        return [f"a report's H1 is made by code, found {titles}"] if titles else []
    if len(titles) != 1:
        return [f"{len(titles)} H1"]
    first = book.cells[0].source.startswith("# ") and titles[0].rstrip().endswith("?")
    return [] if first else [f"the notebook does not open with a question: {titles[0]}"]


def parameter_faults(book) -> list[str]:
    """Exactly one cell tagged parameters, of annotated literals, each with a comment."""
    found = [cell for cell in code_cells(book) if "parameters" in tags(cell)]
    if len(found) != 1:
        return [f"{len(found)} cells tagged parameters"]
    faults, lines = [], found[0].source.splitlines()
    for node in ast.parse(found[0].source).body:
        if not isinstance(node, ast.AnnAssign) or node.value is None:
            faults.append(f"line {node.lineno}: not an annotated assignment")
        elif not _is_literal(node.value):
            faults.append(f"line {node.lineno}: the default is not a literal")
        if not re.search(r"#\s*\S", lines[node.end_lineno - 1][node.end_col_offset :]):
            faults.append(f"line {node.lineno}: no comment")
    return faults


def _is_literal(node: ast.expr) -> bool:
    try:
        ast.literal_eval(node)
    except ValueError:
        return False
    return True


def size_faults(book) -> list[str]:
    """At most 30 code cells of at most 15 lines, and a text cell for every two code cells."""
    cells = code_cells(book)
    text = [cell for cell in book.cells if cell.cell_type == "markdown"]
    faults = [f"{cell.id}: {n} lines" for cell in cells if (n := len(cell.source.splitlines())) > MOST_LINES]
    if len(cells) > MOST_CODE_CELLS:
        faults.append(f"{len(cells)} code cells")
    if len(text) < LEAST_TEXT_PER_CODE * len(cells):
        faults.append(f"{len(text)} text cells for {len(cells)} code cells")
    return faults


def logic_faults(book) -> list[str]:
    """No function, class, loop, try, star import, shell or magic: what needs them wants to be a tested function."""
    faults = []
    for cell in code_cells(book):
        if re.search(r"^\s*[%!]", cell.source, re.MULTILINE):
            faults.append(f"{cell.id}: shell or magic")
            continue
        for node in ast.walk(ast.parse(cell.source)):
            if isinstance(node, FORBIDDEN):
                faults.append(f"{cell.id}: {type(node).__name__}")
            if isinstance(node, ast.ImportFrom) and any(alias.name == "*" for alias in node.names):
                faults.append(f"{cell.id}: import *")
    return faults


def order_faults(book) -> list[str]:
    """Run from top to bottom, or not at all."""
    counts = [cell.execution_count for cell in code_cells(book) if cell.source.strip()]
    run = counts == list(range(1, len(counts) + 1))
    return [] if run or not any(counts) else [f"run in the order {counts}"]


def output_faults(book) -> list[str]:
    """Outputs only in headline cells, and there only printed text."""
    faults = []
    for cell in code_cells(book):
        kept = tags(cell) & KEPT
        if kept and kept != KEPT:
            faults.append(f"{cell.id}: tagged {kept} but not {KEPT - kept}")
        if cell.outputs and not kept:
            faults.append(f"{cell.id}: has outputs but is no headline cell")
        if kept and not cell.outputs:
            faults.append(f"{cell.id}: a headline cell without its output, so nothing is compared")
        if any(out.output_type != "stream" or out.name != "stdout" for out in cell.outputs):
            faults.append(f"{cell.id}: an output that is not printed text")
    return faults


def id_faults(book) -> list[str]:
    """Cell ids are words that stay the same, not random digits."""
    ids = [cell.get("id", "") for cell in book.cells]
    faults = [
        f"{i!r} is random or no word" for i in ids if re.fullmatch(r"[0-9a-f]{8}", i) or not re.match(r"[a-z]", i)
    ]
    return faults + (["ids stand twice"] if len(set(ids)) < len(ids) else [])


# --- every notebook keeps them ----------------------------------------------------------------------------------------


def test_there_are_notebooks():
    assert FILES


@each
def test_opens_with_the_question(name):
    assert not title_faults(READ[name], is_report=name.startswith("report-"))


@pytest.mark.parametrize(
    "faults",
    [parameter_faults, size_faults, logic_faults, order_faults, output_faults, id_faults],
    ids=lambda f: f.__name__,
)
@each
def test_rule(name, faults):
    assert not faults(READ[name])


@each
def test_is_a_valid_notebook_of_an_ordinary_kernel(name):
    nbformat.validate(READ[name])
    assert READ[name].metadata.kernelspec.name == "python3"
    assert READ[name].nbformat_minor >= 5


@each
def test_a_research_notebook_says_what_it_does_not_show_and_has_a_headline(name):
    if name.startswith("report-"):
        return
    book = READ[name]
    text = "\n".join(cell.source for cell in book.cells if cell.cell_type == "markdown")
    assert "does not show" in text
    assert any(tags(cell) >= KEPT for cell in code_cells(book))


# --- a check that cannot fail is worth nothing -----------------------------------------------------------------------


def book(*cells):
    return nbformat.v4.new_notebook(cells=list(cells))


_number = itertools.count()


def code(source, *, id=None, tags=(), **more):
    id = id or f"cell-{next(_number)}"
    return nbformat.v4.new_code_cell(source, id=id, metadata={"tags": list(tags)}, **more)


def text(source):
    return nbformat.v4.new_markdown_cell(source, id=f"words-{next(_number)}")


PRINTED = nbformat.v4.new_output("stream", name="stdout", text="1\n")
SHOWN = nbformat.v4.new_output("execute_result", data={"text/plain": "1"}, execution_count=1)


@pytest.mark.parametrize(
    ("rule", "bad"),
    [
        (parameter_faults, book(code("x: int = 1  # one"))),
        (parameter_faults, book(code("x = 1  # one", tags=["parameters"]))),
        (parameter_faults, book(code("x: int = 1", tags=["parameters"]))),
        (parameter_faults, book(code("x: int = len('a')  # one", tags=["parameters"]))),
        (parameter_faults, book(*(code("x: int = 1  # one", tags=["parameters"]) for _ in range(2)))),
        (size_faults, book(*(code("1") for _ in range(31)), *(text("a") for _ in range(31)))),
        (size_faults, book(code("\n".join("1" * 16)), text("a"))),
        (size_faults, book(code("1"), code("2"), code("3"), text("a"))),
        (logic_faults, book(code("for i in x:\n    i"))),
        (logic_faults, book(code("def f(): ..."))),
        (logic_faults, book(code("class A: ..."))),
        (logic_faults, book(code("while x: ..."))),
        (logic_faults, book(code("try:\n    x\nexcept E: ..."))),
        (logic_faults, book(code("from a import *"))),
        (logic_faults, book(code("!ls"))),
        (order_faults, book(code("1", execution_count=2), code("2", execution_count=1))),
        (order_faults, book(code("1", execution_count=1), code("2"))),
        (output_faults, book(code("1", outputs=[PRINTED]))),
        (output_faults, book(code("1", tags=KEPT))),
        (output_faults, book(code("1", tags=["keep_output"], outputs=[PRINTED]))),
        (output_faults, book(code("1", tags=KEPT, outputs=[SHOWN]))),
        (id_faults, book(code("1", id="0a1b2c3d"))),
    ],
)
def test_a_planted_fault_is_seen(rule, bad):
    assert rule(bad)


@pytest.mark.filterwarnings("ignore:Non-unique cell id")
def test_an_id_that_stands_twice_is_seen():
    # nbformat mends it with a random one, which is seen as well
    assert id_faults(book(code("1", id="same"), code("2", id="same")))


@pytest.mark.parametrize("title", ["## no H1", "# A statement", "# One?\n# Two?"])
def test_a_wrong_title_is_seen(title):
    assert title_faults(book(text(title)), is_report=False)
    assert title_faults(book(text("# By hand?")), is_report=True)


def test_a_good_notebook_has_no_faults():
    good = book(
        nbformat.v4.new_markdown_cell("# Which?", id="title"),
        code("x: int = -1  # one", id="parameters", tags=["parameters"], execution_count=1),
        code("print(1)", id="headline", tags=KEPT, execution_count=2, outputs=[PRINTED]),
    )
    rules = (parameter_faults, size_faults, logic_faults, order_faults, output_faults, id_faults)
    assert not [fault for rule in rules for fault in rule(good)]
    assert not title_faults(good, is_report=False)
