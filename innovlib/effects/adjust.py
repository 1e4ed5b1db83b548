"""Covariates: group-time effects that hold them equal, by the doubly robust estimator.

Sant'Anna & Zhao (2020, Journal of Econometrics 219, 101-122), the panel estimator of section 3: the change of the
comparison schools is predicted from the covariates, and the comparison schools are weighted to look like the pilots; it
is right if either model is. It needs many pilots: with fewer than some thirty the propensity score is not to be
trusted, and :func:`innovlib.effects.estimate.changes` uses the outcome regression alone.
"""

from __future__ import annotations

import numpy as np

from innovlib.errors import CannotEstimate, Words


def doubly_robust(
    change: np.ndarray, treated: np.ndarray, x: np.ndarray, weight: np.ndarray
) -> tuple[float, np.ndarray]:
    """Effect on the treated and each school's score.

    Parameters
    ----------
    change, treated, weight
        (n,) change, True for pilots, school weight.
    x
        (n, k) covariates with a leading column of ones.

    Returns
    -------
    effect, scores
        A float and an (n,) array; the scores' sum of squares is the variance.

    Raises
    ------
    CannotEstimate
        The covariates tell pilots and comparison schools apart completely, or say the same as one another.
    """
    n, treat = len(change), treated.astype(float) * weight
    score, information = _logit(treated.astype(float), x, weight)
    control = (1.0 - treated) * weight
    gram = (x * control[:, None]).T @ x
    if np.linalg.matrix_rank(x[control > 0]) < x.shape[1]:
        raise CannotEstimate(
            Words("ตัวแปรร่วมไม่ต่างกันในกลุ่มเปรียบเทียบ หรือซ้ำกันเอง",
                  "covariates do not vary among the comparison schools, or repeat one another"),
            todo=Words("ใช้ตัวแปรร่วมน้อยลง", "use fewer covariates"),
        )  # fmt: skip
    beta = np.linalg.solve(gram, (x * control[:, None]).T @ change)
    rest = change - x @ beta
    from_outcome = (control * rest)[:, None] * x @ np.linalg.inv(gram / n)
    from_score = (weight * (treated - score))[:, None] * x @ np.linalg.inv(information / n)
    odds = control * score / (1 - score)
    eta_t, eta_c = (treat @ rest) / treat.sum(), (odds @ rest) / odds.sum()
    part_t = treat * (rest - eta_t) - from_outcome @ (treat @ x / n)
    part_c = odds * (rest - eta_c) + from_score @ ((odds * (rest - eta_c)) @ x / n) - from_outcome @ (odds @ x / n)
    return float(eta_t - eta_c), part_t / treat.sum() - part_c / odds.sum()


def _logit(treated: np.ndarray, x: np.ndarray, weight: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Fitted probabilities and the information matrix, by Newton's method."""
    beta = np.zeros(x.shape[1])
    for _ in range(50):
        score = 1 / (1 + np.exp(-np.clip(x @ beta, -30, 30)))
        information = (x * (weight * score * (1 - score))[:, None]).T @ x
        step = np.linalg.lstsq(information, x.T @ (weight * (treated - score)), rcond=None)[0]
        beta = beta + step
        if np.abs(step).max() < 1e-12 * (1 + np.abs(beta).max()):
            return score, information
    raise CannotEstimate(
        Words("ตัวแปรร่วมแยกโรงเรียนนำร่องออกจากกลุ่มเปรียบเทียบได้หมด",
              "the covariates tell pilot and comparison schools apart completely"),
        todo=Words("ใช้ตัวแปรร่วมน้อยลง", "use fewer covariates"),
    )  # fmt: skip
