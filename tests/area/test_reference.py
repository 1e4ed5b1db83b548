"""Reference data: the published figures as published, each with a source, each doubtful one marked."""

from __future__ import annotations

import pandas as pd
import pytest

from innovlib import paths, terms
from innovlib.area import contract, reference
from innovlib.errors import Unreadable

KEY = ["year_be", "test", "grade", "subject"]


@pytest.fixture(scope="module")
def means() -> pd.DataFrame:
    return reference.national_means()


def test_one_row_a_series_and_year(means):
    assert not means.duplicated(KEY).any()
    assert means["mean"].between(0, 100).all()
    assert means["year_be"].between(2557, 2568).all()


def test_codes_are_those_of_the_contract(means):
    for test, rows in means.groupby("test"):
        assert set(rows["grade"]) <= set(terms.TEST_GRADES[test])
        assert set(rows["subject"]) <= set(terms.TEST_SUBJECTS[test])


@pytest.mark.parametrize(
    ("year", "test", "subject", "mean"),
    [
        (2557, "O-NET", "social", 50.67),
        (2560, "O-NET", "thai", 46.58),
        (2561, "O-NET", "thai", 55.90),
        (2562, "O-NET", "thai", 49.07),
        (2563, "O-NET", "thai", 56.20),
        (2563, "O-NET", "maths", 29.99),
        (2568, "O-NET", "maths", 24.90),
        (2561, "NT", "reasoning", 48.07),
        (2563, "NT", "maths", 40.47),
        (2564, "NT", "thai", 56.14),
        (2562, "RT", "reading_aloud", 68.50),
        (2564, "RT", "comprehension", 72.79),
    ],
)
def test_figures_are_as_published(means, year, test, subject, mean):
    row = means.query("year_be == @year and test == @test and subject == @subject")
    assert row["mean"].tolist() == [mean]


def test_what_was_not_found_is_absent(means):
    assert means.query("test == 'O-NET' and year_be in (2564, 2565)").empty
    assert means.query("grade == 'ม.3'").empty
    assert means.query("subject == 'social' and year_be > 2559").empty


def test_every_row_has_a_known_source_and_a_mark(means):
    assert set(means["source_id"]) == set(reference.sources()["source_id"])
    assert set(means["verified"]) == set(reference.MARKS)
    onet = means.query("test == 'O-NET'")
    assert set(onet.query("2559 <= year_be <= 2563")["verified"]) == {"yes"}
    assert set(onet.query("year_be <= 2558")["verified"]) == {"inferred"}
    assert set(onet.query("year_be >= 2566")["verified"]) == {"no"}
    assert (means.loc[means["verified"] != "yes", "note"] != "").all()


def test_counts_stand_only_where_published(means):
    counts = means.dropna(subset=["n"]).groupby(["test", "year_be"])["n"].unique().map(list).to_dict()
    assert counts == {("O-NET", 2563): [495250], ("RT", 2562): [793016]}


def test_benchmarks_carry_the_doubt_in_their_source(means):
    rows = reference.nation_benchmarks()
    assert len(rows) == len(means)
    typed = contract.typed(rows, "benchmarks")
    assert (typed["level"] == "nation").all()
    assert not typed[["source", "mean"]].isna().any(axis=None)
    source = typed.set_index(["test", "year_be", "subject"])["source"]
    assert source["O-NET", 2566, "thai"].endswith("(ยังไม่ได้ตรวจ; not verified)")
    assert "(" not in source["NT", 2563, "maths"].replace("(NT)", "")


def test_the_items_of_autonomy_cover_the_four_functions():
    items = reference.autonomy_items()
    assert items.groupby("domain", sort=False).size().to_dict() == dict.fromkeys(terms.DOMAINS, 3)
    assert items["item"].is_unique
    assert (items[["th", "en"]] != "").all(axis=None)


def test_a_missing_file_says_what_to_do(monkeypatch, tmp_path):
    monkeypatch.setattr(paths, "REFERENCE", tmp_path)
    with pytest.raises(Unreadable, match=r"data/reference/national_means\.csv.*restore this file"):
        reference.national_means()
