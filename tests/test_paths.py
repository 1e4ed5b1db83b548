"""Paths: as the caller means them, else under the checkout."""

from __future__ import annotations

from pathlib import Path

from innovlib import paths


def test_places_of_the_house_exist():
    assert (paths.ROOT / "pyproject.toml").is_file()
    for place in (paths.DATA, paths.EXAMPLE, paths.REFERENCE, paths.NOTEBOOKS, paths.REPORTS):
        assert place.is_dir(), place


def test_relative_paths_are_found_from_any_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert paths.find("data/example") == paths.EXAMPLE


def test_where_the_caller_stands_comes_first(tmp_path, monkeypatch):
    (tmp_path / "data" / "example").mkdir(parents=True)
    monkeypatch.chdir(tmp_path)
    assert paths.find("data/example") == (tmp_path / "data" / "example").resolve()


def test_absolute_paths_stay(tmp_path):
    assert paths.find(tmp_path / "nowhere") == (tmp_path / "nowhere").resolve()


def test_what_is_nowhere_comes_back_as_it_was_meant(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert paths.find("no/such") == (tmp_path / "no" / "such").resolve()


def test_home_is_known(monkeypatch, tmp_path):
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    (tmp_path / "area").mkdir()
    assert paths.find("~/area") == Path(tmp_path / "area").resolve()
