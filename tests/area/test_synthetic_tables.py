"""Autonomy, qualities, partners and progress of the synthetic area."""

from __future__ import annotations

from innovlib import terms
from innovlib.area import reference


def test_autonomy_moves_most_in_academic_matters(example_area):
    autonomy = example_area.table("autonomy")
    joined = example_area.table("schools").set_index("school_id")["joined_year_be"]
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


def test_autonomy_asks_the_items_of_the_reference(example_area):
    asked = example_area.table("autonomy")[["domain", "item"]].drop_duplicates()
    items = reference.autonomy_items()
    assert set(zip(asked["domain"], asked["item"], strict=True)) == set(
        zip(items["domain"], items["item"], strict=True)
    )
    assert example_area.table("autonomy")["respondent_role"].unique().tolist() == ["head", "teacher"]


def test_levels_of_qualities_add_up_to_the_pupils(example_area):
    qualities = example_area.table("qualities")
    levels = qualities[[f"n_level_{i}" for i in range(1, 5)]].sum(axis=1)
    assert (levels == qualities["n_rated"]).all()
    assert qualities["year_be"].min() == 2562
    assert set(qualities["quality"]) == set(terms.QUALITIES)
    enrolled = example_area.table("scores").query("test == 'O-NET' and grade == 'ป.6' and subject == 'thai'")
    both = qualities.query("grade == 'ป.6'").merge(enrolled, on=["school_id", "year_be"])
    assert len(both) > 500
    assert (both["n_rated"] == both["n_enrolled"]).all()


def test_partners_are_marked_and_of_all_sectors(example_area):
    partners = example_area.table("partners")
    assert set(partners["sector"]) == set(terms.SECTORS)
    assert partners["partner_name"].str.endswith("(สมมติ)").all()
    ended = partners.dropna(subset=["end"])
    assert len(ended) > 0
    assert (ended["end"] > ended["start"]).all()
    assert partners["value_thb"].notna().any()
    assert partners["value_thb"].isna().any()


def test_progress_of_pilots_begins_when_they_join_and_is_marked(example_area):
    progress = example_area.table("progress")
    schools = example_area.table("schools").set_index("school_id")["joined_year_be"]
    assert set(progress["school_id"]) == set(schools.dropna().index)
    year = progress["date"].dt.date.map(terms.academic_year_be)
    assert (year >= progress["school_id"].map(schools)).all()
    assert progress["note_th"].str.endswith("(ข้อมูลจำลอง)").all()
    assert set(progress["what"]) == set(terms.PROGRESS_KINDS)
