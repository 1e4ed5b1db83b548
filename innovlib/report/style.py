"""How things look: colours, type, and the one place that finds the Thai font.

Sarabun is the look of Thai government documents (cabinet resolution of 7 September 2553). It comes as a dependency
(``fontpkg-sarabun``, SIL Open Font License), so nothing is fetched when a report is made. Colours are given with their
contrast on white (WCAG 2.2 asks 4.5 for text, 3 for shapes); blue and orange are told apart by red-green readers too,
and still a shape always says the same thing as a colour.
"""

from __future__ import annotations

import base64
import hashlib
import unicodedata
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from pathlib import Path

from innovlib.errors import InnovError, Words
from innovlib.report import sarabun

INK = "#1f2933"  # 14.7 : 1
MUTED = "#5b6770"  # 5.8
OWN = "#005ab5"  # 6.7, the school or group the page is about
WARN = "#b34700"  # 5.5, small numbers, below, synthetic
PEER = "#8a9299"  # 3.2, shapes only, never text
BAND = "#cfd4d9"  # filled areas of spread, always with an edge or a line in PEER
GRID = "#e4e8eb"
AXIS = "#9aa4ac"
EMPTY = "#f4f0e6"  # a stretch without data
TINT = "#e8f0f9"
WHITE = "#ffffff"

#: Widths of the two variants of every figure in points: A4 text width, and a telephone held upright.
WIDE = 7.2 * 72
PHONE = 4.1 * 72

#: Tried in this order; the first is a dependency of the kit, the others are often installed.
FONTS = ("Sarabun", "TH Sarabun New", "Noto Sans Thai", "Leelawadee UI", "Thonburi", "Garuda")
FONT_STACK = ", ".join(f"'{name}'" if " " in name else name for name in FONTS) + ", sans-serif"


class FontMissing(InnovError):
    """No font on this computer can write Thai."""


@dataclass(frozen=True)
class Font:
    """A family with the files of its two weights; ``licensed`` where it may be put into a page."""

    family: str
    regular: Path
    bold: Path
    licensed: bool


@lru_cache(maxsize=1)
def font() -> Font:
    """The Thai font: the packaged Sarabun, else the first installed one of :data:`FONTS`.

    Raises
    ------
    FontMissing
        If there is none; the message names the fonts that would do and the command that installs one.
    """
    found = packaged_font() or installed_font()
    if found is None:
        raise FontMissing(
            Words("ไม่พบแบบอักษรไทยในเครื่องนี้", "no Thai font was found on this computer"),
            expected=Words(", ".join(FONTS), ", ".join(FONTS)),
            todo=Words("สั่ง pip install fontpkg-sarabun", "run: pip install fontpkg-sarabun"),
        )
    return found


def packaged_font() -> Font | None:
    """Sarabun as the package ``fontpkg-sarabun`` brings it, or None."""
    files = sarabun.files()
    return Font("Sarabun", **files, licensed=True) if files else None


def installed_font() -> Font | None:
    """The first installed family of :data:`FONTS`, or None. Used, but not put into pages: its licence is unknown."""
    from matplotlib import font_manager as fonts  # slow to import, needed only where the package is missing

    for family in FONTS:
        try:
            paths = [
                Path(fonts.findfont(fonts.FontProperties(family=family, weight=weight), fallback_to_default=False))
                for weight in ("normal", "bold")
            ]
        except ValueError:
            continue
        return Font(family, *paths, licensed=False)
    return None


@lru_cache(maxsize=2)
def _advances(bold: bool) -> dict[str, float]:
    """Advance width of each character as a share of the type size; empty where there is no Thai font."""
    try:
        found = font()
    except FontMissing:
        return {}  # the page is set without measuring, and says so
    if found.licensed:
        return sarabun.advances("bold" if bold else "regular")
    per_em, widths = sarabun.widths_of(found.bold if bold else found.regular)
    return {character: width / per_em for character, width in widths.items()}


