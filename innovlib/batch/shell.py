"""A warm shell: the very shell of a Jupyter kernel, without the kernel, so that cells can be run in a forked child.

Displays, streams and errors are made by ipykernel's own classes and read by nbclient's own code; only the sockets
between the two are left out. A notebook run here has the outputs that it has in an ordinary kernel.
"""

from __future__ import annotations

import ast
import builtins
import contextlib
import io
import json
import os
import re
import signal
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial

from ipykernel.compiler import XCachingCompiler
from ipykernel.ipkernel import IPythonKernel
from ipykernel.zmqshell import ZMQInteractiveShell
from IPython.core.error import StdinNotImplementedError
from jupyter_client.session import Session
from nbclient.exceptions import CellExecutionError, CellTimeoutError
from nbformat import NotebookNode
from traitlets import Any
from traitlets.config import Config

from innovlib.batch.engine import InnovEngine, LimitedClient

#: Text that waits in a stream is sent on at this size, so that a cell that prints without end meets its limit.
_CHUNK = 1 << 20


class Wire(Session):
    """In the place of a kernel's sockets: a message goes straight to whoever listens, as it would look on arrival."""

    listener = Any()

    def msg(self, msg_type, content=None, parent=None, header=None, metadata=None):
        """A message with what nbclient reads of it."""
        return {"header": {"msg_type": msg_type}, "msg_type": msg_type, "parent_header": {}, "content": content or {}}

    def send(self, stream, msg_or_type, content=None, parent=None, ident=None, **_):
        """Deliver a message; its content is packed and unpacked as on a wire, so that nothing is shared."""
        message = self.msg(msg_or_type, content) if isinstance(msg_or_type, str) else msg_or_type
        if self.listener is not None:
            self.listener(message | {"content": self.unpack(self.pack(message["content"]))})


class Stream(io.TextIOBase):
    """``sys.stdout`` or ``sys.stderr`` of the shell, with what other code writes to the descriptor itself."""

    encoding, errors = "UTF-8", "strict"

    def __init__(self, name: str, wire: Wire, descriptor: int) -> None:
        super().__init__()
        self.name, self._wire, self._descriptor = name, wire, descriptor
        self._original = os.dup(descriptor)
        self._waiting: list[str] = []
        self._size = 0
        self._file = None

    def catch(self) -> None:
        """Catch what is written to the descriptor from now on; called in each child anew."""
        self._file, self._read = tempfile.TemporaryFile(), 0  # noqa: SIM115 - open as long as the process lives
        os.dup2(self._file.fileno(), self._descriptor)

    def fileno(self) -> int:
        """The descriptor as it was before: what a subprocess is given does not come into the notebook."""
        return self._original

    def writable(self) -> bool:
        """It may be written to."""
        return True

    def write(self, text: str) -> int:
        """Take text; it is sent when the stream is flushed."""
        if not isinstance(text, str):
            raise TypeError(f"write() argument must be str, not {type(text)}")
        self._drain()
        self._keep(text)
        return len(text)

    def flush(self) -> None:
        """Send what waits."""
        self._drain()
        self._send()

    def _keep(self, text: str) -> None:
        self._waiting.append(text)
        self._size += len(text)
        if self._size > _CHUNK:
            self._send()

    def _drain(self) -> None:
        while self._file is not None and (data := os.pread(self._file.fileno(), _CHUNK, self._read)):
            self._read += len(data)
            self._keep(data.decode("utf-8", errors="replace"))

    def _send(self) -> None:
        text, self._waiting, self._size = "".join(self._waiting), [], 0
        if text:
            self._wire.send(None, "stream", {"name": self.name, "text": text})


@dataclass
class Warm:
    """A shell that may have run the common head of a template.

    Attributes
    ----------
    done
        Messages and value of the cells already run, by the cell's place among the template's code cells.
    """

    shell: ZMQInteractiveShell
    wire: Wire
    streams: tuple[Stream, Stream]
    done: dict[int, tuple[list[dict], object]] = field(default_factory=dict)

    def run(self, source: str, listen: Callable[[dict], None]) -> dict:
        """Run one cell; ``listen`` gets its messages. Returns what a kernel would reply, and the cell's value."""
        self.wire.listener = listen
        try:
            result = self.shell.run_cell(source, store_history=True)
        finally:
            for stream in self.streams:
                with contextlib.suppress(KeyboardInterrupt):  # the limit of outputs was met just before the end
                    stream.flush()
            self.wire.listener = None
        error = result.error_before_exec or result.error_in_exec
        if error is None and not self.shell._last_traceback_during_displayhook:
            return {"status": "ok", "value": result.result}
        trace = self.shell._last_traceback or []
        return {"status": "error", "ename": type(error).__name__, "evalue": str(error), "traceback": trace}

    def replay(self, source: str, place: int) -> list[dict]:
        """Count a cell that was run in the common head as if it were run now; returns its messages."""
        messages, value = self.done[place]
        shell, count = self.shell, self.shell.execution_count
        shell.history_manager.store_inputs(count, shell.transform_cell(source), source)
        if any(message["msg_type"] == "execute_result" for message in messages):
            shell.displayhook.update_user_ns(value)
        shell.execution_count += 1
        return [
            m | {"content": m["content"] | {"execution_count": count}} if "execution_count" in m["content"] else m
            for m in messages
        ]

    def forget(self) -> None:
        """Take back all counting and history; names and modules stay."""
        history, names = self.shell.history_manager, self.shell.user_ns
        self.shell.execution_count = 1
        history.input_hist_parsed[:] = history.input_hist_raw[:] = [""]
        for name in [n for n in names if re.fullmatch(r"_{1,3}|_\d+|_i\d+", n)]:
            del names[name]
        names["Out"].clear()
        # The shell knows by these whether the notebook has put the names to a use of its own.
        display = self.shell.displayhook
        display._ = display.__ = display.___ = ""
        history._i00 = history._i = history._ii = history._iii = ""


