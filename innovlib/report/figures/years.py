"""Years: one's own results over time, with gaps where there are no data, n under each point and the joining year."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator

import pandas as pd

from innovlib.errors import Words
from innovlib.report import labels, style
from innovlib.report.disclosure import Protected
from innovlib.report.figures.axes import bounds, dodge, shown, y_axis
from innovlib.report.figures.figure import Figure, finish, frame_of
from innovlib.report.figures.panels import MARGINS, OTHER_LINES, Grid, Panel, band_note, panels
from innovlib.report.figures.sheet import GROUND, MIDDLE, OWN_LINE, OWN_MARK, Sheet
from innovlib.report.typeset import lines, one_line


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
        Bounds of all panels in points; by default round bounds around the values of each test.

    Returns
    -------
    Figure
        Lines break where a year is hidden ("<10" under it) or absent ("–" and a shaded stretch).
    """
    frame = frame_of(data, who="years")
    limits = {test: scale or _limits(rows) for test, rows in frame.groupby("test", observed=True)}
    table = _rows(frame)
    return finish(
        lambda width: _draw(frame, table, width, own=own, joined=joined_year_be, limits=limits, lang=lang),
        data=frame, title=title, alt=alt, subtitle=subtitle, note=note, synthetic=synthetic, lang=lang,
    )  # fmt: skip


#: From this many pupils on thousands tell enough.
MANY = 10_000


def _limits(rows: pd.DataFrame) -> tuple[float, float]:
    """Panels of one test share their scale; different tests are not on one scale of difficulty anyway."""
    return bounds(rows.loc[rows["status"] == "shown", ["mean", "conf_low", "conf_high"]].to_numpy().ravel(), least=40)


def _draw(
    frame: pd.DataFrame, table: dict, width: float, *, own: str, joined: int | None, limits: dict, lang: str
) -> Sheet:
    sheet, grid = Sheet(width), Grid.of(frame, width, own=own, lang=lang)
    if grid.keyed:
        _key(sheet, frame, own=own, size=grid.size, lang=lang)
    drawn = [(panel, table[panel.test, panel.grade, panel.subject]) for panel in panels(frame, grid, limits=limits)]
    thousands = _in_thousands([(panel, rows.get(own, [])) for panel, rows in drawn])
    for panel, rows in drawn:
        _frame(sheet, panel, rows, own=own, joined=joined, thousands=thousands, lang=lang)
        _others(sheet, panel, rows, own=own)
        _own(sheet, panel, rows.get(own, []))
        if panel.labelled:
            _line_labels(sheet, panel, rows, own=own, lang=lang)
        sheet.height = max(sheet.height, panel.bottom + panel.size * 3.4)
    return sheet


def _key(sheet: Sheet, frame: pd.DataFrame, *, own: str, size: float, lang: str) -> None:
    """The names of the lines over all panels, each after a piece of its line."""
    x, y = 1.0, size * 1.2
    for who in (own, *(w for w in OTHER_LINES if w != own)):
        if not ((frame["who"] == who) & (frame["status"] == "shown")).any():
            continue
        said = lines(labels.OWN[own] if who == own else labels.other(who, own=own), lang)[0]
        colour, width, dash = (style.OWN, 2.0, ()) if who == own else OTHER_LINES[who]
        room = 24 + style.text_width(said, size, bold=who == own)
        if x > 1 and x + room > sheet.width:
            x, y = 1.0, y + size * 1.5
        if who == "similar":
            sheet.box(x, y - size * 0.75, 14, size * 0.9, fill=style.BAND)
        sheet.line((x, y - size * MIDDLE), (x + 14, y - size * MIDDLE), stroke=colour, width=width, dash=dash)
        sheet.text(x + 18, y, said, size=size, colour=style.OWN if who == own else style.MUTED, bold=who == own)
        x += room + 8


def _rows(frame: pd.DataFrame) -> dict[tuple, dict[str, list[dict]]]:
    """Rows by panel and who, in the order of their periods."""
    out: dict[tuple, dict[str, list[dict]]] = {}
    for row in frame.sort_values(["last_year_be", "first_year_be"]).to_dict("records"):
        panel = out.setdefault((row["test"], row["grade"], row["subject"]), {})
        panel.setdefault(row["who"], []).append(row)
    return out


def _middle(row: dict) -> float:
    """The year in the middle of a row's period."""
    return (int(row["first_year_be"]) + int(row["last_year_be"])) / 2


def _span(row: dict) -> tuple[int, int]:
    return int(row["first_year_be"]), int(row["last_year_be"])


def _in_thousands(drawn: list[tuple[Panel, list[dict]]]) -> bool:
    """Whether n is told in thousands: where a nation's numbers would run into each other in any of the panels."""
    few = any(row["status"] == "shown" and row["n"] < MANY for _, mine in drawn for row in mine)
    return not few and any(_n_would_touch(panel, mine) for panel, mine in drawn)


def _n_would_touch(panel: Panel, mine: list[dict]) -> bool:
    places = [panel.x(_middle(row)) for row in mine]
    widest = max((style.text_width(str(row["n_label"]), panel.size - 0.5) for row in mine), default=0.0)
    return min((b - a for a, b in itertools.pairwise(places)), default=math.inf) < widest + 3


