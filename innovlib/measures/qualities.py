"""Six learner qualities: the share of pupils rated at level 3 or above, and how far schools' raters differ.

Teachers rate on four ordered levels. The distance between levels is unknown, so levels are counted, never averaged;
the six are different things, so they are never put together; and a rating is no test, so the two are never mixed.
Frames are in the form of the ``qualities`` table.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from innovlib.chance import normal_quantile, t_quantile
from innovlib.errors import BadInput, CannotEstimate, Words
from innovlib.measures import variance
from innovlib.measures.rows import LEVEL, each, need_columns, numbers, result, school_sums, wilson

LEVELS = (1, 2, 3, 4)
_COUNTS = tuple(f"n_level_{i}" for i in LEVELS)
_OF_TESTS = frozenset({"test", "subject", "score", "mean", "n_tested"})


def shares(qualities: pd.DataFrame, *, over: Sequence[str] = ("year_be", "quality"), at_least: int = 3) -> pd.DataFrame:
    """Share of pupils rated at a level or above, with its interval.

    Parameters
    ----------
    over
        Columns whose cells are counted one by one; ``quality`` must be among them.
    at_least
        2, 3 or 4.

    Returns
    -------
    DataFrame
        One row per cell: ``measure`` = share_level_3_up (or the level asked for), estimate 0 to 1, error, interval,
        ``n`` pupils rated, ``n_schools``, ``n_effective``. Missing where nobody was rated.

    Notes
    -----
    One school: Wilson's interval. Several: pupils of one school are rated by the same few teachers, so n is divided by
    the design effect (variance of the share from schools' sums over its binomial variance, never taken below 1) and by
    (t/z)² for the few schools, and Wilson's interval is taken at that effective n. Where all schools say
    everybody, or nobody, each school counts as one rating.

    References
    ----------
    Wilson E. B. (1927), JASA 22, 209-212; Korn E. & Graubard B. (1998), Survey Methodology 24, 193-201 (effective n and
    its degrees of freedom); Brown L., Cai T. & DasGupta A. (2001), Statistical Science 16, 101-133 (why Wilson).

    Examples
    --------
    >>> one = pd.DataFrame({"school_id": ["a"], "year_be": [2567], "quality": ["curious"], "n_rated": [10],
    ...                     "n_level_1": [1], "n_level_2": [4], "n_level_3": [3], "n_level_4": [2]})
    >>> shares(one)[["estimate", "conf_low", "conf_high"]].round(3).values.tolist()
    [[0.5, 0.237, 0.763]]
    """
    if at_least not in LEVELS[1:]:
        raise BadInput(
            Words(f"at_least = {at_least}", f"at_least = {at_least}"), expected=Words("2, 3 หรือ 4", "2, 3 or 4")
        )
    _check(qualities, over)
    columns = list(_COUNTS[at_least - 1 :])
    return each(qualities, over, lambda cell: _share(cell, columns, f"share_level_{at_least}_up"))


def levels(qualities: pd.DataFrame, *, over: Sequence[str] = ("year_be", "quality")) -> pd.DataFrame:
    """Share of pupils at each of the four levels: as :func:`shares`, one row per cell and ``level``; they add up to 1.

    Examples
    --------
    >>> one = pd.DataFrame({"school_id": ["a"], "year_be": [2567], "quality": ["curious"], "n_rated": [10],
    ...                     "n_level_1": [1], "n_level_2": [4], "n_level_3": [3], "n_level_4": [2]})
    >>> levels(one)["estimate"].tolist()
    [0.1, 0.4, 0.3, 0.2]
    """
    _check(qualities, over)

    def one_cell(cell: pd.DataFrame) -> list[dict]:
        return [{"level": i} | _share(cell, [_COUNTS[i - 1]], "share_at_level") for i in LEVELS]

    return each(qualities, over, one_cell)


def raters(qualities: pd.DataFrame, *, over: Sequence[str] = ("year_be", "quality"), at_least: int = 3) -> pd.DataFrame:
    """How far schools differ in their ratings beyond chance: pupils' differences and raters' strictness together.

    Every school rates its own pupils, so strict raters cannot be told from weak pupils; where schools differ much more
    in ratings than in tests, raters are the likelier reason, and schools must not be compared by ratings.

    Returns
    -------
    DataFrame
        One row per cell: ``measure`` = between_share (share of the variance of being at the level or above that lies
        between schools, 0 to 1), error, interval, p for no difference, ``n``, ``n_schools``, ``between_sd`` (SD of
        schools' true shares, 0 to ½). Missing with one school.

    Notes
    -----
    :func:`innovlib.measures.variance.parts` on yes/no values.

    Examples
    --------
    Two schools with 9 of 10 and 1 of 10:

    >>> two = pd.DataFrame({"school_id": list("ab"), "year_be": 2567, "quality": "curious", "n_rated": 10,
    ...                     "n_level_1": 0, "n_level_2": [1, 9], "n_level_3": [9, 1], "n_level_4": 0})
    >>> raters(two)["estimate"].round(2).tolist()
    [0.76]
    """
    _check(qualities, over)
    columns = list(_COUNTS[at_least - 1 :])
    return each(qualities, over, lambda cell: _raters(cell, columns))


def _check(qualities: pd.DataFrame, over: Sequence[str]) -> None:
    """Nothing, or an error: the qualities would be mixed with tests or with one another, or the counts disagree."""
    need_columns(qualities, ["school_id", "quality", "n_rated", *_COUNTS])
    mixed = sorted(_OF_TESTS & set(qualities.columns))
    if mixed:
        raise CannotEstimate(
            Words(f"ตารางนี้มีผลสอบปนอยู่ ({', '.join(mixed)})", f"test results stand in this table ({', '.join(mixed)})"),
            expected=Words("ตาราง qualities อย่างเดียว", "the qualities table alone"),
            todo=Words("แสดงผลสอบและคุณลักษณะแยกกัน ไม่เฉลี่ยรวมกัน", "show tests and qualities apart, never averaged"),
        )
    if "quality" not in over and len(qualities["quality"].unique()) > 1:
        raise CannotEstimate(
            Words("คุณลักษณะหลายด้านจะถูกนำมารวมกัน", "several qualities would be put together"),
            expected=Words("แยกตามด้าน (quality)", "each quality by itself"),
            todo=Words("เพิ่ม quality ใน over", "add quality to over"),
        )
    counts = qualities[list(_COUNTS)].sum(axis=1)
    wrong = qualities[(counts != qualities["n_rated"]).fillna(True).to_numpy(bool)]
    if len(wrong):
        raise BadInput(
            Words(
                f"จำนวนตามระดับรวมแล้วไม่เท่ากับ n_rated ใน {len(wrong)} แถว เช่น โรงเรียน {wrong['school_id'].iloc[0]}",
                f"levels do not add up to n_rated in {len(wrong)} rows, first in school {wrong['school_id'].iloc[0]}",
            ),
            where="qualities.csv",
            todo=Words("แก้จำนวนในแถวเหล่านั้น", "mend the counts in those rows"),
        )


def _sums(cell: pd.DataFrame, columns: list[str]) -> np.ndarray:
    """Pupils at the levels and pupils rated, per school with at least one."""
    yes = sum(numbers(cell, c).to_numpy() for c in columns)
    sums = school_sums(cell["school_id"], {"yes": yes, "n": numbers(cell, "n_rated").to_numpy()})
    return sums[sums[:, 1] > 0]


def _share(cell: pd.DataFrame, columns: list[str], measure: str) -> dict:
    sums = _sums(cell, columns)
    yes, n = sums.sum(axis=0)
    share = yes / n if n else np.nan
    effective, error = _effective(sums, share)
    low, high = wilson(share * effective, effective) if n else (np.nan, np.nan)
    row = result(share, n=n, n_schools=len(sums)) | {"std_error": error, "conf_low": low, "conf_high": high}
    return {"measure": measure} | row | {"n_effective": effective}


def _effective(sums: np.ndarray, share: float) -> tuple[float, float]:
    """How many independent pupils the ratings are worth, and the standard error of the share."""
    schools, n = len(sums), sums[:, 1].sum()
    if schools < 2:
        return float(n), float(np.sqrt(share * (1 - share) / n)) if 0 < share < 1 else np.nan
    if not 0 < share < 1:
        return float(schools), np.nan
    left = sums[:, 0] - share * sums[:, 1]
    clustered = schools / (schools - 1) * (left**2).sum() / n**2
    variance_of_share = max(clustered, share * (1 - share) / n)
    few = (normal_quantile((1 + LEVEL) / 2) / t_quantile((1 + LEVEL) / 2, schools - 1)) ** 2
    return float(share * (1 - share) / variance_of_share * few), float(np.sqrt(variance_of_share))


def _raters(cell: pd.DataFrame, columns: list[str]) -> dict:
    yes, n = _sums(cell, columns).T
    share = yes / n
    found = variance.parts(n, share, n * share * (1 - share))
    return {"measure": "between_share"} | found.row() | {"between_sd": found.between**0.5}
