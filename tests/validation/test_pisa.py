"""Pupil-level measures on 6,606 Thai 15-year-olds (PISA 2012, public-use extract of the R package MLMusingR).

The file is not part of the project; without it these tests are skipped. ``INNOVLIB_PISA`` may name another place.
"""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from innovlib import paths
from innovlib.measures import inequality, slopes

PISA = Path(os.environ.get("INNOVLIB_PISA", paths.ROOT.parent / "shared" / "real" / "thai_pisa2012.csv"))
pytestmark = pytest.mark.skipif(not PISA.is_file(), reason="the PISA extract is not here")


@pytest.fixture(scope="module")
def pisa() -> pd.DataFrame:
    frame = pd.read_csv(PISA, dtype={"schoolid": "str"}).rename(columns={"schoolid": "school_id"})
    frame["other_language"] = frame["othl"].map({1.0: True, 0.0: False}).astype("boolean")
    return frame.assign(sex=frame["sex"].map({1.0: "female", 2.0: "male"}))


def test_weighted_means_are_those_oecd_published(pisa):
    # OECD, PISA 2012 Results vol. I: Thailand 427 in mathematics, 441 in reading.
    readings = [np.average(pisa[f"pv{i}read"], weights=pisa["w_fstuwt"]) for i in range(1, 6)]
    assert round(np.average(pisa["pv1math"], weights=pisa["w_fstuwt"])) == 427
    assert round(np.mean(readings)) == 441


@pytest.mark.parametrize(("value", "expected"), [("pv1math", 0.45), ("pv1read", 0.44)])
def test_weighted_share_of_variance_between_schools(pisa, value, expected):
    found = inequality.between_share(pisa, value=value, over=(), weight="w_fstuwt").iloc[0]
    assert found["naive_share"] == pytest.approx(expected, abs=0.005)
    # REML goes without the weights; the sample itself differs more between its schools than the country does.
    assert found["conf_low"] < found["estimate"] < found["conf_high"]
    assert found["estimate"] > expected


@pytest.mark.parametrize(("value", "expected"), [("pv1math", -0.26), ("pv1read", -0.23)])
def test_gap_by_home_language(pisa, value, expected):
    found = inequality.gap(pisa, by="other_language", value=value, over=()).iloc[0]
    assert found["estimate"] == pytest.approx(expected, abs=0.005)
    assert found["conf_high"] < 0
    assert (found["n"], found["n_schools"], found["n_missing"]) == (6428, 239, 178)


@pytest.mark.parametrize(("value", "expected"), [("pv1math", 0.16), ("pv1read", 0.66)])
def test_gap_by_sex_in_standard_deviations_of_all_pupils(pisa, value, expected):
    # The figure in circulation divides by the SD of all pupils, Hedges' g by the SD within the two groups.
    found = inequality.crossed(pisa.assign(everybody=1), by=("sex", "everybody"), value=value, over=())
    of = found.set_index("sex")["estimate"]
    assert of["female"] - of["male"] == pytest.approx(expected, abs=0.005)
    share = (pisa["sex"] == "female").mean()
    g = expected / np.sqrt(1 - expected**2 * share * (1 - share))
    assert inequality.gap(pisa, by="sex", value=value, over=())["estimate"].item() == pytest.approx(g, abs=0.01)


def test_slope_of_background_within_and_between_schools(pisa):
    # Pupils who told their home language, as in the mixed model with which the figure was made.
    told = pisa[pisa["othl"].notna()]
    found = slopes.slope(told, on="escs", value="pv1math", over=()).set_index("part")["estimate"]
    assert found["within"] == pytest.approx(7.8, abs=0.05)
    assert found["between"] == pytest.approx(44.9, abs=0.05)
