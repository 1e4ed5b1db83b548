"""JupyterLab finds the kit's kernel, the Thai font and the chosen area, and a person's own settings stay."""

import json
import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from innovlib.desk import jupyter
from innovlib.errors import CannotWrite


@pytest.fixture
def folder(tmp_path):
    return jupyter.prepare(home=tmp_path)


def test_the_notebooks_kernel_is_this_python_wherever_another_is_registered(folder, tmp_path):
    other = tmp_path / "other" / "kernels" / "python3"
    other.mkdir(parents=True)
    (other / "kernel.json").write_text('{"argv": ["/no/python"], "display_name": "other", "language": "python"}')
    env = jupyter.environment(folder, base=os.environ | {"JUPYTER_PATH": str(tmp_path / "other")})
    out = subprocess.run(
        [sys.executable, "-m", "jupyter", "kernelspec", "list", "--json"], env=env, capture_output=True, text=True
    )
    spec = json.loads(out.stdout)["kernelspecs"]["python3"]["spec"]
    assert spec["argv"][0] == sys.executable and spec["display_name"] == "innovlib"


def test_its_first_line_sets_thai_for_figures_drawn_by_hand(folder):
    spec = json.loads((folder / "kernels" / "python3" / "kernel.json").read_text(encoding="utf-8"))
    line = next(word for word in spec["argv"] if "exec_lines" in word).partition("=")[2]
    drawn = line + "; import matplotlib as mpl; print(mpl.rcParams['font.family'][0])"
    out = subprocess.run([sys.executable, "-W", "error", "-c", drawn], capture_output=True, text=True)
    assert out.stdout.strip() == "Sarabun", out.stderr


def test_the_style_sheet_names_only_files_that_are_beside_it(folder):
    css = (folder / "custom" / "custom.css").read_text(encoding="utf-8")
    named = re.findall(r'url\("([^"]+)"\)', css)
    assert len(named) == 2 and all((folder / "custom" / name).stat().st_size > 10_000 for name in named)
    assert "http" not in css


def test_the_area_and_a_persons_own_settings_go_along(folder, tmp_path, monkeypatch):
    monkeypatch.setenv("JUPYTER_CONFIG_DIR", str(tmp_path / "mine"))
    env = jupyter.environment(folder, area="/areas/hills", base={"JUPYTER_CONFIG_PATH": "/shared"})
    assert env["INNOV_AREA"] == "/areas/hills"
    assert env["JUPYTER_CONFIG_PATH"].split(os.pathsep) == ["/shared", str(tmp_path / "mine")]
    assert Path(env["JUPYTERLAB_SETTINGS_DIR"]).is_relative_to(tmp_path / "mine")
    assert env["JUPYTER_CONFIG_DIR"] == str(folder)


def test_an_environment_that_takes_no_files_is_no_hindrance(tmp_path, monkeypatch):
    (tmp_path / "share").write_text("a file where a folder should be")
    monkeypatch.setattr(jupyter.sys, "prefix", str(tmp_path))
    monkeypatch.setattr(jupyter.Path, "home", lambda: tmp_path / "home")
    assert jupyter.prepare() == tmp_path / "home" / ".innov" / "jupyter"
    with pytest.raises(CannotWrite):
        jupyter.prepare(home=tmp_path / "share")


LAB = "import signal, sys, time; print('ready', flush=True); time.sleep(60)"
STARTER = "import os, sys; from innovlib.desk import jupyter; sys.exit(jupyter.run({words!r}, surroundings=os.environ))"


@pytest.mark.skipif(os.name != "posix", reason="elsewhere a process is ended without being told")
@pytest.mark.parametrize("asked", [signal.SIGTERM, signal.SIGINT], ids=["told to end", "Ctrl+C"])
def test_jupyterlab_ends_with_the_command_that_started_it(asked):
    starter = STARTER.format(words=[sys.executable, "-c", LAB])
    command = subprocess.Popen([sys.executable, "-c", starter], stdout=subprocess.PIPE, start_new_session=True)
    assert command.stdout.readline() == b"ready\n"
    # The terminal sends Ctrl+C to both; a supervisor tells the command alone.
    (os.killpg if asked == signal.SIGINT else os.kill)(command.pid, asked)
    assert command.stdout.read() == b""  # ends when the last holder is gone: JupyterLab's stand-in too
    assert command.wait() == (128 + signal.SIGTERM if asked == signal.SIGTERM else 128 + signal.SIGINT)


def test_its_own_exit_code_is_handed_on():
    assert jupyter.run([sys.executable, "-c", "raise SystemExit(3)"], surroundings=os.environ) == 3
