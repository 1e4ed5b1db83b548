"""The review of an area: what is there, what is missing and what that costs, what is odd, every breach at once."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import pandas as pd

from innovlib import terms
from innovlib.area import check, contract, store
from innovlib.area.store import Area
from innovlib.errors import Unreadable, Words

#: What the reports lack where a table is not there or has no rows.
COSTS = {
    "scores": Words(
        "รายงานไม่มีผลการทดสอบ การเปรียบเทียบ และการเข้าสอบ", "no results, comparisons or participation in the reports"
    ),
    "benchmarks": Words(
        "เทียบกับค่าเฉลี่ยของเขต จังหวัด และประเทศจากไฟล์ไม่ได้", "no comparison with published area, province and national means"
    ),
    "pupils": Words(
        "ไม่มีช่องว่างระหว่างกลุ่มนักเรียน (เพศ ภาษา ความยากจน)", "no gaps between groups of pupils (sex, language, poverty)"
    ),
    "autonomy": Words("ไม่มีเรื่องความเป็นอิสระในการบริหาร", "nothing on the autonomy of schools"),
    "qualities": Words("ไม่มีเรื่องคุณลักษณะผู้เรียน 6 ด้าน", "nothing on the six learner qualities"),
    "partners": Words("ไม่มีเรื่องภาคีเครือข่าย", "nothing on partners"),
    "progress": Words("ไม่มีเรื่องความก้าวหน้าของงาน", "nothing on the progress of the schools' own work"),
}  # fmt: skip
#: The same for columns that a table may leave blank.
COLUMN_COSTS = {
    ("schools", "cohort"): Words(
        "ไม่รู้ว่าโรงเรียนใดเป็นโรงเรียนนำร่อง จึงทำรายงานทุกโรงเรียนและไม่มีรายงานรุ่น",
        "no pilot school is known: every school gets a report and no cohort does",
    ),
    ("schools", "joined_year_be"): Words("บอกก่อนและหลังเข้าร่วมไม่ได้", "before and after joining cannot be told apart"),
    ("schools", "enrolment"): Words("หาโรงเรียนที่คล้ายกันได้หยาบลง", "similar schools are chosen more coarsely"),
    ("schools", "district"): Words("ดัชนีกรองตามอำเภอไม่ได้", "the index cannot be filtered by district"),
    ("schools", "lat"): Words("ไม่มีแผนที่", "no map"),
    ("scores", "n_enrolled"): Words("บอกสัดส่วนผู้เข้าสอบไม่ได้", "the share of pupils tested is not known"),
    ("scores", "n_tested"): Words(
        "ไม่รู้จำนวนผู้เข้าสอบ ค่าสถิติจึงถูกซ่อน", "numbers tested are not known, so results are hidden"
    ),
    ("scores", "sd"): Words(
        "ใช้ส่วนเบี่ยงเบนมาตรฐานที่สมมติจากที่เผยแพร่", "pupils' spread is assumed from published values"
    ),
}  # fmt: skip


@dataclass(frozen=True)
class Finding:
    """One thing to know: ``kind`` is ``breach``, ``odd`` or ``missing``."""

    kind: str
    code: str
    where: str
    words: Words

    def to_dict(self) -> dict:
        """The finding as plain values."""
        return {"kind": self.kind, "code": self.code, "where": self.where, "th": self.words.th, "en": self.words.en}


@dataclass(frozen=True)
class Review:
    """What a review found. ``exit_code`` is 2 where there is a breach, otherwise 0.

    Attributes
    ----------
    tables
        One row per table of the contract: table, file ("" where there is none), rows.
    findings
        Breaches first, then what is odd, then what is missing.
    """

    area: str
    tables: pd.DataFrame
    findings: tuple[Finding, ...] = field(repr=False)

    def of_kind(self, kind: str) -> list[Finding]:
        """The findings of one kind."""
        return [finding for finding in self.findings if finding.kind == kind]

    @property
    def exit_code(self) -> int:
        """The exit code of the command."""
        return 2 if self.of_kind("breach") else 0

    def to_dict(self) -> dict:
        """The review for a program."""
        return {
            "area": self.area,
            "tables": self.tables.to_dict(orient="records"),
            "findings": [finding.to_dict() for finding in self.findings],
            "exit_code": self.exit_code,
        }

    def say(self, lang: str = "both") -> str:
        """The review for a person."""
        terms.check_language(lang)
        if lang == "both":
            return f"{self.say('th')}\n\n{self.say('en')}"
        heads = {
            "breach": Words("ผิดข้อกำหนด (ต้องแก้)", "Breaches of the contract (must be mended)"),
            "odd": Words("แปลก (ควรตรวจ)", "Odd (worth a look)"),
            "missing": Words("ไม่มี และผลต่อรายงาน", "Missing, and what that means for the reports"),
        }
        lines = [f"{self.area}: {getattr(Words('มีอะไรบ้าง', 'what is there'), lang)}"]
        for row in self.tables[self.tables["file"] != ""].itertuples():
            title = getattr(contract.table(row.table), lang)
            lines.append(f"  {row.file:<18} {row.rows:>9,}  {title}")
        for kind, head in heads.items():
            found = self.of_kind(kind)
            lines.append(f"{getattr(head, lang)}: {len(found)}")
            lines += [f"  - {f.where}: {getattr(f.words, lang)} [{f.code}]" for f in found]
        return "\n".join(lines)


def review(area: Area) -> Review:
    """Look at everything an area holds.

    Every table is read as raw text and held against the contract; then the tables are held against each other. A table
    that cannot be read is itself a finding, so that one bad file hides nothing of the others.
    """
    findings, frames, rows = [], {}, []
    for name in contract.TABLES:
        path = area.path(name)
        frame = contract.table(name).empty()
        if path is not None:
            frame, found = _read(area, name)
            findings += found
        frames[name] = frame
        rows.append({"table": name, "file": path.name if path else "", "rows": len(frame)})
    for look in (_unknown_schools, _odd_schools, _odd_scores, _odd_tests, _odd_qualities, _odd_partners, _unscored):
        findings += look(frames)
    findings += [*_foreign_files(area), *_stale_package(area), *_missing(area, frames)]
    order = {"breach": 0, "odd": 1, "missing": 2}
    tables = pd.DataFrame(rows, columns=["table", "file", "rows"])
    return Review(area.folder.name, tables, tuple(sorted(findings, key=lambda f: order[f.kind])))


def _read(area: Area, name: str) -> tuple[pd.DataFrame, list[Finding]]:
    path = area.path(name)
    try:
        if path.suffix == ".parquet" and store.is_sound(path, name):
            return area.table(name), []
        raw = store.read_raw(path)
    except Unreadable as error:
        return contract.table(name).empty(), [Finding("breach", "unreadable", path.name, error.words)]
    found = check.breaches(raw, name)
    findings = [
        # A column more than the contract knows is told, but it breaks nothing: no report reads it.
        Finding("odd" if b.code == "column-unknown" else "breach", b.code, b.where(), b.words)
        for b in found
    ]
    return contract.typed(raw, name), findings


# --- tables held against each other -------------------------------------------------------------------------------


def _some(values) -> str:
    """The first few of many, as text."""
    shown = [str(v) for v in dict.fromkeys(values)]
    return ", ".join(shown[:5]) + (f" … (+{len(shown) - 5})" if len(shown) > 5 else "")


def _rows(frame: pd.DataFrame, wrong: pd.Series) -> pd.DataFrame:
    return frame[wrong.fillna(False).astype(bool)]


def _unknown_schools(frames: dict[str, pd.DataFrame]) -> Iterator[Finding]:
    known = set(frames["schools"]["school_id"].dropna())
    for name, frame in frames.items():
        if name == "schools" or "school_id" not in frame:
            continue
        ids = frame["school_id"].dropna()
        unknown = sorted(set(ids) - known)
        if unknown:
            count = int(ids.isin(unknown).sum())
            yield Finding(
                "breach", "school-unknown", f"{name}.csv school_id",
                Words(
                    f"{count:,} แถวมีรหัสที่ไม่มีใน schools.csv: {_some(unknown)} เพิ่มโรงเรียนหรือแก้รหัส",
                    f"{count:,} rows have ids that are not in schools.csv: {_some(unknown)}; "
                    "add the schools or mend the ids",
                ),
            )  # fmt: skip


def _odd_schools(frames: dict[str, pd.DataFrame]) -> Iterator[Finding]:
    schools = frames["schools"]
    rank = {grade: i for i, grade in enumerate(terms.GRADES)}
    low, high = schools["lowest_grade"].map(rank), schools["highest_grade"].map(rank)
    named = schools.assign(key=schools["name_th"].fillna("").map(terms.matching_key), d=schools["district"].fillna(""))
    looks = {
        "joined-without-cohort": (
            schools["joined_year_be"].notna() & schools["cohort"].isna(),
            Words("มีปีที่เข้าร่วมแต่ไม่มีรุ่น", "have a joining year but no cohort"),
        ),
        "cohort-without-year": (
            schools["cohort"].notna() & schools["joined_year_be"].isna(),
            Words("มีรุ่นแต่ไม่มีปีที่เข้าร่วม", "have a cohort but no joining year"),
        ),
        "grades-reversed": (low > high, Words("ชั้นต่ำสุดสูงกว่าชั้นสูงสุด", "have a lowest grade above the highest")),
        "name-twice": (
            named.duplicated(["key", "d"], keep=False) & (named["key"] != ""),
            Words("ชื่อซ้ำกันในอำเภอเดียวกัน", "share their name with a school of the same district"),
        ),
    }  # fmt: skip
    for code, (wrong, words) in looks.items():
        ids = _rows(schools, wrong)["school_id"]
        if len(ids):
            said = Words(f"{len(ids)} โรงเรียน{words.th}: {_some(ids)}", f"{len(ids)} schools {words.en}: {_some(ids)}")
            yield Finding("odd", code, "schools.csv", said)
    several = schools.dropna(subset=["cohort", "joined_year_be"]).groupby("cohort")["joined_year_be"].nunique()
    for cohort in several[several > 1].index:
        words = Words(f"รุ่น {cohort} มีปีที่เข้าร่วมหลายปี", f"cohort {cohort} has several joining years")
        yield Finding("odd", "cohort-years-differ", "schools.csv joined_year_be", words)


def _odd_scores(frames: dict[str, pd.DataFrame]) -> Iterator[Finding]:
    scores = frames["scores"]
    looks = {
        "tested-over-enrolled": (
            scores["n_tested"] > scores["n_enrolled"],
            Words("ผู้เข้าสอบมากกว่านักเรียนในชั้น", "rows have more pupils tested than enrolled"),
        ),
        "mean-without-tested": (
            scores["mean"].notna() & (scores["n_tested"] == 0),
            Words("มีคะแนนเฉลี่ยทั้งที่ไม่มีผู้เข้าสอบ", "rows have a mean though nobody was tested"),
        ),
        "mean-zero": (
            (scores["mean"] == 0) & (scores["n_tested"] != 0),
            Words(
                "คะแนนเฉลี่ยเป็น 0 มักหมายถึงไม่มีข้อมูล ให้เว้นว่าง",
                "rows have the mean 0, often a missing value: leave it blank",
            ),
        ),
    }  # fmt: skip
    for code, (wrong, words) in looks.items():
        ids = _rows(scores, wrong)["school_id"]
        if len(ids):
            said = Words(f"{len(ids):,} แถว{words.th}: {_some(ids)}", f"{len(ids):,} {words.en}: {_some(ids)}")
            yield Finding("odd", code, "scores.csv", said)


def _odd_tests(frames: dict[str, pd.DataFrame]) -> Iterator[Finding]:
    for name in ("scores", "benchmarks", "pupils"):
        series = frames[name][["test", "grade", "subject"]].drop_duplicates().dropna()
        odd = [
            f"{row.test} {row.grade} {row.subject}"
            for row in series.itertuples()
            if row.grade not in terms.TEST_GRADES.get(row.test, ())
            or row.subject not in terms.TEST_SUBJECTS.get(row.test, ())
        ]
        if odd:
            words = Words(f"ไม่มีการทดสอบแบบนี้: {_some(odd)}", f"no such test is held: {_some(odd)}")
            yield Finding("odd", "test-unknown", f"{name}.csv", words)


def _odd_qualities(frames: dict[str, pd.DataFrame]) -> Iterator[Finding]:
    rated = frames["qualities"]
    together = rated[[f"n_level_{i}" for i in range(1, 5)]].sum(axis=1, min_count=4)
    ids = _rows(rated, together != rated["n_rated"])["school_id"]
    if len(ids):
        words = Words(
            f"{len(ids):,} แถวที่สี่ระดับรวมกันไม่เท่า n_rated: {_some(ids)}",
            f"{len(ids):,} rows where the four levels do not add up to n_rated: {_some(ids)}",
        )
        yield Finding("odd", "levels-do-not-add-up", "qualities.csv", words)


def _odd_partners(frames: dict[str, pd.DataFrame]) -> Iterator[Finding]:
    partners = frames["partners"]
    ids = _rows(partners, partners["end"] < partners["start"])["school_id"]
    if len(ids):
        words = Words(
            f"{len(ids):,} แถวสิ้นสุดก่อนเริ่ม: {_some(ids)}", f"{len(ids):,} rows end before they start: {_some(ids)}"
        )
        yield Finding("odd", "ends-before-start", "partners.csv", words)


def _unscored(frames: dict[str, pd.DataFrame]) -> Iterator[Finding]:
    pilots = frames["schools"].dropna(subset=["cohort"])["school_id"]
    without = sorted(set(pilots) - set(frames["scores"]["school_id"]))
    if len(frames["scores"]) and without:
        words = Words(
            f"โรงเรียนนำร่องที่ไม่มีผลการทดสอบเลย: {_some(without)}", f"pilot schools without any result: {_some(without)}"
        )
        yield Finding("missing", "pilot-unscored", "scores.csv", words)


# --- the folder ---------------------------------------------------------------------------------------------------


def _foreign_files(area: Area) -> Iterator[Finding]:
    names = sorted(p.name for p in area.folder.iterdir() if p.suffix.lower() in (".csv", ".parquet", ".xlsx", ".xls"))
    foreign = [n for n in names if n.rpartition(".")[0] not in contract.TABLES or n.endswith((".xlsx", ".xls"))]
    if foreign:
        words = Words(
            f"ไม่ใช่ตารางของพื้นที่ จึงไม่ถูกอ่าน: {_some(foreign)} นำเข้าด้วย innov intake",
            f"not tables of an area, so not read: {_some(foreign)}; load them with innov intake",
        )
        yield Finding("odd", "file-unknown", area.folder.name, words)


def _stale_package(area: Area) -> Iterator[Finding]:
    told = {r.get("name"): r.get("hash", "") for r in area.package.get("resources", [])}
    stale = [n for n in contract.TABLES if told.get(n, "") != (f"sha256:{area.digest(n)}" if area.has(n) else "")]
    if stale:
        words = Words(
            f"ไม่ตรงกับตาราง {_some(stale)} ปรับใหม่ด้วย innov check --write",
            f"does not describe {_some(stale)} as they are now; renew it with innov check --write",
        )
        yield Finding("odd", "package-stale", store.PACKAGE_FILE, words)


def _missing(area: Area, frames: dict[str, pd.DataFrame]) -> Iterator[Finding]:
    for name, cost in COSTS.items():
        if frames[name].empty:
            code = "table-empty" if area.has(name) else "table-missing"
            yield Finding("missing", code, f"{name}.csv", cost)
    for (name, column), cost in COLUMN_COSTS.items():
        frame = frames[name]
        if len(frame) and frame[column].isna().all():
            yield Finding("missing", "column-blank", f"{name}.csv {column}", cost)


def write_package(area: Area) -> None:
    """Write ``datapackage.json`` anew from the tables as they are now; titles, licences and the synthetic mark stay."""
    own = {"profile", "name", "title", "title_th", "synthetic", "resources"}
    more = {key: value for key, value in area.package.items() if key not in own}
    store.write_area(area.folder, {}, title=area.name_en, title_th=area.name_th, synthetic=area.is_synthetic, **more)
