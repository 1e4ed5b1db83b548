"""Text of a drawing as outlines, for programs that shape Thai otherwise than a browser does."""

from __future__ import annotations

import html
import re
from functools import lru_cache

from innovlib.report import style

_GROUP = re.compile(r"<g([^>]*)>((?:<text [^>]*>[^<]*</text>)+)</g>")
_TEXT = re.compile(r"<text ([^>]*)>([^<]*)</text>")


def outlined(svg: str) -> str:
    """The drawing of a :class:`innovlib.report.figures.sheet.Sheet` with its text as the outlines of its glyphs.

    matplotlib shapes the text (HarfBuzz), so marks stack as they do in a browser; a halo lies under its letters.
    """
    return _TEXT.sub(lambda m: _path(m[1], m[2]), _GROUP.sub(_spread, svg))


def _spread(group: re.Match) -> str:
    """Lines of text that share one look, each with that look of its own."""
    return re.sub(r"<text ", f"<text {group[1].strip()} ", group[2])


def _path(attributes: str, text: str) -> str:
    look = dict(re.findall(r'([\w-]+)="([^"]*)"', attributes))
    bold, size = look.get("font-weight") == "700", float(look.get("font-size", 9))
    shape, width = _glyphs(html.unescape(text), bold)
    shift = {"middle": 0.5, "end": 1.0}.get(look.get("text-anchor", ""), 0.0) * width * size
    x, y = float(look["x"]) - shift, float(look["y"])
    drawn = " ".join(
        part if part.isalpha() else f"{(x, y)[i % 2] + float(part) * size * (1, -1)[i % 2]:.2f}"
        for part, i in _places(shape)
    )
    halo = f'<path d="{drawn}" fill="none" stroke="#fff" stroke-width="3" stroke-linejoin="round"/>'
    return (halo if "stroke" in look else "") + f'<path d="{drawn}" fill="{look.get("fill", style.INK)}"/>'


def _places(shape: tuple[str, ...]):
    """Each part of a path with whether it is a level (0) or an upright (1) place; letters count for neither."""
    i = 0
    for part in shape:
        yield part, i
        i += not part.isalpha()


@lru_cache(maxsize=4096)
def _glyphs(text: str, bold: bool) -> tuple[tuple[str, ...], float]:
    """A line's outline at type size 1, and its width."""
    if not text.strip():
        return (), style.text_width(text, 1, bold=bold)
    from matplotlib.font_manager import FontProperties
    from matplotlib.textpath import TextPath

    face = FontProperties(fname=style.font().bold if bold else style.font().regular)
    path = TextPath((0, 0), text, size=100, prop=face, usetex=False)
    letters = {1: "M", 2: "L", 3: "Q", 4: "C", 79: "Z"}
    shape: list[str] = []
    for points, code in path.iter_segments(curves=True, simplify=False):
        shape.append(letters[int(code)])
        shape += [] if code == 79 else [f"{value / 100:.4f}" for value in points]
    return tuple(shape), style.text_width(text, 1, bold=bold)
