"""One office file, from its bytes to checked rows in the contract's form, and everything there is to say about it."""

from __future__ import annotations

import hashlib
from collections import Counter
from dataclasses import dataclass, field, replace
from pathlib import Path

import pandas as pd

from innovlib import terms
from innovlib.area import (
    contract,
    convert,
    faults,
    given,
    judge,
    layouts,
    merge,
    privacy,
    readers,
    reconcile,
    vocabulary,
)
from innovlib.area.convert import Converted
from innovlib.area.faults import Issue, Refused, issue
from innovlib.area.layouts import Layout
from innovlib.area.reconcile import Reconciliation
from innovlib.area.register import Register
from innovlib.area.result import FileResult
from innovlib.area.sheets import Book


@dataclass(frozen=True)
class Options:
    """What the caller says about the files."""

    kind: str | None = None
    columns: str | None = None
    values: dict[str, object] = field(default_factory=dict)

    def told(self) -> dict[str, object]:
        """The options that were given, for the log."""
        said = {"kind": self.kind, "columns": self.columns, **self.values}
        return {key: value for key, value in said.items() if value is not None}


@dataclass(frozen=True)
class Opened:
    """A file that could be read as far as its tables."""

    path: Path
    data: bytes = field(repr=False)
    book: Book = field(repr=False)
    layouts: tuple[Layout, ...] = field(repr=False)

    @property
    def kind(self) -> str:
        """Name of the kind of file: results, pupils, schools and so on."""
        return self.layouts[0].kind.name

    @property
    def sha256(self) -> str:
        """Fingerprint of the file's bytes as hex."""
        return hashlib.sha256(self.data).hexdigest()

    @property
    def holds_people(self) -> bool:
        """True where a copy of the file would keep people's names or ids."""
        if self.kind in convert.PERSONAL_KINDS or any(layout.personal for layout in self.layouts):
            return True
        cells = {v for sheet in self.book.sheets for row in sheet.rows for v in row if v is not None and v != ""}
        return any(privacy.holds_citizen_id(v) or privacy.mentions_person(v) for v in cells)


@dataclass(frozen=True)
class Checked:
    """A file's outcome with what it has for the area: rows by table, and the schools it names.

    ``records`` are the rows of its main table with their places in the sheet, in the same order.
    """

    result: FileResult
    opened: Opened | None = None
    tables: dict[str, pd.DataFrame] = field(default_factory=dict)
    schools: pd.DataFrame | None = None
    reconciliations: tuple[Reconciliation, ...] = ()
    records: tuple[dict, ...] = field(default=(), repr=False)


def open_file(path: Path, options: Options) -> Opened | Checked:
    """Read a file and find its tables; a file of which nothing can be read comes back as a finished outcome."""
    try:
        data, book = readers.load(path)
        return Opened(path, data, book, tuple(layouts.find(book, kind=options.kind)))
    except Refused as refused:
        return refusal(path, options.kind or "", refused.issues)


def refusal(path: Path, kind: str, issues) -> Checked:
    """The outcome of a file of which nothing is loaded."""
    issues = convert.summed_up(_by_place(list(issues)))
    table = contract.table(vocabulary.kinds()[kind].table).empty() if kind in vocabulary.kinds() else pd.DataFrame()
    empty = contract.table("benchmarks").empty()
    return Checked(FileResult(path.name, kind, "reject_file", 0, (), (), tuple(issues), table, empty))


def check(opened: Opened, *, register: Register, options: Options, key: bytes) -> Checked:
    """Judge every row of a file that has been opened."""
    issues: list[Issue] = [*opened.book.issues, *(i for layout in opened.layouts for i in layout.issues)]
    try:
        parts = [_convert(opened, layout, register, options, issues) for layout in opened.layouts]
        records = [r for part in parts for r in part.records]
        aggregates = [r for part in parts for r in part.aggregates]
        checks = reconcile.reconcile(_readable(parts), aggregates) if opened.kind == "results" else []
        records, found = _reordered(opened, records, checks, options)
        issues += found
    except Refused as refused:
        return refusal(opened.path, opened.kind, [*issues, *refused.issues])
    issues += [i for part in parts for i in part.issues]
    if opened.kind == "survey":
        for record in records:
            record["de_facto"] = None if record["level"] is None else record["level"] - 1
    kept, rejected, dropped, found = judge.duplicates(records, layout=opened.layouts[0])
    issues += found
    if opened.kind == "pupils":
        issues += judge.small_complements(kept, sheet=opened.layouts[0].sheet.name)
    rejected |= set().union(*(part.rejected for part in parts))
    dropped |= set().union(*(part.dropped for part in parts))
    if not records and not rejected and not aggregates:
        return refusal(opened.path, opened.kind, [*issues, issue("no-rows", sheet=opened.layouts[0].sheet.name)])
    issues = convert.summed_up(_by_place(_weighed(issues, parts)))
    tables = _tables(opened, kept, aggregates, key=key)
    result = FileResult(
        file=opened.path.name,
        kind=opened.kind,
        decision=faults.decision(issues),
        rows_loaded=len(kept),
        schools_loaded=len({r["school_id"] for r in kept}),
        rejected_rows=tuple(sorted(rejected)),
        dropped_rows=tuple(sorted(dropped)),
        issues=tuple(issues),
        table=tables[opened.layouts[0].kind.table],
        benchmarks=tables.get("benchmarks", contract.table("benchmarks").empty()),
    )
    seen = merge.schools_of(kept) if opened.kind != "schools" else None
    return Checked(result, opened, tables, seen, tuple(checks), tuple(kept))


