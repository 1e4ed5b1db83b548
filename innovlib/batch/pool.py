"""Worker processes: one for each report, at most so many at a time, ended with all they started."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil

from innovlib import paths


def child_environment(scratch: Path) -> dict[str, str]:
    """The surroundings of a worker: the same on every machine, nothing of the user's Jupyter settings, one thread."""
    (scratch / "jupyter").mkdir(exist_ok=True)
    one = {f"{library}_NUM_THREADS": "1" for library in ("OMP", "OPENBLAS", "MKL", "NUMEXPR", "VECLIB_MAXIMUM")}
    private = {name: str(scratch / "jupyter") for name in ("IPYTHONDIR", "JUPYTER_CONFIG_DIR", "JUPYTER_RUNTIME_DIR")}
    same = {
        "PYTHONHASHSEED": "0",
        "PYTHONUTF8": "1",
        "SOURCE_DATE_EPOCH": "1594771200",  # 15 July 2020, the day the schools presented their work
        "MPLBACKEND": "module://matplotlib_inline.backend_inline",
        "TZ": "UTC",
    }
    path = os.pathsep.join(filter(None, [str(paths.ROOT), os.environ.get("PYTHONPATH")]))
    return os.environ | one | private | same | {"PYTHONPATH": path}


class KernelPool:
    """Each report in a fresh Python with an ordinary Jupyter kernel. Works on every system."""

    def __init__(self, scratch: Path, *, templates: dict[str, Path]) -> None:
        self._environment = child_environment(scratch)
        self._running: dict[Path, subprocess.Popen] = {}

    def start(self, folder: Path, *, kind: str) -> None:
        """Begin the report whose job stands in ``folder``."""
        (folder / "tmp").mkdir()
        temporary = {name: str(folder / "tmp") for name in ("TMPDIR", "TEMP", "TMP")}
        apart = (
            {"start_new_session": True}
            if os.name == "posix"
            else {"creationflags": subprocess.CREATE_NEW_PROCESS_GROUP}
        )
        with (folder / "said.txt").open("wb") as said:
            self._running[folder] = subprocess.Popen(
                [sys.executable, "-m", "innovlib.batch.work", str(folder)],
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


def end_tree(process: subprocess.Popen) -> None:
    """Kill a process, all that descend from it, and their process groups."""
    try:
        family = [psutil.Process(process.pid), *psutil.Process(process.pid).children(recursive=True)]
    except psutil.NoSuchProcess:
        return
    if hasattr(os, "killpg"):
        groups = {_group(member.pid) for member in family} - {0, os.getpgrp()}
        for group in groups:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(group, signal.SIGKILL)
    for member in family:
        with contextlib.suppress(psutil.NoSuchProcess):
            member.kill()


def _group(pid: int) -> int:
    try:
        return os.getpgid(pid)
    except ProcessLookupError:
        return 0
