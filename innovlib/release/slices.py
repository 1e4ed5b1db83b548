"""Slices: what of an area goes into one school's page, as a fingerprint, for all schools at once.

While its slice stays, a school's page stays as it is, whatever else of the area's tables has changed: that is how one
changed school leaves the other pages alone. A slice is made of what the page may show and of nothing else, so that no
fingerprint in a manifest can be tried against guesses of a hidden number.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import pandas as pd

from innovlib.area.fingerprint import digest
from innovlib.area.store import Area
from innovlib.effects.findings import findings
from innovlib.measures import comparison, outcomes
from innovlib.measures.side_by_side import SideBySide
from innovlib.report import disclosure, freedom, identity, joining, limits, parties, standing, timeline

#: What a school's page says of its partners; amounts of money are not said.
_PARTNERS = ["school_id", "partner_name", "sector", "kind", "start", "end"]


def of_schools(area: Area, *, school_ids: Sequence[str], profile_name: str) -> dict[str, str]:
    """The slice of each school, by its id.

    Parameters
    ----------
    area
        The area.
    school_ids
        Schools that get a report.
    profile_name
        Who will read.

    Returns
    -------
    dict
        SHA-256 over what the template ``report-school`` shows of the school and sets beside it: its own and its similar
        schools' protected results, the groups' answers, the area's between-school spread as it is rounded. Numbers that
        are hidden from these readers do not go in.
    """
    schools, scores = area.table("schools"), area.table("scores")
    ref = comparison.reference(scores, benchmarks=area.table("benchmarks"))
    least = disclosure.profile(profile_name).smallest_n
    beside = SideBySide(schools, scores, ref, smallest_n=least, only=tuple(school_ids))
    common = digest(_text(_common(area, beside, profile_name=profile_name)))
    shown = [*_results(beside, profile_name), *_alone(area, beside, profile_name), *_records(area)]
    own = [_by_school(frame, column) for frame, column in shown]
    words = _words(area, schools, school_ids=school_ids, profile_name=profile_name)
    return {i: digest(_text([common, words[i], *(part.get(i, "") for part in own)])) for i in school_ids}


def _common(area: Area, beside: SideBySide, *, profile_name: str) -> list[str]:
    """What all pages of schools say alike."""
    schools, ref = beside.schools, beside.ref
    assumed = ref.spread.loc[ref.spread["sd_source"] == "assumed", "pupil_sd"].head(1)
    groups = parties.of_area(schools)
    answered = freedom.found(area.table("autonomy"), groups, profile_name=profile_name).frame
    facts = [
        timeline.as_of(area).isoformat(),
        *(words.en for words in limits.of_area(area)),
        str(schools[["cohort", "joined_year_be"]].notna().any(axis=None)),
        str(ref.scores["year_be"].min() < ref.scores["year_be"].max()),
        str(beside.earlier.empty),
        *assumed.astype(str),
        str(standing.between(beside.gaps)),
    ]
    return [*facts, answered.to_csv(index=False), *(party.who for party in groups)]


def _results(beside: SideBySide, profile_name: str) -> list[tuple[pd.DataFrame, str]]:
    """Protected results of all schools, each with the column that says on whose page they stand."""
    found = []
    for rows in (beside.every_latest(), comparison.running_of_each(beside.every_history())):
        protected = disclosure.protect_means(rows, profile_name=profile_name)
        found.append((protected.frame.assign(of=rows["of"].to_numpy()), "of"))
    gaps = disclosure.protect_gaps(beside.gaps, profile_name=profile_name).frame
    names = beside.schools[["school_id", "name_th", "district"]].rename(columns={"school_id": "similar_id"})
    near = beside.every_near().drop(columns="distance").merge(names, on="similar_id", how="left")
    return [*found, (gaps, "school_id"), (near, "school_id")]


def _alone(area: Area, beside: SideBySide, profile_name: str) -> list[tuple[pd.DataFrame, str]]:
    """Protected tables of each school alone: who sat the tests, its answers, its change since joining."""
    ids = beside.together
    scores = beside.scores[beside.scores["school_id"].isin(ids)]
    who = parties.of_every_school(beside.schools, school_ids=ids)
    asked = {"profile_name": profile_name}
    tables = (
        disclosure.protect_shares(outcomes.participation(scores, over=("school_id",)), **asked),
        freedom.found(area.table("autonomy"), who, **asked),
        joining.of_schools(findings(area), **asked),
    )
    return [(table.frame, "school_id") for table in tables if "school_id" in table.frame]


def _records(area: Area) -> list[tuple[pd.DataFrame, str]]:
    """What schools wrote of themselves; it is shown as it stands."""
    partners = area.table("partners")
    return [(partners[[c for c in _PARTNERS if c in partners]], "school_id"), (area.table("progress"), "school_id")]


def _words(area: Area, schools: pd.DataFrame, *, school_ids: Sequence[str], profile_name: str) -> dict[str, str]:
    """The facts of each school as its page says them."""
    known, out = schools.set_index("school_id", drop=False), {}
    for i in school_ids:
        school = known.loc[i]
        facts = [identity.school_name(school), *identity.place(school), *limits.of_school(school, area=area),
                 *identity.context_facts(school, profile=profile_name)]  # fmt: skip
        row = [str(school["cohort"]), str(school["joined_year_be"]), str(school["district"])]
        out[i] = _text([*(f"{w.th}\0{w.en}" for w in facts), *row])
    return out


def _by_school(frame: pd.DataFrame, column: str) -> dict[str, str]:
    """Fingerprint of each school's rows, in their order."""
    rows = pd.util.hash_pandas_object(frame.astype("str"), index=False)
    return {i: digest(",".join(map(str, part))) for i, part in rows.groupby(frame[column].to_numpy())}


def _text(parts: Iterable[str]) -> str:
    return "\x1e".join(parts)
