"""Who is in the synthetic area: the published roster, invented neighbours, ids that no school has."""

from __future__ import annotations

import re

from innovlib import terms
from innovlib.area import synthetic_roster as rosters


def test_the_thirteen_schools_stand_as_published(example_area):
    pilots = example_area.table("schools").dropna(subset=["cohort"])
    assert len(example_area.table("schools")) == 98
    assert pilots["cohort"].value_counts().to_dict() == {1: 9, 2: 4}
    assert pilots.groupby("cohort")["joined_year_be"].unique().map(list).to_dict() == {1: [2562], 2: [2563]}
    assert pilots["district"].value_counts().to_dict() == {"อมก๋อย": 10, "ฮอด": 2, "ดอยเต่า": 1}
    assert set(pilots.loc[pilots["highest_grade"] == "ม.3", "name_th"]) == {
        "บ้านพุย", "บ้านมูเซอ", "บ้านห้วยน้ำขาว", "บ้านยางเปา", "บ้านยางครก", "บ้านห้วยไม้หก", "บ้านตาลเหนือ",
    }  # fmt: skip


def test_comparison_schools_are_invented_and_named_once(example_area):
    schools = example_area.table("schools")
    keys = schools["name_th"].map(terms.matching_key)
    assert keys.is_unique
    assert schools["name_en"].is_unique
    others = schools[schools["cohort"].isna()]
    assert others["district"].value_counts().to_dict() == {d.name: d.comparison_schools for d in rosters.DISTRICTS}
    invented = {rosters.invented_name(i)[0] for i in range(170)}
    assert len(invented) == 170
    assert set(others["name_th"]) <= invented


def test_no_id_can_be_a_real_school(example_area):
    provinces = example_area.table("schools")["school_id"].str[:2].unique().tolist()
    assert provinces == ["99"]  # Thai provinces have codes 10 to 96
    beyond = {rosters.school_id(i) for i in range(30_000)}
    assert len(beyond) == 30_000
    assert all(re.fullmatch(r"9[789][0-9]{6}", one) for one in beyond)


def test_places_are_centroids_of_their_subdistrict(example_area):
    schools = example_area.table("schools")
    for subdistrict, rows in schools.groupby("subdistrict"):
        assert rows[["lon", "lat"]].drop_duplicates().to_numpy().tolist() == [list(rosters.CENTROIDS[subdistrict])]
