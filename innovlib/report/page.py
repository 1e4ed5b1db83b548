"""A run notebook as one page: self-contained HTML that reads on a telephone and prints on A4.

The code is left out; what a cell *displays* (HTML, Markdown, pictures) is the report. What a cell prints is for those
who read the notebook and does not come onto the page, nor do warnings.
"""

from __future__ import annotations

import base64
import re
from dataclasses import asdict, dataclass, field
from functools import lru_cache
from html.parser import HTMLParser
from importlib import resources

from innovlib.errors import RenderFailed, UnknownName, Words
from innovlib.report import labels, style
from innovlib.report.disclosure import profile as profile_of
from innovlib.report.figures.figure import SWITCH
from innovlib.report.index import index_html
from innovlib.report.markdown import Outline, render
from innovlib.report.typeset import escape, keep_names, one_line, words_html
from innovlib.terms import check_language

__all__ = ["META", "Masthead", "index_html", "read_meta", "report_html"]

#: The kind of output in which a notebook tells what its page is.
META = "application/vnd.innov.page+json"
KINDS = ("school", "cohort", "area")

#: Cells with one of these tags do not come onto the page.
LEFT_OUT = {"parameters", "injected-parameters", "hide", "remove-cell", "remove-output"}

NOTHING = Words("", "")
CONTENTS = Words("สารบัญ", "Contents")
PROVENANCE = Words("ที่มาของข้อมูลและวิธีทำ", "Provenance")
SKIP = Words("ข้ามไปยังเนื้อหา", "Skip to content")
NOT_RANKED = Words("รายงานนี้ไม่จัดอันดับโรงเรียน", "This report does not rank schools")
NO_ALT = Words("รูปที่ไม่มีคำอธิบาย", "a picture without a description")
STAFF_ONLY = Words("ใช้ภายในโรงเรียน ห้ามเผยแพร่", "for the school's own staff, not for release")


@dataclass(frozen=True)
class Masthead:
    """What a page is: shown as the first output of a report notebook, read back when the page is made.

    Attributes
    ----------
    kind, id
        school, cohort or area, and which one.
    title, subtitle, area
        Words of the title block.
    facts
        Short facts about the one the page is about.
    synthetic
        True marks the title block and the footer of every printed page.
    profile
        Disclosure profile; stamped on the page.
    lang
        th, en or both.
    footer
        Words at the foot of every printed page and at the end.
    entry
        The report's line in the index (see :func:`innovlib.report.index.index_html`).
    names
        Names of schools in the text, besides ``entry["name_th"]``, that must not break.
    """

    kind: str
    id: str
    title: Words
    subtitle: Words = NOTHING
    area: Words = NOTHING
    facts: tuple[Words, ...] = ()
    synthetic: bool = False
    profile: str = "public"
    lang: str = "both"
    footer: Words = NOTHING
    entry: dict = field(default_factory=dict)
    names: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        check_language(self.lang)
        profile_of(self.profile)
        if self.kind not in KINDS:
            raise UnknownName(
                Words(f"ไม่รู้จักชนิดรายงาน {self.kind}", f"unknown kind of report {self.kind}"),
                expected=Words(", ".join(KINDS), ", ".join(KINDS)),
            )

    def to_dict(self) -> dict:
        """All of it as JSON can hold it; pairs of words become ``{"th": …, "en": …}``."""
        out = asdict(self)
        for key in ("title", "subtitle", "area", "footer"):
            out[key] = Words(*getattr(self, key))._asdict()
        out["facts"] = [Words(*fact)._asdict() for fact in self.facts]
        out["names"] = list(self.names)
        return out

    @classmethod
    def from_dict(cls, meta: dict) -> Masthead:
        """The other way round from :meth:`to_dict`."""
        pairs = {key: Words(**meta[key]) for key in ("title", "subtitle", "area", "footer")}
        facts, names = tuple(Words(**fact) for fact in meta["facts"]), tuple(meta["names"])
        return cls(**{**meta, **pairs, "facts": facts, "names": names})

    def _repr_html_(self) -> str:
        return (
            f'<header class="masthead">{_line("area", self.area, self.lang)}'
            f"<h1>{words_html(self.title, self.lang)}</h1>{_line('subtitle', self.subtitle, self.lang)}"
            f"{self._facts()}{self._marks()}</header>"
        )

    def _facts(self) -> str:
        said = "".join(f"<li>{words_html(fact, self.lang)}</li>" for fact in self.facts)
        return f'<ul class="facts">{said}</ul>' if said else ""

    def _marks(self) -> str:
        stamps = [("synthetic", labels.SYNTHETIC)] if self.synthetic else []
        audience = profile_of(self.profile).words
        stamps.append((f"stamp {self.profile}", STAFF_ONLY if self.profile == "school" else _for(audience)))
        said = "".join(f'<span class="{kind}">{escape(one_line(words, self.lang))}</span>' for kind, words in stamps)
        return f'<div class="marks">{said}</div>'

    def _repr_mimebundle_(self, include=None, exclude=None) -> dict:
        return {"text/html": self._repr_html_(), "text/plain": one_line(self.title, self.lang), META: self.to_dict()}


