"""The work on one report, done in a process of its own: run, judge, turn into a page.

A worker reads ``job.json`` in its folder and leaves ``result.json`` there, with ``page.html`` where the report was done
and ``executed.ipynb`` where it was not. Nothing else is touched.
"""

from __future__ import annotations

import hashlib
import importlib
import json
import os
import sys
import traceback
from pathlib import Path

import nbformat

from innovlib.batch.engine import run_notebook
from innovlib.batch.fault import Fault
from innovlib.batch.job import BEGUN, EXECUTED, PAGE, RESULT, read_job
from innovlib.batch.processes import watch_parent


def make_report(folder: Path) -> None:
    """Make the report that ``job.json`` asks for and leave the result beside it."""
    job = read_job(folder)
    run = run_notebook(Path(job["template"]), parameters=job["parameters"], limits=job["limits"], begun=folder / BEGUN)
    fault, html, entry = run.fault, "", {}
    if fault is None:
        fault, html, entry = _page(run.notebook, job)
    if fault is not None:
        (folder / EXECUTED).write_text(nbformat.writes(run.notebook), encoding="utf-8")
        result = {"status": "failed", "fault": fault.to_dict()}
    else:
        data = html.encode("utf-8")
        (folder / PAGE).write_bytes(data)
        result = {"status": "done", "sha256": hashlib.sha256(data).hexdigest(), "bytes": len(data), "entry": entry}
    (folder / RESULT).write_text(json.dumps(result, ensure_ascii=False), encoding="utf-8")


def _page(notebook, job: dict) -> tuple[Fault | None, str, dict]:
    page = importlib.import_module(job["page"])
    try:
        html, entry = page.report_html(notebook), page.read_meta(notebook)["entry"]
    except Exception as error:  # noqa: BLE001 - a page that cannot be made fails this report, not the batch
        cause = f"the page could not be made: {type(error).__name__}: {error}"
        return Fault(cause, traceback=traceback.format_exc()), "", {}
    shown = [place for place in job["private"] if place in html]
    if shown:
        return Fault("the page would show a folder of this computer; the template must not print paths"), "", {}
    return None, html, entry


def limit_memory(megabytes: int) -> None:
    """Let this process and what it starts grow by so much and no more, where the system can see to that."""
    try:
        import resource

        # What may be written to; address space that is only set aside, as for threads, does not count.
        pages = int(Path("/proc/self/statm").read_text().split()[5])
        bound = pages * resource.getpagesize() + (megabytes << 20)
        resource.setrlimit(resource.RLIMIT_DATA, (bound, resource.getrlimit(resource.RLIMIT_DATA)[1]))
    except (ImportError, OSError, ValueError):
        return  # Windows and macOS have no such bound; there the system's own is all there is


def main() -> int:
    """Entry of a worker process; its arguments are the job's folder and the id of the batch's process."""
    folder, parent = Path(sys.argv[1]), int(sys.argv[2])
    limit_memory(read_job(folder)["limits"].memory_mb)
    if os.name == "posix":
        watch_parent(parent, with_descendants=True)
    make_report(folder)
    return 0
