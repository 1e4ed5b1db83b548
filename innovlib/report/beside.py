"""Two things beside each other: a narrow figure and what it means, stacked on a phone."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Beside:
    """Two displays in two columns. A figure among them is drawn once, in its narrow form.

    Examples
    --------
    >>> from innovlib.errors import Words
    >>> from innovlib.report.prose import Prose
    >>> Beside(Prose((Words("ก", "a"),), lang="th"), Prose((Words("ข", "b"),), lang="th"))._repr_html_()
    '<div class="beside"><div><div class="prose"><p>ก</p></div></div><div><div class="prose"><p>ข</p></div></div></div>'
    """

    left: object
    right: object

    def __str__(self) -> str:
        return f"{self.left}\n{self.right}"

    def _repr_html_(self) -> str:
        return f'<div class="beside"><div>{_markup(self.left)}</div><div>{_markup(self.right)}</div></div>'


def _markup(thing) -> str:
    narrow = getattr(thing, "narrow", None)
    return narrow() if narrow else thing._repr_html_()
