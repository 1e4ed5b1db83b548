"""The command ``innov``: an area's files in, checked tables, notebooks and reports out.

Exit codes: 0 done, 1 some failed, 2 bad input or use, 130 interrupted. What is heavy is imported inside the commands,
so that help and mistakes answer at once.
"""

from __future__ import annotations

import argparse
import glob
import json
import os
import subprocess
import sys
from pathlib import Path

from innovlib import __version__, paths
from innovlib.errors import InnovError, NotAnArea, UnknownName, Words

KINDS = ("school", "cohort", "area", "all")


def main(argv: list[str] | None = None) -> int:
    """Run one command; returns its exit code. A caller's mistake is said in two languages, without a trace."""
    for stream in (sys.stdout, sys.stderr):
        # A Windows console or pipe may not be able to write Thai in its own code page.
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="replace")
    arguments = parser().parse_args(argv)
    try:
        return arguments.run(arguments)
    except InnovError as error:
        return _refuse(error, as_json=getattr(arguments, "json", False))
    except KeyboardInterrupt:
        print("หยุดตามคำสั่ง\nInterrupted.", file=sys.stderr)
        return 130
    except BrokenPipeError:
        # The reader of our output has gone (innov … | head); Python would complain once more at its own end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1


def _refuse(error: InnovError, *, as_json: bool) -> int:
    if as_json:
        _print_json({"error": type(error).__name__, **error.words._asdict(), "exit_code": error.exit_code})
    print(f"{error.words.th}\n{error.words.en}", file=sys.stderr)
    return error.exit_code


def _print_json(value) -> None:
    print(json.dumps(value, ensure_ascii=False, indent=1))


# --- what may be said ---------------------------------------------------------------------------------------------


def parser() -> argparse.ArgumentParser:
    """The command's own grammar."""
    top = argparse.ArgumentParser(
        prog="innov",
        description="ชุดเครื่องมือวิจัยพื้นที่นวัตกรรมการศึกษา · Research kit for Thailand's Education Innovation Area.",
        epilog="0 เสร็จ done · 1 บางส่วนไม่สำเร็จ some failed · 2 ข้อมูลหรือคำสั่งไม่ถูก bad input or use · 130 interrupted",
    )
    top.add_argument("--version", action="version", version=f"innov {__version__}")
    commands = top.add_subparsers(metavar="COMMAND", required=True)
    for add in (_add_intake, _add_check, _add_render, _add_example, _add_lab):
        add(commands)
    return top


def _command(commands, name: str, run, about: str) -> argparse.ArgumentParser:
    command = commands.add_parser(name, help=about, description=about)
    command.set_defaults(run=run)
    return command


def _add_intake(commands) -> None:
    add = _command(commands, "intake", intake, "นำไฟล์จากสำนักงานเข้าเป็นตารางที่ตรวจแล้ว · load office files").add_argument
    add("files", nargs="+", metavar="FILE", help="csv, xlsx, xls, ods")
    add("--into", type=Path, metavar="AREA", help="โฟลเดอร์ของพื้นที่ · the area's folder, made where there is none")
    add("--register", type=Path, metavar="CSV", help="ทะเบียนโรงเรียน · a schools table to judge codes and names by")
    add("--kind", help="results, schools, pupils, survey, partners")
    add("--columns", metavar="reconciled", help="ใช้ลำดับวิชาที่คำนวณตรงกับแถวเขต · the order that fits the area row")
    add("--year", type=int, metavar="BE", help="ปีการศึกษา พ.ศ. · academic year, BE")
    add("--test", help="RT, NT, O-NET")
    add("--grade", help="ป.1, ป.3, ป.6, ม.3")
    add("--dry-run", action="store_true", help="ตรวจอย่างเดียว ไม่เขียน · only judge the files, write nothing")
    add("--json", action="store_true", help="ผลเป็น JSON · say it as JSON")
    add("--with-table", action="store_true", help="พร้อมแถวที่อ่านได้ · with the rows that were read")


def _add_check(commands) -> None:
    about = "พื้นที่มีอะไร ขาดอะไร แปลกตรงไหน · what is there, missing, odd"
    add = _command(commands, "check", check, about).add_argument
    add("area", metavar="AREA", help="โฟลเดอร์ของพื้นที่ · the area's folder")
    add("--write", action="store_true", help="เขียน datapackage.json ใหม่ · renew datapackage.json")
    add("--json", action="store_true", help="ผลเป็น JSON · say it as JSON")


def _add_render(commands) -> None:
    add = _command(commands, "render", render, "ทำรายงาน · make the reports").add_argument
    add("kind", choices=KINDS, help="ชนิดรายงาน · which reports")
    add("--area", required=True, metavar="AREA", help="โฟลเดอร์ของพื้นที่ · the area's folder")
    add("--out", metavar="DIR", help="โฟลเดอร์ผลลัพธ์ · output folder (reports/AREA)")
    add("--only", nargs="+", metavar="ID", help="เฉพาะโรงเรียนหรือรุ่น · only these schools or cohorts")
    add("--workers", type=int, default=min(4, cores()), metavar="N", help="จำนวนที่ทำพร้อมกัน · reports at a time")
    add("--profile", default="public", help="ผู้อ่าน · who will read: public, partner, school")
    add("--lang", default="both", help="th, en, both")
    add("--force", action="store_true", help="ทำใหม่ทั้งหมด · make those that are up to date as well")
    add("--templates", type=Path, default=paths.NOTEBOOKS, metavar="DIR", help="แม่แบบ · folder of report-*.ipynb")
    add("--engine", default="auto", help="auto, warm, kernel: ผลเหมือนกัน · warm is faster, the pages are the same")
    add("--limit", type=float, metavar="S", help="วินาทีต่อฉบับ · seconds that one report may take")
    add("--quiet", action="store_true", help="ไม่แสดงแถบความคืบหน้า · no progress bar")
    add("--json", action="store_true", help="ผลเป็น JSON · say it as JSON")


