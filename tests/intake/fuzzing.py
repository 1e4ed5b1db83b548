"""Broken files by the thousand, and the watch over intake while it reads them.

A file is made from its number alone, so that any one of them can be made again; the watch runs intake in a process of
its own and looks at every file for a crash, a hang, too much memory, a breach of the contract or a secret let out.
"""

from __future__ import annotations

import json
import multiprocessing
import random
import re
import tempfile
import time
import warnings
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from io import BytesIO, StringIO
from pathlib import Path

import pandas as pd
import psutil

from innovlib.area import check as contract_check
from innovlib.area import contract, faults, intake, store
from tests.intake.office_files import HEADERS, SCHOOLS, as_csv, as_xlsx, partners, pupils, results, rezip
from tests.intake.test_formats import as_ods, as_xls

SECRETS = ("1103700000003", "1-1037-00000-00-3", "ลับมาก")
SLOWEST = 10.0
MOST_MEMORY = 500e6
#: How much longer the watch waits before it ends a process: the file has to be made first, and machines are busy.
PATIENCE = 20.0
#: Values that have broken readers before, put into cells, XML and text alike.
NASTY = [
    "", " ", "-", "NaN", "1e999", "-0", "0x1F", "๑๒", "1,2,3", "2566-13-45", "29/02/2566", "=1+1", "#REF!", "\ufeff",
    "\u202e", "\x00", "\r", '"', "'", "<a>", "&amp;", "&#0;", "]]>", "%s%n", "{0}", "{{7*7}}", "../../x", "CON",
    "9" * 400, "ก" * 5000, "99999999999999999999", "1.7976931348623157e308", "XFD1048576", "A0", "\u0e33\u0e48", "รวม",
    "ระดับประเทศ", "00000000", "true", "พ.ศ. 2566", "1103700000003", "1-1037-00000-00-3", "เด็กหญิงลับมาก ลับมาก",
]  # fmt: skip
_BROKEN = (
    zipfile.BadZipFile, zlib.error, OSError, ValueError, EOFError, NotImplementedError, RuntimeError, IndexError,
    KeyError,
)  # fmt: skip


@cache
def seeds() -> dict[str, bytes]:
    """A sound file of every format, some with people in them, and one of every kind and layout."""
    people = pupils(50, 60, 70)
    extra = [["เลขประจำตัวประชาชน", "ชื่อ-สกุล"], *[["1103700000003", "เด็กหญิงลับมาก ลับมาก"]] * 3]
    people = [[*row, *more] for row, more in zip(people, extra, strict=True)]
    wide = [["รหัสโรงเรียน", "โรงเรียน", "จน.นร.", "ไทย", "อังกฤษ", "คณิตศาสตร์", "วิทยาศาสตร์", "เฉลี่ย"]]
    wide += [[f"5701{i:04}", f"บ้านที่ {i}", 9 + i, 50.5, 40, 41.25, 39, 42.69] for i in range(1, 5)]
    wide += [["57010000", "ระดับเขตพื้นที่", "", 50.5, 40, 41.25, 39, 42.69]]
    survey = [HEADERS["survey"], *([2566, SCHOOLS[0][0], f"T{i:02}", "วิชาการ", 1, i] for i in range(1, 5))]
    found = {
        "long.csv": as_csv(results()),
        "onet_p6_2558.csv": as_csv(wide, encoding="cp874"),
        "people.tsv": as_csv(people, delimiter="\t"),
        "people.xlsx": as_xlsx(people),
        "long.xlsm": as_xlsx(results()),
        "survey.xlsx": as_xlsx(survey),
        "partners.xlsx": as_xlsx(partners("16/05/2566", "16 พ.ค. 66")),
        "long.ods": as_ods(results()),
        "long.xls": as_xls(results()),
    }
    return {name: timeless(data) for name, data in found.items()}


def timeless(data: bytes) -> bytes:
    """A package without the hour it was made at; other files as they are."""
    return rezip(data, change={"docProps/core.xml": None}) if data.startswith(b"PK") else data


# --- ways to break a file -----------------------------------------------------------------------------------------


def break_bytes(data: bytes, _: str, chance: random.Random) -> bytes:
    """One change anywhere in the bytes: a byte, a cut, something nasty put in, a piece lost or doubled."""
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


