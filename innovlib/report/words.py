"""Words by rule: labels and sentences, each chosen from a protected result and never typed for one school.

The sentences stand in ``sentences.toml`` in Thai and English, where a reader can change them; here are only the rules
that choose among them.
"""

from __future__ import annotations

import math
import tomllib
from collections.abc import Callable
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd

from innovlib import terms
from innovlib.chance import normal_quantile
from innovlib.errors import Words
from innovlib.report.disclosure import FEW_SCHOOLS, Z95, Protected, profile
from innovlib.report.typeset import number

SENTENCES = Path(__file__).with_name("sentences.toml")

#: Verdicts in the order in which a headline speaks of them.
_SPOKEN = ("clearly_above", "likely_above", "clearly_below", "likely_below")
#: A headline names this many subjects and counts more.
MOST_NAMED = 2


@cache
def _sentences() -> dict:
    return tomllib.loads(SENTENCES.read_text(encoding="utf-8"))


def sentence(key: str, **values) -> Words:
    """The sentence of that key (such as ``limits.paper``) with its blanks filled.

    A value that is :class:`Words` is filled in its own language; ``None`` never reaches a page: it raises ``KeyError``.

    Examples
    --------
    >>> sentence("headline.all_undecided", whom=sentence("whom.similar")).en
    'No subject can be told apart from similar schools'
    """
    group, name = key.split(".")
    entry = _sentences()[group][name]
    return Words(*(entry[lang].format(**{k: _in(v, lang) for k, v in values.items()}) for lang in ("th", "en")))


def _in(value, lang: str) -> str:
    if value is None:
        raise KeyError("a sentence was given nothing to say")
    return getattr(value, lang) if isinstance(value, Words) else str(value)


def year(year_be: int, *, first: bool = False) -> Words:
    """An academic year; at its first mention with the CE year in which it opens.

    Examples
    --------
    >>> year(2568, first=True).th
    'ปีการศึกษา 2568 (2025)'
    """
    ce = f" ({terms.to_ce(year_be)})" if first else ""
    return Words(f"ปีการศึกษา {year_be}{ce}", f"academic year {year_be}{ce}")


def series(row) -> Words:
    """Test, grade and subject of a row as one phrase."""
    return Words(
        f"{row['test']} {terms.label(row['grade'], 'th')} {terms.label(row['subject'], 'th')}",
        f"{row['test']} {terms.label(row['grade'], 'en')} {terms.label(row['subject'], 'en')}",
    )


def verdict(code: str, *, whom: Words) -> Words:
    """What a verdict code says, with whom the comparison is made."""
    return sentence(f"verdict.{code}", whom=whom)


def joined(parts: list[Words]) -> Words:
    """Several phrases as one line: a space between Thai phrases, a semicolon between English ones."""
    return Words(" ".join(p.th for p in parts), "; ".join(p.en for p in parts))


def listed(labels: list[Words]) -> Words:
    """Labels as a list in prose: "ภาษาไทย คณิตศาสตร์ และวิทยาศาสตร์", "Thai, maths and science"."""
    th, en = [w.th for w in labels], [w.en for w in labels]
    if len(labels) < 2:
        return Words("".join(th), "".join(en))
    # Thai sets a space around words in Latin letters.
    gap = " " if th[-1][:1].isascii() else ""
    return Words(" ".join(th[:-1]) + " และ" + gap + th[-1], ", ".join(en[:-1]) + " and " + en[-1])


def whom(results: Protected) -> Words:
    """Whom these results are judged against: similar schools, the area's other schools, the area or the nation."""
    against = next((a for a in results.frame["against"] if a), "area")
    is_school = (results.frame["who"] == "school").any()
    return sentence("whom.others" if against == "similar" and not is_school else f"whom.{against}")


def own(results: Protected, who: str) -> pd.DataFrame:
    """The rows of the one whom the report is about."""
    return results.frame[results.frame["who"] == who]


