"""Dot and interval: one's own result for each subject against similar schools, the area and the nation."""

from __future__ import annotations

from dataclasses import dataclass, replace

import pandas as pd

from innovlib import terms
from innovlib.errors import Words
from innovlib.report import labels, style
from innovlib.report.digits import THAI
from innovlib.report.disclosure import Protected
from innovlib.report.figures.axes import Scale, bounds, cells, dodge, groups, in_order, shown, x_axis
from innovlib.report.figures.figure import Figure, finish, frame_of
from innovlib.report.figures.marks import arrow, verdict_look
from innovlib.report.figures.sheet import MIDDLE, OWN_LINE, OWN_MARK, Sheet
from innovlib.report.typeset import lines, number, one_line

Range = tuple[float, float]


@dataclass(frozen=True)
class Look:
    """Where things stand in one variant, in points."""

    phone: bool
    width: float
    left: float
    right: float
    row: float
    own: float  # from the top of a row to the lane of one's own result
    band: float  # and to the lane of the comparison
    size: float
    compact: bool = False

    @classmethod
    def of(cls, width: float, frame: pd.DataFrame, *, lang: str, compact: bool = False) -> Look:
        """The places for a sheet of this width; on paper the names of the subjects stand at the left."""
        if width < 400:
            return cls(True, width, 10, width - 10, 52 if compact else 62, 29 if compact else 33, 39 if compact else 46,
                       10)  # fmt: skip
        names = [line for subject in set(frame["subject"]) for line in lines(labels.subject(subject), lang)]
        if compact:
            room = max((_label_width(subject, lang) for subject in set(frame["subject"])), default=0.0)
            return cls(False, width, min(room + 16, 190), width - 124, 18.5, 5.5, 13.5, 8.5, True)
        room = max((style.text_width(name, 9.5) for name in names), default=0.0)
        return cls(False, width, min(max(room + 14, 80), 150), width - 118, 39, 15, 27, 9)


def dot_interval(
    data: Protected,
    *,
    title: Words,
    alt: Words,
    own: str = "school",
    scale: Range | None = None,
    axis: Words = labels.MEAN_SCORE,
    subtitle: Words | None = None,
    note: Words | None = None,
    synthetic: bool = False,
    lang: str = "both",
    compact: bool = False,
) -> Figure:
    """Own mean with its 95 % interval above the middle half of similar schools, subject by subject.

    Parameters
    ----------
    data
        Protected results, one row per who × test × grade × subject × period; every test, grade and period in it
        becomes a group of rows. Rows of ``who`` equal to ``own`` are the dots; ``similar`` gives the band (spread of
        schools, not uncertainty) and its median, ``area`` the diamond, ``nation`` the square.
    own
        school, cohort or area: whose page it is.
    scale
        Bounds of the axis in points; by default round bounds around the values.
    compact
        Half as high: names and readings on one line a subject, for a page that must hold more than this figure.

    Returns
    -------
    Figure
        Where a value is hidden or absent the figure says so in words.

    Raises
    ------
    TypeError
        If ``data`` has not passed the disclosure rules.
    """
    frame = frame_of(data, who="dot_interval")
    limits = scale or bounds(frame[frame["status"] == "shown"][_VALUES].to_numpy().ravel(), least=40)

    def draw(width: float) -> Sheet:
        look = Look.of(width, frame, lang=lang, compact=compact)
        return _draw(frame, look, own=own, limits=limits, axis=axis, lang=lang)

    return finish(
        draw,
        data=frame, title=title, alt=alt, subtitle=subtitle, note=note, synthetic=synthetic, lang=lang,
    )  # fmt: skip


_VALUES = ["mean", "conf_low", "conf_high", "spread_low", "spread_high"]


def _draw(frame: pd.DataFrame, look: Look, *, own: str, limits: Range, axis: Words, lang: str) -> Sheet:
    """Rows first (on a sheet of their own, to know the height), then the grid, then the rows over it."""
    table, scale = cells(frame), Scale(*limits, look.left, look.right)
    rows, y, spans, told = Sheet(look.width), 0.0, [], set()
    judged = (frame["verdict"].fillna("") != "").any()
    if judged and not look.phone:
        head = lines(labels.compared(own, _against(frame)), lang)
        if look.compact:
            rows.text(look.right + 12, 12, head[0], size=look.size - 1, colour=style.MUTED)
        else:
            rows.texts(look.right + 12, 12, head, size=look.size - 1, colour=style.MUTED)
    for test, grade, period in groups(frame):
        y = top = _group_head(rows, y, labels.test_grade(test, grade, period), look=look, lang=lang)
        for subject in _subjects(frame, test, grade, period):
            found = {who: table.get((who, test, grade, subject, period)) for who in (own, "similar", "area", "nation")}
            y = _row(rows, y, found, scale, own=own, subject=subject, look=look, lang=lang, told=told)
        spans.append((top, y))
    sheet = Sheet(look.width)
    sheet.height = x_axis(sheet, scale, spans=spans, bottom=y + 2, size=look.size, title=axis, lang=lang)
    sheet.place(rows)
    return sheet


