"""The index of a batch: one static page that needs no server, works from a USB stick, and lists without JavaScript."""

from __future__ import annotations

import math
from collections.abc import Sequence
from urllib.parse import quote

from innovlib import terms
from innovlib.errors import Words
from innovlib.report import labels, style
from innovlib.report.disclosure import FEW_SCHOOLS
from innovlib.report.figures.figure import SWITCH, Figure
from innovlib.report.tables import spark
from innovlib.report.typeset import escape, name_html, number, one_line, words_html

WORDS = {
    "search": Words("ค้นหาโรงเรียน อำเภอ หรือรหัส", "Search school, district or code"),
    "district": Words("อำเภอ", "District"),
    "cohort": Words("รุ่น", "Cohort"),
    "all_districts": Words("ทุกอำเภอ", "All districts"),
    "all_cohorts": Words("ทุกรุ่น", "All cohorts"),
    "school": Words("โรงเรียน", "School"),
    "trend": Words("แนวโน้มเทียบเขตพื้นที่", "Trend against the area"),
    "n_label": labels.PUPILS,
    "verdict": Words("ทุกวิชาเทียบเขตพื้นที่", "All subjects against the area"),
    "found": Words("พบ {n} โรงเรียน", "{n} schools found"),
    "order": Words("เรียงตามตัวอักษร ไม่ใช่การจัดอันดับ", "in Thai alphabetical order, not a ranking"),
    "groups": Words("รายงานภาพรวม", "Overview reports"),
    "schools": Words("รายงานรายโรงเรียน", "School reports"),
    "skip": Words("ข้ามไปยังเนื้อหา", "Skip to content"),
    "proof": Words("จากตัวเลขถึงสูตรและการทดสอบ", "From a number to its formula and test"),
    "none": Words("ไม่พบโรงเรียนตามที่ค้น", "No school found"),
}
#: Overview reports come in this order, over the schools.
OVERVIEWS = ("area", "cohort", "meeting")


def index_html(
    entries: Sequence[dict],
    *,
    title: Words,
    subtitle: Words,
    synthetic: bool,
    lang: str = "both",
    figure: Figure | None = None,
    proof: str = "",
) -> str:
    """The index page.

    Parameters
    ----------
    entries
        One dict a report: ``kind`` (school, cohort, area), ``id``, ``file`` (relative address), ``name_th``,
        ``name_en``, ``district``, ``cohort``, ``n_label``, ``verdict``, ``trend`` (protected numbers or None by year).
        Schools are listed in Thai alphabetical order, so that the list is no ranking.
    figure
        A map or another figure over the list.
    proof
        Relative address of the pages that lead from a number to its proof; blank where there are none.

    Returns
    -------
    str
        A self-contained page: search, filters by district and cohort, a small line of results for each school, all on
        one scale; cards on a telephone.
    """
    terms.check_language(lang)
    schools = sorted((e for e in entries if e["kind"] == "school"), key=_order)
    overviews = [e for kind in OVERVIEWS for e in sorted(entries, key=_order) if e["kind"] == kind]
    columns, scale = _columns(schools), _scale(schools)
    script = style.template("index.js").strip()
    return style.compiled("index.html.j2").render(
        html_lang="en" if lang == "en" else "th",
        title=escape(title.en if lang == "en" else title.th),
        heading=words_html(title, lang),
        subtitle=escape(one_line(subtitle, lang)),
        synthetic=escape(one_line(labels.SYNTHETIC, lang)) if synthetic else "",
        fonts=style.font_css(),
        css=style.css("page.css") + style.css("index.css"),
        script=script,
        script_hash=style.script_hash(script),
        words={key: escape(words.en if lang == "en" else words.th) for key, words in WORDS.items()},
        said={key: words_html(words, lang) for key, words in WORDS.items()},
        overviews=[(_address(e), words_html(_name(e), lang)) for e in overviews],
        rows="".join(_row(entry, columns, scale=scale, lang=lang) for entry in schools),
        districts=[escape(d) for d in sorted({str(e.get("district") or "") for e in schools} - {""}, key=_thai)],
        cohorts=[escape(c) for c in sorted({str(e["cohort"]) for e in schools if e.get("cohort")}, key=_number_first)],
        count=len(schools),
        proof=escape(proof),
        figure=figure._repr_html_().replace(SWITCH, "") if figure is not None else "",
        heads=_heads(columns, lang),
    )


