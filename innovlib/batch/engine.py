"""The engine: one notebook run through papermill, and an honest word on whether it was done.

papermill alone calls a notebook complete whose kernel was killed, and lets pupils' rows cross open TCP ports. Here a
kernel talks through sockets in a private folder (on Windows: encrypted), dies with all it started, and a notebook
counts as done only if nothing was raised, every code cell was executed and no output is an error.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import signal
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from nbclient.exceptions import DeadKernelError
from nbformat import NotebookNode
from papermill.clientwrap import PapermillNotebookClient
from papermill.engines import Engine, papermill_engines
from papermill.iorw import load_notebook_node
from papermill.parameterize import parameterize_notebook
from traitlets.config import Config

from innovlib.batch.fault import Fault, Limits

ENGINE = "innov"

_ANSI = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")
_ADDRESS = re.compile(r"\bat 0x[0-9a-fA-F]+")
_CELL_FILE = re.compile(r"[^\s'\"<>]{0,200}ipykernel_\d+[\\/]\d+\.py")


@dataclass(frozen=True)
class Run:
    """An executed notebook and what went wrong in it, if anything did."""

    notebook: NotebookNode
    fault: Fault | None


class LimitedClient(PapermillNotebookClient):
    """papermill's client, stopping a notebook whose outputs would fill the memory, and noting where it stands."""

    def __init__(self, nb_man, *, limits: Limits, begun: Path | None = None, **settings) -> None:
        super().__init__(nb_man, timeout=limits.cell_s, on_cell_start=self.note_cell, **settings)
        self.limit_mb, self.arrived = limits.output_mb, 0
        self.begun = None if begun is None else begun.open("wb", buffering=0)

    def note_cell(self, cell: NotebookNode, cell_index: int) -> None:
        """Leave word of the cell that is about to run, for those who must explain why a process is gone."""
        if self.begun is not None and cell.cell_type == "code" and cell.source.strip():
            self.begun.seek(0)
            self.begun.write(json.dumps({"cell": cell_index, "source": cell.source}).encode())
            self.begun.truncate()

    def process_message(self, msg, cell, cell_index):
        """Count what arrives before it is kept; past the limit the cell is stopped."""
        self.arrived += _size(msg["content"])
        if self.arrived <= self.limit_mb << 20:
            return super().process_message(msg, cell, cell_index)
        self.stop_cell(msg["msg_type"])
        return None

    def stop_cell(self, msg_type: str) -> None:
        """End the kernel: a cell that only prints need not listen to anything milder."""
        if self.km.has_kernel:
            self.km.provisioner.process.kill()

    def execute(self, **settings):
        """Execute the notebook; one that was stopped for its outputs says so."""
        try:
            return super().execute(**settings)
        except DeadKernelError as error:
            self.check_outputs(error)
            raise

    def check_outputs(self, cause: Exception | None = None) -> None:
        """Raise where the outputs have passed their limit."""
        if self.arrived > self.limit_mb << 20:
            raise TooMuchOutput(f"outputs are larger than {self.limit_mb} MB") from cause


class KernelClient(LimitedClient):
    """The client of an ordinary kernel, whose process group it remembers."""

    def __init__(self, nb_man, **settings) -> None:
        super().__init__(nb_man, on_notebook_start=self._note_group, **settings)
        self.group = None

    def _note_group(self, **_) -> None:
        self.group = getattr(self.km.provisioner, "pgid", None)

    def end_group(self) -> None:
        """End what the notebook started: it must not outlive it."""
        if self.group and hasattr(os, "killpg"):
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self.group, signal.SIGKILL)


class TooMuchOutput(Exception):
    """The cells printed more than a report may hold."""


def _size(content) -> int:
    if isinstance(content, dict):
        return sum(_size(value) for value in content.values())
    if isinstance(content, (list, tuple)):
        return sum(_size(value) for value in content)
    return len(content) if isinstance(content, (str, bytes)) else 0


class InnovEngine(Engine):
    """The papermill engine ``innov``: the warm shell of this process if it has one, else a private Jupyter kernel."""

    #: Makes a client that runs cells in this very process; set where a warm shell was started.
    here: ClassVar[Callable | None] = None

    @classmethod
    def execute_managed_notebook(cls, nb_man, kernel_name, *, limits=None, begun=None, **others):
        """Execute the notebook that papermill has prepared; papermill calls this.

        Parameters
        ----------
        limits
            :class:`Limits` of one report.
        begun
            A file that always names the cell at work.
        """
        settings = {name: others[name] for name in ("log_output", "stdout_file", "stderr_file") if name in others}
        settings |= {"limits": limits or Limits(), "begun": begun, "kernel_name": kernel_name}
        if cls.here is not None:
            cls.here(nb_man, **settings).execute()
            return
        with tempfile.TemporaryDirectory(prefix="innov-") as folder:
            client = KernelClient(
                nb_man,
                startup_timeout=others.get("start_timeout", 60),
                config=_private(Path(folder)),
                ipython_hist_file=":memory:",
                shutdown_kernel="immediate",
                **settings,
            )
            try:
                client.execute()
            finally:
                client.end_group()


#: A socket's path may have so many characters on every system that has sockets as files.
_SOCKET_PATH = 100


