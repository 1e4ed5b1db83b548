"""The warm way and an ordinary kernel give the same notebook, cell by cell; and no report can hurt another."""

import json
import os
import sys
import time
from pathlib import Path

import nbformat
import pytest

from innovlib.batch.fault import Limits
from innovlib.batch.folder import FAILED

from .conftest import write_template

pytestmark = pytest.mark.skipif(
    not hasattr(os, "fork") or sys.platform == "darwin", reason="there is no fork to be warm with"
)

RICH = [
    ("import sys, warnings\nimport pandas as pd\nfrom IPython.display import HTML, SVG, Markdown, display", ["shared"]),
    ("base = 40\nprint('shared', profile)\nHTML('<b>shared</b>')", ["shared"]),
    "1 + base",
    "display(HTML('<i>a</i>'), Markdown('*b*'))\nprint('after')",
    "pd.DataFrame({'ก': [1.5, None], 'b': ['x', '$y$']})",
    "print('out', end='')\nprint('err', file=sys.stderr)\nprint('more')",
    # A kernel reads the descriptor in a thread of its own: it gets time to.
    "import os, time\nos.system('echo from the descriptor')\ntime.sleep(0.5)\nprint('and from Python')",
    "!echo from a shell",
    "warnings.warn('careful')",
    "handle = display('first', display_id='changes')",
    "handle.update('second')\nprint(In[3], Out[5])",
    "from IPython.display import clear_output\nprint('gone')\nclear_output()\nprint('stays')",
    "print('replaced'); clear_output(wait=True); print('by this')",
    "%matplotlib inline\nimport matplotlib.pyplot as plt\nfig, ax = plt.subplots(figsize=(2, 1))\nax.plot([1, 2]);",
    "fig",
    "%%capture held\nprint('held back')",
    "held.stdout",
    "import asyncio\nawait asyncio.sleep(0, 'awaited')",
    "class Both:\n    def _repr_mimebundle_(self, include=None, exclude=None):\n"
    "        return {'text/html': '<p>', 'text/plain': 'p', 'application/json': {'n': [1, (2, 3)]}}\nBoth()",
    "class Bare: pass\nBare()",
    "_, __, _i",
    "for i in range(3):\n    print(i, end='\\r')\nprint('done')",
    "SVG('<svg xmlns=\"http://www.w3.org/2000/svg\"/>')",
    "import logging\nlogging.warning('logged')",
    "try:\n    input('?')\nexcept Exception as error:\n    print(type(error).__name__, error)",
    "   \n",
    "# only a comment",
    "x = 3; x",
    "x;",
]
ERRORS = {
    "deep": ["import json", "def f(n):\n    return 1 / n\n\ndef g():\n    return f(0)", "print('before')\ng()", "1"],
    "syntax": ["1", "def f(:\n    pass"],
    "library": ["import json\njson.loads('{')"],
    "exit": ["import sys", "print('a')\nsys.exit(3)"],
    "chained": ["try:\n    {}['a']\nexcept KeyError as e:\n    raise ValueError('ไม่มี') from e"],
    "repr": ["class Bad:\n    def __repr__(self):\n        raise RuntimeError('no repr')\nBad()"],
    "assert": [("import os", ["shared"]), ("assert not os, 'in the shared head'", ["shared"])],
    "name": ["undefined_name"],
}


def cells_of(text):
    return [
        {key: cell.get(key) for key in ("cell_type", "source", "execution_count", "outputs", "id")}
        for cell in json.loads(text)["cells"]
    ]


def both_ways(render, tmp_path):
    """The notebooks of an area report made the warm way and in an ordinary kernel, and the two outcomes."""
    texts, outcomes = [], []
    for engine in ("warm", "kernel"):
        out = tmp_path / engine
        outcomes.append(render("area", engine=engine, out=out, page="notebook_page"))
        failed = out / FAILED / "area.ipynb"
        texts.append((failed if failed.exists() else out / "area.html").read_text(encoding="utf-8"))
    return texts, outcomes


def test_rich_outputs_are_those_of_an_ordinary_kernel(render, templates, tmp_path):
    write_template(templates, "area", RICH)
    (warm, ordinary), outcomes = both_ways(render, tmp_path)
    assert [o.exit_code for o in outcomes] == [0, 0], outcomes
    for ours, theirs in zip(cells_of(warm), cells_of(ordinary), strict=True):
        assert ours == theirs
    assert warm == ordinary
    assert nbformat.reads(warm, as_version=4)["cells"][4]["outputs"][0]["text"] == "shared public\n"


def _some_slow(names, fast):
    return [name if name in fast else pytest.param(name, marks=pytest.mark.slow) for name in names]


@pytest.mark.parametrize("kind", _some_slow(ERRORS, {"deep"}))
def test_errors_are_those_of_an_ordinary_kernel(render, templates, tmp_path, kind):
    write_template(templates, "area", ERRORS[kind])
    (warm, ordinary), outcomes = both_ways(render, tmp_path)
    assert [o.exit_code for o in outcomes] == [1, 1]
    for ours, theirs in zip(cells_of(warm), cells_of(ordinary), strict=True):
        assert ours == theirs
    assert outcomes[0].failed == outcomes[1].failed