def _in_member(data: bytes, name: str, chance: random.Random, change: Callable[[bytes], bytes]) -> bytes:
    """A change inside one member of a package, zipped again so that it is the member that is broken."""
    try:
        with zipfile.ZipFile(BytesIO(data)) as package:
            member = chance.choice([n for n in package.namelist() if n.endswith((".xml", ".rels"))])
        return rezip(data, change={member: change})
    except _BROKEN:
        return break_bytes(data, name, chance)


def break_inside(data: bytes, name: str, chance: random.Random) -> bytes:
    """One change anywhere in the bytes of one member."""
    return _in_member(data, name, chance, lambda content: break_bytes(content, name, chance))


_NUMBERS = ("0", "-1", "1", "16384", "16385", "1048576", "1048577", "4294967296", "99999999999999999999", "1e9", "")


def break_xml(data: bytes, name: str, chance: random.Random) -> bytes:
    """XML that is still XML, with one attribute or text replaced, or one element lost or repeated by the hundred."""

    def change(content: bytes) -> bytes:
        text = content.decode("utf-8", "replace")
        pattern = chance.choice((r'(?<==")[^"]*(?=")', r"(?<=>)[^<>]+(?=<)", r"<(\w+)\b[^<>]*>[^<>]*</\1>|<[^<>/]*/>"))
        places = list(re.finditer(pattern, text))
        if not places:
            return content
        place = chance.choice(places)
        if pattern.startswith("<"):
            new = chance.choice(("", place[0] * 2, place[0] * 300))
        else:
            new = chance.choice((*_NUMBERS, *NASTY)).replace("<", "&lt;").replace("\x00", "")
        return (text[: place.start()] + new + text[place.end() :]).encode("utf-8", "replace")

    return _in_member(data, name, chance, change)


def break_zip(data: bytes, name: str, chance: random.Random) -> bytes:
    """A package whose directory is odd: members lost, doubled, renamed, swollen, or sizes and flags that lie."""
    try:
        with zipfile.ZipFile(BytesIO(data)) as package:
            members = [(n, package.read(n)) for n in package.namelist()]
    except _BROKEN:
        return break_bytes(data, name, chance)
    at = chance.randrange(len(members))
    member, content = members[at]
    how = chance.randrange(6)
    if how == 0:
        del members[at]
    elif how == 1:
        members.insert(chance.randrange(len(members)), (member, content))
    elif how == 2:
        members[at] = (chance.choice(("../../x", "C:\\x", "xl/" + "a" * 3000, "a\x01", member.upper())), content)
    elif how == 3:
        members[at] = (member, content + b" " * chance.choice((10, 1_000_000, 60_000_000)))
    elif how == 4:
        members[at] = (member, data)
    out = BytesIO()
    packing = chance.choice((zipfile.ZIP_DEFLATED, zipfile.ZIP_STORED))
    with zipfile.ZipFile(out, "w", packing) as package, warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # a name that stands twice is just what is wanted
        for n, part in members:
            package.writestr(zipfile.ZipInfo(n), part, packing)
    packed = out.getvalue()
    if how < 5:
        return packed
    raw = bytearray(packed)
    heads = [m.start() for m in re.finditer(rb"PK\x01\x02|PK\x03\x04|PK\x05\x06", packed)]
    raw[min(chance.choice(heads) + chance.randrange(4, 42), len(raw) - 1)] = chance.randrange(256)
    return bytes(raw)


def break_cells(_: bytes, name: str, chance: random.Random) -> bytes:
    """A sound file of nasty cells."""
    table = chance.choice((results(), pupils(50, 60, 70), partners("16/05/2566", "16 พ.ค. 66")))
    for _ in range(chance.randint(1, 4)):
        row = chance.choice(table)
        row[chance.randrange(len(row))] = chance.choice([*NASTY, None, True, -1, 0, 1e300, 2566, 68.1, SCHOOLS[0][0]])
    if chance.random() < 0.1:
        chance.shuffle(table)
    if name.endswith((".csv", ".tsv")):
        return as_csv(table, delimiter=chance.choice(",;\t|"), end=chance.choice(("\n", "\r\n", "\r")))
    clean = [[v if not isinstance(v, str) or v.isprintable() else "x" for v in row] for row in table]
    return timeless(as_xlsx([[str(v) if v in (1e300,) else v for v in row] for row in clean]))


