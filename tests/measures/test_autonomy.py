import itertools

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from innovlib import terms
from innovlib.errors import BadInput, UnknownName
from innovlib.measures import autonomy
from innovlib.measures.rows import RESULT


def answers(seed=0, schools=13, items=3, roles=("head", "teacher"), harsh=-0.4) -> pd.DataFrame:
    """Whole answers of some schools in two years; teachers see ``harsh`` points less than heads, before rounding."""
    rng = np.random.default_rng(seed)
    free = rng.normal(2, 0.8, schools)
    grid = itertools.product(range(schools), (2566, 2567), terms.DOMAINS, range(items), roles)
    columns = ["school", "year_be", "domain", "item", "respondent_role"]
    data = pd.DataFrame(list(grid), columns=columns)
    seen = free[data["school"]] + harsh * (data["respondent_role"] == "teacher") + rng.normal(0, 0.6, len(data))
    data["item"] = data["domain"] + data["item"].astype(str)
    data["school_id"] = "S" + data["school"].astype(str).str.zfill(2)
    return data.assign(de_jure=3, de_facto=np.clip(np.rint(seen), 0, 4)).astype(
        {"de_jure": "Int64", "de_facto": "Int64"}
    )


def cell(found: pd.DataFrame, **equal) -> pd.Series:
    for column, value in equal.items():
        found = found[found[column] == value]
    assert len(found) == 1
    return found.iloc[0]


def test_profile_has_every_domain_and_aspect_of_every_year_and_leaves_its_data_alone():
    data = answers()
    before = data.copy(deep=True)
    found = autonomy.profile(data)
    pd.testing.assert_frame_equal(data, before)
    assert set(RESULT) <= set(found.columns)
    assert len(found) == 2 * 4 * 3
    assert found["domain"].drop_duplicates().tolist() == list(terms.DOMAINS)
    assert (found[["n_schools", "n_respondents", "n_items"]].drop_duplicates().to_numpy() == [13, 26, 3]).all()


def test_gap_is_in_fact_minus_by_the_rules():
    found = autonomy.profile(answers()).pivot_table(index=["year_be", "domain"], columns="aspect", values="estimate")
    assert np.allclose(found["gap"], found["de_facto"] - found["de_jure"])


def test_interval_is_students_over_schools():
    data = answers()
    chosen = data[(data["year_be"] == 2567) & (data["domain"] == "budget")]
    means = chosen.groupby("school_id")["de_facto"].mean().astype(float)
    row = cell(autonomy.profile(data), year_be=2567, domain="budget", aspect="de_facto")
    low, high = stats.t.interval(0.95, 12, means.mean(), stats.sem(means))
    assert (row["estimate"], row["conf_low"], row["conf_high"]) == pytest.approx((means.mean(), low, high))


def test_a_school_with_many_respondents_and_an_item_with_many_answers_count_once():
    two = pd.DataFrame(
        {
            "school_id": list("aaab"), "year_be": 2567, "domain": "budget", "item": ["p", "p", "q", "p"],
            "respondent_role": ["head", "teacher", "head", "head"], "de_jure": 4, "de_facto": [0, 2, 4, 3],
        }
    )  # fmt: skip
    # a: items (0 + 2)/2 and 4 give 2.5; b: 3
    assert cell(autonomy.profile(two), domain="budget", aspect="de_facto")["estimate"] == pytest.approx(2.75)


def test_one_schools_units_are_its_respondents():
    row = cell(
        autonomy.profile(answers(), over=("school_id", "year_be")),
        school_id="S03", year_be=2567, domain="general", aspect="de_facto",
    )  # fmt: skip
    assert (row["unit"], row["n_schools"], row["n_respondents"]) == ("respondent", 1, 2)
    assert 0 <= row["conf_low"] <= row["estimate"] <= row["conf_high"] <= 4


def test_one_respondent_has_no_interval():
    data = answers(roles=("head",))
    assert autonomy.profile(data, over=("school_id", "year_be"))["conf_low"].isna().all()


def test_an_unanswered_domain_is_missing_and_leaves_its_school_out_of_the_index():
    data = answers()
    data.loc[(data["school_id"] == "S00") & (data["domain"] == "budget"), "de_facto"] = pd.NA
    assert cell(autonomy.profile(data), year_be=2567, domain="budget", aspect="de_facto")["n_schools"] == 12
    found = autonomy.index(data)
    assert cell(found, year_be=2567, aspect="de_facto")["n_left_out"] == 1
    assert cell(found, year_be=2567, aspect="de_jure")["n_left_out"] == 0
    nobody = autonomy.profile(data[data["domain"] != "general"])
    row = cell(nobody, year_be=2567, domain="general", aspect="gap")
    assert np.isnan(row["estimate"])
    assert row["n"] == 0


