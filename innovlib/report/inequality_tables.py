"""The tables of the chapter on inequality: spread and share between schools, slopes, rates, and money."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd

from innovlib import terms
from innovlib.errors import Words
from innovlib.measures import distribution, inequality, rates, slopes
from innovlib.report import labels
from innovlib.report.disclosure import Protected, rounded_half_up
from innovlib.report.inequality import GROUPS, least_schools, protect_estimates
from innovlib.report.parties import Party
from innovlib.report.tables import Column, Table, table
from innovlib.report.typeset import number
from innovlib.report.words import sentence

#: Points from which a pupil counts as having reached the mark in the tables of rates.
MARK_POINTS = 50
#: P10 and P90 need this many pupils, so that neither is a single child's score (D4).
QUANTILES_FROM = 50
#: Fewer schools than this and the share between them says nothing.
SHARE_FROM_SCHOOLS = 5
_VALUES = ("value", "conf_low", "conf_high")


def spread(pupils: pd.DataFrame, party: Party, *, profile_name: str) -> Protected:
    """P90 − P10 and the share of variance between schools, for each paper of the latest year of each test.

    Returns
    -------
    Protected
        One row per test × grade × subject: ``points`` with ``points_low``, ``points_high``, ``share`` (per cent) with
        ``share_low``, ``share_high`` (REML, likelihood interval), ``n_label``, ``n_schools``.
    """
    own = party.rows(pupils)
    keys = ["test", "grade", "subject"]
    own = own[own["year_be"] == own.groupby(["test", "grade"], observed=True)["year_be"].transform("max")]
    own = own[own["score"].notna()]
    if own.empty:
        return Protected(pd.DataFrame({c: [] for c in (*keys, *_SPREAD, "n_label", "status")}), profile_name)
    over = ["year_be", *keys]
    width = inequality.spread(own, over=over, draws=199).set_index(over)
    share = inequality.between_share(own, over=over).set_index(over)
    wide = width["n"] >= QUANTILES_FROM
    enough = share["n_schools"] >= SHARE_FROM_SCHOOLS
    rows = pd.DataFrame({"n": width["n"], "n_schools": width["n_schools"]})
    for name, source in zip(_SPREAD[:3], ("estimate", "conf_low", "conf_high"), strict=True):
        rows[name] = width[source].where(wide)
        rows[name.replace("points", "share")] = 100 * share[source].where(enough)
    rows = rows.assign(least_n=rows["n"], least_schools=rows["n_schools"]).reset_index()
    return protect_estimates(_in_order(rows), values=_SPREAD, step=1.0, profile_name=profile_name)


_SPREAD = ("points", "points_low", "points_high", "share", "share_low", "share_high")


def _in_order(rows: pd.DataFrame) -> pd.DataFrame:
    known = {"test": terms.TESTS, "grade": terms.GRADES, "subject": terms.SUBJECTS}
    rank = rows[list(known)].apply(lambda c: c.map(list(known[c.name]).index))
    return rows.loc[rank.sort_values(list(known), kind="stable").index].reset_index(drop=True)


def spread_table(safe: Protected, *, lang: str) -> Table:
    """How wide pupils' scores are spread, and how much of it lies between schools, paper by paper."""
    rows = safe.frame
    rows = rows.assign(
        what=[labels.subject(s) for s in rows["subject"]],
        where=[labels.test_grade(t, g, str(y)) for t, g, y in zip(rows["test"], rows["grade"], rows["year_be"],
                                                                    strict=True)],
    ) if len(rows) else rows.assign(what=[], where=[])  # fmt: skip
    columns = [
        Column("what", labels.SUBJECT),
        Column("n_label", labels.PUPILS, kind="number"),
        Column("points", labels.P90_P10, kind="bar", decimals=0),
        Column("points", labels.INTERVAL, kind="interval", decimals=0),
        Column("share", labels.BETWEEN_SHARE, kind="bar", scale=(0, 100), decimals=0),
        Column("share", labels.INTERVAL, kind="interval", decimals=0),
    ]
    return table(replace(safe, frame=rows), columns=columns, caption=labels.SPREAD_CAPTION,
                 note=sentence("inequality.spread_note"), lang=lang, group="where")  # fmt: skip


