"""The methods appendix names every function that puts a number before a reader, in both languages."""

import ast
import importlib
import json
import re

import pytest

from innovlib.paths import NOTEBOOKS, ROOT

ROOMS = ("measures", "effects")
PAGES = {lang: (ROOT / "docs" / f"methods-{lang}.md").read_text(encoding="utf-8") for lang in ("th", "en")}
#: These carry rows and words to a reader, not numbers of their own.
PLUMBING = {
    "effects.panel.areas", "effects.effect.shown", "effects.effect.verdict", "effects.effect.unit_name",
    "effects.estimate.changes", "measures.comparison.must_pool", "measures.outcomes.windows",
    "measures.rows.need_columns",
}  # fmt: skip


def named(lang: str) -> set[str]:
    return set(re.findall(r"innovlib\.((?:measures|effects)\.\w+\.\w+)`", PAGES[lang]))


def called(source: str) -> set[str]:
    """Functions of the two rooms that a piece of code calls, as room.module.function."""
    modules, found = {}, set()
    tree = ast.parse(source)
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module and node.module.startswith("innovlib."):
            here = node.module.removeprefix("innovlib.")
            for alias in node.names:
                if here in ROOMS:
                    modules[alias.asname or alias.name] = f"{here}.{alias.name}"
                elif here.partition(".")[0] in ROOMS and alias.name.islower():
                    found.add(f"{here}.{alias.name}")
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            owner = getattr(node.func.value, "id", "")
            if owner in modules and not node.func.attr.startswith("_"):
                found.add(f"{modules[owner]}.{node.func.attr}")
    return {_home(name) for name in found if callable(_there(name)) and not isinstance(_there(name), type)}


def _home(name: str) -> str:
    """Where a function is written, which may not be the module that it was called by."""
    there = _there(name)
    return f"{there.__module__.removeprefix('innovlib.')}.{there.__name__}"


def _there(name: str):
    module, _, function = name.rpartition(".")
    return getattr(importlib.import_module(f"innovlib.{module}"), function, None)


def notebook_code() -> str:
    books = [json.loads(path.read_text(encoding="utf-8")) for path in sorted(NOTEBOOKS.glob("*.ipynb"))]
    cells = [cell for book in books for cell in book["cells"] if cell["cell_type"] == "code"]
    return "\n".join("".join(cell["source"]) for cell in cells)


@pytest.mark.parametrize("lang", PAGES)
def test_every_function_that_a_notebook_or_template_calls_is_named(lang):
    wanted = called(notebook_code()) - PLUMBING
    assert len(wanted) > 40
    missing = wanted - named(lang)
    assert not missing, (
        f"name these, with their formula, in docs/methods-th.md and docs/methods-en.md: {sorted(missing)}"
    )


@pytest.mark.parametrize("lang", PAGES)
def test_every_measure_with_a_formula_is_named(lang):
    """A measure whose description writes a formula out belongs in the appendix, whoever calls it."""
    formulas = set()
    for path in sorted((ROOT / "innovlib" / "measures").glob("*.py")):
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            is_public = isinstance(node, ast.FunctionDef) and not node.name.startswith("_")
            if is_public and re.search(r"Notes\n-+\n(?:.*\n)*?.*``[^`]*[=√Σ][^`]*``", ast.get_docstring(node) or ""):
                formulas.add(f"measures.{path.stem}.{node.name}")
    assert formulas and not formulas - named(lang), sorted(formulas - named(lang))


@pytest.mark.parametrize("lang", PAGES)
def test_every_name_is_a_function_that_is_there(lang):
    assert not [name for name in named(lang) if not callable(_there(name))]


def test_both_languages_have_the_same_formulas_and_names():
    formulas = [re.findall(r"^\$\$\n(.*?)\n\$\$", page, re.MULTILINE | re.DOTALL) for page in PAGES.values()]
    assert formulas[0] == formulas[1] and len(formulas[0]) >= 20
    assert named("th") == named("en")


def test_a_function_that_is_left_out_is_seen():
    code = "from innovlib.measures import outcomes\nfrom innovlib.effects.panel import panel\n"
    code += "outcomes.school_gaps(panel(x))"
    assert called(code) == {"measures.outcomes.school_gaps", "effects.panel.panel"}
