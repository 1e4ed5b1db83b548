"""What joining did, ready to be seen: protected tables of the area's shared effects, and words chosen by rule.

Every sentence is chosen from the numbers as they are printed, so that no sentence can say more than its interval.
"""

from __future__ import annotations

import re

import numpy as np
import pandas as pd

from innovlib import terms
from innovlib.effects.design import Design
from innovlib.effects.findings import ALL
from innovlib.errors import Words
from innovlib.report import figures, joined_checks, labels
from innovlib.report.disclosure import ONE_DECIMAL_FROM, Profile, Protected, profile, rounded_half_up
from innovlib.report.figures import Figure
from innovlib.report.prose import Prose
from innovlib.report.tables import Column, Table, table
from innovlib.report.typeset import number
from innovlib.report.words import listed, sentence, series

#: An outcome stands out when its p-value, adjusted for all looked at, is below this and its interval leaves zero out.
LEVEL = 0.05

_LEAST = ["smallest", "smallest_one", "cohorts_low", "cohorts_high"]
_SHOWN = ["estimate", "conf_low", "conf_high", *_LEAST, "slope", "slope_low", "slope_high", "slope_least", "breakdown"]
_COLUMNS = ["kind", "test", "grade", "subject", "what", *_SHOWN, "limit", "p_adjusted", "n_treated", "n", "permuted",
            "verdict", "status", "reason_th", "reason_en"]  # fmt: skip


def effects(found: dict[str, pd.DataFrame], *, profile_name: str, group: str = ALL) -> Protected:
    """The effects of joining on each test and on all tests together, ready to be seen.

    Parameters
    ----------
    found
        The area's shared effects (:func:`innovlib.effects.findings.findings`).
    group
        "all" pilots, or a cohort's number as text.

    Returns
    -------
    Protected
        One row per outcome of kind "together", "score", "spread", "gap" or "autonomy" (domains, steps of 0–4); points
        (gaps: SD, domains: steps, both with two decimals) with one decimal, whole where fewer than 30 pupils' results
        stand behind them. Then the rows of :func:`innovlib.report.joined_checks.rows`.
        ``smallest``, ``cohorts_low``, ``cohorts_high``, ``smallest_one``: effect found four times in five by all the
        group's pilots, by its cohorts (least and most) and by one school alone.
        ``status``: shown; small where fewer pilot schools, comparison schools or pupils than the profile asks for;
        absent where there is no estimate, with the reason.
        ``verdict`` follows from the printed interval and the adjusted p-value: clearly_above or clearly_below where
        both speak, likely_above or likely_below where only the interval does, else undecided.
    """
    rows = found["effects"]
    rows = rows[(rows["group"] == group) & rows["kind"].isin(_KINDS)]
    out = rows.reset_index(drop=True).merge(_trends(found, group), on=["kind", "test", "grade", "subject"], how="left")
    out = out.merge(
        joined_checks.smallest(found, group=group), on=["kind", "test", "grade", "subject", "what"], how="left"
    )
    out = out.assign(limit=np.nan)
    rules = profile(profile_name)
    absent, small = out["conf_low"].isna(), ~_allowed(out, rules)
    out["status"] = np.select([absent, small], ["absent", "small"], "shown")
    step = np.where(out[["pupils_before", "pupils_after"]].min(axis=1) < ONE_DECIMAL_FROM, 1.0, 0.1)
    step = np.where(out["kind"].isin(["gap", "autonomy"]), 0.01, step)
    for column in _SHOWN:
        fine = 0.01 if column.startswith(("slope", "breakdown")) else step
        out[column] = _rounded(out[column], np.broadcast_to(fine, len(out))).where(out["status"] == "shown")
    out["p_adjusted"] = out["p_adjusted"].where(out["status"] == "shown")
    out["verdict"] = [_verdict(row) for row in out.to_dict("records")]
    order = [_rank(row) for row in out[["kind", "test", "grade", "subject"]].itertuples(index=False)]
    out = out.assign(order=order).sort_values("order", ignore_index=True, kind="stable")
    whole = ((out["kind"] == "together") & (out["status"] == "shown")).any()
    fired = ("D7",) if (out["status"] == "small").any() else ()
    more = _seen(joined_checks.rows(found, group=group)) if whole else out.iloc[:0]
    more = more[more["n"] >= rules.smallest_schools]
    out = pd.concat([part[_COLUMNS] for part in (out, more) if len(part)] or [out[_COLUMNS]], ignore_index=True)
    return Protected(out, profile_name, fired)


