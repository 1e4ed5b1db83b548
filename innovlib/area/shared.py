"""Results that several pages need, computed once and kept in the area's own folder by what they were made from.

A result is kept under a fingerprint of the area's tables, of the code that makes numbers and of the libraries it uses:
when any of these changes, nothing kept is found and the result is made anew. So nobody ever has to clear anything, and
no page can show a number of yesterday's data. Kept results name schools and are as private as the area itself: they
never enter version control, and ``innov forget`` deletes them.
"""

from __future__ import annotations

import functools
import inspect
import platform
import time
import warnings
from collections.abc import Callable
from importlib import metadata
from pathlib import Path

import pandas as pd

import innovlib
from innovlib import paths
from innovlib.area import frames
from innovlib.area.fingerprint import digest, folder_digest
from innovlib.area.store import Area, write_whole
from innovlib.errors import CannotWrite, Words

#: Folder inside the area's folder.
FOLDER = ".shared"

#: What makes numbers: these parts of the kit and these libraries. Pages and words may change without a new result.
ROOMS = ("errors.py", "paths.py", "terms.py", "area", "measures", "effects")
LIBRARIES = ("numpy", "pandas", "scipy", "statsmodels", "duckdb")

#: Half-written files of a killed process are swept when they are older than this many seconds.
_ABANDONED_S = 3600


def shared(
    area: Area,
    name: str,
    make: Callable[[Area], dict[str, pd.DataFrame]],
    *,
    key: str = "",
    force: bool = False,
) -> dict[str, pd.DataFrame]:
    """A result of an area: read where it is kept, made by ``make(area)`` and kept where it is not.

    Parameters
    ----------
    area
        Whose result it is, and where it is kept.
    name
        What the result is called; letters, digits, ``-`` and ``_``.
    make
        Makes the result from the area: named frames of plain scalars (see :mod:`innovlib.area.frames`).
    key
        Whatever else ``make`` depends on (a cohort, a profile, a question), as text. The module that ``make`` stands in
        counts by itself; values it closes over do not, and belong in ``key``.
    force
        Make it anew even where it is kept.

    Returns
    -------
    dict
        The frames, the same bit for bit whether read or made.

    Warns
    -----
    UserWarning
        The area's folder does not take files: the result is right, but will be made anew each time.

    Notes
    -----
    Two processes that need the same result at once may both make it; either leaves it whole. Errors of ``make`` pass
    through, and nothing is kept then.
    """
    if not name.replace("-", "").replace("_", "").isalnum():
        raise ValueError(f"{name!r} is no name for a file")
    made_from = digest(f"{_made_from(area)}\0{_module_of(make)}")[:16]
    path = area.folder / FOLDER / f"{name}-{digest(key)[:8]}-{made_from}.json"
    held = None if force else _read(path)
    if held is not None:
        return held
    text = frames.as_text(make(area))
    _keep(path, text)
    # What is returned has been through the same text as what is read later, so the two cannot differ.
    return frames.from_text(text)


def kept(folder: Path) -> list[str]:
    """Files in which results of an area are kept, named as its folder sees them."""
    return sorted(p.relative_to(folder).as_posix() for p in (folder / FOLDER).rglob("*") if p.is_file())


def _made_from(area: Area) -> str:
    """What results of this area are made from, as text."""
    tables = ",".join(f"{table}={area.digest(table)}" for table in area.present())
    return f"{_kit()}\0{area.name_th}\0{area.name_en}\0{area.is_synthetic}\0{tables}"


@functools.cache
def _kit() -> str:
    package = Path(innovlib.__file__).parent
    places = [package / room for room in ROOMS] + [paths.REFERENCE]
    code = [folder_digest(p) if p.is_dir() else digest(p.read_bytes()) for p in places if p.exists()]
    used = [f"{library}={_version(library)}" for library in LIBRARIES]
    return "\0".join([innovlib.__version__, platform.python_version(), *code, *used])


def _version(library: str) -> str:
    try:
        return metadata.version(library)
    except metadata.PackageNotFoundError:
        return ""


def _module_of(make: Callable) -> str:
    """Fingerprint of the file a maker stands in; "" where it stands in none, as in a notebook."""
    try:
        return digest(Path(inspect.getfile(inspect.unwrap(make))).read_bytes())
    except (TypeError, OSError):
        return ""


def _read(path: Path) -> dict[str, pd.DataFrame] | None:
    """A kept result; None where there is none or it is not what was written."""
    try:
        seal, _, text = path.read_text(encoding="utf-8").partition("\n")
    except (OSError, UnicodeDecodeError):
        return None
    return frames.from_text(text) if seal == digest(text) else None


def _keep(path: Path, text: str) -> None:
    try:
        if not (path.parent / ".gitignore").is_file():
            write_whole(path.parent / ".gitignore", "*\n")
        write_whole(path, f"{digest(text)}\n{text}")
        _sweep(path)
    except CannotWrite as error:
        _say_once(error.words.en)


@functools.cache  # pandas changes the filters of warnings on its way, after which Python forgets what it has said
def _say_once(reason: str) -> None:
    said = Words(
        "เก็บผลที่คำนวณแล้วไว้ในโฟลเดอร์ของพื้นที่ไม่ได้ ผลถูกต้อง แต่จะต้องคำนวณใหม่ทุกครั้ง",
        "results cannot be kept in the area's folder: they are right, but are made anew each time",
    )
    warnings.warn(f"{said.th}\n{said.en}\n{reason}", stacklevel=4)


def _sweep(path: Path) -> None:
    """Remove this result as it was made from other tables or other code, and what killed processes left."""
    stem = path.name.rpartition("-")[0]
    stale = [other for other in path.parent.glob(f"{stem}-*.json") if other != path]
    old = time.time() - _ABANDONED_S
    for other in [*stale, *path.parent.glob(".*.tmp")]:
        try:
            if other in stale or other.stat().st_mtime < old:
                other.unlink()
        except OSError:
            continue  # another process has just removed it, or is reading it (Windows)
