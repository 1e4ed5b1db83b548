"""Finished pages in a real browser: accessible, narrow enough, whole on paper, working from a folder."""

from __future__ import annotations

import contextlib
import subprocess
import time
import unicodedata

import looks
import pytest

from innovlib import terms

pytestmark = pytest.mark.browser

WIDTHS = (1280, 390)


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("name", ["school-99050001.html", "school-99050009.html", "index.html"])
def test_a_page_is_sound_at_every_width(chrome, school, name, width):
    chrome.open(school / name, width=width)
    assert looks.faults(chrome) == []
    assert looks.overflow(chrome) == []
    assert looks.broken_names(chrome) == []
    assert chrome.faults == []


def test_a_page_asks_for_nothing_but_itself(chrome, school):
    chrome.open(school / "school-99050001.html")
    assert [url[:40] for url in chrome.requests if not url.startswith(("file:", "data:"))] == []
    assert chrome.run("document.fonts.check('16px Sarabun', 'ที่')")


@pytest.mark.parametrize("school_id", ["99050001", "99050009"])
def test_a_schools_page_prints_on_two_sheets_and_splits_nothing(chrome, school, tmp_path, school_id):
    chrome.open(school / f"school-{school_id}.html")
    assert looks.pages(chrome.pdf()) == 2
    assert looks.split(chrome, tmp_path) == []


def test_the_folded_part_is_printed_when_it_is_open(chrome, school):
    chrome.open(school / "school-99050001.html")
    chrome.run("document.querySelector('details').open = true")
    assert looks.pages(chrome.pdf()) > 2


def test_printed_text_can_be_searched(chrome, school, tmp_path):
    chrome.open(school / "school-99050001.html")
    path = tmp_path / "page.pdf"
    path.write_bytes(chrome.pdf())
    try:
        told = subprocess.run(["pdftotext", str(path), "-"], capture_output=True, check=True).stdout.decode("utf-8")
    except FileNotFoundError:
        pytest.skip("pdftotext is not installed")
    flat = unicodedata.normalize("NFKD", told).replace(" ", "").replace("\n", "")
    for words in ("โรงเรียนบ้านพุย", "เราอยู่ตรงไหน", "ควรดูอะไรต่อ", "ข้อมูลจำลอง"):
        assert unicodedata.normalize("NFKD", words) in flat
    assert "1/2" in flat  # the footer


# --- the index -----------------------------------------------------------------------------------------------------


@pytest.fixture
def index(chrome, school):
    chrome.open(school / "index.html")
    return chrome


def listed(index) -> list[str]:
    return index.run("[...document.querySelectorAll('tr[data-key]')].filter(r => !r.hidden)"
                     ".map(r => r.querySelector('.name').textContent)")  # fmt: skip


def type_in(index, text: str) -> None:
    index.run("document.getElementById('q').focus(); document.getElementById('q').value = ''")
    index.call("Input.insertText", text=text)


@pytest.mark.parametrize("wanted", ["บ้านพุย", "โรงเรียนบ้านพุย", "ร.ร.พุย", "พุย", "PHUI", "99050001", "๙๙๐๕๐๐๐๑"])
def test_a_school_is_found_by_any_of_its_spellings(index, wanted):
    type_in(index, wanted)
    assert listed(index) == ["โรงเรียนบ้านพุย"]


def test_what_is_not_there_is_said(index):
    type_in(index, "ไม่มีแน่นอน")
    assert listed(index) == []
    assert "ไม่พบโรงเรียน" in index.run("document.getElementById('found').textContent")


def test_filters_keep_what_fits_and_say_how_many(index):
    choose = ("d = document.getElementById('{}'); d.value = '{}';"
              "d.dispatchEvent(new Event('input', {{bubbles: true}})); null")  # fmt: skip
    index.run(choose.format("district", "อมก๋อย"))
    assert listed(index) == ["โรงเรียนบ้านห่างหลวง"]
    assert "พบ 1 โรงเรียน" in index.run("document.getElementById('found').textContent")
    index.run(choose.format("cohort", "2") + "; " + choose.format("district", ""))
    assert listed(index) == ["โรงเรียนบ้านแม่บวน"]


def test_a_link_of_the_index_opens_the_page(index):
    address = index.run("document.querySelector('tr[data-key] a').href")
    assert address.startswith("file:")
    before = index.run("location.href")
    index.run("setTimeout(() => document.querySelector('tr[data-key] a').click()) && true")
    assert "รายงานของโรงเรียน" in _title_elsewhere(index, before)


def _title_elsewhere(tab, before: str, *, wait_s: float = 60) -> str:
    """The title of the page that the tab has gone to; a script that is asked while it goes has no answer."""
    until = time.monotonic() + wait_s
    while time.monotonic() < until:
        with contextlib.suppress(RuntimeError):
            place, state, title = tab.run("[location.href, document.readyState, document.title]")
            if place != before and state == "complete":
                return title
        time.sleep(0.1)
    raise AssertionError("the link opened no page")


def test_the_index_reads_the_result_of_each_school(index):
    heads = index.run("[...document.querySelectorAll('.schools th[scope=col]')].map(e => e.textContent)")
    assert any("ทุกวิชาเทียบเขตพื้นที่" in head for head in heads)
    assert index.run("document.querySelectorAll('.schools td .verdict, .schools td .hidden').length") == 3


# --- every kind of page --------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_every_page_of_an_area_is_sound(chrome, everything, tmp_path):
    wrong = {}
    for path in sorted(everything.glob("*.html")):
        for width in WIDTHS:
            chrome.open(path, width=width)
            found = [*looks.faults(chrome), *looks.overflow(chrome), *looks.broken_names(chrome), *chrome.faults]
            if found:
                wrong[f"{path.name} at {width}"] = found
    assert wrong == {}


@pytest.mark.slow
def test_every_page_of_an_area_prints_whole(chrome, everything, tmp_path):
    wrong = {}
    for path in sorted(everything.glob("*.html")):
        chrome.open(path)
        count = looks.pages(chrome.pdf())
        cut = looks.split(chrome, tmp_path)
        if cut or (path.name.startswith("school-") and count != 2):
            wrong[path.name] = (count, cut)
    assert wrong == {}


@pytest.mark.slow
def test_schools_stand_in_the_order_of_a_thai_dictionary(chrome, everything):
    chrome.open(everything / "index.html")
    names = listed(chrome)
    assert len(names) == 13
    keys = [terms.thai_sort_key(name.removeprefix("โรงเรียน")) for name in names]
    assert keys == sorted(keys)
    assert names != sorted(names)
