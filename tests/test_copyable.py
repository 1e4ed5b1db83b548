"""Every result shows itself and can be copied into a paper: a table, LaTeX, and HTML that a notebook shows."""

import ast

import pandas as pd
import pytest

from innovlib.copyable import Copyable
from innovlib.effects import inference, sensitivity, simulate
from innovlib.effects.estimate import group_time
from innovlib.effects.panel import panel
from innovlib.paths import ROOT


def classes_with_frames() -> dict[str, ast.ClassDef]:
    found = {}
    for path in sorted((ROOT / "innovlib").rglob("*.py")):
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            if isinstance(node, ast.ClassDef) and {"to_frame"} <= names(node) and not node.name.startswith("_"):
                found[f"{path.stem}.{node.name}"] = node
    return found


def names(node: ast.ClassDef) -> set[str]:
    return {part.name for part in node.body if isinstance(part, ast.FunctionDef)}


#: Goes onto a page through a figure, a table or a sentence only, never by showing itself.
BEHIND_THE_DOOR = {"disclosure.Protected"}


@pytest.mark.parametrize("name", sorted(classes_with_frames().keys() - BEHIND_THE_DOOR))
def test_what_can_be_a_table_can_be_latex_and_shows_itself(name):
    node = classes_with_frames()[name]
    copied = any(getattr(base, "id", "") == "Copyable" for base in node.bases)
    is_figure = {"savefig"} <= names(node)
    assert copied or is_figure or {"to_latex"} <= names(node), f"{name} cannot be copied into a paper"
    shows = {"_repr_html_", "_repr_mimebundle_"} & names(node)
    assert copied or shows, f"{name} does not show itself"


def test_results_become_latex_with_rounded_numbers_and_escaped_names():
    world = panel(*simulate.area(effect=0.2, seed=1))
    for result in (inference.effect(world), sensitivity.pre_trend(world), group_time(world), world.design):
        text = result.to_latex(caption="ผล")
        assert text.startswith(r"\begin{table}") and "ผล" in text
        assert result._repr_html_()
    assert r"conf\_low" in inference.effect(world).to_latex()


def test_missing_values_are_blank_and_signs_are_escaped():
    class Small(Copyable):
        def to_frame(self):
            return pd.DataFrame({"a_b": [0.126, None], "c": ["50 % & more", None]})

    text = Small().to_latex()
    assert "0.13" in text and r"50 \% \& more" in text and r"a\_b" in text and "NaN" not in text
    assert "0.13" in Small()._repr_html_()
