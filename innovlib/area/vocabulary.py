"""The words of office files: headers and category spellings, and which columns and codes of the contract they mean.

The words themselves are data, kept in ``vocabulary.toml`` beside this module.
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib import resources

from innovlib import terms

_PUNCTUATION = re.compile(r"[\s._()\[\]:/*\\\-–—\"'“”‘’#]+")
_BEFORE_SUBJECT = re.compile(r"^\s*(คะแนนเฉลี่ย|คะแนน|ร้อยละ|รายวิชา|วิชา|กลุ่มสาระการเรียนรู้|กลุ่มสาระ|สาระ)\s*")


@dataclass(frozen=True)
class Kind:
    """A kind of office file.

    Attributes
    ----------
    table
        The contract's table it becomes.
    headers
        For each field the headers it goes by, the office's own name first.
    needs
        Fields it cannot do without; ``school`` is a code or a name.
    given
        Fields that an option, the title or the file's name may give instead of a column.
    measures
        Fields of which a wide table has one for each subject, the main one first.
    """

    name: str
    table: str
    th: str
    en: str
    headers: dict[str, tuple[str, ...]]
    needs: tuple[str, ...]
    given: tuple[str, ...] = ()
    measures: tuple[str, ...] = ()


@cache
def _words() -> dict:
    return tomllib.loads(resources.files("innovlib.area").joinpath("vocabulary.toml").read_text(encoding="utf-8"))


@cache
def kinds() -> dict[str, Kind]:
    """The kinds of office files by name."""
    return {
        name: Kind(
            name,
            entry["table"],
            entry["th"],
            entry["en"],
            {field: tuple(headers) for field, headers in entry["headers"].items()},
            tuple(entry["needs"]),
            tuple(entry.get("given", ())),
            tuple(entry.get("measures", ())),
        )
        for name, entry in _words()["kinds"].items()
    }


@cache
def missing() -> frozenset[str]:
    """What offices write where there is no figure, in small letters."""
    return frozenset(_words()["missing"])


def months() -> list[list[str]]:
    """Lists of twelve month names besides the full Thai ones."""
    return _words()["months"]


@cache
def _categories(column: str) -> dict[str, tuple[str, ...]]:
    if column == "grade":
        words = _words()["grade_words"]
        return {grade: (grade, *(f"{word} {grade[2:]}" for word in words[grade[0]])) for grade in terms.GRADES}
    return {code: tuple(words) for code, words in _words()["categories"][column].items()}


@lru_cache(maxsize=1 << 16)
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
    return {header_key(name): field for field, names in kinds()[kind].headers.items() for name in names}


@cache
def _keys(name: str) -> frozenset[str]:
    return frozenset(map(header_key, _words()[name]))


def field_of(header: object, kind: str) -> str | None:
    """The field of a kind that a header means; None where it means none."""
    return _header_fields(kind).get(header_key(header)) if header is not None else None


def is_personal(header: object) -> bool:
    """True for the header of a column that holds people."""
    key = header_key(header)
    return key in _keys("personal") or any(part in key for part in ("ประชาชน", "นามสกุล", "citizenid", "nationalid"))


def is_ignored(header: object) -> bool:
    """True for row numbers and remarks."""
    return header_key(header) in _keys("ignored")


def is_total(header: object) -> bool:
    """True for the header of a column that sums or averages the subjects beside it."""
    return header_key(header) in _keys("totals")


def known_headers(cells) -> int:
    """How many cells of a row are headers of any kind, or subjects."""
    return sum(is_header(cell) for cell in cells if isinstance(cell, str))


@lru_cache(maxsize=1 << 16)
def is_header(text: str) -> bool:
    """True for a header of any kind, or a subject."""
    return bool(text.strip()) and (any(field_of(text, kind) for kind in kinds()) or subject_of(text) is not None)


def header_names(kind: str, fields=()) -> dict[str, str]:
    """Every known spelling of a kind's headers (of some fields only, where given) with its field."""
    names = kinds()[kind].headers
    return {name: field for field in (fields or names) for name in names.get(field, ())}


@cache
def _category_keys(column: str) -> dict[str, str]:
    return {
        header_key(word): code
        for code, words in _categories(column).items()
        for word in (*words, code, terms.label(code, "th"), terms.label(code, "en"))
    }


def subject_of(text: object) -> str | None:
    """The subject that a header or cell names; None where it names none."""
    return _category_keys("subject").get(header_key(_BEFORE_SUBJECT.sub("", str(text))))


def category(text: str, column: str) -> str | None:
    """The code that a cell of a category column means; None where the word is not known."""
    if column == "subject":
        return subject_of(text)
    if column == "respondent":
        text = re.sub(r"[\s\d_-]+$", "", terms.western_digits(text)) or text
    return _category_keys(column).get(header_key(text))


def is_plain(text: str) -> bool:
    """True for a spelling that is so usual that reading it is no correction."""
    return text in _words()["plain"]


def category_words(column: str) -> list[str]:
    """The usual spelling of every code of a category column, for messages."""
    return [words[0] for words in _categories(column).values()]
