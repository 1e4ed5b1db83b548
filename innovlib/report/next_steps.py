"""What to look at next: a few questions for the school itself, each raised by a rule from a protected result.

They are questions, not verdicts: the numbers of a small school show where to look, never why.
"""

from __future__ import annotations

from innovlib import terms
from innovlib.errors import Words
from innovlib.report import freedom, limits, since
from innovlib.report.disclosure import Protected
from innovlib.report.words import listed, own, sentence, series

#: A page for a meeting holds this many questions.
MOST = 4
#: A question names this many results; the page's tables name all.
MOST_NAMED = 3


def questions(
    *,
    latest: Protected,
    tested: Protected,
    gaps: Protected,
    joined_year_be: int | None,
    granted: Protected,
    partners: Protected,
    entries: Protected,
) -> list[Words]:
    """At most four questions, the most pressing first; one at least.

    Parameters
    ----------
    latest, tested
        Protected results of the latest years, and shares tested.
    gaps
        Distances from the area (:func:`innovlib.report.since.distances`).
    granted
        Autonomy of the school and its group (:func:`innovlib.report.freedom.found`).
    partners, entries
        The school's partnerships and the entries of its own work.
    """
    raised = [
        *_below(latest),
        *_fell(gaps, joined_year_be),
        *_tested_moved(tested),
        *_less_than_granted(granted),
        *_unfinished(entries),
        *_missing_sectors(partners),
        *_above(latest),
    ]
    return raised[:MOST] or [sentence("next.keep_going")]


def _judged(latest: Protected, codes: tuple[str, ...]) -> list[Words]:
    rows = own(latest, "school")
    rows = rows[(rows["status"] == "shown") & rows["verdict"].isin(codes)]
    return [series(row) for _, row in rows.iterrows()]


def _named(found: list[Words]) -> Words:
    if len(found) <= MOST_NAMED:
        return listed(found)
    more = sentence("next.and_more", count=len(found) - MOST_NAMED)
    head = found[:MOST_NAMED]
    return Words(" ".join(w.th for w in head) + f" {more.th}", ", ".join(w.en for w in head) + f" {more.en}")


def _below(latest: Protected) -> list[Words]:
    found = _judged(latest, ("clearly_below", "likely_below"))
    return [sentence("next.below", results=_named(found))] if found else []


def _above(latest: Protected) -> list[Words]:
    found = _judged(latest, ("clearly_above",))
    return [sentence("next.above", results=_named(found))] if found else []


def _fell(gaps: Protected, joined_year_be: int | None) -> list[Words]:
    found = since.changes(gaps, joined_year_be=joined_year_be)
    fell = found[found["conf_high"] < 0]
    tests = [since.test_words(row) for row in fell.to_dict("records")]
    return [sentence("next.fell", tests=listed(tests))] if tests else []


def _tested_moved(tested: Protected) -> list[Words]:
    moved = limits.moved(tested)
    return [sentence("next.tested", tests=listed(moved))] if moved else []


def _less_than_granted(granted: Protected) -> list[Words]:
    who = freedom.subject(granted)
    if not who:
        return []
    gaps = granted.where(who=who, aspect="gap", status="shown", verdict="less").frame
    domains = [freedom.domain_words(d) for d in gaps["domain"] if d != freedom.INDEX]
    return [sentence("next.less", domains=listed(domains))] if domains else []


def _unfinished(entries: Protected) -> list[Words]:
    """Entries whose latest word is "planned"."""
    rows = entries.frame
    if rows.empty:
        return []
    last = rows.assign(key=rows["text"].where(rows["text"] != "", rows["number"])).drop_duplicates("key", keep="last")
    count = int((last["kind"] == "planned").sum())
    return [sentence("next.planned", count=count)] if count else []


def _missing_sectors(partners: Protected) -> list[Words]:
    rows = partners.frame
    if rows.empty:
        return []  # the page says that there is none
    running = set(rows.loc[rows["running"].astype(bool), "sector"])
    missing = [terms.LABELS[s] for s in terms.SECTORS if s not in running]
    return [sentence("next.sectors", sectors=listed(missing))] if missing else []
