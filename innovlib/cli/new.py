"""``innov new``: a notebook of one's own."""

from __future__ import annotations

import argparse
from pathlib import Path

from innovlib import paths
from innovlib.cli.words import command


def add(commands) -> None:
    """The command's own words."""
    word = command(commands, "new", run, "เริ่มโน้ตบุ๊กของตนเอง · start a notebook of your own").add_argument
    word("name", metavar="NAME", help="ชื่อไฟล์ a-z 0-9 - _ · the file's name")
    word("--into", type=Path, default=paths.NOTEBOOKS, metavar="DIR", help="โฟลเดอร์ · where to (notebooks/)")
    word("--question", default="", metavar="TEXT", help="คำถามของโน้ตบุ๊ก · the question that it asks")


def run(said: argparse.Namespace) -> int:
    """Do it; returns the exit code."""
    from innovlib.desk import skeleton

    made = skeleton.write(said.name, into=said.into, question=said.question)
    print(f"สร้างแล้ว เปิดด้วย innov lab: {made}\nMade; open it with innov lab: {made}")
    return 0
