"""Results that speak. The sentence follows from the interval by one rule, so the two cannot disagree."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from html import escape

import pandas as pd

from innovlib.copyable import Copyable
from innovlib.effects.design import Design
from innovlib.errors import Words

COLUMNS = ("estimate", "std_error", "conf_low", "conf_high", "p_value", "n")


def verdict(conf_low: float, conf_high: float) -> str:
    """The one rule: "higher" or "lower" where the interval leaves zero out, "open" where it holds zero, "none" without.

    Examples
    --------
    >>> verdict(0.1, 0.3), verdict(-0.1, 0.3), verdict(float("nan"), 0.3)
    ('higher', 'open', 'none')
    """
    if math.isnan(conf_low) or math.isnan(conf_high):
        return "none"
    if conf_low > 0:
        return "higher"
    return "lower" if conf_high < 0 else "open"


def shown(value: float, unit: str = "SD", *, sign: bool = False) -> str:
    """A number as a sentence prints it: two decimals (one for points), more where rounding would hide its sign.

    Examples
    --------
    >>> shown(0.2345), shown(-0.0012), shown(3.849, "points", sign=True)
    ('0.23', '−0.001', '+3.8')
    """
    if not math.isfinite(value):
        return "–" if math.isnan(value) else ("∞" if value > 0 else "−∞")
    digits = 1 if unit in ("points", "คะแนน") else 2
    while value != 0 and digits < 12 and float(f"{value:.{digits}f}") == 0:
        digits += 1
    text = f"{value:+.{digits}f}" if sign and value != 0 else f"{value:.{digits}f}"
    return text.replace("-", "−")


_UNITS = {
    "SD": Words("ส่วนเบี่ยงเบนมาตรฐาน (SD)", "SD"),
    "points": Words("คะแนน", "points"),
    "share": Words("สัดส่วน", "share"),
}


def unit_name(unit: str, lang: str) -> str:
    """The unit in words; an unknown unit is its own name."""
    return getattr(_UNITS.get(unit, Words(unit, unit)), lang)


_LEADS = {
    "higher": Words(
        "{outcome}: โรงเรียนนำร่องเปลี่ยนไปสูงกว่ากลุ่มเปรียบเทียบ",
        "{outcome}: pilot schools moved higher than comparison schools:",
    ),
    "lower": Words(
        "{outcome}: โรงเรียนนำร่องเปลี่ยนไปต่ำกว่ากลุ่มเปรียบเทียบ",
        "{outcome}: pilot schools moved lower than comparison schools:",
    ),
    "open": Words(
        "{outcome}: ยังสรุปไม่ได้ว่าโรงเรียนนำร่องเปลี่ยนไปต่างจากกลุ่มเปรียบเทียบ",
        "{outcome}: no conclusion yet whether pilot schools moved differently:",
    ),
    "none": Words("{outcome}: ประมาณช่วงเชื่อมั่นไม่ได้ เพราะ", "{outcome}: no interval can be given, because "),
}
_TOO_FEW = Words("ข้อมูลน้อยเกินไป", "there are too few data")


def notes_html(notes: tuple[Words, ...]) -> str:
    """What was left out or read in a particular way, as a list; nothing where nothing was."""
    items = "".join(
        f"<li><span lang='th'>{escape(n.th)}</span> · <span lang='en'>{escape(n.en)}</span></li>" for n in notes
    )
    return f"<ul>{items}</ul>" if items else ""


@dataclass(frozen=True)
class Effect(Copyable):
    """One estimated effect with its uncertainty, its question and its method.

    Attributes
    ----------
    estimate, std_error, conf_low, conf_high, p_value
        In ``unit``; NaN where there is none.
    n, n_treated
        Schools, and pilot schools among them.
    name
        What the number is, in both languages.
    design, method, source
        The question; how interval and p were made; where the method is described.
    notes
        What else has to be said with the number.
    reason
        Why there is no interval, where there is none.
    """

    estimate: float
    std_error: float
    conf_low: float
    conf_high: float
    p_value: float
    n: int
    n_treated: int
    design: Design
    method: Words
    source: str
    name: Words = field(default=Words("การเปลี่ยนแปลงที่มากกว่ากลุ่มเปรียบเทียบ", "change beyond that of comparison schools"))
    degrees: float = float("nan")
    notes: tuple[Words, ...] = ()
    reason: Words | None = None

    @property
    def verdict(self) -> str:
        """ "higher", "lower", "open" or "none", from the interval alone."""
        return verdict(self.conf_low, self.conf_high)

    def to_frame(self, lang: str = "en") -> pd.DataFrame:
        """One row: name, estimate, std_error, conf_low, conf_high, p_value, n, n_treated, unit, method, verdict."""
        row = {"name": getattr(self.name, lang)} | {c: getattr(self, c) for c in COLUMNS}
        row |= {"n_treated": self.n_treated, "unit": self.design.unit, "method": getattr(self.method, lang)}
        return pd.DataFrame([row | {"verdict": self.verdict}])

    def interval(self, lang: str = "en") -> str:
        """The interval in words, bounds never rounded across zero."""
        low, high = shown(self.conf_low, self.design.unit), shown(self.conf_high, self.design.unit)
        level = f"{self.design.level * 100:g}"
        return f"ช่วงเชื่อมั่น {level}% {low} ถึง {high}" if lang == "th" else f"{level} % interval {low} to {high}"

    def sentence(self, lang: str = "th") -> str:
        """What may be said, by rule from the interval; "ยังสรุปไม่ได้" where the interval holds zero."""
        lead = getattr(_LEADS[self.verdict], lang).format(outcome=self.design.outcome)
        others = self.n - self.n_treated
        if self.verdict == "none":
            said = lead + getattr(self.reason or _TOO_FEW, lang)
        else:
            value = shown(self.estimate, self.design.unit, sign=True)
            before, after = ("ค่าประมาณ ", " ") if lang == "th" else ("", ", ")
            said = f"{lead} {before}{value} {unit_name(self.design.unit, lang)}{after}{self.interval(lang)}"
        if lang == "th":
            return f"{said} (นำร่อง {self.n_treated} โรงเรียน เปรียบเทียบ {others} โรงเรียน)"
        return f"{said} ({self.n_treated} pilot, {others} comparison schools)."

    def _repr_html_(self) -> str:
        return (
            f"<p lang='th'>{escape(self.sentence('th'))}</p><p lang='en'>{escape(self.sentence('en'))}</p>"
            + self.to_frame().to_html(index=False, float_format="%.3f")
            + notes_html(self.notes)
            + self.design._repr_html_()
        )


@dataclass(frozen=True, eq=False)
class Effects(Copyable):
    """Several effects of one design in one tidy frame, such as an event study or the cohorts.

    Attributes
    ----------
    frame
        One row each, with the columns of a result and what tells the rows apart (``event_time``, ``cohort`` …).
    design, method, source, notes
        As in :class:`Effect`.
    """

    frame: pd.DataFrame
    design: Design
    method: Words
    source: str
    notes: tuple[Words, ...] = ()

    def to_frame(self) -> pd.DataFrame:
        """The rows (a copy), with a ``verdict`` column by the same rule as :class:`Effect`."""
        rows = [verdict(a, b) for a, b in zip(self.frame["conf_low"], self.frame["conf_high"], strict=True)]
        return self.frame.assign(verdict=rows)

    def sentence(self, lang: str = "th") -> str:
        """How many rows stand clear of zero, and how many do not."""
        counts = self.to_frame()["verdict"].value_counts()
        up, down, still, none = (int(counts.get(v, 0)) for v in ("higher", "lower", "open", "none"))
        n, outcome = len(self.frame), self.design.outcome
        if lang == "th":
            text = f"{outcome}: จาก {n} ค่า สูงขึ้นชัดเจน {up} ต่ำลงชัดเจน {down} ยังสรุปไม่ได้ {still}"
            return text + (f" ไม่มีช่วงเชื่อมั่น {none}" if none else "")
        text = f"{outcome}: of {n} values, {up} clearly higher, {down} clearly lower, {still} without conclusion"
        return text + (f", {none} without an interval." if none else ".")

    def _repr_html_(self) -> str:
        return (
            f"<p lang='th'>{escape(self.sentence('th'))}</p><p lang='en'>{escape(self.sentence('en'))}</p>"
            + self.to_frame().to_html(index=False, float_format="%.3f")
            + notes_html(self.notes)
        )
