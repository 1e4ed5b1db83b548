"""The words of office files: header names and category spellings, and which of the contract's columns and codes they mean."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from innovlib import terms

_PUNCTUATION = re.compile(r"[\s._()\[\]:/*\\\-–—\"'“”‘’#]+")


@dataclass(frozen=True)
class Kind:
    """A kind of office file: its fields with the headers they go by (the office's own name first), and what it needs."""

    name: str
    table: str
    th: str
    en: str
    headers: dict[str, tuple[str, ...]]
    needs: tuple[str, ...]
    #: Fields that a file option, the file's name or its title may give instead of a column.
    given: tuple[str, ...] = ()
    #: Fields of which a wide file has one for each subject.
    measures: tuple[str, ...] = ()


_YEAR = ("ปีการศึกษา", "ปีการศึกษา พ.ศ.", "ปี พ.ศ.", "ปี", "year_be", "year", "academic year")
_ID = ("รหัสโรงเรียน", "รหัสสถานศึกษา", "รหัส ร.ร.", "รหัส", "รหัส smis", "รหัสโรงเรียน 10 หลัก", "รหัสโรงเรียน 8 หลัก", "school_id", "school code")
_NAME = ("ชื่อโรงเรียน", "โรงเรียน", "ชื่อสถานศึกษา", "สถานศึกษา", "ชื่อ ร.ร.", "name_th", "school", "school name")
_DISTRICT = ("อำเภอ", "อำเภอ/เขต", "district")
_TEST = ("การทดสอบ", "ชื่อการทดสอบ", "การสอบ", "test")
_GRADE = ("ระดับชั้น", "ชั้น", "ชั้นเรียน", "grade")
_SUBJECT = ("วิชา", "รายวิชา", "กลุ่มสาระ", "กลุ่มสาระการเรียนรู้", "สาระ", "สมรรถนะ", "ความสามารถ", "subject")

_KINDS = (
    Kind(
        "results", "scores", "ผลการทดสอบรายโรงเรียน", "school test results",
        {
            "year_be": _YEAR, "school_id": _ID, "name_th": _NAME, "district": _DISTRICT,
            "test": _TEST, "grade": _GRADE, "subject": _SUBJECT,
            "n_tested": ("จำนวนผู้เข้าสอบ", "จำนวนนักเรียนเข้าสอบ", "จำนวนนักเรียนที่เข้าสอบ", "จำนวนคนเข้าสอบ", "ผู้เข้าสอบ", "เข้าสอบ",
                         "จน.นร.", "น.ร.(คน)", "จำนวนนักเรียน", "จำนวน", "จำนวนคน", "จำนวน (คน)", "n", "n_tested", "tested"),
            "n_enrolled": ("จำนวนนักเรียนทั้งหมด", "จำนวนนักเรียนในชั้น", "นักเรียนทั้งหมด", "ผู้มีสิทธิ์สอบ", "จำนวนผู้มีสิทธิ์สอบ", "n_enrolled", "enrolled"),
            "mean": ("คะแนนเฉลี่ย", "เฉลี่ย", "ค่าเฉลี่ย", "คะแนนเฉลี่ยร้อยละ", "ร้อยละ", "mean", "average", "x̄"),
            "sd": ("ส่วนเบี่ยงเบนมาตรฐาน", "S.D.", "ส่วนเบี่ยงเบน", "ค่าเบี่ยงเบนมาตรฐาน", "ส่วนเบี่ยงเบนมาตรฐาน (S.D.)", "std", "standard deviation"),
        },
        needs=("year_be", "school", "test", "grade", "subject", "n_tested", "mean"),
        given=("year_be", "test", "grade"), measures=("n_tested", "n_enrolled", "mean", "sd"),
    ),
    Kind(
        "schools", "schools", "รายชื่อโรงเรียน", "list of schools",
        {
            "school_id": _ID, "name_th": _NAME, "name_en": ("ชื่อภาษาอังกฤษ", "name_en"),
            "subdistrict": ("ตำบล", "ตำบล/แขวง", "subdistrict"), "district": _DISTRICT, "province": ("จังหวัด", "province"),
            "enrolment": ("จำนวนนักเรียน", "จำนวนนักเรียนทั้งหมด", "นักเรียนทั้งหมด", "นักเรียน", "enrolment"),
            "joined_year_be": ("ปีที่เข้าร่วม", "ปีที่เข้าร่วมโครงการ", "ปีที่เข้าร่วม (พ.ศ.)", "joined_year_be"),
            "cohort": ("รุ่นที่", "รุ่น", "cohort"), "affiliation": ("สังกัด", "affiliation"),
            "lowest_grade": ("ชั้นต่ำสุด", "lowest_grade"), "highest_grade": ("ชั้นสูงสุด", "highest_grade"),
            "lat": ("ละติจูด", "lat", "latitude"), "lon": ("ลองจิจูด", "lon", "longitude"),
            "is_highland": ("พื้นที่สูง", "is_highland"),
            "share_other_language": ("สัดส่วนใช้ภาษาอื่นที่บ้าน", "share_other_language"),
            "share_poor": ("สัดส่วนนักเรียนยากจน", "share_poor"),
        },
        needs=("school_id", "name_th"),
    ),
    Kind(
        "pupils", "pupils", "ผลการทดสอบรายนักเรียน", "pupil test results",
        {
            "year_be": _YEAR, "school_id": _ID, "name_th": _NAME, "district": _DISTRICT,
            "pupil": ("รหัสนักเรียน", "เลขประจำตัวนักเรียน", "รหัสประจำตัวนักเรียน", "pupil_id", "student id"),
            "sex": ("เพศ", "sex", "gender"), "test": _TEST, "grade": _GRADE, "subject": _SUBJECT,
            "score": ("คะแนน", "คะแนนที่ได้", "คะแนนสอบ", "score"),
            "other_language": ("ใช้ภาษาอื่นที่บ้าน", "other_language"), "poor": ("ยากจน", "poor"),
        },
        needs=("year_be", "school", "pupil", "test", "grade", "subject", "score"), given=("year_be", "test", "grade"),
        measures=("score",),
    ),
    Kind(
        "survey", "autonomy", "แบบสำรวจความเป็นอิสระ", "autonomy survey",
        {
            "year_be": _YEAR, "school_id": _ID, "name_th": _NAME, "district": _DISTRICT,
            "respondent": ("ผู้ตอบ", "ผู้ตอบแบบสอบถาม", "รหัสผู้ตอบ", "respondent"),
            "domain": ("ด้าน", "ด้านการบริหาร", "domain"), "item": ("ข้อ", "ข้อที่", "ข้อคำถาม", "item"),
            "level": ("ระดับ", "ระดับความคิดเห็น", "ระดับคะแนน", "level"),
        },
        needs=("year_be", "school", "respondent", "domain", "item", "level"), given=("year_be",),
    ),
    Kind(
        "partners", "partners", "ภาคีเครือข่าย", "partners",
        {
            "school_id": _ID, "name_th": _NAME, "district": _DISTRICT,
            "partner_name": ("ชื่อภาคี", "ภาคี", "ชื่อภาคีเครือข่าย", "หน่วยงานภาคี", "partner_name", "partner"),
            "sector": ("ประเภท", "ประเภทภาคี", "ภาคส่วน", "sector"), "kind": ("รูปแบบความร่วมมือ", "kind"),
            "start": ("วันที่เริ่ม", "วันเริ่ม", "วันที่เริ่มต้น", "เริ่มวันที่", "start"),
            "end": ("วันที่สิ้นสุด", "วันสิ้นสุด", "สิ้นสุดวันที่", "end"),
            "value_thb": ("งบประมาณ", "งบประมาณ (บาท)", "มูลค่า (บาท)", "value_thb", "budget"),
            "hours": ("ชั่วโมง", "จำนวนชั่วโมง", "hours"),
        },
        needs=("school", "partner_name", "sector", "start"),
    ),
)  # fmt: skip

KINDS: dict[str, Kind] = {kind.name: kind for kind in _KINDS}

#: Columns that hold people: dropped while reading, their cells never looked at again.
PERSONAL = (
    "เลขประจำตัวประชาชน", "เลขบัตรประชาชน", "เลขประจำตัว 13 หลัก", "บัตรประชาชน", "เลขที่บัตรประชาชน", "เลขประชาชน", "citizen id", "national id",
    "ชื่อ-สกุล", "ชื่อ - นามสกุล", "ชื่อ", "นามสกุล", "สกุล", "คำนำหน้า", "คำนำหน้าชื่อ", "ชื่อนักเรียน", "ชื่อ-สกุลนักเรียน", "ชื่อสกุล", "ชื่อและสกุล",
    "ชื่อ-นามสกุลนักเรียน", "ชื่อเล่น", "ชื่อครู", "ชื่อผู้ตอบ", "ชื่อผู้ปกครอง", "ชื่อบิดา", "ชื่อมารดา", "ผู้ปกครอง", "บิดา", "มารดา", "ชื่อผู้อำนวยการ", "ผู้อำนวยการ",
    "วันเกิด", "วันเดือนปีเกิด", "ที่อยู่", "บ้านเลขที่", "เบอร์โทร", "เบอร์โทรศัพท์", "โทรศัพท์", "โทร", "มือถือ", "อีเมล", "e-mail", "email", "line id",
    "first name", "last name", "full name", "student name", "name", "surname", "birth date", "date of birth", "phone", "address",
)  # fmt: skip
#: Columns that say nothing about a school: row numbers, remarks.
IGNORED = ("ลำดับ", "ลำดับที่", "ที่", "no", "no.", "หมายเหตุ", "remark", "remarks")
#: Columns that are the total or mean of the subjects beside them: a check, not data.
TOTALS = ("เฉลี่ย", "รวมเฉลี่ย", "เฉลี่ยรวม", "คะแนนเฉลี่ยรวม", "ค่าเฉลี่ยรวม", "รวม", "รวมทุกวิชา", "เฉลี่ยทุกวิชา", "เฉลี่ย 5 วิชา", "เฉลี่ย 4 วิชา",
          "รวม 2 ด้าน", "เฉลี่ย 2 ด้าน", "รวมทั้ง 2 ด้าน", "รวม 3 ด้าน", "เฉลี่ย 3 ด้าน", "total", "average", "คะแนนเฉลี่ย", "ค่าเฉลี่ย")  # fmt: skip

_SUBJECTS = {
    "thai": ("ภาษาไทย", "ไทย", "ด้านภาษาไทย", "ความสามารถด้านภาษาไทย"),
    "maths": ("คณิตศาสตร์", "คณิต", "คณิตฯ", "mathematics", "math", "ด้านคณิตศาสตร์", "ความสามารถด้านคณิตศาสตร์"),
    "science": ("วิทยาศาสตร์", "วิทย์", "วิทย", "วิทยาศาสตร์และเทคโนโลยี"),
    "english": ("ภาษาอังกฤษ", "อังกฤษ", "ภาษาต่างประเทศ (ภาษาอังกฤษ)"),
    "social": ("สังคมศึกษา", "สังคม", "สังคมฯ", "สังคมศึกษา ศาสนา และวัฒนธรรม", "social studies"),
    "language": ("ด้านภาษา", "ภาษา", "ความสามารถด้านภาษา"),
    "numeracy": ("ด้านคำนวณ", "คำนวณ", "ความสามารถด้านคำนวณ", "คิดคำนวณ", "ด้านการคิดคำนวณ"),
    "reasoning": ("ด้านเหตุผล", "เหตุผล", "ความสามารถด้านเหตุผล", "ด้านการใช้เหตุผล"),
    "reading_aloud": ("การอ่านออกเสียง", "อ่านออกเสียง", "ด้านการอ่านออกเสียง", "สมรรถนะการอ่านออกเสียง", "reading aloud"),
    "comprehension": ("การอ่านรู้เรื่อง", "อ่านรู้เรื่อง", "ด้านการอ่านรู้เรื่อง", "สมรรถนะการอ่านรู้เรื่อง"),
}
_TESTS = {
    "RT": ("RT", "R.T.", "อาร์ที", "reading test", "การประเมินความสามารถด้านการอ่าน"),
    "NT": ("NT", "N.T.", "เอ็นที", "national test", "การประเมินคุณภาพผู้เรียน"),
    "O-NET": ("O-NET", "ONET", "O NET", "โอเน็ต", "โอเน็ท", "การทดสอบทางการศึกษาระดับชาติขั้นพื้นฐาน"),
}
_LEVEL_NAMES = {
    "อ": ("อ", "อนุบาล", "อนุบาลปีที่", "ชั้นอนุบาลปีที่"),
    "ป": ("ป", "ประถม", "ประถมศึกษาปีที่", "ประถมปีที่", "ชั้นประถมศึกษาปีที่", "ชั้น ป", "p", "grade", "primary"),
    "ม": ("ม", "มัธยม", "มัธยมศึกษาปีที่", "มัธยมปีที่", "ชั้นมัธยมศึกษาปีที่", "ชั้น ม", "m", "secondary"),
}
_CATEGORIES = {
    "subject": _SUBJECTS,
    "test": _TESTS,
    "grade": {
        grade: (grade, *(f"{name} {grade[2:]}" for name in _LEVEL_NAMES[grade[0]])) for grade in terms.GRADES
    },
    "sex": {
        "female": ("ญ", "หญิง", "ด.ญ.", "เด็กหญิง", "f", "girl"),
        "male": ("ช", "ชาย", "ด.ช.", "เด็กชาย", "m", "boy"),
    },
    "sector": {
        "state": ("รัฐ", "ภาครัฐ", "หน่วยงานรัฐ", "หน่วยงานของรัฐ", "ราชการ", "ส่วนราชการ", "รัฐวิสาหกิจ", "สถาบันอุดมศึกษา", "มหาวิทยาลัย"),
        "local_government": ("อปท.", "องค์กรปกครองส่วนท้องถิ่น", "ท้องถิ่น", "เทศบาล", "อบต.", "อบจ."),
        "private": ("เอกชน", "ภาคเอกชน", "บริษัท", "ธุรกิจ"),
        "civil_society": ("ประชาสังคม", "ภาคประชาสังคม", "มูลนิธิ", "สมาคม", "ชุมชน", "วัด", "องค์กรศาสนา", "องค์กรพัฒนาเอกชน", "ngo"),
    },
    "domain": {
        "academic": ("วิชาการ", "ด้านวิชาการ", "การบริหารวิชาการ", "บริหารวิชาการ"),
        "budget": ("งบประมาณ", "ด้านงบประมาณ", "การบริหารงบประมาณ"),
        "personnel": ("บุคคล", "ด้านบุคคล", "บุคลากร", "การบริหารงานบุคคล", "บริหารงานบุคคล", "ด้านการบริหารงานบุคคล"),
        "general": ("ทั่วไป", "ด้านทั่วไป", "การบริหารทั่วไป", "บริหารทั่วไป", "ด้านการบริหารทั่วไป", "บริหารงานทั่วไป"),
    },
    "respondent": {
        "head": ("ผู้อำนวยการ", "ผอ.", "ผู้บริหาร", "h", "d"),
        "teacher": ("ครู", "ครูผู้สอน", "t"),
        "board": ("กรรมการ", "กรรมการสถานศึกษา", "คณะกรรมการสถานศึกษา", "b"),
        "parent": ("ผู้ปกครอง", "p"),
        "supervisor": ("ศึกษานิเทศก์", "ศน.", "s"),
    },
}  # fmt: skip
#: The spellings that offices use as a matter of course: read without a word about it.
_PLAIN = {"O-NET", "RT", "NT", *terms.GRADES, "ญ", "ช", "หญิง", "ชาย"}


def header_key(text: object) -> str:
    """A header as it is compared: no spaces, no punctuation, one spelling of Thai marks, small letters.

    Examples
    --------
    >>> header_key("จน.นร.") == header_key(" จน. นร ")
    True
    """
    # The lead keeps matching_key from taking the word โรงเรียน for a school's prefix.
    return _PUNCTUATION.sub("", terms.matching_key("|" + str(text)).lstrip("|"))


@cache
def _header_fields(kind: str) -> dict[str, str]:
    return {header_key(name): field for field, names in KINDS[kind].headers.items() for name in names}


@cache
def _keys(words: tuple[str, ...]) -> frozenset[str]:
    return frozenset(map(header_key, words))


def field_of(header: object, kind: str) -> str | None:
    """The field of a kind that a header means; None where it means none."""
    return _header_fields(kind).get(header_key(header)) if header is not None else None


def is_personal(header: object) -> bool:
    """True for the header of a column that holds people."""
    key = header_key(header)
    return key in _keys(PERSONAL) or any(part in key for part in ("ประชาชน", "นามสกุล", "citizenid", "nationalid"))


def is_ignored(header: object) -> bool:
    """True for row numbers and remarks."""
    return header_key(header) in _keys(IGNORED)


def is_total(header: object) -> bool:
    """True for the header of a column that sums or averages the subjects beside it."""
    return header_key(header) in _keys(TOTALS)


def known_headers(cells) -> int:
    """How many cells of a row are headers of any kind, or subjects."""
    found = 0
    for cell in cells:
        if isinstance(cell, str) and cell.strip():
            found += any(field_of(cell, kind) for kind in KINDS) or subject_of(cell) is not None
    return found


def header_names(kind: str, fields=()) -> dict[str, str]:
    """Every known spelling of a kind's headers (of some fields only, where given) with its field."""
    names = KINDS[kind].headers
    return {name: field for field in (fields or names) for name in names.get(field, ())}


@cache
def _category_keys(column: str) -> dict[str, str]:
    return {
        header_key(word): code
        for code, words in _CATEGORIES[column].items()
        for word in (*words, code, terms.label(code, "th"), terms.label(code, "en"))
    }


def subject_of(text: object) -> str | None:
    """The subject that a header or cell names; None where it names none."""
    key = header_key(re.sub(r"^\s*(คะแนนเฉลี่ย|คะแนน|ร้อยละ|รายวิชา|วิชา|กลุ่มสาระการเรียนรู้|กลุ่มสาระ|สาระ)\s*", "", str(text)))
    return _category_keys("subject").get(key)


def category(text: str, column: str) -> str | None:
    """The code that a cell of a category column means; None where the word is not known."""
    if column == "subject":
        return subject_of(text)
    if column == "respondent":
        text = re.sub(r"[\s\d_-]+$", "", terms.western_digits(text)) or text
    return _category_keys(column).get(header_key(text))


def is_plain(text: str) -> bool:
    """True for a spelling that is so usual that reading it is no correction."""
    return text in _PLAIN


def category_words(column: str) -> list[str]:
    """The usual spelling of every code of a category column, for messages."""
    return [words[0] for words in _CATEGORIES[column].values()]
