"""The command line: what it takes, what it says, how it ends."""

import json
import subprocess
import sys

import pytest

from innovlib import cli, paths
from innovlib.area import synthetic
from innovlib.desk import jupyter

SCHOOLS = "school_id,name_th,cohort,joined_year_be\nS1,บ้านหนึ่ง,1,2562\n"


@pytest.fixture
def area(tmp_path):
    folder = tmp_path / "hills"
    folder.mkdir()
    (folder / "schools.csv").write_text(SCHOOLS, encoding="utf-8")
    return folder


def innov(*words):
    return cli.main([str(word) for word in words])


def test_help_needs_nothing_heavy():
    heavy = "{'pandas', 'numpy', 'papermill', 'matplotlib'} & set(sys.modules)"
    code = f"import sys; from innovlib import cli; cli.parser().format_help(); print({heavy})"
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert out.strip() == "set()"


def test_help_is_in_two_languages(capsys):
    with pytest.raises(SystemExit) as end:
        innov("--help")
    said = capsys.readouterr().out
    assert end.value.code == 0 and "ทำรายงาน" in said and "make the reports" in said


@pytest.mark.parametrize("words", [[], ["rendr"], ["render", "pupil", "--area", "x"], ["render", "all"]])
def test_bad_use_ends_with_2(words, capsys):
    with pytest.raises(SystemExit) as end:
        innov(*words)
    assert end.value.code == 2


def test_check_says_what_is_there_and_ends_with_2_on_a_breach(area, capsys):
    assert innov("check", area) == 0
    assert "schools.csv" in capsys.readouterr().out
    (area / "scores.csv").write_text("school_id,year_be\nS1,1999\n", encoding="utf-8")
    assert innov("check", area, "--json") == 2
    assert json.loads(capsys.readouterr().out)["exit_code"] == 2


def test_check_writes_only_when_told(area, capsys):
    innov("check", area)
    assert not (area / "datapackage.json").exists()
    innov("check", area, "--write")
    assert (area / "datapackage.json").exists()


def test_a_folder_that_is_no_area_is_refused_in_two_languages(tmp_path, capsys):
    for command in (["check", tmp_path], ["render", "all", "--area", tmp_path, "--out", tmp_path / "out"]):
        assert innov(*command) == 2
        said = capsys.readouterr().err
        assert "ไม่มีตาราง schools" in said and "no schools table" in said and "Traceback" not in said
    assert list(tmp_path.iterdir()) == []


def test_json_tells_errors_as_well(tmp_path, capsys):
    assert innov("check", tmp_path / "none", "--json") == 2
    assert json.loads(capsys.readouterr().out)["error"] == "NotAnArea"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--only", "S99"], "no school or cohort S99"),
        (["--profile", "boss"], "unknown profile"),
        (["--lang", "de"], "unknown language"),
        (["--workers", "0"], "a whole number from 1"),
    ],
)
def test_render_refuses_and_writes_nothing(area, tmp_path, capsys, words, said):
    assert innov("render", "all", "--area", area, "--out", tmp_path / "out", *words) == 2
    assert said in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_render_refuses_an_unreadable_table_and_a_place_that_takes_no_files(area, tmp_path, capsys):
    (tmp_path / "file").write_text("")
    assert innov("render", "all", "--area", area, "--out", tmp_path / "file") == 2
    assert "does not take files" in capsys.readouterr().err
    (area / "scores.csv").write_bytes(b"\xff\xfe\x00")
    assert innov("render", "all", "--area", area, "--out", tmp_path / "out") == 2
    assert "scores.csv" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_intake_needs_a_place_or_a_dry_run(tmp_path, capsys):
    assert innov("intake", tmp_path / "x.csv") == 2
    assert "--into" in capsys.readouterr().err


def test_intake_ends_with_the_worst_of_its_files(tmp_path, capsys):
    (tmp_path / "schools.csv").write_text("รหัสโรงเรียน,ชื่อโรงเรียน\n50010001,บ้านหนึ่ง\n", encoding="utf-8")
    assert innov("intake", tmp_path / "none.csv", "--dry-run", "--json") == 2
    assert json.loads(capsys.readouterr().out)["file"] == "none.csv"
    code = innov("intake", tmp_path / "*.csv", tmp_path / "none.csv", "--dry-run", "--json", "--with-table")
    told = json.loads(capsys.readouterr().out)
    assert code == 2 and [one["file"] for one in told] == ["schools.csv", "none.csv"] and "table" in told[0]


def test_example_never_overwrites_a_real_area(area, capsys):
    assert innov("example", "--out", area) == 2
    assert (area / "schools.csv").read_text(encoding="utf-8") == SCHOOLS


def test_interruption_ends_with_130(monkeypatch, area, capsys):
    def interrupted(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr("innovlib.area.review.review", interrupted)
    assert innov("check", area) == 130


def test_lab_starts_jupyterlab_at_the_notebooks_with_the_area(monkeypatch, area, capsys):
    started = []
    monkeypatch.setattr(jupyter, "run", lambda words, *, surroundings: started.append((words, surroundings)) or 0)
    assert innov("lab", "--area", area, "--", "--no-browser") == 0
    words, surroundings = started[0]
    assert words[1:3] == ["-m", "jupyterlab"] and words[-1] == "--no-browser"
    assert surroundings["INNOV_AREA"] == str(area)
    assert str(area) in capsys.readouterr().out


def test_lab_refuses_a_folder_that_is_no_area_before_anything_starts(monkeypatch, tmp_path, capsys):
    monkeypatch.setattr(jupyter, "run", lambda *_, **__: pytest.fail("started"))
    assert innov("lab", "--area", tmp_path) == 2
    assert "no schools table" in capsys.readouterr().err


def test_output_survives_a_terminal_that_cannot_write_thai(area):
    done = subprocess.run(
        [sys.executable, "-m", "innovlib.cli", "check", str(area)],
        env={**__import__("os").environ, "PYTHONIOENCODING": "ascii"}, capture_output=True,
    )  # fmt: skip
    assert done.returncode == 0 and "มีอะไรบ้าง" in done.stdout.decode("utf-8")


def test_an_area_kept_as_parquet_ends_without_a_word_of_duckdb(tmp_path):
    """Its binding complains at the end of what was not freed, where nothing looks for it."""
    synthetic.write_example(tmp_path / "area", n_schools=20, pupils=False, form="parquet")
    words = [sys.executable, "-m", "innovlib.cli", "render", "school", "--area", tmp_path / "area", "--quiet"]
    words += ["--out", tmp_path / "out"]
    done = subprocess.run([str(w) for w in words], cwd=paths.ROOT, capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")
    assert list((tmp_path / "out").glob("school-*.html"))
