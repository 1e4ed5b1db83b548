"""Map: where the schools are and how each reads, by shape, without a base map and without names."""

from __future__ import annotations

import math

import pandas as pd

from innovlib.errors import Words
from innovlib.report import labels, style
from innovlib.report.disclosure import Protected
from innovlib.report.figures.axes import nice_step
from innovlib.report.figures.figure import Figure, finish, frame_of
from innovlib.report.figures.marks import key_of_verdicts, verdict_codes, verdict_mark
from innovlib.report.figures.sheet import Sheet
from innovlib.report.typeset import number, one_line, wrap

#: Length of a degree of latitude; the areas are small enough to be drawn flat.
KM_A_DEGREE = 111.32

#: More schools than this would cover each other: the figure says so instead.
MOST_SCHOOLS = 500

Place = tuple[float, float]


def school_map(
    data: Protected,
    *,
    schools: pd.DataFrame,
    title: Words,
    alt: Words,
    highlight: str | None = None,
    subtitle: Words | None = None,
    note: Words | None = None,
    synthetic: bool = False,
    lang: str = "both",
) -> Figure:
    """Each school at its place with the mark of its verdict; schools at one place stand in a ring around it.

    More than :data:`MOST_SCHOOLS` are counted by verdict and not drawn, and the figure says so.

    Parameters
    ----------
    data
        Protected rows, one a school: ``school_id``, ``verdict``, ``status``.
    schools
        ``school_id``, ``lat``, ``lon`` (degrees; missing where unknown), ``district``. Schools without a row in
        ``data`` are drawn as absent; schools without a place are counted in words. Where several schools share a
        place, it is taken for the middle of a subdistrict, and the figure says so.
    highlight
        ``school_id`` of one school to be ringed and named "this school".
    """
    frame = frame_of(data, who="school_map")
    joined = schools[["school_id", "lat", "lon", "district"]].merge(
        frame[["school_id", "verdict", "status"]].drop_duplicates("school_id"), on="school_id", how="left"
    )
    joined["status"] = joined["status"].fillna("absent")
    joined["verdict"] = joined["verdict"].fillna("")
    return finish(
        lambda width: _draw(joined, width, highlight=highlight, lang=lang),
        data=joined, title=title, alt=alt, subtitle=subtitle, note=note, synthetic=synthetic, lang=lang,
    )  # fmt: skip


def _draw(frame: pd.DataFrame, width: float, *, highlight: str | None, lang: str) -> Sheet:
    sheet, phone = Sheet(width), width < 400
    size = 9.5 if phone else 9.0
    placed = frame.dropna(subset=["lat", "lon"]).sort_values("school_id").reset_index(drop=True)
    side = 0.0 if phone else 150.0
    bottom = _places(sheet, placed, right=width - side, highlight=highlight, size=size, lang=lang)
    left, y = (0.0, bottom + size * 2) if phone else (width - side + 8, size * 2)
    y = key_of_verdicts(sheet, frame, y=y, size=size, lang=lang, left=left, column=not phone)
    for words in _remarks(frame, placed):
        for line in wrap(one_line(words, lang), width - left - 4, size=size - 1):
            sheet.text(left + 1, y + 2, line, size=size - 1, colour=style.MUTED)
            y += size * 1.35
    sheet.height = max(bottom, y) + 4
    return sheet


def _remarks(frame: pd.DataFrame, placed: pd.DataFrame) -> list[Words]:
    out = [labels.CENTROIDS] if placed.duplicated(["lat", "lon"]).any() else []
    if lost := len(frame) - len(placed):
        out.append(Words(f"ไม่มีพิกัด {lost:,} แห่ง", f"{lost:,} without a place"))
    return out


def _places(
    sheet: Sheet, placed: pd.DataFrame, *, right: float, highlight: str | None, size: float, lang: str
) -> float:
    """Marks, district names and the scale; returns where the map ends."""
    if placed.empty or len(placed) > MOST_SCHOOLS:
        said = labels.NO_PLACES if placed.empty else labels.too_many_places(len(placed))
        return sheet.texts(1, size * 2, wrap(one_line(said, lang), right - 2, size=size), size=size, colour=style.MUTED)
    where, per_km, bottom = _projected(placed, left=26, right=right - 26, top=28, tallest=380)
    spots = _spread(where, r=5.2)
    for (x, y), code in zip(spots, verdict_codes(placed), strict=True):
        verdict_mark(sheet, x, y, code, r=4)
    for district, rows in placed.groupby("district", sort=True):
        _district(sheet, str(district), [spots[i] for i in rows.index], spots, right=right, size=size)
    if highlight in set(placed["school_id"]):
        x, y = spots[placed.index[placed["school_id"] == highlight][0]]
        sheet.disc(x, y, 8, stroke=style.OWN, width=2.2)
        sheet.text(
            x + 11, y + 3, one_line(labels.OWN["school"], lang), size=size, colour=style.OWN, bold=True, halo=True
        )
    _scale_bar(sheet, 22, bottom + 20, per_km, room=(right - 44) * 0.3, size=size, lang=lang)
    return bottom + 26


