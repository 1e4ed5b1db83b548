"""The laws of chance are those of scipy.stats, to the last bit."""

import numpy as np
import pytest
from scipy import stats

from innovlib import chance

P = np.array([1e-9, 0.0001, 0.025, 0.5, 0.8, 0.975, 0.995, 1 - 1e-9, np.nan])
X = np.array([-40.0, -3.3, -1e-12, 0.0, 0.4, 1.96, 12.0, np.nan])
DF = np.array([[0.5], [1.0], [3.7], [12.0], [1e6], [np.inf], [np.nan], [0.0], [-1.0]])


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        (chance.normal_quantile(P), stats.norm.ppf(P)),
        (chance.normal_below(X), stats.norm.cdf(X)),
        (chance.t_quantile(P, DF), stats.t.ppf(P, DF)),
        (chance.t_below(X, DF), stats.t.cdf(X, DF)),
        (chance.t_two_sided(X, DF), 2 * stats.t.sf(np.abs(X), DF)),
        (chance.f_quantile(P[:8], 3.0, 20.5), stats.f.ppf(P[:8], 3.0, 20.5)),
        (chance.f_above(X[3:], 3.0, 20.5), stats.f.sf(X[3:], 3.0, 20.5)),
        (chance.chi2_quantile(P, 3.0), stats.chi2.ppf(P, 3.0)),
    ],
    ids=["normal", "normal cdf", "t", "t cdf", "t p", "F", "F tail", "chi2"],
)
def test_the_numbers_are_those_of_scipy_stats(ours, theirs):
    np.testing.assert_array_equal(ours, theirs)


def test_the_density_is_that_of_scipy_stats():
    np.testing.assert_allclose(chance.normal_density(X), stats.norm.pdf(X), rtol=1e-12)


@pytest.mark.parametrize("n", [0, 1, 2, 5, 6, 17, 400])
def test_the_binomial_quantile_is_that_of_scipy_stats(n):
    for p in (0.005, 0.025, 0.2, 0.5, 0.975):
        assert chance.binomial_quantile(p, n, 0.5) == stats.binom.ppf(p, n, 0.5)
