"""How a batch is struck: by signal at a moment, or from inside in the act of writing."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable
from pathlib import Path


def after_ms(milliseconds: float) -> None:
    """Let so much time go by."""
    time.sleep(milliseconds / 1000)


def at_signal(pid: int, number: int) -> bool:
    """Send a signal to a process; False where it was gone already."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
        os.kill(pid, number)
    except (ProcessLookupError, FileNotFoundError):
        return False
    return state != "Z"


def family(batch: int) -> dict[str, list[int]]:
    """The processes of a batch by what they are: base, template, child; kernel for what papermill starts."""
    parents: dict[int, list[int]] = {}
    for place in Path("/proc").glob("[0-9]*"):
        try:
            parents.setdefault(int((place / "stat").read_text().rpartition(")")[2].split()[1]), []).append(
                int(place.name)
            )
        except OSError:
            continue
    first = [pid for pid in parents.get(batch, []) if "innov-janitor" not in command(pid)]
    bases = [pid for pid in first if "batch.warm" in command(pid)]
    templates = [pid for base in bases for pid in parents.get(base, [])]
    children = [pid for template in templates for pid in parents.get(template, [])]
    kernels = [pid for pid in first if "ipykernel" in command(pid)]
    return {"base": bases, "template": templates, "child": children, "kernel": kernels}


def command(pid: int) -> str:
    """The command line of a process; "" where it is gone."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_text(errors="replace")
    except OSError:
        return ""


def at_write(number: int, part: float) -> Callable[[], None]:
    """Something to call in the batch: its ``number``-th write, flush or move will be its last act.

    A write is cut after ``part`` of its bytes, the others are struck before they are done or just after.
    """

    def arm() -> None:
        left = [number]
        whole = {name: getattr(os, name) for name in ("fsync", "replace", "rename", "chmod", "unlink", "mkdir")}

        def struck(name: str):
            def call(*words, **more):
                left[0] -= 1
                if left[0] == 0 and part < 0.5:
                    os.kill(os.getpid(), signal.SIGKILL)
                result = whole[name](*words, **more)
                if left[0] == 0:
                    os.kill(os.getpid(), signal.SIGKILL)
                return result

            return call

        for name in whole:
            setattr(os, name, struck(name))
        _arm_writes(left, part)

    return arm


def _arm_writes(left: list[int], part: float) -> None:
    """Let a temporary file's ``write`` be cut in the middle."""
    import tempfile

    named = tempfile.NamedTemporaryFile

    def opened(*words, **more):
        file = named(*words, **more)
        write = file.file.write

        def cut(data):
            left[0] -= 1
            if left[0] == 0:
                write(data[: int(part * len(data))])
                file.file.flush()
                os.kill(os.getpid(), signal.SIGKILL)
            return write(data)

        file.write = cut
        return file

    tempfile.NamedTemporaryFile = opened
