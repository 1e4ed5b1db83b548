"""The pages of proof stand beside the reports, in the index, the manifest, and in what is verified and reproduced."""

import json
import sys

import pytest

from innovlib.batch import verify as verifying
from innovlib.desk.reproduce import reproduce


@pytest.fixture
def out(render, tmp_path):
    render(page="proof_page")
    return tmp_path / "out"


def test_they_are_published_once_and_again_only_where_they_changed(out, render):
    told = json.loads((out / "manifest.json").read_text(encoding="utf-8"))["proof"]
    assert [row["file"] for row in told["files"]] == ["proof/index.html"]
    assert 'href="proof/index.html"' in (out / "index.html").read_text(encoding="utf-8")
    made = sys.modules["proof_page"].made
    before = len(made)
    render(page="proof_page")
    assert len(made) == before
    (out / "proof" / "index.html").write_text("by hand", encoding="utf-8")
    render(page="proof_page")
    assert len(made) == before + 1 and "by hand" not in (out / "proof" / "index.html").read_text(encoding="utf-8")


def test_they_are_verified_and_reproduced(out, area, templates):
    settings = {"templates": templates, "page": "proof_page", "workers": 2}
    assert "proof/index.html" in verifying.verify(area, out=out, **settings).same
    again = reproduce(out, area=area, **settings)
    assert "proof/index.html" in again.same and again.exit_code == 0
    (out / "proof" / "index.html").write_text("by hand", encoding="utf-8")
    assert "proof/index.html" in verifying.verify(area, out=out, **settings).differ
    again = reproduce(out, area=area, **settings)
    assert again.by_hand == ("proof/index.html",) and again.exit_code == 1


def test_other_tests_are_named_as_the_reason(out, area, templates):
    file = out / "manifest.json"
    told = json.loads(file.read_text(encoding="utf-8"))
    told["proof"] |= {"tests_sha256": "0" * 64, "files": [{"file": "proof/index.html", "sha256": "1" * 64}]}
    file.write_text(json.dumps(told), encoding="utf-8")
    again = reproduce(out, area=area, templates=templates, page="proof_page", workers=2)
    assert again.differ == ("proof/index.html",) and again.changes["what"].tolist() == ["tests"]
