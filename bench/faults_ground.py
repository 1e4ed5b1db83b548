"""The ground on which batches are struck: an area, a light template, a folder, and the judge of what is left in it."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import nbformat
import papermill as _papermill
from faults_strikes import command
from nbconvert import HTMLExporter
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from innovlib.batch import keys, run
from innovlib.batch.journal import Journal

SCHOOLS = tuple(f"S{i:02d}" for i in range(1, 13))
MARK = "INNOV_FAULTS_MARK"
#: Whatever is left after this many seconds is counted.
PATIENCE_S = 10.0
PARAMETERS = 'area: str = ""\nschool_id: str = "S01"\nprofile: str = "public"\nlang: str = "both"'
CELLS = (
    "import time, zlib",
    "seed = zlib.crc32(school_id.encode())\ntime.sleep(0.01 + seed % 40 / 1000)",
    "for i in range(300): print(school_id, i, zlib.crc32(f'{seed} {i}'.encode()))",
    "print('the end of', school_id)",
)
CLOCK = """
import os, random, time
_real, _rng = time.time, random.Random(f"{os.environ['INNOV_FAULTS_CLOCK']} {os.getpid()}")
time.time = lambda: max(0.0, _real() + _rng.uniform(-3e8, 3e8))
time.time_ns = lambda: int(1e9 * time.time())
"""


@dataclass
class Ground:
    """See the head of ``bench/faults.py`` for what is counted."""

    root: Path
    on_small_disk: bool
    typical_s: float = 0.0
    expected: dict[str, str] = field(default_factory=dict)
    number: int = 0
    marks: dict[int, str] = field(default_factory=dict)
    environment: dict[str, str] = field(default_factory=dict)

    @classmethod
    @contextlib.contextmanager
    def laid(cls, root: Path):
        """Lay the ground: files, a small disk for the output where we may mount one, an undisturbed batch."""
        for name in ("area", "templates", "disk", "tmp"):
            (root / name).mkdir()
        mount = ["mount", "-t", "tmpfs", "-o", "size=16m", "tmpfs", str(root / "disk")]
        mounted = os.geteuid() == 0 and subprocess.run(mount, capture_output=True).returncode == 0
        ground = cls(root, mounted)
        try:
            ground._furnish()
            for _ in range(2):  # what is prepared once for the area is there in the second
                ground.clear()
                ground.typical_s = ground.time_of(innov_batch)
            ground.expected = {p.name: _digest(p) for p in ground.pages()}
            if len(ground.expected) != len(SCHOOLS):
                raise SystemExit("the undisturbed batch did not make its reports")
            yield ground
        finally:
            if mounted:
                subprocess.run(["umount", str(root / "disk")], check=True)

    def _furnish(self) -> None:
        rows = "\n".join(f"{school},โรงเรียน {school},1,2562" for school in SCHOOLS)
        (self.root / "area" / "schools.csv").write_text(f"school_id,name_th,cohort,joined_year_be\n{rows}\n", "utf-8")
        scores = "\n".join(f"{school},2562,O-NET,ป.6,thai,30,30,{40 + i},9.0" for i, school in enumerate(SCHOOLS))
        head = "school_id,year_be,test,grade,subject,n_enrolled,n_tested,mean,sd"
        (self.root / "area" / "scores.csv").write_text(f"{head}\n{scores}\n", "utf-8")
        for kind, head in (("school", PARAMETERS), ("cohort", PARAMETERS), ("area", PARAMETERS)):
            head = head.replace(
                'school_id: str = "S01"\n',
                {"school": 'school_id: str = "S01"\n', "area": ""}.get(kind, "cohort: int = 1\n"),
            )
            cells = [new_markdown_cell("# ?", id="title"), _cell(head, "parameters", ["parameters"])]
            cells += [_cell(text, f"cell-{i}", []) for i, text in enumerate(CELLS)]
            kernel = {"kernelspec": {"name": "python3", "language": "python", "display_name": "Python 3"}}
            path = self.root / "templates" / f"report-{kind}.ipynb"
            path.write_text(nbformat.writes(new_notebook(cells=cells, metadata=kernel)), encoding="utf-8")

    @property
    def out(self) -> Path:
        """Where the reports go."""
        return self.root / "disk" / "out"

    @property
    def tmp(self) -> Path:
        """Where temporary folders go."""
        return self.root / "tmp"

    def clear(self) -> None:
        """Begin anew with an empty folder."""
        shutil.rmtree(self.out, ignore_errors=True)
        self.out.mkdir()

    def row(self, fault: str, *, way: str = "innov") -> dict:
        """A row in which nothing has been counted yet."""
        names = ("tries", "struck", "corrupt", "lost", "orphans", "folders", "finished", "wrong_reruns")
        return {"way": way, "fault": fault, **dict.fromkeys(names, 0), "longest_cleanup_s": 0.0}

    # --- batches ---

    def start(self, batch: Callable, *, inject: Callable[[], None] | None = None) -> int:
        """Fork a batch (what it imports is imported already); returns its process id."""
        self.number += 1
        mark = f"{self.root.name}-{self.number}"
        pid = os.fork()
        if pid:
            self.marks[pid] = mark
            return pid
        code = 1
        try:
            signal.signal(signal.SIGINT, signal.default_int_handler)
            os.environ.update(self.environment, TMPDIR=str(self.tmp), **{MARK: mark})
            tempfile.tempdir = None
            with open(self.root / "said.txt", "w") as said:  # noqa: PTH123
                os.dup2(said.fileno(), 1), os.dup2(said.fileno(), 2)
            if inject:
                inject()
            code = batch(self)
        except KeyboardInterrupt:
            code = 130
        except BaseException as error:  # noqa: BLE001 - a child must not come back from here
            code = getattr(error, "exit_code", 1)
            print(repr(error), flush=True)
        finally:
            os._exit(code)

    def wait(self, pid: int) -> int:
        """The batch's exit code, negative where a signal ended it; what has not ended after a minute is killed."""
        end, status = time.monotonic() + 60, 0
        while True:
            done, status = os.waitpid(pid, os.WNOHANG)
            if done:
                break
            if time.monotonic() > end:
                os.kill(pid, signal.SIGKILL)
            time.sleep(0.005)
        return os.waitstatus_to_exitcode(status)

    def time_of(self, batch: Callable) -> float:
        """Seconds of an undisturbed batch."""
        begun = time.monotonic()
        if self.wait(self.start(batch)):
            raise SystemExit((self.root / "said.txt").read_text())
        return time.monotonic() - begun

    # --- what is left ---

    def pages(self, ending: str = ".html") -> list[Path]:
        """Finished reports, as far as their names go."""
        return [path for path in sorted(self.out.glob(f"*{ending}")) if path.name != "index.html"]

    def good(self, ending: str = ".html") -> set[str]:
        """Names of the reports that are whole."""
        return {path.name for path in self.pages(ending) if self._is_good(path)}

    def _is_good(self, path: Path) -> bool:
        if path.suffix == ".html":
            return _digest(path) == self.expected.get(path.name)
        try:
            cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
        except (ValueError, KeyError):
            return False
        printed = [o.get("text", "") for c in cells if c["cell_type"] == "code" for o in c["outputs"]]
        return any("the end of" in "".join(text) for text in printed)

    def complete(self) -> bool:
        """True where all reports are there."""
        return self.good() == set(self.expected)

    def judge(self, row: dict, *, before: set[str], ending: str = ".html") -> None:
        """Count what must not be there, after giving processes and folders their time to go."""
        begun = time.monotonic()
        while time.monotonic() - begun < PATIENCE_S and (self._alive() or self._folders()):
            time.sleep(0.05)
        row["longest_cleanup_s"] = max(row["longest_cleanup_s"], round(time.monotonic() - begun, 1))
        row["tries"] += 1
        row["orphans"] += len(self._alive())
        row["folders"] += len(self._folders())
        good = self.good(ending)
        row["corrupt"] += len({path.name for path in self.pages(ending)} - good) + self._broken()
        row["lost"] += len(set(before) - good)
        self._name_what_is_left(row["fault"])
        for pid in self._alive():
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        for folder in self._folders():
            shutil.rmtree(folder, ignore_errors=True)
            with contextlib.suppress(FileNotFoundError):
                folder.unlink()  # where it was a file
        self.marks.clear()

    def _name_what_is_left(self, fault: str) -> None:
        for pid in self._alive():
            print(f"  {fault}: process {command(pid)[:200]!r} is left")
        for folder in self._folders():
            inside = [str(path.relative_to(folder)) for path in sorted(folder.rglob("*"))][:8]
            print(f"  {fault}: folder {folder.name} is left with {inside}")

    def _broken(self) -> int:
        """Half files among index and manifest."""
        index, manifest = self.out / "index.html", self.out / "manifest.json"
        broken = index.exists() and not index.read_text("utf-8").endswith("</html>\n")
        with contextlib.suppress(FileNotFoundError):
            try:
                json.loads(manifest.read_text("utf-8"))
            except ValueError:
                return broken + 1
        return int(broken)

    def _alive(self) -> list[int]:
        """Processes that descend from the batches, known by what they inherited."""
        marks = [f"{MARK}={mark}\0".encode() for mark in self.marks.values()]
        found = []
        for place in Path("/proc").glob("[0-9]*"):
            try:
                inherited = (place / "environ").read_bytes()
            except OSError:
                continue
            if any(mark in inherited for mark in marks):
                found.append(int(place.name))
        return found

    def _folders(self) -> list[Path]:
        return list(self.tmp.iterdir())

    def finish(self, row: dict) -> None:
        """Leave a batch alone: it must make what is missing, nothing else, and leave nothing lying about."""
        known = {r["file"] for r in Journal.open(self.out).rows() if r.get("status") == "done"} & self.good()
        code = self.wait(self.start(innov_batch))
        rows = [r["file"] for r in Journal.open(self.out).rows() if r.get("status") == "done"]
        again = len(rows) - len(set(rows))
        made = rows[len(rows) - (len(SCHOOLS) - len(known)) :] if len(known) < len(SCHOOLS) else []
        row["finished"] += 1
        right = code == 0 and self.complete() and not again and not set(made) & known
        row["wrong_reruns"] += not right or bool(list(self.out.glob(".*.tmp")))
        self.marks.clear()

    # --- surroundings ---

    @contextlib.contextmanager
    def ballast(self, *, free_kb: int):
        """Fill the small disk but for so many kilobytes."""
        stone = self.root / "disk" / "ballast"
        free = shutil.disk_usage(self.out).free
        stone.write_bytes(b"\0" * max(0, free - 1024 * free_kb))
        try:
            yield
        finally:
            stone.unlink()

    @contextlib.contextmanager
    def read_only(self):
        """Let the small disk take nothing at all."""
        for how in ("ro", "rw"):
            subprocess.run(["mount", "-o", f"remount,{how}", str(self.root / "disk")], check=True)
            if how == "ro":
                yield

    @contextlib.contextmanager
    def crazy_clock(self, seed: int):
        """Every process that is started meanwhile looks at a clock that jumps."""
        place = self.root / "clock"
        place.mkdir(exist_ok=True)
        (place / "sitecustomize.py").write_text(CLOCK)
        before = time.time, time.time_ns
        self.environment = {
            "PYTHONPATH": f"{place}{os.pathsep}{Path(__file__).parent}",
            "INNOV_FAULTS_CLOCK": str(seed),
        }
        os.environ["INNOV_FAULTS_CLOCK"] = str(seed)
        exec(CLOCK, {})
        try:
            yield
        finally:
            time.time, time.time_ns = before
            self.environment = {}