def missing_glyphs(text: str) -> str:
    """Characters of a text that the font cannot draw, each once; break points and joiners draw nothing and are fine."""
    known = _advances(False) or dict.fromkeys(text, 0.0)  # without a font nothing can be said of its glyphs
    return "".join(dict.fromkeys(c for c in text if c not in known and c not in "\n\u200b\u200c\u200d\u2060\ufeff"))


def text_width(text: str, size: float, *, bold: bool = False) -> float:
    """Width of a line of text in points.

    The sum of the advances of its characters: Thai marks above and below have none, and shaping swaps Thai glyphs for
    others of the same advance, so the sum is what a shaping engine finds, less kerning (a test compares the two).

    Examples
    --------
    >>> text_width("ที่", 10) == text_width("ท", 10)
    True
    """
    advances = _advances(bold)
    return size * sum(advances.get(c, _assumed(c)) for c in text)


def _assumed(character: str) -> float:
    """The advance of a character that the font does not tell: none for marks and joiners, a wide letter's else."""
    return 0.0 if unicodedata.category(character) in ("Mn", "Cf") else 0.6


@contextmanager
def matplotlib_context():
    """matplotlib set up for Thai, inside a ``with`` block only: font by file, no mathtext, nothing random.

    Missing glyphs warn as matplotlib does; the tests turn that warning into an error.
    """
    import matplotlib as mpl

    _make_known()
    settings = {
        "font.family": font().family,
        "text.parse_math": False,  # a name may hold a dollar sign, and mathtext does not shape Thai
        "svg.fonttype": "none",
        "svg.hashsalt": "innovlib",
        "axes.unicode_minus": True,
    }
    with mpl.rc_context(settings):
        yield


def _make_known() -> None:
    """Tell matplotlib of the font's files, once."""
    from matplotlib import font_manager

    for file in {font().regular, font().bold}:
        if not any(entry.fname == str(file) for entry in font_manager.fontManager.ttflist):
            font_manager.fontManager.addfont(file)


def use_thai() -> None:
    """Set matplotlib's own default to the Thai font, for everything a researcher draws by hand in this process.

    The one place that changes a setting for good. The kit's kernel calls it as it starts; nothing else does.
    """
    import matplotlib as mpl

    _make_known()
    mpl.rcParams["font.family"] = [font().family, *mpl.rcParamsDefault["font.family"]]
    mpl.rcParams["axes.unicode_minus"] = True


@lru_cache(maxsize=1)
def font_css() -> str:
    """``@font-face`` rules with both weights inside.

    Empty where the font's licence is not known to allow it: the page then names the font and the reader's computer
    brings it.
    """
    try:
        licensed = font().licensed
    except FontMissing:
        licensed = False
    return "\n".join(_face(*face) for face in (("400", "regular"), ("700", "bold"))) if licensed else ""


def _face(number: str, weight: str) -> str:
    address = "data:font/woff2;base64," + base64.b64encode(sarabun.subset(weight)).decode("ascii")
    return f"@font-face{{font-family:Sarabun;font-weight:{number};src:url({address}) format('woff2')}}"


@lru_cache(maxsize=8)
def template(name: str) -> str:
    """The text of a file in ``templates/``."""
    return resources.files("innovlib.report").joinpath("templates", name).read_text(encoding="utf-8")


@lru_cache(maxsize=8)
def compiled(name: str):
    """A page's frame, a file in ``templates/`` for jinja2; what is put in has been escaped before."""
    import jinja2

    return jinja2.Environment(autoescape=False, keep_trailing_newline=True).from_string(template(name))


def css(name: str = "page.css") -> str:
    """A style sheet with the colours of this module put in; ``@@INK@@`` in the file becomes the value of ``INK``."""
    text = template(name)
    colours = {key: value for key, value in globals().items() if key.isupper() and str(value).startswith("#")}
    for key, value in colours.items():
        text = text.replace(f"@@{key}@@", value)
    return text.replace("@@FONTS@@", FONT_STACK)


def script_hash(script: str) -> str:
    """The hash by which a page's policy lets its own script run and no other."""
    return "sha256-" + base64.b64encode(hashlib.sha256(script.encode()).digest()).decode("ascii")
