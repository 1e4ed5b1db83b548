"""``innov render``: the reports of an area."""

from __future__ import annotations

import argparse
import atexit
import contextlib
import gc
import os
import sys
from pathlib import Path

from innovlib import paths
from innovlib.cli.words import command, print_json
from innovlib.errors import Words

KINDS = ("school", "cohort", "area", "meeting", "all")


def add(commands) -> None:
    """The command's own words."""
    word = command(commands, "render", run, "ทำรายงาน · make the reports").add_argument
    word("kind", choices=KINDS, help="ชนิดรายงาน · which reports")
    word("--area", required=True, metavar="AREA", help="โฟลเดอร์ของพื้นที่ · the area's folder")
    word("--out", metavar="DIR", help="โฟลเดอร์ผลลัพธ์ · output folder (reports/AREA)")
    word("--only", nargs="+", metavar="ID", help="เฉพาะโรงเรียนหรือรุ่น · only these schools or cohorts")
    word("--all-schools", action="store_true", help="รวมโรงเรียนที่ไม่ใช่นำร่อง · schools that are no pilots as well")
    word("--workers", type=int, default=min(4, cores()), metavar="N", help="จำนวนที่ทำพร้อมกัน · reports at a time")
    word("--profile", default="public", help="ผู้อ่าน · who will read: public, partner, school")
    word("--lang", default="both", help="th, en, both")
    word("--digits", default="arabic", help="arabic, thai: เลขไทยในข้อความไทย · Thai digits in Thai text")
    word("--force", action="store_true", help="ทำใหม่ทั้งหมด · make those that are up to date as well")
    word("--verify", action="store_true", help="ทำใหม่ที่อื่นแล้วเทียบทุกไบต์ · make them anew elsewhere and compare bytes")
    word("--pdf", nargs="?", const="pages", choices=("pages", "full"),
         help="พิมพ์ PDF ด้วยเบราว์เซอร์ในเครื่อง (full = รวมส่วนที่พับไว้) · print to PDF with an installed browser")  # fmt: skip
    word("--cards", action="store_true", help="บัตรโรงเรียนหน้าเดียว · one-page school cards (extra: innovlib[cards])")
    word("--templates", type=Path, default=paths.NOTEBOOKS, metavar="DIR", help="แม่แบบ · folder of report-*.ipynb")
    word("--engine", default="auto", help="auto, warm, kernel: ผลเหมือนกัน · warm is faster, the pages are the same")
    word("--scheduler", metavar="ADDRESS", help="ทำบนหลายเครื่อง · on the workers of a dask scheduler (tcp://…)")
    word("--limit", type=float, metavar="S", help="วินาทีต่อฉบับ · seconds that one report may take")
    word("--quiet", action="store_true", help="ไม่แสดงแถบความคืบหน้า · no progress bar")
    word("--json", action="store_true", help="ผลเป็น JSON · say it as JSON")


def run(said: argparse.Namespace) -> int:
    """Do it; returns the exit code."""
    atexit.register(_skip_last_search)
    with _started_early(said):
        return _render(said)


def _skip_last_search() -> None:
    """At the end all goes at once; a last search for waste takes a tenth of a second, a thirtieth of 13 reports.

    duckdb alone needs it, of everything, or complains of what was not found.
    """
    (gc.unfreeze if "duckdb" in sys.modules else gc.freeze)()


def _render(said: argparse.Namespace) -> int:
    from innovlib.batch.base import lean_imports

    with lean_imports():
        from innovlib.batch.fault import Limits
        from innovlib.batch.run import render as make
        from innovlib.batch.verify import verify

    if said.workers > cores() and not said.scheduler:
        words = Words(
            f"มีเพียง {cores()} คอร์ ทำพร้อมกัน {said.workers} ฉบับจะไม่เร็วขึ้น",
            f"there are only {cores()} cores; {said.workers} reports at a time will not be faster",
        )
        print(f"{words.th}\n{words.en}", file=sys.stderr)
    outcome = (verify if said.verify else make)(
        said.area,
        said.kind,
        out=said.out,
        only=said.only,
        workers=said.workers,
        profile=said.profile,
        lang=said.lang,
        digits=said.digits,
        force=said.force,
        all_schools=said.all_schools,
        engine=said.engine,
        scheduler=said.scheduler,
        templates=said.templates,
        limits=Limits() if said.limit is None else Limits(report_s=said.limit),
        progress=not (said.json or said.quiet),
    )
    printed = {}
    if not said.json:
        print("" if said.verify else f"{outcome.out}\n", end="")
        print("\n".join(f"{words.th}\n{words.en}" for words in outcome.sentences()), flush=True)
    if not said.verify and not outcome.interrupted:
        printed = _printed(said, outcome)
    if said.json:
        print_json(outcome.to_dict() | {kind: each.to_dict() for kind, each in printed.items()})
    return outcome.exit_code or int(any(each.failed for each in printed.values()))


@contextlib.contextmanager
def _started_early(said: argparse.Namespace):
    """Let the process that reports are forked from import while this one plans, where there will be reports to make."""
    from innovlib.batch import base

    out = paths.reports_of(said.area, out=said.out, profile=said.profile)
    something = said.force or said.verify or not (out / "manifest.json").is_file()
    if something and said.engine in ("auto", "warm") and not said.scheduler:
        base.start_early(templates=said.templates, page="innovlib.report.page")
    try:
        yield
    finally:
        base.dismiss()


def _printed(said: argparse.Namespace, outcome) -> dict:
    """Print what was made or kept, as far as that was asked for; name the PDF files that are older than their pages."""
    from innovlib.batch import pdf
    from innovlib.batch.folder import OutFolder

    folder, printed = OutFolder(outcome.out), {}
    files = pdf.page_files([*outcome.rendered, *outcome.kept], profile=said.profile)
    for kind, wanted in (("pdf", said.pdf), ("card", said.cards)):
        if wanted:
            printed[kind] = pdf.print_folder(folder, files=files, kind=kind, details=wanted == "full",
                                             progress=not (said.json or said.quiet))  # fmt: skip
            if not said.json:
                print("\n".join(f"{words.th}\n{words.en}" for words in printed[kind].sentences()))
    if old := pdf.outdated(folder):
        files = ", ".join(old)
        print(f"PDF เก่ากว่าหน้ารายงาน: {files}\nPDF older than its page: {files}", file=sys.stderr)
    return printed


def cores() -> int:
    """Processor cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
