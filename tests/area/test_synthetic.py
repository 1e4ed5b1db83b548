"""The synthetic area as files: same bytes, nothing real overwritten, tables that agree to the last digit."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from innovlib import paths
from innovlib.area import check, contract, reference, store, synthetic
from innovlib.area import synthetic_model as model
from innovlib.errors import BadInput

KEY = ["school_id", "year_be", "test", "grade", "subject"]
CELL = ["year_be", "test", "grade", "subject"]


# --- bytes --------------------------------------------------------------------------------------------------------


def test_the_same_seed_writes_the_committed_bytes(tmp_path):
    synthetic.write_example(tmp_path / "example")
    made, committed = (
        {path.name: path.read_bytes() for path in folder.glob("[a-z]*.*") if path.is_file()}
        for folder in (tmp_path / "example", paths.EXAMPLE)
    )
    assert made.keys() == committed.keys()
    assert [name for name in made if made[name] != committed[name]] == []


def test_another_seed_is_another_area():
    one, other = (synthetic.generate(seed=seed, n_schools=20, pupils=False) for seed in (1, 2))
    for name in ("schools", "scores", "autonomy", "qualities", "partners", "progress"):
        assert not one.tables[name].equals(other.tables[name]), name
    assert one.truth["effects"] != other.truth["effects"]


def test_pupils_do_not_change_the_rest():
    with_pupils, without = (synthetic.generate(n_schools=25, pupils=p) for p in (True, False))
    assert "pupils" not in without.tables
    for name, frame in without.tables.items():
        pd.testing.assert_frame_equal(frame, with_pupils.tables[name])


def test_the_example_is_the_same_within_a_larger_area(example_area, many):
    ids = example_area.table("schools")["school_id"]
    for name in ("schools", "scores"):
        larger = many.tables[name][many.tables[name]["school_id"].isin(ids)]
        key = list(contract.table(name).key)
        pd.testing.assert_frame_equal(larger.sort_values(key, ignore_index=True), example_area.table(name))


# --- writing ------------------------------------------------------------------------------------------------------


def test_the_package_says_that_it_is_synthetic(example_area):
    assert example_area.is_synthetic
    assert example_area.name_en == "Synthetic example area (southern Chiang Mai)"
    assert example_area.name_th == "พื้นที่ตัวอย่าง (ข้อมูลจำลอง) เชียงใหม่ตอนใต้"
    assert example_area.package["licenses"][0]["name"] == "CC0-1.0"
    assert [r["name"] for r in example_area.package["resources"]] == list(contract.TABLES)


def test_a_real_area_is_never_overwritten(tmp_path):
    real = synthetic.generate(n_schools=20, pupils=False).tables["schools"]
    store.write_area(tmp_path, {"schools": real}, title="x", title_th="x", synthetic=False)
    before = (tmp_path / "schools.csv").read_bytes()
    with pytest.raises(BadInput, match="holds real data"):
        synthetic.write_example(tmp_path, n_schools=20)
    assert (tmp_path / "schools.csv").read_bytes() == before
    assert not (tmp_path / synthetic.TRUTH_FILE).exists()


def test_a_smaller_draw_leaves_no_table_of_a_larger_one(tmp_path):
    synthetic.write_example(tmp_path, n_schools=20)
    synthetic.write_example(tmp_path, n_schools=20, pupils=False)
    assert not (tmp_path / "pupils.csv").exists()
    assert "pupils" not in [r["name"] for r in store.open_area(tmp_path).package["resources"]]


@pytest.mark.parametrize("number", [-1, 0, 19, 99_001])
def test_an_impossible_number_of_schools_is_refused(number):
    with pytest.raises(BadInput, match="cannot be made"):
        synthetic.generate(n_schools=number)


# --- contract -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", list(contract.TABLES))
def test_no_table_breaches_the_contract(example_area, name):
    raw = store.read_raw(example_area.path(name))
    assert len(raw) > 0
    assert check.breaches(raw, name) == []


def test_any_other_tool_can_read_the_package():
    frictionless = pytest.importorskip("frictionless")
    report = frictionless.validate(str(paths.EXAMPLE / store.PACKAGE_FILE))
    assert report.valid, report.flatten(["name", "type", "note"])[:5]


def test_the_folder_stays_small():
    assert sum(path.stat().st_size for path in paths.EXAMPLE.iterdir()) < 9_000_000


# --- tables agree with each other ---------------------------------------------------------------------------------


def test_pupils_recompute_every_school_result(example_area):
    pupils, scores = example_area.table("pupils"), example_area.table("scores")
    hundredths = (pupils["score"] * 100).round()
    recomputed = (
        pupils.assign(total=hundredths, sd=pupils["score"])
        .groupby(KEY)
        .agg(n_enrolled=("pupil_key", "size"), n_tested=("score", "count"), total=("total", "sum"), sd=("sd", "std"))
    )
    printed = scores.set_index(KEY)
    assert set(recomputed.index) == set(printed.index)
    recomputed = recomputed.reindex(printed.index)
    assert (recomputed["n_enrolled"] == printed["n_enrolled"]).all()
    assert (recomputed["n_tested"] == printed["n_tested"]).all()
    n = recomputed["n_tested"].to_numpy()
    half_up = np.floor((2 * recomputed["total"].to_numpy() + n) / np.maximum(2 * n, 1)) / 100
    np.testing.assert_array_equal(np.where(n > 0, half_up, np.nan), printed["mean"].to_numpy())
    sd = recomputed["sd"].to_numpy()
    np.testing.assert_array_equal(np.isnan(sd), printed["sd"].isna().to_numpy())
    assert np.nanmax(np.abs(sd - printed["sd"].to_numpy())) <= 0.005 + 1e-9


def test_a_pupil_is_one_person_throughout(example_area):
    pupils = example_area.table("pupils")
    person = pupils.groupby("pupil_key")
    for column in ("school_id", "sex", "other_language", "poor"):
        assert person[column].nunique().max() == 1, column
    # Grade 1, 3, 6 and 9 of one pupil belong to one year of entry.
    steps = pupils["year_be"] - pupils["grade"].map({exam.grade: exam.step for exam in model.EXAMS})
    assert steps.groupby(pupils["pupil_key"]).nunique().max() == 1
    assert person["grade"].nunique().max() > 1


def test_keys_of_pupils_do_not_give_their_ids_away(example_area):
    keys = example_area.table("pupils")["pupil_key"]
    assert keys.str.fullmatch("[0-9a-f]{16}").all()
    assert synthetic.pupil_key("1") != synthetic.pupil_key("2")


def test_area_benchmarks_are_the_pupils_of_the_area(example_area):
    pupils = example_area.table("pupils").dropna(subset=["score"])
    own = example_area.table("benchmarks").query("level == 'area'").set_index(CELL)
    cells = pupils.groupby(CELL)["score"].agg(["mean", "size"])
    assert set(cells.index) == set(own.index)
    assert (cells["size"].reindex(own.index) == own["n"]).all()
    assert (cells["mean"].reindex(own.index) - own["mean"]).abs().max() <= 0.005 + 1e-9


def test_school_means_reconcile_with_the_area_row(example_area):
    scores = example_area.table("scores").query("n_tested > 0")
    weighted = scores.assign(sum=scores["mean"] * scores["n_tested"]).groupby(CELL)[["sum", "n_tested"]].sum()
    own = example_area.table("benchmarks").query("level == 'area'").set_index(CELL)["mean"]
    assert (weighted["sum"] / weighted["n_tested"] - own).abs().max() < 0.011


def test_national_benchmarks_are_the_published_ones_and_no_others(example_area):
    nation = example_area.table("benchmarks").query("level == 'nation'").set_index(CELL)["mean"]
    published = reference.national_means().set_index(CELL)["mean"]
    assert (published.reindex(nation.index) == nation).all()
    assert set(nation.index.get_level_values("grade")) == {"ป.1", "ป.3", "ป.6"}
    onet_years = set(nation.xs("O-NET", level="test").index.get_level_values("year_be"))
    assert onet_years == set(range(2557, 2568)) - {2564, 2565}


def test_every_simulated_table_names_known_schools(example_area):
    known = set(example_area.table("schools")["school_id"])
    for name in ("scores", "pupils", "autonomy", "qualities", "partners", "progress"):
        assert set(example_area.table(name)["school_id"]) <= known, name
