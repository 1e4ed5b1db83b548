"""The researcher's desk: JupyterLab as the kit sets it up, a school to pick, tables to scroll, a notebook of one's own.

What a live notebook needs and a rendered report does not. Nothing here estimates or draws.
"""

from innovlib.desk.chosen import need, open_area, school_at
from innovlib.desk.picker import pick
from innovlib.desk.scroll import scroll

__all__ = ["need", "open_area", "pick", "school_at", "scroll"]
