"""What joining did, for a whole area: every outcome studied once, for all pilots and for each cohort, in tidy tables.

Everybody who prints an effect of an area reads these tables (:func:`findings`), so that two pages cannot differ. They
are made by the design's defaults in points, and kept in the area's folder by what they were made from.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd

from innovlib import terms
from innovlib.area.shared import shared
from innovlib.area.store import Area
from innovlib.effects import dose, outcomes, power, several, threats, where
from innovlib.effects.design import Design
from innovlib.effects.effect import Effect
from innovlib.effects.panel import Panel, panel
from innovlib.effects.study import Study, study
from innovlib.errors import CannotEstimate, InnovError, Words

#: All pilots together; a cohort's group is its number in schools.csv as text.
ALL = "all"
#: What tells the rows of every table apart: whose effect, of what kind, on which test or, for other kinds, what.
KEY = ["group", "kind", "test", "grade", "subject", "what"]
#: Kinds of outcome. "together": all tests as one outcome; "autonomy": the de facto index and its domains, 0–4.
KINDS = ("together", "score", "spread", "gap", "autonomy")
#: Doses of autonomy whose association with results is described.
DOSES = {name: Words(terms.label(name, "th"), terms.label(name, "en")) for name in terms.DOMAINS} | {
    "index": Words("ดัชนีความเป็นอิสระที่ใช้จริง", "autonomy index, de facto"),
    "gap": Words("ที่ทำได้จริงเกินกว่าที่ระเบียบให้", "autonomy index, de facto minus de jure"),
}
#: Results are told in points.
UNIT = "points"
GROUPS_OF_PUPILS = ("poor", "other_language", "sex")


def findings(area: Area, *, force: bool = False) -> dict[str, pd.DataFrame]:
    """The area's effects, computed once and read by all (:func:`innovlib.area.shared.shared`).

    Returns
    -------
    dict
        Tables, all but "design" with :data:`KEY` first:

        ``effects``
            estimate, std_error, conf_low, conf_high, p_value, p_adjusted (over the outcomes of the group and kind), n,
            n_treated, pupils_before, pupils_after (results of pupils of the pilots behind it; NaN where not counted),
            unit, smallest (effect found four times in five, by all pilots of the group), permuted, reason_th and
            reason_en (why there is no number).
        ``by_time``, ``by_cohort``, ``smallest``, ``leave_one_out``, ``placebo_years``, ``lines``, ``schools``
            Parts of each :class:`innovlib.effects.study.Study`.
        ``threats``
            :func:`innovlib.effects.threats.nine`.
        ``trend``
            Slope before joining, detectable slope, breakdown slope.
        ``dose``, ``points``
            Association of the change in autonomy with the change in all tests together, and its schools: by domain, of
            their index, and of what schools do beyond what the order grants ("gap": de facto minus de jure).
        ``notes``
            What was done to the data on the way, note_th and note_en.
        ``design``
            The question: item, choice, default, in both languages.
    """
    return shared(area, "effects", compute, force=force)


def compute(area: Area) -> dict[str, pd.DataFrame]:
    """The tables of :func:`findings`, made anew."""
    book, schools, scores = _Book(), area.table("schools"), area.table("scores")
    frames = {} if scores.empty else outcomes.series(scores, unit=UNIT)
    tables = dict(iter(scores.groupby(list(outcomes.SERIES), observed=True)))
    found: Study | None = None
    for group, members in groups(schools).items():
        one = _of_tests(book, frames, tables, members, group=group)
        found = one if group == ALL else found
    freed = _of_autonomy(book, area.table("autonomy"), schools)
    _of_pupils(book, area.table("pupils"), schools)
    _of_dose(book, found, freed | _beyond_the_order(area.table("autonomy"), schools))
    return book.tables() | {"design": _design()}


def groups(schools: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """Whose effects are asked: all pilots, and each cohort without the pilots of the others."""
    joined = schools["joined_year_be"].notna()
    cohorts = sorted(schools.loc[joined, "cohort"].dropna().unique())
    each = {str(c): schools[~joined | (schools["cohort"] == c).fillna(False)] for c in cohorts}
    return {ALL: schools} | each


@dataclass
class _Book:
    """Rows of all tables, gathered."""

    parts: dict[str, list[pd.DataFrame]] = field(default_factory=dict)
    #: Smallest effect that each outcome could show, by its key.
    least: dict[tuple[str, ...], float] = field(default_factory=dict)

    def add(self, table: str, rows: pd.DataFrame, **key: str) -> None:
        held = rows.drop(columns=[c for c in KEY if c in rows]).reset_index(drop=True)
        for place, name in enumerate(KEY):
            held.insert(place, name, pd.array([key.get(name, "")] * len(held), dtype="str"))
        self.parts.setdefault(table, []).append(held)
        if table == "smallest":
            whole = rows.loc[rows["who"] == "area", "smallest"]
            self.least[tuple(key.get(name, "") for name in KEY)] = float(whole.iat[0]) if len(whole) else np.nan

    def tables(self) -> dict[str, pd.DataFrame]:
        return {name: _stacked(self.parts.get(name, [])) for name in TABLES}


TABLES = ("effects", "by_time", "by_cohort", "trend", "smallest", "threats", "leave_one_out", "placebo_years", "lines",
          "schools", "dose", "points", "notes")  # fmt: skip
_OF_A_STUDY = (
    "by_time",
    "by_cohort",
    "trend",
    "smallest",
    "leave_one_out",
    "placebo_years",
    "lines",
    "schools",
    "notes",
)


def _stacked(parts: list[pd.DataFrame]) -> pd.DataFrame:
    if not parts:
        return pd.DataFrame({name: pd.array([], dtype="str") for name in KEY})
    filled = [part for part in parts if len(part)] or parts[:1]
    return pd.concat(filled, ignore_index=True)


def _design() -> pd.DataFrame:
    asked = Design(outcome="", unit=UNIT)
    th, en = asked.to_frame("th"), asked.to_frame("en")
    names = {"item": "item_th", "choice": "choice_th"}
    return th.rename(columns=names)[["item_th", "choice_th"]].assign(
        item_en=en["item"], choice_en=en["choice"], default=en["default"]
    )


def _of_tests(book: _Book, frames: dict, tables: dict, schools: pd.DataFrame, *, group: str) -> Study | None:
    """Every test of one group of pilots, and all tests together; returns the study of the latter.

    ``frames`` are the series to estimate from, ``tables`` the rows of the scores table behind each.
    """
    if not frames:
        return None
    asked, known = Design(unit=UNIT), {}
    if group != ALL:  # pilots of other cohorts are not asked about: that they are absent is no news
        frames = {key: frame[frame["school_id"].isin(schools["school_id"])] for key, frame in frames.items()}
    held, refused = outcomes.panels(frames, schools, design=asked)
    for key, one in held.items():
        named = dict(zip(outcomes.SERIES, key, strict=True)) | {"group": group, "kind": "score"}
        if group == ALL:
            found = study(one)
            known |= {key: found.effect} if found.effect else {}
            _write(book, found, frames[key], tables={key: tables[key]}, **named)
        else:
            _write_part(book, "smallest", power.smallest_effects, one, **named)
            book.add("notes", _notes(one), **named)
    _family(book, held, refused, frames, known=known, group=group, kind="score")
    if group == ALL:
        _family(book, {key: outcomes.spread(one) for key, one in held.items()}, {}, frames, group=group, kind="spread")
    return _of_all_together(book, frames, tables, schools, asked, group=group)


def _of_all_together(
    book: _Book, frames: dict, tables: dict, schools: pd.DataFrame, asked: Design, *, group: str
) -> Study | None:
    first, key = schools["joined_year_be"].min(), {"group": group, "kind": "together"}
    try:
        if pd.isna(first):
            raise CannotEstimate(Words("ไม่มีโรงเรียนนำร่อง", "there are no pilot schools"))
        frame = outcomes.together(frames, first_be=int(first))
        if frame.empty:
            raise CannotEstimate(Words("ไม่มีผลของปีก่อนเข้าร่วม", "there is no result of a year before joining"))
        whole = panel(frame, schools, replace(asked, outcome="all tests together"))
    except InnovError as error:
        _family(book, {}, {"": error.words}, {}, **key)
        return None
    found = study(whole)
    _write(book, found, frame, tables=tables, **key)
    _family(book, {"": whole}, {}, {"": frame}, known={"": found.effect} if found.effect else {}, **key)
    return found


def _write(book: _Book, found: Study, frame: pd.DataFrame, *, tables: dict, **key: str) -> None:
    """A study's parts, with the pupils behind them, and its threats."""
    frames = found.to_frames()
    pupils = _pupils(frame, found.panel)
    for name in _OF_A_STUDY:
        if name in frames:
            by = {"by_time": "event_time", "schools": "school_id"}.get(name)
            book.add(name, _with_pupils(frames[name], pupils, by=by) if by else frames[name], **key)
    book.add("threats", threats.nine(found, **_beside(found.panel, tables)), **key)


