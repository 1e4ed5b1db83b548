"""How much autonomy, and how much change: described, never called a cause.

Among 13 pilots a correlation must reach .55 to stand out and be .72 to be found four times in five, and schools were
not given autonomy at random. So: a scatter's numbers, a permutation of the doses among pilots of one cohort, and words.
"""

from __future__ import annotations

from dataclasses import dataclass
from html import escape

import numpy as np
import pandas as pd

from innovlib.chance import normal_quantile, t_quantile
from innovlib.copyable import Copyable
from innovlib.effects import estimate
from innovlib.effects.effect import shown, verdict
from innovlib.effects.panel import Panel
from innovlib.errors import CannotEstimate, Words


@dataclass(frozen=True, eq=False)
class Dose(Copyable):
    """The association between a dose of autonomy and the change in the outcome among pilot schools.

    Attributes
    ----------
    slope, std_error, conf_low, conf_high
        Change in the outcome per unit of dose, cohort means taken out (HC3, t).
    correlation, p_value
        Within cohorts; p by permuting doses among the pilots of one cohort.
    critical
        Correlation that would just stand out at 5 % with this many pilots; ``needed`` is found with 80 % power.
    n, points
        Pilots, and a frame (school_id, cohort_be, dose, change) for a scatter.
    name, unit
        Name of the dose; unit of the outcome.
    """

    slope: float
    std_error: float
    conf_low: float
    conf_high: float
    correlation: float
    p_value: float
    critical: float
    needed: float
    n: int
    points: pd.DataFrame
    name: str
    unit: str

    def to_frame(self) -> pd.DataFrame:
        """One row: the slope as a result's columns, correlation, critical, needed, verdict."""
        return pd.DataFrame(
            [
                {"dose": self.name, "estimate": self.slope, "std_error": self.std_error, "conf_low": self.conf_low,
                 "conf_high": self.conf_high, "p_value": self.p_value, "n": self.n, "correlation": self.correlation,
                 "critical": self.critical, "needed": self.needed, "verdict": verdict(self.conf_low, self.conf_high)}
            ]
        )  # fmt: skip

    def sentence(self, lang: str = "th") -> str:
        """Description by rule from the interval, with what it does not show."""
        kind = verdict(self.conf_low, self.conf_high)
        slope, low, high = (shown(v, self.unit) for v in (self.slope, self.conf_low, self.conf_high))
        if lang == "th":
            lead = {"higher": "โรงเรียนที่มีอิสระมากกว่าเปลี่ยนไปสูงกว่า", "lower": "โรงเรียนที่มีอิสระมากกว่าเปลี่ยนไปต่ำกว่า"}.get(
                kind, "ยังสรุปไม่ได้ว่าอิสระที่มากกว่าไปด้วยกันกับการเปลี่ยนแปลง"
            )
            return (
                f"{self.name}: {lead} ({slope} ต่อหนึ่งขั้น ช่วงเชื่อมั่น {low} ถึง {high}; {self.n} โรงเรียน) "
                f"เป็นการพรรณนา ไม่ใช่เหตุและผล เพราะโรงเรียนไม่ได้รับอิสระโดยสุ่ม "
                f"และสหสัมพันธ์ต้องถึง {self.needed:.2f} จึงจะพบได้สี่ในห้าครั้ง"
            )
        lead = {
            "higher": "schools with more autonomy moved higher",
            "lower": "schools with more autonomy moved lower",
        }.get(kind, "no conclusion yet whether more autonomy goes with more change")
        return (
            f"{self.name}: {lead} ({slope} per step, interval {low} to {high}; {self.n} schools). A description, not a "
            f"cause: autonomy was not given at random, and a correlation must be {self.needed:.2f} "
            "to be found four times in five."
        )

    def _repr_html_(self) -> str:
        return f"<p lang='th'>{escape(self.sentence('th'))}</p><p lang='en'>{escape(self.sentence('en'))}</p>"


