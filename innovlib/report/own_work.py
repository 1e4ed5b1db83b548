"""A school's own work and its partners as two short lists, for a page that has no room for tables."""

from __future__ import annotations

from innovlib import terms
from innovlib.errors import Words
from innovlib.report.disclosure import Protected
from innovlib.report.partners import school_headline
from innovlib.report.prose import Prose
from innovlib.report.words import sentence

#: Entries and partners on the page; the latest ones where there are more.
MOST = 5


def entries_list(entries: Protected, *, lang: str) -> Prose:
    """The latest entries of the school's own work: number, day, the school's words, where it stands.

    ``entries`` are those of one school (:func:`innovlib.report.timeline.entries`).
    """
    rows = entries.frame.to_dict("records")
    earlier = len(rows) - MOST
    said = [] if rows else [sentence("progress.nothing")]
    said += [sentence("work.earlier", count=earlier)] if earlier > 0 else []
    return Prose((*said, *(_entry(row) for row in rows[max(earlier, 0) :])), lang=lang)


def _entry(row: dict) -> Words:
    what = row["text"] or terms.LABELS[row["what"]]
    day = Words(row["day"] or "–", row["day_en"] or "–")
    return sentence("work.entry", number=row["number"], day=day, what=what, status=terms.LABELS[row["kind"]])


def partners_list(partners: Protected, *, lang: str) -> Prose:
    """With how many partners the school works, then the latest ones by name: sector, what they give, since when.

    ``partners`` are those of one school (:func:`innovlib.report.partners.of_school`).
    """
    rows = partners.frame.sort_values("at", kind="stable").tail(MOST).to_dict("records")
    return Prose((school_headline(partners), *(_partner(row) for row in rows)), lang=lang)


def _partner(row: dict) -> Words:
    key = "work.partner" if row["running"] else "work.partner_ended"
    return sentence(key, name=row["name"], sector=terms.LABELS[row["sector"]], what=row["what"] or "–",
                    since=row["since"], ended=row["ended"])  # fmt: skip
