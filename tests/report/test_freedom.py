"""The chapter on autonomy: who may be shown, what is said, and that words, table and figure agree."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from innovlib import terms
from innovlib.area import open_area
from innovlib.paths import EXAMPLE
from innovlib.report import freedom, parties
from innovlib.report.parties import Party

PILOTS = tuple(f"p{i}" for i in range(6))
OTHERS = tuple(f"o{i}" for i in range(8))


def answers(*, roles=("head", "teacher"), shift=0, seed=1, years=(2567,)) -> pd.DataFrame:
    chance = np.random.default_rng(seed)
    rows = [
        {"school_id": school, "year_be": year, "domain": domain, "item": f"{domain}-{item}", "respondent_role": role,
         "de_jure": int(chance.integers(0, 4)),
         "de_facto": int(np.clip(chance.integers(0, 4) + (shift if school in PILOTS else 0), 0, 4))}
        for year in years for school in (*PILOTS, *OTHERS) for domain in terms.DOMAINS for item in (1, 2)
        for role in roles
    ]  # fmt: skip
    return pd.DataFrame(rows)


AREA = (Party("pilots", PILOTS), Party("others", OTHERS))
ONE = (Party("school", PILOTS[:1]), *AREA)


def test_two_respondents_are_never_spoken_of_but_what_the_order_grants_is():
    found = freedom.found(answers(), ONE, profile_name="school")
    own = found.where(who="school").frame.set_index(["domain", "aspect"])
    assert (own.xs("de_facto", level="aspect")["status"] == "small").all()
    assert own.xs("de_facto", level="aspect")["estimate"].isna().all()
    assert own.xs("gap", level="aspect")["estimate"].isna().all()
    assert own.xs("de_jure", level="aspect")["estimate"].notna().all()
    assert own.xs("de_jure", level="aspect")["conf_low"].isna().all()
    assert "D9" in found.fired
    assert freedom.subject(found) == "pilots"
    assert "fewer than 5" in freedom.readings(found)[0].en.lower()


def test_a_school_with_five_roles_sees_itself():
    found = freedom.found(answers(roles=terms.ROLES), ONE, profile_name="public")
    assert freedom.subject(found) == "school"
    assert len(freedom.readings(found)) == 5


def test_the_same_two_people_in_three_years_are_two_respondents():
    found = freedom.found(answers(years=(2565, 2566, 2567)), ONE, profile_name="public")
    assert freedom.subject(found) == "pilots"


def test_a_cohort_is_hidden_where_it_would_give_its_fellow_pilots_away():
    alone = (Party("cohort", PILOTS[:5], rest=PILOTS[5:]), Party("others", OTHERS))
    found = freedom.found(answers(), alone, profile_name="public")
    assert (found.where(who="cohort").frame["status"] == "small").all()
    assert "D7" in found.fired
    assert (found.where(who="others").frame["status"] == "shown").all()


def test_nobody_asked_is_said_and_not_drawn():
    found = freedom.found(answers().iloc[:0], AREA, profile_name="public")
    assert freedom.headline(found).en.startswith("There are no answers")
    assert freedom.figure(found).svg
    assert "no data" in freedom.profile_table(found, lang="en")._repr_html_()


@settings(max_examples=8, deadline=None)
@given(st.integers(0, 10_000), st.integers(-2, 2), st.sampled_from(["public", "partner", "school"]))
def test_no_sentence_contradicts_the_printed_interval_or_names_another_domain(seed, shift, profile):
    found = freedom.found(answers(seed=seed, shift=shift), ONE, profile_name=profile)
    said = freedom.gap_headline(found)
    gaps = found.where(who="pilots", aspect="gap").frame
    for row in gaps[gaps["domain"] != freedom.INDEX].itertuples():
        name = freedom.domain_words(row.domain)
        named = name.th in said.th
        assert named == (row.conf_low > 0 or row.conf_high < 0)
        assert named == (name.en in said.en)
    assert ("more than the order" in said.en) == (gaps.query("domain != 'index'")["conf_low"] > 0).any()
    assert ("less than the order" in said.en) == (gaps.query("domain != 'index'")["conf_high"] < 0).any()
    headline = freedom.headline(found)
    fact = found.where(who="pilots", aspect="de_facto").frame.set_index("domain")["verdict"]
    for domain in terms.DOMAINS:
        spoken = freedom.domain_words(domain).th in headline.th
        assert spoken == (fact[domain] not in ("undecided", ""))
    # nothing of the school's own two people
    own = found.where(who="school", aspect="de_facto").frame
    assert own["estimate"].isna().all()


def test_every_domain_is_drawn_in_both_sizes_and_the_weights_add_up():
    found = freedom.found(answers(), AREA, profile_name="public")
    drawn = freedom.figure(found, synthetic=True, lang="th")
    for domain in freedom.DOMAINS:
        assert freedom.domain_words(domain).th in drawn.svg
        assert freedom.domain_words(domain).th in drawn.svg_phone
    weights = freedom.weights_table(lang="en").to_frame()["weight"]
    assert weights.sum() == 1
    assert (
        "alpha"
        in freedom.trust_table(freedom.trust(answers(), who=AREA, profile_name="public"), lang="en")._repr_html_()
    )


def test_trust_is_not_told_of_too_few():
    told = freedom.trust_table(freedom.trust(answers(), who=ONE, profile_name="public"), lang="en").to_frame()
    assert told["estimate"].isna().all()


@pytest.mark.parametrize("cohort", [1, 2])
def test_the_example_speaks_of_each_cohort(cohort):
    area = open_area(EXAMPLE)
    schools = area.table("schools")
    found = freedom.found(area.table("autonomy"), parties.of_cohort(schools, cohort=cohort), profile_name="public")
    assert (found.where(who="cohort").frame["status"] == "shown").all()
    values = found.frame[["estimate", "conf_low", "conf_high"]].to_numpy().ravel()
    assert np.allclose(values[np.isfinite(values)] * 10, np.round(values[np.isfinite(values)] * 10), atol=1e-9)


def test_all_schools_at_once_give_what_each_gets_alone():
    area = open_area(EXAMPLE)
    schools, autonomy = area.table("schools"), area.table("autonomy")
    everybody = parties.of_every_school(schools, school_ids=list(schools["school_id"]))
    answered = freedom.measured(autonomy, everybody)
    seen = 0
    for school_id in schools["school_id"][:20]:
        who = parties.of_school(schools, school_id=school_id)
        alone, together = (
            freedom.found(autonomy, who, profile_name="school").frame,
            freedom.shown(answered, who, profile_name="school").frame,
        )
        seen += len(alone) > 0
        if len(alone):
            pd.testing.assert_frame_equal(alone, together, rtol=1e-12)
        else:
            assert together.empty
    assert seen > 5
