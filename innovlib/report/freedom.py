"""Autonomy as a reader sees it: by domain what the order grants and what is really done, then one index.

For one school, a cohort or the area (:mod:`innovlib.report.parties`). The numbers come from
:mod:`innovlib.measures.autonomy`; here they are protected (D7, D9), drawn and put into words.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pandas as pd

from innovlib import terms
from innovlib.errors import Words
from innovlib.measures import autonomy as measures
from innovlib.report import figures, labels, parties
from innovlib.report.disclosure import Protected, profile
from innovlib.report.figures.dot_rows import Mark
from innovlib.report.parties import Party
from innovlib.report.surveys import protect_answers
from innovlib.report.tables import Column, Table, table
from innovlib.report.typeset import number
from innovlib.report.words import by_verdict, capital, joined, listed, sentence

INDEX = "index"
DOMAINS = (*terms.DOMAINS, INDEX)
_KEYS = ["domain", "aspect"]
_COLUMNS = ("who", *_KEYS, "estimate", "conf_low", "conf_high", "n_schools", "n_label", "status", "verdict")


def found(autonomy: pd.DataFrame, who: tuple[Party, ...], *, profile_name: str) -> Protected:
    """The profile and index of each party in the latest year of the area's answers, ready to be seen.

    Returns
    -------
    Protected
        One row per ``who`` × ``domain`` (four and ``index``) × ``aspect`` (de_jure, de_facto, gap): ``estimate``,
        ``conf_low``, ``conf_high`` (points of the scale 0–4), ``year_be``, ``n_schools``, ``n_label``, ``status``;
        ``verdict``: of de_facto against the other schools, of the gap more, less or undecided. Empty where nobody of
        the first party was asked.
    """
    return shown(measured(autonomy, who), who, profile_name=profile_name)


def over_years(autonomy: pd.DataFrame, who: tuple[Party, ...], *, profile_name: str) -> Protected:
    """As :func:`found`, for every year: what is really done, by the index alone."""
    everything = _measured(autonomy, who, over=["year_be"])
    everything = shown(everything, who, profile_name=profile_name, keys=["year_be", *_KEYS])
    return everything.where(domain=INDEX, aspect="de_facto") if len(everything.frame) else everything


def measured(autonomy: pd.DataFrame, who: Sequence[Party]) -> pd.DataFrame:
    """Profile and index of many parties in the latest year, not yet fit to be seen: :func:`shown` makes a page's of it.

    Returns
    -------
    DataFrame
        As :func:`innovlib.measures.autonomy.profile` with ``who``, ``school_id`` (of schools alone), ``rest_schools``,
        ``rest_respondents`` and ``year_be``; no rows of parties that were not asked.
    """
    latest = autonomy[autonomy["year_be"] == autonomy["year_be"].max()]
    return _measured(latest, who, over=[]).assign(year_be=autonomy["year_be"].max())


def _measured(autonomy: pd.DataFrame, who: Sequence[Party], *, over: list[str]) -> pd.DataFrame:
    """One school's respondents are its units, a group's units are its schools; all single schools are done at once."""
    alone = [i for party in who if party.who == "school" for i in party.school_ids]
    sides = [(Party("school", tuple(alone)), [*over, "school_id"])] if alone else []
    sides += [(party, over) for party in who if party.who != "school"]
    # Others who were not asked are told as absent; of a page's own party without an answer there is nothing to tell.
    asked = [side for i, side in enumerate(sides) if i or len(side[0].rows(autonomy))]
    rows = [_described(party, autonomy, by) for party, by in asked]
    return pd.concat(rows, ignore_index=True) if rows else pd.DataFrame({c: [] for c in (*_COLUMNS, "school_id")})


def _described(party: Party, autonomy: pd.DataFrame, by: list[str]) -> pd.DataFrame:
    """Profile and index of one party, with the rest of its larger group counted."""
    own, rest = party.rows(autonomy), party.rest_rows(autonomy)
    rows = [measures.profile(own, over=by), measures.index(own, over=by).assign(domain=INDEX)]
    respondents = len(rest[["school_id", "respondent_role"]].drop_duplicates())
    return pd.concat(rows, ignore_index=True).assign(
        who=party.who, rest_schools=rest["school_id"].nunique(), rest_respondents=respondents
    )


def shown(
    everything: pd.DataFrame, who: tuple[Party, ...], *, profile_name: str, keys: Sequence[str] = _KEYS
) -> Protected:
    """What one page may show of :func:`measured`: its parties, compared with the other schools (see :func:`found`)."""
    sides = [everything[_is_of(everything, party)] for party in who]
    if sides[0].empty:
        return Protected(pd.DataFrame({c: [] for c in _COLUMNS}), profile_name)
    rows = pd.concat(sides, ignore_index=True)
    rows["verdict"] = parties.compared(rows, keys=list(keys), other="others")
    safe = protect_answers(rows.drop(columns=["std_error", "p_value"]), profile_name=profile_name)
    return replace(safe, frame=_gap_verdicts(safe.frame))


def _is_of(rows: pd.DataFrame, party: Party) -> pd.Series:
    mine = rows["who"] == party.who
    if party.who == "school":
        mine &= rows["school_id"].isin(party.school_ids) if "school_id" in rows else False
    return mine


def _gap_verdicts(frame: pd.DataFrame) -> pd.DataFrame:
    """Whether the school does more or less than it may, by the interval as it is printed."""
    gap = (frame["aspect"] == "gap") & (frame["status"] == "shown")
    code = pd.Series("undecided", index=frame.index)
    code = code.mask(frame["conf_low"] > 0, "more").mask(frame["conf_high"] < 0, "less")
    code = code.where(frame["conf_low"].notna(), "")
    fact = frame["aspect"] == "de_facto"
    return frame.assign(verdict=frame["verdict"].where(fact, "").mask(gap, code))


# --- words ---------------------------------------------------------------------------------------------------------


def domain_words(code: str) -> Words:
    """A domain's name, or that of the index."""
    return labels.AUTONOMY_INDEX if code == INDEX else terms.LABELS[code]


