"""What the one who releases has at hand: the area behind a folder of reports, its ledger, and what must not get out."""

from __future__ import annotations

import json
from pathlib import Path

from innovlib import paths
from innovlib.area.store import open_area
from innovlib.errors import BadInput, NotAnArea, Unreadable, Words
from innovlib.release import leaks, ledger
from innovlib.release.leaks import Secrets

MANIFEST = "manifest.json"


def area_named(folder: Path) -> str:
    """Name of the area's folder as the reports' manifest gives it; "" without one.

    Raises
    ------
    Unreadable
        There is a manifest, but it is none.
    """
    path = folder / MANIFEST
    if not path.is_file():
        return ""
    try:
        return str(json.loads(path.read_text(encoding="utf-8")).get("area", {}).get("folder", ""))
    except (OSError, ValueError, AttributeError) as error:
        raise Unreadable(Words("อ่านไม่ได้", "cannot be read"), where=MANIFEST) from error


def area_folder(folder: Path, *, given: str | Path | None = None) -> Path | None:
    """The area's own folder: as given, or where areas are kept under the name in the manifest; None if it is elsewhere.

    Raises
    ------
    NotAnArea
        The folder given holds no area.
    BadInput
        The folder given is another area than that of the reports.
    """
    name = area_named(folder)
    if given is not None:
        found = open_area(given).folder
        if name and found.name != name:
            raise BadInput(
                Words(f"รายงานเป็นของพื้นที่ {name} ไม่ใช่ {found.name}", f"the reports are of area {name}, not {found.name}"),
                where="--area",
                expected=Words(name, name),
            )
        return found
    for place in (paths.DATA / "areas" / name, paths.DATA / name):
        try:
            if name and place.name == name:
                return open_area(place).folder
        except NotAnArea:
            continue
    return None


def ledger_file(folder: Path, *, area: Path | None, given: str | Path | None = None) -> Path:
    """Where the release ledger is: as given, in the area's folder, or beside the reports where the area is elsewhere.

    The reports read it from the area's folder, to keep figures that were handed out before (D8).
    """
    if given is not None:
        return Path(given)
    return (folder.resolve().parent if area is None else area) / ledger.LEDGER_FILE


def matching_ledger(path: Path, *, area: str, must_exist: bool) -> ledger.Ledger:
    """The ledger of that file, if it is this area's.

    Raises
    ------
    Unreadable
        There is none and there must be, its seals are broken, or it tells of other areas only.
    """
    if must_exist and not path.is_file():
        raise Unreadable(
            Words("ไม่พบทะเบียนการเผยแพร่", "there is no such release ledger"),
            where=path.name,
            todo=Words("ตรวจชื่อไฟล์ หรือไม่ต้องใช้ --ledger", "check the name, or leave --ledger out"),
        )
    book = ledger.read(path)
    areas = sorted({entry["area"] for entry in book.releases})
    if areas and area not in areas:
        raise Unreadable(
            Words(f"ทะเบียนนี้เป็นของพื้นที่ {', '.join(areas)}", f"this ledger is of area {', '.join(areas)}"),
            where=path.name,
            expected=Words(area or "พื้นที่ของรายงาน", area or "the area of the reports"),
        )
    return book


def secrets_of(folder: Path, *, area: Path | None, names: Path | None = None) -> Secrets:
    """What must stand in no file of the release: this computer's names and places, the area's pupil keys, names given.

    Parameters
    ----------
    names
        A text file with one name of a person a line, such as the office's list of pupils; it is read and not kept.
    """
    keys: list[str] = []
    places = [folder] if area is None else [folder, area]
    if area is not None:
        keys = open_area(area).table("pupils")["pupil_key"].dropna().astype("str").unique().tolist()
    return leaks.of_this_computer(names=_names(names), keys=keys, folders=places)


def _names(path: Path | None) -> list[str]:
    if path is None:
        return []
    try:
        return Path(path).read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise Unreadable(
            Words("อ่านรายชื่อไม่ได้", "the list of names cannot be read"),
            where=Path(path).name,
            expected=Words("ไฟล์ข้อความ UTF-8 บรรทัดละหนึ่งชื่อ", "a UTF-8 text file with one name a line"),
        ) from error
