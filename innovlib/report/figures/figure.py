"""What every figure is: two drawings of one thing, its title, its alternative text and the table it was drawn from."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import pandas as pd

from innovlib.errors import BadInput, Words
from innovlib.report import labels, style
from innovlib.report.disclosure import Protected
from innovlib.report.figures.sheet import LEADING, Sheet
from innovlib.report.typeset import escape, lines, one_line, words_html, wrap
from innovlib.terms import check_language

#: Shows one of the two drawings; pages have the same rules in their style sheet and drop this one.
SWITCH = (
    "<style>.fig{margin:1em 0;background:#fff;color:#1f2933;max-width:7.2in}.fig figcaption b{display:block}"
    ".fig svg{display:block;width:100%;height:auto}.fig .phone{display:none}"
    "@media screen and (max-width:640px){.fig .phone{display:block}.fig .wide{display:none}}</style>"
)


def frame_of(data: Protected, *, who: str) -> pd.DataFrame:
    """The table of a protected result; a clear error for anything that has not passed the disclosure rules."""
    if not isinstance(data, Protected):
        raise TypeError(
            f"{who} draws from a Protected table only, not from {type(data).__name__}: "
            "pass it through innovlib.report.disclosure first. "
            f"({who} รับเฉพาะตารางที่ผ่านกฎการเปิดเผยข้อมูลแล้ว)"
        )
    return data.frame


@dataclass(frozen=True)
class Figure:
    """A finished figure.

    ``str(figure.svg)`` stands alone, with title, note and synthetic mark; in a page the title and note are set as
    HTML text above and below the drawing, so that they break well and can be read aloud.

    Attributes
    ----------
    title, alt, subtitle, note
        Words above, instead of, above and below the drawing.
    synthetic
        True marks the figure as made from simulated data.
    data
        The protected rows that were drawn.
    wide, phone
        The drawing at 7.2 and at 4.1 inches.
    """

    title: Words
    alt: Words
    subtitle: Words | None
    note: Words | None
    synthetic: bool
    lang: str
    # What a notebook shows in words is the title; the rows and the drawing would be pages of text.
    data: pd.DataFrame = field(repr=False)
    wide: Sheet = field(repr=False)
    phone: Sheet = field(repr=False)

    @property
    def caption(self) -> Words:
        """The title, which says the main point."""
        return self.title

    @property
    def svg(self) -> str:
        """The whole figure at 7.2 inches as a file of its own."""
        return self._standalone(self.wide)

    @property
    def svg_phone(self) -> str:
        """The whole figure at 4.1 inches as a file of its own."""
        return self._standalone(self.phone)

    def to_frame(self) -> pd.DataFrame:
        """The rows behind the drawing, protected as they were drawn."""
        return self.data.copy()

    def plot(self, *, phone: bool = False):
        """The whole figure as a matplotlib figure, to be shown or changed by a researcher."""
        return self._sheet(self.phone if phone else self.wide).plot()

    def savefig(self, path: str | Path, *, phone: bool = False, dpi: float = 200) -> Path:
        """Write the figure as SVG or PNG (by the ending).

        PDF is refused: the Thai text in matplotlib's PDF files is corrupt, so they can be neither searched nor copied.
        """
        path = Path(path)
        if path.suffix.lower() == ".svg":
            path.write_text(self.svg_phone if phone else self.svg, encoding="utf-8", newline="\n")
        elif path.suffix.lower() == ".png":
            with style.matplotlib_context():
                self.plot(phone=phone).savefig(path, dpi=dpi, metadata={"Software": None})
        else:
            raise BadInput(
                Words(f"บันทึกรูปเป็น {path.suffix} ไม่ได้", f"a figure cannot be saved as {path.suffix or 'that'}"),
                expected=Words(".svg หรือ .png", ".svg or .png"),
                todo=Words("พิมพ์หน้ารายงานเป็น PDF แทน", "print the report page to PDF instead"),
                where=str(path),
            )
        return path

    def narrow(self) -> str:
        """The figure as HTML with its narrow drawing alone, for a place that is never wide."""
        return self._html([("one", self.phone)])

    def _repr_html_(self) -> str:
        return self._html([("wide", self.wide), ("phone", self.phone)])

    def _html(self, drawings: list[tuple[str, Sheet]]) -> str:
        mark = f'<span class="synthetic">{escape(one_line(labels.SYNTHETIC, self.lang))}</span>'
        drawing = "".join(sheet.svg(attributes=f' class="{kind}" aria-hidden="true"') for kind, sheet in drawings)
        note = f'<p class="note">{words_html(self.note, self.lang)}</p>' if self.note else ""
        return (
            f'<figure class="fig">{SWITCH}<figcaption>{self._heading()}{mark if self.synthetic else ""}</figcaption>'
            f'<div role="img" aria-label="{escape(self._alt())}">{drawing}</div>{note}</figure>'
        )

    def _heading(self) -> str:
        """Title and subtitle in the first language, then both in the second."""
        titles, subtitles = lines(self.title, self.lang), lines(self.subtitle, self.lang)
        sub = f' <span class="sub">{escape(subtitles[0])}</span>' if subtitles else ""
        second = " · ".join([*titles[1:], *subtitles[1:]])
        english = f' <span class="en" lang="en">{escape(second)}</span>' if second else ""
        return f"<b>{escape(titles[0])}</b>{sub}{english} "

    def _alt(self) -> str:
        return self.alt.en if self.lang == "en" else self.alt.th

    def _standalone(self, body: Sheet) -> str:
        alt = escape(self._alt())
        look = f'width="{body.width / 72:.1f}in" font-family="{escape(style.FONT_STACK)}" role="img" aria-label="{alt}"'
        return self._sheet(body).svg(attributes=f' xmlns="http://www.w3.org/2000/svg" {look}') + "\n"

    def _sheet(self, body: Sheet) -> Sheet:
        """The drawing with its title above and its notes below, set by the kit's own line breaks."""
        sheet = Sheet(body.width)
        y = 0.0
        for words, size, colour, bold in (
            (self.title, 12.5, style.INK, True),
            (self.subtitle, 9.5, style.MUTED, False),
        ):
            for part in lines(words, self.lang)[: 1 if bold and self.lang == "both" else None]:
                y = _paragraph(sheet, part, y, size=size, colour=colour, bold=bold)
        sheet.place(body, y=y + 6)
        y += 6 + body.height + 4
        for words, colour in ((self.note, style.MUTED), (labels.SYNTHETIC if self.synthetic else None, style.WARN)):
            if words is not None:
                y = _paragraph(sheet, one_line(words, self.lang), y, size=8, colour=colour, bold=False)
        sheet.height = y + 6
        return sheet


