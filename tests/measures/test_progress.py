import pandas as pd
import pytest

from innovlib.area import contract
from innovlib.errors import UnknownName
from innovlib.measures import progress


def entries() -> pd.DataFrame:
    rows = [
        ("b", "2021-04-30", "innovation", "started", "สวน"),
        ("a", "2021-05-01", "innovation", "done", "ห้องสมุด"),
        ("a", None, "milestone", "planned", "ค่าย"),
        ("a", "2020-05-16", "innovation", "started", "ห้องสมุด"),
        ("a", "2020-08-01", "innovation", "planned", "สวน"),
    ]
    frame = pd.DataFrame(rows, columns=["school_id", "date", "what", "status", "note_th"])
    return contract.typed(frame.astype("str").where(frame.notna()), "progress")


def test_timeline_runs_in_time_by_school_and_drops_nothing():
    data = entries()
    before = data.copy(deep=True)
    found = progress.timeline(data)
    pd.testing.assert_frame_equal(data, before)
    assert list(found.columns) == list(progress.TIMELINE)
    assert len(found) == len(data)
    assert found["step"].tolist() == [1, 2, 3, 4, 1]
    assert found["status"].tolist() == ["started", "planned", "done", "planned", "started"]
    assert found["is_dated"].tolist() == [True, True, True, False, True]
    assert found["months_since_first"].round(1).tolist()[:3] == [0.0, 2.5, 11.5]


def test_the_academic_year_opens_in_may():
    found = progress.timeline(entries()).set_index(["school_id", "status", "note_th"])["year_be"]
    assert found["b", "started", "สวน"] == 2563
    assert found["a", "done", "ห้องสมุด"] == 2564
    assert found["a", "planned", "ค่าย"] is pd.NA


def test_timeline_of_one_school_and_of_a_school_without_entries():
    assert set(progress.timeline(entries(), school_id="b")["school_id"]) == {"b"}
    none = progress.timeline(entries(), school_id="z")
    assert none.empty
    assert list(none.columns) == list(progress.TIMELINE)


def test_standing_is_the_latest_entry_up_to_the_day():
    found = progress.standing(entries(), on="2021-04-30").set_index(["school_id", "note_th"])
    assert found.loc[("a", "ห้องสมุด"), "status"] == "started"
    assert found.loc[("b", "สวน"), "days_ago"] == 0
    assert progress.standing(entries(), on="2021-05-01").set_index("note_th").loc["ห้องสมุด", "status"] == "done"
    assert "ค่าย" not in set(progress.standing(entries(), on="2030-01-01")["note_th"])


def test_counts_name_every_status_and_all_schools():
    schools = pd.DataFrame({"school_id": list("abcd")})
    found = progress.counts(entries(), schools).set_index(["what", "status"])
    assert len(found) == 8
    assert found["n"].sum() == len(entries())
    row = found.loc[("innovation", "started")]
    assert (row["n"], row["n_with"], row["estimate"]) == (2, 2, 0.5)
    assert found.loc[("milestone", "planned"), "n_undated"] == 1
    assert found.loc[("milestone", "stopped"), "estimate"] == 0
    assert ((found["conf_low"] <= found["estimate"]) & (found["estimate"] <= found["conf_high"])).all()


def test_an_area_without_progress_gives_empty_tables():
    none = contract.table("progress").empty()
    assert progress.timeline(none).empty
    assert progress.counts(none).empty
    assert progress.standing(none, on="2024-01-01").empty


def test_a_missing_column_is_named():
    with pytest.raises(UnknownName, match="status"):
        progress.timeline(entries().drop(columns="status"))
