"""``innov example``: a synthetic area with a known truth."""

from __future__ import annotations

import argparse
from pathlib import Path

from innovlib import paths
from innovlib.cli.words import command


def add(commands) -> None:
    """The command's own words."""
    word = command(commands, "example", run, "สร้างพื้นที่จำลอง · make the synthetic area").add_argument
    word("--out", type=Path, default=paths.EXAMPLE, metavar="FOLDER", help="โฟลเดอร์ · where to")
    word("--seed", type=int, metavar="N", help="เมล็ดสุ่ม · another draw")
    word("--schools", type=int, metavar="N", help="จำนวนโรงเรียน · number of schools")
    word("--no-pupils", action="store_true", help="ไม่มีตารางรายนักเรียน · without the table of pupils")
    word("--format", choices=("csv", "parquet"), default="csv", help="parquet สำหรับขนาดประเทศ · parquet for a nation")


def run(said: argparse.Namespace) -> int:
    """Do it; returns the exit code."""
    from innovlib.area import synthetic

    asked = {"seed": said.seed, "n_schools": said.schools, "pupils": not said.no_pupils, "form": said.format}
    synthetic.write_example(said.out, **{name: value for name, value in asked.items() if value is not None})
    print(f"สร้างพื้นที่จำลองแล้ว (ข้อมูลจำลอง ไม่ใช่ผลจริง): {said.out}\nMade a synthetic area (simulated data): {said.out}")
    return 0
