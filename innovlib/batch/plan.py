"""The plan: which reports an area gets, from which templates, with which parameters."""

from __future__ import annotations

import ast
import hashlib
import json
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import pandas as pd

from innovlib import terms
from innovlib.area.store import Area
from innovlib.errors import BadInput, UnknownName, Unreadable, Words, did_you_mean
from innovlib.report.digits import check_digits
from innovlib.report.disclosure import PROFILES

#: Kinds of report, in the order in which they are made, and what a template of each kind must take.
PARAMETERS = {
    "school": ("area", "school_id", "profile", "lang"),
    "cohort": ("area", "cohort", "profile", "lang"),
    "area": ("area", "profile", "lang"),
    "meeting": ("area", "profile", "lang"),
}
KINDS = tuple(PARAMETERS)
#: Parameters that a template may take; passed only where they are asked to be other than usual.
OPTIONAL = {"digits": "arabic"}
#: Parameters that are the same for all reports of a batch; a template may prepare what depends on these alone.
SHARED_PARAMETERS = ("area", "profile", "lang", *OPTIONAL)

#: Schools that a meeting pack, with a slide for each, is made for.
SLIDES_AT_MOST = 200


@dataclass(frozen=True)
class Template:
    """A notebook that reports are made from, read once so that a change in mid-batch touches nothing."""

    kind: str
    name: str
    text: str = field(repr=False)

    @property
    def sha256(self) -> str:
        """Fingerprint of the notebook's text."""
        return hashlib.sha256(self.text.encode("utf-8")).hexdigest()


@dataclass(frozen=True)
class Report:
    """One report to be made: ``id`` is the school's id, the cohort's number, or "" for the area."""

    kind: str
    id: str
    file: str
    parameters: dict

    @property
    def name(self) -> str:
        """The report's name in messages and logs: its file name without the ending."""
        return self.file.removesuffix(".html")


@dataclass(frozen=True)
class Plan:
    """All reports an area gets under one profile and language.

    Attributes
    ----------
    reports
        In print order: schools by id, cohorts by number, the area.
    notes
        What the reader should know about the choice.
    """

    area: Area
    profile: str
    lang: str
    reports: tuple[Report, ...]
    templates: dict[str, Template]
    notes: tuple[Words, ...] = ()

    @cached_property
    def by_file(self) -> dict[str, Report]:
        """The reports by file name."""
        return {report.file: report for report in self.reports}

    def select(self, kind: str, *, only: list[str] | None = None) -> list[Report]:
        """The reports of one kind (``all`` for every kind), or those of them whose id is in ``only``.

        Raises
        ------
        UnknownName
            There is no report of such an id, or none of this kind at all.
        BadInput
            A meeting pack of more schools than can present themselves at a meeting.
        """
        # The meeting pack shows what the other reports show, so it is made when it is asked for.
        found = [r for r in self.reports if kind == r.kind or (kind == "all" and r.kind != "meeting")]
        if not found:
            raise UnknownName(
                Words(f"พื้นที่นี้ไม่มีรายงานชนิด {kind}", f"this area has no report of the kind {kind}"),
                where="schools.csv",
                expected=Words("คอลัมน์ cohort ที่กรอกแล้ว", "a filled column cohort"),
            )
        if kind == "meeting":
            _check_slides(int(self.area.table("schools")["cohort"].notna().sum()))
        known = {r.id for r in found if r.id}
        unknown = [i for i in dict.fromkeys(only or ()) if i not in known]
        if unknown:
            raise self._unknown(unknown, known)
        return [r for r in found if not only or r.id in set(only)]

    def _unknown(self, ids: list[str], known: set[str]) -> UnknownName:
        names = ", ".join(ids)
        elsewhere = [i for i in ids if i in set(self.area.table("schools")["school_id"])]
        if elsewhere:
            return UnknownName(
                Words(
                    f"โรงเรียน {', '.join(elsewhere)} ไม่ใช่โรงเรียนนำร่อง จึงไม่มีรายงาน",
                    f"school {', '.join(elsewhere)} is not a pilot school, so it gets no report",
                ),
                where="--only",
                todo=Words(
                    "ใส่ --all-schools หรือกรอกคอลัมน์ cohort ใน schools.csv",
                    "add --all-schools, or fill the column cohort in schools.csv",
                ),
            )
        return UnknownName(
            Words(f"ไม่มีโรงเรียนหรือรุ่น {names} ในพื้นที่นี้", f"no school or cohort {names} in this area"),
            where="--only",
            todo=did_you_mean(ids[0], known) or Words("ดูรหัสใน schools.csv", "look the id up in schools.csv"),
        )


