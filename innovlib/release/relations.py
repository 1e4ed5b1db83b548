"""What a release prints: every cell of all its reports, and the pupils' results that stand behind each.

The reports of one area and one profile are one release. Its unknowns are the *atoms*: the sum of scores of one school
in one year, test, grade and subject. Every printed figure is a weighted sum of atoms, and these are all the relations:

* a school's mean of a period is the sum of its years' atoms over n; a cohort's, the pilot schools' and the area's add
  the schools up; "the other schools" are the area less a cohort. Subjects do not add up; windows contain years;
* a share tested is the mean, over the enrolled, of 100 for who sat the test and 0 for who did not: the same arithmetic;
* a school's distance from the area averages its tests, so it ties the subjects of one school together;
* what offices publish (``benchmarks``) is a sum of the same atoms where it agrees with the school rows, and no relation
  where it does not (its schools are then others).

The attacker is given every head count, because numbers of pupils by school and grade are public in Thailand, and every
printed mean to its rounding step. Means within 0 to 100 are all held possible. Not in the relations: a comparison
group's mean over several years, which is weighted by another school's pupils; the width of a group's interval, which is
no sum; and sums over more than :data:`LARGEST_SUM` schools, which even at a hundredth of a point leave several times as
many points open as a hidden mean needs.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from innovlib.measures.outcomes import CELL, SERIES, pupil_sd, recency, windows, with_results
from innovlib.measures.similar import SMALLEST_GROUP
from innovlib.report.disclosure import ONE_DECIMAL_FROM, POOLED_YEARS, Z95, Profile, interval_count, profile

#: The "subject" of the share tested, and who stands before a school's distance from the area over all its tests.
SHARE_TESTED, GAP = "participation", "gap"
#: A sum over more schools than this holds nothing down, and would tie a whole nation into one programme.
LARGEST_SUM = 500
#: State of a cell that another edition prints and this one does not.
WIDER = "wider"
_NAMES = ("report", "who", "school_id")
CELL_COLUMNS = [
    "cell", "report", "who", "school_id", *SERIES, "first_year_be", "last_year_be", "n", "n_schools", "value", "offset",
    "half", "step", "state", "whole", "least", "most", "most_wider", "pinned",
]  # fmt: skip


@dataclass(frozen=True)
class Release:
    """Cells, atoms and which atoms stand behind which cell.

    Attributes
    ----------
    cells
        One row per printed figure, columns :data:`CELL_COLUMNS`: ``report`` (school-ID, cohort-N, area), ``who`` (whose
        row), ``n`` (pupils), ``value`` (true mean, 0-100), ``step`` (rounding step, points), ``state``: ``shown``,
        ``small`` (hidden by D1 or D7) or ``fixed`` (published by others, cannot be taken back); ``offset``: what is
        printed is value − offset (other than 0 for distances from the area only); ``half``: half of the interval
        printed with a school's mean, which is known because it is the same for all schools of that n; ``least``: the
        fewest pupils that a printed cell can have, ``most``: the most that the mark of a hidden one leaves possible,
        ``most_wider`` the same for the mark in a wider edition.
        :mod:`innovlib.release.editions` adds what other editions print: ``pinned`` (cannot be taken back), ``whole``
        (its decimal is gone there) and cells in the state ``wider``.
    atoms
        One row per school × year × test × grade × subject: ``n``, ``mean``.
    links
        ``cell``, ``atom``, ``weight``: value of the cell = Σ weight × (n × mean of the atom).
    """

    cells: pd.DataFrame
    atoms: pd.DataFrame
    links: pd.DataFrame


def release_of(scores: pd.DataFrame, *, schools: pd.DataFrame, benchmarks: pd.DataFrame, profile_name: str) -> Release:
    """All cells that the reports of an area print under one profile, before secondary suppression.

    Parameters
    ----------
    scores, schools, benchmarks
        The area's tables.
    profile_name
        public, partner or school.
    """
    rules = profile(profile_name)
    atoms = _atoms(scores)
    parts = [_of_units(atoms, _units(atoms, schools=schools), rules=rules)]
    if atoms["school_id"].nunique() <= LARGEST_SUM:
        parts.append(_office(atoms, benchmarks=benchmarks))
    cells, links = _numbered(pd.concat(parts, ignore_index=True), atoms=atoms)
    links = links[(cells["n_schools"] <= LARGEST_SUM).to_numpy()[links["cell"]]]
    gaps, more = _gaps(atoms, first_cell=len(cells))
    cells = pd.concat([cells, gaps], ignore_index=True)
    cells = _judged(cells, rules=rules).merge(pupil_sd(scores)[[*SERIES, "pupil_sd"]], on=SERIES, how="left")
    shown = interval_count(cells["n"], rules)
    cells["half"] = np.where(cells["who"] == "school", Z95 * cells["pupil_sd"] / np.sqrt(np.maximum(shown, 1)), np.nan)
    return Release(cells[CELL_COLUMNS], atoms, pd.concat([links, more], ignore_index=True))


# --- the atoms ------------------------------------------------------------------------------------------------------


def _atoms(scores: pd.DataFrame) -> pd.DataFrame:
    """Results and shares tested by school and year, each with the pooled window that it falls in."""
    rows = with_results(scores)
    means = rows[["school_id", *CELL]].assign(n=rows["n_tested"].astype(float), mean=rows["mean"].astype(float))
    parts = [means.merge(_calendar(means), on=["test", "grade", "year_be"]), _shares(scores)]
    atoms = pd.concat(parts, ignore_index=True)
    return atoms.sort_values(["school_id", *SERIES, "year_be"], kind="stable").reset_index(drop=True)


def _calendar(means: pd.DataFrame) -> pd.DataFrame:
    """The window of each year of each test, named by its first and last year in which anyone was tested."""
    years = means[["test", "grade", "year_be"]].drop_duplicates()
    of_test = years.groupby(["test", "grade"], observed=True)["year_be"]
    years["window"] = windows(years["year_be"], latest=of_test.transform("max"), length=POOLED_YEARS)
    in_window = years.groupby(["test", "grade", "window"], observed=True)["year_be"]
    years["first"], years["last"] = in_window.transform("min"), in_window.transform("max")
    years["is_latest"] = years["last"] == of_test.transform("max")
    return years.drop(columns="window")


def _shares(scores: pd.DataFrame) -> pd.DataFrame:
    """Who sat the tests, as :func:`innovlib.measures.outcomes.participation` counts: 100 or 0 for each enrolled."""
    rows = scores[scores["n_enrolled"].fillna(0) > 0]
    keys = ["school_id", "year_be", "test", "grade"]
    by_year = rows.groupby(keys, as_index=False, observed=True).agg(n=("n_enrolled", "max"), tested=("n_tested", "max"))
    n = by_year["n"].astype(float)
    share = (by_year["tested"].fillna(0).astype(float) / n).clip(upper=1) * 100
    return by_year[keys].assign(subject=SHARE_TESTED, n=n, mean=share)


# --- who is printed -------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Unit:
    """A group of schools whose results a report prints."""

    report: str
    who: str
    school_id: str
    members: frozenset[str]
    history: bool = True


def _units(atoms: pd.DataFrame, *, schools: pd.DataFrame) -> list[_Unit]:
    every = frozenset(atoms["school_id"])
    named = schools[schools["cohort"].notna()]
    reported = set(named["school_id"] if len(named) else schools["school_id"]) & every
    units = [_Unit(f"school-{i}", "school", i, frozenset([i])) for i in sorted(reported)]
    for cohort, rows in named.groupby("cohort", observed=True):
        units += _group(f"cohort-{cohort}", frozenset(rows["school_id"]) & every, every=every)
    pilots = schools.loc[schools["cohort"].notna() | schools["joined_year_be"].notna(), "school_id"]
    units += _group("area", frozenset(pilots) & every, every=every, who="pilots")
    return [*units, _Unit("area", "area", "", every)]


def _group(report: str, members: frozenset[str], *, every: frozenset[str], who: str = "cohort") -> list[_Unit]:
    """A group and the schools outside it; of the pilot schools together only the latest results are printed."""
    if not members:
        return []
    others, history = every - members, who == "cohort"
    own = [_Unit(report, who, "", members, history)]
    return own + ([_Unit(report, "similar", "", others, history)] if len(others) >= SMALLEST_GROUP else [])


def _of_units(atoms: pd.DataFrame, units: list[_Unit], *, rules: Profile) -> pd.DataFrame:
    """The cells of all units with their atoms. Their words are put in at the end: numbers alone are chosen quickly."""
    spans = {c: atoms[c].astype("Float64").to_numpy(dtype=float, na_value=np.nan) for c in ("first", "last")}
    lean = atoms[["year_be", "n"]].assign(
        **spans,
        is_latest=atoms["is_latest"].eq(True).fillna(False).to_numpy(dtype=bool),
        share=(atoms["subject"] == SHARE_TESTED).to_numpy(dtype=bool),
        place=atoms.groupby(["test", "grade"], observed=True).ngroup(),
    )
    by_school = atoms.groupby("school_id", sort=False).indices
    of_unit = [np.sort(np.concatenate([by_school[i] for i in unit.members])) for unit in units]
    parts = [_printed(lean.iloc[rows], unit, rules=rules) for rows, unit in zip(of_unit, units, strict=True)]
    out = pd.concat(parts, ignore_index=True)
    of = np.repeat(np.arange(len(units)), [len(part) for part in parts])
    named = {name: np.array([getattr(u, name) for u in units], dtype=object)[of] for name in _NAMES}
    return out.assign(**named, **{c: atoms[c].to_numpy()[out["atom"]] for c in SERIES})


def _printed(own: pd.DataFrame, unit: _Unit, *, rules: Profile) -> pd.DataFrame:
    """The cells of one unit with its atoms ``own``: its history (years, or windows where small) and latest."""
    shares = own["share"]
    tests = own[~shares]
    parts = [_pooled(tests[tests["is_latest"]])]
    if unit.history:
        # Groups are always read over pooled years; a school is where one of its years alone would be too small.
        small = tests[tests["n"] < rules.smallest_n] if unit.who == "school" else tests
        pools = tests["place"].isin(small["place"])
        single = tests[~pools]
        parts += [_pooled(tests[pools]), _spanned(single, single["year_be"], single["year_be"])]
        if unit.who != "similar":
            first = windows(own.loc[shares, "year_be"], latest=own["year_be"].max(), length=POOLED_YEARS)
            parts.append(_spanned(own[shares], first, first + POOLED_YEARS - 1))
    out = pd.concat([part for part in parts if len(part)] or parts[:1])
    out = out[~out.duplicated(["atom", "first_year_be", "last_year_be"])]
    if unit.who == "similar":
        # Pooled years of a comparison group are weighted by another's pupils: only its single years are sums of atoms.
        out = out[out["first_year_be"] == out["last_year_be"]]
    return out


def _pooled(rows: pd.DataFrame) -> pd.DataFrame:
    return _spanned(rows, rows["first"], rows["last"])


def _spanned(rows: pd.DataFrame, first: pd.Series, last: pd.Series) -> pd.DataFrame:
    years = {"first_year_be": first.to_numpy(dtype="int64"), "last_year_be": last.to_numpy(dtype="int64")}
    return pd.DataFrame({"atom": rows.index.to_numpy(), **years})


def _office(atoms: pd.DataFrame, *, benchmarks: pd.DataFrame) -> pd.DataFrame:
    """Published means of the area that are sums of these very atoms: same mean to the published hundredth."""
    area = benchmarks.loc[benchmarks["level"] == "area", [*CELL, "mean"]].rename(columns={"mean": "published"})
    sums = (
        atoms.assign(total=atoms["n"] * atoms["mean"])
        .groupby(CELL, as_index=False, observed=True)[["n", "total"]]
        .sum()
    )
    both = sums.merge(area, on=CELL)
    agree = both[(both["total"] / both["n"] - both["published"]).abs() <= 0.0151]
    rows = atoms.reset_index(names="atom").merge(agree[CELL], on=CELL)
    years = {"first_year_be": rows["year_be"], "last_year_be": rows["year_be"]}
    return rows[[*SERIES, "atom"]].assign(**years, report="office", who="area", school_id="")


def _numbered(links: pd.DataFrame, *, atoms: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Cells with their n and true value from their atoms, and links with weights."""
    key = ["report", "who", "school_id", *SERIES, "first_year_be", "last_year_be"]
    links["cell"] = links.groupby(key, observed=True, sort=False).ngroup()
    links["n"] = atoms["n"].to_numpy()[links["atom"]]
    links["total"] = links["n"] * atoms["mean"].to_numpy()[links["atom"]]
    links["school"] = atoms["school_id"].to_numpy()[links["atom"]]
    sums = links.groupby("cell", observed=True).agg(
        n=("n", "sum"), total=("total", "sum"), n_schools=("school", "nunique")
    )
    cells = links.drop_duplicates("cell").set_index("cell")[key].join(sums).sort_index().reset_index()
    cells["value"], cells["offset"] = cells["total"] / cells["n"], 0.0
    links["weight"] = 1 / cells["n"].to_numpy()[links["cell"]]
    return cells, links[["cell", "atom", "weight"]]


