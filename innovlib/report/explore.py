"""Quick looks for the researcher's own screen, drawn from unprotected numbers.

Nothing here may go onto a page that is handed out: pages draw from protected tables only (rule D11), with
:mod:`innovlib.report.figures`. Every function returns a :class:`~innovlib.report.drawing.Drawing`, which shows itself
and can be copied: ``to_frame()``, ``to_latex()``, ``savefig()``. Where ``chosen`` is given, that one stands out by
colour and by shape.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
import pandas as pd

from innovlib.report import labels, style
from innovlib.report.drawing import Drawing
from innovlib.report.typeset import one_line

MARKS = "os^Dvp"


@contextmanager
def _axes(width: float, height: float) -> Iterator:
    """Axes of a figure that belongs to no window: drawn without a display, closed by being forgotten."""
    from matplotlib.figure import Figure

    with style.matplotlib_context():
        yield Figure(figsize=(width, height), layout="constrained").subplots()


def _finish(axes, data: pd.DataFrame, *, note: str, zero: str = "") -> Drawing:
    axes.spines[["top", "right"]].set_visible(False)
    axes.figure.supxlabel(note, fontsize=8, color=style.WARN)
    if zero:
        {"x": axes.axvline, "y": axes.axhline}[zero](0, color=style.INK, linewidth=0.8)
    return Drawing(axes.figure, data)


def _nothing(results: pd.DataFrame, *, note: str) -> Drawing:
    """A figure that says that there is nothing to draw."""
    with _axes(7.2, 1.0) as axes:
        axes.text(0.5, 0.5, one_line(labels.ABSENT, "both"), ha="center", va="center", color=style.MUTED)
        axes.set_axis_off()
        return _finish(axes, results, note=note)


def school_years(results: pd.DataFrame, *, value: str, group: str, panels: str, chosen: str = "", note: str = ""):
    """Spread of schools by year: one box per year and group, a panel for each test or subject.

    Parameters
    ----------
    results
        One row per school and year, with ``year_be`` and the three columns named; with ``school_id`` where a school
        is chosen.
    value, group, panels
        Columns for the height, the colour and the panels.
    chosen
        Id of a school drawn over the boxes, as a line that breaks in a year without a result.
    note
        Words under the figure, such as the mark of synthetic data.

    Returns
    -------
    Drawing
    """
    if results.empty:
        return _nothing(results, note=note)
    import matplotlib.pyplot as plt
    import seaborn as sns

    years = list(range(int(results["year_be"].min()), int(results["year_be"].max()) + 1))
    with style.matplotlib_context():
        grid = sns.catplot(
            data=results, x="year_be", y=value, hue=group, col=panels, kind="box", col_wrap=3, height=2.6, aspect=1.3,
            fliersize=0, linewidth=0.8, legend="brief", palette=[style.PEER, style.BAND][: results[group].nunique()],
            order=years,
        )  # fmt: skip
        grid.set_titles("{col_name}").set_axis_labels("", value)
        for name, axes in grid.axes_dict.items():
            axes.tick_params(axis="x", rotation=90)
            axes.axhline(0, color=style.INK, linewidth=0.8)
            if chosen:
                own = results[(results[panels] == name) & (results["school_id"] == chosen)].set_index("year_be")
                axes.plot(own[value].reindex(years).to_numpy(), "D-", color=style.OWN, markersize=4, linewidth=1.2)
        grid.figure.supxlabel(note, fontsize=8, color=style.WARN)
        plt.close(grid.figure)  # a notebook shows what a cell returns; an open figure would stand there twice
        return Drawing(grid.figure, results)


def tested_by_year(coverage: pd.DataFrame, *, value: str = "n_schools", note: str = ""):
    """Schools (or pupils) with results by test and year as a heat map with the numbers written in.

    Parameters
    ----------
    coverage
        As :func:`innovlib.measures.outcomes.coverage` returns it.
    value
        Which of its columns is written in: ``n_schools`` or ``n_tested``. An empty square: nobody sat the test.

    Returns
    -------
    Drawing
    """
    if coverage.empty:
        return _nothing(coverage, note=note)
    import seaborn as sns

    what = coverage["test"].astype("str") + " " + coverage["grade"].astype("str")
    # Subjects of one test are sat by the same pupils, so the largest of them counts those who sat the test.
    wide = coverage.assign(what=what).pivot_table(index="what", columns="year_be", values=value, aggfunc="max")
    with _axes(7.2, 0.5 * len(wide) + 1) as axes:
        sns.heatmap(wide.astype("float"), annot=True, fmt=".0f", cmap="Blues", cbar=False, linewidths=1, ax=axes)
        axes.set(xlabel="", ylabel="")
        return _finish(axes, wide, note=note)


def intervals(results: pd.DataFrame, *, label: str, chosen: str = "", note: str = "", zero: bool = False):
    """One dot and interval per row of a measure's result, in the order of the rows.

    Parameters
    ----------
    results
        Rows with ``estimate``, ``conf_low``, ``conf_high`` and ``label``; a row without an interval shows its dot only.
    chosen
        The value of ``label``, or of ``school_id`` where there is one, whose row stands out.
    note
        Words under the figure, such as the mark of synthetic data.
    zero
        Draw a line at 0.

    Returns
    -------
    Drawing
    """
    if results.empty:
        return _nothing(results, note=note)
    with _axes(7.2, 0.3 * len(results) + 1) as axes:
        rows = np.arange(len(results))
        marked = _is_chosen(results, label=label, chosen=chosen)
        for part, colour, mark in ((~marked, style.PEER if chosen else style.OWN, "o"), (marked, style.OWN, "D")):
            some = results[part]
            axes.hlines(rows[part], some["conf_low"], some["conf_high"], color=colour, linewidth=1.5)
            axes.plot(some["estimate"], rows[part], mark, color=colour, markersize=5)
        axes.set_yticks(rows, results[label].astype(str))
        axes.set_ylim(len(results) - 0.5, -0.5)
        return _finish(axes, results, note=note, zero="x" if zero else "")


def _is_chosen(results: pd.DataFrame, *, label: str, chosen: str) -> np.ndarray:
    by_id = results["school_id"] == chosen if "school_id" in results else False
    return np.asarray((results[label].astype(str) == chosen) | by_id, dtype=bool)


def among(
    results: pd.DataFrame,
    *,
    chosen: str,
    value: str = "estimate",
    error: str = "",
    name: str = "",
    note: str = "",
    zero: bool = False,
):
    """Where one school lies among all of them: schools by size of a value, one named, the others without names.

    A look at spread and uncertainty, not a ranking: neighbours whose intervals overlap cannot be told apart.

    Parameters
    ----------
    results
        One row per school with ``school_id``, the value, and ``conf_low`` and ``conf_high`` or an ``error``.
    chosen, name
        The school that stands out, and what to write beside it (its id where nothing is given).
    value
        Column of the value.
    error
        Column of its standard error or posterior SD, drawn as 95 % intervals (1.96 of it on each side) where the
        results carry no interval.
    note, zero
        As in :func:`intervals`.

    Returns
    -------
    Drawing
    """
    if results.empty:
        return _nothing(results, note=note)
    rows = results[results[value].notna()].sort_values(value, kind="stable").reset_index(drop=True)
    if error:
        reach = 1.96 * rows[error]
        rows = rows.assign(conf_low=rows[value] - reach, conf_high=rows[value] + reach)
    own = rows[rows["school_id"] == chosen]
    said = name or chosen
    with _axes(7.2, 3.0) as axes:
        for part, line, dot, mark, wide in (
            (rows, style.BAND, style.PEER, "o", 3),
            (own, style.OWN, style.OWN, "D", 7),
        ):
            axes.vlines(part.index, part["conf_low"], part["conf_high"], color=line, linewidth=wide / 2)
            axes.plot(part.index, part[value], mark, color=dot, markersize=wide)
        words = said if len(own) else f"{said}: ไม่มีข้อมูล · no data"
        axes.set_title(words, color=style.OWN, fontsize=10, loc="left")
        axes.set_xticks([])
        return _finish(axes, rows, note=note, zero="y" if zero else "")


def scatter(
    results: pd.DataFrame, *, x: str, y: str, group: str = "", chosen: str = "", joined: bool = False, note: str = "",
    zero: bool = False,
):  # fmt: skip
    """One point per row of two numbers, a mark and a colour per group; or a curve through them.

    A look, not a fit: no line is laid through the points, because with so few schools any line persuades.

    Parameters
    ----------
    x, y, group
        Columns across, upwards, and of the groups where there are any.
    chosen
        The ``school_id`` whose point is larger.
    joined
        Join the points of a group in the order of the rows, as for a curve.
    note, zero
        As in :func:`intervals`.

    Returns
    -------
    Drawing
    """
    if results.empty:
        return _nothing(results, note=note)
    parts = results.groupby(group, sort=True, observed=True) if group else [("", results)]
    with _axes(7.2, 3.4) as axes:
        for place, (name, rows) in enumerate(parts):
            mark = MARKS[place % len(MARKS)] + ("-" if joined else "")
            line = axes.plot(rows[x], rows[y], mark, markersize=5, linewidth=1, label=str(name))[0]
            own = rows[rows["school_id"] == chosen] if chosen and "school_id" in rows else rows.iloc[:0]
            axes.plot(own[x], own[y], mark[0], color=line.get_color(), markersize=11, markeredgecolor=style.INK)
        axes.set_title(y, fontsize=9, loc="left")
        axes.set_xlabel(x)
        if group:
            axes.legend(frameon=False, fontsize=8, loc="upper left", bbox_to_anchor=(1, 1))
        return _finish(axes, results, note=note, zero="y" if zero else "")


def years(results: pd.DataFrame, *, group: str, chosen: str = "", note: str = "", zero: bool = False):
    """A measure over the years, one line with interval bars per group; a year without a value breaks the line.

    Parameters
    ----------
    results
        Rows with ``year_be``, ``estimate``, ``conf_low``, ``conf_high`` and ``group``, at most one per year and group.
    chosen
        The group whose line stands out.
    note, zero
        As in :func:`intervals`.

    Returns
    -------
    Drawing
    """
    if results.empty:
        return _nothing(results, note=note)
    span = np.arange(int(results["year_be"].min()), int(results["year_be"].max()) + 1)
    with _axes(7.2, 3.4) as axes:
        for place, (name, rows) in enumerate(results.groupby(group, sort=False, observed=True)):
            wide = rows.set_index(rows["year_be"].astype(int)).reindex(span)
            x = span + 0.08 * place
            look = {"color": style.OWN if str(name) == chosen else style.PEER} if chosen else {}
            mark = MARKS[place % len(MARKS)]
            line = axes.plot(x, wide["estimate"], f"{mark}-", markersize=4, linewidth=1, label=str(name), **look)[0]
            axes.vlines(x, wide["conf_low"], wide["conf_high"], color=line.get_color(), linewidth=1)
        axes.set_xticks(span)
        axes.legend(frameon=False, fontsize=8, loc="upper left", bbox_to_anchor=(1, 1))
        return _finish(axes, results, note=note, zero="y" if zero else "")
