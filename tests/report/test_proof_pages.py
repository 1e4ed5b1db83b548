"""The pages of proof: from a report's number to its test by links alone, every link leading somewhere."""

import ast
import json
import re
from html import unescape

import pytest

from innovlib.paths import NOTEBOOKS, ROOT
from innovlib.report import proof_pages, proof_tests, style
from innovlib.report.cells import headings
from innovlib.report.proof_pages import FUNCTIONS, TESTS

KINDS = ("school", "cohort", "area", "meeting")
TEMPLATES = {kind: (NOTEBOOKS / f"report-{kind}.ipynb").read_text(encoding="utf-8") for kind in KINDS}


@pytest.fixture(scope="module")
def pages():
    return proof_pages.pages(TEMPLATES)


def section(html: str, place: str) -> str:
    return re.search(rf'<section id="{re.escape(place)}">(.*?)</section>', html, re.DOTALL)[1]


def test_every_link_and_every_link_of_a_report_leads_somewhere(pages, links, tmp_path):
    (tmp_path / proof_pages.FOLDER).mkdir()
    for name, html in pages.items():
        (tmp_path / proof_pages.FOLDER / name).write_text(html, encoding="utf-8")
    for kind, text in TEMPLATES.items():
        book = json.loads(text)
        cells = [c | {"source": "".join(c["source"])} for c in book["cells"]]
        way = proof_pages.way_html(kind, headings({"cells": cells}, "both"), lang="both")
        under = "".join(proof_pages.link_html(kind, cell["id"], lang="th") for cell in cells)
        assert under.count("href=") == len(cells)
        (tmp_path / f"{kind}.html").write_text(way + under, encoding="utf-8")
    assert links.faults(tmp_path) == []


def test_five_steps_from_the_figure_of_results_to_a_test_by_links(pages):
    cell = section(pages["report-school.html"], "results-figure")  # 1 → 2
    place, call = re.search(r'called in cell</span> <a href="#([\w-]+)">([\w-]+)</a>', cell).groups()
    assert place == call and "<pre>" in section(pages["report-school.html"], place)  # 3
    function = re.search(rf'href="{FUNCTIONS}#(measures\.comparison\.school_results)"', cell)[1]
    there = section(pages[FUNCTIONS], function)  # 4
    assert "def school_results(" in there and "Parameters" in there
    test = re.search(rf'href="{TESTS}#([\w.]+)"', there)[1]
    assert test.startswith("measures.test_comparison.test_") and "def test_" in section(pages[TESTS], test)  # 5


def test_every_function_has_a_test_to_lead_to(pages):
    without = [name for name in re.findall(r'<section id="((?:measures|effects)\.\w+\.[a-z_]\w*)">', pages[FUNCTIONS])
               if TESTS not in section(pages[FUNCTIONS], name)]  # fmt: skip
    assert without == []


def test_they_are_the_same_again_and_hold_no_place_script_or_output(pages):
    assert proof_pages.pages(dict(reversed(TEMPLATES.items()))) == pages
    for html in pages.values():
        assert str(ROOT) not in html and "<script" not in html and "http://" not in html.replace("http://www.w3", "")
        assert re.search(r"default-src 'none'", html)


def test_a_template_that_computes_nothing_has_its_pages_too():
    book = {"cells": [{"cell_type": "code", "id": "one", "source": ["print('<b>ก')"]}]}
    made = proof_pages.pages({"area": json.dumps(book)})
    assert "print(&#x27;&lt;b&gt;ก&#x27;)" in made["report-area.html"] and TESTS in made


def test_the_code_is_that_of_the_template_letter_by_letter(pages):
    """A call on what a call returned has one link, and nothing twice."""
    cells = json.loads((NOTEBOOKS / "report-school.ipynb").read_text("utf-8"))["cells"]
    shown = [unescape(re.sub("<[^>]+>", "", block))
             for block in re.findall(r"<pre>(.*?)</pre>", pages["report-school.html"], flags=re.DOTALL)]  # fmt: skip
    code = ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "code"]
    assert len(code) > 10 and [text.strip() for text in shown] == [text.strip() for text in code]


def test_links_stay_on_the_screen():
    printed = style.css("page.css").partition("@media print{")[2]
    assert re.search(r"p\.proof,div\.proof\{display:none\}", printed)


def test_a_test_reaches_what_its_fixtures_and_constants_call():
    text = (
        "from innovlib.measures import similar\nimport pytest\n"
        "FOUND = similar.shrunken(1)\n"
        "@pytest.fixture\ndef near():\n    return similar.similar_schools(2)\n"
        "def helper():\n    return FOUND\n"
        "def test_a(near):\n    assert near\n"
        "def test_b():\n    assert helper()\n"
        "def test_c():\n    assert 1\n"
    )
    ast.parse(text)
    reached = {check.name: check.reaches for check in proof_tests._in_file(text, "tests/measures/test_x.py")}
    assert reached == {
        "test_a": {"measures.similar.similar_schools"}, "test_b": {"measures.similar.shrunken"}, "test_c": set(),
    }  # fmt: skip
