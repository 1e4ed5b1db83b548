"""From a number of a report to its proof: section, cell of the template, the call, the function, its test.

Read from the template's own code, so it cannot go out of date: for every section, the public functions of the rooms
that compute numbers (measures and effects) whose results reach what the section shows.
"""

from __future__ import annotations

import ast
import json
from functools import lru_cache
from pathlib import Path

import pandas as pd

from innovlib import paths

ROOMS = ("measures", "effects")
READ = tuple(f"innovlib.{room}" for room in (*ROOMS, "report"))
#: Sections that show no number of their own.
SILENT = ("limits", "provenance")
COLUMNS = ["section", "cell", "function", "source", "test"]


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
        (room.module.name), ``source`` and ``test`` (files of the checkout). One row per cell and function; sections
        that show no number have none.

    Examples
    --------
    >>> found = steps("report-school")
    >>> bool((found["function"] == "measures.comparison.school_results").any())
    True
    """
    return _steps(paths.NOTEBOOKS / f"{template}.ipynb").copy()


@lru_cache(maxsize=8)
def _steps(path: Path) -> pd.DataFrame:
    section, behind, imported, rows = path.stem, {}, {}, []  # slides have no headings of their own
    for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]:
        source = "".join(cell["source"])
        if cell["cell_type"] == "markdown":
            section = next((line[3:].strip() for line in source.splitlines() if line.startswith("## ")), section)
            continue
        tree = ast.parse(source)
        imported |= _imported(tree)
        shown = _followed(tree, behind=behind, imported=imported)
        if cell.get("id", "") not in SILENT:
            rows += [(section, cell.get("id", ""), name, *_files(name)) for name in sorted(shown) if _computes(name)]
    return pd.DataFrame(rows, columns=COLUMNS).drop_duplicates(ignore_index=True)


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
    found: set[str] = set()
    for part in ast.walk(node):
        if isinstance(part, ast.Name) and isinstance(part.ctx, ast.Load):
            found |= behind.get(part.id, set())
            found |= {imported[part.id]} if imported.get(part.id, "").count(".") == 2 else set()
        if isinstance(part, ast.Attribute) and isinstance(part.value, ast.Name):
            module = imported.get(part.value.id, "")
            if module.startswith("report."):
                found |= _called_by(module)
            elif module.count(".") == 1 and part.attr.islower():
                found.add(f"{module}.{part.attr}")
    return found


@lru_cache(maxsize=64)
def _called_by(module: str) -> frozenset[str]:
    """Functions of the rooms that a module of the report room calls: a chapter computes through them."""
    path = paths.ROOT / "innovlib" / f"{module.replace('.', '/')}.py"
    if not path.is_file():  # a package that only gathers names
        return frozenset()
    tree = ast.parse(path.read_text(encoding="utf-8"))
    known = {name: place for name, place in _imported(tree).items() if not place.startswith("report.")}
    calls = [node.func for node in ast.walk(tree) if isinstance(node, ast.Call)]
    named = {known[f.id] for f in calls if isinstance(f, ast.Name) and known.get(f.id, "").count(".") == 2}
    reached = {f"{known[f.value.id]}.{f.attr}" for f in calls
               if isinstance(f, ast.Attribute) and isinstance(f.value, ast.Name)
               and known.get(f.value.id, "").count(".") == 1}  # fmt: skip
    return frozenset(name for name in named | reached if name.rpartition(".")[2].islower())


def _imported(tree: ast.Module) -> dict[str, str]:
    """Name in the notebook → room.module, or room.module.function."""
    found = {}
    for node in tree.body:
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith(READ):
            place = node.module.removeprefix("innovlib.")
            found |= {a.asname or a.name: f"{place}.{a.name}" for a in node.names if a.name.islower()}
    return found


def _computes(function: str) -> bool:
    return function.startswith(ROOMS)


def _files(function: str) -> tuple[str, str]:
    room, module, _ = function.split(".")
    return f"innovlib/{room}/{module}.py", f"tests/{room}/test_{module}.py"