def _add_example(commands) -> None:
    add = _command(commands, "example", example, "สร้างพื้นที่จำลอง · make the synthetic area").add_argument
    add("--out", type=Path, default=paths.EXAMPLE, metavar="FOLDER", help="โฟลเดอร์ · where to")
    add("--seed", type=int, metavar="N", help="เมล็ดสุ่ม · another draw")
    add("--schools", type=int, metavar="N", help="จำนวนโรงเรียน · number of schools")


def _add_lab(commands) -> None:
    add = _command(commands, "lab", lab, "เปิด JupyterLab ที่โน้ตบุ๊ก · open JupyterLab at the notebooks").add_argument
    add("--area", metavar="AREA", help="พื้นที่ที่จะศึกษา · the area to study")
    add("jupyter", nargs=argparse.REMAINDER, metavar="-- …", help="ส่งต่อให้ JupyterLab · passed on to JupyterLab")


def cores() -> int:
    """Processor cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


# --- the commands -------------------------------------------------------------------------------------------------


def intake(said: argparse.Namespace) -> int:
    """``innov intake``: office files into an area's tables."""
    if said.into is None and not said.dry_run:
        raise UnknownName(
            Words("ยังไม่บอกว่าจะนำเข้าพื้นที่ใด", "no area is named"),
            where="--into",
            expected=Words("--into โฟลเดอร์ หรือ --dry-run", "--into FOLDER, or --dry-run"),
        )
    from innovlib.area import intake as office

    results = office.intake(
        _files(said.files),
        into=said.into,
        register=said.register,
        kind=said.kind,
        columns=said.columns,
        year_be=said.year,
        test=said.test,
        grade=said.grade,
        dry_run=said.dry_run,
    )
    if said.json:
        told = [result.to_dict(with_table=said.with_table) for result in results]
        _print_json(told[0] if len(told) == 1 else told)
    else:
        print("\n\n".join(result.say("both") for result in results))
    return max(result.exit_code for result in results)


def _files(names: list[str]) -> list[Path]:
    # Windows shells hand *.xlsx over as it is.
    found: list[Path] = []
    for name in names:
        matches = [] if Path(name).exists() else sorted(glob.glob(name))  # noqa: PTH207 - the pattern may be absolute
        found += [Path(match) for match in matches or [name]]
    return found


def check(said: argparse.Namespace) -> int:
    """``innov check``: an area looked over."""
    from innovlib.area import open_area
    from innovlib.area import review as looking

    if said.write:
        looking.write_package(open_area(said.area))
    found = looking.review(open_area(said.area))
    if said.json:
        _print_json(found.to_dict())
    else:
        print(found.say())
    return found.exit_code


def render(said: argparse.Namespace) -> int:
    """``innov render``: the reports of an area."""
    sys.modules.setdefault("rfc3987_syntax", None)  # see innovlib.batch.pool.python
    from innovlib.batch.engine import Limits
    from innovlib.batch.run import render as make

    if said.workers > cores():
        words = Words(
            f"มีเพียง {cores()} คอร์ ทำพร้อมกัน {said.workers} ฉบับจะไม่เร็วขึ้น",
            f"there are only {cores()} cores; {said.workers} reports at a time will not be faster",
        )
        print(f"{words.th}\n{words.en}", file=sys.stderr)
    outcome = make(
        said.area,
        said.kind,
        out=said.out,
        only=said.only,
        workers=said.workers,
        profile=said.profile,
        lang=said.lang,
        force=said.force,
        engine=said.engine,
        templates=said.templates,
        limits=Limits() if said.limit is None else Limits(report_s=said.limit),
        progress=not (said.json or said.quiet),
    )
    if said.json:
        _print_json(outcome.to_dict())
    else:
        print(f"{outcome.out}")
        print("\n".join(f"{words.th}\n{words.en}" for words in outcome.sentences()))
    return outcome.exit_code


def example(said: argparse.Namespace) -> int:
    """``innov example``: a synthetic area with a known truth."""
    from innovlib.area import synthetic

    asked = {"seed": said.seed, "n_schools": said.schools}
    synthetic.write_example(said.out, **{name: value for name, value in asked.items() if value is not None})
    print(f"สร้างพื้นที่จำลองแล้ว (ข้อมูลจำลอง ไม่ใช่ผลจริง): {said.out}\nMade a synthetic area (simulated data): {said.out}")
    return 0


def lab(said: argparse.Namespace) -> int:
    """``innov lab``: JupyterLab at the notebooks."""
    if not paths.NOTEBOOKS.is_dir():
        raise NotAnArea(
            Words("ไม่พบโฟลเดอร์โน้ตบุ๊ก", "there is no notebooks folder"),
            where=paths.NOTEBOOKS.name,
            todo=Words("ใช้ innov จากโฟลเดอร์ของโครงการ", "use innov from a checkout of the project"),
        )
    if said.area:
        from innovlib.area import open_area

        folder = open_area(said.area).folder.as_posix()
        print(f'ใส่ในเซลล์ parameters / put this into the parameters cell:\n\n    area: str = "{folder}"\n')
    passed = said.jupyter[1:] if said.jupyter[:1] == ["--"] else said.jupyter
    try:
        return subprocess.call([sys.executable, "-m", "jupyterlab", str(paths.NOTEBOOKS), *passed])
    except KeyboardInterrupt:  # how JupyterLab is ended
        return 0


if __name__ == "__main__":
    sys.exit(main())
