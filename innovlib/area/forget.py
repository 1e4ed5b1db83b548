"""Forgetting an area's pupils: every trace of single pupils out of its folder, together or not at all.

What stays are the results of whole schools. Reports made before stay as they are: they hold no single pupil.
"""

from __future__ import annotations

import csv
import io
import json
from dataclasses import dataclass
from pathlib import Path

from innovlib import paths
from innovlib.area import commit, shared
from innovlib.area.intake import LOG, ROWS
from innovlib.area.store import PACKAGE_FILE, open_area, write_whole
from innovlib.errors import Unreadable, Words

#: The table that holds single pupils, and the kind of office file it comes from.
PUPILS = "pupils"


@dataclass(frozen=True)
class Forgotten:
    """What was forgotten: pupils and rows of the table, files deleted, entries taken out of the intake's log."""

    pupils: int
    rows: int
    files: tuple[str, ...]
    entries: int

    def sentence(self, lang: str) -> str:
        """What was forgotten, for a person."""
        words = Words(
            f"ลบร่องรอยนักเรียน {self.pupils:,} คน ({self.rows:,} แถว) และบันทึกการนำเข้า {self.entries} รายการแล้ว",
            f"forgot {self.pupils:,} pupils ({self.rows:,} rows) and {self.entries} entries of the intake's log",
        )
        return words.en if lang == "en" else words.th

    def to_dict(self) -> dict:
        """What was forgotten, for a program."""
        return {"pupils": self.pupils, "rows": self.rows, "files": list(self.files), "entries": self.entries}


def forget(area_folder: str | Path) -> Forgotten:
    """Delete all traces of single pupils from an area's folder; doing it twice changes nothing more.

    These are: the table of pupils, its rows in the list of who brought which row, the log's entries of pupil files
    (their names, fingerprints, rejected rows and the mark of the key), copies of such files, what a cut-short intake
    left, results kept in the folder (:mod:`innovlib.area.shared`), and the table's place in ``datapackage.json``. The
    secret key is left alone, because other areas may use it; without the table it leads to nobody.

    Raises
    ------
    NotAnArea
        The folder holds no area.
    Unreadable, CannotWrite
        The log or the package is damaged, or the folder does not take the change; nothing is forgotten then.
    """
    folder = paths.find(area_folder)
    with commit.alone(open_area(folder).folder):
        area = open_area(folder)
        table = area.table(PUPILS)
        log = _json(folder / LOG)
        gone = [entry for entry in log.get("files", []) if entry.get("kind") == PUPILS]
        copies = {entry["raw"] for entry in gone if entry.get("raw")}
        traces = {f"{PUPILS}.csv", f"{PUPILS}.parquet", *copies, *_leftovers(folder), *shared.kept(folder)}
        remove = sorted(traces)
        remove = [name for name in remove if (folder / name).is_file()]
        put = _rewritten(folder, log, gone)
        if put or remove:
            _carry_out(folder, put, remove)
        return Forgotten(table["pupil_key"].nunique(), len(table), tuple(remove), len(gone))


def _leftovers(folder: Path) -> list[str]:
    """Half-written copies of the table that a kill left."""
    return [path.name for path in folder.glob(f".{PUPILS}.*.tmp")]


def _rewritten(folder: Path, log: dict, gone: list[dict]) -> dict[str, str]:
    """The files that name single pupils beside other things, without them; only those that change."""
    out = {}
    if gone or log.get("pupil_key"):
        kept = log | {"files": [entry for entry in log["files"] if entry not in gone], "pupil_key": ""}
        out[LOG] = json.dumps(kept, ensure_ascii=False, indent=1) + "\n"
    if (folder / ROWS).is_file():
        with (folder / ROWS).open(encoding="utf-8", newline="") as file:
            rows = list(csv.reader(file))
        others = [row for row in rows if row[:1] != [PUPILS]]
        if len(others) < len(rows):
            text = io.StringIO()
            csv.writer(text, lineterminator="\n").writerows(others)
            out[ROWS] = text.getvalue()
    package = _json(folder / PACKAGE_FILE)
    resources = [resource for resource in package.get("resources", []) if resource.get("name") != PUPILS]
    if len(resources) < len(package.get("resources", [])):
        out[PACKAGE_FILE] = json.dumps(package | {"resources": resources}, ensure_ascii=False, indent=2) + "\n"
    return out


def _json(path: Path) -> dict:
    try:
        return json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
    except (OSError, ValueError) as error:
        raise Unreadable(
            Words("อ่านไม่ได้ จึงยังไม่ได้ลบอะไร", "cannot be read, so nothing was forgotten"),
            where=path.name,
            todo=Words("นำไฟล์นี้กลับมาจากสำเนา", "put the file back from a copy"),
        ) from error


def _carry_out(folder: Path, put: dict[str, str], remove: list[str]) -> None:
    staged = commit.stage(folder)
    for name, text in put.items():
        write_whole(staged / name, text)
    commit.promise(folder, put=sorted(put), remove=remove)
    commit.finish(folder)
