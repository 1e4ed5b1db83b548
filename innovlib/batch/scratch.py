"""The scratch folder of a batch: pupils' data may pass through it, so it goes when the batch goes, however it goes."""

from __future__ import annotations

import contextlib
import errno
import os
import secrets
import shutil
import subprocess
import tempfile
from pathlib import Path

from innovlib.batch.journal import Journal
from innovlib.errors import CannotWrite, Words

PREFIX = "innov-batch-"
_FULL = {errno.ENOSPC, errno.EROFS, getattr(errno, "EDQUOT", errno.ENOSPC)}

#: Waits until the batch closes its end of the pipe, which the system does for one that is killed; then removes the
#: folder, again for as long as processes that have not noticed yet may write into it.
_JANITOR = 'read x; for i in 1 2 3 4 5 6 7 8 9 10; do rm -rf -- "$1"; sleep 0.5; [ -e "$1" ] || exit 0; done'


@contextlib.contextmanager
def scratch_folder():
    """A folder for one batch, its name as path. It is gone afterwards, even if this process is killed.

    Raises
    ------
    CannotWrite
        The disk of temporary files is full.
    """
    folder = _temporary() / f"{PREFIX}{secrets.token_hex(8)}"
    with _janitor(folder):
        folder.mkdir(mode=0o700)
        try:
            yield folder
        except OSError as error:
            if error.errno not in _FULL:
                raise
            raise CannotWrite(
                Words(f"ที่เก็บชั่วคราวเต็ม: {error.strerror}", f"the temporary folder takes no more: {error.strerror}"),
                where=str(folder.parent),
                todo=Words("ลบไฟล์ที่ไม่ใช้ หรือตั้ง TMPDIR เป็นดิสก์อื่น", "free some space, or set TMPDIR to another disk"),
            ) from error
        finally:
            shutil.rmtree(folder, ignore_errors=True)


def _temporary() -> Path:
    """Where temporary files go, in tempfile's own order.

    tempfile tries a place by a file of its own, which a process that is killed at that moment leaves behind; a folder
    that takes files by its permissions needs no trial.
    """
    named = [os.environ.get(name) for name in ("TMPDIR", "TEMP", "TMP")]
    for place in [*filter(None, named), *(["/tmp", "/var/tmp"] if os.name == "posix" else [])]:
        if Path(place).is_dir() and os.access(place, os.W_OK | os.X_OK):
            return Path(place).absolute()
    return Path(tempfile.gettempdir())


@contextlib.contextmanager
def _janitor(folder: Path):
    if os.name != "posix":
        yield  # there the next batch sweeps up what the journal names
        return
    with subprocess.Popen(
        ["/bin/sh", "-c", _JANITOR, "innov-janitor", str(folder)],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        cwd="/",
        start_new_session=True,  # Ctrl-C is not meant for it
    ) as janitor:
        yield
        janitor.kill()


def sweep(journal: Journal) -> None:
    """Remove the scratch folders of batches that were killed with all their processes at once."""
    for row in journal.rows():
        folder = Path(row.get("scratch", ""))
        if row.get("status") == "begun" and folder.name.startswith(PREFIX):
            shutil.rmtree(folder, ignore_errors=True)
