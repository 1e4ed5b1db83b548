"""How free schools are: a profile by domain, by the rules and in fact, then one index; and how far to trust answers.

Scale of every item, 0 to 4: the centre decides, the school is consulted, decides within a framework, decides after
consulting, decides alone. The four domains are those of the National Education Act B.E. 2542, section 39; the axis is
that of the OECD's locus of decision-making (Education at a Glance 2018, indicator D6). Frames are in the form of the
``autonomy`` table. The items are fixed in advance, so the uncertainty is that of schools and respondents, not of items.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from innovlib import terms
from innovlib.chance import f_quantile, t_quantile, t_two_sided
from innovlib.errors import BadInput, Words
from innovlib.measures import variance
from innovlib.measures.rows import LEVEL, RESULT, each, need_columns, numbers, result

ASPECTS = ("de_jure", "de_facto", "gap")
_COLUMNS = ("school_id", "domain", "item", "respondent_role", "de_jure", "de_facto")


def index_weights(weights: Mapping[str, float] | None = None) -> pd.DataFrame:
    """The weights of the index as a table: one row per domain with its label and weight.

    Without ``weights`` the four domains count alike. Item-response models and principal components gain nothing at
    these numbers of schools, and their weights would change with every year's data.

    Raises
    ------
    BadInput
        A domain is missing or unknown, a weight is negative, or they do not add up to 1.

    Examples
    --------
    >>> index_weights()["weight"].tolist()
    [0.25, 0.25, 0.25, 0.25]
    """
    given = dict.fromkeys(terms.DOMAINS, 1 / len(terms.DOMAINS)) if weights is None else dict(weights)
    if set(given) != set(terms.DOMAINS) or min(given.values()) < 0 or abs(sum(given.values()) - 1) > 1e-9:
        raise BadInput(
            Words(f"น้ำหนักของดัชนี {given}", f"index weights {given}"),
            expected=Words(
                f"น้ำหนักไม่ติดลบของ {', '.join(terms.DOMAINS)} รวมกันได้ 1",
                f"weights of at least 0 for {', '.join(terms.DOMAINS)} that add up to 1",
            ),
        )
    labels = [terms.LABELS[d] for d in terms.DOMAINS]
    return pd.DataFrame(
        {
            "domain": terms.DOMAINS,
            "label_th": [w.th for w in labels],
            "label_en": [w.en for w in labels],
            "weight": [float(given[d]) for d in terms.DOMAINS],
        }
    )


def profile(autonomy: pd.DataFrame, *, over: Sequence[str] = ("year_be",)) -> pd.DataFrame:
    """Autonomy by domain: what the order grants, what the school really does, and the gap between them.

    Parameters
    ----------
    over
        Columns whose cells are described one by one. With ``school_id`` among them the answers of that school's
        respondents are the units, otherwise the schools are.

    Returns
    -------
    DataFrame
        One row per cell × ``domain`` × ``aspect`` (de_jure, de_facto, gap): ``measure`` = autonomy_0_4, estimate (0 to
        4; gap −4 to 4, below 0 = the school does less than it may), error, interval, p (of the gap, for 0), ``n``
        answers, ``n_schools``, ``n_respondents`` (roles that answered, summed over schools), ``n_items``, ``unit``
        (school or respondent). A domain with no answers has a missing estimate and n = 0.

    Notes
    -----
    Each item is averaged over the respondents of a unit, then each domain over its items, then over units: a school
    with many respondents counts once. The gap uses the answers that give both sides. Error sd/√k over the k units,
    Student t with k − 1 degrees of freedom, cut at the ends of the scale; none with one unit.

    Examples
    --------
    Two schools, one item: allowed 4 and 4, done 1 and 3.

    >>> two = pd.DataFrame({"school_id": ["a", "b"], "year_be": 2567, "domain": "budget", "item": "b1",
    ...                     "respondent_role": "head", "de_jure": [4, 4], "de_facto": [1, 3]})
    >>> p = profile(two)
    >>> p[p["domain"] == "budget"][["aspect", "estimate", "n_schools"]].values.tolist()
    [['de_jure', 4.0, 2], ['de_facto', 2.0, 2], ['gap', -2.0, 2]]
    """
    need_columns(autonomy, _COLUMNS)
    answers = _long(autonomy, over)
    rows = _described(_unit_means(answers, over), answers, autonomy, [*over, "domain", "aspect"])
    rows.insert(len(over) + 2, "measure", "autonomy_0_4")
    return rows


def _unit(over: Sequence[str]) -> str:
    return "respondent_role" if "school_id" in over else "school_id"


def _long(autonomy: pd.DataFrame, over: Sequence[str]) -> pd.DataFrame:
    """One row per answer and aspect that it says something of, with the number in ``value``."""
    fact, rule = numbers(autonomy, "de_facto"), numbers(autonomy, "de_jure")
    values = {"de_jure": rule, "de_facto": fact, "gap": fact - rule}
    need_columns(autonomy, over)
    cells = autonomy[list(dict.fromkeys([*over, "school_id", "respondent_role", "domain", "item"]))]
    return pd.concat([cells.assign(aspect=a, value=v)[v.notna()] for a, v in values.items()], ignore_index=True)


def _unit_means(answers: pd.DataFrame, over: Sequence[str]) -> pd.Series:
    """Mean of each domain's item means, for each cell, aspect and unit; only what was answered."""
    keys = list(dict.fromkeys([*over, "aspect", _unit(over), "domain"]))
    items = answers.groupby([*keys, "item"], observed=True, dropna=False)["value"].mean()
    return items.groupby(level=keys, observed=True, dropna=False).mean()


