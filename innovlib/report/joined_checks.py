"""What stands beside the effects of joining: checks of the estimate, which domain of autonomy moved, and doses of it.

Only what says nothing of a single school is told here; the effect without one school, beside the effect with it, would
give that school's own change away. ``innov estimate`` has all nine threats for the office's own eyes.
"""

from __future__ import annotations

import pandas as pd

from innovlib.effects.findings import DOSES
from innovlib.errors import Words
from innovlib.report.typeset import number
from innovlib.report.words import listed, sentence

#: Threats whose numbers say nothing of a single school.
CHECKS = ("selection", "mean_reversion", "placebo_years")

_COLUMNS = ["group", "kind", "what", "estimate", "conf_low", "conf_high", "n"]


def rows(found: dict[str, pd.DataFrame], *, group: str) -> pd.DataFrame:
    """The checks of all tests together (kind "check") and the doses of autonomy (kind "dose") of one group of pilots.

    Returns
    -------
    DataFrame
        Columns: kind, what (the threat; the domain, "index" or "gap"), estimate, conf_low, conf_high (points; NaN where
        a check has no interval), n and n_treated (both the pilot schools behind it). Rows without a number are left
        out: the report's own sentences then say what is missing.
    """
    checks, doses = (found[name].reindex(columns=[*_COLUMNS, "threat"]) for name in ("threats", "dose"))
    whole = found["effects"].query("kind == 'together' and group == @group")["n_treated"]
    checks = checks[checks["threat"].isin(CHECKS)].assign(n=whole.iat[0] if len(whole) else 0.0)
    held = pd.concat([checks.assign(what=checks["threat"], named="check"), doses.assign(named="dose")])
    held = held[(held["group"] == group) & (held["kind"] == "together") & held["estimate"].notna()]
    return held.assign(kind=held["named"], n_treated=held["n"])[[*_COLUMNS[1:], "n_treated"]].reset_index(drop=True)


def words(frame: pd.DataFrame) -> list[Words]:
    """What the rows that may be seen say, in sentences."""
    return [*_checks(frame), *_domains(frame), *_dose(frame)]


def _checks(frame: pd.DataFrame) -> list[Words]:
    """The same question asked otherwise: like pasts only, luck taken out, joining pretended earlier."""
    held = {row["what"]: row for row in frame[frame["kind"] == "check"].to_dict("records")}
    return [sentence(f"effects.check_{name}", **_numbers(held[name])) for name in CHECKS if name in held]


def _domains(frame: pd.DataFrame) -> list[Words]:
    """Which domains of autonomy moved with joining."""
    held = frame[(frame["kind"] == "autonomy") & (frame["status"] == "shown") & (frame["what"] != "index")]
    if held.empty:
        return []
    moved = held[held["verdict"].str.startswith("clearly")].to_dict("records")
    parts = [sentence("effects.domain", what=DOSES[row["what"]], **_numbers(row, decimals=2)) for row in moved]
    return [sentence("effects.domains_moved", what=listed(parts)) if parts else sentence("effects.domains_still")]


def _dose(frame: pd.DataFrame) -> list[Words]:
    """Whether schools that became freer moved more: a description, said to be one."""
    held = frame[(frame["kind"] == "dose") & (frame["what"] == "index")].to_dict("records")
    return [
        sentence(
            "effects.dose_open" if row["verdict"] == "undecided" else "effects.dose",
            **_numbers(row), schools=int(row["n_treated"]),
        )
        for row in held
    ]  # fmt: skip


def _numbers(row: dict, *, decimals: int = 1) -> dict[str, Words]:
    value = number(row["estimate"], decimals=decimals, signed=True)
    low, high = (number(row[end], decimals=decimals) for end in ("conf_low", "conf_high"))
    return {"value": value, "low": low, "high": high}
