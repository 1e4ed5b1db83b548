"""``innov lab``: JupyterLab at the notebooks."""

from __future__ import annotations

import argparse
import subprocess
import sys

from innovlib import paths
from innovlib.cli.words import command
from innovlib.errors import NotAnArea, Words


def add(commands) -> None:
    """The command's own words."""
    word = command(commands, "lab", run, "เปิด JupyterLab ที่โน้ตบุ๊ก · open JupyterLab at the notebooks").add_argument
    word("--area", metavar="AREA", help="พื้นที่ที่จะศึกษา · the area to study")
    word("jupyter", nargs=argparse.REMAINDER, metavar="-- …", help="ส่งต่อให้ JupyterLab · passed on to JupyterLab")


def run(said: argparse.Namespace) -> int:
    """Do it; returns the exit code."""
    if not paths.NOTEBOOKS.is_dir():
        raise NotAnArea(
            Words("ไม่พบโฟลเดอร์โน้ตบุ๊ก", "there is no notebooks folder"),
            where=paths.NOTEBOOKS.name,
            todo=Words("ใช้ innov จากโฟลเดอร์ของโครงการ", "use innov from a checkout of the project"),
        )
    if said.area:
        from innovlib.area import open_area

        folder = open_area(said.area).folder.as_posix()
        print(f'ใส่ในเซลล์ parameters / put this into the parameters cell:\n\n    area: str = "{folder}"\n')
    passed = said.jupyter[1:] if said.jupyter[:1] == ["--"] else said.jupyter
    try:
        return subprocess.call([sys.executable, "-m", "jupyterlab", str(paths.NOTEBOOKS), *passed])
    except KeyboardInterrupt:  # how JupyterLab is ended
        return 0
