"""Reconciliation: do the school rows, weighted by their pupils, give the area's own row? If not, would another order?

A header can lie and no cell shows it: only arithmetic does. The area's mean is the mean of its schools weighted by
examinees, so each subject's column can be checked against the aggregate row of the same file.
"""

from __future__ import annotations

import itertools
import math
from collections import defaultdict
from dataclasses import dataclass

import pandas as pd

from innovlib import terms
from innovlib.copyable import Copyable
from innovlib.errors import Words


@dataclass(frozen=True)
class Reconciliation(Copyable):
    """What the check of one test of one year found.

    Attributes
    ----------
    status
        ``agrees`` · ``permuted`` (exactly one other order of the subjects agrees, given in ``order``) · ``ambiguous``
        (several others do) · ``differs`` (none does) · ``no-basis`` (no area row, weights or full columns to check by).
    order
        For each subject as the header names it, the subject that its school rows hold.
    weighted, stated
        The weighted mean of the schools and the area row's figure, both by the header's subjects. Points 0–100.
    tolerance
        What rounding explains: half a last digit of the schools' means and a whole one of the area's (some cut off).
    """

    year_be: int
    test: str
    grade: str
    status: str
    order: dict[str, str]
    weighted: dict[str, float]
    stated: dict[str, float]
    tolerance: float
    n: int

    def to_frame(self) -> pd.DataFrame:
        """One row per subject: the schools' weighted mean, the area row's, and the subject that it reconciles with."""
        rows = [
            {
                "subject": s, "weighted_mean": self.weighted[s], "area_mean": self.stated[s],
                "difference": self.weighted[s] - self.stated[s], "reconciles_as": self.order.get(s),
            }
            for s in self.stated
        ]  # fmt: skip
        return pd.DataFrame(rows, columns=["subject", "weighted_mean", "area_mean", "difference", "reconciles_as"])

    def sentence(self, lang: str = "both") -> str:
        """The finding in one sentence."""
        terms.check_language(lang)
        order = {
            code: ", ".join(terms.label(self.order[s], code) for s in self.stated if s in self.order)
            for code in ("th", "en")
        }
        worst = max((abs(self.weighted[s] - self.stated[s]) for s in self.stated), default=math.nan)
        said = {
            "agrees": Words(
                f"ค่าเฉลี่ยถ่วงน้ำหนักของโรงเรียนตรงกับแถวเขตทุกวิชา (ต่างไม่เกิน {worst:.3f})",
                f"the schools' weighted means equal the area row in every subject (within {worst:.3f})",
            ),
            "permuted": Words(
                f"แถวโรงเรียนตรงกับแถวเขตเมื่ออ่านคอลัมน์เป็น {order['th']} เท่านั้น",
                f"the school rows give the area row only when the columns are read as {order['en']}",
            ),
            "ambiguous": Words("มีมากกว่าหนึ่งลำดับที่ตรงกับแถวเขต", "more than one order gives the area row"),
            "differs": Words(
                f"ไม่มีลำดับใดตรงกับแถวเขต (ต่างมากที่สุด {worst:.2f} คะแนน)",
                f"no order gives the area row (off by up to {worst:.2f} points)",
            ),
            "no-basis": Words("ไม่มีแถวเขตหรือจำนวนผู้สอบให้ตรวจ", "there is no area row or no n to check by"),
        }[self.status]
        return {"th": said.th, "en": said.en, "both": f"{said.th}\n{said.en}"}[lang]


def reconcile(schools: list[dict], aggregates: list[dict]) -> list[Reconciliation]:
    """Check every test of every year for which there is an area row.

    Parameters
    ----------
    schools
        Records with year_be, test, grade, subject, n_tested, mean; all rows that can be read, also those that other
        rules set aside later (two schools under one code are both real and both count).
    aggregates
        Records with level and the same fields.

    Returns
    -------
    list of Reconciliation
        In the order of the first area row of each.

    Notes
    -----
    With k subjects all k! orders are tried (k is at most five). The weighted mean is Σ nᵢ mᵢ / Σ nᵢ over schools
    with n and mean; a subject that some schools lack is weighted by those that have it.
    """
    groups = defaultdict(dict)
    for record in aggregates:
        if record.get("level") == "area":
            groups[record["year_be"], record["test"], record["grade"]].setdefault(record["subject"], record["mean"])
    return [_one(key, stated, schools) for key, stated in groups.items()]


def _one(key: tuple, stated: dict[str, float], schools: list[dict]) -> Reconciliation:
    rows = [r for r in schools if (r.get("year_be"), r.get("test"), r.get("grade")) == key]
    weighted = {s: _weighted([r for r in rows if r.get("subject") == s]) for s in stated}
    weighted = {s: mean for s, mean in weighted.items() if mean is not None}
    stated = {s: stated[s] for s in stated if s in weighted}
    tolerance = 0.5 * _last_digit(r["mean"] for r in rows if r.get("mean") is not None) + _last_digit(stated.values())
    status, order = ("no-basis", {}) if not stated else _order(weighted, stated, tolerance)
    n = sum(r["n_tested"] or 0 for r in rows if r.get("subject") == next(iter(stated), None))
    return Reconciliation(*key, status, order, weighted, stated, tolerance, n)


def _weighted(rows: list[dict]) -> float | None:
    used = [(r["n_tested"], r["mean"]) for r in rows if r.get("n_tested") and r.get("mean") is not None]
    total = sum(n for n, _ in used)
    return math.fsum(n * m for n, m in used) / total if total else None


def _last_digit(values) -> float:
    """The worth of the last digit that the figures are given to: 0.01 for 49.28."""
    digits = max((len(f"{v:.6f}".rstrip("0").partition(".")[2]) for v in values), default=0)
    return 10.0**-digits


def _order(weighted: dict[str, float], stated: dict[str, float], tolerance: float) -> tuple[str, dict[str, str]]:
    subjects = list(stated)

    def fits(order: tuple[str, ...]) -> bool:
        return all(abs(weighted[s] - stated[t]) <= tolerance for s, t in zip(subjects, order, strict=True))

    if fits(tuple(subjects)):
        return "agrees", {s: s for s in subjects}
    orders = [order for order in itertools.permutations(subjects) if fits(order)]
    if len(orders) == 1:
        return "permuted", dict(zip(subjects, orders[0], strict=True))
    return ("ambiguous" if orders else "differs"), {}
