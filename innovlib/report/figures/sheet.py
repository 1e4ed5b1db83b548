"""A sheet to draw on: paths, discs and lines of text at fixed places, written as SVG or handed to matplotlib.

All places are in points, y downwards, decided before anything is drawn: nothing is laid out by drawing twice. The SVG
is written directly because that costs a few milliseconds and 4 to 16 kB where a plotting library's costs 100 ms and
twice the size; it holds no ids that could clash in a page, and is the same bytes for the same input. matplotlib draws
the same marks where pixels are wanted (:meth:`Sheet.plot`).
"""

from __future__ import annotations

import math
import re
import warnings
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from innovlib.report import style
from innovlib.report.typeset import escape

#: Height of a line as a multiple of its type size: Thai stacks two marks above and one below a letter.
LEADING = 1.45
#: From the baseline to the middle of a digit or a Thai consonant, as a share of the type size.
MIDDLE = 0.31


#: Layers from the paper up. Marks of one layer that look alike are written together, which a reader cannot see (they
#: are chosen so that the order within a layer does not matter) and which halves the file.
GROUND, AREA, GRID, LINE, OWN_LINE, MARK, OWN_MARK, TEXT = range(8)


@dataclass(frozen=True)
class Path:
    """A line, or with ``closed`` an area."""

    points: tuple[tuple[float, float], ...]
    stroke: str = ""
    width: float = 1.0
    fill: str = ""
    dash: tuple[float, ...] = ()
    closed: bool = False
    layer: int = LINE

    def moved(self, dx: float, dy: float) -> Path:
        """The same mark at another place."""
        return replace(self, points=tuple((x + dx, y + dy) for x, y in self.points))

    def look(self) -> str:
        """Its paint, as SVG attributes."""
        return _paint(self) + (f' stroke-dasharray="{" ".join(map(_n, self.dash))}"' if self.dash else "")

    def shape(self) -> str:
        """Its form and place, as SVG."""
        return "M" + " ".join(f"{_n(x)} {_n(y)}" for x, y in self.points) + ("Z" if self.closed else "")


@dataclass(frozen=True)
class Disc:
    """A round mark."""

    x: float
    y: float
    r: float
    fill: str = ""
    stroke: str = ""
    width: float = 1.0
    layer: int = MARK

    def moved(self, dx: float, dy: float) -> Disc:
        """The same mark at another place."""
        return replace(self, x=self.x + dx, y=self.y + dy)

    def look(self) -> str:
        """Its paint, as SVG attributes."""
        return _paint(self)

    def shape(self) -> str:
        """Its form and place, as SVG."""
        return f'<circle cx="{_n(self.x)}" cy="{_n(self.y)}" r="{_n(self.r)}"/>'


@dataclass(frozen=True)
class Text:
    """One line of text; ``anchor`` is start, middle or end; ``halo`` keeps it readable over lines."""

    x: float
    y: float
    text: str
    size: float = 9.0
    colour: str = style.INK
    bold: bool = False
    anchor: str = "start"
    halo: bool = False
    layer: int = TEXT

    def moved(self, dx: float, dy: float) -> Text:
        """The same mark at another place."""
        return replace(self, x=self.x + dx, y=self.y + dy)

    @property
    def width(self) -> float:
        """Width of the line in points."""
        return style.text_width(self.text, self.size, bold=self.bold)

    @property
    def left(self) -> float:
        """Where the line begins."""
        return self.x - self.width * {"start": 0.0, "middle": 0.5, "end": 1.0}[self.anchor]

    def look(self) -> str:
        """Its paint, as SVG attributes."""
        bold = ' font-weight="700"' if self.bold else ""
        anchor = "" if self.anchor == "start" else f' text-anchor="{self.anchor}"'
        halo = ' stroke="#fff" stroke-width="3" stroke-linejoin="round" paint-order="stroke"' if self.halo else ""
        return f' font-size="{_n(self.size)}" fill="{self.colour}"{bold}{anchor}{halo}'

    def shape(self) -> str:
        """Its form and place, as SVG."""
        return f'<text x="{_n(self.x)}" y="{_n(self.y)}">{escape(self.text)}</text>'


def _n(value: float) -> str:
    """A coordinate to a tenth of a point, as short as it goes."""
    text = f"{value:.1f}"
    return {"-0.0": "0"}.get(text, text.removesuffix(".0"))


def _paint(mark: Path | Disc) -> str:
    fill = f' fill="{mark.fill}"' if mark.fill else ' fill="none"'
    return fill + (f' stroke="{mark.stroke}" stroke-width="{_n(mark.width)}"' if mark.stroke else "")


