"""Thousands of broken files: intake must never crash, hang, load what breaks the contract, or let a secret out."""

from __future__ import annotations

import json
import random
import time
import zipfile
import zlib
from collections.abc import Iterator
from functools import partial
from io import BytesIO, StringIO
from pathlib import Path

import pandas as pd
import pytest

from innovlib.area import cells, contract, convert, faults, intake, rows, store
from innovlib.area import check as contract_check
from tests.intake.office_files import SCHOOLS, as_csv, as_xlsx, pupils, results, rezip
from tests.intake.test_formats import as_ods, as_xls

SECRETS = ("1103700000003", "1-1037-00000-00-3", "ลับมาก")
_BROKEN = (zipfile.BadZipFile, zlib.error, OSError, ValueError, EOFError, NotImplementedError, RuntimeError)
SLOWEST = 10.0
#: Values that have broken readers before, put into cells, XML and text alike.
NASTY = [
    "", " ", "-", "NaN", "1e999", "-0", "0x1F", "๑๒", "1,2,3", "2566-13-45", "29/02/2566", "=1+1", "#REF!", "\ufeff",
    "\u202e", "\x00", "\r", '"', "'", "<a>", "&amp;", "&#0;", "]]>", "%s%n", "{0}", "{{7*7}}", "../../x", "CON",
    "9" * 400, "ก" * 5000, "99999999999999999999", "1.7976931348623157e308", "XFD1048576", "A0", "\u0e33\u0e48", "รวม",
    "ระดับประเทศ", "00000000", "true", "พ.ศ. 2566", "1103700000003", "1-1037-00000-00-3", "เด็กหญิงลับมาก ลับมาก",
]  # fmt: skip


def seeds() -> dict[str, bytes]:
    people = pupils(50, 60, 70)
    extra = [["เลขประจำตัวประชาชน", "ชื่อ-สกุล"], *[["1103700000003", "เด็กหญิงลับมาก ลับมาก"]] * 3]
    people = [[*row, *more] for row, more in zip(people, extra, strict=True)]
    return {
        ".csv": as_csv(results()),
        ".tsv": as_csv(people, delimiter="\t"),
        ".xlsx": as_xlsx(people),
        ".xlsm": as_xlsx(results()),
        ".ods": as_ods(results()),
        ".xls": as_xls(results()),
    }


def mutants(count: int, *, seed: int, ways: tuple = ()) -> Iterator[tuple[str, bytes]]:
    """Broken files by turns: bytes changed anywhere, text and XML changed inside, cells replaced by nasty values."""
    chance = random.Random(seed)
    start = seeds()
    for _ in range(count):
        suffix = chance.choice(list(start))
        data = start[suffix]
        for _ in range(chance.randint(1, 3)):
            data = chance.choice(ways or (_bytes, _inside, _cells))(data, suffix, chance)
        yield suffix, data


def _bytes(data: bytes, _: str, chance: random.Random) -> bytes:
    raw = bytearray(data)
    at = chance.randrange(len(raw) + 1)
    how = chance.randrange(5)
    if how == 0 and raw:
        raw[at % len(raw)] = chance.randrange(256)
    elif how == 1:
        del raw[at:]
    elif how == 2:
        raw[at:at] = chance.choice(NASTY).encode("utf-8", "replace")
    elif how == 3:
        del raw[at : at + chance.randint(1, 40)]
    else:
        raw[at:at] = raw[at : at + chance.randint(1, 200)]
    return bytes(raw)


def _inside(data: bytes, suffix: str, chance: random.Random) -> bytes:
    """One change inside one member of a package, zipped again so that it is the XML that is broken."""
    try:
        with zipfile.ZipFile(BytesIO(data)) as package:
            name = chance.choice([n for n in package.namelist() if n.endswith(".xml")])
        return rezip(data, change={name: lambda content: _bytes(content, suffix, chance)})
    except (
        zipfile.BadZipFile,
        OSError,
        ValueError,
        EOFError,
        IndexError,
        NotImplementedError,
        RuntimeError,
        zlib.error,
    ):
        return _bytes(data, suffix, chance)


