"""Scales, ticks and the placing of labels: plain arithmetic, decided before anything is drawn."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from innovlib import terms
from innovlib.errors import Words
from innovlib.report import style
from innovlib.report.figures.sheet import GRID, MIDDLE, Sheet
from innovlib.report.typeset import lines, number, one_line


@dataclass(frozen=True)
class Scale:
    """A straight scale from data to points on the sheet."""

    low: float
    high: float
    start: float
    stop: float

    def __call__(self, value: float) -> float:
        return self.start + (value - self.low) / (self.high - self.low) * (self.stop - self.start)

    def clipped(self, value: float) -> float:
        """The place of a value, held inside the scale."""
        return self(min(max(value, self.low), self.high))


def nice_step(span: float, *, about: int) -> float:
    """A round distance between ticks (1, 2 or 5 times a power of ten, or 25) for about so many of them.

    Examples
    --------
    >>> nice_step(40, about=4), nice_step(7, about=5), nice_step(100, about=4)
    (10.0, 2.0, 25.0)
    """
    raw = span / max(about, 1)
    power = 10.0 ** math.floor(math.log10(raw))
    steps = (1, 2, 2.5, 5, 10) if power >= 10 else (1, 2, 5, 10)
    return next(step * power for step in steps if step * power >= raw * 0.999)


def bounds(values: Iterable[float], *, least: float, step: float = 10.0) -> tuple[float, float]:
    """Round bounds around all finite values, at least ``least`` apart; (0, 100) where there is no value.

    Examples
    --------
    >>> bounds([31, 47], least=40)
    (20.0, 60.0)
    """
    found = np.array([v for v in values if v is not None and np.isfinite(v)], dtype=float)
    if not found.size:
        return 0.0, 100.0
    low, high = math.floor(found.min() / step) * step, math.ceil(found.max() / step) * step
    while high - low < least:
        low, high = low - step / 2, high + step / 2
    low, high = math.floor(low / step) * step, math.ceil(high / step) * step
    if found.min() >= 0 and low < 0:
        low, high = 0.0, max(high, least)
    return float(low), float(high)


def ticks(low: float, high: float, *, about: int = 5) -> list[float]:
    """Round values from ``low`` to ``high``."""
    step = nice_step(high - low, about=about)
    first = math.ceil(low / step - 1e-9)
    return [round(i * step, 10) for i in range(first, math.floor(high / step + 1e-9) + 1)]


def dodge(wanted: Sequence[float], sizes: Sequence[float], *, low: float, high: float, gap: float = 3.0) -> list[float]:
    """Centres as near as possible to the wanted ones, in the same order, so that nothing overlaps or leaves the space.

    Where the space is too small for all, they begin at its low end.

    Examples
    --------
    >>> dodge([10, 12], [10, 10], low=0, high=100, gap=0)
    [6.0, 16.0]
    """
    order = sorted(range(len(wanted)), key=lambda i: (wanted[i], i))
    blocks: list[list] = []  # [members, sum of the starts they would like, width]
    for i in order:
        blocks.append([[i], min(max(wanted[i], low + sizes[i] / 2), high - sizes[i] / 2) - sizes[i] / 2, sizes[i]])
        while len(blocks) > 1 and _start(blocks[-2], low, high) + blocks[-2][2] + gap > _start(blocks[-1], low, high):
            members, starts, width = blocks.pop()
            before = blocks[-1]
            before[1] += starts - len(members) * (before[2] + gap)
            before[0] += members
            before[2] += gap + width
    out = [0.0] * len(wanted)
    for block in blocks:
        place = _start(block, low, high)
        for i in block[0]:
            out[i] = place + sizes[i] / 2
            place += sizes[i] + gap
    return out


def _start(block: list, low: float, high: float) -> float:
    members, starts, width = block
    return max(low, min(starts / len(members), high - width))


def x_axis(
    sheet: Sheet,
    scale: Scale,
    *,
    spans: Sequence[tuple[float, float]],
    bottom: float,
    size: float,
    title: Words,
    lang: str,
) -> float:
    """Grid lines over each span (top, bottom), tick numbers and a title under all; returns where the drawing ends."""
    room = abs(scale.stop - scale.start)
    marks = ticks(scale.low, scale.high, about=max(2, int(room / 60)))
    for x, (start, stop) in itertools.product(map(scale, marks), spans):
        sheet.line((x, start), (x, stop), stroke=style.GRID, layer=GRID)
    for tick in marks:
        sheet.text(scale(tick), bottom + size * 1.35, number(tick), size=size, colour=style.MUTED, anchor="middle")
    sheet.line((scale.start, bottom), (scale.stop, bottom), stroke=style.AXIS)
    return title_below(sheet, title, scale, y=bottom + size * 2.9, size=size, lang=lang)


def y_axis(sheet: Sheet, scale: Scale, *, left: float, right: float, size: float, about: int = 5, signed=False) -> None:
    """Grid lines with their numbers to the left."""
    for tick in ticks(scale.low, scale.high, about=about):
        y = scale(tick)
        sheet.line((left, y), (right, y), stroke=style.GRID, layer=GRID)
        label = number(tick, signed=signed)
        sheet.text(left - 5, y + size * MIDDLE, label, size=size, colour=style.MUTED, anchor="end")


def title_below(sheet: Sheet, words: Words, scale: Scale, *, y: float, size: float, lang: str) -> float:
    """The title of a level axis, centred under it; on two lines where one is too short. Returns where it ends."""
    said, middle = one_line(words, lang), (scale.start + scale.stop) / 2
    fits = style.text_width(said, size) <= 2 * min(middle, sheet.width - middle) - 2
    each = [said] if fits else lines(words, lang)
    return sheet.texts(middle, y, each, size=size, colour=style.MUTED, anchor="middle") - size * 0.9


def axis_title(sheet: Sheet, words: Words, *, y: float, size: float, lang: str, x: float = 1.0) -> float:
    """The title of an upright axis, lying over it; on two lines where one is too short. Returns the last baseline."""
    said = one_line(words, lang)
    each = [said] if style.text_width(said, size) <= sheet.width - x - 2 else lines(words, lang)
    return sheet.texts(x, y + size * 0.6, each, size=size, colour=style.MUTED) - size * 0.8


def cells(frame: pd.DataFrame) -> dict[tuple, dict]:
    """Rows of a results table by (who, test, grade, subject, period)."""
    keys = ["who", "test", "grade", "subject", "period"]
    return {tuple(row[k] for k in keys): row for row in frame.to_dict("records")}


def in_order(values: Iterable[str], known: Sequence[str]) -> list[str]:
    """Distinct values in the order of the domain, unknown ones after them as they came."""
    seen = list(dict.fromkeys(values))
    return sorted(seen, key=lambda v: known.index(v) if v in known else len(known))


def groups(frame: pd.DataFrame) -> list[tuple[str, str, str]]:
    """(test, grade, period) of a results table, by test, then grade, then latest year."""
    columns = ["test", "grade", "period", "last_year_be"]
    rows = frame[columns].drop_duplicates(["test", "grade", "period"])
    order = {name: list(known) for name, known in (("test", terms.TESTS), ("grade", terms.GRADES))}

    def rank(row: tuple) -> tuple:
        places = [order[c].index(v) if v in order[c] else 99 for c, v in zip(columns[:2], row[:2], strict=True)]
        return (*places, row[3], row[2])

    return [tuple(row[:3]) for row in sorted(rows.itertuples(index=False, name=None), key=rank)]


def shown(row: dict | None, column: str = "mean") -> float | None:
    """A row's value if it may be seen and is there, else None."""
    if row is None or row.get("status", "shown") != "shown":
        return None
    value = row.get(column)
    return None if value is None or pd.isna(value) else float(value)
