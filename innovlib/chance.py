"""Quantiles and tails of the laws of chance that intervals and tests are made of.

The numbers are those of ``scipy.stats``, bit for bit, because these are the functions it calls itself; importing it
takes half a second, which every report and every command would pay.

All functions take numbers or arrays (missing values stay missing) and broadcast like numpy's.
"""

from __future__ import annotations

import numpy as np
import scipy  # its functions are loaded when first asked: a batch that finds all kept needs none


def normal_quantile(p):
    """The point below which a standard normal value falls with probability ``p``.

    >>> round(float(normal_quantile(0.975)), 4)
    1.96
    """
    return scipy.special.ndtri(p)


def normal_below(x):
    """Probability that a standard normal value is at most ``x``."""
    return scipy.special.ndtr(x)


def normal_density(x):
    """Density of a standard normal value at ``x``."""
    return np.exp(-np.square(x) / 2) / np.sqrt(2 * np.pi)


def t_quantile(p, df):
    """The point below which Student's t with ``df`` degrees of freedom falls with probability ``p`` (0 < p < 1).

    >>> round(float(t_quantile(0.975, 12)), 3)
    2.179
    """
    return scipy.special.stdtrit(df, p)


def t_below(x, df):
    """Probability that Student's t with ``df`` degrees of freedom is at most ``x``."""
    return scipy.special.stdtr(df, x)


def t_two_sided(x, df):
    """Probability that Student's t is at least as far from zero as ``x``, on either side: the p of a t test."""
    return 2 * scipy.special.stdtr(df, -np.abs(x))


def f_quantile(p, df, df_within):
    """The point below which F with ``df`` and ``df_within`` degrees of freedom falls with probability ``p``."""
    return scipy.special.fdtri(df, df_within, p)


def f_above(x, df, df_within):
    """Probability that F with ``df`` and ``df_within`` degrees of freedom is above ``x``."""
    return scipy.special.fdtrc(df, df_within, x)


def chi2_quantile(p, df):
    """The point below which chi-squared with ``df`` degrees of freedom falls with probability ``p``."""
    return 2 * scipy.special.gammaincinv(df / 2, p)


def binomial_quantile(p: float, n: int, rate: float) -> int:
    """The smallest number of successes that ``n`` trials reach or stay below with probability at least ``p``."""
    return int(np.searchsorted(scipy.special.bdtr(np.arange(n + 1), n, rate), p))
