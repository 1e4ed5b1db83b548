"""The outcome of a batch, for a program and for a person."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from innovlib.batch.fault import Fault
from innovlib.errors import Words


@dataclass(frozen=True)
class Outcome:
    """What a batch did. ``exit_code``: 0 all done, 1 some failed or the data changed meanwhile, 130 interrupted."""

    out: Path
    rendered: tuple[str, ...] = ()
    kept: tuple[str, ...] = ()
    failed: dict[str, Fault] = field(default_factory=dict)
    stale: tuple[str, ...] = ()
    notes: tuple[Words, ...] = ()
    interrupted: bool = False
    changed: tuple[str, ...] = ()

    @property
    def exit_code(self) -> int:
        """The exit code of the command."""
        return 130 if self.interrupted else int(bool(self.failed or self.changed))

    def to_dict(self) -> dict:
        """The outcome for a program."""
        return {
            "out": self.out.name,
            "rendered": list(self.rendered),
            "kept": list(self.kept),
            "failed": {name: {"cell": f.cell, "cause": f.cause} for name, f in self.failed.items()},
            "stale": list(self.stale),
            "notes": [note._asdict() for note in self.notes],
            "interrupted": self.interrupted,
            "changed": list(self.changed),
            "exit_code": self.exit_code,
        }

    def sentences(self) -> list[Words]:
        """The outcome for a person, in both languages."""
        n, m, k = len(self.rendered), len(self.failed), len(self.kept)
        lines = [
            *self.notes,
            Words(f"ทำรายงาน {n} ฉบับ คงเดิม {k} ฉบับ ไม่สำเร็จ {m} ฉบับ", f"{n} reports made, {k} kept, {m} failed"),
        ]
        for name, fault in self.failed.items():
            cell = "" if fault.cell is None else f" [{fault.cell}]"
            lines.append(
                Words(f"ไม่สำเร็จ {name} เซลล์{cell}: {fault.cause}", f"failed {name}, cell{cell}: {fault.cause}")
            )
        if self.failed:
            lines.append(Words("ดูรายละเอียดใน _failed/", "details stand in _failed/"))
        if self.changed:
            tables = ", ".join(self.changed)
            lines.append(
                Words(
                    f"ตาราง {tables} เปลี่ยนระหว่างทำรายงาน รายงานอาจปนข้อมูลเก่ากับใหม่ สั่งซ้ำก่อนใช้",
                    f"{tables} changed while the reports were made, so they may mix old and new: run again before use",
                )
            )
        if self.stale:
            files = ", ".join(self.stale)
            lines.append(Words(f"ไฟล์ที่ไม่อยู่ในแผนแล้ว ลบได้: {files}", f"no longer in the plan, you may delete: {files}"))
        if self.interrupted:
            lines.append(Words("หยุดกลางคัน สั่งซ้ำเพื่อทำต่อ", "stopped before the end; run again to go on where it stopped"))
        return lines


def failure_text(name: str, fault: Fault) -> str:
    """What stands beside a failed report's notebook: which report, which cell, why."""
    cell = "-" if fault.cell is None else str(fault.cell)
    return (
        f"รายงานที่ไม่สำเร็จ / failed report: {name}\n"
        f"เซลล์ (นับจาก 0) / cell (from 0): {cell}\n"
        f"สาเหตุ / cause: {fault.cause}\n\n{fault.source}\n\n{fault.traceback}\n"
    )
