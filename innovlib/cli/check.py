"""``innov check``: an area looked over."""

from __future__ import annotations

import argparse

from innovlib.cli.words import command, print_json


def add(commands) -> None:
    """The command's own words."""
    about = "พื้นที่มีอะไร ขาดอะไร แปลกตรงไหน · what is there, missing, odd"
    word = command(commands, "check", run, about).add_argument
    word("area", metavar="AREA", help="โฟลเดอร์ของพื้นที่ · the area's folder")
    word("--write", action="store_true", help="เขียน datapackage.json ใหม่ · renew datapackage.json")
    word("--json", action="store_true", help="ผลเป็น JSON · say it as JSON")


def run(said: argparse.Namespace) -> int:
    """Do it; returns the exit code."""
    from innovlib.area import open_area
    from innovlib.area import review as looking

    if said.write:
        looking.write_package(open_area(said.area))
    found = looking.review(open_area(said.area))
    if said.json:
        print_json(found.to_dict())
    else:
        print(found.say())
    return found.exit_code
