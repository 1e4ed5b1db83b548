"""``innov release``: audit once more and enter what is handed out in the ledger, signed by two people."""

from __future__ import annotations

import argparse
from pathlib import Path

from innovlib.cli import audit as auditing
from innovlib.cli.words import command, print_json


def add(commands) -> None:
    """The command's own words."""
    about = "ลงทะเบียนการเผยแพร่เมื่อตรวจผ่านและมีผู้ตรวจสองคน · enter a release that passed and two people have signed"
    word = command(commands, "release", run, about).add_argument
    word("folder", metavar="DIR", type=Path, help="โฟลเดอร์ที่จะเผยแพร่ · the folder to be handed out")
    word("--initials", nargs="+", required=True, metavar="AA", help="ชื่อย่อผู้ตรวจสองคน · initials of the two who looked")
    auditing.said_besides(word)
    word("--json", action="store_true", help="ผลเป็น JSON · say it as JSON")


def run(said: argparse.Namespace) -> int:
    """Do it; returns the exit code: 0 entered, 1 the audit did not pass, 2 bad input."""
    from innovlib.release.audit import release

    entry = release(said.folder, initials=said.initials, **auditing.given(said))
    if said.json:
        print_json({key: value for key, value in entry.items() if key != "figures"} | {"exit_code": 0})
        return 0
    number, signed = entry["release"], " ".join(entry["initials"])
    files, figures = len(entry["files"]), len(entry["figures"])
    print(
        f"ลงทะเบียนการเผยแพร่ครั้งที่ {number} แล้ว: {files} ไฟล์ ตัวเลข {figures:,} ค่า ผู้ตรวจ {signed}\n"
        f"Release {number} entered: {files} files, {figures:,} figures, signed {signed}"
    )
    return 0
