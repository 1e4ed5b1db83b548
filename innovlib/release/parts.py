"""Statements that share no unknown are solved apart: a nation is many small programmes, not one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
from scipy import sparse
from scipy.sparse.csgraph import connected_components

from innovlib.release.attack import Reach, Statements, Targets, reach


class Apart:
    """Unknowns by the part that they belong to, so that a part is cut out in the time of what it holds.

    Choosing columns of a sparse matrix looks at all that there are; for each of a nation's parts that is all unknowns.
    """

    def __init__(self, parts: list[tuple[np.ndarray, np.ndarray]], *, unknowns: int) -> None:
        self.parts = parts
        self.home, self.place = np.full(unknowns, -1), np.zeros(unknowns, dtype=np.int64)
        for number, (_, columns) in enumerate(parts):
            self.home[columns], self.place[columns] = number, np.arange(len(columns))

    def cut(self, matrix: sparse.csr_array, rows: np.ndarray, number: int) -> sparse.csr_array:
        """``matrix[rows][:, columns]`` with the columns of a part."""
        held = matrix[rows]
        own = self.home[held.indices] == number
        ends = np.concatenate([[0], np.cumsum(own)])[held.indptr]
        shape = (len(rows), len(self.parts[number][1]))
        return sparse.csr_array((held.data[own], self.place[held.indices[own]], ends), shape=shape)


def components(statements: Statements) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Statements and unknowns that hang together: pairs of row numbers and column numbers."""
    rows, columns = statements.matrix.shape
    said = np.isfinite(statements.low) | np.isfinite(statements.high)
    links = sparse.diags_array(said.astype(float)) @ (abs(statements.matrix) > 0)
    joined = sparse.block_array([[None, links], [links.T, None]], format="csr")
    if joined.shape[0] != rows + columns:
        raise ValueError("statements without unknowns")
    _, label = connected_components(joined, directed=False)
    order = np.argsort(label, kind="stable")
    for members in np.split(order, np.flatnonzero(np.diff(label[order])) + 1):
        yield members[members < rows], members[members >= rows] - rows


def reach_apart(statements: Statements, targets: Targets, *, start: np.ndarray | None = None) -> Reach:
    """As :func:`innovlib.release.attack.reach`, with what hangs together solved by itself.

    A target whose unknowns no statement ties together ties them itself. The ``tables`` found are not kept.

    Raises
    ------
    CannotEstimate
        The statements about some target contradict each other.

    Examples
    --------
    Two tables of two schools each, with totals of 20 and of 9; one school is known in each.

    >>> matrix = sparse.csr_array([[1.0, 1, 0, 0], [1, 0, 0, 0], [0, 0, 1, 1], [0, 0, 1, 0]])
    >>> told = np.array([20.0, 15, 9, 9])
    >>> known = Statements(matrix, told, told, np.arange(4), np.zeros(4), np.full(4, np.inf))
    >>> found = reach_apart(known, Targets(sparse.csr_array([[0.0, 1, 0, 0], [0, 0, 0, 1]]), np.full(2, 5.0)))
    >>> found.low.tolist(), found.high.tolist(), sorted(found.blame[1])
    ([5.0, 0.0], [5.0, 0.0], [2, 3])
    """
    low, high = np.full(len(targets), -np.inf), np.full(len(targets), np.inf)
    narrow, blame = np.zeros(len(targets), dtype=bool), [[] for _ in range(len(targets))]
    apart = _tied(statements, targets)
    of_target = apart.home[targets.weights.indices[targets.weights.indptr[:-1]]]
    for number in np.unique(of_target):
        chosen, (rows, columns) = np.flatnonzero(of_target == number), apart.parts[number]
        some = targets.some(chosen)
        over = None if some.over is None else apart.cut(targets.over, chosen, number)
        found = reach(
            statements.part(rows, columns, matrix=apart.cut(statements.matrix, rows, number)),
            replace(some, weights=apart.cut(targets.weights, chosen, number), over=over),
            start=None if start is None else start[columns],
        )
        low[chosen], high[chosen], narrow[chosen] = found.low, found.high, found.narrow
        for i, cells in zip(chosen, found.blame, strict=True):
            blame[i] = cells
    return Reach(low, high, narrow, blame, np.zeros((0, len(apart.home))))


def _tied(statements: Statements, targets: Targets) -> Apart:
    """Parts whose unknowns no statement and no target shares."""
    more = targets.weights if targets.over is None else sparse.vstack([targets.weights, targets.over], format="csr")
    n, said = more.shape[0], len(statements.low)
    whole = replace(
        statements,
        matrix=sparse.vstack([statements.matrix, more], format="csr"),
        low=np.append(statements.low, np.zeros(n)),
        high=np.append(statements.high, np.zeros(n)),
    )
    parts = [(rows[rows < said], columns) for rows, columns in components(whole)]
    return Apart(parts, unknowns=statements.matrix.shape[1])
