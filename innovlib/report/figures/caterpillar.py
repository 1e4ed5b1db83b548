"""Caterpillar: every school with its interval in order of its value, so that one sees how few can be told apart."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd

from innovlib.errors import Words
from innovlib.report import labels, style
from innovlib.report.disclosure import Protected
from innovlib.report.figures.axes import Scale, axis_title, bounds, y_axis
from innovlib.report.figures.figure import Figure, finish, frame_of
from innovlib.report.figures.marks import key_of_verdicts, verdict_look, verdict_mark
from innovlib.report.figures.sheet import LINE, OWN_LINE, OWN_MARK, Sheet
from innovlib.report.typeset import one_line

#: Of more schools than this one in so many is drawn: the marks would cover each other, and the page weigh megabytes.
MOST_SCHOOLS = 300


def caterpillar(
    data: Protected,
    *,
    title: Words,
    alt: Words,
    value: str = "gap",
    highlight: str | None = None,
    axis: Words = labels.GAP_TO_AREA,
    subtitle: Words | None = None,
    note: Words | None = None,
    synthetic: bool = False,
    lang: str = "both",
) -> Figure:
    """All schools' values with their 95 % intervals, low to high; no school is named or numbered, no rank is printed.

    Of more than :data:`MOST_SCHOOLS` one in so many is drawn, evenly in their order; the key counts all, and the note
    says so.

    Parameters
    ----------
    data
        Protected rows, one a school: ``school_id``, the value, ``conf_low``, ``conf_high``, ``verdict``, ``status``.
        Hidden schools are counted in words, not placed.
    value
        Column of the value, a difference from a reference at 0.
    highlight
        ``school_id`` of one school to be named "this school".
    axis
        Title of the axis, over it.
    """
    frame = frame_of(data, who="caterpillar")
    every = math.ceil((frame["status"] == "shown").sum() / MOST_SCHOOLS)
    return finish(
        lambda width: _draw(frame, width, value=value, every=every, highlight=highlight, axis=axis, lang=lang),
        data=frame, title=title, alt=alt, subtitle=subtitle, note=_note(note, every), synthetic=synthetic, lang=lang,
    )  # fmt: skip


def _note(note: Words | None, every: int) -> Words | None:
    said = [words for words in (note, labels.one_school_in(every) if every > 1 else None) if words]
    return Words(*map(" · ".join, zip(*said, strict=True))) if said else None


def _draw(
    frame: pd.DataFrame, width: float, *, value: str, every: int, highlight: str | None, axis: Words, lang: str
) -> Sheet:
    sheet, size = Sheet(width), 9.5 if width < 400 else 9.0
    shown = _one_in(every, frame[frame["status"] == "shown"].sort_values([value, "school_id"]), highlight=highlight)
    y = key_of_verdicts(sheet, frame, y=size * 1.2, size=size, lang=lang)
    y = axis_title(sheet, axis, y=y + size * 0.6, size=size, lang=lang)
    top, left, right = y + size * 0.6, 32.0, width - 4
    low, high = bounds([v for row in shown for v in (row["conf_low"], row["conf_high"], 0.0)], least=10, step=5)
    if not shown:
        low, high = -10.0, 10.0
    scale = Scale(low, high, top + (190 if width > 400 else 210), top)
    y_axis(sheet, scale, left=left, right=right, size=size, signed=True)
    sheet.line((left, scale(0)), (right, scale(0)), stroke=style.MUTED, width=1.1)
    step = (right - left - 8) / max(len(shown), 12)
    for i, row in enumerate(shown):
        x, mine = left + 4 + (i + 0.5) * step, row["school_id"] == highlight
        _school(sheet, x, row, scale, value=value, step=step, mine=mine)
        if mine:
            _name(sheet, x, row, scale, left=left, right=right, size=size, lang=lang)
    sheet.height = scale.start + 8
    return sheet


def _one_in(every: int, rows: pd.DataFrame, *, highlight: str | None) -> list[dict]:
    """The middle one of every so many rows, and the one that is named."""
    drawn = (np.arange(len(rows)) - every // 2) % max(every, 1) == 0
    return rows[drawn | (rows["school_id"] == highlight).to_numpy()].to_dict("records")


def _school(sheet: Sheet, x: float, row: dict, scale: Scale, *, value: str, step: float, mine: bool) -> None:
    verdict = str(row["verdict"] or "undecided")
    colour = style.OWN if mine else verdict_look(verdict)[0] if verdict.startswith("clearly") else style.PEER
    ends = [(x, scale.clipped(row[c])) for c in ("conf_low", "conf_high") if pd.notna(row[c])]
    if len(ends) == 2:
        sheet.line(*ends, stroke=colour, width=2.4 if mine else max(min(step * 0.22, 1.4), 0.6),
                   layer=OWN_LINE if mine else LINE)  # fmt: skip
    if mine:
        sheet.disc(x, scale.clipped(row[value]), 4.6, fill=style.OWN, stroke=style.WHITE, layer=OWN_MARK)
    else:
        verdict_mark(sheet, x, scale.clipped(row[value]), verdict, r=max(min(step * 0.45, 3.6), 1.3))


def _name(
    sheet: Sheet, x: float, row: dict, scale: Scale, *, left: float, right: float, size: float, lang: str
) -> None:
    """Names the one school in the corner that rising values leave free: upper left, or lower right."""
    said = one_line(labels.OWN["school"], lang)
    half, upper = style.text_width(said, size, bold=True) / 2, x < (left + right) / 2
    place = min(max(x, left + half + 4), right - half)
    y = scale.stop + size * 1.3 if upper else scale.start - size * 0.6
    end = (x, scale.clipped(row["conf_high" if upper else "conf_low"]))
    sheet.line((x, y + 3 if upper else y - size), end, stroke=style.OWN, width=0.7)
    sheet.text(place, y, said, size=size, colour=style.OWN, bold=True, anchor="middle", halo=True)
