"""Tables of results as text: what is read is what was written, bit for bit, or it is refused."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from innovlib.area import frames


def same(frame: pd.DataFrame) -> None:
    back = frames.from_text(frames.as_text({"it": frame}))["it"]
    pd.testing.assert_frame_equal(back, frame, check_exact=True)
    assert back.dtypes.tolist() == frame.dtypes.tolist()
    assert back.columns.dtype == frame.columns.dtype
    assert back.index.dtype == frame.index.dtype


EVERYTHING = pd.DataFrame(
    {
        "year_be": [2566, 2567, 2568],
        "small": np.array([1, -2, 3], dtype="int8"),
        "mean": [0.1 + 0.2, np.nan, -np.inf],
        "narrow": np.array([0.1, 0.2, 5e-45], dtype="float32"),
        "name_th": pd.array(["บ้านพุย", None, ""], dtype="str"),
        "old_text": pd.array(["a", None, "\n"], dtype="string"),
        "flag": [True, False, True],
        "maybe": pd.array([True, None, False], dtype="boolean"),
        "count": pd.array([5, None, -1], dtype="Int64"),
        "day": pd.to_datetime(["2023-05-16", None, "1999-01-01"]),
        "band": pd.Categorical(["small", None, "large"], categories=["small", "large"], ordered=True),
        "mixed": pd.Series([1, "a", None], dtype=object),
        "texts_as_objects": pd.Series(["a", "b", "c"], dtype=object),
    }
)


def test_every_kind_of_column_comes_back():
    same(EVERYTHING)


def test_rows_and_names_come_back():
    same(EVERYTHING.set_index("name_th"))
    same(EVERYTHING.set_index("year_be").iloc[::-1])
    same(EVERYTHING.iloc[1:])
    same(EVERYTHING.rename_axis(columns="item"))


def test_empty_frames_come_back():
    same(EVERYTHING.iloc[:0])
    same(pd.DataFrame({"a": []}))
    same(pd.DataFrame())


def test_not_a_number_keeps_its_kind_among_objects():
    cells = frames.from_text(frames.as_text({"it": pd.DataFrame({"a": pd.Series([None, np.nan], dtype=object)})}))
    none, nan = cells["it"]["a"]
    assert none is None
    assert nan != nan


@given(st.lists(st.floats(width=64), max_size=20))
def test_numbers_keep_every_bit(values):
    frame = pd.DataFrame({"v": np.array(values, dtype="float64")})
    back = frames.from_text(frames.as_text({"it": frame}))["it"]
    assert back["v"].to_numpy().tobytes() == frame["v"].to_numpy().tobytes()


@given(st.lists(st.one_of(st.none(), st.text()), max_size=10))
def test_text_keeps_every_character(values):
    same(pd.DataFrame({"v": pd.array(values, dtype="str")}))


def test_what_is_read_may_be_changed():
    back = frames.from_text(frames.as_text({"it": EVERYTHING}))["it"]
    back.loc[0, "mean"] = 1.0
    assert back.loc[0, "mean"] == 1.0


@pytest.mark.parametrize(
    ("frame", "word"),
    [
        (pd.DataFrame({"a": [("RT", "P1")]}), "it.a: tuple"),
        (pd.DataFrame({"a": [{1, 2}]}), "it.a: set"),
        (pd.DataFrame({"a": [1]}, index=pd.MultiIndex.from_tuples([(1, 2)])), "levels"),
        (pd.DataFrame({"a": pd.to_datetime(["2023-05-16"]).tz_localize("Asia/Bangkok")}), r"it\.a: columns of type"),
    ],
)
def test_what_cannot_be_kept_is_refused_by_name(frame, word):
    with pytest.raises(TypeError, match=word):
        frames.as_text({"it": frame})
