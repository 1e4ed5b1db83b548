"""Sentences and intervals cannot disagree, whatever the numbers."""

from __future__ import annotations

import math
import re

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from innovlib.effects.design import Design
from innovlib.effects.effect import Effect, Effects, shown, verdict
from innovlib.effects.inference import METHODS

WORDS = {
    "higher": ("สูงกว่ากลุ่มเปรียบเทียบ", "moved higher"),
    "lower": ("ต่ำกว่ากลุ่มเปรียบเทียบ", "moved lower"),
    "open": ("ยังสรุปไม่ได้", "no conclusion yet"),
    "none": ("ประมาณช่วงเชื่อมั่นไม่ได้", "no interval"),
}
NUMBER = re.compile(r"[−+]?(?:\d+\.\d+|∞|\d+)")
finite = st.floats(-1e4, 1e4, allow_nan=False).filter(lambda v: v == 0 or abs(v) > 1e-9)


def made(low: float, value: float, high: float, unit: str = "SD") -> Effect:
    return Effect(value, 0.1, low, high, 0.5, 100, 13, Design(outcome="maths", unit=unit), METHODS["welch"], "here")


@settings(max_examples=400, deadline=None)
@given(st.lists(finite, min_size=3, max_size=3), st.sampled_from(["SD", "points", "share"]))
def test_sentence_says_what_the_interval_says(numbers, unit):
    low, value, high = sorted(numbers)
    one = made(low, value, high, unit)
    kind = "higher" if low > 0 else "lower" if high < 0 else "open"
    assert one.verdict == one.to_frame()["verdict"].iat[0] == kind
    for place, lang in enumerate(("th", "en")):
        text = one.sentence(lang)
        assert [k for k, words in WORDS.items() if words[place] in text] == [kind]
        # The printed bounds stand on the side of zero that the words claim.
        printed = [float(n.replace("−", "-")) for n in NUMBER.findall(one.interval(lang).split("%", 1)[1])]
        assert len(printed) == 2 and verdict(*printed) == kind


@given(finite)
def test_rounding_never_hides_a_sign(value):
    text = shown(value).replace("−", "-")
    assert (float(text) > 0) == (value > 0) and (float(text) < 0) == (value < 0)


@pytest.mark.parametrize(("low", "high"), [(math.nan, math.nan), (math.nan, 1.0), (0.1, math.nan)])
def test_without_an_interval_nothing_is_claimed(low, high):
    for place, lang in enumerate(("th", "en")):
        text = made(low, 0.2, high).sentence(lang)
        assert WORDS["none"][place] in text and "0.2" not in text


def test_unbounded_intervals_are_open():
    one = made(-math.inf, 0.2, math.inf)
    assert one.verdict == "open" and "∞" in one.sentence("th")


def test_many_effects_count_their_verdicts():
    frame = pd.DataFrame({"estimate": [1, 1, 1, 1], "conf_low": [0.5, -2, -1, math.nan], "conf_high": [2, -0.1, 1, 1]})
    several = Effects(frame, Design(outcome="maths"), METHODS["welch"], "here")
    assert several.to_frame()["verdict"].tolist() == ["higher", "lower", "open", "none"]
    assert several.sentence("en").startswith("maths: of 4 values, 1 clearly higher, 1 clearly lower, 1 without")
    assert "verdict" not in frame


def test_html_is_escaped():
    one = Effect(0.1, 0.1, -1, 1, 0.5, 9, 4, Design(outcome="<script>"), METHODS["welch"], "here")
    assert "<script>" not in one._repr_html_()
