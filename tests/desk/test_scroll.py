"""Tables to scroll: whole behind the screen, plain where scripts do not run, safe for any cell."""

import json
import re

import numpy as np
import pandas as pd
import pytest

from innovlib import desk


@pytest.fixture
def frame():
    return pd.DataFrame(
        {
            "name_th": ["บ้านพุย", "</script><b>", None],
            "n": pd.array([1200, None, 3], dtype="Int64"),
            "mean": [1.125, 2, np.nan],
            "rows": [1.0, np.nan, 30.0],
        }
    )


def content(table) -> dict:
    return json.loads(re.search(r'<script type="application/json">(.*?)</script>', table._repr_html_(), re.DOTALL)[1])


def test_every_row_is_there_rounded_and_a_missing_value_is_blank(frame):
    held = content(desk.scroll(frame))
    assert held["rows"] == [
        ["บ้านพุย", "1200", "1.12", "1"], ["</script><b>", "", "2.00", ""], ["", "3", "", "30"],
    ]  # fmt: skip
    assert held["numeric"] == [False, True, True, True]


def test_a_cell_cannot_become_markup(frame):
    html = desk.scroll(frame)._repr_html_()
    assert "<b>" not in html and html.count("</script>") == 2


def test_nothing_is_fetched_and_little_is_added(frame):
    html = desk.scroll(frame)._repr_html_()
    assert not re.search(r"https?://|src=", html)
    assert len(html) < 8_000


def test_the_frame_behind_it_is_whole_and_untouched(frame):
    before = frame.copy()
    table = desk.scroll(frame, caption="ตาราง")
    pd.testing.assert_frame_equal(table.to_frame(), before)
    copy = table.to_frame()
    copy["n"] = 0
    frame.loc[0, "n"] = 1
    pd.testing.assert_frame_equal(table.to_frame(), before)
    assert repr(table) == repr(before)


def test_latex_is_escaped_rounded_and_captioned(frame):
    text = desk.scroll(frame.rename(columns={"mean": "a_b"}), caption="ตาราง").to_latex()
    assert r"a\_b" in text and "1.12" in text and "ตาราง" in text


def test_an_index_with_a_name_is_a_column_and_headings_of_two_rows_are_joined(frame):
    wide = frame.assign(test="NT").pivot_table(index="name_th", columns="test", values=["mean", "n"])
    assert desk.scroll(wide)._heads() == ["name_th", "mean NT", "n NT"]
