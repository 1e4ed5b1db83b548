"""The output folder: one batch at a time, files whole or not at all, failed reports set apart."""

from __future__ import annotations

import contextlib
import os
from dataclasses import dataclass
from pathlib import Path

from innovlib.area.store import write_whole
from innovlib.batch.journal import JOURNAL_FILE
from innovlib.batch.keys import digest
from innovlib.errors import BadInput, CannotWrite, Words
from innovlib.report.disclosure import PROFILES
from innovlib.report.proof_pages import FOLDER as PROOF

FAILED = "_failed"
#: The lock is held on a byte far past the journal's end, so that the journal can be read meanwhile on Windows too.
_LOCK_BYTE = 1 << 40


@dataclass(frozen=True)
class OutFolder:
    """A folder of finished reports. Only the batch's own process writes into it."""

    path: Path

    @contextlib.contextmanager
    def held(self):
        """Hold the folder for one batch; leftovers of a batch that was killed are swept away first.

        Raises
        ------
        CannotWrite
            The folder cannot be made or does not take files.
        BadInput
            Another batch is at work in it.
        """
        try:
            self.path.mkdir(parents=True, exist_ok=True)
            file = (self.path / JOURNAL_FILE).open("ab")
        except OSError as error:
            raise self._refused(error) from error
        with file:
            _lock(file, self.path)
            self._sweep()
            yield self

    def _refused(self, error: OSError) -> CannotWrite:
        return CannotWrite(
            Words(f"เขียนลงโฟลเดอร์ไม่ได้: {error.strerror}", f"the folder does not take files: {error.strerror}"),
            where=str(self.path),
            todo=Words("ตรวจสิทธิ์ หรือเลือกโฟลเดอร์อื่นด้วย --out", "check its permissions, or choose another with --out"),
        )

    def _sweep(self) -> None:
        # The store writes beside the file and then moves it into place; a kill between the two leaves these.
        for folder in (self.path, self.path / FAILED, self.path / PROOF):
            for leftover in folder.glob(".*.tmp"):
                leftover.unlink(missing_ok=True)

    def pages(self) -> list[str]:
        """File names of the reports that stand in the folder."""
        kinds = ("school-*.html", "cohort-*.html", "area.html", "area.*.html")
        return sorted({path.name for kind in kinds for path in self.path.glob(kind)})

    def other_profiles(self, profile: str) -> list[str]:
        """Reports in the folder that were made for other readers than those of ``profile``."""
        return [name for name in self.pages() if profile_of(name) != profile]

    def sha256(self, name: str) -> str:
        """Fingerprint of a file; "" where there is none."""
        try:
            return digest((self.path / name).read_bytes())
        except OSError:
            return ""

    def publish(self, name: str, data: str | bytes) -> None:
        """Put a finished file in its place, whole or not at all."""
        write_whole(self.path / name, data)

    def quarantine(self, name: str, *, words: str, notebook: bytes | None) -> None:
        """Set a failed report apart: what went wrong, and the notebook as far as it came."""
        write_whole(self.path / FAILED / f"{name}.txt", words)
        if notebook is not None:
            write_whole(self.path / FAILED / f"{name}.ipynb", notebook)

    def absolve(self, name: str) -> None:
        """Forget the failure of a report that is done now."""
        folder = self.path / FAILED
        for ending in ("txt", "ipynb"):
            (folder / f"{name}.{ending}").unlink(missing_ok=True)
        with contextlib.suppress(OSError):  # other failures are still there, or there never were any
            folder.rmdir()


def profile_of(file: str) -> str:
    """The profile a report's file name speaks of: ``school-1.partner.html`` is for partners.

    Examples
    --------
    >>> profile_of("school-1.partner.html"), profile_of("area.html")
    ('partner', 'public')
    """
    middle = file.removesuffix(".html").rpartition(".")[2]
    return middle if middle in PROFILES and "." in file.removesuffix(".html") else "public"


def _lock(file, folder: Path) -> None:
    try:
        if os.name == "posix":
            import fcntl

            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        else:
            import msvcrt

            file.seek(_LOCK_BYTE)
            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
    except (BlockingIOError, PermissionError) as error:
        raise BadInput(
            Words("มีอีกคำสั่งกำลังทำรายงานลงโฟลเดอร์นี้", "another batch is at work in this folder"),
            where=str(folder),
            todo=Words("รอให้เสร็จ หรือเลือกโฟลเดอร์อื่นด้วย --out", "wait for it, or choose another folder with --out"),
        ) from error
