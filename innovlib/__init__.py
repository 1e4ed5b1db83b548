"""innovlib: an area's files in, an honest report for every school, cohort and the area out.

The rooms, in the order in which they may import one another::

    errors, paths, terms  ->  area  ->  measures  ->  effects  ->  report  ->  batch  ->  cli

Nothing is loaded or set when this package is imported; import the room you need::

    from innovlib import area
    from innovlib.measures import outcomes
"""

__version__ = "0.1.0"
