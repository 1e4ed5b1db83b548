"""What a notebook works on when its parameters say nothing: the area and the school that were chosen before."""

from __future__ import annotations

import os

import pandas as pd

from innovlib import area as areas
from innovlib import paths
from innovlib.area import store
from innovlib.errors import NotAnArea, UnknownName, Words

#: Where ``innov lab --area`` puts the area's folder for the notebooks it opens.
VARIABLE = "INNOV_AREA"


def open_area(folder: str = "") -> areas.Area:
    """Open the area that a notebook's parameter names; a blank one means the area chosen with ``innov lab --area``.

    Without a choice the example area is opened; its pages and figures say that it is synthetic.

    Parameters
    ----------
    folder
        An area's folder, absolute, from where the notebook stands, or from the checkout. Blank = the chosen one.

    Raises
    ------
    NotAnArea
        The folder, or the one that the variable ``INNOV_AREA`` names, holds no area.

    Examples
    --------
    >>> open_area("data/example").is_synthetic
    True
    """
    chosen = os.environ.get(VARIABLE, "")
    if folder or not chosen:
        return areas.open_area(folder or paths.EXAMPLE)
    try:
        return areas.open_area(chosen)
    except NotAnArea as error:
        raise NotAnArea(
            Words(f"พื้นที่ที่เลือกไว้เปิดไม่ได้: {chosen}", f"the chosen area cannot be opened: {chosen}"),
            where=VARIABLE,
            todo=Words(
                "สั่ง innov lab --area โฟลเดอร์ ใหม่ หรือใส่ชื่อโฟลเดอร์ในเซลล์ parameters",
                "run innov lab --area FOLDER again, or name a folder in the parameters cell",
            ),
        ) from error


def need(area: areas.Area, table: str) -> pd.DataFrame:
    """A table without which a notebook's question cannot be asked.

    Raises
    ------
    MissingTable
        The area does not have it, or it has no rows; the message says how to load it.

    Examples
    --------
    >>> need(open_area("data/example"), "schools").shape[0]
    98
    """
    why = Words("โน้ตบุ๊กนี้ถามจากตารางนี้", "the question of this notebook is asked of it")
    return store.need(area, table, why=why)


def school_at(area: areas.Area, school_id: str = "") -> str:
    """The school that a notebook looks at first: the one named, else the first pilot school, else the first school.

    Parameters
    ----------
    area
        The area.
    school_id
        An id of its schools table, a number where papermill made one of it, or blank.

    Returns
    -------
    str
        An id that the area has.

    Raises
    ------
    UnknownName
        No school has this id (the message names the nearest), or the area has no school at all.

    Examples
    --------
    >>> school_at(open_area("data/example"))
    '99050001'
    """
    if school_id:
        return str(area.school(str(school_id))["school_id"])
    return first_school(area.table("schools"))


def first_school(schools: pd.DataFrame) -> str:
    """Id of the first pilot school in the order of the table; of the first school where none is a pilot."""
    if schools.empty:
        raise UnknownName(
            Words("พื้นที่นี้ยังไม่มีโรงเรียน", "this area has no school yet"),
            where="schools.csv",
            todo=Words("นำทะเบียนโรงเรียนเข้าด้วย innov intake", "load the schools with innov intake"),
        )
    pilots = schools[schools["cohort"].notna()]
    return str((schools if pilots.empty else pilots)["school_id"].iloc[0])
