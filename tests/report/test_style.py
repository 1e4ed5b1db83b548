import importlib.util
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from innovlib.errors import Words
from innovlib.report import sarabun, style, typeset

THAI = st.text(alphabet=st.sampled_from("กขคญฐปฝฟาำะัิีึืุู่้๊๋์เแโใไ 0123456789abc"), min_size=1, max_size=80)


def shaped(text, *, bold=False):
    """Glyph names after shaping, by the HarfBuzz that matplotlib brings."""
    from matplotlib import _text_helpers
    from matplotlib.ft2font import FT2Font

    face = FT2Font(str(style.font().bold if bold else style.font().regular))
    return [face.get_glyph_name(item.glyph_index) for item in _text_helpers.layout(text, face)]


def test_the_packaged_sarabun_is_found_first():
    assert style.font().family == "Sarabun"
    assert style.font().licensed


@pytest.mark.parametrize("bold", [False, True])
def test_thai_marks_are_shaped(bold):
    assert shaped("ญู", bold=bold)[0] == "yoYingthai.less"
    assert shaped("ที่", bold=bold)[-1] == "uni0E48.small"
    assert shaped("ปั้น", bold=bold)[1] == "uni0E31.narrow"


@pytest.mark.parametrize("bold", [False, True])
@pytest.mark.parametrize("text", ["ภาษาไทยสูงกว่าโรงเรียนที่คล้ายกันอย่างชัดเจน", "น้ำ กำ ญู ฐี", "2565–2567 <10 · n = 40"])
def test_measured_widths_are_those_of_the_shaped_text(text, bold):
    from matplotlib.ft2font import FT2Font, LoadFlags

    face = FT2Font(str(style.font().bold if bold else style.font().regular))
    face.set_size(100, 72)
    face.set_text(text, 0, flags=LoadFlags.NO_HINTING)
    assert style.text_width(text, 100, bold=bold) == pytest.approx(face.get_width_height()[0] / 64, rel=0.01)


def test_no_font_at_all_is_a_loud_error(monkeypatch):
    monkeypatch.setattr(style, "packaged_font", lambda: None)
    monkeypatch.setattr(style, "installed_font", lambda: None)
    style.font.cache_clear()
    with pytest.raises(style.FontMissing, match="pip install fontpkg-sarabun"):
        style.font()
    style.font.cache_clear()


def test_without_the_package_it_is_looked_for_among_installed_fonts(monkeypatch):
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    assert style.packaged_font() is None


def test_matplotlib_settings_end_with_the_block():
    import matplotlib as mpl

    before = dict(mpl.rcParams)
    with style.matplotlib_context():
        assert mpl.rcParams["text.parse_math"] is False
        assert mpl.rcParams["font.family"] == ["Sarabun"]
    assert dict(mpl.rcParams) == before


@pytest.mark.parametrize("weight", sarabun.WEIGHTS)
def test_what_pages_carry_of_the_font_is_what_the_installed_font_gives(weight):
    from io import BytesIO

    from fontTools.ttLib import TTFont

    file = getattr(style.packaged_font(), weight)
    kept, cut = (TTFont(BytesIO(data)) for data in (sarabun.subset(weight), sarabun.cut_subset(file)))
    # The tables, not the bytes: how they are packed hangs on the release of a library.
    tables = {tag for tag in cut.reader.keys() if tag != "head"}  # noqa: SIM118 - a reader is no dict
    assert tables == {tag for tag in kept.reader.keys() if tag != "head"}  # noqa: SIM118
    assert all(kept.getTableData(tag) == cut.getTableData(tag) for tag in tables)
    per_em, widths = sarabun.widths_of(file)
    assert sarabun.advances(weight) == {character: width / per_em for character, width in widths.items()}


def test_the_subset_holds_what_a_page_prints():
    from io import BytesIO

    from fontTools.ttLib import TTFont

    known = TTFont(BytesIO(sarabun.subset("regular"))).getBestCmap()
    assert {ord(c) for c in "กฮ๐๙ำ่−–—…·▲▼△▽<≥AZaz09“”"} <= set(known)
    assert all(len(sarabun.subset(weight)) < 25_000 for weight in sarabun.WEIGHTS)


def test_every_colour_of_text_reaches_the_contrast_of_wcag():
    def luminance(colour):
        parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
        linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    def contrast(colour):
        return 1.05 / (luminance(colour) + 0.05)

    assert all(contrast(colour) >= 4.5 for colour in (style.INK, style.MUTED, style.OWN, style.WARN))
    assert contrast(style.PEER) >= 3


@pytest.mark.parametrize("name", ["page.css", "index.css"])
def test_no_colour_is_left_unfilled_and_nothing_is_fetched(name):
    text = style.css(name)
    assert "@@" not in text
    assert not re.search(r"url\((?!data:)|@import|https?:", text)


@given(THAI, st.integers(20, 200))
def test_wrapped_lines_fit_and_lose_nothing(text, width):
    lines = typeset.wrap(text, width, size=9)
    assert "".join("".join(lines).split()) == "".join(text.split())
    widest = max((style.text_width(letter, 9) for letter in text), default=0)
    assert all(style.text_width(line, 9) <= width or style.text_width(line, 9) <= 3 * widest for line in lines)


def test_a_name_is_not_split_where_a_line_can_hold_it():
    lines = typeset.wrap("รายงานของ โรงเรียนบ้านขุนแม่ตื่นน้อย อมก๋อย", 110, size=9)
    assert "โรงเรียนบ้านขุนแม่ตื่นน้อย" in lines


def test_a_piece_wider_than_a_line_is_cut_between_syllable_marks_only():
    lines = typeset.wrap("ที่" * 100, 60, size=9)
    assert len(lines) > 1
    assert all(line.startswith("ท") and line.endswith("่") for line in lines)


def test_break_points_break_and_vanish():
    assert typeset.wrap("ภาษาไทย\u200bคณิตศาสตร์", 50, size=10) == ["ภาษาไทย", "คณิตศาสตร์"]


@pytest.mark.parametrize(
    ("value", "options", "said"),
    [
        (40.5, {"decimals": 0}, "41"),
        (-0.4, {"decimals": 0}, "0"),
        (1234.56, {}, "1,234.56"),
        (45.0, {}, "45"),
        (44.9, {}, "44.9"),
        (3.0, {"signed": True}, "+3"),
        (-3.0, {"signed": True}, "−3"),
        (0.0, {"signed": True}, "0"),
        (None, {}, "–"),
    ],
)
def test_numbers_as_thai_documents_print_them(value, options, said):
    assert typeset.number(value, **options) == said


def test_names_are_kept_whole_in_text_but_not_in_attributes_or_drawings():
    markup = '<p title="บ้านพุย">ที่โรงเรียนบ้านพุย</p><svg><text>บ้านพุย</text></svg>'
    kept = typeset.keep_names(markup, ["บ้านพุย"])
    assert '<span class="name">โรงเรียนบ้านพุย</span>' in kept
    assert 'title="บ้านพุย"' in kept
    assert "<text>บ้านพุย</text>" in kept
    assert typeset.keep_names(kept, ["บ้านพุย"]) == kept


def test_a_very_long_name_may_break():
    assert 'class="name long"' in typeset.name_html("ก" * 300)


def test_what_data_bring_is_escaped_and_cannot_turn_the_text_around():
    assert typeset.escape('<script>"\u202e') == "&lt;script&gt;&quot;"
    assert "<b>" not in typeset.words_html(Words("<b>", "<i>"), "both")
