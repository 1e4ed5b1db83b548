"""What one report may take, and why one was not done."""

from __future__ import annotations

from dataclasses import asdict, dataclass


@dataclass(frozen=True)
class Limits:
    """What one report may take before it is stopped, so that none can hold up the others."""

    report_s: float = 900.0
    cell_s: int = 300
    output_mb: int = 64
    memory_mb: int = 4096


@dataclass(frozen=True)
class Fault:
    """Why a report is not done: the cell (counted from 0; None where no cell is to blame) and the cause."""

    cause: str
    cell: int | None = None
    source: str = ""
    traceback: str = ""

    def to_dict(self) -> dict:
        """The fault as plain values."""
        return asdict(self)
