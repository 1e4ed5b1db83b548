"""What a reader can work out from the rendered pages themselves and from what offices publish besides.

The printed figures (:mod:`innovlib.release.printed`) become statements about two unknowns for each school, test, grade,
subject and block of years: pupils n and the sum of their scores T. A cohort is the sum of its schools as the index
lists them; the area is all of them and the schools without a page. Where a school's page prints nothing, it has no
pupils. Nothing else is assumed of n beyond what is printed or given.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd
from scipy import sparse

from innovlib.area import store
from innovlib.errors import CannotEstimate, Unreadable, Words
from innovlib.release.attack import Reach, Statements, Targets
from innovlib.release.leaks import Finding
from innovlib.release.parts import reach_apart
from innovlib.release.relations import LARGEST_SUM, SHARE_TESTED
from innovlib.release.rendered import Rendered
from innovlib.release.suppression import open_width
from innovlib.report.disclosure import OPEN_COUNT, Profile

KNOWN_COLUMNS = ["level", "id", "year_be", "test", "grade", "subject", "n", "mean"]
_SERIES = ["test", "grade", "subject"]
_SPAN = ["first_year_be", "last_year_be"]
#: The schools of the area that have no page of their own.
REST = ""


def read_known(path: Path) -> pd.DataFrame:
    """What offices publish besides: a CSV with ``level`` (area, cohort, school), ``id``, year, test, grade, subject and
    ``n`` or ``mean`` or both.

    Raises
    ------
    Unreadable
        The file has not these columns, or a level or number in it is none.
    """
    raw = store.read_raw(Path(path))
    absent = [c for c in KNOWN_COLUMNS if c not in raw]
    if absent:
        raise _unreadable(path, ", ".join(absent))
    numbers = {c: pd.to_numeric(raw[c].replace("", None), errors="coerce") for c in ("year_be", "n", "mean")}
    known = raw[KNOWN_COLUMNS].assign(**numbers)
    wrong = ~known["level"].isin(["area", "cohort", "school"]) | known["year_be"].isna()
    wrong |= (known["n"].isna() & (raw["n"] != "")) | (known["mean"].isna() & (raw["mean"] != ""))
    if wrong.any():
        raise _unreadable(path, f"row {int(np.flatnonzero(wrong)[0]) + 2}")
    return known.assign(first_year_be=known["year_be"].astype(int), last_year_be=known["year_be"].astype(int))


def _unreadable(path: Path, what: str) -> Unreadable:
    columns = ", ".join(KNOWN_COLUMNS)
    return Unreadable(
        Words(f"ไฟล์ยอดรวมใช้ไม่ได้ ({what})", f"the file of known totals cannot be used ({what})"),
        where=Path(path).name,
        expected=Words(f"CSV คอลัมน์ {columns}", f"a CSV with the columns {columns}"),
    )


def cohorts_of(pages: list[Rendered]) -> dict[str, str]:
    """School → cohort as the index lists them; "" for a school without a cohort."""
    found, cohort = {page.id: "" for page in pages if page.kind == "school"}, ""
    for page in pages:
        for where, text in page.texts if page.kind == "index" else ():
            if where == "<tr data-cohort>":
                cohort = text
            elif where == "<a href>" and text.startswith("school-"):
                school = text.removeprefix("school-").removesuffix(".html").partition(".")[0]
                found[school] = cohort
                cohort = ""
    return found


def worked_out(
    printed: pd.DataFrame, *, cohorts: dict[str, str], rules: Profile, known: pd.DataFrame | None = None
) -> list[Finding]:
    """Hidden results of schools that can be worked out, with the figures that give them away."""
    of_cohort = printed["report"].str.startswith("cohort") & (printed["who"] == "cohort")
    own = printed[(printed["who"] == "school") | of_cohort | (printed["report"] == "area")]
    findings = []
    for series, rows in own.groupby(_SERIES, sort=True):
        mine = None if known is None else known[(known[_SERIES] == list(series)).all(axis=1)]
        hidden = rows[(rows["status"] == "small") & (rows["n_high"] < rules.smallest_n) & (rows["who"] == "school")]
        hidden = hidden.drop_duplicates(["report", *_SPAN])
        if len(hidden):
            findings += _Series(rows, mine, cohorts=cohorts).findings(hidden, rules=rules)
    return findings


class _Series:
    """One test, grade and subject as a system of statements over (school, block of years)."""

    def __init__(self, rows: pd.DataFrame, known: pd.DataFrame | None, *, cohorts: dict[str, str]) -> None:
        self.rows, self.known, self.cohorts = rows, known, cohorts
        self.said: list[str] = []
        self.printed = 0
        spans = pd.concat([rows[_SPAN]] + ([] if known is None else [known[_SPAN]]))
        edges = sorted({*spans["first_year_be"], *(spans["last_year_be"] + 1)})
        self.blocks = list(itertools.pairwise(edges))
        others = set() if known is None else set(known.loc[known["level"] == "school", "id"])
        self.schools = [*sorted({*cohorts, *others}), REST]
        self.place = {(s, b): i for i, (s, b) in enumerate((s, b) for s in self.schools for b in self.blocks)}

    def findings(self, hidden: pd.DataFrame, *, rules: Profile) -> list[Finding]:
        """What can be worked out of the hidden rows."""
        columns = [self._columns(row) for row in hidden.itertuples()]
        size = len(self.place)
        n = sparse.csr_array(np.array([np.isin(np.arange(2 * size), c) for c in columns], dtype=float))
        total = sparse.csr_array(np.array([np.isin(np.arange(2 * size), c + size) for c in columns], dtype=float))
        most = hidden["n_high"].to_numpy(dtype=float)
        counts = Targets(n, np.full(len(hidden), min(OPEN_COUNT, rules.smallest_n - 2)), whole=True)
        shares = np.full(len(hidden), self.rows["subject"].iloc[0] == SHARE_TESTED)
        means = Targets(total, open_width(most, shares=shares), over=n)
        try:
            found = [(what, self._by_these_pages(aims)) for what, aims in (("n", counts), ("mean", means))]
        except CannotEstimate as error:
            return [self._contradiction(error)]
        return [
            self._finding(row, what, seen.low[i], seen.high[i], seen.blame[i])
            for what, seen in found
            for i, row in enumerate(hidden.itertuples())
            if seen.narrow[i]
        ]

    def _by_these_pages(self, aims: Targets) -> Reach:
        """How far the reader gets, without what offices tell all by themselves: that is no doing of these pages."""
        statements = self.statements()
        seen = reach_apart(statements, aims)
        if self.known is None or not seen.narrow.any():
            return seen
        pages = (statements.cell >= 0) & (statements.cell < self.printed)
        narrow = np.flatnonzero(seen.narrow)
        seen.narrow[narrow] = ~reach_apart(statements.without(pages), aims.some(narrow)).narrow
        return seen

    def statements(self) -> Statements:
        """All that is printed and known of this series."""
        self.said, self.printed = [], 0
        lines = list(self._lines())
        size = len(self.place)
        rows, columns, values, low, high, cell = [], [], [], [], [], []
        for number, (weights, least, most, of) in enumerate(lines):
            for column, weight in weights.items():
                rows.append(number), columns.append(column), values.append(weight)
            low.append(least), high.append(most), cell.append(of)
        matrix = sparse.csr_array((values, (rows, columns)), shape=(len(lines), 2 * size))
        bound = np.full(2 * size, np.inf)
        bound[self._empty()] = 0.0
        return Statements(matrix, np.array(low), np.array(high), np.array(cell), np.zeros(2 * size), bound)

    def _lines(self) -> Iterator[tuple[dict[int, float], float, float, int]]:
        size = len(self.place)
        for i in range(size):  # scores lie between 0 and 100
            yield {i + size: 1.0, i: -100.0}, -np.inf, 0.0, -1
        for row in self.rows.itertuples():
            if row.who != "school" and len(self._members(row)) > LARGEST_SUM:
                continue  # holds nothing down, and would tie a whole nation into one programme
            of = self._name(f"{row.file}: {row.said}")
            yield from self._of_one(self._columns(row), row.n_low, row.n_high, row.status, row.low, row.high, of)
        self.printed = len(self.said)
        for row in () if self.known is None else self.known.itertuples():
            of = self._name(f"known {row.level} {row.id} {row.year_be:.0f}")
            n = (row.n, row.n) if not np.isnan(row.n) else (0.0, np.inf)
            status = "absent" if np.isnan(row.mean) else "shown"
            yield from self._of_one(self._columns(row), *n, status, row.mean - 0.005, row.mean + 0.005, of)

    def _empty(self) -> list[int]:
        """Blocks of years of which a school's page, or an office, says nothing; of enrolment that may mean anything."""
        if self.rows["subject"].iloc[0] == SHARE_TESTED:
            return []
        known = [] if self.known is None else [self.known[self.known["level"] == "school"]]
        told = [*known, self.rows[self.rows["who"] == "school"]]
        covered = {int(column) for rows in told for row in rows.itertuples() for column in self._columns(row)}
        return [i for (school, _), i in self.place.items() if school != REST and i not in covered]

    def _of_one(self, columns, n_low, n_high, status, low, high, of):
        size = len(self.place)
        yield dict.fromkeys(columns.tolist(), 1.0), n_low, n_high, of
        if status == "shown":
            for edge, least, most in ((low, 0.0, np.inf), (high, -np.inf, 0.0)):
                scores = dict.fromkeys((columns + size).tolist(), 1.0)
                yield scores | dict.fromkeys(columns.tolist(), -edge), least, most, of

    def _name(self, text: str) -> int:
        self.said.append(text)
        return len(self.said) - 1

    def _columns(self, row) -> np.ndarray:
        """The unknowns n behind a row: its schools in its blocks."""
        members = self._members(row)
        blocks = [b for b in self.blocks if b[0] >= row.first_year_be and b[1] <= row.last_year_be + 1]
        return np.array([self.place[s, b] for s in members for b in blocks], dtype=int)

    def _members(self, row) -> list[str]:
        level = getattr(row, "level", "") or row.who
        identifier = str(getattr(row, "id", "")) or getattr(row, "report", "").partition("-")[2]
        if level == "school":
            return [identifier]
        if level == "area":
            return self.schools
        wanted = {identifier} if level == "cohort" else {c for c in self.cohorts.values() if c}
        return [s for s, c in self.cohorts.items() if c in wanted]

    def _finding(self, row, what: str, low: float, high: float, blame: list[int]) -> Finding:
        pages_first = sorted(blame, key=lambda i: i >= self.printed)
        names = ", ".join(dict.fromkeys(self.said[i] for i in pages_first[:5]))
        where = f"{row.test} {row.grade} {row.subject} {row.first_year_be}–{row.last_year_be}"
        th = {"n": "จำนวนนักเรียน", "mean": "คะแนนเฉลี่ย"}[what]
        en = {"n": "number of pupils", "mean": "mean"}[what]
        return Finding(
            f"subtraction-{what}", "D6", row.file, where,
            Words(
                f"{th}ที่ปิดไว้คำนวณกลับได้เหลือช่วงกว้าง {high - low:.1f} จาก {names}",
                f"the hidden {en} can be worked out to a range of {high - low:.1f}, from {names}",
            ),
        )  # fmt: skip

    def _contradiction(self, error: CannotEstimate) -> Finding:
        row = self.rows.iloc[0]
        where = f"{row['test']} {row['grade']} {row['subject']}"
        return Finding("contradiction", "D5", row["file"], where, error.words)
