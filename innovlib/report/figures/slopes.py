"""Slopes: from one period to another, one's own line among those of similar schools, subject by subject."""

from __future__ import annotations

import pandas as pd

from innovlib import terms
from innovlib.errors import BadInput, Words
from innovlib.report import labels, style
from innovlib.report.disclosure import Protected
from innovlib.report.figures.axes import Scale, bounds, in_order, shown
from innovlib.report.figures.figure import Figure, finish, frame_of
from innovlib.report.figures.sheet import LINE, MIDDLE, OWN_LINE, OWN_MARK, Sheet
from innovlib.report.typeset import lines, number


def slopes(
    data: Protected,
    *,
    title: Words,
    alt: Words,
    own: str = "school",
    subtitle: Words | None = None,
    note: Words | None = None,
    synthetic: bool = False,
    lang: str = "both",
) -> Figure:
    """Change between two periods of one test and grade, a panel a subject, all on one scale.

    Parameters
    ----------
    data
        Protected results of one test and grade in exactly two periods. Rows of ``who`` equal to ``own`` are the blue
        line, rows ``similar`` the grey ones: one line for each ``school_id``, or one line where they are a group.

    Raises
    ------
    BadInput
        If there are not two periods, or more than one test and grade.
    """
    frame = frame_of(data, who="slopes")
    periods = list(frame.sort_values("last_year_be")["period"].drop_duplicates())
    if len(periods) != 2 or len(frame[["test", "grade"]].drop_duplicates()) > 1:
        raise BadInput(
            Words(f"มี {len(periods)} ช่วงเวลา", f"there are {len(periods)} periods"),
            expected=Words("สองช่วงเวลาของการทดสอบเดียว", "two periods of one test and grade"),
        )
    return finish(
        lambda width: _draw(frame, periods, width, own=own, lang=lang),
        data=frame, title=title, alt=alt, subtitle=subtitle, note=note, synthetic=synthetic, lang=lang,
    )  # fmt: skip


def _draw(frame: pd.DataFrame, periods: list[str], width: float, *, own: str, lang: str) -> Sheet:
    sheet, size, phone = Sheet(width), 9.5 if width < 400 else 9.0, width < 400
    subjects = in_order(frame["subject"], list(terms.SUBJECTS))
    columns = min(len(subjects), 2 if phone else 5)
    cell, tall = width / columns, 150.0
    limits = bounds(frame.loc[frame["status"] == "shown", "mean"], least=30)
    for i, subject in enumerate(subjects):
        left, top = (i % columns) * cell, (i // columns) * (tall + 62)
        x, y = Scale(0, 1, left + 34, left + cell - 34), Scale(*limits, top + 30 + tall, top + 34)
        here = frame[frame["subject"] == subject]
        _head(sheet, labels.subject(subject), (left + left + cell) / 2, top, size=size, lang=lang)
        for _, rows in here[here["who"] != own].groupby(["who", "school_id"], dropna=False, sort=True):
            _line(sheet, rows, periods, x, y, colour=style.PEER, width=0.8)
        _own(sheet, here[here["who"] == own], periods, x, y, size=size, lang=lang)
        sheet.line((left + 12, y.start + 8), (left + cell - 12, y.start + 8), stroke=style.AXIS)
        for place, period in zip((x.start, x.stop), periods, strict=True):
            sheet.text(place, y.start + 8 + size * 1.4, period, size=size - 0.5, colour=style.MUTED, anchor="middle")
        sheet.height = max(sheet.height, y.start + 8 + size * 2.2)
    return sheet


def _head(sheet: Sheet, words: Words, x: float, y: float, *, size: float, lang: str) -> None:
    said = lines(words, lang)
    sheet.text(x, y + 11, said[0], size=size + 0.5, bold=True, anchor="middle")
    for second in said[1:]:
        sheet.text(x, y + 23, second, size=size - 1, colour=style.MUTED, anchor="middle")


def _ends(rows: pd.DataFrame, periods: list[str]) -> list[dict | None]:
    by_period = {row["period"]: row for row in rows.to_dict("records")}
    return [by_period.get(period) for period in periods]


def _line(
    sheet: Sheet, rows: pd.DataFrame, periods: list[str], x: Scale, y: Scale, *, colour: str, width: float
) -> None:
    values = [shown(row) for row in _ends(rows, periods)]
    if None not in values:
        sheet.line((x.start, y.clipped(values[0])), (x.stop, y.clipped(values[1])), stroke=colour, width=width,
                   layer=OWN_LINE if colour == style.OWN else LINE)  # fmt: skip


def _own(sheet: Sheet, rows: pd.DataFrame, periods: list[str], x: Scale, y: Scale, *, size: float, lang: str) -> None:
    """The blue line with its values; an end that is hidden or absent is said in words at its side."""
    _line(sheet, rows, periods, x, y, colour=style.OWN, width=2.4)
    for row, place, side in zip(_ends(rows, periods), (x.start, x.stop), (-1, 1), strict=True):
        value, anchor = shown(row), "end" if side < 0 else "start"
        if value is None:
            small = row is not None and row["status"] == "small"
            said = lines(labels.HIDDEN if small else labels.ABSENT, lang)[0]
            colour = style.WARN if small else style.MUTED
            sheet.text(place, y.start + 2, said, size=size - 1, colour=colour, anchor="middle", halo=True)
            continue
        sheet.disc(place, y.clipped(value), 4.2, fill=style.OWN, stroke=style.WHITE, width=0.8, layer=OWN_MARK)
        sheet.text(place + side * 8, y.clipped(value) + size * MIDDLE, number(value), size=size, colour=style.OWN,
                   bold=True, anchor=anchor, halo=True)  # fmt: skip
