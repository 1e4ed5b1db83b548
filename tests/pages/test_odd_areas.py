"""A page stands, and says so, where an area holds next to nothing."""

from __future__ import annotations

import looks
import odd_areas
import pytest
from conftest import EXAMPLE, render

pytestmark = [pytest.mark.browser, pytest.mark.slow]

#: What each page must say.
SAID = {
    "no_scores": "ไม่มีผลการทดสอบของโรงเรียนนี้",
    "one_pupil": "ไม่แสดงค่า (น้อยกว่า 10 คน)",
    "one_year": "มีข้อมูลเพียงปีการศึกษาเดียว",
    "one_school": "ไม่มีข้อมูลบริบทพอจะหาโรงเรียนที่คล้ายกัน",
    "long_name": "ห้วยน้ำใสใหญ่",
}


@pytest.mark.parametrize("name", odd_areas.ODD)
def test_the_page_of_an_odd_area_stands_and_says_so(chrome, tmp_path, name):
    area = odd_areas.copied(EXAMPLE, tmp_path / name)
    odd_areas.ODD[name](area)
    out = render(tmp_path / "out", "school", odd_areas.SCHOOL, area=area)
    page = out / f"school-{odd_areas.SCHOOL}.html"
    assert SAID[name] in page.read_text(encoding="utf-8")
    for path in (page, out / "index.html"):
        for width in (1280, 390):
            chrome.open(path, width=width)
            assert looks.faults(chrome) == []
            assert looks.overflow(chrome) == []
            assert looks.broken_names(chrome) == []
    chrome.open(page)
    assert looks.pages(chrome.pdf()) == 2
    assert looks.split(chrome, tmp_path) == []
