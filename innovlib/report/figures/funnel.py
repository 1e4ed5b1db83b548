"""Funnel: how far each school lies from what is expected, against how many pupils it rests on."""

from __future__ import annotations

import math

import pandas as pd

from innovlib.errors import BadInput, Words
from innovlib.report import labels, style
from innovlib.report.disclosure import Protected
from innovlib.report.figures.axes import Scale, axis_title, bounds, title_below, y_axis
from innovlib.report.figures.figure import Figure, finish, frame_of
from innovlib.report.figures.sheet import GRID, OWN_MARK, Sheet
from innovlib.report.typeset import number, one_line

#: Counts of pupils that may be printed under the (logarithmic) axis.
TICKS = (5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000)
LIMITS = ("low_998", "low_95", "high_95", "high_998")


def funnel(
    data: Protected,
    *,
    limits: pd.DataFrame,
    title: Words,
    alt: Words,
    value: str = "gap",
    highlight: str | None = None,
    axis: Words = labels.GAP_TO_EXPECTED,
    subtitle: Words | None = None,
    note: Words | None = None,
    synthetic: bool = False,
    lang: str = "both",
) -> Figure:
    """Each school's difference by its number of pupils (log scale) over the funnel that chance alone would fill.

    Parameters
    ----------
    data
        Protected rows, one a school: ``school_id``, ``n`` (rounded), the value (0 = as expected), ``status``.
    limits
        The funnel: ``n`` and ``low_998``, ``low_95``, ``high_95``, ``high_998`` (points), from the pooled pupil SD, so
        that it tells nothing of one school.
    highlight
        ``school_id`` of one school to be named "this school".

    Returns
    -------
    Figure
        Schools outside the 99.8 % funnel are orange diamonds: to be looked at, not a mark.
    """
    frame = frame_of(data, who="funnel")
    if absent := [name for name in ("n", *LIMITS) if name not in limits]:
        raise BadInput(
            Words(f"ขอบเขตกรวยไม่มีคอลัมน์ {absent[0]}", f"the funnel's limits have no column {absent[0]}"),
            expected=Words(", ".join(("n", *LIMITS)), ", ".join(("n", *LIMITS))),
        )
    return finish(
        lambda width: _draw(frame, limits, width, value=value, highlight=highlight, axis=axis, lang=lang),
        data=frame, title=title, alt=alt, subtitle=subtitle, note=note, synthetic=synthetic, lang=lang,
    )  # fmt: skip


def _draw(
    frame: pd.DataFrame,
    limits: pd.DataFrame,
    width: float,
    *,
    value: str,
    highlight: str | None,
    axis: Words,
    lang: str,
) -> Sheet:
    sheet, size = Sheet(width), 9.5 if width < 400 else 9.0
    rows = frame[(frame["status"] == "shown") & frame["n"].notna()].to_dict("records")
    curves = limits.sort_values("n").reset_index(drop=True)
    x = Scale(math.log(curves["n"].iloc[0]), math.log(curves["n"].iloc[-1]), 34, width - 38)
    top = axis_title(sheet, axis, y=size * 0.6, size=size, lang=lang) + size * 0.6
    low, high = bounds([*(r[value] for r in rows), curves["low_95"].min(), curves["high_95"].max()], least=10, step=5)
    y = Scale(low, high, top + 210, top)
    _bands(sheet, curves, x, y, size=size)
    y_axis(sheet, y, left=34, right=width - 38, size=size, signed=True)
    sheet.line((34, y(0)), (width - 38, y(0)), stroke=style.MUTED, width=1.1, layer=GRID)
    shifts = _shifts(rows, value=value)
    for row, shift in sorted(zip(rows, shifts, strict=True), key=lambda each: each[0]["school_id"] == highlight):
        place = (x.clipped(math.log(row["n"])) + shift, y.clipped(row[value]))
        _school(sheet, place, row, curves, x, value=value, mine=row["school_id"] == highlight, size=size, lang=lang)
    sheet.height = _counts(sheet, x, y.start, size=size, lang=lang)
    return sheet


def _bands(sheet: Sheet, curves: pd.DataFrame, x: Scale, y: Scale, *, size: float) -> None:
    places = [x(math.log(n)) for n in curves["n"]]
    for level, fill in (("998", "#eef1f3"), ("95", "#dde2e6")):
        upper = [(p, y.clipped(v)) for p, v in zip(places, curves[f"high_{level}"], strict=True)]
        lower = [(p, y.clipped(v)) for p, v in zip(places, curves[f"low_{level}"], strict=True)]
        sheet.area([*upper, *reversed(lower)], fill=fill)
    ends = [y.clipped(curves[f"high_{level}"].iloc[-1]) for level in ("998", "95")]
    for place, label in zip((min(ends[0], ends[1] - size * 1.2), ends[1]), ("99.8%", "95%"), strict=True):
        sheet.text(places[-1] + 4, place + size * 0.3, label, size=size - 1, colour=style.MUTED)


def _school(
    sheet: Sheet,
    at: tuple,
    row: dict,
    curves: pd.DataFrame,
    x: Scale,
    *,
    value: str,
    mine: bool,
    size: float,
    lang: str,
) -> None:
    place, level = at
    near = curves.iloc[(curves["n"] - row["n"]).abs().argmin()]
    outside = not near["low_998"] <= row[value] <= near["high_998"]
    if mine:
        sheet.disc(place, level, 5, fill=style.OWN, stroke=style.WHITE, layer=OWN_MARK)
        said = one_line(labels.OWN["school"], lang)
        left = place > (x.start + x.stop) / 2
        sheet.text(place + (-9 if left else 9), level - 7, said, size=size, colour=style.OWN, bold=True, halo=True,
                   anchor="end" if left else "start")  # fmt: skip
    elif outside:
        sheet.diamond(place, level, 3.8, fill=style.WARN, stroke=style.WHITE, width=0.6)
    else:
        sheet.disc(place, level, 2.2, fill=style.PEER)


def _shifts(rows: list[dict], *, value: str) -> list[float]:
    """Rounded values fall on each other: those at one place stand side by side, in points from it."""
    places: dict[tuple, list[int]] = {}
    for i, row in enumerate(rows):
        places.setdefault((row["n"], row[value]), []).append(i)
    out = [0.0] * len(rows)
    for members in places.values():
        for k, i in enumerate(sorted(members, key=lambda i: rows[i]["school_id"])):
            out[i] = (k - (len(members) - 1) / 2) * 4.6
    return out


def _counts(sheet: Sheet, x: Scale, bottom: float, *, size: float, lang: str) -> float:
    sheet.line((x.start, bottom), (x.stop, bottom), stroke=style.AXIS)
    for tick in TICKS:
        if x.low <= math.log(tick) <= x.high:
            place = x(math.log(tick))
            sheet.line((place, bottom), (place, bottom + 3), stroke=style.AXIS)
            sheet.text(place, bottom + size * 1.5, number(tick), size=size, colour=style.MUTED, anchor="middle")
    return title_below(sheet, labels.PUPILS_TESTED, x, y=bottom + size * 3, size=size, lang=lang)
