"""What intake can find in a file: one code, one severity and one pair of messages each (``faults.toml``)."""

from __future__ import annotations

import tomllib
from dataclasses import asdict, dataclass
from functools import cache
from importlib import resources

from innovlib.area import privacy
from innovlib.area.sheets import column_letter
from innovlib.errors import Unreadable, Words

#: From harmless to hopeless; the worst one found is the file's decision.
DECISIONS = ("ok", "fix", "warn", "reject_rows", "reject_file")
SEVERITIES = {"info": "fix", "warn": "warn", "reject_rows": "reject_rows", "reject_file": "reject_file"}


@dataclass(frozen=True)
class Issue:
    """One finding: what, how bad, where it stands, what was found and expected, and what to do, in both languages.

    ``severity`` is ``info`` (loaded after a named change), ``warn`` (loaded, but look at it), ``reject_rows`` (that row
    was set aside) or ``reject_file`` (nothing was loaded). ``value`` is masked where it is personal.
    """

    code: str
    severity: str
    sheet: str
    row: int | None
    column: str
    header: str
    value: str
    expected: str
    th: str
    en: str
    fix_th: str
    fix_en: str

    def to_dict(self) -> dict:
        """The issue as plain values, for JSON."""
        return asdict(self)

    def where(self, lang: str = "th") -> str:
        """Sheet, cell and header, as a person finds them in a spreadsheet."""
        cell = f"{self.column}{self.row or ''}" if self.column else ""
        if not cell and self.row:
            cell = f"แถว {self.row}" if lang == "th" else f"row {self.row}"
        return " ".join(
            part for part in (self.sheet and f"[{self.sheet}]", cell, self.header and f"({self.header})") if part
        )


class Refused(Unreadable):
    """A file of which nothing can be loaded; carries every issue that says why, the first of them as its message."""

    def __init__(self, *issues: Issue) -> None:
        self.issues = issues
        first = issues[0]
        super().__init__(Words(first.th, first.en), todo=Words(first.fix_th, first.fix_en), where=first.where())

    def __reduce__(self):
        return Refused, self.issues


@cache
def catalogue() -> dict[str, dict[str, str]]:
    """All codes with their severity and messages, as ``faults.toml`` has them."""
    return tomllib.loads(resources.files("innovlib.area").joinpath("faults.toml").read_text(encoding="utf-8"))


def issue(
    code: str,
    *,
    sheet: str = "",
    row: int | None = None,
    column: int | None = None,
    header: object = "",
    value: object = None,
    personal: bool = False,
    severity: str = "",
    **facts: object,
) -> Issue:
    """One issue of the catalogue, filled in; ``facts`` are what its message names besides the value.

    Examples
    --------
    >>> found = issue("not-a-number", sheet="RT", row=4, column=9, header="คะแนนเฉลี่ย", value="6O")
    >>> found.severity, found.where("en")
    ('reject_rows', '[RT] I4 (คะแนนเฉลี่ย)')
    """
    entry = catalogue()[code]
    value_shown = privacy.shown(value, personal=personal)
    known = {key: privacy.shown(fact, longest=400) if isinstance(fact, str) else fact for key, fact in facts.items()}
    known |= {"value": value_shown, "header": privacy.shown(header), "sheet": privacy.shown(sheet), "row": row}
    words = {key: entry.get(key, "").format_map(known) for key in ("th", "en", "expected", "fix_th", "fix_en")}
    return Issue(
        code=code,
        severity=severity or entry["severity"],
        sheet=privacy.shown(sheet),
        row=row,
        column=column_letter(column) if column else "",
        header=privacy.shown(header),
        value=value_shown,
        **words,
    )


def refuse(code: str, **where) -> Refused:
    """The error that ends the reading of one file."""
    return Refused(issue(code, **where))


def decision(issues) -> str:
    """The worst of what was found, as a decision over the whole file.

    Examples
    --------
    >>> decision([]), decision([issue("line-ends")])
    ('ok', 'fix')
    """
    return max((SEVERITIES[found.severity] for found in issues), key=DECISIONS.index, default="ok")
