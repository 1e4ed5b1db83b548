"""A notebook begun with ``innov new`` keeps the notebooks' rules and runs as it is."""

import nbformat
import pytest

from innovlib import cli, paths
from innovlib.desk import skeleton
from tests.notebooks import test_rules as rules
from tests.notebooks.test_nbval import nbval


def test_the_skeleton_keeps_every_rule():
    book = skeleton.notebook(question="Do small schools differ")
    checks = (rules.parameter_faults, rules.size_faults, rules.logic_faults, rules.order_faults, rules.output_faults,
              rules.id_faults)  # fmt: skip
    assert not [fault for check in checks for fault in check(book)]
    assert not rules.title_faults(book, is_report=False)
    assert book.cells[0].source.startswith("# Do small schools differ?")
    assert "does not show" in book.cells[-1].source
    nbformat.validate(book)


def test_it_runs_and_its_headline_is_compared(tmp_path, capsys):
    assert cli.main(["new", "my-question", "--into", str(tmp_path)]) == 0
    assert "my-question.ipynb" in capsys.readouterr().out
    done = nbval(tmp_path / "my-question.ipynb")
    assert done.returncode == 0, done.stdout[-3000:]


def test_it_is_formatted_as_the_hooks_want(tmp_path):
    import subprocess
    import sys

    made = skeleton.write("x", into=tmp_path)
    config = str(paths.ROOT / "pyproject.toml")
    for words in (["check"], ["format", "--check"]):
        done = subprocess.run(
            [sys.executable, "-m", "ruff", *words, "--config", config, str(made)], capture_output=True, text=True
        )
        assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("name", ["report-mine", "a b", "../x", "คำถาม", ""])
def test_a_name_that_is_no_file_name_is_refused(tmp_path, capsys, name):
    assert cli.main(["new", name, "--into", str(tmp_path)]) == 2
    assert "innov new 10-my-question" in capsys.readouterr().err
    assert not list(tmp_path.iterdir())


def test_nothing_is_overwritten_and_no_folder_is_made(tmp_path, capsys):
    (tmp_path / "mine.ipynb").write_text("{}")
    assert cli.main(["new", "mine", "--into", str(tmp_path)]) == 2
    assert (tmp_path / "mine.ipynb").read_text() == "{}"
    assert cli.main(["new", "mine", "--into", str(tmp_path / "no")]) == 2
    assert "no such folder" in capsys.readouterr().err
