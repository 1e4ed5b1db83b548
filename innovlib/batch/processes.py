"""Processes that must not outlive those that they work for."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import threading
import time


def watch_parent(parent: int, *, with_descendants: bool = False) -> None:
    """End this process, and all it started, soon after the process that started it is gone.

    Parameters
    ----------
    parent
        That process's id, from itself: it may be gone before this one can ask.
    with_descendants
        End those as well that have made groups of their own, as a kernel does.
    """

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(0.5)
        if with_descendants:
            end_descendants()
        os.killpg(0, signal.SIGKILL)

    threading.Thread(target=watch, daemon=True).start()


def end_descendants(pid: int | None = None) -> None:
    """Kill all that descend from a process (this one, if none is named), whatever groups they have made."""
    import psutil

    with contextlib.suppress(psutil.NoSuchProcess):
        for member in psutil.Process(pid).children(recursive=True):
            with contextlib.suppress(psutil.NoSuchProcess):
                member.kill()


def end_tree(process: subprocess.Popen) -> None:
    """Kill a process that leads a group of its own, its group, and all that descend from it."""
    end_descendants(process.pid)
    if hasattr(os, "killpg"):
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
    process.kill()
