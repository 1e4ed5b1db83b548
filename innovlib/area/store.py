"""The store: the one place that reads an area's tables and writes them, whole or not at all, with their provenance."""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import pandas as pd

from innovlib import paths
from innovlib.area import check, commit, contract, parquet
from innovlib.errors import CannotWrite, MissingTable, NotAnArea, UnknownName, Unreadable, Words, did_you_mean

PACKAGE_FILE = "datapackage.json"


@dataclass(frozen=True)
class Area:
    """An area's folder, its tables read when asked for.

    Attributes
    ----------
    folder
        Absolute path of the folder.
    package
        The parsed ``datapackage.json``; empty where there is none.
    """

    folder: Path
    package: dict = field(default_factory=dict, repr=False)

    @property
    def name_th(self) -> str:
        """The area's name in Thai; the folder's name where the package gives none."""
        return self.package.get("title_th") or self.package.get("title") or self.folder.name

    @property
    def name_en(self) -> str:
        """The area's name in English; the folder's name where the package gives none."""
        return self.package.get("title") or self.folder.name

    @property
    def is_synthetic(self) -> bool:
        """True where the numbers are simulated; every page and figure then says so."""
        return bool(self.package.get("synthetic", False))

    @cached_property
    def _tables(self) -> dict[str, pd.DataFrame]:
        return {}

    def has(self, table: str) -> bool:
        """True where the area has this table as a file (it may still be empty)."""
        contract.table(table)
        return self.path(table) is not None

    def path(self, table: str) -> Path | None:
        """The file of a table: Parquet before CSV; None where there is none."""
        for suffix in (".parquet", ".csv"):
            path = self.folder / f"{table}{suffix}"
            if path.is_file():
                return path
        return None

    def table(self, name: str) -> pd.DataFrame:
        """A table in the contract's types; an absent one is a frame with the same columns and no rows.

        The frame is a copy: changing it changes nothing in the area.

        Raises
        ------
        Unreadable
            The file is there but is not the table it should be.
        """
        if name not in self._tables:
            path = self.path(name)
            self._tables[name] = contract.table(name).empty() if path is None else read_table(path, name)
        return self._tables[name].copy(deep=False)  # pandas copies what is written to when it is written to

    def school(self, school_id: str) -> pd.Series:
        """The row of one school.

        Raises
        ------
        UnknownName
            No school has this id; the message names the nearest ids.
        """
        schools = self.table("schools")
        rows = schools[schools["school_id"] == school_id]
        if rows.empty:
            raise UnknownName(
                Words(f"ไม่มีโรงเรียนรหัส {school_id} ในพื้นที่นี้", f"no school {school_id} in this area"),
                where="schools.csv",
                todo=did_you_mean(str(school_id), schools["school_id"])
                or Words("ดูรหัสใน schools.csv", "look the id up in schools.csv"),
            )
        return rows.iloc[0]

    def present(self) -> tuple[str, ...]:
        """Names of the tables that the area has."""
        return tuple(name for name in contract.TABLES if self.path(name) is not None)

    def provenance(self) -> pd.DataFrame:
        """One row per table that is there: file, rows, SHA-256."""
        rows = [
            {"table": name, "file": self.path(name).name, "rows": self.rows(name), "sha256": self.digest(name)}
            for name in self.present()
        ]
        return pd.DataFrame(rows, columns=["table", "file", "rows", "sha256"])

    def rows_of(self, school_id: str) -> pd.DataFrame:
        """One row per table that is there: how many of its rows are a school's own. Pupils' rows are not counted."""
        told = [
            {"table": name, "file": self.path(name).name, "rows": int((rows["school_id"] == school_id).sum())}
            for name in self.present()
            if name != "pupils" and "school_id" in (rows := self.table(name))
        ]
        return pd.DataFrame(told, columns=["table", "file", "rows"])

    def rows(self, table: str) -> int:
        """Number of rows of a table; 0 where there is none. One that is not yet read is counted, not read."""
        path = self.path(table)
        if table in self._tables or path is None:
            return len(self.table(table))
        return count_rows(path)

    def digest(self, table: str) -> str:
        """SHA-256 of a table's file as hex; "" where there is none."""
        path = self.path(table)
        return "" if path is None else hashlib.sha256(path.read_bytes()).hexdigest()


