"""A job: the folder in which one report is made, from the order to what the worker left."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path

from innovlib.batch.fault import Fault, Limits

JOB, BEGUN, RESULT, PAGE, EXECUTED = "job.json", "begun.json", "result.json", "page.html", "executed.ipynb"
#: What a worker process itself says, for the case that it says nothing else.
SAID = "said.txt"


def write_job(folder: Path, *, template: Path, parameters: dict, limits: Limits, page: str, private: list[str]) -> None:
    """Make the folder and write the order into it.

    Parameters
    ----------
    page
        Module that turns the notebook into a page.
    private
        Texts that no page may show: places on this machine.
    """
    order = {
        "template": str(template),
        "parameters": parameters,
        "limits": asdict(limits),
        "page": page,
        "private": private,
    }
    write_order(folder, order)


def write_order(folder: Path, order: dict) -> None:
    """Make the folder and write a ready order into it."""
    folder.mkdir()
    (folder / JOB).write_text(json.dumps(order, ensure_ascii=False), encoding="utf-8")


def read_order(folder: Path) -> dict:
    """The order as plain values."""
    return json.loads((folder / JOB).read_text(encoding="utf-8"))


def read_job(folder: Path) -> dict:
    """The order, with its limits as :class:`Limits`."""
    order = read_order(folder)
    return order | {"limits": Limits(**order["limits"])}


def read_result(folder: Path, code: int, *, late: bool) -> dict:
    """What the worker left; where it did not come to its end, what is known of why.

    Parameters
    ----------
    code
        How the worker's process ended; negative where a signal ended it.
    late
        True where it was ended because it took too long.
    """
    try:
        result = json.loads((folder / RESULT).read_text(encoding="utf-8"))
        if code == 0 and result["status"] in ("done", "failed"):
            return result
    except (OSError, ValueError, KeyError):
        pass  # said below
    limit = read_job(folder)["limits"].report_s
    cause = f"stopped after {limit:g} s, the limit of one report" if late else f"its process ended with code {code}"
    fault = Fault(cause, **_stood(folder), traceback=_said(folder))
    return {"status": "failed", "fault": fault.to_dict()}


def _stood(folder: Path) -> dict:
    try:
        return json.loads((folder / BEGUN).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}


def _said(folder: Path) -> str:
    try:
        return (folder / SAID).read_text(encoding="utf-8", errors="replace")[-4000:]
    except OSError:
        return ""


def failed_notebook(folder: Path) -> bytes:
    """The notebook as far as it came; where its process took it along, the template with the report's parameters."""
    try:
        return (folder / EXECUTED).read_bytes()
    except OSError:
        import nbformat  # these two here: papermill takes longer to import than a batch takes to plan

        from innovlib.batch.engine import blank_notebook

        job = read_job(folder)
        return nbformat.writes(blank_notebook(Path(job["template"]), parameters=job["parameters"])).encode("utf-8")
