"""Two independent libraries, of other authors, on the same data: every effect, average and error to 1e-8.

Their numbers are frozen in ``libraries.csv`` with the version that gave them, so neither need be installed;
``freeze_libraries.py`` says how they were made. A third, diff-diff, is run by ``tests/effects``.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from innovlib.effects import averages, estimate
from innovlib.effects.design import Design
from innovlib.effects.panel import panel

HERE = Path(__file__).parent
FROZEN = pd.read_csv(HERE / "libraries.csv", dtype={"version": "str", "key": "str"})
EXACT = 1e-8


@cache
def _found(comparison: str) -> estimate.GroupTime:
    frame = pd.read_csv(HERE / "mpdta.csv").rename(
        columns={"countyreal": "school_id", "year": "year_be", "lemp": "outcome", "first.treat": "joined_year_be"}
    )
    schools = frame.drop_duplicates("school_id")[["school_id", "joined_year_be"]].replace({"joined_year_be": {0: None}})
    return estimate.group_time(panel(frame, schools, Design(baseline="last_year", comparison=comparison)))


def _ours(comparison: str, quantity: str) -> pd.DataFrame:
    """estimate and std_error by key, as the libraries name them."""
    found = _found(comparison)
    if quantity == "att_gt":
        frame = found.to_frame()
        return frame.set_index(frame["cohort_be"].astype("str") + " " + frame["year_be"].astype("str"))
    frame = averages.aggregate(found, quantity, shares_known=False)[0]
    keys = ["overall"]
    if quantity != "simple":
        keys += [str(int(k)) for k in frame.iloc[1:, 0]]
    return frame.assign(key=keys).set_index("key")


@pytest.mark.parametrize("library", ["csdid", "moderndid"])
@pytest.mark.parametrize("comparison", ["never", "not_yet"])
@pytest.mark.parametrize("quantity", ["att_gt", "simple", "dynamic", "group", "calendar"])
def test_every_number_of_the_library_is_ours(library, comparison, quantity):
    asked = (FROZEN["library"] == library) & (FROZEN["comparison"] == comparison) & (FROZEN["quantity"] == quantity)
    theirs = FROZEN[asked].set_index("key")[["estimate", "std_error"]]
    ours = _ours(comparison, quantity)
    assert len(theirs) == len(ours)
    assert np.allclose(ours.loc[theirs.index, ["estimate", "std_error"]], theirs, rtol=0, atol=EXACT)