def _for(audience: Words) -> Words:
    return Words(f"ฉบับ{audience.th}", f"{audience.en} edition")


def _line(kind: str, words: Words, lang: str) -> str:
    return f'<p class="{kind}">{words_html(words, lang)}</p>' if one_line(words, lang) else ""


def read_meta(nb) -> dict:
    """What a notebook's masthead says (see :meth:`Masthead.to_dict`).

    Raises
    ------
    RenderFailed
        If the notebook has shown no masthead, or more than one.
    """
    found = [
        output["data"][META]
        for cell in nb["cells"]
        for output in cell.get("outputs", ())
        if META in output.get("data", {})
    ]
    if len(found) != 1:
        raise RenderFailed(
            Words(f"สมุดบันทึกแสดงหัวรายงาน {len(found)} ครั้ง", f"the notebook shows {len(found)} mastheads"),
            expected=Words("หัวรายงานหนึ่งหัว", "one masthead"),
            todo=Words("ให้เซลล์แรกแสดง Masthead", "let the first code cell show a Masthead"),
        )
    return found[0]


def report_html(nb) -> str:
    """The whole page of a run notebook, the same bytes for the same notebook.

    Raises
    ------
    RenderFailed
        If a cell failed or was never run, if there is no masthead, or if an output holds something that runs or that
        would be fetched from elsewhere.
    """
    _check_run(nb)
    masthead = Masthead.from_dict(read_meta(nb))
    outline = Outline(masthead.lang)
    body, provenance, head = _parts(nb, outline, masthead.lang)
    names = [masthead.entry.get("name_th", ""), *masthead.names]
    page = _frame(masthead) | {
        "body": keep_names(body, names),
        "provenance": provenance,
        "provenance_head": head or words_html(PROVENANCE, masthead.lang),
        "masthead": keep_names(masthead._repr_html_(), names),
        "contents": [e for e in outline.entries if e[0] == 2] if masthead.kind != "school" else [],
    }
    return _exporter().from_notebook_node(nb, resources={"innov": page})[0]


def _frame(masthead: Masthead) -> dict:
    """The parts of a page that do not come from the notebook's cells."""
    lang, script = masthead.lang, style.template("page.js").strip()
    said = [masthead.footer, labels.SYNTHETIC if masthead.synthetic else None, NOT_RANKED]
    return {
        "kind": masthead.kind,
        "html_lang": "en" if lang == "en" else "th",
        "title": escape(_first(masthead.title, lang)),
        "fonts": style.font_css(),
        "css": style.css("page.css"),
        "page_rule": page_rule(masthead),
        "script": script,
        "script_hash": style.script_hash(script),
        "skip": escape(_first(SKIP, lang)),
        "contents_head": words_html(CONTENTS, lang),
        "footer": "".join(f"<p>{escape(one_line(words, lang))}</p>" for words in said if words and words.th),
    }


def _first(words: Words, lang: str) -> str:
    return words.en if lang == "en" else words.th


def page_rule(masthead: Masthead) -> str:
    """The CSS of the printed sheet: A4, its margins, and a footer with name, marks and page number on each."""
    marks = [masthead.footer if masthead.footer.th else masthead.title]
    marks += [labels.SYNTHETIC] if masthead.synthetic else []
    marks += [STAFF_ONLY] if masthead.profile == "school" else []
    left = " · ".join(_first(words, masthead.lang) for words in marks)
    quoted = re.sub(r"[^\S ]|[\"'\\\\<>{}@;\x00-\x1f]", lambda m: f"\\{ord(m[0]):x} ", left)
    look = f"font:8.5pt {style.FONT_STACK};color:{style.MUTED}"
    return (
        f'@page{{size:A4;margin:17mm 18mm 19mm;@bottom-left{{content:"{quoted}";{look};width:85%}}'
        f'@bottom-right{{content:counter(page) " / " counter(pages);{look}}}}}'
    )


# --- cells -------------------------------------------------------------------------------------------------------


def _tags(cell) -> set[str]:
    return set(cell.get("metadata", {}).get("tags", ()))


def _check_run(nb) -> None:
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


def _parts(nb, outline: Outline, lang: str) -> tuple[str, str, str]:
    """The page's text, its provenance, and the heading under which the notebook gave the provenance."""
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
        else:
            continue
        (provenance if inside or "provenance" in tags else body).append(markup)
    return "\n".join(filter(None, body)), "\n".join(filter(None, provenance)), head


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
    alt = output.get("metadata", {}).get("alt") or _first(NO_ALT, lang)
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


@lru_cache(maxsize=1)
def _exporter():
    """One exporter with one compiled template for all pages of a process (nbconvert is slow to set up)."""
    from nbconvert.exporters import TemplateExporter

    class ReportExporter(TemplateExporter):
        export_from_notebook = None
        output_mimetype = "text/html"
        file_extension = ".html"

    with resources.as_file(resources.files("innovlib.report").joinpath("templates")) as folder:
        exporter = ReportExporter(
            template_name="innov", extra_template_basedirs=[str(folder)], default_preprocessors=[], preprocessors=[]
        )
        exporter.template  # noqa: B018  (compiled while the folder is there)
    return exporter
