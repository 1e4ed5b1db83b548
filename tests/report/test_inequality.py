"""The chapter on inequality: small groups are hidden, gaps are said as their printed intervals are, nothing else."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from innovlib.area import open_area
from innovlib.paths import EXAMPLE
from innovlib.report import inequality, inequality_tables, labels, parties
from innovlib.report.parties import Party

SCHOOLS = tuple(f"s{i}" for i in range(8))
AREA = Party("area", SCHOOLS)


def table(seed=1, *, each=8, gap=0.0, schools=SCHOOLS) -> pd.DataFrame:
    chance = np.random.default_rng(seed)
    rows = []
    for school in schools:
        for i in range(each):
            poor = bool(chance.random() < 0.4)
            for subject in ("thai", "maths"):
                rows.append({"pupil_key": f"{school}{i}", "school_id": school, "year_be": 2567, "test": "NT",
                             "grade": "ป.3", "subject": subject, "sex": chance.choice(["female", "male"]),
                             "other_language": bool(i % 2), "poor": poor,
                             "score": float(np.clip(chance.normal(50 - gap * poor, 12), 0, 100))})  # fmt: skip
    out = pd.DataFrame(rows)
    return out.assign(sex=out.groupby("pupil_key")["sex"].transform("first"))


def random_gaps(draws) -> "inequality.Protected":
    """Protected gaps with the given value, half width, pupils and schools, one for each of the example's tests."""
    rows = [
        {"by": by, "test": "NT", "grade": "ป.3", "value": value, "conf_low": value - half, "conf_high": value + half,
         "n": 2 * n, "least_n": n, "least_schools": schools}
        for by, (value, half, n, schools) in zip(inequality.GROUPS, draws, strict=True)
    ]  # fmt: skip
    safe = inequality.protect_estimates(
        pd.DataFrame(rows), values=("value", "conf_low", "conf_high"), step=0.01, profile_name="public"
    )
    frame = safe.frame.assign(verdict=inequality._by_interval(safe.frame))
    return inequality.Protected(frame, safe.profile, safe.fired)


GAP = st.tuples(st.floats(-2, 2), st.floats(0.01, 1.5), st.integers(1, 60), st.integers(1, 20))


@settings(max_examples=400, deadline=None)
@given(st.tuples(GAP, GAP, GAP))
def test_no_sentence_contradicts_its_interval_names_another_group_or_speaks_a_hidden_number(draws):
    safe = random_gaps(draws)
    said = inequality.headline(safe)
    for row in safe.frame.to_dict("records"):
        first, second = labels.GROUP_NAMES[row["by"]]
        above, below = (f"{first.en} clearly score {w} than {second.en}" for w in ("higher", "lower"))
        assert (above[1:] in said.en) == (row["conf_low"] > 0)
        assert (below[1:] in said.en) == (row["conf_high"] < 0)
        assert (f"{first.th}ได้คะแนนสูงกว่า{second.th}" in said.th) == (row["conf_low"] > 0)
        assert (f"{first.th}ได้คะแนนต่ำกว่า{second.th}" in said.th) == (row["conf_high"] < 0)
    told = safe.frame[(safe.frame["status"] == "small") | safe.frame["conf_low"].notna()]
    for row, reading in zip(told.to_dict("records"), inequality.readings(safe), strict=True):
        assert labels.GROUP_NAMES[row["by"]][0].en in reading.en
        assert ("not shown" in reading.en) == (row["status"] == "small")
        if row["status"] == "small":
            assert "SD" not in reading.en
    assert safe.frame.loc[safe.frame["status"] != "shown", ["value", "conf_low", "conf_high"]].isna().all(axis=None)


def test_a_group_of_nine_or_of_two_schools_is_hidden():
    nine, two = (0.5, 0.1, 9, 8), (0.5, 0.1, 50, 2)
    safe = random_gaps((nine, two, (0.5, 0.1, 50, 8)))
    assert safe.frame["status"].tolist() == ["small", "small", "shown"]
    assert safe.frame["n_label"].tolist() == ["<10", "×", "100"]
    assert safe.fired == ("D1", "D5", "D7")


