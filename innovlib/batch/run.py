"""The run: a plan turned into pages by several workers, come what may."""

from __future__ import annotations

import contextlib
import importlib
import shutil
import signal
import threading
import time
from collections import deque
from pathlib import Path

from tqdm import tqdm

from innovlib import paths
from innovlib.area.codebook import codebook
from innovlib.area.store import open_area
from innovlib.batch import keys, manifest
from innovlib.batch.fault import Fault, Limits
from innovlib.batch.folder import OutFolder
from innovlib.batch.job import PAGE, failed_notebook, read_result, write_job
from innovlib.batch.journal import Journal, now
from innovlib.batch.outcome import Outcome, failure_text
from innovlib.batch.plan import SHARED_PARAMETERS, Plan, Report, make_plan
from innovlib.batch.pool import open_pool
from innovlib.batch.prepare import prepare
from innovlib.batch.scratch import scratch_folder, sweep
from innovlib.errors import BadInput, Words
from innovlib.report import proof_tests
from innovlib.report.disclosure import PROFILES
from innovlib.report.proof_pages import FOLDER as PROOF_FOLDER
from innovlib.report.proof_pages import INDEX as PROOF_INDEX


def render(
    area_folder: str | Path,
    kind: str = "all",
    *,
    out: str | Path | None = None,
    only: list[str] | None = None,
    workers: int = 1,
    profile: str = "public",
    lang: str = "both",
    digits: str = "arabic",
    force: bool = False,
    all_schools: bool = False,
    templates: Path = paths.NOTEBOOKS,
    limits: Limits | None = None,
    engine: str = "auto",
    scheduler: str | None = None,
    page: str = "innovlib.report.page",
    progress: bool = False,
) -> Outcome:
    """Make the reports of an area that are missing or out of date.

    Everything that can be refused is refused before anything is written or run. After that one report that fails
    touches no other: it is set apart in ``_failed/`` with its cell and cause.

    Parameters
    ----------
    kind
        ``school``, ``cohort``, ``area`` or ``all``.
    out
        Output folder; by default ``reports/`` and the area's folder name (and the profile, if not public).
    only
        Ids of schools or numbers of cohorts to make; None for all.
    workers
        Reports made at a time.
    force
        Make reports that are up to date as well.
    all_schools
        A report for schools that are no pilots as well.
    digits
        arabic or thai: in Thai text, tables and figures.
    engine
        ``warm`` forks each report from a prepared process, ``kernel`` gives each an ordinary Jupyter kernel; the pages
        are the same. ``auto`` is ``warm`` where the system can fork.
    scheduler
        Address of a dask.distributed scheduler whose workers make the reports instead (``workers`` then counts for
        nothing); the pages are the same.
    page
        Module whose ``report_html(notebook)``, ``read_meta(notebook)`` and ``index_html(entries, ...)`` make pages. If
        it has a ``prepare()``, that is called once before the reports are forked, to fill caches they all need; if it
        has a ``proof_pages(templates)``, what that returns is written to ``proof/`` once for the release.

    Raises
    ------
    BadInput
        The area, the templates, an id, the profile or the output folder are not what they should be.
    """
    if workers < 1:
        raise BadInput(
            Words(f"--workers {workers}", f"--workers {workers}"),
            expected=Words("จำนวนเต็มตั้งแต่ 1", "a whole number from 1"),
        )
    area = open_area(area_folder)
    plan = make_plan(
        area, profile=profile, lang=lang, templates=Path(templates), all_schools=all_schools, digits=digits
    )
    chosen = plan.select(kind, only=only)
    folder = OutFolder(paths.reports_of(plan.area.folder, out=out, profile=profile))
    batch = Batch(plan, folder, page=page, limits=limits or Limits(), engine=engine, scheduler=scheduler)
    batch.refuse_mixing()
    with folder.held():
        return batch.run(chosen, workers=workers, force=force, progress=progress)