def start() -> Warm:
    """Make this process's shell and take over its streams; the engine runs notebooks in it from now on."""
    config = Config()
    config.HistoryManager.enabled = False  # history runs a thread, and threads do not survive a fork
    wire = Wire()
    shell = ZMQInteractiveShell.instance(config=config, compiler_class=XCachingCompiler)
    for part in (shell.displayhook, shell.display_pub):
        part.session, part.pub_socket = wire, None
    shell.displayhook.topic = b"execute_result"
    # `%matplotlib inline` asks for no window, and there are none. (A subclass would have another name, and libraries
    # know a notebook by the name of its shell's class.)
    shell.enable_gui = lambda gui=None: None
    streams = Stream("stdout", wire, 1), Stream("stderr", wire, 2)
    sys.stdout, sys.stderr = streams
    builtins.input = _no_input
    warm = Warm(shell, wire, streams)
    InnovEngine.here = partial(ShellClient, warm=warm)
    return warm


def _no_input(prompt=""):
    raise StdinNotImplementedError("raw_input was called, but this frontend does not support input requests.")


# --- the common head ----------------------------------------------------------------------------------------------


def prepare(warm: Warm, notebook: NotebookNode, *, shared: dict) -> None:
    """Run the head of a template that is the same for all its reports.

    That is: from the top, cells that only import, and cells tagged ``shared`` that use no parameter but those in
    ``shared``. The first cell that is neither ends it, so the order of execution is that of an ordinary run. A cell
    that fails is forgotten; each report will run it again and fail on it by itself.
    """
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    heads = [cell for cell in code if "parameters" in cell.metadata.get("tags", ())]
    varying = {name for cell in heads for name in _names(cell.source, ast.Store)} - set(shared)
    for cell in heads:
        warm.run(cell.source, lambda _: None)
    warm.shell.user_ns.update(shared)
    for place, cell in enumerate(code):
        if cell in heads or not cell.source.strip():
            continue
        said: list[dict] = []
        if not _is_common(cell, varying):
            break
        reply = warm.run(cell.source, said.append)
        if reply["status"] != "ok":
            break
        warm.done[place] = said, reply["value"]
    warm.forget()


def _is_common(cell: NotebookNode, varying: set[str]) -> bool:
    try:
        body = ast.parse(cell.source).body
    except SyntaxError:  # a magic may do anything
        return False
    imports_only = all(isinstance(statement, ast.Import | ast.ImportFrom) for statement in body)
    return imports_only or ("shared" in cell.metadata.get("tags", ()) and not _names(cell.source, ast.Load) & varying)


def _names(source: str, context: type[ast.expr_context]) -> set[str]:
    try:
        tree = ast.parse(source)
    except SyntaxError:
        return set()
    return {node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and isinstance(node.ctx, context)}


# --- running the rest ---------------------------------------------------------------------------------------------


class ShellClient(LimitedClient):
    """papermill's client with a warm shell where there would be a kernel."""

    def __init__(self, nb_man, *, warm: Warm, **settings) -> None:
        super().__init__(nb_man, **settings)
        self.warm = warm

    def execute(self, **_) -> NotebookNode:
        """Execute the notebook that papermill has prepared."""
        self.reset_execution_trackers()
        code = [c for c in self.nb.cells if c.cell_type == "code"]
        own = [c for c in code if "injected-parameters" not in c.metadata.get("tags", ())]
        self._places = {id(cell): place for place, cell in enumerate(own)}
        self.papermill_execute_cells()
        self.nb.metadata["language_info"] = json.loads(json.dumps(IPythonKernel.language_info))
        self.set_widgets_metadata()
        return self.nb

    def execute_cell(self, cell: NotebookNode, cell_index: int, **_) -> NotebookNode:
        """Execute one cell, or take over its outputs where the template's process has run it already."""
        if cell.cell_type != "code" or not cell.source.strip():
            return cell
        if self.skip_cells_with_tag in cell.metadata.get("tags", ()):
            return cell
        self.note_cell(cell, cell_index)
        cell.outputs, self.clear_before_next_output = [], False
        cell.execution_count = self.warm.shell.execution_count
        place = self._places.get(id(cell))
        if place in self.warm.done:
            for message in self.warm.replay(cell.source, place):
                self.process_message(message, cell, cell_index)
            return cell
        with _time_limit(self.timeout) as late:
            reply = self.warm.run(cell.source, lambda message: self.process_message(message, cell, cell_index))
        self.check_outputs()
        if late:
            raise CellTimeoutError.error_from_timeout_and_cell("Cell execution timed out", self.timeout, cell)
        if reply["status"] == "error":
            raise CellExecutionError.from_cell_and_msg(cell, reply)
        return cell

    def stop_cell(self, msg_type: str) -> None:
        """Interrupt the cell whenever it sends more; the error that says so is not kept either."""
        if msg_type != "error":
            raise KeyboardInterrupt


@contextlib.contextmanager
def _time_limit(seconds: float | None):
    """Interrupt a cell that takes too long, again and again until it gives up; tells so by a filled list."""
    late: list[bool] = []

    def interrupt(*_):
        late.append(True)
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGALRM, interrupt)
    signal.setitimer(signal.ITIMER_REAL, seconds or 0, 1)
    try:
        yield late
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
