"""The attacker: what a reader who subtracts can find out, by linear programmes.

A reader knows statements, each ``low ≤ Σ weight · x ≤ high`` over unknowns x that are never negative: a printed count
of 15 says that the pupils behind it are 13 to 17, a printed mean of 44 on 25 pupils that the sum of their scores is
25 × 43.5 to 25 × 44.5, an office's total that some of the unknowns add up to it. What the reader can find out about a
hidden value is the least and the greatest value it can take while all statements hold: two linear programmes (Fischetti
M. & Salazar J. J. 2001, Management Science 47, 1008-1027; Hundepool A. et al. 2012, Statistical Disclosure Control,
Wiley, section 4.3). A mean whose own n is not known is a ratio of two unknowns; the programme for it is still linear
(Charnes A. & Cooper W. W. 1962, Naval Research Logistics Quarterly 9, 181-186).

Most hidden values are wide open, and one programme shows that for many at once: every solution is a table that the
reader cannot rule out, so all targets are looked at in it. Only targets that stay narrow cost programmes of their own.
Statements that share no unknown are solved apart (:mod:`innovlib.release.parts`).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import scipy
from scipy import sparse

from innovlib.release.programme import (
    NOTHING_POSSIBLE,
    TOLERANCE,
    UNBOUNDED,
    answered,
    contradiction,
    least_easing,
    scale_of,
    unsolved,
)

#: Programmes with mixed aims that are tried before each target gets programmes of its own.
MIXED_AIMS = 8
#: With fewer targets left than this each gets its own at once.
FEW_LEFT = 4
#: A value far enough to be a witness where nothing holds a target.
FAR = 1e6


@dataclass(frozen=True)
class Statements:
    """What is known: ``low ≤ matrix · x ≤ high`` and ``x_low ≤ x ≤ x_high``.

    Attributes
    ----------
    matrix
        Sparse, one row per statement, one column per unknown.
    cell
        For each statement the number of the printed cell it comes from; −1 for what cannot be taken back.
    """

    matrix: sparse.csr_array
    low: np.ndarray
    high: np.ndarray
    cell: np.ndarray
    x_low: np.ndarray
    x_high: np.ndarray

    def without(self, taken_back: np.ndarray) -> Statements:
        """The statements with those that are True in ``taken_back`` left unsaid."""
        low, high = np.where(taken_back, -np.inf, self.low), np.where(taken_back, np.inf, self.high)
        return replace(self, low=low, high=high)

    def part(self, rows: np.ndarray, columns: np.ndarray, *, matrix: sparse.csr_array) -> Statements:
        """Some of the statements with the unknowns they are about, and the ``matrix`` of these alone."""
        return Statements(
            matrix, self.low[rows], self.high[rows], self.cell[rows], self.x_low[columns], self.x_high[columns]
        )


@dataclass(frozen=True)
class Targets:
    """What the reader is after: ``value = (weights · x) / (over · x)``, or ``weights · x`` where ``over`` is None.

    Attributes
    ----------
    need
        Least width (greatest minus least possible value) that leaves a target protected.
    whole
        True where the value is a count, so that only whole numbers are possible.
    """

    weights: sparse.csr_array
    need: np.ndarray
    over: sparse.csr_array | None = None
    whole: bool = False

    def __len__(self) -> int:
        return self.weights.shape[0]

    def at(self, x: np.ndarray) -> np.ndarray:
        """The targets' values in one possible table; missing where a ratio is over nothing."""
        values = self.weights @ x
        if self.over is None:
            return values
        below = self.over @ x
        return np.divide(values, below, out=np.full(len(values), np.nan), where=below > 1e-9)

    def some(self, chosen: np.ndarray) -> Targets:
        """Some of the targets."""
        over = None if self.over is None else self.over[chosen]
        return replace(self, weights=self.weights[chosen], need=self.need[chosen], over=over)


@dataclass(frozen=True)
class Reach:
    """How far the reader gets: for each target the range found possible.

    Attributes
    ----------
    low, high
        Bounds of the target; exact where ``narrow``, otherwise at least this wide.
    narrow
        True where the range is narrower than the target needs.
    blame
        For each target the cells whose statements bind its bounds, the strongest first; empty unless narrow.
    tables
        Possible tables that were found on the way, one per row, besides those it began with.
    """

    low: np.ndarray
    high: np.ndarray
    narrow: np.ndarray
    blame: list[list[int]]
    tables: np.ndarray

    @property
    def width(self) -> np.ndarray:
        """Greatest minus least possible value."""
        return self.high - self.low


