"""Figures: each takes a protected table and gives a finished figure; none estimates anything."""

from innovlib.report.figures.caterpillar import caterpillar
from innovlib.report.figures.chance_dots import chance_dots
from innovlib.report.figures.distances import distances
from innovlib.report.figures.dot_interval import dot_interval
from innovlib.report.figures.dot_rows import dot_rows
from innovlib.report.figures.event_study import event_study
from innovlib.report.figures.figure import Figure
from innovlib.report.figures.funnel import funnel
from innovlib.report.figures.ladder import ladder
from innovlib.report.figures.level_bars import level_bars
from innovlib.report.figures.school_map import school_map
from innovlib.report.figures.slopes import slopes
from innovlib.report.figures.timeline import timeline
from innovlib.report.figures.years import years

__all__ = [
    "Figure",
    "caterpillar",
    "chance_dots",
    "distances",
    "dot_interval",
    "dot_rows",
    "event_study",
    "funnel",
    "ladder",
    "level_bars",
    "school_map",
    "slopes",
    "timeline",
    "years",
]
