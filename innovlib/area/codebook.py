"""The codebook: what every table and column means, in Thai and English, made from the contract.

One text serves the data dictionary of the documentation (all tables) and the codebook beside a release (the tables that
the area has). It names structure only; no value of any school or pupil is in it.
"""

from __future__ import annotations

from innovlib.area import contract
from innovlib.area.store import Area

HEAD = (
    "| column | type | unit | values | ความหมาย | meaning |",
    "|---|---|---|---|---|---|",
)


def codebook(area: Area | None = None, *, level: int = 1) -> str:
    """The codebook as Markdown: of an area's tables, or of every table of the contract.

    Parameters
    ----------
    area
        Only the tables that this area has, with their rows and fingerprints; None = all tables of the contract.
    level
        Level of the first heading.

    Examples
    --------
    >>> print(codebook().splitlines()[0])
    # สมุดรหัส · Codebook
    >>> "| `school_id` | string |" in codebook()
    True
    """
    names = list(contract.TABLES) if area is None else list(area.present())
    parts = [f"{'#' * level} สมุดรหัส · Codebook", _introduction(area)]
    return "\n\n".join([*parts, *(_table(name, area=area, level=level + 1) for name in names)]) + "\n"


def _introduction(area: Area | None) -> str:
    about = (
        "ตารางยาว ปีเป็น พ.ศ. (ปีการศึกษา) รหัสเป็นข้อความ ช่องว่างคือไม่มีข้อมูล ตัวหนาคือกุญแจของตาราง\n\n"
        "Tables are long; years are academic years in BE; ids are text; a blank cell is missing. "
        "Columns in bold are a table's key."
    )
    if area is None:
        return about
    mark = "ข้อมูลจำลอง · synthetic data" if area.is_synthetic else ""
    return "\n\n".join(filter(None, (f"{area.name_th} · {area.name_en}", mark, about)))


def _table(name: str, *, area: Area | None, level: int) -> str:
    table = contract.table(name)
    lines = [f"{'#' * level} {name} · {table.th} · {table.en}"]
    if area is not None:
        lines.append(f"{area.path(name).name} · {area.rows(name):,} rows · SHA-256 `{area.digest(name)}`")
    return "\n\n".join([*lines, "\n".join([*HEAD, *(_row(column, table.key) for column in table.columns)])])


def _row(column: contract.Column, key: tuple[str, ...]) -> str:
    name = f"**`{column.name}`**" if column.name in key else f"`{column.name}`"
    kind = f"{column.type}, required" if column.required else column.type
    cells = (name, kind, column.unit, _values(column), column.th, column.en)
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def _values(column: contract.Column) -> str:
    if column.values:
        return ", ".join(map(str, column.values))
    low, high = column.limits.get("minimum"), column.limits.get("maximum")
    if low is None and high is None:
        return ""
    return f"≥ {low}" if high is None else f"{low} – {high}"