WAYS = (break_bytes, break_inside, break_xml, break_zip, break_cells)


def mutant(number: int, *, ways: tuple = WAYS) -> tuple[str, bytes]:
    """The broken file of this number: its name and its bytes, always the same."""
    chance = random.Random(f"broken file {number}")
    name = chance.choice(list(seeds()))
    data = seeds()[name]
    for _ in range(chance.randint(1, 3)):
        data = chance.choice(ways)(data, name, chance)
    return name, data


# --- what must not happen -----------------------------------------------------------------------------------------


def wrong(path: Path, register: Path) -> list[str]:
    """All that is wrong with intake's answer to one file; an error that it lets through is one of these."""
    try:
        (result,) = intake.intake([path], into=None, register=register)
        return list(_wrong(result))
    except Exception as error:  # noqa: BLE001 the very thing that is looked for
        return [f"{type(error).__name__}: {error}"]


def _wrong(result) -> Iterator[str]:
    if result.decision != faults.decision(result.issues):
        yield f"decision {result.decision} does not follow from the issues"
    said = json.dumps(result.to_dict(with_table=True), ensure_ascii=False) + result.say()
    if any(secret in said for secret in SECRETS):
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


def problems(files: Iterable[tuple[str, bytes]], folder: Path, register: Path) -> Iterator[str]:
    """What went wrong with any of the files, in this process."""
    for number, (name, data) in enumerate(files):
        (folder / name).write_bytes(data)
        yield from (f"{number} {name}: {what}" for what in wrong(folder / name, register))


# --- the watch ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Watched:
    """What a watch saw: files looked at, all that went wrong, the most memory (bytes) and the longest time (s)."""

    files: int
    wrong: tuple[str, ...]
    memory: float
    seconds: float


def watch(numbers: range, *, register: Path, read: Callable = wrong, make: Callable = mutant) -> Watched:
    """Let a process of its own read the broken files of these numbers, and look at every single one.

    The process is started anew where a file kills or hangs it, so that one bad file hides nothing of the others.
    """
    found: list[str] = []
    memory = longest = 0.0
    left = list(numbers)
    while left:
        ours, theirs = multiprocessing.Pipe()
        reader = multiprocessing.get_context("spawn").Process(target=_reads, args=(theirs, left, register, read, make))
        reader.start()
        theirs.close()
        try:
            ours.recv()  # it has started and imported what it needs
            while left:
                if not ours.poll(SLOWEST + PATIENCE):
                    found.append(f"{left.pop(0)}: hangs")
                    break
                number, said, peak, seconds = ours.recv()
                found += [f"{number}: {what}" for what in said]
                memory, longest = max(memory, peak), max(longest, seconds)
                left.remove(number)
        except EOFError:
            found.append(f"{left.pop(0)}: the process died")
        finally:
            reader.kill()
            reader.join()
    return Watched(len(numbers), tuple(found), memory, longest)


def _reads(pipe, numbers: list[int], register: Path, read: Callable, make: Callable) -> None:
    pipe.send("ready")
    with tempfile.TemporaryDirectory() as folder:
        for number in numbers:
            name, data = make(number)
            path = Path(folder) / name
            path.write_bytes(data)
            del data
            _forget_peak()
            began = time.monotonic()
            said = read(path, register)
            seconds, peak = time.monotonic() - began, _peak()
            if peak > MOST_MEMORY:
                said = [*said, f"took {peak / 1e6:.0f} MB"]
            if seconds > SLOWEST:
                said = [*said, f"took {seconds:.0f} s"]
            pipe.send((number, said, peak, seconds))


def _forget_peak() -> None:
    """Start the count of the most memory anew, where the system can (Linux)."""
    switch = Path("/proc/self/clear_refs")
    if switch.exists():
        switch.write_text("5")


def _peak() -> float:
    """The most memory this process has held since, in bytes; what it holds now, where no more is known."""
    status = Path("/proc/self/status")
    if status.exists():
        return 1024.0 * int(re.search(r"VmHWM:\s*(\d+)", status.read_text())[1])
    held = psutil.Process().memory_info()
    return float(getattr(held, "peak_wset", held.rss))