def reach(
    statements: Statements,
    targets: Targets,
    *,
    start: np.ndarray | None = None,
    thorough: bool = True,
    seed: int = 0,
) -> Reach:
    """How much of each target can be found out.

    Parameters
    ----------
    statements
        What is known.
    targets
        What is looked for.
    start
        One or more tables (rows) that may be possible, such as the true one, which saves programmes; those that the
        statements rule out are left aside.
    thorough
        False takes a target for narrow when moving the unknowns near it leaves it narrow. That errs on the safe side
        and spares the large programmes; it needs a ``start`` that is possible.
    seed
        Of the mixed aims.

    Raises
    ------
    CannotEstimate
        The statements contradict each other, so no table at all is possible.

    Examples
    --------
    Two schools' pupils add up to 20, one of them is printed as 15 (13 to 17): the other has 3 to 7.

    >>> known = Statements(sparse.csr_array([[1.0, 1.0], [1.0, 0.0]]), np.array([20.0, 13]), np.array([20.0, 17]),
    ...     np.array([-1, 0]), np.zeros(2), np.full(2, np.inf))
    >>> found = reach(known, Targets(sparse.csr_array([[0.0, 1.0]]), np.array([5.0]), whole=True))
    >>> float(found.low[0]), float(found.high[0]), bool(found.narrow[0]), found.blame
    (3.0, 7.0, True, [[0]])
    """
    search = _Search(statements, targets)
    if start is not None:
        search.begin(np.atleast_2d(start))
    if len(targets):
        if start is None or len(np.atleast_2d(start)) == 1:  # with more tables to begin with, few targets are left
            search.mixed(np.random.default_rng(seed))
        search.each(thorough=thorough)
    return search.found()


