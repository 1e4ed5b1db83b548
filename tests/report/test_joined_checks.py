"""Checks, domains and doses beside the effects: told by the interval, and never of a single school."""

from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from innovlib import paths
from innovlib.area import open_area
from innovlib.effects.findings import ALL, DOSES, findings
from innovlib.errors import Words
from innovlib.report import joined_checks, joining
from innovlib.report.typeset import number


@pytest.fixture(scope="module")
def found() -> dict[str, pd.DataFrame]:
    return findings(open_area(paths.EXAMPLE))


def _shown(found: dict, kind: str) -> pd.DataFrame:
    frame = joining.effects(found, profile_name="public", group=ALL).frame
    return frame[(frame["kind"] == kind) & (frame["status"] == "shown")].set_index("what")


def _said(found: dict) -> Words:
    parts = joining.further(joining.effects(found, profile_name="public"))
    return Words(" ".join(p.th for p in parts), ". ".join(p.en for p in parts))


def test_checks_are_those_of_all_tests_together_and_none_is_of_one_school(found):
    checks = _shown(found, "check")
    assert set(checks.index) == set(joined_checks.CHECKS) and "one_school" not in checks.index
    threats = found["threats"].query("group == 'all' and kind == 'together'").set_index("threat")
    for name in joined_checks.CHECKS:
        assert checks["estimate"][name] == pytest.approx(threats["estimate"][name], abs=0.05 + 1e-9)


def test_sentences_print_the_numbers_that_may_be_seen(found):
    said = _said(found)
    for kind, decimals in (("check", 1), ("autonomy", 2)):
        for what, row in _shown(found, kind).query("what != 'index'").iterrows():
            if kind == "check" or row["verdict"].startswith("clearly"):
                # Bounds are told by their ends, and a ratio has no sign.
                end = row["conf_low"] if what == "participation" else row["estimate"]
                signed = what not in ("participation", "clustering")
                value = number(end, decimals=decimals, signed=signed)
                assert value in said.th and value in said.en


def test_doses_are_described_by_domain_and_never_called_a_cause(found):
    assert set(_shown(found, "dose").index) == {"academic", "budget", "personnel", "general", "index", "gap"}
    said = _said(found)
    assert "ไม่ใช่เหตุและผล" in said.th and "cannot be told yet whether those that became freer" in said.en


@pytest.mark.parametrize(("low", "high", "undecided"), [(-1.0, 2.0, True), (0.3, 2.0, False), (-2.0, -0.3, False)])
def test_dose_sentence_and_interval_agree(found, low, high, undecided):
    dose = found["dose"].query("what == 'index'").assign(estimate=(low + high) / 2, conf_low=low, conf_high=high)
    said = _said(found | {"dose": dose}).en
    assert ("cannot be told yet whether those that became freer" in said) == undecided
    assert ("one step more of autonomy went with" in said) == (not undecided)
    assert "autonomy was not given at random" in said


ENDS = st.tuples(*[st.floats(-30, 30)] * 3).map(sorted)


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(ends=ENDS)
def test_placebo_outcome_sentence_and_interval_agree(found, ends):
    threats = found["threats"].copy()
    threats.loc[threats["threat"] == "placebo_outcome", ["conf_low", "estimate", "conf_high"]] = ends
    held = found | {"threats": threats}
    row, said = _shown(held, "check").loc["placebo_outcome"], _said(held)
    open_ = row["conf_low"] <= 0 <= row["conf_high"]
    assert ("cannot be told that they moved" in said.en) == ("ยังสรุปไม่ได้ว่าเปลี่ยน" in said.th) == open_
    assert ("did move" in said.en) == ("กลับต่าง" in said.th) == (not open_)
    assert f"(interval {number(row['conf_low'], decimals=1)} to {number(row['conf_high'], decimals=1)})" in said.en


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(p=st.floats(0.001, 1), share=st.floats(-0.5, 0.5))
def test_the_share_tested_is_said_to_have_moved_only_by_more_than_chance(found, p, share):
    threats = found["threats"].copy()
    threats.loc[threats["threat"] == "participation", ["p_value", "limit"]] = [p, share]
    said = _said(found | {"threats": threats})
    assert ("cannot be told that the share" in said.en) == ("ยังสรุปไม่ได้ว่าสัดส่วน" in said.th) == (p > 0.05)
    assert ("percentage points beside other schools, by more than chance" in said.en) == (p <= 0.05)


def test_each_domain_has_its_dose_beside_that_of_the_index(found):
    said = _said(found)
    for what, row in _shown(found, "dose").drop(index="index").iterrows():
        value = number(row["estimate"], decimals=1, signed=True)
        assert f"{DOSES[what].en} {value} (" in said.en and f"{DOSES[what].th} {value} (" in said.th
    assert "one that stands out may be chance" in said.en


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(ends=ENDS, p=st.floats(0.001, 1))
def test_a_domain_is_said_to_move_only_where_interval_and_p_say_so(found, ends, p):
    effects = found["effects"].copy()
    numbers = ["conf_low", "estimate", "conf_high", "p_adjusted"]
    effects.loc[(effects["kind"] == "autonomy") & (effects["what"] == "budget"), numbers] = [*ends, p]
    held = found | {"effects": effects}
    row, said = _shown(held, "autonomy").loc["budget"], _said(held).en
    moved = (row["conf_low"] > 0 or row["conf_high"] < 0) and row["p_adjusted"] < joining.LEVEL
    assert (f"Budget {number(row['estimate'], decimals=2, signed=True)} steps (" in said) == moved


def test_what_could_have_been_seen_stands_with_gaps_spread_domains_and_doses(found):
    said, dose = _said(found).en, _shown(found, "dose").loc["index"]
    effects = found["effects"].query("group == 'all' and estimate.notna()")
    for kind, decimals in (("gap", 2), ("spread", 1)):
        ends = effects.loc[effects["kind"] == kind, "smallest"].agg(["min", "max"])
        assert "–".join(number(end, decimals=decimals) for end in ends) in said
    for row in _shown(found, "autonomy").query("what != 'index'").to_dict("records"):
        assert f"{number(row['smallest'], decimals=2)}\u00a0·\u00a0" in said and row["smallest_one"] > row["smallest"]
    assert f"must be about {number(dose['limit'], decimals=2)} to be found" in said


def test_domains_that_stay_are_not_said_to_move(found):
    effects = found["effects"].copy()
    effects.loc[effects["kind"] == "autonomy", ["conf_low", "conf_high"]] = [-1.0, 1.0]
    said = _said(found | {"effects": effects}).en
    assert "cannot be told yet that any domain" in said and "Academic affairs +" not in said


def test_nothing_stands_beside_tests_that_may_not_be_shown(found):
    effects = found["effects"].copy()
    effects.loc[effects["kind"] == "together", "n_treated"] = 1.0
    own = joining.effects(found | {"effects": effects[effects["kind"] == "together"]}, profile_name="public")
    assert not own.frame["kind"].isin(["check", "dose"]).any()
    assert joining.further(own) == ()
