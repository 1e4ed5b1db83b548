"""Code may stand on the pages of proof only while they are, byte for byte, the kit's own text."""

import pytest

from innovlib.paths import NOTEBOOKS
from innovlib.release import own_text, rendered
from innovlib.release.leaks import Secrets
from innovlib.report import proof_pages

CODE = "<pre>from innovlib import desk</pre>"


@pytest.fixture
def folder(tmp_path):
    made = proof_pages.pages({"meeting": (NOTEBOOKS / "report-meeting.ipynb").read_text(encoding="utf-8")})
    (tmp_path / "proof").mkdir()
    for name, html in made.items():
        (tmp_path / "proof" / name).write_bytes(html.encode("utf-8"))
    return tmp_path


def found(folder, path, **secrets):
    own = own_text.of_the_kit(folder)
    return [f.kind for f in own_text.leaks_of(rendered.read(path), path, secrets=Secrets(**secrets), own=own)]


def test_the_kits_own_text_passes(folder):
    for path in (folder / "proof").iterdir():
        assert found(folder, path) == []


def test_a_changed_byte_an_added_file_and_code_elsewhere_do_not(folder):
    changed, added, elsewhere = folder / "proof" / "functions.html", folder / "proof" / "x.html", folder / "area.html"
    changed.write_text(changed.read_text(encoding="utf-8") + " ", encoding="utf-8")
    for path in (added, elsewhere):
        path.write_text(CODE, encoding="utf-8")
    assert found(folder, changed)[0] == "proof" and "code" in found(folder, changed)
    assert found(folder, added) == ["proof", "code"]
    assert found(folder, elsewhere) == ["code"]


def test_a_secret_is_looked_for_in_the_kits_own_text_too(folder):
    path = folder / "proof" / "report-meeting.html"
    assert found(folder, path, names=frozenset(["innovlib"])) == ["name"]


def test_a_name_that_is_nobodys_template_is_not_believed(tmp_path):
    (tmp_path / "proof").mkdir()
    (tmp_path / "proof" / "report-secret.html").write_text(CODE, encoding="utf-8")
    assert found(tmp_path, tmp_path / "proof" / "report-secret.html") == ["proof", "code"]


def test_thirteen_fitting_digits_within_a_fingerprint_are_no_citizen_id(tmp_path):
    path = tmp_path / "manifest.json"
    digits = "1101700230708"
    assert found_in(path, f'{{"sha256": "{"a" * 20}{digits}{"b" * 31}"}}') == []
    assert found_in(path, f'{{"said": "{digits}"}}') == ["citizen-id"]


def found_in(path, text):
    path.write_text(text, encoding="utf-8")
    return [f.kind for f in own_text.leaks_of(rendered.read(path), path, secrets=Secrets(), own={})]
