"""Secondary suppression over a whole release: hide or coarsen further figures until no hidden one can be worked out.

What the cells are and how they hang together stands in :mod:`innovlib.release.relations`, what a reader can do with
them in :mod:`innovlib.release.attack`, how the least is given up in :mod:`innovlib.release.least_loss`. Here is what
"known to within the rule" (D6) means.

**Counts.** A printed count is rounded to five, which leaves five numbers possible. A hidden count must be known less
well than a printed one: its possible values must span at least :data:`OPEN_COUNT` (six numbers or more).

**Means.** The smallest group that may be shown, ten pupils, has its mean printed to the whole point. Somebody who knows
nine of the ten scores then knows the tenth to within 10 × 0.5 = 5 points. That much uncertainty about one child is what
D1 and D4 grant, so a hidden mean of n pupils must stay open over :data:`OPEN_SCORE` / n points at least, and in any
case over :data:`OPEN_POINTS`, five times as wide as what is printed on ten pupils: nobody shall know a hidden mean
about as well as a printed one. The bands of D3 leave open whether none, one or two pupils were absent; a hidden share
tested must leave :data:`OPEN_ABSENT` pupils open too.

**What is protected**: every result of fewer pupils than D1 allows: hidden cells, the plain mean over a test's hidden
subjects (a school's distance from the area averages subjects), and the single years of a school inside a pooled window,
whether the school has a report of its own or not.

**What is given up**, least first: a tenth of a point (the mean is printed whole), then the figure; and a mark "<7"
where a wider edition says "<10". What the ministry or an office has published cannot be taken back; what it gives away
is told as ``exposed``.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy import sparse

from innovlib.release.attack import Reach, Targets
from innovlib.release.least_loss import HIDDEN, PRINTED, WHOLE, Problem, give_up_least
from innovlib.release.parts import reach_apart
from innovlib.release.relations import GAP, SHARE_TESTED, WIDER, Release
from innovlib.report.disclosure import (
    OPEN_ABSENT,
    OPEN_COUNT,
    OPEN_POINTS,
    OPEN_SCORE,
    PERCENT_BANDS,
    Profile,
    count_span,
    printed_count,
    profile,
    rounded_half_up,
)


def protect_release(release: Release, *, profile_name: str) -> pd.DataFrame:
    """The cells of a release as they may be printed.

    Parameters
    ----------
    release
        All cells of all reports of an area (:func:`innovlib.release.relations.release_of`), under the same profile.
    profile_name
        public or partner; for ``school`` D6 does not apply and nothing more is hidden.

    Returns
    -------
    DataFrame
        The cells with ``hidden_by`` (the rule: D1, D7, D6, or "" where shown), ``step`` as it may be printed, ``whole``
        (True where D6 took the decimal), ``unmarked`` (True where a hidden cell does not tell how few it holds), and
        for what must stay hidden ``open``, the width (points) over which it remains open to the attacker, and
        ``exposed`` (True where even hiding all that can be hidden leaves it known, because others have published the
        rest).
    """
    rules = profile(profile_name)
    cells = release.cells.assign(exposed=False, open=np.nan, unmarked=False)
    few = np.where(cells["n"] < rules.smallest_n, "D1", "D7")
    cells["hidden_by"] = np.where(cells["state"] == "small", few, "")
    if rules.count_step == 1:
        return cells
    for problem in (means_problem(release, rules=rules), counts_problem(release, rules=rules)):
        found, own = give_up_least(problem), (cells["state"] == "shown").to_numpy()
        cells["whole"] |= own & (found.level == WHOLE)
        cells["unmarked"] |= ~own & (found.level > problem.start)
        cells["hidden_by"] = cells["hidden_by"].mask(own & (cells["hidden_by"] == "") & (found.level == HIDDEN), "D6")
        told = problem.target_cell >= 0
        cells.loc[problem.target_cell[told & found.exposed], "exposed"] = True
        if problem.targets.whole is False:
            cells.loc[problem.target_cell[told], "open"] = found.width[told]
    cells["whole"] &= cells["hidden_by"] == ""
    cells["step"] = np.where(cells["whole"], 1.0, cells["step"])
    cells["most"] = np.where(cells["unmarked"], cells["most_wider"], cells["most"])
    return cells


def attacked(release: Release, printed: pd.DataFrame, *, profile_name: str) -> Reach:
    """How far the attacker gets with all hidden and small results when cells are printed as ``printed`` says.

    Parameters
    ----------
    printed
        The release's cells with ``hidden_by`` and ``whole``, as :func:`protect_release` returns them.
    """
    problem = means_problem(release, rules=profile(profile_name))
    hidden = (printed["hidden_by"] != "") | (_start(release.cells) == HIDDEN)
    # What a wider edition prints whole is whole to begin with.
    level = np.select([hidden, printed["whole"] & ~release.cells["whole"]], [HIDDEN, WHOLE], PRINTED)
    return reach_apart(problem.said(level), problem.targets, start=problem.truth)


# --- what the attacker knows, and what must stay open ---------------------------------------------------------------


def means_problem(release: Release, *, rules: Profile) -> Problem:
    """The attack on means and shares by somebody who knows every head count."""
    cells = release.cells
    merged, n, total, one = _merged(release, smallest=rules.smallest_n)
    matrix = sparse.csr_array((merged["weight"], (merged["cell"], merged["atom"])), shape=(len(cells), len(n)))
    low, high = _intervals(cells)
    size = cells["n"].to_numpy()
    coarser = (cells["step"] == 0.1).to_numpy() & (cells["subject"] != SHARE_TESTED).to_numpy()
    low[~coarser, WHOLE], high[~coarser, WHOLE] = -np.inf, np.inf
    start = _start(cells)
    targets, of = _targets(cells, matrix=matrix, n=n, one=one, smallest=rules.smallest_n)
    return Problem(matrix, low, high, 100 * n, total, _may(cells), start, size, targets, of)


def _start(cells: pd.DataFrame) -> np.ndarray:
    """How cells are printed before anything is given up; what another edition marks "<10" is hidden there."""
    hidden = (cells["state"] == "small") | ((cells["state"] == WIDER) & (cells["n"] < cells["least"]))
    return np.where(hidden, HIDDEN, PRINTED)


def _may(cells: pd.DataFrame) -> np.ndarray:
    """Which cells can be taken back: one's own, unless readers of this edition have them from a wider one."""
    return ((cells["state"] == "shown") & ~cells["pinned"]).to_numpy()


