"""``innov estimate``: what joining did in an area, computed once for all reports."""

from __future__ import annotations

import argparse

from innovlib.cli.words import command, print_json


def add(commands) -> None:
    """The command's own words."""
    about = "ประมาณผลของการเข้าร่วม ครั้งเดียวสำหรับทุกรายงาน · what joining did, computed once for all reports"
    word = command(commands, "estimate", run, about).add_argument
    word("--area", required=True, metavar="AREA", help="โฟลเดอร์ของพื้นที่ · the area's folder")
    word("--force", action="store_true", help="คำนวณใหม่ · compute anew what is kept")
    word("--json", action="store_true", help="ผลเป็น JSON ทุกตาราง · all tables as JSON")


def run(said: argparse.Namespace) -> int:
    """Do it; returns the exit code."""
    from innovlib.area import open_area
    from innovlib.effects.findings import findings

    found = findings(open_area(said.area), force=said.force)
    if said.json:
        print_json({name: _records(frame) for name, frame in found.items()})
    else:
        print("\n\n".join(_told(found, group) for group in found["effects"]["group"].unique()) or _nothing())
    return 0


def _records(frame) -> list[dict]:
    # JSON knows no NaN and no infinity: what is not a number is null.
    finite = frame.replace([float("inf"), float("-inf")], float("nan")).astype(object)
    return finite.where(finite.notna(), None).to_dict(orient="records")


def _told(found: dict, group: str) -> str:
    """One group's findings as text: what may be said, and the threats to it. For the office's own eyes."""
    from innovlib.effects.findings import ALL
    from innovlib.report import for_office, joining

    title = "ทุกรุ่น · all cohorts" if group == ALL else f"รุ่นที่ {group} · cohort {group}"
    own = joining.effects(found, profile_name="school", group=group)
    said = (joining.paragraph(own), *joining.further(own), joining.reckoned(own))
    lines = [f"== {title}", *(f"{words.th}\n{words.en}" for words in said if words.th)]
    return "\n".join([*lines, *for_office.threat_lines(found, group=group), *for_office.note_lines(found, group=group)])


def _nothing() -> str:
    return "ไม่มีผลสอบให้ประมาณ\nThere are no results to estimate from."
