"""Checks, domains and doses beside the effects: told by the interval, and never of a single school."""

from __future__ import annotations

import pandas as pd
import pytest

from innovlib import paths
from innovlib.area import open_area
from innovlib.effects.findings import ALL, findings
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
        for row in _shown(found, kind).query("what != 'index'").to_dict("records"):
            if kind == "check" or row["verdict"].startswith("clearly"):
                value = number(row["estimate"], decimals=decimals, signed=True)
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


def test_domains_that_stay_are_not_said_to_move(found):
    effects = found["effects"].copy()
    effects.loc[effects["kind"] == "autonomy", ["conf_low", "conf_high"]] = [-1.0, 1.0]
    said = _said(found | {"effects": effects}).en
    assert "cannot be told yet that any domain" in said and "Academic affairs" not in said


def test_nothing_stands_beside_tests_that_may_not_be_shown(found):
    effects = found["effects"].copy()
    effects.loc[effects["kind"] == "together", "n_treated"] = 1.0
    own = joining.effects(found | {"effects": effects[effects["kind"] == "together"]}, profile_name="public")
    assert not own.frame["kind"].isin(["check", "dose"]).any()
    assert joining.further(own) == ()
