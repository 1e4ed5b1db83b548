"""The warm way: a process for each template prepares what all its reports share, then forks a child for each report.

A child cannot touch another: a crash, an exit, a leak, a changed global stay in it. Start-up, imports, sockets and
waiting, two thirds of an ordinary run, are paid once for each template.

:func:`main` imports what the templates import, takes its orders (:class:`innovlib.batch.base.Base` sends them), and
forks one process for each template; these talk with the batch through socket pairs, one line of JSON at a time::

    batch -> template   {"start": FOLDER} · {"kill": FOLDER}
    template -> batch   {"ended": FOLDER, "code": N} · {"unfit": WHY}
"""

from __future__ import annotations

import ast
import atexit
import contextlib
import gc
import importlib
import json
import os
import random
import select
import signal
import socket
import sys
import tempfile
import threading
import traceback
from collections.abc import Iterable
from pathlib import Path

import nbformat

from innovlib.area.store import Area
from innovlib.batch import shell
from innovlib.batch.base import orders_from
from innovlib.batch.job import SAID, read_job
from innovlib.batch.processes import watch_parent
from innovlib.batch.work import limit_memory, make_report
from innovlib.errors import InnovError


def main() -> int:
    """The base process: imports, then one fork for each template."""
    gc.disable()  # until the children are forked: what is imported and prepared stays, so looking for waste finds none
    control, page, folder = socket.socket(fileno=int(sys.argv[1])), sys.argv[2], sys.argv[3]
    if folder:
        _import({page, *_modules(sorted(Path(folder).glob("report-*.ipynb")))})
        _prepare(page)
    ordered = orders_from(control)
    if ordered is None:
        os._exit(0)  # the batch had nothing to make
    orders, doors = ordered
    _settle(orders)
    warm = shell.start()
    _import({orders["page"], *_modules(orders["templates"].values())})
    _prepare(orders["page"])
    control.close()
    for kind, number in doors.items():
        if os.fork() == 0:
            for other in set(doors.values()) - {number}:
                os.close(other)
            _Template(socket.socket(fileno=number), Path(orders["templates"][kind]), warm, orders).serve()
            os._exit(0)
    for number in doors.values():
        os.close(number)
    for _ in doors:
        os.wait()
    atexit._run_exitfuncs()
    os._exit(0)  # taking a large interpreter apart in order takes a second


