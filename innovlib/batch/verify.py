"""The proof that the same input gives the same bytes: finished reports are made anew elsewhere and compared."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path

from innovlib import paths
from innovlib.batch import manifest
from innovlib.batch.fault import Fault
from innovlib.batch.folder import OutFolder
from innovlib.batch.keys import digest
from innovlib.batch.run import render
from innovlib.errors import BadInput, Words


@dataclass(frozen=True)
class Verdict:
    """What came of making a folder's reports anew. ``exit_code``: 0 all the same, 1 not, 130 interrupted.

    Attributes
    ----------
    same
        Files that came out with the same bytes.
    differ
        Files whose bytes differ although they were made from the same input.
    outdated
        Files that were made from older input, with another kit or by hand: they are not expected to be the same.
    failed
        Reports that could not be made anew.
    """

    same: tuple[str, ...]
    differ: tuple[str, ...] = ()
    outdated: tuple[str, ...] = ()
    failed: dict[str, Fault] | None = None
    interrupted: bool = False

    @property
    def exit_code(self) -> int:
        """The exit code of the command."""
        return 130 if self.interrupted else int(bool(self.differ or self.outdated or self.failed))

    def to_dict(self) -> dict:
        """The verdict for a program."""
        failed = {name: {"cell": f.cell, "cause": f.cause} for name, f in (self.failed or {}).items()}
        names = {name: list(getattr(self, name)) for name in ("same", "differ", "outdated")}
        return names | {"failed": failed, "interrupted": self.interrupted, "exit_code": self.exit_code}

    def sentences(self) -> list[Words]:
        """The verdict for a person, in both languages."""
        said = [
            Words(f"ทำใหม่แล้วตรงกันทุกไบต์ {len(self.same)} ไฟล์", f"{len(self.same)} files came out with the same bytes")
        ]
        for names, th, en in (
            (self.differ, "ข้อมูลเดิมแต่ไบต์ต่างกัน", "same input, other bytes"),
            (self.outdated, "ไม่ได้ทำจากข้อมูลและชุดเครื่องมือปัจจุบัน", "not made from the present data and kit"),
        ):
            said += [Words(f"{th}: {', '.join(names)}", f"{en}: {', '.join(names)}")] if names else []
        failures = [f"{name}: {fault.cause}" for name, fault in (self.failed or {}).items()]
        said += [Words(f"ทำใหม่ไม่สำเร็จ {text}", f"could not be made anew: {text}") for text in failures]
        return said + ([Words("หยุดกลางคัน", "stopped before the end")] if self.interrupted else [])


def verify(area_folder: str | Path, kind: str = "all", *, out: str | Path | None = None, **settings) -> Verdict:
    """Make the finished reports of a folder anew in another place and compare them, byte for byte.

    The folder itself is only read. Where all of its reports are verified, so are its index and its manifest.

    Parameters
    ----------
    area_folder, kind, out, settings
        As for :func:`innovlib.batch.run.render`.

    Raises
    ------
    BadInput
        There is no finished report to compare with, or what :func:`~innovlib.batch.run.render` refuses.
    """
    there = OutFolder(paths.reports_of(area_folder, out=out, profile=settings.get("profile", "public")))
    before = manifest.read(there.path)
    finished = {row["file"]: row.get("key") for row in before.get("reports", []) if there.sha256(row["file"])}
    if not finished:
        raise BadInput(
            Words("โฟลเดอร์นี้ยังไม่มีรายงานให้ตรวจ", "there is no finished report in this folder to verify"),
            where=str(there.path),
            todo=Words("ทำรายงานก่อน โดยไม่ใส่ --verify", "make the reports first, without --verify"),
        )
    with tempfile.TemporaryDirectory(prefix="innov-verify-") as folder:
        anew = OutFolder(Path(folder) / "anew")
        outcome = render(area_folder, kind, out=anew.path, **settings)
        return _compared(there, anew, outcome, finished)


def _fingerprint(folder: OutFolder, file: str) -> str:
    """A file's fingerprint; the manifest's without what it tells of PDF files, which are printed after the reports."""
    if file != manifest.MANIFEST_FILE:
        return folder.sha256(file)
    told = manifest.read(folder.path)
    told["reports"] = [
        {name: value for name, value in row.items() if name not in ("pdf", "card")} for row in told["reports"]
    ]
    return digest(manifest.as_text(told))


def _compared(there: OutFolder, anew: OutFolder, outcome, finished: dict[str, str]) -> Verdict:
    made = {row["file"]: row.get("key") for row in manifest.read(anew.path)["reports"] if anew.sha256(row["file"])}
    both = [file for file in made if file in finished]
    outdated = [file for file in both if made[file] != finished[file]]
    files = [file for file in both if file not in outdated]
    if set(files) == set(finished) == set(made):
        proof = manifest.read(anew.path).get("proof", {}).get("files", ())
        files += [manifest.INDEX_FILE, *(row["file"] for row in proof), manifest.MANIFEST_FILE]
    same = [file for file in files if _fingerprint(there, file) == _fingerprint(anew, file)]
    differ = [file for file in files if file not in same]
    return Verdict(tuple(same), tuple(differ), tuple(outdated), outcome.failed, outcome.interrupted)
