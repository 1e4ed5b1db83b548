"""More than one machine: the batch's reports made by the workers of a dask.distributed scheduler.

A task is one report: the worker gets the order and the template's text, makes the report in a warm pool of its own, in
its own scratch folder, and hands the page back. Only the batch writes into the output folder, so nothing but the area's
folder need be shared, and that it is the same is checked. A task whose worker dies is given to another by the
scheduler; a page is taken in once.
"""

from __future__ import annotations

import contextlib
import threading
import time
from pathlib import Path

from innovlib.batch import station
from innovlib.batch.job import read_order
from innovlib.errors import BadInput, InnovError, UnknownName, Words

#: Seconds to wait for a scheduler to answer, and for a worker to be there.
PATIENCE_S = 10.0
#: Seconds without any worker after which the batch gives up.
ALONE_S = 60.0


class ClusterPool:
    """A pool (see :mod:`innovlib.batch.pool`) whose workers are those of a scheduler.

    Parameters
    ----------
    address
        Of the scheduler, as ``tcp://10.0.0.1:8786``.
    task
        What is the same for all reports: ``engine``, ``templates`` (texts by kind), ``shared``, ``page``, and ``kit``
        and ``area`` as the keys have them, which every worker must share.

    Raises
    ------
    BadInput
        There is no scheduler at the address, no worker, or a worker has another kit or other data.
    """

    def __init__(self, address: str, **task) -> None:
        self.notes: list[Words] = []
        self._task = task
        self._client = _connect(address)
        self._futures: dict[Path, tuple] = {}
        self._killed: list[Path] = []
        self._busy_s, self._made, self._begun, self._seen = 0.0, 0, time.monotonic(), time.monotonic()
        self._changed = threading.Event()
        try:
            self._check_workers(address)
        except BaseException:
            self._client.close()
            raise

    def at_a_time(self, workers: int) -> int:
        """As many reports as the workers have threads, and one waiting at each worker."""
        return max(1, sum(self._threads().values()) + len(self._threads()))

    def _threads(self) -> dict[str, int]:
        known = self._client.scheduler_info(n_workers=-1)["workers"]
        return {name: worker["nthreads"] for name, worker in known.items()}

    def _check_workers(self, address: str) -> None:
        end = time.monotonic() + PATIENCE_S
        while not self._threads() and time.monotonic() < end:
            time.sleep(0.1)
        if not self._threads():
            raise BadInput(
                Words("ตัวจัดคิวไม่มีเครื่องทำงานเลย", "the scheduler has no worker"),
                where=address,
                todo=Words(f"สั่ง dask worker {address}", f"start one with: dask worker {address}"),
            )
        for worker, answer in self._client.run(station.kit_here, on_error="return").items():
            station.refuse_other_kit(worker, answer, self._task["kit"])

    def start(self, folder: Path, *, kind: str) -> None:
        """Begin the report whose job stands in ``folder``."""
        future = self._client.submit(station.make, read_order(folder), kind=kind, task=self._task, pure=False)
        future.add_done_callback(lambda _: self._changed.set())
        self._futures[folder] = future

    def ended(self, *, wait_s: float) -> dict[Path, int]:
        """Reports that ended within ``wait_s`` seconds, with their exit codes; negative ones are signals."""
        over = dict.fromkeys(self._killed, -9)
        self._killed = []
        if not over and not any(future.done() for future in self._futures.values()):
            self._changed.wait(wait_s)
        self._changed.clear()
        for folder in [folder for folder, future in self._futures.items() if future.done()]:
            over[folder] = self._take(folder, self._futures.pop(folder))
        self._check_company()
        return over

    def _take(self, folder: Path, future) -> int:
        """Put what a worker handed back into the job's folder, as if it had been made there."""
        error = future.exception()
        if isinstance(error, InnovError):
            raise error
        if error is not None:
            station.leave_word(folder, f"{type(error).__name__}: {error}")
            return 1
        left = future.result()
        for name, data in left["files"].items():
            (folder / name).write_bytes(data)
        self._busy_s, self._made = self._busy_s + left["busy_s"], self._made + 1
        self.notes += [Words(*note) for note in left["notes"] if Words(*note) not in self.notes]
        return left["code"]

    def _check_company(self) -> None:
        if self._threads() or not self._futures:
            self._seen = time.monotonic()
        elif time.monotonic() - self._seen > ALONE_S:
            raise BadInput(
                Words("เครื่องทำงานหายไปหมด", "all workers are gone"),
                where=self._client.scheduler.address,
                todo=Words("เปิด dask worker ใหม่ แล้วสั่งซ้ำ", "start a dask worker and run again; what is done is kept"),
            )

    def kill(self, folder: Path) -> None:
        """Give one report up; its worker stops it by the same limit."""
        if folder in self._futures:
            self._futures.pop(folder).cancel()
            self._killed.append(folder)

    def close(self) -> None:
        """Take back what still waits, let the workers clear up, and tell what the cluster cost."""
        threads, elapsed = sum(self._threads().values()), time.monotonic() - self._begun
        for future in self._futures.values():
            future.cancel()
        if self._made:
            lost = max(0.0, elapsed * threads - self._busy_s) / self._made
            own = self._busy_s / self._made
            self.notes.append(
                Words(
                    f"ทำ {self._made} ฉบับบน {threads} เธรด ฉบับละ {own:.2f} วินาที รวมส่งและรออีก {lost:.2f} วินาที",
                    f"{self._made} reports on {threads} threads: {own:.2f} s a report, and {lost:.2f} s of start, "
                    "transport and waiting a report",
                )
            )
        with contextlib.suppress(Exception):  # a scheduler that is gone has nothing to clear up
            self._client.run(station.close, self._task["batch"], on_error="ignore")
        self._client.close()

    def wait(self) -> None:
        """Nothing to wait for: the workers stay."""


def _connect(address: str):
    try:
        from distributed import Client
    except ImportError as error:
        raise UnknownName(
            Words("ยังไม่ได้ติดตั้ง dask.distributed", "dask.distributed is not installed"),
            where="--scheduler",
            todo=Words('pip install "innovlib[cluster]"', 'pip install "innovlib[cluster]"'),
        ) from error
    try:
        return Client(address, timeout=f"{PATIENCE_S:g}s", name="innov")
    except (OSError, ValueError, TimeoutError) as error:
        raise BadInput(
            Words(f"ติดต่อตัวจัดคิวไม่ได้: {error}", f"the scheduler does not answer: {error}"),
            where=f"--scheduler {address}",
            expected=Words("เช่น tcp://10.0.0.1:8786", "an address such as tcp://10.0.0.1:8786"),
            todo=Words(
                "สั่ง dask scheduler ที่เครื่องนั้น และตรวจไฟร์วอลล์", "start dask scheduler there and check the firewall"
            ),
        ) from error
