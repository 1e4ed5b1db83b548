"""One-page cards of schools by typst: fast, and the same bytes for the same page.

A card is made from a finished school page and from nothing else, so that no number reaches it by another way than
through the rules of disclosure. typst breaks Thai in the middle of words; so ICU says where lines may break, each piece
is set in a box, and a school's name is one piece. The figures' text comes as outlines.

typst and icu4py come with the extra ``cards``.
"""

from __future__ import annotations

import importlib.util
import json
import re
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path

from innovlib.errors import InnovError, RenderFailed, Words
from innovlib.report import style
from innovlib.report.outlines import outlined
from innovlib.report.typeset import LONGEST_UNBROKEN_NAME

NEEDED = ("typst", "icu4py")
#: Sections of the page, by their place, whose figure or list stands on the card.
RESULTS, SURE, SINCE, NEXT = 1, 3, 4, 7
#: Sections whose figure is drawn on the card.
ON_CARD = {RESULTS, SINCE}


class NoCards(InnovError):
    """What makes cards is not installed."""


@dataclass
class Card:
    """What a card takes over from a page. A text is a list of pieces, each with whether it is a name."""

    title: list[tuple[str, bool]] = field(default_factory=list)
    lead: list[str] = field(default_factory=list)
    marks: list[str] = field(default_factory=list)
    heads: dict[int, str] = field(default_factory=dict)
    points: dict[int, str] = field(default_factory=dict)
    drawings: dict[int, str] = field(default_factory=dict)
    questions: list[list[tuple[str, bool]]] = field(default_factory=list)
    footer: list[str] = field(default_factory=list)


def check_installed() -> None:
    """Nothing, or an error that says how to get what makes cards.

    Raises
    ------
    NoCards
        typst or icu4py is not installed.
    """
    missing = [name for name in NEEDED if importlib.util.find_spec(name) is None]
    if missing:
        names = ", ".join(missing)
        raise NoCards(
            Words(f"ยังไม่ได้ติดตั้ง {names} ซึ่งใช้ทำบัตรโรงเรียน", f"{names}, which makes the cards, is not installed"),
            todo=Words('สั่ง pip install "innovlib[cards]"', 'run: pip install "innovlib[cards]"'),
        )


def card_pdf(page: Path) -> bytes:
    """The card of a finished school page as PDF, the same bytes for the same page.

    Raises
    ------
    NoCards
        typst or icu4py is not installed.
    RenderFailed
        The page is no school's, or typst refused.
    """
    check_installed()
    import typst

    card = read_card(page.read_text(encoding="utf-8"))
    if not card.title or RESULTS not in card.heads:
        raise RenderFailed(Words("หน้านี้ไม่ใช่รายงานของโรงเรียน", "this is no school's page"), where=page.name)
    figures = {f"{place}.svg": svg.encode("utf-8") for place, svg in card.drawings.items()}
    fonts = sorted({str(style.font().regular.parent)})
    try:
        return typst.compile(
            {"main": source(card).encode("utf-8"), **figures}, font_paths=fonts, ignore_system_fonts=True, format="pdf"
        )
    except typst.TypstError as error:
        raise RenderFailed(Words(f"typst ทำบัตรไม่ได้ {error}", f"typst refused: {error}"), where=page.name) from error


# --- reading the page ----------------------------------------------------------------------------------------------


def read_card(markup: str) -> Card:
    """What stands on the card, read from the page's text as a reader sees it; English second lines are left out."""
    reader = _Reader()
    reader.feed(markup.partition('<details class="provenance"')[0] + markup[markup.rfind('<footer class="end"') :])
    reader.close()
    for place in ON_CARD & set(reader.figures):
        if found := re.search(r"<svg\b.*?</svg>", reader.figures[place], flags=re.S):  # the wide drawing comes first
            drawing = found[0].replace("<svg", '<svg xmlns="http://www.w3.org/2000/svg"', 1)
            reader.card.drawings[place] = outlined(drawing)
    return reader.card


