"""What the appendix says of the methods is what was measured."""

from __future__ import annotations

import pandas as pd

from innovlib.paths import ROOT
from innovlib.report.words import sentence


def test_the_rates_of_false_alarms_in_the_appendix_are_those_of_the_benchmark():
    rows = pd.read_csv(ROOT / "bench" / "size_and_power.csv").query("baseline == 'all_years'")
    kit, usual = (rows.loc[rows["method"] == name, "size_pct"].round() for name in ("auto", "normal"))
    said = sentence("methods.effects")
    for text in (said.th, said.en):
        assert "4–6" in text and "8–17" in text and "2,000" in text
    assert kit.between(4, 6).all() and (usual.min(), usual.max()) == (8, 17) and rows["replications"].min() >= 2000
