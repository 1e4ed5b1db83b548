"""The ledger: sealed entries, and figures that keep their old value where a few pupils lie between."""

import json

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from innovlib.errors import Unreadable
from innovlib.release import ledger
from innovlib.report.disclosure import Protected, rounded_half_up

FIGURE = {"report": "school-A", "who": "school", "test": "O-NET", "grade": "ป.6", "subject": "maths",
          "first_year_be": 2567, "last_year_be": 2567, "status": "shown", "n_low": 13.0, "n_high": 17.0, "said": "44",
          "file": "school-A.html", "low": 43.5, "high": 44.5}  # fmt: skip


def printed(**changes):
    return pd.DataFrame([FIGURE | changes])


def entered(path, *frames, profile="public"):
    for number, frame in enumerate(frames):
        date = f"2026-03-0{number + 1}"
        ledger.enter(path, frame, area="mine", profile_name=profile, date=date, initials=("AB", "CD"), files={})
    return ledger.read(path)


@pytest.fixture
def book(tmp_path):
    return entered(tmp_path / "ledger.jsonl", printed())


def changed(book, **changes):
    return changed_for(book, "public", **changes)


def changed_for(book, profile, **changes):
    return [f.kind for f in ledger.changes(printed(**changes), book, area="mine", profile_name=profile)]


def test_the_same_figure_again_is_no_change(book):
    assert changed(book) == []


@pytest.mark.parametrize(
    ("changes", "found"),
    [
        ({"said": "45"}, True),  # the same printed n: 0 to 4 pupils may lie between
        ({"n_low": 18.0, "n_high": 22.0}, True),  # 1 to 9
        ({"n_low": 23.0, "n_high": 27.0, "said": "46"}, True),  # 6 to 14
        ({"n_low": 28.0, "n_high": 32.0, "said": "46"}, False),  # 11 to 19
        ({"status": "small", "n_low": 1.0, "n_high": 9.0, "said": "hidden"}, True),
    ],
)
def test_what_may_be_one_to_nine_pupils_is_found(book, changes, found):
    assert changed(book, **changes) == (["re-release"] if found else [])


def test_another_area_and_other_readers_are_other_releases(book):
    assert ledger.changes(printed(said="45"), book, area="other", profile_name="public") == []
    assert ledger.changes(printed(said="45"), book, area="mine", profile_name="school") == []


def test_partners_have_the_public_figure_in_hand_and_the_public_has_not_theirs(book, tmp_path):
    assert changed_for(book, "partner", said="45") == ["re-release"]
    assert changed_for(book, "partner", n_low=7.0, n_high=12.0, said="45") == ["re-release"]
    assert changed_for(book, "partner", n_low=28.0, n_high=32.0, said="46") == []
    theirs = entered(tmp_path / "partner.jsonl", printed(), profile="partner")
    assert changed_for(theirs, "public", said="45") == []


def test_what_the_public_edition_hides_binds_no_partner(tmp_path):
    book = entered(tmp_path / "l.jsonl", printed(status="small", n_low=1.0, n_high=9.0, said="hidden"))
    assert changed_for(book, "partner", n_low=7.0, n_high=12.0) == []
    row = ledger.kept(table("partner", n=10, n_label="10"), book, report="school-A", area="mine").frame.iloc[0]
    assert (row["status"], row["mean"]) == ("shown", 46.0)


def test_partners_are_shown_the_figure_that_the_public_keeps(book):
    public, partner = (ledger.kept(table(name), book, report="school-A", area="mine") for name in ("public", "partner"))
    columns = ["status", "mean", "conf_low", "conf_high", "n_label"]
    assert partner.frame[columns].equals(public.frame[columns])
    assert partner.fired == ("D8",)


@given(st.integers(10, 300), st.integers(10, 300))
def test_rounded_counts_never_hide_a_difference_of_one_to_nine(a, b):
    """Whatever two true counts lie 1 to 9 apart, their printed ones leave it possible."""
    frames = []
    for n in (a, b):
        shown = float(rounded_half_up(n, 5))
        frames.append(pd.DataFrame({"n_low": [max(shown - 2, 10.0)], "n_high": [shown + 2]}))
    if 1 <= abs(a - b) <= 9:
        assert ledger.possible_difference(*frames).all()
    if abs(a - b) >= 15:  # 163 and 177 print as 165 and 175, which 167 and 173 would too
        assert not ledger.possible_difference(*frames).any()


