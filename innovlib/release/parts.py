"""Statements that share no unknown are solved apart: a nation is many small programmes, not one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
from scipy import sparse
from scipy.sparse.csgraph import connected_components

from innovlib.release.attack import Reach, Statements, Targets, reach


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
    parts, home = _tied(statements, targets)
    of_target = home[targets.weights.indices[targets.weights.indptr[:-1]]]
    for number in np.unique(of_target):
        chosen, (rows, columns) = np.flatnonzero(of_target == number), parts[number]
        some = targets.some(chosen)
        over = None if some.over is None else some.over[:, columns]
        found = reach(
            statements.part(rows, columns),
            replace(some, weights=some.weights[:, columns], over=over),
            start=None if start is None else start[columns],
        )
        low[chosen], high[chosen], narrow[chosen] = found.low, found.high, found.narrow
        for i, cells in zip(chosen, found.blame, strict=True):
            blame[i] = cells
    return Reach(low, high, narrow, blame, np.zeros((0, len(home))))


def _tied(statements: Statements, targets: Targets) -> tuple[list[tuple[np.ndarray, np.ndarray]], np.ndarray]:
    """Parts whose unknowns no statement and no target shares, and the number of each unknown's part."""
    more = targets.weights if targets.over is None else sparse.vstack([targets.weights, targets.over], format="csr")
    n, said = more.shape[0], len(statements.low)
    whole = replace(
        statements,
        matrix=sparse.vstack([statements.matrix, more], format="csr"),
        low=np.append(statements.low, np.zeros(n)),
        high=np.append(statements.high, np.zeros(n)),
    )
    parts = [(rows[rows < said], columns) for rows, columns in components(whole)]
    home = np.full(statements.matrix.shape[1], -1)
    for number, (_, columns) in enumerate(parts):
        home[columns] = number
    return parts, home
