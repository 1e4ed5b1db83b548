"""Sample and real files that are not part of the project: used where they are there, passed over where not."""

from __future__ import annotations

import csv
import json
import subprocess
import sys
import time
from pathlib import Path

import pytest

from innovlib import paths
from innovlib.area import intake, open_area

SAMPLES = paths.ROOT.parent / "shared" / "badinput"
REAL = paths.ROOT.parent / "shared" / "real"
MANIFEST = json.loads((SAMPLES / "manifest.json").read_text(encoding="utf-8")) if SAMPLES.is_dir() else {"cases": []}


@pytest.fixture
def sample_register(tmp_path: Path) -> Path:
    path = tmp_path / "register.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerow(["school_id", "name_th", "subdistrict", "district", "province"])
        csv.writer(file).writerows(MANIFEST["register"])
    return path


@pytest.mark.skipif(not MANIFEST["cases"], reason="the samples are not here")
@pytest.mark.parametrize("case", MANIFEST["cases"], ids=lambda case: case["file"])
def test_samples_come_out_as_their_manifest_says(case, sample_register, tmp_path):
    began = time.monotonic()
    (result,) = intake.intake([SAMPLES / case["file"]], into=tmp_path / "area", register=sample_register, dry_run=True)
    assert result.decision == case["decision"], result.say("en")
    assert time.monotonic() - began < 10
    _as_expected(result, case["expect"])
    if case["decision"] != "reject_file":
        assert result.kind == case["kind"]
    said = json.dumps(result.to_dict(with_table=True), ensure_ascii=False) + result.say()
    assert not any(secret in said for secret in ("11037", "นามสมมุติ"))
    assert not list(tmp_path.glob("**/pwn*")) and not (tmp_path / "area").exists()


def _as_expected(result, expect: dict) -> None:
    table = result.table
    counts = {"rows": result.rows_loaded, "long_rows": result.rows_loaded, "issues": len(result.issues)}
    for name, found in counts.items():
        assert expect.get(name, found) == found
    for name in ("rejected_rows", "dropped_rows"):
        assert tuple(expect.get(name, getattr(result, name))) == getattr(result, name)
    if "warn_rows" in expect:
        assert sorted({i.row for i in result.issues if i.severity == "warn" and i.row}) == expect["warn_rows"]
    values = {
        "mean_row1": lambda: table["mean"][0],
        "code_row1": lambda: table["school_id"][0],
        "year": lambda: table["year_be"].unique().item(),
        "all_years_be": lambda: table["year_be"].unique().item(),
        "codes": lambda: table["school_id"].tolist(),
        "all_codes": lambda: table["school_id"].unique().item(),
        "names": lambda: table["partner_name"].tolist(),
        "test": lambda: table["test"].unique().item(),
        "grade": lambda: table["grade"].unique().item(),
        "missing": lambda: table["score"].isna().sum(),
        "valid_scores": lambda: table["score"].notna().sum(),
        "start_row1": lambda: table["start"][0].date().isoformat(),
        "end_row1": lambda: table["end"][0].date().isoformat(),
        "open_ended": lambda: table.loc[table["end"].isna(), "school_id"].tolist(),
        "value_row6": lambda: table["enrolment"].iloc[-1],
    }
    for name in expect.keys() & values.keys():
        assert values[name]() == expect[name], name


@pytest.mark.skipif(not MANIFEST["cases"], reason="the samples are not here")
@pytest.mark.skipif(sys.platform != "linux", reason="the peak is read from /proc")
def test_no_sample_takes_more_than_500_mb():
    # The process tells its own peak: that of all children would be any earlier test's, and rusage keeps the parent's.
    code = (
        "import sys; from pathlib import Path; from innovlib.area import intake\n"
        "intake.intake([p for p in Path(sys.argv[1]).iterdir() if p.suffix != '.json'], into=None)\n"
        "print(next(line.split()[1] for line in open('/proc/self/status') if line.startswith('VmHWM')))"
    )
    told = subprocess.run([sys.executable, "-c", code, str(SAMPLES)], check=True, capture_output=True, timeout=120)
    assert 50 * 1024 < int(told.stdout) < 500 * 1024


@pytest.mark.skipif(not REAL.is_dir(), reason="the real files are not here")
def test_the_real_area_office_files(tmp_path):
    onet, nt = REAL / "onet_p6_2558_phayao1.csv", REAL / "nt_p3_2558_phayao1.csv"
    (refused,) = intake.intake([onet], into=tmp_path / "area")
    assert refused.decision == "reject_file" and not (tmp_path / "area").exists()
    assert "ไทย, คณิตศาสตร์, วิทยาศาสตร์, สังคม, อังกฤษ" in refused.issues[0].en
    first, second = intake.intake([onet, nt], into=tmp_path / "area", columns="reconciled")
    assert (first.decision, first.schools_loaded, first.rows_loaded) == ("reject_rows", 91, 455)
    assert (second.decision, second.schools_loaded, second.rows_loaded) == ("reject_rows", 90, 270)
    assert {i.code for i in first.issues if i.severity == "reject_rows"} == {"row-conflict"}
    assert {i.code for i in second.issues if i.severity == "reject_rows"} == {"code-two-schools"}
    area = open_area(tmp_path / "area")
    scores = area.table("scores")
    assert "56010058" not in set(scores["school_id"]) and len(scores) == 725
    # The weighted means of what was loaded stand near the area's own, now that the columns are right.
    loaded = scores[scores["test"] == "O-NET"].dropna(subset=["mean"])
    stated = area.table("benchmarks").query("level == 'area' and test == 'O-NET'").set_index("subject")["mean"]
    for subject, rows in loaded.groupby("subject"):
        weighted = (rows["mean"] * rows["n_tested"]).sum() / rows["n_tested"].sum()
        assert weighted == pytest.approx(stated[subject], abs=0.5)
