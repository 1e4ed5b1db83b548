"""PDF files of finished pages: printed by a browser, put beside the page whole or not at all, known to the manifest.

A PDF belongs to one page: it is made anew when the page has changed and kept when it has not. Where there is no browser
the pages stay as they are.
"""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from tqdm import tqdm

from innovlib.batch import manifest
from innovlib.batch.folder import OutFolder
from innovlib.batch.journal import Journal, now
from innovlib.batch.keys import digest
from innovlib.errors import InnovError, Words
from innovlib.report import browser


@dataclass(frozen=True)
class Printed:
    """What was printed. ``failed`` holds, by page, why it was not."""

    made: tuple[str, ...] = ()
    kept: tuple[str, ...] = ()
    failed: dict[str, Words] = field(default_factory=dict)

    def to_dict(self) -> dict:
        """The outcome for a program."""
        failed = {name: words._asdict() for name, words in self.failed.items()}
        return {"made": list(self.made), "kept": list(self.kept), "failed": failed}

    def sentences(self) -> list[Words]:
        """The outcome for a person."""
        made, kept, failed = len(self.made), len(self.kept), len(self.failed)
        first = Words(
            f"พิมพ์ PDF {made} ไฟล์ คงเดิม {kept} ไฟล์ ไม่สำเร็จ {failed} ไฟล์",
            f"{made} PDF files printed, {kept} kept, {failed} failed",
        )
        return [first, *dict.fromkeys(self.failed.values())]


def print_folder(folder: OutFolder, *, files: list[str], details: bool = False, progress: bool = False) -> Printed:
    """Print finished pages of a folder to PDF, those that have no PDF of the same page yet.

    Parameters
    ----------
    folder
        Holds the pages and their manifest; it is held for the time of printing, as by a batch.
    files
        Pages to print (``school-1.html``).
    details
        Print the folded parts too. A PDF with and one without them are not the same file's state: the other is remade.

    Returns
    -------
    Printed
        The journal gets a line for each PDF, the manifest its name, fingerprint and the page it was printed from.

    Raises
    ------
    NoBrowser
        There is none; nothing was touched.
    """
    chosen = browser.find()
    with folder.held():
        told = manifest.read(folder.path)
        rows = {row["file"]: row for row in told["reports"] if row["file"] in files and row.get("status") == "done"}
        todo = {name: row for name, row in rows.items() if not _is_done(folder, row, details=details)}
        failed, journal = {}, Journal.open(folder.path)
        for name, row in tqdm(todo.items(), desc="innov pdf", unit="page", disable=not progress):
            try:
                row["pdf"] = _print(folder, row, details=details, chosen=chosen, journal=journal)
            except InnovError as error:
                failed[name] = error.words
                journal.add(status="not printed", file=name, end=now(), cause=error.words.en)
        folder.publish(manifest.MANIFEST_FILE, manifest.as_text(told))
    made = tuple(name for name in todo if name not in failed)
    return Printed(made, tuple(name for name in rows if name not in todo), failed)


def page_files(names: Iterable[str], *, profile: str) -> list[str]:
    """Files of the pages of named reports, as a batch writes them.

    Examples
    --------
    >>> page_files(["school-1"], profile="partner"), page_files(["area"], profile="public")
    (['school-1.partner.html'], ['area.html'])
    """
    ending = ".html" if profile == "public" else f".{profile}.html"
    return [f"{name}{ending}" for name in names]


def pdf_name(page: str) -> str:
    """The PDF's name beside its page's.

    Examples
    --------
    >>> pdf_name("school-1.partner.html")
    'school-1.partner.pdf'
    """
    return page.removesuffix(".html") + ".pdf"


def _is_done(folder: OutFolder, row: dict, *, details: bool) -> bool:
    pdf = row.get("pdf", {})
    same = "sha256" in row and pdf.get("of_sha256") == row["sha256"] and pdf.get("details") == details
    return same and folder.sha256(pdf_name(row["file"])) == pdf.get("sha256")


def _print(folder: OutFolder, row: dict, *, details: bool, chosen: Path, journal: Journal) -> dict:
    start, begun = now(), time.monotonic()
    data = browser.print_pdf(folder.path / row["file"], details=details, browser=chosen)
    name = pdf_name(row["file"])
    folder.publish(name, data)
    pdf = {"file": name, "sha256": digest(data), "bytes": len(data), "of_sha256": row["sha256"], "details": details}
    seconds = round(time.monotonic() - begun, 3)
    journal.add(status="printed", start=start, end=now(), seconds=seconds, browser=chosen.name, page=row["file"], **pdf)
    return pdf


def outdated(folder: OutFolder) -> list[str]:
    """PDF files in the folder that were not printed from the page that now stands beside them."""
    rows = manifest.read(folder.path).get("reports", [])
    there = [row for row in rows if (folder.path / pdf_name(row["file"])).is_file()]
    fits = {row["file"]: _is_done(folder, row, details=row.get("pdf", {}).get("details", False)) for row in there}
    return [pdf_name(name) for name, fit in fits.items() if not fit]
