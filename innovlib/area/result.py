"""What intake says about one file: for a person to read, for a program to parse."""

from __future__ import annotations

import json
from dataclasses import dataclass, field

import pandas as pd

from innovlib import terms
from innovlib.area.faults import Issue
from innovlib.copyable import Copyable
from innovlib.errors import Words

_EXIT_CODES = {"ok": 0, "fix": 0, "warn": 0, "reject_rows": 1, "reject_file": 2}
#: What each decision means, for a person.
DECISIONS = {
    "ok": Words("นำเข้าได้ครบ", "loaded, nothing to say"),
    "fix": Words("นำเข้าได้ มีการปรับรูปแบบตามที่บอก", "loaded, after the changes named below"),
    "warn": Words("นำเข้าได้ แต่มีจุดที่ควรตรวจ", "loaded, but look at the points below"),
    "reject_rows": Words("นำเข้าบางส่วน มีแถวที่กันไว้", "loaded in part; some rows were set aside"),
    "reject_file": Words("ไม่ได้นำเข้า", "nothing was loaded"),
}
#: What each severity asks of a person.
HEADINGS = {
    "reject_file": Words("เหตุที่ไม่นำเข้า", "Why nothing was loaded"),
    "reject_rows": Words("แถวที่กันไว้", "Rows set aside"),
    "warn": Words("ควรตรวจ", "Look at"),
    "info": Words("ปรับให้แล้ว", "Changed or noted"),
}
_MOST_SHOWN = 20


@dataclass(frozen=True)
class FileResult(Copyable):
    """The outcome for one file.

    Attributes
    ----------
    decision
        ``ok`` · ``fix`` · ``warn`` · ``reject_rows`` · ``reject_file``.
    rows_loaded
        Rows of the contract's table that the file gave; a wide row of five subjects gives five.
    schools_loaded
        Number of schools among them.
    rejected_rows, dropped_rows
        Sheet row numbers of rows set aside for a fault, and of rows that are no data (totals, notes, repeats).
    table, benchmarks
        The loaded rows and the aggregate rows, in the contract's form.
    notes
        What the area made of it (a cohort numbered, a school added), in both languages.
    """

    file: str
    kind: str
    decision: str
    rows_loaded: int
    rejected_rows: tuple[int, ...]
    dropped_rows: tuple[int, ...]
    issues: tuple[Issue, ...]
    table: pd.DataFrame = field(repr=False)
    benchmarks: pd.DataFrame = field(repr=False)
    schools_loaded: int = 0
    notes: tuple[Words, ...] = ()

    @property
    def exit_code(self) -> int:
        """0 where the file was loaded whole, 1 where rows were set aside, 2 where nothing was loaded."""
        return _EXIT_CODES[self.decision]

    def to_dict(self, with_table: bool = False) -> dict:
        """The result as plain values, for JSON; the table as a list of rows where it is asked for."""
        out = {
            "file": self.file,
            "kind": self.kind,
            "decision": self.decision,
            "rows_loaded": self.rows_loaded,
            "schools_loaded": self.schools_loaded,
            "rejected_rows": list(self.rejected_rows),
            "dropped_rows": list(self.dropped_rows),
            "issues": [one.to_dict() for one in self.issues],
            "notes": [{"th": note.th, "en": note.en} for note in self.notes],
        }
        if with_table:
            for name, frame in (("table", self.table), ("benchmarks", self.benchmarks)):
                out[name] = json.loads(frame.to_json(orient="records", date_format="iso", double_precision=10))
                for row in out[name]:
                    row |= {k: row[k][:10] for k in ("start", "end") if row.get(k)}
        return out

    def to_frame(self) -> pd.DataFrame:
        """One row per issue."""
        columns = list(Issue.__dataclass_fields__)
        return pd.DataFrame([one.to_dict() for one in self.issues], columns=columns)

    def say(self, lang: str = "both") -> str:
        """The result as text: the decision, then every finding by weight with where it stands and what to do."""
        terms.check_language(lang)
        if lang == "both":
            return f"{self.say('th')}\n\n{self.say('en')}"
        lines = [f"{self.file}: {getattr(DECISIONS[self.decision], lang)}", self._counts(lang)]
        for severity, heading in HEADINGS.items():
            found = [one for one in self.issues if one.severity == severity]
            if found:
                lines.append(f"{getattr(heading, lang)}:")
                lines += [_line(one, lang) for one in found[:_MOST_SHOWN]]
                more = len(found) - _MOST_SHOWN
                if more > 0:
                    lines.append(f"  … และอีก {more} จุด" if lang == "th" else f"  … and {more} more")
        lines += [f"  {getattr(note, lang)}" for note in self.notes]
        return "\n".join(line for line in lines if line)

    def _counts(self, lang: str) -> str:
        if self.decision == "reject_file":
            return ""
        rejected, dropped = len(self.rejected_rows), len(self.dropped_rows)
        if lang == "th":
            return (
                f"  {self.rows_loaded:,} รายการ จาก {self.schools_loaded:,} โรงเรียน · กันไว้ {rejected:,} แถว · "
                f"ไม่ใช่ข้อมูล {dropped:,} แถว"
            )
        return (
            f"  {self.rows_loaded:,} rows of {self.schools_loaded:,} schools · {rejected:,} set aside · "
            f"{dropped:,} no data"
        )


def _line(one: Issue, lang: str) -> str:
    where, todo = one.where(lang), getattr(one, f"fix_{lang}")
    text = f"  - {where}: {getattr(one, lang)}" if where else f"  - {getattr(one, lang)}"
    if todo:
        text += f" → {todo}"
    return f"{text} [{one.code}]"
