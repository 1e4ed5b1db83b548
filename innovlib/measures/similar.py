"""Similar schools: which schools a school may fairly be set beside, and how far its difference can be believed."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from innovlib.chance import normal_below
from innovlib.errors import UnknownName, Words, did_you_mean

#: Context that a school does not choose. Each is put on one scale (SDs) and counts the same.
CONTEXT = ("log_enrolment", "share_other_language", "share_poor", "is_highland")
#: How many similar schools are named.
N_SIMILAR = 15
#: Fewer than this and no comparison is made: their middle half would be two schools.
SMALLEST_GROUP = 5


def context(schools: pd.DataFrame, *, earlier: pd.Series | None = None) -> pd.DataFrame:
    """The context of each school as numbers on one scale (distance from the median in SDs), indexed by ``school_id``.

    Columns with no spread or no values are left out, so that an area that lacks one piece of context still compares on
    the rest. A school's missing value stays missing. ``earlier`` adds results from before anybody joined
    (:func:`innovlib.measures.earlier.earlier_results`) as one more piece.
    """
    raw = pd.DataFrame(index=pd.Index(schools["school_id"], name="school_id"))
    enrolment = schools["enrolment"].astype("Float64").to_numpy(dtype=float, na_value=np.nan)
    raw["log_enrolment"] = np.log(np.where(enrolment > 0, enrolment, np.nan))
    for column in ("share_other_language", "share_poor", "is_highland"):
        raw[column] = schools[column].astype("Float64").to_numpy(dtype=float, na_value=np.nan)
    if earlier is not None:
        raw["earlier_results"] = earlier.reindex(raw.index).astype(float)
    filled = raw.dropna(axis="columns", how="all")
    spread = filled.std()
    kept = filled.loc[:, spread > 0]
    return (kept - kept.median()) / kept.std()


def similar_schools(
    schools: pd.DataFrame, *, school_id: str, k: int = N_SIMILAR, earlier: pd.Series | None = None
) -> pd.DataFrame:
    """The k schools whose context is nearest to one school's, nearest first.

    Where there are enough of them, only schools that end with the same grade are candidates: one that reaches ม.3 is
    another kind of school. Distance is the root mean square difference over the pieces of context that both schools
    have (Euclidean on scaled variables); ties go by school id. The list is not a judgement: its names are printed so
    that a head can object.

    Parameters
    ----------
    schools
        The area's schools table.
    school_id
        The school in question.
    k
        How many to return.
    earlier
        Results from before anybody joined (:func:`innovlib.measures.earlier.earlier_results`), to count like a fifth
        piece of context. Later results are never used: matching on what joining may have changed would hide it.

    Returns
    -------
    DataFrame
        ``school_id``, ``name_th``, ``district``, ``distance`` (in SDs of context). Empty where the context of the
        school or of the area is unknown, or where fewer than five schools can be compared.

    Raises
    ------
    UnknownName
        No school has this id.
    """
    if school_id not in set(schools["school_id"]):
        raise UnknownName(
            Words(f"ไม่มีโรงเรียนรหัส {school_id}", f"no school {school_id}"),
            todo=did_you_mean(str(school_id), schools["school_id"]),
        )
    return named(neighbours(schools, school_ids=[school_id], k=k, earlier=earlier), schools)


def named(near: pd.DataFrame, schools: pd.DataFrame) -> pd.DataFrame:
    """One school's rows of :func:`neighbours` as :func:`similar_schools` gives them, with names and districts."""
    near = near[["similar_id", "distance"]].set_axis(["school_id", "distance"], axis="columns")
    found = near.merge(schools[["school_id", "name_th", "district"]], on="school_id", how="left")
    return found[["school_id", "name_th", "district", "distance"]]


def neighbours(
    schools: pd.DataFrame, *, school_ids: Sequence[str], k: int = N_SIMILAR, earlier: pd.Series | None = None
) -> pd.DataFrame:
    """The similar schools of many schools at once (:func:`similar_schools`).

    Returns
    -------
    DataFrame
        ``school_id``, ``similar_id``, ``distance``; for each school its k nearest, nearest first. Schools that have no
        comparison have no row.
    """
    z = context(schools, earlier=earlier).sort_index()  # by id, so that a stable sort by distance breaks ties by id
    ids, values, places = z.index.to_numpy(), z.to_numpy(dtype=float), {i: at for at, i in enumerate(z.index)}
    grade = schools.set_index("school_id")["highest_grade"].reindex(z.index)
    grade = grade.astype("str").where(grade.notna(), None).to_numpy(dtype=object)
    found = [_nearest(values, grade, at=places[i], k=k) for i in school_ids] if z.shape[1] else []
    sizes = [len(near) for near, _ in found]
    empty = [np.array([], dtype=float)]
    return pd.DataFrame(
        {
            "school_id": np.repeat(np.asarray(list(school_ids), dtype=object)[: len(found)], sizes).astype(str),
            "similar_id": ids[np.concatenate([near for near, _ in found] or empty).astype(int)].astype(str),
            "distance": np.concatenate([distance for _, distance in found] or empty),
        }
    ).astype({"school_id": "str", "similar_id": "str"})


