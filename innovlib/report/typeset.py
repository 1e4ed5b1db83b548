"""Setting type: numbers, two languages, Thai lines that break where they may, and text made safe for HTML."""

from __future__ import annotations

import html
import math
import re

from innovlib.errors import Words
from innovlib.report import style
from innovlib.report.disclosure import rounded_half_up

NO_BREAK_SPACE = "\u00a0"
ZERO_WIDTH_SPACE = "\u200b"

#: A name longer than this may break after all: better two lines than a page that scrolls sideways.
LONGEST_UNBROKEN_NAME = 32

#: A line may not start with these (they lean on the letter before) nor end with the vowels written before a letter.
_LEANING = "ะัาำิีึืฺุู็่้๊๋์ํ๎ๆฯๅ"
_LEADING = "เแโใไ"


def number(value: float | None, *, decimals: int | None = None, signed: bool = False) -> str:
    """A number as Thai documents print it: 1,234.5, halves up, a true minus sign; "–" where missing.

    Parameters
    ----------
    decimals
        Digits after the point; None prints as many as the (already rounded) value has, two at most.
    signed
        Put + before a positive number.

    Examples
    --------
    >>> number(1234.5), number(40.5, decimals=0), number(-3.0), number(2.0, signed=True), number(float("nan"))
    ('1,234.5', '41', '−3', '+2', '–')
    """
    if value is None or math.isnan(value):
        return "–"
    digits = 2 if decimals is None else decimals
    rounded = float(rounded_half_up(value, 10.0**-digits))
    text = f"{abs(rounded):,.{digits}f}"
    if decimals is None and "." in text:
        text = text.rstrip("0").rstrip(".")
    sign = "−" if rounded < 0 else "+" if signed and rounded > 0 else ""
    return sign + text


def lines(words: Words | None, lang: str) -> list[str]:
    """The words line by line: Thai, then English under it where both are wanted and they differ."""
    if words is None:
        return []
    if lang == "both":
        return [line for line in dict.fromkeys(words) if line]
    return [line for line in [getattr(words, lang)] if line]


def one_line(words: Words | None, lang: str) -> str:
    """The words on one line, the two languages parted by a middle dot."""
    return " · ".join(lines(words, lang))


def wrap(text: str, width: float, *, size: float, bold: bool = False) -> list[str]:
    """Break a text into lines no wider than ``width`` points.

    Lines break at spaces and at given break points (U+200B) only, so a name is never split; a single piece that is
    wider than a line is cut between letters as a last resort, never inside a syllable's marks.

    Examples
    --------
    >>> wrap("ภาษาไทย คณิตศาสตร์ วิทยาศาสตร์", 100, size=10)
    ['ภาษาไทย คณิตศาสตร์', 'วิทยาศาสตร์']
    """
    out, line = [], ""
    for piece in re.findall(rf"[^ {ZERO_WIDTH_SPACE}]+[ {ZERO_WIDTH_SPACE}]*|[ {ZERO_WIDTH_SPACE}]+", text):
        if line and style.text_width((line + piece).rstrip(), size, bold=bold) > width:
            out.append(line)
            line = ""
        line += piece
        while style.text_width(line.rstrip(), size, bold=bold) > width and len(line) > 1:
            cut = _last_cut(line, width, size=size, bold=bold)
            out.append(line[:cut])
            line = line[cut:]
    out.append(line)
    return [cleaned for cleaned in (each.replace(ZERO_WIDTH_SPACE, "").strip(" ") for each in out) if cleaned]


def _last_cut(text: str, width: float, *, size: float, bold: bool) -> int:
    """Where to cut a piece that is wider than a line: the last place between whole letters that still fits."""
    cut = 1
    for place in range(1, len(text)):
        if style.text_width(text[:place], size, bold=bold) > width:
            break
        if text[place] not in _LEANING and text[place - 1] not in _LEADING:
            cut = place
    return cut


def escape(text: object) -> str:
    """Text made safe for HTML content and attributes; characters that turn the reading direction are dropped."""
    return html.escape(re.sub("[\u202a-\u202e\u2066-\u2069]", "", str(text)), quote=True)


def words_html(words: Words | None, lang: str, *, tag: str = "span") -> str:
    """The words as HTML, the English second line marked as English.

    Examples
    --------
    >>> words_html(Words("วิชา", "Subject"), "both")
    'วิชา <span class="en" lang="en">Subject</span>'
    """
    said = lines(words, lang)
    if not said:
        return ""
    first = escape(said[0])
    return first if len(said) == 1 else f'{first} <{tag} class="en" lang="en">{escape(said[1])}</{tag}>'


def name_html(name: str) -> str:
    """A school's name that does not break (ICU splits บ้านพุย as บ้า|นพุย), unless it is too long for a telephone."""
    kind = "name" if len(name) <= LONGEST_UNBROKEN_NAME else "name long"
    return f'<span class="{kind}">{escape(name)}</span>'


def keep_names(markup: str, names: list[str] | tuple[str, ...]) -> str:
    """Put the given school names, wherever they stand in the text of a piece of HTML, into :func:`name_html`.

    Tags and attributes are left alone, and so is text that is a name already.
    """
    known = sorted({escape(n) for n in names if n and len(n) <= LONGEST_UNBROKEN_NAME}, key=len, reverse=True)
    if not known:
        return markup
    pattern = re.compile("(?:โรงเรียน)?(?:" + "|".join(map(re.escape, known)) + ")")
    parts = re.split(r"(<svg\b.*?</svg>|<style\b.*?</style>|<script\b.*?</script>|<title>.*?</title>"
                     r'|<span class="name[^>]*>.*?</span>|<[^>]*>)', markup, flags=re.S)  # fmt: skip
    return "".join(
        part if part.startswith("<") else pattern.sub(lambda m: f'<span class="name">{m[0]}</span>', part)
        for part in parts
    )
