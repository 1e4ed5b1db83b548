"""Earlier results: where schools stood before any of them joined, as a piece of context for finding similar schools.

Schools must not be matched on results that joining may have changed: that would take away part of what is to be seen.
Results of years before the first school of the area joined cannot have been changed by it, for any school.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from innovlib.measures.outcomes import standardised
from innovlib.measures.similar import between_variance, shrunken

#: Name of the results.
EARLIER = "earlier_results"


def earlier_results(scores: pd.DataFrame, schools: pd.DataFrame) -> pd.Series:
    """Each school's distance from the area in the years before the area's first school joined, pulled in by chance.

    Parameters
    ----------
    scores, schools
        The area's tables; ``joined_year_be`` says who joined when.

    Returns
    -------
    Series
        Pupil SDs, indexed by ``school_id``; schools without earlier results are not in it. Empty where nobody has
        joined, or nothing was tested before.

    Notes
    -----
    Mean over tests of the mean over subjects of z (:func:`innovlib.measures.outcomes.standardised`), pupils as weights
    over the years, then multiplied by its reliability τ²/(τ² + v): a small school's luck of one year would otherwise
    choose its neighbours, and they would all fall back towards the mean afterwards (regression to the mean).

    References
    ----------
    Daw J. & Hatfield L. (2018), Health Services Research 53, 4138-4156, on regression to the mean where groups are
    matched on earlier outcomes in difference-in-differences.

    Examples
    --------
    >>> schools = pd.DataFrame({"school_id": ["a", "b"], "joined_year_be": [2562, None]})
    >>> earlier_results(pd.DataFrame({"year_be": [2563, 2564]}), schools).empty
    True
    """
    first = schools["joined_year_be"].min()
    before = scores[scores["year_be"] < first] if pd.notna(first) else scores.iloc[:0]
    if before.empty:
        return pd.Series(dtype=float, index=pd.Index([], name="school_id"), name=EARLIER)
    z = standardised(before)
    z = z.assign(total=z["z"] * z["n"])
    sums = z.groupby(["school_id", "test", "grade", "subject"], observed=True)[["n", "total"]].sum()
    by_test = sums.assign(z=sums["total"] / sums["n"]).groupby(level=["school_id", "test", "grade"], observed=True)
    tests = by_test.agg(z=("z", "mean"), n=("n", "max"))
    of_school = tests.assign(variance=1 / tests["n"]).groupby(level="school_id")
    raw, variance = of_school["z"].mean(), of_school["variance"].sum() / of_school.size() ** 2
    tau2 = between_variance(raw.to_numpy(), variance.to_numpy())
    found = shrunken(raw, variance, tau2=tau2)["shrunken"].to_numpy() if np.isfinite(tau2) else raw.to_numpy()
    return pd.Series(found, index=raw.index, name=EARLIER)