# --- isolation: what one report does, no other feels --------------------------------------------------------------

#: What the school S2 does, and the cause that is told; None where it comes to its end by itself.
HARM = {
    "exits": ("os._exit(7)", "its process ended with code 7"),
    "is killed": ("os.kill(os.getpid(), 9)", "its process ended with code -9"),
    "crashes": ("import ctypes; ctypes.string_at(0)", "its process ended with code -11"),
    "fills the memory": ("b = bytearray(3 << 30)", "MemoryError: "),
    "hangs": ("import time\nwhile True: time.sleep(1)", "CellTimeoutError"),
    "hangs and will not listen": (
        "import time\nwhile True:\n    try: time.sleep(60)\n    except BaseException: pass",
        "the limit of one report",
    ),
    "prints a gigabyte": ("for _ in range(10**4): print('x' * 10**5)", "outputs are larger than 2 MB"),
    "changes a global": ("json.harm = 1; os.environ['HARM'] = '1'; os.chdir('/')", None),
    "starts threads": (
        "import threading, time\nfor _ in range(20): threading.Thread(target=time.sleep, args=(60,)).start()",
        None,
    ),
    "starts a process": ("import subprocess; subprocess.Popen(['sleep', '61.25'])", None),
}


@pytest.mark.parametrize("harm", _some_slow(HARM, {"exits", "is killed", "changes a global"}))
def test_no_report_hurts_another(render, templates, tmp_path, harm):
    code, cause = HARM[harm]
    guarded = "if school_id == 'S2':\n" + "\n".join(f"    {line}" for line in code.splitlines())
    see = "print(school_id, hasattr(json, 'harm'), os.environ.get('HARM'), os.getcwd() != '/')"
    write_template(templates, "school", [("import json, os", ["shared"]), guarded, see])
    limits = Limits(report_s=8, cell_s=2, output_mb=2, memory_mb=1024)
    outcome = render("school", workers=1, limits=limits, engine="warm")
    assert {"school-S1", "school-S3"} <= set(outcome.rendered)
    for school in ("S1", "S3"):
        page = (tmp_path / "out" / f"school-{school}.html").read_text()
        assert f"{school} False None True" in page
    if cause is None:
        assert outcome.exit_code == 0
    else:
        fault = outcome.failed["school-S2"]
        assert cause in fault.cause and fault.cell == 4, fault
        assert (tmp_path / "out" / FAILED / "school-S2.ipynb").exists()
    assert outcome.notes == ()
    assert not _alive("61.25"), "a process that a report started outlived it"


def _alive(word: str) -> bool:
    for _ in range(40):
        lines = (path.read_bytes() for path in Path("/proc").glob("[0-9]*/cmdline") if path.parent.is_dir())
        if not any(word.encode() in line for line in _each(lines)):
            return False
        time.sleep(0.05)
    return True


def _each(lines):
    while True:
        try:
            yield next(lines)
        except StopIteration:
            return
        except OSError:  # the process has just ended
            return


def test_each_report_draws_its_own_chance(render, templates, tmp_path):
    draw = "import random\nimport numpy as np\nprint(random.random(), np.random.random())"
    write_template(templates, "school", [("import random\nimport numpy as np", ["shared"]), draw])
    render("school", engine="warm")
    assert len({(tmp_path / "out" / f"school-S{i}.html").read_text() for i in (1, 2, 3)}) == 3


@pytest.mark.slow
def test_a_template_with_threads_goes_the_ordinary_way_and_says_so(render, templates, tmp_path):
    start = "import threading\nthreading.Thread(target=threading.Event().wait, daemon=True).start()"
    write_template(templates, "area", [(start, ["shared"]), "print('made')"])
    outcome = render("area", engine="warm")
    assert outcome.exit_code == 0 and "2 threads" in outcome.notes[0].en
    assert "made" in (tmp_path / "out" / "area.html").read_text()


def test_a_shared_cell_that_is_not_shared_is_run_for_each_report(render, templates, tmp_path):
    cells = [("import os", []), ("who = school_id", ["shared"]), ("late = 'late'", ["shared"]), "print(who, late)"]
    write_template(templates, "school", cells)
    assert render("school", engine="warm").exit_code == 0
    assert "S3 late" in (tmp_path / "out" / "school-S3.html").read_text()


def test_the_shared_head_runs_once_for_all_reports(render, templates, tmp_path):
    mark = tmp_path / "marks"
    head = f"from pathlib import Path\nwith Path({str(mark)!r}).open('a') as f: f.write('x')"
    write_template(templates, "school", [(head, ["shared"]), "print(school_id)"])
    assert render("school", engine="warm").exit_code == 0
    assert mark.read_text() == "x"


def test_pages_are_prepared_for_once_before_the_fork(render, templates, tmp_path):
    write_template(templates, "school", ["print('PREPARED?')"])
    render("school", engine="warm")
    pages = [(tmp_path / "out" / f"school-S{i}.html").read_text() for i in (1, 2, 3)]
    assert all("[&#x27;once&#x27;]" in page for page in pages)
