"""All that is asked of one outcome, in one go: the estimate, its threats, and what could have been seen."""

from __future__ import annotations

from dataclasses import dataclass, field
from html import escape

import pandas as pd

from innovlib.effects import inference, over_time, power, selection, sensitivity, where
from innovlib.effects.effect import Effect, Effects, notes_html, shown, unit_name
from innovlib.effects.panel import Panel
from innovlib.effects.sensitivity import PreTrend
from innovlib.errors import CannotEstimate, Words


@dataclass(frozen=True, eq=False)
class Study:
    """One outcome studied; a part that cannot be had is None (or not in ``frames``), and ``refused`` says why.

    Attributes
    ----------
    panel
        The data and the question.
    effect, trend, matched
        The estimate; the slope before joining; the estimate against schools with a like past.
    by_time, by_cohort
        Event study and cohorts.
    frames
        Tidy tables by name: "design", "lines", "clustering", "smallest", "leave_one_out", "placebo_years",
        "mean_reversion", "schools".
    refused
        Part to reason.
    """

    panel: Panel
    effect: Effect | None
    trend: PreTrend | None
    matched: Effect | None
    by_time: Effects | None
    by_cohort: Effects | None
    frames: dict[str, pd.DataFrame] = field(default_factory=dict)
    refused: dict[str, Words] = field(default_factory=dict)

    def to_frames(self) -> dict[str, pd.DataFrame]:
        """Every part as a tidy table, ready to be stored."""
        parts = {
            "effect": self.effect, "trend": self.trend, "matched": self.matched,
            "by_time": self.by_time, "by_cohort": self.by_cohort,
        }  # fmt: skip
        held = {name: part.to_frame() for name, part in parts.items() if part is not None}
        notes = pd.DataFrame(
            [{"note_th": n.th, "note_en": n.en} for n in self.panel.notes], columns=["note_th", "note_en"]
        )
        reasons = [{"part": k, "reason_th": w.th, "reason_en": w.en} for k, w in self.refused.items()]
        return (
            held
            | self.frames
            | {"notes": notes, "refused": pd.DataFrame(reasons, columns=["part", "reason_th", "reason_en"])}
        )

    def table(self, part: str) -> pd.DataFrame:
        """A part as a tidy table, such as "lines" or "trend"; without rows where it was refused (``refused``: why)."""
        held = self.to_frames()
        return held[part] if part in held else pd.DataFrame(columns=_RESULT)

    def told(self, part: str, lang: str = "th") -> str:
        """What "effect", "trend" or "matched" says, or why it cannot be had."""
        found = getattr(self, part)
        return getattr(self.refused[part], lang) if found is None else found.sentence(lang)

    def paragraph(self, lang: str = "th") -> str:
        """What may be said of this outcome: the estimate, what could have been seen, the trend before joining."""
        if self.effect is None:
            reason = getattr(self.refused["effect"], lang)
            return f"{self.panel.design.outcome}: {reason}"
        parts = [self.effect.sentence(lang)]
        least = self.frames.get("smallest")
        if least is not None:
            value, unit = (
                shown(least["smallest"].iat[0], self.panel.design.unit),
                unit_name(self.panel.design.unit, lang),
            )
            parts.append(
                f"ผลเล็กที่สุดที่ข้อมูลนี้พบได้สี่ในห้าครั้งคือ {value} {unit}"
                if lang == "th"
                else f"The smallest effect these data find four times in five is {value} {unit}."
            )
        if self.trend is not None:
            parts.append(self.trend.sentence(lang))
        made = self.panel.design.departures(lang) if self.panel.design.choices_made() else ""
        return " ".join([*parts, made]).strip()

    def _repr_html_(self) -> str:
        said = "".join(f"<p lang='{lang}'>{escape(self.paragraph(lang))}</p>" for lang in ("th", "en"))
        return said + notes_html(self.panel.notes)


def study(panel: Panel) -> Study:
    """Estimate an outcome and everything that belongs beside the estimate.

    Never raises for data that are too few: such parts are None and ``refused`` says why.

    Examples
    --------
    >>> from innovlib.effects import simulate
    >>> from innovlib.effects.panel import panel
    >>> study(panel(*simulate.area(effect=0.5, seed=1))).effect.verdict
    'higher'
    """
    refused: dict[str, Words] = {}

    def tried(name, how):
        try:
            return how(panel)
        except CannotEstimate as error:
            refused[name] = error.words
            return None

    parts = {name: tried(name, how) for name, how in _PARTS.items()}
    frames = {name: made for name, how in _TABLES.items() if (made := tried(name, how)) is not None}
    return Study(panel, **parts, frames={"design": panel.design.to_frame()} | frames, refused=refused)


_PARTS = {
    "effect": inference.effect, "trend": sensitivity.pre_trend, "matched": selection.matched,
    "by_time": over_time.event_study, "by_cohort": over_time.cohorts,
}  # fmt: skip
_TABLES = {
    "lines": inference.lines, "clustering": where.clustering, "smallest": power.smallest_effects,
    "leave_one_out": sensitivity.leave_one_out, "placebo_years": sensitivity.placebo_years,
    "mean_reversion": selection.mean_reversion, "schools": power.own_lines,
}  # fmt: skip
#: Columns that a reader of a part may count on where it was refused.
_RESULT = ["school_id", "event_time", "estimate", "std_error", "conf_low", "conf_high", "p_value", "n", "n_treated"]
