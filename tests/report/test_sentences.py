"""Sentences against random results of every chapter, thousands of them: none says more than what is printed."""

import re

import numpy as np
import pandas as pd
import pytest

from innovlib import terms
from innovlib.errors import Words
from innovlib.report import freedom, labels, partners, surveys, timeline, words
from innovlib.report.disclosure import Protected

#: A sentence that puts schools in an order of merit would use one of these.
RANKED = re.compile(r"อันดับที่|ดีที่สุด|แย่ที่สุด|สูงที่สุด|ต่ำที่สุด|\bbest\b|\bworst\b|\brank(ed)? \d|\btop \d|\bhighest\b|\blowest\b")


def numbers(said: Words) -> set[str]:
    """The figures in a sentence, without the scale and the level of its intervals."""
    return set(re.findall(r"−?\d+(?:\.\d+)?", said.en.replace("95%", "")))


def answers(chance: np.random.Generator) -> Protected:
    """Autonomy of a school, its group and the others with random values, respondents and schools."""
    rows = []
    for who in ("school", "pilots", "others"):
        people, schools = int(chance.integers(1, 12)), 1 if who == "school" else int(chance.integers(1, 8))
        for domain in freedom.DOMAINS:
            granted, done, half = chance.uniform(0, 4), chance.uniform(0, 4), chance.uniform(0, 1.5)
            for aspect, value in (("de_jure", granted), ("de_facto", done), ("gap", done - granted)):
                code = chance.choice(["clearly_above", "likely_above", "undecided", "likely_below", "clearly_below"])
                rows.append({"who": who, "domain": domain, "aspect": aspect, "estimate": value,
                             "conf_low": value - half, "conf_high": value + half,
                             "n_schools": schools, "n_respondents": people,
                             "verdict": code if who == "pilots" else "", "rest_schools": 0,
                             "rest_respondents": 0})  # fmt: skip
    profile = str(chance.choice(["public", "partner", "school"]))
    safe = surveys.protect_answers(pd.DataFrame(rows), profile_name=profile)
    return Protected(freedom._gap_verdicts(safe.frame), safe.profile, safe.fired)


@pytest.mark.parametrize("seed", range(8))
def test_autonomy_says_what_is_printed_of_whom_it_names_and_nothing_hidden(seed):
    chance = np.random.default_rng(seed)
    for _ in range(20):  # 45 results each
        safe = answers(chance)
        who = freedom.subject(safe)
        frame = safe.frame
        hidden = frame[frame["status"] != "shown"]
        assert hidden[["estimate", "conf_low", "conf_high"]].isna().all(axis=None)
        said = [freedom.headline(safe), freedom.gap_headline(safe), *freedom.readings(safe)]
        assert not any(RANKED.search(w.th) or RANKED.search(w.en) for w in said)
        if not who:
            assert said[0].en.startswith("There are no answers")
            continue
        told = frame[(frame["who"] == who) & (frame["status"] == "shown")]
        printed = {freedom._one(v) for v in told[["estimate", "conf_low", "conf_high"]].to_numpy().ravel()}
        for reading in said[2:]:
            assert numbers(reading) <= printed | {"5"}
        gaps = told[told["aspect"] == "gap"].set_index("domain")
        for domain in terms.DOMAINS:
            low, high = gaps.loc[domain, ["conf_low", "conf_high"]]
            assert (freedom.domain_words(domain).th in said[1].th) == (low > 0 or high < 0)


def results(chance: np.random.Generator) -> Protected:
    """A school's results in random subjects, some hidden, with random verdicts against similar schools."""
    rows = []
    for subject in chance.permutation(list(terms.TEST_SUBJECTS["O-NET"]))[: chance.integers(1, 6)]:
        small = chance.random() < 0.3
        mean, half = round(chance.uniform(5, 95)), round(chance.uniform(1, 12))
        own = {"who": "school", "test": "O-NET", "grade": "ป.6", "subject": subject, "period": "2565–2567",
               "first_year_be": 2565, "last_year_be": 2567, "mean": np.nan if small else mean,
               "conf_low": np.nan if small else mean - half, "conf_high": np.nan if small else mean + half,
               "n_label": "<10" if small else "25", "status": "small" if small else "shown", "against": "similar",
               "verdict": "" if small else str(chance.choice(list(labels.VERDICTS)))}  # fmt: skip
        rows += [own, own | {"who": "area", "mean": 50.0, "status": "shown", "verdict": "", "against": ""}]
    return Protected(pd.DataFrame(rows), "public")


