"""Panels of a figure of years: how many stand side by side, and where each one's plot lies."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass

import pandas as pd

from innovlib import terms
from innovlib.errors import Words
from innovlib.report import labels, style
from innovlib.report.figures.axes import Scale
from innovlib.report.typeset import lines

#: Room of a panel that is not plot: numbers of the axis at the left, a little air at the right.
MARGINS = 38.0
#: Lines of those one is compared with: colour, width, dash.
OTHER_LINES = {
    "similar": (style.PEER, 1.6, ()),
    "area": (style.MUTED, 1.2, (5.0, 2.0)),
    "nation": (style.MUTED, 1.1, (1.2, 2.2)),
}


@dataclass(frozen=True)
class Panel:
    """One panel: a test, grade and subject, and where its plot lies in points."""

    test: str
    grade: str
    subject: str
    x: Scale
    y: Scale
    top: float
    size: float
    first: bool
    labelled: bool

    @property
    def left(self) -> float:
        """The left end of the grid, half a year before the first."""
        return self.x.start - 7

    @property
    def right(self) -> float:
        """The right end of the grid."""
        return self.x.stop + 7

    @property
    def bottom(self) -> float:
        """The line under the plot; n and the years stand below it."""
        return self.y.start


@dataclass(frozen=True)
class Grid:
    """How the panels share the sheet."""

    keys: tuple[tuple[str, str, str], ...]
    columns: int
    cell: float
    size: float
    plot: float
    head: float
    keyed: bool

    @classmethod
    def of(cls, frame: pd.DataFrame, width: float, *, own: str, lang: str) -> Grid:
        """As many panels side by side as leave room for the years under each."""
        keys = list(dict.fromkeys(frame[["test", "grade", "subject"]].itertuples(index=False, name=None)))
        keys.sort(key=lambda k: (terms.TESTS.index(k[0]), terms.GRADES.index(k[1]), terms.SUBJECTS.index(k[2])))
        phone, alone = width < 400, len(keys) == 1
        size = 9.0 if alone or phone else 8.0
        keyed = phone and not alone  # a telephone has no room for names beside every row of panels
        room = width - (0 if keyed else _label_room(frame, own=own, lang=lang, size=size))
        columns = 1 if alone else max(c for c in (1, 2, 3, 4) if c == 1 or _fits(frame, room / c, size=size))
        columns = min(columns, len(keys))
        plot = 150.0 if alone else 112.0 if columns <= 2 else 96.0
        return cls(tuple(keys), columns, room / columns, size, plot, size * 4.4, keyed)


def _fits(frame: pd.DataFrame, cell: float, *, size: float) -> bool:
    """Whether the years of neighbouring periods stand apart under a panel of this width."""
    spans = sorted(set(zip(frame["first_year_be"].astype(int), frame["last_year_be"].astype(int), strict=True)))
    if len(spans) < 2:
        return cell > 90
    step = (cell - MARGINS) / max(spans[-1][1] - spans[0][0], 1)
    middles = sorted({sum(span) / 2 for span in spans})
    nearest = min(b - a for a, b in itertools.pairwise(middles))
    label = "65–67" if any(first < last for first, last in spans) else "<10"
    return nearest * step >= style.text_width(label, size - 0.5) + 3


def panels(frame: pd.DataFrame, grid: Grid, *, limits: dict) -> Iterator[Panel]:
    """The panels in the domain's order, row by row."""
    first, last = int(frame["first_year_be"].min()), int(frame["last_year_be"].max())
    start = grid.size * 3.4 if grid.keyed else 0.0
    for i, key in enumerate(grid.keys):
        row, column = divmod(i, grid.columns)
        left, top = column * grid.cell, start + row * (grid.head + grid.plot + grid.size * 4.2)
        x = Scale(first, max(last, first + 1), left + MARGINS - 8, left + grid.cell - 8)
        y = Scale(*limits[key[0]], top + grid.head + grid.plot, top + grid.head)
        labelled = not grid.keyed and i == min(grid.columns, len(grid.keys)) - 1
        yield Panel(*key, x, y, top, grid.size, first=i == 0, labelled=labelled)


def _label_room(frame: pd.DataFrame, *, own: str, lang: str, size: float) -> float:
    others = [labels.other(who, own=own) for who in OTHER_LINES if who != own and (frame["who"] == who).any()]
    others += [band_note(lang)] if frame["spread_low"].notna().any() else []
    widths = [style.text_width(line, size) for words in others for line in lines(words, lang)]
    widths += [style.text_width(line, size, bold=True) for line in lines(labels.OWN[own], lang)]
    return 16 + max(widths)


def band_note(lang: str) -> Words:
    """What the grey band is, under the name of whom it is about."""
    said = f"({lines(labels.MIDDLE_HALF, lang)[0]})"
    return Words(said, said)
