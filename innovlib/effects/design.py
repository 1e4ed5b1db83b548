"""The question, written down before the answer: one frozen design that every estimate carries and prints."""

from __future__ import annotations

from dataclasses import dataclass, fields
from html import escape

import pandas as pd

from innovlib.copyable import Copyable
from innovlib.errors import BadInput, Words, did_you_mean

#: Below this many treated schools a t-based statement is wrong more often than it says (12 % to 85 % instead of 5 %).
FEWEST_TREATED = 4

#: What each choice means, in both languages; the first of each list is the default.
CHOICES: dict[str, dict[str, Words]] = {
    "comparison": {
        "never": Words("โรงเรียนที่ไม่ได้เข้าร่วม", "schools that never joined"),
        "not_yet": Words("โรงเรียนที่ยังไม่เข้าร่วมในปีนั้น", "schools that have not joined by that year"),
    },
    "estimand": {
        "simple": Words(
            "เฉลี่ยทุกปีหลังเข้าร่วมของทุกโรงเรียนนำร่อง", "average over all years after joining of all pilot schools"
        ),
        "group": Words("เฉลี่ยโรงเรียนนำร่อง นับโรงเรียนละเท่ากัน", "average over pilot schools, each counted once"),
        "dynamic": Words("เฉลี่ยตามจำนวนปีหลังเข้าร่วม", "average over years since joining"),
        "calendar": Words("เฉลี่ยตามปีการศึกษา", "average over academic years"),
    },
    "baseline": {
        "all_years": Words("เทียบกับค่าเฉลี่ยทุกปีก่อนเข้าร่วม", "against the mean of all years before joining"),
        "last_year": Words("เทียบกับปีสุดท้ายก่อนเข้าร่วม", "against the last year before joining"),
        "own_trend": Words("เทียบกับแนวโน้มเดิมของแต่ละโรงเรียน", "against each school's own trend before joining"),
    },
    "inference": {
        "auto": Words(
            "สุ่มสลับการเข้าร่วม (สลับทั้งตำบลเมื่อโรงเรียนนำร่องกระจุกตัว; รวมกลุ่มตามเขตเมื่อข้อมูลมีหลายเขต)",
            "randomisation test (whole subdistricts where pilots cluster; clustered by area where areas are many)",
        ),
        "schools": Words("สุ่มสลับการเข้าร่วมระหว่างโรงเรียนขนาดใกล้กัน", "randomisation test among schools of like size"),
        "subdistricts": Words("สุ่มสลับการเข้าร่วมทั้งตำบล", "randomisation test of whole subdistricts"),
        "areas": Words("สุ่มสลับการเข้าร่วมทั้งเขตพื้นที่", "randomisation test of whole areas"),
        "area": Words("ค่าที ความคลาดเคลื่อนรวมกลุ่มตามเขตพื้นที่", "t interval, errors clustered by area"),
    },
    "weights": {
        "schools": Words("ทุกโรงเรียนน้ำหนักเท่ากัน", "every school counts the same"),
        "pupils": Words("ถ่วงน้ำหนักด้วยจำนวนผู้เข้าสอบ", "weighted by pupils tested"),
    },
}

_NAMES = {
    "outcome": Words("ผลลัพธ์", "Outcome"),
    "unit": Words("หน่วย", "Unit"),
    "units": Words("หน่วยวิเคราะห์", "Units"),
    "comparison": Words("กลุ่มเปรียบเทียบ", "Comparison"),
    "estimand": Words("ค่าที่ต้องการ", "Estimand"),
    "baseline": Words("ฐานเทียบ", "Baseline"),
    "years": Words("ปีการศึกษา (พ.ศ.)", "Academic years (BE)"),
    "covariates": Words("ตัวแปรร่วม", "Covariates"),
    "inference": Words("การอนุมาน", "Inference"),
    "weights": Words("น้ำหนัก", "Weights"),
    "area": Words("คอลัมน์เขตพื้นที่", "Area column"),
    "draws": Words("จำนวนครั้งที่สลับ", "Draws"),
    "level": Words("ระดับความเชื่อมั่น", "Confidence level"),
    "seed": Words("เลขตั้งต้นการสุ่ม", "Seed"),
}

#: These say what is studied, not how; they are no departure from the default.
_SUBJECT_MATTER = ("outcome", "unit", "units")