class Sheet:
    """Marks in drawing order on a sheet of a given width; the height grows to what is asked."""

    def __init__(self, width: float, height: float = 0.0) -> None:
        self.width, self.height = width, height
        self.marks: list[Path | Disc | Text] = []

    def line(
        self,
        *points: tuple[float, float],
        stroke: str,
        width: float = 1.0,
        dash: Sequence[float] = (),
        layer: int = LINE,
    ) -> None:
        """A line through the points."""
        self.marks.append(Path(points, stroke, width, dash=tuple(dash), layer=layer))

    def area(
        self,
        points: Iterable[tuple[float, float]],
        *,
        fill: str,
        stroke: str = "",
        width: float = 0.8,
        layer: int = AREA,
    ) -> None:
        """A closed area."""
        self.marks.append(Path(tuple(points), stroke, width, fill, closed=True, layer=layer))

    def box(
        self, x: float, y: float, width: float, height: float, *, fill: str, stroke: str = "", layer: int = AREA
    ) -> None:
        """A rectangle from its upper left corner."""
        corners = ((x, y), (x + width, y), (x + width, y + height), (x, y + height))
        self.area(corners, fill=fill, stroke=stroke, layer=layer)

    def disc(
        self, x: float, y: float, r: float, *, fill: str = "", stroke: str = "", width: float = 1.0, layer: int = MARK
    ) -> None:
        """A round mark."""
        self.marks.append(Disc(x, y, r, fill, stroke, width, layer))

    def diamond(self, x: float, y: float, r: float, *, fill: str = style.WHITE, stroke: str = "", width=1.3) -> None:
        """A square standing on its corner."""
        corners = ((x, y - r), (x + r, y), (x, y + r), (x - r, y))
        self.area(corners, fill=fill, stroke=stroke, width=width, layer=MARK)

    def square(self, x: float, y: float, r: float, *, fill: str = style.WHITE, stroke: str = "", width=1.3) -> None:
        """A square around a place."""
        corners = ((x - r, y - r), (x + r, y - r), (x + r, y + r), (x - r, y + r))
        self.area(corners, fill=fill, stroke=stroke, width=width, layer=MARK)

    def triangle(self, x: float, y: float, r: float, *, fill: str, down: bool = False, stroke: str = "") -> None:
        """A triangle around a place, pointing up, or down."""
        tip = r if down else -r
        corners = ((x, y + tip), (x + r, y - tip * 0.75), (x - r, y - tip * 0.75))
        self.area(corners, fill=fill, stroke=stroke, layer=MARK)

    def text(self, x: float, y: float, text: str, **look) -> Text:
        """A line of text with its baseline at y; returns the mark, which knows its width."""
        if absent := style.missing_glyphs(text):
            warnings.warn(f"Glyph {absent!r} missing from font {style.font().family}", UserWarning, stacklevel=2)
        mark = Text(x, y, text, **look)
        self.marks.append(mark)
        return mark

    def texts(self, x: float, y: float, lines: Iterable[str], *, size: float = 9.0, leading: float = LEADING, **look):
        """Lines of text below each other; returns the baseline that would come next."""
        for line in lines:
            self.text(x, y, line, size=size, **look)
            y += size * leading
        return y

    def place(self, other: Sheet, *, x: float = 0.0, y: float = 0.0) -> None:
        """Put all marks of another sheet on this one, moved."""
        self.marks.extend(mark.moved(x, y) for mark in other.marks)

    def ordered(self) -> list[Path | Disc | Text]:
        """The marks from the paper up, in drawing order within a layer."""
        return sorted(self.marks, key=lambda mark: mark.layer)

    def svg(self, *, attributes: str = "") -> str:
        """The sheet as an ``<svg>`` element: no ids, no styles, text as text."""
        alike: dict[tuple, list[str]] = {}
        for mark in self.ordered():
            alike.setdefault((mark.layer, type(mark), mark.look()), []).append(mark.shape())
        body = "".join(_run(kind, look, shapes) for (_, kind, look), shapes in alike.items())
        return f'<svg viewBox="0 0 {_n(self.width)} {_n(math.ceil(self.height))}"{attributes}>{body}</svg>'

    def plot(self):
        """The sheet as a :class:`matplotlib.figure.Figure` with an Agg canvas (no pyplot, no global state)."""
        from matplotlib.backends.backend_agg import FigureCanvasAgg
        from matplotlib.figure import Figure
        from matplotlib.transforms import Affine2D

        with style.matplotlib_context():
            figure = Figure(figsize=(self.width / 72, self.height / 72), dpi=200, facecolor="white")
            FigureCanvasAgg(figure)
            points = Affine2D().scale(1 / 72, -1 / 72).translate(0, self.height / 72) + figure.dpi_scale_trans
            for mark in self.ordered():
                figure.add_artist(_artist(mark, points))
            return figure


def _run(kind: type, look: str, shapes: list[str]) -> str:
    """Neighbouring marks that look alike, written once: paths as one path, others as a group."""
    if kind is Path:
        return f'<path d="{"".join(shapes)}"{look}/>'
    if len(shapes) == 1:
        return re.sub(r"^<(circle|text)([^>]*?)(/?)>", rf"<\1\2{look}\3>", shapes[0], count=1)
    return f"<g{look}>{''.join(shapes)}</g>"


def _artist(mark: Path | Disc | Text, points):
    """One mark as a matplotlib artist."""
    from matplotlib import patches, patheffects, text
    from matplotlib.font_manager import FontProperties

    if isinstance(mark, Text):
        place = {"start": "left", "middle": "center", "end": "right"}[mark.anchor]
        face = FontProperties(fname=style.font().bold if mark.bold else style.font().regular, size=mark.size)
        artist = text.Text(mark.x, mark.y, mark.text.replace("\u200b", ""), color=mark.colour, ha=place, va="baseline",
                           fontproperties=face, transform=points, parse_math=False)  # fmt: skip
        if mark.halo:
            artist.set_path_effects([patheffects.withStroke(linewidth=3, foreground="white")])
        return artist
    look = {"facecolor": mark.fill or "none", "edgecolor": mark.stroke or "none", "linewidth": mark.width}
    if isinstance(mark, Disc):
        return patches.Circle((mark.x, mark.y), mark.r, transform=points, **look)
    dash = {"linestyle": (0, tuple(step / mark.width for step in mark.dash))} if mark.dash else {}
    return patches.Polygon(mark.points, closed=mark.closed, transform=points, capstyle="butt", **look, **dash)
