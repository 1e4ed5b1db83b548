"""One linear programme, and whether to believe the solver when it says that nothing is possible.

The solver works with tolerances of its own, and what it makes of a programme before it solves it can turn statements
that leave a hair's breadth into a contradiction. So an answer other than a solution is asked for once more without that
preparation, and a contradiction is believed only when the least easing of all statements that lets any table through is
wider than the tolerance (the elastic programme of Chinneck J. W. 2008, Feasibility and Infeasibility in Optimization,
Springer, chapter 6).
"""

from __future__ import annotations

import numpy as np
import scipy  # its solvers are loaded when first asked: they take a tenth of a second, and a page needs none
from scipy import sparse

from innovlib.errors import CannotEstimate, Words

#: Slack for the solver's own tolerance: of a target in its unit, of a statement as a share of 1 + its limit.
TOLERANCE = 1e-6
#: What the solver says of a programme.
SOLVED, NOTHING_POSSIBLE, UNBOUNDED = 0, 2, 3
#: How the solver is asked, one way after the other until it answers.
WAYS = ({}, {"presolve": False})


def answered(programme: dict) -> scipy.optimize.OptimizeResult:
    """The solver's answer; one that is no solution is asked for in another way.

    Parameters
    ----------
    programme
        Arguments of :func:`scipy.optimize.linprog`.
    """
    for options in WAYS:
        result = scipy.optimize.linprog(**programme, method="highs", options=options)
        if result.status in (SOLVED, UNBOUNDED):
            return result
    return result


def scale_of(limits: np.ndarray) -> np.ndarray:
    """What the tolerance of each statement is a share of."""
    return 1 + np.abs(limits)


def least_easing(rows: sparse.csr_array, limits: np.ndarray, *, bounds: np.ndarray) -> float:
    """By how much every statement ``rows · x ≤ limits`` must be eased until some x within its bounds meets them all.

    Returns
    -------
    float
        A share of 1 + the limit, the same for all statements; 0 where they can be met as they are.

    Raises
    ------
    CannotEstimate
        The solver finds no answer.

    Examples
    --------
    At most 10 and at least 21 can both be met once a third of 1 + 10 and of 1 + 21 is given way: x = 13.7.

    >>> rows = sparse.csr_array([[1.0], [-1.0]])
    >>> round(least_easing(rows, np.array([10.0, -21.0]), bounds=np.array([[0, np.inf]])), 3)
    0.333
    """
    aim = np.append(np.zeros(rows.shape[1]), 1.0)
    eased = sparse.hstack([rows, sparse.csr_array(-scale_of(limits)[:, None])], format="csr")
    result = answered({"c": aim, "A_ub": eased, "b_ub": limits, "bounds": np.vstack([bounds, [0, np.inf]])})
    if result.x is None:
        raise unsolved(result.message)
    return float(result.x[-1])


def contradiction() -> CannotEstimate:
    """The error for statements that cannot be true together."""
    return CannotEstimate(
        Words("ตัวเลขที่เผยแพร่ขัดแย้งกันเอง", "the published numbers contradict each other"),
        todo=Words("ตรวจยอดรวมที่ให้มากับตารางในรายงาน", "check the totals given against the tables of the reports"),
    )


def unsolved(message: str) -> CannotEstimate:
    """The error for a programme to which the solver has no answer; never taken for safe."""
    return CannotEstimate(Words(f"แก้โปรแกรมเชิงเส้นไม่สำเร็จ: {message}", f"a linear programme was not solved: {message}"))
