"""What chance alone could do: randomisation tests, intervals from them, simultaneous bands, several outcomes at once.

The default test permutes which schools joined (within size strata, or whole subdistricts), recomputes the studentised
effect, and asks how often chance does as much: Chung & Romano (2013, Annals of Statistics 41, 484-507) on why it must
be studentised; Wu & Ding (2021, JASA 116, 1898-1913) for randomisation. Intervals invert the test: every constant
effect that it does not reject. The page "size and power" of ``bench/`` measures what this does at 13 pilots.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from innovlib.effects import engine, estimate, intervals, permute, where
from innovlib.effects.effect import Effect
from innovlib.effects.engine import Changes, Moments, Shifted
from innovlib.effects.intervals import METHODS, by_area, enough_treated, scores_of, served, varies, welch, with_t
from innovlib.effects.panel import Panel
from innovlib.effects.where import which
from innovlib.errors import CannotEstimate, Words

#: In panels of up to this many schools covariates are fitted anew for every labelling.
REFITTED = 2000


@dataclass(frozen=True, eq=False)
class Test:
    """A randomisation test and its inversion.

    Attributes
    ----------
    p_value
        (1 + draws at least as far from zero) / (1 + draws), two-sided.
    conf_low, conf_high
        Ends of the set of constant effects that the test does not reject.
    t
        Studentised effect.
    draws
        (draws,) studentised effects of the drawn labellings.
    permuted
        "schools", "subdistricts" or "areas".
    """

    p_value: float
    conf_low: float
    conf_high: float
    t: float
    draws: np.ndarray
    permuted: str


def labellings(panel: Panel, labels: np.ndarray, *, permuted: str, draws: int, seed: int) -> Iterator[list[np.ndarray]]:
    """Labellings drawn as the design says; see :mod:`innovlib.effects.permute`.

    Raises
    ------
    CannotEstimate
        Subdistricts or areas are to be permuted but are not known for all schools, or hardly can move.
    """
    if permuted not in ("subdistricts", "areas"):
        return iter(permute.kept("schools", labels, panel.stratum, draws=draws, seed=seed))
    if not where.can_move(panel, permuted):
        name = Words("ตำบล", "subdistricts") if permuted == "subdistricts" else Words("เขตพื้นที่", "areas")
        raise CannotEstimate(
            Words(f"สลับทั้ง{name.th}ไม่ได้ เพราะ{name.th}ไม่ครบหรือมีที่ให้สลับน้อยเกินไป",
                  f"whole {name.en} cannot be permuted: some are unknown, or there are too few places for them"),
            todo=Words(f"เติม{name.th}ให้ครบ หรือใช้ inference='schools'",
                       f"fill in {name.en}, or use inference='schools'"),
        )  # fmt: skip
    return iter(permute.kept("blocks", labels, where.blocks(panel, permuted), draws=draws, seed=seed))


def moments(panel: Panel, changes: Changes, *, permuted: str, exposure: bool = False) -> Iterator[Moments]:
    """Moments of the drawn labellings, in parts.

    With covariates in the design their association with the change is fitted anew among the schools that a labelling
    leaves unjoined, as it was among the real ones: held fixed, its own error would be missing from the draws, and
    pilots that are all large were called different in 8.2 % of areas instead of 5 %. In larger panels that error is
    nothing beside the rest.
    """
    drawn = labellings(panel, changes.labels, permuted=permuted, draws=panel.design.draws, seed=panel.design.seed)
    if panel.design.covariates and len(changes.labels) <= REFITTED:
        x = estimate.covariates_of(panel)
        for rows in drawn:
            yield _refitted(changes, rows, x, exposure=exposure)
        return
    stacked = changes.stacked(exposure=exposure)
    for rows in drawn:
        yield engine.permuted(stacked, rows)


def _refitted(changes: Changes, rows: list[np.ndarray], x: np.ndarray, *, exposure: bool) -> Moments:
    parts = []
    for draw in range(len(rows[0])):
        labels = np.zeros(len(changes.labels), dtype=int)
        for label, chosen in enumerate(rows, start=1):
            labels[chosen[draw]] = label
        asked = {"among": labels == 0, "weight": changes.weight}
        own = replace(changes, labels=labels, values=estimate.without(changes.values, x, **asked))
        if exposure:
            own = replace(own, exposure=estimate.without(changes.exposure, x, **asked))
        parts.append(engine.observed(own, exposure=exposure).second)
    return Moments(np.concatenate(parts, axis=-1))


def drawn_t(panel: Panel, changes: Changes, *, permuted: str) -> np.ndarray:
    """(draws,) studentised effects of the drawn labellings (``"area"``: of drawn signs of areas); no inversion."""
    if permuted == "area":
        return intervals.area_draws(panel, changes)
    found = []
    for held in moments(panel, changes, permuted=permuted):
        result = engine.result(changes, held)
        with np.errstate(invalid="ignore", divide="ignore"):
            found.append(result.estimate / result.std_error)
    t = np.concatenate(found)
    # A draw that leaves a cohort without a school with this outcome has no t; it counts as nothing found.
    return np.where(np.isfinite(t), t, 0.0)


def p_value(t: float, draws: np.ndarray) -> float:
    """(1 + number of draws with |t*| ≥ |t|) / (1 + draws); ties count as as far."""
    return float((1 + (np.abs(draws) >= abs(t) * (1 - 1e-12)).sum()) / (1 + len(draws)))


def randomisation(panel: Panel, changes: Changes | None = None, *, permuted: str | None = None) -> Test:
    """The randomisation test on the studentised effect, with its inverted interval.

    Parameters
    ----------
    changes
        School changes; those of the panel's design by default.
    permuted
        "schools", "subdistricts" or "areas"; as the design says by default.

    Examples
    --------
    >>> from innovlib.effects import simulate
    >>> from innovlib.effects.panel import panel
    >>> test = randomisation(panel(*simulate.area(effect=0.5, seed=1)))
    >>> test.p_value < 0.05, test.conf_low > 0
    (True, True)
    """
    changes = estimate.changes(panel) if changes is None else changes
    permuted = which(panel) if permuted is None else permuted
    actual = engine.shifted(changes, engine.observed(changes, exposure=True))
    drawn = moments(panel, changes, permuted=permuted, exposure=True)
    parts = [engine.shifted(changes, held) for held in drawn]
    null = Shifted(*(np.concatenate(piece) for piece in zip(*parts, strict=True)))
    t, draws = float(actual.t(0.0)[0, 0]), np.nan_to_num(null.t(0.0)[0], nan=0.0)
    low, high = _inverted(actual, null, level=panel.design.level)
    return Test(p_value(t, draws), low, high, t, draws, permuted)


def _inverted(actual: Shifted, null: Shifted, *, level: float) -> tuple[float, float]:
    """Outermost constant effects not rejected; infinite where none is rejected as far as 64 standard errors."""
    centre, step = float(actual.estimate[0]), float(np.sqrt(actual.constant[0]))
    if not step > 0:
        return float("nan"), float("nan")

    def kept(effects: np.ndarray) -> np.ndarray:
        far = np.abs(actual.t(effects)) * (1 - 1e-12)
        return (1 + (np.abs(np.nan_to_num(null.t(effects), nan=0.0)) >= far).sum(axis=1)) / (
            1 + null.estimate.size
        ) > 1 - level

    return tuple(_edge(kept, centre, side * step) for side in (-1, 1))


def _edge(kept, centre: float, step: float) -> float:
    """The outermost kept value on one side of the centre, to a ten-thousandth of a step."""
    for reach in (8, 16, 64):
        grid = centre + step * np.linspace(0, reach, 16 * reach + 1)
        inside = np.flatnonzero(kept(grid))
        if inside.size and inside[-1] < len(grid) - 1:
            good, bad = grid[inside[-1]], grid[inside[-1] + 1]
            for _ in range(13):
                middle = (good + bad) / 2
                good, bad = (middle, bad) if kept(np.array([middle]))[0] else (good, middle)
            return float(good)
        if not inside.size:
            return float(centre)
    return float(np.copysign(np.inf, step))


def effect(panel: Panel, changes: Changes | None = None) -> Effect:
    """The effect of joining, with the design's inference.

    The interval inverts the randomisation test, so interval and p-value agree; the standard error is Welch's. With
    ``inference="area"`` both come from the area-clustered t.

    Raises
    ------
    CannotEstimate
        Fewer than four pilot schools, or school changes that do not vary.

    Examples
    --------
    >>> from innovlib.effects import simulate
    >>> from innovlib.effects.panel import panel
    >>> effect(panel(*simulate.area(effect=0.5, seed=1))).verdict
    'higher'
    """
    changes = estimate.changes(panel) if changes is None else changes
    enough_treated(int(served(changes).sum()))
    if which(panel) == "area":
        return by_area(panel, changes)
    base = welch(panel, changes)
    if not varies(panel, base.std_error):
        raise CannotEstimate(
            Words("การเปลี่ยนแปลงของทุกโรงเรียนเท่ากันหมด", "all schools changed alike; there is no variation")
        )
    test = randomisation(panel, changes)
    return replace(
        base, conf_low=test.conf_low, conf_high=test.conf_high, p_value=test.p_value, method=METHODS[test.permuted]
    )


def lines(panel: Panel) -> pd.DataFrame:
    """The effect by every method side by side: rows for the baselines and the tests; ``is_main`` marks the design's.

    Columns: baseline, method, estimate, std_error, conf_low, conf_high, p_value, n, n_treated, is_main. The last row of
    each baseline, "normal", is what most software prints, and is here to be compared with, not to be used.
    """
    main, rows = panel.design.baseline, []
    for baseline in dict.fromkeys((main, "all_years", "last_year")):
        asked = panel.asked(baseline=baseline)
        changes = estimate.changes(asked)
        enough_treated(int(served(changes).sum()))
        rows.append((baseline, "welch", welch(asked, changes)))
        for how in _ways(panel):
            rows.append((baseline, how, effect(asked.asked(inference=how), changes)))
        rows.append((baseline, "normal", _with_normal(asked, changes)))
    best = (main, which(panel))
    return pd.DataFrame(
        [
            {"baseline": b, "method": m} | {c: getattr(e, c) for c in ("estimate", "std_error", "conf_low", "conf_high",
             "p_value", "n", "n_treated")} | {"is_main": (b, m) == best} for b, m, e in rows
        ]
    )  # fmt: skip


def _ways(panel: Panel) -> list[str]:
    """Ways of inference that these schools' places allow."""
    national = where.is_national(panel)
    held = ["schools"] + [how for how in ("subdistricts", "areas") if where.can_move(panel, how)]
    return [how for how in held if how != "areas" or national] + ["area"] * (which(panel) == "area")


def _with_normal(panel: Panel, changes: Changes) -> Effect:
    value, scores = scores_of(changes)
    return with_t(panel, value, float(np.sqrt((scores**2).sum())), 1e9, Words("ค่าปกติ", "normal"))