def innov_batch(ground: Ground) -> int:
    """Our batch, as the command runs it; returns the exit code."""
    keys.kit = dict  # the same for all, whatever happens to the sources meanwhile
    sys.path.insert(0, str(Path(__file__).parent))
    own = [str(Path(__file__).parent), os.environ.get("PYTHONPATH", "")]
    os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, own))
    templates = ground.root / "templates"
    done = run.render(
        ground.root / "area", "school", out=ground.out, templates=templates, page="faults_page", workers=2
    )
    print("\n".join(words.en for words in done.sentences()))
    return done.exit_code


def papermill_batch(ground: Ground) -> int:
    """What a user would write: make what is not there yet."""
    exporter = HTMLExporter(exclude_input=True)
    for school in SCHOOLS:
        notebook = ground.out / f"school-{school}.ipynb"
        if notebook.exists():
            continue
        template = ground.root / "templates" / "report-school.ipynb"
        _papermill.execute_notebook(str(template), str(notebook), parameters={"school_id": school}, progress_bar=False)
        page = exporter.from_filename(str(notebook))[0]
        notebook.with_suffix(".html").write_text(page, encoding="utf-8")
    return 0


def _cell(source: str, name: str, tags: list[str]):
    return new_code_cell(source, id=name, metadata={"tags": tags})


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
