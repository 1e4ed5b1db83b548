"""The door of a release: what D6 and D8 decide over all reports of an area, brought into every table of each report.

A report opens the release once and its own page of it; every table of the page goes through that page::

    release = withheld.plan(data, profile=profile)      # the same for all reports of the area
    page = release.page(f"school-{school_id}")          # or cohort-1, or area
    latest = page.means(results)                        # D1, D4, D5, D7, D10, then D6 and D8
    tested = page.shares(participation)                 # D1, D3, D5, then D6
    gaps = page.gaps(school_gaps)                       # D1, D4, D5, then D6

What comes out carries the mark of the plan that it passed; :func:`innovlib.report.provenance.provenance` refuses a page
on which a table has no mark, and a test lets no report template call the rules of a single table past this door.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import cache, cached_property, partial
from pathlib import Path

import numpy as np
import pandas as pd

from innovlib.area.fingerprint import digest, folder_digest
from innovlib.area.shared import shared
from innovlib.area.store import Area
from innovlib.errors import BadInput, Words
from innovlib.measures.outcomes import SERIES
from innovlib.release import ledger
from innovlib.release.relations import GAP, SHARE_TESTED, WIDER
from innovlib.report import disclosure
from innovlib.report.disclosure import FEW_SCHOOLS, Protected, rounded_half_up

RESULT_KEY = ["who", *SERIES, "first_year_be", "last_year_be"]
PLAN_COLUMNS = ["report", "school_id", *RESULT_KEY, "rule"]
#: Numbers of a table that D6 may take back.
_VALUES = ("mean", "percent", "gap", "conf_low", "conf_high", "spread_low", "spread_high")
#: What a figure's fate is called, in the order in which it is told.
LOSS = ("figures", "small", "hidden", "whole", "exposed")


@dataclass(frozen=True)
class ReleasePlan:
    """What D6 takes back over all reports of an area, to be brought into each report's tables.

    Attributes
    ----------
    profile
        Whose readers it is for.
    rows
        One row per figure to hide or to print whole: the cell's key and ``rule`` (hidden, whole, or unmarked: it
        is hidden anyway, and does not say how few it holds).
    loss
        How many figures all reports hold together, how many of them are ``small`` (hidden by D1 or D7), ``hidden`` and
        printed ``whole`` by D6, and ``exposed``: hidden here, but told by what others have published.
    area
        Name of the area's folder, under which the ledger knows it.
    book
        What was handed out before (D8).
    """

    profile: str
    rows: pd.DataFrame
    loss: dict[str, int] = field(default_factory=dict)
    area: str = ""
    book: ledger.Ledger = field(default_factory=ledger.Ledger, repr=False)

    def page(self, report: str) -> Page:
        """The door of one report: ``school-ID``, ``cohort-N`` or ``area``.

        Raises
        ------
        BadInput
            A report for a school's own staff holds that school alone.
        """
        if not report.startswith(("school-", "cohort-")) and report != "area":
            raise BadInput(
                Words(f"ไม่มีรายงานชื่อ {report}", f"there is no report called {report}"),
                expected=Words("school-รหัส, cohort-รุ่น หรือ area", "school-ID, cohort-N or area"),
            )
        return Page(self, report)

    @cached_property
    def fingerprint(self) -> str:
        """What tells this plan from any other: SHA-256 over what it takes back."""
        return digest(f"{self.area}\0{self.to_json()}")

    def share(self, report: str) -> str:
        """Fingerprint of what the plan and the ledger hold for one report: while it stays, the report stays."""
        old = self.book.last(area=self.area, profile_name=self.profile)
        return digest(f"{self.fingerprint}\0{old[old['report'] == report].to_csv(index=False)}")

    def rules_for(self, frame: pd.DataFrame, *, report: str) -> np.ndarray:
        """For each row of a protected table: hidden, whole, unmarked, or "" where nothing changes."""
        if "gap" in frame:
            mine, keys = self.rows[self.rows["who"] == GAP], ["school_id"]
        elif "percent" in frame:
            mine, keys = self._of(report, self.rows["subject"] == SHARE_TESTED), ["test", "grade", "first_year_be"]
        else:
            mine, keys = self._of(report, self.rows["subject"] != SHARE_TESTED), RESULT_KEY
        if mine.empty or frame.empty:  # empty columns have no type that could be matched
            return np.full(len(frame), "", dtype=object)
        found = frame[keys].merge(mine[[*keys, "rule"]].drop_duplicates(keys), on=keys, how="left")
        return found["rule"].fillna("").to_numpy(dtype=object)

    def _of(self, report: str, chosen: pd.Series) -> pd.DataFrame:
        # The area's own figure stands beside others' results on every page.
        mine = (self.rows["report"] == report) | ((self.rows["report"] == "area") & (self.rows["who"] == "area"))
        return self.rows[chosen & mine & (self.rows["who"] != GAP)]

    def to_json(self) -> str:
        """The plan as text, the same for the same plan; it names what is hidden and holds no hidden value."""
        rows = self.rows.to_dict(orient="records")
        told = {"profile": self.profile, "loss": self.loss, "rows": rows}
        return json.dumps(told, ensure_ascii=False, indent=1)

    @classmethod
    def from_json(cls, text: str) -> ReleasePlan:
        """The other way round from :meth:`to_json`; without the ledger."""
        said = json.loads(text)
        return cls(said["profile"], pd.DataFrame(said["rows"], columns=PLAN_COLUMNS), said["loss"])


@dataclass(frozen=True)
class Page:
    """One report's door: what goes in is a table of true numbers, what comes out may be seen beside all other reports.

    A new kind of table gets a method here, made of its rule for a single table (``protect_…`` in
    :mod:`innovlib.report.disclosure`) and, where its numbers are sums or means of pupils that another report prints in
    parts, of its relations (:mod:`innovlib.release.relations`).
    """

    plan: ReleasePlan
    report: str

    @property
    def profile(self) -> str:
        """Whose readers the report is for."""
        return self.plan.profile

    def means(self, results: pd.DataFrame) -> Protected:
        """Means of groups of pupils (:func:`innovlib.report.disclosure.protect_means`) as they may be printed here."""
        whole = self.plan.rules_for(results, report=self.report) == "whole"
        held = self._beside(disclosure.protect_means(results, profile_name=self.profile, whole=whole))
        return ledger.kept(held, self.plan.book, report=self.report, area=self.plan.area)

    def shares(self, shares: pd.DataFrame) -> Protected:
        """Shares tested (:func:`innovlib.report.disclosure.protect_shares`) as they may be printed here."""
        return self._beside(disclosure.protect_shares(shares, profile_name=self.profile))

    def gaps(self, gaps: pd.DataFrame) -> Protected:
        """Schools' distances from the area (:func:`innovlib.report.disclosure.protect_gaps`) as they may be printed."""
        whole = self.plan.rules_for(gaps, report=self.report) == "whole"
        return self._beside(disclosure.protect_gaps(gaps, profile_name=self.profile, whole=whole))

    def by(self, protect: Callable[..., Protected], table: pd.DataFrame, **more) -> Protected:
        """A table by another rule of :mod:`innovlib.report.disclosure`, one whose numbers are parts of no sum.

        Survey scores of a school's answers, indices and effects over groups of schools: nothing that other reports
        print adds up to them, so D6 has nothing to say. ``more`` goes to the rule.
        """
        return self.passed(protect(table, profile_name=self.profile, **more))

    def passed(self, protected: Protected) -> Protected:
        """A protected table that is in no relation with other reports' tables, marked as having passed.

        Raises
        ------
        BadInput
            It was protected for other readers.
        """
        if protected.profile != self.profile:
            raise BadInput(
                Words(f"ตารางนี้ทำไว้สำหรับ {protected.profile}", f"this table was protected for {protected.profile}"),
                expected=Words(self.profile, self.profile),
            )
        return replace(protected, plan=self.plan.fingerprint)

    def count(self, n) -> str:
        """One count of pupils as it may be printed (:func:`innovlib.report.disclosure.protect_count`)."""
        return disclosure.protect_count(n, profile_name=self.profile)

    def _beside(self, protected: Protected) -> Protected:
        return self.passed(apply_release(protected, self.plan, report=self.report))


