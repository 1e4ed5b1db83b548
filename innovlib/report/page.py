"""A run notebook as one page: self-contained HTML that reads on a telephone and prints on A4.

The code is left out; what a cell *displays* (HTML, Markdown, pictures) is the report. What a cell prints is for those
who read the notebook and does not come onto the page, nor do warnings.
"""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass, field

from innovlib.chance import normal_quantile
from innovlib.errors import RenderFailed, UnknownName, Words
from innovlib.report import labels, style
from innovlib.report.cells import META, check_run, headings, parts
from innovlib.report.digits import check_digits, thai_css, thai_page, thai_text
from innovlib.report.disclosure import profile as profile_of
from innovlib.report.index import index_html
from innovlib.report.markdown import Outline
from innovlib.report.proof_pages import pages as proof_pages
from innovlib.report.proof_pages import way_html
from innovlib.report.typeset import escape, keep_names, one_line, words_html
from innovlib.report.words import sentence
from innovlib.terms import check_language

__all__ = ["META", "Masthead", "index_html", "prepare", "proof_pages", "read_meta", "report_html"]

#: The frame that every page is put into.
TEMPLATE = "page.html.j2"
KINDS = ("school", "cohort", "area", "meeting")
#: Kinds with a style sheet of their own beside the common one.
OWN_CSS = ("school", "meeting")

#: The name at the foot of a printed page is cut here, so that the marks after it stay on the line.
LONGEST_FOOTER = 60

NOTHING = Words("", "")
CONTENTS = Words("สารบัญ", "Contents")
PROVENANCE = Words("ที่มาของข้อมูลและวิธีทำ", "Provenance")
SKIP = Words("ข้ามไปยังเนื้อหา", "Skip to content")
NOT_RANKED = Words("รายงานนี้ไม่จัดอันดับโรงเรียน", "This report does not rank schools")
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
    digits
        arabic or thai: in Thai text, tables and figures.
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
    digits: str = "arabic"
    footer: Words = NOTHING
    entry: dict = field(default_factory=dict)
    names: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        check_language(self.lang)
        check_digits(self.digits)
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


def prepare() -> None:
    """Do once, before many pages are made, what all of them need: fonts, frame, sentences, laws of chance."""
    style.font_css()
    style.compiled(TEMPLATE)
    for bold in (False, True):
        style.text_width("ก", 1.0, bold=bold)
    sentence("note.no_font")
    normal_quantile(0.5)


def report_html(nb) -> str:
    """The whole page of a run notebook, the same bytes for the same notebook.

    Raises
    ------
    RenderFailed
        If a cell failed or was never run, if there is no masthead, or if an output holds something that runs or that
        would be fetched from elsewhere.
    """
    check_run(nb)
    masthead = Masthead.from_dict(read_meta(nb))
    outline = Outline(masthead.lang)
    slides = masthead.kind == "meeting"
    body, provenance, head = parts(nb, outline, masthead.lang, kind="" if slides else masthead.kind)
    provenance += way_html(masthead.kind, headings(nb, masthead.lang), lang=masthead.lang) if provenance else ""
    names = [masthead.entry.get("name_th", ""), *masthead.names]
    page = _frame(masthead) | {
        "body": keep_names(body, names),
        "provenance": provenance,
        "provenance_head": head or words_html(PROVENANCE, masthead.lang),
        "masthead": keep_names(masthead._repr_html_(), names),
        "contents": [e for e in outline.entries if e[0] <= 3] if masthead.kind in ("cohort", "area") else [],
    }
    markup = style.compiled(TEMPLATE).render(page)
    return thai_page(markup) if _thai_digits(masthead) else markup


def _thai_digits(masthead: Masthead) -> bool:
    return masthead.digits == "thai" and masthead.lang != "en"


def _frame(masthead: Masthead) -> dict:
    """The parts of a page that do not come from the notebook's cells."""
    lang, slides = masthead.lang, masthead.kind == "meeting"
    script = style.template("meeting.js" if slides else "page.js").strip()
    said = [masthead.footer, labels.SYNTHETIC if masthead.synthetic else None, NOT_RANKED]
    said += [] if style.font_css() else [sentence("note.no_font")]
    return {
        "kind": masthead.kind,
        "html_lang": "en" if lang == "en" else "th",
        "title": escape(_first(masthead.title, lang)),
        "fonts": style.font_css(),
        "css": style.css("page.css") + (style.css(f"{masthead.kind}.css") if masthead.kind in OWN_CSS else ""),
        "page_rule": page_rule(masthead) + (thai_css() if _thai_digits(masthead) else ""),
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
    name = _first(masthead.footer if masthead.footer.th else masthead.title, masthead.lang)
    name = name if len(name) <= LONGEST_FOOTER else name[: LONGEST_FOOTER - 1] + "…"
    marks = [labels.SYNTHETIC] if masthead.synthetic else []
    marks += [STAFF_ONLY] if masthead.profile == "school" else []
    kind = ",thai" if _thai_digits(masthead) else ""
    left = " · ".join([name, *(_first(words, masthead.lang) for words in marks)])
    left = thai_text(left) if kind else left
    quoted = re.sub(r"[^\S ]|[\"'\\\\<>{}@;\x00-\x1f]", lambda m: f"\\{ord(m[0]):x} ", left)
    look = f"font:8.5pt {style.FONT_STACK};color:{style.MUTED}"
    if masthead.kind == "meeting":  # one slide a sheet; the mark and the number stand on the slide itself
        return "@page{size:297mm 167mm;margin:0}"
    margin = "11mm 15mm 14mm" if masthead.kind == "school" else "17mm 18mm 19mm"
    return (
        f'@page{{size:A4;margin:{margin};@bottom-left{{content:"{quoted}";{look};width:85%}}'
        f'@bottom-right{{content:counter(page{kind}) " / " counter(pages{kind});{look}}}}}'
    )
