"""Keys: what a report was made from, as one fingerprint. A report is up to date while its key stays the same."""

from __future__ import annotations

import json
import platform
from importlib import metadata
from pathlib import Path

import innovlib
from innovlib import paths
from innovlib.area.fingerprint import digest, folder_digest
from innovlib.area.store import Area
from innovlib.batch.plan import Plan, Report
from innovlib.report import proof_tests

#: Libraries whose release can change a number, a figure or a page.
LIBRARIES = (
    "numpy", "pandas", "scipy", "statsmodels", "matplotlib", "seaborn", "duckdb",
    "papermill", "nbclient", "nbformat", "mistune", "ipykernel", "ipython", "jinja2", "fontpkg-sarabun",
)  # fmt: skip


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


def report_keys(plan: Plan, *, made_with: dict, made_of: dict, shares: dict[str, dict] | None = None) -> dict[str, str]:
    """The key of every report of a plan, by file name.

    Every table counts for a cohort's, the area's and the meeting's pages. For a school's page its slice counts instead
    (:mod:`innovlib.release.slices`), so that one changed school leaves the other schools' pages as they are; where no
    slice is given, every table counts for it as well.

    Parameters
    ----------
    shares
        By report file, fingerprints of what was prepared for the whole batch and went into that report
        (:func:`innovlib.batch.prepare.prepare`).
    """
    whole = digest(_canonical({"kit": made_with, "area": made_of}))
    named = {name: value for name, value in made_of.items() if name != "tables"}
    sliced = digest(_canonical({"kit": made_with, "area": named}))
    return {
        r.file: _key(
            r,
            common=sliced if "slices" in (shares or {}).get(r.file, {}) else whole,
            template=plan.templates[r.kind].sha256,
            shares=(shares or {}).get(r.file, {}),
        )
        for r in plan.reports
    }


def proof_key(plan: Plan, *, made_with: dict) -> str:
    """The key of the pages of proof: the kit's source, its templates and its tests."""
    templates = {kind: template.sha256 for kind, template in plan.templates.items()}
    made_of = {"source": made_with["source_sha256"], "templates": templates, "tests": proof_tests.fingerprint()}
    return digest(_canonical(made_of))


def _key(report: Report, *, common: str, template: str, shares: dict) -> str:
    parameters = open_parameters(report)
    return digest(_canonical({"common": common, "template": template, "parameters": parameters, "shares": shares}))


def open_parameters(report: Report) -> dict:
    """A report's parameters as they may be shown: the area by its folder's name, never by its place on this machine."""
    return report.parameters | {"area": Path(report.parameters["area"]).name}


def _canonical(value: dict) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
