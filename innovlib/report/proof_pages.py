"""The folder ``proof/`` beside a release: pages that lead from a report's number to its proof, by links alone.

``report-school.html`` is the template with its code, cell by cell; each cell names the functions behind its numbers.
``functions.html`` holds each function as it stands, with formula, convention and source, and names its tests;
``tests.html`` holds those. Nothing of an area goes in: the pages are made of the kit's own public text, so they are the
same for every release of one kit, and the audit holds them against that text.
"""

from __future__ import annotations

import ast
import importlib
import inspect
import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from textwrap import dedent

import pandas as pd

import innovlib
from innovlib.errors import Words
from innovlib.report import proof, proof_tests, style
from innovlib.report.typeset import escape, words_html

FOLDER = "proof"
INDEX, FUNCTIONS, TESTS = "index.html", "functions.html", "tests.html"

TITLE = Words("จากตัวเลขถึงที่มา", "From a number to its proof")
STEPS = (
    Words("รายงาน: กด “ที่มาของตัวเลข” ใต้รูปหรือตาราง", "The report: press “proof of these numbers” under a figure"),
    Words("สมุดบันทึก: เซลล์ที่ทำรูปหรือตารางนั้น", "The notebook: the cell that made it"),
    Words("การเรียก: ชื่อฟังก์ชันในเซลล์", "The call: the function's name in the cell"),
    Words("ฟังก์ชัน: สูตร ข้อตกลง และแหล่งอ้างอิง", "The function: formula, convention and source"),
    Words(
        "การทดสอบ: กรณีที่คำนวณด้วยมือ ไลบรารีอื่น หรือตัวเลขที่ตีพิมพ์",
        "Its test: a case by hand, another library, a published figure",
    ),
)
LINK = Words("ที่มาของตัวเลข", "proof of these numbers")
NOTEBOOK = Words("สมุดบันทึกของรายงานนี้", "The notebook of this report")
MADE_FROM = Words("แม่แบบของรายงาน ไม่มีข้อมูลของพื้นที่ใดในหน้านี้", "The template of a report; no area's data are on this page")
FROM = Words("ตัวเลขมาจาก", "Numbers from")
CALLED_IN = Words("เรียกในเซลล์", "called in cell")
THROUGH = Words("ผ่าน", "through")
CHECKED = Words("ทดสอบโดย", "Tested by")
CALLS = Words("การเรียกภายในบทของรายงาน", "Calls within a chapter of the report")


def pages(templates: Mapping[str, str]) -> dict[str, str]:
    """All pages of the folder, the same bytes for the same kit.

    Parameters
    ----------
    templates
        Text of each template's notebook by kind (school, cohort, area, meeting).

    Returns
    -------
    dict
        HTML by file name. Every link leads to a place within these pages.
    """
    found = {kind: proof.steps_of(text, name=f"report-{kind}") for kind, text in sorted(templates.items())}
    every = pd.concat(found.values(), ignore_index=True)
    functions = sorted(set(every["function"]))
    through = sorted(set(every["through"]) - {""})
    checks = proof_tests.checks(functions)
    placed = frozenset([*functions, *through])
    return {
        INDEX: _index(list(found)),
        **{f"report-{kind}.html": _notebook(kind, templates[kind], rows=r, placed=placed) for kind, r in found.items()},
        FUNCTIONS: _functions(functions, through=through, checks=checks),
        TESTS: _tests(checks),
    }


def address(kind: str, cell: str = "") -> str:
    """Where a report finds its notebook, or one cell of it, beside itself.

    Examples
    --------
    >>> address("school", "results-figure")
    'proof/report-school.html#results-figure'
    """
    return f"{FOLDER}/report-{kind}.html" + (f"#{cell}" if cell else "")


def link_html(kind: str, cell: str, *, lang: str) -> str:
    """The link under a figure or table of a report to the cell that made it; on the screen only.

    A printed page would carry the place of the file on the computer that printed it.
    """
    return f'<p class="proof"><a href="{escape(address(kind, cell))}">{words_html(LINK, lang)}</a></p>\n'


