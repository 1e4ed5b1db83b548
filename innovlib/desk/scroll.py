"""Tables to scroll, sort and filter on the researcher's own screen; nothing is fetched, nothing heavy is put in."""

from __future__ import annotations

import json
from html import escape
from importlib import resources
from numbers import Integral, Real

import pandas as pd

#: Rows drawn at a time. Search and sorting see every row; more lines than this nobody scrolls.
MOST = 500


class Scroll:
    """A table with a filter under every heading, sorted by a click; a plain table where scripts do not run."""

    def __init__(self, frame: pd.DataFrame, *, caption: str = "", decimals: int = 2) -> None:
        self.frame, self.caption, self.decimals = frame.copy(), caption, decimals

    def to_frame(self) -> pd.DataFrame:
        """The table's rows, whole and not rounded."""
        return self.frame.copy()

    def to_latex(self) -> str:
        """The table for a LaTeX paper, rounded as it is shown."""
        texts = pd.DataFrame(self._texts(), columns=self._heads())
        return texts.to_latex(index=False, escape=True, caption=self.caption or None)

    def __repr__(self) -> str:
        return repr(self.frame)

    def _flat(self) -> pd.DataFrame:
        # An index with a name is a column to the reader; a bare 0, 1, 2 … is not.
        return self.frame.reset_index() if any(self.frame.index.names) else self.frame

    def _heads(self) -> list[str]:
        return [" ".join(map(str, c)).strip() if isinstance(c, tuple) else str(c) for c in self._flat().columns]

    def _texts(self) -> list[list[str]]:
        flat = self._flat()
        columns = [_column(flat.iloc[:, i], self.decimals) for i in range(flat.shape[1])]
        return [list(row) for row in zip(*columns, strict=True)]

    def _content(self) -> dict:
        flat = self._flat()
        numeric = [pd.api.types.is_numeric_dtype(t) and not pd.api.types.is_bool_dtype(t) for t in flat.dtypes]
        return {"numeric": numeric, "rows": self._texts(), "most": MOST}

    def _repr_html_(self) -> str:
        content = self._content()
        heads = "".join(
            f'<th scope="col"><button type="button">{escape(head)}</button>'
            f'<input type="search" aria-label="กรอง filter {escape(head)}"></th>'
            for head in self._heads()
        )
        plain = "".join(f"<tr>{''.join(f'<td>{escape(t)}</td>' for t in row)}</tr>" for row in content["rows"][:10])
        # "<" is written as its JSON escape, so that no cell can end the script element.
        data = json.dumps(content, ensure_ascii=False).replace("<", "\\u003c")
        caption, style, script = escape(self.caption), _file("scroll.css"), _file("scroll.js")
        return (
            f'<div class="innov-scroll"><style>{style}</style><div class="rows"><table><caption>{caption}</caption>'
            f"<thead><tr>{heads}</tr></thead><tbody>{plain}</tbody></table></div><output></output>"
            f'<script type="application/json">{data}</script><script>{script}</script></div>'
        )


def _file(name: str) -> str:
    return resources.files("innovlib.desk").joinpath(name).read_text(encoding="utf-8")


def _column(values: pd.Series, decimals: int) -> list[str]:
    """A column's words; whole numbers stay whole where pandas had to make them floats to hold a missing one."""
    whole = pd.api.types.is_float_dtype(values) and bool((values.dropna() % 1 == 0).all())
    return [_text(value, 0 if whole else decimals) for value in values]


def _text(value: object, decimals: int) -> str:
    """A cell's words: blank for missing, whole numbers whole, others with the same number of decimals."""
    if pd.api.types.is_scalar(value) and pd.isna(value):
        return ""
    if isinstance(value, Real) and not isinstance(value, Integral):
        return f"{value:.{decimals}f}"
    if isinstance(value, pd.Timestamp):
        return value.strftime("%Y-%m-%d")
    return str(value)


def scroll(frame: pd.DataFrame, *, caption: str = "", decimals: int = 2) -> Scroll:
    """A table to scroll, sort and filter in a live notebook.

    Parameters
    ----------
    frame
        Any table; it is not changed, and every row can be found by its filters.
    caption
        What the table is; also the caption of its LaTeX.
    decimals
        Decimals of numbers that are not whole, on the screen and in LaTeX only.

    Examples
    --------
    >>> scroll(pd.DataFrame({"school_id": ["S1"], "n": [12]})).to_frame().shape
    (1, 2)
    """
    return Scroll(frame, caption=caption, decimals=decimals)
