"""Parquet tables: the same as from CSV, judged by one query as the check judges every cell."""

import pandas as pd
import pytest

from innovlib.area import contract, parquet, review, store
from innovlib.area.synthetic import generate, write_example
from innovlib.errors import Unreadable


@pytest.fixture(scope="module")
def tables():
    return generate(n_schools=24, noise=1.0).tables


@pytest.mark.parametrize("name", contract.TABLES)
def test_a_table_comes_back_as_from_csv(tables, tmp_path, name):
    store.write_area(tmp_path / "a", {name: tables[name]}, title="", title_th="", synthetic=True)
    store.write_area(tmp_path / "b", {name: tables[name]}, form="parquet", title="", title_th="", synthetic=True)
    from_csv = store.read_table(tmp_path / "a" / f"{name}.csv", name)
    path = tmp_path / "b" / f"{name}.parquet"
    assert parquet.is_sound(path, name)
    pd.testing.assert_frame_equal(store.read_table(path, name), from_csv)
    assert parquet.count(path) == store.Area(tmp_path / "a").rows(name) == len(from_csv)


def test_the_same_table_gives_the_same_bytes_whatever_the_order_of_its_rows(tables):
    scores = tables["scores"]
    assert store.as_parquet(scores, "scores") == store.as_parquet(scores.sample(frac=1, random_state=1), "scores")


BREACHES = {
    "a wrong value": lambda f: f.assign(test=f["test"].where(f.index != 3, "TOEFL")),
    "out of range": lambda f: f.assign(mean=f["mean"].where(f.index != 3, 101.0)),
    "an id that is a path": lambda f: f.assign(school_id=f["school_id"].where(f.index != 3, "../x")),
    "an id that is a device": lambda f: f.assign(school_id=f["school_id"].where(f.index != 3, "con")),
    "a blank around an id": lambda f: f.assign(school_id=f["school_id"].where(f.index != 3, f["school_id"] + " ")),
    "a missing key": lambda f: f.assign(subject=f["subject"].where(f.index != 3)),
    "a row twice": lambda f: pd.concat([f, f.head(1)]),
    "infinite": lambda f: f.assign(sd=f["sd"].where(f.index != 3, float("inf"))),
    "numbers as text": lambda f: f.assign(mean=f["mean"].astype("str")),
    "a column missing": lambda f: f.drop(columns="year_be"),
    "a column more": lambda f: f.assign(note="x"),
}


def raw_parquet(frame, path):
    """Any frame as Parquet, without the store's care."""
    import duckdb

    with duckdb.connect() as connection:
        connection.register("given", frame)
        connection.execute(f"COPY given TO '{path}' (FORMAT parquet)")
    return path


@pytest.mark.parametrize("breach", BREACHES)
def test_what_the_check_refuses_is_not_sound(tables, tmp_path, breach):
    path = raw_parquet(BREACHES[breach](tables["scores"].reset_index(drop=True)), tmp_path / "scores.parquet")
    assert not parquet.is_sound(path, "scores")


def test_a_breach_in_parquet_is_named_as_in_csv(tables, tmp_path):
    path = raw_parquet(BREACHES["out of range"](tables["scores"].reset_index(drop=True)), tmp_path / "scores.parquet")
    with pytest.raises(Unreadable, match="line 5 mean: found 101"):
        store.read_table(path, "scores")


def test_a_file_that_is_no_parquet_is_refused(tmp_path):
    (tmp_path / "schools.parquet").write_bytes(b"school_id\n1\n")
    for ask in (store.read_table, lambda path, _: store.count_rows(path)):
        with pytest.raises(Unreadable, match="cannot be read"):
            ask(tmp_path / "schools.parquet", "schools")


def test_an_area_of_parquet_is_reviewed_and_takes_the_place_of_csv(tmp_path):
    write_example(tmp_path / "area", n_schools=24, pupils=False)
    before = store.open_area(tmp_path / "area").table("scores")
    write_example(tmp_path / "area", n_schools=24, pupils=False, form="parquet")
    assert not list((tmp_path / "area").glob("*.csv"))
    area = store.open_area(tmp_path / "area")
    pd.testing.assert_frame_equal(area.table("scores"), before)
    found = review.review(area)
    assert found.exit_code == 0 and dict(zip(found.tables["table"], found.tables["rows"], strict=True))[
        "scores"
    ] == len(before)
