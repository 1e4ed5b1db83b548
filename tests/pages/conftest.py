"""The browser, and finished pages to look at with it."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from innovlib.paths import ROOT
from innovlib.report import browser

sys.path.insert(0, str(Path(__file__).parent))

EXAMPLE = ROOT / "data" / "example"


@pytest.fixture(scope="session")
def chrome():
    """One browser for all tests; a test that needs it is skipped where none is installed."""
    try:
        browser.find()
    except browser.NoBrowser:
        pytest.skip("no Chrome, Chromium or Edge is installed")
    pytest.importorskip("websocket", reason="websocket-client drives the browser")
    from chrome import Chrome

    driven = Chrome()
    yield driven
    driven.close()


def render(out: Path, kind: str, *only: str, area: Path = EXAMPLE, **more) -> Path:
    """Pages of an area in a folder."""
    from innovlib.batch.run import render as make

    outcome = make(area, kind, out=out, only=list(only) or None, workers=2, **more)
    assert outcome.exit_code == 0, outcome.failed
    return out


@pytest.fixture(scope="session")
def school(tmp_path_factory) -> Path:
    """The folder with one school's page and the index."""
    return render(tmp_path_factory.mktemp("school"), "school", "99050001", "99050009", "99050013")


@pytest.fixture(scope="session")
def everything(tmp_path_factory) -> Path:
    """The folder with all pages of the example area, the meeting pack among them."""
    return render(render(tmp_path_factory.mktemp("all"), "all"), "meeting")
