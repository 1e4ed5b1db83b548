"""Template workbooks that offices fill in: Thai headers, what each column means, and lists to choose from.

They are made from the same words that intake reads by, so that what is filled in as the lists allow loads as it stands.
"""

from __future__ import annotations

import datetime as dt
import io
from dataclasses import dataclass
from pathlib import Path

from openpyxl import Workbook
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from innovlib import terms
from innovlib.area import cells, contract, store, vocabulary
from innovlib.area.vocabulary import Kind
from innovlib.errors import CannotWrite, UnknownName, Words, did_you_mean

#: Rows that the lists and limits reach down to.
LAST_ROW = 5000
SHEET, NOTES = "ข้อมูล", "คำอธิบาย"
_CATEGORIES = {
    **{name: name for name in ("test", "grade", "subject", "sex", "sector", "domain")},
    "lowest_grade": "grade", "highest_grade": "grade",
}  # fmt: skip
_YES_NO = frozenset({"is_highland", "other_language", "poor"})
_DATES = frozenset({"start", "end"})
_YEARS = frozenset({"year_be", "joined_year_be"})
_CODES = frozenset({"school_id", "pupil", "item", "respondent"})
_NUMBERS = {
    "n_tested": cells.COUNT, "n_enrolled": cells.COUNT, "enrolment": cells.COUNT, "cohort": cells.COHORT,
    "mean": cells.SCORE, "score": cells.SCORE, "sd": cells.SD, "value_thb": cells.MONEY, "hours": cells.MONEY,
    "share_poor": cells.SHARE, "share_other_language": cells.SHARE, "level": cells.LEVEL, "lat": cells.LATITUDE,
    "lon": cells.LONGITUDE,
}  # fmt: skip
#: What a person has to know beyond the header and the list.
_HINTS = {
    "school_id": Words("รหัสเต็มตามทะเบียน รวมเลขศูนย์นำหน้า", "the whole code of the register, leading zeros included"),
    "name_th": Words("ใช้ตรวจว่ารหัสถูกโรงเรียน", "shows whether the code is the right school's"),
    "mean": Words("ไม่มีผู้เข้าสอบให้เว้นว่าง ไม่ใช่ 0", "blank where nobody was tested, never 0"),
    "score": Words("ขาดสอบให้เว้นว่าง ไม่ใช่ 0", "blank for a pupil who was absent, never 0"),
    "pupil": Words(
        "เลขประจำตัวนักเรียนของโรงเรียน ห้ามใช้เลขประจำตัวประชาชนหรือชื่อ", "the school's own number, no citizen id, no name"
    ),
    "respondent": Words("บทบาทตามด้วยเลข เช่น ครู 1, ครู 2, ผู้อำนวยการ 1", "the role and a number, as ครู 1 (teacher 1)"),
    "item": Words("เลขข้อของแบบสำรวจ", "the number of the survey's item"),
    "partner_name": Words("ชื่อหน่วยงาน ไม่ใช่ชื่อบุคคล", "an organisation, never a person"),
    "end": Words("ยังดำเนินอยู่ให้เว้นว่าง", "blank where it goes on"),
    "joined_year_be": Words("ไม่ใช่โรงเรียนนำร่องให้เว้นว่าง", "blank for a school that is no pilot"),
}  # fmt: skip
_WORDS = {
    "level": Words("1 ส่วนกลางตัดสินใจ ถึง 5 โรงเรียนตัดสินใจเอง", "1 the centre decides to 5 the school alone"),
    "pupil": Words("เลขประจำตัวนักเรียน", "pupil's number"),
    "respondent": Words("ผู้ตอบ", "respondent"),
}  # fmt: skip


@dataclass(frozen=True)
class Template:
    """One template: the kind of file it becomes and, where it has a column for each subject, which test and grade."""

    name: str
    kind: str
    test: str = ""
    grade: str = ""
    subjects: tuple[str, ...] = ()

    @property
    def title(self) -> Words:
        """What the workbook is for."""
        kind = vocabulary.kinds()[self.kind]
        more = f" {self.test} {self.grade}" if self.test else ""
        return Words(f"{kind.th}{more}", f"{kind.en}{more}")


@dataclass(frozen=True)
class Column:
    """One column of a template: its header, the field that it gives, and its subject in a table wide by subjects."""

    header: str
    field: str
    subject: str = ""


_WIDE = (
    Template("results-rt-p1", "results", "RT", "ป.1", ("reading_aloud", "comprehension")),
    Template("results-nt-p3", "results", "NT", "ป.3", ("thai", "maths")),
    Template("results-onet-p6", "results", "O-NET", "ป.6", ("thai", "maths", "science", "english")),
    Template("results-onet-m3", "results", "O-NET", "ม.3", ("thai", "maths", "science", "english")),
)