def _projected(
    placed: pd.DataFrame, *, left: float, right: float, top: float, tallest: float
) -> tuple[list[Place], float, float]:
    """Places in points (north up, both axes to one scale), points a kilometre, and where the southernmost lies."""
    narrow = math.cos(math.radians(placed["lat"].mean()))
    east = placed["lon"].to_numpy(dtype=float) * narrow * KM_A_DEGREE
    south = -placed["lat"].to_numpy(dtype=float) * KM_A_DEGREE
    across, down = max(float(east.max() - east.min()), 1.0), max(float(south.max() - south.min()), 1.0)
    per_km = min((right - left) / across, tallest / down)
    x0 = (left + right) / 2 - (east.min() + east.max()) / 2 * per_km
    places = [
        (float(e * per_km + x0), float((s - south.min()) * per_km + top)) for e, s in zip(east, south, strict=True)
    ]
    return places, per_km, top + down * per_km


def _spread(where: list[Place], *, r: float) -> list[Place]:
    """Places so that marks at one spot stand beside each other, in rings around it, in the given order."""
    groups: dict[Place, list[int]] = {}
    for i, (x, y) in enumerate(where):
        groups.setdefault((round(x, 1), round(y, 1)), []).append(i)
    out = list(where)
    for (x, y), members in groups.items():
        if len(members) == 1:
            continue
        for i, (dx, dy) in zip(members, _ring(len(members), r=r), strict=True):
            out[i] = (x + dx, y + dy)
    return out


def _ring(count: int, *, r: float) -> list[Place]:
    """Up to six in a ring that just touch; more: one in the middle, then rings of 6, 12, 18 …"""
    if count <= 6:
        return _circle(count, r / math.sin(math.pi / count))
    out: list[Place] = [(0.0, 0.0)]
    ring = 1
    while len(out) < count:
        out += _circle(min(6 * ring, count - len(out)), 2 * r * ring)
        ring += 1
    return out


def _circle(count: int, radius: float) -> list[Place]:
    turns = [2 * math.pi * k / count - math.pi / 2 for k in range(count)]
    return [(radius * math.cos(turn), radius * math.sin(turn)) for turn in turns]


def _district(sheet: Sheet, name: str, mine: list[Place], every: list[Place], *, right: float, size: float) -> None:
    """A district's name at that side of its schools where it covers the fewest marks."""
    half = style.text_width(name, size, bold=True) / 2
    xs, ys = [x for x, _ in mine], [y for _, y in mine]
    north, south = mine[ys.index(min(ys))], mine[ys.index(max(ys))]
    west, east = mine[xs.index(min(xs))], mine[xs.index(max(xs))]
    sides = [
        (north[0], north[1] - 10),
        (south[0], south[1] + 16),
        (east[0] + 12 + half, east[1] + 3),
        (west[0] - 12 - half, west[1] + 3),
        (sum(xs) / len(xs), sum(ys) / len(ys)),
    ]
    places = [(min(max(x, half + 1), right - half), y) for x, y in sides]
    covered = [sum(abs(x - a) < half + 5 and -size < b - y < 6 for a, b in every) for x, y in places]
    x, y = places[covered.index(min(covered))]
    sheet.text(x, y, name, size=size, colour=style.MUTED, bold=True, anchor="middle", halo=True)


def _scale_bar(sheet: Sheet, x: float, y: float, per_km: float, *, room: float, size: float, lang: str) -> None:
    step = nice_step(room / per_km / 2, about=1)
    sheet.line((x, y), (x + step * per_km, y), stroke=style.INK, width=1.6)
    unit = "km" if lang == "en" else "กม."
    sheet.text(x + step * per_km + 5, y + 3, f"{number(step)} {unit}", size=size - 1, colour=style.MUTED)
