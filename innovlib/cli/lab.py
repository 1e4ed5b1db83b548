"""``innov lab``: JupyterLab at the notebooks."""

from __future__ import annotations

import argparse

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
    need_notebooks()
    from innovlib.area import open_area
    from innovlib.desk import jupyter

    area = open_area(said.area or paths.EXAMPLE)
    print(f"พื้นที่ / area: {area.name_th} ({area.folder})")
    print("ปิดด้วย Ctrl+C · end with Ctrl+C", flush=True)
    passed = said.jupyter[1:] if said.jupyter[:1] == ["--"] else said.jupyter
    surroundings = jupyter.environment(jupyter.prepare(), area=str(area.folder) if said.area else "")
    return jupyter.run(jupyter.command(passed), surroundings=surroundings)


def need_notebooks() -> None:
    """Refuse where the kit is not used from a checkout."""
    if not paths.NOTEBOOKS.is_dir():
        raise NotAnArea(
            Words("ไม่พบโฟลเดอร์โน้ตบุ๊ก", "there is no notebooks folder"),
            where=str(paths.NOTEBOOKS),
            todo=Words("ใช้ innov จากโฟลเดอร์ของโครงการ", "use innov from a checkout of the project"),
        )
