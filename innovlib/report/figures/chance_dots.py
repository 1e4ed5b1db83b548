"""Chance as twenty dots: each stands for one chance in twenty, at the difference it would mean."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd

from innovlib.errors import BadInput, Words
from innovlib.report import labels, style
from innovlib.report.disclosure import Protected
from innovlib.report.figures.axes import Scale, bounds, ticks, title_below
from innovlib.report.figures.figure import Figure, finish, frame_of
from innovlib.report.figures.sheet import Sheet
from innovlib.report.typeset import lines, number, one_line

DOTS = 20


#: Where nothing tells the schools apart, there is no posterior to draw.
ALIKE = Words("แยกไม่ออกจากความบังเอิญ", "cannot be told from chance")


def chance_dots(
    data: Protected,
    *,
    title: Words,
    alt: Words,
    own: str = "school",
    axis: Words = labels.GAP_TO_SIMILAR,
    subtitle: Words | None = None,
    note: Words | None = None,
    synthetic: bool = False,
    lang: str = "both",
) -> Figure:
    """A posterior as twenty dots (Kay et al., CHI 2016): filled above 0, hollow below, stacked in columns.

    Parameters
    ----------
    data
        Protected rows with ``difference`` (points): the twenty quantiles 2.5 %, 7.5 %, … 97.5 % of the posterior of
        one difference, and ``status``. Where it is hidden, absent or alike for all the figure says so.

    Raises
    ------
    BadInput
        If there are not twenty quantiles.
    """
    frame = frame_of(data, who="chance_dots")
    shown = np.sort(frame.loc[frame["status"] == "shown", "difference"].to_numpy(dtype=float))
    if len(shown) not in (0, DOTS):
        raise BadInput(
            Words(f"มีจุด {len(shown)} จุด", f"there are {len(shown)} quantiles"), expected=Words("20 จุด", "twenty")
        )
    return finish(
        lambda width: _draw(frame, shown, width, own=own, axis=axis, lang=lang),
        data=frame, title=title, alt=alt, subtitle=subtitle, note=note, synthetic=synthetic, lang=lang,
    )  # fmt: skip


def _draw(frame: pd.DataFrame, values: np.ndarray, width: float, *, own: str, axis: Words, lang: str) -> Sheet:
    sheet, size = Sheet(width), 9.5 if width < 400 else 9.0
    if not len(values):
        small = (frame["status"] == "small").any()
        words = ALIKE if (frame["status"] == "alike").any() else labels.ABSENT
        words = labels.small(str(frame["n_label"].iloc[0]) if "n_label" in frame else "") if small else words
        sheet.text(1, size * 2, one_line(words, lang), size=size, colour=style.WARN if small else style.MUTED)
        sheet.height = size * 3
        return sheet
    low, high = bounds([*values, 0.0], least=8, step=2)
    x = Scale(low, high, 14, width - 14)
    r = 8.5 if width < 400 else 10.5
    columns = _columns(values, width=max((values[-1] - values[0]) / 8, (high - low) / (x.stop - x.start) * 2.2 * r))
    bottom = 36 + 2 * r * 1.12 * max(len(column) for column in columns.values())
    for centre, column in columns.items():
        for i, value in enumerate(column):
            y = bottom - r - 2 - i * 2 * r * 1.12
            if value > 0:
                sheet.disc(x(centre), y, r, fill=style.OWN)
            else:
                sheet.disc(x(centre), y, r - 0.8, fill=style.WHITE, stroke=style.MUTED, width=1.5)
    _sides(sheet, values, x, bottom, size=size, lang=lang)
    sheet.height = _axis(sheet, x, bottom, title=axis, size=size, lang=lang)
    return sheet


def _columns(values: np.ndarray, *, width: float) -> dict[float, list[float]]:
    """Dots of one column lie within one dot's width of each other, and no column straddles 0."""
    out: dict[float, list[float]] = {}
    for value in values:
        step = math.floor(value / width) if value > 0 else -math.floor(-value / width) - 1
        out.setdefault((step + 0.5) * width, []).append(float(value))
    return out


def _sides(sheet: Sheet, values: np.ndarray, x: Scale, bottom: float, *, size: float, lang: str) -> None:
    """How many of twenty lie on each side of 0, in words at that side."""
    above = int((values > 0).sum())
    sheet.line((x(0), 6), (x(0), bottom), stroke=style.INK, width=1.4)
    for words, count, anchor, colour, shift in (
        (labels.BELOW_IN_TWENTY, DOTS - above, "end", style.MUTED, -8),
        (labels.ABOVE_IN_TWENTY, above, "start", style.OWN, 8),
    ):
        said = [line.format(count=count) for line in lines(words, lang)]
        widest = max(style.text_width(line, size, bold=True) for line in said)
        room = x(0) - 2 if anchor == "end" else sheet.width - x(0)
        place = x(0) + shift if widest + 10 <= room else (2 if anchor == "end" else sheet.width - 2)
        anchor = anchor if widest + 10 <= room else ("start" if anchor == "end" else "end")
        if widest + 10 <= room or count:
            sheet.texts(place, 14, said, size=size, colour=colour, bold=colour == style.OWN, anchor=anchor, halo=True,
                        leading=1.3)  # fmt: skip


def _axis(sheet: Sheet, x: Scale, bottom: float, *, title: Words, size: float, lang: str) -> float:
    sheet.line((x.start - 10, bottom), (x.stop + 10, bottom), stroke=style.AXIS)
    for tick in ticks(x.low, x.high, about=int((x.stop - x.start) / 55)):
        sheet.line((x(tick), bottom), (x(tick), bottom + 3), stroke=style.AXIS)
        label = number(tick, signed=True)
        sheet.text(x(tick), bottom + size * 1.5, label, size=size, colour=style.MUTED, anchor="middle")
    return title_below(sheet, title, x, y=bottom + size * 3, size=size, lang=lang)
