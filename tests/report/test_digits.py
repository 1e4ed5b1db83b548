"""Thai digits stand in Thai text, tables and figures, and nowhere else."""

import re

import pytest
import test_page
from hypothesis import given
from hypothesis import strategies as st

from innovlib.errors import UnknownName
from innovlib.report import page
from innovlib.report.digits import THAI, check_digits, thai_page, thai_text

BACK = str.maketrans("๐๑๒๓๔๕๖๗๘๙", "0123456789")


@pytest.mark.parametrize(
    "text",
    ["รหัสโรงเรียน 99050001", "SHA-256 dccac32a", "numpy 2.4.6", "Grade 6", "D10", "9f4e12ab", "academic year 2568"],
)
def test_codes_and_english_keep_their_digits(text):
    assert thai_text(text) == text


@pytest.mark.parametrize(
    ("text", "wanted"),
    [("62–64", "๖๒–๖๔"), ("n = 15", "n = ๑๕"), ("≥90% (25)", "≥๙๐% (๒๕)"), ("−3.5", "−๓.๕"), ("<10", "<๑๐"),
     ("O-NET ป.6 · 2565–2567", "O-NET ป.๖ · ๒๕๖๕–๒๕๖๗"), ("1,234 คน", "๑,๒๓๔ คน")],
)  # fmt: skip
def test_numbers_change(text, wanted):
    assert thai_text(text) == wanted


@given(st.text(st.sampled_from("0123456789กขค .,-–()%nAb<>&;"), max_size=40))
def test_the_way_back_gives_the_same_text(text):
    assert thai_text(text).translate(BACK) == text


def test_a_page_changes_in_its_text_only():
    arabic, thai = page.report_html(test_page.full()), page.report_html(test_page.full(digits="thai"))
    assert re.search("[๐-๙]", thai)
    assert not re.search("[๐-๙]", arabic)
    tags = re.compile(r"<(?!style)[^>]*>")
    assert tags.findall(thai) == tags.findall(arabic)
    assert "counter(page,thai)" in thai
    for english in re.findall(r'lang="en">([^<]*)<', thai):
        assert not re.search("[๐-๙]", english)


def test_an_english_page_has_no_thai_digits():
    assert page.report_html(test_page.full(digits="thai", lang="en")) == page.report_html(test_page.full(lang="en"))


def test_what_is_not_to_be_translated_is_left():
    kept = '<dd translate="no">9,438 rows</dd><code>12</code><script>let a=12</script><!-- 12 -->'
    assert thai_page(kept) == kept
    assert thai_page("<p>12<br>34 <b>56</b></p>") == "<p>12<br>34 <b>56</b></p>".translate(THAI)


def test_another_kind_of_digits_is_refused():
    with pytest.raises(UnknownName, match="arabic or thai"):
        check_digits("roman")
