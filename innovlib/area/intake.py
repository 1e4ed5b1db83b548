"""Intake: office files in, checked rows in the area's tables; what was found, what was kept and where it is from."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
import re
from dataclasses import dataclass, field, replace
from pathlib import Path

import pandas as pd

from innovlib import terms
from innovlib.area import commit, contract, faults, given, jumps, merge, office, privacy, store
from innovlib.area.faults import Issue
from innovlib.area.merge import Merged
from innovlib.area.office import Checked, Opened, Options
from innovlib.area.register import Register
from innovlib.area.result import FileResult
from innovlib.area.vocabulary import kinds
from innovlib.errors import BadInput, CannotWrite, UnknownName, Unreadable, Words, did_you_mean

LOG = "intake/log.json"
ROWS = "intake/rows.csv"
RAW = "raw"
_REGISTER = ("school_id", "name_th", "subdistrict", "district", "province")
_EMPTY_LOG = {"format": 1, "schools_from_files": False, "cohorts_numbered": False, "pupil_key": "", "files": []}


@dataclass
class _Area:
    """An area while files are taken in: its tables, who brought which row, and the log."""

    folder: Path | None
    merged: Merged
    log: dict
    before: dict[str, pd.DataFrame]
    raw: dict[str, bytes] = field(default_factory=dict)
    key: bytes = b""

    def pupil_key(self, *, create: bool) -> bytes:
        """The secret of this run: a throw-away one, too, is one for all of its files."""
        self.key = self.key or privacy.secret(create=create)
        return self.key


def intake(
    files: list[Path],
    *,
    into: Path | None,
    register: Path | None = None,
    kind: str | None = None,
    columns: str | None = None,
    year_be: int | None = None,
    test: str | None = None,
    grade: str | None = None,
    dry_run: bool = False,
) -> list[FileResult]:
    """Load office files into an area, or only say what would happen.

    Parameters
    ----------
    files
        csv, tsv, txt, xlsx, xlsm, xls or ods files, told apart by their content.
    into
        The area's folder; made where there is none. None only checks the files.
    register
        A schools table (contract columns) to judge codes and names by; without one, the area's own schools.
    kind
        ``results``, ``schools``, ``pupils``, ``survey`` or ``partners`` where the headers leave that open.
    columns
        ``"reconciled"``: where the header does not fit the area row, read the school rows in the order that does.
    year_be, test, grade
        For files that do not say; otherwise taken from the title or the file's name.
    dry_run
        Judge the files against the area and write nothing.

    Returns
    -------
    list of FileResult
        One for each file, in the order given. A file of which nothing could be loaded does not stop the others.

    Raises
    ------
    BadInput
        An option is off, the register cannot be read, the area is damaged, or its folder cannot be written.

    Notes
    -----
    The same file twice changes nothing. A corrected file (same name) replaces the rows that its earlier version had
    brought and says which. All files of one call are put into the area together, or, after a kill, not at all.
    """
    options = _options(kind=kind, columns=columns, year_be=year_be, test=test, grade=grade)
    judged_by = _read_register(register) if register else None
    folder = None if into is None else Path(into).expanduser().resolve()
    if folder is None or dry_run:
        return [one.result for one in _take(files, _open(folder), judged_by, options, create_key=False)]
    _refuse_non_folder(folder)
    checked: list[Checked] = []
    if not folder.exists():
        # A first look: where no file can be loaded, no folder is made either.
        area = _open(folder)
        checked = _take(files, area, judged_by, options, create_key=False)
        if all(one.result.decision == "reject_file" for one in checked):
            return [one.result for one in checked]
    with commit.alone(folder):
        commit.finish(folder)
        if not checked or _must_look_again(folder, checked):
            area = _open(folder)
            checked = _take(files, area, judged_by, options, create_key=True)
        _write(area)
    return [one.result for one in checked]


def _must_look_again(folder: Path, looked: list[Checked]) -> bool:
    """Whether a first look no longer holds: somebody else made the area meanwhile, or pupils need a lasting key."""
    about_pupils = any(one.result.kind == "pupils" for one in looked)
    return bool(store.Area(folder).present()) or (about_pupils and not privacy.key_path().exists())


def _options(**said) -> Options:
    values = given.checked_options(year_be=said["year_be"], test=said["test"], grade=said["grade"])
    lists = {"kind": list(kinds()), "columns": ["reconciled"], "test": list(terms.TESTS), "grade": list(terms.GRADES)}
    for name, allowed in lists.items():
        value = said[name]
        if value is not None and (values.get(name) if name in values else value) not in allowed:
            raise UnknownName(
                Words(f"ไม่รู้จักค่า {value!r} ของ {name}", f"unknown {name} {value!r}"),
                expected=Words(", ".join(allowed), ", ".join(allowed)),
                todo=did_you_mean(str(value), allowed),
            )
    year = said["year_be"]
    if year is not None and not terms.FIRST_YEAR_BE <= year <= terms.last_year_be():
        window = f"{terms.FIRST_YEAR_BE}–{terms.last_year_be()}"
        raise BadInput(
            Words(f"ปี {year} ไม่น่าใช่", f"{year} is not a likely year"), expected=Words(f"พ.ศ. {window}", f"BE {window}")
        )
    return Options(said["kind"], said["columns"], values)


def _read_register(path: Path) -> Register:
    raw = store.read_raw(Path(path))
    absent = [c for c in ("school_id", "name_th") if c not in raw]
    if absent:
        raise Unreadable(
            Words(f"ทะเบียนโรงเรียนไม่มีคอลัมน์ {', '.join(absent)}", f"the register has no column {', '.join(absent)}"),
            where=str(path),
            expected=Words(", ".join(_REGISTER), ", ".join(_REGISTER)),
        )  # fmt: skip
    bad = [i for i in raw["school_id"] if not contract.is_id(i)]
    if bad:
        shown = privacy.shown(bad[0])
        raise Unreadable(
            Words(f"ทะเบียนมีรหัสที่ใช้ไม่ได้ {shown!r}", f"the register holds an id that cannot be one, {shown!r}"),
            where=str(path),
        )  # fmt: skip
    return Register(raw, closed=True)


def _refuse_non_folder(folder: Path) -> None:
    if folder.exists() and not folder.is_dir():
        raise CannotWrite(
            Words("เป็นไฟล์ ไม่ใช่โฟลเดอร์", "this is a file, not a folder"),
            where=str(folder),
            todo=Words("ระบุโฟลเดอร์ของพื้นที่", "name the area's folder"),
        )


# --- an area while files come in ----------------------------------------------------------------------------------


def _open(folder: Path | None) -> _Area:
    if folder is None or not folder.is_dir():
        return _Area(folder, Merged({}, {}), json.loads(json.dumps(_EMPTY_LOG)), {})
    area = store.Area(folder)
    tables = {name: area.table(name) for name in area.present()}
    log = _EMPTY_LOG | _read_log(folder / LOG)
    return _Area(folder, Merged(dict(tables), _read_owners(folder / ROWS)), json.loads(json.dumps(log)), tables)


def _read_log(path: Path) -> dict:
    try:
        return json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
    except (OSError, ValueError) as error:
        raise Unreadable(
            Words("บันทึกการนำเข้าอ่านไม่ได้", "the intake log cannot be read"),
            where=str(path),
            todo=Words("นำไฟล์นี้กลับมาจากสำเนา", "put the file back from a copy"),
        ) from error


def _read_owners(path: Path) -> merge.Owners:
    if not path.is_file():
        return {}
    with path.open(encoding="utf-8", newline="") as file:
        return {(row["table"], row["key"]): row["file"] for row in csv.DictReader(file)}


def _take(
    files: list[Path], area: _Area, judged_by: Register | None, options: Options, *, create_key: bool
) -> list[Checked]:
    """Check every file, lists of schools first, and put what holds into the area's tables."""
    opened = [office.open_file(Path(path), options) for path in files]
    order = sorted(
        range(len(opened)), key=lambda i: not (isinstance(opened[i], Opened) and opened[i].kind == "schools")
    )
    done: dict[int, Checked] = {}
    for i in order:
        one = opened[i]
        done[i] = _take_one(one, area, judged_by, options, create_key) if isinstance(one, Opened) else one
    told = _number_cohorts(area)
    return [_noted(done[i], told if done[i].result.kind == "schools" else []) for i in range(len(files))]


