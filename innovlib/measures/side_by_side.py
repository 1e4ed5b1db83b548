"""Every school's results beside those of its similar schools, worked out for all schools together.

Many schools cost little more than one that way. A report is about one school, but what it needs is the same work for
all: done for all at once, it is a matter of looking up. What is found is that of
:func:`innovlib.measures.comparison.school_results`, school by school.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from innovlib.area.shared import shared
from innovlib.area.store import Area
from innovlib.measures import comparison, similar
from innovlib.measures.comparison import Reference
from innovlib.measures.earlier import EARLIER, earlier_results
from innovlib.measures.outcomes import school_gaps

#: An area of more schools than this works out its pilot schools together, and any other when it is asked for.
TOGETHER_AT_MOST = 5000


@dataclass(frozen=True)
class _Found:
    """Rows of all schools, and where each one's stand."""

    rows: pd.DataFrame
    places: dict[str, np.ndarray]

    @classmethod
    def of(cls, rows: pd.DataFrame) -> _Found:
        return cls(rows, rows.groupby("of").indices)


@dataclass(frozen=True)
class SideBySide:
    """All schools of an area beside their similar schools.

    Attributes
    ----------
    schools, scores
        The area's tables.
    ref
        What results are set against (:func:`innovlib.measures.comparison.reference`).
    smallest_n
        Results on fewer pupils make the years of a test be pooled.
    only
        Schools that are worked out together; all or, in a large area, the pilots, where it is empty.

    Examples
    --------
    >>> from innovlib import paths
    >>> from innovlib.area import open_area
    >>> beside = SideBySide.of(open_area(paths.EXAMPLE), smallest_n=10)
    >>> len(beside.near("99050001")), sorted(set(beside.latest("99050001")["who"]))
    (15, ['area', 'nation', 'school', 'similar'])
    """

    schools: pd.DataFrame
    scores: pd.DataFrame
    ref: Reference
    smallest_n: int
    only: tuple[str, ...] = ()

    @cached_property
    def together(self) -> list[str]:
        """Ids of the schools that are worked out together."""
        if self.only:
            return list(self.only)
        few = len(self.schools) <= TOGETHER_AT_MOST
        return list((self.schools if few else self.schools[self.schools["cohort"].notna()])["school_id"])

    @cached_property
    def earlier(self) -> pd.Series:
        """Results from before any school joined; later ones would be matched on what joining may have changed."""
        return earlier_results(self.scores, self.schools)

    @cached_property
    def gaps(self) -> pd.DataFrame:
        """Distances of all schools from the area (:func:`innovlib.measures.outcomes.school_gaps`)."""
        return school_gaps(self.scores)

    @classmethod
    def of(cls, area: Area, *, smallest_n: int) -> SideBySide:
        """The schools of an area, all worked out now, or read where that is kept with the area's tables.

        Many reports look their schools up in what is worked out once (:func:`innovlib.area.shared.shared`).
        """
        schools, scores = area.table("schools"), area.table("scores")
        beside = cls(schools, scores, comparison.reference(scores, benchmarks=area.table("benchmarks")), smallest_n)
        rows = shared(area, "side-by-side", lambda _: beside._rows(), key=str(smallest_n))
        # A cached property is looked up here before it is worked out.
        vars(beside).update(earlier=rows["earlier"][EARLIER], gaps=rows["gaps"], _near=rows["near"],
                            _latest=_Found.of(rows["latest"]), _history=_Found.of(rows["history"]))  # fmt: skip
        return beside

    def _rows(self) -> dict[str, pd.DataFrame]:
        return {"earlier": self.earlier.to_frame(EARLIER), "gaps": self.gaps, "near": self._near,
                "latest": self._latest.rows, "history": self._history.rows}  # fmt: skip

    def near(self, school_id: str) -> pd.DataFrame:
        """The school's similar schools, nearest first (:func:`innovlib.measures.similar.similar_schools`)."""
        if school_id not in self._known:
            return similar.similar_schools(self.schools, school_id=school_id, earlier=self.earlier)
        return similar.named(self._near[self._near["school_id"] == school_id], self.schools)

    def latest(self, school_id: str) -> pd.DataFrame:
        """Its latest results (:func:`innovlib.measures.comparison.school_results` with ``latest_only``)."""
        return self._of(school_id, self._latest, latest_only=True)

    def history(self, school_id: str) -> pd.DataFrame:
        """Its results of all years, of subjects still tested (:func:`innovlib.measures.comparison.running`)."""
        return comparison.running(self._of(school_id, self._history, latest_only=False))

    def every_near(self) -> pd.DataFrame:
        """The similar schools of all that are worked out together (:func:`innovlib.measures.similar.neighbours`)."""
        return self._near

    def every_latest(self) -> pd.DataFrame:
        """Latest results of all that are worked out together (:func:`innovlib.measures.comparison.every_school`)."""
        return self._latest.rows

    def every_history(self) -> pd.DataFrame:
        """As :meth:`every_latest`, of all years."""
        return self._history.rows

    @cached_property
    def _known(self) -> frozenset[str]:
        return frozenset(self.together)

    @cached_property
    def _near(self) -> pd.DataFrame:
        return similar.neighbours(self.schools, school_ids=self.together, earlier=self.earlier)

    @cached_property
    def _latest(self) -> _Found:
        return self._work_out(latest_only=True)

    @cached_property
    def _history(self) -> _Found:
        return self._work_out(latest_only=False)

    def _work_out(self, *, latest_only: bool) -> _Found:
        rows = comparison.every_school(self.ref, school_ids=self.together, near=self._near,
                                       smallest_n=self.smallest_n, latest_only=latest_only)  # fmt: skip
        return _Found.of(rows)

    def _of(self, school_id: str, found: _Found, *, latest_only: bool) -> pd.DataFrame:
        if school_id in found.places:
            return found.rows.iloc[found.places[school_id]].drop(columns="of").reset_index(drop=True)
        near = [] if school_id in self._known else list(self.near(school_id)["school_id"])
        return comparison.school_results(self.ref, school_id=school_id, similar_ids=near, smallest_n=self.smallest_n,
                                         latest_only=latest_only)  # fmt: skip
