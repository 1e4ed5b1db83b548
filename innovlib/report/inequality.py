"""Inequality as a reader sees it: gaps between groups of pupils, two groups crossed, and what else is in the tables.

For the area or a cohort, from pupils' own rows where there are any. Both groups of a gap need as many pupils and
schools as the profile asks for (D1, D7). The measures are in :mod:`innovlib.measures`; tables of spread, slopes, rates
and money in :mod:`innovlib.report.inequality_tables`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import numpy as np
import pandas as pd

from innovlib import terms
from innovlib.errors import Words
from innovlib.measures import inequality as measures
from innovlib.measures.pupils import standing
from innovlib.report import figures, labels
from innovlib.report.disclosure import FEW_SCHOOLS, POOLED_YEARS, Protected, printed_count, profile, rounded_half_up
from innovlib.report.figures.dot_rows import Mark
from innovlib.report.parties import Party
from innovlib.report.tables import Column, Table, table
from innovlib.report.typeset import number
from innovlib.report.words import capital, joined, listed, sentence

#: The groups that are compared: a column of the pupils table, and its two values.
GROUPS = {"sex": ("female", "male"), "poor": (True, False), "other_language": (True, False)}
#: The two groupings that are crossed.
CROSSED = ("sex", "other_language")
_KEYS = ["by", "test", "grade"]
_COLUMNS = ("row", "label", "group", "mark", "value", "conf_low", "conf_high", "n_label", "status", "verdict", *_KEYS)


def recent(pupils: pd.DataFrame) -> pd.DataFrame:
    """Pupils' standing in the latest three years of each test; the same for all reports of an area."""
    return standing(pupils, years=POOLED_YEARS) if len(pupils) else pupils.assign(z=[], n_subjects=[])


def protect_estimates(
    rows: pd.DataFrame, *, values: Iterable[str], step: float, profile_name: str, pupils: bool = True
) -> Protected:
    """Estimates on groups of pupils or of schools, ready to be seen (D1, D5, D7).

    Parameters
    ----------
    rows
        ``n`` (pupils behind the row), ``least_n`` (of the smaller group, where two are compared), ``least_schools`` and
        the ``values``, rounded to ``step``. Further columns pass through.
    pupils
        False where the units are schools, which may be counted.

    Returns
    -------
    Protected
        The rows with ``n_label`` and ``status``; hidden where the smaller group has too few pupils or schools.
    """
    rules, values = profile(profile_name), list(values)
    least, schools = rows["least_n"].to_numpy(dtype=float), rows["least_schools"].to_numpy(dtype=float)
    absent = rows[values[0]].isna().to_numpy() & (np.nan_to_num(least) == 0)
    small = ~absent & pupils & (least < rules.smallest_n)
    few = ~absent & ~small & (schools < rules.smallest_schools)
    missing = rows[values[0]].isna().to_numpy() & ~small & ~few
    shown = ~(absent | small | few | missing)
    out = rows.drop(columns=["least_n", "least_schools"]).copy()
    out[values] = out[values].astype(float).where(pd.Series(shown, index=out.index), np.nan)
    out[values] = np.round(rounded_half_up(out[values], step), 4)
    n = rows["n"].to_numpy(dtype=float)
    count = printed_count(n, rules) if pupils else rounded_half_up(n)
    out["n_label"] = [
        "–" if a or m else f"<{rules.smallest_n}" if s else FEW_SCHOOLS if f else f"{n:,.0f}"
        for a, m, s, f, n in zip(absent, missing, small, few, count, strict=True)
    ]
    out["n"] = pd.array(np.where(shown, count, np.nan), dtype="Float64").astype("Int64")
    out["status"] = np.select([absent | missing, shown], ["absent", "shown"], "small")
    fired = {"D1": small, "D5": shown & pupils & (rules.count_step > 1), "D7": few}
    return Protected(out.reset_index(drop=True), rules.name, tuple(r for r, yes in fired.items() if np.any(yes)))


def least_schools(pupils: pd.DataFrame, *, by: str, over: list[str]) -> pd.DataFrame:
    """Schools of whichever group of ``by`` is found in fewer, for each cell of ``over``."""
    counts = pupils.groupby([*over, by], observed=True)["school_id"].nunique()
    return counts.groupby(level=over).min().rename("least_schools").reset_index()


# --- gaps between groups -------------------------------------------------------------------------------------------


