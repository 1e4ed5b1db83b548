"""The audit of a release: the gate before anything is handed out. It reads the rendered files, not our own tables.

Three kinds of attack, each with the rule it breaks: **subtraction** (:mod:`innovlib.release.subtraction`: a linear
programme for each hidden result, with offices' totals as further knowledge), **differencing** (one figure printed in
two ways in two reports, shown here and hidden there, told to other readers in another way, or changed by a few pupils
since it was last handed out) and **leaks** (:mod:`innovlib.release.leaks`). :func:`release` writes the ledger only when
nothing was found and two people have looked.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from innovlib.copyable import Copyable
from innovlib.errors import BadInput, DidNotPass, Words
from innovlib.release import copies, distances, keeper, ledger, own_text, rendered, subtraction
from innovlib.release.editions import AUDIENCES
from innovlib.release.leaks import Finding, Secrets
from innovlib.release.printed import printed_figures
from innovlib.report import labels
from innovlib.report.disclosure import PROFILES, printed_count, profile

#: Files that stay with the one who ran the batch: the journal names machine and person, failures hold code.
STAYS = "_"


@dataclass(frozen=True)
class Audit(Copyable):
    """What an audit found. ``exit_code``: 0 nothing, 1 something that may not be handed out."""

    folder: Path
    findings: tuple[Finding, ...]
    files: dict[str, str]
    figures: int
    hidden: int
    profile: str
    area: str
    left_out: tuple[str, ...] = ()
    warned: tuple[Finding, ...] = ()

    @property
    def exit_code(self) -> int:
        """The exit code of the command."""
        return int(bool(self.findings))

    def to_frame(self) -> pd.DataFrame:
        """One row per finding."""
        return pd.DataFrame([f.to_dict() for f in self.findings], columns=["kind", "rule", "file", "where", "th", "en"])

    def to_dict(self) -> dict:
        """The audit for a program."""
        told = {"folder": self.folder.name, "profile": self.profile, "area": self.area, "files": len(self.files)}
        told |= {"figures": self.figures, "hidden": self.hidden, "left_out": list(self.left_out)}
        told |= {"warned": [f.to_dict() for f in self.warned]}
        return told | {"findings": [f.to_dict() for f in self.findings], "exit_code": self.exit_code}

    def sentences(self) -> list[Words]:
        """The audit for a person, in both languages."""
        n, found = len(self.files), len(self.findings)
        said = [
            Words(f"ตรวจ {n} ไฟล์ พบตัวเลข {self.figures} ค่า ปิดไว้ {self.hidden} ค่า",
                  f"{n} files audited, with {self.figures} figures, {self.hidden} of them hidden"),
            *(Words(f.sentence("th"), f.sentence("en")) for f in self.findings),
            *(Words(f"เตือน: {f.sentence('th')}", f"warning: {f.sentence('en')}") for f in self.warned),
        ]  # fmt: skip
        if self.left_out:
            names = ", ".join(self.left_out)
            said.append(Words(f"ไม่ใช่ส่วนที่จะเผยแพร่ เก็บไว้กับผู้ทำ: {names}", f"not to be handed out, keep: {names}"))
        passed = Words("ผ่าน เผยแพร่ได้เมื่อมีผู้ตรวจสองคนลงชื่อ", "passed; may be handed out once two people have signed")
        failed = Words(f"ไม่ผ่าน พบ {found} เรื่อง ห้ามเผยแพร่", f"not passed: {found} findings; do not hand this out")
        return [*said, failed if found else passed]


def audit(
    folder: str | Path,
    *,
    known: Path | None = None,
    area: str | Path | None = None,
    ledger_file: Path | None = None,
    beside: Sequence[str | Path] = (),
    names: Path | None = None,
    secrets: Secrets | None = None,
) -> Audit:
    """Audit a folder of rendered reports.

    Parameters
    ----------
    known
        CSV of what offices publish besides (:func:`innovlib.release.subtraction.read_known`).
    area
        The area's folder, for its ledger and its pupils' keys; by default where areas are kept, if it is there.
    ledger_file
        The release ledger; by default the area's own (:func:`innovlib.release.keeper.ledger_file`), if there is one.
    beside
        Folders for other readers (other profiles) of the same area.
    names
        Text file of people's names that must not occur, one a line.
    secrets
        Names, keys and places that must not occur; by default those of this computer, of the area and of ``names``.

    Raises
    ------
    BadInput
        There is no such folder, nothing in it was rendered, or the area or the ledger does not match.
    """
    folder = Path(folder)
    paths, left_out = _files(folder)
    home, of_area = keeper.area_folder(folder, given=area), keeper.area_named(folder)
    book = keeper.matching_ledger(
        keeper.ledger_file(folder, area=home, given=ledger_file), area=of_area, must_exist=ledger_file is not None
    )
    secrets = secrets or keeper.secrets_of(folder, area=home, names=names)
    pages, own = [rendered.read(path) for path in paths], own_text.of_the_kit(folder)
    printed, name = printed_figures(pages), _profile_of(pages)
    rules = profile(name)
    known_rows = None if known is None else subtraction.read_known(known)
    cohorts, wider = subtraction.cohorts_of(pages), _printed_for_more(beside, name)
    findings = [
        *_mixed(pages, name),
        *(
            f
            for path, page in zip(paths, pages, strict=True)
            for f in own_text.leaks_of(page, path, secrets=secrets, own=own)
        ),
        *_too_few(pages, name),
        *copies.unknown_numbers(pages),
        *_differences(printed),
        *_between_profiles(printed, wider),
    ]
    changed, warned = ledger.changes(printed, book, area=of_area, profile_name=name), []
    if rules.count_step == 1:  # a school's own staff know their pupils; they are only warned (D8)
        changed, warned = [], changed
    findings += changed
    if rules.count_step > 1:
        seen = pd.concat([printed, wider], ignore_index=True)
        findings += subtraction.worked_out(seen, cohorts=cohorts, rules=rules, known=known_rows)
        findings += distances.taken_apart(pages, seen, rules=rules)
    hidden = int((printed["status"] == "small").sum())
    digests = {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in paths}
    return Audit(folder, tuple(findings), digests, len(printed), hidden, name, of_area, tuple(left_out), tuple(warned))


def release(
    folder: str | Path,
    *,
    initials: Sequence[str],
    known: Path | None = None,
    area: str | Path | None = None,
    ledger_file: Path | None = None,
    beside: Sequence[str | Path] = (),
    names: Path | None = None,
    date: str | None = None,
) -> dict:
    """Audit a folder once more and enter it in the ledger; returns the entry.

    Raises
    ------
    DidNotPass
        The audit finds something.
    BadInput
        The initials are not those of two people, or the area or the ledger does not match.
    """
    folder = Path(folder)
    signed = ledger.two_initials(initials)
    _files(folder)
    home = keeper.area_folder(folder, given=area)
    path = keeper.ledger_file(folder, area=home, given=ledger_file)
    before = path if path.is_file() else None
    found = audit(folder, known=known, area=home, ledger_file=before, beside=beside, names=names)
    if found.findings:
        raise DidNotPass(
            Words(
                f"การตรวจไม่ผ่าน พบ {len(found.findings)} เรื่อง", f"the audit did not pass: {len(found.findings)} findings"
            ),
            where=folder.name,
            todo=Words("สั่ง innov audit เพื่อดูทุกเรื่อง แก้ แล้วสั่งใหม่", "run innov audit to see all, mend them, run again"),
        )
    printed = printed_figures(rendered.read(p) for p in _files(folder)[0])
    today = date or dt.date.today().isoformat()
    return ledger.enter(
        path, printed, area=found.area, profile_name=found.profile, date=today, initials=signed, files=found.files
    )


# --- the folder -----------------------------------------------------------------------------------------------------


def _files(folder: Path) -> tuple[list[Path], list[str]]:
    if not folder.is_dir():
        raise BadInput(
            Words("ไม่พบโฟลเดอร์รายงาน", "there is no such folder of reports"),
            where=str(folder),
            todo=Words("สร้างรายงานด้วย innov render", "make the reports with innov render"),
        )
    every = sorted(path for path in folder.rglob("*") if path.is_file() and not path.name.startswith("."))
    stays = [p for p in every if any(part.startswith(STAYS) for part in p.relative_to(folder).parts)]
    handed = [path for path in every if path not in stays]
    if not any(path.suffix == ".html" for path in handed):
        raise BadInput(
            Words("โฟลเดอร์นี้ไม่มีรายงาน", "there is no report in this folder"),
            where=str(folder),
            expected=Words("ไฟล์ .html จาก innov render", ".html files from innov render"),
        )
    return handed, sorted({p.relative_to(folder).parts[0] for p in stays})


def _profile_of(pages: list[rendered.Rendered]) -> str:
    """The narrowest audience that any page is for."""
    found = [page.profile for page in pages if page.kind in rendered.REPORTS]
    return max(found, key=AUDIENCES.index, default="public")


def _too_few(pages: list[rendered.Rendered], name: str) -> list[Finding]:
    """Numbers of pupils below what D1 lets be shown, in any table that has a column of them.

    The index bears no profile in its name; it is for the readers of the pages that it lists.
    """
    found = []
    for page in pages:
        rules = profile(page.profile if page.kind in rendered.REPORTS else name)
        least = float(printed_count(rules.smallest_n, rules))
        for caption, rows in page.tables:
            for row in rows:
                told = next((row.cells[head].replace(",", "") for head in labels.PUPILS if head in row.cells), "")
                if told.isdigit() and 0 < int(told) < least:
                    words = Words(f"พิมพ์จำนวนนักเรียนที่น้อยเกินไป ({told})", f"a number of pupils too small to show ({told})")
                    found.append(Finding("too-few", "D1", page.file, f"{caption}: {row.head}", words))
    return found


# --- differencing ---------------------------------------------------------------------------------------------------


def _mixed(pages: list[rendered.Rendered], name: str) -> list[Finding]:
    """Pages for other readers in one folder: the narrower ones would be handed out with the wider."""
    others = [p for p in pages if p.kind in rendered.REPORTS and p.profile != name]
    words = Words(
        f"อยู่ร่วมกับรายงานสำหรับ {PROFILES[name].words.th}", f"stands among reports for {PROFILES[name].words.en}"
    )
    return [Finding("profiles-mixed", "D1", page.file, "", words) for page in others]


_KEY = ["test", "grade", "subject", "first_year_be", "last_year_be"]


def _differences(printed: pd.DataFrame) -> list[Finding]:
    """One figure in two places: it must say the same in both."""
    own = ledger.own_figures(printed)
    others = printed[printed["who"].isin(["area", "nation"]) & (printed["report"] != printed["who"])]
    found = []
    for rows, keys, kind, rule in (
        (own, ["report", "who", *_KEY], "differs", "D5"),
        (others, ["who", *_KEY], "weighted-by-own-pupils", "D6"),
    ):
        for _, same in _in_doubt(rows[rows["status"] != "absent"], keys).groupby(keys, sort=True):
            mine = kind == "differs"
            ways = _values(same[same["status"] == "shown"])
            if ways > (1 if mine else _most_values(same)) or (mine and len(set(same["status"])) > 1):
                found.append(_differing(same, kind=kind, rule=rule))
    return found


def _in_doubt(rows: pd.DataFrame, keys: list[str]) -> pd.DataFrame:
    """Only those rows whose key is printed in more than one way; in a nation these are few among many."""
    shown = rows["status"] == "shown"
    of_key = rows.assign(low=rows["low"].where(shown), high=rows["high"].where(shown)).groupby(keys, sort=False)
    apart = of_key["low"].transform("max") > of_key["high"].transform("min") + 1e-9
    return rows[apart | (of_key["status"].transform("nunique") > 1)]


def _values(shown: pd.DataFrame) -> int:
    """The least number of values that all these printed intervals can stand for."""
    count, reached = 0, -np.inf
    for low, high in shown.sort_values("high")[["low", "high"]].to_numpy():
        if low > reached + 1e-9:
            count, reached = count + 1, high
    return count


def _most_values(same: pd.DataFrame) -> int:
    """How many values one reference may have: a school that tested nobody in a year is set beside the others of the
    years that it has, so there are as many as there are choices of years; weights of its own would make more."""
    row = same.iloc[0]
    return 2 ** int(row["last_year_be"] - row["first_year_be"] + 1) - 1


def _differing(same: pd.DataFrame, *, kind: str, rule: str) -> Finding:
    row, said = same.iloc[0], ", ".join(dict.fromkeys(f"{r.said} ({r.file})" for r in same.itertuples()))
    where = f"{row['who']} {row['test']} {row['grade']} {row['subject']} {row['first_year_be']}–{row['last_year_be']}"
    words = {
        "differs": Words(f"ตัวเลขเดียวกันพิมพ์ไม่เหมือนกัน: {said}", f"one figure is printed in different ways: {said}"),
        "weighted-by-own-pupils": Words(
            f"ค่าอ้างอิงเดียวกันต่างกันตามรายงาน จึงบอกจำนวนนักเรียนรายปีของแต่ละแห่ง: {said}",
            f"one reference differs from report to report, which tells each one's pupils by year: {said}",
        ),
    }
    return Finding(kind, rule, row["file"], where, words[kind])


def _printed_for_more(folders: Sequence[str | Path], name: str) -> pd.DataFrame:
    """The figures of other folders that the readers of this profile may read as well."""
    pages = [rendered.read(path) for folder in folders for path in _files(Path(folder))[0]]
    wider = [page for page in pages if AUDIENCES.index(page.profile) < AUDIENCES.index(name)]
    return printed_figures(wider)


def _between_profiles(printed: pd.DataFrame, wider: pd.DataFrame) -> list[Finding]:
    """What is shown to the public must be shown to narrower readers, and say the same."""
    keys = ["report", "who", *_KEY]
    columns = [*keys, "status", "low", "high", "said"]
    both = ledger.own_figures(printed).merge(ledger.own_figures(wider)[columns], on=keys, suffixes=("", "_wider"))
    shown = both["status_wider"] == "shown"
    apart = (both["low"] > both["high_wider"] + 1e-9) | (both["high"] < both["low_wider"] - 1e-9)
    bad = both[shown & ((both["status"] == "small") | ((both["status"] == "shown") & apart))].drop_duplicates(keys)
    return [
        Finding(
            "profiles-differ", "D6", row.file, ledger.place_of(row),
            Words(f"ที่นี่ {row.said} แต่ฉบับที่คนอ่านได้มากกว่าพิมพ์ {row.said_wider}",
                  f"{row.said} here, but {row.said_wider} in the edition for more readers"),
        )
        for row in bad.itertuples()
    ]  # fmt: skip
