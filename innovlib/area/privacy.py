"""Keeping pupils out of sight: citizen ids and names are found before anything is stored or said, ids become keys."""

from __future__ import annotations

import hashlib
import hmac
import os
import re
import secrets
from pathlib import Path

from innovlib import terms
from innovlib.errors import CannotWrite, Unreadable, Words

#: What stands in a message in place of something personal.
MASK = "•••"
#: Thirteen digits, spaced or dashed at will or dotted as on the card; the decimals of a figure are no id.
_THIRTEEN = re.compile(r"(?<!\d)(?<!\d\.)(?:\d(?:[ \-–]?\d){12}|\d\.\d{4}\.\d{5}\.\d{2}\.\d)(?!\d)")
#: An id with other digits run into it, as a slip of the hand pastes it into a figure; decimals are no such thing.
_RUN_IN = re.compile(r"(?<![\d.])\d{14,}|\d{1,12}-\d{4}-\d{5}-\d{2}-\d+")
_LONGEST_RUN = 60
_PERSON = re.compile(
    r"((เด็กชาย|เด็กหญิง|ด\s*\.\s*[ชญ]\s*\.|นางสาว|น\s*\.\s*ส\s*\.)|(?<![ก-๙])(นาง|นาย)(?=\s*[ก-ฮเแโใไ])"
    r"|\b(?:Mr|Mrs|Ms|Miss|Master)\b\.?)\s*\S+(\s+\S+)?",
    re.IGNORECASE,
)
_UNSEEN = re.compile(
    "[\u0000-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufffe\uffff\ud800-\udfff]"
)


def is_citizen_id(text: str) -> bool:
    """True for a Thai citizen id: 13 digits whose last is the check digit (weights 13 … 2, modulo 11).

    Examples
    --------
    >>> is_citizen_id("1-1037-00000-00-3"), is_citizen_id("1103700000004")
    (True, False)
    """
    digits = re.sub(r"[ \-–.]", "", terms.western_digits(str(text).strip()))
    if not re.fullmatch(r"[0-9]{13}", digits):
        return False
    weighted = sum(int(d) * w for d, w in zip(digits, range(13, 1, -1), strict=False))
    return (11 - weighted % 11) % 10 == int(digits[-1])


def holds_citizen_id(value) -> bool:
    """True where a cell's text holds a citizen id anywhere."""
    if isinstance(value, bool) or not isinstance(value, (str, int, float)):
        return False
    text = str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)
    if len(text) < 13 or (isinstance(value, float) and not value.is_integer()):
        return False
    return any(is_citizen_id(match) for match in _THIRTEEN.findall(terms.western_digits(text)))


def _hides_id(run: str) -> bool:
    digits = re.sub(r"\D", "", run)
    # So long a run is no figure, and not worth looking through.
    return len(digits) > _LONGEST_RUN or any(is_citizen_id(digits[i : i + 13]) for i in range(len(digits) - 12))


def looks_like_person(value) -> bool:
    """True where a cell's text begins a person's name with a title (เด็กชาย, ด.ญ., นางสาว …)."""
    return isinstance(value, str) and _PERSON.match(value.strip()) is not None


_FULL_NAME = re.compile(
    r"^(เด็กชาย|เด็กหญิง|ด\s*\.\s*[ชญ]\s*\.|นางสาว|น\s*\.\s*ส\s*\.|นาง|นาย(?!ก\s*(เทศ|อบ|องค์|สมาคม|รัฐ|\s)))\s*\S+\s+\S+$"
)


_MENTION = re.compile(
    r"(?<![ก-๙])(เด็กชาย|เด็กหญิง|ด\s*\.\s*[ชญ]\s*\.|นางสาว|น\s*\.\s*ส\s*\.)\s*\S|(?<![ก-๙])(นาย|นาง)\s*[ก-ฮเแโใไ]\S+\s+\S"
)


def mentions_person(value) -> bool:
    """True where a title and a name stand anywhere in a cell's text; a copy of such a file would keep the name."""
    return isinstance(value, str) and _MENTION.search(value) is not None


_WORDS = re.compile(r"\s*[^\W\d_][^\d<>{}=/\\]*\s+[^\W\d_][^\d<>{}=/\\]*")


