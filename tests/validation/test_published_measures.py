"""Measures against numbers that others have published, to half a unit of their last digit; the data stand below."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from innovlib.measures import autonomy, distribution, inequality, rates, rows, variance

PUBLISHED = pd.read_csv(Path(__file__).with_name("published_measures.csv"), dtype={"key": "str"}, keep_default_na=False)

TEN_INCOMES = [541, 1463, 2445, 3438, 4437, 5401, 6392, 8304, 11904, 22261]
DYESTUFF = [
    [1545, 1440, 1440, 1520, 1580], [1540, 1555, 1490, 1560, 1495], [1595, 1550, 1605, 1510, 1560],
    [1445, 1440, 1595, 1465, 1545], [1595, 1630, 1515, 1635, 1625], [1520, 1455, 1450, 1480, 1445],
]  # fmt: skip
SIX_TARGETS = [[9, 2, 5, 8], [6, 1, 3, 2], [8, 4, 6, 8], [7, 1, 2, 6], [10, 5, 6, 9], [6, 2, 4, 7]]
THREE_CLUSTERS = [[2, 4, 4, 6], [4, 5, 8, 8], [5, 8, 9, 9]]
INDIA = pd.DataFrame(
    {
        "school_id": list("12345"), "wealth": range(5), "births": [29939, 28776, 26528, 24689, 19739],
        "deaths_per_1000": [154.7, 152.9, 119.5, 86.9, 54.3],
    }
)  # fmt: skip


def _long(table: list[list[float]]) -> pd.DataFrame:
    return pd.DataFrame([{"school_id": str(i), "score": float(y)} for i, row in enumerate(table) for y in row])


def _money(values, weights=None) -> pd.DataFrame:
    weights = np.ones(len(values)) if weights is None else weights
    return pd.DataFrame(
        {"school_id": [str(i) for i in range(len(values))], "thb": np.array(values, float), "w": weights}
    )


def _two_groups() -> pd.DataFrame:
    """Fifty values each with means 103 and 100 and standard deviations 5.5 and 4.5, exactly."""
    shape = np.linspace(-1, 1, 50)
    shape = shape / shape.std(ddof=1)
    values = np.concatenate([103 + 5.5 * shape, 100 + 4.5 * shape])
    return pd.DataFrame({"school_id": list("ab") * 50, "new": [True] * 50 + [False] * 50, "score": values})


def _ratings(table: list[list[float]]) -> pd.DataFrame:
    return pd.DataFrame(
        [
            {"school_id": str(i), "year_be": 2567, "domain": "budget", "item": "b", "respondent_role": str(j),
             "de_jure": 4, "de_facto": y}
            for i, row in enumerate(table) for j, y in enumerate(row)
        ]
    )  # fmt: skip


def _found(data: str, quantity: str, key: str) -> float:
    if quantity == "wilson":
        yes, n = map(int, data.split(" of "))
        return rows.wilson(yes, n)[key == "high"]
    if quantity == "gini":
        return distribution.gini(_money(TEN_INCOMES), value="thb")["estimate"].item()
    if quantity == "atkinson":
        frame = _money(TEN_INCOMES) if data == "ten incomes" else _money([10, 20, 30], [3, 1, 1])
        return distribution.atkinson(frame, value="thb", aversion=float(key), weight="w")["estimate"].item()
    if quantity == "concentration":
        found = rates.concentration(INDIA, value="deaths_per_1000", rank_by="wealth", weight="births", correction=key)
        return found["estimate"].item()
    if quantity == "between_share":
        table = {"six targets": SIX_TARGETS, "three clusters": THREE_CLUSTERS}[data]
        return inequality.between_share(_long(table))[key].item()
    if quantity == "all_respondents":
        found = autonomy.reliability(_ratings(SIX_TARGETS))
        return found.loc[found["measure"] == quantity, key].item()
    if quantity == "gap_sd":
        return inequality.gap(_two_groups(), by="new")[key].item()
    parts = _high_schools() if data == "high school and beyond" else _dyestuff()
    return {"within_variance": parts.within, "between_variance": parts.between, "share": parts.share}[quantity]


def _dyestuff() -> variance.Parts:
    long = _long(DYESTUFF)
    return variance.parts(*variance.by_school(long["score"], long["school_id"]))


def _high_schools() -> variance.Parts:
    """7,185 pupils of 160 schools, by their schools' sums."""
    sums = pd.read_csv(Path(__file__).with_name("hsb82.csv"))
    return variance.parts(*(sums[c].to_numpy() for c in ("n", "mean", "within_squares")))


@pytest.mark.parametrize("row", PUBLISHED.to_dict("records"), ids=lambda r: f"{r['data']} {r['quantity']} {r['key']}")
def test_published_number(row):
    assert _found(row["data"], row["quantity"], row["key"]) == pytest.approx(row["published"], abs=row["tolerance"])


def test_every_number_names_its_source_and_page():
    assert (PUBLISHED[["source", "page"]] != "").all(axis=None)
