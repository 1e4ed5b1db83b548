"""All that the notebooks show can be copied into a paper, and switches with the school that is picked."""

import ast
import json

import pandas as pd
import pytest

from innovlib.desk.picker import Following, Picker
from innovlib.paths import NOTEBOOKS
from innovlib.report.drawing import Drawing

BOOKS = {path.name: path for path in sorted(NOTEBOOKS.glob("0*.ipynb"))}
#: Another pilot school of the example area than the one that is picked first.
OTHER = "99050004"


def shown(name: str) -> tuple[dict, dict]:
    """What each code cell of a notebook shows, by cell, and the names that stand at its end."""
    names, values = {}, {}
    for cell in json.loads(BOOKS[name].read_text(encoding="utf-8"))["cells"]:
        if cell["cell_type"] != "code":
            continue
        body = ast.parse("".join(cell["source"])).body
        last = body.pop() if body and isinstance(body[-1], ast.Expr) else None
        exec(compile(ast.Module(body, []), name, "exec"), names)
        if last is not None:
            values[cell["id"]] = eval(compile(ast.Expression(last.value), name, "eval"), names)
    return values, names


def check_copyable(value, folder) -> None:
    if isinstance(value, pd.DataFrame):  # a frame itself
        assert value.to_latex()
        return
    assert isinstance(value.to_frame(), pd.DataFrame)
    assert "tabular" in value.to_latex()
    if isinstance(value, Drawing):
        for ending in ("png", "svg"):
            value.savefig(folder / f"figure.{ending}")
            assert (folder / f"figure.{ending}").stat().st_size > 1000


@pytest.mark.parametrize("name", BOOKS)
def test_every_figure_and_table_can_be_copied_and_follows_the_picker(name, tmp_path):
    values, names = shown(name)
    school = names.get("school")
    results = {cell: value for cell, value in values.items() if value is not None and not isinstance(value, Picker)}
    assert len(results) >= 3
    for value in results.values():
        check_copyable(value.value if isinstance(value, Following) else value, tmp_path)
    following = {cell: value for cell, value in results.items() if isinstance(value, Following)}
    assert bool(following) == (name < "09")  # the last looks at simulated worlds, not at schools
    before = {cell: value.widget.outputs for cell, value in following.items()}
    if school is not None:
        school.choose(OTHER)
    for cell, value in following.items():
        assert value.widget.outputs != before[cell], f"{cell} shows the same for another school"
        assert value.to_frame().equals(value.value.to_frame()) and value.to_latex()