class _Reader(HTMLParser):
    """Collects the parts of a card; ``place`` counts the page's sections."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.card, self.place, self.path, self.figures = Card(), 0, [], {}

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        kind = dict(attrs).get("class") or ""
        if self._inside("figure") and tag not in ("figure",):
            self._draw(self.get_starttag_text())
        if tag not in ("meta", "br", "img", "input", "link", "hr", "path", "circle"):
            self.path.append((tag, kind, dict(attrs).get("lang") == "en"))
        if tag == "h2":
            self.place += 1
            self.card.heads[self.place] = ""
        elif tag == "li" and self.place == NEXT:
            self.card.questions.append([])

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if self._inside("figure"):
            self._draw(self.get_starttag_text())

    def handle_endtag(self, tag: str) -> None:
        while self.path and self.path.pop()[0] != tag:
            pass
        if self._inside("figure"):
            self._draw(f"</{tag}>")

    def handle_data(self, data: str) -> None:
        if self._inside("svg"):
            self._draw(data.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;"))
            return
        if not data.strip() or any(english for _, _, english in self.path) or self._inside("style", "script", "title"):
            return
        self._take(data)

    def _take(self, data: str) -> None:
        kinds = {kind.split()[0] for _, kind, _ in self.path if kind}
        piece = (data, "name" in kinds and len(data) <= LONGEST_UNBROKEN_NAME)
        if self._inside("h1"):
            self.card.title.append(piece)
        elif self._inside("h2"):
            self.card.heads[self.place] += data
        elif kinds & {"synthetic", "stamp"} and self._inside("header"):
            self.card.marks.append(data)
        elif self._inside("header"):
            self.card.lead.append(data.strip())
        elif self._inside("figcaption") and self._inside("b"):
            self.card.points[self.place] = data
        elif self._inside("li") and self.place == NEXT:
            self.card.questions[-1].append(piece)
        elif self._inside("footer"):
            self.card.footer.append(data.strip())

    def _inside(self, *tags: str) -> bool:
        return any(tag in tags for tag, _, _ in self.path)

    def _draw(self, text: str) -> None:
        self.figures[self.place] = self.figures.get(self.place, "") + text


# --- setting the card ----------------------------------------------------------------------------------------------


def source(card: Card) -> str:
    """The card as typst text."""
    title, lead = _set(card.title), _set([(" · ".join(card.lead), False)])
    marks = _set([(" · ".join(card.marks), False)])
    parts = [_section(card, place) for place in (RESULTS, SURE, SINCE) if place in card.heads]
    asked = "".join(f"- {_set(pieces)}\n" for pieces in card.questions)
    foot = _set([(" · ".join(card.footer), False)])
    return f"""#set document(date: none)
#set page(
  paper: "a4", margin: (x: 15mm, top: 12mm, bottom: 14mm),
  footer: text(size: 7pt, fill: rgb("{style.MUTED}"))[{foot}],
)
#set text(font: "{style.font().family}", size: 9pt, lang: "th", fill: rgb("{style.INK}"))
#set par(leading: 0.75em, spacing: 0.7em)
#show heading: set text(size: 10.5pt)
#show heading: set block(above: 1em, below: 0.6em)
#text(size: 16pt, weight: "bold")[{title}]

#text(fill: rgb("{style.WARN}"), size: 8pt)[{marks}]

#text(size: 8pt, fill: rgb("{style.MUTED}"))[{lead}]

{"".join(parts)}
= {_heading(card, NEXT)}
{asked}"""


def _section(card: Card, place: int) -> str:
    head = f"= {_heading(card, place)}\n"
    point = f"*{_set([(card.points[place], False)])}*\n\n" if place in card.points else ""
    if place not in card.drawings:
        return head + point
    height = "100mm" if place == RESULTS else "48mm"
    return f'{head}{point}#align(center, image("{place}.svg", fit: "contain", height: {height}, width: 100%))\n\n'


def _heading(card: Card, place: int) -> str:
    """A section's heading without its number, which counts the page's sections and not the card's."""
    return _set([(re.sub(r"^\d+\s+", "", card.heads.get(place, "")), False)])


def _set(pieces: list[tuple[str, bool]]) -> str:
    """Text as boxes between which a line may break."""
    out = []
    for text, whole in pieces:
        out += [_box(part) for part in ([text] if whole else _breakable(text))]
    return "".join(out)


def _breakable(text: str) -> list[str]:
    from icu4py.breakers import LineBreaker

    if not text.strip():
        return []
    end = " " if text[-1:].isspace() else ""
    return list(LineBreaker(" ".join(text.split()) + end, "th"))


def _box(part: str) -> str:
    bare = part.rstrip(" ")
    return f"#box({json.dumps(bare, ensure_ascii=False)})" + ("#sym.space" if bare != part else "#sym.zws")
