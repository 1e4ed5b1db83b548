"""The release ledger (D8): what was handed out, when, by which two people; each entry sealed to the one before it.

A figure that is handed out again and differs by 1 to 9 pupils would tell the difference of two releases: so many
pupils' results. Such a figure keeps its old value (:func:`kept`); the audit finds those that do not (:func:`changes`).
"""

from __future__ import annotations

import hashlib
import itertools
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd

from innovlib.area.store import write_whole
from innovlib.errors import BadInput, Unreadable, Words
from innovlib.release.leaks import Finding
from innovlib.report.disclosure import FEW_SCHOOLS, FEWEST_NEW, PROFILES, Profile, Protected, count_span, profile

LEDGER_FILE = "release-ledger.jsonl"
KEY = ["report", "who", "test", "grade", "subject", "first_year_be", "last_year_be"]
_COLUMNS = [*KEY, "status", "n_low", "n_high", "said"]


@dataclass(frozen=True)
class Ledger:
    """All releases of an area, oldest first; each is a dictionary with ``area``, ``profile``, ``figures`` and more."""

    releases: tuple[dict, ...] = ()

    def last(self, *, area: str, profile_name: str) -> pd.DataFrame:
        """The figures last handed out to these readers, columns of the ledger; empty where there are none.

        Readers of rounded figures have what editions for more readers show as well, and could subtract from that.
        """
        rows = [
            dict(zip(_COLUMNS, figure, strict=True)) | {"own": release["profile"] == profile_name}
            for release in self.releases
            if release["area"] == area and release["profile"] in _read_by(profile_name)
            for figure in release["figures"]
        ]
        frame = pd.DataFrame(rows, columns=[*_COLUMNS, "own"])
        frame = frame[frame["own"].astype(bool) | (frame["status"] == "shown")][_COLUMNS]
        frame[["n_low", "n_high"]] = frame[["n_low", "n_high"]].astype(float).fillna(np.inf)
        return frame.drop_duplicates(KEY, keep="last").reset_index(drop=True)


def _read_by(profile_name: str) -> list[str]:
    """Profiles whose figures these readers have in hand, in the same rounding; those run from the widest audience."""
    if profile(profile_name).count_step == 1:
        return [profile_name]
    return [*itertools.takewhile(lambda name: name != profile_name, PROFILES), profile_name]


def read(path: Path) -> Ledger:
    """The ledger of a file; an empty one where there is none.

    Raises
    ------
    Unreadable
        A line is no entry, or an entry does not follow from the one before it: somebody changed the file.
    """
    path = Path(path)
    if not path.is_file():
        return Ledger()
    releases, seal = [], ""
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        try:
            entry = json.loads(line)
            whole = entry["previous"] == seal and entry["seal"] == _seal(entry)
        except (ValueError, KeyError, TypeError) as error:
            raise _does_not_match(path, number) from error
        if not whole:
            raise _does_not_match(path, number)
        seal = entry["seal"]
        releases.append(entry)
    return Ledger(tuple(releases))


def _does_not_match(path: Path, line: int) -> Unreadable:
    return Unreadable(
        Words(f"บรรทัดที่ {line} ของทะเบียนการเผยแพร่ไม่ตรงกับที่เคยบันทึก", f"line {line} of the release ledger does not match"),
        where=Path(path).name,
        expected=Words("ทะเบียนที่ไม่มีใครแก้", "a ledger that nobody has changed"),
        todo=Words("นำทะเบียนกลับมาจากสำเนา", "put the ledger back from its copy"),
    )


def _seal(entry: dict) -> str:
    body = {key: value for key, value in entry.items() if key != "seal"}
    return hashlib.sha256(json.dumps(body, ensure_ascii=False, sort_keys=True).encode("utf-8")).hexdigest()


def two_initials(initials: Sequence[str]) -> tuple[str, str]:
    """The initials of the two people who looked, or an error that says what is wrong with them.

    Examples
    --------
    >>> two_initials(["ก.ข.", "SP"])
    ('ก.ข.', 'SP')
    """
    cleaned = [text.strip() for text in initials]
    bare = {re.sub(r"[.\s]", "", text).casefold() for text in cleaned}
    if len(cleaned) != 2 or len(bare) != 2 or not all(re.fullmatch(r"[A-Za-zก-ฮ]{2,4}", text) for text in bare):
        raise BadInput(
            Words(f"ชื่อย่อผู้ตรวจ {', '.join(cleaned) or 'ไม่มี'}", f"initials {', '.join(cleaned) or 'none'}"),
            expected=Words("ชื่อย่อของผู้ตรวจสองคนที่ต่างกัน เช่น ก.ข. ส.พ.", "initials of two different people, such as KB SP"),
            todo=Words("ให้คนที่สองเปิดอ่านรายงานก่อน", "let a second person read the reports first"),
        )
    return cleaned[0], cleaned[1]


def enter(
    path: Path, printed: pd.DataFrame, *, area: str, profile_name: str, date: str, initials: Sequence[str], files: dict
) -> dict:
    """Add one release to a ledger; returns the entry. Only :func:`innovlib.release.audit.release` should call this.

    Parameters
    ----------
    printed
        The figures as they were read back from the pages (:func:`innovlib.release.printed.printed_figures`).
    files
        File name → SHA-256 of everything handed out.
    """
    before = read(path)
    figures = _figures(printed)
    entry = {
        "release": len(before.releases) + 1,
        "area": area,
        "profile": profile(profile_name).name,
        "date": date,
        "initials": list(two_initials(initials)),
        "files": dict(sorted(files.items())),
        "figures": figures,
        "previous": before.releases[-1]["seal"] if before.releases else "",
    }
    entry["seal"] = _seal(entry)
    lines = [*before.releases, entry]
    write_whole(Path(path), "".join(json.dumps(e, ensure_ascii=False, sort_keys=True) + "\n" for e in lines))
    return entry


