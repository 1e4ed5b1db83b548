"""The documentation site: Sphinx with MyST. ``make docs`` builds it strictly, so that a broken link is an error."""

import ast
import logging
import re
from pathlib import Path

import pandas as pd
from docutils import nodes
from docutils.utils.math.latex2mathml import tex2mathml

import innovlib
from innovlib import terms
from innovlib.area.codebook import codebook
from innovlib.paths import NOTEBOOKS, ROOT
from innovlib.report import proof, proof_pages, style

HERE = Path(__file__).parent
TEMPLATES = sorted(NOTEBOOKS.glob("report-*.ipynb"))
PACKAGE = Path(innovlib.__file__).parent
MADE = HERE / "_made"
PROOF = MADE / "beside" / proof_pages.FOLDER
(MADE / "static").mkdir(parents=True, exist_ok=True)
PROOF.mkdir(parents=True, exist_ok=True)

logging.getLogger("fontTools").setLevel(logging.WARNING)

CSS = """
body { --font-stack: Sarabun, system-ui, -apple-system, "Segoe UI", sans-serif; }
article { line-height: 1.65; }
math[display="block"] { margin: 0.8em 0; overflow-x: auto; }
table.docutils { display: block; overflow-x: auto; }
"""

project = "innovlib"
author = copyright = "The innovlib authors"
version = release = innovlib.__version__
language = "en"

extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.napoleon", "sphinx.ext.viewcode"]
exclude_patterns = ["_made", "_build"]
myst_enable_extensions = ["dollarmath", "deflist", "colon_fence"]
myst_heading_anchors = 3
nitpicky = False

# Names of functions in the text are links; what is not ours stays plain.
default_role = None
autodoc_member_order = "bysource"
autodoc_typehints = "none"
napoleon_numpy_docstring = True
napoleon_google_docstring = False
napoleon_use_rtype = False

html_theme = "furo"
html_title = "innovlib"
html_static_path = ["_made/static"]
html_css_files = ["docs.css"]
html_extra_path = ["_made/beside"]  # the same pages of proof that stand beside a release
html_copy_source = False
html_show_sourcelink = False
html_math_renderer = "mathml"  # drawn by the reader's own browser: nothing is fetched from the net


def make_pages(app) -> None:
    """Write the pages that come out of the code: the data dictionary and the words."""
    (MADE / "dictionary.md").write_text(codebook(level=2), encoding="utf-8")
    rows = [f"| `{code}` | {terms.label(code, 'th')} | {terms.label(code, 'en')} |" for code in terms.LABELS]
    head = ["| code | ไทย | English |", "|---|---|---|"]
    (MADE / "words.md").write_text("\n".join([*head, *rows]) + "\n", encoding="utf-8")
    (MADE / "proof.md").write_text(proofs(), encoding="utf-8")
    templates = {path.stem.removeprefix("report-"): path.read_text(encoding="utf-8") for path in TEMPLATES}
    for name, html in proof_pages.pages(templates).items():
        (PROOF / name).write_text(html, encoding="utf-8")
    (MADE / "underneath.md").write_text(underneath(), encoding="utf-8")
    (MADE / "size.md").write_text(sizes(), encoding="utf-8")
    (MADE / "static" / "docs.css").write_text(style.font_css() + CSS, encoding="utf-8")


def proofs() -> str:
    """For each template, every section with its cells, functions and tests, each a link."""
    lines = []
    for path in TEMPLATES:
        lines += [f"## {path.stem}", "| section | cell | function | test |\n|---|---|---|---|"]
        for row in proof.steps(path.stem).itertuples():
            section, kind = row.section.replace("|", "·"), path.stem.removeprefix("report-")
            cell = f'<a href="{proof_pages.address(kind, row.cell)}">{row.cell}</a>'
            test = f'<a href="{proof_pages.FOLDER}/{proof_pages.FUNCTIONS}#{row.function}">{row.test}</a>'
            lines[-1] += f"\n| {section} | {cell} | {{py:func}}`~innovlib.{row.function}` | {test} |"
    return "\n\n".join(lines) + "\n"


def sizes() -> str:
    """What the default test and the usual one do in simulated areas, as published in the benchmark."""
    rows = pd.read_csv(ROOT / "bench" / "size_and_power.csv").query("baseline == 'all_years'")
    kit, usual = (rows[rows["method"] == name].set_index("scenario") for name in ("auto", "normal"))
    head = "| scenario | areas | false alarms, % | usual default, % | finds 0.2 SD, % | finds 0.3 SD, % |"
    lines = [head, "|---|---|---|---|---|---|"]
    for name, row in kit.iterrows():
        said = [row["size_pct"], usual.loc[name, "size_pct"], row["power_02_pct"], row["power_03_pct"]]
        lines.append(f"| {name} | {row['replications']:,} | " + " | ".join(f"{number:.1f}" for number in said) + " |")
    return "\n".join(lines) + "\n"


def underneath() -> str:
    """A list of the public functions that the methods appendix does not name by itself."""
    named = set(re.findall(r"innovlib\.([\w.]+)`", (HERE / "methods-en.md").read_text(encoding="utf-8")))
    lines = []
    for path in sorted(file for room in ("measures", "effects") for file in (PACKAGE / room).glob("*.py")):
        module = f"{path.parent.name}.{path.stem}"
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            name = f"{module}.{getattr(node, 'name', '_')}"
            if isinstance(node, ast.FunctionDef) and not node.name.startswith("_") and name not in named:
                first = (ast.get_docstring(node) or "").partition("\n")[0].replace("``", "`")
                lines.append(f"- {{py:func}}`~innovlib.{name}` — {re.sub(':[a-z]+:', '', first)}")
    return "\n".join(lines) + "\n"


def _plain_bars(app, what, name, obj, options, lines: list[str]) -> None:
    """|t| in a docstring is an absolute value, not a substitution of reStructuredText."""
    lines[:] = [line if "`" in line else line.replace("|", "\\|") for line in lines]


def _inline(writer, node) -> None:
    writer.body.append(tex2mathml(node.astext(), as_block=False))
    raise nodes.SkipNode


def _block(writer, node) -> None:
    writer.body.append(writer.starttag(node, "div", CLASS="math") + tex2mathml(node.astext(), as_block=True) + "</div>")
    raise nodes.SkipNode


def setup(app) -> None:
    """What Sphinx calls before it builds."""
    app.add_html_math_renderer("mathml", inline_renderers=(_inline, None), block_renderers=(_block, None))
    app.connect("autodoc-process-docstring", _plain_bars)
    app.connect("builder-inited", make_pages)
