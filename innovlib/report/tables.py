"""Tables: plain HTML that prints, reads aloud and folds into cards on a telephone.

Bars of a column lie on one common scale, so rows can be compared by eye; numbers stand right, with figures of one
width; hidden, missing and zero are three different marks, explained under the table where they occur (rule D12).
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from innovlib import terms
from innovlib.errors import BadInput, Words, did_you_mean
from innovlib.report import labels, style
from innovlib.report.disclosure import Protected
from innovlib.report.figures.axes import cells, groups, in_order
from innovlib.report.figures.figure import frame_of
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


@dataclass(frozen=True)
class Table:
    """A finished table; shows itself in a notebook and in a page."""

    data: pd.DataFrame
    columns: tuple[Column, ...]
    caption: Words
    note: Words | None
    lang: str
    group: str = ""

    def to_frame(self) -> pd.DataFrame:
        """The rows behind the table, protected as they were printed."""
        return self.data.copy()

    def to_latex(self) -> str:
        """The table for a LaTeX paper: the words of the cells, without bars."""
        heads = [one_line(column.head, self.lang) for column in self.columns]
        rows = [[_plain(row, column, self.lang) for column in self.columns] for row in self.data.to_dict("records")]
        body = pd.DataFrame(rows, columns=heads).map(_latex)
        body.columns = [_latex(head) for head in heads]
        align = "".join("r" if column.numeric else "l" for column in self.columns)
        return body.to_latex(index=False, column_format=align, caption=_latex(one_line(self.caption, self.lang)))

    def _repr_html_(self) -> str:
        rows = self.data.to_dict("records")
        fitted = [_fitted(column, rows) for column in self.columns]
        head = "".join(_head(column, self.lang) for column in fitted)
        body = "".join(
            _group(rows, i, self.group, width=len(fitted), lang=self.lang) + _row(row, fitted, self.lang)
            for i, row in enumerate(rows)
        )
        if not rows:
            body = f'<tr><td colspan="{len(fitted)}">{words_html(labels.ABSENT, self.lang)}</td></tr>'
        said = self.note.th if self.note else ""
        notes = _together([self.note, *_footnotes(rows, self.columns, said=said)])
        foot = f'<p class="note">{words_html(notes, self.lang)}</p>' if notes.th else ""
        return (
            f'<div class="table"><table><caption>{words_html(self.caption, self.lang)}</caption>'
            f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>{foot}</div>"
        )


def table(
    data: Protected,
    *,
    columns: Sequence[Column],
    caption: Words,
    note: Words | None = None,
    lang: str = "both",
    group: str = "",
) -> Table:
    """A table of protected rows; the first column heads its row.

    ``group`` names a column of text or :class:`Words`: rows that follow each other with the same group stand under it.

    Raises
    ------
    TypeError
        If ``data`` has not passed the disclosure rules.
    BadInput
        If a column is not in the data or its kind is unknown.

    Examples
    --------
    >>> rows = Protected(pd.DataFrame({"subject": ["thai"], "mean": [55.0], "status": ["shown"]}), "public")
    >>> made = table(rows, columns=[Column("subject", Words("วิชา", "Subject")), Column("mean", Words("ค่า", "Mean"),
    ...     kind="number")], caption=Words("ตาราง", "Table"), lang="en")
    >>> '<td class="num" data-label="Mean">55</td>' in made._repr_html_()
    True
    """
    frame = frame_of(data, who="table")
    terms.check_language(lang)
    for column in columns:
        _check(column, frame)
    if group:
        _check(Column(group, caption), frame)
    return Table(frame.reset_index(drop=True), tuple(columns), caption, note, lang, group)


def _check(column: Column, frame: pd.DataFrame) -> None:
    keys = [f"{column.key}_low", f"{column.key}_high"] if column.kind == "interval" else [column.key]
    for key in keys:
        if key not in frame.columns:
            raise BadInput(
                Words(f"ตารางไม่มีคอลัมน์ {key}", f"the table has no column {key}"),
                expected=Words(", ".join(frame.columns), ", ".join(frame.columns)),
                todo=did_you_mean(key, frame.columns),
            )
    if column.kind not in KINDS:
        raise BadInput(
            Words(f"ไม่รู้จักชนิดคอลัมน์ {column.kind}", f"unknown kind of column {column.kind}"),
            expected=Words(", ".join(KINDS), ", ".join(KINDS)),
        )


def results_table(
    data: Protected, *, own: str = "school", caption: Words, note: Words | None = None, lang: str = "both"
) -> Table:
    """The table of a results frame: own mean and interval beside similar schools, the area and the nation.

    Parameters
    ----------
    data
        Protected results, one row per who × test × grade × subject × period; one row of the table per
        test × grade × subject × period, columns for those of similar, area and nation that are in it.
    own
        school, cohort or area.
    """
    frame = frame_of(data, who="results_table")
    others = [who for who in ("similar", "area", "nation") if who != own and (frame["who"] == who).any()]
    wide = Protected(_side_by_side(frame, own=own, others=others), data.profile, data.fired)
    columns = [
        Column("what", labels.SUBJECT),
        Column("n_label", labels.PUPILS, kind="number"),
        Column("mean", labels.OWN[own], kind="bar", scale=(0, 100)),
        Column("conf", labels.INTERVAL, kind="interval"),
        *(Column(who, labels.other(who, own=own), kind="number", status=f"{who}_status") for who in others),
    ]
    if (frame["verdict"].fillna("") != "").any():
        columns.append(Column("verdict", labels.READING, kind="verdict"))
    return table(wide, columns=columns, caption=caption, note=note, lang=lang, group="where")


def _side_by_side(frame: pd.DataFrame, *, own: str, others: Sequence[str]) -> pd.DataFrame:
    found, rows = cells(frame), []
    for test, grade, period in groups(frame):
        here = frame[(frame["test"] == test) & (frame["grade"] == grade) & (frame["period"] == period)]
        for subject in in_order(here["subject"], list(terms.TEST_SUBJECTS.get(test, terms.SUBJECTS))):
            key = (test, grade, subject, period)
            row = dict(found.get((own, *key), {"status": "absent", "n_label": "–", "verdict": ""}))
            row |= {"what": labels.subject(subject), "where": labels.test_grade(test, grade, period)}
            for who in others:
                other = found.get((who, *key), {"status": "absent"})
                row |= {who: other.get("mean", math.nan), f"{who}_status": other["status"]}
            rows.append(row)
    wanted = ["where", "what", "n_label", "mean", "conf_low", "conf_high", "verdict", "status"]
    return pd.DataFrame(rows, columns=[*wanted, *others, *(f"{who}_status" for who in others)])


# --- cells -------------------------------------------------------------------------------------------------------


def _missing(value: object) -> bool:
    return value is None or (not isinstance(value, (list, tuple)) and bool(pd.isna(value)))


def _state(row: dict, column: Column) -> str:
    """shown, small or absent: of this cell, whatever its row says."""
    state = row.get(column.status) or "shown"
    key = f"{column.key}_low" if column.kind == "interval" else column.key
    if column.kind in ("text", "name") or (column.kind == "number" and isinstance(row[key], str)):
        return "shown" if not _missing(row[key]) else "absent"
    if state == "shown" and (_missing(row[key]) or (column.kind == "verdict" and not row[key])):
        return "absent"
    return str(state)


def _text(row: dict, column: Column, lang: str) -> Words | str:
    """What a shown cell says."""
    if column.kind == "interval":
        ends = (number(row[f"{column.key}_{end}"], decimals=column.decimals) for end in ("low", "high"))
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


def _plain(row: dict, column: Column, lang: str) -> str:
    state = _state(row, column)
    if state != "shown":
        return one_line(labels.HIDDEN, lang) if state == "small" else "–"
    said = _text(row, column, lang)
    return one_line(said, lang) if isinstance(said, Words) else said


def _fitted(column: Column, rows: list[dict]) -> Column:
    """The column with the scale of its bars decided: one for all rows."""
    if column.kind not in ("bar", "difference", "trend") or column.scale is not None:
        return column
    shown = [row[column.key] for row in rows if _state(row, column) == "shown"]
    values = [v for each in shown for v in (each if isinstance(each, (list, tuple)) else [each]) if not _missing(v)]
    if column.kind == "trend":
        scale = (min(values, default=0.0), max(values, default=1.0))
    else:
        most = max((abs(v) for v in values), default=1.0) or 1.0
        scale = (-most, most) if column.kind == "difference" else (0.0, most)
    return Column(**{**vars(column), "scale": scale})


def _head(column: Column, lang: str) -> str:
    short = max(map(len, lines(column.head, lang))) <= LONGEST_UNBROKEN_HEAD
    kind = " ".join(name for name, yes in (("num", column.numeric), ("short", short)) if yes)
    return f'<th scope="col"{_class(kind)}>{words_html(column.head, lang)}</th>'


def _class(names: str) -> str:
    return f' class="{names}"' if names else ""


def _group(rows: list[dict], i: int, key: str, *, width: int, lang: str) -> str:
    """The row that heads a group, before its first row."""
    if not key or (i and rows[i][key] == rows[i - 1][key]):
        return ""
    said = rows[i][key]
    return f'<tr class="group"><th scope="rowgroup" colspan="{width}">{_html(said, lang)}</th></tr>'


def _html(said: Words | str, lang: str) -> str:
    return words_html(said, lang) if isinstance(said, Words) else escape(said)


def _row(row: dict, columns: Sequence[Column], lang: str) -> str:
    return "<tr>" + "".join(_cell(row, c, lang, first=i == 0) for i, c in enumerate(columns)) + "</tr>"


def _cell(row: dict, column: Column, lang: str, *, first: bool) -> str:
    content = _content(row, column, lang)
    if first:
        return f'<th scope="row">{content}</th>'
    kind = "num barred" if column.kind in ("bar", "difference") else "num" if column.numeric else ""
    return f'<td{_class(kind)} data-label="{escape(lines(column.head, lang)[0])}">{content}</td>'


def _content(row: dict, column: Column, lang: str) -> str:
    state = _state(row, column)
    if state == "small":
        return f'<span class="hidden">{words_html(labels.HIDDEN, "en" if lang == "en" else "th")}</span>'
    if state == "absent":
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
        None if _missing(v) else (4 + i * step, 13 - 10 * ((v - low) / (high - low) if high > low else 0.5))
        for i, v in enumerate(values)
    ]
    for before, after in itertools.pairwise(places):
        if before and after:
            sheet.line(before, after, stroke=style.PEER, width=1.4)
    for i, place in enumerate(places):
        if place:
            alone = not any(places[j] for j in (i - 1, i + 1) if 0 <= j < len(places))
            if i == len(places) - 1:
                sheet.disc(*place, 2.4, fill=style.OWN)
            elif alone:
                sheet.disc(*place, 1.2, fill=style.PEER)
    return sheet.svg(attributes=f' class="spark" role="img" aria-label="{escape(label)}"')


def _together(notes: Sequence[Words | None]) -> Words:
    known = [words for words in notes if words]
    return Words(" · ".join(words.th for words in known), " · ".join(words.en for words in known))


def _footnotes(rows: list[dict], columns: Sequence[Column], *, said: str) -> list[Words]:
    """The marks that occur in the table, explained unless the table's own note explains them."""
    states = {_state(row, column) for row in rows for column in columns}
    labelled = {str(row[c.key]) for row in rows for c in columns if isinstance(row.get(c.key), str)}
    if any(text.startswith("<") for text in labelled):
        states.add("small")
    if "–" in labelled:
        states.add("absent")
    zero = any(
        column.numeric and column.kind != "interval" and _state(row, column) == "shown" and row[column.key] == 0
        for row in rows
        for column in columns
    )
    wanted = [key for key in ("small", "absent") if key in states] + (["zero"] if zero else [])
    lead = {key: labels.FOOTNOTES[key].th.split("=")[0] + "=" for key in wanted}
    return [labels.FOOTNOTES[key] for key in wanted if lead[key] not in said]


_LATEX = {
    "\\": r"\textbackslash{}", "&": r"\&", "%": r"\%", "$": r"\$", "#": r"\#", "_": r"\_", "{": r"\{", "}": r"\}",
    "~": r"\textasciitilde{}", "^": r"\textasciicircum{}", "<": r"\textless{}", ">": r"\textgreater{}", "−": "$-$",
}  # fmt: skip


def _latex(text: str) -> str:
    return "".join(_LATEX.get(c, c) for c in str(text))