def make_plan(
    area: Area, *, profile: str, lang: str, templates: Path, all_schools: bool = False, digits: str = "arabic"
) -> Plan:
    """All reports of an area: its pilot schools, its cohorts, itself.

    An area without any pilot school (nothing but an office's result files) gets a report for every school, and a note
    that says so.

    Parameters
    ----------
    templates
        Folder with ``report-school.ipynb``, ``report-cohort.ipynb`` and ``report-area.ipynb``.
    all_schools
        A report for schools that are no pilots as well.
    digits
        arabic or thai: in Thai text, tables and figures.

    Raises
    ------
    UnknownName
        No such profile, or a template does not take what will be passed.
    BadInput
        The area has no schools, or two reports would share a file name.
    """
    _check_profile(profile)
    terms.check_language(lang)
    schools = area.table("schools")
    if schools.empty:
        raise BadInput(
            Words("ตาราง schools ไม่มีโรงเรียนเลย", "the schools table has no school in it"),
            where="schools.csv",
            todo=Words("นำไฟล์เข้าด้วย innov intake", "load files with innov intake"),
        )
    pilots, notes = schools[schools["cohort"].notna()], []
    if pilots.empty:
        notes = [
            Words(
                f"พื้นที่นี้ยังไม่ระบุโรงเรียนนำร่อง (cohort) จึงทำรายงานให้ทั้ง {len(schools)} โรงเรียน",
                f"this area names no pilot school (cohort), so all {len(schools)} schools get a report",
            )
        ]
    ids = sorted((schools if pilots.empty or all_schools else pilots)["school_id"])
    cohorts = sorted({int(c) for c in pilots["cohort"]})
    check_digits(digits)
    more = {"digits": digits} if digits != OPTIONAL["digits"] else {}
    shared = {"area": str(area.folder), "profile": profile, "lang": lang} | more
    ending = ".html" if profile == "public" else f".{profile}.html"
    reports = (
        *(Report("school", i, f"school-{i}{ending}", shared | {"school_id": i}) for i in ids),
        *(Report("cohort", str(c), f"cohort-{c}{ending}", shared | {"cohort": c}) for c in cohorts),
        Report("area", "", f"area{ending}", shared),
        *_meeting(pilots, ending, shared, templates),
    )
    _check_file_names(reports)
    loaded = {
        kind: load_template(templates / f"report-{kind}.ipynb", kind, more=tuple(more))
        for kind in {r.kind for r in reports}
    }
    return Plan(area, profile, lang, reports, loaded, tuple(notes))


def _meeting(pilots: pd.DataFrame, ending: str, shared: dict, templates: Path) -> list[Report]:
    """The meeting pack, where there are pilot schools to present their work and the folder has its template."""
    there = len(pilots) > 0 and (templates / "report-meeting.ipynb").is_file()
    return [Report("meeting", "", f"meeting{ending}", shared)] if there else []


def _check_slides(pilots: int) -> None:
    if pilots > SLIDES_AT_MOST:
        raise BadInput(
            Words(
                f"สไลด์ประชุมมีโรงเรียนละหนึ่งหน้า พื้นที่นี้มี {pilots:,} โรงเรียน",
                f"a meeting pack has a slide a school, and this area has {pilots:,}",
            ),
            where="schools.csv",
            expected=Words(f"ไม่เกิน {SLIDES_AT_MOST} โรงเรียนนำร่อง", f"at most {SLIDES_AT_MOST} pilot schools"),
            todo=Words(
                "ทำสไลด์ของแต่ละเขตพื้นที่แยกกัน หรือใช้รายงานพื้นที่: innov render area",
                "make the slides of each district by itself, or use the area's report: innov render area",
            ),
        )


def _check_profile(profile: str) -> None:
    if profile not in PROFILES:
        raise UnknownName(
            Words(f"ไม่รู้จักระดับการเปิดเผย {profile!r}", f"unknown profile {profile!r}"),
            expected=Words(", ".join(PROFILES), ", ".join(PROFILES)),
            todo=did_you_mean(profile, PROFILES),
        )


