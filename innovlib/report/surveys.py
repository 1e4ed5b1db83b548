"""Who may see which answer: the disclosure rules for questionnaires and for ratings on ordered levels.

As in :mod:`innovlib.report.disclosure`, every number leaves as a :class:`Protected` table. Two rules are added here:

* D9, answers of grown-ups: nothing from fewer respondents than the profile asks for, and never by the role of one
  person. A respondent is a role in a school; the same role answering in three years is one respondent, so pooling
  years reveals nothing more. What an order grants (``de_jure``) stands in a public document and is no opinion: it is
  shown for one school too, without an interval.
* D2, levels: a level with 1 to k − 1 pupils (or none) is not told apart from its neighbour on the same side of the
  line between levels 2 and 3; where a whole side holds so few, only the edge of a band is shown, as in D3.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from innovlib.report.disclosure import (
    FEW_SCHOOLS,
    PERCENT_BANDS,
    Profile,
    Protected,
    printed_count,
    profile,
    rounded_half_up,
)

#: Points of the scale from 0 to 4 are shown in steps of this.
ANSWER_STEP = 0.1
_SHOWN = ("estimate", "conf_low", "conf_high")


def protect_answers(answers: pd.DataFrame, *, profile_name: str) -> Protected:
    """Means of answers on the scale of autonomy, ready to be seen (D7, D9).

    Parameters
    ----------
    answers
        One row per ``who`` × domain × ``aspect`` with ``estimate``, ``conf_low``, ``conf_high``, ``n_schools``,
        ``n_respondents``, ``verdict``, and the schools and respondents of the rest of the group that it is a part of
        (``rest_schools``, ``rest_respondents``; 0 where it is no part): a part is shown only where the rest could be
        shown too (D7). Further columns pass through.

    Returns
    -------
    Protected
        The same rows, one decimal, with ``n_label`` (respondents) and ``status``.
    """
    rules = profile(profile_name)
    of_order = (answers["who"] == "school") & (answers["aspect"] == "de_jure")
    absent = answers["estimate"].isna() | (answers["n_respondents"] == 0)
    few = _few(answers["n_respondents"], answers["n_schools"], answers["who"] != "school", rules)
    rest = _few(answers["rest_respondents"], answers["rest_schools"], answers["rest_schools"] > 0, rules)
    rest &= answers["rest_schools"] > 0
    shown = ~absent & (of_order | ~(few | rest))
    out = answers.copy()
    for column in _SHOWN:
        keep = shown if column == "estimate" else shown & ~of_order
        out[column] = rounded_half_up(answers[column].where(keep), ANSWER_STEP).round(1)
    out["status"] = np.select([absent, shown], ["absent", "shown"], "small")
    count = answers["n_respondents"].astype(int)
    hidden = np.where(count < rules.smallest_replies, f"<{rules.smallest_replies}", FEW_SCHOOLS)
    out["n_label"] = np.select([absent, shown & ~of_order, shown], ["–", count.astype(str), ""], hidden)
    out["verdict"] = answers["verdict"].where(shown, "")
    fired = [rule for rule, yes in (("D7", (rest & ~absent).any()), ("D9", (few & ~absent & ~of_order).any())) if yes]
    return Protected(out.drop(columns=["rest_schools", "rest_respondents"]).reset_index(drop=True), rules.name,
                     tuple(fired))  # fmt: skip


def _few(respondents: pd.Series, schools: pd.Series, is_group: pd.Series, rules: Profile) -> pd.Series:
    """Too few respondents, or for a group too few schools."""
    return (respondents < rules.smallest_replies) | (is_group & (schools < rules.smallest_schools))


def protect_levels(ratings: pd.DataFrame, *, profile_name: str) -> Protected:
    """Shares of pupils on four ordered levels, ready to be seen (D1, D2, D3, D5, D7).

    Parameters
    ----------
    ratings
        One row per ``who`` × quality with ``n`` (pupils rated), ``n_schools``, ``n_level_1`` … ``n_level_4``,
        ``conf_low``, ``conf_high`` (of the share at level 3 or above, 0–1), ``verdict``, ``rest_schools`` and
        ``rest_n`` (0 where the group is no part of another). Further columns pass through.

    Returns
    -------
    Protected
        ``percent`` and ``percent_label`` of level 3 or above with ``conf_low`` and ``conf_high`` (whole per cent; the
        interval is left out where only an edge is shown), ``level_1`` … ``level_4`` (whole per cent adding up with
        their side of the line; missing where the levels of a side are not told apart), ``low`` and ``high`` (the two
        sides), ``n``, ``n_label``, ``status``.
    """
    rules = profile(profile_name)
    n, schools = ratings["n"].to_numpy(dtype=float), ratings["n_schools"].to_numpy(dtype=float)
    group, rest = (ratings["who"] != "school").to_numpy(), ratings["rest_schools"].to_numpy() > 0
    absent = ~(n > 0)
    small = ~absent & (n < rules.smallest_n)
    few = group & (schools < rules.smallest_schools)
    few |= rest & ((ratings["rest_schools"] < rules.smallest_schools) | (ratings["rest_n"] < rules.smallest_n))
    few &= ~absent & ~small
    shown = ~absent & ~small & ~few
    counts = ratings[[f"n_level_{i}" for i in (1, 2, 3, 4)]].to_numpy(dtype=float)
    high = counts[:, 2:].sum(axis=1)
    low_edge, high_edge = _edges(n, rules)
    with np.errstate(divide="ignore", invalid="ignore"):
        percent = rounded_half_up(100 * high / n)
    at_edge = (percent <= low_edge) | (percent >= high_edge)
    labels = _labels(percent, low_edge, high_edge, shown)  # before it is cut: of eight, both edges lie at half
    percent = np.clip(percent, low_edge, high_edge)
    out = ratings.drop(columns=[f"n_level_{i}" for i in (1, 2, 3, 4)] + ["rest_schools", "rest_n"]).copy()
    out["percent"] = np.where(shown, percent, np.nan)
    out["percent_label"] = labels
    for column in ("conf_low", "conf_high"):
        held = np.clip(rounded_half_up(100 * ratings[column].to_numpy(dtype=float)), low_edge, high_edge)
        out[column] = np.where(shown & ~at_edge, held, np.nan)
    out["high"], out["low"] = out["percent"], 100 - out["percent"]
    _split(out, counts, n, told=shown & ~at_edge, rules=rules)
    shown_n = printed_count(n, rules)
    out["n"] = pd.array(np.where(shown, shown_n, np.nan), dtype="Float64").astype("Int64")
    hidden = np.where(few, FEW_SCHOOLS, f"<{rules.smallest_n}")
    out["n_label"] = np.select([absent, shown], ["–", [f"{v:,.0f}" for v in np.nan_to_num(shown_n)]], hidden)
    out["status"] = np.select([absent, shown], ["absent", "shown"], "small")
    out["verdict"] = ratings["verdict"].where(shown & ~at_edge, "")
    merged = shown & out["level_1"].isna().to_numpy() | shown & out["level_4"].isna().to_numpy()
    fired = {"D1": small, "D2": merged, "D3": shown & at_edge, "D5": shown & (rules.count_step > 1), "D7": few}
    return Protected(out.reset_index(drop=True), rules.name, tuple(r for r, yes in fired.items() if yes.any()))


def _edges(n: np.ndarray, rules: Profile) -> tuple[np.ndarray, np.ndarray]:
    """The lowest and highest percentage that is told: the bands of D3, and never what 1 to k − 1 pupils make (D2)."""
    low = np.full(n.shape, 20.0)
    for at_least, bottom, _ in PERCENT_BANDS:
        low = np.where(n >= at_least, bottom, low)
    low = np.ones(n.shape) if rules.name == "school" else low
    with np.errstate(divide="ignore", invalid="ignore"):
        few = np.ceil(100 * (rules.smallest_count - 1) / n)
    low = np.minimum(np.fmax(low, few), 50.0)  # four and four of eight are too few on either side: at most half is told
    return low, 100 - low


def _labels(percent: np.ndarray, low: np.ndarray, high: np.ndarray, shown: np.ndarray) -> list[str]:
    return [
        "" if not is_shown else f"≤{lo:.0f}" if p <= lo else f"≥{hi:.0f}" if p >= hi else f"{p:.0f}"
        for p, lo, hi, is_shown in zip(percent, low, high, shown, strict=True)
    ]


def _split(out: pd.DataFrame, counts: np.ndarray, n: np.ndarray, *, told: np.ndarray, rules: Profile) -> None:
    """Put the levels of each side into ``out`` where both of a side hold enough pupils to be told apart."""
    sides = {"low": ("level_1", "level_2", 0), "high": ("level_4", "level_3", 3)}
    for side, (outer, inner, column) in sides.items():
        pair = counts[:, [0, 1] if side == "low" else [2, 3]]
        enough = told & (pair >= rules.smallest_count).all(axis=1)
        with np.errstate(divide="ignore", invalid="ignore"):
            share = rounded_half_up(100 * counts[:, column] / n)
        share = np.clip(share, 1, out[side].to_numpy(dtype=float) - 1)
        out[outer] = np.where(enough, share, np.nan)
        out[inner] = out[side] - out[outer]