def _nearest(z: np.ndarray, grade: np.ndarray, *, at: int, k: int) -> tuple[np.ndarray, np.ndarray]:
    """Places and distances of the k schools nearest to the one at ``at``; none where fewer than five compare."""
    squares = (z - z[at]) ** 2
    known = np.isfinite(squares)
    share = known.mean(axis=1)
    # At least half of the context must be known of both, otherwise "near" means only "unknown".
    usable = share >= 0.5
    usable[at] = False
    same_kind = usable & (grade == grade[at]) if grade[at] is not None else usable & False
    places = np.flatnonzero(same_kind if same_kind.sum() >= SMALLEST_GROUP else usable)
    distance = np.sqrt(np.where(known, squares, 0.0).sum(axis=1)[places] / known.sum(axis=1)[places])
    order = np.argsort(distance, kind="stable")[:k]
    return (places[order], distance[order]) if len(places) >= SMALLEST_GROUP else (places[:0], distance[:0])


def between_variance(gaps: np.ndarray, variances: np.ndarray) -> float:
    """Variance between schools beyond chance, by Paule and Mandel's moment equation.

    Solves Σ (y_i − ȳ_w)² / (v_i + τ²) = k − 1 for τ² ≥ 0, with ȳ_w the mean weighted by 1 / (v_i + τ²).

    Parameters
    ----------
    gaps, variances
        One value per school and its sampling variance; missing pairs are left out.

    Returns
    -------
    float
        τ² in squared units of ``gaps``; 0 where the spread is no more than chance gives; missing below three schools.

    References
    ----------
    Paule, R. C. and Mandel, J. (1982), Journal of Research of the National Bureau of Standards 87(5), 377–385.

    Examples
    --------
    >>> round(between_variance(np.array([1.0, -1.0, 3.0, -3.0]), np.full(4, 1.0)), 2)
    5.67
    """
    y, v = np.asarray(gaps, dtype=float), np.asarray(variances, dtype=float)
    known = np.isfinite(y) & np.isfinite(v) & (v > 0)
    y, v = y[known], v[known]
    if len(y) < 3:
        return float("nan")

    def excess(tau2: float) -> float:
        w = 1 / (v + tau2)
        return float(np.sum(w * (y - np.average(y, weights=w)) ** 2) - (len(y) - 1))

    if excess(0.0) <= 0:
        return 0.0
    low, high = 0.0, float(np.var(y)) + 1e-12
    while excess(high) > 0:
        high *= 2
    for _ in range(80):
        middle = (low + high) / 2
        low, high = (middle, high) if excess(middle) > 0 else (low, middle)
    return (low + high) / 2


def shrunken(gaps, variances, *, tau2: float) -> pd.DataFrame:
    """Differences pulled towards the average of their kind, by how much chance there is in each.

    With reliability B = τ² / (τ² + v): posterior mean B·y, variance B·v, P(above) = Φ(mean / sd). Where τ² is 0
    nothing can be told apart and P(above) is one half.

    Returns
    -------
    DataFrame
        ``shrunken``, ``posterior_sd``, ``reliability``, ``p_above``; missing where the input is.

    References
    ----------
    Efron, B. and Morris, C. (1975), Journal of the American Statistical Association 70(350), 311–319.

    Examples
    --------
    >>> shrunken([4.0], [4.0], tau2=4.0).round(3).to_dict("records")
    [{'shrunken': 2.0, 'posterior_sd': 1.414, 'reliability': 0.5, 'p_above': 0.921}]
    """
    y, v = np.atleast_1d(np.asarray(gaps, dtype=float)), np.atleast_1d(np.asarray(variances, dtype=float))
    reliability = tau2 / (tau2 + v)
    mean, sd = reliability * y, np.sqrt(reliability * v)
    with np.errstate(invalid="ignore", divide="ignore"):
        p_above = np.where(sd > 0, normal_below(mean / sd), np.where(np.isfinite(y + v + tau2), 0.5, np.nan))
    return pd.DataFrame({"shrunken": mean, "posterior_sd": sd, "reliability": reliability, "p_above": p_above})