def association(panel: Panel, dose: pd.Series, *, name: str = "autonomy") -> Dose:
    """Association of a dose with the pilots' change, cohort means taken out.

    Parameters
    ----------
    dose
        One number per school_id (index), such as the change in the de facto index of one domain, 0–4 scale. Pilots
        without a dose are left out, and ``n`` shows it.
    name
        What the dose is, for the sentence.

    Raises
    ------
    CannotEstimate
        Fewer than six pilots with a dose, or doses that do not vary within cohorts.
    """
    points = _points(panel, dose)
    x, y = (_within(points[c], points["cohort_be"]) for c in ("dose", "change"))
    free = len(points) - points["cohort_be"].nunique() - 1
    if len(points) < 6 or free < 3 or not (x**2).sum() > 1e-12 or not (y**2).sum() > 1e-12:
        raise CannotEstimate(
            Words(f"มีโรงเรียนนำร่องที่รู้ระดับอิสระ {len(points)} โรงเรียน หรือระดับอิสระไม่ต่างกันภายในรุ่น",
                  f"{len(points)} pilots have a dose, or doses do not differ within cohorts"),
            expected=Words("อย่างน้อย 6 โรงเรียน", "at least six"),
        )  # fmt: skip
    slope = float((x * y).sum() / (x**2).sum())
    lever = np.minimum(
        x**2 / (x**2).sum() + 1 / points.groupby("cohort_be")["dose"].transform("size").to_numpy(), 0.999
    )
    error = float(np.sqrt((x**2 * ((y - slope * x) / (1 - lever)) ** 2).sum()) / (x**2).sum())
    reach = t_quantile((1 + panel.design.level) / 2, free) * error
    r = float((x * y).sum() / np.sqrt((x**2).sum() * (y**2).sum()))
    t = t_quantile(0.975, free)
    needed = np.tanh((normal_quantile(0.975) + normal_quantile(0.8)) / np.sqrt(max(free - 1, 1)))
    return Dose(
        slope, error, slope - reach, slope + reach, r, _permuted_p(points, r, panel), float(t / np.sqrt(t**2 + free)),
        float(needed), len(points), points, name, panel.design.unit,
    )  # fmt: skip


def _points(panel: Panel, dose: pd.Series) -> pd.DataFrame:
    changes = estimate.changes(panel)
    first = {int(h): int(np.flatnonzero(changes.cohort == h)[0]) for h in np.unique(changes.cohort)}
    rows = np.flatnonzero(panel.treated)
    own = np.array([changes.values[r, first[int(changes.labels[r])]] for r in rows])
    others = np.array([np.nanmean(changes.values[changes.labels == 0, first[int(changes.labels[r])]]) for r in rows])
    ids = panel.schools["school_id"].to_numpy()[rows]
    points = pd.DataFrame({"school_id": ids, "cohort_be": panel.joined[rows], "change": own - others})
    points.insert(2, "dose", pd.Series(ids).map(dose).to_numpy(dtype="float64", na_value=np.nan))
    return points.dropna(subset=["dose", "change"]).reset_index(drop=True)


def _within(values: pd.Series, groups: pd.Series) -> np.ndarray:
    return (values - values.groupby(groups).transform("mean")).to_numpy()


def _permuted_p(points: pd.DataFrame, r: float, panel: Panel) -> float:
    """Share of permutations of the doses within cohorts whose |r| is as large."""
    rng = np.random.default_rng(panel.design.seed)
    dose = np.repeat(points["dose"].to_numpy()[None, :], panel.design.draws, axis=0)
    for _, rows in points.groupby("cohort_be").indices.items():
        dose[:, rows] = rng.permuted(dose[:, rows], axis=1)
        dose[:, rows] -= dose[:, rows].mean(axis=1, keepdims=True)
    y = _within(points["change"], points["cohort_be"])
    drawn = dose @ y / np.sqrt((dose**2).sum(axis=1) * (y**2).sum())
    return float((1 + (np.abs(drawn) >= abs(r) * (1 - 1e-12)).sum()) / (1 + len(drawn)))
