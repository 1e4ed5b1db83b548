"""Who may see which number: the rules D1–D12 as named constants, and the one door that figures and tables draw from.

These schools have three to seventeen children in a tested grade, so a mean can be one child's score. Every number on a
page passes through a function here and leaves as a :class:`Protected` table; figures, tables and sentences take
nothing else. In a report it passes through :class:`innovlib.release.withheld.Page` as well, which calls these functions
and adds what belongs to the release as a whole (D6, D8).

====  ==================================================================================  ===================  =======
rule  what it says                                                                        constant             source
====  ==================================================================================  ===================  =======
D1    no statistic on fewer pupils than this; its n is shown as "<10"                     ``smallest_n``       [1] [2]
D2    counts at a level from 1 to k − 1 are hidden, and their complement                  ``smallest_count``   [1] [3]
D3    percentages are whole and banded by n, never 0 or 100                               ``PERCENT_BANDS``    [2]
D4    means: one decimal from 30 pupils, whole below; never minimum, maximum or a rank    ``ONE_DECIMAL_FROM``  [3]
D5    counts are rounded once and first, everything else is derived from them             ``count_step``       [3] [4]
D6    nobody who subtracts learns a hidden value to within this                           ``OPEN_COUNT`` …     [1] [5]
D7    a group and its complement both need this many pupils and schools                   ``smallest_schools``  [2]
D8    what was handed out before is kept when fewer than this many pupils lie between     ``FEWEST_NEW``       [3]
D9    surveys: no figure from fewer respondents than this                                 ``smallest_replies``  [1]
D10   too small: pool three years before hiding, else show the area                       ``POOLED_YEARS``     [2]
D11   charts draw from the protected table only                                           :class:`Protected`   [4]
D12   hidden, missing and zero are three different marks                                  ``status`` column    [1]
====  ==================================================================================  ===================  =======

What each rule did on a page is told in words by :data:`innovlib.report.provenance.RULES`. The machinery of D6 stands in
:mod:`innovlib.release.suppression`, that of D8 in :mod:`innovlib.release.ledger`; D2 and D9 for ratings and surveys in
:mod:`innovlib.report.surveys`.

References
----------
The sources give the practice; where they leave a threshold to the publisher, it is set for schools of this size.

[1] Government Statistical Service (2014). GSS/GSR Disclosure Control Guidance for Tables Produced from Administrative
Sources. [2] National Center for Education Statistics (2010). Statistical Methods for Protecting Personally Identifiable
Information in Aggregate Reporting, SLDS Technical Brief 3, NCES 2011-603. [3] OpenSAFELY, documentation: permitted
outputs and output checking. [4] Griffiths E. et al. (2019). Handbook on Statistical Disclosure Control for Outputs,
SDAP. [5] Hundepool A. et al. (2012). Statistical Disclosure Control, Wiley, chapter 4.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from innovlib.chance import t_quantile
from innovlib.errors import BadInput, UnknownName, Words, did_you_mean

#: D4: means carry one decimal from this many pupils on and are whole below.
ONE_DECIMAL_FROM = 30
#: D4: quartiles of schools need this many schools, so that no quartile is one school's mean.
QUARTILES_FROM_SCHOOLS = 5
#: D7: what stands for the n of a group hidden because of its schools, not its pupils.
FEW_SCHOOLS = "×"
#: D10: years put together before a small number is hidden.
POOLED_YEARS = 3
#: D6: possible values of a hidden count must span this much, those of a hidden mean this many points.
OPEN_COUNT, OPEN_POINTS = 5.0, 5.0
#: D6: of a hidden share tested this many pupils' attendance must stay open.
OPEN_ABSENT = 2.0
#: D6: what somebody who knows all scores but one may learn about the last (points), from the smallest shown group.
OPEN_SCORE = 10.0
#: D8: a figure that is handed out again keeps its old value where fewer pupils than this lie between.
FEWEST_NEW = 10
#: D3: from n pupils on, percentages are shown only between these two; outside them as "≤ low" or "≥ high".
PERCENT_BANDS = ((10, 20, 80), (20, 10, 90), (40, 5, 95), (100, 2, 98), (300, 1, 99))
#: Two-sided 95 % normal quantile; school means are averages of pupils with a pooled, well-known pupil SD.
Z95 = 1.959963984540054


@dataclass(frozen=True)
class Profile:
    """Who reads: the thresholds of one audience."""

    name: str
    words: Words
    smallest_n: int
    smallest_count: int
    smallest_replies: int
    smallest_schools: int
    count_step: int


PROFILES = {
    profile.name: profile
    for profile in (
        Profile("public", Words("เผยแพร่ทั่วไป", "public"), 10, 5, 5, 3, 5),
        Profile("partner", Words("คณะกรรมการพื้นที่", "area committee"), 7, 5, 5, 3, 5),
        Profile("school", Words("บุคลากรของโรงเรียน", "the school's own staff"), 5, 3, 5, 3, 1),
    )
}


@dataclass(frozen=True)
class Protected:
    """A table that may be seen: values rounded, small cells hidden, each row with its ``status``.

    Attributes
    ----------
    frame
        One row per cell of the report. ``status`` is ``shown``, ``small`` (hidden by rule) or ``absent`` (no data).
    profile
        Name of the profile whose rules were used.
    fired
        Rules that changed something, in order.
    plan
        Fingerprint of the release plan that the table has passed (:mod:`innovlib.release.withheld`); "" for none: it
        may be looked at, but stands in no report.
    """

    frame: pd.DataFrame
    profile: str
    fired: tuple[str, ...] = ()
    plan: str = ""

    def where(self, **equal) -> Protected:
        """The rows in which each named column equals the value (or is one of a list of values)."""
        keep = pd.Series(True, index=self.frame.index)
        for column, value in equal.items():
            cells = self.frame[column]
            keep &= cells.isin(value) if isinstance(value, (list, tuple, set)) else cells == value
        return replace(self, frame=self.frame[keep].reset_index(drop=True))

    def to_frame(self) -> pd.DataFrame:
        """The protected table as a plain frame (a copy)."""
        return self.frame.copy()

    def hidden(self) -> int:
        """How many rows are hidden by rule."""
        return int((self.frame["status"] == "small").sum())


def profile(name: str) -> Profile:
    """The profile of that name, or an error that says which there are."""
    if name not in PROFILES:
        raise UnknownName(
            Words(f"ไม่มีรูปแบบการเปิดเผยชื่อ {name}", f"there is no disclosure profile {name}"),
            expected=Words(", ".join(PROFILES), ", ".join(PROFILES)),
            todo=did_you_mean(str(name), PROFILES),
        )
    return PROFILES[name]


def rounded_half_up(values, step: float = 1.0):
    """Round to the nearest multiple of ``step``, halves away from zero, as people do by hand.

    Examples
    --------
    >>> float(rounded_half_up(40.5)), float(rounded_half_up(-2.5)), float(rounded_half_up(12, 5))
    (41.0, -3.0, 10.0)
    """
    # A decimal such as 44.45 is stored a hair below itself; the nudge makes its half count as a half.
    scaled = np.asarray(values, dtype=float) / step
    return np.sign(scaled) * np.floor(np.abs(scaled) + 0.5 + 1e-9) * step


def printed_count(n, rules: Profile):
    """Numbers of pupils as they are printed: rounded (D5), and never below what may be shown at all.

    Where seven is the smallest number that may be shown (D1), a printed five would be seven and nothing else: seven is
    printed as ten, like eight and nine.

    Examples
    --------
    >>> printed_count([7, 8, 12, 13], PROFILES["partner"]).tolist()
    [10.0, 10.0, 10.0, 15.0]
    """
    least = np.ceil(rules.smallest_n / rules.count_step) * rules.count_step
    return np.maximum(rounded_half_up(n, rules.count_step), least)


def count_span(printed, rules: Profile):
    """Between which numbers of pupils a printed one leaves the choice.

    Examples
    --------
    >>> [[float(end) for end in count_span(n, PROFILES["partner"])] for n in (10, 15)]
    [[7.0, 12.0], [13.0, 17.0]]
    """
    around = (rules.count_step - 1) / 2
    least = printed_count(rules.smallest_n, rules)
    low = np.where(np.asarray(printed) <= least, rules.smallest_n, np.asarray(printed) - around)
    return low, np.asarray(printed) + around


def interval_count(n, rules: Profile):
    """The number of pupils that an interval is made with: the printed one; the smallest that may be shown for all that
    are printed as more than they are by D1, so that no interval is too narrow and none tells seven from nine."""
    least = printed_count(rules.smallest_n, rules)
    return np.where(np.asarray(n, dtype=float) < least, rules.smallest_n, printed_count(n, rules))


def protect_means(results: pd.DataFrame, *, profile_name: str, whole: np.ndarray | None = None) -> Protected:
    """Means of groups of pupils, ready to be seen.

    Parameters
    ----------
    results
        One row per cell with ``n`` (pupils; missing where no data), ``n_schools``, ``mean``, ``pupil_sd`` (points),
        ``std_error`` and ``df`` (groups of schools), ``spread_low``, ``spread_high``, ``verdict`` and ``published``
        (True where an office or ministry has published the figure, which then passes as it is); further columns
        pass through.
    profile_name
        public, partner or school.
    whole
        True for rows that D6 asks to be printed without a decimal; rounded here, from the true value, because rounding
        what is rounded already would print 44.45 as 45.

    Returns
    -------
    Protected
        ``n`` rounded, ``n_label``, ``mean``, ``conf_low``, ``conf_high`` (95 %, from the pooled pupil SD and the
        rounded n, so that neither a school's own SD nor its exact n can be read off the interval), ``status``.
    """
    rules = profile(profile_name)
    out = results.drop(columns=["pupil_sd", "std_error", "df", "p_above", "n", "mean"]).copy()
    n = results["n"].astype("Float64").to_numpy(dtype=float, na_value=np.nan)
    published = results["published"].to_numpy(dtype=bool)
    group = (results["who"] != "school").to_numpy()
    absent = results["mean"].isna().to_numpy() | (np.isnan(n) & ~published) | (n == 0)
    small = ~absent & ~published & (n < rules.smallest_n)
    few_schools = ~absent & ~published & group & (results["n_schools"].fillna(0).to_numpy() < rules.smallest_schools)
    shown = ~absent & ~small & ~few_schools

    shown_n = np.where(published, n, printed_count(n, rules))
    step = np.where(n >= ONE_DECIMAL_FROM, 0.1, 1.0)
    step = np.where(published, 0.1, step if whole is None else np.where(whole, 1.0, step))
    half = _half_width(results, shown_n=np.where(published, n, interval_count(n, rules)))
    mean = results["mean"].to_numpy(dtype=float)
    interval = shown & ~published & np.isfinite(half)
    out["mean"] = np.where(shown, _to_step(mean, step), np.nan)
    out["conf_low"] = np.where(interval, _to_step(np.clip(mean - half, 0, 100), step), np.nan)
    out["conf_high"] = np.where(interval, _to_step(np.clip(mean + half, 0, 100), step), np.nan)
    quartiles = shown & (results["n_schools"].fillna(0).to_numpy() >= QUARTILES_FROM_SCHOOLS)
    for column in ("spread_low", "spread_high"):
        out[column] = np.where(quartiles, _to_step(results[column].to_numpy(dtype=float), 1.0), np.nan)
    out["n"] = pd.array(np.where(shown & ~np.isnan(shown_n), shown_n, np.nan), dtype="Float64").astype("Int64")
    out["n_label"] = _n_labels(shown_n, shown=shown, absent=absent, rules=rules)
    # Enough pupils but too few schools: "<10" would be untrue.
    out["n_label"] = out["n_label"].where(~(few_schools & ~small), FEW_SCHOOLS)
    out["status"] = np.select([absent, shown], ["absent", "shown"], "small")
    out["verdict"] = results["verdict"].where(shown, "")
    out["against"] = results["against"].where(shown, "")
    fired = _fired(D1=small.any(), D4=shown.any(), D5=rules.count_step > 1 and shown.any(), D7=few_schools.any())
    if (results["first_year_be"] < results["last_year_be"]).any():
        fired = (*fired, "D10")
    return Protected(out.reset_index(drop=True), rules.name, fired)


def _half_width(results: pd.DataFrame, *, shown_n: np.ndarray) -> np.ndarray:
    """Half of the 95 % interval: by the pooled pupil SD for one school, by the spread of its schools for a group."""
    of_school = Z95 * results["pupil_sd"].to_numpy(dtype=float) / np.sqrt(np.where(shown_n > 0, shown_n, np.nan))
    df = results["df"].to_numpy(dtype=float)
    of_group = t_quantile(0.975, np.where(df > 0, df, np.nan)) * results["std_error"].to_numpy(dtype=float)
    return np.where(results["who"] == "school", of_school, of_group)


def _to_step(values, step):
    rounded = np.sign(values) * np.floor(np.abs(values) / step + 0.5 + 1e-9) * step
    return np.round(rounded, 2)


def _n_labels(n: np.ndarray, *, shown: np.ndarray, absent: np.ndarray, rules: Profile) -> list[str]:
    labels = []
    for value, is_shown, is_absent in zip(n, shown, absent, strict=True):
        if is_absent or (is_shown and np.isnan(value)):
            labels.append("–")
        else:
            labels.append(f"{int(value):,}" if is_shown else f"<{rules.smallest_n}")
    return labels


def _fired(**rules: bool) -> tuple[str, ...]:
    return tuple(rule for rule, yes in rules.items() if yes)


def protect_shares(shares: pd.DataFrame, *, profile_name: str) -> Protected:
    """Shares of pupils, ready to be seen: whole percentages, banded by n (D3), small groups hidden (D1).

    Parameters
    ----------
    shares
        One row per cell with ``n`` (pupils in the group) and ``share`` (0–1; missing where no data); further columns
        pass through.

    Returns
    -------
    Protected
        ``n`` and ``n_label`` as in :func:`protect_means`; ``percent`` (the whole number, or the edge of the band),
        ``percent_label`` such as "85", "≥80", "≤20"; ``status``.
    """
    rules = profile(profile_name)
    out = shares.drop(columns=["n", "share"]).copy()
    n = shares["n"].astype("Float64").to_numpy(dtype=float, na_value=np.nan)
    share = shares["share"].to_numpy(dtype=float)
    if np.nanmax(share, initial=0.0) > 1 or np.nanmin(share, initial=0.0) < 0:
        raise BadInput(
            Words("พบสัดส่วนนอกช่วง 0 ถึง 1", "a share lies outside 0 to 1"),
            expected=Words("สัดส่วน ไม่ใช่ร้อยละ", "shares, not percentages"),
        )
    absent = np.isnan(share) | np.isnan(n) | (n == 0)
    small = ~absent & (n < rules.smallest_n)
    shown = ~absent & ~small
    shown_n = printed_count(n, rules)
    low, high = _band(n, rules)
    percent = rounded_half_up(share * 100)
    out["percent"] = np.where(shown, np.clip(percent, low, high), np.nan)
    out["percent_label"] = [
        ("–" if is_absent else f"<{rules.smallest_n}")
        if not is_shown
        else f"≤{lo:.0f}" if p <= lo else f"≥{hi:.0f}" if p >= hi else f"{p:.0f}"
        for p, lo, hi, is_shown, is_absent in zip(percent, low, high, shown, absent, strict=True)
    ]  # fmt: skip
    out["n"] = pd.array(np.where(shown, shown_n, np.nan), dtype="Float64").astype("Int64")
    out["n_label"] = _n_labels(shown_n, shown=shown, absent=absent, rules=rules)
    out["status"] = np.select([absent, shown], ["absent", "shown"], "small")
    banded = shown & ((percent <= low) | (percent >= high))
    return Protected(
        out.reset_index(drop=True), rules.name, _fired(D1=small.any(), D3=banded.any(), D5=rules.count_step > 1)
    )


def _band(n: np.ndarray, rules: Profile) -> tuple[np.ndarray, np.ndarray]:
    low, high = np.full(n.shape, 20.0), np.full(n.shape, 80.0)
    for at_least, bottom, top in PERCENT_BANDS:
        low, high = np.where(n >= at_least, bottom, low), np.where(n >= at_least, top, high)
    if rules.name == "school":  # D3 asks of the school's own staff only that nobody reads 0 or 100
        low, high = np.full(n.shape, 1.0), np.full(n.shape, 99.0)
    return low, high


def protect_gaps(gaps: pd.DataFrame, *, profile_name: str, whole: np.ndarray | None = None) -> Protected:
    """Schools' distances from the area, ready to be seen; a school with too few pupils keeps its row but no value.

    Parameters
    ----------
    gaps
        As :func:`innovlib.measures.outcomes.school_gaps` returns them.
    whole
        As for :func:`protect_means`.

    Returns
    -------
    Protected
        ``school_id``, ``n``, ``n_label``, ``gap``, ``conf_low``, ``conf_high`` (95 %; points, one decimal from 30
        pupils on), ``status``, ``verdict``.
    """
    rules = profile(profile_name)
    n, gap = gaps["n"].to_numpy(dtype=float), gaps["gap"].to_numpy(dtype=float)
    shown = n >= rules.smallest_n
    step = np.where((n >= ONE_DECIMAL_FROM) & (True if whole is None else ~whole), 0.1, 1.0)
    shown_n, told_n = printed_count(n, rules), interval_count(n, rules)
    # From the rounded n, so that the interval tells no more about n than the count beside it.
    half = Z95 * gaps["std_error"].to_numpy(dtype=float) * np.sqrt(n / told_n)
    out = pd.DataFrame(
        {
            "school_id": gaps["school_id"].to_numpy(),
            "n": pd.array(np.where(shown, shown_n, np.nan), dtype="Float64").astype("Int64"),
            "n_label": _n_labels(shown_n, shown=shown, absent=np.zeros(len(n), dtype=bool), rules=rules),
            **{
                name: np.where(shown, _to_step(value, step), np.nan)
                for name, value in (("gap", gap), ("conf_low", gap - half), ("conf_high", gap + half))
            },
            "status": np.where(shown, "shown", "small"),
            "verdict": gaps["verdict"].where(shown, "").to_numpy(),
        }
    )
    return Protected(out, rules.name, _fired(D1=(~shown).any(), D4=shown.any(), D5=rules.count_step > 1))


def protect_count(n, *, profile_name: str) -> str:
    """One count of pupils as it may be printed: rounded, "<10" where small, "–" where missing."""
    rules = profile(profile_name)
    if pd.isna(n):
        return "–"
    if 0 < n < rules.smallest_n:
        return f"<{rules.smallest_n}"
    return f"{int(printed_count(n, rules)) if n else 0:,}"
