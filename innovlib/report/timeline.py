"""The school's own work as it went: entries of progress and partnerships on one line of time, told and counted.

Progress is a record kept by the school: it is neither scored nor compared. For one school the entries stand with their
words, for a group a lane for each school.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import numpy as np
import pandas as pd

from innovlib import terms
from innovlib.area.store import Area
from innovlib.errors import Words
from innovlib.measures import progress as measures
from innovlib.report import figures, labels
from innovlib.report.disclosure import Protected
from innovlib.report.identity import in_thai_order
from innovlib.report.tables import Column, Table, table
from innovlib.report.words import listed, sentence

_COLUMNS = ("school_id", "lane", "label", "at", "until", "kind", "number", "text", "day", "day_en", "what", "status")


def as_of(area: Area) -> dt.date:
    """The day up to which an area's records are read: the end (30 April) of the latest academic year in its tables.

    A page must not change with the day on which it is made, so the clock is not asked.
    """
    years = [int(table["year_be"].max()) for name in ("scores", "autonomy", "qualities")
             if len(table := area.table(name))]  # fmt: skip
    days = [area.table(name)[column].max() for name, column in (("progress", "date"), ("partners", "start"))
            if len(area.table(name))]  # fmt: skip
    known = [terms.academic_year_be(day.date()) for day in days if pd.notna(day)]
    last = max([*years, *([] if years else known)], default=terms.FIRST_YEAR_BE)
    return dt.date(last - 543 + 1, 4, 30)


def place(day: dt.date | pd.Timestamp) -> float:
    """A day as a calendar year BE with its fraction.

    Examples
    --------
    >>> place(dt.date(2020, 7, 1))
    2563.497
    """
    return round(day.year + 543 + (day.timetuple().tm_yday - 1) / 366, 3)


def english_date(day: dt.date) -> str:
    """A day as English text, CE, whatever the language of the computer.

    Examples
    --------
    >>> english_date(dt.date(2023, 11, 3))
    '3 November 2023'
    """
    return f"{day.day} {_MONTHS[day.month - 1]} {day.year}"


_MONTHS = ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
           "December")  # fmt: skip


def entries(progress: pd.DataFrame, *, school_ids: list[str], on: dt.date, profile_name: str) -> Protected:
    """The dated and undated entries of schools up to a day, ready to be shown; numbered within each school.

    Entries hold no count of pupils and no answer of a person; they are the school's own words about its work.

    Returns
    -------
    Protected
        One row per entry: ``school_id``, ``what``, ``kind`` (its status), ``text``, ``day`` (Thai date in words, empty
        where unknown), ``at``, ``number``; ``status`` is shown.
    """
    own = progress[progress["school_id"].isin(school_ids) & ~(progress["date"] > pd.Timestamp(on))]
    rows = measures.timeline(own)
    out = pd.DataFrame(
        {
            "school_id": rows["school_id"],
            "lane": rows["what"],
            "label": [terms.LABELS[w] for w in rows["what"]],
            "at": [place(day) if pd.notna(day) else np.nan for day in rows["date"]],
            "until": np.nan,
            "kind": rows["status"],
            "number": rows["step"].astype("str"),
            "text": rows["note_th"].fillna(""),
            "day": [terms.thai_date(day.date()) if pd.notna(day) else "" for day in rows["date"]],
            "day_en": [english_date(day.date()) if pd.notna(day) else "" for day in rows["date"]],
            "what": rows["what"],
            "status": "shown",
        },
        columns=list(_COLUMNS),
    )
    return Protected(out.reset_index(drop=True), profile_name)


def headline(safe: Protected) -> Words:
    """How many pieces of work are recorded, by where they stand; that there are none, where so."""
    if safe.frame.empty:
        return sentence("progress.nothing")
    counts = safe.frame["kind"].value_counts()
    parts = [Words(f"{terms.label(s, 'th')} {counts[s]}", f"{counts[s]} {terms.label(s, 'en').lower()}")
             for s in terms.PROGRESS_STATUSES if counts.get(s)]  # fmt: skip
    return sentence("progress.counts", count=len(safe.frame), parts=listed(parts))


def latest(safe: Protected) -> Words:
    """The latest dated entry of one school, with its day and where it stands."""
    dated = safe.frame[safe.frame["at"].notna()]
    if dated.empty:
        return sentence("progress.undated") if len(safe.frame) else sentence("progress.nothing")
    row = dated.loc[dated["at"].idxmax()]
    day = Words(row["day"], row["day_en"])
    return sentence("progress.latest", day=day, what=row["text"] or terms.LABELS[row["what"]],
                    status=terms.LABELS[row["kind"]])  # fmt: skip


def figure(
    safe: Protected, *, on: dt.date, joined_year_be: int | None = None, partners: Protected | None = None,
    title: Words | None = None, synthetic: bool = False, lang: str = "both",
) -> figures.Figure:  # fmt: skip
    """One school's entries by kind of work, over its partnerships where they are given."""
    rows = safe.frame[safe.frame["at"].notna()]
    rows = rows.assign(group=[labels.OWN_WORK] * len(rows))
    if partners is not None and len(partners.frame):
        rows = pd.concat([rows, partners.frame], ignore_index=True)
    note = sentence("progress.note", day=terms.thai_date(on), day_en=english_date(on))
    return _figure(rows, safe, note, on=on, joined_year_be=joined_year_be, title=title, synthetic=synthetic, lang=lang)