def _gaps(atoms: pd.DataFrame, *, first_cell: int) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Schools' distances from the area as :func:`innovlib.measures.outcomes.school_gaps` averages them.

    A test's distance is the plain mean over its subjects, the school's the plain mean over its tests; the area's own
    means are known, so they move the distance by a constant.
    """
    rows = atoms[atoms["is_latest"].eq(True)].reset_index(names="atom")
    rows["area"] = rows["n"] * rows["mean"]
    of_area = rows.groupby(CELL, observed=True)
    rows["area"] = of_area["area"].transform("sum") / of_area["n"].transform("sum")
    window = rows.groupby(["school_id", *SERIES], observed=True)
    rows["recency"] = recency(rows)
    rows["window_n"] = window["n"].transform("sum")
    rows["weighed"] = (rows["recency"] * rows["n"]).groupby([rows[c] for c in ("school_id", *SERIES)]).transform("sum")
    of_test = rows.groupby(["school_id", "test", "grade"], observed=True)
    subjects = of_test["subject"].transform("nunique")
    tests = (rows["test"] + rows["grade"]).groupby(rows["school_id"]).transform("nunique")
    rows["weight"] = rows["recency"] / (subjects * tests * rows["weighed"])
    rows["value"] = rows["weight"] * rows["n"] * rows["mean"]
    rows["offset"] = rows["weight"] * rows["n"] * rows["area"]
    rows["cell"] = first_cell + rows.groupby("school_id", sort=True).ngroup()
    n = of_test["window_n"].max().groupby("school_id").sum()
    cells = rows.groupby(["cell", "school_id"], as_index=False)[["value", "offset"]].sum()
    span = {"first_year_be": 0, "last_year_be": 0, "n_schools": 1}
    cells = cells.assign(n=cells["school_id"].map(n), report="area", who=GAP, **dict.fromkeys(SERIES, ""), **span)
    return cells, rows[["cell", "atom", "weight"]]


def _judged(cells: pd.DataFrame, *, rules: Profile) -> pd.DataFrame:
    """Each cell's rounding step and state under D1, D4 and D7, as :mod:`innovlib.report.disclosure` decides them."""
    few = ~cells["who"].isin(["school", GAP]) & (cells["n_schools"] < rules.smallest_schools)
    small = (cells["n"] < rules.smallest_n) | (few & (cells["subject"] != SHARE_TESTED))
    fixed = cells["report"] == "office"
    step = np.where(fixed, 0.01, np.where(cells["n"] >= ONE_DECIMAL_FROM, 0.1, 1.0))
    step = np.where((cells["subject"] == SHARE_TESTED) & ~fixed, 1.0, step)
    state = np.select([fixed, small], ["fixed", "small"], "shown")
    most = np.where(small & (cells["n"] < rules.smallest_n) & (cells["who"] != GAP), rules.smallest_n - 1.0, np.inf)
    told = {"whole": False, "least": float(rules.smallest_n), "most": most, "most_wider": np.inf, "pinned": False}
    return cells.assign(step=step, state=state, **told)
