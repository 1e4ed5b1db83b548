"""Tables of national size as Parquet: read, judged and written by DuckDB, handed on as pandas frames.

A CSV's cells are text that has to be judged one by one; a Parquet file says its types itself. So one query can tell
whether a whole table keeps the contract, in a second for millions of rows. Only a table that does not is read as text
and judged cell by cell (:mod:`innovlib.area.check`), to name every place.
"""

from __future__ import annotations

import re
from pathlib import Path

import pandas as pd

from innovlib.area import contract

#: DuckDB's types that hold a contract's type without a loss.
_WHOLE = {"TINYINT", "SMALLINT", "INTEGER", "BIGINT", "UTINYINT", "USMALLINT", "UINTEGER"}
_HOLDS = {
    "string": {"VARCHAR"},
    "integer": _WHOLE,
    "number": {"DOUBLE", "FLOAT"} | _WHOLE,
    "boolean": {"BOOLEAN"},
    "date": {"DATE"},
}
_STORED = {"string": "VARCHAR", "integer": "BIGINT", "number": "DOUBLE", "boolean": "BOOLEAN", "date": "DATE"}
#: A column of text with no more different values than this comes over as codes, so that equal cells share one string.
_MOST_CODES = 100_000


def _connect():
    import duckdb  # only areas of national size keep Parquet, so only they pay for the import

    connection = duckdb.connect()
    connection.execute("SET enable_progress_bar = false")
    return connection


def errors() -> type[Exception]:
    """What DuckDB raises."""
    import duckdb

    return duckdb.Error


def _query(path: Path, sql: str):
    """Run a query in which ``?`` stands for the file."""
    return _connect().execute(sql, [str(path)])


def raw(path: Path) -> pd.DataFrame:
    """The file as it is."""
    return _query(path, "SELECT * FROM read_parquet(?)").df()


def count(path: Path) -> int:
    """Its rows."""
    return _query(path, "SELECT count(*) FROM read_parquet(?)").fetchone()[0]


def _types(path: Path) -> dict[str, str]:
    described = "SELECT column_name, column_type FROM (DESCRIBE SELECT * FROM read_parquet(?))"
    return dict(_query(path, described).fetchall())


def is_sound(path: Path, name: str) -> bool:
    """True where a table's file has the contract's types, and no cell and no key breaches it.

    Where it is not, :func:`innovlib.area.check.breaches` says why; this only answers quickly for those that are.
    """
    table, types = contract.table(name), _types(path)
    columns = [column for column in table.columns if column.name in types]
    if len(columns) < len(types) or not all(types[column.name] in _HOLDS[column.type] for column in columns):
        return False
    if any(column.name not in types for column in table.columns if column.required or column.name in table.key):
        return False
    wrong = " OR ".join(f"({test})" for column in columns for test in _tests(column)) or "false"
    if _query(path, f"SELECT count(*) FROM read_parquet(?) WHERE {wrong}").fetchone()[0]:
        return False
    if any(_has_other_shape(path, column) for column in columns if column.pattern):
        return False
    keys = ", ".join(_name(key) for key in table.key)
    twice = f"SELECT 1 FROM read_parquet(?) GROUP BY {keys} HAVING count(*) > 1 LIMIT 1"
    return _query(path, twice).fetchone() is None


def _tests(column: contract.Column) -> list[str]:
    """What is wrong with a cell of this column, as SQL; what is missing is wrong only where it is required."""
    name, tests = _name(column.name), []
    if column.required:
        tests.append(f"{name} IS NULL")
    if column.type == "string":
        tests.append(f"regexp_matches({name}, '^\\s|\\s$') OR {name} = ''")
    if column.values:
        allowed = ", ".join(_text(str(value)) for value in column.values)
        tests.append(f"CAST({name} AS VARCHAR) NOT IN ({allowed})")
    if column.type == "number":
        tests.append(f"NOT isfinite({name})")
    tests += [f"{name} < {column.limits['minimum']}"] if "minimum" in column.limits else []
    tests += [f"{name} > {column.limits['maximum']}"] if "maximum" in column.limits else []
    if column.type == "date":
        low, high = (contract.YEAR[end] - 543 for end in ("minimum", "maximum"))
        tests.append(f"year({name}) NOT BETWEEN {low} AND {high}")
    return tests


def _has_other_shape(path: Path, column: contract.Column) -> bool:
    # Python's expressions can look ahead and DuckDB's cannot, so the different values are looked at here.
    name = _name(column.name)
    values = _query(path, f"SELECT DISTINCT {name} FROM read_parquet(?) WHERE {name} IS NOT NULL").fetchall()
    shape = re.compile(column.pattern)
    return any(shape.fullmatch(value) is None for (value,) in values)


def _name(column: str) -> str:
    return '"' + column.replace('"', '""') + '"'


def _text(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"


def read(path: Path, name: str) -> pd.DataFrame:
    """A sound table in the contract's types, columns in file order; an optional column that is not there is missing."""
    table, types, connection = contract.table(name), _types(path), _connect()
    texts = [column.name for column in table.columns if column.type == "string" and column.name in types]
    wanted = []
    for column in types:
        wanted.append(_name(column))
        if column in texts and _few_values(path, column):
            distinct = (
                f"SELECT DISTINCT {_name(column)} FROM read_parquet({_text(str(path))}) WHERE {_name(column)} <> ''"
            )
            connection.execute(f"CREATE TYPE {_name('of ' + column)} AS ENUM ({distinct})")
            wanted[-1] = f"CAST({_name(column)} AS {_name('of ' + column)}) AS {_name(column)}"
    frame = connection.execute(f"SELECT {', '.join(wanted)} FROM read_parquet(?)", [str(path)]).df()
    out = {}
    for column in table.columns:
        # Taken out one by one, so that a column in two types at once is all that is ever held twice.
        cells = frame.pop(column.name) if column.name in frame else pd.Series(None, index=frame.index, dtype="object")
        out[column.name] = cells.astype(contract.DTYPES[column.type])
    return pd.DataFrame(out, columns=list(table.names))


def _few_values(path: Path, column: str) -> bool:
    counted = f"SELECT approx_count_distinct({_name(column)}) FROM read_parquet(?)"
    return 0 < _query(path, counted).fetchone()[0] <= _MOST_CODES


def write(frame: pd.DataFrame, name: str, *, path: Path) -> None:
    """A table as a Parquet file: the contract's columns and types, rows in key order; same frame, same bytes."""
    table, connection = contract.table(name), _connect()
    connection.execute("SET threads = 1")  # several would divide the rows among them by chance
    connection.register("given", contract.typed(frame, name))
    casts = ", ".join(f"CAST({_name(c.name)} AS {_STORED[c.type]}) AS {_name(c.name)}" for c in table.columns)
    order = ", ".join(f"{_name(key)} NULLS FIRST" for key in table.key)
    chosen = f"SELECT {casts} FROM given ORDER BY {order}"
    connection.execute(f"COPY ({chosen}) TO {_text(str(path))} (FORMAT parquet, COMPRESSION zstd)")