def way_html(kind: str, sections: Iterable[tuple[str, str]], *, lang: str) -> str:
    """The way to the proofs in a report's provenance: the five steps, and a link for each section.

    Parameters
    ----------
    sections
        Id of the heading's cell and its words as HTML.
    """
    steps = "".join(f"<li>{words_html(step, lang)}</li>" for step in STEPS)
    links = "".join(f'<li><a href="{escape(address(kind, cell))}">{head}</a></li>' for cell, head in sections)
    notebook = f'<a href="{address(kind)}">{words_html(NOTEBOOK, lang)}</a>'
    title = words_html(TITLE, lang)
    return f'<div class="proof"><h3>{title}</h3><ol>{steps}</ol><p>{notebook}</p><ul>{links}</ul></div>\n'


# --- the pages --------------------------------------------------------------------------------------------------------


def _index(kinds: list[str]) -> str:
    steps = "".join(f"<li>{words_html(step, 'both')}</li>" for step in STEPS)
    files = [f"report-{kind}.html" for kind in kinds] + [FUNCTIONS, TESTS]
    links = "".join(f'<li><a href="{file}">{file.removesuffix(".html")}</a></li>' for file in files)
    return _page(TITLE, f"<ol>{steps}</ol><ul>{links}</ul>")


def _notebook(kind: str, text: str, *, rows: pd.DataFrame, placed: frozenset[str]) -> str:
    cells, imported = [], {}
    for cell in json.loads(text)["cells"]:
        source = "".join(cell["source"])
        if cell["cell_type"] == "code":
            imported |= proof.imports(ast.parse(source))
            shown = _code(source, imported=imported, placed=placed) + _behind(rows[rows["cell"] == cell.get("id", "")])
        else:
            shown = "".join(_line(line) for line in source.splitlines() if line.strip())
        cells.append(_section(cell.get("id", ""), shown, titled=cell["cell_type"] == "code"))
    return _page(Words(f"report-{kind}", ""), f"<p>{words_html(MADE_FROM, 'both')}</p>" + "\n".join(cells))


def _line(line: str) -> str:
    """A line of a text cell; its headings stand one step lower than on the report."""
    return f"<h3>{escape(line.lstrip('# '))}</h3>" if line.startswith("#") else f"<p>{escape(line)}</p>"


def _behind(rows: pd.DataFrame) -> str:
    """The functions behind what one cell shows, each with the place of its call."""
    said = []
    for row in rows.itertuples():
        line = f'<a href="{FUNCTIONS}#{row.function}">{row.function}</a>'
        line += f' · {words_html(CALLED_IN, "both")} <a href="#{row.called}">{row.called}</a>'
        if row.through:
            line += f' · {words_html(THROUGH, "both")} <a href="{FUNCTIONS}#{row.through}">{row.through}</a>'
        said.append(f"<li>{line}</li>")
    return f"<p>{words_html(FROM, 'both')}</p><ul>{''.join(said)}</ul>" if said else ""


def _functions(functions: list[str], *, through: list[str], checks: Mapping[str, tuple]) -> str:
    sections = [_function(name, checks=checks[name]) for name in functions]
    placed = frozenset(functions)
    calls = [_section(m, f'<p class="place">{_file(m)}</p>' + _calls(m, placed=placed)) for m in through]
    listed = "".join(f'<li><a href="#{name}">{name}</a></li>' for name in functions)
    within = f"<h3>{words_html(CALLS, 'both')}</h3>" if calls else ""
    return _page(STEPS[3], f"<ul>{listed}</ul>" + "\n".join([*sections, within, *calls]))


def _function(name: str, *, checks: tuple) -> str:
    module, _, own = name.rpartition(".")
    function = getattr(importlib.import_module(f"innovlib.{module}"), own)
    source, doc = inspect.getsource(inspect.unwrap(function)), inspect.getdoc(function) or ""
    home = inspect.unwrap(function).__module__.removeprefix("innovlib.")
    tests = "".join(f'<li><a href="{TESTS}#{check.anchor}">{check.name}</a> · {check.file}</li>' for check in checks)
    shown = f'<p class="place">{_file(home)}</p><pre class="words">{escape(doc)}</pre>'
    shown += f"<pre>{escape(_without_words(source))}</pre><p>{words_html(CHECKED, 'both')}</p><ul>{tests}</ul>"
    return _section(name, shown)


