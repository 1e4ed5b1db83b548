"""Areas with a known truth, for measuring what a method does: the scenarios behind the kit's claims of size and power.

Pupil SD = 1. Tested pupils are log-uniform 5–40 a school; school-year shocks are AR(1) with SD .15 and correlation .6;
a year's sampling error is .9 / sqrt(n). 100 schools in 20 subdistricts, ten years; nine schools join in year 6, four in
year 8.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

FIRST_BE = 2557


@dataclass(frozen=True)
class Scenario:
    """What differs between the worlds. ``pilots`` is "spread", "small", "large" or "clustered".

    shock_sd, shock_rho: of the school-year shock. area_sd: of subdistrict-year shocks (AR(1), same correlation).
    effects_sd: SD of the effects between schools (mean 0). gaps: share of school-years without a result.
    """

    pilots: str = "spread"
    shock_sd: float = 0.15
    shock_rho: float = 0.6
    area_sd: float = 0.0
    effects_sd: float = 0.0
    gaps: float = 0.0


#: A pilots at random; B small pilots; C large pilots; D2 pilots fill three subdistricts that have shocks of their own;
#: H, H3 effects differ between schools (SD .2, .3); M a tenth of the results is missing.
SCENARIOS = {
    "A": Scenario(),
    "B": Scenario(pilots="small"),
    "C": Scenario(pilots="large"),
    "D2": Scenario(pilots="clustered", area_sd=0.10),
    "H": Scenario(effects_sd=0.2),
    "H3": Scenario(effects_sd=0.3),
    "M": Scenario(gaps=0.10),
}


def area(
    scenario: Scenario | None = None, *, effect: float = 0.0, seed: int, n_schools: int = 100, n_years: int = 10,
    cohorts: tuple[tuple[int, int], ...] = ((5, 9), (7, 4)),
) -> tuple[pd.DataFrame, pd.DataFrame]:  # fmt: skip
    """A simulated area.

    Parameters
    ----------
    scenario
        Which world; scenario A by default.
    effect
        True effect in pupil SD, from the joining year on.
    cohorts
        (position of the first treated year, number of schools) of each cohort.

    Returns
    -------
    frame, schools
        As :func:`innovlib.effects.panel.panel` wants them.

    Examples
    --------
    >>> frame, schools = area(seed=1)
    >>> len(frame), int(schools["joined_year_be"].notna().sum())
    (1000, 13)
    """
    world = scenario or Scenario()
    rng = np.random.default_rng(seed)
    size = np.exp(rng.uniform(np.log(5), np.log(40), n_schools))
    places = np.arange(n_schools) % (n_schools // 5)
    joined = _who_joins(world.pilots, size, places, cohorts, rng)
    values = rng.normal(0, 0.4, (n_schools, 1)) + rng.normal(0, 0.1, (1, n_years))
    values = values + _ar1(n_schools, n_years, world.shock_sd, world.shock_rho, rng)
    values += _ar1(places.max() + 1, n_years, world.area_sd, world.shock_rho, rng)[places]
    values += rng.normal(size=(n_schools, n_years)) * 0.9 / np.sqrt(size)[:, None]
    own = (
        effect + rng.normal(0, world.effects_sd, (n_schools, 1))
        if world.effects_sd
        else np.full((n_schools, 1), effect)
    )
    values += own * (joined[:, None] <= np.arange(n_years))
    seen = rng.random((n_schools, n_years)) >= world.gaps
    return _frames(values, seen, size, joined, places)


def _ar1(rows: int, years: int, sd: float, rho: float, rng: np.random.Generator) -> np.ndarray:
    shocks = rng.normal(size=(rows, years))
    for t in range(1, years):
        shocks[:, t] = rho * shocks[:, t - 1] + np.sqrt(1 - rho**2) * shocks[:, t]
    return sd * shocks


def _who_joins(kind: str, size: np.ndarray, places: np.ndarray, cohorts, rng: np.random.Generator) -> np.ndarray:
    total = sum(n for _, n in cohorts)
    pool = rng.permutation(len(size))
    if kind == "small":
        pool = pool[size[pool] <= 12]
    elif kind == "large":
        pool = pool[size[pool] >= 20]
    elif kind == "clustered":
        pool = np.concatenate([np.flatnonzero(places == p) for p in rng.permutation(places.max() + 1)])
    joined = np.full(len(size), np.iinfo(int).max)
    chosen = rng.permutation(pool[:total])
    for start, n in cohorts:
        joined[chosen[:n]] = start
        chosen = chosen[n:]
    return joined


def _frames(values, seen, size, joined, places) -> tuple[pd.DataFrame, pd.DataFrame]:
    n_schools, n_years = values.shape
    ids = np.array([f"S{i:05d}" for i in range(n_schools)])
    frame = pd.DataFrame(
        {
            "school_id": np.repeat(ids, n_years), "year_be": np.tile(FIRST_BE + np.arange(n_years), n_schools),
            "outcome": values.ravel(), "n": np.repeat(np.rint(size), n_years),
        }
    )[seen.ravel()]  # fmt: skip
    ever = joined < n_years
    schools = pd.DataFrame(
        {
            "school_id": ids, "joined_year_be": np.where(ever, FIRST_BE + np.minimum(joined, n_years), np.nan),
            "subdistrict": [f"T{p:02d}" for p in places], "district": [f"D{p % 4}" for p in places],
            "enrolment": np.rint(size * 9),
        }
    )  # fmt: skip
    return frame, schools
