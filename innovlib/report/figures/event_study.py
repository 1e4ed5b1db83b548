"""Event study: the estimated difference by year before and after joining, with pointwise and simultaneous intervals."""

from __future__ import annotations

import pandas as pd

from innovlib.errors import Words
from innovlib.report import labels, style
from innovlib.report.disclosure import Protected
from innovlib.report.figures.axes import Scale, axis_title, bounds, title_below, y_axis
from innovlib.report.figures.figure import Figure, finish, frame_of
from innovlib.report.figures.sheet import GROUND, Sheet
from innovlib.report.typeset import lines, number

VALUES = ["estimate", "conf_low", "conf_high", "band_low", "band_high"]


def event_study(
    data: Protected,
    *,
    title: Words,
    alt: Words,
    axis: Words = labels.DIFFERENCE,
    subtitle: Words | None = None,
    note: Words | None = None,
    synthetic: bool = False,
    lang: str = "both",
) -> Figure:
    """Estimates by years from joining: thick line the 95 % interval of one year, thin line the one that holds for all.

    Parameters
    ----------
    data
        Protected rows, one a year: ``event_time`` (0 = first year as a pilot school), ``estimate``, ``conf_low``,
        ``conf_high``, ``band_low``, ``band_high`` (points), ``status``. A reference year has an estimate of 0 and no
        interval; a year that is hidden or absent leaves a gap and a "–" under the axis.
    """
    frame = frame_of(data, who="event_study").sort_values("event_time").reset_index(drop=True)
    return finish(
        lambda width: _draw(frame, width, axis=axis, lang=lang),
        data=frame, title=title, alt=alt, subtitle=subtitle, note=note, synthetic=synthetic, lang=lang,
    )  # fmt: skip


def _draw(frame: pd.DataFrame, width: float, *, axis: Words, lang: str) -> Sheet:
    sheet, size = Sheet(width), 9.5 if width < 400 else 9.0
    left, right = 30.0, width - 4
    times = [int(t) for t in frame["event_time"]]
    x = Scale(min([*times, -1]) - 0.6, max([*times, 0]) + 0.6, left, right)
    top = axis_title(sheet, axis, y=size * 0.6, size=size, lang=lang) + size * 0.4
    shown = frame[frame["status"] == "shown"]
    low, high = bounds([*shown[VALUES].to_numpy().ravel(), 0.0], least=4, step=2)
    y = Scale(low, high, top + 214, top + 34)
    sheet.box(left, top, x(-0.5) - left, y.start - top, fill="#f4f5f7", layer=GROUND)
    y_axis(sheet, y, left=left, right=right, size=size, signed=True)
    sheet.line((left, y(0)), (right, y(0)), stroke=style.MUTED, width=1.1)
    sheet.line((x(-0.5), top), (x(-0.5), y.start), stroke=style.WARN, width=1.1, dash=(4, 3))
    _sides(sheet, x, top, size=size, lang=lang)
    for row in shown.to_dict("records"):
        _year(sheet, row, x, y, size=size, lang=lang)
    sheet.height = _times(sheet, frame, x, y.start, size=size, lang=lang)
    return sheet


def _sides(sheet: Sheet, x: Scale, top: float, *, size: float, lang: str) -> None:
    """Says what each half shows, within the room it has."""
    for words, start, stop, colour in (
        (labels.BEFORE_JOINING, x.start, x(-0.5), style.MUTED),
        (labels.AFTER_JOINING, x(-0.5), x.stop, style.OWN),
    ):
        for i, said in enumerate(lines(words, lang)):
            fits = style.text_width(said, size) <= stop - start - 6
            said = said if fits else said.split(":")[0]
            y = top + size * (1.4 + i * 1.4)
            sheet.text((start + stop) / 2, y, said, size=size, colour=colour, anchor="middle", bold=colour == style.OWN,
                       halo=True)  # fmt: skip


def _year(sheet: Sheet, row: dict, x: Scale, y: Scale, *, size: float, lang: str) -> None:
    place, after = x(row["event_time"]), row["event_time"] >= 0
    colour = style.OWN if after else style.MUTED
    if pd.isna(row["conf_low"]):
        sheet.disc(place, y.clipped(row["estimate"]), 4, fill=style.WHITE, stroke=style.MUTED, width=1.6)
        said = lines(labels.REFERENCE_YEAR, lang)[0]
        sheet.text(place, y.clipped(row["estimate"]) + size * 1.9, said, size=size - 1, colour=style.MUTED,
                   anchor="middle", halo=True)  # fmt: skip
        return
    for low, high, width in (("band_low", "band_high", 1.0), ("conf_low", "conf_high", 2.8)):
        if pd.notna(row[low]) and pd.notna(row[high]):
            sheet.line((place, y.clipped(row[low])), (place, y.clipped(row[high])), stroke=colour, width=width)
    sheet.disc(place, y.clipped(row["estimate"]), 4.2, fill=colour, stroke=style.WHITE, width=0.8)


def _times(sheet: Sheet, frame: pd.DataFrame, x: Scale, bottom: float, *, size: float, lang: str) -> float:
    sheet.line((x.start, bottom), (x.stop, bottom), stroke=style.AXIS)
    for time, status in zip(frame["event_time"], frame["status"], strict=True):
        label = number(float(time), signed=True)
        sheet.text(x(time), bottom + size * 1.5, label, size=size, colour=style.MUTED, anchor="middle")
        if status != "shown":
            words = labels.HIDDEN if status == "small" else labels.ABSENT
            colour = style.WARN if status == "small" else style.MUTED
            sheet.text(x(time), bottom - 5, lines(words, lang)[0], size=size - 1.5, colour=colour, anchor="middle")
    return title_below(sheet, labels.YEARS_FROM_JOINING, x, y=bottom + size * 3, size=size, lang=lang)
