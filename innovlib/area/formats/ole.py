"""The container of old Office files (OLE compound file): which streams it holds, and the bytes of one. MS-CFB 3.0."""

from __future__ import annotations

import struct

from innovlib.area.faults import refuse

MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_END = 0xFFFFFFFA  # at and above this a sector number is a marker, not a sector


class Compound:
    """An OLE compound file, read with every chain checked against loops and the end of the file."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        try:
            self._open()
        except (struct.error, IndexError, ValueError) as error:
            raise refuse("file-damaged", detail=f"OLE {type(error).__name__}") from error

    def _open(self) -> None:
        head = self._data[:512]
        shift, mini_shift = struct.unpack_from("<HH", head, 30)
        if len(head) < 512 or shift not in (9, 12) or mini_shift != 6:
            raise ValueError("header")
        self._size = 1 << shift
        directory, _, self._cutoff, mini_fat, _, difat, _ = struct.unpack_from("<IIIIIII", head, 48)
        self._fat = self._table(list(struct.unpack_from("<109I", head, 76)), difat)
        self._entries = self._directory(self._chain(directory))
        self._mini_fat = struct.unpack(f"<{len(m := self._chain(mini_fat)) // 4}I", m) if mini_fat < _END else ()
        root = next((e for e in self._entries.values() if e[0] == 5), None)
        self._mini = self._chain(root[1]) if root and root[1] < _END else b""

    def _sector(self, number: int) -> bytes:
        start = (number + 1) * self._size
        if start >= len(self._data):
            raise ValueError("sector beyond the end")
        return self._data[start : start + self._size]

    def _table(self, sectors: list[int], difat: int) -> tuple[int, ...]:
        seen: set[int] = set()
        while difat < _END:
            if difat in seen:
                raise ValueError("loop")
            seen.add(difat)
            block = self._sector(difat)
            more = struct.unpack(f"<{len(block) // 4}I", block)
            sectors += more[:-1]
            difat = more[-1]
        raw = b"".join(self._sector(s) for s in sectors if s < _END)
        return struct.unpack(f"<{len(raw) // 4}I", raw)

    def _chain(self, start: int) -> bytes:
        parts, seen = [], set()
        while start < _END:
            if start in seen:
                raise ValueError("loop")
            seen.add(start)
            parts.append(self._sector(start))
            start = self._fat[start]
        return b"".join(parts)

    @staticmethod
    def _directory(raw: bytes) -> dict[str, tuple[int, int, int]]:
        entries = {}
        for at in range(0, len(raw) - 127, 128):
            length, kind = struct.unpack_from("<HB", raw, at + 64)
            if kind in (2, 5) and 2 <= length <= 64:
                name = raw[at : at + length - 2].decode("utf-16-le", "replace")
                start, size = struct.unpack_from("<II", raw, at + 116)
                entries.setdefault(name, (kind, start, size))
        return entries

    @property
    def names(self) -> frozenset[str]:
        """Names of the streams."""
        return frozenset(self._entries)

    def stream(self, name: str) -> bytes:
        """The bytes of one stream."""
        _, start, size = self._entries[name]
        try:
            if size >= self._cutoff:
                return self._chain(start)[:size]
            parts, seen = [], set()
            while start < _END:
                if start in seen:
                    raise ValueError("loop")
                seen.add(start)
                parts.append(self._mini[start * 64 : start * 64 + 64])
                start = self._mini_fat[start]
            return b"".join(parts)[:size]
        except (struct.error, IndexError, ValueError) as error:
            raise refuse("file-damaged", detail=f"OLE {type(error).__name__}") from error