def _subjects(frame: pd.DataFrame, test: str, grade: str, period: str) -> list[str]:
    here = frame[(frame["test"] == test) & (frame["grade"] == grade) & (frame["period"] == period)]
    return in_order(here["subject"], list(terms.TEST_SUBJECTS.get(test, terms.SUBJECTS)))


def _group_head(sheet: Sheet, y: float, words: Words, *, look: Look, lang: str) -> float:
    """The name of a test and grade over its rows, parted from the rows before by a line."""
    if y:
        over = 2 if look.compact else 6
        sheet.line((0, y + over), (look.width, y + over), stroke=style.AXIS, width=0.6)
        y += over + 2 if not look.compact else over
    said = lines(words, lang)
    sheet.text(1, y + 12, said[0], size=look.size + 1, bold=True)
    # Thai digits, where a reader asks for them, are wider than those that were measured.
    width = max(style.text_width(each, look.size + 1, bold=True) for each in (said[0], said[0].translate(THAI)))
    for second in said[1:]:
        sheet.text(width + 7, y + 12, second, size=look.size, colour=style.MUTED)
    return y + (17 if look.compact else 22)


def _row(
    sheet: Sheet, y: float, found: dict, scale: Scale, *, own: str, subject: str, look: Look, lang: str, told: set
) -> float:
    """One subject; the first marks of each kind are named where they stand. Returns where the next row begins."""
    if own not in told and shown(found[own]) is not None:
        told.add(own)
        room = look.size + (5 if look.phone else 2)
        look = replace(look, own=look.own + room, band=look.band + room, row=look.row + room)
        _own_label(sheet, y + look.own - look.size * 2 - 1, found[own], scale, own=own, look=look, lang=lang)
    _subject_label(sheet, y, labels.subject(subject), look=look, lang=lang)
    _verdict(sheet, y, found[own], look=look, lang=lang)
    others = {who: found[who] for who in ("similar", "area", "nation") if who != own}
    _others(sheet, y + look.band, others, scale, look=look)
    _own(sheet, y + look.own, found[own], scale, look=look, lang=lang)
    new = {who: row for who, row in others.items() if who not in told and shown(row) is not None}
    told.update(new)
    return y + look.row + _other_labels(sheet, y + look.band, new, scale, own=own, look=look, lang=lang)


def _subject_label(sheet: Sheet, y: float, words: Words, *, look: Look, lang: str) -> None:
    said = lines(words, lang)
    if look.phone:
        first = sheet.text(1, y + 11, said[0], size=look.size, bold=True, halo=True)
        for second in said[1:]:
            sheet.text(first.width + 6, y + 11, second, size=look.size - 1, colour=style.MUTED, halo=True)
        return
    middle = y + (look.own + look.band) / 2 + look.size * MIDDLE
    if look.compact:
        x = look.left - 9
        for second in said[1:]:
            x = sheet.text(x, middle, second, size=look.size - 1, colour=style.MUTED, anchor="end").left - 4
        sheet.text(x, middle, said[0], size=look.size + 0.5, anchor="end")
        return
    top = middle - (look.size * 0.65 if len(said) == 2 else 0)
    sheet.text(look.left - 9, top, said[0], size=look.size + 0.5, anchor="end")
    for second in said[1:]:
        sheet.text(
            look.left - 9, top + look.size * 1.35, second, size=look.size - 0.5, colour=style.MUTED, anchor="end"
        )


def _own(sheet: Sheet, y: float, row: dict | None, scale: Scale, *, look: Look, lang: str) -> None:
    """One's own dot, interval and value, or the words for why there is none."""
    mean = shown(row)
    if mean is None:
        hidden = row is not None and row["status"] == "small"
        words = labels.small(str(row["n_label"])) if hidden else labels.ABSENT
        colour = style.WARN if hidden else style.MUTED
        said = lines(words, lang)[0] if look.compact else one_line(words, lang)
        sheet.text(look.left + 4, y + look.size * MIDDLE - look.compact, said, size=look.size - 0.5, colour=colour,
                   halo=True)  # fmt: skip
        return
    low, high = shown(row, "conf_low"), shown(row, "conf_high")
    if low is not None and high is not None:
        sheet.line((scale.clipped(low), y), (scale.clipped(high), y), stroke=style.OWN, width=2.6, layer=OWN_LINE)
    sheet.disc(scale.clipped(mean), y, 4.6, fill=style.OWN, stroke=style.WHITE, width=0.8, layer=OWN_MARK)
    place = (scale.clipped(mean), y - 7, "middle")
    if look.compact:  # no room over the dot: the number stands at the free end of its line
        place = (scale.clipped(mean if high is None else high) + 6, y + look.size * MIDDLE, "start")
    sheet.text(*place[:2], number(mean), size=look.size + 0.5, colour=style.OWN, bold=True, anchor=place[2], halo=True)


def _label_width(subject: str, lang: str) -> float:
    """Room that a subject's name takes on one line, the second language smaller."""
    said = lines(labels.subject(subject), lang)
    return style.text_width(said[0], 9) + sum(style.text_width(line, 7.5) + 4 for line in said[1:])


