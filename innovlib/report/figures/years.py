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
        Protected results; each test, grade and subject in it becomes a panel. A period is placed at its last year, and
        a pooled one ("2565–2567") is written with its first.
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
    for panel in _panels(frame, width, limits=limits, lang=lang):
        rows = _rows(frame, panel)
        _frame(sheet, panel, rows, own=own, joined=joined, lang=lang)
        _others(sheet, panel, rows, own=own)
        _own(sheet, panel, rows.get(own, {}))
        if panel.labelled:
            _line_labels(sheet, panel, rows, own=own, lang=lang)
        sheet.height = max(sheet.height, panel.bottom + panel.size * 3.4)
    return sheet


def _panels(frame: pd.DataFrame, width: float, *, limits: tuple, lang: str) -> Iterator[Panel]:
    """The panels in the domain's order, two side by side on paper where there is more than one."""
    keys = list(dict.fromkeys(frame[["test", "grade", "subject"]].itertuples(index=False, name=None)))
    keys.sort(key=lambda key: (terms.TESTS.index(key[0]), terms.GRADES.index(key[1]), terms.SUBJECTS.index(key[2])))
    phone = width < 400
    columns = 1 if phone or len(keys) == 1 else 2
    size = 9.5 if phone else 9.0 if columns == 1 else 8.0
    head, plot = (34, 132) if lang == "both" else (24, 132)
    plot = plot + 30 if len(keys) == 1 and not phone else plot - 22 if columns == 2 else plot
    margin = _label_room(lang, size)
    cell = (width - margin) / columns
    first, last = int(frame["last_year_be"].min()), int(frame["last_year_be"].max())
    for i, (test, grade, subject) in enumerate(keys):
        left, top = (i % columns) * cell, (i // columns) * (head + plot + size * 4.4)
        x = Scale(first, max(last, first + 1), left + 30, left + cell - 14)
        y = Scale(*limits, top + head + plot, top + head)
        yield Panel(test, grade, subject, x, y, top, size, labelled=i == min(columns, len(keys)) - 1)


def _label_room(lang: str, size: float) -> float:
    said = [*labels.OTHERS.values(), *labels.OWN.values()]
    return 8 + max(style.text_width(line, size, bold=True) for words in said for line in lines(words, lang))


def _rows(frame: pd.DataFrame, panel: Panel) -> dict[str, dict[int, dict]]:
    """Rows of a panel by who and last year; where a single year and a pooled period end together, the single year."""
    same = (frame["test"] == panel.test) & (frame["grade"] == panel.grade) & (frame["subject"] == panel.subject)
    out: dict[str, dict[int, dict]] = {}
    for row in frame[same].sort_values(["last_year_be", "first_year_be"]).to_dict("records"):
        out.setdefault(row["who"], {})[int(row["last_year_be"])] = row
    return out


def _frame(sheet: Sheet, panel: Panel, rows: dict, *, own: str, joined: int | None, lang: str) -> None:
    """Everything behind the lines: name, grid, stretches without data, the joining year, n and the years."""
    left, right = panel.x.start - 8, panel.x.stop + 8
    mine, every = rows.get(own, {}), sorted({year for by_year in rows.values() for year in by_year})
    name = lines(labels.subject(panel.subject), lang)
    place = labels.test_grade(panel.test, panel.grade)
    first = sheet.text(left - 21, panel.top + 12, name[0], size=panel.size + 1, bold=True)
    rest = " · ".join([*name[1:], getattr(place, "en" if lang == "en" else "th")])
    sheet.text(left - 21 + first.width + 5, panel.top + 12, rest, size=panel.size - 0.5, colour=style.MUTED)
    y_axis(sheet, panel.y, left=left, right=right, size=panel.size, about=4)
    _gaps(sheet, panel, mine, left=left, right=right, lang=lang)
    if joined is not None and panel.x.low < joined - 0.5 < panel.x.high:
        _joining(sheet, panel, panel.x(joined - 0.5), lang=lang)
    sheet.line((left, panel.bottom), (right, panel.bottom), stroke=style.AXIS)
    _years_below(sheet, panel, mine, every)


def _gaps(sheet: Sheet, panel: Panel, mine: dict[int, dict], *, left: float, right: float, lang: str) -> None:
    """Shade each run of years for which one's own school has no data, and say so where there is room."""
    span = range(int(panel.x.low), int(panel.x.high) + 1)
    absent = [year for year in span if year not in mine or mine[year]["status"] == "absent"]
    for run in _runs(absent):
        start, stop = max(panel.x(run[0] - 0.45), left), min(panel.x(run[-1] + 0.45), right)
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


def _years_below(sheet: Sheet, panel: Panel, mine: dict[int, dict], every: list[int]) -> None:
    """n and the year under each place; years are shortened to two digits where four would touch."""
    y, size = panel.bottom + panel.size * 1.3, panel.size - 0.5
    sheet.text(panel.x.start - 16, y, "n", size=size, colour=style.MUTED, anchor="end")
    step = (panel.x.stop - panel.x.start) / max(panel.x.high - panel.x.low, 1)
    room = style.text_width("2567", size) + 3
    for year in every:
        row = mine.get(year)
        small = row is not None and row["status"] == "small"
        sheet.text(panel.x(year), y, str(row["n_label"]) if row is not None else "–", size=size, anchor="middle",
                   colour=style.WARN if small else style.MUTED)  # fmt: skip
    for year in every:
        full = step >= room or year in (every[0], every[-1])
        sheet.text(panel.x(year), y + panel.size * 1.5, str(year) if full else str(year)[-2:], size=size,
                   anchor="middle")  # fmt: skip


def _stretches(panel: Panel, by_year: dict[int, dict], *columns: str) -> Iterator[list[tuple[float, ...]]]:
    """Runs of consecutive years in which all columns are shown, as places on the sheet."""
    known = [year for year in sorted(by_year) if all(shown(by_year[year], c) is not None for c in columns)]
    for run in _runs(known):
        yield [(panel.x(year), *(panel.y.clipped(shown(by_year[year], c)) for c in columns)) for year in run]


def _others(sheet: Sheet, panel: Panel, rows: dict, *, own: str) -> None:
    for run in _stretches(panel, rows.get("similar", {}), "spread_low", "spread_high"):
        if len(run) == 1:
            run = [(run[0][0] - 4, *run[0][1:]), (run[0][0] + 4, *run[0][1:])]
        sheet.area([(x, low) for x, low, _ in run] + [(x, high) for x, _, high in reversed(run)], fill=style.BAND)
    for who, (colour, width, dash) in OTHER_LINES.items():
        if who == own:
            continue
        for run in _stretches(panel, rows.get(who, {}), "mean"):
            if len(run) == 1:
                run = [(run[0][0] - 4, run[0][1]), (run[0][0] + 4, run[0][1])]
            sheet.line(*run, stroke=colour, width=width, dash=dash)


def _own(sheet: Sheet, panel: Panel, by_year: dict[int, dict]) -> None:
    for run in _stretches(panel, by_year, "conf_low", "conf_high"):
        for x, low, high in run:
            sheet.line((x, low), (x, high), stroke=style.OWN, width=0.9)
    for run in _stretches(panel, by_year, "mean"):
        if len(run) > 1:
            sheet.line(*run, stroke=style.OWN, width=2)
    for run in _stretches(panel, by_year, "mean"):
        for x, y in run:
            sheet.disc(x, y, 3.6, fill=style.OWN, stroke=style.WHITE, width=0.8)


def _line_labels(sheet: Sheet, panel: Panel, rows: dict, *, own: str, lang: str) -> None:
    """The name of each line at its right end, pushed apart where lines end together."""
    wanted = []
    for who in (own, *(w for w in OTHER_LINES if w != own)):
        last = [year for year, row in sorted(rows.get(who, {}).items()) if shown(row) is not None]
        if last:
            said = lines((labels.OWN if who == own else labels.OTHERS)[who], lang)
            band = who == "similar" and shown(rows[who][last[-1]], "spread_low") is not None
            said = said + (["(" + lines(labels.MIDDLE_HALF, lang)[0] + ")"] if band else [])
            wanted.append((panel.y.clipped(shown(rows[who][last[-1]])), said, who, panel.x(last[-1])))
    size, leading = panel.size - 0.5, 1.3
    heights = [len(said) * size * leading for _, said, _, _ in wanted]
    places = dodge([y for y, *_ in wanted], heights, low=panel.y.stop - 8, high=panel.bottom + 12, gap=2)
    x = panel.x.stop + 14
    for (y, said, who, end), place, height in zip(wanted, places, heights, strict=True):
        mine = who == own
        if abs(place - y) > 4 and end > panel.x.stop - 1:
            sheet.line((end + 5, y), (x - 2, place), stroke=style.OWN if mine else style.AXIS, width=0.6)
        top = place - height / 2 + size * (MIDDLE + leading / 2)
        sheet.texts(x, top, said, size=size, colour=style.OWN if mine else style.MUTED, bold=mine, leading=leading)
