import pandas as pd
import pytest

from innovlib.errors import UnknownName
from innovlib.report import disclosure, identity
from tests.conftest import make_schools
from tests.report.test_disclosure import results


def school(**known) -> pd.Series:
    return make_schools([{"school_id": "A", "name_th": "บ้านพุย"} | known]).iloc[0]


def test_a_school_of_which_nothing_is_known_says_so():
    facts = {label.en: value.en for label, value in identity.school_facts(school(), profile="public")}
    assert list(facts) == ["Not known"]
    for label in ("Place", "Pupils in the school", "Cohort", "Joined in"):
        assert label in facts["Not known"]


def test_facts_are_rounded_for_the_public():
    row = school(
        enrolment=113, share_other_language=0.87, share_poor=0.02, is_highland=True, cohort=1, joined_year_be=2562
    )
    facts = {label.en: value.en for label, value in identity.school_facts(row, profile="public")}
    assert facts["Pupils in the school"] == "115"
    assert facts["Other language at home"] == "90% or more"
    assert facts["Poor pupils"] == "10% or less"
    assert facts["Joined in"] == "academic year 2562 (2019)"


@pytest.mark.parametrize(
    ("share", "said"), [(0.0, "10% or less"), (0.149, "10% or less"), (0.15, "about 20%"), (1.0, "90% or more")]
)
def test_shares_of_a_school_never_reach_nought_or_all(share, said):
    facts = {k.en: v.en for k, v in identity.school_facts(school(share_poor=share), profile="public")}
    assert facts["Poor pupils"] == said


def test_the_prefix_stands_once():
    assert identity.school_name(school()).th == "โรงเรียนบ้านพุย"
    assert identity.school_name(school(name_th="โรงเรียนบ้านพุย")).th == "โรงเรียนบ้านพุย"
    assert identity.school_name(school(name_en="Ban Phui")).en == "Ban Phui School"


def test_names_stand_in_thai_order():
    schools = make_schools([{"school_id": str(i), "name_th": n} for i, n in enumerate(["เก", "ขา", "กา", "แก", "ก่า"])])
    assert list(identity.in_thai_order(schools)["name_th"]) == ["กา", "ก่า", "เก", "แก", "ขา"]


def test_an_unknown_cohort_is_refused_with_the_known_ones():
    schools = make_schools([{"school_id": "A", "cohort": 2}])
    with pytest.raises(UnknownName, match="Expected: 2"):
        identity.cohort_members(schools, cohort=7)


def test_joining_year_only_where_all_agree():
    schools = make_schools([{"school_id": "A", "joined_year_be": 2562}, {"school_id": "B", "joined_year_be": 2563}])
    assert identity.joined_year(schools) is None
    assert identity.joined_year(schools[:1]) == 2562


def test_cohorts_table_counts_everybody_once(many_schools):
    schools, _ = many_schools
    rows = identity.cohorts(schools, profile="public")
    assert rows["n_schools"].sum() == len(schools)
    assert list(rows["joined"]) == ["2562", "–"]


def test_hundreds_of_districts_are_counted_not_listed():
    schools = make_schools([{"school_id": f"S{i}", "district": f"อำเภอ {i}"} for i in range(300)])
    assert identity.cohorts(schools, profile="public")["districts"].iat[0].en == "300 districts"
    few = identity.cohorts(schools.head(identity.MOST_NAMED), profile="public")["districts"].iat[0]
    assert few.startswith("อำเภอ 0 อำเภอ 1 ")


def test_the_index_entry_holds_protected_values_only():
    rows = []
    for year, n in ((2564, 4), (2567, 40)):
        period = {"first_year_be": year, "last_year_be": year, "period": str(year)}
        rows += [
            {**period, "n": n, "mean": 61.7},
            {**period, "who": "area", "n": 900, "n_schools": 60, "mean": 50.0, "df": 59},
        ]
    protected = disclosure.protect_means(results(rows), profile_name="public")
    entry = identity.index_entry(
        protected, kind="school", identifier="A", name=identity.school_name(school()), school=school()
    )
    assert entry["trend"] == [12.0]  # the year with four pupils is not there
    assert entry["district"] == ""
    assert entry["cohort"] is None