def gaps(recent: pd.DataFrame, party: Party, *, profile_name: str) -> Protected:
    """Gaps between groups of a party's pupils in each test, over its latest three years, ready to be seen.

    Returns
    -------
    Protected
        One row per ``by`` (sex, poor, other_language) × test × grade: ``value`` (Hedges' g in pupil SDs, two decimals;
        above 0 = the first group scores higher) with ``conf_low``, ``conf_high`` (schools left out one at a time),
        ``verdict`` by the printed interval, ``n_label``, ``status``; with ``label``, ``group``, ``row``, ``mark`` as
        :func:`innovlib.report.figures.dot_rows` takes them.
    """
    own, over = party.rows(recent), ["test", "grade"]
    parts = []
    for by in GROUPS:
        if not len(own) or by not in own or own[by].dropna().nunique() < 2:
            continue
        found = measures.gap(own, by=by, value="z", over=over).merge(least_schools(own, by=by, over=over), on=over)
        parts.append(found.assign(least_n=found[["n_group", "n_reference"]].min(axis="columns")))
    if not parts:
        return Protected(pd.DataFrame({c: [] for c in _COLUMNS}), profile_name)
    rows = pd.concat(parts, ignore_index=True).rename(columns={"estimate": "value"})
    keep = [*_KEYS, "value", "conf_low", "conf_high", "n", "least_n", "least_schools"]
    safe = protect_estimates(rows[keep], values=("value", "conf_low", "conf_high"), step=0.01,
                             profile_name=profile_name)  # fmt: skip
    order = {name: i for i, name in enumerate(GROUPS)}
    rank = [(order[r.by], terms.TESTS.index(r.test), terms.GRADES.index(r.grade)) for r in safe.frame.itertuples()]
    frame = safe.frame.iloc[sorted(range(len(rank)), key=rank.__getitem__)].reset_index(drop=True)
    frame = frame.assign(
        row=frame["by"] + " " + frame["test"] + " " + frame["grade"],
        label=[labels.test_grade(t, g) for t, g in zip(frame["test"], frame["grade"], strict=True)],
        group=[labels.GAP_OF[by] for by in frame["by"]],
        mark="gap",
        verdict=_by_interval(frame),
    )
    return replace(safe, frame=frame)


def _by_interval(frame: pd.DataFrame) -> np.ndarray:
    """Verdict codes from the interval as it is printed."""
    known = frame["conf_low"].notna()
    codes = [known & (frame["conf_low"] > 0), known & (frame["conf_high"] < 0), known]
    return np.select(codes, ["clearly_above", "clearly_below", "undecided"], "")


def headline(safe: Protected) -> Words:
    """Between which groups, in which tests, the printed interval leaves no gap out; that none can be told, where so."""
    shown = safe.frame[safe.frame["status"] == "shown"]
    if shown.empty:
        return sentence("inequality.nothing")
    parts = []
    for (by, code), rows in shown[shown["verdict"] != "undecided"].groupby(["by", "verdict"], sort=False):
        if code:
            whole = len(rows) > 1 and len(rows) == (shown["by"] == by).sum()
            named = [labels.test_grade(r.test, r.grade) for r in rows.itertuples()]
            tests = sentence("inequality.everywhere") if whole else listed(named)
            first, second = labels.GROUP_NAMES[by]
            parts.append(sentence(f"inequality.{code}", first=first, second=second, tests=tests))
    if not parts:
        return sentence("inequality.none")
    return capital(joined(parts))


def readings(safe: Protected) -> list[Words]:
    """One sentence a gap: who is compared in which test, the gap and its interval, or that it is not shown."""
    out, smallest = [], profile(safe.profile).smallest_n
    for row in safe.frame.to_dict("records"):
        first, second = labels.GROUP_NAMES[row["by"]]
        said = {"first": first, "second": second, "test": labels.test_grade(row["test"], row["grade"])}
        if row["status"] == "small":
            out.append(sentence("inequality.small", smallest=smallest, **said))
        elif row["status"] == "shown" and pd.notna(row["conf_low"]):
            out.append(sentence("inequality.reading", value=_sd(row["value"]), low=_sd(row["conf_low"]),
                                high=_sd(row["conf_high"]), **said))  # fmt: skip
    return out


def _sd(value: float) -> str:
    return number(value, decimals=2, signed=True)