def schools_figure(
    safe: Protected, *, schools: pd.DataFrame, on: dt.date, joined_year_be: int | None = None,
    title: Words | None = None, synthetic: bool = False, lang: str = "both",
) -> figures.Figure:  # fmt: skip
    """A lane for each school that has dated entries, in Thai alphabetical order."""
    order = in_thai_order(schools)
    names = {i: terms.school_display_name(n) for i, n in zip(order["school_id"], order["name_th"], strict=True)}
    rows = safe.frame[safe.frame["at"].notna() & safe.frame["school_id"].isin(names)]
    rank = {school: i for i, school in enumerate(names)}
    rows = rows.assign(
        lane=rows["school_id"], label=[Words(names[i], names[i]) for i in rows["school_id"]], number=""
    ).sort_values("school_id", key=lambda ids: ids.map(rank), kind="stable")
    note = sentence("progress.schools_note")
    return _figure(rows, safe, note, on=on, joined_year_be=joined_year_be, title=title, synthetic=synthetic, lang=lang)


def _figure(rows, safe, note, *, on, joined_year_be, title, synthetic, lang) -> figures.Figure:
    joined = None if joined_year_be is None else place(dt.date(joined_year_be - 543, 5, 16))
    said = headline(safe)
    return figures.timeline(
        replace(safe, frame=rows.reset_index(drop=True)), title=title or said, until=place(on), joined=joined,
        alt=sentence("progress.alt", said=said), note=note, synthetic=synthetic, lang=lang,
    )  # fmt: skip


def entries_table(safe: Protected, *, lang: str) -> Table:
    """One school's entries in order of time: number, day, kind of work, where it stands, the school's own words."""
    rows = safe.frame.assign(day=safe.frame["day"].where(safe.frame["day"] != "", "–"))
    columns = [
        Column("number", Words("ที่", "No."), kind="number"),
        Column("day", Words("วันที่", "Day")),
        Column("what", Words("งาน", "Work"), labels=terms.LABELS),
        Column("kind", Words("สถานะ", "Stands"), labels=terms.LABELS),
        Column("text", Words("รายละเอียด", "In the school's words")),
    ]
    return table(replace(safe, frame=rows), columns=columns, caption=labels.PROGRESS_CAPTION, lang=lang)


def counts(progress: pd.DataFrame, *, schools: pd.DataFrame, on: dt.date, profile_name: str) -> Protected:
    """For a group: entries by kind of work and status, and how many of its schools have such an entry; of no pupils."""
    ids = list(schools["school_id"])
    own = progress[progress["school_id"].isin(ids) & ~(progress["date"] > pd.Timestamp(on))]
    rows = measures.counts(own, schools)
    if len(rows):
        rows = rows.assign(
            where=[terms.LABELS[w] for w in rows["what"]],
            schools=[f"{int(r.n_with)}/{int(r.n_schools)}" for r in rows.itertuples()],
        )
    rows = rows.reindex(columns=["where", "status", "n", "schools"]).rename(columns={"status": "stands"})
    return Protected(rows.assign(status="shown"), profile_name)


def counts_table(safe: Protected, *, lang: str) -> Table:
    """What :func:`counts` found, as a table."""
    columns = [
        Column("stands", Words("สถานะ", "Stands"), labels=terms.LABELS),
        Column("n", Words("รายการ", "Entries"), kind="number"),
        Column("schools", Words("โรงเรียนที่มี", "Schools with one"), kind="number"),
    ]
    return table(safe, columns=columns, caption=labels.PROGRESS_CAPTION, note=sentence("progress.record"), lang=lang,
                 group="where")  # fmt: skip
