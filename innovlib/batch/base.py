"""The base process of the warm way: it imports while the batch still plans, so that neither waits for the other.

This module imports nothing heavy: :func:`start_early` is called before anything else is.
"""

from __future__ import annotations

import contextlib
import gc
import json
import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

from innovlib import paths
from innovlib.batch.processes import end_descendants

#: Systems on which a prepared process can be forked (macOS has the call, but its own libraries do not survive it).
FORKS = hasattr(os, "fork") and sys.platform != "darwin"

_early: list[Base] = []


def start_early(*, templates: Path, page: str) -> None:
    """Start a base process now, for the next pool that wants one (:func:`take`).

    Parameters
    ----------
    templates
        Folder of the templates; what they import is imported at once.
    page
        Module that makes the pages.
    """
    if FORKS and not _early:
        _early.append(Base(templates=Path(templates), page=page))


def take() -> Base:
    """The process that was started early; a new one where there is none."""
    return _early.pop() if _early else Base()


def dismiss() -> None:
    """End a process that was started early and that nobody took."""
    while _early:
        _early.pop().end(wait_s=0)


def python(module: str) -> list[str]:
    """The command that runs a module's ``main`` in a new Python."""
    lean = f"import sys; from {__name__} import lean_imports\nwith lean_imports(): from {module} import main"
    return [sys.executable, "-c", f"{lean}\nsys.exit(main())"]


@contextlib.contextmanager
def lean_imports():
    """Import within this in less time: what is imported stays, so it is never searched for waste.

    jsonschema, which nbformat imports, looks for a library for international addresses that takes longer to import than
    all the rest together; notebooks have none to check, so it is told that the library is not there.
    """
    sys.modules.setdefault("rfc3987_syntax", None)
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()


def same_everywhere() -> dict[str, str]:
    """The surroundings of a worker that are the same on every machine; one thread each."""
    one = {f"{library}_NUM_THREADS": "1" for library in ("OMP", "OPENBLAS", "MKL", "NUMEXPR", "VECLIB_MAXIMUM")}
    same = {
        "PYTHONHASHSEED": "0",
        "PYTHONUTF8": "1",
        "SOURCE_DATE_EPOCH": "1594771200",  # 15 July 2020, the day the schools presented their work
        "MPLBACKEND": "module://matplotlib_inline.backend_inline",
        "TZ": "UTC",
    }
    path = os.pathsep.join(filter(None, [str(paths.ROOT), os.environ.get("PYTHONPATH")]))
    return os.environ | one | same | {"PYTHONPATH": path}


class Base:
    """A Python that has imported what reports need and waits for orders; it ends when this process does."""

    def __init__(self, *, templates: Path | None = None, page: str = "") -> None:
        self._control, theirs = socket.socketpair()
        self._process = subprocess.Popen(
            [*python("innovlib.batch.warm"), str(theirs.fileno()), page, str(templates or "")],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            cwd="/",
            env=same_everywhere(),
            pass_fds=[theirs.fileno()],
            start_new_session=True,
        )
        theirs.close()

    def order(self, orders: dict, *, kinds: list[str]) -> dict[str, socket.socket]:
        """Tell the process what to prepare; our ends of the sockets to the processes it forks, by kind of report."""
        pairs = {kind: socket.socketpair() for kind in kinds}
        with contextlib.suppress(BrokenPipeError):  # it has died; so says each of its doors
            words = json.dumps(orders | {"doors": kinds}).encode() + b"\n"
            socket.send_fds(self._control, [words], [end.fileno() for _, end in pairs.values()])
        for _, end in pairs.values():
            end.close()
        return {kind: ours for kind, (ours, _) in pairs.items()}

    def dismiss(self) -> None:
        """Let the process end."""
        self._control.close()

    def end(self, *, wait_s: float) -> None:
        """Let the process end, and see to it that it does."""
        self.dismiss()
        try:
            self._process.wait(timeout=wait_s)
        except subprocess.TimeoutExpired:
            end_descendants(self._process.pid)
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()


def orders_from(control: socket.socket) -> tuple[dict, dict[str, int]] | None:
    """In the base process: what is ordered, and the sockets by kind; None where the batch has gone without a word."""
    words, numbers = b"", []
    while not words.endswith(b"\n"):
        data, more, _, _ = socket.recv_fds(control, 1 << 16, 16)
        if not data:
            return None
        words, numbers = words + data, numbers + list(more)
    orders = json.loads(words)
    return orders, dict(zip(orders["doors"], numbers, strict=True))
