"""Timeline: a lane for each school, kind of work or partner; events by their shape, partnerships as bars."""

from __future__ import annotations

import math
from collections.abc import Iterator

import pandas as pd

from innovlib import terms
from innovlib.errors import Words
from innovlib.report import labels, style
from innovlib.report.disclosure import Protected
from innovlib.report.figures.axes import Scale
from innovlib.report.figures.figure import Figure, finish, frame_of
from innovlib.report.figures.sheet import GRID, MARK, MIDDLE, OWN_MARK, Sheet
from innovlib.report.typeset import lines, one_line, wrap

#: Events nearer than this, in points, stand on two levels of their lane.
TOUCHING = 13.0


def timeline(
    data: Protected,
    *,
    title: Words,
    alt: Words,
    until: float,
    joined: float | None = None,
    subtitle: Words | None = None,
    note: Words | None = None,
    synthetic: bool = False,
    lang: str = "both",
) -> Figure:
    """Events and stretches of time on a common scale of years BE.

    Parameters
    ----------
    data
        Protected rows in print order: ``lane`` (what tells lanes apart), ``label`` (:class:`Words` at its left, above
        it on a telephone), ``at`` (a day as a year BE with its fraction), ``until`` (end of a stretch; missing for an
        event, infinite where it goes on), ``kind`` (planned, started, done, stopped, or a partner's sector),
        ``number`` (printed at an event, or ""). An optional column ``group`` (:class:`Words`) heads the lanes.
    until
        The day up to which is known: where the axis and stretches without an end stop.
    joined
        The day of joining: a dashed line. None draws none.
    """
    frame = frame_of(data, who="timeline")
    return finish(
        lambda width: _draw(frame, width, until=until, joined=joined, lang=lang),
        data=frame, title=title, alt=alt, subtitle=subtitle, note=note, synthetic=synthetic, lang=lang,
    )  # fmt: skip


def _lanes(frame: pd.DataFrame) -> Iterator[tuple[Words | None, Words, list[dict]]]:
    lanes: dict[str, list[dict]] = {}
    for record in frame.to_dict("records"):
        lanes.setdefault(record["lane"], []).append(record)
    for each in lanes.values():
        yield each[0].get("group"), each[0]["label"], each


def _draw(frame: pd.DataFrame, width: float, *, until: float, joined: float | None, lang: str) -> Sheet:
    sheet, phone = Sheet(width), width < 400
    size = 9.5 if phone else 9.0
    left = 8.0 if phone else 170.0
    first = min([*frame["at"], *([joined] if joined is not None else [])])
    scale = Scale(math.floor(first), max(math.ceil(until), math.floor(first) + 1), left, width - 10)
    y = _key(sheet, frame, y=size * 1.2, size=size, lang=lang)
    y += size if joined is not None else 0.0
    top, before = y, None
    for group, label, records in _lanes(frame):
        if group is not None and group != before:
            y, before = _group(sheet, y, group, size=size, lang=lang), group
        y = _lane(sheet, y, label, records, scale, until=until, phone=phone, size=size, lang=lang)
    _years(sheet, scale, top=top, bottom=y + 4, size=size, lang=lang)
    if joined is not None and scale.low <= joined <= scale.high:
        x = scale(joined)
        sheet.line((x, top - size), (x, y + 4), stroke=style.WARN, width=1.1, dash=(4, 3))
        sheet.text(min(x + 4, width - 50), top - 1, one_line(labels.JOINED, lang), size=size - 1,
                   colour=style.WARN, halo=True)  # fmt: skip
    sheet.height = y + 4 + size * 3
    return sheet


def _key(sheet: Sheet, frame: pd.DataFrame, *, y: float, size: float, lang: str) -> float:
    """Each shape that occurs with its word; returns where the lanes begin."""
    x, kinds = 0.0, set(frame["kind"])
    for kind in (k for k in terms.PROGRESS_STATUSES if k in kinds):
        said = lines(terms.LABELS[kind], lang)[0]
        _event(sheet, x + 6, y - size * 0.32, kind)
        sheet.text(x + 15, y, said, size=size)
        x += style.text_width(said, size) + 28
    return y + (size * 1.4 if x else -size * 0.6)


def _group(sheet: Sheet, y: float, words: Words, *, size: float, lang: str) -> float:
    said = lines(words, lang)
    first = sheet.text(1, y + size * 1.6, said[0], size=size + 0.5, bold=True, halo=True)
    for second in said[1:]:
        sheet.text(first.width + 7, y + size * 1.6, second, size=size - 0.5, colour=style.MUTED, halo=True)
    return y + size * 2.2