def _seen(rows: pd.DataFrame) -> pd.DataFrame:
    """What stands beside the tests, in tenths of a point, with its verdict."""
    ends = {name: _rounded(rows[name], np.full(len(rows), 0.1)) for name in ("estimate", "conf_low", "conf_high")}
    ends["limit"] = _rounded(rows["limit"], np.full(len(rows), 0.01))
    held = rows.assign(**ends, status="shown").reindex(columns=_COLUMNS)
    words = ["test", "grade", "subject", "permuted", "reason_th", "reason_en"]
    held[words] = held[words].astype("str").fillna("")
    return held.assign(verdict=[_verdict(row) for row in held.to_dict("records")])


_KINDS = ("together", "score", "spread", "gap", "autonomy")


def _trends(found: dict[str, pd.DataFrame], group: str) -> pd.DataFrame:
    names = {"estimate": "slope", "conf_low": "slope_low", "conf_high": "slope_high", "detectable": "slope_least"}
    names |= {"breakdown": "breakdown"}
    rows = found["trend"].reindex(columns=["group", "kind", "test", "grade", "subject", *names])
    return rows[rows["group"] == group].drop(columns="group").rename(columns=names)


def _allowed(rows: pd.DataFrame, rules: Profile) -> pd.Series:
    """Whether schools and pupils on both sides are as many as the profile asks for (D1, D7)."""
    schools = np.minimum(rows["n_treated"], rows["n"] - rows["n_treated"]) >= rules.smallest_schools
    pupils = rows[["pupils_before", "pupils_after"]].min(axis=1, skipna=True)
    return schools & (pupils.isna() | (pupils >= rules.smallest_n))


def _rounded(values: pd.Series, step: np.ndarray) -> pd.Series:
    whole, tenth, hundredth = (rounded_half_up(values.astype("float64"), s) for s in (1.0, 0.1, 0.01))
    return pd.Series(np.select([step == 1.0, step == 0.1], [whole, tenth], hundredth), index=values.index).round(2)


def _verdict(row: dict) -> str:
    if row["status"] != "shown":
        return ""
    side = "above" if row["conf_low"] > 0 else "below" if row["conf_high"] < 0 else ""
    if not side:
        return "undecided"
    return f"clearly_{side}" if row["p_adjusted"] < LEVEL else f"likely_{side}"


def _rank(row: tuple[str, str, str, str]) -> tuple[int, ...]:
    places = (_KINDS, terms.TESTS, terms.GRADES, terms.SUBJECTS)
    return tuple(known.index(name) if name in known else -1 for known, name in zip(places, row, strict=True))


def by_time(found: dict[str, pd.DataFrame], *, profile_name: str, group: str = ALL) -> Protected:
    """The effect on all tests together by years from joining, for :func:`innovlib.report.figures.event_study`.

    Years that rest on fewer schools or pupils than the profile asks for, or on fewer than four pilots, are small.
    """
    rows = found["by_time"].reindex(columns=["group", "kind", *_BY_TIME, "pupils_before", "pupils_after"])
    rows = rows[(rows["group"] == group) & (rows["kind"] == "together")].reset_index(drop=True)
    rules, pupils = profile(profile_name), rows["pupils_before"] + rows["pupils_after"]
    schools = np.minimum(rows["n_treated"], rows["n"] - rows["n_treated"]) >= rules.smallest_schools
    shown = schools & (pupils >= rules.smallest_n) & rows["conf_low"].notna()
    for column in _BY_TIME[1:6]:
        step = np.where(pupils < ONE_DECIMAL_FROM, 1.0, 0.1)
        rows[column] = _rounded(rows[column], step).where(shown)
    rows["status"] = np.where(shown, "shown", "small")
    return Protected(rows[[*_BY_TIME, "status"]], profile_name, () if shown.all() else ("D7",))


