"""A figure on the researcher's own screen that can be copied into a paper: as picture, as table, as LaTeX."""

from __future__ import annotations

import base64
import io
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from innovlib.errors import BadInput, Words
from innovlib.report import style

#: Ending → what it is good for. Thai text inside matplotlib's PDF files is corrupt, so none is written.
ENDINGS = (".svg", ".png")


@dataclass(frozen=True, eq=False)
class Drawing:
    """A drawn figure with the rows behind it.

    Attributes
    ----------
    figure
        The matplotlib figure, to be changed further.
    data
        The rows that were drawn, unprotected.
    """

    figure: object
    data: pd.DataFrame

    def plot(self):
        """The matplotlib figure."""
        return self.figure

    def to_frame(self) -> pd.DataFrame:
        """The rows behind the figure; changing them changes nothing."""
        return self.data.copy()

    def to_latex(self) -> str:
        """The rows behind the figure as a table for a LaTeX paper."""
        named = any(self.data.index.names)
        return self.data.to_latex(index=named, escape=True, float_format="%.2f")

    def savefig(self, path: str | Path, *, dpi: float = 300) -> Path:
        """Write the figure as SVG (text drawn as shapes, so every program shows the Thai) or PNG, by the ending.

        Raises
        ------
        BadInput
            Another ending was asked for. Thai text in matplotlib's PDF files can be neither searched nor copied.
        """
        path = Path(path)
        if path.suffix.lower() not in ENDINGS:
            raise BadInput(
                Words(f"บันทึกรูปเป็น {path.suffix} ไม่ได้", f"a figure cannot be saved as {path.suffix or 'that'}"),
                expected=Words(" หรือ ".join(ENDINGS), " or ".join(ENDINGS)),
                todo=Words("ใช้ .svg แล้วแปลงด้วยโปรแกรมวาดภาพ", "use .svg and let a drawing program convert it"),
                where=str(path),
            )
        self._save(path, format=path.suffix[1:].lower(), dpi=dpi)
        return path

    def _save(self, to, **options) -> None:
        import matplotlib as mpl

        with style.matplotlib_context(), mpl.rc_context({"svg.fonttype": "path"}):
            self.figure.savefig(to, **options)

    def _repr_mimebundle_(self, **_) -> dict[str, str]:
        picture = io.BytesIO()
        self._save(picture, format="png", dpi=110)
        return {"image/png": base64.b64encode(picture.getvalue()).decode("ascii"), "text/plain": repr(self)}

    def __repr__(self) -> str:
        return f"Drawing of {len(self.data)} rows"
