"""A small area whose hidden numbers occur nowhere else, rendered with the real templates."""

from __future__ import annotations

import pandas as pd
import pytest

from innovlib.area import store

#: Pupils a year and mean of each pilot school. H's three years hold eight pupils, whom no other figure resembles.
PILOTS = {"A": (12, 41.23), "B": (11, 38.47), "C": (10, 45.81), "D": (13, 42.02), "H": ((3, 2, 3), 61.37)}
OTHERS = {f"X{i}": (12 + i, 36.0 + 1.7 * i) for i in range(6)}
YEARS = (2565, 2566, 2567)
#: H's two means, far from all others.
HIDDEN_MEANS = (61.37, 63.37)


def tables() -> dict[str, pd.DataFrame]:
    """Schools and scores of the area: one test, two subjects, three years."""
    every = PILOTS | OTHERS
    schools = pd.DataFrame({
        "school_id": list(every), "name_th": [f"บ้านทดลอง{i}" for i in every], "district": "ฮอด",
        "cohort": [1 if i in PILOTS else pd.NA for i in every],
        "joined_year_be": [2566 if i in PILOTS else pd.NA for i in every],
    })  # fmt: skip
    rows = []
    for school, (pupils, mean) in every.items():
        for number, year in enumerate(YEARS):
            n = pupils[number] if isinstance(pupils, tuple) else pupils
            for subject, more in (("maths", 0.0), ("thai", 2.0)):
                moved = mean + more + (0 if school == "H" else 1.3 * (number - 1))
                rows.append((school, year, "O-NET", "ป.6", subject, n, n, round(moved, 2), 4.0))
    columns = ["school_id", "year_be", "test", "grade", "subject", "n_enrolled", "n_tested", "mean", "sd"]
    return {"schools": schools, "scores": pd.DataFrame(rows, columns=columns)}


@pytest.fixture(scope="session")
def small_area(tmp_path_factory):
    """The area as a folder."""
    folder = tmp_path_factory.mktemp("areas") / "small"
    store.write_area(folder, tables(), title="Small area", title_th="พื้นที่เล็ก", synthetic=True)
    return folder


@pytest.fixture(scope="session")
def office_totals(tmp_path_factory):
    """What an office prints besides: every school's head count and its cohort's."""
    path = tmp_path_factory.mktemp("known") / "known.csv"
    scores, pilots = tables()["scores"], set(PILOTS)
    own = scores[scores["school_id"].isin(pilots)].assign(level="school", id=lambda t: t["school_id"])
    keys = ["year_be", "test", "grade", "subject"]
    cohort = own.groupby(keys, as_index=False)["n_tested"].sum().assign(level="cohort", id="1")
    known = pd.concat([own, cohort]).rename(columns={"n_tested": "n"}).assign(mean="")
    known[["level", "id", *keys, "n", "mean"]].to_csv(path, index=False)
    return path