def test_index_is_the_mean_of_the_four_domains_and_follows_its_weights():
    data = answers()
    profile = autonomy.profile(data)
    domains = profile[(profile["aspect"] == "de_facto") & (profile["year_be"] == 2567)].set_index("domain")["estimate"]
    assert cell(autonomy.index(data), year_be=2567, aspect="de_facto")["estimate"] == pytest.approx(domains.mean())
    weights = {"academic": 0.5, "budget": 0.5, "personnel": 0, "general": 0}
    weighted = cell(autonomy.index(data, weights=weights), year_be=2567, aspect="de_facto")
    assert weighted["estimate"] == pytest.approx((domains["academic"] + domains["budget"]) / 2)


@pytest.mark.parametrize(
    "weights",
    [{"academic": 1.0}, dict.fromkeys(terms.DOMAINS, 0.5), dict(zip(terms.DOMAINS, (2, -1, 0, 0), strict=True))],
)
def test_weights_must_be_whole(weights):
    with pytest.raises(BadInput, match="add up to 1"):
        autonomy.index_weights(weights)


def test_weights_stand_in_a_table_with_labels():
    table = autonomy.index_weights()
    assert table["weight"].sum() == 1
    assert table["label_en"].tolist()[0] == "Academic affairs"


def test_alpha_does_not_depend_on_unit_or_order_and_is_one_for_parallel_items():
    data = answers()
    one = autonomy.alpha(data)
    mixed = autonomy.alpha(data.sample(frac=1, random_state=0).assign(de_facto=lambda f: 2 * f["de_facto"] + 1))
    assert np.allclose(one["estimate"], mixed["estimate"])
    assert one["conf_low"].lt(one["estimate"]).all()
    same = data.assign(de_facto=data["school_id"].str[1:].astype(int) % 5)
    assert np.allclose(autonomy.alpha(same)["estimate"], 1)


def test_alpha_leaves_out_schools_that_skipped_an_item_and_says_so():
    data = answers()
    data.loc[(data["school_id"] == "S00") & (data["item"] == "budget0"), "de_facto"] = pd.NA
    row = cell(autonomy.alpha(data), year_be=2567)
    assert (row["n_schools"], row["n_left_out"], row["n_items"]) == (12, 1, 12)


@pytest.mark.parametrize("data", [answers(schools=1), answers().assign(de_facto=2)])
def test_alpha_is_missing_where_schools_do_not_differ(data):
    assert autonomy.alpha(data)[["estimate", "conf_low", "conf_high"]].isna().all(axis=None)


def test_alpha_from_thirteen_schools_is_hardly_known():
    low, high = autonomy.feldt(0.75, n_items=12, n=13)
    assert high - low > 0.35
    narrow = autonomy.feldt(0.75, n_items=12, n=400)
    assert narrow[1] - narrow[0] < 0.08


def test_roles_find_who_sees_less_freedom():
    found = autonomy.roles(answers(schools=60))
    assert found["role"].unique().tolist() == ["teacher"]
    assert (found["conf_low"] < -0.35).all()
    assert (found["conf_high"] > -0.45).all()
    reverse = autonomy.roles(answers(schools=60), reference="teacher")
    assert np.allclose(reverse["estimate"], -found["estimate"])


def test_roles_without_the_reference_are_an_empty_table_with_its_columns():
    found = autonomy.roles(answers(roles=("teacher",)))
    assert found.empty
    assert {"year_be", "role", "estimate"} <= set(found.columns)


def test_reliability_of_more_respondents_is_higher_and_none_for_one():
    found = autonomy.reliability(answers(schools=40))
    one, together = (found[found["measure"] == m]["estimate"].to_numpy() for m in ("one_respondent", "all_respondents"))
    assert (together > one).all()
    assert np.allclose(together, 2 * one / (1 + one))
    alone = autonomy.reliability(answers(roles=("head",)))
    assert alone["estimate"].isna().all()


def test_a_wrong_aspect_column_is_named():
    with pytest.raises(UnknownName, match="de_facto"):
        autonomy.profile(answers().drop(columns="de_facto"))


@pytest.mark.slow
def test_feldts_interval_covers_as_often_as_it_says():
    rng = np.random.default_rng(4)
    truth = 12 * 0.25 / (1 + 11 * 0.25)
    covered = []
    for _ in range(2000):
        y = rng.normal(size=(13, 1)) * np.sqrt(0.25) + rng.normal(size=(13, 12)) * np.sqrt(0.75)
        estimate = 12 / 11 * (1 - y.var(axis=0, ddof=1).sum() / y.sum(axis=1).var(ddof=1))
        low, high = autonomy.feldt(estimate, n_items=12, n=13)
        covered.append(low <= truth <= high)
    assert np.mean(covered) == pytest.approx(0.95, abs=0.02)
