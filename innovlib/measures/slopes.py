"""How scores rise with background: the slope overall, within schools and between schools."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from innovlib.measures import variance
from innovlib.measures.rows import each, jackknife, need_columns, numbers, paper, result, school_sums, usable, weights

PARTS = ("overall", "within", "between")


def slope(
    pupils: pd.DataFrame,
    *,
    on: str,
    value: str = "score",
    over: Sequence[str] | None = None,
    weight: str | None = None,
    school: str = "school_id",
) -> pd.DataFrame:
    """How scores rise with background (SES index, home language, poverty): overall, within and between schools.

    Parameters
    ----------
    pupils
        One row per pupil and paper with ``on``, ``value`` and ``school``; pupils with a missing value are left out.
    on
        Background of a pupil: a number, or True and False (then a slope is a difference in points).
    over
        Columns whose cells are measured one by one; by default year, test, grade and subject.
    weight
        Column of survey weights, if there are any.

    Returns
    -------
    DataFrame
        Three rows per cell, ``part`` = overall, within, between: ``measure`` = slope_points, estimate in points of
        ``value`` for one unit of ``on``, error, interval, p for 0, ``n``, ``n_schools``, ``strength`` (share of the
        score variance that a straight line on ``on`` explains in that part, 0 to 1), ``n_missing``.

    Notes
    -----
    ``within = Σ(x − x̄_s)(y − ȳ_s)/Σ(x − x̄_s)²``; ``between`` is the regression of school means on school means with
    the mixed model's weights (:func:`innovlib.measures.variance.school_weights`; with two schools, every pupil alike);
    ``overall`` is the regression over all pupils. Errors by leaving out one school at a time, Student t with G − 1
    degrees of freedom (G − 2 between schools). A slope much smaller within than between: pupils of one background sit
    together in the same schools.

    References
    ----------
    OECD (2013), PISA 2012 Results: Excellence through Equity, vol. II, annex A1 (slope and strength of the
    socio-economic gradient, within and between schools); Raudenbush S. & Bryk A. (2002), Hierarchical Linear Models,
    p. 135-139 (the two slopes).

    Examples
    --------
    Within both schools one point a unit; between them 3 points for 1 unit of the mean.

    >>> two = pd.DataFrame({"school_id": list("aabb"), "ses": [0, 1, 1, 2], "score": [0, 1, 3, 4]})
    >>> slope(two, on="ses")[["part", "estimate"]].round(3).values.tolist()
    [['overall', 2.0], ['within', 1.0], ['between', 3.0]]
    """
    over = paper(pupils, over, value=value)
    need_columns(pupils, [on, value, school])
    return each(pupils, over, lambda cell: _slopes(cell, on, value, weight, school))


def _slopes(cell, on, value, weight, school) -> list[dict]:
    cell, missing = usable(cell, [on, value, school])
    sums = _sums(cell, on, value, weight, school)
    sizes = {"n": len(cell), "n_schools": len(sums)}
    rows = []
    for part, squares in zip(
        PARTS, (sums, *_within_and_between(sums, cell.groupby(school, sort=False).size())), strict=True
    ):
        estimate, error = jackknife(squares, _line) if len(sums) else (np.nan, np.nan)
        df = len(sums) - (2 if part == "between" else 1)
        strength = _strength(squares.sum(axis=0))
        found = result(estimate, std_error=error, df=df, null=0.0, **sizes)
        rows.append(
            {"measure": "slope_points", "on": on, "part": part} | found | {"strength": strength, "n_missing": missing}
        )
    return rows


def _sums(cell, on, value, weight, school) -> np.ndarray:
    w, x, y = weights(cell, weight), numbers(cell, on).to_numpy(), numbers(cell, value).to_numpy()
    x, y = (v - v.mean() if len(v) else v for v in (x, y))
    return school_sums(
        cell[school], {"n": w, "x": w * x, "y": w * y, "xx": w * x * x, "xy": w * x * y, "yy": w * y * y}
    )


def _within_and_between(sums: np.ndarray, size: pd.Series) -> tuple[np.ndarray, np.ndarray]:
    """Each school's sums about its own means, and the sums of its means with the mixed model's weight."""
    w, x, y = sums[:, [0]], sums[:, [1]] / sums[:, [0]], sums[:, [2]] / sums[:, [0]]
    own = sums[:, 3:] - w * np.hstack([x * x, x * y, y * y])
    # Where all pupils of a school have the same background, rounding leaves a hair of difference.
    own[own[:, 0] <= 1e-12 * sums[:, 3].sum(), :2] = 0.0
    # About its own means a school's sums of x and y are 0.
    inside = np.hstack([w, 0 * w, 0 * w, own])
    # Schools that are all alike in background have no slope between them, whatever they weigh.
    if len(sums) >= 3 and np.ptp(x) > 1e-9 * max(1.0, np.abs(x).max()):
        xx, xy, yy = own.sum(axis=0)
        left = yy - (xy**2 / xx if xx > 0 else 0.0)
        w = variance.school_weights(size.to_numpy(), y[:, 0], np.array([left]), on=x[:, 0])[:, None]
    return inside, w * np.hstack([np.ones_like(x), x, y, x * x, x * y, y * y])


def _products(sums: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    n, x, y, xx, xy, yy = np.moveaxis(sums, -1, 0)
    about = xx - x * x / n
    return np.where(about > 1e-12 * xx, about, np.nan), xy - x * y / n, yy - y * y / n


def _line(sums: np.ndarray) -> np.ndarray:
    xx, xy, _ = _products(sums)
    return xy / xx


def _strength(sums: np.ndarray) -> float:
    with np.errstate(divide="ignore", invalid="ignore"):
        xx, xy, yy = _products(sums)
        return float(xy**2 / (xx * yy))