def apply_release(protected: Protected, plan: ReleasePlan, *, report: str) -> Protected:
    """A protected table as it may stand beside all other reports of the release (D6).

    Parameters
    ----------
    protected
        Means, shares or gaps from the functions of :mod:`innovlib.report.disclosure`.
    plan
        What to take back over the whole release (:func:`release_plan`), same profile.
    report
        Whose page the table is for: ``school-ID``, ``cohort-N`` or ``area``.

    Returns
    -------
    Protected
        The same rows; those that D6 hides have ``status`` small, no value, and
        :data:`innovlib.report.disclosure.FEW_SCHOOLS` for their n; those that lose their decimal are whole.

    Raises
    ------
    BadInput
        The plan was made for other readers.
    """
    if plan.profile != protected.profile:
        raise BadInput(
            Words(f"แผนการปกปิดทำไว้สำหรับ {plan.profile}", f"the release plan was made for {plan.profile}"),
            expected=Words(protected.profile, protected.profile),
        )
    frame = protected.frame.copy()
    rules = plan.rules_for(frame, report=report)
    values = [c for c in _VALUES if c in frame]
    whole = (rules == "whole") & (frame["status"] == "shown").to_numpy()
    hidden = (rules == "hidden") & (frame["status"] == "shown").to_numpy()
    unmarked = (rules == "unmarked") & (frame["status"] == "small").to_numpy()
    if whole.any():
        frame.loc[whole, values] = rounded_half_up(frame.loc[whole, values])
    marks = {"n_label": FEW_SCHOOLS, "percent_label": FEW_SCHOOLS}
    _mark(frame, hidden, dict.fromkeys(values, np.nan) | marks | {"n": pd.NA, "verdict": "", "status": "small"})
    _mark(frame, unmarked, marks)
    fired = (
        (*protected.fired, "D6")
        if (whole | hidden | unmarked).any() and "D6" not in protected.fired
        else protected.fired
    )
    return replace(protected, frame=frame, fired=fired)