class Batch:
    """One run of a plan into a folder that is held for it."""

    def __init__(
        self, plan: Plan, folder: OutFolder, *, page: str, limits: Limits, engine: str, scheduler: str | None = None
    ) -> None:
        self.plan, self.folder, self.limits, self.engine, self.scheduler = plan, folder, limits, engine, scheduler
        self.page = importlib.import_module(page)
        self.journal = Journal.open(folder.path)
        self.made_with, self.made_of = keys.kit(), keys.described(plan.area)
        self.keys = keys.report_keys(plan, made_with=self.made_with, made_of=self.made_of, shares=prepare(plan))
        self.before = manifest.read(folder.path)
        self.notes: list[Words] = list(plan.notes)
        self.failed: dict[str, Fault] = {}
        self.rendered: list[str] = []
        self.proof: dict | None = None

    def refuse_mixing(self) -> None:
        """Refuse a folder that holds another area's reports, or reports for other readers."""
        place, profile = str(self.folder.path), self.plan.profile
        others = self.folder.other_profiles(profile)
        todo = Words("เลือกโฟลเดอร์อื่นด้วย --out", "choose another folder with --out")
        if others:
            raise BadInput(
                Words(
                    f"โฟลเดอร์นี้มีรายงานสำหรับผู้อ่านกลุ่มอื่น ({others[0]}) ห้ามปนกับ {profile}",
                    f"this folder holds reports for other readers ({others[0]}), which must not mix with {profile}",
                ),
                where=place,
                todo=todo,
            )
        area = self.before.get("area", {}).get("folder", self.made_of["folder"])
        if area != self.made_of["folder"]:
            raise BadInput(
                Words(f"โฟลเดอร์นี้มีรายงานของพื้นที่ {area}", f"this folder holds the reports of area {area}"),
                where=place,
                todo=todo,
            )

    def run(self, chosen: list[Report], *, workers: int, force: bool, progress: bool) -> Outcome:
        """Make what is missing or out of date among the chosen reports, then the index and the manifest."""
        states = self._states()
        todo = [r for r in chosen if force or states[r.file]["status"] != "done"]
        sweep(self.journal)
        with _stop_requests() as stop, scratch_folder() as scratch, contextlib.ExitStack() as ending:
            self.journal.add(status="begun", start=now(), scratch=str(scratch), reports=len(todo))
            bar = tqdm(total=len(todo), desc="innov render", unit="report", disable=not progress)
            with bar:
                self._work(todo, scratch=scratch, workers=workers, stop=stop, bar=bar, ending=ending)
            interrupted = bool(stop)
            self._finish()
        return Outcome(
            self.folder.path,
            tuple(self.rendered),
            tuple(r.name for r in chosen if r not in todo),
            self.failed,
            tuple(name for name in self.folder.pages() if name not in self.plan.by_file),
            tuple(self.notes),
            interrupted,
            tuple(t["table"] for t in self.made_of["tables"] if self.plan.area.digest(t["table"]) != t["sha256"]),
        )

    def _states(self) -> dict[str, dict]:
        known = manifest.known_states(self.before, self.journal)
        return {
            file: manifest.judged(known.get(file, {}), key=self.keys[file], sha256=self.folder.sha256(file))
            for file in self.plan.by_file
        }

    def _work(
        self, todo: list[Report], *, scratch: Path, workers: int, stop: list, bar: tqdm, ending: contextlib.ExitStack
    ) -> None:
        if not todo:
            return
        templates = self._copy_templates(scratch)
        pool = self._open_pool(scratch, templates={r.kind: templates[r.kind] for r in todo}, first=todo[0])
        ending.callback(pool.wait)  # while its processes go, the index is written
        orders = {"limits": self.limits, "page": self.page.__name__, "private": self._private(scratch)}
        waiting, running, over = deque(enumerate(todo)), {}, []
        try:
            while (waiting or running or over) and not stop:
                while waiting and len(running) < pool.at_a_time(workers):
                    number, report = waiting.popleft()
                    job = scratch / str(number)
                    write_job(job, template=templates[report.kind], parameters=report.parameters, **orders)
                    pool.start(job, kind=report.kind)
                    running[job] = (report, now(), time.monotonic())
                self._add_companions()  # while the workers prepare
                self._take_in(over, bar=bar)  # while the next are being made
                ended = pool.ended(wait_s=0.2 if running else 0.0)
                over = [(job, code, *running.pop(job), time.monotonic()) for job, code in ended.items()]
                for job, (_, _, begun) in running.items():
                    if time.monotonic() - begun > self.limits.report_s:
                        pool.kill(job)
            self._take_in(over, bar=bar)
        finally:
            pool.close()
            self.notes += pool.notes

    def _take_in(self, over: list[tuple], *, bar: tqdm) -> None:
        """Take in the reports that are over: job, exit code, report, the hour it began, when it began and ended."""
        for job, code, report, start, begun, ended in over:
            self._take(job, code, report, start, seconds=ended - begun)
            shutil.rmtree(job, ignore_errors=True)
            bar.update()
        over.clear()

    def _open_pool(self, scratch: Path, *, templates: dict[str, Path], first: Report):
        shared = {name: value for name, value in first.parameters.items() if name in SHARED_PARAMETERS}
        settings = {"engine": self.engine, "shared": shared, "page": self.page.__name__}
        if self.scheduler is None:
            return open_pool(scratch, templates=templates, **settings)
        from innovlib.batch.cluster import ClusterPool

        texts = {kind: self.plan.templates[kind].text for kind in templates}
        area = {name: self.plan.area.digest(name) for name in self.plan.area.present()}
        return ClusterPool(
            self.scheduler, batch=scratch.name, templates=texts, kit=self.made_with, area=area, **settings
        )

    def _private(self, scratch: Path) -> list[str]:
        """Places on this machine that no page may show; short ones could stand in a page by chance."""
        places = (self.plan.area.folder, paths.ROOT, Path.home(), scratch)
        return [str(place) for place in places if len(str(place)) >= 8]

    def _copy_templates(self, scratch: Path) -> dict[str, Path]:
        # The plan's own copy is run, so that a template that is edited meanwhile cannot make two kinds of page.
        copies = {kind: scratch / template.name for kind, template in self.plan.templates.items()}
        for kind, path in copies.items():
            path.write_text(self.plan.templates[kind].text, encoding="utf-8")
        return copies

    def _take(self, job: Path, code: int, report: Report, start: str, *, seconds: float) -> None:
        """Take in what a worker left: a page to publish, or a failure to set apart."""
        key = self.keys[report.file]
        row = {"report": report.name, "file": report.file, "start": start, "seconds": round(seconds, 3)}
        result = read_result(job, code, late=seconds > self.limits.report_s)
        if result["status"] == "done":
            self.folder.publish(report.file, (job / PAGE).read_bytes())
            self.folder.absolve(report.name)
            self.rendered.append(report.name)
            good = {name: result[name] for name in ("sha256", "bytes", "entry")}
            self.journal.add(status="done", end=now(), key=key, **good, **row)
            return
        fault = Fault(**result["fault"])
        self.failed[report.name] = fault
        self.folder.quarantine(report.name, words=failure_text(report.name, fault), notebook=failed_notebook(job))
        self.journal.add(status="failed", end=now(), failed_key=key, cause=fault.cause, cell=fault.cell, **row)

    def _finish(self) -> None:
        """Write the index and the manifest anew from what stands in the folder."""
        self._add_companions()
        states, area = self._states(), self.made_of
        entries = [
            {"kind": r.kind, "id": r.id, "file": r.file} | states[r.file]["entry"]
            for r in self.plan.reports
            if states[r.file]["status"] == "done"
        ]
        html = self.page.index_html(
            entries,
            title=Words(area["title_th"], area["title"]),
            subtitle=PROFILES[self.plan.profile].words,
            synthetic=area["synthetic"],
            lang=self.plan.lang,
            **({"proof": f"{PROOF_FOLDER}/{PROOF_INDEX}"} if self.proof else {}),
        )
        self.folder.publish(manifest.INDEX_FILE, html)
        text = manifest.as_text(
            manifest.compose(
                self.plan,
                made_with=self.made_with,
                made_of=area,
                states=states,
                index_sha256=keys.digest(html),
                proof=self.proof,
            )
        )
        self.folder.publish(manifest.MANIFEST_FILE, text)

    def _add_companions(self) -> None:
        """Write, once in a run, what goes with the reports and hangs on none: the pages of proof and the codebook."""
        if self.proof is None:
            self.proof = self._prove()
            self.folder.publish(manifest.CODEBOOK_FILE, codebook(self.plan.area))

    def _prove(self) -> dict:
        """The pages that reports' links to their proof lead to, made once for the release and where they changed."""
        if not hasattr(self.page, "proof_pages"):
            return {}
        there = self.before.get("proof", {})
        made_of = keys.proof_key(self.plan, made_with=self.made_with)
        if made_of == there.get("key") and all(
            self.folder.sha256(row["file"]) == row["sha256"] for row in there["files"]
        ):
            return there
        pages = self.page.proof_pages({kind: template.text for kind, template in self.plan.templates.items()})
        for name, html in pages.items():
            self.folder.publish(f"{PROOF_FOLDER}/{name}", html)
        files = [{"file": f"{PROOF_FOLDER}/{name}", "sha256": keys.digest(html)} for name, html in pages.items()]
        return {"key": made_of, "tests_sha256": proof_tests.fingerprint(), "files": files}


@contextlib.contextmanager
def _stop_requests():
    """A list that fills when the batch is asked to stop (Ctrl-C, SIGTERM), so that it stops between two steps."""
    asked: list[int] = []
    # Python hands signals to the main thread only; elsewhere the caller decides when to stop.
    in_main = threading.current_thread() is threading.main_thread()
    signals = [signal.SIGINT, signal.SIGTERM] if in_main else []
    before = {s: signal.signal(s, lambda number, _: asked.append(number)) for s in signals}
    try:
        yield asked
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
