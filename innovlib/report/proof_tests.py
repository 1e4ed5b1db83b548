"""Which tests check which function, read from the tests' own code: the last step from a number to its proof."""

from __future__ import annotations

import ast
from collections.abc import Iterable
from dataclasses import dataclass

from innovlib import paths
from innovlib.area.fingerprint import digest
from innovlib.report import proof

#: Where numbers are tested: beside the module, and against published figures.
ROOMS = ("measures", "effects", "validation")


@dataclass(frozen=True)
class Check:
    """One test: its file in the checkout, its name, its text and the functions of the rooms that it reaches."""

    file: str
    name: str
    text: str
    reaches: frozenset[str]

    @property
    def anchor(self) -> str:
        """Its place on the page of tests."""
        return f"{self.file.removeprefix('tests/').removesuffix('.py').replace('/', '.')}.{self.name}"


def checks(functions: Iterable[str]) -> dict[str, tuple[Check, ...]]:
    """For each function the tests that reach it, those of its own module first.

    Parameters
    ----------
    functions
        room.module.name, as :func:`innovlib.report.proof.steps` names them.

    Examples
    --------
    >>> found = checks(["measures.similar.shrunken"])["measures.similar.shrunken"]
    >>> found[0].file
    'tests/measures/test_similar.py'
    """
    wanted = sorted(set(functions))
    files = sorted(path for room in ROOMS for path in (paths.ROOT / "tests" / room).glob("test_*.py"))
    every = [check for path in files for check in _in_file(path.read_text(encoding="utf-8"), _address(path))]
    return {function: _first_its_own(function, every) for function in wanted}


def fingerprint() -> str:
    """One SHA-256 of all tests that the pages may show."""
    files = sorted(path for room in ROOMS for path in (paths.ROOT / "tests" / room).glob("test_*.py"))
    return digest("\n".join(f"{_address(path)} {digest(path.read_bytes())}" for path in files))


def _address(path) -> str:
    return path.relative_to(paths.ROOT).as_posix()


def _first_its_own(function: str, every: list[Check]) -> tuple[Check, ...]:
    room, module, _ = function.split(".")
    found = [check for check in every if function in check.reaches]
    return tuple(sorted(found, key=lambda check: check.file != f"tests/{room}/test_{module}.py"))


def _in_file(text: str, file: str) -> list[Check]:
    tree = ast.parse(text)
    imported = {
        name: place
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom)
        for name, place in proof.imports(ast.Module([node], [])).items()
        if (place.islower() and not place.startswith("report.")) or _works_out(place)
    }
    functions = [node for node in tree.body if isinstance(node, ast.FunctionDef)]
    parts = {
        name: _said(node, imported=imported)
        for name, node in ({node.name: node for node in functions} | _module_level(tree)).items()
    }
    return [
        Check(file, node.name, _text(text, node), _reached(node.name, parts=parts))
        for node in functions
        if node.name.startswith("test_")
    ]


def _works_out(place: str) -> bool:
    """Whether this is a class of measures, which works out many results together; others only carry results."""
    return place.startswith("measures.") and not place.islower()


def _module_level(tree: ast.Module) -> dict[str, ast.AST]:
    """What a file sets once for all its tests, by name."""
    return {
        name.id: node
        for node in tree.body
        if isinstance(node, ast.Assign | ast.AnnAssign)
        for name in ast.walk(node)
        if isinstance(name, ast.Name) and isinstance(name.ctx, ast.Store)
    }


def _said(node: ast.AST, *, imported: dict[str, str]) -> tuple[frozenset[str], frozenset[str]]:
    """What a piece of a file calls by itself, and all names that stand in it."""
    names = {n.id for n in ast.walk(node) if isinstance(n, ast.Name)}
    names |= {n.arg for n in ast.walk(node) if isinstance(n, ast.arg)}
    return frozenset(proof.called(node, imported=imported)), frozenset(names)


def _reached(test: str, *, parts: dict[str, tuple[frozenset[str], frozenset[str]]]) -> frozenset[str]:
    """Functions that a test calls, by itself or through what its own file defines (fixtures and constants too)."""
    seen, open_, found = {test}, [test], set()
    while open_:
        calls, names = parts[open_.pop()]
        found |= calls
        open_ += sorted((names & parts.keys()) - seen)
        seen |= names
    return frozenset(found)


def _text(text: str, node: ast.FunctionDef) -> str:
    first = min([node.lineno, *(mark.lineno for mark in node.decorator_list)])
    return "\n".join(text.splitlines()[first - 1 : node.end_lineno])
