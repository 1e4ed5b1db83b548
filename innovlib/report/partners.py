"""Whom schools work with: reach, diversity, stability and value by sector, for a group and for one school.

Partnerships are between organisations, so no count of pupils is at stake; what a single partner gave is its own
affair: an amount is shown as the sum of at least :data:`FEWEST_GIFTS` partnerships only, rounded to
:data:`THB_STEP`, and of a group only where at least as many schools as the profile asks for stand behind it (D7).
"""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import numpy as np
import pandas as pd

from innovlib import terms
from innovlib.errors import Words
from innovlib.measures import partnerships as measures
from innovlib.report import figures, labels
from innovlib.report.disclosure import Protected, profile, rounded_half_up
from innovlib.report.figures.dot_rows import Mark
from innovlib.report.parties import Party
from innovlib.report.tables import Column, Table, table
from innovlib.report.timeline import place
from innovlib.report.typeset import number
from innovlib.report.words import listed, sentence

FEWEST_GIFTS = 3
THB_STEP = 1000
#: A partnership that reaches this many months is called lasting.
LASTING_MONTHS = 24
SECTORS = (*terms.SECTORS, "any")
_COLUMNS = ("who", "sector", "percent", "conf_low", "conf_high", "n", "n_schools", "n_reached", "n_ever", "n_running",
            "lasting", "lasting_low", "lasting_high", "value_thb", "hours")  # fmt: skip


# --- groups --------------------------------------------------------------------------------------------------------


def found(partners: pd.DataFrame, who: tuple[Party, ...], *, on: dt.date, profile_name: str) -> Protected:
    """Reach, stability and value by sector of each party of schools, on one day, ready to be shown.

    Returns
    -------
    Protected
        One row per ``who`` × ``sector`` (four and ``any``): ``percent`` of schools with a partner running on the day
        with ``conf_low``, ``conf_high`` (Wilson), ``n_reached`` of ``n_schools``, ``n_ever`` and ``n_running``
        partnerships, ``lasting`` (per cent that reach :data:`LASTING_MONTHS` months, with interval), ``value_thb`` and
        ``hours`` (sums of what is recorded), ``status``: small for parties of too few schools.
    """
    rows = [row for party in who for row in _of_party(partners, party, on=on)]
    out = pd.DataFrame(rows, columns=list(_COLUMNS))
    few = out["n_schools"] < profile(profile_name).smallest_schools
    values = ["percent", "conf_low", "conf_high", "lasting", "lasting_low", "lasting_high", "value_thb", "hours"]
    out[values] = out[values].astype(float)
    out.loc[few, values] = np.nan
    out = out.assign(status=np.where(few, "small", "shown"), verdict="", n_label=np.where(few, "×", out["n"]))
    return Protected(out, profile_name, ("D7",) if few.any() else ())


def _of_party(partners: pd.DataFrame, party: Party, *, on: dt.date) -> list[dict]:
    own = party.rows(partners)
    own = own[own["start"] <= pd.Timestamp(on)]
    members = pd.DataFrame({"school_id": list(party.school_ids)})
    reach = measures.reach(own, members, on=on).set_index("sector")
    ever = pd.concat([own, own.assign(sector="any")])
    lasting = _lasting(ever, on=on)
    return [
        {
            "who": party.who, "sector": sector, "n_schools": int(row["n_schools"]), "n": int(row["n_schools"]),
            "n_reached": int(row["n_reached"]), "n_ever": int((ever["sector"] == sector).sum()),
            "n_running": int(row["n_partnerships"]),
            **{name: _percent(row[c]) for name, c in (("percent", "estimate"), ("conf_low", "conf_low"),
                                                      ("conf_high", "conf_high"))},
            **lasting.get(sector, {}), **_gifts(ever[ever["sector"] == sector], party),
        }
        for sector, row in reach.iterrows()
    ]  # fmt: skip


def _percent(share: float) -> float:
    return float(rounded_half_up(100 * share))


def _lasting(ever: pd.DataFrame, *, on: dt.date) -> dict[str, dict]:
    if ever.empty:
        return {}
    rows = measures.stability(ever, on=on, months=LASTING_MONTHS)
    rows = rows[rows["measure"] == "lasting"].set_index("sector")
    names = {"lasting": "estimate", "lasting_low": "conf_low", "lasting_high": "conf_high"}
    return {sector: {k: _percent(row[c]) for k, c in names.items()} for sector, row in rows.iterrows()}