def _private(folder: Path) -> Config:
    config = Config()
    config.KernelManager.connection_file = str(folder / "k.json")
    if os.name == "posix" and len(str(folder / "k-ipc-5")) <= _SOCKET_PATH:
        # The sockets are files beside the connection file, in a folder that is this user's alone.
        config.KernelManager.transport = "ipc"
    else:
        config.KernelManager.transport_encryption = "required"
    return config


def run_notebook(path: Path, *, parameters: dict, limits: Limits | None = None, begun: Path | None = None) -> Run:
    """Run a template with parameters and judge the result.

    papermill's own ``execute_notebook`` is these steps and a last one, which writes the notebook out; here that is
    done by whoever wants the notebook kept.

    Parameters
    ----------
    path
        The template.
    parameters
        Values for its ``parameters`` cell.
    begun
        A file that always names the cell at work, for the case that this process is killed.

    Returns
    -------
    Run
        The notebook with everything removed that differs from run to run. Where it failed, as far as it came.
    """
    notebook, error = _parameterised(path, parameters), None
    settings = {"kernel_name": papermill_engines.nb_kernel_name(ENGINE, notebook), "progress_bar": False}
    try:
        papermill_engines.execute_notebook_with_engine(
            ENGINE, notebook, limits=limits or Limits(), begun=begun, **settings
        )
    except Exception as raised:  # noqa: BLE001 - whatever a report raises is its own fault, told in the result
        error = raised
    fault = find_fault(notebook, error)
    return Run(settled(notebook), fault)


def blank_notebook(path: Path, *, parameters: dict) -> NotebookNode:
    """A template with its parameters put in and nothing run."""
    return settled(_parameterised(path, parameters))


def _parameterised(path: Path, parameters: dict) -> NotebookNode:
    return parameterize_notebook(load_notebook_node(str(path)), parameters, engine_name=ENGINE)


def find_fault(notebook: NotebookNode, error: Exception | None = None) -> Fault | None:
    """What keeps an executed notebook from being done; None where nothing does."""
    code = [(i, c) for i, c in enumerate(notebook.cells) if c.cell_type == "code" and c.source.strip()]
    if error is not None:
        # A dead kernel or a limit: the notebook itself says nothing of it, so the cell is the last that was begun.
        begun = [(i, c.source) for i, c in code if c.metadata.get("papermill", {}).get("start_time")]
        i, source = begun[-1] if begun else (None, "")
        return Fault(_ANSI.sub("", f"{type(error).__name__}: {error}".strip()), i, source)
    for i, cell in code:
        for output in cell.outputs:
            if output.output_type == "error":
                trace = _ANSI.sub("", "\n".join(output.traceback))
                return Fault(f"{output.ename}: {output.evalue}", i, cell.source, trace)
        if cell.execution_count is None:
            return Fault("the cell was never executed", i, cell.source)
        if cell.metadata.get("papermill", {}).get("exception"):
            return Fault("the cell failed without saying why", i, cell.source)
    return None


# --- same input, same bytes ---------------------------------------------------------------------------------------


def settled(notebook: NotebookNode) -> NotebookNode:
    """The notebook without what differs from run to run: times, random ids, memory addresses, how a stream was cut.

    The notebook itself is changed and handed back.
    """
    parameters = notebook.metadata.get("papermill", {}).get("parameters", {})
    notebook.metadata["papermill"] = {"parameters": parameters}
    for i, cell in enumerate(notebook.cells):
        for volatile in ("papermill", "execution"):
            cell.metadata.pop(volatile, None)
        if "injected-parameters" in cell.metadata.get("tags", ()):
            cell["id"] = f"injected-{i}"
        if cell.cell_type == "code":
            cell.outputs = [_steady(output) for output in _joined(cell.outputs)]
    return notebook


def _joined(outputs: list[NotebookNode]) -> list[NotebookNode]:
    """Each stream of a cell as one output where it first spoke: a kernel cuts streams by the clock."""
    out, streams = [], {}
    for output in outputs:
        if output.output_type != "stream":
            out.append(output)
        elif output.name in streams:
            streams[output.name].text += output.text
        else:
            streams[output.name] = output
            out.append(output)
    for stream in streams.values():
        if "\r" in stream.text:
            stream.text = "\n".join(_overwritten(line) for line in stream.text.split("\n"))
    # Which of the two came first is chance as well, so stdout leads where nothing stands between them.
    for i in range(len(out) - 1):
        if [o.get("name") for o in out[i : i + 2]] == ["stderr", "stdout"]:
            out[i], out[i + 1] = out[i + 1], out[i]
    return out


def _overwritten(line: str) -> str:
    # What a carriage return has sent the next words over; one at the very end belongs to the line's ending.
    return line[:-1].rpartition("\r")[2] + line[-1:]


def _steady(output: NotebookNode) -> NotebookNode:
    if output.output_type == "stream":
        output.text = _steady_text(output.text)
    elif output.output_type == "error":
        output.evalue = _steady_text(output.evalue)
        output.traceback = [_steady_text(line) for line in output.traceback]
    elif isinstance(output.data.get("text/plain"), str):
        output.data["text/plain"] = _steady_text(output.data["text/plain"])
    return output


def _steady_text(text: str) -> str:
    # Where an object lies in memory, and under which name a kernel keeps a cell's source, is chance.
    text = _CELL_FILE.sub("cell.py", text) if "ipykernel_" in text else text
    return _ADDRESS.sub("at 0x…", text)
