"""What every result of the kit can do beside its own sentence: be shown and be copied into a paper."""

from __future__ import annotations


class Copyable:
    """A result with ``to_frame()``: gives it ``to_latex()`` and a way to show itself in a notebook."""

    def to_latex(self, *, decimals: int = 2, caption: str | None = None) -> str:
        """The result's table for a LaTeX paper; Thai needs XeLaTeX or LuaLaTeX with a Thai font.

        Parameters
        ----------
        decimals
            Decimals of numbers that are not whole.
        caption
            Caption of the table.
        """
        options = {"index": False, "escape": True, "na_rep": "", "caption": caption}
        return self.to_frame().to_latex(float_format=f"%.{decimals}f", **options)

    def _repr_html_(self) -> str:
        return self.to_frame().to_html(index=False, na_rep="", float_format="{:.2f}".format)