def _described(units: pd.Series, answers: pd.DataFrame, autonomy: pd.DataFrame, by: list[str]) -> pd.DataFrame:
    """Mean, error and interval over the units of each cell ``by``, and how many answers stand behind it."""
    over = [c for c in by if c not in ("domain", "aspect")]
    grid = _every(autonomy, over, by)
    spread = units.groupby(level=by, observed=True, dropna=False).agg(estimate="mean", sd="std", k="size")
    found = grid.merge(spread.reset_index(), on=by, how="left").merge(_counts(answers, by), on=by, how="left")
    k, gap = found["k"].fillna(0), found["aspect"] == "gap"
    error = found["sd"] / np.sqrt(k.where(k > 1))
    reach = t_quantile((1 + LEVEL) / 2, (k - 1).where(k > 1)) * error
    t = found["estimate"].abs() / error.where(error > 0)
    out = found[by].assign(
        estimate=found["estimate"],
        std_error=error,
        conf_low=(found["estimate"] - reach).clip(lower=np.where(gap, -4.0, 0.0)),
        conf_high=(found["estimate"] + reach).clip(upper=4.0),
        p_value=np.where(gap, t_two_sided(t, k - 1), np.nan),
    )
    sizes = found[["n", "n_schools", "n_respondents", "n_items"]].fillna(0).astype(int)
    return pd.concat([out, sizes], axis="columns").assign(unit=_unit(over).removesuffix("_role").removesuffix("_id"))


def _every(autonomy: pd.DataFrame, over: list[str], by: list[str]) -> pd.DataFrame:
    """Every cell with every domain and aspect, answered or not, in print order."""
    cells = autonomy[over].drop_duplicates().sort_values(over) if over else pd.DataFrame(index=[0])
    for name, values in (("domain", terms.DOMAINS), ("aspect", ASPECTS)):
        cells = cells.merge(pd.DataFrame({name: list(values)}), how="cross") if name in by else cells
    return cells[by]


def _counts(answers: pd.DataFrame, by: list[str]) -> pd.DataFrame:
    """Answers, schools, roles that answered (summed over schools) and items of each cell."""
    cells = answers.groupby(by, observed=True, dropna=False)
    people = answers.drop_duplicates([*by, *(c for c in ("school_id", "respondent_role") if c not in by)])
    roles = people.groupby(by, observed=True, dropna=False).size().rename("n_respondents")
    schools = answers["school_id"].groupby([answers[c] for c in by], observed=True, dropna=False).nunique()
    sizes = cells.agg(n=("value", "size"), n_items=("item", "nunique"))
    return sizes.assign(n_schools=schools, n_respondents=roles).reset_index()


def index(
    autonomy: pd.DataFrame, *, over: Sequence[str] = ("year_be",), weights: Mapping[str, float] | None = None
) -> pd.DataFrame:
    """One index of autonomy: the mean of the four domain means, with the weights of :func:`index_weights`.

    Read the profile first: schools that are free in different domains can have one index.

    Returns
    -------
    DataFrame
        One row per cell × ``aspect``, columns as in :func:`profile` and ``n_left_out``: units that answered nothing in
        a domain with weight and so have no index.

    Examples
    --------
    Domains at 4, 2, 1 and 1: the index is 2.

    >>> one = pd.DataFrame({"school_id": "a", "year_be": 2567, "domain": list(terms.DOMAINS), "item": "i",
    ...                     "respondent_role": "head", "de_jure": 4, "de_facto": [4, 2, 1, 1]})
    >>> index(one).set_index("aspect")["estimate"].to_dict()
    {'de_jure': 4.0, 'de_facto': 2.0, 'gap': -2.0}
    """
    need_columns(autonomy, _COLUMNS)
    weight = index_weights(weights).set_index("domain")["weight"]
    weight, answers = weight[weight > 0], _long(autonomy, over)
    means = _unit_means(answers, over).unstack("domain").reindex(columns=weight.index)
    whole, by = means.dropna(), [*over, "aspect"]
    rows = _described(whole @ weight, answers, autonomy, by)
    rows.insert(len(over) + 1, "measure", "autonomy_index_0_4")
    left_out = (means.isna().any(axis="columns")).groupby(level=by, observed=True, dropna=False).sum()
    left_out = left_out.rename("n_left_out").reset_index()
    return rows.merge(left_out, on=by, how="left").fillna({"n_left_out": 0}).astype({"n_left_out": int})


