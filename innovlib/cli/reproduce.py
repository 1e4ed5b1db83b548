"""``innov reproduce``: a released folder made again and compared."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from innovlib.cli.words import command, print_json


def add(commands) -> None:
    """The command's own words."""
    about = "ทำโฟลเดอร์ที่เผยแพร่แล้วซ้ำและเทียบทุกไบต์ · make a released folder again and compare every byte"
    word = command(commands, "reproduce", run, about).add_argument
    word("folder", type=Path, metavar="DIR", help="โฟลเดอร์ที่มี manifest.json · a folder with manifest.json")
    word("--area", metavar="AREA", help="โฟลเดอร์ของพื้นที่ ถ้าไม่อยู่ใน data/ · the area's folder, if not under data/")
    word("--workers", type=int, default=2, metavar="N", help="จำนวนที่ทำพร้อมกัน · reports at a time")
    word("--quiet", action="store_true", help="ไม่แสดงแถบความคืบหน้า · no progress bar")
    word("--json", action="store_true", help="ผลเป็น JSON · say it as JSON")


def run(said: argparse.Namespace) -> int:
    """Do it; returns the exit code."""
    sys.modules.setdefault("rfc3987_syntax", None)  # see innovlib.batch.pool.python
    from innovlib.desk.reproduce import reproduce

    found = reproduce(said.folder, area=said.area, workers=said.workers, progress=not (said.json or said.quiet))
    if said.json:
        print_json(found.to_dict())
    else:
        print("\n".join(f"{words.th}\n{words.en}" for words in found.sentences()))
    return found.exit_code