def counts_problem(release: Release, *, rules: Profile) -> Problem:
    """The attack on the hidden numbers of pupils: printed ones are known to the rounding, hidden ones to their mark."""
    cells, links = release.cells, release.links
    counted = links[(cells["who"] != GAP).to_numpy()[links["cell"]]]
    n = release.atoms["n"].to_numpy()
    matrix = sparse.csr_array((np.ones(len(counted)), (counted["cell"], counted["atom"])), shape=(len(cells), len(n)))
    state, size = cells["state"].to_numpy(dtype=object), cells["n"].to_numpy()
    least, most, wider = (cells[c].to_numpy() for c in ("least", "most", "most_wider"))
    lowest, highest = count_span(printed_count(size, rules), rules)
    # Intervals are made with the smallest number where fewer pupils than the smallest printed number stand behind them.
    highest = np.where(
        size < printed_count(rules.smallest_n, rules), printed_count(rules.smallest_n, rules) - 1, highest
    )
    low, high = np.full((len(cells), 3), -np.inf), np.full((len(cells), 3), np.inf)
    fixed, gap = state == "fixed", (cells["who"] == GAP).to_numpy()
    low[:, PRINTED] = np.where(fixed, size, np.maximum(lowest, least))
    high[:, PRINTED] = np.where(fixed, size, np.minimum(highest, wider))
    # A mark that tells more than a wider edition's is a step by itself, which can be given up: "×" for "<7".
    finer = (state == "small") & np.isfinite(wider)
    low[finer, WHOLE], high[finer, WHOLE] = 1, most[finer]
    marked = np.where(finer | (state != "small"), wider, most)
    low[:, HIDDEN], high[:, HIDDEN] = np.where(np.isfinite(marked), 1, -np.inf), marked
    low[gap], high[gap] = -np.inf, np.inf
    hidden = np.flatnonzero((state == "small") & (size < rules.smallest_n) & ~gap)
    need = np.full(len(hidden), min(OPEN_COUNT, rules.smallest_n - 2))
    targets = Targets(matrix[hidden], need, whole=True)
    start, may = np.where(finer, WHOLE, _start(cells)), _may(cells) | finer
    return Problem(matrix, low, high, np.full(len(n), np.inf), n, may, start, size, targets, hidden)


def _merged(release: Release, *, smallest: int) -> tuple[pd.DataFrame, np.ndarray, np.ndarray, np.ndarray]:
    """Atoms that stand behind the very same cells put together, where that leaves each of them wide open.

    Of several atoms of which only the sum T is ever told, one with n of the N pupils can have any mean between
    (T − 100 (N − n)) / n and T / n. Returns links by merged atom; n, total and (for an unmerged one) its share flag.
    """
    atoms, links = release.atoms, release.links
    keys = np.random.default_rng(1).integers(1, 2**62, size=len(release.cells), dtype=np.uint64)
    sign = np.zeros(len(atoms), dtype=np.uint64)
    exact = np.round(links["weight"].to_numpy() * 2**40).astype(np.uint64)  # wraps round, as a hash may
    np.add.at(sign, links["atom"].to_numpy(), keys[links["cell"]] * exact)
    group = pd.factorize(sign)[0]
    n, total = atoms["n"].to_numpy(), (atoms["n"] * atoms["mean"]).to_numpy()
    many_n, many_total = np.bincount(group, n)[group], np.bincount(group, total)[group]
    width = np.minimum(100, many_total / n) - np.maximum(0, (many_total - 100 * (many_n - n)) / n)
    shares = (atoms["subject"] == SHARE_TESTED).to_numpy()
    tight = (n < smallest) & (width < open_width(n, shares=shares)) & (np.bincount(group)[group] > 1)
    # A group with a tight member stays apart, atom by atom.
    apart = np.isin(group, group[tight])
    group = pd.factorize(np.where(apart, -1 - np.arange(len(group)), group))[0]
    alone = np.bincount(group)[group] == 1
    merged = links.assign(atom=group[links["atom"]]).drop_duplicates(["cell", "atom"])
    first = pd.Series(np.arange(len(group))).groupby(group).first().to_numpy()
    one = np.where(alone[first], np.where(shares[first], 2, 1), 0)
    return merged, np.bincount(group, n), np.bincount(group, total), one


