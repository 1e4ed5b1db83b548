"""Fixtures for tests that take office files in."""

from __future__ import annotations

from pathlib import Path

import pytest

from innovlib.area import intake
from tests.intake.office_files import SCHOOLS, as_csv


@pytest.fixture
def register(tmp_path: Path) -> Path:
    """The invented schools as a register."""
    path = tmp_path / "register.csv"
    path.write_bytes(as_csv([["school_id", "name_th", "subdistrict", "district", "province"], *SCHOOLS]))
    return path


@pytest.fixture(autouse=True)
def own_key(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """No test touches the user's own key."""
    path = tmp_path_factory.mktemp("key") / "pupil.key"
    monkeypatch.setenv("INNOV_KEY_FILE", str(path))
    return path


@pytest.fixture
def check(tmp_path: Path, register: Path):
    """Check one file given as name and bytes, without an area."""

    def run(data: bytes, name: str = "file.xlsx", **options):
        path = tmp_path / name
        path.write_bytes(data)
        return intake.intake([path], into=None, register=options.pop("register", register), **options)[0]

    return run