def subject(safe: Protected) -> str:
    """Whose real decisions can be shown: the page's own, else the group it belongs to; "" where nobody's."""
    frame = safe.frame
    rows = zip(frame["who"], frame["aspect"], frame["status"], strict=True)
    shown = {who for who, aspect, status in rows if (aspect, status) == ("de_facto", "shown")}
    return next((who for who in dict.fromkeys(frame["who"]) if who in shown), "")


def headline(safe: Protected) -> Words:
    """The main point: where more or less is really decided than in other schools, or than the order grants."""
    who = subject(safe)
    if safe.frame.empty or not who:
        return sentence("freedom.nothing")
    fact = safe.where(who=who, aspect="de_facto", status="shown").frame
    judged = fact[(fact["verdict"] != "") & (fact["domain"] != INDEX)]
    if len(judged):
        against = sentence("whom.others")
        parts = by_verdict(judged, label=lambda row: domain_words(row["domain"]), against=against, most=4)
        rest = [sentence("headline.rest_undecided")] if (judged["verdict"] == "undecided").any() else []
        if parts:
            return sentence("freedom.verdict", whom=labels.OWN_OR_OTHER[who], said=joined([*parts, *rest]))
        return sentence("freedom.undecided", who=labels.OWN_OR_OTHER[who], whom=against)
    return gap_headline(safe)


def gap_headline(safe: Protected) -> Words:
    """In which domains more, or less, is really decided than the order grants, by the printed intervals."""
    who = subject(safe)
    gaps = safe.where(who=who, aspect="gap", status="shown").frame if who else safe.frame
    if gaps.empty or not who:
        return sentence("freedom.nothing")
    gaps, parts = gaps[gaps["domain"] != INDEX], []
    for code in ("more", "less"):
        rows = gaps[gaps["verdict"] == code]
        if len(rows):
            parts.append(sentence(f"freedom.{code}", whom=labels.OWN_OR_OTHER[who],
                                  domains=listed([domain_words(d) for d in rows["domain"]])))  # fmt: skip
    return capital(joined(parts)) if parts else sentence("freedom.as_granted", whom=labels.OWN_OR_OTHER[who])


def readings(safe: Protected) -> list[Words]:
    """A sentence for each domain and the index, of whoever can be shown; first that the school itself cannot be."""
    who, out = subject(safe), _instead(safe)
    shown = {key: row for key, row in _cells(safe).items() if row["status"] == "shown"}
    for domain in DOMAINS:
        done, granted = shown.get((who, domain, "de_facto")), shown.get((who, domain, "de_jure"))
        if done and granted and pd.notna(done["conf_low"]):
            out.append(sentence("freedom.reading", domain=domain_words(domain), whom=labels.OWN_OR_OTHER[who],
                                granted=_one(granted["estimate"]), done=_one(done["estimate"]),
                                low=_one(done["conf_low"]), high=_one(done["conf_high"])))  # fmt: skip
    return out


