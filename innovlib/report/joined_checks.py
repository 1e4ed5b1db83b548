"""What stands beside the effects of joining: checks of the estimate, which domain of autonomy moved, and doses of it.

Only what says nothing of a single school is told here; the effect without one school, beside the effect with it, would
give that school's own change away. ``innov estimate`` has all nine threats for the office's own eyes.
"""

from __future__ import annotations

import pandas as pd

from innovlib.effects.findings import ALL, DOSES
from innovlib.errors import Words
from innovlib.report.typeset import number
from innovlib.report.words import listed, sentence

#: Threats whose numbers say nothing of a single school. Trend and violation stand with the trend before joining.
CHECKS = ("selection", "mean_reversion", "participation", "placebo_years", "placebo_outcome", "clustering")

#: Between numbers of one cell, never broken.
_BETWEEN = "\u00a0·\u00a0"
_COLUMNS = ["group", "kind", "what", "estimate", "conf_low", "conf_high", "p_value", "limit", "n"]


def rows(found: dict[str, pd.DataFrame], *, group: str) -> pd.DataFrame:
    """The checks of all tests together (kind "check") and the doses of autonomy (kind "dose") of one group of pilots.

    Returns
    -------
    DataFrame
        Columns: kind, what (the threat; the domain, "index" or "gap"), estimate, conf_low, conf_high (points, per cent
        of pupils for the placebo outcome; NaN where a check has no interval), p_adjusted (its own p-value; of
        participation, that of the change in the share tested), limit (as in
        :data:`innovlib.effects.threats.THREATS`; of a dose, the correlation that is found four times in five), n and
        n_treated (both the pilot schools behind it). Rows without a number are left out: the report's own sentences
        then say what is missing.
    """
    checks, doses = (found[name].reindex(columns=[*_COLUMNS, "threat", "needed"]) for name in ("threats", "dose"))
    whole = found["effects"].query("kind == 'together' and group == @group")["n_treated"]
    checks = checks[checks["threat"].isin(CHECKS)].assign(n=whole.iat[0] if len(whole) else 0.0)
    held = pd.concat(
        [checks.assign(what=checks["threat"], named="check"), doses.assign(named="dose", limit=doses["needed"])]
    )
    held = held[(held["group"] == group) & (held["kind"] == "together") & held["estimate"].notna()]
    held = held.assign(kind=held["named"], n_treated=held["n"])[[*_COLUMNS[1:], "n_treated"]]
    return held.rename(columns={"p_value": "p_adjusted"}).reset_index(drop=True)


def smallest(found: dict[str, pd.DataFrame], *, group: str) -> pd.DataFrame:
    """What each outcome's cohorts and one school alone could show: NaN where a cohort has fewer than four schools.

    A cohort that is studied by itself is told as in its own report: two pages must not differ.
    """
    key = ["kind", "test", "grade", "subject", "what"]
    rows = found["smallest"].reindex(columns=["group", *key, "who", "smallest"]).astype({"smallest": "float64"})
    one = rows[(rows["group"] == group) & (rows["who"] == "school")]
    studied = rows["kind"].isin(["together", "score"])
    own = studied & (rows["group"] != ALL) & (rows["who"] == "area")
    other = ~studied & (rows["group"] == ALL) & (rows["who"] == "cohort")
    each = rows[(own | other) & (group == ALL)].groupby(key)["smallest"].agg(["min", "max"])
    parts = [
        one.groupby(key)["smallest"].first().rename("smallest_one"),
        each.set_axis(["cohorts_low", "cohorts_high"], axis=1),
    ]
    return pd.concat(parts, axis=1).reset_index()


def words(frame: pd.DataFrame) -> list[Words]:
    """What the rows that may be seen say, in sentences."""
    return [*_inequality(frame), *_checks(frame), *_domains(frame), *_dose(frame)]


def least_head(frame: pd.DataFrame) -> Words:
    """What stands over :func:`least`."""
    th, en = (" · แต่ละรุ่น", " · each cohort") if _several(frame) else ("", "")
    return Words(f"ผลเล็กสุดที่พบได้: ทั้งหมด{th} · โรงเรียนเดียว", f"Smallest to be found: all{en} · one school")


