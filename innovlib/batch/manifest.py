"""The manifest: what stands in an output folder and what it was made from. The same input gives the same bytes."""

from __future__ import annotations

import json
from pathlib import Path

from innovlib.batch.journal import Journal
from innovlib.batch.keys import open_parameters
from innovlib.batch.plan import Plan
from innovlib.errors import Unreadable, Words

MANIFEST_FILE = "manifest.json"
INDEX_FILE = "index.html"
CODEBOOK_FILE = "codebook.md"
#: What is kept of a good file, and the key under which the last try failed.
_GOOD = ("key", "sha256", "bytes", "entry", "pdf", "card")
_STATE = (*_GOOD, "failed_key")


def read(folder: Path) -> dict:
    """The manifest of a folder; empty where there is none.

    Raises
    ------
    Unreadable
        The file is there but is no manifest.
    """
    path = folder / MANIFEST_FILE
    if not path.is_file():
        return {}
    try:
        manifest = json.loads(path.read_text(encoding="utf-8"))
        return {"reports": [], "profile": "public", "area": {}} | manifest
    except (OSError, ValueError, TypeError) as error:
        raise Unreadable(
            Words("อ่านไม่ได้", "cannot be read"),
            where=MANIFEST_FILE,
            todo=Words("ลบไฟล์นี้ แล้วสั่งใหม่", "delete this file and run again"),
        ) from error


def known_states(manifest: dict, journal: Journal) -> dict[str, dict]:
    """What is known of each report file: the manifest's word, or the journal's where a batch was cut short after it."""
    states = {row["file"]: _picked(row, _STATE) for row in manifest.get("reports", [])}
    for row in journal.rows():
        if row.get("status") == "done":
            states[row["file"]] = _picked(row, _GOOD)
        elif row.get("status") == "failed":
            states[row["file"]] = states.get(row["file"], {}) | _picked(row, ("failed_key",))
        elif row.get("status") == "printed":
            printed = _picked(row, ("file", "sha256", "bytes", "of_sha256", "details"))
            states[row["page"]] = states.get(row["page"], {}) | {row["what"]: printed}
    return states


def _picked(row: dict, names: tuple[str, ...]) -> dict:
    return {name: row[name] for name in names if name in row}


def judged(known: dict, *, key: str, sha256: str) -> dict:
    """The state of one report: ``done``, ``failed``, ``outdated`` (a good file of older input) or ``missing``.

    Parameters
    ----------
    known
        What is known of the report.
    key
        The key it should have now.
    sha256
        Fingerprint of the file that stands in the folder; "" where there is none.
    """
    good = _picked(known, _GOOD) if sha256 and known.get("sha256") == sha256 else {}
    for kind in ("pdf", "card"):
        if good.get(kind, {}).get("of_sha256") != sha256:
            good.pop(kind, None)  # printed from an older page
    if good and good["key"] == key:
        return {"status": "done"} | good
    if known.get("failed_key") == key:
        return {"status": "failed", "failed_key": key} | good
    return {"status": "outdated" if good else "missing"} | good


def compose(
    plan: Plan, *, made_with: dict, made_of: dict, states: dict[str, dict], index_sha256: str, proof: dict | None = None
) -> dict:
    """The manifest of a folder. It holds no time, no machine and no place on one: those stand in the journal.

    ``proof`` tells of the pages of proof: what they were made from, and the fingerprint of each file.
    """
    told = {"proof": proof} if proof else {}
    return told | {
        "area": made_of,
        "profile": plan.profile,
        "lang": plan.lang,
        "kit": made_with,
        "templates": {kind: {"file": t.name, "sha256": t.sha256} for kind, t in sorted(plan.templates.items())},
        "reports": [
            {"kind": r.kind, "id": r.id, "file": r.file, "parameters": open_parameters(r)} | states[r.file]
            for r in plan.reports
        ],
        "index": {"file": INDEX_FILE, "sha256": index_sha256},
    }


def as_text(manifest: dict) -> str:
    """The manifest as a file's text."""
    return json.dumps(manifest, ensure_ascii=False, indent=1, sort_keys=True) + "\n"