def _without_words(source: str) -> str:
    """A function's text without its description, which stands above it."""
    node = ast.parse(source).body[0]
    if ast.get_docstring(node) is None or len(node.body) == 1:
        return source
    lines = source.splitlines()
    return "\n".join(lines[: node.body[0].lineno - 1] + lines[node.body[0].end_lineno :])


def _calls(module: str, *, placed: frozenset[str]) -> str:
    """The functions of a chapter, or methods of a class, that call where numbers are made; each call is a link."""
    text = Path(innovlib.__file__).parent.joinpath(*module.split(".")).with_suffix(".py").read_text(encoding="utf-8")
    tree = ast.parse(text)
    imported = {name: place for name, place in proof.imports(tree).items()
                if not place.startswith("report.") and place.islower()}  # fmt: skip
    parts = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]
    lines = text.splitlines()
    return "".join(
        _code(dedent("\n".join(lines[node.lineno - 1 : node.end_lineno])), imported=imported, placed=placed)
        for node in parts
        if placed & proof.called(node, imported=imported).keys()
    )


def _tests(checks: Mapping[str, tuple]) -> str:
    every = {check.anchor: check for found in checks.values() for check in found}
    sections = []
    for anchor, check in sorted(every.items()):
        known = sorted(check.reaches & checks.keys())
        links = " · ".join(f'<a href="{FUNCTIONS}#{name}">{name}</a>' for name in known)
        shown = f'<p class="place">{check.file} · {links}</p><pre>{escape(check.text)}</pre>'
        sections.append(_section(anchor, shown, heading=check.name))
    return _page(STEPS[4], "\n".join(sections))


# --- their parts ------------------------------------------------------------------------------------------------------


def _page(title: Words, body: str) -> str:
    policy = "default-src 'none'; style-src 'unsafe-inline'; font-src data:"
    return (
        f'<!doctype html>\n<html lang="th">\n<head>\n<meta charset="utf-8">\n'
        f'<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">\n<title>{escape(title.th)}</title>\n'
        f"<style>{style.font_css()}{style.css('page.css')}{style.css('proof.css')}</style>\n</head>\n"
        f'<body class="proof">\n<header class="masthead"><p class="area"><a href="{INDEX}">'
        f"{words_html(TITLE, 'both')}</a></p><h1>{words_html(title, 'both')}</h1></header>\n"
        f'<main id="main">\n{body}\n</main>\n</body>\n</html>\n'
    )


def _section(place: str, shown: str, *, titled: bool = True, heading: str = "") -> str:
    head = f"<h2>{escape(heading or place)}</h2>" if titled else ""
    return f'<section id="{escape(place)}">{head}{shown}</section>'


def _file(module: str) -> str:
    return f"innovlib/{module.replace('.', '/')}.py"


def _code(source: str, *, imported: Mapping[str, str], placed: frozenset[str]) -> str:
    """Code with a link at every name of a function, or of a chapter of the report, that has its place here."""
    lines = source.encode("utf-8").splitlines()
    marks = sorted((m for m in _marks(ast.parse(source), imported=imported) if m[3] in placed), reverse=True)
    out = []
    for number, line in enumerate(lines, start=1):
        end, parts = len(line), []
        for _, start, stop, target in (mark for mark in marks if mark[0] == number):
            named = escape(line[start:stop].decode("utf-8"))
            parts += [escape(line[stop:end].decode("utf-8")), f'<a href="{FUNCTIONS}#{target}">{named}</a>']
            end = start
        out.append("".join(reversed([*parts, escape(line[:end].decode("utf-8"))])))
    return "<pre>" + "\n".join(out) + "</pre>"


def _marks(tree: ast.AST, *, imported: Mapping[str, str]):
    """Line, first and last column (in bytes) and target of every name to link; a call's own name only."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        name = node.func
        if any(isinstance(inner, ast.Call) for inner in ast.walk(name)):
            continue  # a call on what a call returned: the inner one has the link
        for function, through in proof.called(name, imported=imported).items():
            if function.startswith(proof.ROOMS):
                yield name.lineno, name.col_offset, name.end_col_offset, through or function
                break
