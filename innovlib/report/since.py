"""What changed since a school joined: its distance from the area, test by test, before joining and lately.

The paper of each year is easier or harder for everybody, so only the distance from the area's mean of the same years is
followed. Everything is worked out from the protected table of results, so it tells no more than that table does.
"""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pandas as pd

from innovlib import terms
from innovlib.chance import normal_quantile
from innovlib.errors import Words
from innovlib.measures.outcomes import windows
from innovlib.report import figures, labels
from innovlib.report.disclosure import POOLED_YEARS, Z95, Protected
from innovlib.report.typeset import number
from innovlib.report.words import joined, listed, sentence

_TEST = ["test", "grade"]
COLUMNS = (*_TEST, "period", "first_year_be", "last_year_be", "gap", "conf_low", "conf_high", "n", "n_label", "status")


def distances(results: Protected, *, who: str = "school") -> Protected:
    """Own distance from the area's mean by test, grade and three years, put together over the subjects of a test.

    Returns
    -------
    Protected
        One row per test × grade × window of three years that ends at the test's latest: :data:`COLUMNS`; ``gap`` and
        its 95 % interval in points; ``status`` small where all of its results are hidden, absent where there are none.

    Notes
    -----
    ``gap`` = mean over subjects of (own − area); single years are weighted by their printed n. The same pupils sit all
    subjects of a test, so these count as wholly dependent: the error of their mean is the mean of their errors. Years
    are independent. A subject that is not shown in every period in which any is shown is left out, so that all periods
    speak of the same subjects (if none is left, each period takes what it has).
    """
    rows, out = _with_area(results.frame, who), []
    # Rows as plain records: there are some sixty, and grouping so few in pandas takes longer than reading them.
    for (test, grade), part in _grouped(rows.to_dict("records"), *_TEST).items():
        lasting = _lasting_subjects(part)
        for _, cell in sorted(_grouped(part, "window").items()):
            out.append({"test": test, "grade": grade} | _pooled(cell, lasting))
    return replace(results, frame=pd.DataFrame(out, columns=COLUMNS))


def _with_area(frame: pd.DataFrame, who: str) -> pd.DataFrame:
    """Own rows with the area's mean, whether both are shown, and the first year of the window they fall in."""
    key = [*_TEST, "subject", "period"]
    area = frame.loc[(frame["who"] == "area") & (frame["status"] == "shown"), [*key, "mean"]]
    own = frame[frame["who"] == who].merge(area.rename(columns={"mean": "area"}), on=key, how="left")
    last = own["last_year_be"].astype(int)
    latest = last.groupby([own["test"], own["grade"]], observed=True).transform("max")
    told = (own["status"] == "shown") & own["n"].notna()  # a figure kept from an earlier release may come without its n
    return own.assign(
        usable=told & own["area"].notna(),
        untold=(own["status"] != "absent") & ~told,
        window=windows(last, latest=latest, length=POOLED_YEARS),
    )


def _grouped(rows: list[dict], *names: str) -> dict[object, list[dict]]:
    """Rows by one column or several, in the order in which they first occur."""
    found: dict[object, list[dict]] = {}
    for row in rows:
        key = row[names[0]] if len(names) == 1 else tuple(row[name] for name in names)
        found.setdefault(key, []).append(row)
    return found


def _lasting_subjects(part: list[dict]) -> set[str]:
    shown = _grouped([row for row in part if row["usable"]], "subject")
    every = {row["window"] for rows in shown.values() for row in rows}
    return {subject for subject, rows in shown.items() if {row["window"] for row in rows} == every}


def _pooled(cell: list[dict], lasting: set[str]) -> dict:
    """One window of one test: years by their n, then the plain mean over subjects."""
    first, last = (int(f(row[f"{name}_year_be"] for row in cell)) for f, name in ((min, "first"), (max, "last")))
    row = {"period": f"{first}–{last}" if first < last else str(last), "first_year_be": first, "last_year_be": last}
    used = [r for r in cell if r["usable"] and (not lasting or r["subject"] in lasting)]
    if not used:
        small = [r["n_label"] for r in cell if r["untold"]]
        return row | {"n_label": small[0] if small else "–", "status": "small" if small else "absent"}
    subjects = _grouped(used, "subject").values()
    gap, error = (float(np.mean(values)) for values in zip(*map(_over_years, subjects), strict=True))
    n = int(max(sum(r["n"] for r in rows) for rows in subjects))
    reach = Z95 * error
    ends = {"conf_low": round(gap - reach, 1), "conf_high": round(gap + reach, 1)}
    return row | {"gap": round(gap, 1), "n": n, "n_label": f"{n:,}", "status": "shown"} | ends