def _thai(text: str) -> tuple:
    return terms.thai_sort_key(text)


def _number_first(text: str) -> tuple:
    return (not text.isdigit(), int(text) if text.isdigit() else 0, text)


def _order(entry: dict) -> tuple:
    bare = terms.school_display_name(entry["name_th"]).removeprefix("โรงเรียน")
    return (_thai(bare), _thai(str(entry.get("district") or "")), str(entry["id"]))


def _name(entry: dict) -> Words:
    return Words(str(entry["name_th"]), str(entry.get("name_en") or entry["name_th"]))


def _address(entry: dict) -> str:
    """A relative address; quoting leaves nothing that a browser could take for a scheme or a script."""
    return escape(quote(str(entry["file"]).replace("\\", "/"), safe="/-_.~"))


def _scale(schools: Sequence[dict]) -> tuple[float, float]:
    values = [v for e in schools for v in e.get("trend") or () if v is not None and not math.isnan(v)]
    return (min(values, default=0.0), max(values, default=1.0))


def search_key(entry: dict) -> str:
    """What the search looks in: the name without its prefix, the English name, district and code, all in one spelling.

    Examples
    --------
    >>> search_key({"name_th": "โรงเรียนบ้านพุย", "name_en": "Ban Phui", "district": "ฮอด", "id": "1050"})
    'บ้านพุย banphui ฮอด 1050'
    """
    parts = (entry["name_th"], entry.get("name_en"), entry.get("district"), entry["id"])
    return " ".join(terms.matching_key(str(part)) for part in parts if part)


def _columns(schools: Sequence[dict]) -> list[str]:
    """The columns of the list: those of which any report says something."""
    return [key for key in ("district", "trend", "cohort", "n_label", "verdict") if any(e.get(key) for e in schools)]


def _heads(columns: Sequence[str], lang: str) -> str:
    words = [WORDS["school"], *(WORDS[key] for key in columns)]
    return "".join(f'<th scope="col">{words_html(each, lang)}</th>' for each in words)


def _row(entry: dict, columns: Sequence[str], *, scale: tuple[float, float], lang: str) -> str:
    name = terms.school_display_name(entry["name_th"]) if lang != "en" else _name(entry).en
    english = f' <span class="en" lang="en">{escape(entry["name_en"])}</span>' if _both(entry, lang) else ""
    district, cohort = str(entry.get("district") or ""), str(entry.get("cohort") or "")
    cells = "".join(_cell(entry, key, scale=scale, lang=lang) for key in columns)
    return (
        f'<tr data-key="{escape(search_key(entry))}" data-district="{escape(district)}" data-cohort="{escape(cohort)}">'
        f'<th scope="row"><a href="{_address(entry)}">{name_html(name)}</a>{english}</th>{cells}</tr>\n'
    )


def _cell(entry: dict, key: str, *, scale: tuple[float, float], lang: str) -> str:
    if key == "trend":
        trend = entry.get("trend") or []
        said = ", ".join(number(v) for v in trend)
        content = spark(trend, scale=scale, label=said) if any(v is not None for v in trend) else "–"
    elif key == "verdict":
        content = _reading(entry, lang)
    else:
        content = escape(entry.get(key) or "–")
    kind = {"trend": ' class="trend"', "cohort": ' class="labelled"', "n_label": ' class="labelled count"'}.get(key, "")
    # Only what is shown on a card carries its label: the index of a province has thousands of these cells.
    label = f' data-label="{escape(getattr(WORDS[key], "en" if lang == "en" else "th"))}"' if "labelled" in kind else ""
    return f"<td{kind}{label}>{content}</td>"


def _both(entry: dict, lang: str) -> bool:
    return lang == "both" and bool(entry.get("name_en")) and entry["name_en"] != entry["name_th"]


def _reading(entry: dict, lang: str) -> str:
    verdict = entry.get("verdict") or ""
    if verdict in labels.VERDICTS:
        words = labels.VERDICTS[verdict]
        return f'<span class="verdict {verdict}">{escape(words.en if lang == "en" else words.th)}</span>'
    if str(entry.get("n_label") or "").startswith(("<", FEW_SCHOOLS)):
        return f'<span class="hidden">{escape(labels.HIDDEN.en if lang == "en" else labels.HIDDEN.th)}</span>'
    return "–"