def _figures(printed: pd.DataFrame) -> list[list]:
    """One's own figures, each once: with its n where one of its places prints it."""
    own = own_figures(printed).sort_values([*KEY, "n_high"], kind="stable").drop_duplicates(KEY)
    rows = own[_COLUMNS].astype(object)
    rows = rows.where(~rows.isin([np.inf]), None)
    return rows.to_numpy().tolist()


def own_figures(printed: pd.DataFrame) -> pd.DataFrame:
    """The figures that a report prints of the one it is about."""
    return printed[printed["who"].isin(["school", "cohort", "pilots"]) | (printed["report"] == printed["who"])]


def place_of(row) -> str:
    """Where a figure stands, in the codes of the data: test, grade, subject, years."""
    return f"{row.test} {row.grade} {row.subject} {row.first_year_be}–{row.last_year_be}"


def possible_difference(old: pd.DataFrame, new: pd.DataFrame) -> pd.Series:
    """True where the pupils behind two printed figures may differ by 1 to 9 (rounded counts leave it open)."""
    least = np.maximum(0, np.maximum(new["n_low"] - old["n_high"], old["n_low"] - new["n_high"]))
    most = np.maximum(new["n_high"] - old["n_low"], old["n_high"] - new["n_low"])
    return (least < FEWEST_NEW) & (most >= 1)


def changes(printed: pd.DataFrame, ledger: Ledger, *, area: str, profile_name: str) -> list[Finding]:
    """Figures that differ from those last handed out by what may be 1 to 9 pupils."""
    old = ledger.last(area=area, profile_name=profile_name)
    new = own_figures(printed).sort_values([*KEY, "n_high"], kind="stable").drop_duplicates(KEY)
    both = new.merge(old, on=KEY, suffixes=("", "_old"))
    was = both[["n_low_old", "n_high_old"]].set_axis(["n_low", "n_high"], axis="columns")
    differs = (
        (both["said"] != both["said_old"]) | (both["n_high"] != was["n_high"]) | (both["status"] != both["status_old"])
    )
    found = both[differs & possible_difference(was, both)]
    return [
        Finding(
            "re-release", "D8", row.file, place_of(row),
            Words(f"เคยเผยแพร่ว่า {row.said_old} บัดนี้เป็น {row.said} ต่างกันได้เพียง 1–9 คน ให้คงค่าเดิม",
                  f"handed out as {row.said_old}, now {row.said}; 1 to 9 pupils may lie between: keep the old figure"),
        )
        for row in found.itertuples()
    ]  # fmt: skip


def kept(protected: Protected, ledger: Ledger, *, report: str, area: str) -> Protected:
    """A protected table of means with the old figure wherever the new one differs by what may be 1 to 9 pupils (D8).

    The interval moves with its mean. Under the ``school`` profile nothing is kept: its readers are only warned.
    """
    rules = profile(protected.profile)
    if rules.count_step == 1 or not ledger.releases or "mean" not in protected.frame:
        return protected
    frame = protected.frame.reset_index(drop=True)
    old = ledger.last(area=area, profile_name=protected.profile)
    old = old[old["report"] == report]
    if old.empty:
        return protected
    n = frame["n"].astype("Float64").to_numpy(dtype=float, na_value=np.nan)
    low, high = count_span(n, rules)
    small = (frame["status"] == "small").to_numpy()
    now = pd.DataFrame({
        "n_low": np.where(small, 1, low),
        "n_high": np.where(small, rules.smallest_n - 1, high),
    })  # fmt: skip
    was = frame[KEY[1:]].merge(old, on=KEY[1:], how="left")
    value = pd.to_numeric(was["said"], errors="coerce")
    other = (value != frame["mean"]) & ~(value.isna() & frame["mean"].isna())
    other |= np.isfinite(was["n_high"]) & (was["n_high"] != now["n_high"])  # the same mean of other pupils
    differs = was["status"].notna() & other
    back = (differs & possible_difference(was, now)).to_numpy()
    out = frame.copy()
    move = value - frame["mean"]
    for column in ("conf_low", "conf_high"):
        out.loc[back, column] = (frame[column] + move)[back].clip(0, 100)
    out.loc[back, "mean"], out.loc[back, "status"] = value[back], was["status"][back]
    out.loc[back, "n_label"] = [_label(low, high, rules) for low, high in was.loc[back, ["n_low", "n_high"]].to_numpy()]
    told = was["n_high"].where(value.notna() & np.isfinite(was["n_high"])) - (rules.count_step - 1) / 2
    out.loc[back, "n"] = told[back].round().astype("Int64")
    out.loc[back & value.isna().to_numpy(), "verdict"] = ""
    fired = (*protected.fired, "D8") if back.any() and "D8" not in protected.fired else protected.fired
    return replace(protected, frame=out, fired=fired)


def _label(low: float, high: float, rules: Profile) -> str:
    """The printed number of pupils that meant these bounds; "×" where it was not told."""
    if high < rules.smallest_n:
        return f"<{rules.smallest_n}"
    return FEW_SCHOOLS if np.isinf(high) else f"{high - (rules.count_step - 1) / 2:,.0f}"