def least(frame: pd.DataFrame, *, decimals: int = 1) -> list[str]:
    """Smallest effects of each row in few words: all pilots, each cohort where there are several, one school."""
    ends = [("smallest", "smallest"), ("cohorts_low", "cohorts_high"), ("smallest_one", "smallest_one")]
    ends = ends if _several(frame) else [ends[0], ends[2]]
    return [_BETWEEN.join(_span(row[a], row[b], decimals) for a, b in ends) for row in frame.to_dict("records")]


def _several(frame: pd.DataFrame) -> bool:
    return bool((frame["cohorts_low"] < frame["cohorts_high"]).any())


def _span(low: float, high: float, decimals: int) -> str:
    ends = [number(end, decimals=decimals) for end in (low, high)]
    return ends[0] if ends[0] == ends[1] else "–".join(ends)


def _inequality(frame: pd.DataFrame) -> list[Words]:
    """How far gaps between pupils and the spread between schools would have to move to be found."""
    parts = []
    for kind, decimals in (("gap", 2), ("spread", 1)):
        held = frame[(frame["kind"] == kind) & (frame["status"] == "shown") & frame["smallest"].notna()]
        if len(held):
            spans = {name: _span(held[name].min(), held[name].max(), decimals) for name in ("smallest", "smallest_one")}
            parts.append(sentence(f"effects.least_{kind}", all=spans["smallest"], one=spans["smallest_one"]))
    return parts


def _checks(frame: pd.DataFrame) -> list[Words]:
    """The same question asked otherwise: like pasts only, luck taken out, joining pretended earlier, and so on."""
    held = {row["what"]: row for row in frame[frame["kind"] == "check"].to_dict("records")}
    return [_check(name, held[name]) for name in CHECKS if name in held]


def _check(name: str, row: dict) -> Words:
    numbers = _numbers(row)
    if name == "placebo_outcome":
        return sentence(f"effects.check_{name}_{'still' if row['verdict'] == 'undecided' else 'moved'}", **numbers)
    if name == "participation":
        numbers["share"] = number(100 * row["limit"], decimals=0, signed=True)
        # Its interval is that of the bounds; p is that of the share itself, at most .05 where its own leaves zero out.
        return sentence(f"effects.check_{name}_{'moved' if row['p_adjusted'] <= 0.05 else 'still'}", **numbers)
    if name == "clustering":
        numbers |= {"value": number(row["estimate"], decimals=1), "limit": number(row["limit"])}
    return sentence(f"effects.check_{name}", **numbers)


def _domains(frame: pd.DataFrame) -> list[Words]:
    """Which domains of autonomy moved with joining, each with the smallest change that would have been found."""
    held = frame[(frame["kind"] == "autonomy") & (frame["status"] == "shown") & (frame["what"] != "index")]
    if held.empty:
        return []
    moved = held[held["verdict"].str.startswith("clearly")].to_dict("records")
    parts = [sentence("effects.domain", what=DOSES[row["what"]], **_numbers(row, decimals=2)) for row in moved]
    said = [sentence("effects.domains_moved", what=listed(parts)) if parts else sentence("effects.domains_still")]
    known = held[held["smallest"].notna()]
    if known.empty:
        return said
    spans = zip(known["what"], least(known, decimals=2), strict=True)
    each = [Words(f"{DOSES[what].th} {span}", f"{DOSES[what].en} {span}") for what, span in spans]
    key = "effects.domains_least" if _several(known) else "effects.domains_least_one"
    return [*said, sentence(key, what=listed(each))]


def _dose(frame: pd.DataFrame) -> list[Words]:
    """Whether schools that became freer moved more, over all and by domain: a description, said to be one."""
    rows = {row["what"]: row for row in frame[frame["kind"] == "dose"].to_dict("records")}
    whole, parts = rows.pop("index", None), []
    if whole:
        key = "effects.dose_open" if whole["verdict"] == "undecided" else "effects.dose"
        more = {"schools": int(whole["n_treated"]), "needed": number(whole["limit"], decimals=2)}
        parts.append(sentence(key, **_numbers(whole), **more))
    each = [sentence("effects.dose_each", what=DOSES[what], **_numbers(row)) for what, row in rows.items()]
    return [*parts, sentence("effects.dose_domains", what=listed(each))] if each else parts


def _numbers(row: dict, *, decimals: int = 1) -> dict[str, str]:
    value = number(row["estimate"], decimals=decimals, signed=True)
    low, high = (number(row[end], decimals=decimals) for end in ("conf_low", "conf_high"))
    return {"value": value, "low": low, "high": high}
