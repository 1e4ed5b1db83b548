import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from hypothesis import given, settings
from hypothesis import strategies as st

from innovlib import terms
from innovlib.errors import BadInput, UnknownName
from innovlib.measures import partnerships
from innovlib.measures.rows import RESULT


def partners(seed=0, schools=13, each=4) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    n = schools * each
    start = pd.Timestamp("2019-05-16") + pd.to_timedelta(rng.integers(0, 1200, n), unit="D")
    end = (start + pd.to_timedelta(rng.integers(30, 1500, n), unit="D")).to_series().reset_index(drop=True)
    return pd.DataFrame(
        {
            "school_id": np.repeat([f"S{i:02d}" for i in range(schools)], each),
            "partner_name": [f"p{i}" for i in range(n)],
            "sector": rng.choice(terms.SECTORS, n), "start": start, "end": end.where(rng.random(n) < 0.6),
            "value_thb": np.where(rng.random(n) < 0.5, rng.integers(1, 90, n) * 1000.0, np.nan), "hours": 10.0,
        }
    )  # fmt: skip


SCHOOLS = pd.DataFrame({"school_id": [f"S{i:02d}" for i in range(20)]})


def pick(found: pd.DataFrame, **equal) -> pd.Series:
    for column, value in equal.items():
        found = found[found[column] == value]
    assert len(found) == 1
    return found.iloc[0]


def test_reach_counts_schools_without_partners_too():
    data = partners()
    found = partnerships.reach(data, SCHOOLS)
    assert set(RESULT) <= set(found.columns)
    assert found["sector"].tolist() == [*terms.SECTORS, "any"]
    row = pick(found, sector="any")
    assert (row["n_reached"], row["n_schools"], row["estimate"]) == (13, 20, 13 / 20)
    assert found["n_partnerships"].iloc[:-1].sum() == row["n_partnerships"] == len(data)


def test_reach_on_a_day_counts_what_runs_on_it_first_and_last_day_included():
    one = partners(schools=1, each=1).assign(start=pd.Timestamp("2020-06-01"), end=pd.Timestamp("2020-06-30"))
    for day, expected in (("2020-05-31", 0), ("2020-06-01", 1), ("2020-06-30", 1), ("2020-07-01", 0)):
        assert pick(partnerships.reach(one, SCHOOLS, on=day), sector="any")["n_reached"] == expected
    assert pick(partnerships.reach(one.assign(end=pd.NaT), SCHOOLS, on="2040-01-01"), sector="any")["n_reached"] == 1


def test_a_partner_of_an_unknown_school_is_an_error():
    with pytest.raises(UnknownName, match="S12"):
        partnerships.reach(partners(), SCHOOLS.iloc[:12])


@pytest.mark.parametrize("kinds", [1, 2, 3, 4])
def test_equal_sectors_count_as_many_as_they_are(kinds):
    data = partners(schools=1, each=12).assign(sector=[terms.SECTORS[i % kinds] for i in range(12)])
    row = pick(partnerships.diversity(data))
    assert row["estimate"] == pytest.approx(kinds)
    assert row["n_sectors"] == kinds
    assert np.isnan(row["conf_low"])


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 500))
def test_diversity_lies_between_one_and_the_sectors_that_occur(seed):
    data = partners(seed)
    row = pick(partnerships.diversity(data))
    assert 1 <= row["estimate"] <= row["n_sectors"] + 1e-9
    assert 1 <= row["conf_low"] <= row["conf_high"] <= 4
    twice = pd.concat([data, data.assign(school_id="T" + data["school_id"])])
    assert pick(partnerships.diversity(twice))["estimate"] == pytest.approx(row["estimate"])


def test_diversity_error_is_that_of_leaving_out_each_school():
    data = partners()
    left = np.array(
        [pick(partnerships.diversity(data[data["school_id"] != s]))["estimate"] for s in data["school_id"].unique()]
    )
    n = len(left)
    error = np.sqrt((n - 1) / n * ((left - left.mean()) ** 2).sum())
    assert pick(partnerships.diversity(data))["std_error"] == pytest.approx(error)


