"""The synthetic area: same bytes, tables that agree with each other, calibration, and a truth that can be recovered."""

from __future__ import annotations

import json
import re

import numpy as np
import pandas as pd
import pytest

from innovlib import paths, terms
from innovlib.area import check, contract, reference, store, synthetic
from innovlib.area import synthetic_model as model
from innovlib.area import synthetic_roster as rosters
from innovlib.errors import BadInput

KEY = ["school_id", "year_be", "test", "grade", "subject"]
CELL = ["year_be", "test", "grade", "subject"]
TARGETS = model.TARGETS


@pytest.fixture(scope="module")
def area() -> store.Area:
    return store.open_area(paths.EXAMPLE)


@pytest.fixture(scope="module")
def truth() -> dict:
    return json.loads((paths.EXAMPLE / synthetic.TRUTH_FILE).read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def many() -> synthetic.Example:
    """An area large enough that one draw shows the truth."""
    return synthetic.generate(n_schools=8000, pupils=False)


def within(value: float, limits: tuple[float, float]) -> bool:
    return limits[0] <= value <= limits[1]


# --- bytes --------------------------------------------------------------------------------------------------------


def test_the_same_seed_writes_the_committed_bytes(tmp_path):
    synthetic.write_example(tmp_path / "example")
    made = {path.name: path.read_bytes() for path in (tmp_path / "example").iterdir()}
    committed = {path.name: path.read_bytes() for path in paths.EXAMPLE.iterdir() if path.name != "README.md"}
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


def test_the_example_is_the_same_within_a_larger_area(area, many):
    ids = area.table("schools")["school_id"]
    for name in ("schools", "scores"):
        larger = many.tables[name][many.tables[name]["school_id"].isin(ids)]
        key = list(contract.table(name).key)
        pd.testing.assert_frame_equal(larger.sort_values(key, ignore_index=True), area.table(name))


# --- writing ------------------------------------------------------------------------------------------------------


def test_the_package_says_that_it_is_synthetic(area):
    assert area.is_synthetic
    assert area.name_en == "Synthetic example area (southern Chiang Mai)"
    assert area.name_th == "พื้นที่ตัวอย่าง (ข้อมูลจำลอง) เชียงใหม่ตอนใต้"
    assert area.package["licenses"][0]["name"] == "CC0-1.0"
    assert [r["name"] for r in area.package["resources"]] == list(contract.TABLES)


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
def test_no_table_breaches_the_contract(area, name):
    raw = store.read_raw(area.path(name))
    assert len(raw) > 0
    assert check.breaches(raw, name) == []


def test_any_other_tool_can_read_the_package():
    frictionless = pytest.importorskip("frictionless")
    report = frictionless.validate(str(paths.EXAMPLE / store.PACKAGE_FILE))
    assert report.valid, report.flatten(["name", "type", "note"])[:5]


def test_the_folder_stays_small():
    assert sum(path.stat().st_size for path in paths.EXAMPLE.iterdir()) < 9_000_000


# --- who is in it -------------------------------------------------------------------------------------------------


def test_the_thirteen_schools_stand_as_published(area):
    pilots = area.table("schools").dropna(subset=["cohort"])
    assert len(area.table("schools")) == 98
    assert pilots["cohort"].value_counts().to_dict() == {1: 9, 2: 4}
    assert pilots.groupby("cohort")["joined_year_be"].unique().map(list).to_dict() == {1: [2562], 2: [2563]}
    assert pilots["district"].value_counts().to_dict() == {"อมก๋อย": 10, "ฮอด": 2, "ดอยเต่า": 1}
    assert set(pilots.loc[pilots["highest_grade"] == "ม.3", "name_th"]) == {
        "บ้านพุย", "บ้านมูเซอ", "บ้านห้วยน้ำขาว", "บ้านยางเปา", "บ้านยางครก", "บ้านห้วยไม้หก", "บ้านตาลเหนือ",
    }  # fmt: skip


def test_comparison_schools_are_invented_and_named_once(area):
    schools = area.table("schools")
    keys = schools["name_th"].map(terms.matching_key)
    assert keys.is_unique
    assert schools["name_en"].is_unique
    others = schools[schools["cohort"].isna()]
    assert others["district"].value_counts().to_dict() == {d.name: d.comparison_schools for d in rosters.DISTRICTS}
    invented = {rosters.invented_name(i)[0] for i in range(170)}
    assert len(invented) == 170
    assert set(others["name_th"]) <= invented


def test_no_id_can_be_a_real_school(area):
    provinces = area.table("schools")["school_id"].str[:2].unique().tolist()
    assert provinces == ["99"]  # Thai provinces have codes 10 to 96
    beyond = {rosters.school_id(i) for i in range(30_000)}
    assert len(beyond) == 30_000
    assert all(re.fullmatch(r"9[789][0-9]{6}", one) for one in beyond)


def test_places_are_centroids_of_their_subdistrict(area):
    schools = area.table("schools")
    for subdistrict, rows in schools.groupby("subdistrict"):
        assert rows[["lon", "lat"]].drop_duplicates().to_numpy().tolist() == [list(rosters.CENTROIDS[subdistrict])]


# --- tables agree with each other ---------------------------------------------------------------------------------


def test_pupils_recompute_every_school_result(area):
    pupils, scores = area.table("pupils"), area.table("scores")
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


def test_a_pupil_is_one_person_throughout(area):
    pupils = area.table("pupils")
    person = pupils.groupby("pupil_key")
    for column in ("school_id", "sex", "other_language", "poor"):
        assert person[column].nunique().max() == 1, column
    # Grade 1, 3, 6 and 9 of one pupil belong to one year of entry.
    steps = pupils["year_be"] - pupils["grade"].map({exam.grade: exam.step for exam in model.EXAMS})
    assert steps.groupby(pupils["pupil_key"]).nunique().max() == 1
    assert person["grade"].nunique().max() > 1


def test_keys_of_pupils_do_not_give_their_ids_away(area):
    keys = area.table("pupils")["pupil_key"]
    assert keys.str.fullmatch("[0-9a-f]{16}").all()
    assert synthetic.pupil_key("1") != synthetic.pupil_key("2")


def test_area_benchmarks_are_the_pupils_of_the_area(area):
    pupils = area.table("pupils").dropna(subset=["score"])
    own = area.table("benchmarks").query("level == 'area'").set_index(CELL)
    cells = pupils.groupby(CELL)["score"].agg(["mean", "size"])
    assert set(cells.index) == set(own.index)
    assert (cells["size"].reindex(own.index) == own["n"]).all()
    assert (cells["mean"].reindex(own.index) - own["mean"]).abs().max() <= 0.005 + 1e-9


def test_school_means_reconcile_with_the_area_row(area):
    scores = area.table("scores").query("n_tested > 0")
    weighted = scores.assign(sum=scores["mean"] * scores["n_tested"]).groupby(CELL)[["sum", "n_tested"]].sum()
    own = area.table("benchmarks").query("level == 'area'").set_index(CELL)["mean"]
    assert (weighted["sum"] / weighted["n_tested"] - own).abs().max() < 0.011


def test_national_benchmarks_are_the_published_ones_and_no_others(area):
    nation = area.table("benchmarks").query("level == 'nation'").set_index(CELL)["mean"]
    published = reference.national_means().set_index(CELL)["mean"]
    assert (published.reindex(nation.index) == nation).all()
    assert set(nation.index.get_level_values("grade")) == {"ป.1", "ป.3", "ป.6"}
    onet_years = set(nation.xs("O-NET", level="test").index.get_level_values("year_be"))
    assert onet_years == set(range(2557, 2568)) - {2564, 2565}


def test_every_simulated_table_names_known_schools(area):
    known = set(area.table("schools")["school_id"])
    for name in ("scores", "pupils", "autonomy", "qualities", "partners", "progress"):
        assert set(area.table(name)["school_id"]) <= known, name


# --- tests as they were held --------------------------------------------------------------------------------------


def years_of(scores: pd.DataFrame, test: str, subject: str) -> set[int]:
    return set(scores.query("test == @test and subject == @subject")["year_be"])


def test_years_and_parts_of_the_tests(area):
    scores = area.table("scores")
    assert years_of(scores, "RT", "comprehension") == {*range(2559, 2563), *range(2564, 2568)}
    assert years_of(scores, "NT", "reasoning") == set(range(2558, 2562))
    assert years_of(scores, "NT", "thai") == set(range(2562, 2568))
    assert years_of(scores, "O-NET", "social") == {2557, 2558, 2559}
    assert years_of(scores, "O-NET", "maths") == set(range(2557, 2568))


def test_only_schools_with_lower_secondary_sit_grade_nine(area):
    schools = area.table("schools").set_index("school_id")["highest_grade"]
    sat = area.table("scores").query("grade == 'ม.3'")["school_id"].unique()
    assert set(schools[sat]) == {"ม.3"}


def test_participation_falls_when_the_test_becomes_voluntary(area):
    thai = area.table("scores").query("test == 'O-NET' and grade == 'ป.6' and subject == 'thai'")
    takers = thai.groupby("year_be")["n_tested"].sum()
    assert within(takers[2563] / takers[2559], TARGETS["takers_2563_of_2559"])
    away = thai.assign(away=thai["n_tested"] == 0).groupby("year_be")["away"].mean()
    assert away[away.index <= 2562].max() == 0
    assert away[away.index >= 2563].min() > 0.1


def test_some_results_are_missing_altogether(area):
    scores = area.table("scores").query("test == 'O-NET' and grade == 'ป.6'")
    wanted = {(year, s.subject) for s in model.EXAMS[2].series for year in range(s.years[0], s.years[1] + 1)}
    there = scores.groupby("school_id").apply(lambda g: set(zip(g["year_be"], g["subject"], strict=True)))
    absent = there.map(lambda cells: len(wanted - cells))
    assert (absent == 0).any()
    assert (absent > 0).any()
    per_year = scores.groupby(["school_id", "year_be"])["subject"].nunique()
    assert (per_year < 4).any(), "no single subject is missing"


def test_reading_aloud_has_a_ceiling(area):
    aloud = area.table("pupils").query("subject == 'reading_aloud'")["score"].dropna()
    assert within(aloud.mean(), (64, 74))
    assert within((aloud == 100).mean(), (0.02, 0.15))
    assert aloud.max() == 100


def test_scores_are_whole_items(area):
    pupils = area.table("pupils").dropna(subset=["score"])
    for exam in model.EXAMS:
        for series in exam.series:
            some = pupils[(pupils["grade"] == exam.grade) & (pupils["subject"] == series.subject)]["score"]
            items = some / series.item
            assert (items - items.round()).abs().max() * series.item <= 0.005 + 1e-9


# --- calibration --------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def census(area) -> pd.DataFrame:
    """School results of grade 6 while all pupils had to sit the test."""
    scores = area.table("scores").query("test == 'O-NET' and grade == 'ป.6' and year_be <= 2562 and n_tested > 0")
    return scores.assign(n_tested=scores["n_tested"].astype(float))


def test_takers_a_school(census):
    takers = census.query("subject == 'thai'")["n_tested"]
    assert within(takers.median(), TARGETS["takers_p6"]["median"])
    assert within(takers.quantile(0.1), TARGETS["takers_p6"]["p10"])
    assert within(takers.quantile(0.9), TARGETS["takers_p6"]["p90"])


@pytest.mark.parametrize("subject", list(TARGETS["sd_school_means_onet_p6"]))
def test_spread_of_school_means(census, subject):
    spread = census[census["subject"] == subject].groupby("year_be")["mean"].std().mean()
    assert within(spread, TARGETS["sd_school_means_onet_p6"][subject])


def test_nt_differs_more_in_the_highlands(area):
    nt = area.table("scores").query("test == 'NT' and n_tested > 0")
    highland = area.table("schools").set_index("school_id")["is_highland"].astype(bool)
    spread = nt.assign(high=nt["school_id"].map(highland)).groupby(["high", "year_be", "subject"])["mean"].std()
    assert within(spread[False].mean(), TARGETS["sd_school_means_nt"]["lowland"])
    assert within(spread[True].mean(), TARGETS["sd_school_means_nt"]["highland"])


def correlations(census: pd.DataFrame, subject: str) -> tuple[float, float]:
    """Mean correlation of school means with the next year's: plain, and weighted by takers of the two years."""
    rows = census[census["subject"] == subject]
    means = rows.pivot(index="school_id", columns="year_be", values="mean")
    takers = rows.pivot(index="school_id", columns="year_be", values="n_tested")
    plain, weighted = [], []
    for first, second in zip(means.columns[:-1], means.columns[1:], strict=True):
        both = means[[first, second]].dropna()
        plain.append(both.corr().iat[0, 1])
        covariance = np.cov(both.T, aweights=takers.loc[both.index, [first, second]].sum(axis=1))
        weighted.append(covariance[0, 1] / np.sqrt(covariance[0, 0] * covariance[1, 1]))
    return float(np.mean(plain)), float(np.mean(weighted))


@pytest.mark.parametrize("subject", list(TARGETS["correlation_year_to_year_onet_p6"]))
def test_school_means_go_together_from_year_to_year(census, subject):
    plain, weighted = correlations(census, subject)
    tolerance = TARGETS["correlation_tolerance"]
    assert plain == pytest.approx(TARGETS["correlation_year_to_year_onet_p6"][subject], abs=tolerance["plain"])
    assert weighted == pytest.approx(TARGETS["correlation_weighted_onet_p6"][subject], abs=tolerance["weighted"])


def test_pupils_differ_as_much_as_pupils_do(area):
    scores = area.table("scores").query("n_tested > 1")
    degrees = scores["n_tested"].astype(float) - 1
    pooled = (
        scores.assign(squares=scores["sd"] ** 2 * degrees, degrees=degrees)
        .groupby(["test", "grade", "subject"])[["squares", "degrees"]]
        .sum()
    )
    spread = np.sqrt(pooled["squares"] / pooled["degrees"])
    low, high = TARGETS["pupil_sd_within_school"]
    # "About 12 to 18": a quarter of a point is left for the smaller grade 9.
    assert spread.between(low - 0.25, high).all(), spread


@pytest.mark.parametrize("subject", ["thai", "maths"])
@pytest.mark.parametrize("gap", ["home_language", "girls"])
def test_gaps_between_groups_of_pupils(area, subject, gap):
    pupils = area.table("pupils").query("test == 'O-NET' and grade == 'ป.6' and subject == @subject").dropna()
    by_year = pupils.groupby("year_be")["score"]
    z = (pupils["score"] - by_year.transform("mean")) / by_year.transform("std")
    group = pupils["other_language"].astype(bool) if gap == "home_language" else pupils["sex"] == "female"
    found = z[group].mean() - z[~group].mean()
    assert found == pytest.approx(TARGETS[f"gap_{gap}_sd"][subject], abs=TARGETS["gap_tolerance"])


# --- truth --------------------------------------------------------------------------------------------------------


def did(example: synthetic.Example, test: str, grade: str, subject: str) -> tuple[float, float]:
    """Difference in differences by hand: each school-year after joining, less the school's own mean before, less the
    same difference of the schools that never joined; the mean over those school-years and its standard error."""
    scores = example.tables["scores"].query(
        "test == @test and grade == @grade and subject == @subject and n_tested > 0"
    )
    wide = scores.pivot(index="school_id", columns="year_be", values="mean")
    joined = example.tables["schools"].set_index("school_id")["joined_year_be"].reindex(wide.index)
    never = wide[joined.isna()]
    gaps = {}
    for year_joined in sorted(joined.dropna().unique()):
        before = [year for year in wide if year < year_joined]
        own = wide[joined == year_joined]
        for year in (year for year in wide if year >= year_joined):
            other = (never[year] - never[before].mean(axis=1)).mean()
            gaps[year_joined, year] = (own[year] - own[before].mean(axis=1) - other).dropna()
    by_school = pd.concat(gaps).groupby(level=2).agg(["sum", "size"])
    estimate = by_school["sum"].sum() / by_school["size"].sum()
    spread = (by_school["sum"] - estimate * by_school["size"]).pow(2).sum()
    return float(estimate), float(np.sqrt(spread) / by_school["size"].sum())


def average(truth: dict, subject: str, *, test: str = "O-NET", grade: str = "ป.6") -> float:
    wanted = {"cohort": "all", "test": test, "grade": grade, "subject": subject}
    (row,) = [r for r in truth["average"] if all(r[k] == v for k, v in wanted.items())]
    return row["realised_points"]


SERIES = [("O-NET", "ป.6", s) for s in ("thai", "english", "maths", "science")] + [("RT", "ป.1", "comprehension")]


@pytest.mark.parametrize(("test", "grade", "subject"), SERIES)
def test_difference_in_differences_finds_the_truth_in_a_large_area(many, test, grade, subject):
    estimate, error = did(many, test, grade, subject)
    assert error < 0.35
    assert abs(estimate - average(many.truth, subject, test=test, grade=grade)) < 3 * error


def test_the_effect_is_found_to_be_there(many):
    # The same check as above would pass if there were no effect and no power: in Thai zero is far outside.
    estimate, error = did(many, "O-NET", "ป.6", "thai")
    assert estimate / error > 3


@pytest.mark.slow
@pytest.mark.parametrize("subject", ["thai", "maths"])
def test_difference_in_differences_is_right_on_average_over_examples(subject):
    off = []
    for seed in range(150):
        example = synthetic.generate(seed=seed, pupils=False)
        off.append(did(example, "O-NET", "ป.6", subject)[0] - average(example.truth, subject))
    assert abs(np.mean(off)) < 3 * np.std(off) / np.sqrt(len(off))
    assert np.std(off) / np.sqrt(len(off)) < 0.15


def test_without_noise_the_realised_effect_is_the_designed_one():
    example = synthetic.generate(n_schools=2000, pupils=False, noise=0.0)
    rows = pd.DataFrame(example.truth["effects"]).query("n_school_years >= 20")
    assert len(rows) > 60
    # What is left is which schools sat the test: their multipliers average 1 only over all of the cohort.
    off = (rows["realised_points"] - rows["effect_points"]).abs()
    assert (off <= 0.12 * rows["effect_points"] + 0.005).all()
    assert (off / rows["effect_points"].where(rows["effect_points"] > 0)).mean() < 0.03


def test_designed_effects_follow_the_design(truth):
    thai = [row for row in truth["effects"] if (row["cohort"], row["grade"], row["subject"]) == (1, "ป.6", "thai")]
    assert [row["years_since_joining"] for row in thai] == [0, 1, 2, 3, 4, 5]
    assert [row["year_be"] for row in thai] == list(range(2562, 2568))
    assert [row["effect_pupil_sd"] for row in thai] == [0.0, 0.03, 0.06, 0.09, 0.12, 0.15]
    nothing = [row for row in truth["effects"] if row["subject"] == "maths"]
    assert nothing
    assert all(row["realised_points"] == row["effect_points"] == 0 for row in nothing)


def test_multipliers_average_one_within_each_cohort(truth):
    schools = pd.DataFrame(truth["schools"])
    assert schools.groupby("cohort")["effect_multiplier"].mean().tolist() == pytest.approx([1, 1], abs=1e-3)
    assert schools["effect_multiplier"].std() > 0.2
    gains = pd.DataFrame(schools["autonomy_gain"].tolist()).mean()
    assert gains.idxmax() == "academic"
    assert gains["personnel"] < gains["budget"] < gains["general"] < gains["academic"]


def test_truth_says_where_it_comes_from(truth):
    assert truth["synthetic"] is True
    assert truth["seed"] == synthetic.SEED
    assert truth["calibration"]["targets"]["gap_home_language_sd"] == TARGETS["gap_home_language_sd"]


# --- the tables beside the scores ---------------------------------------------------------------------------------


def test_autonomy_moves_most_in_academic_matters(area):
    autonomy = area.table("autonomy")
    joined = area.table("schools").set_index("school_id")["joined_year_be"]
    since = autonomy["year_be"] - autonomy["school_id"].map(joined)
    pilots = autonomy[since.notna()].assign(after=since.dropna() >= 2)
    pilots = pilots[pilots["after"] | (since.reindex(pilots.index) < 0)]
    mean = pilots.groupby(["domain", "after"])[["de_jure", "de_facto"]].mean()
    gain = mean.xs(True, level="after") - mean.xs(False, level="after")
    assert gain["de_facto"].idxmax() == gain["de_jure"].idxmax() == "academic"
    assert gain.loc["academic", "de_facto"] > 1
    assert gain.loc[["personnel", "budget"], "de_facto"].max() < 0.5
    others = autonomy[since.isna()]
    assert others.groupby(["domain", "item"])["de_jure"].nunique().max() == 1


def test_autonomy_asks_the_items_of_the_reference(area):
    asked = area.table("autonomy")[["domain", "item"]].drop_duplicates()
    items = reference.autonomy_items()
    assert set(zip(asked["domain"], asked["item"], strict=True)) == set(
        zip(items["domain"], items["item"], strict=True)
    )
    assert area.table("autonomy")["respondent_role"].unique().tolist() == ["head", "teacher"]


def test_levels_of_qualities_add_up_to_the_pupils(area):
    qualities = area.table("qualities")
    levels = qualities[[f"n_level_{i}" for i in range(1, 5)]].sum(axis=1)
    assert (levels == qualities["n_rated"]).all()
    assert qualities["year_be"].min() == 2562
    assert set(qualities["quality"]) == set(terms.QUALITIES)
    enrolled = area.table("scores").query("test == 'O-NET' and grade == 'ป.6' and subject == 'thai'")
    both = qualities.query("grade == 'ป.6'").merge(enrolled, on=["school_id", "year_be"])
    assert len(both) > 500
    assert (both["n_rated"] == both["n_enrolled"]).all()


def test_partners_are_marked_and_of_all_sectors(area):
    partners = area.table("partners")
    assert set(partners["sector"]) == set(terms.SECTORS)
    assert partners["partner_name"].str.endswith("(สมมติ)").all()
    ended = partners.dropna(subset=["end"])
    assert len(ended) > 0
    assert (ended["end"] > ended["start"]).all()
    assert partners["value_thb"].notna().any()
    assert partners["value_thb"].isna().any()


def test_progress_of_pilots_begins_when_they_join_and_is_marked(area):
    progress = area.table("progress")
    schools = area.table("schools").set_index("school_id")["joined_year_be"]
    assert set(progress["school_id"]) == set(schools.dropna().index)
    year = progress["date"].dt.date.map(terms.academic_year_be)
    assert (year >= progress["school_id"].map(schools)).all()
    assert progress["note_th"].str.endswith("(ข้อมูลจำลอง)").all()
    assert set(progress["what"]) == set(terms.PROGRESS_KINDS)