def _mark(frame: pd.DataFrame, rows: np.ndarray, marks: dict[str, object]) -> None:
    """Put the marks into these rows, in the columns that are there."""
    if rows.any():  # on most pages there are none, and pandas takes a millisecond for each column to find that out
        for column in [name for name in marks if name in frame]:
            frame.loc[rows, column] = marks[column]


def plan(area: Area, profile: str) -> ReleasePlan:
    """The release plan of an area for one profile: computed once, kept in the area's folder, then read from there.

    Raises
    ------
    UnknownName
        There is no such profile.
    Unreadable
        The release ledger beside the area's tables was changed by hand.
    """
    rules = disclosure.profile(profile).name
    kept = shared(area, "release-plan", partial(_frames, profile_name=rules), key=f"{rules} {_rules_digest()}")
    loss = dict(zip(kept["loss"]["what"], kept["loss"]["n"].tolist(), strict=True))
    book = ledger.read(area.folder / ledger.LEDGER_FILE)
    return ReleasePlan(rules, kept["rows"], loss, area.folder.name, book)


def _frames(area: Area, *, profile_name: str) -> dict[str, pd.DataFrame]:
    made = release_plan(area, profile_name=profile_name)
    return {"rows": made.rows, "loss": pd.DataFrame({"what": list(made.loss), "n": list(made.loss.values())})}


@cache
def _rules_digest() -> str:
    """Fingerprint of the code that decides: this room, and the page of rules."""
    return digest(folder_digest(Path(__file__).parent) + digest(Path(disclosure.__file__).read_bytes()))


def release_plan(area: Area, *, profile_name: str) -> ReleasePlan:
    """What must be taken back in the reports of an area, whichever of them are made now; computed anew.

    The readers of one profile have the editions for more readers as well (:mod:`innovlib.release.editions`).

    Raises
    ------
    UnknownName
        There is no such profile.
    """
    tables, scores = {name: area.table(name) for name in ("schools", "benchmarks")}, area.table("scores")
    if scores[["n_tested", "n_enrolled"]].isna().all(axis=None):  # nobody is counted, so nobody can be found out
        disclosure.profile(profile_name)
        return ReleasePlan(profile_name, pd.DataFrame(columns=PLAN_COLUMNS), dict.fromkeys(LOSS, 0))
    from innovlib.release.editions import protected_edition  # only here: pages read what is kept, and need no solver

    _, cells = protected_edition(scores, profile_name=profile_name, **tables)
    return plan_of(cells, profile_name=profile_name)


def plan_of(cells: pd.DataFrame, *, profile_name: str) -> ReleasePlan:
    """The plan that protected cells amount to."""
    cells = cells[~cells["state"].isin(["fixed", WIDER])]
    rules = {"hidden": cells["hidden_by"] == "D6", "whole": cells["whole"], "unmarked": cells["unmarked"]}
    rule = np.select([*rules.values()], [*rules], "")
    rows = cells.assign(rule=rule).loc[rule != "", PLAN_COLUMNS]
    return ReleasePlan(profile_name, rows.reset_index(drop=True), _loss(cells, rule))


def _loss(cells: pd.DataFrame, rule: np.ndarray) -> dict[str, int]:
    counts = (
        cells["state"] != "",
        cells["hidden_by"].isin(["D1", "D7"]),
        rule == "hidden",
        rule == "whole",
        cells["exposed"],
    )
    return {name: int(np.sum(count)) for name, count in zip(LOSS, counts, strict=True)}