def results_headline(results: Protected, *, who: str = "school") -> Words:
    """The main point of a set of results: the subjects that differ, by name; that nothing can be said, where so.

    Only verdicts of rows that are shown are spoken.
    """
    rows = own(results, who)
    shown = rows[rows["status"] == "shown"]
    if rows.empty and who == "school":
        return sentence("limits.no_results")
    if shown.empty:
        return sentence("headline.nothing_shown")
    judged = shown[shown["verdict"] != ""]
    if judged.empty:
        return sentence("headline.no_comparison")
    several_tests = judged[["test", "grade"]].drop_duplicates().shape[0] > 1
    against = whom(results)
    parts = by_verdict(judged, label=series if several_tests else _subject, against=against)
    if not parts:
        return sentence("headline.all_undecided", whom=against)
    if (judged["verdict"] == "undecided").any():
        parts.append(sentence("headline.rest_undecided"))
    return capital(joined(parts))


def by_verdict(
    judged: pd.DataFrame, *, label: Callable[[pd.Series], Words], against: Words, most: int = MOST_NAMED
) -> list[Words]:
    """One phrase for each clear or likely verdict: what it is about, by name or as a number of things, and the verdict.

    Nothing is said of undecided rows; an empty list means that nothing can be told apart.
    """
    parts = []
    for code in _SPOKEN:
        rows = judged[judged["verdict"] == code]
        if len(rows):
            named = [label(row) for _, row in rows.iterrows()]
            what = listed(named) if len(named) <= most else sentence("headline.many", count=len(named))
            said = verdict(code, whom=against)
            parts.append(Words(f"{what.th}{said.th}", f"{what.en} {said.en}"))
    return parts


def capital(words: Words) -> Words:
    """The words with a capital at the head of the English line."""
    return Words(words.th, words.en[:1].upper() + words.en[1:])


def pilots_headline(results: Protected) -> Words:
    """The main point of the pilot schools' results beside the others'; that there are none, where so."""
    if results.frame.empty:
        return sentence("limits.no_pilots")
    return sentence("headline.pilots", said=results_headline(results, who="pilots"))


def _subject(row) -> Words:
    return terms.LABELS.get(row["subject"], Words(row["subject"], row["subject"]))


def results_readings(results: Protected, *, who: str = "school") -> list[Words]:
    """One sentence for each result, shown or hidden, in the table's order; absent ones are not spoken of."""
    area = results.frame[results.frame["who"] == "area"].set_index(["test", "grade", "subject", "period"])["mean"]
    out = []
    for _, row in own(results, who).iterrows():
        key = (row["test"], row["grade"], row["subject"], row["period"])
        if row["status"] == "small":
            out.append(sentence("reading.small", series=series(row), period=row["period"],
                                smallest=profile(results.profile).smallest_n, area=number(area.get(key, math.nan),
                                decimals=1)))  # fmt: skip
        elif row["status"] == "shown":
            said = verdict(row["verdict"], whom=whom(results)) if row["verdict"] else Words("", "")
            out.append(sentence("reading.result", series=series(row), period=row["period"], mean=number(row["mean"]),
                                low=number(row["conf_low"]), high=number(row["conf_high"]), n=row["n_label"],
                                verdict=said))  # fmt: skip
    return out


def change(results: Protected, *, who: str = "school") -> pd.DataFrame:
    """Change in distance from the area (of the area: from the nation) between the first and last shown period.

    change = (own − other) last − (own − other) first; its standard error comes from the two published intervals.
    Everything is computed from the protected table, so it tells no more than the page does.

    Returns
    -------
    DataFrame
        ``test``, ``grade``, ``subject``, ``first``, ``last`` (periods), ``estimate`` (points), ``std_error``,
        ``conf_low``, ``conf_high``.
    """
    rows = []
    other = results.frame[results.frame["who"] == _change_against(who)]
    other = other.set_index(["test", "grade", "subject", "period"])["mean"]
    shown = own(results, who)
    shown = shown[shown["status"] == "shown"]
    for key, part in shown.groupby(["test", "grade", "subject"], sort=False, observed=True):
        part = part.assign(other=[other.get((*key, period), math.nan) for period in part["period"]])
        part = part[part["other"].notna()].sort_values("first_year_be")
        if len(part) < 2:
            continue
        first, last = part.iloc[0], part.iloc[-1]
        error = math.hypot(*((p["conf_high"] - p["conf_low"]) / 2 / Z95 for p in (first, last)))
        estimate = (last["mean"] - last["other"]) - (first["mean"] - first["other"])
        rows.append((*key, first["period"], last["period"], estimate, error))
    out = pd.DataFrame(rows, columns=["test", "grade", "subject", "first", "last", "estimate", "std_error"])
    reach = normal_quantile(1 - 0.025 / max(len(out), 1)) * out["std_error"]
    return out.assign(conf_low=out["estimate"] - reach, conf_high=out["estimate"] + reach)


