"""The clerk's page: everything that was found is on it, nothing that is personal, nothing that runs or loads."""

from __future__ import annotations

import html
import re
from html.parser import HTMLParser

import pytest

from innovlib import cli
from innovlib.area import intake, worklist
from innovlib.errors import BadInput
from tests.intake.office_files import as_csv, as_xlsx, pupils, results


class _Page(HTMLParser):
    """What a page asks a browser to do: its links, and whether every element is closed."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.links: list[str] = []
        self.ticks = 0
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        at = dict(attrs)
        self.links += [at[name] for name in ("href", "src", "action", "srcset") if name in at]
        self.ticks += at.get("type") == "checkbox"
        if tag not in ("meta", "input", "link", "br"):
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


@pytest.fixture
def found(tmp_path, register):
    """Three files: with faults in several cells and hostile text, with people, and without a fault."""
    bad = results((2, "คะแนนเฉลี่ย", "6O.5"), (3, "จำนวนผู้เข้าสอบ", "1.063"), (4, "ชื่อโรงเรียน", "<script>alert(1)</script>"))
    people = [[*row, extra] for row, extra in zip(pupils(50, 900), ["ชื่อ-สกุล", "ก", "ข"], strict=True)]
    people[1][4] = "เด็กหญิงลับมาก ลับมาก"
    files = {"bad.xlsx": as_xlsx(bad), "people.xlsx": as_xlsx(people), "good.csv": as_csv(results())}
    paths = []
    for name, data in files.items():
        (tmp_path / name).write_bytes(data)
        paths.append(tmp_path / name)
    return intake.intake(paths, into=None, register=register)


def test_every_finding_stands_on_the_page_in_both_languages(found):
    text = html.unescape(worklist.page(found))
    for result in found:
        for one in result.issues:
            for said in (one.th, one.en, one.fix_th, one.fix_en, one.expected, one.header, one.value):
                assert said in text
            assert not one.column or f">{one.column}{one.row or ''}<" in text


def test_each_point_to_look_at_has_one_box_to_tick(found):
    to_do = [i for result in found for i in result.issues if i.severity != "info"]
    page = worklist.page(found)
    assert _Page(page).ticks == len(to_do) >= 4
    ids = re.findall(r'<input type="checkbox" id="([^"]*)"', page)
    assert len(ids) == len(set(ids))


def test_the_page_loads_nothing_and_runs_only_its_own_script(found):
    page = _Page(worklist.page(found))
    assert page.open == [] and all(link.startswith("#") for link in page.links)
    text = worklist.page(found)
    assert "<script>alert" not in text and "default-src 'none'" in text and text.count("<script>") == 1


def test_no_person_is_on_the_page(found):
    text = html.unescape(worklist.page(found))
    assert "ลับมาก" not in text and "•••" in text


def test_a_sheet_is_gone_through_from_top_to_bottom(found):
    (part,) = worklist.parts(found[0])
    assert part.title.en == "Sheet ข้อมูล"
    assert [f"{one.column}{one.row}" for one in part.to_do] == ["I2", "H3", "C4"]


def test_files_without_a_finding_say_so_and_equal_results_give_equal_pages(found):
    assert "Nothing to mend" in worklist.page(found[2:]) and "Nothing to mend" not in worklist.page(found[:1])
    assert worklist.page(found) == worklist.page(found)


def test_the_command_writes_the_page_and_never_over_an_offices_file(tmp_path, register, capsys):
    office = tmp_path / "r.xlsx"
    office.write_bytes(as_xlsx(results((2, "คะแนนเฉลี่ย", "6O.5"))))
    before = office.read_bytes()
    assert cli.main(["intake", "--dry-run", str(office), "--report", str(office)]) == 2
    assert office.read_bytes() == before
    said = ["intake", office, "--register", register, "--dry-run", "--report", tmp_path / "a.html", "--json"]
    assert cli.main([str(word) for word in said]) == 1
    text = (tmp_path / "a.html").read_text(encoding="utf-8")
    assert "6O.5" in text and "font/woff2" in text and str(tmp_path / "a.html") in capsys.readouterr().err


def test_only_a_pages_name_is_taken(tmp_path):
    with pytest.raises(BadInput):
        worklist.write([], tmp_path / "r.xlsx")
