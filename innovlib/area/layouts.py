"""Where the table is in a file: which sheet, which header row or rows, what each column holds. Long and wide."""

from __future__ import annotations

import difflib
from collections import defaultdict
from dataclasses import dataclass, replace
from functools import cached_property

from innovlib.area import privacy, vocabulary
from innovlib.area.faults import Issue, Refused, issue, refuse
from innovlib.area.formats.text import is_garbled
from innovlib.area.sheets import Book, Sheet, column_letter, is_blank
from innovlib.area.vocabulary import Kind, kinds

_HEAD_ROWS = 15
_CLOSE = 0.72


@dataclass(frozen=True)
class Use:
    """What one column is used for; ``subject`` is set where the column belongs to one subject of a wide table."""

    column: int
    field: str
    header: str
    subject: str = ""


@dataclass(frozen=True)
class Layout:
    """A table found in a sheet: its kind, its header rows (counted from 1) and what each column holds."""

    kind: Kind
    sheet: Sheet
    header_rows: tuple[int, ...]
    uses: tuple[Use, ...]
    totals: tuple[Use, ...] = ()
    personal: tuple[int, ...] = ()
    issues: tuple[Issue, ...] = ()

    @property
    def subjects(self) -> tuple[str, ...]:
        """Subjects of a wide table in column order; empty for a long one."""
        return tuple(dict.fromkeys(use.subject for use in self.uses if use.subject))

    @cached_property
    def fields(self) -> frozenset[str]:
        """All fields that some column gives."""
        return frozenset(use.field for use in self.uses)

    @cached_property
    def width(self) -> int:
        """Number of the last column that has a header."""
        return max(
            (c for row in self.header_rows for c, v in enumerate(self.sheet.rows[row - 1], 1) if not is_blank(v)),
            default=0,
        )

    @cached_property
    def keys(self) -> dict[int, str]:
        """For each column its lowest header text, as headers are compared."""
        rows = (self.sheet.rows[row - 1] for row in self.header_rows)
        return {c: vocabulary.header_key(v) for cells in rows for c, v in enumerate(cells, 1) if not is_blank(v)}

    @property
    def title(self) -> str:
        """The text above the header, where offices write the test, the grade and the year."""
        above = self.sheet.rows[: self.header_rows[0] - 1]
        return " ".join(str(v) for row in above for v in row if not is_blank(v))

    def missing(self) -> list[str]:
        """Needed fields that no column gives; those that something else may give are not counted."""
        have = set(self.fields) | ({"subject"} if self.subjects else set())
        if have & {"school_id", "name_th"}:
            have.add("school")
        return [need for need in self.kind.needs if need not in have and need not in self.kind.given]


def find(book: Book, *, kind: str | None = None) -> list[Layout]:
    """The tables of a file, one for each sheet that holds one, all of one kind.

    Raises
    ------
    Refused
        No sheet holds a table that is complete; all that is wrong is in its ``issues``.
    """
    visible = [sheet for sheet in book.sheets if not sheet.hidden and not sheet.is_blank]
    secret = [sheet for sheet in book.sheets if sheet.hidden and not sheet.is_blank]
    looked = visible or secret
    found = {sheet.name: _best(sheet, kind) for sheet in looked}
    whole = [layout for layout in found.values() if layout and not layout.missing()]
    if not whole:
        near = max((layout for layout in found.values() if layout), key=_fit, default=None)
        raise _nothing(looked, near, kind)
    main = max(whole, key=_fit).kind
    chosen = [layout for layout in whole if layout.kind is main]
    notes = _sheet_notes(looked, chosen, found) + [issue("hidden-sheet", sheet=s.name) for s in secret]
    layouts = [_checked(layout) for layout in chosen]
    return [replace(layouts[0], issues=(*notes, *layouts[0].issues)), *layouts[1:]]


