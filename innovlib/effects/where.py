"""Where the pilots are, and what chance must therefore move: schools, whole subdistricts, or whole areas.

Decided by places alone and never by results. Neighbours share teachers, roads and weather, so pilots that stand
together are no independent pieces of evidence; areas have offices and budgets of their own, so in national data an
area's shock can look like an effect.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from innovlib.effects import permute
from innovlib.effects.panel import Panel

#: Pilots whose pairs in one subdistrict exceed chance by this factor are clustered: whole subdistricts are permuted.
CLUSTERED = 2.0

#: Fewer placings of the pilots' subdistricts than this cannot carry a test at 5 %.
FEWEST_PLACINGS = 40

#: From this many areas on data are national: whole areas are permuted.
FEWEST_AREAS = 10


def which(panel: Panel) -> str:
    """What the design's inference rests on: "schools", "subdistricts" or "areas" are permuted, or "area" clusters.

    "auto" decides by where schools are, never by their results.
    """
    asked = panel.design.inference
    if asked != "auto":
        return asked
    if is_national(panel):
        # With 6 to 20 areas that hold pilots, permuting whole areas held its size where t clustered by area did not
        # (4.8-5.8 % against 4.2-7.2 %); t is for pilots that stand in so many areas that these cannot be moved about.
        return "areas" if can_move(panel, "areas") else "area"
    clustered = permute.concentration(panel.treated.astype(int), panel.block) >= CLUSTERED
    return "subdistricts" if clustered and can_move(panel, "subdistricts") else "schools"


def is_national(panel: Panel) -> bool:
    """True where the schools of the panel belong to ten areas or more, all known."""
    return bool((panel.area >= 0).all() and len(np.unique(panel.area)) >= FEWEST_AREAS)


def blocks(panel: Panel, permuted: str) -> np.ndarray:
    """(N,) codes of what is permuted whole."""
    return panel.area if permuted == "areas" else panel.block


def can_move(panel: Panel, permuted: str) -> bool:
    """True where all schools' places are known and the pilots' places have enough others to go to."""
    block = blocks(panel, permuted)
    return bool((block >= 0).all() and permute.placings(labels(panel), block) >= FEWEST_PLACINGS)


def labels(panel: Panel) -> np.ndarray:
    """(N,) label of each school: 0 = never joined, 1 … G = its cohort."""
    return np.searchsorted(panel.cohorts, panel.joined, side="right") * panel.treated


def clustering(panel: Panel) -> pd.DataFrame:
    """How the pilots lie in space, and what that makes the test do.

    Returns
    -------
    DataFrame
        One row: concentration (pairs of pilots in one subdistrict over those expected; NaN if unknown), placings
        (ways to place the pilots' subdistricts), areas, areas_with_pilots (NaN if unknown), permuted ("schools",
        "subdistricts" or "areas"; "area" where errors are clustered).
    """
    known, placed = (panel.block >= 0).all(), (panel.area >= 0).all()
    return pd.DataFrame(
        {
            "concentration": [permute.concentration(panel.treated.astype(int), panel.block)],
            "placings": [permute.placings(labels(panel), panel.block) if known else np.nan],
            "areas": [float(len(np.unique(panel.area))) if placed else np.nan],
            "areas_with_pilots": [float(len(np.unique(panel.area[panel.treated]))) if placed else np.nan],
            "permuted": [which(panel)],
        }
    )