def _settle(orders: dict) -> None:
    """Move into the batch's scratch folder: what is said, kept or left by chance goes there and nowhere else."""
    os.chdir(orders["scratch"])
    os.environ.update(orders["environment"])
    # Where the batch is killed meanwhile, the folder is gone, and nothing may be put anywhere else instead.
    tempfile.tempdir = orders["scratch"]
    said = os.open("warm.txt", os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    for stream in (1, 2):
        os.dup2(said, stream)
    os.close(said)


def _import(modules: set[str]) -> None:
    for module in sorted(filter(None, modules)):
        # What cannot be imported is said by the report that needs it, with its cell.
        with contextlib.suppress(Exception):
            importlib.import_module(module)


def _prepare(page: str) -> None:
    getattr(sys.modules.get(page), "prepare", lambda: None)()


def _modules(templates: Iterable[str | Path]) -> set[str]:
    """What the cells of templates import."""
    cells, found = [], set()
    for path in templates:
        with contextlib.suppress(Exception):  # a file that is no notebook is told of by the batch
            cells += nbformat.read(path, as_version=4).cells
    for cell in cells:
        with contextlib.suppress(SyntaxError):
            body = ast.parse(cell.source).body if cell.cell_type == "code" else []
            found |= {name.name for node in body if isinstance(node, ast.Import) for name in node.names}
            for node in (n for n in body if isinstance(n, ast.ImportFrom) and n.module and not n.level):
                found |= {node.module, *(f"{node.module}.{name.name}" for name in node.names)}
    return found


def _read_tables(names: dict) -> None:
    """Read the tables of the areas that the shared cells opened, so that no report need read one by itself.

    Pupils' rows are left to whoever asks for them: they are many, and pages are made from schools' results.
    """
    for area in [value for value in names.values() if isinstance(value, Area)]:
        for table in [name for name in area.present() if name != "pupils"]:
            with contextlib.suppress(InnovError):  # said by the report that needs it
                area.table(table)


class _Template:
    """A template's process: prepares once, then forks a child for each report it is told to start."""

    def __init__(self, door: socket.socket, template: Path, warm: shell.Warm, orders: dict) -> None:
        self.door, self.template, self.warm, self.orders = door, template, warm, orders
        self.children: dict[int, str] = {}

    def serve(self) -> None:
        """Prepare, then start and end reports until the batch closes its side."""
        notebook = nbformat.read(self.template, as_version=4)
        shell.prepare(self.warm, notebook, shared=self.orders["shared"])
        _read_tables(self.warm.shell.user_ns)
        if threads() > 1:
            self._say(unfit=f"{threads()} threads run after the shared cells; a fork would not carry them over")
            return
        gc.freeze()  # nothing that was there before the fork is looked through again, or its pages copied
        gc.enable()
        bell, ring = os.pipe()
        for end in (bell, ring):
            os.set_blocking(end, False)
        signal.set_wakeup_fd(ring)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        waiting = b""
        while True:
            ready, _, _ = select.select([self.door, bell], [], [])
            if bell in ready:
                os.read(bell, 4096)
                self._reap()
            if self.door in ready:
                data = self.door.recv(1 << 16)
                if not data:
                    break
                *lines, waiting = (waiting + data).split(b"\n")
                for line in lines:
                    self._obey(json.loads(line))
        for child in self.children:
            _end(child)
            os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)

    def _obey(self, order: dict) -> None:
        if "kill" in order:
            for child in [pid for pid, folder in self.children.items() if folder == order["kill"]]:
                _end(child)
                os.kill(child, signal.SIGKILL)  # it may not lead a group of its own yet
            return
        own, child = os.getpid(), os.fork()
        if child == 0:
            _child(own, Path(order["start"]), self.warm, self.door)
        self.children[child] = order["start"]

    def _reap(self) -> None:
        while self.children:
            child, status = os.waitpid(-1, os.WNOHANG)
            if child == 0:
                break
            _end(child)  # what it started must not outlive it
            folder = self.children.pop(child, None)
            if folder is not None:
                self._say(ended=folder, code=os.waitstatus_to_exitcode(status))

    def _say(self, **words) -> None:
        with contextlib.suppress(OSError):  # the batch has gone; the loop will see that
            self.door.sendall(json.dumps(words).encode() + b"\n")


def _end(group: int) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(group, signal.SIGKILL)


def threads() -> int:
    """Threads of this process, those of libraries included where the system tells."""
    tasks = Path("/proc/self/task")
    return len(list(tasks.iterdir())) if tasks.is_dir() else threading.active_count()


def _child(parent: int, folder: Path, warm: shell.Warm, door: socket.socket) -> None:
    """One report, in a process that is its own; never returns."""
    code = 1
    try:
        os.setsid()
        signal.set_wakeup_fd(-1)
        for number in (signal.SIGCHLD, signal.SIGTERM, signal.SIGINT):
            signal.signal(number, signal.SIG_DFL)
        door.close()
        temporary = folder / "tmp"
        temporary.mkdir()
        os.environ.update(TMPDIR=str(temporary), TEMP=str(temporary), TMP=str(temporary))
        tempfile.tempdir = str(temporary)
        os.chdir(temporary)
        random.seed()
        if "numpy" in sys.modules:
            sys.modules["numpy"].random.seed()
        for stream in warm.streams:
            stream.catch()
        watch_parent(parent)
        limit_memory(read_job(folder)["limits"].memory_mb)
        make_report(folder)
        code = 0
    except BaseException:  # noqa: BLE001 - a child must never come back into its template's loop
        (folder / SAID).write_text(traceback.format_exc(), encoding="utf-8")
    finally:
        os._exit(code)
