"""``innov audit``: the gate before anything is handed out; it reads the rendered files themselves."""

from __future__ import annotations

import argparse
from pathlib import Path

from innovlib.cli.words import command, print_json


def add(commands) -> None:
    """The command's own words."""
    about = "ตรวจรายงานก่อนเผยแพร่ · look through reports before they are handed out"
    word = command(commands, "audit", run, about).add_argument
    word("folder", metavar="DIR", type=Path, help="โฟลเดอร์ที่จะเผยแพร่ · the folder to be handed out")
    said_besides(word)
    word("--json", action="store_true", help="ผลเป็น JSON · say it as JSON")


def said_besides(word) -> None:
    """What both audit and release may be told: totals that offices publish, the area, the ledger, other editions."""
    word("--known", type=Path, metavar="FILE", help="ยอดที่สำนักงานเผยแพร่แล้ว (CSV) · totals that offices publish")
    word("--area", metavar="AREA", help="โฟลเดอร์ของพื้นที่ · the area's folder")
    word("--ledger", type=Path, metavar="FILE", help="ทะเบียนการเผยแพร่ · the release ledger (AREA/release-ledger.jsonl)")
    word("--beside", nargs="+", default=[], type=Path, metavar="DIR", help="ฉบับสำหรับผู้อ่านอื่น · other editions")
    word("--names", type=Path, metavar="FILE", help="ชื่อที่ต้องไม่ปรากฏ บรรทัดละชื่อ · names that must not occur, one a line")


def run(said: argparse.Namespace) -> int:
    """Do it; returns the exit code: 0 nothing found, 1 something that may not be handed out, 2 bad input."""
    from innovlib.release.audit import audit

    found = audit(said.folder, **given(said))
    if said.json:
        print_json(found.to_dict())
    else:
        print("\n".join(f"{words.th}\n{words.en}" for words in found.sentences()))
    return found.exit_code


def given(said: argparse.Namespace) -> dict:
    """What the caller said besides, as :func:`innovlib.release.audit.audit` takes it."""
    told = {"known": said.known, "area": said.area, "ledger_file": said.ledger}
    return told | {"beside": said.beside, "names": said.names}