def open_width(n: np.ndarray, *, shares: np.ndarray) -> np.ndarray:
    """The width that a hidden value of n pupils must keep: points of a mean, or percentage points of a share."""
    points = np.maximum(OPEN_POINTS, OPEN_SCORE / n)
    return np.where(shares, 100 * np.minimum(OPEN_ABSENT, n) / n, points)


def _intervals(cells: pd.DataFrame) -> tuple[np.ndarray, np.ndarray]:
    """What each cell says of its value when printed (column 0), printed whole (1) and hidden (2)."""
    offset, step = cells["offset"].to_numpy(), cells["step"].to_numpy()
    value = cells["value"].to_numpy() - offset
    low, high = np.full((len(cells), 3), -np.inf), np.full((len(cells), 3), np.inf)
    for level, each in ((PRINTED, step), (WHOLE, np.ones(len(cells)))):
        low[:, level], high[:, level] = _told(value, each, half=cells["half"].to_numpy())
    fixed = (cells["state"] == "fixed").to_numpy()
    low[fixed, PRINTED], high[fixed, PRINTED] = value[fixed] - step[fixed] / 2, value[fixed] + step[fixed] / 2
    _banded(cells, low, high)
    return low + offset[:, None], high + offset[:, None]


def _told(value: np.ndarray, step: np.ndarray, *, half: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The bounds that a printed mean and its printed interval set together.

    Mean and both ends are rounded each by itself, so the ends tell more of the mean than the mean does. A school's
    interval has a known half width; where it is not known, half a step around the value is taken to remain.
    """
    known = np.isfinite(half)
    low, high = np.where(known, -np.inf, value - step / 4), np.where(known, np.inf, value + step / 4)
    for shift in (0, 1, -1):
        away = np.where(known, shift * half, 0)
        end = value + away
        # An end that was cut to the scale tells nothing.
        tells = known & (end > 0) & (end < 100)
        middle = rounded_half_up(end / step) * step - away
        low = np.where(tells, np.maximum(low, middle - step / 2), low)
        high = np.where(tells, np.minimum(high, middle + step / 2), high)
    return low, high


def _banded(cells: pd.DataFrame, low: np.ndarray, high: np.ndarray) -> None:
    """Shares near 0 or 100 are printed as the edge of a band (D3)."""
    n, value = cells["n"].to_numpy(), cells["value"].to_numpy()
    shares = (cells["subject"] == SHARE_TESTED).to_numpy()
    for at_least, bottom, top in PERCENT_BANDS:
        here = shares & (n >= at_least)
        under, over = here & (rounded_half_up(value) <= bottom), here & (rounded_half_up(value) >= top)
        low[under, PRINTED], high[under, PRINTED] = 0, bottom + 0.5
        low[over, PRINTED], high[over, PRINTED] = top - 0.5, 100
        between = here & ~under & ~over
        middle = rounded_half_up(value[between])
        low[between, PRINTED], high[between, PRINTED] = middle - 0.5, middle + 0.5


def _targets(
    cells: pd.DataFrame, *, matrix: sparse.csr_array, n: np.ndarray, one: np.ndarray, smallest: int
) -> tuple[Targets, np.ndarray]:
    """Hidden cells on too few pupils, tests' means over such cells, and single atoms; each with its cell, or −1."""
    few = cells[(cells["state"] == "small") & (cells["n"] < smallest)]
    hidden, small = few.index.to_numpy(), np.flatnonzero((one > 0) & (n < smallest))
    each = sparse.csr_array((1 / n[small], (np.arange(len(small)), small)), shape=(len(small), len(n)))
    tests = few[(few["who"] == "school") & (few["subject"] != SHARE_TESTED)]
    tests = tests.groupby(["report", "test", "grade", "first_year_be", "last_year_be"], observed=True)
    groups = [rows.index.to_numpy() for _, rows in tests if len(rows) > 1]
    means = [sparse.csr_array(matrix[rows].mean(axis=0)[None, :]) for rows in groups]
    pupils = np.concatenate([few["n"], n[small], [cells["n"].to_numpy()[rows].max() for rows in groups]])
    shares = np.concatenate([few["subject"] == SHARE_TESTED, one[small] == 2, np.zeros(len(groups))]).astype(bool)
    weights = sparse.vstack([matrix[hidden], each, *means], format="csr")
    of = np.concatenate([hidden, np.full(len(small) + len(groups), -1)]).astype(int)
    return Targets(weights, open_width(pupils, shares=shares)), of
