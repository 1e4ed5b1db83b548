"""One report by each of the ways that ``bench/render.py`` compares; run in processes of their own."""

from __future__ import annotations

import ast
import os
import sys
import traceback
from functools import lru_cache
from pathlib import Path


def _parameters(school: str, area: str) -> dict[str, str]:
    return {"area": area, "school_id": school, "profile": "public", "lang": "both"}


def papermill_one(school: str, *, area: str, out: str, template: str) -> None:
    """papermill with an ordinary kernel, then nbconvert's own page."""
    import papermill

    notebook = Path(out) / f"{school}.ipynb"
    papermill.execute_notebook(template, notebook, parameters=_parameters(school, area), progress_bar=False)
    _convert(notebook)


def ploomber_one(school: str, *, area: str, out: str, template: str) -> None:
    """ploomber-engine, in this process, then nbconvert's own page."""
    from ploomber_engine import execute_notebook

    notebook = Path(out) / f"{school}.ipynb"
    given = _parameters(school, area)
    execute_notebook(template, notebook, parameters=given, progress_bar=False, log_output=False)
    _convert(notebook)


def _convert(notebook: Path) -> None:
    from nbconvert import HTMLExporter

    exporter = HTMLExporter(exclude_input=True)
    notebook.with_suffix(".html").write_text(exporter.from_filename(str(notebook))[0], encoding="utf-8")


# --- the limit ----------------------------------------------------------------------------------------------------


@lru_cache(maxsize=1)
def _read(template: str):
    """The template, and its code cells as (compiled statements, compiled last expression or None), by cell."""
    import nbformat

    notebook = nbformat.read(template, as_version=4)
    code = {}
    for i, cell in enumerate(notebook.cells):
        if cell.cell_type != "code":
            continue
        if "parameters" in cell.metadata.get("tags", ()):
            cell.execution_count = 1  # its names are given
            continue
        body = ast.parse(cell.source).body
        last = body.pop() if body and isinstance(body[-1], ast.Expr) else None
        shown = compile(ast.Expression(last.value), f"cell {i}", "eval") if last is not None else None
        code[i] = compile(ast.Module(body, []), f"cell {i}", "exec"), shown
    return notebook, code


@lru_cache(maxsize=1)
def _shared(template: str, area: str) -> dict:
    """The names that the parameters and the shared cells leave behind."""
    notebook, code = _read(template)
    names: dict = {}
    for cell in notebook.cells:
        if "parameters" in cell.metadata.get("tags", ()):
            exec(cell.source, names)
    names |= _parameters("", area)
    for i in code:
        if "shared" in notebook.cells[i].metadata.get("tags", ()):
            exec(code[i][0], names)
    for table in names["data"].present():
        if table != "pupils":
            names["data"].table(table)  # read before the fork, as our own template process does
    return names


def plain_one(school: str, *, area: str, out: str, template: str) -> None:
    """The template's code called as a plain function, and our page."""
    import copy

    from innovlib.report import page

    notebook, code = _read(template)
    notebook, names = copy.deepcopy(notebook), _shared(template, area) | {"school_id": school}
    for i, (body, shown) in code.items():
        cell = notebook.cells[i]
        cell.execution_count, cell.outputs = i + 1, []
        if "shared" in cell.metadata.get("tags", ()):
            continue
        exec(body, names)
        value = eval(shown, names) if shown is not None else None
        if value is not None:
            cell.outputs = [_output(value, count=i + 1)]
    (Path(out) / f"{school}.html").write_text(page.report_html(notebook), encoding="utf-8")


def _output(value, *, count: int):
    from nbformat.v4 import new_output

    if hasattr(value, "_repr_mimebundle_"):
        data = value._repr_mimebundle_()
    else:
        data = {"text/plain": repr(value)}
        if hasattr(value, "_repr_html_"):
            data["text/html"] = value._repr_html_()
    data, metadata = data if isinstance(data, tuple) else (data, {})
    return new_output("execute_result", data=data, metadata=metadata, execution_count=count)


def spread(one, schools: list[str], workers: int) -> None:
    """Call ``one`` for every school in ``workers`` processes forked from this one when warm; in itself for one."""
    sys.modules["rfc3987_syntax"] = None  # as our own command does: see innovlib.batch.pool.python
    from innovlib.report import page

    page.prepare()
    _read(one.keywords["template"])
    _shared(one.keywords["template"], one.keywords["area"])
    if workers == 1:
        for school in schools:
            one(school)
        return
    children = []
    for k in range(workers):
        child = os.fork()
        if child == 0:
            code = 1
            try:
                for school in schools[k::workers]:
                    one(school)
                code = 0
            except BaseException:  # noqa: BLE001 - a child must not come back from here
                traceback.print_exc()
            finally:
                sys.stderr.flush()
                os._exit(code)
        children.append(child)
    codes = [os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) for child in children]
    if any(codes):
        raise SystemExit(f"a process of the limit ended with {codes}")
