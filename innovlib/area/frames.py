"""Tables of results as text and back, bit for bit: the same columns, the same types, the same values.

Numbers are kept as their own bytes and not as decimals, so that what is read is what was written. Nothing in such a
text can act: it is plain JSON, and reading it runs no code.
"""

from __future__ import annotations

import base64
import json

import numpy as np
import pandas as pd


def as_text(frames: dict[str, pd.DataFrame]) -> str:
    """Named frames as JSON.

    Columns may hold numbers, truth values, text, dates, categories and, as objects, a mixture of plain scalars.

    Raises
    ------
    TypeError
        A frame has levels of columns or rows, or a cell holds something that is no plain scalar; frame and column are
        named.

    Examples
    --------
    >>> made = {"means": pd.DataFrame({"year_be": [2566], "mean": [0.1 + 0.2]})}
    >>> from_text(as_text(made))["means"].equals(made["means"])
    True
    """
    return json.dumps({name: _frame(frame, name) for name, frame in frames.items()}, separators=(",", ":"))


def from_text(text: str) -> dict[str, pd.DataFrame]:
    """The frames that :func:`as_text` wrote."""
    return {name: _framed(held) for name, held in json.loads(text).items()}


def _frame(frame: pd.DataFrame, name: str) -> dict:
    if isinstance(frame.columns, pd.MultiIndex) or isinstance(frame.index, pd.MultiIndex):
        raise TypeError(f"{name}: rows or columns with levels cannot be kept; use reset_index()")
    index = frame.index
    plain = isinstance(index, pd.RangeIndex)
    rows = [index.start, index.stop, index.step] if plain else _column(index.to_series(), f"{name}, index")
    return {
        "names": _column(frame.columns.to_series(), f"{name}, names of columns"),
        "columns": [_column(frame.iloc[:, k], f"{name}.{c}") for k, c in enumerate(frame.columns)],
        "rows": rows,
        "called": [index.name, frame.columns.name],
    }


def _framed(held: dict) -> pd.DataFrame:
    rows = held["rows"]
    index = pd.RangeIndex(*rows) if isinstance(rows, list) else _typed(rows, pd.Index)
    columns = {k: _typed(column, pd.Series).set_axis(index) for k, column in enumerate(held["columns"])}
    frame = pd.DataFrame(columns, index=index)
    frame.columns = _typed(held["names"], pd.Index)
    frame.index.name, frame.columns.name = held["called"]
    return frame


def _typed(held: dict, kind):
    # Said aloud, because pandas makes text of an array of objects that are all text.
    array = _array(held)
    return kind(array, dtype=array.dtype)


def _column(values: pd.Series, place: str) -> dict:
    kind = values.dtype
    if isinstance(kind, pd.CategoricalDtype):
        held = _column(pd.Series(kind.categories), place)
        return {"type": "category", "of": held, "codes": _bytes(values.cat.codes.to_numpy()), "ordered": kind.ordered}
    if isinstance(kind, pd.StringDtype) or pd.api.types.is_object_dtype(kind):
        return {"type": str(kind), "cells": _plain(_cells(values), place)}
    if isinstance(kind, pd.api.extensions.ExtensionDtype):
        # Nullable numbers: the numbers with zeros in the gaps, and where the gaps are.
        if not hasattr(kind, "numpy_dtype"):
            raise TypeError(f"{place}: columns of type {kind} cannot be kept")
        numbers = values.to_numpy(dtype=kind.numpy_dtype, na_value=kind.numpy_dtype.type(0))
        return {"type": str(kind), "numbers": _bytes(numbers), "gaps": _bytes(values.isna().to_numpy())}
    return {"type": str(kind), "numbers": _bytes(values.to_numpy())}


def _cells(values: pd.Series) -> list:
    if values.dtype == object:
        return list(values)
    return [None if gap else cell for cell, gap in zip(values, values.isna(), strict=True)]


def _plain(cells: list, place: str) -> list:
    for cell in cells:
        if not (cell is None or type(cell) in (str, bool, int, float)):
            raise TypeError(f"{place}: {type(cell).__name__} cannot be kept; only plain scalars can")
    return cells


def _bytes(array: np.ndarray) -> list:
    little = array.astype(array.dtype.newbyteorder("<"), copy=False)
    return [array.dtype.str.lstrip("<>=|"), base64.b64encode(np.ascontiguousarray(little).tobytes()).decode("ascii")]


def _unbytes(held: list) -> np.ndarray:
    kind = np.dtype(held[0])
    return np.frombuffer(base64.b64decode(held[1]), dtype=kind.newbyteorder("<")).astype(kind)


def _array(held: dict):
    kind = held["type"]
    if kind == "category":
        categories = pd.Index(_array(held["of"]))
        return pd.Categorical.from_codes(_unbytes(held["codes"]), categories=categories, ordered=held["ordered"])
    if "cells" in held:
        if kind != "object":
            return pd.array(held["cells"], dtype=kind)
        cells = np.empty(len(held["cells"]), dtype=object)
        cells[:] = held["cells"]
        return cells
    numbers = _unbytes(held["numbers"])
    if "gaps" not in held:
        return numbers
    out = pd.array(numbers, dtype=kind)
    out[_unbytes(held["gaps"])] = pd.NA
    return out
