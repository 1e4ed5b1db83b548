"""Published national means that ship with the kit (``data/reference``), each row with its source and a mark."""

from __future__ import annotations

import pandas as pd

from innovlib import paths
from innovlib.errors import Unreadable, Words

#: How sure a figure is: ``yes`` stands in an official table, ``inferred`` its year or order was inferred, ``no`` seen
#: in an unofficial place only.
MARKS = {
    "yes": Words("ตรวจกับตารางทางการแล้ว", "checked against an official table"),
    "inferred": Words("ปีหรือลำดับคอลัมน์อนุมาน", "year or column order inferred"),
    "no": Words("ยังไม่ได้ตรวจ", "not verified"),
}


def sources() -> pd.DataFrame:
    """One row per source: ``source_id``, ``title``, ``publisher``, ``url``, ``note``; text, blanks as ""."""
    return _read("sources.csv")


def national_means() -> pd.DataFrame:
    """Published national means, one row per year × test × grade × subject.

    Returns
    -------
    DataFrame
        ``year_be`` (Int64), ``test``, ``grade``, ``subject``, ``mean`` (points 0–100), ``n`` (pupils tested, missing
        where not published), ``source_id`` (see :func:`sources`), ``verified`` (a key of ``MARKS``), ``note``.

    Examples
    --------
    >>> means = national_means().set_index(["test", "grade", "subject", "year_be"])["mean"]
    >>> float(means["O-NET", "ป.6", "thai", 2563])
    56.2
    """
    raw = _read("national_means.csv")
    return raw.assign(
        year_be=raw["year_be"].astype("Int64"),
        mean=raw["mean"].astype("float64"),
        n=pd.to_numeric(raw["n"].replace("", None)).astype("Int64"),
    )


def nation_benchmarks() -> pd.DataFrame:
    """The national means as rows of the contract's ``benchmarks`` table; ``source`` names the source and its mark."""
    means = national_means()
    title = means["source_id"].map(sources().set_index("source_id")["title"])
    doubt = means["verified"].map({"yes": "", **{k: f" ({w.th}; {w.en})" for k, w in MARKS.items() if k != "yes"}})
    rows = means[["year_be", "test", "grade", "subject", "mean", "n"]]
    return rows.assign(level="nation", source=title + doubt)


def autonomy_items() -> pd.DataFrame:
    """The kit's items of school autonomy: ``domain``, ``item`` (code), ``th``, ``en``; three a domain, in print order.

    The four domains are the four functions of school administration (National Education Act B.E. 2542, section 39);
    the items are the kit's own choice of decisions that schools in innovation areas asked for.
    """
    return _read("autonomy_items.csv")


def _read(name: str) -> pd.DataFrame:
    path = paths.REFERENCE / name
    try:
        return pd.read_csv(path, dtype="str", keep_default_na=False, encoding="utf-8")
    except (OSError, UnicodeDecodeError, pd.errors.ParserError, pd.errors.EmptyDataError) as error:
        raise Unreadable(
            Words(f"อ่านไม่ได้: {error}", f"cannot be read: {error}"),
            where=f"data/reference/{name}",
            todo=Words("นำไฟล์นี้กลับมาจากต้นฉบับของชุดเครื่องมือ", "restore this file from the kit's own copy"),
        ) from error
