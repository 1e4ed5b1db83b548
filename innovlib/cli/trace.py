"""``innov trace``: from a report's numbers to the functions and tests behind them."""

from __future__ import annotations

import argparse

from innovlib import paths
from innovlib.cli.words import command, print_json
from innovlib.errors import UnknownName, Words, did_you_mean


def add(commands) -> None:
    """The command's own words."""
    about = "จากตัวเลขในรายงานถึงฟังก์ชันและการทดสอบ · from a report's numbers to functions and tests"
    word = command(commands, "trace", run, about).add_argument
    word("template", metavar="TEMPLATE", help="เช่น report-school · as a report's provenance names it")
    word("--json", action="store_true", help="ผลเป็น JSON · say it as JSON")


def run(said: argparse.Namespace) -> int:
    """Do it; returns the exit code."""
    from innovlib.report import proof

    known = sorted(path.stem for path in paths.NOTEBOOKS.glob("report-*.ipynb"))
    if said.template not in known:
        raise UnknownName(
            Words(f"ไม่มีแม่แบบ {said.template}", f"there is no template {said.template}"),
            expected=Words(", ".join(known), ", ".join(known)),
            todo=did_you_mean(said.template, known),
        )
    found = proof.steps(said.template)
    if said.json:
        print_json(found.to_dict("records"))
        return 0
    for section, rows in found.groupby("section", sort=False):
        print(f"\n{section}\n  notebooks/{said.template}.ipynb: {', '.join(dict.fromkeys(rows['cell']))}")
        for row in rows.drop_duplicates("function").itertuples():
            print(f"    {row.function:<44} {row.source:<40} {row.test}")
    return 0
