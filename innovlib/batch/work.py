"""The work on one report, done in a process of its own: run, judge, turn into a page.

``python -m innovlib.batch.work FOLDER`` reads ``job.json`` in the folder and leaves ``result.json`` there, with
``page.html`` where the report was done and ``executed.ipynb`` where it was not. Nothing else is touched.
"""

from __future__ import annotations

import hashlib
import importlib
import json
import os
import sys
import threading
import time
import traceback
from pathlib import Path

import nbformat

from innovlib.batch.engine import Fault, Limits, run_notebook

JOB, RESULT, PAGE, EXECUTED = "job.json", "result.json", "page.html", "executed.ipynb"


def make_report(folder: Path) -> dict:
    """Make the report that ``job.json`` asks for; returns what ``result.json`` says."""
    job = json.loads((folder / JOB).read_text(encoding="utf-8"))
    run = run_notebook(Path(job["template"]), parameters=job["parameters"], limits=Limits(**job["limits"]))
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
    return result


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


def _watch(parent: int) -> None:
    """End this process, and the kernel with it, soon after the batch that started it is gone."""
    while os.getppid() == parent:
        time.sleep(0.5)
    os._exit(1)


def main() -> int:
    """Entry of a worker process."""
    if os.name == "posix":
        threading.Thread(target=_watch, args=(os.getppid(),), daemon=True).start()
    make_report(Path(sys.argv[1]))
    return 0


if __name__ == "__main__":
    sys.exit(main())
