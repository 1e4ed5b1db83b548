"""Fingerprints: one short text that changes whenever what it stands for changes."""

from __future__ import annotations

import hashlib
from pathlib import Path


def digest(data: bytes | str) -> str:
    """SHA-256 as hex; text as UTF-8."""
    return hashlib.sha256(data.encode("utf-8") if isinstance(data, str) else data).hexdigest()


def folder_digest(folder: Path) -> str:
    """SHA-256 over all files below a folder, by name and content; compiled and hidden files are left out."""
    whole = hashlib.sha256()
    for path in sorted(folder.rglob("*"), key=lambda p: p.relative_to(folder).as_posix()):
        inner = path.relative_to(folder)
        if path.is_file() and "__pycache__" not in inner.parts and not any(p.startswith(".") for p in inner.parts):
            whole.update(f"{inner.as_posix()}\0{digest(path.read_bytes())}\n".encode())
    return whole.hexdigest()
