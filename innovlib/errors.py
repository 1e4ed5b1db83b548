"""What can go wrong, and how it is said.

::

    InnovError
    ├── BadInput            the caller's files or words are off        exit code 2
    │   ├── NotAnArea       the folder holds no area
    │   ├── MissingTable    a table that is needed is not there
    │   ├── UnknownName     no such school, cohort, column, profile …
    │   ├── Unreadable      a file is there but cannot be read
    │   └── CannotWrite     the output folder does not take the files
    ├── CannotEstimate      the data cannot carry the number that was asked for
    └── RenderFailed        a report stopped while it was being made   exit code 1

Every message answers four things, in Thai and then in English: what was found, where, what was expected, and
what to do. :func:`said` is the one place that puts them together, so all messages read alike.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from typing import NamedTuple


class Words(NamedTuple):
    """The same words in Thai and in English."""

    th: str
    en: str


def said(found: Words, *, expected: Words | None = None, todo: Words | None = None, where: str = "") -> Words:
    """Put one message together, in both languages.

    Parameters
    ----------
    found, expected, todo
        What was found, what was expected instead, what the reader can do now. The last two may be left out.
    where
        File, sheet, cell or column, as the reader would look it up.

    Examples
    --------
    >>> print(said(Words("ไม่พบตาราง", "no table"), todo=Words("เพิ่มไฟล์", "add the file"), where="scores.csv").en)
    scores.csv: no table. What to do: add the file.
    """
    parts = {
        "th": [("", found.th), (" ที่ควรเป็น: ", expected and expected.th), (" วิธีแก้: ", todo and todo.th)],
        "en": [("", found.en), (" Expected: ", expected and expected.en), (" What to do: ", todo and todo.en)],
    }
    place = f"{where}: " if where else ""
    thai = place + "".join(lead + text.rstrip(".") for lead, text in parts["th"] if text)
    english = place + "".join(lead + _closed(text) for lead, text in parts["en"] if text)
    return Words(thai, english)


def _closed(text: str) -> str:
    return text if text.endswith(("?", ".")) else f"{text}."


def did_you_mean(name: str, known: Iterable[str]) -> Words | None:
    """The nearest known names as a hint in both languages; None where nothing is near.

    Examples
    --------
    >>> did_you_mean("scors", ["scores", "schools"]).en
    'did you mean scores, schools?'
    """
    near = difflib.get_close_matches(name, list(known), n=3, cutoff=0.6)
    if not near:
        return None
    return Words(f"หมายถึง {', '.join(near)} หรือไม่", f"did you mean {', '.join(near)}?")


class InnovError(Exception):
    """Base of all errors of the kit; carries its message in both languages and an exit code."""

    exit_code = 1

    def __init__(
        self, found: Words, *, expected: Words | None = None, todo: Words | None = None, where: str = ""
    ) -> None:
        self.words = said(found, expected=expected, todo=todo, where=where)
        self.where = where
        super().__init__(f"{self.words.th}\n{self.words.en}")

    def __reduce__(self):
        # An error must survive the way back from a worker process with both languages.
        return _rebuilt, (type(self), self.args, self.__dict__)


def _rebuilt(kind: type[InnovError], args: tuple, known: dict) -> InnovError:
    error = kind.__new__(kind)
    error.args = args
    error.__dict__.update(known)
    return error


class BadInput(InnovError):
    """The caller's files, folders or arguments are off."""

    exit_code = 2


class NotAnArea(BadInput):
    """The folder holds no area's tables."""


class MissingTable(BadInput):
    """A table that is needed is not in the area."""


class UnknownName(BadInput):
    """A school, cohort, column, profile or parameter of that name does not exist."""


class Unreadable(BadInput):
    """A file is there but cannot be read as what it should be."""


class CannotWrite(BadInput):
    """The output place does not take files."""


class DidNotPass(InnovError):
    """The audit of a release found something that may not be handed out."""


class CannotEstimate(InnovError):
    """The data at hand cannot carry the number that was asked for."""


class RenderFailed(InnovError):
    """A report stopped while it was being made."""
