"""Intervals from a t distribution: Welch's for few pilots, clustered by area where the data hold many areas."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from innovlib.chance import t_quantile, t_two_sided
from innovlib.effects import engine, estimate, where
from innovlib.effects.design import FEWEST_TREATED
from innovlib.effects.effect import Effect
from innovlib.effects.engine import Changes
from innovlib.effects.panel import Panel
from innovlib.effects.where import FEWEST_AREAS
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
    "areas": Words(
        "สุ่มสลับทั้งเขตพื้นที่ ช่วงเชื่อมั่นจากการกลับการทดสอบ",
        "randomisation test of whole areas, interval by inverting it",
    ),
    "area": Words("ค่าที รวมกลุ่มตามเขตพื้นที่", "t, clustered by area"),
}  # fmt: skip


def enough_treated(n_treated: int) -> None:
    """Stop where there are too few pilots for any interval.

    Raises
    ------
    CannotEstimate
        Fewer than four.
    """
    if n_treated < FEWEST_TREATED:
        few = f"is only {n_treated} pilot school" if n_treated == 1 else f"are only {n_treated} pilot schools"
        raise CannotEstimate(
            Words(f"มีโรงเรียนนำร่องเพียง {n_treated} โรงเรียน ประมาณผลเฉลี่ยไม่ได้",
                  f"there {few}; an average effect cannot be estimated"),
            expected=Words(f"อย่างน้อย {FEWEST_TREATED} โรงเรียน", f"at least {FEWEST_TREATED}"),
            todo=Words("ดูเส้นของแต่ละโรงเรียนและอันดับเทียบกับโรงเรียนขนาดเดียวกัน",
                       "look at each school's own line and its rank among schools of its size"),
        )  # fmt: skip


def served(changes: Changes) -> np.ndarray:
    """(N,) True for the pilots that an estimate is of: those of the cohorts that have years to compare."""
    return np.isin(changes.labels, changes.cohort)


def varies(panel: Panel, error: float) -> bool:
    """Whether an error is more than what is left of numbers that are all alike once they have been subtracted."""
    return bool(error > 1e-12 * np.nanmax(np.abs(panel.outcome)))


def welch(panel: Panel, changes: Changes | None = None) -> Effect:
    """Effect with Welch's t: variances by cohort, Satterthwaite degrees of freedom."""
    changes = estimate.changes(panel) if changes is None else changes
    found = engine.result(changes, engine.observed(changes))
    value = (float(number[0]) for number in (found.estimate, found.std_error, found.degrees))
    return _counted(panel, changes, with_t(panel, *value, METHODS["welch"]))


def _counted(panel: Panel, changes: Changes, one: Effect) -> Effect:
    """The effect with the schools that take part in it, and a note of pilots that do not."""
    pilots = served(changes)
    others = changes.control.any(axis=0)[changes.labels]
    left = panel.joined[panel.treated & ~pilots]
    counts = {"n": int((pilots | others).sum()), "n_treated": int(pilots.sum())}
    if not len(left):
        return replace(one, **counts)
    years = ", ".join(str(year) for year in np.unique(left))
    note = Words(
        f"โรงเรียนนำร่อง {len(left)} โรงเรียนที่เข้าร่วมปี {years} ไม่อยู่ในค่าประมาณ เพราะไม่มีปีที่พอจะเทียบ",
        f"{len(left)} pilot schools that joined in {years} are not in the estimate: they have no years to compare by",
    )
    return replace(one, **counts, notes=(*one.notes, note))


def with_t(panel: Panel, value: float, error: float, degrees: float, method: Words, **more) -> Effect:
    """An estimate with a t interval of these degrees of freedom, at the design's level."""
    reach = float(t_quantile((1 + panel.design.level) / 2, degrees)) * error
    return Effect(
        estimate=value, std_error=error, conf_low=value - reach, conf_high=value + reach,
        p_value=float(t_two_sided(value / error, degrees)) if error > 0 else float("nan"),
        n=len(panel.joined), n_treated=int(panel.treated.sum()), design=panel.design, method=method,
        source=estimate.SOURCES[panel.design.baseline], degrees=degrees, notes=panel.notes, **more,
    )  # fmt: skip


def by_area(panel: Panel, changes: Changes | None = None) -> Effect:
    """Effect with errors clustered by area: scores summed by area, C/(C - 1), t with C - 1 degrees of freedom.

    C counts the areas that hold pilots: with few of them, all others together tell little about the pilots' share of
    the error (Cameron & Miller 2015, Journal of Human Resources 50, 317-372, section VI).

    Raises
    ------
    CannotEstimate
        The area of some school is unknown, or there are fewer than ten areas or two with pilots.
    """
    changes = estimate.changes(panel) if changes is None else changes
    with_pilots = _areas_that_carry(panel)
    value, scores = scores_of(changes)
    one = with_t(panel, value, _clustered(_by_area(panel, scores)), with_pilots - 1.0, METHODS["area"])
    return _counted(panel, changes, one)


def area_draws(panel: Panel, changes: Changes) -> np.ndarray:
    """(draws,) t statistics under no effect: every area's share in the error keeps its size, and its sign is drawn.

    The wild cluster bootstrap of the scores; for bands and for several outcomes at once, where one labelling of areas
    is drawn for all.
    """
    _areas_that_carry(panel)
    sums = _by_area(panel, scores_of(changes)[1])
    signs = np.random.default_rng(panel.design.seed).integers(0, 2, (panel.design.draws, len(sums))) * 2 - 1
    return signs @ sums / _clustered(sums)


def _areas_that_carry(panel: Panel) -> int:
    """How many areas hold pilots; stops where areas are too few or unknown."""
    areas, with_pilots = np.unique(panel.area), np.unique(panel.area[panel.treated])
    if (panel.area < 0).any() or len(areas) < FEWEST_AREAS or len(with_pilots) < 2:
        raise CannotEstimate(
            Words(f"มี {len(areas)} เขต ({len(with_pilots)} เขตมีโรงเรียนนำร่อง) รวมกลุ่มตามเขตไม่ได้",
                  f"{len(areas)} areas ({len(with_pilots)} with pilots) are too few to cluster by, or unknown"),
            expected=Words("อย่างน้อย 10 เขต และ 2 เขตที่มีโรงเรียนนำร่อง", "at least 10 areas, 2 of them with pilots"),
            where=f"schools.{panel.design.area}",
        )  # fmt: skip
    return len(with_pilots)


def _by_area(panel: Panel, scores: np.ndarray) -> np.ndarray:
    return np.bincount(panel.area, weights=scores, minlength=int(panel.area.max()) + 1)


def _clustered(sums: np.ndarray) -> float:
    return float(np.sqrt((sums**2).sum() * len(sums) / (len(sums) - 1)))


def based(panel: Panel, changes: Changes) -> Effect:
    """The t-based effect beside the design's inference: clustered by area where that is so, Welch's elsewhere."""
    return by_area(panel, changes) if where.which(panel) == "area" else welch(panel, changes)


def scores_of(changes: Changes) -> tuple[float, np.ndarray]:
    """The effect and each school's part (N,) in its deviation from expectation."""
    value, coefficients = engine.outcome(changes, engine.observed(changes))
    return float(value[0]), np.einsum("nc,nc->n", changes.stacked(), coefficients[changes.labels, :, 0])