def _gifts(gifts: pd.DataFrame, party: Party) -> dict[str, float]:
    """Sums of baht and hours, where enough partnerships (of a group: of enough schools) stand behind them."""
    out = {}
    for what, step in (("value_thb", THB_STEP), ("hours", 10)):
        known = gifts[gifts[what].notna()]
        enough = len(known) >= FEWEST_GIFTS and (party.who == "school" or known["school_id"].nunique() >= FEWEST_GIFTS)
        out[what] = float(rounded_half_up(known[what].sum(), step)) if enough else np.nan
    return out


def diversity(partners: pd.DataFrame, party: Party, *, on: dt.date, profile_name: str) -> Words:
    """How many sectors, as if alike, a party's partnerships of the day come from, with its interval."""
    own, least = party.rows(partners), profile(profile_name).smallest_schools
    row = measures.diversity(own, on=on).iloc[0]
    if row["n_schools"] < least or pd.isna(row["conf_low"]):
        return sentence("partners.diversity_unknown")
    return sentence("partners.diversity", value=number(row["estimate"], decimals=1), n=f"{row['n']:,.0f}",
                    low=number(row["conf_low"], decimals=1), high=number(row["conf_high"], decimals=1))  # fmt: skip


def sector_words(code: str) -> Words:
    """A sector's name, or "any sector"."""
    return labels.ANY_SECTOR if code == "any" else terms.LABELS[code]


def headline(safe: Protected) -> Words:
    """How many of the first party's schools have a partner today, and which sectors reach none of them."""
    own = safe.frame[safe.frame["who"] == safe.frame["who"].iloc[0]]
    if (own["status"] != "shown").any():
        return sentence("partners.few_schools")
    everybody = own[own["sector"] == "any"].iloc[0]
    said = {"reached": f"{everybody['n_reached']:,.0f}", "schools": f"{everybody['n_schools']:,.0f}"}
    if everybody["n_reached"] == 0:
        return sentence("partners.none", **said)
    absent = own[(own["n_reached"] == 0) & (own["sector"] != "any")]["sector"]
    if len(absent):
        return sentence("partners.without", **said, sectors=listed([sector_words(s) for s in absent]))
    return sentence("partners.all_sectors", **said)


def readings(safe: Protected) -> list[Words]:
    """One sentence for each sector of the first party: schools reached, with the interval of the share."""
    own = safe.frame[safe.frame["who"] == safe.frame["who"].iloc[0]]
    return [
        sentence(
            "partners.reading",
            sector=sector_words(r.sector),
            reached=f"{r.n_reached:,.0f}",
            schools=f"{r.n_schools:,.0f}",
            low=number(r.conf_low, decimals=0),
            high=number(r.conf_high, decimals=0),
        )
        for r in own[own["status"] == "shown"].itertuples()
    ]


def figure(
    safe: Protected, *, title: Words | None = None, synthetic: bool = False, lang: str = "both"
) -> figures.Figure:
    """Share of schools with a partner in each sector, with interval, over that of the other schools."""
    own = safe.frame["who"].iloc[0]
    rows = safe.frame.assign(
        row=safe.frame["sector"], label=[sector_words(s) for s in safe.frame["sector"]], mark=safe.frame["who"],
        value=safe.frame["percent"],
    )  # fmt: skip
    marks = [Mark(own, labels.OWN_OR_OTHER[own])]
    if "others" in set(rows["who"]) and own != "others":
        marks.append(Mark("others", labels.OTHER_SCHOOLS, shape="tick", own=False))
    said = readings(safe)
    return figures.dot_rows(
        replace(safe, frame=rows), marks=marks, title=title or headline(safe), axis=labels.REACH_AXIS,
        alt=sentence("partners.alt", rows=Words(" ".join(w.th for w in said), "; ".join(w.en for w in said))),
        scale=(0, 100), decimals=0, note=sentence("partners.note"), synthetic=synthetic, lang=lang,
    )  # fmt: skip


