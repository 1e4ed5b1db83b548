"""The arithmetic under every effect: group means of school changes, their variances, for one or for many labellings.

Each school brings one number per column (its change, as if it had joined with that column's cohort). An effect is

.. math:: \\theta = \\sum_j \\alpha_j (\\bar v_{j,\\text{treated}} - \\bar v_{j,\\text{comparison}})

and school *i* contributes the score :math:`s_i` to it, so that :math:`\\theta - E\\theta = \\sum_i s_i`. The variance
is summed by label (cohort; never joined) with :math:`n/(n-1)`, and its degrees of freedom are Welch-Satterthwaite's, as
Bell & McCaffrey (2002) have it for groups. All sums come from zeroth, first and second moments by label, so a
permutation costs only the schools that it calls treated.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np


@dataclass(frozen=True, eq=False)
class Changes:
    """School changes ready to be compared.

    Attributes
    ----------
    values
        (N, J) change of each school in each column; NaN = the school cannot serve in that column.
    exposure
        (N, J) the same contrast of the treatment path itself (1 once joined), for inverting tests.
    alpha
        (J,) weight of each column; adds up to 1 for an average effect.
    cohort
        (J,) label (1 … G) whose schools are treated in the column.
    control
        (J, G + 1) True for the labels that are compared with in the column; label 0 = never joined.
    labels
        (N,) label of each school.
    weight
        (N,) weight of each school.
    """

    values: np.ndarray
    exposure: np.ndarray
    alpha: np.ndarray
    cohort: np.ndarray
    control: np.ndarray
    labels: np.ndarray
    weight: np.ndarray

    @property
    def n_labels(self) -> int:
        """Number of labels, never joined among them."""
        return self.control.shape[1]

    def stacked(self, *, exposure: bool = False) -> np.ndarray:
        """(N, c) the columns whose moments are needed: weighted values, (weighted exposure,) weights, seen or not."""
        seen = ~np.isnan(self.values)
        # Centring changes no difference, and keeps second moments from cancelling.
        middle = np.where(seen, self.values, 0.0).sum(axis=0) / np.maximum(seen.sum(axis=0), 1)
        weight = seen * self.weight[:, None]
        parts = [np.where(seen, self.values - middle, 0.0) * weight]
        if exposure:
            parts.append(np.where(seen, self.exposure, 0.0) * weight)
        return np.concatenate([*parts, weight, seen.any(axis=1, keepdims=True)], axis=1)


class Moments(NamedTuple):
    """Moments by label for P labellings: second (L, c, c, P); labellings come last, for all arithmetic runs over them.

    A school's last column is 1 wherever another is not 0, so the last row of the second moments is the first ones.
    """

    second: np.ndarray

    @property
    def first(self) -> np.ndarray:
        """(L, c, P) sums by label."""
        return self.second[:, -1]

    @property
    def count(self) -> np.ndarray:
        """(L, P) schools by label."""
        return self.second[:, -1, -1]


class Outcome(NamedTuple):
    """What moments say, for P labellings: estimate (P,), variance by label (L, P), schools by label (L, P)."""

    estimate: np.ndarray
    variance: np.ndarray
    count: np.ndarray

    @property
    def std_error(self) -> np.ndarray:
        """(P,) standard error."""
        return np.sqrt(self.variance.sum(axis=0))

    @property
    def degrees(self) -> np.ndarray:
        """(P,) Welch-Satterthwaite degrees of freedom; NaN where nothing varies."""
        parts = self.variance**2 / np.maximum(self.count - 1, 1)
        with np.errstate(invalid="ignore", divide="ignore"):
            return self.variance.sum(axis=0) ** 2 / parts.sum(axis=0)


def observed(changes: Changes, *, exposure: bool = False) -> Moments:
    """Moments of the labelling that happened (P = 1)."""
    stacked = changes.stacked(exposure=exposure)
    groups = [stacked[changes.labels == label] for label in range(changes.n_labels)]
    return Moments(np.stack([g.T @ g for g in groups])[..., None])


def permuted(stacked: np.ndarray, drawn: list[np.ndarray]) -> Moments:
    """Moments of P labellings. ``drawn[h - 1]`` is (P, n_h): the rows that get label h; all others get label 0."""
    columns = np.ascontiguousarray(stacked.T)
    second = np.empty((1 + len(drawn), len(columns), len(columns), len(drawn[0])))
    for label, rows in enumerate(drawn, start=1):
        taken = columns.take(rows.T, axis=1)
        for c, one in enumerate(taken):
            second[label, c, c:] = second[label, c:, c] = np.einsum("np,bnp->bp", one, taken[c:])
    second[0] = (stacked.T @ stacked)[..., None] - second[1:].sum(axis=0)
    return Moments(second)


def outcome(changes: Changes, moments: Moments, *, part: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Estimate (P,) and score coefficients (L, c, P) of the values (``part=0``) or of the exposure (``part=1``).

    A label's scores are its schools' stacked columns times its coefficients.
    """
    columns, first = changes.values.shape[1], moments.first
    at = slice(part * columns, (part + 1) * columns)
    weights = slice(first.shape[1] - 1 - columns, first.shape[1] - 1)
    treated = changes.cohort == np.arange(changes.n_labels)[:, None]
    sides = np.stack([treated, changes.control.T]).astype(float)
    mass = np.einsum("slj,ljp->sjp", sides, first[:, weights])
    # A draw may leave a column without a school that can serve in it: the other columns then carry its weight.
    whole = (mass > 0).all(axis=0)
    alpha = np.where(whole, changes.alpha[:, None], 0.0)
    total = alpha.sum(axis=0)
    alpha *= np.divide(changes.alpha.sum(), total, out=np.full_like(total, np.nan), where=total != 0)
    mass = np.where(whole, mass, 1.0)
    mean = np.einsum("slj,ljp->sjp", sides, first[:, at]) / mass
    up, down = sides[..., None] * (alpha / mass)[:, None]
    coefficients = np.zeros(first.shape)
    coefficients[:, at] = up - down
    coefficients[:, weights] = down * mean[1] - up * mean[0]
    return ((mean[0] - mean[1]) * alpha).sum(axis=0), coefficients


