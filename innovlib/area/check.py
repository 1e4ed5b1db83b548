"""The check: every breach of the contract at once, with the place, what was found, and what to do."""

from __future__ import annotations

from dataclasses import dataclass

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


def _bad_type(cells: pd.Series, column: contract.Column) -> pd.Series:
    """True where a filled cell is not of the column's type."""
    filled = cells != ""
    if column.type == "integer":
        return filled & ~cells.str.fullmatch(r"[+-]?\d+(\.0+)?")
    if column.type == "number":
        return filled & ~cells.str.fullmatch(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?")
    if column.type == "boolean":
        return filled & ~cells.str.lower().isin(list(contract.TRUE_FALSE))
    if column.type == "date":
        well_formed = cells.str.fullmatch(r"\d{4}-\d{2}-\d{2}")
        return filled & (~well_formed | pd.to_datetime(cells.where(well_formed), errors="coerce").isna())
    return filled & False


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
        wrong = (good != "") & ~good.str.fullmatch(column.pattern)
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
    places = [i for i, flag in enumerate(wrong.to_numpy(dtype=bool)) if flag]
    return [_breach(code, name, column, i + 2, cells.iat[i], words(cells.iat[i])) for i in places]


def _duplicate_breaches(frame: pd.DataFrame, table: contract.Table) -> list[Breach]:
    keys = frame[list(table.key)].fillna("").astype("str")
    twice = keys.duplicated(keep=False)
    grain = " + ".join(table.key)
    lines = [i + 2 for i, flag in enumerate(twice.to_numpy()) if flag]
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