def _sheet_notes(looked: list[Sheet], chosen: list[Layout], found: dict[str, Layout | None]) -> list[Issue]:
    notes = []
    names = ", ".join(layout.sheet.name for layout in chosen)
    for sheet in looked:
        layout = found[sheet.name]
        if any(sheet is c.sheet for c in chosen):
            continue
        if layout and len(layout.uses) >= 3:
            notes.append(issue("sheet-not-loaded", sheet=sheet.name, kind=layout.kind.name, loaded=names))
        else:
            notes.append(issue("sheet-skipped", sheet=sheet.name, loaded=names))
    if len(chosen) > 1:
        notes.append(issue("sheets-joined", found=names))
    return notes


def _fit(layout: Layout) -> tuple:
    subjects = len({u.subject for u in layout.uses if u.subject})
    # A needed column that is not there weighs double: a table of results without its means is no list of schools.
    return (
        len(layout.uses) - 2 * len(layout.missing()),
        subjects > 0,
        -layout.header_rows[0],
        -len(layout.header_rows),
    )


def _best(sheet: Sheet, kind: str | None) -> Layout | None:
    """The layout under which most of a sheet's columns are known; None where no row looks like a header."""
    candidates = []
    for row in range(1, min(_HEAD_ROWS, len(sheet.rows)) + 1):
        if vocabulary.known_headers(sheet.rows[row - 1]) < 2:
            continue
        for one in [kinds()[kind]] if kind else kinds().values():
            candidates += [_layout(sheet, one, (row,)), _layout(sheet, one, (row, row + 1))]
    usable = [c for c in candidates if c and c.fields & {"school_id", "name_th"}]
    return max(usable, key=_fit, default=None)


def _layout(sheet: Sheet, kind: Kind, rows: tuple[int, ...]) -> Layout | None:
    labels = _labels(sheet, rows)
    if labels is None:
        return None
    uses, totals, personal = [], [], []
    for column, (top, sub) in labels.items():
        use = _use(column, top, sub, kind)
        if use:
            uses.append(use)
        elif vocabulary.is_personal(sub or top):
            personal.append(column)
    wide = any(use.subject for use in uses)
    if wide:
        totals = [u for u in uses if not u.subject and u.field in ("mean", "score")]
        uses = [u for u in uses if u not in totals]
    return Layout(kind, sheet, rows, tuple(_second_choice(uses, kind)), tuple(totals), tuple(personal))


def _labels(sheet: Sheet, rows: tuple[int, ...]) -> dict[int, tuple[str, str]] | None:
    """For each column its header text, as (upper, lower) where there are two header rows.

    An upper text covers the columns of its merged range; in a text file, which has no merged ranges, it covers the
    blanks to its right for as long as the row below goes on with names it has not yet used.
    """
    if len(rows) == 1:
        cells = sheet.rows[rows[0] - 1]
        return {c: (_text(v), "") for c, v in enumerate(cells, 1) if not is_blank(v)}
    top, sub = rows
    if sub > len(sheet.rows):
        return None
    below = {c: _text(v) for c, v in enumerate(sheet.rows[sub - 1], 1) if not is_blank(v)}
    if not below or not all(_is_label(text) for text in below.values()):
        return None
    above = {c: _text(v) for c, v in enumerate(sheet.rows[top - 1], 1) if not is_blank(v)}
    spread = _spread(sheet, top, above, below)
    return {c: (spread.get(c, ""), below.get(c, "")) for c in sorted({*spread, *below})}


def _is_label(text: str) -> bool:
    known = any(vocabulary.field_of(text, kind) for kind in kinds()) or vocabulary.is_total(text)
    return bool(known or vocabulary.subject_of(text) or vocabulary.is_personal(text))