def _frame(sheet: Sheet, panel: Panel, rows: dict, *, own: str, joined: int | None, thousands: bool, lang: str) -> None:
    """Everything behind the lines: name, grid, stretches without data, the joining year, n and the years."""
    left, right = panel.left, panel.right
    mine, every = rows.get(own, []), sorted({_span(row) for each in rows.values() for row in each})
    _name(sheet, panel, lang=lang)
    y_axis(sheet, panel.y, left=left, right=right, size=panel.size, about=4)
    _gaps(sheet, panel, mine, range(every[0][0], every[-1][1] + 1), lang=lang)
    if joined is not None and panel.x.low < joined - 0.5 < panel.x.high:
        _joining(sheet, panel, panel.x(joined - 0.5), lang=lang)
    sheet.line((left, panel.bottom), (right, panel.bottom), stroke=style.AXIS)
    _pupils_below(sheet, panel, mine, every, thousands=thousands, lang=lang)
    _years_below(sheet, panel, every, era="BE" if lang == "en" else "พ.ศ.")


def _name(sheet: Sheet, panel: Panel, *, lang: str) -> None:
    """Subject, test and grade over a panel; the English name on a line of its own."""
    said, left, size = lines(labels.subject(panel.subject), lang), panel.left - MARGINS + 17, panel.size
    place = getattr(labels.test_grade(panel.test, panel.grade), "en" if lang == "en" else "th")
    first = sheet.text(left, panel.top + size * 1.3, said[0], size=size + 0.5, bold=True)
    small = {"size": size - 0.5, "colour": style.MUTED}
    if left + first.width + 4 + style.text_width(place, size - 0.5) <= panel.right + 7:
        sheet.text(left + first.width + 4, panel.top + size * 1.3, place, **small)
    else:
        said = [*said, place]
    sheet.text(left, panel.top + size * 2.6, " · ".join(said[1:]), **small)


def _gaps(sheet: Sheet, panel: Panel, mine: list[dict], span: range, *, lang: str) -> None:
    """Shade each run of years for which there are no data of one's own, and say so where there is room."""
    covered = {year for row in mine if row["status"] != "absent" for year in range(_span(row)[0], _span(row)[1] + 1)}
    for run in _runs([year for year in span if year not in covered]):
        start, stop = max(panel.x(run[0] - 0.45), panel.left), min(panel.x(run[-1] + 0.45), panel.right)
        sheet.box(start, panel.y.stop, stop - start, panel.bottom - panel.y.stop, fill=style.EMPTY, layer=GROUND)
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
    if panel.first:
        sheet.text(x, panel.y.stop - 7, one_line(labels.JOINED, lang), size=panel.size - 1, colour=style.WARN,
                   anchor="middle", halo=True)  # fmt: skip


def _pupils_below(
    sheet: Sheet, panel: Panel, mine: list[dict], every: list[tuple[int, int]], *, thousands: bool, lang: str
) -> None:
    """n under each place."""
    y, size, by_span = panel.bottom + panel.size * 1.3, panel.size - 0.5, {_span(row): row for row in mine}
    # A Thai mark above its letter would touch the last number of the axis.
    unit, lower = (lines(labels.THOUSANDS, lang)[0], 2.0) if thousands else ("n", 0.0)
    sheet.text(panel.left - 7, y + lower, unit, size=size, colour=style.MUTED, anchor="end")
    for span in every:
        row = by_span.get(span, {"status": "absent", "n_label": "–"})
        said = f"{row['n'] / 1000:,.0f}" if thousands and row["status"] == "shown" else str(row["n_label"])
        sheet.text(panel.x(sum(span) / 2), y, said, size=size,
                   anchor="middle", colour=style.WARN if row["status"] == "small" else style.MUTED)  # fmt: skip


def _years_below(sheet: Sheet, panel: Panel, every: list[tuple[int, int]], *, era: str) -> None:
    """The period under each place; years are shortened to two digits where four would touch."""
    y, size = panel.bottom + panel.size * 2.8, panel.size - 0.5
    sheet.text(panel.left - 7, y, era, size=size, colour=style.MUTED, anchor="end")
    places = [panel.x(sum(span) / 2) for span in every]
    nearest = min((b - a for a, b in itertools.pairwise(places)), default=math.inf)
    full = nearest >= max(style.text_width(_period(span, full=True), size) for span in every) + 3
    for span, place in zip(every, places, strict=True):
        single = span in (every[0], every[-1]) and span[0] == span[1] and nearest >= style.text_width("<10", size)
        label = _period(span, full=full or single)
        sheet.text(place, y, label, size=size, anchor="middle")


def _period(span: tuple[int, int], *, full: bool) -> str:
    first, last = span
    if first < last:
        return f"{first if full else first % 100}–{last % 100:02d}"
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
            sheet.line((x, low), (x, high), stroke=style.OWN, width=0.9, layer=OWN_LINE)
    runs = list(_stretches(panel, mine, "mean"))
    for run in runs:
        if len(run) > 1:
            sheet.line(*run, stroke=style.OWN, width=2, layer=OWN_LINE)
    for x, y in (place for run in runs for place in run):
        sheet.disc(x, y, 3.6, fill=style.OWN, stroke=style.WHITE, width=0.8, layer=OWN_MARK)


def _line_labels(sheet: Sheet, panel: Panel, rows: dict, *, own: str, lang: str) -> None:
    """The name of each line at its right end, pushed apart where lines end together."""
    wanted = []
    for who in (own, *(w for w in OTHER_LINES if w != own)):
        known = [row for row in rows.get(who, []) if shown(row) is not None]
        if known:
            said = lines(labels.OWN[own] if who == own else labels.other(who, own=own), lang)
            band = who == "similar" and shown(known[-1], "spread_low") is not None
            said = said + ([band_note(lang).th] if band else [])
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
