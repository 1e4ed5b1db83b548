"""Every table or figure of a template is made from a table that passed the door, and provenance is told of each."""

from __future__ import annotations

import ast

import nbformat
import pytest

from innovlib import paths

TEMPLATES = sorted(paths.NOTEBOOKS.glob("report-*.ipynb"))
DOOR = {"means", "shares", "gaps", "passed", "by"}
#: Modules whose functions show what they are given.
SHOWS = {"figures", "tables", "listings"}
#: Functions of chapters that show what they are given, told by how their names end.
ENDINGS = ("_table", "_figure", "_list", "figure", "brief")
#: Shown without a table of pupils' numbers: names and places, counts that are rounded where they are made.
ROSTERS = {"roster_table", "cohorts_table", "peers_list", "weights_table"}


def chain(node: ast.AST) -> list[str]:
    """The names of a dotted call, such as ["page", "means"]."""
    names = []
    while isinstance(node, ast.Attribute | ast.Call):
        if isinstance(node, ast.Attribute):
            names.append(node.attr)
            node = node.value
        else:
            node = node.func
    return [*([node.id] if isinstance(node, ast.Name) else []), *reversed(names)]


def through_door(value: ast.AST) -> bool:
    """Whether a value comes out of a page of the release."""
    names = chain(value.func) if isinstance(value, ast.Call) else []
    return bool(names) and names[-1] in DOOR and (names[0] == "page" or names[:2] == ["release", "page"])


def assigned(tree: ast.Module) -> dict[str, ast.AST]:
    """What each name stands for at the end."""
    found = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign):
            targets, values = node.targets[0], node.value
            both = isinstance(targets, ast.Tuple) and isinstance(values, ast.Tuple)
            pairs = zip(targets.elts, values.elts, strict=True) if both else [(targets, values)]
            found |= {target.id: value for target, value in pairs if isinstance(target, ast.Name)}
    return found


def names_in(node: ast.AST) -> set[str]:
    return {n.id for n in ast.walk(node) if isinstance(n, ast.Name)}


def handed(tree: ast.Module, names: dict[str, ast.AST]) -> set[str]:
    """The tables that provenance is told of; lists and decks of tables are opened."""
    calls = [n for n in ast.walk(tree) if isinstance(n, ast.Call) and chain(n.func) == ["provenance"]]
    given = set().union(*(names_in(k.value) for call in calls for k in call.keywords if k.arg == "protected"))
    opened = [names[n] for n in given if n in names and not through_door(names[n])]
    return given | set().union(*map(names_in, opened))


def faults(source: str) -> list[str]:
    """Tables that provenance is not told of, and figures and tables made from what never passed."""
    tree = ast.parse(source)
    names = assigned(tree)
    passed = {name for name, value in names.items() if through_door(value)}
    known = handed(tree, names)
    found = [f"{name} passed, but provenance is not told" for name in sorted(passed - known)]
    for call in (n for n in ast.walk(tree) if isinstance(n, ast.Call)):
        dotted = chain(call.func)
        shows = len(dotted) == 2 and (dotted[0] in SHOWS or dotted[1].endswith(ENDINGS)) and dotted[1] not in ROSTERS
        first = call.args[0] if shows and call.args else None
        if shows and not (isinstance(first, ast.Name) and first.id in passed | known):
            found.append(f"{'.'.join(dotted)}({ast.unparse(first) if first else ''})")
    return found


def source_of(path) -> str:
    return "\n".join(c.source for c in nbformat.read(path, as_version=4).cells if c.cell_type == "code")


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda p: p.stem)
def test_all_that_a_template_shows_has_passed_and_is_told(path):
    assert faults(source_of(path)) == []


GOOD = """
shown = page.means(results)
tables.results_table(shown, lang=lang)
provenance(sources, release=release, protected=[shown], lang=lang)
"""


@pytest.mark.parametrize(
    ("planted", "named"),
    [
        (GOOD.replace("[shown]", "[]"), "shown passed, but provenance is not told"),
        (GOOD + "tables.results_table(results, lang=lang)", "tables.results_table(results)"),
        (GOOD + "raw = partners.found(given, profile_name=profile)\npartners.figure(raw)", "partners.figure(raw)"),
        (
            GOOD + "slopes = unequal.slopes_table(recent, profile_name=profile, lang=lang)",
            "unequal.slopes_table(recent)",
        ),
        (GOOD + "listings.history_table(data.table('scores'))", "listings.history_table(data.table('scores'))"),
        (GOOD + "a, b = page.gaps(x), y\nfigures.caterpillar(b)", "a passed, but provenance is not told"),
    ],
)
def test_a_planted_way_past_provenance_is_named(planted, named):
    assert faults(GOOD) == []
    assert named in faults(planted)