@dataclass(frozen=True)
class Design(Copyable):
    """What is asked, of whom, against whom, and how chance is reckoned.

    Attributes
    ----------
    outcome, unit, units
        What was measured, in which unit ("SD", "points", "share" …), on what.
    comparison, estimand, baseline, inference, weights
        One of :data:`CHOICES` each.
    years
        First and last academic year (BE) that may be used; None = all.
    covariates
        Columns of the schools frame whose association with the change is taken out (see
        :func:`innovlib.effects.estimate.changes`); none by default.
    area
        Column of the schools frame that errors are clustered by where they are; "auto" = the education service area
        of the school's code (its first four digits), else the province.
    draws, level, seed
        Permutations, confidence level, seed of all chance.

    Examples
    --------
    >>> Design(outcome="NT maths").choices_made()
    ()
    >>> Design(outcome="NT maths", baseline="last_year").choices_made()
    ('baseline',)
    """

    outcome: str = "outcome"
    unit: str = "SD"
    units: str = "schools"
    comparison: str = "never"
    estimand: str = "simple"
    baseline: str = "all_years"
    years: tuple[int, int] | None = None
    covariates: tuple[str, ...] = ()
    inference: str = "auto"
    weights: str = "schools"
    area: str = "auto"
    draws: int = 999
    level: float = 0.95
    seed: int = 2562

    def __post_init__(self) -> None:
        for field, allowed in CHOICES.items():
            if getattr(self, field) not in allowed:
                raise BadInput(
                    Words(f"ไม่รู้จัก {getattr(self, field)!r}", f"unknown choice {getattr(self, field)!r}"),
                    where=f"Design.{field}",
                    expected=Words(" หรือ ".join(allowed), " or ".join(allowed)),
                    todo=did_you_mean(str(getattr(self, field)), allowed),
                )
        if self.draws < 99 or not 0.5 < self.level < 1:
            raise BadInput(
                Words(f"draws={self.draws}, level={self.level}", f"draws={self.draws}, level={self.level}"),
                where="Design",
                expected=Words("draws ≥ 99 และ level ระหว่าง 0.5 ถึง 1", "draws of 99 or more, level between 0.5 and 1"),
            )

    def choices_made(self) -> tuple[str, ...]:
        """Names of the fields that depart from the default, in order."""
        return tuple(
            f.name for f in fields(self) if f.name not in _SUBJECT_MATTER and getattr(self, f.name) != f.default
        )

    def _shown(self, name: str, lang: str) -> str:
        value = getattr(self, name)
        if name in CHOICES:
            return getattr(CHOICES[name][value], lang)
        if name == "years":
            return f"{value[0]}–{value[1]}" if value else getattr(Words("ทุกปีที่มี", "all there are"), lang)
        if name == "covariates":
            return ", ".join(value) or getattr(Words("ไม่มี", "none"), lang)
        if name == "area" and value == "auto":
            return getattr(Words("เขตพื้นที่การศึกษาตามรหัสโรงเรียน", "education service area of the school's code"), lang)
        if name == "units" and value == "schools":
            return getattr(Words("โรงเรียน", "schools"), lang)
        return str(value)

    def to_frame(self, lang: str = "en") -> pd.DataFrame:
        """One row per choice: item, choice, default (True where it is the default)."""
        departed = self.choices_made()
        names = [f.name for f in fields(self)]
        return pd.DataFrame(
            {
                "item": [getattr(_NAMES[name], lang) for name in names],
                "choice": [self._shown(name, lang) for name in names],
                "default": [name not in departed for name in names],
            }
        )

    def question(self, lang: str = "th") -> str:
        """Who is compared with whom, in which years, and how they are averaged; not the outcome, nor the inference."""
        th = f"โรงเรียนนำร่องเทียบกับ{self._shown('comparison', 'th')} {self._shown('baseline', 'th')}"
        en = f"Pilot schools and {self._shown('comparison', 'en')}, {self._shown('baseline', 'en')}"
        parts = [th if lang == "th" else en, *(self._shown(name, lang) for name in ("estimand", "weights"))]
        parts += [f"{getattr(_NAMES[name], lang)}: {self._shown(name, lang)}" for name in ("years", "covariates")]
        return " · ".join(parts) if lang == "th" else "; ".join([parts[0], *(p[0].lower() + p[1:] for p in parts[1:])])

    def sentence(self, lang: str = "th") -> str:
        """The design in one sentence; choices other than the default are named at its end."""
        outcome = f"{getattr(_NAMES['outcome'], lang)}: {self.outcome} ({self.unit})"
        between, end = (" · ", "") if lang == "th" else ("; ", ".")
        said = between.join([outcome, self.question(lang), self._shown("inference", lang)])
        return f"{said}{end} {self.departures(lang)}"

    def departures(self, lang: str = "th") -> str:
        """The choices that differ from the default, by name; says so where there are none."""
        made = ", ".join(f"{getattr(_NAMES[n], lang)} = {self._shown(n, lang)}" for n in self.choices_made())
        if lang == "th":
            return f"ตัวเลือกที่ต่างจากค่าตั้งต้น: {made}" if made else "ใช้ค่าตั้งต้นทั้งหมด"
        return f"Choices other than the default: {made}." if made else "All choices are the default."

    def _repr_html_(self) -> str:
        rows = "".join(
            f"<tr><th>{escape(th)}</th><td>{escape(a)}</td><td>{escape(b)}</td></tr>"
            for th, a, b in zip(
                self.to_frame("th")["item"], self.to_frame("th")["choice"], self.to_frame("en")["choice"], strict=True
            )
        )
        return f"<table>{rows}</table>"