def templates() -> dict[str, Template]:
    """All templates by name: one for each kind of file, and one for each test with a column a subject."""
    long = {name: Template(name, name) for name in vocabulary.kinds()}
    return long | {one.name: one for one in _WIDE}


def template(name: str) -> Template:
    """The template of that name.

    Raises
    ------
    UnknownName
        There is none; the message says which there are.
    """
    known = templates()
    if name not in known:
        raise UnknownName(
            Words(f"ไม่มีแบบฟอร์ม {name}", f"there is no template {name}"),
            where="--template",
            expected=Words(", ".join(known), ", ".join(known)),
            todo=did_you_mean(name, known),
        )
    return known[name]


def columns(name: str) -> tuple[Column, ...]:
    """The columns of a template in order; each header is the first of those that intake knows the field by.

    Examples
    --------
    >>> [column.header for column in columns("results-nt-p3")][-3:]
    ['จำนวนผู้เข้าสอบ', 'ภาษาไทย', 'คณิตศาสตร์']
    """
    one = template(name)
    kind = vocabulary.kinds()[one.kind]
    fields = [field for field in kind.headers if field != "district" or one.kind == "schools"]
    if not one.subjects:
        return tuple(Column(kind.headers[field][0], field) for field in fields)
    shared = [f for f in fields if f not in ("subject", "mean", "sd")]
    shared.sort(key=lambda field: field == "n_tested")  # the numbers tested stand beside the subjects
    return (
        *(Column(kind.headers[field][0], field) for field in shared),
        *(Column(_subject_word(subject), "mean", subject) for subject in one.subjects),
    )


def _subject_word(code: str) -> str:
    return next(w for w in vocabulary.category_words("subject") if vocabulary.category(w, "subject") == code)


def workbook(name: str) -> bytes:
    """A template as the bytes of an xlsx file: a sheet to fill in and a sheet of notes.

    Raises
    ------
    UnknownName
        There is no such template.
    """
    one = template(name)
    book = Workbook()
    sheet = book.active
    sheet.title = SHEET
    _fill_sheet(sheet, one)
    _notes(book.create_sheet(NOTES), one)
    book.properties.title, book.properties.creator = one.title.th, "innovlib"
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def write(name: str, path: Path) -> Path:
    """Write a template; returns where. A file that is there already may be filled in, so it is never written over.

    Raises
    ------
    UnknownName, CannotWrite
        There is no such template, or the file is there already or cannot be written.
    """
    data = workbook(name)
    if path.exists():
        raise CannotWrite(
            Words("มีไฟล์ชื่อนี้อยู่แล้ว จึงไม่เขียนทับ", "there is a file of this name already; it was not written over"),
            where=str(path),
            todo=Words("ตั้งชื่ออื่นด้วย --out", "name another file with --out"),
        )
    store.write_whole(path, data)
    return path


def _fill_sheet(sheet: Worksheet, one: Template) -> None:
    kind = vocabulary.kinds()[one.kind]
    for number, column in enumerate(columns(one.name), start=1):
        letter = get_column_letter(number)
        cell = sheet.cell(row=1, column=number, value=column.header)
        needed = _needed(column, kind)
        cell.font = Font(bold=True, color="FFFFFF" if needed else "1F2933")
        cell.fill = PatternFill("solid", fgColor="005AB5" if needed else "E8F0F9")
        cell.alignment = Alignment(wrap_text=True, vertical="top")
        sheet.column_dimensions[letter].width = max(12, min(28, len(column.header) + 4))
        if format_code := _format(column.field):
            sheet.column_dimensions[letter].number_format = format_code
        if rule := _validation(column, one):
            rule.add(f"{letter}2:{letter}{LAST_ROW}")
            sheet.add_data_validation(rule)
    sheet.freeze_panes = "A2"
    sheet.page_setup.orientation, sheet.page_setup.paperSize = "landscape", sheet.PAPERSIZE_A4
    sheet.page_setup.fitToHeight, sheet.sheet_properties.pageSetUpPr.fitToPage = 0, True
    sheet.print_title_rows = "1:1"


def _needed(column: Column, kind: Kind) -> bool:
    return column.field in kind.needs or (column.field == "school_id" and "school" in kind.needs)


def _format(field: str) -> str:
    # A code in a cell formatted as text keeps its leading zeros.
    return "@" if field in _CODES else "yyyy-mm-dd" if field in _DATES else ""


