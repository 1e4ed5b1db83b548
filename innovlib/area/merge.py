"""New rows into an area's tables: what is new, what replaces what, what a corrected file no longer says."""

from __future__ import annotations

from dataclasses import dataclass, field

import pandas as pd

from innovlib import terms
from innovlib.area import contract
from innovlib.area.faults import Issue, issue
from innovlib.area.register import place_key

#: Whose row a row is: table and key -> the name of the file that last said so.
Owners = dict[tuple[str, str], str]
AREA_ITSELF = ""


@dataclass
class Merged:
    """An area's tables while files are merged into them, the owner of each row, and what there is to tell."""

    tables: dict[str, pd.DataFrame]
    owners: Owners
    issues: list[Issue] = field(default_factory=list)


def keys(frame: pd.DataFrame, table: str) -> pd.Series:
    """The key of each row as one text."""
    columns = contract.table(table).key
    if frame.empty:
        return pd.Series([], dtype="str", index=frame.index)
    texts = [_text(frame[c]) for c in columns]
    return texts[0].str.cat(texts[1:], sep=" · ") if len(texts) > 1 else texts[0]


def _text(cells: pd.Series) -> pd.Series:
    if pd.api.types.is_datetime64_any_dtype(cells):
        cells = cells.dt.strftime("%Y-%m-%d")
    return cells.astype("str").where(cells.notna(), "")


def merge(merged: Merged, new: pd.DataFrame, *, table: str, file: str, fill_only: bool = False) -> None:
    """Put one file's rows of one table into the area's.

    A row with a key that is there already replaces it, told where anything changes. Rows that this file's earlier
    version had brought and that it no longer has are taken out, told. Schools are filled column by column, so that a
    list without coordinates does not wipe them, and stay as long as another table needs them.

    Parameters
    ----------
    fill_only
        The rows only add what is not there: schools known from a file of scores never overrule a list of schools.
    """
    old = merged.tables.get(table, contract.table(table).empty())
    if table == "autonomy":
        new = per_role(new)
    if fill_only:
        new = new[~keys(new, table).isin(set(keys(old, table)))]
    old, new = old.set_index(keys(old, table)), new.set_index(keys(new, table))
    withdrawn = _withdrawn(merged, old, new, table=table, file=file) if not fill_only or len(new) else []
    if table == "schools":
        new = new.combine_first(old.loc[old.index.intersection(new.index)])[list(old.columns)]
        new = contract.typed(new, table).set_axis(new.index)
    merged.issues += _told(merged, old, new, withdrawn, table=table, file=file)
    kept = old.drop(index=old.index.intersection(new.index).union(withdrawn))
    frames = [frame for frame in (kept, new) if len(frame)]
    joined = pd.concat(frames) if frames else old.iloc[:0]
    merged.tables[table] = contract.typed(joined, table).reset_index(drop=True)
    merged.owners.update({(table, key): file for key in new.index})
    for key in withdrawn:
        del merged.owners[table, key]


def _withdrawn(merged: Merged, old: pd.DataFrame, new: pd.DataFrame, *, table: str, file: str) -> list[str]:
    mine = [key for (name, key), owner in merged.owners.items() if name == table and owner == file]
    gone = [key for key in mine if key in old.index and key not in new.index]
    if table != "schools":
        return gone
    needed = {
        i
        for name, frame in merged.tables.items()
        if name != "schools" and "school_id" in frame
        for i in frame["school_id"]
    }
    return [key for key in gone if key not in needed]


def _told(
    merged: Merged, old: pd.DataFrame, new: pd.DataFrame, withdrawn: list[str], *, table: str, file: str
) -> list[Issue]:
    found = []
    both = old.index.intersection(new.index)
    for key, changes in _changes(old.loc[both], new.loc[both], table).items():
        owner = merged.owners.get((table, key), AREA_ITSELF)
        source = owner or f"{table}.csv"
        found.append(("row-replaced", {"key": key, "source": source, "changes": changes}))
    found += [("row-withdrawn", {"key": key}) for key in withdrawn]
    if table == "pupils" and found:
        # A pupil's row is not to be read in a message: how many is enough.
        codes = {code: sum(c == code for c, _ in found) for code, _ in found}
        found = [(code, {"key": f"{n} × {table}", "source": file, "changes": f"{n}"}) for code, n in codes.items()]
    return [issue(code, **facts) for code, facts in found]


def _changes(old: pd.DataFrame, new: pd.DataFrame, table: str) -> dict[str, str]:
    out: dict[str, list[str]] = {}
    if old.empty:
        return {}
    for column in contract.table(table).names:
        before, after = _text(old[column]), _text(new[column].reindex(old.index))
        for key in old.index[(before != after).to_numpy()]:
            # A list of schools that fills a blank or spells a place in full contradicts nothing.
            same = before[key] == "" or place_key(before[key]) == place_key(after[key])
            if not (table == "schools" and same):
                out.setdefault(key, []).append(f"{column} {before[key] or '–'} → {after[key] or '–'}")
    return {key: ", ".join(changes) for key, changes in out.items()}


def per_role(rows: pd.DataFrame) -> pd.DataFrame:
    """Survey answers as one row per school, year, domain, item and role: the lower median of the respondents.

    The contract keeps no respondent, because a role held by one person is a person. The lower median is an answer that
    was really given, and where two middle answers differ it does not claim more autonomy than either.
    """
    grain = list(contract.table("autonomy").key)
    lower = rows.groupby(grain, as_index=False, dropna=False, sort=False)[["de_jure", "de_facto"]].quantile(
        0.5, interpolation="lower"
    )
    return contract.typed(lower, "autonomy")


def number_cohorts(schools: pd.DataFrame) -> pd.DataFrame:
    """Schools with cohorts numbered by the order of their joining years: the first year that occurs is cohort 1."""
    years = sorted(schools["joined_year_be"].dropna().unique())
    numbers = {year: i for i, year in enumerate(years, start=1)}
    return schools.assign(cohort=schools["joined_year_be"].map(numbers).astype("Int64"))


def schools_of(records: list[dict]) -> pd.DataFrame:
    """The schools that a file of results names, for an area that has no list of schools yet."""
    seen: dict[str, dict] = {}
    for record in records:
        row = seen.setdefault(
            record["school_id"], {"school_id": record["school_id"], "name_th": None, "district": None}
        )
        row["name_th"] = row["name_th"] or bare_name(record.get("name_th"))
        row["district"] = row["district"] or record.get("district")
    for row in seen.values():
        row["name_th"] = row["name_th"] or row["school_id"]
    return frame(list(seen.values()), "schools")


def bare_name(name: object) -> str | None:
    """A school's name without the word โรงเรียน, as the contract keeps it."""
    return terms.school_display_name(str(name)).removeprefix("โรงเรียน") if name else None


def frame(records: list[dict], table: str) -> pd.DataFrame:
    """Records of Python values as a frame in the contract's types, columns in file order."""
    kinds = {"string": "str", "integer": "Int64", "number": "float64", "boolean": "boolean", "date": "datetime64[s]"}
    return pd.DataFrame(
        {
            c.name: pd.Series([r.get(c.name) for r in records], dtype=kinds[c.type])
            for c in contract.table(table).columns
        }
    )
