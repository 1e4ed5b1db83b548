"""The contract: the tables of an area and their columns.

One place says what a column is; the dictionary that people read (``data/dictionary.csv``), the ``datapackage.json``
that other tools read (Frictionless Table Schema) and the check (:mod:`innovlib.area.check`) are all made from it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cache

import pandas as pd

from innovlib import terms
from innovlib.errors import UnknownName, Words, did_you_mean

#: Ids become file names and web addresses: letters, digits, dot, hyphen and underscore only, never a path or a device.
ID_PATTERN = r"^(?!(?i:con|prn|aux|nul|com\d|lpt\d)(?:\.|$))[A-Za-z0-9][A-Za-z0-9_-]{0,31}$"

YEAR = {"minimum": terms.FIRST_YEAR_BE, "maximum": 2599}
SHARE = {"minimum": 0.0, "maximum": 1.0}
COUNT = {"minimum": 0}
SCORE = {"minimum": terms.SCORE_RANGE[0], "maximum": terms.SCORE_RANGE[1]}


@dataclass(frozen=True)
class Column:
    """One column: ``type`` is a Frictionless type (string, integer, number, boolean, date)."""

    name: str
    type: str
    th: str
    en: str
    unit: str = ""
    required: bool = False
    values: tuple = ()
    limits: dict = field(default_factory=dict)
    pattern: str = ""

    def schema(self) -> dict:
        """The column as a Frictionless field descriptor."""
        constraints: dict = {"required": True} if self.required else {}
        if self.values:
            constraints["enum"] = list(self.values)
        constraints |= self.limits
        if self.pattern:
            constraints["pattern"] = self.pattern
        out = {"name": self.name, "type": self.type, "title": self.th, "description": self.en}
        return out | ({"constraints": constraints} if constraints else {})


@dataclass(frozen=True)
class Table:
    """One table: its grain (``key``) and its columns in file order."""

    name: str
    th: str
    en: str
    key: tuple[str, ...]
    columns: tuple[Column, ...]
    needed: bool = False

    def __getitem__(self, name: str) -> Column:
        for column in self.columns:
            if column.name == name:
                return column
        raise UnknownName(
            Words(f"ตาราง {self.name} ไม่มีคอลัมน์ {name}", f"table {self.name} has no column {name}"),
            todo=did_you_mean(name, self.names),
        )

    @property
    def names(self) -> tuple[str, ...]:
        """Column names in file order."""
        return tuple(column.name for column in self.columns)

    def empty(self) -> pd.DataFrame:
        """A frame of this table with no rows and the right types."""
        return _empty(self.name).copy()


def _school_id(required: bool = True) -> Column:
    return Column("school_id", "string", "รหัสโรงเรียน", "School id, always text", required=required, pattern=ID_PATTERN)


def _year() -> Column:
    return Column("year_be", "integer", "ปีการศึกษา (พ.ศ.)", "Academic year, BE", "BE", True, limits=YEAR)


def _test() -> Column:
    return Column("test", "string", "การทดสอบ", "Test", required=True, values=terms.TESTS)


def _grade() -> Column:
    return Column("grade", "string", "ระดับชั้น", "Grade", required=True, values=terms.GRADES)


def _subject() -> Column:
    return Column("subject", "string", "วิชา", "Subject or part of the test", required=True, values=terms.SUBJECTS)


_TABLES = (
    Table(
        "schools", "โรงเรียน", "Schools", ("school_id",),
        (
            _school_id(),
            Column("name_th", "string", "ชื่อโรงเรียน", "Name in Thai, without the word โรงเรียน", required=True),
            Column("name_en", "string", "ชื่อภาษาอังกฤษ", "Name in Latin letters"),
            Column("cohort", "integer", "รุ่นที่", "Cohort of the innovation area; blank = not a pilot school", limits={"minimum": 1}),
            Column("joined_year_be", "integer", "ปีที่เข้าร่วม (พ.ศ.)", "First academic year as a pilot school; blank = never", "BE", limits=YEAR),
            Column("subdistrict", "string", "ตำบล", "Subdistrict (tambon)"),
            Column("district", "string", "อำเภอ", "District (amphoe)"),
            Column("province", "string", "จังหวัด", "Province (changwat)"),
            Column("lat", "number", "ละติจูด", "Latitude, WGS 84", "degrees", limits={"minimum": 5.0, "maximum": 21.0}),
            Column("lon", "number", "ลองจิจูด", "Longitude, WGS 84", "degrees", limits={"minimum": 97.0, "maximum": 106.0}),
            Column("affiliation", "string", "สังกัด", "Whom the school belongs to"),
            Column("lowest_grade", "string", "ชั้นต่ำสุด", "Lowest grade taught", values=terms.GRADES),
            Column("highest_grade", "string", "ชั้นสูงสุด", "Highest grade taught", values=terms.GRADES),
            Column("enrolment", "integer", "จำนวนนักเรียน", "Pupils in the whole school", "pupils", limits=COUNT),
            Column("is_highland", "boolean", "พื้นที่สูง", "School in the highlands"),
            Column("share_other_language", "number", "สัดส่วนใช้ภาษาอื่นที่บ้าน", "Share of pupils speaking another language at home", "share 0–1", limits=SHARE),
            Column("share_poor", "number", "สัดส่วนนักเรียนยากจน", "Share of pupils screened as poor", "share 0–1", limits=SHARE),
        ),
        needed=True,
    ),
    Table(
        "scores", "ผลการทดสอบรายโรงเรียน", "School test results",
        ("school_id", "year_be", "test", "grade", "subject"),
        (
            _school_id(), _year(), _test(), _grade(), _subject(),
            Column("n_enrolled", "integer", "จำนวนนักเรียนในชั้น", "Pupils enrolled in the grade", "pupils", limits=COUNT),
            Column("n_tested", "integer", "จำนวนผู้เข้าสอบ", "Pupils tested", "pupils", limits=COUNT),
            Column("mean", "number", "คะแนนเฉลี่ย", "Mean score", "points 0–100", limits=SCORE),
            Column("sd", "number", "ส่วนเบี่ยงเบนมาตรฐาน", "Standard deviation of pupils' scores", "points", limits={"minimum": 0.0, "maximum": 50.0}),
        ),
    ),
    Table(
        "benchmarks", "ค่าเฉลี่ยระดับเขต จังหวัด ประเทศ", "Area, province and national means",
        ("level", "year_be", "test", "grade", "subject"),
        (
            Column("level", "string", "ระดับ", "Level", required=True, values=terms.LEVELS),
            _year(), _test(), _grade(), _subject(),
            Column("mean", "number", "คะแนนเฉลี่ย", "Mean score", "points 0–100", required=True, limits=SCORE),
            Column("n", "integer", "จำนวนผู้เข้าสอบ", "Pupils tested", "pupils", limits=COUNT),
            Column("source", "string", "แหล่งที่มา", "Where the figure was published"),
        ),
    ),
    Table(
        "pupils", "ผลการทดสอบรายนักเรียน", "Pupil test results",
        ("pupil_key", "school_id", "year_be", "test", "grade", "subject"),
        (
            Column("pupil_key", "string", "รหัสนักเรียนที่เข้ารหัสแล้ว", "Keyed hash of the pupil's id, never the id itself", required=True, pattern=r"^[0-9a-f]{16,64}$"),
            _school_id(), _year(), _test(), _grade(), _subject(),
            Column("sex", "string", "เพศ", "Sex", values=terms.SEXES),
            Column("other_language", "boolean", "ใช้ภาษาอื่นที่บ้าน", "Speaks another language at home"),
            Column("poor", "boolean", "ยากจน", "Screened as poor"),
            Column("score", "number", "คะแนน", "Score; blank = absent", "points 0–100", limits=SCORE),
        ),
    ),
    Table(
        "autonomy", "ความเป็นอิสระในการบริหาร", "Autonomy of schools",
        ("school_id", "year_be", "domain", "item", "respondent_role"),
        (
            _school_id(), _year(),
            Column("domain", "string", "ด้าน", "Domain of administration", required=True, values=terms.DOMAINS),
            Column("item", "string", "ข้อ", "Item within the domain", required=True),
            Column("de_jure", "integer", "ตามระเบียบ", "What the order grants, 0 the centre decides … 4 the school alone", "scale 0–4", limits={"minimum": 0, "maximum": 4}),
            Column("de_facto", "integer", "ที่ทำได้จริง", "What the school really does, same scale", "scale 0–4", limits={"minimum": 0, "maximum": 4}),
            Column("respondent_role", "string", "ผู้ตอบ", "Role of the respondent", required=True, values=terms.ROLES),
        ),
    ),
    Table(
        "qualities", "คุณลักษณะผู้เรียน 6 ด้าน", "Six learner qualities",
        ("school_id", "year_be", "grade", "quality"),
        (
            _school_id(), _year(), _grade(),
            Column("quality", "string", "คุณลักษณะ", "Learner quality of the Act", required=True, values=terms.QUALITIES),
            Column("n_rated", "integer", "จำนวนที่ประเมิน", "Pupils rated", "pupils", True, limits=COUNT),
            *(
                Column(f"n_level_{i}", "integer", f"จำนวนระดับ {i}", f"Pupils at level {i} of 4", "pupils", True, limits=COUNT)
                for i in range(1, 5)
            ),
        ),
    ),
    Table(
        "partners", "ภาคีเครือข่าย", "Partners", ("school_id", "partner_name", "kind", "start"),
        (
            _school_id(),
            Column("partner_name", "string", "ชื่อภาคี", "Name of the partner organisation", required=True),
            Column("sector", "string", "ประเภท", "Sector", required=True, values=terms.SECTORS),
            Column("kind", "string", "รูปแบบความร่วมมือ", "What the partner gives (money, people, place, knowledge …)"),
            Column("start", "date", "วันที่เริ่ม", "First day, CE", required=True),
            Column("end", "date", "วันที่สิ้นสุด", "Last day, CE; blank = goes on"),
            Column("value_thb", "number", "งบประมาณ", "Value of the support", "THB", limits=COUNT),
            Column("hours", "number", "ชั่วโมง", "Hours given", "hours", limits=COUNT),
        ),
    ),
    Table(
        "progress", "ความก้าวหน้าของงาน", "Progress of the school's own work", ("school_id", "date", "what"),
        (
            _school_id(),
            Column("date", "date", "วันที่", "Day, CE", required=True),
            Column("what", "string", "สิ่งที่ทำ", "Kind of progress", required=True, values=terms.PROGRESS_KINDS),
            Column("status", "string", "สถานะ", "Status on that day", required=True, values=terms.PROGRESS_STATUSES),
            Column("note_th", "string", "รายละเอียด", "Short description in Thai"),
        ),
    ),
)  # fmt: skip

TABLES: dict[str, Table] = {table.name: table for table in _TABLES}

#: pandas' type for each type of column.
DTYPES = {"string": "str", "integer": "Int64", "number": "float64", "boolean": "boolean", "date": "datetime64[s]"}
TRUE_FALSE = {"true": True, "false": False, "1": True, "0": False, "": None}


def table(name: str) -> Table:
    """The table of that name, or an error that says which there are."""
    if name not in TABLES:
        raise UnknownName(
            Words(f"ไม่มีตารางชื่อ {name}", f"there is no table {name}"),
            expected=Words(", ".join(TABLES), ", ".join(TABLES)),
            todo=did_you_mean(name, TABLES),
        )
    return TABLES[name]


def typed(frame: pd.DataFrame, name: str) -> pd.DataFrame:
    """A frame of text columns as the contract's types, columns in file order; other columns are left out.

    Cells must already pass :func:`innovlib.area.check.breaches`; a cell that does not fit its type becomes missing here. Missing text stays
    missing, and integers are pandas ``Int64`` so that a missing count stays missing.
    """
    out = {}
    for column in table(name).columns:
        cells = frame[column.name] if column.name in frame else pd.Series(pd.NA, index=frame.index, dtype="str")
        out[column.name] = _typed_column(cells, column)
    return pd.DataFrame(out, columns=list(table(name).names))


@cache
def _empty(name: str) -> pd.DataFrame:
    return typed(pd.DataFrame({column: pd.Series(dtype="str") for column in table(name).names}), name)


def _typed_column(cells: pd.Series, column: Column) -> pd.Series:
    if column.type == "boolean" and not pd.api.types.is_bool_dtype(cells):
        return _stripped(cells.fillna("").astype("str")).str.lower().map(TRUE_FALSE).astype("boolean")
    if column.type == "date":
        cells = cells if pd.api.types.is_datetime64_any_dtype(cells) else _stripped(cells.astype("str"))
        return pd.to_datetime(cells, format="%Y-%m-%d", errors="coerce").astype(DTYPES["date"])
    if column.type in ("integer", "number") and not pd.api.types.is_numeric_dtype(cells):
        numbers = pd.to_numeric(_stripped(cells.astype("str")), errors="coerce")
        if column.type == "integer":
            numbers = numbers.where(numbers % 1 == 0)
        return numbers.astype(DTYPES[column.type])
    if column.type == "string":
        # Blanks around an id would make it another id; the check looks past them, so they go here.
        cells = _stripped(cells.astype("str").where(cells.notna()))
        return cells.where(cells != "")
    return cells.astype(DTYPES[column.type])


def _stripped(cells: pd.Series) -> pd.Series:
    """Cells without blanks around them; each distinct one is looked at once, for few have any."""
    blanks = any(isinstance(text, str) and text != text.strip() for text in cells.unique())
    return cells.str.strip() if blanks else cells


def is_id(text: str) -> bool:
    """True where the text may be an id (see ``ID_PATTERN``)."""
    return re.fullmatch(ID_PATTERN, text) is not None


def schema(name: str) -> dict:
    """One table as a Frictionless Table Schema."""
    contract = table(name)
    return {
        "fields": [column.schema() for column in contract.columns],
        "missingValues": [""],
        "primaryKey": list(contract.key),
    }


def dictionary() -> pd.DataFrame:
    """The data dictionary in Thai and English: one row per column of every table."""
    rows = [
        {
            "table": t.name, "table_th": t.th, "column": c.name, "type": c.type, "unit": c.unit,
            "required": "yes" if c.required else "", "key": "yes" if c.name in t.key else "",
            "allowed": " | ".join(str(v) for v in c.values)
            or " … ".join(f"{c.limits[k]:g}" for k in ("minimum", "maximum") if k in c.limits),
            "description_th": c.th, "description_en": c.en,
        }
        for t in _TABLES for c in t.columns
    ]  # fmt: skip
    return pd.DataFrame(rows)
