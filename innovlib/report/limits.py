"""What a report cannot say: one sentence for each limit that the data at hand set, chosen by rule."""

from __future__ import annotations

import pandas as pd

from innovlib import terms
from innovlib.area import contract
from innovlib.area.store import Area
from innovlib.errors import Words
from innovlib.measures.comparison import Reference
from innovlib.report.disclosure import FEW_SCHOOLS, Protected, profile
from innovlib.report.words import listed, own, sentence

#: A change of the share tested beyond this many percentage points makes two periods hard to compare.
PARTICIPATION_MOVED = 10

#: Tables that a reader would expect a word on, and what they hold.
_EXPECTED = ("autonomy", "qualities", "partners", "progress")


def of_results(results: Protected, *, ref: Reference, who: str) -> list[Words]:
    """Limits that lie in the results themselves: hidden values, pooled years, one year only, assumed spread."""
    rows = own(results, who)
    if rows.empty:
        return [sentence("limits.no_results")]
    out = []
    hidden = rows[rows["status"] == "small"]
    few_schools = int((hidden["n_label"] == FEW_SCHOOLS).sum())
    if len(hidden) > few_schools:
        count, smallest = len(hidden) - few_schools, profile(results.profile).smallest_n
        out.append(sentence("limits.hidden", count=count, smallest=smallest))
    if few_schools:
        out.append(sentence("limits.few_schools", count=few_schools, least=profile(results.profile).smallest_schools))
    if (rows["first_year_be"] < rows["last_year_be"]).any():
        out.append(sentence("limits.pooled"))
    several_years = ref.scores["year_be"].min() < ref.scores["year_be"].max()
    out.append(sentence("limits.paper" if several_years else "limits.one_year"))
    assumed = ref.spread[ref.spread["sd_source"] == "assumed"]
    if len(assumed) and who == "school":
        out.append(sentence("limits.assumed_sd", sd=f"{assumed['pupil_sd'].iloc[0]:g}"))
    if who == "school" and "similar" not in set(results.frame["who"]):
        out.append(sentence("limits.no_similar"))
    return out


def of_participation(participation: Protected) -> list[Words]:
    """Limits that lie in who sat the tests: unknown enrolment, a share tested that moved."""
    if participation.frame.empty:
        return [sentence("limits.no_enrolment")]
    out = []
    for series, rows in _moved(participation):
        first, last = rows["percent_label"].iloc[0], rows["percent_label"].iloc[-1]
        out.append(sentence("limits.participation_moved", series=series, first=first, last=last))
    return out


def of_participation_briefly(participation: Protected) -> list[Words]:
    """As :func:`of_participation`, all tests in one sentence."""
    if participation.frame.empty:
        return of_participation(participation)
    tests = moved(participation)
    return [sentence("limits.tests_moved", tests=listed(tests), points=PARTICIPATION_MOVED)] if tests else []


def moved(participation: Protected) -> list[Words]:
    """The tests whose share of pupils tested moved too far for their periods to be compared."""
    return [series for series, _ in _moved(participation)]


def _moved(participation: Protected) -> list[tuple[Words, pd.DataFrame]]:
    shown, out = participation.frame[participation.frame["status"] == "shown"], []
    for (test, grade), rows in shown.groupby(["test", "grade"], observed=True, sort=False):
        rows = rows.sort_values("first_year_be")
        if len(rows) > 1 and abs(rows["percent"].iloc[-1] - rows["percent"].iloc[0]) >= PARTICIPATION_MOVED:
            out.append((Words(f"{test} {terms.label(grade, 'th')}", f"{test} {terms.label(grade, 'en')}"), rows))
    return out


def of_area(area: Area) -> list[Words]:
    """Limits that lie in the area's data: simulated numbers, tables that are not there, no pilot schools."""
    out = [sentence("limits.synthetic")] if area.is_synthetic else []
    schools = area.table("schools")
    if schools["joined_year_be"].isna().all() and schools["cohort"].isna().all():
        out.append(sentence("limits.no_pilots"))
    for name in _EXPECTED:
        if area.table(name).empty:
            table = contract.table(name)
            out.append(sentence("limits.no_table", table=table.th, table_en=table.en[:1].lower() + table.en[1:]))
    return out


def of_school(school: pd.Series, *, area: Area) -> list[Words]:
    """Limits that lie in the school's own place in the area; nothing where the area names no pilot school at all."""
    known = area.table("schools")[["cohort", "joined_year_be"]].notna().any(axis=None)
    is_pilot = pd.notna(school["cohort"]) or pd.notna(school["joined_year_be"])
    return [sentence("limits.not_pilot")] if known and not is_pilot else []


def always() -> list[Words]:
    """What no report of this kit can say, whatever the data."""
    return [sentence("limits.not_effect"), sentence("limits.no_rank")]
