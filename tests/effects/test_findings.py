"""An area's effects, computed once: whole, kept, the same for every reader; plain words where there is no number."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from innovlib.area import open_area, shared, store
from innovlib.cli import main
from innovlib.effects import findings, inference, outcomes, simulate, threats
from innovlib.effects.design import Design
from innovlib.effects.panel import panel
from innovlib.effects.study import study
from innovlib.report import joining

SUBJECTS = ("thai", "maths")


def tables(
    effect: float = 0.0, *, seed: int = 1, cohorts=((5, 9), (7, 4)), n_schools: int = 60
) -> dict[str, pd.DataFrame]:
    """A simulated area as its tables: O-NET ป.6, two subjects, points of a hundred with a pupil SD of 15."""
    frame, schools = simulate.area(seed=seed, effect=effect, cohorts=cohorts, n_schools=n_schools)
    noise = np.random.default_rng(seed).normal(0, 2, (len(SUBJECTS), len(frame)))
    parts = [
        frame[["school_id", "year_be"]].assign(
            test="O-NET", grade="ป.6", subject=subject, n_enrolled=frame["n"] + 1, n_tested=frame["n"],
            mean=50 + 15 * frame["outcome"] + noise[k], sd=15.0,
        )
        for k, subject in enumerate(SUBJECTS)
    ]  # fmt: skip
    first = schools["joined_year_be"].rank(method="dense")
    known = ["school_id", "joined_year_be", "subdistrict", "district", "enrolment"]
    rows = schools[known].assign(cohort=first, name_th=schools["school_id"])
    return {"schools": rows, "scores": pd.concat(parts, ignore_index=True)}


def made(folder, held: dict[str, pd.DataFrame]):
    store.write_area(folder, held, title="Here", title_th="ที่นี่", synthetic=True)
    return open_area(folder)


@pytest.fixture(scope="module")
def area(tmp_path_factory):
    return made(tmp_path_factory.mktemp("area") / "here", tables(effect=0.5))


@pytest.fixture(scope="module")
def found(area):
    return findings.findings(area)


def one(frame: pd.DataFrame, **key: str) -> pd.DataFrame:
    return frame[(frame[list(key)] == list(key.values())).all(axis=1)].reset_index(drop=True)


def test_every_number_is_that_of_the_machinery(area, found):
    held, _ = outcomes.panels(area.table("scores"), area.table("schools"), design=Design(unit="points"))
    for (test, grade, subject), asked in held.items():
        mine = one(found["effects"], group="all", kind="score", test=test, grade=grade, subject=subject)
        theirs = inference.effect(asked)
        for column in ("estimate", "conf_low", "conf_high", "p_value", "n", "n_treated"):
            assert mine[column].iat[0] == getattr(theirs, column), column
    maths = study(held["O-NET", "ป.6", "maths"])
    kept = one(found["by_time"], group="all", kind="score", subject="maths")
    assert kept["band_low"].tolist() == maths.by_time.to_frame()["band_low"].tolist()
    assert one(found["threats"], group="all", kind="score", subject="maths")["threat"].tolist() == list(threats.THREATS)


def test_every_group_and_kind_is_there_with_its_power(found):
    rows = found["effects"]
    assert set(rows["group"]) == {"all", "1", "2"}
    assert set(rows.loc[rows["group"] == "all", "kind"]) == {"together", "score", "spread"}
    told = rows[rows["kind"].isin(["together", "score"]) & rows["estimate"].notna()]
    assert (rows.loc[rows["estimate"].notna(), "smallest"] > 0).all()
    assert (told["pupils_after"] > 100).all()
    assert (rows["reason_en"] != "").equals(rows["estimate"].isna())


def test_every_estimate_has_its_power_for_area_cohorts_and_one_school(found):
    key = ["kind", "test", "grade", "subject", "what"]
    rows = one(found["effects"], group="all").merge(one(found["smallest"], group="all"), on=key, suffixes=("", "_of"))
    rows = rows[rows["estimate"].notna()]
    assert (rows.groupby(key)["who"].agg(set) == {"area", "cohort", "school"}).all()
    whole = rows[rows["who"] == "area"]
    assert whole["smallest"].tolist() == whole["smallest_of"].tolist()


def test_bounds_of_all_tests_together_trim_the_share_that_moved(tmp_path):
    held = tables()
    joined = held["scores"]["school_id"].map(held["schools"].set_index("school_id")["joined_year_be"])
    after = (held["scores"]["year_be"] >= joined).to_numpy()
    away = (held["scores"]["n_enrolled"] * np.where(after, 0.6, 0.9)).round()
    held["scores"] = held["scores"].assign(n_tested=away.clip(lower=1).astype(int))
    rows = findings.compute(made(tmp_path / "away", held))["threats"]
    row = one(rows, group="all", kind="together", threat="participation").iloc[0]
    q = -row["limit"] / 0.9
    assert 0.2 < -row["limit"] < 0.4
    kept = 15 * stats.norm.pdf(stats.norm.ppf(q)) / (1 - q)
    assert (row["conf_high"] - row["conf_low"]) / 2 > kept * 0.9


def test_a_large_effect_is_found_in_all_tests_together_and_in_each_cohort(found):
    rows = found["effects"][found["effects"]["kind"] == "together"].set_index("group")
    assert (rows["conf_low"] > 0).all()
    assert rows.loc["all", "estimate"] == pytest.approx(0.5 * 15, abs=2)
    assert (rows["p_adjusted"] == rows["p_value"]).all()
    assert rows.loc["all", "n_treated"] == rows.loc["1", "n_treated"] + rows.loc["2", "n_treated"]


def test_together_is_the_mean_of_the_tests_where_nothing_is_missing(found):
    rows = one(found["effects"], group="all", kind="score")
    whole = one(found["effects"], group="all", kind="together")
    assert whole["estimate"].iat[0] == pytest.approx(rows["estimate"].mean())


def test_together_uses_nothing_that_a_school_lacks_before():
    rows = {"school_id": ["a"] * 4, "year_be": [2561, 2562, 2563, 2562], "outcome": [1.0, 3.0, 5.0, 40.0], "n": [5] * 4}
    frame = pd.DataFrame(rows)
    parts = {("A",): frame.iloc[:3], ("B",): frame.iloc[3:]}
    out = outcomes.together(parts, first_be=2562)
    assert out["outcome"].tolist() == [0.0, 2.0, 4.0]
    assert out["n"].tolist() == [5, 5, 5]


def test_computed_once_and_read_by_all(area, found, monkeypatch):
    monkeypatch.setattr(findings, "study", lambda *_: pytest.fail("computed again"))
    again = findings.findings(open_area(area.folder))
    assert list(again) == list(found)
    for name, frame in found.items():
        pd.testing.assert_frame_equal(again[name], frame)


def test_the_command_says_what_the_reports_say(area, found, capsys):
    assert main(["estimate", "--area", str(area.folder)]) == 0
    told = capsys.readouterr().out
    said = joining.paragraph(joining.effects(found, profile_name="school"))
    assert said.th in told
    assert said.en in told
    assert "cohort 2" in told and "pretended earlier joining" in told
    for note in found["notes"].query("group == 'all'")["note_en"]:
        assert note in told
    assert not found["notes"]["note_en"].str.contains("not in the schools frame").any()
    assert main(["estimate", "--area", str(area.folder), "--json"]) == 0
    rows = json.loads(capsys.readouterr().out)
    assert len(rows["effects"]) == len(found["effects"])
    assert rows["effects"][0]["estimate"] == found["effects"]["estimate"].iat[0]


def test_the_command_computes_anew_when_asked(area, monkeypatch):
    times = []
    monkeypatch.setattr(
        findings, "compute", lambda area: times.append(area) or {"effects": pd.DataFrame({"group": []})}
    )
    assert main(["estimate", "--area", str(area.folder), "--force"]) == 0
    assert len(times) == 1
    for name in shared.kept(area.folder):
        (area.folder / name).unlink()


def test_an_area_without_scores_says_so(tmp_path, capsys):
    area = made(tmp_path / "bare", {"schools": tables()["schools"]})
    assert main(["estimate", "--area", str(area.folder)]) == 0
    assert "no results to estimate from" in capsys.readouterr().out


# --- bad input: never a number, always a reason -------------------------------------------------------------------


def only_pilots(held):
    return held["schools"]["joined_year_be"].notna()


def no_comparison(held):
    keep = only_pilots(held)
    return {"schools": held["schools"][keep]}


def one_year_and_none_outside(held):
    keep = held["schools"]["cohort"] == 1
    return {"schools": held["schools"][keep]}


def no_year_before(held):
    return {"scores": held["scores"][held["scores"]["year_be"] >= 2564]}


def constant(held):
    return {"scores": held["scores"].assign(mean=60.0)}


def alike_but_for_what_subtracting_leaves(held):
    return {"scores": held["scores"].assign(mean=49.7 + (held["scores"]["year_be"] - 2557) * 1.1)}


def three_pilots(held):
    schools = held["schools"]
    few = schools.loc[schools["cohort"] == 2, "school_id"].head(3)
    keep = schools["school_id"].isin(few) | schools["joined_year_be"].isna()
    return {"schools": schools[keep]}


def nobody_joined(held):
    return {"schools": held["schools"].assign(joined_year_be=np.nan, cohort=np.nan)}


@pytest.mark.parametrize(
    ("spoil", "reason", "of_all"),
    [
        (no_comparison, "no comparison schools", ""),
        (one_year_and_none_outside, "effect and year cannot be told apart", ""),
        (no_year_before, "no pilot school has results before and after joining", "no result of a year before joining"),
        (constant, "never varies", ""),
        (alike_but_for_what_subtracting_leaves, "never varies", ""),
        (three_pilots, "there are only 3 pilot schools", ""),
        (nobody_joined, "no pilot school", "there are no pilot schools"),
    ],
)
def test_what_cannot_be_estimated_gives_words_and_no_number(tmp_path, spoil, reason, of_all):
    held = tables()
    held |= spoil(held)
    held["scores"] = held["scores"][held["scores"]["school_id"].isin(held["schools"]["school_id"])]
    found = findings.compute(made(tmp_path / "odd", held))
    rows = one(found["effects"], group="all", kind="score")
    assert len(rows) == len(SUBJECTS)
    assert rows[["estimate", "conf_low", "conf_high", "p_value"]].isna().all(axis=None)
    assert rows["reason_en"].str.contains(reason).all()
    for profile in ("public", "partner", "school"):
        shown = joining.effects(found, profile_name=profile)
        assert (shown.frame["status"] != "shown").all()
        assert "What joining did cannot be estimated, because " in joining.paragraph(shown).en
        assert (of_all or reason) in joining.paragraph(shown).en and "frame" not in joining.paragraph(shown).th
        assert "ประเมินผลของการเข้าร่วมไม่ได้" in joining.paragraph(shown).th
        said = joining.reckoned(shown)
        assert "cannot be estimated, because" in said.en
        assert reason in said.en
        assert "ประเมินไม่ได้ เพราะ" in said.th


def test_nine_threats_each_have_a_number_or_a_reason():
    asked = panel(*simulate.area(seed=2))
    share = asked.with_values(0.9 + asked.outcome / 20)
    table = threats.nine(study(asked), share=share, placebo=asked, pupil_sd=1.0)
    assert len(table) == 9
    assert table["estimate"].notna().all()
    assert (table["reason_en"] == "").all()
    few = threats.nine(study(panel(*simulate.area(seed=2, cohorts=((1, 4),)))))
    assert ((few["reason_en"] == "") == few["estimate"].notna()).all()
    assert few.set_index("threat").loc["pre_trend", "reason_en"]
