"""What a worker of a cluster does: one pool for each of its threads and batches, and a report at a time in it."""

from __future__ import annotations

import atexit
import contextlib
import shutil
import tempfile
import threading
import time
from functools import lru_cache
from pathlib import Path

from innovlib.area.store import open_area
from innovlib.batch import keys
from innovlib.batch.job import BEGUN, EXECUTED, PAGE, RESULT, SAID, read_job, write_order
from innovlib.batch.pool import open_pool
from innovlib.errors import BadInput, InnovError, Words

#: Pools of this process by batch and thread.
_STATIONS: dict[tuple[str, int], Station] = {}
_LOCK = threading.Lock()


class Station:
    """A pool and the scratch folder it works in."""

    def __init__(self, task: dict) -> None:
        self.scratch = Path(tempfile.mkdtemp(prefix="innov-station-", dir=_own_folder()))
        self.number = 0
        self.templates = {kind: self.scratch / f"report-{kind}.ipynb" for kind in task["templates"]}
        for kind, path in self.templates.items():
            path.write_text(task["templates"][kind], encoding="utf-8")
        self.pool = open_pool(
            self.scratch,
            engine=task["engine"],
            templates=self.templates,
            shared=task["shared"],
            page=task["page"],
        )

    def make(self, order: dict, *, kind: str) -> tuple[Path, int]:
        """Make one report; its folder and the exit code of its process."""
        self.number += 1
        folder = self.scratch / str(self.number)
        private = [*order["private"], str(self.scratch)]
        write_order(folder, order | {"template": str(self.templates[kind]), "private": private})
        limit, begun, over = read_job(folder)["limits"].report_s, time.monotonic(), {}
        self.pool.start(folder, kind=kind)
        while not over:
            over = self.pool.ended(wait_s=0.2)
            if not over and time.monotonic() - begun > limit:
                self.pool.kill(folder)
        return folder, over[folder]

    def close(self) -> None:
        """End the pool and leave nothing behind."""
        self.pool.close()
        self.pool.wait()
        shutil.rmtree(self.scratch, ignore_errors=True)


def _own_folder() -> str | None:
    """The worker's own scratch folder; the system's where this process is no worker."""
    try:
        from distributed import get_worker

        return get_worker().local_directory
    except (ImportError, ValueError):
        return None


def make(order: dict, *, kind: str, task: dict) -> dict:
    """Make one report here: what it left as bytes by file name, its exit code, the seconds it took.

    Raises
    ------
    BadInput
        This worker has another kit, or sees other data, than the batch.
    """
    begun = time.monotonic()
    refuse_other_kit(_name(), kit_here(), task["kit"])
    _refuse_other_area(order["parameters"]["area"], tuple(sorted(task["area"].items())))
    station = _station(task)
    folder, code = station.make(order, kind=kind)
    try:
        names = (RESULT, PAGE, EXECUTED, SAID, BEGUN)
        files = {name: (folder / name).read_bytes() for name in names if (folder / name).is_file()}
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    notes = [tuple(note) for note in station.pool.notes]
    return {"files": files, "code": code, "busy_s": time.monotonic() - begun, "notes": notes}


def _station(task: dict) -> Station:
    place = task["batch"], threading.get_ident()
    with _LOCK:
        if not _STATIONS:
            atexit.register(close)
        found = _STATIONS.get(place)
    if found is None:
        close(task["batch"], others=True)  # a batch that was killed could not clear up after itself
        found = Station(task)
        with _LOCK:
            _STATIONS[place] = found
    return found


def close(batch: str | None = None, *, others: bool = False) -> None:
    """End the pools of a batch (of all, if none is named; with ``others``, of all but this one)."""
    with _LOCK:
        places = [p for p in _STATIONS if batch is None or (p[0] != batch if others else p[0] == batch)]
        stations = [_STATIONS.pop(place) for place in places]
    for station in stations:
        with contextlib.suppress(OSError):
            station.close()


# --- the same kit, the same data ----------------------------------------------------------------------------------


@lru_cache(maxsize=1)
def kit_here() -> dict:
    """The kit of this process, as keys count it (:func:`innovlib.batch.keys.kit`)."""
    return keys.kit()


def refuse_other_kit(worker: str, theirs, ours: dict) -> None:
    """Refuse a worker whose reports could differ from ours.

    Raises
    ------
    BadInput
        Naming the worker and what differs.
    """
    if not isinstance(theirs, dict):
        raise BadInput(
            Words(f"เครื่องทำงานใช้ innovlib ไม่ได้: {theirs!r}", f"the worker cannot use innovlib: {theirs!r}"),
            where=str(worker),
            todo=Words("ติดตั้งชุดเครื่องมือรุ่นเดียวกันที่เครื่องนั้น", "install the same kit there"),
        )
    flat, own = _flat(theirs), _flat(ours)
    other = sorted(name for name in own if flat.get(name) != own[name])
    if other:
        named = ", ".join(f"{name} {str(flat.get(name))[:12]}" for name in other[:4])
        wanted = ", ".join(f"{name} {own[name][:12]}" for name in other[:4])
        raise BadInput(
            Words(f"เครื่องทำงานมีชุดเครื่องมือคนละรุ่น ({named})", f"the worker has another kit ({named})"),
            where=str(worker),
            expected=Words(wanted, wanted),
            todo=Words("ติดตั้งรุ่นเดียวกันทุกเครื่อง แล้วสั่งซ้ำ", "install the same kit on all machines and run again"),
        )


def _flat(kit: dict) -> dict[str, str]:
    libraries = kit.get("libraries", {})
    return {k: str(v) for k, v in kit.items() if k != "libraries"} | {k: str(v) for k, v in libraries.items()}


@lru_cache(maxsize=8)
def _refuse_other_area(folder: str, tables: tuple) -> None:
    """The area's folder must be there with the same tables."""
    todo = Words(
        "ให้ทุกเครื่องเห็นโฟลเดอร์พื้นที่เดียวกันที่ตำแหน่งเดียวกัน",
        "share the area's folder with all workers, at one and the same place",
    )
    try:
        here = open_area(folder)
    except InnovError as error:
        raise BadInput(error.words, where=_name(), todo=todo) from error
    other = [name for name, digest in tables if here.digest(name) != digest]
    if other or set(here.present()) != {name for name, _ in tables}:
        raise BadInput(
            Words("ข้อมูลของพื้นที่ที่เครื่องทำงานไม่เหมือนกัน", "the worker sees other data of the area"),
            where=f"{_name()} {', '.join(other)}".strip(),
            todo=todo,
        )


def _name() -> str:
    try:
        from distributed import get_worker

        return get_worker().address
    except (ImportError, ValueError):
        return "worker"


def leave_word(folder: Path, words: str) -> None:
    """Say in a job's folder why nothing else is in it."""
    (folder / SAID).write_text(words, encoding="utf-8")