def _cells(_: bytes, suffix: str, chance: random.Random) -> bytes:
    table = chance.choice((results(), pupils(50, 60, 70)))
    for _ in range(chance.randint(1, 4)):
        row = chance.choice(table)
        row[chance.randrange(len(row))] = chance.choice([*NASTY, None, True, -1, 0, 1e300, 2566, 68.1, SCHOOLS[0][0]])
    if chance.random() < 0.1:
        chance.shuffle(table)
    if suffix in (".csv", ".tsv"):
        return as_csv(table, delimiter=chance.choice(",;\t|"), end=chance.choice(("\n", "\r\n", "\r")))
    clean = [[v if not isinstance(v, str) or v.isprintable() else "x" for v in row] for row in table]
    return as_xlsx([[str(v) if v in (1e300,) else v for v in row] for row in clean])


def problems(files: Iterator[tuple[str, bytes]], folder: Path, register: Path) -> Iterator[str]:
    """What went wrong with any of the files; none is the wish."""
    for number, (suffix, data) in enumerate(files):
        path = folder / f"fuzz{suffix}"
        path.write_bytes(data)
        began = time.monotonic()
        try:
            (result,) = intake.intake([path], into=None, register=register)
        except Exception as error:  # noqa: BLE001 the very thing that is looked for
            yield f"{number}{suffix}: {type(error).__name__}: {error}"
            continue
        if time.monotonic() - began > SLOWEST:
            yield f"{number}{suffix}: took {time.monotonic() - began:.0f} s"
        yield from (f"{number}{suffix}: {what}" for what in _wrong(result))


def _wrong(result) -> Iterator[str]:
    if result.decision != faults.decision(result.issues):
        yield f"decision {result.decision} does not follow from the issues"
    said = json.dumps(result.to_dict(with_table=True), ensure_ascii=False) + result.say()
    for secret in SECRETS:
        if secret in said:
            yield "a secret got out"
    if result.decision != "reject_file":
        name = {"results": "scores", "survey": "autonomy"}.get(result.kind, result.kind)
        breaches = contract_check.breaches(_as_text(store.as_csv(result.table, name)), name)
        if breaches and name != "autonomy":
            yield f"breaks the contract: {breaches[0].words.en}"
        if list(result.table.columns) != list(contract.table(name).names):
            yield "columns are not the contract's"


def _as_text(raw: str) -> pd.DataFrame:
    return pd.read_csv(StringIO(raw), dtype="str", keep_default_na=False)


@pytest.mark.parametrize(
    "count", [pytest.param(150, id="some"), pytest.param(20_000, id="many", marks=pytest.mark.slow)]
)
def test_no_broken_file_breaks_intake(tmp_path, register, count):
    assert list(problems(mutants(count, seed=count), tmp_path, register)) == []


def test_the_fuzzer_finds_a_planted_crash(tmp_path, register, monkeypatch):
    monkeypatch.setattr(rows, "_counts_columns", lambda values: [int(str(v)) for v in values] == [1])
    assert any("ValueError" in found for found in problems(mutants(20, seed=1), tmp_path, register))


def test_the_fuzzer_finds_a_planted_wrong_value(tmp_path, register, monkeypatch):
    """A reader that forgets the range of a score."""
    monkeypatch.setitem(convert._READERS, "score", partial(cells.number, rule=cells.Numeric(-1e308, 1e308)))
    assert any("contract" in found for found in problems(mutants(600, seed=1, ways=(_cells,)), tmp_path, register))


def test_the_fuzzer_finds_a_planted_leak(tmp_path, register, monkeypatch):
    from innovlib.area import privacy

    monkeypatch.setattr(privacy, "shown", lambda value, **_: "" if value is None else str(value))
    assert any("secret" in found for found in problems(mutants(600, seed=2), tmp_path, register))
