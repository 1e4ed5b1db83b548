"""How the numbers were made, in a committee's words: one sentence a method, for the chapters that a report has."""

from __future__ import annotations

from innovlib.area.store import Area
from innovlib.errors import Words
from innovlib.report.words import sentence

#: Methods in the order of the chapters, and the table without which a chapter has nothing to say.
METHODS = {
    "results": "scores",
    "distances": "scores",
    "gaps": "pupils",
    "share": "pupils",
    "indices": "pupils",
    "autonomy": "autonomy",
    "qualities": "qualities",
    "partners": "partners",
    "effects": "scores",
    "disclosure": "schools",
}


def of_report(area: Area, *, without: tuple[str, ...] = ()) -> list[Words]:
    """The methods behind a report of this area; those of tables that are not there, and ``without``, are left out."""
    there = {name: bool(len(area.table(name))) for name in set(METHODS.values())}
    return [sentence(f"methods.{name}") for name, needs in METHODS.items() if there[needs] and name not in without]