def _noted(checked: Checked, notes: list[Words]) -> Checked:
    return replace(checked, result=replace(checked.result, notes=(*checked.result.notes, *notes)))


def _take_one(one: Opened, area: _Area, judged_by: Register | None, options: Options, create_key: bool) -> Checked:
    key = area.pupil_key(create=create_key) if one.kind == "pupils" else b""
    if one.kind == "pupils" and area.log["pupil_key"] not in ("", privacy.fingerprint(key)):
        return office.refusal(one.path, one.kind, [faults.issue("pupil-key-changed")])
    checked = office.check(one, register=judged_by or _own_register(area, one.kind), options=options, key=key)
    if checked.result.decision == "reject_file":
        return checked
    if one.kind == "pupils":
        area.log["pupil_key"] = privacy.fingerprint(key)
    before = len(area.merged.issues)
    leaps = _leaps(checked, area)
    checked = _noted(checked, _merge(checked, area))
    found = [*leaps, *area.merged.issues[before:]]
    if found:
        issues = (*checked.result.issues, *found)
        checked = replace(checked, result=replace(checked.result, issues=issues, decision=faults.decision(issues)))
    _enter(checked, area, options)
    return checked


def _leaps(checked: Checked, area: _Area) -> list[Issue]:
    if checked.result.kind != "results":
        return []
    stored = area.merged.tables.get("scores", contract.table("scores").empty())
    layouts, table = checked.opened.layouts, checked.tables["scores"]
    return jumps.told(list(checked.records), layouts=layouts, table=table, stored=stored)


def _own_register(area: _Area, kind: str) -> Register:
    """The area's own schools: binding once a list of schools was loaded, open while they only come from other files."""
    schools = area.merged.tables.get("schools", contract.table("schools").empty())
    return Register(schools, closed=kind != "schools" and len(schools) > 0 and not area.log["schools_from_files"])