def test_a_large_gap_is_found_and_told_in_every_table():
    pupils = table(gap=7, each=40)
    recent = inequality.recent(pupils)
    gaps = inequality.gaps(recent, AREA, profile_name="public")
    assert "Poor pupils clearly score lower than other pupils" in inequality.headline(gaps).en
    found = inequality_tables.slopes_found(recent, party=AREA, profile_name="public")
    slopes = inequality_tables.slopes_table(found, lang="en").to_frame()
    assert slopes[slopes["on"] == "poor"]["value"].max() < 0
    schools = pd.DataFrame({"school_id": SCHOOLS, "share_poor": np.linspace(0.1, 0.9, 8), "cohort": pd.NA})
    found = inequality_tables.rates_found(recent, party=AREA, schools=schools, profile_name="public")
    rates = inequality_tables.rates_table(found, lang="en").to_frame()
    assert len(rates) == 4
    assert rates["value"].iloc[1] < 1


def test_one_hidden_combination_hides_all_four():
    few = table(each=3, schools=SCHOOLS[:4])
    crossed = inequality.crossed(inequality.recent(few), Party("cohort", SCHOOLS), profile_name="public")
    assert (crossed.frame["status"] == "small").all()
    assert inequality.crossed_headline(crossed).en.startswith("There are no pupils' rows")


def test_no_pupils_table_still_makes_a_page():
    recent = inequality.recent(table().iloc[:0])
    gaps = inequality.gaps(recent, AREA, profile_name="public")
    crossed = inequality.crossed(recent, AREA, profile_name="public")
    spread = inequality_tables.spread(table().iloc[:0], AREA, profile_name="public")
    schools = pd.DataFrame({"school_id": SCHOOLS, "share_poor": 0.5, "cohort": pd.NA})
    slopes = inequality_tables.slopes_found(recent, party=AREA, profile_name="public")
    rates = inequality_tables.rates_found(recent, party=AREA, schools=schools, profile_name="public")
    assert inequality.headline(gaps).en.startswith("There are no pupils' rows")
    assert inequality_tables.spread_reading(spread).en.startswith("There are no pupils' rows")
    for made in (
        inequality.figure(gaps), inequality.crossed_figure(crossed), inequality.gaps_table(gaps, lang="both"),
        inequality_tables.spread_table(spread, lang="both"),
        inequality_tables.slopes_table(slopes, lang="both"), inequality_tables.rates_table(rates, lang="both"),
    ):  # fmt: skip
        assert made._repr_html_()


def test_money_that_few_schools_report_is_hidden_and_scores_never_get_a_gini():
    schools = pd.DataFrame({"school_id": SCHOOLS, "cohort": [1, 1, 1, 1, *[pd.NA] * 4]})
    gifts = pd.DataFrame({"school_id": ["s0", "s1"], "value_thb": [1000.0, 3000.0]})
    held = inequality_tables.money_found(gifts, schools=schools, profile_name="public")
    told = inequality_tables.money_table(held, lang="en").to_frame()
    assert told["value"].isna().all()
    many = pd.DataFrame({"school_id": SCHOOLS, "value_thb": np.arange(8) * 1000.0})
    held = inequality_tables.money_found(many, schools=schools, profile_name="public")
    told = inequality_tables.money_table(held, lang="en").to_frame().set_index("what")
    parts = [told.loc[labels.MONEY["theil_t", part], "value"] for part in ("total", "between", "within")]
    assert parts[0] == pytest.approx(parts[1] + parts[2], abs=0.011)


def test_the_examples_papers_are_measured_one_by_one():
    area = open_area(EXAMPLE)
    who = parties.of_area(area.table("schools"))[0]
    spread = inequality_tables.spread(area.table("pupils"), who, profile_name="public")
    assert not spread.frame.duplicated(["test", "grade", "subject"]).any()
    shown = spread.frame.dropna(subset="share")
    assert ((shown["share_low"] <= shown["share"]) & (shown["share"] <= shown["share_high"])).all()
    said = inequality_tables.spread_reading(spread).en
    assert f"{shown['share'].min():.0f}%" in said
    assert f"{shown['share'].max():.0f}%" in said
