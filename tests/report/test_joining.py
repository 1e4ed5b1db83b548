"""The section on joining: what is printed follows from the printed interval, and nothing else."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from innovlib.effects.design import Design
from innovlib.effects.findings import KEY, TABLES
from innovlib.report import figures, joining
from innovlib.report.prose import Prose

SERIES = (("NT", "ป.3", "thai"), ("NT", "ป.3", "maths"), ("O-NET", "ป.6", "english"))


def rows(kind: str, test: str = "", grade: str = "", subject: str = "", **numbers) -> dict:
    held = {"estimate": 2.0, "conf_low": -1.0, "conf_high": 5.0, "p_value": 0.3, "p_adjusted": 0.5, "n": 98.0,
            "n_treated": 13.0, "pupils_before": 300.0, "pupils_after": 400.0, "smallest": 3.0, "unit": "points",
            "permuted": "schools", "reason_th": "", "reason_en": ""}  # fmt: skip
    return {"group": "all", "kind": kind, "test": test, "grade": grade, "subject": subject, "what": ""} | held | numbers


def found(*effects: dict, **tables: pd.DataFrame) -> dict[str, pd.DataFrame]:
    empty = {name: pd.DataFrame(columns=KEY) for name in TABLES}
    return empty | {"effects": pd.DataFrame(list(effects))} | tables


def trend(**numbers) -> pd.DataFrame:
    held = {"estimate": 0.2, "conf_low": -0.5, "conf_high": 0.9, "breakdown": 0.4, "detectable": 0.8}
    return pd.DataFrame([dict.fromkeys(KEY, "") | {"group": "all", "kind": "together"} | held | numbers])


def by_time(**numbers) -> pd.DataFrame:
    base = {"estimate": 1.0, "conf_low": -1.0, "conf_high": 3.0, "band_low": -2.0, "band_high": 4.0, "n_treated": 13,
            "n": 98, "pupils_before": 50.0, "pupils_after": 0.0}  # fmt: skip
    head = dict.fromkeys(KEY, "") | {"group": "all", "kind": "together"}
    return pd.DataFrame([head | {"event_time": t} | base | numbers for t in (-2, -1, 0, 1)])


def school(**numbers) -> dict[str, pd.DataFrame]:
    head = dict.fromkeys(KEY, "") | {"group": "all", "kind": "together"}
    own = {"school_id": "S1", "change": 4.0, "usual_low": -6.0, "usual_high": 6.0, "smallest": 9.0, "n_years": 4,
           "pupils_before": 60.0, "pupils_after": 60.0}  # fmt: skip
    return found(schools=pd.DataFrame([head | own | numbers]))


bounds = st.tuples(*[st.floats(-30, 30)] * 3).map(sorted)
chance = st.floats(0.001, 1)


@settings(max_examples=50)
@given(together=bounds, tests=st.lists(st.tuples(bounds, chance), max_size=3), p=chance, pupils=st.floats(10, 200))
def test_no_sentence_contradicts_its_interval(together, tests, p, pupils):
    effects = [rows("together", **_interval(together), p_adjusted=p, pupils_after=pupils)]
    for key, (ends, chance_of) in zip(SERIES, tests, strict=False):
        effects.append(rows("score", *key, **_interval(ends), p_adjusted=chance_of, pupils_after=pupils))
    shown = joining.effects(found(*effects), profile_name="public")
    for row in shown.frame.itertuples():
        above, below = row.conf_low > 0, row.conf_high < 0
        assert (row.verdict == "undecided") == (not above and not below)
        assert row.verdict.endswith("above") == above
        assert row.verdict.endswith("below") == below
        assert row.verdict.startswith("clearly") == ((above or below) and row.p_adjusted < joining.LEVEL)
    whole, said = shown.frame.iloc[0], joining.headline(shown)
    assert ("ยังสรุปไม่ได้" in said.th) == ("cannot be told" in said.en) == (whole["conf_low"] <= 0 <= whole["conf_high"])
    assert ("rose" in said.en) == (whole["conf_low"] > 0)
    assert ("fell" in said.en) == (whole["conf_high"] < 0)
    text, scores = joining.paragraph(shown), shown.frame[shown.frame["kind"] == "score"]
    clear = scores["verdict"].str.startswith("clearly").any()
    assert ("even among" in text.en) == ("แม้นับว่าดูพร้อมกัน" in text.th) == clear
    assert ("any of them" in text.en) == (len(scores) > 0 and (scores["verdict"] == "undecided").all())


def _interval(ends: list[float]) -> dict[str, float]:
    return dict(zip(("conf_low", "estimate", "conf_high"), ends, strict=True))


@settings(max_examples=50)
@given(slope=bounds, breakdown=st.floats(0, 30))
def test_the_trend_is_called_ruled_out_only_where_its_interval_says_so(slope, breakdown):
    ends = _interval(slope)
    shown = joining.effects(found(rows("together"), trend=trend(**ends, breakdown=breakdown)), profile_name="public")
    row, (text,) = shown.frame.iloc[0], joining.further(shown)
    inside = max(abs(row["slope_low"]), abs(row["slope_high"])) < row["breakdown"]
    assert ("lies outside that interval" in text.en) == ("ซึ่งอยู่นอกช่วงนั้น" in text.th) == inside
    assert ("do not rule such a trend out" in text.en) == (not inside)


@settings(max_examples=50)
@given(change=st.floats(-40, 40), ends=st.tuples(st.floats(-20, 0), st.floats(0, 20)), pupils=st.floats(10, 100))
def test_one_school_is_within_the_usual_where_its_numbers_say_so(change, ends, pupils):
    held = school(change=change, usual_low=ends[0], usual_high=ends[1], pupils_after=pupils)
    own = joining.of_school(held, "S1", profile_name="public")
    row, (said,) = own.frame.iloc[0], joining.school_sentences(own)
    inside = row["usual_low"] <= row["change"] <= row["usual_high"]
    assert ("within what schools of its size" in said.en) == ("อยู่ในช่วงที่" in said.th) == inside
    assert ("outside what schools" in said.en) == ("อยู่นอกช่วงที่" in said.th) == (not inside)
    assert f"{row['smallest']:g}" in said.en


def least(*numbers: tuple[str, str, str, float]) -> pd.DataFrame:
    head = dict.fromkeys(KEY, "")
    return pd.DataFrame(
        [head | {"group": g, "kind": k, "who": w, "smallest": v} | _series_of(k) for g, k, w, v in numbers]
    )


def _series_of(kind: str) -> dict[str, str]:
    names = dict(zip(("test", "grade", "subject"), SERIES[0], strict=True))
    return names if kind in ("score", "spread") else {}


def test_power_of_all_of_each_cohort_and_of_one_school_stands_beside_every_estimate():
    power = least(
        ("all", "together", "area", 3.0), ("all", "together", "cohort", 99.0), ("all", "together", "school", 9.0),
        ("1", "together", "area", 4.0), ("2", "together", "area", 5.5), ("2", "together", "school", 12.0),
        ("all", "score", "school", 11.0), ("1", "score", "area", 7.5), ("2", "score", "area", float("nan")),
        ("all", "spread", "school", 8.0), ("all", "spread", "cohort", 6.0),
    )  # fmt: skip
    held = found(rows("together"), rows("score", *SERIES[0], smallest=7.0), rows("spread", *SERIES[0]), smallest=power)
    shown = joining.effects(held, profile_name="public")
    page = joining.effects_table(shown, lang="en")._repr_html_()
    assert (
        "3.0\u00a0·\u00a04.0–5.5\u00a0·\u00a09.0" in page
        and "7.0\u00a0·\u00a07.5\u00a0·\u00a011.0" in page
        and "each cohort" in page
    )
    assert "One school alone would have to move about 9 points" in joining.paragraph(shown).en
    assert "by 3.0 points (one school: 8.0)" in " ".join(w.en for w in joining.further(shown))
    cohort = {"group": "2"}
    own = found(rows("together", smallest=5.5) | cohort, smallest=power)
    one = joining.effects_table(joining.effects(own, profile_name="public", group="2"), lang="en")._repr_html_()
    assert "5.5\u00a0·\u00a012.0" in one and "each cohort" not in one


def test_the_trend_test_tells_what_it_could_not_see():
    shown = joining.effects(found(rows("together"), trend=trend()), profile_name="public")
    assert "less than 0.80 points a year would mostly go unseen" in joining.further(shown)[0].en
    blind = joining.effects(found(rows("together"), trend=trend(detectable=np.nan)), profile_name="public")
    assert "go unseen" not in joining.further(blind)[0].en


def test_nothing_beside_makes_no_empty_list():
    none = joining.effects(found(rows("together", n_treated=1.0)), profile_name="public")
    assert "<ul" not in joining.beside(none, lang="both")._repr_html_()


def test_power_stands_beside_every_estimate():
    shown = joining.effects(found(rows("together"), rows("score", *SERIES[0], smallest=7.04)), profile_name="public")
    assert "about 3 points would be found four times in five" in joining.paragraph(shown).en
    page = joining.effects_table(shown, lang="both")._repr_html_()
    assert "Smallest to be found" in page
    assert "7.0" in page


@pytest.mark.parametrize(
    "few", [{"n_treated": 2.0}, {"n": 15.0}, {"pupils_before": 9.0}, {"pupils_after": 0.0}], ids=lambda few: str(few)
)
def test_too_few_schools_or_pupils_are_never_printed(few):
    hidden = joining.effects(found(rows("together", **few), rows("score", *SERIES[0], **few)), profile_name="public")
    assert (hidden.frame["status"] == "small").all()
    assert hidden.frame[["estimate", "conf_low", "conf_high", "smallest", "p_adjusted"]].isna().all(axis=None)
    assert "1 of the results cannot be shown" in joining.reckoned(hidden).en
    text = joining.paragraph(hidden).en + joining.effects_table(hidden, lang="both")._repr_html_()
    assert "5.0" not in text
    times = joining.by_time(found(by_time=by_time(**{"pupils_before": 0.0} | few)), profile_name="public").frame
    assert (times["status"] == "small").all()
    assert times[["estimate", "band_low"]].isna().all(axis=None)


def test_fewer_than_thirty_pupils_give_whole_points():
    shown = joining.effects(found(rows("together", estimate=2.46, pupils_after=12.0)), profile_name="public").frame
    assert shown["estimate"].iat[0] == 2.0
    assert (
        joining.effects(found(rows("together", estimate=2.46)), profile_name="public").frame["estimate"].iat[0] == 2.5
    )


def test_a_school_with_too_few_pupils_says_so_and_a_school_without_change_too():
    own = joining.of_school(school(pupils_before=4.0), "S1", profile_name="public")
    assert own.frame[["change", "usual_low", "smallest"]].isna().all(axis=None)
    assert "Too few pupils" in joining.school_sentences(own)[0].en
    none = joining.of_school(school(), "S2", profile_name="public")
    assert "no change can be told" in joining.school_sentences(none)[0].en


def test_all_schools_at_once_say_what_each_says_alone():
    several = [school(change=c)["schools"].assign(school_id=i) for i, c in (("S1", 2.0), ("S2", -9.0))]
    held = school() | {"schools": pd.concat(several)}
    rows = joining.of_schools(held, profile_name="public").frame
    for place, i in enumerate(("S1", "S2")):
        own = joining.of_school(held, i, profile_name="public").frame
        pd.testing.assert_frame_equal(rows.iloc[[place]].reset_index(drop=True), own)


def test_what_cannot_be_estimated_is_said_with_its_reason():
    nothing = dict.fromkeys(("estimate", "conf_low", "conf_high", "p_adjusted", "n", "n_treated"), np.nan)
    why = {"reason_th": "ไม่มีปีก่อนเข้าร่วม วิธีแก้: เพิ่มปี", "reason_en": "there is no year before. What to do: add years."}
    shown = joining.effects(found(rows("together"), rows("score", *SERIES[0], **nothing, **why)), profile_name="public")
    said = joining.reckoned(shown)
    assert "NT Grade 3 Thai cannot be estimated, because there is no year before." in said.en
    assert "ประเมินไม่ได้ เพราะไม่มีปีก่อนเข้าร่วม" in said.th
    assert "add years" not in said.en
    alone = joining.effects(found(rows("together", **nothing, **why)), profile_name="public")
    assert joining.headline(alone).en.endswith("cannot be estimated, because there is no year before")
    hidden = joining.headline(joining.effects(found(rows("together", n_treated=1.0)), profile_name="public"))
    assert "cannot be shown: too few" in hidden.en and "น้อยเกินไปที่จะเปิดเผย" in hidden.th
    elsewhere = rows("together") | {"group": "2"}
    assert "no test results" in joining.headline(joining.effects(found(elsewhere), profile_name="public")).en


def test_how_chance_was_reckoned_and_the_choices_made_are_named():
    shown = joining.effects(
        found(rows("together", permuted="subdistricts"), rows("score", *SERIES[0], permuted="areas")),
        profile_name="public",
    )
    said = joining.reckoned(shown).en
    assert "giving the joining at random to whole subdistricts" in said
    assert "Not so for NT Grade 3 Thai: there, to whole areas" in said
    assert "All choices are the default" in said
    alone = joining.reckoned(joining.effects(found(rows("together")), profile_name="public"))
    assert "at random to schools of like size" in alone.en and "Not so" not in alone.en and "ยกเว้น" not in alone.th


def test_the_question_stands_under_the_table_with_units_weights_years_and_covariates():
    said = joining.reckoned(joining.effects(found(rows("together")), profile_name="public"))
    for lang in ("th", "en"):
        assert Design(unit="points").question(lang) in getattr(said, lang)
    assert "every school counts the same; academic years (BE): all there are; covariates: none" in said.en
    assert "left out of that test" in said.en and "ไม่อยู่ในรายการนั้น" in said.th


def test_gaps_and_spread_are_spoken_of():
    still = found(rows("together"), rows("spread", *SERIES[0]), rows("gap", "NT", "", "thai"))
    assert "of 2 gaps" in joining.paragraph(joining.effects(still, profile_name="public")).en
    moved = rows("gap", "NT", "", "thai", conf_low=0.2, conf_high=0.9, p_adjusted=0.01)
    shown = joining.effects(found(rows("together"), rows("spread", *SERIES[0]), moved), profile_name="public")
    assert "1 moved by more than chance" in joining.paragraph(shown).en


def test_one_outcome_alone_may_be_chance_among_many():
    alone = rows("score", *SERIES[0], conf_low=0.4, p_value=0.03, p_adjusted=0.3)
    text = joining.paragraph(joining.effects(found(rows("together"), alone), profile_name="public"))
    assert "NT Grade 3 Thai rose when looked at alone, but among 1 results that may be chance" in text.en


def test_the_figure_draws_both_intervals_at_both_widths():
    times = joining.by_time(found(by_time=by_time()), profile_name="public")
    shown = joining.effects(found(rows("together")), profile_name="public")
    figure = joining.event_figure(times, shown, synthetic=True)
    assert isinstance(figure, figures.Figure)
    assert "year +1: 1 points (−1 to 3)" in joining.event_alt(times).en
    for drawn in (figure.wide, figure.phone):
        assert all(f'stroke-width="{width}"' in drawn.svg() for width in ("2.8", "1"))
    assert figure.title == joining.headline(shown)


def test_no_figure_where_no_year_may_be_shown():
    nothing = joining.by_time(found(), profile_name="public")
    figure = joining.event_figure(nothing, joining.effects(found(rows("together")), profile_name="public"))
    assert isinstance(figure, Prose)


def test_a_cohort_reads_its_own_rows():
    one = rows("together", group="1", estimate=4.0) | {"group": "1"}
    both = found(rows("together"), one)
    assert joining.effects(both, profile_name="public", group="1").frame["estimate"].tolist() == [4.0]
