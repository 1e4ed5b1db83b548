"""One-page cards: from the page alone, the same bytes, Thai broken where it may be."""

import re

import pytest
import test_page

from innovlib.errors import RenderFailed
from innovlib.report import cards, page
from innovlib.report.outlines import outlined

installed = pytest.mark.skipif(
    any(cards.importlib.util.find_spec(name) is None for name in cards.NEEDED),
    reason="the extra `cards` is not installed",
)


@pytest.fixture
def markup():
    """A page with seven sections, as a school's has them."""
    heads = "\n\n".join(f"## {i} หัวข้อ | Section" for i in range(1, 8))
    nb = test_page.full()
    nb.cells[1:1] = []
    nb.cells += [test_page.text(heads), test_page.text("- โรงเรียนควรดู ป.6 | Look at grade 6")]
    nb.cells = [cell for cell in nb.cells if "Provenance" not in cell.source]
    return page.report_html(nb)


def test_a_card_takes_over_what_the_page_says(markup):
    card = cards.read_card(markup)
    assert "".join(text for text, _ in card.title) == "รายงานของโรงเรียนบ้านพุย"
    assert ("โรงเรียนบ้านพุย", True) in card.title
    assert any("ข้อมูลจำลอง" in mark for mark in card.marks)
    assert not any("Learning outcomes" in head for head in card.heads.values())
    assert card.drawings
    assert all("<text" not in drawing for drawing in card.drawings.values())


def test_text_becomes_outlines_at_its_place():
    text = '<g font-size="10" fill="#123456" text-anchor="end"><text x="90" y="15">ที่</text></g>'
    drawn = outlined(f'<svg viewBox="0 0 100 20">{text}</svg>')
    assert "<text" not in drawn
    assert 'fill="#123456"' in drawn
    places = [float(x) for x in re.findall(r"[A-Z] ([\d.]+) ", drawn)]
    assert 80 < min(places) < max(places) < 91


def test_a_line_without_letters_has_no_outline():
    assert outlined('<text x="1" y="2" font-size="9"></text>') == '<path d="" fill="#1f2933"/>'


@installed
def test_the_same_page_gives_the_same_bytes(markup, tmp_path):
    path = tmp_path / "school-1.html"
    path.write_text(markup, encoding="utf-8")
    first = cards.card_pdf(path)
    assert first.startswith(b"%PDF-")
    assert b"CreationDate" not in first
    assert cards.card_pdf(path) == first


@installed
def test_a_line_may_break_between_words_only_and_never_in_a_name():
    text = cards._set([("โรงเรียนบ้านพุย", True), ("ในพื้นที่นวัตกรรม", False)])
    pieces = re.findall(r'#box\("(.*?)"\)', text)
    assert pieces[0] == "โรงเรียนบ้านพุย"
    assert "นวัตกรรม" in pieces
    assert "".join(pieces[1:]) == "ในพื้นที่นวัตกรรม"


@installed
def test_typst_signs_in_a_name_are_only_text(tmp_path):
    text = cards._set([('#import "x"; $a$ \\ "', False)])
    assert '\\"' in text
    assert text.startswith('#box("#import')


@installed
def test_a_page_of_another_kind_is_refused(tmp_path):
    path = tmp_path / "index.html"
    path.write_text("<html><body><p>x</p></body></html>", encoding="utf-8")
    with pytest.raises(RenderFailed, match="no school's page"):
        cards.card_pdf(path)


def test_without_typst_it_is_said(monkeypatch):
    monkeypatch.setattr(cards.importlib.util, "find_spec", lambda name: None)
    with pytest.raises(cards.NoCards, match=r"innovlib\[cards\]"):
        cards.check_installed()