def open_area(folder: str | Path) -> Area:
    """Open an area's folder.

    Raises
    ------
    NotAnArea
        The folder does not exist or holds no ``schools`` table.
    Unreadable
        ``datapackage.json`` is there but is not JSON.
    """
    path = paths.find(folder)
    if not path.is_dir():
        raise NotAnArea(
            Words("ไม่พบโฟลเดอร์นี้", "there is no such folder"),
            where=str(folder),
            expected=Words("โฟลเดอร์ของพื้นที่ที่มี schools.csv", "an area's folder with schools.csv in it"),
            todo=Words("ตรวจชื่อโฟลเดอร์ หรือสร้างด้วย innov intake", "check the name, or make one with innov intake"),
        )
    commit.finish(path)  # an intake that was cut short after its promise is carried out before anything is read
    area = Area(path, _read_package(path / PACKAGE_FILE))
    if area.path("schools") is None:
        raise NotAnArea(
            Words("โฟลเดอร์นี้ไม่มีตาราง schools", "this folder has no schools table"),
            where=str(folder),
            expected=Words("schools.csv หรือ schools.parquet", "schools.csv or schools.parquet"),
            todo=Words(
                "นำไฟล์เข้าด้วย innov intake ไฟล์ --into โฟลเดอร์", "load files with innov intake FILES --into FOLDER"
            ),
        )
    return area


def _read_package(path: Path) -> dict:
    if not path.is_file():
        return {}
    try:
        package = json.loads(path.read_text(encoding="utf-8"))
        if not isinstance(package, dict):
            raise ValueError("not a JSON object")
        return package
    except (OSError, ValueError) as error:
        raise Unreadable(
            Words(f"อ่านไม่ได้: {error}", f"cannot be read: {error}"),
            where=path.name,
            todo=Words("ลบไฟล์นี้แล้วสั่ง innov check ใหม่", "delete this file and run innov check again"),
        ) from error


def read_raw(path: Path) -> pd.DataFrame:
    """A table's file with every cell as text and blanks as "", the way the contract's check wants it."""
    try:
        if path.suffix == ".parquet":
            frame = _of_parquet(parquet.raw, path)
            return pd.DataFrame({c: _as_text(frame[c]) for c in frame.columns})
        return _read_csv(path)
    except (OSError, UnicodeDecodeError, pd.errors.ParserError, pd.errors.EmptyDataError, ValueError) as error:
        raise _unreadable(path, error) from error


def _read_csv(path: Path) -> pd.DataFrame:
    # The header is read as a row like any other: given one, pandas takes the first column for an index where rows are
    # longer than it, so that every cell stands one column off, and renames the second of two equal headers.
    rows = pd.read_csv(path, dtype="str", keep_default_na=False, encoding="utf-8-sig", header=None)
    header = rows.iloc[0].str.strip()
    twice = sorted(header[header.duplicated()])
    if twice:
        raise ValueError(f"the header names {', '.join(twice)} twice")
    return rows.iloc[1:].set_axis(header, axis="columns").rename_axis(columns=None).reset_index(drop=True)


def count_rows(path: Path) -> int:
    """Rows of a table's file, the header not among them: in a fifth of the time it takes to read it.

    Raises
    ------
    Unreadable
        The file is no table.
    """
    try:
        if path.suffix == ".parquet":
            return _of_parquet(parquet.count, path)
        first = {"usecols": [0], "dtype": "str", "keep_default_na": False, "encoding": "utf-8-sig", "header": None}
        return len(pd.read_csv(path, **first)) - 1
    except (OSError, UnicodeDecodeError, pd.errors.ParserError, pd.errors.EmptyDataError, ValueError) as error:
        raise _unreadable(path, error) from error


def _as_text(cells: pd.Series) -> pd.Series:
    if pd.api.types.is_datetime64_any_dtype(cells):
        cells = cells.dt.strftime("%Y-%m-%d")
    return cells.astype("str").where(cells.notna(), "")


def _of_parquet(do, path: Path, *more):
    """What ``do`` finds in a Parquet file; a file that is none is refused as any other."""
    try:
        return do(path, *more)
    except parquet.errors() as error:
        raise _unreadable(path, error) from error


def _unreadable(path: Path, error: Exception) -> Unreadable:
    reason = str(error).splitlines()[0]
    return Unreadable(
        Words(f"อ่านตารางไม่ได้: {reason}", f"the table cannot be read: {reason}"),
        where=path.name,
        expected=Words(
            "CSV แบบ UTF-8 หรือ Parquet ตามพจนานุกรมข้อมูล", "a UTF-8 CSV or Parquet as the data dictionary says"
        ),
        todo=Words("ถ้าเป็นไฟล์จากสำนักงาน ให้นำเข้าด้วย innov intake", "load an office's own file with innov intake"),
    )


def read_table(path: Path, name: str) -> pd.DataFrame:
    """One table's file in the contract's types.

    Raises
    ------
    Unreadable
        The file cannot be read, a required column is not there, or cells breach the contract; the first breaches are
        named and ``innov check`` lists all of them. A wrong value is never turned into a missing one without a word.
    """
    if path.suffix == ".parquet" and is_sound(path, name):
        return _of_parquet(parquet.read, path, name)
    raw = read_raw(path)
    breaches = [b for b in check.breaches(raw, name) if b.code != "column-unknown"]
    if breaches:
        first = breaches[0]
        raise Unreadable(
            Words(
                f"{first.words.th} (พบทั้งหมด {len(breaches)} จุด)",
                f"{first.words.en} ({len(breaches)} such places in all)",
            ),
            where=first.where(),
            todo=Words("สั่ง innov check เพื่อดูทุกจุด", "run innov check to see every place"),
        )
    return contract.typed(raw, name)


