"""Zip packages of XML (xlsx, xlsm, ods), opened with a limit on what they may unpack to and without any entity.

The sizes in a zip's directory can lie, so they are checked first and the bytes are counted again while reading. Members
are only ever asked for by name and never written anywhere, so a member called ``../x`` goes nowhere.
"""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Callable
from xml.parsers import expat

from innovlib.area import sheets
from innovlib.area.faults import refuse

_CHUNK = 1 << 16
_DAMAGE = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, OSError, ValueError)


class Package:
    """A zip file whose members are read within one common budget of bytes."""

    def __init__(self, data: bytes) -> None:
        try:
            self._zip = zipfile.ZipFile(io.BytesIO(data))
            members = self._zip.infolist()
        except _DAMAGE as error:
            raise refuse("file-damaged", detail=_reason(error)) from error
        self.names = {member.filename: member for member in members}
        self._left = sheets.MAX_UNPACKED
        _check_sizes(members)

    def has(self, name: str) -> bool:
        """True where the package holds a member of that name."""
        return name in self.names

    def feed(self, name: str, parser: expat.XMLParserType) -> None:
        """Stream one member through an XML parser, counting what really comes out."""
        try:
            with self._zip.open(self.names[name]) as member:
                while chunk := member.read(_CHUNK):
                    self._left -= len(chunk)
                    if self._left < 0:
                        raise refuse("zip-bomb", size=f"> {sheets.MAX_UNPACKED / 1e6:.0f} MB")
                    parser.Parse(chunk, False)
            parser.Parse(b"", True)
        except (expat.ExpatError, *_DAMAGE) as error:
            raise refuse("file-damaged", detail=_reason(error)) from error

    def text(self, name: str, *, limit: int = 4096) -> str:
        """The first bytes of a member as text; "" where it is not there or cannot be read."""
        if name not in self.names:
            return ""
        try:
            with self._zip.open(self.names[name]) as member:
                return member.read(limit).decode("utf-8", "replace")
        except _DAMAGE:
            return ""


def _check_sizes(members: list[zipfile.ZipInfo]) -> None:
    unpacked = sum(member.file_size for member in members)
    packed = sum(member.compress_size for member in members)
    if unpacked > sheets.MAX_UNPACKED:
        raise refuse("zip-bomb", size=f"{unpacked / 1e6:.0f} MB")
    # A small file may compress very well (blank rows); only a large one at such a ratio is a bomb.
    if unpacked > 1_000_000 and unpacked > sheets.MAX_RATIO * max(packed, 1):
        raise refuse("zip-bomb", size=f"{unpacked / 1e6:.0f} MB")
    if any(member.flag_bits & 1 for member in members):
        raise refuse("file-password")


def _reason(error: Exception) -> str:
    # The text of a zip or XML error names offsets and tags, never a cell's content; keep it short all the same.
    return f"{type(error).__name__}: {str(error).splitlines()[0][:80]}" if str(error) else type(error).__name__


def parser(
    *,
    start: Callable[[str, dict], None],
    end: Callable[[str], None],
    text: Callable[[str], None],
) -> expat.XMLParserType:
    """An XML parser that hands on local names (namespaces differ between Office versions) and refuses any DOCTYPE."""
    made = expat.ParserCreate(namespace_separator=" ")
    made.buffer_text = True
    made.StartElementHandler = lambda name, attributes: start(
        name.rpartition(" ")[2], {key.rpartition(" ")[2]: value for key, value in attributes.items()}
    )
    made.EndElementHandler = lambda name: end(name.rpartition(" ")[2])
    made.CharacterDataHandler = text
    made.StartDoctypeDeclHandler = _refuse_doctype
    return made


def _refuse_doctype(*_) -> None:
    raise refuse("xml-doctype")
