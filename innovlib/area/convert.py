"""A table's rows into the contract's form: every cell read by its rule, every row judged, every finding kept."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import partial

from innovlib.area import cells, judge, privacy, rows
from innovlib.area.cells import Reading
from innovlib.area.faults import Issue, Refused, issue
from innovlib.area.layouts import Layout, Use
from innovlib.area.register import Register

#: Above this many issues of one code in one column the rest are counted, not listed; the rows are listed all the same.
MOST_ALIKE = 1000

_READERS: dict[str, Callable[..., Reading]] = {
    "year_be": cells.year,
    "joined_year_be": cells.year,
    "start": cells.day,
    "end": cells.day,
    **{name: partial(cells.category, column=name) for name in ("test", "grade", "subject", "sex", "sector", "domain")},
    "respondent": partial(cells.category, column="respondent"),
    "lowest_grade": partial(cells.category, column="grade"),
    "highest_grade": partial(cells.category, column="grade"),
    **dict.fromkeys(("is_highland", "other_language", "poor"), cells.yes_no),
    **{
        name: partial(cells.number, rule=rule)
        for name, rule in {
            "n_tested": cells.COUNT, "n_enrolled": cells.COUNT, "enrolment": cells.COUNT, "mean": cells.SCORE,
            "score": cells.SCORE, "sd": cells.SD, "value_thb": cells.MONEY, "hours": cells.MONEY,
            "share_poor": cells.SHARE, "share_other_language": cells.SHARE, "cohort": cells.COHORT,
            "level": cells.LEVEL, "lat": cells.LATITUDE, "lon": cells.LONGITUDE,
        }.items()
    },
}  # fmt: skip
_TEXT = frozenset(
    {
        "name_th",
        "name_en",
        "subdistrict",
        "district",
        "province",
        "affiliation",
        "partner_name",
        "kind",
        "item",
        "pupil",
    }
)
#: Fields whose value is about a person: shown masked in every message.
_PERSONAL = frozenset({"pupil", "respondent"})
#: Kinds of files that are about people: messages show no word of theirs, and only their hash is kept.
PERSONAL_KINDS = frozenset({"pupils", "survey"})
#: Findings about a school's code that are really about the cell beside it.
_TOLD_AT = {
    **dict.fromkeys(("name-mismatch", "name-spelling", "name-ambiguous", "name-unknown", "id-from-name"), "name_th"),
    "district-mismatch": "district",
}
_ABOUT_SCHOOL = frozenset(
    {"school-unknown", "name-unknown", "name-ambiguous", "id-blank", "id-unsafe", "id-scientific", "id-citizen"}
)
_ABOUT_PEOPLE = frozenset({"personal-value", "id-citizen"})
#: Fields that may be left blank without a word.
_MAY_BE_BLANK = frozenset(
    {
        "name_th",
        "name_en",
        "subdistrict",
        "district",
        "province",
        "affiliation",
        "sex",
        "end",
        "joined_year_be",
        "cohort",
        "lat",
        "lon",
        "hours",
        "kind",
        "lowest_grade",
        "highest_grade",
        "is_highland",
        "other_language",
        "poor",
        "share_poor",
        "share_other_language",
        "sd",
        "n_enrolled",
    }
)
#: Fields that a row cannot do without; the other figures may be missing, which is told.
_NEEDED = frozenset(
    {"year_be", "test", "grade", "subject", "pupil", "domain", "item", "respondent", "sector", "start", "partner_name"}
)


@dataclass
class Converted:
    """The rows of one table as records of the contract's fields, with what was set aside and why.

    ``unplaced`` are records set aside for their school alone: their figures are real and count where sums are checked.
    """

    layout: Layout
    records: list[dict] = field(default_factory=list)
    aggregates: list[dict] = field(default_factory=list)
    unplaced: list[dict] = field(default_factory=list)
    rejected: set[int] = field(default_factory=set)
    dropped: set[int] = field(default_factory=set)
    issues: list[Issue] = field(default_factory=list)


def convert(
    layout: Layout, *, register: Register, given: dict[str, object], is_text: bool = False, decimal_comma: bool = False
) -> Converted:
    """Read every row of a table.

    A record is a dict of fields; ``_row`` is the row's number in the sheet. A wide row gives one record a subject. A
    row with any cell that cannot be believed is set aside whole.
    """
    out = Converted(layout)
    sorted_rows = rows.sort(layout, is_text=is_text, known=partial(_known, register))
    out.rejected.update(sorted_rows.rejected)
    out.dropped.update(sorted_rows.dropped)
    out.issues += sorted_rows.issues
    reader = _RowReader(layout, register, given, is_text=is_text, decimal_comma=decimal_comma)
    for row in sorted_rows.data:
        records, found = reader.read(row)
        found += [i for record in records for i in judge.row(record, layout=layout, row=row.number)]
        out.issues += found
        stops = {i.code for i in found if i.severity == "reject_rows"}
        if stops:
            out.rejected.add(row.number)
            out.unplaced += records if stops <= _ABOUT_SCHOOL else []
        else:
            out.records += [r for r in records if not r.pop("_void", False)]
    for row in sorted_rows.aggregates:
        _aggregate(row, reader, out)
    _refuse_uncached(out)
    return out


def _known(register: Register, code: object, name: object) -> bool:
    return register.knows(str(code).strip()) or (code is None and register.knows_name(name))


def _refuse_uncached(out: Converted) -> None:
    """Formulas that were never calculated: the file as a whole has not been finished by the program that made it."""
    waiting = [i for i in out.issues if i.code == "formula-uncached"]
    if waiting:
        raise Refused(*(replace(i, severity="reject_file") for i in waiting))


def _aggregate(row: rows.Row, reader: _RowReader, out: Converted) -> None:
    """An aggregate row becomes benchmarks where it says which year, test, grade and subject it is about."""
    place = {"sheet": out.layout.sheet.name, "row": row.number}
    records = reader.read_aggregate(row)
    out.dropped.add(row.number)
    if not records or row.level not in ("area", "province", "nation"):
        out.issues.append(issue("aggregate-dropped", **place))
        return
    out.aggregates += records
    out.issues.append(issue("aggregate-kept", **place, level=row.level))


class _RowReader:
    """Reads the rows of one layout; equal cells of a column are read once."""

    def __init__(self, layout: Layout, register: Register, given: dict, *, is_text: bool, decimal_comma: bool) -> None:
        self._layout, self._register, self._given = layout, register, given
        self._text = {"is_text": is_text, "decimal_comma": decimal_comma}
        self._seen: dict[tuple, Reading] = {}
        self._uses = layout.uses

    def read(self, row: rows.Row) -> tuple[list[dict], list[Issue]]:
        """The records of one row (several for a wide table) and what was found in its cells."""
        values: dict[tuple[str, str], object] = {}
        found: list[Issue] = []
        place = {u.field: (row.cells[i], row.marks[i]) for i, u in enumerate(self._uses) if not u.subject}
        for i, use in enumerate(self._uses):
            reading = self._school(place) if use.field == "school_id" else self._cell(use, row.cells[i], row.marks[i])
            values[use.field, use.subject] = reading.value
            found += [self._issue(use, row, i, code, facts) for code, facts in reading.found if self._counts(use, code)]
        if "school_id" not in self._layout.fields:
            reading = self._school(place)
            use = next(u for u in self._uses if u.field == "name_th")
            values["school_id", ""] = reading.value
            found += [self._issue(use, row, self._uses.index(use), code, facts) for code, facts in reading.found]
        records = self._records(values, row)
        if "respondent" in self._layout.fields:
            # Two teachers are two answers; their codes tell them apart here and are never kept.
            at = next(i for i, use in enumerate(self._uses) if use.field == "respondent")
            records = [r | {"respondent_code": str(row.cells[at]).strip()} for r in records]
        for i, use in enumerate(self._layout.totals, start=len(self._uses)):
            total = cells.number(row.cells[i], mark=row.marks[i], rule=cells.TOTAL, **self._text).value
            if judge.total_differs(total, [r.get("mean", r.get("score")) for r in records]):
                found.append(self._issue(use, row, i, "total-mismatch", {}))
        return records, found

    def read_aggregate(self, row: rows.Row) -> list[dict]:
        """The figures of an aggregate row, as far as it says what they are about; [] where it does not."""
        values = {}
        for i, use in enumerate(self._uses):
            if use.field not in ("school_id", "name_th"):
                values[use.field, use.subject] = self._cell(use, row.cells[i], row.marks[i]).value
        records = [r | {"level": row.level} for r in self._records(values, row)]
        keys = ("year_be", "test", "grade", "subject", "mean")
        return [r for r in records if all(r.get(k) is not None for k in keys)]

    def _records(self, values: dict[tuple[str, str], object], row: rows.Row) -> list[dict]:
        shared = self._given | {f: v for (f, subject), v in values.items() if not subject}
        shared |= {"_row": row.number, "_sheet": self._layout.sheet.name}
        if not self._layout.subjects:
            return [shared]
        out = []
        for subject in self._layout.subjects:
            own = {f: v for (f, s), v in values.items() if s == subject}
            out.append(shared | own | {"subject": subject})
        return out

    def _school(self, place: dict[str, tuple]) -> Reading:
        code, mark = place.get("school_id", (None, ""))
        name, district = (place.get(f, (None, ""))[0] for f in ("name_th", "district"))
        if self._layout.kind.name == "schools" and not self._register.closed:
            name = None  # a list of schools says what the names are
        key = ("school", type(code), code, mark, name, district)
        if key not in self._seen:
            self._seen[key] = self._register.school(code, name, district, mark=mark)
        return self._seen[key]

    def _cell(self, use: Use, cell: object, mark: str) -> Reading:
        if mark == "merged":
            return Reading(None, (("merged-value", {}),))
        key = (use.field, type(cell), cell, mark)
        if key not in self._seen:
            self._seen[key] = self._read(use.field, cell, mark)
        return self._seen[key]

    def _read(self, name: str, cell: object, mark: str) -> Reading:
        if name in _TEXT:
            return judge.person_free(cells.text(cell, mark=mark), name) if name != "pupil" else judge.pupil(cell, mark)
        reader = _READERS[name]
        if isinstance(reader, partial) and reader.func is cells.number:
            return reader(cell, mark=mark, **self._text)
        return reader(cell, mark=mark)

    def _counts(self, use: Use, code: str) -> bool:
        """A blank cell is worth a word only where something should stand."""
        return not (code == "blank" and use.field in _MAY_BE_BLANK and use.field not in self._layout.kind.needs)

    def _issue(self, use: Use, row: rows.Row, i: int, code: str, facts: dict) -> Issue:
        told_at = _TOLD_AT.get(code)
        if told_at in self._layout.fields:
            i = next(n for n, other in enumerate(self._uses) if other.field == told_at)
            use = self._uses[i]
        if code in ("blank", "missing-code") and use.field in _NEEDED | set(self._layout.kind.needs) & {"name_th"}:
            code = "blank-needed"
        elif code == "blank":
            code = "missing-blank"
        value = row.cells[i]
        personal = code in _ABOUT_PEOPLE or self._hides(use.field, value)
        if personal and "name" in facts:
            facts = facts | {"name": privacy.MASK}
        place = {"sheet": self._layout.sheet.name, "row": row.number, "column": use.column, "header": use.header}
        return issue(code, **place, value=value, personal=personal, **facts)

    def _hides(self, name: str, value: object) -> bool:
        """Whether a value may be a person's: a column out of place puts names where nobody looks for them."""
        if name in _PERSONAL:
            return True
        if self._layout.kind.name in PERSONAL_KINDS or self._layout.personal:
            return privacy.has_words(value)
        return name not in _TEXT and privacy.may_be_name(value)


def summed_up(issues: list[Issue]) -> list[Issue]:
    """Issues without their endless repeats: one line for a change made to a whole column, the rest up to a limit."""
    issues = list(dict.fromkeys(issues))  # the same n of a wide row is judged once for each of its subjects
    alike = Counter(map(_alike, issues))
    seen: Counter = Counter()
    out = []
    for one in issues:
        key = _alike(one)
        seen[key] += 1
        limit = 1 if one.severity == "info" else MOST_ALIKE
        if seen[key] > limit:
            continue
        extra = alike[key] - limit
        if seen[key] == limit and extra > 0:
            one = replace(one, th=f"{one.th} (และอีก {extra:,} แห่ง)", en=f"{one.en} (and {extra:,} more)")
        out.append(one)
    return out


def _alike(one: Issue) -> tuple:
    # Findings about no row are about the file: each says something of its own.
    return (one.code, one.sheet, one.column, None if one.row else one.th)
