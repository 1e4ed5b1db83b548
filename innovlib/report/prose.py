"""Sentences on a page: paragraphs or a list in the languages asked for, shown by a notebook as they are."""

from __future__ import annotations

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
