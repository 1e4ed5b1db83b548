"""PDF files of finished pages: printed by a browser, or cards set by typst; whole or not at all, known to the manifest.

A PDF belongs to one page: it is made anew when the page has changed and kept when it has not. Where there is nothing to
make it with the pages stay as they are.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from tqdm import tqdm

from innovlib.batch import manifest
from innovlib.batch.folder import OutFolder
from innovlib.batch.journal import Journal, now
from innovlib.batch.keys import digest
from innovlib.errors import InnovError, Words
from innovlib.report import browser, cards

#: What may stand beside a page: its print, and a school's card.
KINDS = ("pdf", "card")


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


def print_folder(
    folder: OutFolder, *, files: list[str], kind: str = "pdf", details: bool = False, progress: bool = False
) -> Printed:
    """Print finished pages of a folder to PDF, those that have no PDF of the same page yet.

    Parameters
    ----------
    folder
        Holds the pages and their manifest; it is held for the time of printing, as by a batch.
    files
        Pages to print (``school-1.html``).
    kind
        ``pdf``, or ``card`` for the one-page cards of school pages.
    details
        Print the folded parts too. A PDF with and one without them are not the same file's state: the other is remade.

    Returns
    -------
    Printed
        The journal gets a line for each PDF, the manifest its name, fingerprint and the page it was printed from.

    Raises
    ------
    NoBrowser, NoCards
        There is nothing to make it with; nothing was touched.
    """
    make, maker = _maker(kind, details=details)
    with folder.held():
        told = manifest.read(folder.path)
        rows = {row["file"]: row for row in told["reports"] if row["file"] in files and row.get("status") == "done"}
        if kind == "card":
            rows = {name: row for name, row in rows.items() if row["kind"] == "school"}
        todo = {name: row for name, row in rows.items() if not _is_done(folder, row, kind=kind, details=details)}
        failed, journal = {}, Journal.open(folder.path)
        for name, row in tqdm(todo.items(), desc="innov pdf", unit="page", disable=not progress):
            try:
                row[kind] = _print(folder, row, kind=kind, make=make, details=details)
                journal.add(status="printed", what=kind, page=name, end=now(), made_with=maker, **row[kind])
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


def pdf_name(page: str, kind: str = "pdf") -> str:
    """The PDF's name beside its page's.

    Examples
    --------
    >>> pdf_name("school-1.partner.html"), pdf_name("school-1.html", "card")
    ('school-1.partner.pdf', 'card-school-1.pdf')
    """
    return ("card-" if kind == "card" else "") + page.removesuffix(".html") + ".pdf"


def _maker(kind: str, *, details: bool) -> tuple[Callable[[Path], bytes], str]:
    """What makes a PDF of a page, and its name for the journal."""
    if kind == "card":
        cards.check_installed()
        return cards.card_pdf, "typst"
    chosen = browser.find()
    return partial(browser.print_pdf, details=details, browser=chosen), chosen.name


def _is_done(folder: OutFolder, row: dict, *, kind: str, details: bool) -> bool:
    pdf = row.get(kind, {})
    same = "sha256" in row and pdf.get("of_sha256") == row["sha256"] and pdf.get("details") == details
    return same and folder.sha256(pdf_name(row["file"], kind)) == pdf.get("sha256")


def _print(folder: OutFolder, row: dict, *, kind: str, make: Callable[[Path], bytes], details: bool) -> dict:
    data, name = make(folder.path / row["file"]), pdf_name(row["file"], kind)
    folder.publish(name, data)
    return {"file": name, "sha256": digest(data), "bytes": len(data), "of_sha256": row["sha256"], "details": details}


def outdated(folder: OutFolder) -> list[str]:
    """PDF files in the folder that were not printed from the page that now stands beside them."""
    rows = manifest.read(folder.path).get("reports", [])
    there = [(r, kind) for r in rows for kind in KINDS if (folder.path / pdf_name(r["file"], kind)).is_file()]
    return [
        pdf_name(row["file"], kind)
        for row, kind in there
        if not _is_done(folder, row, kind=kind, details=row.get(kind, {}).get("details", False))
    ]
