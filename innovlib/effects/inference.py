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
from scipy import stats

from innovlib.effects import engine, estimate, permute
from innovlib.effects.design import FEWEST_TREATED
from innovlib.effects.effect import Effect
from innovlib.effects.engine import Changes, Shifted
from innovlib.effects.panel import NEVER, Panel
from innovlib.errors import CannotEstimate, Words

METHODS = {
    "welch": Words("ช่วงเชื่อมั่นแบบเวลช์", "Welch interval (Bell-McCaffrey degrees of freedom)"),
    "schools": Words(
        "สุ่มสลับโรงเรียนภายในกลุ่มขนาด ช่วงเชื่อมั่นจากการกลับการทดสอบ",
        "randomisation test within size strata, interval by inverting it",
    ),
    "subdistricts": Words(
        "สุ่มสลับทั้งตำบล ช่วงเชื่อมั่นจากการกลับการทดสอบ",
        "randomisation test of whole subdistricts, interval by inverting it",
    ),
    "area": Words("ค่าที รวมกลุ่มตามเขตพื้นที่", "t, clustered by area"),
}  # fmt: skip

#: Pilots whose pairs in one subdistrict exceed chance by this factor are clustered: whole subdistricts are permuted.
CLUSTERED = 2.0

#: Fewer placings of the pilots' subdistricts than this cannot carry a test at 5 %.
FEWEST_PLACINGS = 40


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
        "schools" or "subdistricts".
    """

    p_value: float
    conf_low: float
    conf_high: float
    t: float
    draws: np.ndarray
    permuted: str


def which(panel: Panel) -> str:
    """What the design permutes; "auto" decides by where the pilots are, never by their results."""
    asked = panel.design.inference
    if asked != "auto":
        return asked
    labels = (panel.joined != NEVER).astype(int)
    clustered = permute.concentration(labels, panel.block) >= CLUSTERED
    return "subdistricts" if clustered and _can_move(panel) else "schools"


def _can_move(panel: Panel) -> bool:
    if (panel.block < 0).any():
        return False
    labels = np.searchsorted(panel.cohorts, panel.joined, side="right") * panel.treated
    return permute.placings(labels, panel.block) >= FEWEST_PLACINGS


def clustering(panel: Panel) -> pd.DataFrame:
    """How the pilots lie in space, and what that makes the test do.

    Returns
    -------
    DataFrame
        One row: concentration (pairs of pilots in one subdistrict over those expected; NaN if unknown), placings
        (ways to place the pilots' subdistricts), permuted ("schools" or "subdistricts"; "area" where errors are
        clustered).
    """
    labels = np.searchsorted(panel.cohorts, panel.joined, side="right") * panel.treated
    known = (panel.block >= 0).all()
    return pd.DataFrame(
        {
            "concentration": [permute.concentration((labels > 0).astype(int), panel.block)],
            "placings": [permute.placings(labels, panel.block) if known else np.nan],
            "permuted": [which(panel)],
        }
    )


def labellings(panel: Panel, labels: np.ndarray, *, permuted: str, draws: int, seed: int) -> Iterator[list[np.ndarray]]:
    """Labellings drawn as the design says; see :mod:`innovlib.effects.permute`.

    Raises
    ------
    CannotEstimate
        Subdistricts are to be permuted but are not known for all schools, or hardly can move.
    """
    if permuted != "subdistricts":
        return permute.among_schools(labels, panel.stratum, draws=draws, seed=seed)
    if (panel.block < 0).any() or permute.placings(labels, panel.block) < FEWEST_PLACINGS:
        raise CannotEstimate(
            Words("สลับทั้งตำบลไม่ได้ เพราะตำบลไม่ครบหรือมีที่ให้สลับน้อยเกินไป",
                  "whole subdistricts cannot be permuted: some are unknown, or there are too few places for them"),
            todo=Words("เติมตำบลให้ครบ หรือใช้ inference='schools'", "fill in subdistricts, or use inference='schools'"),
        )  # fmt: skip
    return permute.among_blocks(labels, panel.block, draws=draws, seed=seed)


def enough_treated(n_treated: int) -> None:
    """Stop where there are too few pilots for any interval.

    Raises
    ------
    CannotEstimate
        Fewer than four.
    """
    if n_treated < FEWEST_TREATED:
        raise CannotEstimate(
            Words(f"มีโรงเรียนนำร่องเพียง {n_treated} โรงเรียน ประมาณผลเฉลี่ยไม่ได้",
                  f"there are only {n_treated} pilot schools; an average effect cannot be estimated"),
            expected=Words(f"อย่างน้อย {FEWEST_TREATED} โรงเรียน", f"at least {FEWEST_TREATED}"),
            todo=Words("ดูเส้นของแต่ละโรงเรียนและอันดับเทียบกับโรงเรียนขนาดเดียวกัน",
                       "look at each school's own line and its rank among schools of its size"),
        )  # fmt: skip


def drawn_t(panel: Panel, changes: Changes, *, permuted: str) -> np.ndarray:
    """(draws,) studentised effects of the drawn labellings; no inversion."""
    stacked, found = changes.stacked(), []
    for rows in labellings(panel, changes.labels, permuted=permuted, draws=panel.design.draws, seed=panel.design.seed):
        result = engine.result(changes, engine.permuted(stacked, rows))
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
        "schools" or "subdistricts"; as the design says by default.

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
    stacked, parts = changes.stacked(exposure=True), []
    for rows in labellings(panel, changes.labels, permuted=permuted, draws=panel.design.draws, seed=panel.design.seed):
        parts.append(engine.shifted(changes, engine.permuted(stacked, rows)))
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


def welch(panel: Panel, changes: Changes | None = None) -> Effect:
    """Effect with Welch's t: variances by cohort, Satterthwaite degrees of freedom."""
    changes = estimate.changes(panel) if changes is None else changes
    found = engine.result(changes, engine.observed(changes))
    return _with_t(
        panel, float(found.estimate[0]), float(found.std_error[0]), float(found.degrees[0]), METHODS["welch"]
    )


