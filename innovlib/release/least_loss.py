"""The least to give up: take printed figures back, step by step, until the attacker finds no hidden one.

Each cell is printed at a level: as the table rules say, as a whole number, or not at all. While a target stays narrow
(:mod:`innovlib.release.attack`), the cell that binds most narrow targets for its loss goes one level down: least loss
first. At the end each cell given up is tried again at its old level, the largest first, and stays there where nothing
narrows. Statements that share no unknown are solved apart, and only where something must stay hidden.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from scipy import sparse

from innovlib.release.attack import Reach, Statements, Targets, reach
from innovlib.release.parts import Apart, components

#: How a cell is printed, from most to least: as the table rules say, as a whole number, not at all.
PRINTED, WHOLE, HIDDEN = 0, 1, 2
#: What each of these costs.
LOSS = np.array([0.0, 0.1, 1.0])
#: A target waits for the next round when one of its so many strongest cells has just been given up.
SERVED = 3
#: With more unknowns than this a part is solved by programmes near each target, which errs on the safe side.
LARGE = 1500
#: Possible tables kept to spare programmes.
MOST_TABLES = 600


@dataclass(frozen=True)
class Problem:
    """The attacker's statements at each level of printing, and what must stay open.

    Attributes
    ----------
    matrix
        One row per cell, one column per unknown.
    low, high
        What a cell says of its row's sum at each level (cells × 3); minus infinity at ``WHOLE``: no such level.
    x_high
        Greatest possible value of each unknown; the least is 0.
    truth
        The true unknowns, a table that is possible.
    may
        True where a cell may be given up.
    start
        Level of each cell to begin with.
    size
        Of two cells that open the same, the smaller goes first.
    targets, target_cell
        What must stay open; the cell it is, or −1.
    """

    matrix: sparse.csr_array
    low: np.ndarray
    high: np.ndarray
    x_high: np.ndarray
    truth: np.ndarray
    may: np.ndarray
    start: np.ndarray
    size: np.ndarray
    targets: Targets
    target_cell: np.ndarray

    def said(self, level: np.ndarray) -> Statements:
        """What is known when every cell is printed at its level; a cell without unknowns says nothing.

        Sums over too many schools to hold anything down are such (:data:`innovlib.release.relations.LARGEST_SUM`).
        """
        at = np.arange(len(level))
        cell = np.where(self.may, at, -1)
        silent = np.diff(self.matrix.indptr) == 0
        low, high = np.where(silent, -np.inf, self.low[at, level]), np.where(silent, np.inf, self.high[at, level])
        return Statements(self.matrix, low, high, cell, np.zeros(len(self.x_high)), self.x_high)

    def part(self, apart: Apart, number: int) -> Problem:
        """The cells and unknowns of one part, without targets."""
        rows, columns = apart.parts[number]
        none = Targets(sparse.csr_array((0, len(columns))), np.zeros(0))
        of_cells = {name: getattr(self, name)[rows] for name in ("low", "high", "may", "start", "size")}
        of_unknowns = {name: getattr(self, name)[columns] for name in ("x_high", "truth")}
        matrix = apart.cut(self.matrix, rows, number)
        return Problem(matrix=matrix, targets=none, target_cell=np.zeros(0, dtype=int), **of_cells, **of_unknowns)


@dataclass(frozen=True)
class Solution:
    """What is given up (``level`` of each cell), and for each target its open ``width`` (infinite where it was not
    looked at because nothing binds it) and whether it is ``exposed`` by what cannot be taken back."""

    level: np.ndarray
    width: np.ndarray
    exposed: np.ndarray


def give_up_least(problem: Problem) -> Solution:
    """Give up as little as the search finds so that every target stays open; part by connected part."""
    level = problem.start.copy()
    width, exposed = np.full(len(problem.targets), np.inf), np.zeros(len(problem.targets), dtype=bool)
    of_target = problem.targets.weights.indices[problem.targets.weights.indptr[:-1]]
    apart = Apart(list(components(problem.said(level))), unknowns=len(problem.x_high))
    by_part = pd.Series(np.arange(len(of_target))).groupby(apart.home[of_target]).indices
    for number, chosen in by_part.items():
        rows, _ = apart.parts[number]
        if len(rows):
            level[rows], width[chosen], exposed[chosen] = _Part(problem, apart, number, chosen).solved()
    return Solution(level, width, exposed)


class _Part:
    """One connected part of a release, solved by itself."""

    def __init__(self, problem: Problem, apart: Apart, number: int, chosen: np.ndarray) -> None:
        weights = apart.cut(problem.targets.weights, chosen, number)
        self.targets = Targets(weights, problem.targets.need[chosen])
        self.problem, self.rows = problem, apart.parts[number][0]
        self.part = problem.part(apart, number)
        self.level = problem.start[self.rows].copy()
        self.tables = self.part.truth[None, :]
        self.given_up_for: dict[int, list[int]] = {}

    def look(self, level: np.ndarray, chosen: np.ndarray | None = None) -> Reach:
        """How far the attacker gets at these levels of printing, with all targets or some."""
        said = self.part.said(level)
        targets = self.targets if chosen is None else self.targets.some(chosen)
        found = reach(said, targets, start=self.tables, thorough=len(self.part.x_high) <= LARGE)
        # Tables found now spare programmes later; the first is the true one, which is always possible.
        self.tables = np.vstack([self.tables, found.tables])[:MOST_TABLES]
        return found

    def solved(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Give up cells until all targets are open, then put back what was not needed."""
        before, found = self.level.copy(), self.look(self.level)
        width, exposed = found.width, np.zeros(len(self.targets), dtype=bool)
        left = np.flatnonzero(found.narrow)
        ever, found = left, _only(found, found.narrow)
        while len(left):
            stuck = np.array([not self._may_go(blame) for blame in found.blame])
            exposed[left[stuck]] = True
            left, found = left[~stuck], _only(found, ~stuck)
            if not len(left):
                break
            self._give_up(found.blame, left)
            found = self.look(self.level, left)
            width[left] = found.width
            left, found = left[found.narrow], _only(found, found.narrow)
        # What was open with everything printed stays open whatever is given up, so only the others are looked at again.
        self._put_back(before, ever[~exposed[ever]])
        return self.level, width, exposed

    def _may_go(self, blame: list[int]) -> list[int]:
        """Places of the blamed cells that can still be given up, or printed with less."""
        return [i for i in blame if self.level[i] < HIDDEN]

    def _give_up(self, blamed: list[list[int]], targets: np.ndarray) -> None:
        """One step for each narrow target, with the cell that opens most for its loss; a cell serves all it opens."""
        choices = [self._may_go(blame) for blame in blamed]
        count: dict[int, float] = {}
        for places in choices:
            for rank, i in enumerate(places):
                count[i] = count.get(i, 0.0) + 1 / (1 + rank)
        rank = {i: (c / self._cost(i), -self.problem.size[self.rows[i]], -i) for i, c in count.items()}
        stepped: set[int] = set()
        order = sorted(range(len(choices)), key=lambda k: max(rank[i] for i in choices[k]), reverse=True)
        for k in order:
            places = choices[k]
            if not stepped & set(places[:SERVED]):
                best = max(places, key=rank.get)
                self.level[best] = self._next(best)
                stepped.add(best)
                self.given_up_for.setdefault(best, []).append(int(targets[k]))

    def _next(self, i: int) -> int:
        step = self.level[i] + 1
        return step if step == HIDDEN or np.isfinite(self.problem.low[self.rows[i], WHOLE]) else HIDDEN

    def _cost(self, i: int) -> float:
        return LOSS[self._next(i)] - LOSS[self.level[i]]

    def _put_back(self, before: np.ndarray, kept: np.ndarray) -> None:
        changed = np.flatnonzero(self.level != before)
        if len(changed) < 2 or not len(kept):
            return
        for i in changed[np.argsort(-self.problem.size[self.rows[changed]], kind="stable")]:
            tried = self.level.copy()
            tried[i] = before[i]
            # Those that the cell was given up for are the first to narrow again, and one is enough.
            first = np.intersect1d(self.given_up_for.get(int(i), []), kept).astype(int)
            rest = np.setdiff1d(kept, first)
            if not any(len(some) and self.look(tried, some).narrow.any() for some in (first, rest)):
                self.level = tried


def _only(found: Reach, keep: np.ndarray) -> Reach:
    blame = [b for b, k in zip(found.blame, keep, strict=True) if k]
    return replace(found, low=found.low[keep], high=found.high[keep], narrow=found.narrow[keep], blame=blame)
