"""Rows of dots: one thing a row, its value with interval over that of others, on one common scale.

The figure of the chapters: domains of autonomy, learner qualities, sectors of partners, gaps between groups.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import pandas as pd

from innovlib.errors import Words
from innovlib.report import labels, style
from innovlib.report.disclosure import Protected
from innovlib.report.figures.axes import Scale, bounds, dodge, shown, x_axis
from innovlib.report.figures.figure import Figure, finish, frame_of
from innovlib.report.figures.marks import arrow, verdict_look
from innovlib.report.figures.sheet import MIDDLE, OWN_LINE, OWN_MARK, Sheet
from innovlib.report.typeset import lines, number, one_line, wrap

#: Leading of labels that stand on several lines.
CLOSE = 1.35


@dataclass(frozen=True)
class Mark:
    """One kind of mark: the rows of ``mark`` equal to ``key``, named ``words`` beside the first of them.

    ``shape`` is dot, diamond or tick; ``own`` marks stand in blue in the upper lane with their number, the others in
    grey under them.
    """

    key: str
    words: Words
    shape: str = "dot"
    own: bool = True


@dataclass(frozen=True)
class _Look:
    phone: bool
    width: float
    left: float
    right: float
    size: float

    @classmethod
    def of(cls, width: float, frame: pd.DataFrame, *, judged: bool, lang: str) -> _Look:
        if width < 400:
            return cls(True, width, 10, width - 10, 10)
        said = [part for words in frame["label"] for line in lines(words, lang) for part in wrap(line, 145, size=9.5)]
        room = max((style.text_width(part, 9.5) for part in said), default=0.0)
        return cls(False, width, min(max(room + 14, 80), 160), width - (118 if judged else 12), 9)


def dot_rows(
    data: Protected,
    *,
    marks: Sequence[Mark],
    title: Words,
    alt: Words,
    axis: Words,
    scale: tuple[float, float] | None = None,
    ends: tuple[Words, Words] | None = None,
    zero: bool = False,
    decimals: int | None = None,
    head: Words | None = None,
    subtitle: Words | None = None,
    note: Words | None = None,
    synthetic: bool = False,
    lang: str = "both",
) -> Figure:
    """Values with 95 % intervals, row by row, over those of others.

    Parameters
    ----------
    data
        Protected rows, one per row and mark, in print order: ``row`` (what tells rows apart), ``label`` (:class:`Words`
        at the left), ``mark`` (a key of ``marks``), ``value``, ``conf_low``, ``conf_high``, ``n_label``, ``status`` and
        ``verdict`` (a code or ""; that of the first mark is written at the right). An optional column ``group``
        (:class:`Words`) heads the rows that follow each other with the same words.
    marks
        What is drawn; the first is the one that the figure is about.
    scale
        Bounds of the axis; by default round bounds around the values.
    ends
        What the low and the high end of the axis mean.
    zero
        Draw a line at 0, from which differences are read.
    decimals
        Digits of the numbers at the dots.
    head
        Over the column of verdicts: whom they compare with.

    Raises
    ------
    TypeError
        If ``data`` has not passed the disclosure rules.
    """
    frame = frame_of(data, who="dot_rows")
    values = ["value", "conf_low", "conf_high"]
    seen = frame[frame["status"] == "shown"][values].to_numpy(dtype=float).ravel() if len(frame) else []
    limits = scale or bounds([*seen, *([0.0] if zero else [])], least=0.2, step=0.1)
    drawing = _Drawing(tuple(marks), limits, axis, ends, zero, decimals, head, lang)
    return finish(
        lambda width: drawing.draw(frame, width),
        data=frame, title=title, alt=alt, subtitle=subtitle, note=note, synthetic=synthetic, lang=lang,
    )  # fmt: skip


def _rows(frame: pd.DataFrame) -> Iterator[tuple[Words | None, Words, dict[str, dict]]]:
    """Group, label and the records by mark, row by row, in the order of the table."""
    records: dict[str, list[dict]] = {}
    for record in frame.to_dict("records"):
        records.setdefault(record["row"], []).append(record)
    for each in records.values():
        yield each[0].get("group"), each[0]["label"], {record["mark"]: record for record in each}


@dataclass(frozen=True)
class _Drawing:
    marks: tuple[Mark, ...]
    limits: tuple[float, float]
    axis: Words
    ends: tuple[Words, Words] | None
    zero: bool
    decimals: int | None
    head: Words | None
    lang: str

    def draw(self, frame: pd.DataFrame, width: float) -> Sheet:
        """Rows first, on a sheet of their own, then the grid, then the rows over it."""
        judged = (frame["verdict"].fillna("") != "").any()
        look = _Look.of(width, frame, judged=judged, lang=self.lang)
        scale, rows, y, spans = Scale(*self.limits, look.left, look.right), Sheet(width), 0.0, []
        named: set[str] = set()
        if judged and self.head and not look.phone:
            rows.texts(look.right + 12, 12, lines(self.head, self.lang), size=look.size - 1, colour=style.MUTED)
        before = None
        for group, label, found in _rows(frame):
            if group is not None and group != before:
                y, before = self._group(rows, y, group, look), group
            top = y
            y = self._row(rows, y, label, found, scale, look, named)
            spans.append((top, y))
        sheet = Sheet(width)
        sheet.height = x_axis(sheet, scale, spans=spans, bottom=y + 2, size=look.size, title=self.axis, lang=self.lang)
        if self.ends:
            sheet.height = self._ends(sheet, sheet.height, look)
        for top, bottom in spans if self.zero else ():
            sheet.line((scale(0), top), (scale(0), bottom), stroke=style.MUTED, width=1.1)
        sheet.place(rows)
        return sheet

    def _group(self, sheet: Sheet, y: float, words: Words, look: _Look) -> float:
        if y:
            sheet.line((0, y + 6), (look.width, y + 6), stroke=style.AXIS, width=0.6)
            y += 8
        said = lines(words, self.lang)
        first = sheet.text(1, y + 12, said[0], size=look.size + 1, bold=True)
        beside = first.width + 7
        for second in said[1:]:
            if beside + style.text_width(second, look.size) > look.width:
                beside, y = 1.0, y + look.size * 1.4
            sheet.text(beside, y + 12, second, size=look.size, colour=style.MUTED)
        return y + 22

    def _ends(self, sheet: Sheet, y: float, look: _Look) -> float:
        """What the two ends of the axis mean, under it."""
        low, high = (lines(words, self.lang) for words in self.ends)
        y += look.size * 1.3
        sheet.texts(look.left, y, [f"← {low[0]}", *low[1:]], size=look.size - 1, colour=style.MUTED, leading=CLOSE)
        end = sheet.texts(look.right, y, [f"{high[0]} →", *high[1:]], size=look.size - 1, colour=style.MUTED,
                          anchor="end", leading=CLOSE)  # fmt: skip
        return end - look.size * 0.6

    def _row(
        self, sheet: Sheet, y: float, label: Words, found: dict, scale: Scale, look: _Look, named: set[str]
    ) -> float:
        """One row; marks that come for the first time are named. Returns where the next row begins."""
        several = self.marks if len(self.marks) > 1 else ()  # a single kind of mark is named by the axis
        fresh = [m for m in several if m.key not in named and shown(found.get(m.key), "value") is not None]
        named.update(mark.key for mark in fresh)
        mine, theirs = [m for m in fresh if m.own], [m for m in fresh if not m.own]
        said = self._label_lines(label, look)
        over = look.size * 1.5 * len(lines(mine[0].words, self.lang)[:1]) if mine else 0.0
        half = look.size * CLOSE * len(said) / 2
        lane = y + over + 33 if look.phone else y + max(over + 17, half + 5)
        below = lane + 12
        if mine:
            self._names(sheet, lane - look.size * 2 - 2, mine, found, scale, look, bold=True)
        self._label(sheet, y if look.phone else lane - 2, said, look)
        self._verdict(sheet, lane, y, found.get(self.marks[0].key), look)
        for mark in self.marks:
            self._mark(sheet, lane if mark.own else below, found.get(mark.key), mark, scale, look)
        room = 8.0
        if theirs:
            self._names(sheet, below + look.size * 1.7, theirs, found, scale, look, bold=False)
            room += look.size * 1.5
        has_others = any(not mark.own for mark in self.marks)
        end = (below if has_others else lane + 2) + room
        return end if look.phone else max(end, lane + half + 4)

    def _label_lines(self, label: Words, look: _Look) -> list[tuple[str, bool]]:
        """Lines of a label, each with whether it is the first language's."""
        width = look.width * 0.62 if look.phone else look.left - 14
        each = lines(label, self.lang)
        return [(part, i == 0) for i, line in enumerate(each) for part in wrap(line, width, size=look.size + 0.5)]

    def _label(self, sheet: Sheet, y: float, said: list[tuple[str, bool]], look: _Look) -> None:
        if look.phone:
            first = " ".join(part for part, main in said if main)
            thai = sheet.text(1, y + 11, first, size=look.size, bold=True, halo=True)
            second = " ".join(part for part, main in said if not main)
            if second and thai.width + 6 + style.text_width(second, look.size - 1) < look.width * 0.7:
                sheet.text(thai.width + 6, y + 11, second, size=look.size - 1, colour=style.MUTED, halo=True)
            return
        top = y + look.size * MIDDLE - (len(said) - 1) * look.size * CLOSE / 2 + 4
        for i, (part, main) in enumerate(said):
            size, colour = (look.size + 0.5, style.INK) if main else (look.size - 0.5, style.MUTED)
            sheet.text(look.left - 9, top + i * look.size * CLOSE, part, size=size, colour=colour, anchor="end")

    def _verdict(self, sheet: Sheet, lane: float, y: float, row: dict | None, look: _Look) -> None:
        verdict = (row or {}).get("verdict") or ""
        if verdict not in labels.VERDICTS:
            return
        said, (colour, bold) = lines(labels.VERDICTS[verdict], self.lang)[0], verdict_look(verdict)
        if look.phone:
            mark = sheet.text(look.width - 1, y + 11, said, size=look.size - 0.5, colour=colour, bold=bold,
                              anchor="end", halo=True)  # fmt: skip
            arrow(sheet, mark.left - 8, y + 7.5, verdict, r=3.6)
            return
        arrow(sheet, look.right + 15, lane, verdict, r=3.6)
        indent = 22 if verdict != "undecided" else 12
        sheet.text(look.right + indent, lane + look.size * MIDDLE, said, size=look.size, colour=colour, bold=bold)

    def _mark(self, sheet: Sheet, y: float, row: dict | None, mark: Mark, scale: Scale, look: _Look) -> None:
        """One mark with its interval and number; words where the value of the figure's own mark is not shown."""
        value = shown(row, "value")
        if value is None:
            if mark is self.marks[0]:
                hidden = row is not None and row["status"] == "small"
                words = labels.small(str(row["n_label"])) if hidden else labels.ABSENT
                sheet.text(look.left + 4, y + look.size * MIDDLE, one_line(words, self.lang), size=look.size - 0.5,
                           colour=style.WARN if hidden else style.MUTED, halo=True)  # fmt: skip
            return
        x, colour = scale.clipped(value), style.OWN if mark.own else style.MUTED
        low, high = shown(row, "conf_low"), shown(row, "conf_high")
        if low is not None and high is not None and mark.shape != "diamond":
            sheet.line((scale.clipped(low), y), (scale.clipped(high), y), stroke=colour if mark.own else style.PEER,
                       width=2.6 if mark.own else 1.6, layer=OWN_LINE)  # fmt: skip
        _shape(sheet, x, y, mark)
        if mark is self.marks[0]:
            said = number(value, decimals=self.decimals, signed=self.zero)
            sheet.text(x, y - 7, said, size=look.size + 0.5, colour=style.OWN, bold=True, anchor="middle", halo=True)

    def _names(
        self, sheet: Sheet, y: float, marks: list[Mark], found: dict, scale: Scale, look: _Look, *, bold: bool
    ) -> None:
        """The names of marks over or under the first row, each tied to its mark where it had to move."""
        places = [scale.clipped(shown(found[m.key], "value")) for m in marks]
        said = [one_line(mark.words, self.lang) for mark in marks]
        room = look.right - look.left - 8 * (len(marks) - 1)
        if sum(style.text_width(text, look.size, bold=bold) for text in said) > room:
            said = [lines(mark.words, self.lang)[0] for mark in marks]
        widths = [style.text_width(text, look.size, bold=bold) for text in said]
        centres = dodge(places, widths, low=look.left, high=look.right, gap=8)
        for mark, text, x, centre in zip(marks, said, places, centres, strict=True):
            colour = style.OWN if mark.own and mark.shape == "dot" else style.INK if mark.own else style.MUTED
            sheet.text(centre, y, text, size=look.size, colour=colour, bold=bold, anchor="middle", halo=True)
            if abs(centre - x) > 8 or mark.shape == "diamond":
                near, far = (y + 3, y + look.size * 2 - 4) if mark.own else (y - look.size, y - 12)
                sheet.line((centre, near), (x, far), stroke=style.AXIS, width=0.6)


def _shape(sheet: Sheet, x: float, y: float, mark: Mark) -> None:
    if mark.shape == "diamond":
        sheet.diamond(x, y, 4.6, stroke=style.INK if mark.own else style.MUTED)
    elif mark.shape == "tick":
        sheet.line((x, y - 4.5), (x, y + 4.5), stroke=style.MUTED, width=2.2, layer=OWN_MARK)
    elif mark.own:
        sheet.disc(x, y, 4.6, fill=style.OWN, stroke=style.WHITE, width=0.8, layer=OWN_MARK)
    else:
        sheet.disc(x, y, 3.4, fill=style.PEER, stroke=style.WHITE, width=0.6, layer=OWN_MARK)
