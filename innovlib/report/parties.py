"""Who is set beside whom in the chapters: one school, a cohort, all pilot schools, and the schools outside."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from innovlib.chance import t_below
from innovlib.measures.outcomes import verdict
from innovlib.report.identity import pilots as pilot_ids


@dataclass(frozen=True)
class Party:
    """One side of a comparison: its key in results (school, cohort, pilots, others) and its schools.

    ``rest`` are the schools of the larger group that is shown elsewhere in the release and that this one is a part of
    (a cohort's fellow pilots): figures of the part and of the whole give those of the rest (rule D7).
    """

    who: str
    school_ids: tuple[str, ...]
    rest: tuple[str, ...] = ()

    def rows(self, table: pd.DataFrame) -> pd.DataFrame:
        """The rows of this party's schools."""
        return table[table["school_id"].isin(self.school_ids)]

    def rest_rows(self, table: pd.DataFrame) -> pd.DataFrame:
        """The rows of the rest of its larger group."""
        return table[table["school_id"].isin(self.rest)]


def of_school(schools: pd.DataFrame, *, school_id: str) -> tuple[Party, ...]:
    """A school beside the pilot schools and the others of its area."""
    return (Party("school", (school_id,)), *of_area(schools))


def of_every_school(schools: pd.DataFrame, *, school_ids: Sequence[str]) -> tuple[Party, ...]:
    """All sides that the pages of these schools speak of."""
    return (Party("school", tuple(school_ids)), *of_area(schools))


def of_cohort(schools: pd.DataFrame, *, cohort: int) -> tuple[Party, ...]:
    """A cohort beside the schools that are no pilots; its fellow pilots are on neither side."""
    members = tuple(schools.loc[schools["cohort"] == cohort, "school_id"])
    pilots, others = _pilots_and_others(schools)
    return (Party("cohort", members, tuple(i for i in pilots if i not in members)), Party("others", others))


def of_area(schools: pd.DataFrame) -> tuple[Party, ...]:
    """The pilot schools beside the others; a side without schools is left out. With no pilots: all schools."""
    pilots, others = _pilots_and_others(schools)
    if not pilots:
        return (Party("area", others),)
    return tuple(party for party in (Party("pilots", pilots), Party("others", others)) if party.school_ids)


def _pilots_and_others(schools: pd.DataFrame) -> tuple[tuple[str, ...], tuple[str, ...]]:
    pilots = tuple(pilot_ids(schools))
    return pilots, tuple(schools.loc[~schools["school_id"].isin(pilots), "school_id"])


def first(parties: tuple[Party, ...]) -> Party:
    """Whom the page is about."""
    return parties[0]


def compared(found: pd.DataFrame, *, keys: list[str], other: str, units: str = "n_schools") -> list[str]:
    """Verdict codes of all rows against those of ``other``: Welch's t on the two errors, P(above).

    The other party's own rows, and rows without two errors, get "".

    Parameters
    ----------
    found
        Rows with ``who``, ``keys``, ``estimate``, ``std_error`` and ``units``, the number of schools behind each.
    """
    theirs = found[found["who"] == other].set_index(keys)
    codes = []
    for row in found.to_dict("records"):
        key = tuple(row[k] for k in keys)
        known = row["who"] != other and key in theirs.index
        codes.append(verdict(_p_above(row, theirs.loc[key], units)) if known else "")
    return codes


def _p_above(a, b, units: str) -> float:
    """P(above) of one estimate against another by Welch's t; missing where an error is."""
    va, vb, da, db = a["std_error"] ** 2, b["std_error"] ** 2, a[units] - 1, b[units] - 1
    if not (np.isfinite(va + vb) and va + vb > 0 and min(da, db) > 0):
        return float("nan")
    freedom = (va + vb) ** 2 / (va**2 / da + vb**2 / db)
    return float(t_below((a["estimate"] - b["estimate"]) / np.sqrt(va + vb), freedom))
