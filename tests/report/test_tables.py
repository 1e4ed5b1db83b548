import re

import numpy as np
import pandas as pd
import pytest
import samples

from innovlib.errors import BadInput, Words
from innovlib.report import tables
from innovlib.report.disclosure import Protected
from innovlib.report.tables import Column

CAPTION = Words("ตาราง", "Table")


def made(frame, *columns, **options):
    return tables.table(Protected(frame, "public"), columns=columns, caption=CAPTION, **options)._repr_html_()


def frame(**columns):
    return pd.DataFrame({"name": ["ก", "ข", "ค"], "status": ["shown", "small", "absent"]} | columns)


NAME, VALUE = Column("name", Words("ชื่อ", "Name")), Words("ค่า", "Value")


def test_hidden_missing_and_zero_are_three_marks_and_explained():
    markup = made(frame(value=[0.0, np.nan, np.nan]), NAME, Column("value", VALUE, kind="number"), lang="th")
    cells = re.findall(r"<td[^>]*>(.*?)</td>", markup)
    assert cells[0] == "0"
    assert "ไม่แสดง" in cells[1]
    assert "–" in cells[2]
    assert len({re.sub("<.*?>", "", cell) for cell in cells}) == 3
    note = re.search(r'<p class="note">(.*?)</p>', markup)[1]
    assert all(words in note for words in ("ไม่แสดง =", "– = ไม่มีข้อมูล", "0 = ศูนย์จริง"))


def test_a_hidden_row_shows_no_value_even_if_the_table_still_holds_one():
    markup = made(frame(value=[1.0, 77.0, 88.0]), NAME, Column("value", VALUE, kind="bar"))
    assert "77" not in markup
    assert "88" not in markup


def test_marks_are_explained_once():
    note = Words("– = ไม่มีข้อมูล", "–: no data")
    markup = made(frame(value=[1.0, 2.0, np.nan]), NAME, Column("value", VALUE, kind="number"), note=note, lang="th")
    assert markup.count("ไม่มีข้อมูล") == 2  # in the note, and as the label of the mark


def test_everything_from_data_is_escaped():
    hostile = pd.DataFrame({"name": ["<script>alert(1)</script>"], "x": ['"><img src=x onerror=1>'], "status": "shown"})
    markup = made(hostile, NAME, Column("x", Words("<b>", "<i>")))
    assert "<script" not in markup
    assert "<img" not in markup
    assert "<b>" not in markup


def test_heads_rows_and_cells_can_be_read_aloud_and_folded():
    markup = made(frame(value=[1.0, 2.0, 3.0]), NAME, Column("value", VALUE, kind="number"))
    assert markup.count('scope="col"') == 2
    assert markup.count('scope="row"') == 3
    assert markup.count('data-label="ค่า"') == 3
    assert "<caption>" in markup


def test_bars_of_a_column_lie_on_one_scale():
    rows = pd.DataFrame({"name": list("กขค"), "status": "shown", "value": [10.0, 20.0, 40.0]})
    markup = made(rows, NAME, Column("value", VALUE, kind="bar"))
    widths = [float(w) for w in re.findall(r"h([\d.]+)v8", markup)]
    assert widths == pytest.approx([15, 30, 60])


def test_differences_have_their_sign_and_side():
    rows = pd.DataFrame({"name": list("กข"), "status": "shown", "value": [5.0, -10.0]})
    markup = made(rows, NAME, Column("value", VALUE, kind="difference"))
    assert "+5" in markup
    assert "−10" in markup
    lefts = [float(x) for x in re.findall(r'd="M([\d.]+) 1h', markup)]
    assert lefts == pytest.approx([30, 0])


def test_years_are_no_quantities():
    rows = pd.DataFrame({"name": ["ก"], "status": "shown", "joined_year_be": pd.array([2562], dtype="Int64")})
    assert ">2562<" in made(rows, NAME, Column("joined_year_be", VALUE, kind="number"))


def test_rows_stand_under_their_group_once():
    rows = pd.DataFrame({"name": list("กขค"), "status": "shown", "part": ["x", "x", "y"]})
    assert made(rows, NAME, group="part").count('scope="rowgroup"') == 2


def test_a_trend_keeps_its_gaps():
    drawing = tables.spark([1.0, 2.0, None, 3.0], scale=(0, 5), label="1, 2, –, 3")
    assert drawing.count("M") == 1
    assert 'aria-label="1, 2, –, 3"' in drawing


def test_an_unprotected_table_is_refused():
    with pytest.raises(TypeError, match="Protected"):
        tables.table(frame(), columns=[NAME], caption=CAPTION)


def test_an_unknown_column_or_kind_is_refused_with_a_hint():
    with pytest.raises(BadInput, match="value"):
        made(frame(value=[1, 2, 3]), Column("valeu", VALUE, kind="number"))
    with pytest.raises(BadInput, match="number"):
        made(frame(value=[1, 2, 3]), Column("value", VALUE, kind="numbr"))


def test_an_empty_table_says_that_there_are_no_data():
    assert "ไม่มีข้อมูล" in made(frame(value=[1, 2, 3]).head(0), NAME)


def test_results_are_set_side_by_side():
    table = tables.results_table(samples.results(), caption=CAPTION, lang="th")
    markup = table._repr_html_()
    assert list(table.to_frame()["mean"].dropna()) == [55.0, 34.0]
    assert all(words in markup for words in ("โรงเรียนนี้", "โรงเรียนคล้ายกัน", "48–62", "สูงกว่าชัดเจน"))
    assert "&lt;10" in markup


def test_what_the_caller_holds_is_not_changed():
    data = samples.results()
    before = data.frame.copy()
    table = tables.results_table(data, caption=CAPTION)
    mine = table.to_frame()
    mine.loc[:, "status"] = "changed"
    table._repr_html_()
    pd.testing.assert_frame_equal(data.frame, before)


def test_latex_holds_the_words_and_nothing_live():
    rows = pd.DataFrame({"name": [r"50% & \input{x}"], "status": "shown", "value": [-1.5]})
    latex = tables.table(
        Protected(rows, "public"), columns=[NAME, Column("value", VALUE, kind="number")], caption=CAPTION
    ).to_latex()
    assert r"50\% \& \textbackslash{}input\{x\}" in latex
    assert "$-$1.5" in latex
