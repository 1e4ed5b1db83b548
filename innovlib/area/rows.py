"""What each row under a header is: a school's row, an aggregate, a note, a header again, or nothing."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field

from innovlib import terms
from innovlib.area import vocabulary
from innovlib.area.faults import Issue, issue, refuse
from innovlib.area.formats.text import is_garbled
from innovlib.area.layouts import Layout
from innovlib.area.sheets import is_blank

#: Fields whose value belongs to one row alone: a merged range must not spread them.
MEASURED = frozenset(
    {"n_tested", "n_enrolled", "mean", "sd", "score", "level", "enrolment", "value_thb", "hours", "pupil", "respondent"}
)

_TOTAL = re.compile(
    r"^(รวม(\s|$|ทั้ง|อำเภอ|ตำบล|กลุ่ม|เฉลี่ย|คะแนน|จำนวน|เขต|จังหวัด|ศูนย์|โรงเรียน)|ยอดรวม|ผลรวม|เฉลี่ย|ค่าเฉลี่ย|คะแนนเฉลี่ย|คะแนนสูงสุด|คะแนนต่ำสุด|สูงสุด"
    r"|ต่ำสุด|ส่วนเบี่ยงเบน|ร้อยละ|ระดับ(เขต|จังหวัด|ประเทศ|ภาค|สังกัด|อำเภอ|กลุ่ม|ศูนย์)|ทั้งเขต|ทั้งจังหวัด|ทั้งประเทศ|เขตพื้นที่|สพป|สพม|ประเทศ$"
    r"|(grand\s*)?total\b|sub-?total\b|average\b|mean\b|sum\b|max\b|min\b|s\.?d\.?$|nation|province)",
    re.IGNORECASE,
)  # fmt: skip
_LEVELS = (
    ("nation", re.compile(r"ประเทศ|nation", re.IGNORECASE)),
    ("province", re.compile(r"จังหวัด|province", re.IGNORECASE)),
    ("area", re.compile(r"เขต|สพป|สพม|area", re.IGNORECASE)),
)
_NOTE = re.compile(
    r"^\W*(หมายเหตุ|ที่มา|แหล่ง|ข้อมูล\s*ณ|ณ\s*วันที่|ผู้รายงาน|ผู้จัดทำ|ผู้ตรวจ|ผู้รับรอง|ลงชื่อ|ลงนาม|พิมพ์|คำอธิบาย|note|source|remark)|^\*+\s*\S",
    re.IGNORECASE,
)
_FIGURE = re.compile(r"[0-9][0-9.,]*")


@dataclass(frozen=True)
class Row:
    """One row of a table: its number in the sheet and the cells of the columns in use, by position of the use."""

    number: int
    cells: list
    marks: list[str]
    level: str = ""


@dataclass
class Sorted:
    """The rows of a table, sorted by what they are."""

    data: list[Row] = field(default_factory=list)
    aggregates: list[Row] = field(default_factory=list)
    dropped: list[int] = field(default_factory=list)
    rejected: list[int] = field(default_factory=list)
    issues: list[Issue] = field(default_factory=list)


def sort(layout: Layout, *, is_text: bool, known: Callable[[object, object], bool]) -> Sorted:
    """Sort the rows under a header.

    Parameters
    ----------
    is_text
        The file is text, where a row with too few or too many cells has lost its columns.
    known
        Whether a code or a name belongs to a known school: a school may well be called รวมไทย.
    """
    out = Sorted()
    fill = _merged_cells(layout, out)
    last = max((n for n, cells in enumerate(layout.sheet.rows, 1) if not all(map(is_blank, cells))), default=0)
    for number in range(layout.header_rows[-1] + 1, last + 1):
        cells = layout.sheet.rows[number - 1]
        code = _what(layout, cells, number, is_text=is_text, known=known)
        if code == "ragged-row":
            out.rejected.append(number)
            facts = {"found": len(cells), "expected": layout.width}
            out.issues.append(issue(code, sheet=layout.sheet.name, row=number, **facts))
        elif code.startswith("aggregate:"):
            out.aggregates.append(_row(layout, number, fill, level=code.partition(":")[2]))
        elif code:
            out.dropped.append(number)
            out.issues.append(issue(code, sheet=layout.sheet.name, row=number))
        else:
            out.data.append(_row(layout, number, fill))
            if number in layout.sheet.hidden_rows:
                out.issues.append(issue("hidden-row", sheet=layout.sheet.name, row=number))
    return out


def _row(layout: Layout, number: int, fill: dict, *, level: str = "") -> Row:
    sheet, columns = layout.sheet, [use.column for use in (*layout.uses, *layout.totals)]
    row = sheet.rows[number - 1]
    width = len(row)
    cells = [row[column - 1] if column <= width else None for column in columns]
    marks = [""] * len(columns)
    if sheet.marks or fill:
        for i, column in enumerate(columns):
            marks[i] = sheet.marks.get((number, column), "")
            if is_blank(cells[i]) and not marks[i]:
                cells[i], marks[i] = fill.get((number, column), (cells[i], ""))
    if any(isinstance(value, str) and not value.isascii() and is_garbled(value) for value in cells):
        raise refuse("encoding-garbled", sheet=sheet.name, row=number)
    return Row(number, cells, marks, level)


def _merged_cells(layout: Layout, out: Sorted) -> dict[tuple[int, int], tuple[object, str]]:
    """What a merged range down a column says for the rows it covers; never for a figure, which is one row's own."""
    fill = {}
    fields = {use.column: use for use in layout.uses}
    for r1, c1, r2, _ in layout.sheet.merged:
        use = fields.get(c1)
        if use is None or r2 == r1 or r1 <= layout.header_rows[-1]:
            continue
        value = layout.sheet.cell(r1, c1)
        measured = use.field in MEASURED
        if not measured:
            place = {"sheet": layout.sheet.name, "row": r1, "column": c1, "header": use.header}
            out.issues.append(issue("merged-filled", **place, value=value, last=r2))
        for row in range(r1 + 1, min(r2, len(layout.sheet.rows)) + 1):
            fill[row, c1] = (None, "merged") if measured else (value, layout.sheet.marks.get((r1, c1), ""))
    return fill


