"""Areas with something missing or extreme, made from the example's files."""

from __future__ import annotations

import shutil
from pathlib import Path

import pandas as pd

#: The school that the odd thing happens to.
SCHOOL = "99050009"
OF_SCHOOLS = ("schools", "scores", "pupils", "autonomy", "qualities", "partners", "progress")
LONG_NAME = "บ้าน" + "ห้วยน้ำใสใหญ่ " * 20 + "เหนือสุด"


def _read(folder: Path, table: str) -> pd.DataFrame:
    return pd.read_csv(folder / f"{table}.csv", dtype="str", keep_default_na=False)


def _write(folder: Path, table: str, rows: pd.DataFrame) -> None:
    rows.to_csv(folder / f"{table}.csv", index=False, lineterminator="\n")


def copied(example: Path, folder: Path) -> Path:
    """The example's tables without what was computed from them."""
    shutil.copytree(example, folder, ignore=shutil.ignore_patterns(".*", "truth.json", "pupils.csv"))
    return folder


def no_scores(folder: Path) -> None:
    """The school sat no test."""
    scores = _read(folder, "scores")
    _write(folder, "scores", scores[scores["school_id"] != SCHOOL])


def one_pupil(folder: Path) -> None:
    """One pupil sat each test."""
    scores = _read(folder, "scores")
    own = scores["school_id"] == SCHOOL
    scores.loc[own, "n_tested"], scores.loc[own, "n_enrolled"], scores.loc[own, "sd"] = "1", "1", ""
    _write(folder, "scores", scores)


def one_year(folder: Path) -> None:
    """There are results of one academic year only."""
    scores = _read(folder, "scores")
    _write(folder, "scores", scores[scores["year_be"] == "2567"])


def one_school(folder: Path) -> None:
    """The area has this school alone."""
    for table in OF_SCHOOLS:
        if (folder / f"{table}.csv").is_file():
            rows = _read(folder, table)
            _write(folder, table, rows[rows["school_id"] == SCHOOL])


def long_name(folder: Path) -> None:
    """The school's name has 300 characters."""
    schools = _read(folder, "schools")
    schools.loc[schools["school_id"] == SCHOOL, ["name_th", "name_en"]] = [LONG_NAME[:300], "Ban " + "Huai Nam " * 32]
    _write(folder, "schools", schools)


ODD = {each.__name__: each for each in (no_scores, one_pupil, one_year, one_school, long_name)}
