"""The schools that files are judged against: which code is a school, which name is whose."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property

import pandas as pd

from innovlib import terms
from innovlib.area import cells, contract, privacy
from innovlib.area.cells import Reading

_SCIENTIFIC = re.compile(r"\d([.,]\d+)?[eE][+-]?\d+")
_LONGEST = 60
_COLUMNS = ["school_id", "name_th", "subdistrict", "district", "province"]


@dataclass(frozen=True)
class Register:
    """Known schools.

    Attributes
    ----------
    schools
        One row per school with at least ``school_id`` and ``name_th``.
    closed
        True where a code that is not in it is an error; False where files may still bring new schools.
    """

    schools: pd.DataFrame
    closed: bool = True

    @cached_property
    def _rows(self) -> dict[str, dict]:
        frame = self.schools.reindex(columns=_COLUMNS)
        return {row["school_id"]: row for row in frame.astype(object).where(frame.notna(), "").to_dict("records")}

    @cached_property
    def _by_name(self) -> dict[str, list[str]]:
        out: dict[str, list[str]] = {}
        for school_id, row in self._rows.items():
            out.setdefault(terms.matching_key(row["name_th"]), []).append(school_id)
        return out

    @cached_property
    def _by_number(self) -> dict[str, list[str]]:
        out: dict[str, list[str]] = {}
        for school_id in self._rows:
            out.setdefault(school_id.lstrip("0"), []).append(school_id)
        return out

    @cached_property
    def _near_codes(self) -> dict[str, list[str]]:
        return _slips_of(self._rows)

    @cached_property
    def _near_names(self) -> dict[str, list[str]]:
        return _slips_of(self._by_name)

    def knows(self, school_id: str) -> bool:
        """True where a school has this code."""
        return school_id in self._rows

    def knows_name(self, name: object) -> bool:
        """True where a school has this name, however it is spelled."""
        return isinstance(name, str) and terms.matching_key(name) in self._by_name

    def with_schools(self, schools: pd.DataFrame) -> Register:
        """The register with more schools; a code that is there already takes the new row."""
        joined = pd.concat([self.schools, schools.reindex(columns=_COLUMNS)], ignore_index=True)
        return Register(joined.drop_duplicates("school_id", keep="last"), self.closed)

    def school(self, code: object, name: object, district: object, *, mark: str = "") -> Reading:
        """The school that a row is about, from its code and, failing that, its name.

        A code decides; a name that says otherwise is told. Without a code the name decides where only one school
        bears it, in that district where one is given.
        """
        if isinstance(name, str) and name.strip().casefold() in cells.MISSING:
            name = None
        reading = school_code(code, mark=mark)
        if reading.value is None and reading.found and reading.found[-1][0] == "blank":
            return self._from_name(name, district)
        if reading.value is None:
            return reading
        return self._known(reading, name, district)

    def _known(self, reading: Reading, name: object, district: object) -> Reading:
        code, found = reading
        if code in self._rows:
            return Reading(code, (*found, *self._name_findings(code, name, district)))
        padded = [c for c in self._by_number.get(str(code).lstrip("0"), []) if c.endswith(code)]
        if len(padded) == 1:
            more = self._name_findings(padded[0], name, district)
            return Reading(padded[0], (*found, ("id-leading-zeros", {"now": padded[0]}), *more))
        if self.closed:
            return Reading(None, (*found, ("school-unknown", self._hint(str(code), name))))
        return reading

    def _hint(self, code: str, name: object) -> dict:
        same_name = self._by_name.get(terms.matching_key(name), []) if isinstance(name, str) else []
        near = _near(code, self._near_codes)
        if len(same_name) == 1:
            told = f" (the school of this name has {same_name[0]})"
            return {"hint_th": f" โรงเรียนชื่อนี้มีรหัส {same_name[0]}", "hint_en": told}
        return _hint(near)

    def _from_name(self, name: object, district: object) -> Reading:
        if not isinstance(name, str) or not name.strip():
            return Reading(None, (("id-blank", {}),))
        ids = self._by_name.get(terms.matching_key(name), [])
        if len(ids) > 1 and isinstance(district, str):
            here = [i for i in ids if place_key(self._rows[i]["district"]) == place_key(district)]
            ids = here or ids
        if len(ids) == 1:
            return Reading(ids[0], (("id-from-name", {"now": ids[0]}),))
        if ids:
            return Reading(None, (("name-ambiguous", {"found": ", ".join(ids)}),))
        keys = _near(terms.matching_key(name), self._near_names)
        near = [self._rows[self._by_name[key][0]]["name_th"] for key in keys]
        return Reading(None, (("name-unknown" if self._rows else "id-blank", _hint(near)),))

    def _name_findings(self, code: str, name: object, district: object) -> list[tuple[str, dict]]:
        row = self._rows[code]
        if not isinstance(name, str) or not name.strip() or not row["name_th"] or cells.text(name).found:
            return []  # what is odd about the text itself is told where the text is read
        key, known = terms.matching_key(name), terms.matching_key(row["name_th"])
        if key != known:
            other = self._by_name.get(key, [])
            hint = {"other_th": f" ชื่อนี้เป็นของรหัส {', '.join(other)}" if other else "",
                    "other_en": f"; that name belongs to {', '.join(other)}" if other else ""}  # fmt: skip
            return [("name-mismatch", {"name": name, "known": row["name_th"], "own": code, **hint})]
        found = []
        if _plain(name) != _plain(row["name_th"]):
            found.append(("name-spelling", {"now": row["name_th"]}))
        if isinstance(district, str) and row["district"] and place_key(district) != place_key(row["district"]):
            found.append(("district-mismatch", {"name": district, "known": row["district"], "own": code}))
        return found


def _slips(text: str) -> set[str]:
    """The text with each character in turn left out or open: two texts one slip apart share one of these."""
    return {text, *(text[:i] + gap + text[i + 1 :] for i in range(len(text)) for gap in ("", "\x00"))}


def _slips_of(texts) -> dict[str, list[str]]:
    # An index, because comparing every unknown code with every school of the country takes minutes.
    index: dict[str, list[str]] = {}
    for text in texts:
        for slip in _slips(text):
            index.setdefault(slip, []).append(text)
    return index


def _near(text: str, index: dict[str, list[str]]) -> list[str]:
    if len(text) > _LONGEST:
        return []
    return sorted({found for slip in _slips(text) for found in index.get(slip, ())})[:3]


def _hint(near: list[str]) -> dict:
    names = ", ".join(near)
    return {
        "hint_th": f" หมายถึง {names} หรือไม่" if near else "",
        "hint_en": f" (did you mean {names}?)" if near else "",
    }


def _plain(name: str) -> str:
    return re.sub(r"^(โรงเรียน|ร\.?\s*ร\.)|\s", "", name.strip())


def place_key(name: object) -> str:
    """A district or province as it is compared: without อำเภอ, อ., จังหวัด, จ.

    Examples
    --------
    >>> place_key("อำเภอละงู") == place_key("อ. ละงู") == place_key("ละงู")
    True
    """
    return re.sub(r"^(กิ่งอำเภอ|อำเภอ|อ\.|ตำบล|ต\.|จังหวัด|จ\.)", "", terms.matching_key(str(name)))


def school_code(cell: object, *, mark: str = "") -> Reading:
    """A school's code as text, or why it cannot be one.

    Examples
    --------
    >>> school_code(1091010001).value, school_code("1.09101E+09").found[0][0], school_code("../x").found[0][0]
    ('1091010001', 'id-scientific', 'id-unsafe')
    """
    if stop := cells.unreadable(cell, mark):
        return stop
    if isinstance(cell, float) and cell.is_integer():
        cell = int(cell)
    if isinstance(cell, bool) or not isinstance(cell, (int, str)):
        return Reading(None, (("id-unsafe", {}),))
    if privacy.holds_citizen_id(cell):
        return Reading(None, (("id-citizen", {}),))
    text, found = cells.tidied(str(cell))
    if _SCIENTIFIC.fullmatch(text):
        return Reading(None, (("id-scientific", {}),))
    bare = re.sub(r"\.0+$", "", re.sub(r'^(=?")(.*)"$', r"\2", text).lstrip("'"))
    if re.fullmatch(r"\d[\d\s-]+\d", bare):
        bare = re.sub(r"[\s-]", "", bare)
    if not contract.is_id(bare):
        return Reading(None, (("id-unsafe", {}),))
    if bare != text:
        found = [*found, ("id-tidied", {"now": bare})]
    return Reading(bare, tuple(found))