def _over_years(rows: list[dict]) -> tuple[float, float]:
    """A subject's gap and its error over the years of a window, weighted by the printed n."""
    n, mean, area, low, high = (
        np.array([row[name] for row in rows], dtype=float) for name in ("n", "mean", "area", "conf_low", "conf_high")
    )
    weight = n / n.sum()
    error = weight * ((high - low) / 2 / Z95)
    return float(weight @ (mean - area)), math.sqrt(float(error @ error))


def changes(gaps: Protected, *, joined_year_be: int | None) -> pd.DataFrame:
    """Change of each test's distance from before joining (without a joining year: from the first period) to the latest.

    Returns
    -------
    DataFrame
        ``test``, ``grade``, ``first``, ``last`` (periods), ``estimate`` (points), ``conf_low``, ``conf_high``; the
        intervals hold for all tests at once (Bonferroni), because a headline speaks of whichever test moved. Tests
        without a shown period on both sides have no row.
    """
    rows = []
    shown = gaps.frame[gaps.frame["status"] == "shown"]
    for (test, grade), part in shown.groupby(_TEST, sort=False, observed=True):
        part = part.sort_values("last_year_be")
        before = part if joined_year_be is None else part[part["last_year_be"] < joined_year_be]
        if len(part) < 2 or before.empty or before.index[-1] == part.index[-1]:
            continue
        first, last = before.iloc[0 if joined_year_be is None else -1], part.iloc[-1]
        error = math.hypot(*((p["conf_high"] - p["conf_low"]) / 2 / Z95 for p in (first, last)))
        rows.append((test, grade, first["period"], last["period"], last["gap"] - first["gap"], error))
    out = pd.DataFrame(rows, columns=[*_TEST, "first", "last", "estimate", "error"])
    reach = normal_quantile(1 - 0.025 / max(len(out), 1)) * out.pop("error")
    return out.assign(conf_low=out["estimate"] - reach, conf_high=out["estimate"] + reach)


def headline(gaps: Protected, *, joined_year_be: int | None) -> Words:
    """Which tests moved against the area since joining by more than chance; that none did, or none can be seen."""
    found = changes(gaps, joined_year_be=joined_year_be)
    when = sentence("since.joined" if joined_year_be else "since.first")
    if found.empty:
        return sentence("since.cannot" if joined_year_be else "change.one_period")
    parts = []
    for direction, rows in (("up", found[found["conf_low"] > 0]), ("down", found[found["conf_high"] < 0])):
        if len(rows):
            tests = listed([test_words(row) for row in rows.to_dict("records")])
            parts.append(sentence(f"since.{direction}", tests=tests))
    said = joined(parts) if parts else sentence("since.none")
    return Words(f"{when.th} {said.th}", f"{when.en}, {said.en}")


def readings(gaps: Protected, *, joined_year_be: int | None) -> list[Words]:
    """A sentence for each test with a shown period on both sides."""
    out = []
    for row in changes(gaps, joined_year_be=joined_year_be).to_dict("records"):
        values = {k: number(row[k], decimals=0, signed=True) for k in ("estimate", "conf_low", "conf_high")}
        out.append(sentence("since.reading", test=test_words(row), first=row["first"], last=row["last"], **values))
    return out


def test_words(row: dict) -> Words:
    """A test with its grade, without the subject."""
    grade = [terms.label(row["grade"], lang) for lang in ("th", "en")]
    return Words(f"{row['test']} {grade[0]}", f"{row['test']} {grade[1]}")


def alt(gaps: Protected, *, name: Words) -> Words:
    """Alternative text: every point that is drawn, in words."""
    parts = []
    for row in gaps.frame.to_dict("records"):
        label = test_words(row)
        if row["status"] == "shown":
            values = {k: number(row[k], signed=True) for k in ("gap", "conf_low", "conf_high")}
            parts.append(sentence("since.alt_row", test=label, period=row["period"], **values))
        elif row["status"] == "small":
            parts.append(sentence("since.alt_small", test=label, period=row["period"]))
    said = Words(", ".join(p.th for p in parts), ", ".join(p.en for p in parts))
    return sentence("since.alt", name=name, rows=said if parts else labels.ABSENT)


def figure(
    gaps: Protected, *, name: Words, joined_year_be: int | None, synthetic: bool = False, lang: str = "both"
) -> figures.Figure:
    """The distances by test and period."""
    return figures.distances(
        gaps, title=headline(gaps, joined_year_be=joined_year_be), alt=alt(gaps, name=name),
        joined_year_be=joined_year_be, note=sentence("since.note"), synthetic=synthetic, lang=lang,
    )  # fmt: skip


test_words.__test__ = False  # its name is no test's, whatever a test runner thinks