def test_the_last_of_several_releases_counts(tmp_path):
    book = entered(tmp_path / "ledger.jsonl", printed(), printed(said="50", n_low=33.0, n_high=37.0))
    assert len(book.releases) == 2
    assert ledger.changes(printed(said="50", n_low=33.0, n_high=37.0), book, area="mine", profile_name="public") == []


@pytest.mark.parametrize("harm", ["change", "drop", "swap", "no-json"])
def test_a_ledger_that_was_touched_is_refused(tmp_path, harm):
    path = tmp_path / "ledger.jsonl"
    entered(path, printed(), printed(said="45"), printed(said="46"))
    lines = path.read_text("utf-8").splitlines()
    harmed = {
        "change": [lines[0].replace('"44"', '"54"'), *lines[1:]],
        "drop": lines[1:],
        "swap": [lines[1], lines[0], lines[2]],
        "no-json": [*lines, "{"],
    }[harm]
    path.write_text("\n".join(harmed) + "\n", "utf-8")
    with pytest.raises(Unreadable, match="does not match"):
        ledger.read(path)


def test_what_is_entered_names_no_machine(tmp_path):
    entered(tmp_path / "ledger.jsonl", printed())
    entry = json.loads((tmp_path / "ledger.jsonl").read_text("utf-8"))
    assert set(entry) == {"release", "area", "profile", "date", "initials", "files", "figures", "previous", "seal"}


# --- keeping the old figure -----------------------------------------------------------------------------------------


def table(profile="public", **changes):
    row = {"who": "school", "test": "O-NET", "grade": "ป.6", "subject": "maths", "first_year_be": 2567,
           "last_year_be": 2567, "status": "shown", "n": 20, "n_label": "20", "mean": 46.0, "conf_low": 40.0,
           "conf_high": 52.0, "verdict": "undecided"}  # fmt: skip
    frame = pd.DataFrame([row | changes])
    frame["n"] = frame["n"].astype("Int64")
    return Protected(frame, profile)


def test_a_figure_that_moved_by_a_few_pupils_keeps_its_old_value(book):
    found = ledger.kept(table(), book, report="school-A", area="mine")
    row = found.frame.iloc[0]
    assert (row["mean"], row["conf_low"], row["conf_high"], row["n_label"]) == (44.0, 38.0, 50.0, "15")
    assert found.fired == ("D8",)


@pytest.mark.parametrize("now", [{}, {"mean": 44.0}], ids=["another mean", "the same mean of other pupils"])
def test_what_is_kept_passes_the_audits_rule(book, now):
    row = ledger.kept(table(**now), book, report="school-A", area="mine").frame.iloc[0]
    n = float(row["n_label"])
    assert changed(book, said=f"{row['mean']:.0f}", n_low=n - 2, n_high=n + 2) == []


def test_a_figure_that_moved_by_many_pupils_is_new(book):
    found = ledger.kept(table(n=40, n_label="40"), book, report="school-A", area="mine")
    assert found.frame.iloc[0]["mean"] == 46.0
    assert found.fired == ()


def test_a_hidden_figure_stays_hidden(tmp_path):
    book = entered(tmp_path / "l.jsonl", printed(status="small", n_low=1.0, n_high=9.0, said="ไม่แสดง"))
    row = ledger.kept(table(n=10, n_label="10"), book, report="school-A", area="mine").frame.iloc[0]
    assert row["status"] == "small"
    assert np.isnan(row["mean"])
    assert np.isnan(row["conf_low"])
    assert row["verdict"] == ""
    assert row["n_label"] == "<10"


def test_the_schools_own_staff_get_the_new_figure(tmp_path):
    book = entered(tmp_path / "l.jsonl", printed(), profile="school")
    assert ledger.kept(table("school"), book, report="school-A", area="mine").frame.iloc[0]["mean"] == 46.0


def test_the_input_is_not_changed(book):
    before = table()
    ledger.kept(before, book, report="school-A", area="mine")
    assert before.frame.iloc[0]["mean"] == 46.0