def spread_reading(safe: Protected) -> Words:
    """Over how wide a range of shares between schools the papers lie, and their intervals; nothing of hidden ones."""
    if safe.frame.empty:
        return sentence("inequality.nothing")
    shown = safe.frame[safe.frame["status"] == "shown"]
    shares = shown[shown["share"].notna()]
    if shares.empty:
        return sentence("inequality.share_unknown")
    return sentence("inequality.share", count=len(shares), least=number(shares["share"].min()),
                    most=number(shares["share"].max()), low=number(shares["share_low"].min()),
                    high=number(shares["share_high"].max()))  # fmt: skip


def slopes_found(recent: pd.DataFrame, *, party: Party, profile_name: str) -> Protected:
    """How results fall or rise with poverty and home language: over all pupils, within schools, between schools."""
    own, rows = party.rows(recent), []
    for on in (c for c in ("poor", "other_language") if c in own and own[c].dropna().nunique() == 2):
        found = slopes.slope(own, on=on, value="z", over=()).rename(columns={"estimate": "value"})
        size, schools = own.groupby(on).size().min(), own.groupby(on)["school_id"].nunique().min()
        rows.append(found.assign(least_n=size, least_schools=schools))
    columns = ["on", "part", "value", "conf_low", "conf_high", "strength", "n", "least_n", "least_schools"]
    data = pd.concat(rows)[columns] if rows else pd.DataFrame({c: [] for c in columns})
    data = data.assign(strength=100 * data["strength"].astype(float))
    return protect_estimates(data, values=(*_VALUES, "strength"), step=0.01, profile_name=profile_name)


def slopes_table(safe: Protected, *, lang: str) -> Table:
    """What :func:`slopes_found` found, as a table."""
    frame = safe.frame.assign(
        where=[labels.SLOPE_ON[on] for on in safe.frame["on"]], what=[labels.SLOPE_PARTS[p] for p in safe.frame["part"]]
    )
    heads = [
        Column("what", labels.WHERE),
        Column("value", labels.SLOPE_SD, kind="difference", decimals=2),
        Column("conf", labels.INTERVAL, kind="interval", decimals=2),
        Column("strength", labels.STRENGTH, kind="number", decimals=0),
    ]
    return table(replace(safe, frame=frame), columns=heads, caption=labels.SLOPES_CAPTION,
                 note=sentence("inequality.slopes_note"), lang=lang, group="where")  # fmt: skip


def rates_found(recent: pd.DataFrame, *, party: Party, schools: pd.DataFrame, profile_name: str) -> Protected:
    """Who reaches the mark: adjusted parity of two groups, and concentration along the schools' poverty."""
    own = party.rows(recent)
    own = own.assign(reached=own["score"].astype(float) >= MARK_POINTS) if len(own) else own.assign(reached=[])
    rows = [_parity(own, by) for by in GROUPS if by in own and own[by].dropna().nunique() == 2]
    rows += _concentration(own, schools)
    columns = [
        "what",
        "rate_group",
        "rate_reference",
        "value",
        "conf_low",
        "conf_high",
        "n",
        "least_n",
        "least_schools",
    ]
    safe = protect_estimates(pd.DataFrame(rows, columns=columns), values=_VALUES, step=0.01, profile_name=profile_name)
    frame = safe.frame.copy()
    for column in ("rate_group", "rate_reference"):
        percent = np.clip(rounded_half_up(100 * frame[column].to_numpy(dtype=float)), 1, 99)
        frame[column] = np.where(frame["status"] == "shown", percent, np.nan)
    return replace(safe, frame=frame)


def rates_table(safe: Protected, *, lang: str) -> Table:
    """What :func:`rates_found` found, as a table."""
    heads = [
        Column("what", labels.COMPARED),
        Column("rate_group", labels.RATE_FIRST, kind="number", decimals=0),
        Column("rate_reference", labels.RATE_SECOND, kind="number", decimals=0),
        Column("value", labels.INDEX_VALUE, kind="number", decimals=2),
        Column("conf", labels.INTERVAL, kind="interval", decimals=2),
    ]
    return table(safe, columns=heads, caption=labels.RATES_CAPTION,
                 note=sentence("inequality.rates_note", mark=MARK_POINTS), lang=lang)  # fmt: skip