# --- how far the answers can be trusted ----------------------------------------------------------------------------


def _answers(cell: pd.DataFrame, aspect: str) -> pd.DataFrame:
    """The answers that say something of an aspect, with the number in ``value``."""
    fact = numbers(cell, "de_facto" if aspect == "gap" else aspect)
    value = fact - numbers(cell, "de_jure") if aspect == "gap" else fact
    return cell.assign(value=value)[value.notna()]


def alpha(autonomy: pd.DataFrame, *, aspect: str = "de_facto", over: Sequence[str] = ("year_be",)) -> pd.DataFrame:
    """Cronbach's alpha of the items over schools, with Feldt's interval: do the items measure one thing?

    Returns
    -------
    DataFrame
        One row per cell: ``measure`` = alpha, ``aspect``, estimate (1 at most), interval, ``n_schools`` (= ``n``) that
        answered every item, ``n_items``, ``n_left_out`` schools. Missing with fewer than 2 schools or items, or where
        all schools have the same total. ``std_error`` and ``p_value`` are missing: the interval is not symmetric.

    Notes
    -----
    ``α = k/(k − 1) · (1 − Σ var(item)/var(total))``, items averaged over a school's respondents. Interval: see
    :func:`feldt`. From 13 schools alpha ranges by chance from about .5 to .87 where the truth is .75: it is never to be
    quoted without its interval.

    References
    ----------
    Cronbach L. J. (1951), Psychometrika 16, 297-334, eq. 2.

    Examples
    --------
    Items 1, 2, 3 and 1, 3, 2: variances 1 and 1, total 3, so α = 2 (1 − 2/3).

    >>> three = pd.DataFrame({"school_id": list("abcabc"), "year_be": 2567, "domain": "budget", "item": list("pppqqq"),
    ...                       "respondent_role": "head", "de_jure": 4, "de_facto": [1, 2, 3, 1, 3, 2]})
    >>> alpha(three)["estimate"].round(4).tolist()
    [0.6667]
    """
    need_columns(autonomy, _COLUMNS)
    return each(autonomy, over, lambda cell: _alpha(cell, aspect))


def _alpha(cell: pd.DataFrame, aspect: str) -> dict:
    items = _answers(cell, aspect).groupby(["school_id", "domain", "item"], observed=True)["value"].mean()
    wide = items.unstack(["domain", "item"])
    whole = wide.dropna()
    schools, k = whole.shape
    spread = float(whole.sum(axis=1).var(ddof=1)) if schools > 1 else 0.0
    estimate = k / (k - 1) * (1 - float(whole.var(ddof=1).sum()) / spread) if k > 1 and spread > 0 else np.nan
    low, high = feldt(estimate, n_items=k, n=schools)
    row = result(estimate, n=schools, n_schools=schools) | {"conf_low": low, "conf_high": high}
    return {"measure": "alpha", "aspect": aspect} | row | {"n_items": k, "n_left_out": len(wide) - schools}


def feldt(estimate: float, *, n_items: int, n: int, level: float = LEVEL) -> tuple[float, float]:
    """Feldt's interval of coefficient alpha from ``n`` schools and ``n_items`` items.

    ``1 − (1 − α) F`` with F the upper and lower quantiles of the F distribution with n − 1 and (n − 1)(k − 1) degrees
    of freedom.

    References
    ----------
    Feldt L., Woodruff D. & Salih F. (1987), Applied Psychological Measurement 11, 93-103, eq. 6 and 7, p. 95.

    Examples
    --------
    >>> [round(x, 2) for x in feldt(0.79, n_items=26, n=41, level=0.90)]
    [0.7, 0.86]
    """
    if not np.isfinite(estimate) or n < 2 or n_items < 2:
        return np.nan, np.nan
    df = n - 1, (n - 1) * (n_items - 1)
    high, low = f_quantile(np.array([1 + level, 1 - level]) / 2, *df)
    return float(1 - (1 - estimate) * high), float(1 - (1 - estimate) * low)


