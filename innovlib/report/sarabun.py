"""Sarabun as pages carry it: the characters they print as WOFF2, and the width of every character.

Cut from the font once and kept in ``typeface/`` (SIL Open Font License, its text beside them), because cutting takes a
third of a second at every start and its bytes hang on the releases of two libraries. ``python -m
innovlib.report.sarabun`` cuts them anew; a test compares what is kept with the font that is installed.
"""

from __future__ import annotations

import importlib.util
import io
import json
from importlib import resources
from pathlib import Path

#: What a page can print: Latin, Thai, and the signs that Sarabun has of those the kit writes.
_RANGES = ((0x20, 0x7E), (0x0E01, 0x0E3A), (0x0E3F, 0x0E5B))
SUBSET = "".join(chr(c) for low, high in _RANGES for c in range(low, high + 1)) + "\u00a0°±·×÷½é−–—…•‘’“”≤≥≈≠→←▲▼△▽"

WEIGHTS = ("regular", "bold")
_KEPT = resources.files("innovlib.report").joinpath("typeface")


def subset(weight: str) -> bytes:
    """The characters of :data:`SUBSET` in one of :data:`WEIGHTS` as a WOFF2 file, 14 kB."""
    return _KEPT.joinpath(f"sarabun-{weight}.woff2").read_bytes()


def advances(weight: str) -> dict[str, float]:
    """Advance width of each character of the font as a share of the type size."""
    held = json.loads(_KEPT.joinpath("sarabun-widths.json").read_text(encoding="utf-8"))
    return {character: width / held["per_em"] for character, width in held[weight].items()}


def files() -> dict[str, Path]:
    """The font's files as the package ``fontpkg-sarabun`` brings them, by weight; none where it is not installed."""
    spec = importlib.util.find_spec("fontpkg_sarabun")
    if spec is None or not spec.submodule_search_locations:
        return {}
    place = Path(spec.submodule_search_locations[0]) / "files"
    found = {weight: place / f"Sarabun-{weight.title()}.ttf" for weight in WEIGHTS}
    return found if all(file.is_file() for file in found.values()) else {}


def cut_subset(file: Path) -> bytes:
    """What :func:`subset` keeps, cut anew from a font file; needs fontTools and brotli."""
    from fontTools import subset

    options = subset.Options(flavor="woff2", hinting=False, desubroutinize=True, recalc_timestamp=False)
    options.layout_features = ["ccmp", "locl", "mark", "mkmk"]  # what Thai needs; figures have one width anyway
    options.name_IDs, options.notdef_outline = [0, 1, 2, 13, 14], True
    font = subset.load_font(file, options)
    maker = subset.Subsetter(options)
    maker.populate(text=SUBSET)
    maker.subset(font)
    out = io.BytesIO()
    subset.save_font(font, out, options)
    return out.getvalue()


def widths_of(file: Path) -> tuple[int, dict[str, int]]:
    """Units per em of a font file, and the advance of each of its characters in them."""
    from fontTools.ttLib import TTFont

    with TTFont(file, fontNumber=0, lazy=True) as font:
        widths = font["hmtx"]
        return font["head"].unitsPerEm, {chr(code): widths[name][0] for code, name in font.getBestCmap().items()}


def main() -> None:
    """Cut all parts from the installed package and keep them."""
    found, kept = files(), Path(str(_KEPT))
    if not found:
        raise SystemExit("ติดตั้ง fontpkg-sarabun ก่อน · install fontpkg-sarabun first")
    held: dict[str, object] = {}
    for weight, file in found.items():
        kept.joinpath(f"sarabun-{weight}.woff2").write_bytes(cut_subset(file))
        held["per_em"], held[weight] = widths_of(file)
    kept.joinpath("OFL.txt").write_bytes(found["regular"].parents[1].joinpath("LICENSE").read_bytes())
    text = json.dumps(held, ensure_ascii=False, indent=0) + "\n"
    kept.joinpath("sarabun-widths.json").write_text(text, encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