def sectors_table(safe: Protected, *, lang: str) -> Table:
    """Reach, stability and value of the first party's partnerships, a row a sector."""
    own = safe.frame[safe.frame["who"] == safe.frame["who"].iloc[0]]
    rows = own.assign(
        what=[sector_words(s) for s in own["sector"]],
        schools=[f"{r.n_reached}/{r.n_schools}" if r.status == "shown" else "×" for r in own.itertuples()],
    )
    columns = [
        Column("what", labels.SECTOR),
        Column("schools", Words("โรงเรียนที่มีภาคี", "Schools reached"), kind="number"),
        Column("conf", Words("ร้อยละ (ช่วง 95%)", "% (95% interval)"), kind="interval", decimals=0),
        Column("n_running", Words("กำลังร่วมมือ", "Running"), kind="number"),
        Column("n_ever", Words("ทั้งหมดที่เคยมี", "Ever"), kind="number"),
        Column("lasting", Words(f"อยู่ถึง {LASTING_MONTHS} เดือน (%)", f"Last {LASTING_MONTHS} months (%)"), kind="number"),
        Column("lasting", labels.INTERVAL, kind="interval", decimals=0),
        Column("value_thb", Words("มูลค่า (บาท)", "Value (baht)"), kind="number", decimals=0),
        Column("hours", Words("ชั่วโมง", "Hours"), kind="number", decimals=0),
    ]
    return table(replace(safe, frame=rows), columns=columns, caption=labels.PARTNERS_CAPTION,
                 note=sentence("partners.marks", least=FEWEST_GIFTS), lang=lang)  # fmt: skip


# --- one school ----------------------------------------------------------------------------------------------------


def of_school(partners: pd.DataFrame, *, school_id: str, on: dt.date, profile_name: str) -> Protected:
    """One school's partnerships up to a day, in the order of sectors and of their beginning; no amounts.

    Returns
    -------
    Protected
        One row per partnership in the form of :func:`innovlib.report.figures.timeline`, with ``name``, ``sector``,
        ``what`` (what the partner gives), ``since``, ``ended`` and ``running``.
    """
    own = partners[(partners["school_id"] == school_id) & (partners["start"] <= pd.Timestamp(on))]
    rank = {sector: i for i, sector in enumerate(terms.SECTORS)}
    own = own.sort_values(["sector", "start"], key=lambda c: c.map(rank) if c.name == "sector" else c, kind="stable")
    ended = own["end"].notna() & (own["end"] <= pd.Timestamp(on))
    out = pd.DataFrame(
        {
            "group": [labels.PARTNERS] * len(own),
            "lane": [f"partner {i}" for i in range(len(own))],
            "label": [Words(name, name) for name in own["partner_name"]],
            "at": [place(day) for day in own["start"]],
            "until": [place(day) if done else np.inf for day, done in zip(own["end"], ended, strict=True)],
            "kind": own["sector"].to_numpy(),
            "number": "",
            "name": own["partner_name"].to_numpy(),
            "sector": own["sector"].to_numpy(),
            "what": own["kind"].fillna("").to_numpy(),
            "since": [terms.thai_date(day.date()) for day in own["start"]],
            "ended": [terms.thai_date(d.date()) if done else "" for d, done in zip(own["end"], ended, strict=True)],
            "running": ~ended.to_numpy(),
            "status": "shown",
        }
    )
    return Protected(out, profile_name)


def school_headline(safe: Protected) -> Words:
    """With how many partners of which sectors a school works today; that there are none, where so."""
    if safe.frame.empty:
        return sentence("partners.school_none")
    running = safe.frame[safe.frame["running"]]
    if running.empty:
        return sentence("partners.school_ended", ever=len(safe.frame))
    sectors = [terms.LABELS[s] for s in terms.SECTORS if s in set(running["sector"])]
    return sentence("partners.school", running=len(running), ever=len(safe.frame), sectors=listed(sectors))


def school_table(safe: Protected, *, lang: str) -> Table:
    """One school's partners by name: sector, what they give, since when and until when."""
    rows = safe.frame.assign(ended=safe.frame["ended"].where(~safe.frame["running"].astype(bool), "–"))
    columns = [
        Column("name", Words("ภาคี", "Partner")),
        Column("sector", labels.SECTOR, labels=terms.LABELS),
        Column("what", Words("รูปแบบ", "Gives")),
        Column("since", Words("ตั้งแต่", "Since")),
        Column("ended", Words("ถึง", "Until")),
    ]
    return table(replace(safe, frame=rows), columns=columns, caption=labels.PARTNERS_CAPTION,
                 note=sentence("partners.going_on"), lang=lang)  # fmt: skip