def _spread(sheet: Sheet, row: int, above: dict[int, str], below: dict[int, str]) -> dict[int, str]:
    out = dict(above)
    for r1, c1, r2, c2 in sheet.merged:
        if r1 <= row <= r2 and c1 in above:
            out |= dict.fromkeys(range(c1, c2 + 1), above[c1])
    if not sheet.merged:
        current, used = "", set()
        for column in range(1, max([*above, *below]) + 1):
            if column in above:
                current, used = above[column], set()
            name = below.get(column, "")
            if column not in above and current and name and name not in used and used:
                out[column] = current
            used.add(name) if name else used.clear()
    return out


def _text(value: object) -> str:
    return str(value).strip()


def _use(column: int, top: str, sub: str, kind: Kind) -> Use | None:
    header = f"{top} / {sub}" if top and sub and top != sub else sub or top
    main = kind.measures[0] if kind.measures else ""
    if top and sub and kind.measures:
        for subject_text, field_text in ((top, sub), (sub, top)):
            subject, field = vocabulary.subject_of(subject_text), vocabulary.field_of(field_text, kind.name)
            if subject and field in kind.measures:
                return Use(column, field, header, subject)
    label = sub or top
    if top and sub and vocabulary.is_total(top):
        return None
    field = vocabulary.field_of(label, kind.name)
    if field:
        return Use(column, field, header)
    if main and vocabulary.subject_of(label):
        return Use(column, main, header, vocabulary.subject_of(label))
    return Use(column, main, header) if main and vocabulary.is_total(label) else None


def _second_choice(uses: list[Use], kind: Kind) -> list[Use]:
    """จำนวนนักเรียน beside จำนวนผู้เข้าสอบ means the enrolled, alone it means the tested."""
    tested = [u for u in uses if u.field == "n_tested" and not u.subject]
    if kind.name != "results" or len(tested) != 2 or any(u.field == "n_enrolled" for u in uses):
        return uses
    plain = [u for u in tested if vocabulary.header_key(u.header) == vocabulary.header_key("จำนวนนักเรียน")]
    return [replace(u, field="n_enrolled") if u in plain and len(plain) == 1 else u for u in uses]


# --- what stands against a layout ---------------------------------------------------------------------------------


def _checked(layout: Layout) -> Layout:
    """The layout with its findings about single columns.

    Raises
    ------
    Refused
        Two columns hold the same thing, or a header is misspelt.
    """
    problems = [*_duplicates(layout), *_misspelt(layout)]
    if problems:
        raise Refused(*problems)
    return replace(layout, issues=(*_header_notes(layout), *_column_notes(layout)))


def _duplicates(layout: Layout) -> list[Issue]:
    columns = defaultdict(list)
    for use in layout.uses:
        columns[use.field, use.subject].append(use)
    twice = {key: uses for key, uses in columns.items() if len(uses) > 1}
    name, row = layout.sheet.name, layout.header_rows[-1]
    if len(twice) > 1 and any(field in ("school_id", "name_th") for field, _ in twice):
        second = min(uses[1].column for uses in twice.values())
        return [issue("layout-side-by-side", sheet=name, row=row, column=second, found=column_letter(second))]
    return [
        issue(
            "header-duplicate", sheet=name, row=row, column=uses[1].column, header=uses[1].header, value=uses[1].header,
            found=", ".join(f"{u.header} ({column_letter(u.column)})" for u in uses),
        )
        for uses in twice.values()
    ]  # fmt: skip


def _unknown(layout: Layout) -> dict[int, str]:
    labels = _labels(layout.sheet, layout.header_rows) or {}
    taken = {u.column for u in (*layout.uses, *layout.totals)} | set(layout.personal)
    return {c: " ".join(filter(None, label)) for c, label in labels.items() if c not in taken}


