"""From a number of a report to its proof: section, cell of the template, the call, the function, its test.

Read from the template's own code, so it cannot go out of date: for every section, the public functions of the rooms
that compute numbers (measures and effects) whose results reach what the section shows.
"""

from __future__ import annotations

import ast
import json
from functools import lru_cache

import pandas as pd

from innovlib import paths

ROOMS = ("measures", "effects")
READ = tuple(f"innovlib.{room}" for room in (*ROOMS, "report"))
#: Sections that show no number of their own.
SILENT = ("limits", "provenance")
COLUMNS = ["section", "cell", "function", "called", "through", "source", "test"]


def steps(template: str) -> pd.DataFrame:
    """The way from every section of a report to the functions and tests behind its numbers.

    Parameters
    ----------
    template
        Name of the template, such as ``report-school``.

    Returns
    -------
    DataFrame
        ``section`` (heading; the template's name before the first), ``cell`` (id in the notebook), ``function``
        (room.module.name), ``called`` (id of the cell that calls it), ``through`` (the module that the cell calls it
        through; blank where it calls it itself), ``source`` and ``test`` (files of the checkout).
        One row per cell and function; sections that show no number have none.

    Examples
    --------
    >>> found = steps("report-school")
    >>> bool((found["function"] == "measures.comparison.school_results").any())
    True
    """
    path = paths.NOTEBOOKS / f"{template}.ipynb"
    return steps_of(path.read_text(encoding="utf-8"), name=path.stem)


def steps_of(text: str, *, name: str) -> pd.DataFrame:
    """:func:`steps` of a template whose text is at hand; ``name`` stands for the part before its first heading."""
    return _steps(text, name).copy()


@lru_cache(maxsize=8)
def _steps(text: str, name: str) -> pd.DataFrame:
    section, behind, imported, rows = name, {}, {}, []  # slides have no headings of their own
    places: dict[str, tuple[str, str]] = {}
    for cell in json.loads(text)["cells"]:
        source, here = "".join(cell["source"]), cell.get("id", "")
        if cell["cell_type"] == "markdown":
            section = next((line[3:].strip() for line in source.splitlines() if line.startswith("## ")), section)
            continue
        tree = ast.parse(source)
        imported |= imports(tree)
        places |= {function: (here, through) for function, through in called(tree, imported=imported).items()}
        shown = _followed(tree, behind=behind, imported=imported)
        if here not in SILENT:
            known = sorted(function for function in shown if _computes(function))
            rows += [(section, here, function, *places[function], *_files(function)) for function in known]
    return pd.DataFrame(rows, columns=COLUMNS).drop_duplicates(ignore_index=True)


def called(tree: ast.AST, *, imported: dict[str, str]) -> dict[str, str]:
    """Functions of the rooms that a piece of code names, and the module through which it does.

    That is a chapter of the report, or the home of a class that works many results out together.

    Parameters
    ----------
    imported
        As :func:`imports` tells it.

    Examples
    --------
    >>> tree = ast.parse("from innovlib.measures import outcomes; outcomes.coverage(scores)")
    >>> called(tree, imported=imports(tree))
    {'measures.outcomes.coverage': ''}
    """
    found: dict[str, str] = {}
    for part in ast.walk(tree):
        if isinstance(part, ast.Name) and imported.get(part.id, "").count(".") == 2:
            module, _, name = imported[part.id].rpartition(".")
            found = (
                found | {imported[part.id]: ""} if name.islower() else dict.fromkeys(called_by(module), module) | found
            )
        if isinstance(part, ast.Attribute) and isinstance(part.value, ast.Name):
            module = imported.get(part.value.id, "")
            if module.startswith("report."):
                found = dict.fromkeys(called_by(module), module) | found
            elif module.count(".") == 1 and part.attr.islower():
                found[f"{module}.{part.attr}"] = ""
    return found


def _followed(tree: ast.Module, *, behind: dict[str, set[str]], imported: dict[str, str]) -> set[str]:
    """Functions behind what a cell does; names that it sets remember theirs in ``behind``."""
    shown: set[str] = set()
    for statement in tree.body:
        used = _behind(statement, behind=behind, imported=imported)
        if isinstance(statement, ast.Assign | ast.AnnAssign | ast.AugAssign):
            targets = statement.targets if isinstance(statement, ast.Assign) else [statement.target]
            kept = behind if isinstance(statement, ast.AugAssign) else {}
            for name in (n.id for t in targets for n in ast.walk(t) if isinstance(n, ast.Name)):
                behind[name] = kept.get(name, set()) | used
        else:
            shown |= used
    return shown


def _behind(node: ast.AST, *, behind: dict[str, set[str]], imported: dict[str, str]) -> set[str]:
    read = {n.id for n in ast.walk(node) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Load)}
    return set().union(called(node, imported=imported), *(behind.get(name, ()) for name in read))


@lru_cache(maxsize=64)
def called_by(module: str) -> frozenset[str]:
    """Functions of the rooms that a module of the report room calls: a chapter computes through them."""
    path = paths.ROOT / "innovlib" / f"{module.replace('.', '/')}.py"
    if not path.is_file():  # a package that only gathers names
        return frozenset()
    tree = ast.parse(path.read_text(encoding="utf-8"))
    known = {name: place for name, place in imports(tree).items() if not place.startswith("report.")}
    calls = [node.func for node in ast.walk(tree) if isinstance(node, ast.Call)]
    named = {known[f.id] for f in calls if isinstance(f, ast.Name) and known.get(f.id, "").count(".") == 2}
    reached = {f"{known[f.value.id]}.{f.attr}" for f in calls
               if isinstance(f, ast.Attribute) and isinstance(f.value, ast.Name)
               and known.get(f.value.id, "").count(".") == 1}  # fmt: skip
    return frozenset(name for name in named | reached if name.rpartition(".")[2].islower())


def imports(tree: ast.Module) -> dict[str, str]:
    """Name in the notebook → room.module, room.module.function or, of the rooms that compute, room.module.Class."""
    found = {}
    for node in tree.body:
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith(READ):
            place = node.module.removeprefix("innovlib.")
            kept = [a for a in node.names if a.name.islower() or (_computes(place) and not a.name.isupper())]
            found |= {a.asname or a.name: f"{place}.{a.name}" for a in kept}
    return found


def _computes(function: str) -> bool:
    return function.startswith(ROOMS)


def _files(function: str) -> tuple[str, str]:
    room, module, _ = function.split(".")
    return f"innovlib/{room}/{module}.py", f"tests/{room}/test_{module}.py"