_BY_TIME = ["event_time", "estimate", "conf_low", "conf_high", "band_low", "band_high", "n_treated", "n"]


# --- words ---------------------------------------------------------------------------------------------------------


def _of(found: Protected, kind: str) -> pd.DataFrame:
    return found.frame[found.frame["kind"] == kind]


def headline(found: Protected) -> Words:
    """Whether joining moved the tests together, by the printed interval; where it cannot be told, why."""
    rows = _of(found, "together")
    if rows.empty:
        return sentence("effects.cannot")
    row = rows.iloc[0]
    if row["status"] == "absent" and row["reason_th"]:
        return sentence("effects.cannot_because", reason=found_only(row["reason_th"], row["reason_en"]))
    return sentence("effects.cannot_small" if row["status"] != "shown" else f"effects.{row['verdict']}")


def paragraph(found: Protected) -> Words:
    """What may be said, as one paragraph: all tests together and what could be seen, each test, gaps and spread."""
    return _paragraph([*_together(found), *_tests(found), *_inequality(found)])


def further(found: Protected) -> tuple[Words, ...]:
    """What stands beside it: the trend before joining, smallest changes of inequality that could be seen, checks, which
    domain of autonomy moved, whether schools that became freer moved more."""
    return (*_trend(found), *joined_checks.words(found.frame))


def beside(found: Protected, *, lang: str) -> Prose:
    """The sentences of :func:`further` as a list; nothing where there are none."""
    return Prose(further(found), lang=lang, bullets=bool(further(found)))


def _paragraph(parts: list[Words]) -> Words:
    return Words(" ".join(p.th for p in parts), "".join(f"{p.en}. " for p in parts).rstrip())


def reckoned(found: Protected) -> Words:
    """What stands under the table: how to read it, how chance was reckoned, and which tests have no estimate."""
    some = (found.frame["status"] == "shown").any()
    how = _how(found) if some else []
    return _paragraph([*how, *_cannot(found)])


def _together(found: Protected) -> list[Words]:
    rows = _of(found, "together")
    if rows.empty or rows["status"].iat[0] != "shown":
        return [headline(found)]
    row = rows.iloc[0]
    value, low, high = number(row["estimate"], signed=True), number(row["conf_low"]), number(row["conf_high"])
    schools = {"pilots": int(row["n_treated"]), "others": int(row["n"] - row["n_treated"])}
    parts = [sentence("effects.together", said=headline(found), value=value, low=low, high=high, **schools)]
    if pd.notna(row["smallest"]):
        parts.append(sentence("effects.power", smallest=number(row["smallest"])))
    if pd.notna(row["smallest_one"]):
        parts.append(sentence("effects.power_one", smallest=number(row["smallest_one"])))
    return parts


def _tests(found: Protected) -> list[Words]:
    """Which tests stand out, with those that do so only by themselves; that none does, where so."""
    rows = _of(found, "score")
    shown = rows[rows["status"] == "shown"]
    if shown.empty:
        return []
    parts = []
    for code in ("clearly_above", "clearly_below", "likely_above", "likely_below"):
        held = shown[shown["verdict"] == code]
        if len(held):
            what = listed([series(row) for _, row in held.iterrows()])
            parts.append(sentence(f"effects.tests_{code}", what=what, count=len(shown)))
    return parts or [sentence("effects.none", count=len(shown))]


def _inequality(found: Protected) -> list[Words]:
    """Whether gaps between groups of pupils or the spread between schools moved."""
    rows = found.frame[found.frame["kind"].isin(["gap", "spread"]) & (found.frame["status"] == "shown")]
    if rows.empty:
        return []
    moved = int(rows["verdict"].str.startswith("clearly").sum())
    return [sentence("effects.gaps_moved" if moved else "effects.gaps_still", count=len(rows), moved=moved)]