def allowed(column: Column, one: Template) -> list[str]:
    """The words to choose from in a column; empty where it takes others."""
    if column.field in ("test", "grade") and one.test:
        return [one.test if column.field == "test" else one.grade]
    if column.field == "grade" and one.kind in ("results", "pupils"):
        return list(dict.fromkeys(g for grades in terms.TEST_GRADES.values() for g in grades))
    if column.field in _CATEGORIES:
        return vocabulary.category_words(_CATEGORIES[column.field])
    return ["ใช่", "ไม่ใช่"] if column.field in _YES_NO else []


def _validation(column: Column, one: Template) -> DataValidation | None:
    """What Excel lets be typed into a column, and what it says beside a chosen cell."""
    words, field = allowed(column, one), column.field
    if words:
        rule = DataValidation("list", formula1=f'"{",".join(words)}"')
    elif field in _YEARS:
        rule = _between("whole", terms.FIRST_YEAR_BE, terms.last_year_be())
    elif field in _DATES:
        # Only a warning: a date typed in BE is moved by intake, told.
        days = [(dt.date(year, 1, 1) - dt.date(1899, 12, 30)).days for year in (1950, 2100)]
        rule = _between("date", *days, style="warning")
    elif field in _NUMBERS:
        limit = _NUMBERS[field]
        rule = _between("whole" if limit.whole else "decimal", f"{limit.low:.10g}", f"{limit.high:.0f}")
    else:
        return None
    said = _about(column, one)
    rule.allow_blank, rule.showErrorMessage, rule.showInputMessage = True, True, True
    rule.errorTitle, rule.error = "ค่านี้ใช้ไม่ได้", said[:220]
    rule.promptTitle, rule.prompt = column.header[:32], said[:250]
    return rule


def _between(kind: str, low: object, high: object, *, style: str = "stop") -> DataValidation:
    return DataValidation(kind, operator="between", formula1=str(low), formula2=str(high), errorStyle=style)


def _about(column: Column, one: Template) -> str:
    """In Thai, what goes into a column: the choice, the range, the hint."""
    parts = [_range(column.field), _HINTS[column.field].th if column.field in _HINTS else ""]
    words = allowed(column, one)
    return " ".join(part for part in (", ".join(words), *parts) if part) or _meaning(column, one).th


def _range(field: str) -> str:
    if field in _YEARS:
        return f"พ.ศ. {terms.FIRST_YEAR_BE}–{terms.last_year_be()}"
    if field in _DATES:
        return "วัน/เดือน/ปี ค.ศ. เช่น 2023-05-16"
    if field in _NUMBERS:
        limit = _NUMBERS[field]
        return f"{'จำนวนเต็ม' if limit.whole else 'ตัวเลข'} {limit.low:g}–{limit.high:,.0f}"
    return ""


def _meaning(column: Column, one: Template) -> Words:
    if column.subject:
        return Words(f"คะแนนเฉลี่ย {column.header}", f"mean score, {terms.label(column.subject, 'en')}")
    table = contract.table(vocabulary.kinds()[one.kind].table)
    if column.field in _WORDS or column.field not in table.names:
        return _WORDS.get(column.field, Words(column.header, "name of the school"))
    return Words(table[column.field].th, table[column.field].en)


def _notes(sheet: Worksheet, one: Template) -> None:
    kind = vocabulary.kinds()[one.kind]
    head = [
        f"แบบฟอร์ม: {one.title.th} · {one.title.en}",
        "หัวสีเข้มต้องมีค่า หัวสีอ่อนเว้นว่างได้ · dark headers are needed, light ones may stay blank",
        f"กรอกในแผ่นงาน {SHEET} แล้วนำเข้าด้วย innov intake · fill in the first sheet, then load it with innov intake",
    ]
    for text in head:
        sheet.append([text])
    sheet.append([])
    sheet.append(["คอลัมน์ · column", "ต้องกรอก · needed", "ความหมาย · meaning", "ค่าที่ใช้ได้ · allowed", "ข้อควรรู้ · to know"])
    for column in columns(one.name):
        hint, meaning = _HINTS.get(column.field), _meaning(column, one)
        needed = "ต้องกรอก · yes" if _needed(column, kind) else "–"
        takes = " / ".join(allowed(column, one)) or _range(column.field) or "–"
        known = f"{hint.th} · {hint.en}" if hint else "–"
        sheet.append([column.header, needed, f"{meaning.th} · {meaning.en}", takes, known])
    for letter, width in zip("ABCDE", (26, 16, 48, 48, 60), strict=True):
        sheet.column_dimensions[letter].width = width
    for row in sheet.iter_rows(min_row=5):
        for cell in row:
            cell.alignment = Alignment(wrap_text=True, vertical="top")
            cell.font = Font(bold=cell.row == 5 or cell.column == 1)
    sheet["A1"].font = Font(bold=True, size=14)
