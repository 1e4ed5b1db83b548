"""The check: every breach of the contract at once, with the place, what was found, and what to do."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd

from innovlib.area import contract
from innovlib.errors import Words, did_you_mean


@dataclass(frozen=True)
class Breach:
    """One breach of the contract: where it stands and what to do, in both languages."""

    code: str
    table: str
    column: str
    row: int | None
    value: str
    words: Words

    def where(self) -> str:
        """File, line and column as a person would look them up (line 1 is the header)."""
        line = f" line {self.row}" if self.row else ""
        return f"{self.table}.csv{line}" + (f" {self.column}" if self.column else "")


def breaches(frame: pd.DataFrame, name: str) -> list[Breach]:
    """Every breach of one table's contract, all at once.

    Parameters
    ----------
    frame
        The table as read from a file with every cell as text (``dtype=str``, blanks kept as ""), header in line 1.
    name
        Name of the table.
    """
    table = contract.table(name)
    found = [*_header_breaches(frame, table)]
    for column in table.columns:
        if column.name in frame:
            found += _column_breaches(frame[column.name].fillna("").astype("str"), column, name)
    if set(table.key) <= set(frame.columns):
        found += _duplicate_breaches(frame, table)
    return sorted(found, key=lambda b: (b.row or 0, b.column))


def _header_breaches(frame: pd.DataFrame, table: contract.Table) -> list[Breach]:
    found = []
    for column in table.columns:
        if column.required and column.name not in frame:
            found.append(
                _breach(
                    "column-missing",
                    table.name,
                    column,
                    None,
                    "",
                    Words(
                        f"ไม่มีคอลัมน์ {column.name} ({column.th}) ให้เพิ่มคอลัมน์นี้",
                        f"column {column.name} ({column.en}) is missing; add it",
                    ),
                )
            )
    for extra in [c for c in frame.columns if c not in table.names]:
        hint = did_you_mean(str(extra), table.names)
        found.append(
            Breach(
                "column-unknown",
                table.name,
                str(extra),
                None,
                "",
                Words(
                    f"ไม่รู้จักคอลัมน์ {extra}" + (f" {hint.th}" if hint else " ให้ลบหรือเปลี่ยนชื่อ"),
                    f"column {extra} is not in the contract" + (f"; {hint.en}" if hint else "; remove or rename it"),
                ),
            )
        )
    return found


def _breach(code: str, name: str, column: contract.Column, row: int | None, value: str, words: Words) -> Breach:
    return Breach(code, name, column.name, row, value, words)


def _is_number(text: str) -> bool:
    # 1e999 has the shape of a number but is infinite as one.
    return re.fullmatch(r"[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]+)?", text) is not None and math.isfinite(
        float(text)
    )


def _is_date(text: str) -> bool:
    """True for a CE date of this era as 2023-05-16; a date typed in BE (2566-05-16) is none."""
    if re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text) is None:
        return False
    year = int(text[:4]) + 543
    in_window = contract.YEAR["minimum"] <= year <= contract.YEAR["maximum"]
    return in_window and not pd.isna(pd.to_datetime(text, format="%Y-%m-%d", errors="coerce"))


# Digits are spelled out as 0-9: \d would let Thai digits through, which then silently become missing numbers.
_IS_OF_TYPE = {
    "integer": lambda text: re.fullmatch(r"[+-]?[0-9]{1,15}(\.0+)?", text) is not None,
    "number": _is_number,
    "boolean": lambda text: text.lower() in contract.TRUE_FALSE,
    "date": _is_date,
    "string": lambda text: True,
}


def _wrong(column: contract.Column) -> Iterator[tuple[str, Callable[[str], bool], Callable[[str], Words]]]:
    """What may be wrong with a cell of a column: the code, whether a text is wrong so, and what is then said."""
    of_type = _IS_OF_TYPE[column.type]
    kinds = {"integer": "จำนวนเต็ม", "number": "ตัวเลข", "boolean": "true หรือ false", "date": "วันที่แบบ 2023-05-16 (ค.ศ.)"}

    def good(text: str) -> bool:
        return text != "" and of_type(text)

    yield (
        "type",
        lambda v: v != "" and not of_type(v),
        lambda v: Words(
            f"พบ {v!r} ที่ควรเป็น{kinds.get(column.type, '')} แก้ค่าในช่องนี้",
            f"found {v!r}, expected {column.type}; mend this cell",
        ),
    )
    if column.required:
        said = Words(f"ช่องว่าง ต้องกรอก {column.th}", f"blank; {column.en} must be filled")
        yield "required", lambda v: v == "", lambda v: said
    if column.values:
        allowed = [str(v) for v in column.values]
        yield "value", lambda v: good(v) and v not in allowed, lambda v: _value_words(v, allowed)
    if column.pattern:
        yield (
            "pattern",
            lambda v: good(v) and not re.fullmatch(column.pattern, v),
            lambda v: Words(
                f"พบ {v!r} ซึ่งใช้เป็นรหัสไม่ได้ ใช้ตัวอักษรอังกฤษ ตัวเลข - และ _ เท่านั้น",
                f"found {v!r}, which cannot be an id; use Latin letters, digits, - and _ only",
            ),
        )
    if column.limits:
        low, high = column.limits.get("minimum", float("-inf")), column.limits.get("maximum", float("inf"))
        yield (
            "range",
            lambda v: good(v) and not low <= float(v) <= high,
            lambda v: Words(
                f"พบ {v} อยู่นอกช่วง {low:g} ถึง {high:g} ตรวจค่ากับต้นฉบับ",
                f"found {v}, outside {low:g} to {high:g}; check it against the source",
            ),
        )


def _column_breaches(cells: pd.Series, column: contract.Column, name: str) -> list[Breach]:
    # Each distinct cell is judged once: a national table repeats few, and a sound one is then done with.
    texts = {cell: cell.strip() for cell in cells.unique()}
    found = []
    for code, wrong, words in _wrong(column):
        bad = [cell for cell, text in texts.items() if wrong(text)]
        # + 2: the first data row of a file is its line 2.
        rows = np.flatnonzero(cells.isin(bad).to_numpy()).tolist() if bad else []
        values = [texts[cells.iat[i]] for i in rows]
        found += [Breach(code, name, column.name, i + 2, v, words(v)) for i, v in zip(rows, values, strict=True)]
    return found


def _value_words(value: str, allowed: list[str]) -> Words:
    hint = did_you_mean(value, allowed)
    return Words(
        f"พบ {value!r} ที่ควรเป็นหนึ่งใน {', '.join(allowed)}" + (f" {hint.th}" if hint else ""),
        f"found {value!r}, expected one of {', '.join(allowed)}" + (f"; {hint.en}" if hint else ""),
    )


def _as_read(cells: pd.Series) -> pd.Series:
    """Cells of a key as they will be read: blanks around an id and "2563.0" for 2563 make no second key."""
    texts = cells.unique()
    read = {text: re.sub(r"^([0-9]+)\.0+$", r"\1", text.strip()) for text in texts}
    return cells if all(text == read[text] for text in texts) else cells.map(read)


def _duplicate_breaches(frame: pd.DataFrame, table: contract.Table) -> list[Breach]:
    keys = frame[list(table.key)].fillna("").astype("str").apply(_as_read)
    twice = keys.duplicated(keep=False)
    grain = " + ".join(table.key)
    lines = (np.flatnonzero(twice.to_numpy(dtype=bool)) + 2).tolist()
    shown = [" · ".join(row) for row in keys[twice].to_numpy()]
    return [
        Breach(
            "duplicate",
            table.name,
            "",
            line,
            value,
            Words(
                f"แถวซ้ำ ({value}) หนึ่ง {grain} มีได้แถวเดียว เก็บแถวที่ถูกไว้แถวเดียว",
                f"duplicate row ({value}); one row per {grain}, keep the right one",
            ),
        )
        for line, value in zip(lines, shown, strict=True)
    ]