def _lane(
    sheet: Sheet, y: float, label: Words, records: list[dict], scale: Scale, *, until: float, phone: bool,
    size: float, lang: str,
) -> float:  # fmt: skip
    """One lane with its name; returns where the next begins."""
    said = wrap(lines(label, lang)[0], sheet.width - 10 if phone else scale.start - 12, size=size)
    events = [r for r in records if pd.isna(r["until"])]
    height = 24.0 if events else 13.0
    if phone:
        y = sheet.texts(1, y + size * 1.3, said, size=size, leading=1.3, halo=True) - size * 0.7
    else:
        height = max(height, len(said) * size * 1.3 + 4)
        middle = y + height / 2 + size * MIDDLE - (len(said) - 1) * size * 0.65
        sheet.texts(1, middle, said, size=size, leading=1.3)
    lane = y + height / 2
    if events:
        sheet.line((scale.start, lane), (scale.stop, lane), stroke=style.GRID, layer=GRID)
    for row in records:
        if not pd.isna(row["until"]):
            _stretch(sheet, lane, row, scale, until=until)
    _events(sheet, lane, events, scale, size=size)
    return y + height + (3 if phone else 1)


def _stretch(sheet: Sheet, y: float, row: dict, scale: Scale, *, until: float) -> None:
    """A partnership: a bar, with an arrowhead where it goes on."""
    going_on = row["until"] > until
    start, stop = scale.clipped(row["at"]), scale.clipped(min(row["until"], until))
    sheet.box(start, y - 3, max(stop - start, 2.0), 6, fill=style.OWN if going_on else style.PEER,
              layer=MARK)  # fmt: skip
    if going_on:
        sheet.area([(stop, y - 5), (stop + 6, y), (stop, y + 5)], fill=style.OWN, layer=MARK)


def _events(sheet: Sheet, lane: float, events: list[dict], scale: Scale, *, size: float) -> None:
    """Events in order of time; one that would touch the one before stands lower."""
    last, low = -math.inf, False
    for row in sorted(events, key=lambda r: r["at"]):
        x = scale.clipped(row["at"])
        low = x - last < TOUCHING and not low
        y, last = lane + (7 if low else 0 if x - last >= TOUCHING else -5), x
        _event(sheet, x, y, row["kind"])
        if row["number"]:
            sheet.text(x + 6, y + (size - 1) * MIDDLE, row["number"], size=size - 1, colour=style.MUTED, halo=True)


def _event(sheet: Sheet, x: float, y: float, kind: str) -> None:
    """A shape for each status: planned a ring, started a ring with a core, done a disc, stopped a cross."""
    if kind == "stopped":
        for sign in (1, -1):
            sheet.line((x - 3.2, y - 3.2 * sign), (x + 3.2, y + 3.2 * sign), stroke=style.WARN, width=1.8)
    elif kind == "done":
        sheet.disc(x, y, 4.2, fill=style.OWN, stroke=style.WHITE, width=0.8, layer=OWN_MARK)
    else:
        sheet.disc(x, y, 3.8, fill=style.WHITE, stroke=style.OWN, width=1.4)
        if kind == "started":
            sheet.disc(x, y, 1.7, fill=style.OWN, layer=OWN_MARK)


def _years(sheet: Sheet, scale: Scale, *, top: float, bottom: float, size: float, lang: str) -> None:
    """A line at the turn of each year, its number in the middle; two digits where four would touch."""
    first, last = int(scale.low), int(scale.high)
    step = scale(first + 1) - scale(first)
    every = 1 if step > style.text_width("65", size - 1) + 3 else 2
    full = step * every > style.text_width("2565", size - 1) + 4
    for year in range(first, last + 1):
        sheet.line((scale(year), top + 2), (scale(year), bottom), stroke=style.GRID, layer=GRID)
    for year in range(first, last, every):
        sheet.text(scale(year + 0.5), bottom + size * 1.3, str(year) if full else f"{year % 100:02d}", size=size - 1,
                   colour=style.MUTED, anchor="middle")  # fmt: skip
    sheet.line((scale.start, bottom), (scale.stop, bottom), stroke=style.AXIS)
    era = labels.CALENDAR_YEAR_BE
    sheet.text(scale.stop, bottom + size * 2.6, one_line(era, lang), size=size - 1, colour=style.MUTED, anchor="end")
