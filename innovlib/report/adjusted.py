"""Schools' distances from the area, raw and adjusted for reliability, side by side.

A small school's distance swings by chance; pulled towards the area's mean by its reliability it says how far the school
is likely to lie. Worked out from the printed distance and interval, and from the variance between schools that are not
hidden, so it tells nothing of a hidden one. Of hundreds of schools the table tells provinces: nobody reads on through
thousands of rows, and each school's distance stands in its own report.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd

from innovlib import terms
from innovlib.errors import Words
from innovlib.measures.similar import shrunken
from innovlib.report import labels
from innovlib.report.disclosure import Z95, Protected, profile, rounded_half_up
from innovlib.report.identity import in_thai_order
from innovlib.report.standing import between, of_shown
from innovlib.report.tables import Column, Table, table
from innovlib.report.words import sentence


def adjusted(shown: Protected, *, gaps: pd.DataFrame) -> Protected:
    """The printed distances with their shrunken values and reliability.

    Parameters
    ----------
    shown
        Distances as :meth:`innovlib.release.withheld.Page.gaps` gives them.
    gaps
        Those of all schools (:func:`innovlib.measures.outcomes.school_gaps`): only the variance between schools of
        those that are not hidden, one number for the area, is used.

    Returns
    -------
    Protected
        The same rows with ``likely`` (points, whole; posterior mean), ``likely_low``, ``likely_high`` (95 % of the
        posterior) and ``reliability_pct`` (whole per cent), missing where the distance is hidden.
    """
    frame = shown.frame
    tau2 = between(of_shown(gaps, shown=shown)) ** 2
    error = (frame["conf_high"] - frame["conf_low"]).to_numpy(dtype=float) / 2 / Z95
    found = shrunken(frame["gap"].to_numpy(dtype=float), error**2, tau2=tau2)
    reach = Z95 * found["posterior_sd"].to_numpy()
    likely = found["shrunken"].to_numpy()
    values = {"likely": likely, "likely_low": likely - reach, "likely_high": likely + reach}
    step = np.where(np.mod(np.round(frame["gap"].to_numpy(dtype=float), 1), 1) == 0, 1.0, 0.1)
    out = frame.assign(**{name: rounded_half_up(v / step) * step for name, v in values.items()})
    return replace(shown, frame=out.assign(reliability_pct=rounded_half_up(100 * found["reliability"].to_numpy())))


#: The table of more schools than this tells provinces.
MOST_SCHOOLS = 300


def adjusted_table(shown: Protected, *, gaps: pd.DataFrame, schools: pd.DataFrame, lang: str) -> Table:
    """Raw distance and adjusted one side by side, in Thai alphabetical order, never by size.

    One row a school; of more than :data:`MOST_SCHOOLS` one row a province (:func:`by_province`), and the note says so.
    """
    if len(schools) > MOST_SCHOOLS:
        return _province_table(adjusted(shown, gaps=gaps), schools=schools, lang=lang)
    named = in_thai_order(schools)[["school_id", "name_th", "district"]]
    named = named.assign(
        name_th=[terms.school_display_name(n) for n in named["name_th"]], district=named["district"].fillna("–")
    )
    rows = named.merge(adjusted(shown, gaps=gaps).frame, on="school_id", how="left")
    rows = rows.assign(status=rows["status"].fillna("absent"), n_label=rows["n_label"].fillna("–"))
    columns = [
        Column("name_th", Words("โรงเรียน", "School"), kind="name"),
        Column("district", Words("อำเภอ", "District")),
        Column("n_label", labels.PUPILS, kind="number"),
        Column("gap", labels.RAW_GAP, kind="difference"),
        Column("conf", labels.INTERVAL, kind="interval"),
        Column("likely", labels.LIKELY_GAP, kind="difference"),
        Column("likely", labels.INTERVAL, kind="interval"),
        Column("reliability_pct", labels.RELIABILITY, kind="number", decimals=0),
    ]
    return table(replace(shown, frame=rows), columns=columns, caption=labels.ADJUSTED_CAPTION,
                 note=sentence("adjusted.note"), lang=lang)  # fmt: skip


def by_province(safe: Protected, *, schools: pd.DataFrame) -> Protected:
    """The middle of the printed distances of each province's schools.

    Parameters
    ----------
    safe
        Distances as :func:`adjusted` gives them.
    schools
        The schools to be told of: ``school_id`` and ``province``; those whose province is not known stand together.

    Returns
    -------
    Protected
        ``province``, in Thai alphabetical order; ``n_schools``, ``n_shown``; medians ``gap``, ``likely`` and
        ``reliability_pct`` of the schools shown, and where the middle 80 % of their adjusted distances lie
        (``likely_low``, ``likely_high``); missing, and ``status`` absent, where fewer schools are shown than the
        profile asks of a group.
    """
    values = ["gap", "likely", "reliability_pct"]
    rows = schools[["school_id", "province"]].merge(safe.frame, on="school_id", how="left")
    rows[values] = rows[values].where(rows["status"] == "shown")
    held = rows.groupby(rows["province"].fillna("–"))
    out = held[values].median()
    out["likely_low"], out["likely_high"] = held["likely"].quantile(0.1), held["likely"].quantile(0.9)
    out["n_schools"], out["n_shown"] = held.size(), held["gap"].count()
    told = out["n_shown"] >= profile(safe.profile).smallest_schools
    points = ["gap", "likely", "likely_low", "likely_high"]
    out[points] = out[points].transform(rounded_half_up, step=0.1).round(1).where(told)
    out["reliability_pct"] = out["reliability_pct"].transform(rounded_half_up).where(told)
    out = out.assign(status=np.where(told, "shown", "absent")).loc[sorted(out.index, key=terms.thai_sort_key)]
    return replace(safe, frame=out.reset_index())


def _province_table(safe: Protected, *, schools: pd.DataFrame, lang: str) -> Table:
    columns = [
        Column("province", Words("จังหวัด", "Province"), kind="name"),
        Column("n_schools", Words("โรงเรียน", "Schools"), kind="number", status="counted"),
        Column("n_shown", Words("แสดงได้", "Shown"), kind="number", status="counted"),
        Column("gap", labels.RAW_GAP, kind="difference"),
        Column("likely", labels.LIKELY_GAP, kind="difference"),
        Column("likely", labels.MIDDLE_80, kind="interval"),
        Column("reliability_pct", labels.RELIABILITY, kind="number", decimals=0),
    ]
    least = profile(safe.profile).smallest_schools
    note = sentence("adjusted.provinces", count=f"{len(schools):,}", least=least)
    return table(by_province(safe, schools=schools), columns=columns, caption=labels.ADJUSTED_BY_PROVINCE, note=note,
                 lang=lang)  # fmt: skip