def _merge(checked: Checked, area: _Area) -> list[Words]:
    file = checked.result.file
    had_schools = len(area.merged.tables.get("schools", ()))
    for table, rows in checked.tables.items():
        merge.merge(area.merged, rows, table=table, file=file)
    if checked.result.kind == "schools":
        area.log["schools_from_files"] = False
        return []
    if checked.schools is None or (had_schools and not area.log["schools_from_files"]):
        return []
    merge.merge(area.merged, checked.schools, table="schools", file=file, fill_only=True)
    more = len(area.merged.tables["schools"]) - had_schools
    area.log["schools_from_files"] = True
    told = Words(
        f"พื้นที่ยังไม่มีรายชื่อโรงเรียน จึงสร้างจากไฟล์นี้ {more} โรงเรียน (ยังไม่มีรุ่นและที่ตั้ง)",
        f"the area had no list of schools; {more} were entered from this file, without cohort and place",
    )
    return [told] if more > 0 and area.folder else []


def _number_cohorts(area: _Area) -> list[Words]:
    """Cohorts by the order of joining years, where no list has said them; what was numbered, if it is new."""
    schools = area.merged.tables.get("schools")
    if schools is None or schools["joined_year_be"].isna().all():
        return []
    if schools["cohort"].notna().any() and not area.log["cohorts_numbered"]:
        return []
    numbered = merge.number_cohorts(schools)
    area.merged.tables["schools"] = numbered
    area.log["cohorts_numbered"] = True
    if numbered["cohort"].equals(schools["cohort"]):
        return []
    pairs = numbered.dropna(subset=["cohort"]).drop_duplicates("cohort").sort_values("cohort")
    told = ", ".join(f"{row.cohort} = {row.joined_year_be}" for row in pairs.itertuples())
    return [Words(f"กำหนดรุ่นตามลำดับปีที่เข้าร่วม: {told}", f"cohorts numbered by the order of joining years: {told}")]


def _enter(checked: Checked, area: _Area, options: Options) -> None:
    """Write the file into the log, unless its last entry says just the same, and keep a copy where that is allowed."""
    one, result = checked.opened, checked.result
    raw = "" if one.holds_people else f"{RAW}/{one.sha256[:12]}-{_safe(one.path.name)}"
    entry = {
        "file": result.file, "origin": str(one.path), "sha256": one.sha256, "bytes": len(one.data), "raw": raw,
        "kind": result.kind, "sheets": [layout.sheet.name for layout in one.layouts], "options": options.told(),
        "decision": result.decision, "rows_loaded": result.rows_loaded, "rejected_rows": list(result.rejected_rows),
        "dropped_rows": list(result.dropped_rows), "codes": office.codes(result),
    }  # fmt: skip
    same = ("sha256", "options", "rows_loaded", "rejected_rows")
    last = next((e for e in reversed(area.log["files"]) if e["file"] == result.file), {})
    if any(last.get(k) != entry[k] for k in same):
        now = dt.datetime.now(dt.UTC).isoformat(timespec="seconds")
        area.log["files"].append(entry | {"loaded": now})
        if raw:
            area.raw[raw] = one.data


def _safe(name: str) -> str:
    return re.sub(r'[\x00-\x1f<>:"/\\|?*]', "_", name)[-100:]


# --- writing ------------------------------------------------------------------------------------------------------


def _write(area: _Area) -> None:
    """Put all changed files in place together; where nothing changed, nothing is touched."""
    folder, tables = area.folder, area.merged.tables
    if not area.log["files"]:
        return
    tables.setdefault("schools", contract.table("schools").empty())
    staged = commit.stage(folder)
    package = store.Area(folder, _read_log(folder / store.PACKAGE_FILE)).package
    keep = {k: v for k, v in package.items() if k not in ("profile", "name", "resources")}
    titles = {"title": folder.name, "title_th": folder.name, "synthetic": False} | keep
    store.write_area(staged, tables, **titles)
    store.write_whole(staged / LOG, json.dumps(area.log, ensure_ascii=False, indent=1) + "\n")
    store.write_whole(staged / ROWS, _owners_csv(area.merged.owners))
    for name, data in area.raw.items():
        store.write_whole(staged / name, data)
        (staged / name).chmod(0o444)
    for name in tables:
        store.read_table(staged / f"{name}.csv", name)  # the contract has the last word before anything is promised
    old = store.Area(folder)
    remove = [p.name for name in tables if (p := old.path(name)) is not None and p.suffix != ".csv"]
    put = [str(p.relative_to(staged).as_posix()) for p in sorted(staged.rglob("*")) if p.is_file()]
    put = [name for name in put if not _same(staged / name, folder / name)]
    if not put:
        commit.sweep(folder)
        return
    commit.promise(folder, put=put, remove=remove)
    commit.finish(folder)


def _same(one: Path, other: Path) -> bool:
    return other.is_file() and one.read_bytes() == other.read_bytes()


def _owners_csv(owners: merge.Owners) -> str:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["table", "key", "file"])
    writer.writerows(sorted((table, key, file) for (table, key), file in owners.items()))
    return text.getvalue()
