"""Rows of results: how every measure of this room becomes a tidy frame, and where its standard error comes from.

Pupils of one school resemble each other, so the school is the unit that is left out, never the pupil.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

import numpy as np
import pandas as pd

from innovlib.chance import normal_quantile, t_quantile, t_two_sided
from innovlib.errors import BadInput, CannotEstimate, UnknownName, Words, did_you_mean
from innovlib.measures.outcomes import CELL

#: Columns of every result, in this order, after the columns that say whose result it is.
RESULT = ("estimate", "std_error", "conf_low", "conf_high", "p_value", "n", "n_schools")

LEVEL = 0.95


def each(
    frame: pd.DataFrame, over: Sequence[str], measure: Callable[[pd.DataFrame], dict | list[dict]]
) -> pd.DataFrame:
    """One measure for each cell of a frame, as a tidy frame.

    Parameters
    ----------
    frame
        The data; rows with a missing value in ``over`` make a cell of their own, none is dropped.
    over
        Columns that make the cells; empty for the whole frame as one cell.
    measure
        Takes a cell and gives one row or several, as dictionaries.

    Examples
    --------
    >>> pets = pd.DataFrame({"kind": ["cat", "cat", "dog"]})
    >>> each(pets, ["kind"], lambda cell: {"n": len(cell)}).to_dict("records")
    [{'kind': 'cat', 'n': 2}, {'kind': 'dog', 'n': 1}]
    """
    need_columns(frame, over)
    over = list(over)
    cells = frame.groupby(over, dropna=False, observed=True, sort=True) if over else [((), frame)]
    rows = []
    for names, cell in cells:
        found = measure(cell)
        label = dict(zip(over, names, strict=True))
        rows += [label | row for row in ([found] if isinstance(found, dict) else found)]
    return pd.DataFrame(rows, columns=None if rows else [*over, *RESULT])


def result(
    estimate: float,
    *,
    std_error: float = np.nan,
    df: float = np.inf,
    null: float | None = None,
    n: int,
    n_schools: int,
    bounds: tuple[float, float] = (-np.inf, np.inf),
    level: float = LEVEL,
) -> dict:
    """One row of a result with a Student t interval and, where ``null`` is given, the two-sided p of that value.

    Without a finite standard error, or with fewer than 1 degree of freedom, interval and p are missing. An interval
    does not leave the ``bounds`` of what the estimate can be.

    Examples
    --------
    >>> row = result(1.0, std_error=0.5, null=0.0, n=40, n_schools=8)
    >>> round(row["conf_low"], 2), round(row["p_value"], 3)
    (0.02, 0.046)
    """
    if not np.isfinite(std_error) or not df >= 1:
        std_error = np.nan
    reach = t_quantile((1 + level) / 2, df) * std_error if df >= 1 else np.nan
    p_value = np.nan
    if null is not None and std_error > 0:
        p_value = t_two_sided((estimate - null) / std_error, df)
    low, high = np.clip([estimate - reach, estimate + reach], *bounds)
    values = (estimate, std_error, low, high, p_value)
    return dict(zip(RESULT, [*map(float, values), int(n), int(n_schools)], strict=True))


def jackknife(sums: np.ndarray, statistic: Callable[[np.ndarray], np.ndarray]) -> tuple[float, float]:
    """An estimate from schools' sums, and its standard error by leaving out one school at a time.

    ``SE² = (G − 1)/G · Σ (θ₋ᵍ − mean of θ₋ᵍ)²`` over the G schools.

    Parameters
    ----------
    sums
        One row per school, one column per sum (n, Σy, Σy² …); everything the statistic needs must be a sum.
    statistic
        Takes an array whose last axis holds the sums, gives the value for each.

    Returns
    -------
    estimate, std_error
        The error is missing with fewer than two schools, or where the statistic does not exist without one of them.

    References
    ----------
    Efron B. & Stein C. (1981), The jackknife estimate of variance, Annals of Statistics 9, 586-596; Bell R. & McCaffrey
    D. (2002), Survey Methodology 28, 169-181, on why leaving out clusters is safe with few of them.

    Examples
    --------
    The mean of three schools' means is 2; for a mean the jackknife gives sd/√G exactly:

    >>> jackknife(np.array([[1, 1.0], [1, 2.0], [1, 3.0]]), lambda s: s[..., 1] / s[..., 0])
    (2.0, 0.5773502691896257)
    """
    sums = np.asarray(sums, dtype=float)
    total, schools = sums.sum(axis=0), len(sums)
    with np.errstate(divide="ignore", invalid="ignore"):
        estimate = float(statistic(total))
        if schools < 2:
            return estimate, np.nan
        without = np.asarray(statistic(total - sums), dtype=float)
    if not np.isfinite(without).all():
        return estimate, np.nan
    return estimate, float(np.sqrt((schools - 1) / schools * ((without - without.mean()) ** 2).sum()))


def school_sums(schools: pd.Series, columns: dict[str, np.ndarray]) -> np.ndarray:
    """Sums per school (rows, in order of first appearance) of some columns."""
    codes, names = pd.factorize(schools)
    return np.column_stack(
        [np.bincount(codes, weights=np.asarray(c, float), minlength=len(names)) for c in columns.values()]
    )


def wilson(successes: float, n: float, *, level: float = LEVEL) -> tuple[float, float]:
    """Score interval of a share, without continuity correction; missing for n = 0.

    ``(p + z²/2n ± z √(p(1−p)/n + z²/4n²)) / (1 + z²/n)``. ``n`` may be an effective number.

    References
    ----------
    Wilson E. B. (1927), JASA 22, 209-212; Newcombe R. G. (1998), Statistics in Medicine 17, 857-872, method 3.

    Examples
    --------
    Newcombe's Table I: 81 of 263 gives .2553 to .3662, 0 of 20 gives 0 to .1611.

    >>> [round(x, 4) for x in wilson(81, 263)], [round(x, 4) for x in wilson(0, 20)]
    ([0.2553, 0.3662], [0.0, 0.1611])
    """
    if not n > 0:
        return np.nan, np.nan
    z2, p = normal_quantile((1 + level) / 2) ** 2, successes / n
    centre = (p + z2 / (2 * n)) / (1 + z2 / n)
    reach = np.sqrt(z2) * np.sqrt(p * (1 - p) / n + z2 / (4 * n * n)) / (1 + z2 / n)
    # The share itself is always inside; rounding would put 0 of n a hair above 0.
    return float(max(0.0, min(p, centre - reach))), float(min(1.0, max(p, centre + reach)))


# --- what a measure may be asked for ------------------------------------------------------------------------------


def need_columns(frame: pd.DataFrame, columns: Iterable[str]) -> None:
    """Nothing, or an error that names the first column that is not there."""
    for column in columns:
        if column not in frame.columns:
            raise UnknownName(
                Words(f"ไม่มีคอลัมน์ {column} ในตารางที่ส่งมา", f"the frame has no column {column}"),
                todo=did_you_mean(str(column), map(str, frame.columns))
                or Words("ดูชื่อคอลัมน์ใน data/dictionary.csv", "look the column up in data/dictionary.csv"),
            )


def paper(frame: pd.DataFrame, over: Sequence[str] | None, *, value: str) -> list[str]:
    """The columns to split by: as asked, else the paper (year, test, grade, subject).

    Raises
    ------
    CannotEstimate
        Raw scores of several papers would be put together: papers differ by 10 points and more between years.
    """
    if over is None:
        return [c for c in CELL if c in frame.columns]
    apart = [c for c in CELL if c in frame.columns and c not in over]
    keys = frame[[*over, *apart]].drop_duplicates() if value == "score" and apart else frame.iloc[:0]
    mixed = len(keys) > 1 if not over else bool(len(keys)) and keys.duplicated(list(over)).any()
    if mixed:
        raise CannotEstimate(
            Words(
                f"คะแนนดิบจากหลายฉบับถูกนำมารวมกัน ({', '.join(apart)})",
                f"raw scores of different papers would be put together ({', '.join(apart)})",
            ),
            expected=Words("ปี การทดสอบ ชั้น และวิชาเดียวกัน", "one year, test, grade and subject"),
            todo=Words("แยกตามคอลัมน์เหล่านั้น หรือใช้คะแนนมาตรฐาน", "split by those columns, or use a standardised score"),
        )
    return list(over)


def numbers(frame: pd.DataFrame, column: str) -> pd.Series:
    """A column as floats with NaN for missing; an error where it holds words."""
    need_columns(frame, [column])
    cells = frame[column]
    if not (pd.api.types.is_numeric_dtype(cells) or pd.api.types.is_bool_dtype(cells)):
        raise BadInput(
            Words(f"คอลัมน์ {column} ไม่ใช่ตัวเลข", f"column {column} does not hold numbers"),
            expected=Words("ตัวเลขตามพจนานุกรมข้อมูล", "numbers, as the data dictionary says"),
        )
    return cells.astype("Float64").astype("float64") if cells.dtype.kind not in "fiu" else cells.astype("float64")


def weights(frame: pd.DataFrame, weight: str | None) -> np.ndarray:
    """Weights with mean 1, all 1 where no column is named; missing or negative ones are an error."""
    if weight is None:
        return np.ones(len(frame))
    w = numbers(frame, weight).to_numpy()
    if not (np.isfinite(w).all() and (w >= 0).all() and w.sum() > 0):
        raise BadInput(
            Words(f"น้ำหนัก {weight} ขาดหายหรือติดลบ", f"weights in {weight} are missing or negative"),
            expected=Words("จำนวนบวกทุกแถว", "a number of at least 0 in every row"),
        )
    return w / w.mean()


def usable(cell: pd.DataFrame, columns: Iterable[str]) -> tuple[pd.DataFrame, int]:
    """The rows in which none of the columns is missing, and how many others there were."""
    whole = cell[list(columns)].notna().all(axis=1)
    return cell[whole], int((~whole).sum())


#: Columns that hold scores, whose zero is arbitrary, and columns that only tables of tests have.
SCORES = frozenset({"score", "mean", "sd", "z", "gap"})
OF_A_TEST = frozenset({"test", "subject"})


def refuse_unless_amount(frame: pd.DataFrame, value: str) -> None:
    """Nothing, or an error: an index that divides by the mean would be taken of test scores or of negative amounts."""
    yes_no = pd.api.types.is_bool_dtype(frame[value]) or frame[value].dropna().isin([0, 1]).all()
    if value in SCORES or (OF_A_TEST & set(frame.columns) and not yes_no):
        raise CannotEstimate(
            Words(f"{value} เป็นคะแนนสอบ ซึ่งไม่มีศูนย์แท้", f"{value} is a test score, which has no natural zero"),
            expected=Words("เงิน จำนวนนับ หรือใช่/ไม่ใช่", "money, a count, or yes and no"),
            todo=Words(
                "ใช้ inequality.gap, spread หรือ between_share กับคะแนน",
                "use inequality.gap, spread or between_share for scores",
            ),
        )
    if (numbers(frame, value) < 0).any():
        raise CannotEstimate(
            Words(f"{value} มีค่าติดลบ", f"{value} holds negative amounts"),
            expected=Words("เงินหรือจำนวนนับที่ไม่ติดลบ", "money or counts of at least 0"),
            todo=Words("ตรวจค่าติดลบกับต้นฉบับ", "check the negative amounts against the source"),
        )
