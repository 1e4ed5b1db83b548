"""Where things are. Imports nothing of ours.

The kit is used from a checkout: notebooks, example data and reports are folders beside the package. Relative paths are
looked up first where the caller stands, then in the checkout, because JupyterLab and nbval start a notebook in its own
folder and papermill starts it in the caller's.
"""

from __future__ import annotations

from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
NOTEBOOKS = ROOT / "notebooks"
DATA = ROOT / "data"
EXAMPLE = DATA / "example"
REFERENCE = DATA / "reference"
REPORTS = ROOT / "reports"


def find(path: str | Path) -> Path:
    """An existing path: as given, or under the checkout.

    Returns the absolute path; a path that is at neither place comes back as the caller meant it, so that the error
    that follows names what was asked for.

    Examples
    --------
    >>> find("data/example") == EXAMPLE
    True
    """
    asked = Path(path).expanduser()
    if asked.is_absolute() or asked.exists():
        return asked.resolve()
    under_root = ROOT / asked
    return under_root.resolve() if under_root.exists() else asked.resolve()


def reports_of(area_folder: str | Path, *, out: str | Path | None, profile: str) -> Path:
    """Where an area's reports go: ``out``, or by default a folder of ``reports/`` that bears the area's name.

    Examples
    --------
    >>> reports_of("data/example", out=None, profile="partner") == REPORTS / "example-partner"
    True
    """
    if out is not None:
        return Path(out).expanduser().absolute()
    name = find(area_folder).name
    return REPORTS / (name if profile == "public" else f"{name}-{profile}")
