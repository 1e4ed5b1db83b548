"""What the area's own office reads beside the reports: every threat to the effect, and whatever was left out.

Lines of plain text with numbers of single schools' making and with their ids: for ``innov estimate``, never for a page.
"""

from __future__ import annotations

import pandas as pd

from innovlib.effects.effect import shown
from innovlib.effects.findings import ALL, KEY
from innovlib.effects.threats import COLUMNS, THREATS
from innovlib.report import labels
from innovlib.report.joining import found_only
from innovlib.report.words import listed, series


def threat_lines(found: dict[str, pd.DataFrame], *, group: str = ALL) -> list[str]:
    """The nine threats to the effect on all tests together, one line each, for the area's own office."""
    rows = found["threats"].reindex(columns=["group", "kind", *COLUMNS])
    rows = rows[(rows["group"] == group) & (rows["kind"] == "together")]
    words = [THREATS[name] for name in rows["threat"]]
    return [f"- {w.th} · {w.en}: {_numbers(row)}" for w, row in zip(words, rows.to_dict("records"), strict=True)]


def note_lines(found: dict[str, pd.DataFrame], *, group: str = ALL) -> list[str]:
    """What was left out or read in a particular way, one line each with the tests that it holds for, for the office."""
    rows = found["notes"].reindex(columns=[*KEY, "note_th", "note_en"]).query("group == @group")
    lines = []
    for (th, en), held in rows.groupby(["note_th", "note_en"], sort=False):
        what = listed([series(r) if r["kind"] == "score" else labels.ALL_TESTS for r in held.to_dict("records")])
        lines.append(f"- {what.th}: {th} · {what.en}: {en}")
    return lines


def _numbers(row: dict) -> str:
    if row["reason_th"]:
        return f"– ({found_only(row['reason_th'], '').th})"
    parts = [shown(row["estimate"])]
    parts += [f"[{shown(row['conf_low'])}, {shown(row['conf_high'])}]"] if pd.notna(row["conf_low"]) else []
    parts += [f"p {row['p_value']:.3f}"] if pd.notna(row["p_value"]) else []
    parts += [f"({row['limit']:.3g})"] if pd.notna(row["limit"]) else []
    return " ".join(parts)
