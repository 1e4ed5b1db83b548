"""Numbers that others have published, to half a unit of their last digit."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from innovlib.effects import averages, engine, estimate, twoway
from innovlib.effects.design import Design
from innovlib.effects.panel import Panel, panel

HERE = Path(__file__).parent
PUBLISHED = pd.read_csv(HERE / "published.csv", dtype={"key": "str"})


def _panel(frame: pd.DataFrame, joined: pd.Series, **design) -> Panel:
    schools = joined.where(joined > 0).rename_axis("school_id").rename("joined_year_be").reset_index()
    covariates = frame.drop_duplicates("school_id")[["school_id", *design.get("covariates", ())]]
    return panel(frame, schools.merge(covariates, on="school_id"), Design(**design))


def mpdta(**design) -> Panel:
    frame = pd.read_csv(HERE / "mpdta.csv").rename(
        columns={"countyreal": "school_id", "year": "year_be", "lemp": "outcome"}
    )
    return _panel(frame, frame.groupby("school_id")["first.treat"].first(), baseline="last_year", **design)


def castle() -> Panel:
    frame = pd.read_csv(HERE / "castle.csv").rename(
        columns={"sid": "school_id", "year": "year_be", "l_homicide": "outcome"}
    )
    return _panel(frame, frame.groupby("school_id")["effyear"].first())


def prop99(*, log: bool, baseline: str) -> Panel:
    frame = pd.read_csv(HERE / "prop99.csv").rename(columns={"state": "school_id", "year": "year_be"})
    frame["outcome"] = np.log(frame["cig"]) if log else frame["cig"]
    joined = pd.Series({state: 1989 if state == "California" else 0 for state in frame["school_id"].unique()})
    return _panel(frame, joined, baseline=baseline)


def organ() -> Panel:
    frame = pd.read_csv(HERE / "organ.csv").rename(
        columns={"state": "school_id", "quarter": "year_be", "rate": "outcome"}
    )
    return _panel(frame, pd.Series({state: 4 * (state == "California") for state in frame["school_id"].unique()}))


def kielmc() -> Panel:
    """Mean real prices of the houses sold in a year, away from the incinerator and near it."""
    means = {("away", 1978): 82517.227642, ("away", 1981): 101307.513595,
             ("near", 1978): 63692.857143, ("near", 1981): 70619.239844}  # fmt: skip
    frame = pd.Series(means, name="outcome").rename_axis(["school_id", "year_be"]).reset_index()
    return _panel(frame, pd.Series({"away": 0, "near": 1981}))


def _overall(found: Panel, key: str) -> float:
    changes = estimate.changes(found)
    result = engine.result(changes, engine.observed(changes))
    return float({"estimate": result.estimate, "std_error": result.std_error}[key][0])


@cache
def _group_time(kind: str) -> estimate.GroupTime:
    design = {
        "att_gt": {},
        "att_gt covariate never": {"covariates": ("lpop",)},
        "att_gt covariate not_yet": {"covariates": ("lpop",), "comparison": "not_yet"},
    }
    return estimate.group_time(mpdta(**design[kind]))


def ours(data: str, quantity: str, key: str) -> float:
    """The kit's number for one row of the table."""
    if data == "mpdta" and quantity.startswith("att_gt"):
        cohort, year = map(int, key.split())
        frame = _group_time(quantity).to_frame().set_index(["cohort_be", "year_be"])
        return frame.loc[(cohort, year), "estimate"]
    if data == "mpdta":
        frame = averages.aggregate(_group_time("att_gt"), quantity)[0]
        return (
            frame["estimate"].iat[0]
            if key == "overall"
            else frame.set_index(frame.columns[0]).loc[float(key), "estimate"]
        )
    if quantity == "two_way":
        return twoway.two_way(castle())
    if data == "castle":
        parts = twoway.bacon(castle())
        parts = parts[parts["kind"] == key]
        weight = parts["weight"].sum()
        return weight if quantity == "bacon weight" else (parts["weight"] * parts["estimate"]).sum() / weight
    if data in ("organ", "kielmc"):
        return _overall({"organ": organ, "kielmc": kielmc}[data](), key)
    return _overall(prop99(log=data.endswith("log"), baseline=quantity), key)


@pytest.mark.parametrize("row", list(PUBLISHED.itertuples()), ids=lambda r: f"{r.data} {r.quantity} {r.key}")
def test_published_number_is_reproduced(row):
    assert abs(ours(row.data, row.quantity, row.key) - row.published) <= row.tolerance * (1 + 1e-9)


def test_every_row_says_where_it_stands():
    assert PUBLISHED[["source", "page"]].notna().all(axis=None)
    assert not PUBLISHED.duplicated(["data", "quantity", "key"]).any()
    # The tolerance is half a unit of the last printed digit, never more.
    printed = pd.read_csv(HERE / "published.csv", dtype="str")["published"].str.split(".").str[1].fillna("")
    assert np.allclose(PUBLISHED["tolerance"], 0.5 * 10.0 ** -printed.str.len().to_numpy())