def _change_against(who: str) -> str:
    return "nation" if who == "area" else "area"


def change_headline(results: Protected, *, who: str = "school") -> Words:
    """Whether any subject's distance from the area (of the area: from the nation) has changed by more than chance."""
    against = sentence(f"whom.{_change_against(who)}")
    changes = change(results, who=who)
    if changes.empty:
        return sentence("change.one_period")
    signs = np.select([changes["conf_low"] > 0, changes["conf_high"] < 0], ["up", "down"], "")
    parts = []
    for (direction, test, grade, first, last), rows in changes.assign(sign=signs).groupby(
        ["sign", "test", "grade", "first", "last"], sort=False
    ):
        if direction:
            place = Words(f"{test} {terms.label(grade, 'th')}", f"{test} {terms.label(grade, 'en')}")
            subjects = listed([_subject(row) for _, row in rows.iterrows()])
            parts.append(sentence(f"change.{direction}", place=place, subjects=subjects, first=first, last=last,
                                  whom=against))  # fmt: skip
    return joined(parts) if parts else sentence("change.none", whom=against)


def results_alt(results: Protected, *, name: Words, who: str = "school", key: str = "results") -> Words:
    """Alternative text of a figure of results: every point that is drawn, in words."""
    parts = []
    for _, row in own(results, who).iterrows():
        what = series(row)
        what = Words(f"{what.th} {row['period']}", f"{what.en} {row['period']}")
        if row["status"] == "shown":
            low, high = number(row["conf_low"]), number(row["conf_high"])
            parts.append(sentence("alt.row", series=what, mean=number(row["mean"]), low=low, high=high))
        elif row["status"] == "small":
            parts.append(sentence("alt.row_small", series=what))
    return sentence(f"alt.{key}", name=name, rows=Words(", ".join(p.th for p in parts), ", ".join(p.en for p in parts)))


def marks(protected: Protected) -> Words:
    """What the marks for hidden and missing mean under this profile."""
    rules = profile(protected.profile)
    said = sentence("note.marks" if rules.count_step > 1 else "note.marks_exact", smallest=rules.smallest_n)
    if "n_label" not in protected.frame or not (protected.frame["n_label"] == FEW_SCHOOLS).any():
        return said
    few = sentence("note.few_schools")
    return Words(f"{said.th} · {few.th}", f"{said.en} · {few.en}")


def interval_note(results: Protected) -> Words:
    """What the line and, where there is one, the band of a figure of results mean."""
    if results.frame.loc[results.frame["who"] == "similar", "spread_low"].isna().all():
        return sentence("note.interval_only")
    return sentence("note.interval", whom=whom(results))


def gaps_headline(gaps: Protected) -> Words:
    """How many schools can be told apart from the area's mean; no school is named and none is ranked."""
    shown = gaps.frame[gaps.frame["status"] == "shown"]
    if shown.empty:
        return sentence("headline.nothing_shown")
    above, below = ((shown["verdict"] == code).sum() for code in ("clearly_above", "clearly_below"))
    if above + below == 0:
        return sentence("gaps.none", count=f"{len(shown):,}")
    counts = {"count": len(shown), "above": above, "below": below, "rest": len(shown) - above - below}
    return sentence("gaps.some", **{name: f"{count:,}" for name, count in counts.items()})


def gaps_alt(gaps: Protected) -> Words:
    """Alternative text of a figure of schools' distances from the area."""
    said, hidden = gaps_headline(gaps), gaps.hidden()
    return sentence("alt.gaps", said=said, hidden=hidden)