def _check_file_names(reports: tuple[Report, ...]) -> None:
    # Windows and macOS hold a-1.html and A-1.html for one file.
    seen: dict[str, Report] = {}
    for report in reports:
        other = seen.setdefault(report.file.casefold(), report)
        if other is not report:
            raise BadInput(
                Words(
                    f"รหัส {other.id} กับ {report.id} ต่างกันเพียงตัวพิมพ์ ชื่อไฟล์จึงซ้ำกัน",
                    f"ids {other.id} and {report.id} differ in case only, so their files would be the same",
                ),
                where="schools.csv",
                todo=Words("เปลี่ยนรหัสหนึ่งในสอง", "change one of the two ids"),
            )


# --- templates ----------------------------------------------------------------------------------------------------


def load_template(path: Path, kind: str, *, more: tuple[str, ...] = ()) -> Template:
    """Read a template and check that it takes exactly the parameters that reports of this kind are given.

    ``more`` are parameters of :data:`OPTIONAL` that it must take as well.

    papermill itself runs on with the default school when a name is misspelt, and lets a second ``parameters`` cell win
    without a word; both are refused here, before anything runs.

    Raises
    ------
    Unreadable
        The file is not there or is no notebook, or its parameters cell is no Python.
    UnknownName
        Its parameters are not those that will be passed, or do not stand in one cell.
    """
    try:
        text = path.read_text(encoding="utf-8")
        cells = json.loads(text)["cells"]
        tagged = [c for c in cells if "parameters" in c.get("metadata", {}).get("tags", ())]
        sources = ["".join(c["source"]) for c in tagged]
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise Unreadable(
            Words("ไม่มีแม่แบบ หรือไฟล์ไม่ใช่โน้ตบุ๊ก", "there is no such template, or it is not a notebook"),
            where=path.name,
            expected=Words("ไฟล์ .ipynb", "an .ipynb file"),
        ) from error
    if len(tagged) != 1:
        raise UnknownName(
            Words(f"มีเซลล์ parameters {len(tagged)} เซลล์", f"{len(tagged)} cells are tagged parameters"),
            where=path.name,
            expected=Words("เซลล์เดียว", "exactly one"),
            todo=Words("ติดแท็ก parameters ให้เซลล์เดียว", "tag one cell with parameters"),
        )
    try:
        taken = declared(sources[0])
    except SyntaxError as error:
        raise Unreadable(
            Words("เซลล์ parameters ไม่ใช่ภาษา Python", "the parameters cell is not Python"),
            where=f"{path.name}: {(error.text or '').strip()}",
            expected=Words("ชื่อ = ค่าเริ่มต้น บรรทัดละหนึ่งตัว", "name = default, one a line"),
        ) from error
    _check_parameters(path, taken, (*PARAMETERS[kind], *more))
    return Template(kind, path.name, text)


def _check_parameters(path: Path, taken: list[str], given: tuple[str, ...]) -> None:
    unknown = [name for name in given if name not in taken]
    missing = [name for name in taken if name not in given and name not in OPTIONAL]
    if not unknown and not missing:
        return
    name = (unknown or missing)[0]
    found = (
        Words(f"แม่แบบไม่รับพารามิเตอร์ {', '.join(unknown)}", f"the template does not take {', '.join(unknown)}")
        if unknown
        else Words(
            f"แม่แบบขอพารามิเตอร์ {', '.join(missing)} ซึ่งไม่มีการส่งให้",
            f"the template asks for {', '.join(missing)}, which is not passed",
        )
    )
    raise UnknownName(
        found,
        where=path.name,
        expected=Words(", ".join(given), ", ".join(given)),
        todo=did_you_mean(name, taken if unknown else given)
        or Words("แก้เซลล์ parameters ของแม่แบบ", "mend the template's parameters cell"),
    )


def declared(source: str) -> list[str]:
    """Names that a parameters cell sets, those that papermill's own inspection finds.

    Not by papermill itself, because importing it takes as long as all the rest of a plan.
    """
    found = []
    for node in ast.parse(source).body:
        targets = [node.target] if isinstance(node, ast.AnnAssign) else getattr(node, "targets", [])
        found += [target.id for target in targets if isinstance(target, ast.Name)]
    return found
