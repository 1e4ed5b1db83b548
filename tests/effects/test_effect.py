"""Sentences and intervals cannot disagree, whatever the numbers."""

from __future__ import annotations

import math
import re
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from innovlib.effects.design import Design
from innovlib.effects.dose import Dose
from innovlib.effects.effect import Effect, Effects, shown, verdict
from innovlib.effects.inference import METHODS
from innovlib.effects.sensitivity import PreTrend
from innovlib.errors import Words

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


@settings(max_examples=200, deadline=None)
@given(st.lists(st.tuples(finite, finite).map(sorted), min_size=1, max_size=6), st.booleans())
def test_counts_of_several_effects_are_those_of_their_intervals(ends, gap):
    low, high = (np.array([pair[side] for pair in ends]) for side in (0, 1))
    low[0] = math.nan if gap else low[0]
    frame = pd.DataFrame({"estimate": (low + high) / 2, "conf_low": low, "conf_high": high})
    several = Effects(frame, Design(outcome="maths"), METHODS["welch"], "here")
    up, down, none = int((low > 0).sum()), int((high[~np.isnan(low)] < 0).sum()), int(np.isnan(low).sum())
    still = len(ends) - up - down - none
    assert f"{up} clearly higher, {down} clearly lower, {still} without" in several.sentence("en")
    assert f"สูงขึ้นชัดเจน {up} ต่ำลงชัดเจน {down} ยังสรุปไม่ได้ {still}" in several.sentence("th")


@settings(max_examples=200, deadline=None)
@given(st.lists(finite, min_size=3, max_size=3).map(sorted), st.floats(0, 1e4), st.sampled_from(["SD", "points"]))
def test_the_trend_is_told_as_its_interval_is(numbers, breakdown, unit):
    low, value, high = numbers
    one = PreTrend(made(low, value, high, unit), detectable=0.5, years_of_drift=5.0, breakdown=breakdown)
    open_, inside = low <= 0 <= high, max(abs(low), abs(high)) < breakdown
    for lang, words in (("th", ("ไม่พบแนวโน้มต่างกัน", "อยู่ในขอบนี้", "ยังไม่ตัดแนวโน้ม")),
                        ("en", ("No different trend", "lies within it", "do not rule such"))):  # fmt: skip
        said = [word in one.sentence(lang) for word in words]
        assert said == [open_, inside, not inside] and one.survives == inside
        shown_ends = [float(n.replace("−", "-")) for n in NUMBER.findall(one.sentence(lang))][1:3]
        assert (verdict(*shown_ends) == "open") == open_


@settings(max_examples=200, deadline=None)
@given(st.lists(finite, min_size=3, max_size=3).map(sorted), st.sampled_from(["SD", "points"]))
def test_a_dose_is_told_as_its_interval_is_and_never_as_a_cause(numbers, unit):
    low, slope, high = numbers
    one = Dose(slope, 0.1, low, high, 0.3, 0.5, 0.58, 0.73, 13, pd.DataFrame(), "autonomy", unit)
    kind = one.to_frame()["verdict"].iat[0]
    assert kind == verdict(low, high)
    for lang, words in (("th", ("เปลี่ยนไปสูงกว่า", "เปลี่ยนไปต่ำกว่า", "ยังสรุปไม่ได้")),
                        ("en", ("moved higher", "moved lower", "no conclusion yet"))):  # fmt: skip
        said = [word in one.sentence(lang) for word in words]
        assert said == [kind == "higher", kind == "lower", kind == "open"]
    assert "ไม่ใช่เหตุและผล" in one.sentence("th") and "not a cause" in one.sentence("en")


def test_what_was_left_out_is_shown_with_the_effect():
    note = Words("ตัดออก <3> โรงเรียน", "<3> schools left out")
    one = replace(made(-1, 0, 1), notes=(note,))
    several = Effects(one.to_frame(), Design(), METHODS["welch"], "here", (note,))
    for shown_as in (one._repr_html_(), several._repr_html_()):
        assert "&lt;3&gt; schools left out" in shown_as and "ตัดออก &lt;3&gt;" in shown_as
    assert "<ul>" not in made(-1, 0, 1)._repr_html_()
