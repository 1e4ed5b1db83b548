"""Whole rows and whole tables judged: what each cell allows but together cannot be, and what stands twice."""

from __future__ import annotations

import math
from collections import defaultdict

from innovlib import terms
from innovlib.area import cells, privacy
from innovlib.area.cells import Reading
from innovlib.area.faults import Issue, issue
from innovlib.area.layouts import Layout

#: With one pupil the mean is that child's score; with two, each knows the other's.
TINY = 2
#: Fewer of one sex than this, beside enough of the other, can be worked out from a total (SAFETY rule D1).
SMALL = 10
#: How many of the rows that stand twice a message names.
_MOST_NAMED = 6
#: Fields that make a row of each kind what it is; two rows alike in all of them are the same row twice.
GRAINS = {
    "results": ("school_id", "year_be", "test", "grade", "subject"),
    "schools": ("school_id",),
    "pupils": ("school_id", "pupil", "year_be", "test", "grade", "subject"),
    "survey": ("school_id", "year_be", "respondent_code", "domain", "item"),
    "partners": ("school_id", "partner_name", "kind", "start"),
}


def pupil(cell: object, mark: str) -> Reading:
    """A pupil's own number as text; the caller turns it into a key at once and never shows it."""
    reading = cells.text(cell, mark=mark)
    if reading.value is None:
        return reading
    if privacy.holds_citizen_id(cell):
        return Reading(reading.value, (("pupil-citizen-id", {}),))
    if privacy.looks_like_person(cell):
        return Reading(reading.value, (("pupil-is-name", {}),))
    return Reading(reading.value)


def person_free(reading: Reading, column: str) -> Reading:
    """The reading of a name that is about to be stored, refused where it is a person's, not an organisation's."""
    if privacy.holds_citizen_id(reading.value) or (column != "item" and privacy.is_full_name(reading.value)):
        return Reading(None, (("personal-value", {}),))
    if column == "partner_name" and isinstance(reading.value, str):
        if reading.value in ("-", "–", "—"):
            return Reading(None, (("blank", {}),))
        if reading.value.casefold() in ("na", "n/a", "none", "null", "nan", "nil"):
            return Reading(reading.value, (*reading.found, ("name-like-missing", {})))
    return reading


def row(record: dict, *, layout: Layout, row: int) -> list[Issue]:
    """What is wrong with one record although each of its cells can be read. Marks a void record with ``_void``."""
    found: list[tuple[str, dict, str]] = []
    if record.get("test") and record.get("grade"):
        found += _test(record)
    if layout.kind.name == "results":
        found += _figures(record)
    if layout.kind.name == "partners" and record.get("start") and record.get("end") and record["end"] < record["start"]:
        found.append(("end-before-start", {}, "end"))
    columns = {(u.field, u.subject): u for u in layout.uses}
    out = []
    for code, facts, name in found:
        use = columns.get((name, record.get("subject") if layout.subjects else "")) or columns.get((name, ""))
        place = {"column": use.column, "header": use.header} if use else {}
        value = record.get(name)
        out.append(issue(code, sheet=layout.sheet.name, row=row, value=value, **place, **facts))
    return out


def _test(record: dict) -> list[tuple[str, dict, str]]:
    test, grade, subject = record["test"], record["grade"], record.get("subject")
    found = []
    if grade not in terms.TEST_GRADES[test]:
        found.append(("test-grade", {"test": test, "grades": ", ".join(terms.TEST_GRADES[test])}, "grade"))
    if subject and subject not in terms.TEST_SUBJECTS[test]:
        subjects = ", ".join(terms.label(s) for s in terms.TEST_SUBJECTS[test])
        found.append(("test-subject", {"test": test, "subjects": subjects}, "subject"))
    return found


def _figures(record: dict) -> list[tuple[str, dict, str]]:
    n, enrolled, mean, sd = (record.get(k) for k in ("n_tested", "n_enrolled", "mean", "sd"))
    found: list[tuple[str, dict, str]] = []
    if record.get("subject") == "reasoning" and (record.get("year_be") or 0) >= 2562 and mean == 0:
        record["_void"] = True  # the test dropped this part in 2562; files kept the column and wrote 0
        return [("nt-reasoning", {}, "mean")]
    if n == 0 and mean is not None:
        if mean != 0:
            return [("mean-of-nobody", {}, "mean")]
        record["mean"] = record["sd"] = None
        found.append(("zero-of-nobody", {}, "mean"))
    if n is not None and enrolled is not None and n > enrolled:
        found.append(("tested-over-enrolled", {"n": n, "enrolled": enrolled}, "n_tested"))
    if sd is not None and mean is not None and n != 0 and sd > largest_sd(mean, n):
        found.append(("sd-impossible", {"most": f"{largest_sd(mean, n):.2f}"}, "sd"))
    if n is not None and 1 <= n <= TINY:
        found.append(("tiny-group", {"n": n}, "n_tested"))
    return found


