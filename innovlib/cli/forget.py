"""``innov forget``: every trace of single pupils out of an area's folder."""

from __future__ import annotations

import argparse

from innovlib.cli.words import command, print_json
from innovlib.errors import BadInput, Words


def add(commands) -> None:
    """The command's own words."""
    about = "ลบร่องรอยรายนักเรียนทั้งหมดของพื้นที่ · delete all pupil-level traces of an area"
    word = command(commands, "forget", run, about).add_argument
    word("area", metavar="AREA", help="โฟลเดอร์ของพื้นที่ · the area's folder")
    word("--yes", action="store_true", help="ยืนยัน ลบแล้วเอาคืนไม่ได้ · confirm: it cannot be undone")
    word("--json", action="store_true", help="ผลเป็น JSON · say it as JSON")


def run(said: argparse.Namespace) -> int:
    """Do it; returns the exit code: 0 forgotten, 2 not confirmed or bad input."""
    from innovlib.area import open_area
    from innovlib.area.forget import PUPILS, forget

    area = open_area(said.area)
    if not said.yes:
        pupils = area.table(PUPILS)["pupil_key"].nunique()
        raise BadInput(
            Words(
                f"จะลบร่องรอยนักเรียน {pupils:,} คนของ {area.name_th} ซึ่งเอาคืนไม่ได้",
                f"this would forget {pupils:,} pupils of {area.name_en} for good",
            ),
            where=area.folder.name,
            todo=Words("ถ้าแน่ใจ สั่งใหม่พร้อม --yes", "if you are sure, say it again with --yes"),
        )
    done = forget(area.folder)
    if said.json:
        print_json(done.to_dict() | {"exit_code": 0})
    else:
        print(f"{done.sentence('th')}\n{done.sentence('en')}")
    return 0
