"""Level bars: shares of pupils on four ordered levels, drawn to the two sides of the line between levels 2 and 3."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from innovlib.errors import Words
from innovlib.report import labels, style
from innovlib.report.disclosure import Protected
from innovlib.report.figures.axes import Scale, shown, title_below
from innovlib.report.figures.figure import Figure, finish, frame_of
from innovlib.report.figures.sheet import GRID, MARK, MIDDLE, OWN_LINE, Sheet
from innovlib.report.typeset import lines, one_line, wrap

#: Fill and the colour of text on it, from the outer to the inner level; 3 : 1 between neighbours, also in grey print.
LOOKS = {
    "level_1": (style.PEER, style.INK),
    "level_2": (style.BAND, style.INK),
    "low": (style.BAND, style.INK),
    "level_3": ("#a9cdf0", style.INK),
    "high": ("#a9cdf0", style.INK),
    "level_4": (style.OWN, style.WHITE),
}
#: A part narrower than this, in points, carries no number.
NARROW = 17.0


@dataclass(frozen=True)
class _Look:
    phone: bool
    left: float
    right: float
    size: float

    @classmethod
    def of(cls, width: float) -> _Look:
        return cls(True, 4, width - 6, 9.5) if width < 400 else cls(False, 172, width - 12, 9)


def level_bars(
    data: Protected,
    *,
    title: Words,
    alt: Words,
    subtitle: Words | None = None,
    note: Words | None = None,
    synthetic: bool = False,
    lang: str = "both",
) -> Figure:
    """One bar a quality: levels 1 and 2 to the left, 3 and 4 to the right, with the interval of the right end.

    Parameters
    ----------
    data
        As :func:`innovlib.report.surveys.protect_levels` makes it, one row per quality, with ``label``
        (:class:`Words`). A side whose levels are not told apart is one bar; a row on too few pupils says so.
    """
    frame = frame_of(data, who="level_bars")
    return finish(
        lambda width: _draw(frame, width, lang=lang),
        data=frame, title=title, alt=alt, subtitle=subtitle, note=note, synthetic=synthetic, lang=lang,
    )  # fmt: skip


def _draw(frame: pd.DataFrame, width: float, *, lang: str) -> Sheet:
    sheet, look = Sheet(width), _Look.of(width)
    seen = frame[frame["status"] == "shown"]
    low = max([*seen["low"], 20.0]) if len(seen) else 50.0
    high = max([*seen["high"], *seen["conf_high"].fillna(0), 20.0]) if len(seen) else 50.0
    scale = Scale(-low - 2, high + 2, look.left, look.right)
    y = top = _heads(sheet, scale, look, lang=lang)
    for record in frame.to_dict("records"):
        y = _row(sheet, y, record, scale, look, lang=lang)
    sheet.line((scale(0), top - 2), (scale(0), y + 2), stroke=style.INK, width=1.2, layer=OWN_LINE)
    sheet.height = title_below(sheet, labels.SHARE_OF_PUPILS, scale, y=y + look.size * 1.6, size=look.size, lang=lang)
    return sheet


def _heads(sheet: Sheet, scale: Scale, look: _Look, *, lang: str) -> float:
    """What lies to the left and to the right of the line."""
    x, y = scale(0), look.size * 1.3
    for words, anchor, step in ((labels.LEVELS_LOW, "end", -6), (labels.LEVELS_HIGH, "start", 6)):
        sheet.texts(x + step, y, lines(words, lang), size=look.size, colour=style.MUTED, anchor=anchor, leading=1.3)
    return y + look.size * 1.3 * (2 if lang == "both" else 1)


def _row(sheet: Sheet, y: float, row: dict, scale: Scale, look: _Look, *, lang: str) -> float:
    said = lines(row["label"], lang)
    room = sheet.width - 8 if look.phone else look.left - 12
    parts = [(part, i == 0) for i, line in enumerate(said) for part in wrap(line, room, size=look.size)]
    if look.phone:
        for part, main in parts:
            y += look.size * 1.3
            sheet.text(1, y, part, size=look.size if main else look.size - 1, bold=main,
                       colour=style.INK if main else style.MUTED, halo=True)  # fmt: skip
        middle = y + 14
    else:
        height = max(24.0, len(parts) * look.size * 1.3 + 6)
        middle = y + height / 2
        first = middle + look.size * MIDDLE - (len(parts) - 1) * look.size * 0.65
        for i, (part, main) in enumerate(parts):
            sheet.text(look.left - 9, first + i * look.size * 1.3, part, size=look.size if main else look.size - 1,
                       colour=style.INK if main else style.MUTED, anchor="end")  # fmt: skip
    _bar(sheet, middle, row, scale, look, lang=lang)
    return middle + 20 if look.phone else y + height


def _bar(sheet: Sheet, y: float, row: dict, scale: Scale, look: _Look, *, lang: str) -> None:
    if shown(row, "percent") is None:
        hidden = row["status"] == "small"
        words = labels.small(str(row["n_label"])) if hidden else labels.ABSENT
        sheet.text(scale(0) + 6, y + look.size * MIDDLE, one_line(words, lang), size=look.size - 0.5,
                   colour=style.WARN if hidden else style.MUTED, halo=True)  # fmt: skip
        return
    for side, sign, inner, outer in (("low", -1, "level_2", "level_1"), ("high", 1, "level_3", "level_4")):
        told = shown(row, outer) is not None
        at = 0.0
        for part in (inner, outer) if told else (side,):
            value = shown(row, part) or 0.0
            _part(sheet, y, sign * at, sign * (at + value), part, value, scale, look)
            at += value
    low, high = shown(row, "conf_low"), shown(row, "conf_high")
    if low is not None and high is not None:
        sheet.line((scale(low), y + 12), (scale(high), y + 12), stroke=style.INK, width=1.3, layer=MARK)
        for x in (low, high):
            sheet.line((scale(x), y + 10), (scale(x), y + 14), stroke=style.INK, width=1.3, layer=MARK)


def _part(
    sheet: Sheet, y: float, start: float, stop: float, part: str, value: float, scale: Scale, look: _Look
) -> None:
    left, right = sorted((scale(start), scale(stop)))
    fill, ink = LOOKS[part]
    sheet.box(left, y - 8, max(right - left, 0.5), 16, fill=fill, stroke=style.WHITE, layer=GRID)
    if right - left >= NARROW:
        sheet.text((left + right) / 2, y + look.size * MIDDLE, f"{value:.0f}", size=look.size - 0.5, colour=ink,
                   anchor="middle")  # fmt: skip