def is_sound(path: Path, name: str) -> bool:
    """True where a Parquet file keeps the contract in every cell (:func:`innovlib.area.parquet.is_sound`)."""
    return _of_parquet(parquet.is_sound, path, name)


def need(area: Area, table: str, *, why: Words) -> pd.DataFrame:
    """A table that the caller cannot do without.

    Raises
    ------
    MissingTable
        The area does not have it, or it has no rows.
    """
    frame = area.table(table)
    if frame.empty:
        raise MissingTable(
            Words(f"พื้นที่นี้ไม่มีข้อมูลตาราง {table} ({why.th})", f"this area has no {table} table ({why.en})"),
            where=f"{table}.csv",
            todo=Words("นำไฟล์เข้าด้วย innov intake", "load the file with innov intake"),
        )
    return frame


# --- writing ------------------------------------------------------------------------------------------------------


def as_csv(frame: pd.DataFrame, name: str) -> str:
    """A table as CSV text: the contract's columns, rows in key order, blank for missing, dates as 2023-05-16."""
    columns = contract.table(name)
    out = contract.typed(frame, name).sort_values(list(columns.key), kind="stable", na_position="first")
    for column in columns.columns:
        if column.type == "boolean":
            out[column.name] = out[column.name].map({True: "true", False: "false"})
    return out.to_csv(index=False, lineterminator="\n", date_format="%Y-%m-%d", float_format="%.10g")


def as_parquet(frame: pd.DataFrame, name: str) -> bytes:
    """A table as the bytes of a Parquet file: the contract's columns and types, rows in key order."""
    with tempfile.TemporaryDirectory(prefix="innov-") as place:
        path = Path(place) / f"{name}.parquet"
        parquet.write(frame, name, path=path)
        return path.read_bytes()


def datapackage(folder: Path, *, title: str, title_th: str, synthetic: bool, **more) -> dict:
    """The ``datapackage.json`` of a folder (Frictionless Data Package), made from the contract and the files there."""
    resources = []
    for name, table in contract.TABLES.items():
        path = Area(folder).path(name)
        if path is not None:
            data = path.read_bytes()
            resources.append(
                {
                    "name": name, "path": path.name, "title": table.en, "title_th": table.th, "format": path.suffix[1:],
                    "encoding": "utf-8", "bytes": len(data), "hash": f"sha256:{hashlib.sha256(data).hexdigest()}",
                    "schema": contract.schema(name),
                }
            )  # fmt: skip
    slug = "".join(c if c.isascii() and (c.isalnum() or c in "-_.") else "-" for c in folder.name.lower())
    head = {"profile": "data-package", "name": slug, "title": title, "title_th": title_th, "synthetic": synthetic}
    return head | more | {"resources": resources}


def write_area(folder: Path, tables: dict[str, pd.DataFrame], *, form: str = "csv", **package) -> None:
    """Write tables and their ``datapackage.json`` into a folder; each file whole or not at all.

    ``form`` is ``csv`` or, for tables of national size, ``parquet``; a table's file in the other form is removed.
    ``package`` goes to :func:`datapackage` (``title``, ``title_th``, ``synthetic`` and further properties).
    """
    for name, frame in tables.items():
        content = as_csv(frame, name) if form == "csv" else as_parquet(frame, name)
        write_whole(folder / f"{name}.{form}", content)
        (folder / f"{name}.{'parquet' if form == 'csv' else 'csv'}").unlink(missing_ok=True)
    described = datapackage(folder, **package)
    write_whole(folder / PACKAGE_FILE, json.dumps(described, ensure_ascii=False, indent=2) + "\n")


def write_whole(path: Path, data: str | bytes) -> None:
    """Write a file whole or not at all: a temporary file beside it, flushed to disk, then put in its place.

    Raises
    ------
    CannotWrite
        The folder does not take the file; what stood there before is untouched.
    """
    content = data.encode("utf-8") if isinstance(data, str) else data
    temporary = None
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=path.parent, prefix=f".{path.name}.", suffix=".tmp", delete=False) as file:
            temporary = Path(file.name)
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        temporary.chmod(0o644)
        temporary.replace(path)
    except BaseException as error:
        if temporary is not None:
            temporary.unlink(missing_ok=True)
        if not isinstance(error, OSError):
            raise
        raise CannotWrite(
            Words(f"เขียนไฟล์ไม่ได้: {error.strerror}", f"the file cannot be written: {error.strerror}"),
            where=str(path),
            todo=Words("ตรวจสิทธิ์ของโฟลเดอร์และที่ว่างในดิสก์", "check the folder's permissions and the free disk space"),
        ) from error