def _misspelt(layout: Layout) -> list[Issue]:
    """Headers that are nearly the name of a field which is not there: a slip that must not cost a column in silence."""
    absent = [field for field in layout.kind.headers if field not in layout.fields]
    if layout.subjects:
        absent = [f for f in absent if f != "subject"]
    names = {vocabulary.header_key(n): n for n in vocabulary.header_names(layout.kind.name, absent)}
    found = []
    for column, text in _unknown(layout).items():
        key = vocabulary.header_key(text)
        near = difflib.get_close_matches(key, [n for n in names if len(n) > 3], n=1, cutoff=_CLOSE)
        if near and not vocabulary.is_ignored(text) and not vocabulary.is_total(text):
            found.append(
                issue(
                    "header-misspelt", sheet=layout.sheet.name, row=layout.header_rows[-1], column=column,
                    header=text, value=text, near=names[near[0]],
                )
            )  # fmt: skip
    return found


def _header_notes(layout: Layout) -> list[Issue]:
    name, rows = layout.sheet.name, layout.header_rows
    notes = []
    if len(rows) == 2:
        notes.append(issue("header-two-rows", sheet=name, row=rows[0], found=f"{rows[0]}-{rows[1]}"))
    if layout.title:
        notes.append(issue("header-below-title", sheet=name, row=rows[0], found=rows[0]))
    hidden = sorted(c for c in layout.sheet.hidden_columns if c <= layout.width)
    headers = {u.column: u.header for u in layout.uses}
    notes += [issue("hidden-column", sheet=name, column=c, header=headers.get(c, "")) for c in hidden]
    return notes


def _column_notes(layout: Layout) -> list[Issue]:
    name, row = layout.sheet.name, layout.header_rows[-1]
    labels = _labels(layout.sheet, layout.header_rows) or {}
    notes = [
        issue("personal-column", sheet=name, row=row, column=c, header=" ".join(filter(None, labels[c])))
        for c in layout.personal
    ]
    for column, text in _unknown(layout).items():
        code = "column-ignored" if vocabulary.is_ignored(text) or vocabulary.is_total(text) else "column-unknown"
        cells = (row[column - 1] for row in layout.sheet.rows[layout.header_rows[-1] :] if len(row) >= column)
        if any(privacy.holds_citizen_id(v) or privacy.looks_like_person(v) for v in cells):
            code = "personal-column"
        notes.append(issue(code, sheet=name, row=row, column=column, header=text, value=text))
    below = layout.sheet.rows[layout.header_rows[-1] :]
    for column in range(1, layout.sheet.width + 1):
        filled = any(len(cells) >= column and not is_blank(cells[column - 1]) for cells in below)
        if column not in labels and filled:
            notes.append(issue("column-unnamed", sheet=name, row=row, column=column))
    return notes


def _nothing(looked: list[Sheet], near: Layout | None, kind: str | None) -> Refused:
    """Why no sheet could be read: misspelt or missing headers, a table on its side, garbled text, or none at all."""
    if near and len(near.uses) >= 2:
        problems = [*_misspelt(near), *_duplicates(near)]
        suggested = {privacy.shown(p.value) for p in problems}
        known = vocabulary.header_names(near.kind.name)
        for need in near.missing():
            fields = ("school_id", "name_th") if need == "school" else (need,)
            names = [n for n, field in known.items() if field in fields]
            if not suggested or not any(p.code == "header-misspelt" for p in problems):
                problems.append(
                    issue(
                        "header-missing", sheet=near.sheet.name, row=near.header_rows[-1], header=names[0],
                        kind_th=near.kind.th, kind_en=near.kind.en, need=names[0],
                    )
                )  # fmt: skip
        return Refused(*problems)
    for sheet in looked:
        for column in range(1, min(3, sheet.width) + 1):
            if vocabulary.known_headers(sheet.cell(row, column) for row in range(1, 40)) >= 3:
                return refuse("layout-transposed", sheet=sheet.name, found=column_letter(column))
    if any(is_garbled(v) for sheet in looked for row in sheet.rows[:_HEAD_ROWS] for v in row):
        return refuse("encoding-garbled", row=1)
    return refuse("header-not-found", rows=_HEAD_ROWS, kind=kind or ", ".join(kinds()))
