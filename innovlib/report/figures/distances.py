"""Distances: how far one's own results lie from the area's, period by period, a panel a test."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from innovlib import terms
from innovlib.errors import Words
from innovlib.report import labels, style
from innovlib.report.disclosure import Protected
from innovlib.report.figures.axes import Scale, bounds, shown, y_axis
from innovlib.report.figures.figure import Figure, finish, frame_of
from innovlib.report.figures.sheet import MIDDLE, OWN_LINE, OWN_MARK, Sheet
from innovlib.report.typeset import lines, number

#: Room over a panel for its name, under it for n and the period.
HEAD, FOOT = 24.0, 30.0


@dataclass(frozen=True)
class _Panel:
    """Where one panel stands: its rows, its scales, its corner."""

    rows: list[dict]
    left: float
    right: float
    y: Scale
    size: float

    @property
    def step(self) -> float:
        return (self.right - self.left) / max(len(self.rows), 1)

    def x(self, i: float) -> float:
        """The middle of the i-th period."""
        return self.left + (i + 0.5) * self.step


def distances(
    data: Protected,
    *,
    title: Words,
    alt: Words,
    joined_year_be: int | None = None,
    subtitle: Words | None = None,
    note: Words | None = None,
    synthetic: bool = False,
    lang: str = "both",
) -> Figure:
    """Own distance from the area's mean with its 95 % interval, period by period, a panel a test and grade.

    Parameters
    ----------
    data
        Protected rows, one per test × grade × period: ``gap``, ``conf_low``, ``conf_high`` (points), ``first_year_be``,
        ``last_year_be``, ``n_label``, ``status``. The line at 0 is the area; all panels share one scale.
    joined_year_be
        First academic year as a pilot school; a dashed line stands before it.
    """
    frame = frame_of(data, who="distances")
    seen = frame.loc[frame["status"] == "shown", ["gap", "conf_low", "conf_high"]].to_numpy(dtype=float).ravel()
    limits = bounds([*seen, 0.0], least=20, step=10)
    return finish(
        lambda width: _draw(frame, width, limits=limits, joined=joined_year_be, lang=lang),
        data=frame, title=title, alt=alt, subtitle=subtitle, note=note, synthetic=synthetic, lang=lang,
    )  # fmt: skip


def _draw(frame: pd.DataFrame, width: float, *, limits: tuple, joined: int | None, lang: str) -> Sheet:
    sheet, phone = Sheet(width), width < 400
    groups = [(key, part.to_dict("records")) for key, part in frame.groupby(["test", "grade"], sort=False)]
    groups.sort(key=lambda g: (terms.TESTS.index(g[0][0]), terms.GRADES.index(g[0][1])))
    columns = min(len(groups), 2 if phone else 4)
    cell, size, tall = width / columns, 8.5 if phone else 8.0, 96.0 if phone else 84.0
    for i, ((test, grade), rows) in enumerate(groups):
        row, column = divmod(i, columns)
        top, left = row * (HEAD + tall + FOOT + 8), column * cell
        axis = 24 if column == 0 else 8
        panel = _Panel(rows, left + axis, left + cell - 8, Scale(*limits, top + HEAD + tall, top + HEAD), size)
        name = sheet.text(left + (axis if column else 1), top + size * 1.3,
                          lines(labels.test_grade(test, grade), "en" if lang == "en" else "th")[0],
                          size=size + 1, bold=True)  # fmt: skip
        if i == 0:
            sheet.text(name.x + name.width + 5, name.y, f"0 = {lines(labels.OTHERS['area'], lang)[0]}",
                       size=size - 0.5, colour=style.MUTED)  # fmt: skip
        _frame(sheet, panel, labelled=column == 0, joined=joined, lang=lang)
        _points(sheet, panel, lang=lang)
        sheet.height = max(sheet.height, top + HEAD + tall + FOOT)
    return sheet


def _frame(sheet: Sheet, panel: _Panel, *, labelled: bool, joined: int | None, lang: str) -> None:
    """The grid, the area's line at 0, the line of joining."""
    if labelled:
        y_axis(sheet, panel.y, left=panel.left, right=panel.right, size=panel.size, about=4, signed=True)
    else:
        y_axis(sheet, panel.y, left=panel.left, right=panel.right, size=0.01, about=4)
    sheet.line((panel.left, panel.y(0)), (panel.right, panel.y(0)), stroke=style.MUTED, width=1.3)
    before = [i for i, row in enumerate(panel.rows) if joined and int(row["last_year_be"]) < joined]
    if joined and before and len(before) < len(panel.rows):
        x = panel.left + (before[-1] + 1) * panel.step
        sheet.line((x, panel.y.stop), (x, panel.y.start), stroke=style.WARN, width=1.1, dash=(4, 3))
        sheet.text(x + 3, panel.y.stop - 2, lines(labels.JOINED, lang)[0], size=panel.size - 0.5, colour=style.WARN,
                   anchor="middle", halo=True)  # fmt: skip


def _points(sheet: Sheet, panel: _Panel, *, lang: str) -> None:
    """Own dots with intervals; a line joins neighbours; n and period stand under each place, hidden or not."""
    size, before = panel.size, None
    for i, row in enumerate(panel.rows):
        x, value = panel.x(i), shown(row, "gap")
        small = row["status"] == "small"
        colour = style.WARN if small else style.MUTED
        sheet.text(x, panel.y.start + size * 1.4, f"n {row['n_label']}" if i == 0 else str(row["n_label"]),
                   size=size - 0.5, colour=colour, anchor="middle")  # fmt: skip
        sheet.text(x, panel.y.start + size * 2.7, _period(row), size=size - 0.5, anchor="middle")
        if value is None:
            words = labels.HIDDEN if small else labels.ABSENT
            sheet.text(x, panel.y(0) - size * 0.6, lines(words, lang)[0], size=size - 1, colour=colour,
                       anchor="middle", halo=True)  # fmt: skip
            before = None
            continue
        place = (x, panel.y.clipped(value))
        if before:
            sheet.line(before, place, stroke=style.OWN, width=1.6, layer=OWN_LINE)
        ends = [panel.y.clipped(shown(row, end)) for end in ("conf_low", "conf_high") if shown(row, end) is not None]
        if len(ends) == 2:
            sheet.line((x, ends[0]), (x, ends[1]), stroke=style.OWN, width=1.1, layer=OWN_LINE)
        sheet.disc(*place, 3.6, fill=style.OWN, stroke=style.WHITE, width=0.8, layer=OWN_MARK)
        if i == len(panel.rows) - 1:
            sheet.text(x + 6, place[1] + size * MIDDLE, number(value, decimals=0, signed=True), size=size + 0.5,
                       colour=style.OWN, bold=True, halo=True)  # fmt: skip
        before = place


def _period(row: dict) -> str:
    first, last = int(row["first_year_be"]), int(row["last_year_be"])
    return str(last) if first == last else f"{first % 100:02d}–{last % 100:02d}"
