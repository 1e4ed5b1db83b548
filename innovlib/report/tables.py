"""Tables: plain HTML that prints, reads aloud and folds into cards on a telephone.

Bars of a column lie on one common scale, so rows can be compared by eye; numbers stand right, with figures of one
width; hidden, missing and zero are three different marks, explained under the table where they occur (rule D12).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

import pandas as pd

from innovlib import terms
from innovlib.errors import BadInput, Words, did_you_mean
from innovlib.report import labels
from innovlib.report.columns import KINDS, Column, fitted, group_row, head_cell, plain, row_cells, spark, state
from innovlib.report.disclosure import Protected
from innovlib.report.figures.axes import cells, groups, in_order
from innovlib.report.figures.figure import frame_of
from innovlib.report.typeset import one_line, words_html

__all__ = ["Column", "Table", "results_table", "spark", "table"]


#: A table of more rows may go over a printed page's end; a shorter one is kept whole.
LONG = 24


@dataclass(frozen=True)
class Table:
    """A finished table; shows itself in a notebook and in a page."""

    data: pd.DataFrame = field(repr=False)
    columns: tuple[Column, ...] = field(repr=False)
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
        rows = [[plain(row, column, self.lang) for column in self.columns] for row in self.data.to_dict("records")]
        body = pd.DataFrame(rows, columns=heads).map(_latex)
        body.columns = [_latex(head) for head in heads]
        align = "".join("r" if column.numeric else "l" for column in self.columns)
        return body.to_latex(index=False, column_format=align, caption=_latex(one_line(self.caption, self.lang)))

    def _repr_html_(self) -> str:
        rows = self.data.to_dict("records")
        columns = [fitted(column, rows) for column in self.columns]
        head = "".join(head_cell(column, self.lang) for column in columns)
        body = "".join(
            group_row(rows, i, self.group, width=len(columns), lang=self.lang) + row_cells(row, columns, self.lang)
            for i, row in enumerate(rows)
        )
        if not rows:
            body = f'<tr><td colspan="{len(columns)}">{words_html(labels.ABSENT, self.lang)}</td></tr>'
        said = self.note.th if self.note else ""
        notes = _together([self.note, *_footnotes(rows, self.columns, said=said)])
        foot = f'<p class="note">{words_html(notes, self.lang)}</p>' if notes.th else ""
        kind = "table long" if len(rows) > LONG else "table"
        return (
            f'<div class="{kind}"><table><caption>{words_html(self.caption, self.lang)}</caption>'
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


# --- notes and LaTeX -----------------------------------------------------------------------------------------------


def _together(notes: Sequence[Words | None]) -> Words:
    known = [words for words in notes if words]
    return Words(" · ".join(words.th for words in known), " · ".join(words.en for words in known))


def _footnotes(rows: list[dict], columns: Sequence[Column], *, said: str) -> list[Words]:
    """The marks that occur in the table, explained unless the table's own note explains them."""
    states = {state(row, column) for row in rows for column in columns}
    labelled = {str(row[c.key]) for row in rows for c in columns if isinstance(row.get(c.key), str)}
    if any(text.startswith("<") for text in labelled):
        states.add("small")
    if "–" in labelled:
        states.add("absent")
    zero = any(
        column.numeric and column.kind != "interval" and state(row, column) == "shown" and row[column.key] == 0
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
