"""Pupils' standing: each child's results of one test and year as one number that can be put together over papers."""

from __future__ import annotations

import pandas as pd

from innovlib.measures.outcomes import CELL
from innovlib.measures.rows import need_columns, numbers

#: What one sitting of a test is: a pupil, a year, a test and a grade.
SITTING = ["pupil_key", "school_id", "year_be", "test", "grade"]
#: Background that a pupil carries, as far as the table has it.
BACKGROUND = ("sex", "other_language", "poor")


def standing(pupils: pd.DataFrame, *, years: int | None = None) -> pd.DataFrame:
    """One row per pupil and sitting: the mean over its subjects of the distance from the paper's mean, in SDs.

    Parameters
    ----------
    pupils
        The ``pupils`` table; rows without a score are left out.
    years
        Keep the latest so many years of each test and grade; all by default.

    Returns
    -------
    DataFrame
        :data:`SITTING`, the columns of :data:`BACKGROUND` that are there, ``z`` (SDs), ``score`` (mean points over the
        subjects), ``n_subjects``.

    Notes
    -----
    ``z = (score − mean)/sd`` within year × test × grade × subject over all pupils of the table, sd with n − 1; a paper
    on which nobody differs gives 0. Papers differ in difficulty by ten points and more between years, so raw scores of
    several may not be put together; z may. z is not rescaled after averaging over subjects: measures that divide by a
    standard deviation take that of z itself.

    Examples
    --------
    >>> two = pd.DataFrame({"pupil_key": list("xyxy"), "school_id": "a", "year_be": 2567, "test": "NT", "grade": "ป.3",
    ...                     "subject": ["thai", "thai", "maths", "maths"], "score": [40.0, 60.0, 10.0, 10.0]})
    >>> standing(two)[["pupil_key", "z", "score"]].round(3).values.tolist()
    [['x', -0.354, 25.0], ['y', 0.354, 35.0]]
    """
    need_columns(pupils, [*SITTING, "subject", "score"])
    rows = pupils.assign(score=numbers(pupils, "score"))
    rows = rows[rows["score"].notna()]
    if years is not None:
        latest = rows.groupby(["test", "grade"], observed=True)["year_be"].transform("max")
        rows = rows[rows["year_be"] > latest - years]
    of_paper = rows.groupby(CELL, observed=True)["score"]
    sd = of_paper.transform("std")
    z = ((rows["score"] - of_paper.transform("mean")) / sd).where(sd > 0, 0.0)
    background = [c for c in BACKGROUND if c in rows]
    sittings = rows.assign(z=z).groupby(SITTING, observed=True, sort=False)
    kinds = {"z": ("z", "mean"), "score": ("score", "mean"), "n_subjects": ("score", "size")}
    out = sittings.agg(**{c: (c, "first") for c in background}, **kinds).reset_index()
    return out[[*SITTING, *background, "z", "score", "n_subjects"]]