def figure(
    safe: Protected, *, title: Words | None = None, synthetic: bool = False, lang: str = "both"
) -> figures.Figure:
    """Every gap with its interval about the line of no gap, test by test within each pair of groups."""
    said = readings(safe)
    return figures.dot_rows(
        safe, marks=[Mark("gap", labels.GAP_SD)], title=title or headline(safe),
        axis=labels.GAP_SD_AXIS, zero=True, decimals=2,
        alt=sentence("inequality.alt", rows=Words(" ".join(w.th for w in said), "; ".join(w.en for w in said))),
        head=labels.FIRST_GROUP, note=sentence("inequality.note"), synthetic=synthetic, lang=lang,
    )  # fmt: skip


def gaps_table(safe: Protected, *, lang: str) -> Table:
    """The gaps with their intervals and the number of pupils behind them."""
    columns = [
        Column("label", labels.TEST),
        Column("n_label", labels.PUPILS, kind="number"),
        Column("value", labels.GAP_SD, kind="difference", decimals=2),
        Column("conf", labels.INTERVAL, kind="interval", decimals=2),
        Column("verdict", labels.READING, kind="verdict"),
    ]
    return table(safe, columns=columns, caption=labels.GAPS_CAPTION, note=sentence("inequality.note"), lang=lang,
                 group="group")  # fmt: skip


# --- two groups crossed --------------------------------------------------------------------------------------------


def crossed(recent: pd.DataFrame, party: Party, *, profile_name: str) -> Protected:
    """Where the pupils of sex × home language stand, in SDs from the mean of the party's pupils, ready to be seen.

    One row per combination in the form of :func:`innovlib.report.figures.dot_rows`, over all tests of the latest three
    years; as :func:`gaps`. If one combination is hidden all are, for the four add up to nothing.
    """
    own = party.rows(recent)
    if not len(own) or any(c not in own or own[c].dropna().nunique() < 2 for c in CROSSED):
        return Protected(pd.DataFrame({c: [] for c in _COLUMNS}), profile_name)
    rows = measures.crossed(own, by=CROSSED, value="z", over=()).rename(columns={"estimate": "value"})
    rows = rows.assign(least_n=rows["n"].min(), least_schools=rows["n_schools"].min())
    keep = [*CROSSED, "value", "conf_low", "conf_high", "n", "least_n", "least_schools"]
    safe = protect_estimates(rows[keep], values=("value", "conf_low", "conf_high"), step=0.01,
                             profile_name=profile_name)  # fmt: skip
    frame = safe.frame.assign(
        row=[f"{r.sex} {r.other_language}" for r in safe.frame.itertuples()],
        label=[labels.combination(r.sex, bool(r.other_language)) for r in safe.frame.itertuples()],
        mark="gap",
        verdict=_by_interval(safe.frame),
    )
    return replace(safe, frame=frame)


def crossed_headline(safe: Protected) -> Words:
    """Which combinations stand apart from the mean of all by their printed intervals; that none does, where so."""
    shown = safe.frame[safe.frame["status"] == "shown"]
    if shown.empty:
        return sentence("inequality.nothing")
    parts = []
    for code, key in (("clearly_below", "crossed_below"), ("clearly_above", "crossed_above")):
        rows = shown[shown["verdict"] == code]
        if len(rows):
            parts.append(sentence(f"inequality.{key}", groups=listed(list(rows["label"]))))
    return capital(joined(parts)) if parts else sentence("inequality.crossed_none")


def crossed_figure(safe: Protected, *, synthetic: bool = False, lang: str = "both") -> figures.Figure:
    """The four combinations with their intervals about the mean of all."""
    shown = safe.frame[safe.frame["status"] == "shown"]
    said = [Words(f"{r.label.th} {_sd(r.value)}", f"{r.label.en} {_sd(r.value)}") for r in shown.itertuples()]
    return figures.dot_rows(
        safe, marks=[Mark("gap", labels.DISTANCE_SD)], title=crossed_headline(safe), axis=labels.DISTANCE_SD_AXIS,
        alt=sentence("inequality.alt", rows=Words(" ".join(w.th for w in said), "; ".join(w.en for w in said))),
        zero=True, decimals=2, head=labels.AGAINST_ALL, note=sentence("inequality.crossed_note"), synthetic=synthetic,
        lang=lang,
    )  # fmt: skip