def _paragraph(sheet: Sheet, text: str, y: float, *, size: float, colour: str, bold: bool) -> float:
    for line in wrap(text, sheet.width - 4, size=size, bold=bold):
        y += size * LEADING
        sheet.text(2, y - size * 0.3, line, size=size, colour=colour, bold=bold)
    return y


def finish(
    draw: Callable[[float], Sheet],
    *,
    data: pd.DataFrame,
    title: Words,
    alt: Words,
    subtitle: Words | None,
    note: Words | None,
    synthetic: bool,
    lang: str,
) -> Figure:
    """Draw both variants and put the figure together; ``draw`` takes the width in points."""
    check_language(lang)
    for name, words in (("title", title), ("alt", alt)):
        if not words or not words[0].strip():
            raise BadInput(
                Words(f"รูปไม่มี {name}", f"the figure has no {name}"),
                expected=Words("ข้อความภาษาไทยและอังกฤษ", "words in Thai and English"),
            )
    if data.empty:
        draw = partial(_nothing, lang=lang)
    return Figure(title, alt, subtitle, note, synthetic, lang, data, draw(style.WIDE), draw(style.PHONE))


def _nothing(width: float, *, lang: str) -> Sheet:
    """A drawing that says that there is nothing to draw, in the place where the figure would stand."""
    sheet = Sheet(width, 48.0)
    sheet.box(0, 4, width, 40, fill=style.EMPTY)
    sheet.text(width / 2, 28, one_line(labels.ABSENT, lang), size=10, colour=style.MUTED, anchor="middle")
    return sheet
