"""The site builds without a warning, and every link in it leads somewhere."""

import subprocess
import sys

import pytest

from innovlib import terms
from innovlib.area import contract, open_area
from innovlib.area.codebook import codebook
from innovlib.paths import ROOT


@pytest.mark.slow
def test_the_site_builds_strictly_and_its_links_lead_somewhere(links, tmp_path):
    pytest.importorskip("sphinx", reason="the extra [docs] is not installed")
    words = ["-E", "-W", "--keep-going", "-q", "-b", "html", "-d", str(tmp_path / "trees")]
    done = subprocess.run(
        [sys.executable, "-m", "sphinx", *words, "docs", str(tmp_path / "site")],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    assert links.faults(tmp_path / "site") == []
    glossary = (tmp_path / "site" / "glossary.html").read_text(encoding="utf-8")
    assert all(words.th in glossary for words in terms.LABELS.values())


def test_a_broken_link_and_something_fetched_are_seen(links, tmp_path):
    page = (
        '<h1 id="a">x</h1><a href="#a"></a><a href="b.html#no"></a><a href="none.html"></a><a href="https://x.y/z"></a>'
    )
    (tmp_path / "a.html").write_text(page, encoding="utf-8")
    (tmp_path / "b.html").write_text('<script src="https://x.y/z.js"></script>', encoding="utf-8")
    assert links.faults(tmp_path) == [
        "a.html: no such place b.html#no", "a.html: nothing at none.html", "b.html: loads https://x.y/z.js",
    ]  # fmt: skip


def test_the_codebook_names_every_column_of_the_contract_and_only_the_tables_that_are_there(tmp_path):
    whole = codebook()
    for name in contract.TABLES:
        part = whole.partition(f"## {name} ·")[2].partition("\n## ")[0]
        assert all(f"`{column}`" in part for column in contract.table(name).names)
    (tmp_path / "schools.csv").write_text("school_id,name_th\nS1,บ้านหนึ่ง\n", encoding="utf-8")
    small = codebook(open_area(tmp_path))
    assert "## schools" in small and "## scores" not in small and "1 rows" in small
    assert "บ้านหนึ่ง" not in small


def test_the_codebook_of_simulated_data_says_so():
    assert "synthetic data" in codebook(open_area("data/example"))
