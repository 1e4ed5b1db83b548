"""PDF files beside their pages: whole or not at all, known to the manifest, kept while the page stays."""

from __future__ import annotations

import json
import os
import stat
import sys

import pytest

from innovlib.batch import manifest, pdf
from innovlib.batch.folder import OutFolder
from innovlib.batch.journal import Journal
from innovlib.batch.keys import digest
from innovlib.errors import RenderFailed
from innovlib.report import browser

posix = pytest.mark.skipif(os.name != "posix", reason="the stand-in browser is a script with a first line")

#: A stand-in browser: writes the file it is asked for with the time in it, as a real one does.
STAND_IN = """#!{python}
import sys, time
to = [a.partition("=")[2] for a in sys.argv if a.startswith("--print-to-pdf=")][0]
{body}
"""
GOOD = """
stamp = 20260101000000 + time.time_ns() % 1000000
text = f"%PDF-1.4\\n/CreationDate (D:{stamp}+00'00')\\n{sys.argv[-1]}\\n%%EOF\\n"
open(to, "wb").write(text.encode())
"""
TORN = """open(to, "wb").write(b"%PDF-1.4")"""


def stand_in(folder, body):
    path = folder / "browser"
    path.write_text(STAND_IN.format(python=sys.executable, body=body), encoding="utf-8")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return str(path)


@pytest.fixture
def folder(tmp_path):
    """A folder with one finished page and its manifest."""
    out = OutFolder(tmp_path / "out")
    with out.held():
        out.publish("school-1.html", "<p>page</p>")
        row = {"kind": "school", "id": "1", "file": "school-1.html", "status": "done", "key": "k",
               "sha256": out.sha256("school-1.html"), "bytes": 11, "entry": {}}  # fmt: skip
        out.publish(manifest.MANIFEST_FILE, manifest.as_text({"reports": [row], "profile": "public", "area": {}}))
    return out


@posix
def test_a_pdf_is_made_once_and_the_manifest_knows_it(folder, tmp_path, monkeypatch):
    monkeypatch.setenv(browser.PLACE, stand_in(tmp_path, GOOD))
    first = pdf.print_folder(folder, files=["school-1.html"])
    assert first.made == ("school-1.html",)
    told = manifest.read(folder.path)["reports"][0]["pdf"]
    data = (folder.path / "school-1.pdf").read_bytes()
    assert told["sha256"] == digest(data)
    assert told["of_sha256"] == folder.sha256("school-1.html")
    assert browser.DATE in data
    again = pdf.print_folder(folder, files=["school-1.html"])
    assert (again.made, again.kept) == ((), ("school-1.html",))
    rows = [row for row in Journal.open(folder.path).rows() if row["status"] == "printed"]
    assert len(rows) == 1
    known = manifest.known_states({"reports": []}, Journal.open(folder.path))
    assert known["school-1.html"]["pdf"]["sha256"] == told["sha256"]


@posix
def test_the_folded_part_is_another_pdf(folder, tmp_path, monkeypatch):
    monkeypatch.setenv(browser.PLACE, stand_in(tmp_path, GOOD))
    pdf.print_folder(folder, files=["school-1.html"])
    full = pdf.print_folder(folder, files=["school-1.html"], details=True)
    assert full.made == ("school-1.html",)
    assert b"school-1.html#details" in (folder.path / "school-1.pdf").read_bytes()


@posix
def test_a_torn_pdf_is_told_and_leaves_what_stood_there(folder, tmp_path, monkeypatch):
    (folder.path / "school-1.pdf").write_bytes(b"the one before")
    monkeypatch.setenv(browser.PLACE, stand_in(tmp_path, TORN))
    outcome = pdf.print_folder(folder, files=["school-1.html"])
    assert "no whole PDF" in outcome.failed["school-1.html"].en
    assert (folder.path / "school-1.pdf").read_bytes() == b"the one before"
    assert pdf.outdated(folder) == ["school-1.pdf"]
    assert not list(folder.path.glob(".*.tmp"))


@posix
def test_a_browser_that_hangs_is_ended(folder, tmp_path, monkeypatch):
    monkeypatch.setattr(browser, "LONGEST_S", 0.5)
    monkeypatch.setenv(browser.PLACE, stand_in(tmp_path, "time.sleep(60)"))
    with pytest.raises(RenderFailed, match="longer than"):
        browser.print_pdf(folder.path / "school-1.html")


@posix
def test_a_new_page_makes_its_pdf_outdated(folder, tmp_path, monkeypatch):
    monkeypatch.setenv(browser.PLACE, stand_in(tmp_path, GOOD))
    pdf.print_folder(folder, files=["school-1.html"])
    assert pdf.outdated(folder) == []
    told = json.loads((folder.path / manifest.MANIFEST_FILE).read_text(encoding="utf-8"))
    state = manifest.judged(told["reports"][0] | {"sha256": "new"}, key="k", sha256="new")
    assert state["status"] == "done"
    assert "pdf" not in state


def test_without_a_browser_it_is_said_and_nothing_is_touched(folder, monkeypatch):
    monkeypatch.delenv(browser.PLACE, raising=False)
    monkeypatch.setattr(browser.shutil, "which", lambda name: None)
    monkeypatch.setattr(browser, "_usual_places", list)
    before = sorted(path.name for path in folder.path.iterdir())
    with pytest.raises(browser.NoBrowser, match=r"no browser that can print.*install one"):
        pdf.print_folder(folder, files=["school-1.html"])
    assert sorted(path.name for path in folder.path.iterdir()) == before


def test_the_usual_places_of_windows_and_macos_are_looked_in(tmp_path, monkeypatch):
    edge = tmp_path / "Microsoft" / "Edge" / "Application" / "msedge.exe"
    edge.parent.mkdir(parents=True)
    edge.write_bytes(b"")
    monkeypatch.delenv(browser.PLACE, raising=False)
    monkeypatch.setattr(browser.shutil, "which", lambda name: None)
    monkeypatch.setenv("PROGRAMFILES", str(tmp_path))
    assert browser.find() == edge
    assert any("Chrome.app" in str(path) for path in browser._usual_places())
