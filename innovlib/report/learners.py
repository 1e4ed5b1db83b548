"""The six learner qualities as a reader sees them: shares on four ordered levels, and how far raters differ.

Levels are counted, never averaged; the six are never put together, nor mixed with tests. Every school rates its own
pupils, and a strict rater cannot be told from weak pupils, so no school or group gets a verdict against another: what
is said is whether more or fewer than half of the pupils stand at level 3 or above.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd

from innovlib import terms
from innovlib.errors import Words
from innovlib.measures import qualities as measures
from innovlib.report import figures, labels
from innovlib.report.disclosure import POOLED_YEARS, Protected, profile, rounded_half_up
from innovlib.report.figures.dot_rows import Mark
from innovlib.report.parties import Party
from innovlib.report.surveys import protect_levels
from innovlib.report.tables import Column, Table, table
from innovlib.report.typeset import number
from innovlib.report.words import capital, joined, listed, sentence

_LEVELS = [f"n_level_{i}" for i in measures.LEVELS]
_COLUMNS = ("who", "quality", "label", "period", "percent", "percent_label", "conf_low", "conf_high", "level_1",
            "level_2", "level_3", "level_4", "low", "high", "n", "n_label", "n_schools", "verdict",
            "status")  # fmt: skip


def found(qualities: pd.DataFrame, who: tuple[Party, ...], *, profile_name: str) -> Protected:
    """Shares of pupils at each level over the latest three years and all grades, ready to be seen.

    Returns
    -------
    Protected
        One row per ``who`` × ``quality`` as :func:`innovlib.report.surveys.protect_levels` makes it, with ``label``
        and ``period``. Empty where no pupil of the first party was rated.
    """
    latest, period = _latest(qualities)
    if who[0].rows(latest).empty:
        return Protected(pd.DataFrame({c: [] for c in _COLUMNS}), profile_name)
    rows = pd.concat([_of_party(latest, party) for party in who], ignore_index=True)
    rows = rows.assign(period=period, verdict="", label=[labels.quality(q) for q in rows["quality"]])
    return protect_levels(rows, profile_name=profile_name)


def _latest(qualities: pd.DataFrame) -> tuple[pd.DataFrame, str]:
    """The rows of the latest three years that were rated, and those years in words."""
    if qualities.empty:
        return qualities, ""
    rows = qualities[qualities["year_be"] > qualities["year_be"].max() - POOLED_YEARS]
    first, last = int(rows["year_be"].min()), int(rows["year_be"].max())
    return rows, f"{first}–{last}" if first < last else str(last)


def _of_party(latest: pd.DataFrame, party: Party) -> pd.DataFrame:
    own, rest = party.rows(latest), party.rest_rows(latest)
    shares = measures.shares(own, over=("quality",)).set_index("quality")
    counts = own.groupby("quality", observed=True)[_LEVELS].sum()
    per_quality = rest.groupby("quality", observed=True)
    out = shares[["conf_low", "conf_high", "n", "n_schools"]].join(counts).reindex(list(terms.QUALITIES))
    out = out.assign(
        rest_schools=per_quality["school_id"].nunique().reindex(out.index).fillna(0),
        rest_n=per_quality["n_rated"].sum().reindex(out.index).fillna(0),
    )
    filled = dict.fromkeys(("n", "n_schools", *_LEVELS), 0)
    return out.fillna(filled).rename_axis("quality").reset_index().assign(who=party.who)


def raters(qualities: pd.DataFrame, schools: pd.DataFrame, *, profile_name: str) -> Protected:
    """How far the ratings of the area's schools differ beyond chance, quality by quality, over the latest three years.

    Returns
    -------
    Protected
        ``quality``, ``label``, ``between_points`` (SD of schools' true shares at level 3 or above, percentage points),
        ``share``, ``conf_low``, ``conf_high`` (share of the variance between schools, per cent), ``n_schools``,
        ``status``: small below five schools, where the spread would be that of single ones.
    """
    latest, _ = _latest(qualities[qualities["school_id"].isin(schools["school_id"])])
    rows = measures.raters(latest, over=("quality",)).set_index("quality") if len(latest) else pd.DataFrame()
    rows = rows.reindex(list(terms.QUALITIES))
    if "estimate" not in rows:
        rows = rows.assign(estimate=np.nan, conf_low=np.nan, conf_high=np.nan, between_sd=np.nan, n_schools=0)
    enough = (rows["n_schools"].fillna(0) >= max(5, profile(profile_name).smallest_schools)) & rows["estimate"].notna()
    out = pd.DataFrame({"quality": list(rows.index), "label": [labels.quality(q) for q in rows.index]})
    for name, source in (("between_points", "between_sd"), ("share", "estimate"), ("conf_low", "conf_low"),
                         ("conf_high", "conf_high")):  # fmt: skip
        out[name] = rounded_half_up(100 * rows[source].where(enough).to_numpy(dtype=float))
    out["n_schools"] = rows["n_schools"].fillna(0).astype(int).to_numpy()
    out["status"] = np.where(rows["estimate"].isna(), "absent", np.where(enough, "shown", "small"))
    return Protected(out, profile_name, ("D7",) if (out["status"] == "small").any() else ())


# --- words ---------------------------------------------------------------------------------------------------------


def _own(safe: Protected) -> pd.DataFrame:
    return safe.frame[safe.frame["who"] == safe.frame["who"].iloc[0]] if len(safe.frame) else safe.frame


def half(row) -> str:
    """more, fewer or undecided: whether more than half stand at level 3 or above, by what is printed."""
    if row["status"] != "shown":
        return ""
    if pd.isna(row["conf_low"]):  # only the edge of a band is told
        return "more" if row["percent_label"].startswith("≥") else "fewer"
    return "more" if row["conf_low"] > 50 else "fewer" if row["conf_high"] < 50 else "undecided"


def headline(safe: Protected) -> Words:
    """In which qualities more, or fewer, than half of the pupils stand at level 3 or above, by their intervals."""
    own = _own(safe)
    shown = own[own["status"] == "shown"]
    if shown.empty:
        return sentence("learners.nothing")
    side = shown.apply(half, axis="columns")
    parts = [
        sentence(f"learners.{code}", qualities=listed([terms.LABELS[q] for q in shown[side == code]["quality"]]))
        for code in ("more", "fewer") if (side == code).any()
    ]  # fmt: skip
    if not parts:
        return sentence("learners.undecided")
    return capital(joined([*parts, *([sentence("headline.rest_undecided")] if (side == "undecided").any() else [])]))


def readings(safe: Protected) -> list[Words]:
    """One sentence a quality: the share at level 3 or above with its interval, or that too few were rated."""
    out, smallest = [], profile(safe.profile).smallest_n
    for _, row in _own(safe).iterrows():
        said = {"quality": terms.LABELS[row["quality"]], "period": row["period"]}
        if row["status"] == "small":
            out.append(sentence("learners.small", smallest=smallest, **said))
        elif row["status"] == "shown" and pd.isna(row["conf_low"]):
            out.append(sentence("learners.edge", percent=row["percent_label"], n=row["n_label"], **said))
        elif row["status"] == "shown":
            out.append(sentence("learners.reading", percent=row["percent_label"], n=row["n_label"],
                                low=number(row["conf_low"]), high=number(row["conf_high"]), **said))  # fmt: skip
    return out


def alt(safe: Protected) -> Words:
    """Alternative text: every share that is drawn, in words."""
    said = readings(safe)
    return sentence("learners.alt", rows=Words(" ".join(w.th for w in said), "; ".join(w.en for w in said)))


def raters_reading(spread: Protected) -> Words:
    """In how many qualities schools' ratings differ beyond chance, and what must not be done with them."""
    shown = spread.frame[spread.frame["status"] == "shown"]
    if shown.empty:
        return sentence("learners.raters_unknown")
    differ = int((shown["conf_low"] > 0).sum())
    if differ == 0:
        return sentence("learners.raters_alike", count=len(shown))
    points = shown["between_points"]
    return sentence("learners.raters", differ=differ, count=len(shown), least=number(points.min()),
                    most=number(points.max()))  # fmt: skip


# --- figures and tables --------------------------------------------------------------------------------------------


def figure(
    safe: Protected, *, title: Words | None = None, synthetic: bool = False, lang: str = "both"
) -> figures.Figure:
    """The levels of each quality for the first party, to the two sides of the line between levels 2 and 3."""
    own = replace(safe, frame=_own(safe).reset_index(drop=True))
    return figures.level_bars(own, title=title or headline(safe), alt=alt(safe), note=sentence("learners.note"),
                              synthetic=synthetic, lang=lang)  # fmt: skip


def raters_figure(safe: Protected, spread: Protected, *, synthetic: bool = False, lang: str = "both") -> figures.Figure:
    """The first party's share at level 3 or above over the spread of all schools' shares, which raters are part of."""
    own = next(iter(safe.frame["who"]), "area")
    both = _beside_spread(safe, spread) if len(safe.frame) else safe.frame
    marks = [Mark("own", labels.OWN_OR_OTHER[own]), Mark("schools", labels.SPREAD_OF_SCHOOLS, shape="tick", own=False)]
    return figures.dot_rows(
        replace(safe, frame=both.reset_index(drop=True)), marks=marks, title=raters_reading(spread),
        alt=alt(safe), axis=labels.LEVEL_3_UP, scale=(0, 100), decimals=0, note=sentence("learners.raters_note"),
        synthetic=synthetic, lang=lang,
    )  # fmt: skip


def _beside_spread(safe: Protected, spread: Protected) -> pd.DataFrame:
    """The first party's shares and the spread of schools as rows of one figure, quality by quality."""
    mine = _own(safe)
    mine = mine.assign(row=mine["quality"], mark="own", value=mine["percent"])
    columns = ["row", "label", "mark", "value", "conf_low", "conf_high", "n_label", "status", "verdict"]
    both = pd.concat([mine, _spread_rows(safe, spread)])[columns]
    return both.sort_values("row", key=lambda c: c.map(terms.QUALITIES.index), kind="stable")


def _spread_rows(safe: Protected, spread: Protected) -> pd.DataFrame:
    """For each quality the middle of the schools (of the last, largest party) and one SD of schools to each side."""
    middle = safe.frame[safe.frame["who"] == safe.frame["who"].iloc[-1]].set_index("quality")["percent"]
    rows = spread.frame.assign(row=spread.frame["quality"], mark="schools", n_label="", verdict="")
    rows["value"] = rows["quality"].map(middle)
    rows["conf_low"] = (rows["value"] - rows["between_points"]).clip(lower=0)
    rows["conf_high"] = (rows["value"] + rows["between_points"]).clip(upper=100)
    return rows


def levels_table(safe: Protected, *, lang: str) -> Table:
    """The first party's shares: level 3 or above with its interval, then each level that may be told apart."""
    rows = _own(safe)
    rows = rows.assign(what=[terms.LABELS[q] for q in rows["quality"]]) if len(rows) else rows.assign(what=[])
    columns = [
        Column("what", labels.QUALITY),
        Column("n_label", labels.RATED, kind="number"),
        Column("percent_label", labels.LEVEL_3_UP, kind="number"),
        Column("conf", labels.INTERVAL, kind="interval", decimals=0),
        *(Column(f"level_{i}", Words(f"ระดับ {i}", f"Level {i}"), kind="number", decimals=0) for i in measures.LEVELS),
    ]
    caption = labels.QUALITIES_CAPTION
    period = next(iter(rows["period"]), "") if len(rows) else ""
    caption = Words(f"{caption.th} {period}", f"{caption.en} {period}") if period else caption
    return table(replace(safe, frame=rows), columns=columns, caption=caption,
                 note=sentence("learners.marks"), lang=lang)  # fmt: skip


def raters_table(spread: Protected, *, lang: str) -> Table:
    """How far schools' ratings differ: SD of their shares, and the share of the variance that lies between them."""
    rows = spread.frame.assign(what=[terms.LABELS[q] for q in spread.frame["quality"]])
    columns = [
        Column("what", labels.QUALITY),
        Column("between_points", labels.BETWEEN_POINTS, kind="number", decimals=0),
        Column("share", labels.BETWEEN_SHARE, kind="number", decimals=0),
        Column("conf", labels.INTERVAL, kind="interval", decimals=0),
        Column("n_schools", Words("โรงเรียน", "Schools"), kind="number"),
    ]
    return table(replace(spread, frame=rows), columns=columns, caption=labels.RATERS_CAPTION,
                 note=sentence("learners.raters_note"), lang=lang)  # fmt: skip
