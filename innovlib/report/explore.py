"""Quick looks for the researcher's own screen, drawn with seaborn from unprotected numbers.

Nothing here may go onto a page that is handed out: pages draw from protected tables only (rule D11), with
:mod:`innovlib.report.figures`.
"""

from __future__ import annotations

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