def _trend(found: Protected) -> list[Words]:
    rows = _of(found, "together")
    rows = rows[rows["breakdown"].notna() & rows["slope"].notna()]
    if rows.empty:
        return []
    row = rows.iloc[0]
    within = max(abs(row["slope_low"]), abs(row["slope_high"])) < row["breakdown"]
    slope = number(row["slope"], decimals=2, signed=True)
    low, high, broken = (number(row[name], decimals=2) for name in ("slope_low", "slope_high", "breakdown"))
    key = "effects.trend_survives" if within else "effects.trend_open"
    parts = [sentence(key, slope=slope, low=low, high=high, breakdown=broken)]
    if pd.notna(row["slope_least"]):
        parts.append(sentence("effects.trend_power", least=number(row["slope_least"], decimals=2)))
    return [_paragraph(parts)] if len(parts) > 1 else parts


def _cannot(found: Protected) -> list[Words]:
    """Tests without an estimate, each with its reason; and how many are hidden by rule."""
    rows, parts = _of(found, "score"), []
    for (th, en), held in rows[rows["status"] == "absent"].groupby(["reason_th", "reason_en"], sort=False):
        what = listed([series(row) for _, row in held.iterrows()])
        parts.append(sentence("effects.because", what=what, reason=found_only(th, en)))
    hidden = int((rows["status"] == "small").sum())
    return parts + ([sentence("effects.small", count=hidden)] if hidden else [])


def found_only(th: str, en: str) -> Words:
    """What was found, without where in the tables, what was expected and what to do."""
    for end in (" ที่ควรเป็น: ", " วิธีแก้: ", " Expected: ", " What to do: "):
        th, en = th.partition(end)[0], en.partition(end)[0]
    th, en = (re.sub(r"^(frame|schools|Design)[.\w]*: ", "", text) for text in (th, en))
    return Words(th, en.rstrip("."))


def _how(found: Protected) -> list[Words]:
    """The question, how to read the table, what chance was reckoned with, and choices that are not the default."""
    asked = Design(unit="points")
    made = Words(asked.departures("th"), asked.departures("en").rstrip("."))
    note = sentence("effects.note", asked=Words(asked.question("th"), asked.question("en")))
    return [note, *_by(found), made]


def _by(found: Protected) -> list[Words]:
    """What was given at random for most outcomes (all tests together, where shown), and for which another way."""
    shown = found.frame[(found.frame["status"] == "shown") & found.frame["kind"].isin(["together", "score"])]
    ways = shown["permuted"].replace("", "schools")
    whole = ways[shown["kind"] == "together"]
    main = whole.iat[0] if len(whole) else ways.mode().iat[0]
    parts = [sentence(f"effects.by_{main}")]
    for way, rows in shown[(ways != main) & (shown["kind"] == "score")].groupby(ways, sort=True):
        what = listed([series(row) for _, row in rows.iterrows()])
        parts.append(sentence(f"effects.but_{way}", what=what))
    return parts


def event_figure(rows: Protected, found: Protected, *, synthetic: bool = False, lang: str = "both") -> Figure | Prose:
    """The event study of all tests together; nothing where no year may be shown (the paragraph then says why)."""
    if not (rows.frame["status"] == "shown").any():
        return Prose((), lang=lang)
    words = {"title": headline(found), "alt": event_alt(rows), "note": sentence("effects.figure_note")}
    return figures.event_study(rows, **words, synthetic=synthetic, lang=lang)


def event_alt(rows: Protected) -> Words:
    """Alternative text of the event study: every year that is drawn, in words."""
    shown = rows.frame[rows.frame["status"] == "shown"]
    parts = [
        sentence("effects.alt_year", time=number(float(r["event_time"]), signed=True), value=number(r["estimate"]),
                 low=number(r["conf_low"]), high=number(r["conf_high"]))
        for r in shown.to_dict("records")
    ]  # fmt: skip
    return sentence("effects.alt", years=Words(", ".join(p.th for p in parts), ", ".join(p.en for p in parts)))