def test_lasting_is_kaplan_meier_of_statsmodels():
    data, day = partners(each=8), pd.Timestamp("2024-04-30")
    ended = data["end"].notna() & (data["end"] <= day)
    days = (data["end"].where(ended, day) - data["start"]).dt.days
    model = sm.SurvfuncRight(days / partnerships.MONTH_DAYS, ended.astype(int))
    before = model.surv_times < 12
    row = pick(partnerships.stability(data, on=day, over=()), measure="lasting")
    assert row["estimate"] == pytest.approx(model.surv_prob[before][-1])
    assert row["std_error"] == pytest.approx(model.surv_prob_se[before][-1], rel=1e-6)
    assert 0 < row["conf_low"] < row["estimate"] < row["conf_high"] < 1


def test_what_starts_later_is_left_out_and_counted():
    data = partners()
    found = partnerships.stability(data, on="2020-12-31", over=())
    later = int((data["start"] > "2020-12-31").sum())
    assert (found["n_later"] == later).all()
    assert (found["n"] == len(data) - later).all()


def test_running_and_months_by_hand():
    data = partners(schools=2, each=1).assign(
        start=pd.Timestamp("2020-01-01"), end=[pd.Timestamp("2020-12-31"), pd.NaT]
    )
    found = partnerships.stability(data, on="2021-12-31", over=())
    assert pick(found, measure="running")["estimate"] == 0.5
    assert pick(found, measure="months_so_far")["estimate"] == pytest.approx((365 + 730) / 2 / partnerships.MONTH_DAYS)


def test_too_short_a_past_cannot_tell_what_lasts():
    data = partners(schools=2, each=1).assign(start=pd.Timestamp("2020-01-01"), end=pd.NaT)
    row = pick(partnerships.stability(data, on="2020-06-01", over=()), measure="lasting")
    assert np.isnan(row["estimate"])
    before = partnerships.stability(data, on="2019-06-01", over=())
    assert before["estimate"].isna().all()
    assert (before["n"] == 0).all()


def test_worth_sums_what_is_known_and_counts_what_is_not():
    data = partners()
    found = partnerships.worth(data)
    sums = found[found["measure"] == "sum"]
    assert sums["estimate"].sum() == pytest.approx(data["value_thb"].sum())
    assert sums["n_missing"].sum() == data["value_thb"].isna().sum()
    assert sums["conf_low"].isna().all()
    row = pick(partnerships.worth(data, over=()), measure="median")
    assert row["estimate"] == data["value_thb"].median()
    assert row["conf_low"] <= row["estimate"] <= row["conf_high"]


def test_no_amount_known_is_missing_not_zero():
    found = partnerships.worth(partners().assign(value_thb=np.nan), over=())
    assert found["estimate"].isna().all()
    assert (found["n"] == 0).all()


@pytest.mark.parametrize(("n", "ends"), [(5, None), (6, (1, 6)), (10, (2, 9)), (20, (6, 15))])
def test_interval_of_the_median_stands_at_the_right_order_statistics(n, ends):
    # Conover 1999, section 3.2: the usual table for the sign test at 5 %.
    data = partners(schools=n, each=1).assign(value_thb=np.arange(1.0, n + 1))
    row = pick(partnerships.worth(data, over=()), measure="median")
    if ends is None:
        assert np.isnan(row["conf_low"])
    else:
        assert (row["conf_low"], row["conf_high"]) == ends


def test_wrong_dates_and_amounts_are_refused():
    with pytest.raises(BadInput, match="end before they start"):
        partnerships.diversity(partners().assign(end=pd.Timestamp("2010-01-01")))
    with pytest.raises(UnknownName, match="value_thb or hours"):
        partnerships.worth(partners(), what="value")


def test_an_empty_table_gives_rows_or_an_empty_frame_not_an_error():
    none = partners().iloc[:0]
    assert (partnerships.reach(none, SCHOOLS)["estimate"] == 0).all()
    assert partnerships.worth(none).empty
    assert partnerships.stability(none, on="2024-01-01").empty
    assert np.isnan(pick(partnerships.diversity(none))["estimate"])
