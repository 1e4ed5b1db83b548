"""Keys: what a report was made from, as one fingerprint. A report is up to date while its key stays the same."""

from __future__ import annotations

import hashlib
import json
import platform
from importlib import metadata
from pathlib import Path

import innovlib
from innovlib import paths
from innovlib.area.store import Area
from innovlib.batch.plan import Plan, Report

#: Libraries whose release can change a number, a figure or a page.
LIBRARIES = (
    "numpy", "pandas", "scipy", "statsmodels", "matplotlib", "seaborn", "duckdb",
    "papermill", "nbclient", "nbconvert", "nbformat", "ipykernel", "ipython", "jinja2", "fontpkg-sarabun",
)  # fmt: skip


def digest(data: bytes | str) -> str:
    """SHA-256 as hex."""
    return hashlib.sha256(data.encode("utf-8") if isinstance(data, str) else data).hexdigest()


def folder_digest(folder: Path) -> str:
    """SHA-256 over all files below a folder, by name and content; compiled and hidden files are left out."""
    whole = hashlib.sha256()
    for path in sorted(folder.rglob("*"), key=lambda p: p.relative_to(folder).as_posix()):
        inner = path.relative_to(folder)
        if path.is_file() and "__pycache__" not in inner.parts and not any(p.startswith(".") for p in inner.parts):
            whole.update(f"{inner.as_posix()}\0{digest(path.read_bytes())}\n".encode())
    return whole.hexdigest()


def kit() -> dict:
    """What the reports are made with: versions of the kit, of Python and of the libraries, and source fingerprints."""
    lock = paths.ROOT / "requirements.lock"
    return {
        "innovlib": innovlib.__version__,
        "source_sha256": folder_digest(Path(innovlib.__file__).parent),
        "reference_sha256": folder_digest(paths.REFERENCE) if paths.REFERENCE.is_dir() else "",
        "lock_sha256": digest(lock.read_bytes()) if lock.is_file() else "",
        "python": platform.python_version(),
        "libraries": {name: _version(name) for name in LIBRARIES},
    }


def _version(library: str) -> str:
    try:
        return metadata.version(library)
    except metadata.PackageNotFoundError:
        return ""


def described(area: Area) -> dict:
    """What the reports are made of: the area's name and, for each table, its file, rows and SHA-256."""
    return {
        "folder": area.folder.name,
        "title": area.name_en,
        "title_th": area.name_th,
        "synthetic": area.is_synthetic,
        "tables": area.provenance().to_dict(orient="records"),
    }


def report_keys(plan: Plan, *, made_with: dict, made_of: dict) -> dict[str, str]:
    """The key of every report of a plan, by file name.

    A school's report compares it with the schools of the area, so every table counts for every report.
    """
    common = digest(_canonical({"kit": made_with, "area": made_of}))
    return {r.file: _key(r, common=common, template=plan.templates[r.kind].sha256) for r in plan.reports}


def _key(report: Report, *, common: str, template: str) -> str:
    return digest(_canonical({"common": common, "template": template, "parameters": open_parameters(report)}))


def open_parameters(report: Report) -> dict:
    """A report's parameters as they may be shown: the area by its folder's name, never by its place on this machine."""
    return report.parameters | {"area": Path(report.parameters["area"]).name}


def _canonical(value: dict) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
