"""Ladder: a few short rows on one scale of steps, what is granted beside what is really done."""

from __future__ import annotations

import pandas as pd

from innovlib.errors import Words
from innovlib.report import style
from innovlib.report.disclosure import Protected
from innovlib.report.figures.axes import Scale, shown
from innovlib.report.figures.figure import Figure, finish, frame_of
from innovlib.report.figures.sheet import GRID, MIDDLE, OWN_LINE, OWN_MARK, Sheet
from innovlib.report.typeset import lines, number, wrap

STEPS = (0, 1, 2, 3, 4)


def ladder(
    data: Protected,
    *,
    title: Words,
    alt: Words,
    done_by: Words,
    granted_to: Words,
    ends: tuple[Words, Words],
    note: Words | None = None,
    synthetic: bool = False,
    lang: str = "both",
) -> Figure:
    """What the order grants (diamond) and what is really done (dot with 95 % interval), a row a domain, from 0 to 4.

    Parameters
    ----------
    data
        Protected rows, one per domain: ``label`` (:class:`Words`), ``granted``, ``granted_status``, ``done``,
        ``conf_low``, ``conf_high``, ``status``. A mark whose status is not shown is not drawn.
    done_by, granted_to
        Whose the dots and the diamonds are; said over the first row.
    ends
        What 0 and 4 mean.
    """
    frame = frame_of(data, who="ladder")
    return finish(
        lambda width: _draw(frame, width, done_by=done_by, granted_to=granted_to, ends=ends, lang=lang),
        data=frame, title=title, alt=alt, subtitle=None, note=note, synthetic=synthetic, lang=lang,
    )  # fmt: skip


def _draw(frame: pd.DataFrame, width: float, *, done_by: Words, granted_to: Words, ends: tuple, lang: str) -> Sheet:
    sheet, size, row = Sheet(width), 9.0, 24.0
    room = max(style.text_width(part, size) for words in frame["label"] for part in lines(words, lang)[:1])
    x = Scale(0, 4, min(room + 16, width * 0.42), width - 14)
    top = _names(sheet, done_by=done_by, granted_to=granted_to, size=size, lang=lang)
    for i, each in enumerate(frame.to_dict("records")):
        y = top + i * row + row / 2
        said = lines(each["label"], lang)
        sheet.text(x.start - 10, y + size * MIDDLE - (3 if said[1:] else 0), said[0], size=size, anchor="end")
        for second in said[1:]:
            sheet.text(x.start - 10, y + size * MIDDLE + 7, second, size=size - 2, colour=style.MUTED, anchor="end")
        _marks(sheet, x, y, each, size=size)
    bottom = top + row * len(frame)
    for step in STEPS:
        sheet.line((x(step), top), (x(step), bottom), stroke=style.GRID, layer=GRID)
        sheet.text(x(step), bottom + size * 1.2, number(step), size=size - 0.5, colour=style.MUTED, anchor="middle")
    sheet.line((x.start, bottom), (x.stop, bottom), stroke=style.AXIS)
    _ends(sheet, x, bottom + size * 2.4, ends, size=size - 0.5, lang=lang)
    return sheet


def _names(sheet: Sheet, *, done_by: Words, granted_to: Words, size: float, lang: str) -> float:
    """What dot and diamond mean, each after its mark; returns where the rows begin."""
    y, place = size * 1.1, 6.0
    for words, own in ((done_by, True), (granted_to, False)):
        said = lines(words, lang)[0]
        if place > 10 and place + 14 + style.text_width(said, size, bold=own) > sheet.width:
            y, place = y + size * 1.5, 6.0
        if own:
            sheet.disc(place, y - size * MIDDLE, 3.8, fill=style.OWN)
        else:
            sheet.diamond(place, y - size * MIDDLE, 4.2, stroke=style.INK)
        mark = sheet.text(place + 8, y, said, size=size, colour=style.OWN if own else style.INK, bold=own)
        place += 22 + mark.width
    return y + 6


def _marks(sheet: Sheet, x: Scale, y: float, row: dict, *, size: float) -> None:
    done, granted = shown(row, "done"), shown(row | {"status": row["granted_status"]}, "granted")
    low, high = shown(row, "conf_low"), shown(row, "conf_high")
    if low is not None and high is not None:
        sheet.line((x.clipped(low), y), (x.clipped(high), y), stroke=style.OWN, width=2.4, layer=OWN_LINE)
    if granted is not None:
        sheet.diamond(x.clipped(granted), y, 4.6, stroke=style.INK)
    if done is not None:
        sheet.disc(x.clipped(done), y, 4.2, fill=style.OWN, stroke=style.WHITE, width=0.8, layer=OWN_MARK)
        right = max(v for v in (done, high, granted) if v is not None)
        sheet.text(x.clipped(right) + 7, y + size * MIDDLE, number(done, decimals=1), size=size, colour=style.OWN,
                   bold=True, halo=True)  # fmt: skip


def _ends(sheet: Sheet, x: Scale, y: float, ends: tuple[Words, Words], *, size: float, lang: str) -> None:
    """The meaning of the two ends under the axis, each on its side; broken where both do not fit side by side."""
    half = (x.stop - x.start) / 2 - 4
    for words, place, anchor in ((ends[0], x.start, "start"), (ends[1], x.stop + 12, "end")):
        said = wrap(lines(words, lang)[0], max(half, 60), size=size)
        end = sheet.texts(place, y, said, size=size, colour=style.MUTED, anchor=anchor, leading=1.3)
        sheet.height = max(sheet.height, end)
