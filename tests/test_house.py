"""The rules of the house, checked in its own text: which way imports run, who may read, draw and render, how long."""

from __future__ import annotations

import ast
import re
import shutil
import statistics
import subprocess
import tomllib
from pathlib import Path

import pytest
import yaml

from innovlib.paths import ROOT

PACKAGE = ROOT / "innovlib"
#: A module may import from its own room and from those before it.
ROOMS = ("floor", "area", "measures", "effects", "report", "release", "batch", "desk", "cli")
FLOOR = {"chance", "copyable", "errors", "paths", "terms"}

#: Who alone may import what.
OWNERS = {
    "papermill": "batch", "jupyter_client": "batch", "nbclient": "batch",
    "ipywidgets": "desk",
    "matplotlib": "report", "seaborn": "report", "mistune": "report",
    "openpyxl": "area", "python_calamine": "area", "duckdb": "area", "xlrd": "area",
}  # fmt: skip
#: pandas' doors to files, and the modules that may open them: the store, and what reads office files for it;
#: ``area.reference`` reads the kit's own published figures, which belong to no area.
READS = re.compile(r"^read_(csv|excel|parquet|table|html|json|feather|pickle|sql|fwf|stata|sas|xml|hdf|orc|spss)$")
READERS = re.compile(r"^area\.(store|readers|reference|sheets|formats(\..*)?)$")
LONGEST_MODULE = 400
MEDIAN_FUNCTION = 15

MODULES = {
    ".".join(path.relative_to(PACKAGE).with_suffix("").parts).removesuffix(".__init__"): path
    for path in sorted(PACKAGE.rglob("*.py"))
}
TREES = {name: ast.parse(path.read_text(encoding="utf-8")) for name, path in MODULES.items()}
named = pytest.mark.parametrize("name", MODULES)


def room(module: str) -> str:
    first = module.split(".")[0]
    return "floor" if first in FLOOR or module == "__init__" else first


def imports(tree: ast.Module, *, top_level: bool = False) -> set[str]:
    """Full names of what a module imports; inside functions too unless only the top level is asked for."""
    found = set()
    for node in tree.body if top_level else ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"line {node.lineno}: relative import"
            found |= {f"{node.module}.{alias.name}" for alias in node.names}
    return found


def ours(names: set[str]) -> set[str]:
    """Modules of the package among imported names; ``from a.b import c`` may mean the module a.b.c or a name in a.b."""
    inside = {n.removeprefix("innovlib.") for n in names if n.startswith("innovlib.")}
    return {n if n in MODULES else n.rpartition(".")[0] for n in inside} - {""}


def functions(tree: ast.AST) -> list[ast.FunctionDef]:
    return [n for n in ast.walk(tree) if isinstance(n, ast.FunctionDef | ast.AsyncFunctionDef)]


def code_lines(node: ast.FunctionDef) -> int:
    """Lines of a function without its docstring."""
    body = node.body[1:] if ast.get_docstring(node) else node.body
    return 1 + (body[-1].end_lineno - body[0].lineno + 1 if body else 0)


@named
def test_imports_run_one_way(name):
    here = room(name)
    assert here in ROOMS, f"{name} stands in no room of the house"
    for other in ours(imports(TREES[name])):
        assert ROOMS.index(room(other)) <= ROOMS.index(here), f"{name} imports {other}, against the way of the house"


def test_no_cycles_between_modules():
    graph = {name: ours(imports(tree, top_level=True)) - {name} for name, tree in TREES.items()}
    left = dict(graph)
    while free := [name for name, uses in left.items() if not uses & left.keys()]:
        for name in free:
            del left[name]
    # a package's own __init__ gathers names of its modules and is gathered by nobody inside
    assert not left, f"import cycle among {sorted(left)}"


@named
def test_only_the_owner_imports_readers_drawers_and_kernels(name):
    for imported in imports(TREES[name]):
        owner = OWNERS.get(imported.split(".")[0])
        assert owner in (None, room(name)), f"{name} imports {imported}, which belongs to {owner}"


@named
def test_nobody_imports_what_takes_long_before_it_is_needed(name):
    slow = {"scipy.stats", "duckdb", "statsmodels", "distributed"}
    found = {n for n in imports(TREES[name], top_level=True) if any(n == s or n.startswith(s + ".") for s in slow)}
    assert not found, f"{name} imports {found} at once; innovlib.chance has the laws of scipy.stats"


@named
def test_only_the_store_and_its_readers_read_tables(name):
    if READERS.match(name):
        return
    calls = [n.func for n in ast.walk(TREES[name]) if isinstance(n, ast.Call) and isinstance(n.func, ast.Attribute)]
    of_pandas = [c.attr for c in calls if READS.match(c.attr) and getattr(c.value, "id", "") in ("pd", "pandas")]
    assert not of_pandas, f"{name} reads tables by itself: {of_pandas}"


@named
def test_measures_and_effects_touch_no_files(name):
    if room(name) not in ("measures", "effects"):
        return
    calls = [n.func for n in ast.walk(TREES[name]) if isinstance(n, ast.Call)]
    opened = [
        c for c in calls if getattr(c, "id", "") == "open" or getattr(c, "attr", "") in ("read_text", "write_text")
    ]
    assert not opened
    assert not {"pathlib.Path", "os", "innovlib.paths"} & imports(TREES[name])


