"""The attacker, on tables small enough to work out by hand, and against every table that is possible."""

import itertools

import numpy as np
import pytest
import scipy.optimize
from scipy import sparse

from innovlib.errors import CannotEstimate
from innovlib.release.attack import Statements, Targets, reach
from innovlib.release.parts import Apart, components, reach_apart
from innovlib.release.programme import TOLERANCE, least_easing


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


def test_a_part_is_cut_out_as_choosing_its_columns_would():
    rng = np.random.default_rng(5)
    matrix = sparse.csr_array(sparse.random_array((40, 30), density=0.1, rng=rng))
    columns = [np.sort(part) for part in np.array_split(rng.permutation(30), 4)]
    apart = Apart([(np.arange(40), part) for part in columns], unknowns=30)
    for number, part in enumerate(columns):
        rows = rng.permutation(40)[:25]
        cut = apart.cut(matrix, rows, number)
        assert (cut.toarray() == matrix[rows][:, part].toarray()).all() and cut.has_sorted_indices


def test_a_start_that_is_possible_changes_no_bound():
    known = statements([[1, 1, 1], [1, 0, 0], [0, 1, 0]], [30, 12, 14], [31, 13, 15])
    aims = targets([[0, 0, 1]], need=50)
    plain, started = reach(known, aims), reach(known, aims, start=np.array([12.0, 14, 4]))
    assert (plain.low, plain.high) == (started.low, started.high)


# --- when the solver says that nothing is possible ------------------------------------------------------------------


def a_hair_apart(gap: float) -> Statements:
    """Two unknowns whose sum is told twice, ``gap`` apart: a rounding error of the telling, or a contradiction."""
    return statements([[1, 1], [1, 1], [1, 0]], [20, 20 + gap, 15], [20, 20 + gap, 15])


def test_what_is_apart_by_less_than_the_tolerance_is_no_contradiction():
    found = reach(a_hair_apart(5e-6), targets([[0, 1]], whole=True))
    assert (found.low[0], found.high[0]) == (5, 5)
    assert found.narrow[0]


@pytest.mark.parametrize("gap", [1e-3, 0.5, 40])
@pytest.mark.parametrize("over", [None, [[1, 0]]], ids=["count", "ratio"])
def test_what_is_apart_by_more_is_one_however_little_it_is(gap, over):
    with pytest.raises(CannotEstimate, match="contradict"):
        reach(a_hair_apart(gap), targets([[0, 1]], over=over))


def test_the_least_easing_is_what_the_statements_lack():
    rows = sparse.csr_array([[1.0], [-1.0]])
    for gap in (0.0, 1.0, 11.0):
        lacking = least_easing(rows, np.array([10.0, -10.0 - gap]), bounds=np.array([[0.0, np.inf]]))
        assert lacking == pytest.approx(gap / (11 + 11 + gap), abs=1e-9)
        assert (lacking <= TOLERANCE) == (gap == 0)


def test_a_table_that_is_possible_speaks_against_the_solver(monkeypatch):
    """A solver that calls everything impossible is neither believed, with a table at hand, nor taken for safety."""

    known, aims = statements([[1, 1]], [20], [20]), targets([[0, 1]], need=50)
    real = scipy.optimize.linprog

    def denies(*args, **more):
        result = real(*args, **more)
        result.status, result.x = 2, None
        return result

    monkeypatch.setattr(scipy.optimize, "linprog", denies)
    with pytest.raises(CannotEstimate, match="not solved"):
        reach(known, aims, start=np.array([12.0, 8.0]))
    monkeypatch.undo()
    assert reach(known, aims, start=np.array([12.0, 8.0])).high[0] == pytest.approx(20)


def test_an_answer_spoilt_by_the_solvers_preparation_is_asked_for_again(monkeypatch):

    asked, real = [], scipy.optimize.linprog

    def spoilt(*args, options, **more):
        asked.append(options)
        result = real(*args, options=options, **more)
        if not options:
            result.status, result.x = 4, None
        return result

    monkeypatch.setattr(scipy.optimize, "linprog", spoilt)
    found = reach(statements([[1, 1], [1, 0]], [20, 15], [20, 15]), targets([[0, 1]]))
    assert found.low[0] == found.high[0] == pytest.approx(5)
    assert {"presolve": False} in asked


# --- part by part ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(4))
def test_solved_apart_or_together_is_the_same(seed):
    rng = np.random.default_rng(seed)
    truth = rng.integers(1, 12, size=12).astype(float)
    blocks = [[1.0 if i // 3 == b and i % 3 <= k else 0.0 for i in range(12)] for b in range(4) for k in (1, 2)]
    told = np.array(blocks) @ truth
    known, aims = statements(blocks, told - 1, told + 1), targets(np.eye(12), need=40)
    whole, apart = reach(known, aims), reach_apart(known, aims)
    started = reach_apart(known, aims, start=truth)
    for one in (apart, started):
        assert one.narrow.tolist() == whole.narrow.tolist()
        assert one.low[one.narrow] == pytest.approx(whole.low[whole.narrow], abs=1e-6)
        assert one.high[one.narrow] == pytest.approx(whole.high[whole.narrow], abs=1e-6)


def test_a_target_over_two_parts_ties_them():
    known = statements([[1, 0], [0, 1]], [5, 7], [5, 7])
    found = reach_apart(known, targets([[1, 1]]))
    assert found.low[0] == found.high[0] == pytest.approx(12)


def test_a_contradiction_far_from_a_target_does_not_hide_what_is_known_of_it():
    known = statements([[1, 0], [0, 1], [0, 1]], [5, 7, 9], [5, 7, 9])
    assert reach_apart(known, targets([[1, 0]])).narrow[0]
    with pytest.raises(CannotEstimate, match="contradict"):
        reach_apart(known, targets([[0, 1]]))