def effects_table(found: Protected, *, lang: str) -> Table:
    """Tests with their intervals, the smallest effect each could show, and p-values adjusted for all looked at."""
    frame = found.frame[found.frame["kind"].isin(["together", "score"]) & (found.frame["status"] != "absent")]
    whole = frame["kind"] == "together"
    what = [labels.ALL_TESTS if w else labels.subject(s) for w, s in zip(whole, frame["subject"], strict=True)]
    place = [
        labels.TOGETHER if w else labels.test_grade(t, g)
        for w, t, g in zip(whole, frame["test"], frame["grade"], strict=True)
    ]
    least = pd.Series(joined_checks.least(frame), index=frame.index, dtype="str").where(frame["status"] == "shown")
    made = frame.assign(what=what, place=place, least=least)
    rows = Protected(made, found.profile, found.fired, found.plan)
    columns = [
        Column("what", labels.SUBJECT),
        Column("n_treated", Words("นำร่อง", "Pilots"), kind="number"),
        Column(
            "estimate",
            Words("เปลี่ยนมากกว่ากลุ่มเทียบ (คะแนน)", "Change beyond others (points)"),
            kind="difference",
            decimals=1,
        ),
        Column("conf", Words("ช่วงความเชื่อมั่น 95%", "95% interval"), kind="interval", decimals=1),
        Column("least", joined_checks.least_head(frame), kind="number"),
        Column("p_adjusted", Words("ค่า p ปรับแล้ว", "Adjusted p"), kind="number", decimals=3),
        Column("verdict", labels.READING, kind="verdict"),
    ]
    caption = Words(
        "การเปลี่ยนแปลงหลังเข้าร่วม เทียบโรงเรียนที่ไม่เคยเข้าร่วม", "Change after joining, beside schools that never joined"
    )
    return table(rows, columns=columns, caption=caption, note=reckoned(found), lang=lang, group="place")


# --- one school ----------------------------------------------------------------------------------------------------


def of_school(found: dict[str, pd.DataFrame], school_id: str, *, profile_name: str) -> Protected:
    """What one pilot school's own change can say: one row, or none where the school is no pilot with a change.

    Returns
    -------
    Protected
        ``change`` (points, all tests together, beyond the comparison schools), ``usual_low``, ``usual_high`` (where
        95 % of comparison schools of its size lie), ``smallest`` (change that one school of its size and cohort must
        make to be told from chance four times in five), ``n_years``, ``status``.
    """
    rows = found["schools"].reindex(columns=_OF_SCHOOL)
    return of_schools(found | {"schools": rows[rows["school_id"] == school_id]}, profile_name=profile_name)


def of_schools(found: dict[str, pd.DataFrame], *, profile_name: str) -> Protected:
    """What each pilot school's own change can say (:func:`of_school`), one row per school."""
    held = found["schools"].reindex(columns=_OF_SCHOOL)
    rows = held[(held["group"] == ALL) & (held["kind"] == "together")].copy()
    pupils = rows[["pupils_before", "pupils_after"]].min(axis=1)
    shown = (pupils >= profile(profile_name).smallest_n) & rows[["change", "usual_low", "smallest"]].notna().all(axis=1)
    for column in _OF_SCHOOL_SHOWN:
        rows[column] = _rounded(rows[column], np.where(pupils < ONE_DECIMAL_FROM, 1.0, 0.1)).where(shown)
    rows["status"] = np.where(shown, "shown", "small")
    kept = rows[["school_id", *_OF_SCHOOL_SHOWN, "n_years", "status"]].reset_index(drop=True)
    return Protected(kept, profile_name, () if shown.all() else ("D1",))


_OF_SCHOOL_SHOWN = ["change", "usual_low", "usual_high", "smallest"]
_OF_SCHOOL = [
    "group",
    "kind",
    "school_id",
    "change",
    "usual_low",
    "usual_high",
    "smallest",
    "n_years",
    "pupils_before",
    "pupils_after",
]


def school_sentences(own: Protected) -> list[Words]:
    """What may be said of one school: its change beside the usual, and the smallest change it could show."""
    if own.frame.empty:
        return [sentence("effects.school_no_change")]
    row = own.frame.iloc[0]
    if row["status"] != "shown":
        return [sentence("effects.school_small")]
    inside = row["usual_low"] <= row["change"] <= row["usual_high"]
    key = "effects.school_usual" if inside else "effects.school_unusual"
    value = number(row["change"], signed=True)
    low, high = number(row["usual_low"]), number(row["usual_high"])
    return [sentence(key, value=value, low=low, high=high, smallest=number(row["smallest"]))]
