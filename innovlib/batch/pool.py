"""Worker processes: one for each report, at most so many at a time, ended with all they started."""

from __future__ import annotations

import json
import os
import select
import subprocess
import time
from pathlib import Path

from innovlib.batch import base
from innovlib.batch.job import SAID
from innovlib.batch.processes import end_tree
from innovlib.errors import UnknownName, Words


def child_environment(scratch: Path) -> dict[str, str]:
    """The surroundings of a worker: the same on every machine, nothing of the user's Jupyter settings, one thread."""
    (scratch / "jupyter").mkdir(exist_ok=True)
    places = ("IPYTHONDIR", "JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR")
    return base.same_everywhere() | dict.fromkeys(places, str(scratch / "jupyter"))


def open_pool(scratch: Path, *, engine: str, templates: dict[str, Path], shared: dict, page: str):
    """The pool of an engine.

    Parameters
    ----------
    engine
        ``warm``, ``kernel``, or ``auto``: warm where a process can be forked (on macOS its own libraries cannot).
    templates
        The templates by kind of report.
    shared
        Parameters that are the same for all reports.
    page
        Module that makes the pages.
    """
    if engine not in ("auto", "warm", "kernel") or (engine == "warm" and not base.FORKS):
        raise UnknownName(
            Words(f"ใช้วิธี {engine!r} ไม่ได้บนเครื่องนี้", f"the engine {engine!r} is not to be had here"),
            where="--engine",
            expected=Words("auto, warm หรือ kernel", "auto, warm or kernel"),
        )
    if engine == "kernel" or not base.FORKS:
        return KernelPool(scratch)
    return WarmPool(scratch, templates=templates, shared=shared, page=page)


class KernelPool:
    """Each report in a fresh Python with an ordinary Jupyter kernel. Works on every system."""

    notes: tuple[Words, ...] = ()

    def __init__(self, scratch: Path) -> None:
        self._environment = child_environment(scratch)
        self._running: dict[Path, subprocess.Popen] = {}

    def at_a_time(self, workers: int) -> int:
        """How many reports may be in hand where so many workers are wanted."""
        return workers

    def start(self, folder: Path, *, kind: str) -> None:
        """Begin the report whose job stands in ``folder``."""
        (folder / "tmp").mkdir(exist_ok=True)
        temporary = {name: str(folder / "tmp") for name in ("TMPDIR", "TEMP", "TMP")}
        apart = (
            {"start_new_session": True}
            if os.name == "posix"
            else {"creationflags": subprocess.CREATE_NEW_PROCESS_GROUP}
        )
        with (folder / SAID).open("wb") as said:
            self._running[folder] = subprocess.Popen(
                [*base.python("innovlib.batch.work"), str(folder), str(os.getpid())],
                stdin=subprocess.DEVNULL,
                stdout=said,
                stderr=subprocess.STDOUT,
                cwd=folder / "tmp",
                env=self._environment | temporary,
                **apart,
            )

    def ended(self, *, wait_s: float) -> dict[Path, int]:
        """Reports that ended within ``wait_s`` seconds, with their exit codes; negative ones are signals."""
        deadline = time.monotonic() + wait_s
        while True:
            over = {folder: process.poll() for folder, process in self._running.items()}
            over = {folder: code for folder, code in over.items() if code is not None}
            if over or time.monotonic() >= deadline:
                break
            time.sleep(0.02)
        for folder in over:
            del self._running[folder]
        return over

    def kill(self, folder: Path) -> None:
        """End one report at once, with its kernel and everything it started."""
        end_tree(self._running[folder])

    def close(self) -> None:
        """End everything that still runs."""
        for process in self._running.values():
            end_tree(process)
        for process in self._running.values():
            process.wait(timeout=10)
        self._running.clear()

    def wait(self) -> None:
        """Nothing to wait for: what was ended is gone."""


class WarmPool:
    """Each report in a child forked from a process that has done what all reports of its template share.

    Where a template's process cannot be forked from, or dies, its reports go the ordinary way instead.
    """

    def __init__(self, scratch: Path, *, templates: dict[str, Path], shared: dict, page: str) -> None:
        self.notes: list[Words] = []
        self._ordinary = KernelPool(scratch)
        self._running: dict[Path, str] = {}
        self._heard: dict[str, bytes] = dict.fromkeys(templates, b"")
        orders = {
            "page": page,
            "shared": shared,
            "scratch": str(scratch),
            "environment": child_environment(scratch),
            "templates": {kind: str(path) for kind, path in templates.items()},
        }
        self._base = base.take()
        self._doors = self._base.order(orders, kinds=list(templates))

    def at_a_time(self, workers: int) -> int:
        """How many reports may be in hand where so many workers are wanted."""
        return workers

    def start(self, folder: Path, *, kind: str) -> None:
        """Begin the report whose job stands in ``folder``."""
        if kind in self._doors and self._tell(kind, start=str(folder)):
            self._running[folder] = kind
        else:
            self._ordinary.start(folder, kind=kind)

    def _tell(self, kind: str, **order: str) -> bool:
        try:
            self._doors[kind].sendall(json.dumps(order).encode() + b"\n")
        except OSError:
            return False
        return True

    def ended(self, *, wait_s: float) -> dict[Path, int]:
        """Reports that ended within ``wait_s`` seconds, with their exit codes; negative ones are signals."""
        over = self._ordinary.ended(wait_s=0)
        ready, _, _ = select.select(list(self._doors.values()), [], [], 0 if over else wait_s)
        for kind in [kind for kind, door in self._doors.items() if door in ready]:
            over |= self._listen(kind)
        if not self._doors and not over:
            over = self._ordinary.ended(wait_s=wait_s)
        return over

    def _listen(self, kind: str) -> dict[Path, int]:
        try:
            data = self._doors[kind].recv(1 << 16)
        except OSError:
            data = b""
        *lines, self._heard[kind] = (self._heard[kind] + data).split(b"\n")
        over = {}
        for words in map(json.loads, lines):
            if "ended" in words and self._running.pop(Path(words["ended"]), None):
                over[Path(words["ended"])] = words["code"]
            if "unfit" in words:
                self.notes.append(_slow(kind, words["unfit"]))
        if not data:
            self._give_up(kind)
        return over

    def _give_up(self, kind: str) -> None:
        """A template's process is gone: what it had in hand starts anew, the ordinary way."""
        self._doors.pop(kind).close()
        if not self.notes:
            self.notes.append(_slow(kind, "its process ended"))
        for folder in [folder for folder, of in self._running.items() if of == kind]:
            del self._running[folder]
            self._ordinary.start(folder, kind=kind)

    def kill(self, folder: Path) -> None:
        """End one report at once, with everything it started."""
        if folder in self._running:
            self._tell(self._running[folder], kill=str(folder))
        else:
            self._ordinary.kill(folder)

    def close(self) -> None:
        """End everything that still runs."""
        for door in self._doors.values():
            door.close()
        self._ordinary.close()
        self._base.dismiss()

    def wait(self) -> None:
        """Wait until all is gone; the batch has other things to do meanwhile."""
        self._base.end(wait_s=5)


def _slow(kind: str, why: str) -> Words:
    return Words(
        f"รายงานชนิด {kind} ทำด้วยเคอร์เนลปกติ ซึ่งช้ากว่า ({why})",
        f"{kind} reports ran in ordinary kernels, which is slower ({why})",
    )