def _what(layout: Layout, cells: list, number: int, *, is_text: bool, known: Callable[[object, object], bool]) -> str:
    filled = [(c, v) for c, v in enumerate(cells, 1) if v is not None and not is_blank(v)]
    if not filled:
        # A blank cell can still carry a mark: a formula that was never calculated is no blank row.
        return "" if any((number, u.column) in layout.sheet.marks for u in layout.uses) else "blank-row"
    if _is_header(layout, filled, number):
        return "repeated-header"
    if len(filled) >= 3 and _counts_columns([v for _, v in filled]):
        return "column-numbers"
    level = _aggregate_level(layout, cells, known)
    if level is not None:
        return f"aggregate:{level}" if level else "total-row"
    if _is_note(layout, filled):
        return "note-row"
    extra = any(c > layout.width for c, _ in filled)
    return "ragged-row" if is_text and (extra or len(cells) < layout.width) else ""


def _is_header(layout: Layout, filled: list, number: int) -> bool:
    texts = [v for _, v in filled if isinstance(v, str)]
    if len(texts) < 3 or len(texts) < len(filled):
        return False
    if sum(_FIGURE.fullmatch(t) is not None for t in texts) * 2 >= len(texts):
        return False  # no header is a plain figure; most rows of a text file end here
    same = sum(vocabulary.header_key(v) == layout.keys.get(c) for c, v in filled)
    if same >= 3 and same * 2 > len(filled):
        return True
    if vocabulary.known_headers(texts) * 5 >= len(texts) * 4 and not any(re.search(r"\d", t) for t in texts):
        raise refuse("layout-second-table", sheet=layout.sheet.name, row=number)
    return False


def _counts_columns(values: list) -> bool:
    if terms.western_digits(str(values[0])).strip("( )") != "1":
        return False
    numbers = [re.fullmatch(r"\(?(\d+)\)?", terms.western_digits(str(v)).strip()) for v in values]
    return all(numbers) and [int(m[1]) for m in numbers] == list(range(1, len(values) + 1))


def _aggregate_level(layout: Layout, cells: list, known: Callable[[object, object], bool]) -> str | None:
    """The level of an aggregate row; "" for one of no level (a plain total); None for a row that is none."""
    at = {use.field: cells[use.column - 1] for use in layout.uses if not use.subject and use.column <= len(cells)}
    code, name = at.get("school_id"), at.get("name_th")
    if known(code, name):
        return None
    digits = terms.western_digits(str(code)).strip() if code is not None else ""
    words = [str(v).strip() for v in (code, name, at.get("year_be"), next((v for v in cells if not is_blank(v)), None))
             if isinstance(v, str)]  # fmt: skip
    total = next((w for w in words if _TOTAL.match(w)), "")
    if re.fullmatch(r"0{4,}", digits) or (total and digits == "0"):
        return "nation"
    if re.fullmatch(r"\d{4}0000", digits):
        return "province" if digits.endswith("000000") else "area"
    if not total or re.fullmatch(r"\d{5,}", digits):
        return None
    return next((level for level, pattern in _LEVELS if pattern.search(total)), "")


def _is_note(layout: Layout, filled: list) -> bool:
    if len(filled) > 2 or not isinstance(filled[0][1], str):
        return False
    text = filled[0][1].strip()
    if _NOTE.match(text):
        return True
    # One long text alone in a row, or a text across merged columns, is a caption; one code alone is a broken row.
    alone = len(filled) == 1 and len(layout.uses) >= 3
    return alone and not re.fullmatch(r"[\w.\-/\\]+", text) and bool(re.search("[ก-๙]", text)) and len(text) >= 12
