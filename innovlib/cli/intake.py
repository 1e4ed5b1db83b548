"""``innov intake``: office files into an area's tables."""

from __future__ import annotations

import argparse
import glob
import sys
from pathlib import Path

from innovlib import paths
from innovlib.cli.words import command, print_json
from innovlib.errors import UnknownName, Words


def add(commands) -> None:
    """The command's own words."""
    word = command(commands, "intake", run, "นำไฟล์จากสำนักงานเข้าเป็นตารางที่ตรวจแล้ว · load office files").add_argument
    word("files", nargs="+", metavar="FILE", help="csv, xlsx, xls, ods")
    word("--into", type=Path, metavar="AREA", help="โฟลเดอร์ของพื้นที่ · the area's folder, made where there is none")
    word("--register", type=Path, metavar="CSV", help="ทะเบียนโรงเรียน · a schools table to judge codes and names by")
    word("--kind", help="results, schools, pupils, survey, partners")
    word("--columns", metavar="reconciled", help="ใช้ลำดับวิชาที่คำนวณตรงกับแถวเขต · the order that fits the area row")
    word("--year", type=int, metavar="BE", help="ปีการศึกษา พ.ศ. · academic year, BE")
    word("--test", help="RT, NT, O-NET")
    word("--grade", help="ป.1, ป.3, ป.6, ม.3")
    word("--dry-run", action="store_true", help="ตรวจอย่างเดียว ไม่เขียน · only judge the files, write nothing")
    word("--report", nargs="?", type=Path, const=paths.REPORTS / "intake.html", metavar="FILE.html",
         help="หน้าสำหรับตรวจแก้ทีละจุดข้าง Excel · a page to work through beside Excel (reports/intake.html)")  # fmt: skip
    word("--json", action="store_true", help="ผลเป็น JSON · say it as JSON")
    word("--with-table", action="store_true", help="พร้อมแถวที่อ่านได้ · with the rows that were read")


def run(said: argparse.Namespace) -> int:
    """Do it; returns the exit code."""
    if said.into is None and not said.dry_run:
        raise UnknownName(
            Words("ยังไม่บอกว่าจะนำเข้าพื้นที่ใด", "no area is named"),
            where="--into",
            expected=Words("--into โฟลเดอร์ หรือ --dry-run", "--into FOLDER, or --dry-run"),
        )
    from innovlib.area import intake as office
    from innovlib.area import worklist

    page = said.report and worklist.checked_path(said.report)
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
    if page:
        from innovlib.report.style import font_css

        print(worklist.write(results, page, fonts=font_css()), file=sys.stderr)
    if said.json:
        told = [result.to_dict(with_table=said.with_table) for result in results]
        print_json(told[0] if len(told) == 1 else told)
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