def _with_t(panel: Panel, value: float, error: float, degrees: float, method: Words, **more) -> Effect:
    reach = float(stats.t.ppf((1 + panel.design.level) / 2, degrees)) * error
    return Effect(
        estimate=value, std_error=error, conf_low=value - reach, conf_high=value + reach,
        p_value=float(2 * stats.t.sf(abs(value) / error, degrees)) if error > 0 else float("nan"),
        n=len(panel.joined), n_treated=int(panel.treated.sum()), design=panel.design, method=method,
        source=estimate.SOURCES[panel.design.baseline], degrees=degrees, notes=panel.notes, **more,
    )  # fmt: skip


def by_area(panel: Panel, changes: Changes | None = None) -> Effect:
    """Effect with errors clustered by area: scores summed by area, C/(C - 1), t with C - 1 degrees of freedom.

    Raises
    ------
    CannotEstimate
        The area of some school is unknown, or there are fewer than ten areas or two with pilots.
    """
    changes = estimate.changes(panel) if changes is None else changes
    areas, with_pilots = np.unique(panel.area), np.unique(panel.area[panel.treated])
    if (panel.area < 0).any() or len(areas) < 10 or len(with_pilots) < 2:
        raise CannotEstimate(
            Words(f"มี {len(areas)} เขต ({len(with_pilots)} เขตมีโรงเรียนนำร่อง) รวมกลุ่มตามเขตไม่ได้",
                  f"{len(areas)} areas ({len(with_pilots)} with pilots) are too few to cluster by, or unknown"),
            expected=Words("อย่างน้อย 10 เขต และ 2 เขตที่มีโรงเรียนนำร่อง", "at least 10 areas, 2 of them with pilots"),
            where=f"schools.{panel.design.area}",
        )  # fmt: skip
    value, scores = scores_of(changes)
    sums = np.bincount(np.searchsorted(areas, panel.area), weights=scores)
    error = float(np.sqrt((sums**2).sum() * len(areas) / (len(areas) - 1)))
    return _with_t(panel, value, error, len(areas) - 1.0, METHODS["area"])


def scores_of(changes: Changes) -> tuple[float, np.ndarray]:
    """The effect and each school's part (N,) in its deviation from expectation."""
    value, coefficients = engine.outcome(changes, engine.observed(changes))
    return float(value[0]), np.einsum("nc,nc->n", changes.stacked(), coefficients[0][changes.labels])


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
    enough_treated(int((changes.labels > 0).sum()))
    if panel.design.inference == "area":
        return by_area(panel, changes)
    base = welch(panel, changes)
    if not base.std_error > 0:
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
    main, rows = (panel.design.baseline, panel.design.inference), []
    for baseline in dict.fromkeys((panel.design.baseline, "all_years", "last_year")):
        asked = panel.asked(baseline=baseline)
        changes = estimate.changes(asked)
        enough_treated(int((changes.labels > 0).sum()))
        rows.append((baseline, "welch", welch(asked, changes)))
        for permuted in ("schools", "subdistricts"):
            if permuted == "schools" or _can_move(panel):
                rows.append((baseline, permuted, effect(asked.asked(inference=permuted), changes)))
        rows.append((baseline, "normal", _with_normal(asked, changes)))
    best = (main[0], which(panel) if main[1] != "area" else "welch")
    return pd.DataFrame(
        [
            {"baseline": b, "method": m} | {c: getattr(e, c) for c in ("estimate", "std_error", "conf_low", "conf_high",
             "p_value", "n", "n_treated")} | {"is_main": (b, m) == best} for b, m, e in rows
        ]
    )  # fmt: skip


def _with_normal(panel: Panel, changes: Changes) -> Effect:
    value, scores = scores_of(changes)
    return _with_t(panel, value, float(np.sqrt((scores**2).sum())), 1e9, Words("ค่าปกติ", "normal"))
