"""Leaks: what must stand in no rendered file, in no text of it, wherever a reader or "view source" could find it."""

from __future__ import annotations

import getpass
import platform
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from innovlib.area import privacy
from innovlib.errors import Words
from innovlib.release.rendered import Rendered

#: Folders of any computer, whoever's it is.
_PATHS = re.compile(
    r"(?<![\w.:/])(?:/(?:home|Users|root|tmp|var|mnt|media|private|opt|srv|work|workspace)/[\w.\-ก-๙]+(?:/[\w.\-ก-๙]+)*"
    r"|[A-Za-z]:\\{1,2}[\w.\-ก-๙ ]+\\{1,2}[\w.\-ก-๙ \\]+|file://\S+|\\\\[\w.\-]+\\[\w.\-]+)"
)
#: Code that a page may not show: a cell's prompt, an import, a call into the kit, a traceback, a cell's frame.
_CODE = re.compile(
    r"^\s*(?:In\s?\[\s*\d*\s*\]\s?:|from\s+[a-z_][\w.]*\s+import\s+\w|"
    r"import\s+[a-z_]\w*(?:\.\w+)*\s*(?:as\s+\w+)?\s*$|"
    r"def\s+\w+\(|Traceback \(most recent call last\))|\binnovlib\.\w+\.\w+|\b\w+\.\w+\([^()]*\b\w+=[^()]*\)",
    re.MULTILINE,
)
_CODE_FRAMES = re.compile(r"\b(?:jp-CodeCell|jp-InputArea|input_area|code_cell|jp-InputPrompt|highlight hl-ipython3)\b")
#: Keyed hashes of pupils look like this; fingerprints of files do too, so what stands before them tells them apart.
_HEX = re.compile(r"(?<![0-9a-zA-Z])[0-9a-f]{16,64}(?![0-9a-zA-Z])")
_SHA256 = re.compile(r"(?<![0-9a-zA-Z])[0-9a-f]{64}(?![0-9a-zA-Z])")
_FINGERPRINT = re.compile(r"SHA-256\s*`?$|sha256[-:]\s*$", re.IGNORECASE)
_FINGERPRINT_KEYS = re.compile(r"(?:sha256|key|hash|digest|_sha256)$", re.IGNORECASE)


@dataclass(frozen=True)
class Finding:
    """One thing that may not be handed out: what kind, under which rule, in which file and place, in words."""

    kind: str
    rule: str
    file: str
    where: str
    words: Words

    def to_dict(self) -> dict:
        """The finding for a program."""
        told = {"kind": self.kind, "rule": self.rule, "file": self.file, "where": self.where}
        return told | {"th": self.words.th, "en": self.words.en}

    def sentence(self, lang: str) -> str:
        """The finding for a person."""
        said = getattr(self.words, "en" if lang == "en" else "th")
        return f"{self.rule} [{self.kind}] {self.file} {self.where}: {said}"


@dataclass(frozen=True)
class Secrets:
    """What is known to be secret: names that were dropped at read, pupils' keys, words that name this computer."""

    names: frozenset[str] = frozenset()
    keys: frozenset[str] = frozenset()
    places: tuple[str, ...] = ()
    people: tuple[str, ...] = ()


def of_this_computer(*, names: Iterable[str] = (), keys: Iterable[str] = (), folders: Iterable[Path] = ()) -> Secrets:
    """What would tell of this computer, together with the names and keys given.

    Parameters
    ----------
    names
        Names of people that the office knows of (from columns that were dropped at read).
    keys
        Keyed hashes of pupils.
    folders
        Folders whose place must not be told.
    """
    places = {str(Path.home()), *(str(Path(f).resolve()) for f in folders)}
    people = {platform.node(), platform.node().partition(".")[0], _user()}
    return Secrets(
        frozenset(n.strip() for n in names if len(n.strip()) >= 4),
        frozenset(keys),
        tuple(sorted(p for p in places if len(p) >= 5)),
        tuple(sorted(p for p in people if len(p) >= 3)),
    )


def _user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a container's user may have no name
        return ""


def leaks(page: Rendered, *, secrets: Secrets) -> list[Finding]:
    """All leaks of one file; what leaks is shown masked, so that the audit's own words may be passed on."""
    found = {}
    for where, text in page.texts:
        for kind, rule, words in _in_text(where, text, secrets):
            found.setdefault((kind, where, words), Finding(kind, rule, page.file, where, words))
    return list(found.values())


def _in_text(where: str, text: str, secrets: Secrets) -> Iterator[tuple[str, str, Words]]:
    style = where in ("<style>", "<script>")
    if not style and privacy.holds_citizen_id(_SHA256.sub("", text)):  # a fingerprint may hold 13 fitting digits
        yield "citizen-id", "PDPA", Words("มีเลขประจำตัวประชาชน", "a citizen id stands here")
    if not style and _person(text):
        yield "person", "PDPA", Words("มีชื่อบุคคลพร้อมคำนำหน้า", "a person's name with a title stands here")
    if any(name in text for name in secrets.names):
        yield (
            "name",
            "PDPA",
            Words("มีชื่อที่ตัดออกตั้งแต่ตอนอ่านไฟล์", "a name stands here that was dropped when the files were read"),
        )
    if _pupil_key(where, text, secrets):
        yield "pupil-key", "PDPA", Words("มีรหัสนักเรียนที่เข้ารหัสแล้ว", "a pupil's key stands here")
    match = None if style else _PATHS.search(text)
    if match or any(place in text for place in secrets.places):
        shown = match[0][:12] + "…" if match else "…"
        yield "path", "SAFETY", Words(f"มีที่อยู่โฟลเดอร์ของเครื่อง ({shown})", f"a folder of a computer stands here ({shown})")
    for name in () if style else secrets.people:
        if re.search(rf"(?<![\w-]){re.escape(name)}(?![\w-])", text):
            yield (
                "host-or-user",
                "SAFETY",
                Words("มีชื่อเครื่องหรือชื่อผู้ใช้", "the name of this computer or its user stands here"),
            )
    if not style and (_CODE.search(text) or _CODE_FRAMES.search(text)):
        yield "code", "SAFETY", Words("มีโค้ดหรือข้อความผิดพลาดของโปรแกรม", "code or a program's error text stands here")


def _person(text: str) -> bool:
    return privacy.MASK not in text and privacy.MASK in privacy.shown(_without_ids(text), longest=len(text) + 100)


def _without_ids(text: str) -> str:
    """The text without long numbers and without the offices (mayor, premier …) that begin like the title Mr."""
    return re.sub(r"\d{6,}|นายก(?=เทศ|อบ|องค์|สมาคม|รัฐ|ฯ|\s)", "", text)


def _pupil_key(where: str, text: str, secrets: Secrets) -> bool:
    for match in _HEX.finditer(text):
        if match[0] in secrets.keys:
            return True
        told = _FINGERPRINT.search(text[: match.start()]) or _FINGERPRINT_KEYS.search(where)
        if (
            not told
            and re.search(r"[a-f]", match[0])
            and re.search(r"\d", match[0])
            and where not in ("<style>", "<script>")
        ):
            return True
    return False
