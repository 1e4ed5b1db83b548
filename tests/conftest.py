"""Small areas that tests build on; none of them needs a file of the example area."""

from __future__ import annotations

import importlib.util

import numpy as np
import pandas as pd
import pytest
from hypothesis import settings

from innovlib.area import contract
from innovlib.paths import ROOT

# These machines are shared and noisy: a slow example is no failure.
settings.register_profile("patient", deadline=None)
settings.load_profile("patient")


def make_scores(rows: list[dict]) -> pd.DataFrame:
    """A scores table from rows that name only what matters; the rest is one subject of one test."""
    usual = {"test": "O-NET", "grade": "ป.6", "subject": "maths", "year_be": 2567, "n_enrolled": None, "sd": 15.0}
    frame = pd.DataFrame([usual | row for row in rows])
    return contract.typed(frame.astype("object").astype("str").where(frame.notna(), None), "scores")


def make_schools(rows: list[dict]) -> pd.DataFrame:
    """A schools table from rows that name only what matters."""
    frame = pd.DataFrame(rows)
    if "name_th" not in frame:
        frame["name_th"] = "บ้าน" + frame["school_id"]
    return contract.typed(frame.astype("object").astype("str").where(frame.notna(), None), "schools")


@pytest.fixture
def no_benchmarks() -> pd.DataFrame:
    return contract.table("benchmarks").empty()


@pytest.fixture
def many_schools() -> tuple[pd.DataFrame, pd.DataFrame]:
    """Twenty schools over six years with a known hard paper in 2566: schools table and scores table."""
    rng = np.random.default_rng(7)
    schools = make_schools(
        [
            {
                "school_id": f"S{i:02d}",
                "enrolment": int(60 + 10 * i),
                "share_other_language": round(i / 20, 2),
                "share_poor": 0.3 + 0.02 * i,
                "is_highland": i % 2 == 0,
                "cohort": 1 if i < 4 else None,
                "joined_year_be": 2562 if i < 4 else None,
                "district": "ฮอด" if i % 2 else "อมก๋อย",
            }
            for i in range(20)
        ]
    )
    rows = [
        {
            "school_id": f"S{i:02d}", "year_be": year, "subject": subject, "n_tested": 6 + i, "n_enrolled": 8 + i,
            "mean": round(45 + 0.5 * i - 20 * (year == 2566) + rng.normal(0, 3), 2),
        }
        for i in range(20) for year in range(2562, 2568) for subject in ("thai", "maths")
    ]  # fmt: skip
    return schools, make_scores(rows)


@pytest.fixture(scope="module")
def links():
    """The documentation's own checker of links."""
    spec = importlib.util.spec_from_file_location("links", ROOT / "docs" / "links.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