def _quadratic(moments: Moments, left: np.ndarray, right: np.ndarray) -> np.ndarray:
    """(L, P) sums of products of two sets of scores about their means, with n/(n - 1)."""
    product = np.einsum("lcp,lcp->lp", left, np.einsum("lcdp,ldp->lcp", moments.second, right))
    sums = [np.einsum("lcp,lcp->lp", side, moments.first) for side in (left, right)]
    means = sums[0] * sums[1] / np.maximum(moments.count, 1)
    return (product - means) * moments.count / np.maximum(moments.count - 1, 1)


def result(changes: Changes, moments: Moments) -> Outcome:
    """Estimates and variances by label of P labellings."""
    estimate, scores = outcome(changes, moments)
    variance = np.maximum(_quadratic(moments, scores, scores), 0.0)
    return Outcome(estimate, _borrowed(changes, variance, moments.count), moments.count)


class Shifted(NamedTuple):
    """Estimate and variance of P labellings as polynomials of a constant effect that is taken out first."""

    estimate: np.ndarray
    slope: np.ndarray
    constant: np.ndarray
    linear: np.ndarray
    square: np.ndarray

    def t(self, effect: np.ndarray) -> np.ndarray:
        """(M, P) t statistics after taking out each of M constant effects."""
        effect = np.atleast_1d(effect)[:, None]
        variance = self.constant - 2 * effect * self.linear + effect**2 * self.square
        with np.errstate(invalid="ignore", divide="ignore"):
            return (self.estimate - effect * self.slope) / np.sqrt(np.maximum(variance, 0.0))


def shifted(changes: Changes, moments: Moments) -> Shifted:
    """:class:`Shifted` from moments that were taken with ``exposure=True``."""
    estimate, scores = outcome(changes, moments)
    slope, paths = outcome(changes, moments, part=1)
    forms = [_quadratic(moments, a, b) for a, b in ((scores, scores), (scores, paths), (paths, paths))]
    return Shifted(estimate, slope, *(_borrowed(changes, form, moments.count).sum(axis=0) for form in forms))


def _borrowed(changes: Changes, variance: np.ndarray, count: np.ndarray) -> np.ndarray:
    """A cohort of one school has no variance of its own: it borrows that of the other pilots, else of the others.

    Per-school variances are pooled with n - 1 as weights; a label's share is its total alpha.
    """
    alone = count[1:] == 1
    if not alone.any():
        return variance
    share = np.array([changes.alpha[changes.cohort == h].sum() for h in range(1, changes.n_labels)])[:, None]
    free = np.maximum(count[1:] - 1, 0) * (share > 0)  # a label that takes no part has no variance to lend
    with np.errstate(invalid="ignore", divide="ignore"):
        own = np.where(free > 0, variance[1:] * count[1:] / share**2, 0.0)
        pooled = (own * free).sum(axis=0) / free.sum(axis=0)
    rest = variance[0] * count[0] / share.sum() ** 2
    pooled = np.where(free.sum(axis=0) > 0, pooled, rest)
    return np.concatenate([variance[:1], np.where(alone, share**2 * pooled, variance[1:])])