class _Search:
    """One search: the widest ranges seen so far, and the statements that stop the narrow ones."""

    def __init__(self, statements: Statements, targets: Targets) -> None:
        self.statements, self.targets = statements, targets
        self.low, self.high = np.full(len(targets), np.inf), np.full(len(targets), -np.inf)
        self.narrow = np.zeros(len(targets), dtype=bool)
        self.blame: list[list[int]] = [[] for _ in range(len(targets))]
        upper, lower = np.isfinite(statements.high), np.isfinite(statements.low)
        self.rows = sparse.vstack([statements.matrix[upper], -statements.matrix[lower]], format="csr")
        self.limits = np.concatenate([statements.high[upper], -statements.low[lower]])
        self.cells = np.concatenate([statements.cell[upper], statements.cell[lower]])
        self.bounds = np.column_stack([statements.x_low, statements.x_high])
        self.by_column = self.rows.tocsc()
        self.tables: list[np.ndarray] = []
        self.base: np.ndarray | None = None
        self.eased = False

    def begin(self, tables: np.ndarray) -> None:
        over = self.rows @ tables.T - self.limits[:, None]
        slack = TOLERANCE * scale_of(self.limits)[:, None]
        fitting = tables[(over <= slack).all(axis=0)]
        for x in fitting:
            self.look(x)
        self.base = fitting[0] if len(fitting) else None

    def look(self, x: np.ndarray) -> None:
        values = self.targets.at(x)
        self.low, self.high = np.fmin(self.low, values), np.fmax(self.high, values)

    def find(self, x: np.ndarray) -> None:
        self.tables.append(x)
        self.look(x)

    def open(self) -> np.ndarray:
        width = np.where(self.high >= self.low, self._high() - self._low(), 0.0)
        return width >= self.targets.need - TOLERANCE

    def _low(self) -> np.ndarray:
        return np.ceil(self.low - TOLERANCE) if self.targets.whole else self.low

    def _high(self) -> np.ndarray:
        return np.floor(self.high + TOLERANCE) if self.targets.whole else self.high

    def mixed(self, rng: np.random.Generator) -> None:
        for _ in range(MIXED_AIMS):
            left = np.flatnonzero(~self.open())
            if len(left) < FEW_LEFT:
                return
            signs = rng.choice([-1.0, 1.0], size=len(left))
            aim = signs @ self.targets.weights[left]
            for sense in (1.0, -1.0):
                self._solve(sense * np.asarray(aim).ravel())

    def each(self, *, thorough: bool) -> None:
        near = self.base is not None and self.targets.over is None
        for i in range(len(self.targets)):
            if self._is_open(i):
                continue
            blame: dict[int, float] = {}
            if near:
                blame = self._near(i)
            if (thorough or not near) and not self._is_open(i):
                blame = {}
                for sense in (1.0, -1.0):
                    self._bound(i, sense, blame)
            if not self._is_open(i):
                self.narrow[i] = True
                self.blame[i] = sorted(blame, key=blame.get, reverse=True)

    def _is_open(self, i: int) -> bool:
        if self.high[i] < self.low[i]:
            return False
        low, high = self.low[i], self.high[i]
        if self.targets.whole:
            low, high = np.ceil(low - TOLERANCE), np.floor(high + TOLERANCE)
        return high - low >= self.targets.need[i] - TOLERANCE

    def _near(self, i: int) -> dict[int, float]:
        """Two small programmes in which only unknowns near the target may move away from a table that is possible.

        Returns the prices of the cells that stop them.
        """
        x, blame = self.base, {}
        aim = self.targets.weights[[i]].toarray().ravel()
        own = np.flatnonzero(aim)
        free = np.unique(np.concatenate([self.rows[self._touching(own)].indices, own]))
        held = self._touching(free)
        inner = self.rows[held][:, free]
        room = self.limits[held] - self.rows[held] @ x + inner @ x[free]
        for sense in (1.0, -1.0):
            programme = {"A_ub": inner, "b_ub": room, "bounds": self.bounds[free], "method": "highs"}
            result = scipy.optimize.linprog(sense * aim[free], **programme)
            if result.status == 0:
                moved = x.copy()
                moved[free] = result.x
                self.find(moved)
                self._blamed(self.cells[held], np.abs(result.ineqlin.marginals), blame)
        return blame

    def _touching(self, unknowns: np.ndarray) -> np.ndarray:
        return np.unique(self.by_column[:, unknowns].indices)

    @staticmethod
    def _blamed(cells: np.ndarray, prices: np.ndarray, blame: dict[int, float]) -> None:
        for cell, price in zip(cells, prices, strict=True):
            if price > 1e-9 and cell >= 0:
                blame[int(cell)] = blame.get(int(cell), 0.0) + float(price)

    def _bound(self, i: int, sense: float, blame: dict[int, float]) -> None:
        aim = sense * self.targets.weights[[i]].toarray().ravel()
        price = self._solve(aim) if self.targets.over is None else self._solve_ratio(aim, i)
        self._blamed(self.cells, price, blame)

    def _solve(self, aim: np.ndarray) -> np.ndarray:
        """One programme; returns the price of each statement. An unbounded one is bounded by its box."""
        result = self._answer(lambda: {"c": aim, "A_ub": self.rows, "b_ub": self.limits, "bounds": self.bounds})
        if result.status == UNBOUNDED:
            box = np.column_stack([self.bounds[:, 0], np.minimum(self.bounds[:, 1], FAR)])
            result = self._answer(lambda: {"c": aim, "A_ub": self.rows, "b_ub": self.limits, "bounds": box})
        self.find(result.x)
        return np.abs(result.ineqlin.marginals)

    def _solve_ratio(self, aim: np.ndarray, i: int) -> np.ndarray:
        """Charnes and Cooper: with y = t·x and over·y = 1 the ratio is linear in y."""
        one = sparse.hstack([self.targets.over[[i]], sparse.csr_array((1, 1))], format="csr")
        result = self._answer(lambda: self._times_t() | {"c": np.append(aim, 0.0), "A_eq": one, "b_eq": [1.0]})
        if result.status == UNBOUNDED:
            self.low[i], self.high[i] = -np.inf, np.inf
            return np.zeros(len(self.cells))
        y, t = result.x[:-1], result.x[-1]
        value = float((self.targets.weights[[i]] @ y)[0])
        self.low[i], self.high[i] = min(self.low[i], value), max(self.high[i], value)
        if t > 1e-9:
            self.find(y / t)
        return np.abs(result.ineqlin.marginals[: len(self.cells)])

    def _times_t(self) -> dict:
        """Statements and bounds for y = t·x: ``rows · y − limits · t ≤ 0``."""
        upper, lower = np.isfinite(self.bounds[:, 1]), self.bounds[:, 0] > 0
        eye = sparse.eye_array(self.rows.shape[1], format="csr")
        rows = sparse.vstack([self.rows, eye[upper], -eye[lower]], format="csr")
        limits = np.concatenate([self.limits, self.bounds[upper, 1], -self.bounds[lower, 0]])
        return {
            "A_ub": sparse.hstack([rows, sparse.csr_array(-limits[:, None])], format="csr"),
            "b_ub": np.zeros(len(limits)),
        }

    def _answer(self, programme: Callable[[], dict]) -> scipy.optimize.OptimizeResult:
        """The solver's answer; that nothing is possible is looked into before it is believed."""
        result = answered(programme())
        if result.status == NOTHING_POSSIBLE and not self.eased:
            self._ease()
            result = answered(programme())
        if result.status != UNBOUNDED and result.x is None:
            raise unsolved(result.message)
        return result

    def _ease(self) -> None:
        """Ease all statements by the tolerance where that is all they lack; a table that is possible proves it."""
        if self.base is None and least_easing(self.rows, self.limits, bounds=self.bounds) > TOLERANCE:
            raise contradiction()
        self.limits = self.limits + 2 * TOLERANCE * scale_of(self.limits)
        self.eased = True

    def found(self) -> Reach:
        tables = np.array(self.tables).reshape(len(self.tables), self.rows.shape[1])
        return Reach(self._low(), self._high(), self.narrow, self.blame, tables)