def _pupils(frame: pd.DataFrame, one: Panel) -> pd.DataFrame:
    """Pupils tested in the pilots of a panel: school_id, event_time, n."""
    joined = pd.Series(one.joined[one.treated], index=one.schools["school_id"].to_numpy()[one.treated])
    rows = frame[frame["school_id"].isin(joined.index)].dropna(subset=["outcome"])
    event = rows["year_be"].to_numpy(dtype=int) - rows["school_id"].map(joined).to_numpy(dtype=int)
    return pd.DataFrame({"school_id": rows["school_id"], "event_time": event, "n": rows["n"].astype("float64")})


def _with_pupils(table: pd.DataFrame, pupils: pd.DataFrame, *, by: str) -> pd.DataFrame:
    """Pupils before and after joining behind each row."""
    sides = {"pupils_before": pupils["event_time"] < 0, "pupils_after": pupils["event_time"] >= 0}
    counts = {name: table[by].map(pupils[side].groupby(by)["n"].sum()).fillna(0.0) for name, side in sides.items()}
    return table.assign(**counts)


def _beside(one: Panel, tables: dict[tuple, pd.DataFrame]) -> dict:
    """What the threats need besides: the share tested, enrolment and the pupils' SD of the series."""
    sd = pd.concat([table["sd"] for table in tables.values()]).astype("float64")
    made = {"share": (outcomes.share_tested, "share"), "placebo": (outcomes.enrolled, "percent")}
    beside = {name: _panel(_each(how, tables, one), one, unit=unit) for name, (how, unit) in made.items()}
    return beside | {"pupil_sd": float(sd.median()) if sd.notna().any() else float("nan")}


