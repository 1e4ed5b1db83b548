"""The marks of a verdict, the same in every figure: a shape, a colour and a word, never a colour alone."""

from __future__ import annotations

import pandas as pd

from innovlib.report import labels, style
from innovlib.report.figures.sheet import Sheet
from innovlib.report.typeset import lines


def verdict_look(verdict: str) -> tuple[str, bool]:
    """Colour of a verdict, and whether it is a clear one."""
    if verdict.endswith("above"):
        return style.OWN, verdict.startswith("clearly")
    if verdict.endswith("below"):
        return style.WARN, verdict.startswith("clearly")
    return style.MUTED, False


def arrow(sheet: Sheet, x: float, y: float, verdict: str, *, r: float) -> None:
    """Blue up, orange down; filled where clear, hollow where likely; nothing where undecided."""
    if not verdict.endswith(("above", "below")):
        return
    colour, clear = verdict_look(verdict)
    sheet.triangle(x, y, r, fill=colour if clear else style.WHITE, stroke=colour, down=verdict.endswith("below"))


def verdict_mark(sheet: Sheet, x: float, y: float, verdict: str, *, r: float) -> None:
    """The mark of a school: an arrow, a grey disc where undecided, a ring where hidden, a small cross where absent."""
    if verdict == "small":
        sheet.disc(x, y, r * 0.9, fill=style.WHITE, stroke=style.WARN, width=1.1)
    elif verdict == "absent":
        d = r * 0.6
        sheet.line((x - d, y - d), (x + d, y + d), stroke=style.MUTED, width=1)
        sheet.line((x - d, y + d), (x + d, y - d), stroke=style.MUTED, width=1)
    elif verdict.endswith(("above", "below")):
        arrow(sheet, x, y, verdict, r=r * 1.15)
    else:
        sheet.disc(x, y, r * 0.85, fill=style.PEER)


def verdict_codes(frame: pd.DataFrame) -> list[str]:
    """One code a row: its verdict, or small or absent where it has none to show."""
    codes = frame["verdict"].where(frame["status"] == "shown", frame["status"])
    return [str(code) if pd.notna(code) and code else "undecided" for code in codes]


def key_of_verdicts(
    sheet: Sheet, frame: pd.DataFrame, *, y: float, size: float, lang: str, left: float = 0.0, column: bool = False
) -> float:
    """Each mark that occurs with its words and the number of schools; returns the baseline that comes next."""
    codes, x = verdict_codes(frame), left
    for code in (code for code in (*labels.VERDICTS, "small", "absent") if code in codes):
        words = {"small": labels.FEW_PUPILS, "absent": labels.ABSENT}.get(code) or labels.VERDICTS[code]
        said = f"{lines(words, lang)[0]} {codes.count(code):,}"
        room = style.text_width(said, size) + 26
        if x > left and (column or x + room > sheet.width):
            x, y = left, y + size * 1.55
        verdict_mark(sheet, x + 6, y - size * 0.32, code, r=4)
        sheet.text(x + 15, y, said, size=size)
        x += room
    return y + size * 1.55
