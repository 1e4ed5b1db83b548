"""Sentences on a page: paragraphs or a list in the languages asked for, shown by a notebook as they are."""

from __future__ import annotations

import re
from dataclasses import dataclass

from innovlib.errors import Words
from innovlib.report.typeset import escape, lines, one_line, words_html


@dataclass(frozen=True)
class Prose:
    """Sentences that a rule has chosen; ``bullets`` sets them as a list.

    Examples
    --------
    >>> print(Prose((Words("ก", "a"),), lang="both"))
    ก
    a
    """

    sentences: tuple[Words, ...]
    lang: str = "both"
    bullets: bool = False

    def __str__(self) -> str:
        return "\n".join(line for words in self.sentences for line in lines(words, self.lang))

    def _repr_html_(self) -> str:
        tag = "li" if self.bullets else "p"
        items = "".join(f"<{tag}>{_two_lines(words, self.lang)}</{tag}>" for words in self.sentences)
        return f'<ul class="prose">{items}</ul>' if self.bullets else f'<div class="prose">{items}</div>'


def _two_lines(words: Words, lang: str) -> str:
    said = [escape(line) for line in lines(words, lang)]
    return said[0] if len(said) == 1 else f'{said[0]}<br><span class="en" lang="en">{said[1]}</span>'


@dataclass(frozen=True)
class Facts:
    """Labels and values side by side, as a description list.

    Examples
    --------
    >>> print(Facts(((Words("รุ่นที่", "Cohort"), Words("1", "1")),), lang="en"))
    Cohort: 1
    """

    pairs: tuple[tuple[Words, Words], ...]
    lang: str = "both"

    def __str__(self) -> str:
        return "\n".join(f"{one_line(label, self.lang)}: {one_line(value, self.lang)}" for label, value in self.pairs)

    def _repr_html_(self) -> str:
        items = "".join(
            f"<div><dt>{words_html(label, self.lang)}</dt><dd>{words_html(value, self.lang)}</dd></div>"
            for label, value in self.pairs
        )
        return f'<dl class="facts">{items}</dl>'


@dataclass(frozen=True)
class Finding:
    """A heading that states a finding; it stands in the page's contents under its chapter.

    Examples
    --------
    >>> print(Finding(Words("ยังสรุปไม่ได้", "Cannot be told"), lang="en"))
    Cannot be told
    """

    words: Words
    lang: str = "both"

    def __str__(self) -> str:
        return one_line(self.words, self.lang)

    def _repr_markdown_(self) -> str:
        return "### " + " | ".join(_as_text(said) for said in self.words)


def _as_text(said: str) -> str:
    """A text that Markdown leaves as it is, on one line and without the bar that parts two languages."""
    said = re.sub(r"\s+", " ", said.replace("|", "/"))
    return re.sub(r"([\\`*_\[\]<>#])", r"\\\1", said)


@dataclass(frozen=True)
class Stack:
    """Several things of a page, one under the other, from one cell."""

    parts: tuple

    def __str__(self) -> str:
        return "\n".join(str(part) for part in self.parts)

    def _repr_html_(self) -> str:
        return "".join(part._repr_html_() for part in self.parts)
