"""What the columns do not say: year, test and grade from the caller, the title, the sheet's or the file's name."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from innovlib import terms
from innovlib.area import vocabulary
from innovlib.area.faults import Issue, issue
from innovlib.area.layouts import Layout

_OPTIONS = {"year_be": "--year", "test": "--test", "grade": "--grade"}
_EXAMPLES = {"year_be": "2566", "test": "NT", "grade": "ป.3"}
_LETTER = "a-zA-Zก-๙"
_TESTS = (
    ("O-NET", re.compile(rf"(?<![{_LETTER}])o[-_ ]?net(?![a-z])|โอเน็[ตท]", re.IGNORECASE)),
    ("NT", re.compile(rf"(?<![{_LETTER}-])n\.?t\.?(?![a-z])|เอ็นที", re.IGNORECASE)),
    ("RT", re.compile(rf"(?<![{_LETTER}])r\.?t\.?(?![a-z])|อาร์ที", re.IGNORECASE)),
)
_YEAR = re.compile(r"(?<!\d)(25[4-9]\d)(?!\d)")
_GRADE = re.compile(
    rf"(?<![{_LETTER}])(?:(?P<p>p|ป\.?|ประถมศึกษาปีที่|ชั้นประถมศึกษาปีที่)|(?:m|ม\.?|มัธยมศึกษาปีที่|ชั้นมัธยมศึกษาปีที่))\s*_?(?P<n>[1-6])(?!\d)",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Given:
    """Values for whole columns that the file itself does not have, and what is to be said about where they are from."""

    values: dict[str, object] = field(default_factory=dict)
    issues: tuple[Issue, ...] = ()


def mentioned(text: str) -> dict[str, set]:
    """Every year, test and grade that a name or a title mentions.

    Examples
    --------
    >>> mentioned("onet_p6_2558_phayao1.csv")
    {'year_be': {2558}, 'test': {'O-NET'}, 'grade': {'ป.6'}}
    """
    plain = terms.western_digits(text)
    years = {int(y) for y in _YEAR.findall(plain) if terms.FIRST_YEAR_BE <= int(y) <= terms.last_year_be()}
    grades = {f"{'ป' if m['p'] else 'ม'}.{m['n']}" for m in _GRADE.finditer(plain)}
    return {"year_be": years, "test": {test for test, pattern in _TESTS if pattern.search(plain)}, "grade": grades}


def fill(layout: Layout, *, file: str, options: dict[str, object]) -> Given:
    """Year, test and grade for a file whose columns do not give them.

    Asked in this order: the caller's options; the title above the header, the sheet's name and the file's name, which
    must not contradict each other; what the subjects leave no doubt about.

    Returns
    -------
    Given
        Its issues hold one ``reject_file`` for each value that nobody gives or that two places give differently.
    """
    values: dict[str, object] = {}
    issues: list[Issue] = []
    named = [mentioned(text) for text in (layout.title, layout.sheet.name, file)]
    for need in layout.kind.given:
        option = options.get(need)
        if need in layout.fields:
            if option is not None:
                issues.append(issue("option-unused", sheet=layout.sheet.name, option=_OPTIONS[need]))
            continue
        if option is not None:
            values[need] = option
            continue
        found = set().union(*(names[need] for names in named))
        if len(found) == 1:
            values[need] = found.pop()
            issues.append(issue("given-by-name", sheet=layout.sheet.name, value=values[need], what=_word(need)))
        elif len(found) > 1:
            facts = {"what": _word(need), "option": _OPTIONS[need], "found": ", ".join(map(str, sorted(found)))}
            issues.append(issue("given-conflict", sheet=layout.sheet.name, **facts))
    issues += _from_subjects(layout, values)
    absent = [n for n in layout.kind.given if n not in layout.fields and n not in values]
    told = {i.code for i in issues}
    if "given-conflict" not in told:
        issues += [
            issue(
                "given-missing",
                sheet=layout.sheet.name,
                what=_word(need),
                option=_OPTIONS[need],
                example=_EXAMPLES[need],
                need=layout.kind.headers[need][0],
            )
            for need in absent
        ]
    return Given(values, tuple(issues))


def _word(need: str) -> str:
    return {"year_be": "ปีการศึกษา (year)", "test": "การทดสอบ (test)", "grade": "ระดับชั้น (grade)"}[need]


def _from_subjects(layout: Layout, values: dict[str, object]) -> list[Issue]:
    """Subjects that only one test has, and a test that only one grade sits, need no further word."""
    issues = []
    if "test" not in values and "test" not in layout.fields and layout.subjects:
        fits = [test for test, subjects in terms.TEST_SUBJECTS.items() if set(layout.subjects) <= set(subjects)]
        if len(fits) == 1:
            values["test"] = fits[0]
            issues.append(issue("given-by-subjects", sheet=layout.sheet.name, value=fits[0], what=_word("test")))
    grades = terms.TEST_GRADES.get(str(values.get("test")), ())
    if "grade" not in values and "grade" not in layout.fields and len(grades) == 1:
        values["grade"] = grades[0]
        issues.append(issue("given-by-subjects", sheet=layout.sheet.name, value=grades[0], what=_word("grade")))
    return issues


def checked_options(*, year_be: int | None, test: str | None, grade: str | None) -> dict[str, object]:
    """The caller's options as codes; test and grade may be spelled as offices spell them."""
    return {
        "year_be": year_be,
        "test": vocabulary.category(test, "test") if test else None,
        "grade": vocabulary.category(grade, "grade") if grade else None,
    }
