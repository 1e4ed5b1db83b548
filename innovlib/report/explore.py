"""Quick looks for the researcher's own screen, drawn with seaborn from unprotected numbers.

Nothing here may go onto a page that is handed out: pages draw from protected tables only (rule D11), with
:mod:`innovlib.report.figures`.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
import pandas as pd

from innovlib.report import style


def school_years(results: pd.DataFrame, *, value: str, group: str, panels: str):
    """Spread of schools by year: one box per year and group, a panel for each test or subject.

    Parameters
    ----------
    results
        One row per school and year, with ``year_be`` and the three columns named.
    value, group, panels
        Columns for the height, the colour and the panels.

    Returns
    -------
    matplotlib.figure.Figure
    """
    import seaborn as sns

    with style.matplotlib_context():
        grid = sns.catplot(
            data=results, x="year_be", y=value, hue=group, col=panels, kind="box", col_wrap=3, height=2.6, aspect=1.3,
            fliersize=0, linewidth=0.8, legend="brief", palette=[style.PEER, style.OWN][: results[group].nunique()],
        )  # fmt: skip
        grid.set_titles("{col_name}").set_axis_labels("", value)
        for axes in grid.axes.flat:
            axes.tick_params(axis="x", rotation=90)
            axes.axhline(0, color=style.INK, linewidth=0.8)
        return grid.figure


def tested_by_year(coverage: pd.DataFrame):
    """Schools with results by test and year as a heat map with the numbers written in.

    Parameters
    ----------
    coverage
        As :func:`innovlib.measures.outcomes.coverage` returns it.

    Returns
    -------
    matplotlib.figure.Figure
    """
    import seaborn as sns
    from matplotlib.figure import Figure

    with style.matplotlib_context():
        wide = coverage.assign(what=coverage["test"] + " " + coverage["grade"]).pivot_table(
            index="what", columns="year_be", values="n_schools", fill_value=0
        )
        axes = Figure(figsize=(7.2, 0.5 * len(wide) + 1), layout="constrained").subplots()
        sns.heatmap(wide, annot=True, fmt=".0f", cmap="Blues", cbar=False, linewidths=1, ax=axes)
        axes.set(xlabel="", ylabel="")
        return axes.figure


@contextmanager
def _axes(width: float, height: float) -> Iterator:
    """Axes on a figure that a notebook shows when a cell returns it, and does not show a second time."""
    import matplotlib.pyplot as plt

    with style.matplotlib_context():
        figure, axes = plt.subplots(figsize=(width, height), layout="constrained")
        yield axes
        plt.close(figure)


def intervals(results: pd.DataFrame, *, label: str, note: str = "", zero: bool = False):
    """One dot and interval per row of a measure's result, in the order of the rows.

    Parameters
    ----------
    results
        Rows with ``estimate``, ``conf_low``, ``conf_high`` and ``label``; a row without an interval shows its dot only.
    note
        Words under the figure, such as the mark of synthetic data.
    zero
        Draw a line at 0.

    Returns
    -------
    matplotlib.figure.Figure
    """
    with _axes(7.2, 0.3 * len(results) + 1) as axes:
        rows = range(len(results))
        axes.hlines(rows, results["conf_low"], results["conf_high"], color=style.OWN, linewidth=1.5)
        axes.plot(results["estimate"], rows, "o", color=style.OWN, markersize=5)
        axes.set_yticks(rows, results[label].astype(str))
        axes.invert_yaxis()
        _finish(axes, note=note)
        if zero:
            axes.axvline(0, color=style.INK, linewidth=0.8)
        return axes.figure


def years(results: pd.DataFrame, *, group: str, note: str = "", zero: bool = False):
    """A measure over the years, one line with interval bars per group; a year without a value breaks the line.

    Parameters
    ----------
    results
        Rows with ``year_be``, ``estimate``, ``conf_low``, ``conf_high`` and ``group``, at most one per year and group.
    note, zero
        As in :func:`intervals`.

    Returns
    -------
    matplotlib.figure.Figure
    """
    span = np.arange(int(results["year_be"].min()), int(results["year_be"].max()) + 1)
    with _axes(7.2, 3.4) as axes:
        for place, (name, rows) in enumerate(results.groupby(group, sort=False)):
            wide = rows.set_index(rows["year_be"].astype(int)).reindex(span)
            x = span + 0.08 * place
            mark = "os^Dvp"[place % 6]
            line = axes.plot(x, wide["estimate"], f"{mark}-", markersize=4, linewidth=1, label=str(name))[0]
            axes.vlines(x, wide["conf_low"], wide["conf_high"], color=line.get_color(), linewidth=1)
        axes.set_xticks(span)
        axes.legend(frameon=False, fontsize=8, loc="upper left", bbox_to_anchor=(1, 1))
        _finish(axes, note=note)
        if zero:
            axes.axhline(0, color=style.INK, linewidth=0.8)
        return axes.figure


def _finish(axes, *, note: str) -> None:
    axes.spines[["top", "right"]].set_visible(False)
    axes.figure.supxlabel(note, fontsize=8, color=style.WARN)
