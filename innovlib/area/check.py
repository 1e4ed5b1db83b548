"""The check: every breach of the contract at once, with the place, what was found, and what to do."""

from __future__ import annotations

import math
import re
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
            found += _column_breaches(frame[column.name].fillna("").astype("str").str.strip(), column, name)
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


def _holds(cells: pd.Series, test) -> pd.Series:
    """True where ``test`` holds; each distinct cell is tested once, for a national table repeats few."""
    return cells.isin([text for text in cells.unique() if test(text)])


def _bad_type(cells: pd.Series, column: contract.Column) -> pd.Series:
    """True where a filled cell is not of the column's type."""
    return (cells != "") & ~_holds(cells, _IS_OF_TYPE[column.type])


def _column_breaches(cells: pd.Series, column: contract.Column, name: str) -> list[Breach]:
    found = []
    bad = _bad_type(cells, column)
    kinds = {"integer": "จำนวนเต็ม", "number": "ตัวเลข", "boolean": "true หรือ false", "date": "วันที่แบบ 2023-05-16 (ค.ศ.)"}
    found += _rows(
        cells,
        bad,
        "type",
        column,
        name,
        lambda v: Words(
            f"พบ {v!r} ที่ควรเป็น{kinds.get(column.type, '')} แก้ค่าในช่องนี้",
            f"found {v!r}, expected {column.type}; mend this cell",
        ),
    )
    good = cells.where(~bad, "")
    if column.required:
        found += _rows(
            cells,
            cells == "",
            "required",
            column,
            name,
            lambda v: Words(f"ช่องว่าง ต้องกรอก {column.th}", f"blank; {column.en} must be filled"),
        )
    if column.values:
        allowed = [str(v) for v in column.values]
        wrong = (good != "") & ~good.isin(allowed)
        found += _rows(cells, wrong, "value", column, name, lambda v: _value_words(v, allowed))
    if column.pattern:
        wrong = (good != "") & ~_holds(good, re.compile(column.pattern).fullmatch)
        found += _rows(
            cells,
            wrong,
            "pattern",
            column,
            name,
            lambda v: Words(
                f"พบ {v!r} ซึ่งใช้เป็นรหัสไม่ได้ ใช้ตัวอักษรอังกฤษ ตัวเลข - และ _ เท่านั้น",
                f"found {v!r}, which cannot be an id; use Latin letters, digits, - and _ only",
            ),
        )
    if column.limits:
        numbers = pd.to_numeric(good, errors="coerce")
        low, high = column.limits.get("minimum", float("-inf")), column.limits.get("maximum", float("inf"))
        found += _rows(
            cells,
            numbers.notna() & ~numbers.between(low, high),
            "range",
            column,
            name,
            lambda v: Words(
                f"พบ {v} อยู่นอกช่วง {low:g} ถึง {high:g} ตรวจค่ากับต้นฉบับ",
                f"found {v}, outside {low:g} to {high:g}; check it against the source",
            ),
        )
    return found


def _value_words(value: str, allowed: list[str]) -> Words:
    hint = did_you_mean(value, allowed)
    return Words(
        f"พบ {value!r} ที่ควรเป็นหนึ่งใน {', '.join(allowed)}" + (f" {hint.th}" if hint else ""),
        f"found {value!r}, expected one of {', '.join(allowed)}" + (f"; {hint.en}" if hint else ""),
    )


def _rows(cells: pd.Series, wrong: pd.Series, code: str, column: contract.Column, name: str, words) -> list[Breach]:
    # + 2: the first data row of a file is its line 2.
    places = np.flatnonzero(wrong.to_numpy(dtype=bool)).tolist()
    return [_breach(code, name, column, i + 2, cells.iat[i], words(cells.iat[i])) for i in places]


def _as_read(cells: pd.Series) -> pd.Series:
    return cells.str.strip().str.replace(r"^([0-9]+)\.0+$", r"\1", regex=True)


def _duplicate_breaches(frame: pd.DataFrame, table: contract.Table) -> list[Breach]:
    # Blanks around an id and "2563.0" for 2563 make no second key: rows are compared as they will be read.
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
