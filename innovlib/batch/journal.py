"""The journal: one line per report, with time, machine and person. It stays with the one who ran the batch."""

from __future__ import annotations

import datetime as dt
import getpass
import json
import os
import platform
from dataclasses import dataclass, field
from pathlib import Path

from innovlib.errors import CannotWrite, Words

JOURNAL_FILE = "_journal.jsonl"


@dataclass(frozen=True)
class Journal:
    """A file of JSON lines that is only ever added to; each line is on the disk before the next report is counted."""

    path: Path
    here: dict = field(default_factory=dict)

    @classmethod
    def open(cls, folder: Path) -> Journal:
        """The journal of an output folder; its lines will name this machine and person."""
        return cls(folder / JOURNAL_FILE, {"host": platform.node(), "user": _user()})

    def add(self, **row) -> None:
        """Write one line and see it to the disk.

        Raises
        ------
        CannotWrite
            The disk does not take it.
        """
        line = json.dumps(row | self.here, ensure_ascii=False, sort_keys=True)
        try:
            self._append(line)
        except OSError as error:
            raise CannotWrite(
                Words(f"เขียนสมุดบันทึกงานไม่ได้: {error.strerror}", f"the journal cannot be written: {error.strerror}"),
                where=str(self.path),
                todo=Words("ตรวจที่ว่างในดิสก์ แล้วสั่งซ้ำ", "check the free disk space and run again; what is done is kept"),
            ) from error

    def _append(self, line: str) -> None:
        with self.path.open("ab+") as file:
            # A line torn by a power cut must not swallow the next one.
            torn = file.seek(0, os.SEEK_END) > 0 and (file.seek(-1, os.SEEK_END), file.read(1))[1] != b"\n"
            file.write((b"\n" if torn else b"") + line.encode("utf-8") + b"\n")
            file.flush()
            os.fsync(file.fileno())

    def rows(self) -> list[dict]:
        """All lines that are whole, oldest first."""
        if not self.path.is_file():
            return []
        rows = []
        for line in self.path.read_bytes().split(b"\n"):
            try:
                row = json.loads(line)
            except ValueError:
                continue  # a torn or empty line says nothing; the report it spoke of counts as not done
            if isinstance(row, dict):
                rows.append(row)
        return rows


def now() -> str:
    """This moment, with its offset from UTC."""
    return dt.datetime.now().astimezone().isoformat(timespec="milliseconds")


def _user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a container's user may have no name
        return ""
