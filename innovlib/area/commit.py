"""All files of one change put into a folder together: a kill at any moment leaves the folder as before or as after.

The new files are written to a folder of their own inside the target, each flushed to disk. Then one small file, the
promise, is put in place by a single rename: from that instant the change has happened. What is left is to move the
files, and whoever opens the folder next finishes that if a kill cut it short. Without a promise the staged files mean
nothing and are thrown away by the next change.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

from innovlib.errors import CannotWrite, Unreadable, Words

STAGE = ".intake"
_PROMISE = "promise.json"


def stage(folder: Path) -> Path:
    """An empty folder for the new files, named as the target is. What a killed change left is thrown away.

    Raises
    ------
    CannotWrite
        The target cannot be made or does not take files.
    """
    finish(folder)
    try:
        sweep(folder)
        staged = folder / STAGE / folder.name
        staged.mkdir(parents=True)
    except OSError as error:
        raise _cannot(folder, error) from error
    return staged


def promise(folder: Path, *, put: list[str], remove: list[str] = ()) -> None:
    """Make the staged files count: from here on the change has happened, even if it is still to be carried out.

    Parameters
    ----------
    put
        Paths, relative to the staged folder and to the target, of the files to move.
    remove
        Paths in the target that the change deletes.
    """
    staged = folder / STAGE / folder.name
    try:
        for name in put:
            _flush(staged / name)
        waiting = folder / STAGE / f"{_PROMISE}.tmp"
        waiting.write_text(json.dumps({"put": put, "remove": list(remove)}), encoding="utf-8")
        _flush(waiting)
        waiting.replace(folder / STAGE / _PROMISE)
        _flush_folder(folder / STAGE)
    except OSError as error:
        raise _cannot(folder, error) from error


def finish(folder: Path) -> bool:
    """Carry out a promised change that was cut short; True where there was one. Does nothing to any other folder.

    Raises
    ------
    Unreadable, CannotWrite
        The promise is not what this module wrote, or the folder does not take the files.
    """
    path = folder / STAGE / _PROMISE
    if not path.is_file():
        return False
    try:
        change = json.loads(path.read_text(encoding="utf-8"))
        names = [*change["put"], *change["remove"]]
        if any(Path(name).is_absolute() or ".." in Path(name).parts for name in names):
            raise ValueError("path leaves the folder")
    except (ValueError, KeyError, TypeError) as error:
        raise Unreadable(
            Words("บันทึกการนำเข้าที่ค้างอยู่เสียหาย", "the record of an unfinished intake is damaged"),
            where=str(path),
            todo=Words(f"ลบโฟลเดอร์ {STAGE} แล้วนำเข้าใหม่", f"delete the folder {STAGE} and load the files again"),
        ) from error
    try:
        _carry_out(folder, change)
    except OSError as error:
        raise _cannot(folder, error) from error
    return True


def _carry_out(folder: Path, change: dict) -> None:
    staged = folder / STAGE / folder.name
    for name in change["put"]:
        target = folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        # A file that is no longer staged was moved before the kill.
        with contextlib.suppress(FileNotFoundError):
            (staged / name).replace(target)
    for name in change["remove"]:
        (folder / name).unlink(missing_ok=True)
    _flush_folder(folder)
    # The promise goes first: once it is gone, the rest is litter that the next change sweeps.
    (folder / STAGE / _PROMISE).unlink(missing_ok=True)
    sweep(folder)


def sweep(folder: Path) -> None:
    """Throw staged files away."""
    for path in (folder / STAGE).rglob("*"):
        with contextlib.suppress(OSError):
            path.chmod(0o700)  # Windows deletes no read-only file
    shutil.rmtree(folder / STAGE, ignore_errors=True)


@contextlib.contextmanager
def alone(folder: Path) -> Iterator[None]:
    """Hold the folder against a second intake at the same moment; the lock goes with the process, however it ends.

    Raises
    ------
    CannotWrite
        Another intake is writing this folder, or it does not take files.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        file = (folder / ".intake.lock").open("a+b")
    except OSError as error:
        raise _cannot(folder, error) from error
    with file:
        try:
            _lock(file)
        except OSError as error:
            raise CannotWrite(
                Words("มีการนำเข้าอีกรายการกำลังเขียนโฟลเดอร์นี้", "another intake is writing this folder"),
                where=str(folder),
                todo=Words("รอให้เสร็จแล้วลองใหม่", "wait until it is done and try again"),
            ) from error
        yield


def _lock(file) -> None:
    if os.name == "nt":
        import msvcrt

        file.seek(0)
        msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
    else:
        import fcntl

        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)


def _flush(path: Path) -> None:
    # Windows only flushes a file that is open for writing; a read-only raw file is flushed where that is allowed.
    mode = "rb" if not os.access(path, os.W_OK) else "r+b"
    with path.open(mode) as file, contextlib.suppress(OSError) if mode == "rb" else contextlib.nullcontext():
        os.fsync(file.fileno())


def _flush_folder(folder: Path) -> None:
    if os.name == "nt":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _cannot(folder: Path, error: OSError) -> CannotWrite:
    return CannotWrite(
        Words(f"เขียนลงโฟลเดอร์ไม่ได้: {error.strerror}", f"the folder cannot be written: {error.strerror}"),
        where=str(folder),
        todo=Words("ตรวจสิทธิ์ของโฟลเดอร์และที่ว่างในดิสก์", "check the folder's permissions and the free disk space"),
    )