@named
def test_modules_are_short_and_named_for_one_thing(name):
    lines = len(MODULES[name].read_text(encoding="utf-8").splitlines())
    assert lines <= LONGEST_MODULE, f"{name} has {lines} lines; split it"
    assert not {"utils", "util", "helpers", "helper", "misc", "common", "tools"} & set(name.split("."))


def test_functions_are_short():
    lengths = [code_lines(f) for tree in TREES.values() for f in functions(tree)]
    assert statistics.median(lengths) <= MEDIAN_FUNCTION


@named
def test_everything_public_says_what_it_does(name):
    if room(name) == "floor":
        return
    silent = []
    for node in TREES[name].body:
        members = [node, *node.body] if isinstance(node, ast.ClassDef) and not node.name.startswith("_") else [node]
        for member in members:
            is_named = isinstance(member, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
            if is_named and not member.name.startswith("_") and not ast.get_docstring(member):
                silent.append(member.name)
    assert ast.get_docstring(TREES[name]) or MODULES[name].stat().st_size == 0, f"{name} does not say what it is"
    assert not silent, f"{name}: no docstring on {silent}"


@named
def test_nothing_happens_when_a_module_is_imported(name):
    """Importing sets and prints nothing: at the top level stand names, functions and classes only."""
    body = TREES[name].body
    calls = [n for n in body if isinstance(n, ast.Expr) and isinstance(n.value, ast.Call)]
    loose = [n.lineno for n in [*calls, *(n for n in body if isinstance(n, ast.For | ast.While | ast.With))]]
    assert not loose, f"{name} acts when it is imported, lines {loose}"


# --- the environment, and what must not be in any file ---------------------------------------------------------------

#: Packages that conda-forge carries under another name.
CONDA_NAMES = {
    "matplotlib-base": "matplotlib", "seaborn-base": "seaborn",
    "python-duckdb": "duckdb", "brotli-python": "brotli",
}  # fmt: skip


def bounds(lines: list[str]) -> dict[str, str]:
    """Package → version bound of requirement lines."""
    found = {}
    for line in lines:
        match = re.fullmatch(r"([A-Za-z0-9_.-]+)\s*([<>=!~].*)?", line.split(";")[0].strip())
        assert match, f"not a requirement: {line}"
        found[CONDA_NAMES.get(match[1], match[1])] = (match[2] or "").strip()
    return found


def test_conda_and_pip_install_the_same():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    listed = yaml.safe_load((ROOT / "environment.yml").read_text(encoding="utf-8"))["dependencies"]
    by_pip = [line for entry in listed if isinstance(entry, dict) for line in entry["pip"]]
    by_conda = bounds([entry for entry in listed if isinstance(entry, str)])
    assert by_conda.pop("python") == project["requires-python"]
    assert by_conda.pop("pip") == ""
    assert [line for line in by_pip if "editable" in line], "the package itself is not installed"
    here = by_conda | bounds([line for line in by_pip if "editable" not in line])
    assert here == bounds(project["dependencies"] + project["optional-dependencies"]["test"])


def tracked() -> list[Path]:
    if shutil.which("git") is None or not (ROOT / ".git").exists():
        pytest.skip("not a git checkout")
    names = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True).stdout
    return [ROOT / name for name in names.decode("utf-8").split("\0") if name and (ROOT / name).is_file()]


# Written so that this file does not hold what it looks for.
PLACES = re.compile(
    r"/(?:wor[k]|roo[t]|tm[p]|mn[t])/[\w.]|/hom[e]/(?!somebody)\w|/User[s]/\w|[A-Z]:\\\\?User[s]\\"
    r"|\bpyp[i]\.org|pythonhoste[d]|anacond[a]\.(?:org|com)|--(?:extra-)?index-ur[l]"
)


def test_no_file_names_a_machine_or_a_package_host():
    found = []
    for path in tracked():
        try:
            text = path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue  # fonts and office files are no text
        found += [f"{path.relative_to(ROOT)}: {match[0]}" for match in PLACES.finditer(text)]
    assert not found


def test_no_areas_own_data_and_no_rendered_report_is_tracked():
    names = {str(path.relative_to(ROOT).as_posix()) for path in tracked()}
    own = {n for n in names if n.startswith(("data/areas/", "reports/")) and not n.endswith("README.md")}
    assert not own


# --- a check that cannot fail is worth nothing -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("source", "imported"),
    [
        ("import innovlib.report.tables", "report.tables"),
        ("def f():\n    from innovlib.report import tables", "report.tables"),
        ("from innovlib.report.tables import results_table", "report.tables"),
    ],
)
def test_an_import_against_the_way_is_seen(source, imported):
    assert imported in ours(imports(ast.parse(source)))


@pytest.mark.parametrize("line", ["see /wor@k/main", "pip install --index-ur@l https://x", "https://pyp@i.org/simple"])
def test_a_planted_place_is_seen(line):
    assert not PLACES.search(line)
    assert PLACES.search(line.replace("@", ""))


def test_a_package_left_out_of_one_list_is_seen():
    assert bounds(["numpy>=2.4", "duckdb>=1.5"]) == bounds(["numpy>=2.4", "python-duckdb>=1.5"])
    assert bounds(["numpy>=2.4"]) != bounds(["numpy>=2.3"])