@pytest.mark.parametrize("seed", range(8))
def test_results_give_each_subject_its_own_verdict_and_speak_no_hidden_one(seed):
    chance = np.random.default_rng(100 + seed)
    for _ in range(60):
        safe = results(chance)
        said = words.results_headline(safe)
        assert not RANKED.search(said.th)
        assert not RANKED.search(said.en)
        own = safe.where(who="school").frame
        for code in words._SPOKEN:
            mine = own[(own["verdict"] == code) & (own["status"] == "shown")]
            phrase = words.verdict(code, whom=words.whom(safe)).en
            assert (phrase in said.en.lower()) == bool(len(mine))
            if 0 < len(mine) <= words.MOST_NAMED:
                named = words.listed([labels.subject(s) for s in mine["subject"]]).en
                assert f"{named} {phrase}".lower() in said.en.lower()
        for subject in own.loc[own["status"] == "small", "subject"]:
            assert labels.subject(subject).th not in said.th
        for row, reading in zip(own.to_dict("records"), words.results_readings(safe), strict=True):
            if row["status"] == "small":
                assert "not shown" in reading.en
            else:
                assert f"{row['mean']:.0f} points" in reading.en
                assert f"{row['conf_low']:.0f}".replace("-", "−") in reading.en


def sectors(chance: np.random.Generator) -> Protected:
    schools = int(chance.integers(1, 20))
    few = schools < 3
    reached = {s: int(chance.integers(0, schools + 1)) for s in terms.SECTORS}
    reached["any"] = max(reached.values())
    rows = [{"who": "pilots", "sector": s, "n_reached": n, "n_schools": schools,
             "status": "small" if few else "shown", "conf_low": np.nan if few else 0.0,
             "conf_high": np.nan if few else 100.0} for s, n in reached.items()]  # fmt: skip
    return Protected(pd.DataFrame(rows), "public")


@pytest.mark.parametrize("seed", range(4))
def test_partners_name_exactly_the_sectors_that_are_absent(seed):
    chance = np.random.default_rng(200 + seed)
    for _ in range(150):
        safe = sectors(chance)
        said, frame = partners.headline(safe), safe.frame.set_index("sector")
        few, nobody = frame["status"].iloc[0] == "small", frame.loc["any", "n_reached"] == 0
        for sector in terms.SECTORS:
            named = terms.LABELS[sector].th in said.th
            assert named == (not few and not nobody and frame.loc[sector, "n_reached"] == 0)
        assert bool(partners.readings(safe)) == (not few)
        assert not RANKED.search(said.en)


@pytest.mark.parametrize("seed", range(4))
def test_progress_counts_every_entry_once_and_the_latest_is_the_latest(seed):
    chance = np.random.default_rng(300 + seed)
    for _ in range(60):
        size = int(chance.integers(0, 9))
        dates = pd.to_datetime("2019-05-01") + pd.to_timedelta(chance.integers(0, 2500, size), unit="D")
        frame = pd.DataFrame(
            {"school_id": "a", "date": dates.where(chance.random(size) > 0.2), "what": "innovation",
             "status": chance.choice(list(terms.PROGRESS_STATUSES), size), "note_th": [f"งาน {i}" for i in range(size)]}
        ).astype({"school_id": object})  # fmt: skip
        on = pd.Timestamp("2024-04-30").date()
        safe = timeline.entries(frame, school_ids=["a"], on=on, profile_name="public")
        kept = frame[~(frame["date"] > pd.Timestamp(on))]
        said = timeline.headline(safe)
        assert len(kept) == len(safe.frame)
        if not len(kept):
            assert said.en.startswith("No progress")
            continue
        for status in terms.PROGRESS_STATUSES:
            count = int((kept["status"] == status).sum())
            assert (f"{count} {terms.label(status, 'en').lower()}" in said.en) == bool(count)
        dated = kept.dropna(subset="date")
        if len(dated):
            newest = set(dated.loc[dated["date"] == dated["date"].max(), "note_th"])
            assert any(note in timeline.latest(safe).th for note in newest)


def test_no_sentence_of_the_file_ranks_anybody():
    for group, entries in words._sentences().items():
        for name, entry in entries.items():
            assert not RANKED.search(entry["th"]), (group, name)
            assert not RANKED.search(entry["en"]), (group, name)


def test_a_planted_rank_is_seen():
    assert RANKED.search("โรงเรียนนี้ดีที่สุดในเขต")
    assert RANKED.search("the best school of the area")
