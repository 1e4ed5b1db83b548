"""What D6 withholds over a whole release, brought from the plan into the tables of each report."""

from __future__ import annotations

import json
from dataclasses import dataclass

import numpy as np
import pandas as pd

from innovlib.area.store import Area
from innovlib.measures.outcomes import SERIES
from innovlib.release.relations import GAP, SHARE_TESTED, release_of
from innovlib.release.suppression import protect_release

RESULT_KEY = ["who", *SERIES, "first_year_be", "last_year_be"]
PLAN_COLUMNS = ["report", "school_id", *RESULT_KEY, "rule"]


@dataclass(frozen=True)
class ReleasePlan:
    """What D6 takes back over all reports of an area, to be brought into each report's tables.

    Attributes
    ----------
    profile
        Whose readers it is for.
    rows
        One row per figure to hide or to print whole: the cell's key and ``rule`` (hidden or whole).
    """

    profile: str
    rows: pd.DataFrame

    def rules_for(self, frame: pd.DataFrame, *, report: str) -> np.ndarray:
        """For each row of a protected table: hidden, whole, or "" where nothing changes."""
        if "gap" in frame:
            mine, keys = self.rows[self.rows["who"] == GAP], ["school_id"]
        elif "percent" in frame:
            mine, keys = self._of(report, self.rows["subject"] == SHARE_TESTED), ["test", "grade", "first_year_be"]
        else:
            mine, keys = self._of(report, self.rows["subject"] != SHARE_TESTED), RESULT_KEY
        found = frame[keys].merge(mine[[*keys, "rule"]].drop_duplicates(keys), on=keys, how="left")
        return found["rule"].fillna("").to_numpy(dtype=object)

    def _of(self, report: str, chosen: pd.Series) -> pd.DataFrame:
        return self.rows[chosen & (self.rows["report"] == report) & (self.rows["who"] != GAP)]

    def to_json(self) -> str:
        """The plan as text, the same for the same plan; it names what is hidden and holds no hidden value."""
        rows = self.rows.to_dict(orient="records")
        return json.dumps({"profile": self.profile, "rows": rows}, ensure_ascii=False, indent=1)

    @classmethod
    def from_json(cls, text: str) -> ReleasePlan:
        """The other way round from :meth:`to_json`."""
        said = json.loads(text)
        return cls(said["profile"], pd.DataFrame(said["rows"], columns=PLAN_COLUMNS))


def release_plan(area: Area, *, profile_name: str) -> ReleasePlan:
    """What must be taken back in the reports of an area, whichever of them are made now.

    Raises
    ------
    UnknownName
        There is no such profile.
    """
    tables = {name: area.table(name) for name in ("schools", "benchmarks")}
    release = release_of(area.table("scores"), profile_name=profile_name, **tables)
    return plan_of(protect_release(release, profile_name=profile_name), profile_name=profile_name)


def plan_of(cells: pd.DataFrame, *, profile_name: str) -> ReleasePlan:
    """The plan that protected cells amount to."""
    rule = np.select([cells["hidden_by"] == "D6", cells["whole"]], ["hidden", "whole"], "")
    rows = cells.assign(rule=rule).loc[rule != "", PLAN_COLUMNS]
    return ReleasePlan(profile_name, rows.reset_index(drop=True))