def _others(sheet: Sheet, y: float, found: dict, scale: Scale, *, look: Look) -> None:
    """The spread of similar schools with its middle, the area's diamond, the nation's square."""
    similar = found.get("similar")
    low, high, middle = (shown(similar, c) for c in ("spread_low", "spread_high", "mean"))
    if low is not None and high is not None:
        start, stop = scale.clipped(low), scale.clipped(high)
        sheet.box(start, y - 4.5, max(stop - start, 1.0), 9, fill=style.BAND)
    if middle is not None:
        x = scale.clipped(middle)
        sheet.line((x, y - 4.5), (x, y + 4.5), stroke=style.INK, width=2.2)
    if (nation := shown(found.get("nation"))) is not None:
        sheet.square(scale.clipped(nation), y + (0 if look.compact else 7.8), 2.5, stroke=style.MUTED)
    if (area := shown(found.get("area"))) is not None:
        sheet.diamond(scale.clipped(area), y, 4.4, stroke=style.MUTED)


def _against(frame: pd.DataFrame) -> str:
    """Whom the verdicts of this figure are made against."""
    return next((who for who in frame["against"] if who), "similar") if "against" in frame else "similar"


def _verdict(sheet: Sheet, y: float, row: dict | None, *, look: Look, lang: str) -> None:
    """The reading of one's own result with its shape, and the number of pupils."""
    if row is None:
        return
    verdict = row.get("verdict") or ""
    count = f"n = {row['n_label']}" if row["status"] == "shown" else ""
    colour, bold = verdict_look(verdict)
    words = lines(labels.VERDICTS[verdict], lang)[0] if verdict in labels.VERDICTS else ""
    if look.phone:
        said = " · ".join(part for part in (words, count) if part)
        mark = sheet.text(
            look.width - 1, y + 11, said, size=look.size - 0.5, colour=colour, bold=bold, anchor="end", halo=True
        )
        arrow(sheet, mark.left - 8, y + 7.5, verdict, r=3.6)
        return
    x, middle = look.right + 12, y + (look.own + look.band) / 2
    if look.compact:
        arrow(sheet, x + 3, middle - 0.5, verdict, r=3.2)
        y = middle + look.size * MIDDLE
        if words:
            sheet.text(x + 10, y, words, size=look.size, colour=colour, bold=bold)
        if count:
            sheet.text(look.width - 1, y, count, size=look.size - 1, colour=style.MUTED, anchor="end")
        return
    arrow(sheet, x + 3, middle - 6.5, verdict, r=3.6)
    indent = 10 if verdict not in ("", "undecided") else 0
    if words:
        sheet.text(x + indent, middle - 3.5, words, size=look.size, colour=colour, bold=bold)
    if count:
        sheet.text(x, middle + (9.5 if words else 3), count, size=look.size - 0.5, colour=style.MUTED)


def _own_label(sheet: Sheet, y: float, row: dict, scale: Scale, *, own: str, look: Look, lang: str) -> None:
    """Says once whose the blue dots are, over the first of them."""
    said = one_line(labels.OWN[own], lang)
    half = style.text_width(said, look.size, bold=True) / 2
    x = min(max(scale.clipped(shown(row)), look.left + half), look.right - half)
    sheet.text(x, y, said, size=look.size, colour=style.OWN, bold=True, anchor="middle", halo=True)


def _other_labels(sheet: Sheet, y: float, found: dict, scale: Scale, *, own: str, look: Look, lang: str) -> float:
    """Says once what the grey marks are, under the first of them, each tied to its mark; returns the room taken."""
    if not found:
        return 0.0
    size, said = look.size - 1, {who: lines(labels.other(who, own=own), lang) for who in found}
    if "similar" in found and shown(found["similar"], "spread_low") is not None:
        said["similar"] = [*said["similar"], f"({lines(labels.MIDDLE_HALF, lang)[0]})"]
    if look.compact:  # one line, in the first language; the table below the fold has both
        band = said.get("similar", [""])[-1]
        said = {who: [" ".join(dict.fromkeys([each[0], band])) if who == "similar" else each[0]]
                for who, each in said.items()}  # fmt: skip
    places = [scale.clipped(shown(row)) for row in found.values()]
    widths = [max(style.text_width(line, size) for line in each) for each in said.values()]
    centres = dodge(places, widths, low=look.left + 2, high=look.right, gap=9)
    for who, x, centre in zip(found, places, centres, strict=True):
        start = y + (10 if who == "nation" and not look.compact else 5.5)
        sheet.line((x, start), (x, y + 12), (centre, y + (14 if look.compact else 17)), stroke=style.MUTED, width=0.7)
    for each, centre in zip(said.values(), centres, strict=True):
        top = y + (21 if look.compact else 26)
        sheet.texts(centre, top, each, size=size, colour=style.MUTED, anchor="middle", halo=True, leading=1.35)
    return (9 if look.compact else 10) + size * 1.35 * max(map(len, said.values()))