def may_be_name(value) -> bool:
    """True for two words or more of letters alone: where a number or a known word should stand, perhaps a name."""
    return (
        isinstance(value, str)
        and re.fullmatch(r"\s*[^\W\d_][^\d<>{}=/\\]*\s+[^\W\d_][^\d<>{}=/\\]*", value) is not None
    )


def has_words(value) -> bool:
    """True for text with two letters or more in a row."""
    return isinstance(value, str) and re.search("[A-Za-zก-๙]{2}", value) is not None


def is_full_name(value) -> bool:
    """True where a whole cell is a title, a first name and a surname: a person, not an organisation or a place."""
    return isinstance(value, str) and _FULL_NAME.match(value.strip()) is not None


def shown(value, *, personal: bool = False, longest: int = 60) -> str:
    """A cell's value as a message may show it: nothing personal, no control character, not too long.

    Examples
    --------
    >>> shown("เด็กหญิงสมมุติ ใจดี"), shown("a\\nb"), shown(None)
    ('•••', 'a␤b', '')
    """
    if value is None:
        return ""
    if personal:
        return MASK
    text = terms.western_digits(str(value)) if holds_citizen_id(value) else str(value)
    text = _THIRTEEN.sub(lambda m: MASK if is_citizen_id(m[0]) else m[0], text)
    text = _RUN_IN.sub(lambda m: MASK if _hides_id(m[0]) else m[0], text)
    text = _PERSON.sub(MASK, text)
    text = _UNSEEN.sub(lambda m: {"\n": "␤", "\r": "␤", "\t": "␉"}.get(m[0], f"⟨U+{ord(m[0]):04X}⟩"), text)
    return text if len(text) <= longest else text[: longest - 1] + "…"


# --- keys ---------------------------------------------------------------------------------------------------------


def key_path() -> Path:
    """Where the secret key for pupil ids lies: outside any checkout, for this user alone.

    ``INNOV_KEY_FILE`` names another place, for an office that keeps its key on a protected drive.
    """
    return Path(os.environ.get("INNOV_KEY_FILE") or Path.home() / ".innov" / "pupil.key").expanduser()


def secret(*, create: bool) -> bytes:
    """The secret key; made once, readable by this user alone. Without ``create`` a missing key is a throw-away one.

    Raises
    ------
    CannotWrite, Unreadable
        The key cannot be written, or is there but is no key.
    """
    path = key_path()
    if not path.exists():
        made = secrets.token_bytes(32)
        return _store(path, made) if create else made
    try:
        key = bytes.fromhex(path.read_text(encoding="ascii").strip())
    except (OSError, ValueError) as error:
        raise _bad_key(path) from error
    if len(key) < 16:
        raise _bad_key(path)
    return key


def _store(path: Path, key: bytes) -> bytes:
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="ascii") as file:
            file.write(key.hex() + "\n")
            file.flush()
            os.fsync(file.fileno())
    except FileExistsError:
        return secret(create=False)  # another run made it a moment ago
    except OSError as error:
        raise CannotWrite(
            Words("สร้างกุญแจสำหรับรหัสนักเรียนไม่ได้", "the key for pupil ids cannot be made"),
            where=str(path),
            todo=Words("ตั้งที่เก็บด้วย INNOV_KEY_FILE", "name another place in INNOV_KEY_FILE"),
        ) from error
    return key


def _bad_key(path: Path) -> Unreadable:
    return Unreadable(
        Words("ไฟล์กุญแจของรหัสนักเรียนใช้ไม่ได้", "the key file for pupil ids cannot be used"),
        where=str(path),
        todo=Words("นำกุญแจสำรองกลับมา", "put the key back from its backup"),
    )


def pupil_key(school_id: str, pupil_id: str, *, key: bytes) -> str:
    """The keyed hash (HMAC-SHA-256, 128 bits as hex) that stands for a pupil; without the key it leads nowhere.

    Examples
    --------
    >>> len(pupil_key("1091010001", "P0001", key=b"k" * 32))
    32
    """
    return hmac.new(key, f"{school_id}\x1f{pupil_id}".encode(), hashlib.sha256).hexdigest()[:32]


def fingerprint(key: bytes) -> str:
    """A short mark of a key that gives nothing of it away; an area keeps it to notice a different key."""
    return hmac.new(key, b"innov key fingerprint", hashlib.sha256).hexdigest()[:12]