def _convert(opened: Opened, layout: Layout, register: Register, options: Options, issues: list[Issue]) -> Converted:
    fill = given.fill(layout, file=opened.path.name, options=options.values)
    issues += fill.issues
    if any(i.severity == "reject_file" for i in fill.issues):
        raise Refused(*(i for i in fill.issues if i.severity == "reject_file"))
    return convert.convert(
        layout,
        register=register,
        given=fill.values,
        is_text=opened.book.is_text,
        decimal_comma=opened.book.decimal_comma,
    )


def _readable(parts: list[Converted]) -> list[dict]:
    return [r for part in parts for r in (*part.records, *part.unplaced)]


def _weighed(issues: list[Issue], parts: list[Converted]) -> list[Issue]:
    """Years in CE throughout are a habit and merely told; among years in BE they are a mixture to look at."""
    rows = sum(len({r["_row"] for r in part.records} | part.rejected) for part in parts)
    ce = sum(i.code == "year-ce" for i in issues)
    mixed = 0 < ce < rows
    return [replace(i, severity="warn") if mixed and i.code == "year-ce" else i for i in issues]


def _by_place(issues: list[Issue]) -> list[Issue]:
    """The gravest first, then in the order of the sheet."""
    return sorted(issues, key=lambda i: (-faults.DECISIONS.index(faults.SEVERITIES[i.severity]), i.sheet, i.row or 0))


def _reordered(
    opened: Opened, records: list[dict], checks: list[Reconciliation], options: Options
) -> tuple[list[dict], list[Issue]]:
    """School rows under the subjects that reconcile, where the caller asks for it; otherwise a lying header refuses."""
    issues: list[Issue] = []
    orders: dict[tuple, dict[str, str]] = {}
    for check in checks:
        if check.status in ("permuted", "ambiguous", "differs"):
            issues.append(_told(opened, check, reordered=options.columns == "reconciled"))
        if check.status == "permuted":
            orders[check.year_be, check.test, check.grade] = check.order
    stops = [i for i in issues if i.severity == "reject_file"]
    if stops:
        raise Refused(*stops)
    out = []
    for record in records:
        order = orders.get(tuple(record.get(k) for k in ("year_be", "test", "grade")), {})
        out.append(record | {"subject": order.get(record["subject"], record["subject"])} if order else record)
    return out, issues


def _told(opened: Opened, check: Reconciliation, *, reordered: bool) -> Issue:
    layout = opened.layouts[0]
    headers = {u.subject: u.header for u in layout.uses if u.subject and u.field == "mean"}
    name = {s: headers.get(s, terms.label(s)) for s in check.stated}
    place = {"sheet": layout.sheet.name, "row": layout.header_rows[-1] if headers else None}
    if check.status == "permuted":
        order_en = ", ".join(terms.label(check.order[s], "en") for s in check.stated)
        order_th = ", ".join(name[check.order[s]] for s in check.stated)
        facts = {"headers": ", ".join(name.values()), "order_th": order_th, "order_en": order_en}
        return issue("columns-reordered" if reordered else "columns-permuted", **place, **facts)
    gaps = ", ".join(f"{name[s]} {check.weighted[s]:.2f} / {check.stated[s]:.2f}" for s in check.stated)
    return issue("columns-ambiguous" if check.status == "ambiguous" else "reconcile-differs", **place, found=gaps)


def _tables(opened: Opened, records: list[dict], aggregates: list[dict], *, key: bytes) -> dict[str, pd.DataFrame]:
    """The kept rows in the contract's form, and the aggregate rows as benchmarks with the file as their source."""
    table = opened.layouts[0].kind.table
    if opened.kind == "pupils":
        records = [r | {"pupil_key": privacy.pupil_key(r["school_id"], r["pupil"], key=key)} for r in records]
    elif opened.kind == "survey":
        records = [r | {"respondent_role": r["respondent"]} for r in records]
    elif opened.kind == "schools":
        records = [r | {"name_th": merge.bare_name(r["name_th"])} for r in records]
    out = {table: merge.frame(records, table)}
    means: dict[tuple, dict] = {}
    for r in aggregates:
        k = tuple(r[c] for c in contract.table("benchmarks").key)
        means.setdefault(k, r | {"n": r.get("n_tested"), "source": opened.path.name})
    if means:
        out["benchmarks"] = merge.frame(list(means.values()), "benchmarks")
    return out


def codes(result: FileResult) -> dict[str, int]:
    """How often each code was found, for the log."""
    return dict(sorted(Counter(i.code for i in result.issues).items()))
