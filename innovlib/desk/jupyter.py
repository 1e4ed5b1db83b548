"""JupyterLab as the kit sets it up: its own kernel, a Thai font for the browser, the area that was chosen.

The files stand in the environment (``share/innovlib/jupyter``), so nothing is installed for the whole computer and
removing the environment removes them. JupyterLab is told of them by variables of its own process; the settings that
a person has made at home keep working.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from jupyter_core.paths import jupyter_config_dir

from innovlib import paths
from innovlib.area.store import write_whole
from innovlib.desk.chosen import VARIABLE
from innovlib.errors import BadInput, CannotWrite
from innovlib.report import style

#: The notebooks name the ordinary kernel, so that they run anywhere; here that name means the kit's own.
KERNEL = "python3"
DISPLAY_NAME = "innovlib"
FIRST = "01-coverage.ipynb"

#: Drawn for Thai characters only; everything else keeps the reader's own fonts.
CSS = """\
/* Made by innov lab: Thai text shows on a computer without a Thai font. */
@font-face {
  font-family: "Innov Thai"; font-weight: 400; src: url("regular.ttf"); unicode-range: U+0E00-0E7F; size-adjust: 116%;
}
@font-face {
  font-family: "Innov Thai"; font-weight: 700; src: url("bold.ttf"); unicode-range: U+0E00-0E7F; size-adjust: 116%;
}
:root, body {
  --jp-ui-font-family: "Innov Thai", system-ui, -apple-system, "Segoe UI", Helvetica, Arial, sans-serif !important;
  --jp-content-font-family: "Innov Thai", system-ui, -apple-system, "Segoe UI", Helvetica, Arial, sans-serif !important;
  --jp-code-font-family: "Innov Thai", Menlo, Consolas, "DejaVu Sans Mono", monospace !important;
}
/* Lists and buttons do not take over the page's type by themselves. */
.jupyter-widgets select, .jupyter-widgets input, .jupyter-widgets button { font-family: var(--jp-ui-font-family); }
"""


def kernel_spec() -> dict:
    """The kit's kernel: this environment's Python, with Thai set up for every figure that a researcher draws."""
    start = "from innovlib.desk import jupyter as _kit; _kit.begin()"
    return {
        "argv": [
            sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}",
            f"--IPKernelApp.exec_lines={start}",
        ],
        "display_name": DISPLAY_NAME,
        "language": "python",
        "metadata": {"debugger": True},
    }  # fmt: skip


def begin() -> None:
    """Set up a live kernel: Thai in figures drawn by hand, and a mistake in the input said in words, without a trace.

    The kit's kernel calls it as its first line. Rendering does not, so its journal keeps the whole trace.
    """
    style.use_thai()
    BadInput._render_traceback_ = lambda error: [error.words.th, error.words.en]


def prepare(*, home: Path | None = None) -> Path:
    """Write the kernel, the font and the settings; returns their folder.

    Parameters
    ----------
    home
        Where to; the environment's ``share/innovlib``, or ``~/.innov`` where the environment takes no files.
    """
    if home is not None:
        return _write(home / "jupyter")
    try:
        return _write(Path(sys.prefix) / "share" / "innovlib" / "jupyter")
    except CannotWrite:
        return _write(Path.home() / ".innov" / "jupyter")


def _write(folder: Path) -> Path:
    write_whole(folder / "kernels" / KERNEL / "kernel.json", json.dumps(kernel_spec(), indent=1))
    write_whole(folder / "custom" / "custom.css", CSS)
    font = style.font()
    write_whole(folder / "custom" / "regular.ttf", font.regular.read_bytes())
    write_whole(folder / "custom" / "bold.ttf", font.bold.read_bytes())
    # JupyterLab would otherwise ask to look for news on the net.
    quiet = {"disabledExtensions": {"@jupyterlab/apputils-extension:announcements": True}}
    write_whole(folder / "labconfig" / "page_config.json", json.dumps(quiet))
    return folder


def environment(folder: Path, *, area: str = "", base: Mapping[str, str] | None = None) -> dict[str, str]:
    """The variables of a process that runs JupyterLab with the kit's files.

    Parameters
    ----------
    folder
        As :func:`prepare` returns it.
    area
        The chosen area's folder; blank = none.
    base
        Variables to start from; those of this process where none are given.
    """
    made = dict(os.environ if base is None else base)
    own = jupyter_config_dir()
    made["JUPYTER_PATH"] = os.pathsep.join(filter(None, (str(folder), made.get("JUPYTER_PATH"))))
    made["JUPYTER_CONFIG_PATH"] = os.pathsep.join(filter(None, (made.get("JUPYTER_CONFIG_PATH"), own)))
    # custom.css is looked for in the first configuration folder only; what a person has set at home stays at home.
    made["JUPYTER_CONFIG_DIR"] = str(folder)
    made.setdefault("JUPYTERLAB_SETTINGS_DIR", str(Path(own) / "lab" / "user-settings"))
    made.setdefault("JUPYTERLAB_WORKSPACES_DIR", str(Path(own) / "lab" / "workspaces"))
    made[VARIABLE] = area
    return made


def command(passed: list[str] | tuple[str, ...] = ()) -> list[str]:
    """The words that start JupyterLab at the notebooks; ``passed`` follow and win."""
    return [
        sys.executable, "-m", "jupyterlab", str(paths.NOTEBOOKS), "--custom-css",
        f"--LabApp.default_url=/lab/tree/{FIRST}", *passed,
    ]  # fmt: skip


def run(words: list[str], *, surroundings: Mapping[str, str]) -> int:
    """Run JupyterLab to its end; being told to end (SIGTERM), so is JupyterLab, and with it its kernels.

    Ctrl+C reaches JupyterLab by itself: it asks once, and ends at the second.

    Returns
    -------
    int
        Exit code: JupyterLab's own; 128 + the signal's number where a signal ended it.
    """
    labs: list[subprocess.Popen] = []
    told: list[int] = []

    def end(number, _) -> None:
        told.append(number)
        for lab in labs:
            lab.terminate()

    # Set before it starts, so that no signal falls between; a program that is started has its own handlers.
    before = {signal.SIGTERM: signal.signal(signal.SIGTERM, end), signal.SIGINT: signal.signal(signal.SIGINT, _nothing)}
    try:
        labs.append(subprocess.Popen(words, env=surroundings))
        if told:
            labs[0].terminate()
        code = labs[0].wait()
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
    return 128 - code if code < 0 else code


def _nothing(*_) -> None:
    """Ctrl+C is JupyterLab's to answer."""
