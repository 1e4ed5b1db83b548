"""The first hour: a newcomer's own small files, named and written as an office names and writes them, to a report.

Names and the scores of two years; no number enrolled, no standard deviation, no joining year, Thai headings in the
encoding that Excel in Thai Windows writes.
"""

import pytest

from innovlib import cli

NAMES = ("บ้านดอยงาม", "บ้านห้วยทราย", "บ้านแม่ลาน", "บ้านสันกลาง", "บ้านปางหิน", "บ้านทุ่งยาว", "บ้านหนองบัว", "บ้านผาแดง")
SCORES = {
    2566: (51.2, 47.9, 55.0, 44.1, 49.3, 58.6, 46.2, 52.8),
    2567: (49.0, 52.4, 50.7, 47.5, 45.9, 57.1, 48.8, 51.3),
}


@pytest.fixture
def desk_folder(tmp_path, monkeypatch):
    """A folder of office files, where the newcomer stands."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def write(folder, *, pilots: int) -> list[str]:
    schools = [
        f"5805{i:04d},{name},แม่งาม,เมืองงาม,{80 + 9 * i}" + (f",{'1' if i <= pilots else ''}" if pilots else "")
        for i, name in enumerate(NAMES, 1)
    ]
    head = "รหัสโรงเรียน,ชื่อโรงเรียน,ตำบล,อำเภอ,จำนวนนักเรียน" + (",รุ่นที่" if pilots else "")
    (folder / "รายชื่อโรงเรียน.csv").write_text("\n".join([head, *schools]) + "\n", encoding="utf-8-sig")
    for year, thai in SCORES.items():
        rows = [
            f"5805{i:04d},{n},{9 + i},{t:.2f},{t - 19:.2f}" for i, (n, t) in enumerate(zip(NAMES, thai, strict=True), 1)
        ]
        text = "\n".join(["รหัสโรงเรียน,โรงเรียน,จน.นร.,ไทย,คณิตศาสตร์", *rows]) + "\n"
        (folder / f"onet_p6_{year}.csv").write_text(text, encoding="cp874")
    return ["รายชื่อโรงเรียน.csv", *(f"onet_p6_{year}.csv" for year in SCORES)]


@pytest.mark.parametrize(
    ("pilots", "kind"),
    [(3, "school"), pytest.param(3, "all", marks=pytest.mark.slow), pytest.param(0, "all", marks=pytest.mark.slow)],
    ids=["with a cohort", "with a cohort, all", "names and scores only"],
)
def test_own_files_become_reports_without_a_question(desk_folder, capsys, pilots, kind):
    assert cli.main(["intake", *write(desk_folder, pilots=pilots), "--into", "mine"]) == 0
    assert cli.main(["check", "mine"]) == 0
    said = capsys.readouterr().out
    assert "schools.csv" in said and "scores.csv                32" in said
    only = ["--only", "58050002"] if kind == "school" else []
    assert cli.main(["render", kind, "--area", "mine", "--out", "out", "--workers", "2", "--quiet", *only]) == 0
    pages = {path.name for path in (desk_folder / "out").glob("*.html")}
    assert {"index.html", "school-58050002.html"} | ({"area.html"} if kind == "all" else set()) <= pages
    page = (desk_folder / "out" / "school-58050002.html").read_text(encoding="utf-8")
    assert "บ้านห้วยทราย" in page and "O-NET" in page
    assert 'class="synthetic"' not in page


def test_every_step_that_went_astray_says_what_to_do(desk_folder, capsys):
    files = write(desk_folder, pilots=3)
    assert cli.main(["intake", *files]) == 2
    assert "--into FOLDER" in capsys.readouterr().err
    assert cli.main(["check", "mine"]) == 2
    assert "innov intake" in capsys.readouterr().err
    assert cli.main(["render", "all", "--area", "onet_p6_2566.csv"]) == 2
    assert "an area's folder with schools.csv" in capsys.readouterr().err