def roles(
    autonomy: pd.DataFrame,
    *,
    aspect: str = "de_facto",
    reference: str = "head",
    over: Sequence[str] = ("year_be",),
) -> pd.DataFrame:
    """Do teachers, boards and others see the same freedom as the head? Differences within schools and items.

    Returns
    -------
    DataFrame
        One row per cell and other role: ``measure`` = role_difference, ``aspect``, ``role``, ``reference``, estimate
        (points of the 0–4 scale; below 0 = the role sees less freedom), error, interval, p for 0, ``n`` items answered
        by both, ``n_schools``, ``n_respondents``. No rows where the reference or everybody else did not answer.

    Notes
    -----
    Differences are taken item by item inside a school, averaged for the school, then over schools; Student t with G − 1
    degrees of freedom.

    Examples
    --------
    >>> pair = pd.DataFrame({"school_id": list("aabb"), "year_be": 2567, "domain": "budget", "item": "b1",
    ...                      "respondent_role": ["head", "teacher"] * 2, "de_jure": 4, "de_facto": [3, 2, 4, 1]})
    >>> roles(pair)[["role", "estimate"]].values.tolist()
    [['teacher', -2.0]]
    """
    need_columns(autonomy, _COLUMNS)
    found = each(autonomy, over, lambda cell: _roles(cell, aspect, reference))
    return found if len(found) else pd.DataFrame(columns=[*over, "measure", "aspect", "role", "reference", *RESULT])


def _roles(cell: pd.DataFrame, aspect: str, reference: str) -> list[dict]:
    wide = _answers(cell, aspect).pivot_table(
        index=["school_id", "domain", "item"], columns="respondent_role", values="value", observed=True
    )
    rows = []
    for role in [r for r in terms.ROLES if r in wide and r != reference and reference in wide]:
        both = (wide[role] - wide[reference]).dropna()
        schools = both.groupby(level="school_id").mean()
        k = len(schools)
        error = float(schools.std(ddof=1) / np.sqrt(k)) if k > 1 else np.nan
        row = result(float(schools.mean()), std_error=error, df=k - 1, null=0.0, n=len(both), n_schools=k)
        labels = {"measure": "role_difference", "aspect": aspect, "role": role, "reference": reference}
        rows.append(labels | row | {"n_respondents": 2 * k})
    return rows


def reliability(
    autonomy: pd.DataFrame, *, aspect: str = "de_facto", over: Sequence[str] = ("year_be",)
) -> pd.DataFrame:
    """How much of the difference between answers lies between schools, for one respondent and for all together.

    Returns
    -------
    DataFrame
        Two rows per cell: ``measure`` = one_respondent (share of variance between schools) and all_respondents (the
        same for the mean of a school's respondents, Spearman-Brown with their harmonic mean number); estimate 0 to 1,
        interval, ``n`` respondents, ``n_schools``, ``n_respondents``.

    Notes
    -----
    Each respondent's answers are averaged (items, then domains), then split by
    :func:`innovlib.measures.variance.parts`; ``r_k = k r/(1 + (k − 1) r)``.

    References
    ----------
    Shrout P. E. & Fleiss J. L. (1979), Psychological Bulletin 86, 420-428, ICC(1,1) and ICC(1,k).

    Examples
    --------
    >>> four = pd.DataFrame({"school_id": list("aabb"), "year_be": 2567, "domain": "budget", "item": "b1",
    ...                      "respondent_role": ["head", "teacher"] * 2, "de_jure": 4, "de_facto": [0, 1, 3, 4]})
    >>> reliability(four)[["measure", "estimate"]].round(3).values.tolist()
    [['one_respondent', 0.895], ['all_respondents', 0.944]]
    """
    need_columns(autonomy, _COLUMNS)
    return each(autonomy, over, lambda cell: _reliability(cell, aspect))


def _reliability(cell: pd.DataFrame, aspect: str) -> list[dict]:
    people = ["school_id", "respondent_role"]
    items = _answers(cell, aspect).groupby([*people, "domain", "item"], observed=True)["value"].mean()
    answers = items.groupby(level=[*people, "domain"]).mean().groupby(level=people).mean()
    school = answers.index.get_level_values("school_id").to_series(index=answers.index)
    one = variance.parts(*variance.by_school(answers, school)).row()
    k = len(set(school)) / (1 / school.value_counts()).sum() if len(school) else np.nan
    together = one | {name: k * one[name] / (1 + (k - 1) * one[name]) for name in ("estimate", "conf_low", "conf_high")}
    together["std_error"] = np.nan
    count = {"n_respondents": len(answers)}
    return [{"measure": "one_respondent"} | one | count, {"measure": "all_respondents"} | together | count]
