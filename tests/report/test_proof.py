"""From a number to its proof: five steps for every section of every report that shows a number."""

import importlib
import inspect
import json
import re

import pytest

from innovlib import cli
from innovlib.paths import NOTEBOOKS, ROOT
from innovlib.report import proof, proof_tests

TEMPLATES = sorted(path.stem for path in NOTEBOOKS.glob("report-*.ipynb"))
#: Sections whose cells draw, tabulate or summarise; the others say words only.
SHOWS = re.compile(r"\b(figure|figures|tables|listings|joining|freedom|partners|learners|inequality)\b")


def _without_imports(source: str) -> str:
    return "\n".join(line for line in source.splitlines() if not line.startswith(("from ", "import ")))


def book(template: str) -> dict:
    return json.loads((NOTEBOOKS / f"{template}.ipynb").read_text(encoding="utf-8"))


@pytest.mark.parametrize("template", TEMPLATES)
def test_every_step_leads_to_the_next(template):
    cells = {cell["id"]: "".join(cell["source"]) for cell in book(template)["cells"]}
    found = proof.steps(template)
    assert len(found)
    tests = proof_tests.checks(found["function"])
    for row in found.itertuples():
        assert row.cell in cells  # 1 → 2: the section's cell stands in the notebook
        room, module, name = row.function.split(".")
        function = getattr(importlib.import_module(f"innovlib.{room}.{module}"), name)  # 3: the call's function
        assert callable(function), row.function
        assert (ROOT / row.source).is_file()
        assert len(inspect.getdoc(function)) > 40, f"{row.function} does not say its formula"  # 4
        test = ROOT / row.test  # 5
        assert test.is_file(), f"{row.function} has no {row.test}"
        assert tests[row.function], f"no test reaches {row.function}"


@pytest.mark.parametrize("template", TEMPLATES)
def test_no_section_with_a_figure_or_table_is_left_out(template):
    section, shows = template, set()
    for cell in book(template)["cells"]:
        source = "".join(cell["source"])
        if cell["cell_type"] == "markdown":
            section = next((line[3:].strip() for line in source.splitlines() if line.startswith("## ")), section)
        elif SHOWS.search(_without_imports(source)) and cell["id"] not in proof.SILENT:
            shows.add(section)
    # Who is in the area is the schools table itself; nothing is computed there.
    computed = {heading for heading in shows if "Who is in" not in heading}
    assert computed and computed <= set(proof.steps(template)["section"])


def test_a_name_set_anew_forgets_what_was_behind_it():
    import ast

    known = {"outcomes": "measures.outcomes", "rates": "measures.rates"}
    behind: dict = {}
    shown = proof._followed(
        ast.parse("a = outcomes.coverage(x)\nb = rates.parity(a)\na = 1\nprint(a)"), behind=behind, imported=known
    )
    assert shown == set() and behind["b"] == {"measures.outcomes.coverage", "measures.rates.parity"}


def test_the_command_tells_it_and_refuses_what_is_no_template(capsys):
    assert cli.main(["trace", "report-school"]) == 0
    said = capsys.readouterr().out
    assert "measures.comparison.school_results" in said and "tests/measures/test_comparison.py" in said
    assert cli.main(["trace", "report-scool"]) == 2
    assert "did you mean report-school" in capsys.readouterr().err
