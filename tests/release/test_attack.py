"""The attacker, on tables small enough to work out by hand, and against every table that is possible."""

import itertools

import numpy as np
import pytest
from scipy import sparse

from innovlib.errors import CannotEstimate
from innovlib.release.attack import Statements, Targets, components, reach


def statements(rows, low, high, *, x_high=None, cell=None):
    matrix = sparse.csr_array(np.array(rows, dtype=float))
    size = matrix.shape[1]
    bound = np.full(size, np.inf) if x_high is None else np.array(x_high, dtype=float)
    cells = np.arange(len(low)) if cell is None else np.array(cell)
    return Statements(matrix, np.array(low, float), np.array(high, float), cells, np.zeros(size), bound)


def targets(rows, *, need=5.0, over=None, whole=False):
    below = None if over is None else sparse.csr_array(np.array(over, dtype=float))
    return Targets(sparse.csr_array(np.array(rows, dtype=float)), np.full(len(rows), need), below, whole)


def test_a_total_less_the_shown_gives_the_hidden_exactly():
    known = statements([[1, 1, 1], [1, 0, 0], [0, 1, 0]], [30, 12, 14], [30, 12, 14])
    found = reach(known, targets([[0, 0, 1]], whole=True))
    assert (found.low[0], found.high[0]) == (4, 4)
    assert found.narrow[0]
    assert sorted(found.blame[0]) == [0, 1, 2]


def test_rounding_opens_what_exact_figures_give_away():
    known = statements([[1, 1, 1], [1, 0, 0], [0, 1, 0]], [28, 10, 13], [32, 14, 17])
    found = reach(known, targets([[0, 0, 1]], whole=True))
    assert not found.narrow[0]
    assert found.blame[0] == []


@pytest.mark.parametrize("seed", range(5))
def test_bounds_hold_every_table_that_is_possible_and_touch_the_outermost(seed):
    """All whole tables of three unknowns up to 9 that fit the statements, counted out one by one."""
    rng = np.random.default_rng(seed)
    truth = rng.integers(0, 10, size=3)
    rows = np.array([[1, 1, 1], [1, 1, 0], [0, 1, 1]])
    low, high = rows @ truth - rng.integers(0, 3, 3), rows @ truth + rng.integers(0, 3, 3)
    possible = np.array(
        [t for t in itertools.product(range(10), repeat=3) if (low <= rows @ t).all() and (rows @ t <= high).all()]
    )
    aims = targets(np.eye(3), need=1000, whole=True)
    found = reach(statements(rows, low, high, x_high=[9, 9, 9]), aims)
    # The rows are intervals of consecutive unknowns, a totally unimodular matrix: the programme's corners are whole.
    assert found.low.tolist() == possible.min(axis=0).tolist()
    assert found.high.tolist() == possible.max(axis=0).tolist()


def test_a_mean_whose_n_is_not_known_is_a_ratio():
    """Unknowns T and n of one hidden school; a cohort's total says T = 200 to 220, the mark says n = 2 to 4."""
    known = statements([[1, 0], [0, 1]], [200, 2], [220, 4])
    found = reach(known, targets([[1, 0]], over=[[0, 1]], need=100))
    assert found.low[0] == pytest.approx(50)
    assert found.high[0] == pytest.approx(110)


def test_what_nothing_binds_is_open():
    known = statements([[1, 1]], [0], [np.inf])
    assert not reach(known, targets([[1, 0]])).narrow[0]


def test_contradicting_statements_are_refused_and_not_called_safe():
    with pytest.raises(CannotEstimate, match="contradict"):
        reach(statements([[1, 1], [1, 1]], [10, 20], [11, 21]), targets([[1, 0]]))


def test_one_taken_back_statement_is_enough_here():
    known = statements([[1, 1], [1, 0]], [20, 15], [20, 15])
    assert reach(known, targets([[0, 1]])).narrow[0]
    assert not reach(known.without(np.array([False, True])), targets([[0, 1]])).narrow[0]


def test_statements_that_share_no_unknown_are_apart():
    known = statements([[1, 1, 0, 0], [0, 1, 0, 0], [0, 0, 1, 1]], [1, 1, 1], [2, 2, 2])
    found = {tuple(sorted(rows)): tuple(sorted(columns)) for rows, columns in components(known)}
    assert found == {(0, 1): (0, 1), (2,): (2, 3)}


def test_a_start_that_is_possible_changes_no_bound():
    known = statements([[1, 1, 1], [1, 0, 0], [0, 1, 0]], [30, 12, 14], [31, 13, 15])
    aims = targets([[0, 0, 1]], need=50)
    plain, started = reach(known, aims), reach(known, aims, start=np.array([12.0, 14, 4]))
    assert (plain.low, plain.high) == (started.low, started.high)
