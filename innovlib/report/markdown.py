"""Markdown cells to HTML: two languages, headings with anchors, nothing that runs and nothing from the net."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

import mistune

from innovlib.errors import Words
from innovlib.report.typeset import escape, lines

#: Parts the Thai from the English in a heading or a paragraph: "ผลการเรียนรู้ | Learning outcomes".
BAR = re.compile(r"\s+\|\s+")


@dataclass
class Outline:
    """Headings met so far on one page; gives ids and keeps the levels in order."""

    lang: str
    entries: list[tuple[int, str, str]] = field(default_factory=list)
    level: int = 1
    made: int = 0

    def add(self, markup: str, level: int) -> tuple[int, str]:
        """Note a heading; returns its level (never two deeper than the one before) and its id."""
        self.level = max(2, min(level, self.level + 1))
        self.made += 1  # not the number of entries: one may be taken out again
        anchor = f"s{self.made}"
        self.entries.append((self.level, anchor, markup))
        return self.level, anchor


class _Renderer(mistune.HTMLRenderer):
    def __init__(self, outline: Outline) -> None:
        super().__init__(escape=True)  # HTML in a markdown cell is shown as text, not run
        self.outline = outline

    def heading(self, text: str, level: int, **attrs) -> str:
        if level == 1:  # the page's own title stands above; a notebook's title is its question
            return f'<p class="question">{two_languages(text, self.outline.lang)}</p>\n'
        markup = two_languages(text, self.outline.lang)
        level, anchor = self.outline.add(markup, level)
        return f'<h{level} id="{anchor}">{markup}</h{level}>\n'

    def paragraph(self, text: str) -> str:
        return f"<p>{two_languages(text, self.outline.lang)}</p>\n"

    def block_text(self, text: str) -> str:
        return two_languages(text, self.outline.lang)

    def image(self, text: str, url: str, title: str | None = None) -> str:
        if url.startswith(("data:image/png;base64,", "data:image/jpeg;base64,")):
            return f'<img src="{escape(url)}" alt="{escape(text)}">'
        return escape(text)  # a picture from elsewhere would make the page ask the net for it


def two_languages(markup: str, lang: str) -> str:
    """Rendered text with one bar in it as Thai and English; text without a bar stays as it is.

    Examples
    --------
    >>> two_languages("วิชา | Subject", "both")
    'วิชา <span class="en" lang="en">Subject</span>'
    >>> two_languages("วิชา | Subject", "en")
    'Subject'
    """
    parts = BAR.split(markup)
    if len(parts) != 2:
        return markup
    said = lines(Words(*parts), lang)
    return said[0] if len(said) == 1 else f'{said[0]} <span class="en" lang="en">{said[1]}</span>'


def render(source: str, outline: Outline) -> str:
    """One markdown cell as HTML."""
    return mistune.create_markdown(renderer=_Renderer(outline), plugins=["table"])(source)
