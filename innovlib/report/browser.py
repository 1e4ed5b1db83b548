"""Printing a page to PDF with a browser that is installed: Chrome, Chromium or Edge, on Linux, macOS and Windows.

Thai lines break where a dictionary says they may, and the text of the file can be searched and copied; no PDF library
that was tried does both. The browser is asked for nothing but this: it gets an empty profile of its own, no network is
needed, and it is ended, with everything it started, when it takes too long.
"""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import signal
import subprocess
import tempfile
from pathlib import Path

from innovlib.errors import InnovError, RenderFailed, Words

#: Names the place of a browser where none of the usual places holds one.
PLACE = "INNOV_BROWSER"
#: What browsers are called on the search path.
COMMANDS = (
    "google-chrome", "google-chrome-stable", "chromium", "chromium-browser", "chrome", "microsoft-edge",
    "microsoft-edge-stable", "msedge",
)  # fmt: skip
#: Where they stand when they are not on it.
APPLICATIONS = (
    "Google Chrome.app/Contents/MacOS/Google Chrome", "Chromium.app/Contents/MacOS/Chromium",
    "Microsoft Edge.app/Contents/MacOS/Microsoft Edge",
)  # fmt: skip
PROGRAMS = (
    "Google/Chrome/Application/chrome.exe", "Chromium/Application/chrome.exe", "Microsoft/Edge/Application/msedge.exe",
)  # fmt: skip
#: Seconds that one page may take.
LONGEST_S = 120.0
#: The date that a PDF gets in place of the time of its making, so that the same page gives the same bytes.
DATE = b"D:20000101000000+00'00'"


class NoBrowser(InnovError):
    """No browser that can print was found on this computer."""


def find() -> Path:
    """The browser to print with: ``INNOV_BROWSER`` where it is set, else the first of the usual ones.

    Raises
    ------
    NoBrowser
        There is none, or ``INNOV_BROWSER`` names no file.
    """
    named = os.environ.get(PLACE)
    if named:
        if (path := Path(named)).is_file():
            return path
        raise _none(Words(f"{PLACE} ชี้ไปที่ไฟล์ที่ไม่มีอยู่", f"{PLACE} names a file that is not there"))
    found = next(filter(None, map(shutil.which, COMMANDS)), None)
    place = Path(found) if found else next((path for path in _usual_places() if path.is_file()), None)
    if place is None:
        raise _none(
            Words("ไม่พบเบราว์เซอร์ที่พิมพ์ PDF ได้ในเครื่องนี้", "no browser that can print PDF was found on this computer")
        )
    return place


def _usual_places() -> list[Path]:
    roots = [os.environ.get(name) for name in ("PROGRAMFILES", "PROGRAMFILES(X86)", "LOCALAPPDATA")]
    apps = [Path("/Applications"), Path.home() / "Applications"]
    return [Path(root) / program for root in roots if root for program in PROGRAMS] + [
        app / name for app in apps for name in APPLICATIONS
    ]


def _none(found: Words) -> NoBrowser:
    return NoBrowser(
        found,
        expected=Words("Google Chrome, Chromium หรือ Microsoft Edge", "Google Chrome, Chromium or Microsoft Edge"),
        todo=Words(
            f"ติดตั้งเบราว์เซอร์ หรือเปิดหน้า HTML แล้วสั่งพิมพ์เอง หรือตั้ง {PLACE} เป็นที่อยู่ของเบราว์เซอร์",
            f"install one, or open the HTML page and print it yourself, or set {PLACE} to where it is",
        ),
    )


def print_pdf(page: Path, *, details: bool = False, browser: Path | None = None) -> bytes:
    """A page as the browser prints it, footers and searchable Thai text included.

    Parameters
    ----------
    page
        A finished HTML page.
    details
        Print the folded part of a school's page too.
    browser
        Which one; by default what :func:`find` finds.

    Returns
    -------
    bytes
        The PDF, the same for the same page and browser: the time of its making is replaced by :data:`DATE`.

    Raises
    ------
    NoBrowser
        There is none.
    RenderFailed
        It took too long, or left no whole PDF.
    """
    browser = browser or find()
    with tempfile.TemporaryDirectory(prefix="innov-print-", ignore_cleanup_errors=True) as scratch:
        out = Path(scratch) / "page.pdf"
        address = page.absolute().as_uri() + ("#details" if details else "")
        said = _run(
            [str(browser), *flags(Path(scratch)), "--no-pdf-header-footer", f"--print-to-pdf={out}", address], page=page
        )
        data = out.read_bytes() if out.is_file() else b""
    if not (data.startswith(b"%PDF-") and b"%%EOF" in data[-64:]):
        raise _failed(page, Words("เบราว์เซอร์ไม่ได้ให้ไฟล์ PDF ที่สมบูรณ์", f"the browser left no whole PDF; it said: {said}"))
    return without_time(data)


def flags(scratch: Path) -> list[str]:
    """How a browser is started for a program: no window, an empty profile of its own, nothing asked of the net."""
    said = [
        "--headless", "--disable-gpu", "--no-first-run", "--no-default-browser-check",
        "--disable-extensions", "--disable-background-networking", "--disable-component-update", "--disable-sync",
        "--disable-dev-shm-usage", f"--user-data-dir={scratch / 'profile'}",
    ]  # fmt: skip
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        said.append("--no-sandbox")  # the sandbox refuses to start for root, as in a container
    return said


def _run(command: list[str], *, page: Path) -> str:
    """Run the browser to its end; returns the end of what it said. It goes with all it started if it takes too long."""
    group = {"start_new_session": True} if os.name == "posix" else {}
    process = subprocess.Popen(
        command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, **group
    )
    try:
        _, told = process.communicate(timeout=LONGEST_S)
    except BaseException as error:
        _end(process)
        if isinstance(error, subprocess.TimeoutExpired):
            words = Words(
                f"เบราว์เซอร์ใช้เวลาเกิน {LONGEST_S:.0f} วินาที", f"the browser took longer than {LONGEST_S:.0f} seconds"
            )
            raise _failed(page, words) from error
        raise
    return told.decode("utf-8", errors="replace").strip()[-300:]


def _end(process: subprocess.Popen) -> None:
    if os.name == "posix":
        with contextlib.suppress(ProcessLookupError):  # it ended by itself meanwhile
            os.killpg(process.pid, signal.SIGKILL)
    else:
        process.kill()
    process.communicate()


def _failed(page: Path, found: Words) -> RenderFailed:
    return RenderFailed(
        found,
        where=page.name,
        todo=Words("เปิดหน้า HTML แล้วสั่งพิมพ์เอง", "open the HTML page and print it yourself"),
    )


def without_time(data: bytes) -> bytes:
    """A PDF whose dates are :data:`DATE`; nothing else is changed and nothing moves.

    Examples
    --------
    >>> without_time(b"/CreationDate (D:20261123225815+07'00')")
    b"/CreationDate (D:20000101000000+00'00')"
    """
    return re.sub(rb"(/(?:CreationDate|ModDate) \()D:\d{14}[+-]\d\d'\d\d'", rb"\g<1>" + DATE, data)