def brief_readings(safe: Protected) -> list[Words]:
    """What goes beside :func:`brief`: that the school's own answers are hidden, where so, and what the scale means."""
    return [*_instead(safe), sentence("freedom.scale"), sentence("freedom.note")]


def _instead(safe: Protected) -> list[Words]:
    """Why a page tells of others than its own; nothing where its own answers can be shown."""
    who = subject(safe)
    if not who:
        return [sentence("freedom.nothing")]
    if who == safe.frame["who"].iloc[0]:
        return []
    smallest = profile(safe.profile).smallest_replies
    return [sentence("freedom.few", smallest=smallest, whom=labels.OWN_OR_OTHER[who])]


def _one(value: float) -> str:
    return number(value, decimals=1)


def alt(safe: Protected) -> Words:
    """Alternative text: every value that is drawn, in words."""
    said = readings(safe)
    return sentence("freedom.alt", rows=Words(" ".join(w.th for w in said), "; ".join(w.en for w in said)))


# --- figures and tables --------------------------------------------------------------------------------------------


def figure(
    safe: Protected, *, title: Words | None = None, synthetic: bool = False, lang: str = "both"
) -> figures.Figure:
    """By domain what is really decided, with its interval, beside what the order grants and beside other schools."""
    who, own = subject(safe), next(iter(safe.frame["who"]), "")
    marks = [_mark(who or own, "de_facto", labels.REALLY_DONE), _mark(own, "de_jure", labels.GRANTED, shape="diamond")]
    if "others" in set(safe.frame["who"]) and who != "others":
        marks.append(Mark("others de_facto", labels.OTHER_SCHOOLS, shape="tick", own=False))
    return figures.dot_rows(
        replace(safe, frame=_rows(safe.frame)), marks=marks, title=title or headline(safe), alt=alt(safe),
        axis=labels.AUTONOMY_AXIS, scale=(0, 4), ends=(labels.CENTRE_DECIDES, labels.SCHOOL_DECIDES), decimals=1,
        head=labels.compared(who), note=sentence("freedom.note"), synthetic=synthetic, lang=lang,
    )  # fmt: skip


def _mark(who: str, aspect: str, what: Words, *, shape: str = "dot") -> Mark:
    return Mark(f"{who} {aspect}", _of(who, what), shape=shape)


def _rows(frame: pd.DataFrame) -> pd.DataFrame:
    rows = frame[frame["aspect"] != "gap"] if len(frame) else frame
    return rows.assign(
        row=rows["domain"],
        label=[domain_words(d) for d in rows["domain"]],
        mark=rows["who"] + " " + rows["aspect"] if len(rows) else [],
        value=rows["estimate"],
    )


def brief(safe: Protected, *, synthetic: bool = False, lang: str = "both") -> figures.Figure:
    """The domains and the index on a short ladder, for a page that holds more than this figure."""
    own, who = next(iter(safe.frame["who"]), ""), subject(safe)
    cells = _cells(safe)
    rows = [_table_row(cells, own, who or own, domain) for domain in DOMAINS] if own else []
    data = pd.DataFrame([row | {"label": row["what"]} for row in rows])
    return figures.ladder(
        replace(safe, frame=data), title=gap_headline(safe), alt=alt(safe),
        done_by=_of(who or own, labels.REALLY_DONE), granted_to=_of(own, labels.GRANTED),
        ends=(labels.CENTRE_DECIDES, labels.SCHOOL_DECIDES), synthetic=synthetic, lang=lang,
    )  # fmt: skip


def profile_table(safe: Protected, *, lang: str) -> Table:
    """The profile and the index, a row a domain: what is granted, what is really done, and what others do."""
    own, who = next(iter(safe.frame["who"]), ""), subject(safe)
    others = "others" in set(safe.frame["who"]) and who != "others"
    cells = _cells(safe)
    rows = [_table_row(cells, own, who, domain) for domain in DOMAINS] if who else []
    columns = ["what", "granted", "granted_status", "done", "conf_low", "conf_high", "gap", "gap_low", "gap_high",
               "others", "others_status", "verdict", "status"]  # fmt: skip
    heads = [
        Column("what", labels.DOMAIN),
        Column("granted", _of(own, labels.GRANTED), kind="number", status="granted_status", decimals=1),
        Column("done", _of(who, labels.REALLY_DONE), kind="number", decimals=1),
        Column("conf", labels.INTERVAL, kind="interval", decimals=1),
        Column("gap", labels.DONE_LESS_GRANTED, kind="difference", decimals=1),
        Column("gap", labels.INTERVAL, kind="interval", decimals=1),
    ]
    if others:
        heads.append(Column("others", labels.OTHER_SCHOOLS, kind="number", status="others_status", decimals=1))
    return table(replace(safe, frame=pd.DataFrame(rows, columns=columns)), columns=heads,
                 caption=labels.AUTONOMY_CAPTION, note=_sizes(safe), lang=lang)  # fmt: skip


