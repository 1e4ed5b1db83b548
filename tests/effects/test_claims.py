"""The measured claims: false-positive rate, power, coverage of the known truth. Long."""

from __future__ import annotations

import importlib.util

import pandas as pd
import pytest

from innovlib import paths
from innovlib.effects import inference, power, simulate
from innovlib.effects.design import Design
from innovlib.effects.panel import panel

BENCH = paths.ROOT / "bench"
pytestmark = pytest.mark.slow


def bench(name: str):
    spec = importlib.util.spec_from_file_location(f"bench_{name}", BENCH / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


#: 2,000 replications put a true 5 % within 4.0-6.0 % in 95 of 100 runs; these seeds are not those of the printed table.
LOW, HIGH = 3.9, 6.2


#: Where effects differ by 0.3 SD the size is 5.5 %: more replications are needed to tell that from 6.
MORE = {"H3": 5000}


@pytest.mark.parametrize("scenario", ["A", "B", "C", "D2", "H", "H3", "M"])
def test_default_test_holds_its_size_and_the_usual_one_does_not(scenario):
    table = (
        bench("size_and_power")
        .measure(scenario, replications=MORE.get(scenario, 2000), first_seed=50_000, covariate=scenario not in MORE)
        .set_index(["baseline", "method"])
    )
    assert LOW <= table.loc[("all_years", "auto"), "size_pct"] <= HIGH
    if scenario not in MORE:
        assert LOW <= table.loc[("all_years", "covariate"), "size_pct"] <= HIGH
    assert table.loc[("all_years", "normal"), "size_pct"] > 7
    if scenario == "D2":
        assert table.loc[("all_years", "schools"), "size_pct"] > 8
    assert table.loc[("all_years", "auto"), "power_03_pct"] > (70 if scenario == "H3" else 80)


def test_intervals_hold_the_truth_of_the_synthetic_area():
    module = bench("coverage")
    table = module.summary(pd.concat([module.one_area(seed) for seed in range(10_000, 10_500)]))
    own = table[table["method"] == "default"]
    whole = own[own["test"] == "all"].iloc[0]
    assert whole["intervals"] > 5500 and whole["covered_pct"] >= 93
    assert own["covered_pct"].min() >= 91.5


def test_printed_tables_are_those_of_enough_replications():
    size = pd.read_csv(BENCH / "size_and_power.csv")
    assert (size["replications"] >= 2000).all() and set(size["scenario"]) == {"A", "B", "C", "D2", "H", "H3", "M"}
    default = size[(size["baseline"] == "all_years") & size["method"].isin(["auto", "covariate"])]
    assert default["size_pct"].between(4, 6).all()
    covered = pd.read_csv(BENCH / "coverage.csv").query("method == 'default'").set_index("test")
    assert (covered.loc[["all", "together"], "covered_pct"] >= 93).all()
    assert covered.loc["together", "intervals"] >= 500


@pytest.mark.parametrize("scenario", ["A", "D2"])
def test_the_smallest_effect_is_found_four_times_in_five(scenario):
    world, seeds = simulate.SCENARIOS[scenario], range(70_000, 70_300)
    asked = [Design(draws=199, seed=seed) for seed in seeds]
    plain = [panel(*simulate.area(world, seed=d.seed), d) for d in asked]
    least = [power.smallest_effects(one)["smallest"].iat[0] for one in plain]
    moved = [panel(*simulate.area(world, seed=d.seed, effect=e), d) for d, e in zip(asked, least, strict=True)]
    found = sum(inference.effect(one).p_value <= 0.05 for one in moved) / len(moved)
    # Three standard errors of a share of 300.
    assert abs(found - 0.8) < 0.07
