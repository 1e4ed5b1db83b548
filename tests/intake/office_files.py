"""Office files made on the spot: tables in the office's long layout, written in every format and with every fault."""

from __future__ import annotations

import csv
import io
import zipfile

import openpyxl

HEADERS = {
    "results": [
        "ปีการศึกษา", "รหัสโรงเรียน", "ชื่อโรงเรียน", "อำเภอ", "การทดสอบ", "ระดับชั้น", "วิชา", "จำนวนผู้เข้าสอบ", "คะแนนเฉลี่ย",
        "ส่วนเบี่ยงเบนมาตรฐาน",
    ],
    "schools": ["รหัสโรงเรียน", "ชื่อโรงเรียน", "ตำบล", "อำเภอ", "จังหวัด", "จำนวนนักเรียน", "ปีที่เข้าร่วม"],
    "pupils": ["ปีการศึกษา", "รหัสโรงเรียน", "รหัสนักเรียน", "เพศ", "การทดสอบ", "ระดับชั้น", "วิชา", "คะแนน"],
    "survey": ["ปีการศึกษา", "รหัสโรงเรียน", "ผู้ตอบ", "ด้าน", "ข้อ", "ระดับ"],
    "partners": ["รหัสโรงเรียน", "ชื่อภาคี", "ประเภท", "วันที่เริ่ม", "วันที่สิ้นสุด", "งบประมาณ"],
}  # fmt: skip
SCHOOLS = [
    ("1057010001", "บ้านทดลองหนึ่ง", "ตำบลเอก", "อำเภอเอก", "เชียงสมมุติ"),
    ("1057010002", "วัดตัวอย่าง", "ตำบลโท", "อำเภอโท", "เชียงสมมุติ"),
    ("1057010003", "บ้านน้ำใส", "ตำบลตรี", "อำเภอตรี", "เชียงสมมุติ"),
    ("1057010004", "บ้านแม่ลอง", "ตำบลตรี", "อำเภอตรี", "เชียงสมมุติ"),
    ("057005", "บ้านเลขศูนย์", "ตำบลเอก", "อำเภอเอก", "เชียงสมมุติ"),
    ("1057010006", "บ้านสองแห่ง", "ตำบลเอก", "อำเภอเอก", "เชียงสมมุติ"),
    ("1057010007", "บ้านสองแห่ง", "ตำบลโท", "อำเภอโท", "เชียงสมมุติ"),
    ("1057010008", "รวมไทยสมมุติ", "ตำบลโท", "อำเภอโท", "เชียงสมมุติ"),
]
_FIGURES = [(9, 68.1, 8.91), (22, 76.27, 8.43), (6, 73.4, 10.19), (11, 61.45, 11.04)]


def results(*changes: tuple[int, str, object], year: object = 2566) -> list[list]:
    """Four rows of results with their header; each change is (sheet row, header, new value)."""
    rows = [HEADERS["results"]]
    for (code, name, _, district, _), figures in zip(SCHOOLS, _FIGURES, strict=False):
        rows.append(
            [year, code, f"โรงเรียน{name}", district.removeprefix("อำเภอ"), "RT", "ป.1", "การอ่านรู้เรื่อง", *figures]
        )
    rows = [list(row) for row in rows]
    for row, header, value in changes:
        rows[row - 1][HEADERS["results"].index(header)] = value
    return rows


def partners(*starts: object) -> list[list]:
    """One partner row for each start given."""
    rows = [[s[0], "มูลนิธิสมมุติ", "มูลนิธิ", start, None, 100] for s, start in zip(SCHOOLS, starts, strict=False)]
    return [list(HEADERS["partners"]), *rows]


def pupils(*scores: object, sexes: str = "") -> list[list]:
    """One pupil row for each score given."""
    sexes = sexes or "ญช" * len(scores)
    return [
        list(HEADERS["pupils"]),
        *(
            [2566, SCHOOLS[0][0], f"P{i:03}", sex, "RT", "ป.1", "การอ่านรู้เรื่อง", score]
            for i, (score, sex) in enumerate(zip(scores, sexes, strict=False))
        ),
    ]


def as_csv(rows: list[list], *, delimiter: str = ",", end: str = "\r\n", encoding: str = "utf-8") -> bytes:
    """Rows as the bytes of a text table."""
    text = io.StringIO()
    csv.writer(text, delimiter=delimiter, lineterminator=end).writerows(rows)
    return text.getvalue().encode(encoding)


def as_xlsx(rows: list[list], *, change=None, title: str = "ข้อมูล") -> bytes:
    """Rows as the bytes of a workbook; ``change`` gets the workbook and its sheet before it is saved."""
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = title
    for row in rows:
        sheet.append(row)
    if change:
        change(book, sheet)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def rezip(data: bytes, *, change: dict[str, object]) -> bytes:
    """A zip with some members changed: by a function of the old bytes, new bytes, or None to leave one out."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in dict.fromkeys([*old.namelist(), *change]):
            content = old.read(name) if name in old.namelist() else b""
            how = change.get(name, content)
            content = how(content) if callable(how) else how
            if content is not None:
                new.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_DEFLATED)
    return out.getvalue()