def _of(who: str, what: Words) -> Words:
    name = labels.OWN_OR_OTHER.get(who, labels.OWN["school"])
    return Words(f"{name.th} {what.th}", f"{name.en}: {what.en}")


def _cells(safe: Protected) -> dict[tuple[str, str, str], dict]:
    """The rows by who, domain and aspect."""
    return {(row["who"], row["domain"], row["aspect"]): row for row in safe.frame.to_dict("records")}


def _table_row(cells: dict[tuple[str, str, str], dict], own: str, who: str, domain: str) -> dict:
    done, gap, granted = cells[who, domain, "de_facto"], cells[who, domain, "gap"], cells[own, domain, "de_jure"]
    other = cells.get(("others", domain, "de_facto"), {"estimate": np.nan, "status": "absent"})
    return {
        "what": domain_words(domain), "status": done["status"], "verdict": done["verdict"],
        "granted": granted["estimate"], "granted_status": granted["status"], "done": done["estimate"],
        "conf_low": done["conf_low"], "conf_high": done["conf_high"],
        "gap": gap["estimate"], "gap_low": gap["conf_low"], "gap_high": gap["conf_high"],
        "others": other["estimate"], "others_status": other["status"],
    }  # fmt: skip


def _sizes(safe: Protected) -> Words:
    """The note under the table, with the number of schools of each group."""
    groups = safe.where(domain=INDEX, aspect="de_facto").frame
    sizes = [(labels.OWN_OR_OTHER[r.who], int(r.n_schools)) for r in groups.itertuples() if r.who != "school"]
    counts = Words(" ".join(f"{w.th} {n} แห่ง" for w, n in sizes), ", ".join(f"{n} {w.en}" for w, n in sizes))
    smallest = profile(safe.profile).smallest_replies
    return sentence("freedom.marks", schools=counts, smallest=smallest)


def weights_table(*, lang: str) -> Table:
    """The weights of the index, domain by domain, and what its scale means."""
    weights = measures.index_weights()
    rows = weights.assign(what=[terms.LABELS[d] for d in weights["domain"]], status="shown")
    columns = [Column("what", labels.DOMAIN), Column("weight", labels.WEIGHT, kind="number", decimals=2)]
    return table(Protected(rows, "public"), columns=columns, caption=labels.WEIGHTS_CAPTION,
                 note=sentence("freedom.scale"), lang=lang)  # fmt: skip


def trust(autonomy: pd.DataFrame, *, who: tuple[Party, ...], profile_name: str) -> Protected:
    """How far the answers can be trusted: alpha of the items, agreement of a school's respondents, each with interval.

    One row per measure, of the first party's answers in the latest year; hidden where too few answered.
    """
    party, latest = parties.first(who), autonomy[autonomy["year_be"] == autonomy["year_be"].max()]
    rows, own = [], party.rows(latest)
    people = len(own[["school_id", "respondent_role"]].drop_duplicates())
    for measured in (measures.alpha, measures.reliability):
        rows += [row | {"what": labels.TRUST[row["measure"]]} for row in measured(own, over=()).to_dict("records")]
    rules = profile(profile_name)
    shown = people >= rules.smallest_replies and own["school_id"].nunique() >= rules.smallest_schools
    data = pd.DataFrame(rows).assign(status="shown" if shown else "small")
    if not shown:
        data[["estimate", "conf_low", "conf_high"]] = np.nan
    return Protected(data, profile_name, () if shown else ("D9",))


def trust_table(safe: Protected, *, lang: str) -> Table:
    """What :func:`trust` found, as a table."""
    columns = [
        Column("what", labels.MEASURE),
        Column("estimate", labels.VALUE, kind="number", decimals=2),
        Column("conf", labels.INTERVAL, kind="interval", decimals=2),
    ]
    return table(safe, columns=columns, caption=labels.TRUST_CAPTION, note=sentence("freedom.trust"), lang=lang)
