"""Figures: each takes a protected table and gives a finished figure; none estimates anything."""

from innovlib.report.figures.caterpillar import caterpillar
from innovlib.report.figures.dot_interval import dot_interval
from innovlib.report.figures.figure import Figure
from innovlib.report.figures.school_map import school_map
from innovlib.report.figures.years import years

__all__ = ["Figure", "caterpillar", "dot_interval", "school_map", "years"]