def _parity(own: pd.DataFrame, by: str) -> dict:
    group, reference = GROUPS[by]
    row = rates.parity(own, outcome="reached", by=by, group=group, reference=reference).iloc[0].to_dict()
    sizes = own.groupby(by)["reached"].agg(["size", "sum"])
    # Both those who reach the mark and those who do not are groups of pupils.
    least = np.minimum(sizes["sum"], sizes["size"] - sizes["sum"]).min()
    schools = least_schools(own.assign(all=0), by=by, over=["all"])["least_schools"].iloc[0]
    first, second = labels.GROUP_NAMES[by]
    what = Words(f"ดัชนีความเสมอภาค: {first.th}/{second.th}", f"Parity: {first.en} / {second.en}")
    return row | {"what": what, "value": row["estimate"], "least_n": least, "least_schools": schools}


def _concentration(own: pd.DataFrame, schools: pd.DataFrame) -> list[dict]:
    known = own.merge(schools[["school_id", "share_poor"]], on="school_id")
    known = known[known["share_poor"].notna()]
    if known.empty or known["share_poor"].nunique() < 2:
        return []
    known = known.assign(better_off=-known["share_poor"].astype(float))
    row = rates.concentration(known, value="reached", rank_by="better_off", correction="erreygers").iloc[0].to_dict()
    reached = int(known["reached"].sum())
    nothing = {"rate_group": np.nan, "rate_reference": np.nan}
    sizes = {"least_n": min(reached, len(known) - reached), "least_schools": known["school_id"].nunique()}
    return [row | nothing | {"what": labels.CONCENTRATION, "value": row["estimate"]} | sizes]


def money(partners: pd.DataFrame, schools: pd.DataFrame) -> pd.DataFrame:
    """Baht that partners gave to each school, 0 where nothing is on record, with the school's side (pilot or other)."""
    given = partners.groupby("school_id", as_index=False)["value_thb"].sum() if len(partners) else partners
    out = schools[["school_id", "cohort"]].merge(given[["school_id", "value_thb"]], on="school_id", how="left")
    side = np.where(out["cohort"].notna(), "pilots", "others")
    return out.assign(value_thb=out["value_thb"].astype(float).fillna(0.0), side=side)


def money_found(partners: pd.DataFrame, *, schools: pd.DataFrame, profile_name: str) -> Protected:
    """How unevenly partners' money is spread over the schools: Gini, and Theil between and within pilots and others."""
    held = money(partners, schools)
    measured = [distribution.gini(held, value="value_thb"), distribution.theil(held, value="value_thb", within="side")]
    rows = pd.concat(measured, ignore_index=True).rename(columns={"estimate": "value"})
    givers = int((held["value_thb"] > 0).sum())
    rows = rows.assign(least_n=rows["n"], least_schools=givers, givers=givers)
    keep = ["measure", "part", *_VALUES, "n", "least_n", "least_schools", "givers"]
    return protect_estimates(rows[keep], values=_VALUES, step=0.01, profile_name=profile_name, pupils=False)


def money_table(safe: Protected, *, lang: str) -> Table:
    """What :func:`money_found` found, as a table."""
    frame = safe.frame.assign(what=[labels.MONEY[r.measure, r.part if isinstance(r.part, str) else ""]
                                    for r in safe.frame.itertuples()])  # fmt: skip
    heads = [
        Column("what", labels.MEASURE),
        Column("value", labels.VALUE, kind="number", decimals=2),
        Column("conf", labels.INTERVAL, kind="interval", decimals=2),
        Column("n_label", Words("โรงเรียน", "Schools"), kind="number"),
    ]
    note = sentence("inequality.money_note", givers=f"{int(safe.frame['givers'].iloc[0]):,}")
    return table(replace(safe, frame=frame), columns=heads, caption=labels.MONEY_CAPTION, note=note, lang=lang)
