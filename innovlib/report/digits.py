"""Thai digits, for those who want them: in Thai text, tables and figures of a finished page; never in what is a code.

Digits are changed in the text of the finished page, after everything else: no number is ever computed from Thai digits.
"""

from __future__ import annotations

import re

from innovlib.errors import UnknownName, Words, did_you_mean

DIGITS = ("arabic", "thai")
THAI = str.maketrans("0123456789", "๐๑๒๓๔๕๖๗๘๙")

#: A run of digits that is no part of a code: not beside a Latin letter, and shorter than a school's id.
_NUMBER = re.compile(r"(?<![A-Za-z0-9_…#])(?<![A-Za-z]-)\d[\d,.]*(?![A-Za-z0-9_…]|\.\d+\.)")
_LONGEST = 6
_LATIN_WORD = re.compile(r"[a-z]{3,}")
_THAI_LETTER = re.compile(r"[\u0e01-\u0e4e]")
_TOKENS = re.compile(r"(<!--.*?-->|<style\b.*?</style>|<script\b.*?</script>|<[^>]*>)", re.S)
_VOID = frozenset(("meta", "img", "br", "hr", "input", "link", "circle", "path"))
_CODE = frozenset(("code", "pre", "kbd"))


def check_digits(digits: str) -> str:
    """The name back, or an error that says which there are."""
    if digits not in DIGITS:
        raise UnknownName(
            Words(f"ไม่รู้จักชุดตัวเลข {digits}", f"unknown kind of digits {digits}"),
            expected=Words(" หรือ ".join(DIGITS), " or ".join(DIGITS)),
            todo=did_you_mean(digits, DIGITS),
        )
    return digits


def thai_text(text: str) -> str:
    """A piece of text with Thai digits, unless it is English; codes and ids keep theirs.

    Examples
    --------
    >>> thai_text("ปีการศึกษา 2568 (2025)"), thai_text("O-NET ป.6"), thai_text("academic year 2568")
    ('ปีการศึกษา ๒๕๖๘ (๒๐๒๕)', 'O-NET ป.๖', 'academic year 2568')
    >>> thai_text("รหัสโรงเรียน 99050001"), thai_text("numpy 2.4.6"), thai_text("1,234.5")
    ('รหัสโรงเรียน 99050001', 'numpy 2.4.6', '๑,๒๓๔.๕')
    """
    if _LATIN_WORD.search(text) and not _THAI_LETTER.search(text):
        return text
    return _NUMBER.sub(lambda m: m[0] if _is_id(m[0]) else m[0].translate(THAI), text)


def _is_id(run: str) -> bool:
    return len(re.match(r"\d*", run)[0]) > _LONGEST


def thai_page(markup: str) -> str:
    """A page with Thai digits in its Thai text; tags, attributes, scripts, styles and English parts as they were.

    Left alone is what stands inside ``lang="en"``, ``translate="no"`` or an element for code.

    Examples
    --------
    >>> thai_page('<p id="s1">ป.6 <span lang="en">Grade 6</span></p>')
    '<p id="s1">ป.๖ <span lang="en">Grade 6</span></p>'
    """
    out, kept = [], []
    for token in _TOKENS.split(markup):
        if not token.startswith("<"):
            out.append(token if any(kept) else thai_text(token))
            continue
        out.append(token)
        name = re.match(r"</?\s*([a-zA-Z][\w-]*)", token)
        if name is None or name[1] in _VOID or token.endswith("/>") or token.startswith(("<style", "<script")):
            continue
        if token.startswith("</"):
            del kept[-1:]
        else:
            kept.append(name[1] in _CODE or 'lang="en"' in token or 'translate="no"' in token)
    return "".join(out)


def thai_css() -> str:
    """The counters of a page in Thai digits: figures, tables, numbered lists, sheets."""
    return (
        '.fig figcaption::before{content:"รูปที่ " counter(fig,thai)}'
        '.table caption::before{content:"ตารางที่ " counter(tab,thai)}ol{list-style-type:thai}'
    )
