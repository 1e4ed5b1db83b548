"""What of a run notebook's cells comes onto its page: text and displays, checked; never code, prints or warnings."""

from __future__ import annotations

import base64
import re
from html.parser import HTMLParser

from innovlib.errors import RenderFailed, Words
from innovlib.report.figures.figure import SWITCH
from innovlib.report.markdown import Outline, render, two_languages
from innovlib.report.proof_pages import link_html
from innovlib.report.typeset import escape

#: The kind of output in which a notebook tells what its page is.
META = "application/vnd.innov.page+json"

#: Cells with one of these tags do not come onto the page.
LEFT_OUT = {"parameters", "injected-parameters", "hide", "remove-cell", "remove-output"}

#: What of an output a reader may ask the proof of.
SHOWS = re.compile(r"<(?:figure|table|img)\b")

NO_ALT = Words("รูปที่ไม่มีคำอธิบาย", "a picture without a description")


def _tags(cell) -> set[str]:
    return set(cell.get("metadata", {}).get("tags", ()))


def check_run(nb) -> None:
    """A page is made of a notebook that ran to its end, never of one that stopped on the way."""
    for number, cell in enumerate(nb["cells"], start=1):
        if cell["cell_type"] != "code":
            continue
        errors = [output for output in cell["outputs"] if output["output_type"] == "error"]
        if errors:
            said = f"{errors[0].get('ename', '')}: {errors[0].get('evalue', '')}"
            raise RenderFailed(
                Words(f"เซลล์ที่ {number} ผิดพลาด {said}", f"cell {number} failed with {said}"), where=f"cell {number}"
            )
        if cell["source"].strip() and cell.get("execution_count") is None:
            raise RenderFailed(
                Words(f"เซลล์ที่ {number} ยังไม่ได้ทำงาน", f"cell {number} was never run"), where=f"cell {number}"
            )


def parts(nb, outline: Outline, lang: str, *, kind: str = "") -> tuple[str, str, str]:
    """The page's text, its provenance, and the heading under which the notebook gave the provenance.

    Where the ``kind`` of report is told, a link under every figure and table leads to its cell among the proofs.
    """
    body, provenance, head, inside = [], [], "", False
    for cell in nb["cells"]:
        tags = _tags(cell)
        if tags & LEFT_OUT:
            continue
        if cell["cell_type"] == "markdown":
            source = cell["source"]
            inside = _enters_provenance(source, inside)
            markup = render(source, outline)
            if inside and not head and (match := re.match(r"\s*<h2 id=\"[^\"]*\">(.*?)</h2>", markup, re.S)):
                head, markup = match[1], markup[match.end() :]
                outline.entries.pop(-1 - _headings_in(markup))
        elif cell["cell_type"] == "code":
            markup = "".join(_output(output, outline, lang) for output in cell["outputs"])
            markup += link_html(kind, _place(cell), lang=lang) if kind and _place(cell) and SHOWS.search(markup) else ""
        else:
            continue
        (provenance if inside or "provenance" in tags else body).append(markup)
    return "\n".join(filter(None, body)), "\n".join(filter(None, provenance)), head


def _place(cell) -> str:
    """A cell's id where it is a word that stays; blank where it was made at random and leads nowhere."""
    name = cell.get("id", "")
    return "" if re.fullmatch(r"[0-9a-f]{8}", name) else name


def headings(nb, lang: str) -> list[tuple[str, str]]:
    """Id and words, as HTML, of every cell that begins a section of the page."""
    found = [(_place(cell), re.match(r"\s*##\s+(.*)", cell["source"])) for cell in nb["cells"]
             if cell["cell_type"] == "markdown" and not _tags(cell) & LEFT_OUT]  # fmt: skip
    return [(cell, two_languages(escape(head[1].strip()), lang)) for cell, head in found if cell and head]


def _headings_in(markup: str) -> int:
    return len(re.findall(r"<h[2-6] id=", markup))


def _enters_provenance(source: str, inside: bool) -> bool:
    """Whether the text after this cell belongs to the provenance: from its heading to the next of that level."""
    heads = re.findall(r"^##\s+(.*)$", source, flags=re.M)
    return "provenance" in heads[-1].lower() if heads else inside


def _output(output, outline: Outline, lang: str) -> str:
    """One output as HTML; prints, warnings and bare reprs are not for the page, nor is the masthead twice."""
    data = output.get("data", {})
    if META in data:
        return ""
    if "text/html" in data:
        markup = _text(data["text/html"]).replace(SWITCH, "")
        _Guard().check(markup)
        return markup
    if "text/markdown" in data:
        return render(_text(data["text/markdown"]), outline)
    for kind in ("image/svg+xml", "image/png"):
        if kind in data:
            return _picture(data[kind], kind, output, lang)
    return ""


def _text(content: str | list[str]) -> str:
    return content if isinstance(content, str) else "".join(content)


def _picture(content: str | list[str], kind: str, output, lang: str) -> str:
    """A picture as an ``<img>``, in which nothing runs and no id can clash with the page's."""
    text = _text(content).strip()
    data = base64.b64encode(text.encode()).decode("ascii") if kind == "image/svg+xml" else re.sub(r"\s", "", text)
    alt = output.get("metadata", {}).get("alt") or getattr(NO_ALT, "en" if lang == "en" else "th")
    return f'<p><img src="data:{kind};base64,{escape(data)}" alt="{escape(alt)}"></p>'


class _Guard(HTMLParser):
    """Refuses HTML that runs, frames, fetches or sends."""

    forbidden = frozenset(
        ("script", "iframe", "frame", "object", "embed", "applet", "link", "meta", "base", "form", "foreignobject")
    )

    def check(self, markup: str) -> None:
        self.feed(markup)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in self.forbidden:
            raise self._refused(f"<{tag}>")
        for name, value in attrs:
            target = re.sub(r"[\s\x00-\x1f]", "", value or "").lower()
            runs = name.startswith("on") or target.startswith(("javascript:", "vbscript:", "data:text"))
            fetches = name in ("src", "srcset", "poster", "data", "background") and not target.startswith("data:image/")
            fetches |= name == "style" and "url(" in target.replace("url(data:", "")
            if runs or fetches:
                raise self._refused(f"<{tag} {name}>")

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)

    @staticmethod
    def _refused(what: str) -> RenderFailed:
        return RenderFailed(
            Words(f"ผลลัพธ์มี {what} ซึ่งห้ามใช้ในหน้ารายงาน", f"an output holds {what}, which no page may hold"),
            expected=Words("ข้อความ ตาราง และรูปที่อยู่ในตัวเอง", "text, tables and pictures that need nothing else"),
        )
