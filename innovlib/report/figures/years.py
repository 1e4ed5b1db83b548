"""Years: one's own results over time, with gaps where there are no data, n under each point and the joining year."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pandas as pd

from innovlib import terms
from innovlib.errors import Words
from innovlib.report import labels, style
from innovlib.report.disclosure import Protected
from innovlib.report.figures.axes import Scale, bounds, dodge, shown, y_axis
from innovlib.report.figures.figure import Figure, finish, frame_of
from innovlib.report.figures.sheet import MIDDLE, Sheet
from innovlib.report.typeset import lines, one_line

#: Lines of those one is compared with: colour, width, dash.
OTHER_LINES = {
    "similar": (style.PEER, 1.6, ()),
    "area": (style.MUTED, 1.2, (5.0, 2.0)),
    "nation": (style.MUTED, 1.1, (1.2, 2.2)),
}


@dataclass(frozen=True)
class Panel:
    """One panel: a test, grade and subject, and where its plot lies in points."""

    test: str
    grade: str
    subject: str
    x: Scale
    y: Scale
    top: float
    size: float
    labelled: bool

    @property
    def left(self) -> float:
        """The left end of the grid, half a year before the first."""
        return self.x.start - 8

    @property
    def right(self) -> float:
        """The right end of the grid."""
        return self.x.stop + 8

    @property
    def bottom(self) -> float:
        """The line under the plot; n and the years stand below it."""
        return self.y.start


def years(
    data: Protected,
    *,
    title: Words,
    alt: Words,
    own: str = "school",
    joined_year_be: int | None = None,
    scale: tuple[float, float] | None = None,
    subtitle: Words | None = None,
    note: Words | None = None,
    synthetic: bool = False,
    lang: str = "both",
) -> Figure:
    """Own mean and 95 % interval by year, over the middle half of similar schools, the area and the nation.

    Parameters
    ----------
    data
        Protected results; each test, grade and subject in it becomes a panel. A pooled period
        ("2565–67") stands at its middle.
    joined_year_be
        First academic year as a pilot school: a dashed line before it. None draws no line.
    scale
        Bounds of all panels in points; by default round bounds around the values.

    Returns
    -------
    Figure
        Lines break where a year is hidden ("<10" under it) or absent ("–" and a shaded stretch).
    """
    frame = frame_of(data, who="years")
    values = frame.loc[frame["status"] == "shown", ["mean", "conf_low", "conf_high"]].to_numpy().ravel()
    limits = scale or bounds(values, least=40)
    return finish(
        lambda width: _draw(frame, width, own=own, joined=joined_year_be, limits=limits, lang=lang),
        data=frame, title=title, alt=alt, subtitle=subtitle, note=note, synthetic=synthetic, lang=lang,
    )  # fmt: skip


def _draw(frame: pd.DataFrame, width: float, *, own: str, joined: int | None, limits: tuple, lang: str) -> Sheet:
    sheet = Sheet(width)
    for panel in _panels(frame, width, own=own, limits=limits, lang=lang):
        rows = _rows(frame, panel)
        _frame(sheet, panel, rows, own=own, joined=joined, lang=lang)
        _others(sheet, panel, rows, own=own)
        _own(sheet, panel, rows.get(own, []))
        if panel.labelled:
            _line_labels(sheet, panel, rows, own=own, lang=lang)
        sheet.height = max(sheet.height, panel.bottom + panel.size * 3.4)
    return sheet


def _panels(frame: pd.DataFrame, width: float, *, own: str, limits: tuple, lang: str) -> Iterator[Panel]:
    """The panels in the domain's order, two side by side on paper where there is more than one."""
    keys = list(dict.fromkeys(frame[["test", "grade", "subject"]].itertuples(index=False, name=None)))
    keys.sort(key=lambda key: (terms.TESTS.index(key[0]), terms.GRADES.index(key[1]), terms.SUBJECTS.index(key[2])))
    phone = width < 400
    columns = 1 if phone or len(keys) == 1 else 2
    size = 9.5 if phone else 9.0 if columns == 1 else 8.0
    head, plot = (34, 132) if lang == "both" else (24, 132)
    plot = plot + 30 if len(keys) == 1 and not phone else plot - 22 if columns == 2 else plot
    margin = _label_room(frame, own=own, lang=lang, size=size)
    cell = (width - margin) / columns
    first, last = int(frame["first_year_be"].min()), int(frame["last_year_be"].max())
    for i, (test, grade, subject) in enumerate(keys):
        left, top = (i % columns) * cell, (i // columns) * (head + plot + size * 4.4)
        x = Scale(first, max(last, first + 1), left + 30, left + cell - 14)
        y = Scale(*limits, top + head + plot, top + head)
        yield Panel(test, grade, subject, x, y, top, size, labelled=i == min(columns, len(keys)) - 1)


def _label_room(frame: pd.DataFrame, *, own: str, lang: str, size: float) -> float:
    others = [labels.other(who, own=own) for who in OTHER_LINES if who != own and (frame["who"] == who).any()]
    widths = [style.text_width(line, size) for words in others for line in lines(words, lang)]
    widths += [style.text_width(line, size, bold=True) for line in lines(labels.OWN[own], lang)]
    return 12 + max(widths)


def _rows(frame: pd.DataFrame, panel: Panel) -> dict[str, list[dict]]:
    """Rows of a panel by who, in the order of their periods."""
    same = (frame["test"] == panel.test) & (frame["grade"] == panel.grade) & (frame["subject"] == panel.subject)
    out: dict[str, list[dict]] = {}
    for row in frame[same].sort_values(["last_year_be", "first_year_be"]).to_dict("records"):
        out.setdefault(row["who"], []).append(row)
    return out


def _middle(row: dict) -> float:
    """The year in the middle of a row's period."""
    return (int(row["first_year_be"]) + int(row["last_year_be"])) / 2


def _span(row: dict) -> tuple[int, int]:
    return int(row["first_year_be"]), int(row["last_year_be"])


def _frame(sheet: Sheet, panel: Panel, rows: dict, *, own: str, joined: int | None, lang: str) -> None:
    """Everything behind the lines: name, grid, stretches without data, the joining year, n and the years."""
    left, right = panel.left, panel.right
    mine, every = rows.get(own, []), sorted({_span(row) for each in rows.values() for row in each})
    name = lines(labels.subject(panel.subject), lang)
    place = labels.test_grade(panel.test, panel.grade)
    first = sheet.text(left - 21, panel.top + 12, name[0], size=panel.size + 1, bold=True)
    rest = " · ".join([*name[1:], getattr(place, "en" if lang == "en" else "th")])
    sheet.text(left - 21 + first.width + 5, panel.top + 12, rest, size=panel.size - 0.5, colour=style.MUTED)
    y_axis(sheet, panel.y, left=left, right=right, size=panel.size, about=4)
    _gaps(sheet, panel, mine, range(every[0][0], every[-1][1] + 1), lang=lang)
    if joined is not None and panel.x.low < joined - 0.5 < panel.x.high:
        _joining(sheet, panel, panel.x(joined - 0.5), lang=lang)
    sheet.line((left, panel.bottom), (right, panel.bottom), stroke=style.AXIS)
    _years_below(sheet, panel, mine, every)


def _gaps(sheet: Sheet, panel: Panel, mine: list[dict], span: range, *, lang: str) -> None:
    """Shade each run of years for which there are no data of one's own, and say so where there is room."""
    covered = {year for row in mine if row["status"] != "absent" for year in range(_span(row)[0], _span(row)[1] + 1)}
    for run in _runs([year for year in span if year not in covered]):
        start, stop = max(panel.x(run[0] - 0.45), panel.left), min(panel.x(run[-1] + 0.45), panel.right)
        sheet.box(start, panel.y.stop, stop - start, panel.bottom - panel.y.stop, fill=style.EMPTY)
        said = lines(labels.ABSENT, lang)
        if max(style.text_width(line, panel.size - 1) for line in said) <= stop - start:
            sheet.texts((start + stop) / 2, panel.y.stop + panel.size * 1.3, said, size=panel.size - 1,
                        colour=style.MUTED, anchor="middle", leading=1.3)  # fmt: skip


def _runs(found: list[int]) -> list[list[int]]:
    out: list[list[int]] = []
    for year in found:
        if out and out[-1][-1] == year - 1:
            out[-1].append(year)
        else:
            out.append([year])
    return out


def _joining(sheet: Sheet, panel: Panel, x: float, *, lang: str) -> None:
    sheet.line((x, panel.y.stop - 4), (x, panel.bottom), stroke=style.WARN, width=1.1, dash=(4, 3))
    if panel.labelled or panel.x.stop - panel.x.start > 180:
        sheet.text(x, panel.y.stop - 7, one_line(labels.JOINED, lang), size=panel.size - 1, colour=style.WARN,
                   anchor="middle", halo=True)  # fmt: skip


def _years_below(sheet: Sheet, panel: Panel, mine: list[dict], every: list[tuple[int, int]]) -> None:
    """n and the period under each place; single years are shortened to two digits where four would touch."""
    y, size = panel.bottom + panel.size * 1.3, panel.size - 0.5
    sheet.text(panel.left - 7, y, "n", size=size, colour=style.MUTED, anchor="end")
    by_span = {_span(row): row for row in mine}
    for span in every:
        row = by_span.get(span)
        small = row is not None and row["status"] == "small"
        sheet.text(panel.x(sum(span) / 2), y, str(row["n_label"]) if row is not None else "–", size=size,
                   anchor="middle", colour=style.WARN if small else style.MUTED)  # fmt: skip
    step = panel.x(1) - panel.x(0)
    for span in every:
        full = step >= style.text_width("2567", size) + 3 or span in (every[0], every[-1])
        sheet.text(panel.x(sum(span) / 2), y + panel.size * 1.5, _period(span, full=full), size=size, anchor="middle")


def _period(span: tuple[int, int], *, full: bool) -> str:
    first, last = span
    if first < last:
        return f"{first}–{last % 100:02d}"
    return str(first) if full else f"{first % 100:02d}"


def _stretches(panel: Panel, rows: list[dict], *columns: str) -> Iterator[list[tuple[float, ...]]]:
    """Runs of periods without a year between them in which all columns are shown, as places on the sheet."""
    run, last = [], None
    for row in rows:
        values = [shown(row, column) for column in columns]
        if run and (None in values or _span(row)[0] > last + 1):
            yield run
            run = []
        if None not in values:
            run.append((panel.x(_middle(row)), *map(panel.y.clipped, values)))
            last = _span(row)[1]
    if run:
        yield run


def _others(sheet: Sheet, panel: Panel, rows: dict, *, own: str) -> None:
    for run in _stretches(panel, rows.get("similar", []), "spread_low", "spread_high"):
        if len(run) == 1:
            run = [(run[0][0] - 4, *run[0][1:]), (run[0][0] + 4, *run[0][1:])]
        sheet.area([(x, low) for x, low, _ in run] + [(x, high) for x, _, high in reversed(run)], fill=style.BAND)
    for who, (colour, width, dash) in OTHER_LINES.items():
        if who == own:
            continue
        for run in _stretches(panel, rows.get(who, []), "mean"):
            if len(run) == 1:
                run = [(run[0][0] - 4, run[0][1]), (run[0][0] + 4, run[0][1])]
            sheet.line(*run, stroke=colour, width=width, dash=dash)


def _own(sheet: Sheet, panel: Panel, mine: list[dict]) -> None:
    for run in _stretches(panel, mine, "conf_low", "conf_high"):
        for x, low, high in run:
            sheet.line((x, low), (x, high), stroke=style.OWN, width=0.9)
    runs = list(_stretches(panel, mine, "mean"))
    for run in runs:
        if len(run) > 1:
            sheet.line(*run, stroke=style.OWN, width=2)
    for x, y in (place for run in runs for place in run):
        sheet.disc(x, y, 3.6, fill=style.OWN, stroke=style.WHITE, width=0.8)


def _line_labels(sheet: Sheet, panel: Panel, rows: dict, *, own: str, lang: str) -> None:
    """The name of each line at its right end, pushed apart where lines end together."""
    wanted = []
    for who in (own, *(w for w in OTHER_LINES if w != own)):
        known = [row for row in rows.get(who, []) if shown(row) is not None]
        if known:
            said = lines(labels.OWN[own] if who == own else labels.other(who, own=own), lang)
            band = who == "similar" and shown(known[-1], "spread_low") is not None
            said = said + (["(" + lines(labels.MIDDLE_HALF, lang)[0] + ")"] if band else [])
            wanted.append((panel.y.clipped(shown(known[-1])), said, who, panel.x(_middle(known[-1]))))
    size, leading = panel.size - 0.5, 1.3
    heights = [len(said) * size * leading for _, said, _, _ in wanted]
    places = dodge([y for y, *_ in wanted], heights, low=panel.y.stop - 8, high=panel.bottom + 12, gap=2)
    x = panel.right + 7
    for (y, said, who, end), place, height in zip(wanted, places, heights, strict=True):
        mine = who == own
        if abs(place - y) > 4 or end < panel.right - 12:
            sheet.line((end + 5, y), (x - 2, place), stroke=style.OWN if mine else style.AXIS, width=0.6)
        top = place - height / 2 + size * (MIDDLE + leading / 2)
        sheet.texts(x, top, said, size=size, colour=style.OWN if mine else style.MUTED, bold=mine, leading=leading)