def largest_sd(mean: float, n: int | None) -> float:
    """The largest standard deviation that scores from 0 to 100 with this mean can have, plus room for rounding.

    All pupils at 0 or 100 (Bhatia and Davis 2000); with the n − 1 divisor for n pupils, and 0 for a single one.

    Examples
    --------
    >>> round(largest_sd(50, None), 2), largest_sd(68.1, 1)
    (50.02, 0.01)
    """
    if n == 1:
        return 0.01
    spread = math.sqrt(max(mean, 0.0) * max(100.0 - mean, 0.0))
    return spread * math.sqrt(n / (n - 1) if n else 1.0) + 0.02


def total_differs(total: object, parts: list) -> bool:
    """True where a total column is neither the mean nor the sum of the figures beside it, rounding allowed.

    Examples
    --------
    >>> total_differs(49.28, [50.20, 46.78, 50.87]), total_differs(60.0, [50.20, 46.78, 50.87])
    (False, True)
    """
    known = [part for part in parts if part is not None]
    if total is None or len(known) < 2:
        return False
    whole = math.fsum(known)
    return min(abs(total - whole / len(known)), abs(total - whole)) > 0.011


def duplicates(records: list[dict], *, layout: Layout) -> tuple[list[dict], set[int], set[int], list[Issue]]:
    """Rows that stand twice: equal ones are kept once and told, different ones are all set aside.

    Returns
    -------
    kept, rejected, dropped, issues
        Records that remain; numbers of the rows set aside and of the repeats left out; what to tell.
    """
    groups: dict[tuple, list[dict]] = defaultdict(list)
    for record in records:
        groups[tuple(record.get(k) for k in GRAINS[layout.kind.name])].append(record)
    rejected: set[int] = set()
    dropped: set[int] = set()
    found: dict[tuple[str, int], Issue] = {}
    for same in groups.values():
        if len(same) > 1:
            conflict = len({_content(r) for r in same}) > 1
            names = {terms.matching_key(str(r["name_th"])) for r in same if r.get("name_th")}
            code = "row-repeated" if not conflict else "code-two-schools" if len(names) > 1 else "row-conflict"
            numbers = [r["_row"] for r in same]
            few = sorted(set(numbers))[:_MOST_NAMED]
            more = "" if len(same) <= _MOST_NAMED else " …"
            for number in numbers if conflict else numbers[1:]:
                (rejected if conflict else dropped).add(number)
                others = (", ".join(str(n) for n in few if n != number) or str(number)) + more
                facts = {"others": others, "school": str(same[0].get("school_id"))}
                found[code, number] = issue(code, sheet=same[0]["_sheet"], row=number, **facts)
    kept, seen = [], set()
    for record in records:
        key = tuple(record.get(k) for k in GRAINS[layout.kind.name])
        if record["_row"] not in rejected and key not in seen:
            seen.add(key)
            kept.append(record)
    return kept, rejected, dropped - rejected, list(found.values())


def _content(record: dict) -> tuple:
    """All that a record says, names by their matching key, without where it stands."""
    return tuple(
        (k, terms.matching_key(v) if k == "name_th" and v else v)
        for k, v in sorted(record.items(), key=lambda item: item[0])
        if k not in ("_row", "_sheet", "district")
    )


def small_complements(records: list[dict], *, sheet: str) -> list[Issue]:
    """Groups in which few of one sex sat beside enough of the other: hiding only the few would not hide them."""
    groups: dict[tuple, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for r in records:
        if r.get("sex") and r.get("score") is not None:
            key = tuple(r.get(k) for k in ("school_id", "year_be", "test", "grade", "subject"))
            groups[key][r["sex"]] += 1
    found = []
    for (school_id, *_), counts in groups.items():
        few, many = min(counts.values()), max(counts.values())
        if len(counts) == 2 and 0 < few < SMALL <= many:
            found.append(issue("small-complement", sheet=sheet, school=str(school_id), few=SMALL))
    return found
