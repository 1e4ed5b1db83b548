"""Where pilots stand decides what chance moves: schools, whole subdistricts, whole areas; and power follows."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from innovlib.effects import inference, over_time, permute, power, sensitivity, several, simulate, where
from innovlib.effects.design import Design
from innovlib.effects.panel import areas, panel


def nation(seed: int = 1, *, n_areas: int = 30, with_pilots: int = 8, shock: float = 0.2):
    """Areas of ten schools with shocks of their own; four pilots stand together in each of some."""
    frame, schools = simulate.area(seed=seed, n_schools=n_areas * 10)
    rng, place = np.random.default_rng(seed), np.arange(n_areas * 10) % n_areas
    values = frame["outcome"].to_numpy().reshape(-1, 10) + rng.normal(0, shock, (n_areas, 10))[place]
    joined = np.full(len(place), np.nan)
    for number, chosen in enumerate(rng.permutation(n_areas)[:with_pilots]):
        joined[rng.permutation(np.flatnonzero(place == chosen))[:4]] = 2562 if number % 2 else 2564
    ids = [f"{10 + p:02d}01{i:04d}" for i, p in enumerate(place)]
    frame = frame.assign(school_id=np.repeat(ids, 10), outcome=values.ravel())
    return frame, schools.assign(school_id=ids, joined_year_be=joined)


def test_areas_are_read_from_official_codes_else_from_provinces():
    rows = pd.DataFrame({"school_id": ["50010001", "50010002", "57020001"], "province": ["ก", "ข", "ข"]})
    assert areas(rows, "auto").tolist() == [0, 0, 1]
    assert areas(rows.assign(school_id=["S1", "S2", "S3"]), "auto").tolist() == [0, 1, 1]
    assert areas(rows[["school_id"]].assign(school_id="S1"), "auto").tolist() == [-1, -1, -1]
    assert areas(rows, "province").tolist() == [0, 1, 1]


def test_many_areas_are_permuted_whole_and_it_is_said():
    found = panel(*nation())
    assert where.which(found) == "areas"
    table = where.clustering(found).iloc[0]
    assert (table["areas"], table["areas_with_pilots"], table["permuted"]) == (30, 8, "areas")
    one = inference.effect(found)
    assert one.method == inference.METHODS["areas"]
    lines = inference.lines(found)
    assert lines.loc[lines["is_main"], "method"].tolist() == ["areas"]
    assert {"schools", "areas", "welch", "normal"} <= set(lines["method"])


def test_one_area_is_not_permuted_whole():
    assert where.which(panel(*simulate.area(seed=1))) == "schools"
    few = panel(*nation(n_areas=9, with_pilots=4))
    assert not where.is_national(few)


def test_pilots_that_cannot_be_moved_are_clustered_by_area_instead():
    frame, schools = nation(n_areas=12, with_pilots=2)
    # The pilots' areas are the only ones with so many schools: they have nowhere else to go.
    joined = schools["school_id"].str[:4].isin(schools.loc[schools["joined_year_be"].notna(), "school_id"].str[:4])
    small = schools[joined | schools.groupby(schools["school_id"].str[:4]).cumcount().lt(2)]
    found = panel(frame[frame["school_id"].isin(small["school_id"])], small)
    assert where.which(found) == "area"
    assert inference.effect(found).method == inference.METHODS["area"]
    assert inference.lines(found)["is_main"].sum() == 1
    assert over_time.event_study(found).to_frame()["band_low"].notna().any()
    both = several.outcomes({"a": found, "b": found}).to_frame()
    assert both["p_adjusted"].notna().all()


def test_area_shocks_do_not_pass_for_effects():
    wrong = {"areas": 0, "welch": 0}
    for seed in range(60):
        found = panel(*nation(seed, shock=0.5), Design(draws=99, seed=seed))
        wrong["areas"] += inference.effect(found).p_value <= 0.05
        wrong["welch"] += inference.welch(found).p_value <= 0.05
    assert wrong["areas"] <= 8 < wrong["welch"]


def test_groups_are_placed_in_blocks_with_room():
    blocks = np.repeat(np.arange(4), [6, 3, 3, 2])
    wanted = [np.array([2, 1]), np.array([0, 2])]
    (first, second) = next(iter(permute.placed(wanted, blocks, draws=200, seed=1)))
    assert first.shape == (200, 2) and second.shape == (200, 3)
    for a, b in zip(first, second, strict=True):
        assert len(set(a) | set(b)) == 5
        counts = sorted(np.bincount(blocks[np.concatenate([a, b])], minlength=4), reverse=True)
        assert counts[:2] == [3, 2]


def test_a_group_too_large_for_any_block_is_halved():
    blocks = np.repeat(np.arange(5), 3)
    held = permute.fitted([np.array([4, 1])], blocks)
    assert sorted(int(g.sum()) for g in held) == [2, 3]
    assert sum(held).tolist() == [4, 1]
    assert permute.fitted([np.array([40, 0])], blocks) is None


def test_power_is_less_where_pilots_stand_together():
    together, apart = (panel(*simulate.area(simulate.SCENARIOS["D2"], seed=s)) for s in (3, 3))
    least = power.smallest_effects(together)["smallest"].iat[0]
    assert where.which(together) == "subdistricts"
    assert least > power.smallest_effects(apart.asked(inference="schools"))["smallest"].iat[0]


def test_of_many_pilots_those_that_matter_most_are_left_out():
    found = panel(*simulate.area(seed=1))
    every, some = sensitivity.leave_one_out(found), sensitivity.leave_one_out(found, most=5)
    assert len(some) == 5
    furthest = every.loc[every["change"].abs().idxmax(), "school_id"]
    assert furthest in set(some["school_id"])


@pytest.mark.parametrize(("gaps", "near"), [(0.0, 1e-10), (0.1, 0.003)])
@pytest.mark.parametrize("weights", ["schools", "pupils"])
def test_in_large_panels_one_school_is_left_out_without_fitting_all_anew(monkeypatch, gaps, near, weights):
    found = panel(*simulate.area(simulate.Scenario(gaps=gaps), seed=1), Design(weights=weights))
    anew = sensitivity.leave_one_out(found).set_index("school_id").sort_index()
    monkeypatch.setattr(inference, "REFITTED", 0)
    kept = sensitivity.leave_one_out(found).set_index("school_id").sort_index()
    assert list(kept.index) == list(anew.index) and (kept[["n", "n_treated"]] == [99, 12]).all(axis=None)
    # Without gaps they are the same; with gaps they differ by one school's part in the year effects.
    assert np.allclose(kept.astype(float), anew.astype(float), atol=near)
    assert not np.array_equal(kept["estimate"], np.full(13, kept["estimate"].iat[0]))


def test_placebo_outcomes_stay_put_unless_they_were_moved():
    found = panel(*simulate.area(seed=1))
    joined = found.treated[:, None] & (found.years >= found.joined[:, None])
    rows = sensitivity.placebo_outcomes({"still": found, "moved": found.with_values(found.outcome + joined)})
    assert rows["p_value"].iat[0] > 0.05
    assert rows["p_value"].iat[1] < 0.01
    assert rows["estimate"].diff().iat[1] == pytest.approx(1.0)
    assert sensitivity.placebo_outcomes({}).empty
