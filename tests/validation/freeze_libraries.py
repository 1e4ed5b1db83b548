"""What other libraries say of ``mpdta.csv``, written down to their last digit, so that it is checked without them.

Run in an environment that has one of the libraries: ``python tests/validation/freeze_libraries.py csdid`` (or
``moderndid``); its rows of ``libraries.csv`` are replaced. :mod:`test_libraries` compares the kit with every row.
"""

from __future__ import annotations

import contextlib
import importlib.metadata
import io
import sys
from pathlib import Path

import pandas as pd

HERE = Path(__file__).parent
OUT = HERE / "libraries.csv"
KINDS = ("simple", "dynamic", "group", "calendar")
#: The kit's name of a comparison group and the libraries'.
COMPARISONS = {"never": "nevertreated", "not_yet": "notyettreated"}
NAMES = {"yname": "lemp", "tname": "year", "idname": "countyreal", "gname": "first.treat"}


def csdid(data: pd.DataFrame, group: str) -> tuple[list, dict]:
    """Cells (cohort, year, effect, error) and, by kind of average, keys with effects and errors."""
    from csdid.att_gt import ATTgt

    found = ATTgt(data=data, control_group=group, **NAMES).fit(est_method="reg", bstrap=False)
    held = found.results
    cells, means = list(zip(held["group"], held["year"], held["att"], held["se"], strict=True)), {}
    for kind in KINDS:
        found.aggte(kind, bstrap=False)
        one = found.atte
        rows = [] if kind == "simple" else list(zip(one["egt"], one["att_egt"], one["se_egt"], strict=True))
        means[kind] = [("overall", one["overall_att"], one["overall_se"]), *rows]
    return cells, means


def moderndid(data: pd.DataFrame, group: str) -> tuple[list, dict]:
    """As :func:`csdid`."""
    import moderndid as library

    found = library.att_gt(data, control_group=group, est_method="reg", boot=False, **NAMES)
    cells, means = list(zip(found.groups, found.times, found.att_gt, found.se_gt, strict=True)), {}
    for kind in KINDS:
        one = library.aggte(found, type=kind)
        rows = [] if kind == "simple" else list(zip(one.event_times, one.att_by_event, one.se_by_event, strict=True))
        means[kind] = [("overall", one.overall_att, one.overall_se), *rows]
    return cells, means


def frozen(name: str) -> pd.DataFrame:
    """One row per number of a library: library, version, comparison, quantity, key, estimate, std_error."""
    data, rows = pd.read_csv(HERE / "mpdta.csv"), []
    version = importlib.metadata.version(name)
    for comparison, group in COMPARISONS.items():
        with contextlib.redirect_stdout(io.StringIO()):
            cells, means = {"csdid": csdid, "moderndid": moderndid}[name](data, group)
        made = [("att_gt", f"{int(g)} {int(t)}", effect, error) for g, t, effect, error in cells]
        for kind, held in means.items():
            made += [(kind, k if k == "overall" else str(int(k)), effect, error) for k, effect, error in held]
        rows += [(name, version, comparison, *row) for row in made]
    columns = ["library", "version", "comparison", "quantity", "key", "estimate", "std_error"]
    return pd.DataFrame(rows, columns=columns)


def main() -> None:
    """Replace one library's rows."""
    made = frozen(sys.argv[1])
    if OUT.is_file():
        old = pd.read_csv(OUT, dtype={"version": "str", "key": "str"})
        made = pd.concat([old[old["library"] != sys.argv[1]], made]).sort_values("library", kind="stable")
    made.to_csv(OUT, index=False, lineterminator="\n", float_format="%.15g")


if __name__ == "__main__":
    main()