def _each(how, tables: dict[tuple, pd.DataFrame], one: Panel) -> pd.DataFrame:
    """One series as it is; several as the school's mean distance from its own level before anyone joined, put back on
    the level of all: bounds are reckoned from the share itself, and a level common to all moves no effect."""
    frames = {key: how(table, key) for key, table in tables.items()}
    only = next(iter(frames.values()))
    if len(frames) == 1:
        return only
    rows, level = (
        outcomes.together(frames, first_be=int(one.cohorts.min())),
        pd.concat(frames.values())["outcome"].mean(),
    )
    return rows.assign(outcome=rows["outcome"] + level)


def _panel(frame: pd.DataFrame, like: Panel, *, unit: str) -> Panel | None:
    try:
        return panel(frame, like.schools, replace(like.design, unit=unit))
    except InnovError:
        return None  # the threat then says that it is not known


def _notes(one: Panel) -> pd.DataFrame:
    return pd.DataFrame([{"note_th": n.th, "note_en": n.en} for n in one.notes], columns=["note_th", "note_en"])


def _write_part(book: _Book, table: str, make, one: Panel, **key: str) -> None:
    try:
        book.add(table, make(one), **key)
    except CannotEstimate:
        return  # the outcome's own row says why


def _family(
    book: _Book, held: dict, refused: dict[object, Words], frames: dict, *, group: str, kind: str,
    known: dict[object, Effect] | None = None,
) -> None:  # fmt: skip
    """The effects on outcomes of one kind, adjusted for their number, and why others have none."""
    if not held and not refused:  # an area that is only beginning: nothing of this kind was asked
        return
    rows = several.outcomes(held, known=known).to_frame() if held else pd.DataFrame(columns=["outcome", *_NUMBERS])
    if len(rows):
        _power_beside(book, held, group=group, kind=kind)
        rows["permuted"] = [where.which(held[key]) for key in rows["outcome"]]
        seen = [_pupils(frames[key], held[key]) if key in frames else None for key in rows["outcome"]]
        for name, side in (("pupils_before", -1), ("pupils_after", 1)):
            rows[name] = [
                np.nan if s is None else s.loc[np.sign(s["event_time"] + 0.5) == side, "n"].sum() for s in seen
            ]
    none = pd.DataFrame([{"outcome": k, "reason_th": w.th, "reason_en": w.en} for k, w in refused.items()])
    rows = pd.concat([f for f in (rows.rename(columns={"reason": "reason_en"}), none) if len(f)], ignore_index=True)
    for row, key in _keyed(rows, kind):
        made = row.drop(columns="outcome").reindex(columns=_NUMBERS)
        named = {"group": group, "kind": kind} | key
        made["smallest"] = book.least.get(tuple(named.get(name, "") for name in KEY), np.nan)
        book.add("effects", _typed(made), group=group, kind=kind, **key)


