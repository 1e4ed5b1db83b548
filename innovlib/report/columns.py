"""Columns of a table and their cells: what a value looks like shown, hidden or absent."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from innovlib.errors import Words
from innovlib.report import labels, style
from innovlib.report.figures.sheet import Sheet
from innovlib.report.typeset import escape, lines, name_html, number, one_line, words_html

#: A head no longer than this stays on one line.
LONGEST_UNBROKEN_HEAD = 16

KINDS = ("text", "name", "number", "bar", "difference", "interval", "verdict", "trend")


@dataclass(frozen=True)
class Column:
    """One column of a table.

    Attributes
    ----------
    key
        Column of the frame.
    head
        Words of its head.
    kind
        ``text``; ``name`` (a school's, never broken); ``number`` (a year where the key ends in ``_be``); ``bar`` (a
        number with a bar from ``scale[0]``); ``difference`` (signed, its bar to the left or right of zero);
        ``interval`` (``key_low`` and ``key_high``); ``verdict`` (a code of :data:`labels.VERDICTS`); ``trend`` (a list
        of numbers as a small line).
    status
        Column that says whether this value is shown, small or absent.
    decimals
        Digits after the point; None: as many as the value carries.
    scale
        Bounds of bars and trends; by default the same for the whole column, from its values.
    labels
        Words for codes of a text column.
    """

    key: str
    head: Words
    kind: str = "text"
    status: str = "status"
    decimals: int | None = None
    scale: tuple[float, float] | None = None
    labels: dict[str, Words] | None = None

    @property
    def numeric(self) -> bool:
        """Whether the column stands right."""
        return self.kind in ("number", "bar", "difference", "interval")


def missing(value: object) -> bool:
    """Whether a cell is empty."""
    return value is None or (not isinstance(value, (list, tuple)) and bool(pd.isna(value)))


def state(row: dict, column: Column) -> str:
    """shown, small or absent: of this cell, whatever its row says."""
    state = row.get(column.status) or "shown"
    key = f"{column.key}_low" if column.kind == "interval" else column.key
    if column.kind in ("text", "name") or (column.kind == "number" and isinstance(row[key], str)):
        return "shown" if not missing(row[key]) else "absent"
    if state == "shown" and (missing(row[key]) or (column.kind == "verdict" and not row[key])):
        return "absent"
    return str(state)


def _text(row: dict, column: Column, lang: str) -> Words | str:
    """What a shown cell says."""
    if column.kind == "interval":
        ends = (number(row[f"{column.key}_{end}"], decimals=column.decimals) for end in ("low", "high"))
        # A dash between −11 and −5 would read as a third minus.
        if row[f"{column.key}_low"] < 0:
            low, high = ends
            return Words(f"{low} ถึง {high}", f"{low} to {high}")
        return "–".join(ends)
    value = row[column.key]
    if column.kind == "verdict":
        return labels.VERDICTS.get(value, Words(str(value), str(value)))
    if column.kind == "trend":
        return ", ".join(number(v) for v in value)
    if column.labels is not None and value in column.labels:
        return column.labels[value]
    if isinstance(value, (str, Words)):
        return value
    if column.key.endswith("_be"):  # a year is a name, not a quantity: no thousands separator
        return str(int(value))
    return number(float(value), decimals=column.decimals, signed=column.kind == "difference")


def plain(row: dict, column: Column, lang: str) -> str:
    """What a cell says without any markup."""
    shows = state(row, column)
    if shows != "shown":
        return one_line(labels.HIDDEN, lang) if shows == "small" else "–"
    said = _text(row, column, lang)
    return one_line(said, lang) if isinstance(said, Words) else said


def fitted(column: Column, rows: list[dict]) -> Column:
    """The column with the scale of its bars decided: one for all rows."""
    if column.kind not in ("bar", "difference", "trend") or column.scale is not None:
        return column
    shown = [row[column.key] for row in rows if state(row, column) == "shown"]
    values = [v for each in shown for v in (each if isinstance(each, (list, tuple)) else [each]) if not missing(v)]
    if column.kind == "trend":
        scale = (min(values, default=0.0), max(values, default=1.0))
    else:
        most = max((abs(v) for v in values), default=1.0) or 1.0
        scale = (-most, most) if column.kind == "difference" else (0.0, most)
    return Column(**{**vars(column), "scale": scale})


def head_cell(column: Column, lang: str) -> str:
    """The head of a column; a short one stays on one line."""
    short = max(map(len, lines(column.head, lang))) <= LONGEST_UNBROKEN_HEAD
    kind = " ".join(name for name, yes in (("num", column.numeric), ("short", short)) if yes)
    return f'<th scope="col"{_class(kind)}>{words_html(column.head, lang)}</th>'


def _class(names: str) -> str:
    return f' class="{names}"' if names else ""


def group_row(rows: list[dict], i: int, key: str, *, width: int, lang: str) -> str:
    """The row that heads a group, before its first row."""
    if not key or (i and rows[i][key] == rows[i - 1][key]):
        return ""
    said = rows[i][key]
    return f'<tr class="group"><th scope="rowgroup" colspan="{width}">{_html(said, lang)}</th></tr>'


def _html(said: Words | str, lang: str) -> str:
    return words_html(said, lang) if isinstance(said, Words) else escape(said)


def row_cells(row: dict, columns: Sequence[Column], lang: str) -> str:
    """One row; its first cell is its head."""
    return "<tr>" + "".join(_cell(row, c, lang, first=i == 0) for i, c in enumerate(columns)) + "</tr>"


def _cell(row: dict, column: Column, lang: str, *, first: bool) -> str:
    content = _content(row, column, lang)
    if first:
        return f'<th scope="row">{content}</th>'
    kind = "num barred" if column.kind in ("bar", "difference") else "num" if column.numeric else ""
    return f'<td{_class(kind)} data-label="{escape(lines(column.head, lang)[0])}">{content}</td>'


def _content(row: dict, column: Column, lang: str) -> str:
    shows = state(row, column)
    if shows == "small":
        return f'<span class="hidden">{words_html(labels.HIDDEN, "en" if lang == "en" else "th")}</span>'
    if shows == "absent":
        said = escape(one_line(labels.ABSENT, "en" if lang == "en" else "th"))
        return f'<span class="absent" role="img" aria-label="{said}">–</span>'
    said = _text(row, column, lang)
    if column.kind == "name":
        return name_html(str(said))
    if column.kind == "verdict":
        return f'<span class="verdict {escape(row[column.key])}">{words_html(said, lang)}</span>'
    if column.kind == "trend":
        return spark(row[column.key], scale=column.scale, label=said)
    if column.kind in ("bar", "difference"):
        return f'<span>{_bar(float(row[column.key]), column)}<span class="value">{escape(said)}</span></span>'
    if column.kind == "interval":
        return f'<span class="ends">{_html(said, lang)}</span>'
    return _html(said, lang)


def _bar(value: float, column: Column) -> str:
    """A bar on the column's common scale; its length says what the number beside it says, so it is not read aloud."""
    low, high = column.scale
    zero = max(low, 0.0) if column.kind == "bar" else 0.0
    start, stop = sorted((zero, min(max(value, low), high)))
    left, width = 60 * (start - low) / (high - low), 60 * (stop - start) / (high - low)
    colour = style.WARN if column.kind == "difference" and value < 0 else style.OWN
    axis = f'<path d="M30 0V10" stroke="{style.AXIS}"/>' if column.kind == "difference" else ""
    box = f'<path d="M{left:.1f} 1h{max(width, 0.5):.1f}v8h-{max(width, 0.5):.1f}z" fill="{colour}"/>'
    return f'<svg class="bar" viewBox="0 0 60 10" aria-hidden="true">{box}{axis}</svg>'


def spark(values: Sequence[float | None], *, scale: tuple[float, float], label: str) -> str:
    """A small line of yearly values with gaps where there are none, the last point marked."""
    low, high = scale
    sheet = Sheet(72, 16)
    step = 64 / max(len(values) - 1, 1)
    places = [
        None if missing(v) else (4 + i * step, 13 - 10 * ((v - low) / (high - low) if high > low else 0.5))
        for i, v in enumerate(values)
    ]
    for known, years in itertools.groupby(places, key=bool):
        if known and len(points := list(years)) > 1:
            sheet.line(*points, stroke=style.PEER, width=1.4)
    for i, place in enumerate(places):
        if place:
            alone = not any(places[j] for j in (i - 1, i + 1) if 0 <= j < len(places))
            if i == len(places) - 1:
                sheet.disc(*place, 2.4, fill=style.OWN)
            elif alone:
                sheet.disc(*place, 1.2, fill=style.PEER)
    return sheet.svg(attributes=f' class="spark" role="img" aria-label="{escape(label)}"')