def _power_beside(book: _Book, held: dict[object, Panel], *, group: str, kind: str) -> None:
    """What each outcome could have shown; tests and all tests together have theirs from their studies."""
    if kind not in ("score", "together"):
        for outcome, one in held.items():
            _write_part(book, "smallest", power.smallest_effects, one, group=group, kind=kind, **_key(outcome, kind))


_NUMBERS = ["estimate", "std_error", "conf_low", "conf_high", "p_value", "p_adjusted", "n", "n_treated",
            "pupils_before", "pupils_after", "unit", "smallest", "permuted", "reason_th", "reason_en"]  # fmt: skip


def _keyed(rows: pd.DataFrame, kind: str) -> Iterator[tuple[pd.DataFrame, dict[str, str]]]:
    for place in range(len(rows)):
        yield rows.iloc[[place]], _key(rows["outcome"].iat[place], kind)


def _key(outcome: object, kind: str) -> dict[str, str]:
    names = {"score": ("test", "grade", "subject"), "spread": ("test", "grade", "subject"),
             "gap": ("test", "subject", "what")}.get(kind, ("what",))  # fmt: skip
    return dict(zip(names, outcome if isinstance(outcome, tuple) else (outcome,), strict=True))


def _typed(row: pd.DataFrame) -> pd.DataFrame:
    words = ["unit", "permuted", "reason_th", "reason_en"]
    numbers = row[[c for c in _NUMBERS if c not in words]].astype("float64")
    return pd.concat([numbers, row[words].astype("str").fillna("")], axis="columns")[_NUMBERS]


def _of_autonomy(book: _Book, autonomy: pd.DataFrame, schools: pd.DataFrame) -> dict[str, Panel]:
    """Which domain of autonomy moved; returns the panels of the domains and of their index."""
    if autonomy.empty:
        return {}
    held, refused = _held(outcomes.freedom(autonomy), schools, unit="steps")
    _family(book, held, refused, {}, group=ALL, kind="autonomy")
    return held


def _beyond_the_order(autonomy: pd.DataFrame, schools: pd.DataFrame) -> dict[str, Panel]:
    """What schools do beyond what the order grants, over all domains."""
    if autonomy.empty:
        return {}
    return _held({"gap": outcomes.freedom(autonomy, aspect="gap")["index"]}, schools, unit="steps")[0]


def _of_pupils(book: _Book, pupils: pd.DataFrame, schools: pd.DataFrame) -> None:
    """Gaps between groups of pupils within schools."""
    if pupils.empty:
        return
    frames = {(*key, by): f for by in GROUPS_OF_PUPILS for key, f in outcomes.gaps(pupils, by=by).items()}
    held, refused = _held(frames, schools, unit="SD")
    _family(book, held, refused, {}, group=ALL, kind="gap")


def _held(frames: dict, schools: pd.DataFrame, *, unit: str) -> tuple[dict, dict]:
    held, refused = {}, {}
    for name, frame in frames.items():
        try:
            held[name] = panel(frame, schools, Design(outcome=str(name), unit=unit))
        except InnovError as error:
            refused[name] = error.words
    return held, refused


def _of_dose(book: _Book, found: Study | None, freed: dict[str, Panel]) -> None:
    """Change in autonomy, by domain and over all, against change in all tests together."""
    if found is None:
        return
    for what, one in freed.items():
        key = {"group": ALL, "kind": "together", "what": what}
        try:
            given = power.own_lines(one).set_index("school_id")["change"]
            slope = dose.association(found.panel, given, name=DOSES[what].en)
        except CannotEstimate as error:
            book.add("dose", pd.DataFrame([{"reason_th": error.words.th, "reason_en": error.words.en}]), **key)
            continue
        book.add("dose", slope.to_frame().assign(reason_th="", reason_en=""), **key)
        book.add("points", slope.points, **key)
