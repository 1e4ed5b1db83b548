"""Files into an area: what is written, what a second or corrected file changes, and that a kill leaves no half."""

from __future__ import annotations

import datetime as dt
import json
import os
import random
import shutil
import signal
import stat
import sys
import time
from pathlib import Path

import pandas as pd
import pytest

from innovlib.area import check as contract_check
from innovlib.area import commit, intake, open_area, privacy, store
from innovlib.errors import BadInput, CannotWrite, UnknownName, Unreadable
from tests.intake.office_files import HEADERS, SCHOOLS, as_csv, as_xlsx, partners, pupils, results

WIDE = ["รหัสโรงเรียน", "โรงเรียน", "จน.นร.", "ไทย", "สังคม", "อังกฤษ", "คณิตศาสตร์", "วิทยาศาสตร์", "เฉลี่ย"]


def save(folder: Path, name: str, data: bytes) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_bytes(data)
    return folder / name


def wide(*, order=(0, 1, 2, 3, 4), n_schools: int = 30) -> list[list]:
    """An area office's wide file: schools, an area row that follows from them, a national row.

    ``order`` says which subject the school rows hold in each of the five columns of the header.
    """
    true, weights = [], []
    for i in range(n_schools):
        true.append([round(40 + 7 * s + ((i * 37 + s * 11) % 23) - 11 + 0.25 * s, 2) for s in range(5)])
        weights.append(3 + (i * 7) % 15)
    rows: list[list] = [WIDE]
    for i, (means, n) in enumerate(zip(true, weights, strict=True)):
        shown = [means[s] for s in order]
        rows.append([f"5701{i + 1:04}", f"บ้านสมมุติที่ {i + 1}", n, *shown, round(sum(shown) / 5, 2)])
    area = [round(sum(m[s] * n for m, n in zip(true, weights, strict=True)) / sum(weights), 2) for s in range(5)]
    rows.append(["57010000", "ค่าเฉลี่ยระดับเขตพื้นที่", "", *area, round(sum(area) / 5, 2)])
    rows.append(["00000000", "ค่าเฉลี่ยระดับประเทศ", "", 49.33, 49.18, 40.31, 43.47, 42.59, 44.98])
    return rows


def tables(folder: Path) -> dict[str, str]:
    """What an area says: its tables as text and, of its log, what does not depend on the hour."""
    area = open_area(folder)
    out = {name: store.as_csv(area.table(name), name) for name in area.present()}
    log = json.loads((folder / intake.LOG).read_text(encoding="utf-8"))
    out["log"] = json.dumps([{k: v for k, v in e.items() if k != "loaded"} for e in log["files"]], ensure_ascii=False)
    return out


def files_of(folder: Path) -> dict[str, tuple[bytes, int]]:
    return {
        p.relative_to(folder).as_posix(): (p.read_bytes(), p.stat().st_mtime_ns)
        for p in folder.rglob("*")
        if p.is_file()
    }


# --- wide files and reconciliation --------------------------------------------------------------------------------


def test_a_wide_file_makes_an_area_of_scores_benchmarks_and_schools(tmp_path):
    path = save(tmp_path, "onet_p6_2558_test.csv", as_csv(wide(), encoding="cp874"))
    (result,) = intake.intake([path], into=tmp_path / "area")
    assert result.decision == "fix" and (result.rows_loaded, result.schools_loaded) == (150, 30)
    area = open_area(tmp_path / "area")
    assert area.present() == ("schools", "scores", "benchmarks") and not area.is_synthetic and area.name_en == "area"
    scores = area.table("scores")
    assert set(scores["year_be"]) == {2558} and set(scores["test"]) == {"O-NET"} and set(scores["grade"]) == {"ป.6"}
    benchmarks = area.table("benchmarks")
    assert set(benchmarks["level"]) == {"area", "nation"} and set(benchmarks["source"]) == {path.name}
    schools = area.table("schools")
    assert schools["cohort"].isna().all() and schools["name_th"].str.startswith("บ้านสมมุติ").all()
    for name in area.present():
        assert contract_check.breaches(store.read_raw(area.path(name)), name) == []


def test_a_lying_header_is_refused_with_the_order_that_reconciles(tmp_path):
    order = (0, 3, 4, 1, 2)
    path = save(tmp_path, "onet_p6_2558.csv", as_csv(wide(order=order)))
    (refused,) = intake.intake([path], into=tmp_path / "area")
    assert refused.decision == "reject_file" and refused.exit_code == 2 and refused.table.empty
    assert not (tmp_path / "area").exists()
    assert "ไทย, คณิตศาสตร์, วิทยาศาสตร์, สังคม, อังกฤษ" in refused.issues[0].th
    assert "Thai, Maths, Science, Social studies, English" in refused.issues[0].en
    (told,) = intake.intake([path], into=tmp_path / "area", columns="reconciled")
    assert told.decision == "warn" and "columns-reordered" in {i.code for i in told.issues}
    straight = save(tmp_path, "onet_p6_2558_right.csv", as_csv(wide()))
    (right,) = intake.intake([straight], into=None)
    key = ["school_id", "subject"]
    pd.testing.assert_frame_equal(
        told.table.sort_values(key).reset_index(drop=True), right.table.sort_values(key).reset_index(drop=True)
    )


def test_a_wrong_score_cannot_be_explained_by_any_order(tmp_path):
    rows = wide()
    rows[3][4] += 30
    (result,) = intake.intake([save(tmp_path, "onet_p6_2558.csv", as_csv(rows))], into=None)
    assert result.decision == "warn"
    assert {"reconcile-differs", "total-mismatch"} <= {i.code for i in result.issues}
    assert [i.row for i in result.issues if i.code == "total-mismatch"] == [4]


def test_two_schools_under_one_code_are_both_set_aside_and_both_reconcile(tmp_path):
    rows = wide()
    rows[5][0] = rows[4][0]
    (result,) = intake.intake([save(tmp_path, "onet_p6_2558.csv", as_csv(rows))], into=tmp_path / "area")
    assert result.decision == "reject_rows" and result.rejected_rows == (5, 6) and result.schools_loaded == 28
    assert {i.code for i in result.issues if i.severity == "reject_rows"} == {"code-two-schools"}
    assert rows[4][0] not in set(open_area(tmp_path / "area").table("schools")["school_id"])


def test_schools_that_are_not_known_still_count_where_the_area_row_is_checked(tmp_path, register):
    lying = save(tmp_path, "onet_p6_2558.csv", as_csv(wide(order=(0, 3, 4, 1, 2))))
    (result,) = intake.intake([lying], into=None, register=register)
    assert result.decision == "reject_file" and result.issues[0].code == "columns-permuted"
    (honest,) = intake.intake([save(tmp_path, "onet_p6_2558.csv", as_csv(wide()))], into=None, register=register)
    assert "reconcile-differs" not in {i.code for i in honest.issues} and len(honest.rejected_rows) == 30


def test_what_the_file_does_not_say_must_come_from_somewhere(tmp_path):
    data = as_csv(wide())
    (result,) = intake.intake([save(tmp_path, "คะแนน.csv", data)], into=None)
    assert result.decision == "reject_file"
    said = " ".join(i.en for i in result.issues) + " ".join(i.fix_en for i in result.issues)
    assert all(option in said for option in ("--year", "--grade"))
    (result,) = intake.intake([tmp_path / "คะแนน.csv"], into=None, year_be=2558, test="โอเน็ต", grade="ม.3")
    assert result.decision == "ok" or result.decision == "fix"
    assert set(result.table["grade"]) == {"ม.3"} and set(result.table["test"]) == {"O-NET"}
    titled = [["ผลการทดสอบ O-NET ชั้นประถมศึกษาปีที่ 6 ปีการศึกษา 2559"], *wide()]
    (result,) = intake.intake([save(tmp_path, "b.csv", as_csv(titled))], into=None)
    assert set(result.table["year_be"]) == {2559}, result.say("en")
    (result,) = intake.intake([save(tmp_path, "onet_p6_2560.csv", as_csv(titled))], into=None)
    assert result.decision == "reject_file" and result.issues[0].code == "given-conflict"


def test_long_and_wide_two_row_headers_give_the_same_table(tmp_path, register):
    long = results() + [[*row[:6], "การอ่านออกเสียง", row[7], round(row[8] - 3, 2), row[9]] for row in results()[1:]]
    two = [
        ["ปีการศึกษา", "รหัสโรงเรียน", "ชื่อโรงเรียน", "การอ่านรู้เรื่อง", None, None, "การอ่านออกเสียง", None, None],
        [None, None, None, "จำนวน", "เฉลี่ย", "S.D.", "จำนวน", "เฉลี่ย", "S.D."],
        *([*r[:3], *r[7:10], r[7], round(r[8] - 3, 2), r[9]] for r in results()[1:]),
    ]

    def merge(_, sheet):
        for area in ("A1:A2", "B1:B2", "C1:C2", "D1:F1", "G1:I1"):
            sheet.merge_cells(area)

    paths = [
        save(tmp_path, "long.xlsx", as_xlsx(long)),
        save(tmp_path, "two.xlsx", as_xlsx(two, change=merge)),
        save(tmp_path, "two.csv", as_csv(two)),
    ]
    frames = [r.table for r in intake.intake(paths, into=None, register=register)]
    key = ["school_id", "subject"]
    first = frames[0].sort_values(key).reset_index(drop=True)
    for frame in frames[1:]:
        pd.testing.assert_frame_equal(first, frame.sort_values(key).reset_index(drop=True))


# --- an area that grows -------------------------------------------------------------------------------------------


def schools_rows(*, joined=(2562, 2562, 2563, None)) -> list[list]:
    rows = [list(HEADERS["schools"])]
    for (code, name, tambon, amphoe, province), year in zip(SCHOOLS, joined, strict=False):
        rows.append([code, f"โรงเรียน{name}", tambon, amphoe, province, 80, year])
    return rows


def test_the_same_file_twice_changes_nothing(tmp_path):
    paths = [save(tmp_path, "s.xlsx", as_xlsx(schools_rows())), save(tmp_path, "r.xlsx", as_xlsx(results()))]
    intake.intake(paths, into=tmp_path / "area")
    before = files_of(tmp_path / "area")
    for result in intake.intake(paths, into=tmp_path / "area"):
        assert result.decision == "ok"
    assert files_of(tmp_path / "area") == before


def test_order_of_files_does_not_matter(tmp_path):
    paths = [save(tmp_path, "s.xlsx", as_xlsx(schools_rows())), save(tmp_path, "r.xlsx", as_xlsx(results()))]
    intake.intake(paths, into=tmp_path / "one")
    intake.intake(paths[::-1], into=tmp_path / "two")
    for name in ("schools", "scores"):
        assert (tmp_path / f"one/{name}.csv").read_bytes() == (tmp_path / f"two/{name}.csv").read_bytes()


def test_cohorts_follow_the_joining_years_where_no_list_says_them(tmp_path):
    path = save(tmp_path, "s.xlsx", as_xlsx(schools_rows()))
    (result,) = intake.intake([path], into=tmp_path / "area")
    assert result.decision == "ok" and "1 = 2562" in result.notes[0].en
    schools = open_area(tmp_path / "area").table("schools").set_index("school_id")
    assert schools["cohort"].tolist() == [1, 1, 2, pd.NA]
    save(tmp_path, "s.xlsx", as_xlsx(schools_rows(joined=(2561, 2562, 2563, None))))
    intake.intake([path], into=tmp_path / "area")
    assert open_area(tmp_path / "area").table("schools")["cohort"].tolist() == [1, 2, 3, pd.NA]


def test_a_list_of_schools_fills_the_one_made_from_scores_and_then_binds(tmp_path):
    intake.intake([save(tmp_path, "r.xlsx", as_xlsx(results()))], into=tmp_path / "area")
    assert open_area(tmp_path / "area").table("schools")["joined_year_be"].isna().all()
    (result,) = intake.intake([save(tmp_path, "s.xlsx", as_xlsx(schools_rows()))], into=tmp_path / "area")
    assert result.decision == "ok", result.say("en")
    schools = open_area(tmp_path / "area").table("schools")
    assert len(schools) == 4 and schools["province"].notna().all()
    stranger = results((2, "รหัสโรงเรียน", "1057019999"), year=2567)
    (result,) = intake.intake([save(tmp_path, "r2.xlsx", as_xlsx(stranger))], into=tmp_path / "area")
    assert result.rejected_rows == (2,)


def test_a_corrected_file_replaces_its_own_rows_and_says_which(tmp_path):
    path = save(tmp_path, "r.xlsx", as_xlsx(results()))
    other = save(tmp_path, "r67.xlsx", as_xlsx(results(year=2567)))
    intake.intake([path, other], into=tmp_path / "area")
    save(tmp_path, "r.xlsx", as_xlsx(results((3, "คะแนนเฉลี่ย", 70))[:4]))
    (result,) = intake.intake([path], into=tmp_path / "area")
    assert result.decision == "warn"
    told = {i.code: i.en for i in result.issues}
    assert "mean 76.27 → 70.0" in told["row-replaced"] and SCHOOLS[1][0] in told["row-replaced"]
    assert SCHOOLS[3][0] in told["row-withdrawn"]
    scores = open_area(tmp_path / "area").table("scores")
    assert scores.groupby("year_be").size().to_dict() == {2566: 3, 2567: 4}


def test_another_file_replaces_only_what_it_says(tmp_path):
    intake.intake([save(tmp_path, "r.xlsx", as_xlsx(results()))], into=tmp_path / "area")
    newer = save(tmp_path, "new.xlsx", as_xlsx(results((2, "คะแนนเฉลี่ย", 50))[:2]))
    (result,) = intake.intake([newer], into=tmp_path / "area")
    assert [i.code for i in result.issues] == ["row-replaced"] and "r.xlsx" in result.issues[0].en
    assert len(open_area(tmp_path / "area").table("scores")) == 4


def test_what_the_package_says_is_kept(tmp_path):
    folder = tmp_path / "area"
    intake.intake([save(tmp_path, "r.xlsx", as_xlsx(results()))], into=folder)
    store.write_area(folder, {}, title="Somewhere", title_th="ที่หนึ่ง", synthetic=True, licence="CC0")
    intake.intake([save(tmp_path, "r67.xlsx", as_xlsx(results(year=2567)))], into=folder)
    package = json.loads((folder / "datapackage.json").read_text(encoding="utf-8"))
    assert (package["title_th"], package["synthetic"], package["licence"]) == ("ที่หนึ่ง", True, "CC0")
    for resource in package["resources"]:
        assert resource["hash"] == f"sha256:{open_area(folder).digest(resource['name'])}"


def test_every_kind_lands_in_its_table(tmp_path):
    answers = [
        HEADERS["survey"],
        *([2566, SCHOOLS[0][0], f"T{i:02}", "วิชาการ", 1, level] for i, level in enumerate((1, 2, 4, 5))),
    ]
    paths = [
        save(tmp_path, "schools.xlsx", as_xlsx(schools_rows())),
        save(tmp_path, "pupils.xlsx", as_xlsx(pupils(50, 60, None))),
        save(tmp_path, "survey.xlsx", as_xlsx(answers)),
        save(tmp_path, "partners.xlsx", as_xlsx(partners(dt.datetime(2023, 5, 16)))),
    ]
    assert {r.kind for r in intake.intake(paths, into=tmp_path / "area")} == {"schools", "pupils", "survey", "partners"}
    area = open_area(tmp_path / "area")
    assert area.present() == ("schools", "pupils", "autonomy", "partners")
    assert area.table("autonomy")["de_facto"].tolist() == [1]  # the lower median of 0, 1, 3, 4


# --- what is kept -------------------------------------------------------------------------------------------------


def test_raw_files_are_kept_read_only_but_never_those_about_people(tmp_path):
    titled = [["ผู้รายงาน นางสาวสมมุติ ลับมาก"], *results(year=2567)]
    paths = [
        save(tmp_path, "r.xlsx", as_xlsx(results())),
        save(tmp_path, "p.xlsx", as_xlsx(pupils(50, 60))),
        save(tmp_path, "titled.xlsx", as_xlsx(titled)),
    ]
    intake.intake(paths, into=tmp_path / "area")
    kept = list((tmp_path / "area/raw").iterdir())
    assert [p.name[13:] for p in kept] == ["r.xlsx"] and kept[0].read_bytes() == paths[0].read_bytes()
    assert not kept[0].stat().st_mode & (stat.S_IWUSR | stat.S_IWGRP | stat.S_IWOTH)
    log = json.loads((tmp_path / "area" / intake.LOG).read_text(encoding="utf-8"))
    assert [bool(e["raw"]) for e in log["files"]] == [True, False, False]
    assert all(len(e["sha256"]) == 64 and e["origin"] for e in log["files"])


def test_no_pupil_id_is_anywhere_in_the_area_and_the_key_is_the_users_own(tmp_path, own_key):
    rows = pupils(50, 60)
    rows[1][2], rows[2][2] = "SECRET01", 1103700000003
    intake.intake([save(tmp_path, "p.xlsx", as_xlsx(rows))], into=tmp_path / "area")
    for path in (tmp_path / "area").rglob("*"):
        if path.is_file():
            assert b"SECRET01" not in path.read_bytes() and b"1103700000003" not in path.read_bytes()
    assert stat.S_IMODE(own_key.stat().st_mode) == 0o600 or os.name == "nt"


def test_another_key_would_break_the_link_between_years_and_is_refused(tmp_path, own_key):
    path = save(tmp_path, "p.xlsx", as_xlsx(pupils(50, 60)))
    intake.intake([path], into=tmp_path / "area")
    first = tables(tmp_path / "area")
    own_key.unlink()
    (result,) = intake.intake([path], into=tmp_path / "area")
    assert result.decision == "reject_file" and result.issues[0].code == "pupil-key-changed"
    assert tables(tmp_path / "area") == first


def test_a_dry_run_writes_nothing_not_even_a_key(tmp_path, own_key):
    paths = [save(tmp_path, "p.xlsx", as_xlsx(pupils(50, 60))), save(tmp_path, "r.xlsx", as_xlsx(results()))]
    dry = intake.intake(paths, into=tmp_path / "area", dry_run=True)
    assert [r.rows_loaded for r in dry] == [2, 4]
    assert not (tmp_path / "area").exists() and not own_key.exists()


def test_two_files_of_pupils_are_judged_with_one_key_even_where_there_is_none_yet(tmp_path):
    paths = [save(tmp_path, "p.xlsx", as_xlsx(pupils(50, 60))), save(tmp_path, "q.xlsx", as_xlsx(pupils(50, 60)))]
    first, second = intake.intake(paths, into=None)
    assert second.decision == "ok" and first.table["pupil_key"].tolist() == second.table["pupil_key"].tolist()


def test_one_bad_file_does_not_stop_the_others(tmp_path):
    paths = [save(tmp_path, "x.pdf", b"%PDF-1.7"), save(tmp_path, "r.xlsx", as_xlsx(results()))]
    bad, good = intake.intake(paths, into=tmp_path / "area")
    assert (bad.exit_code, good.exit_code) == (2, 0) and len(open_area(tmp_path / "area").table("scores")) == 4


# --- use ----------------------------------------------------------------------------------------------------------


def test_options_that_mean_nothing_are_refused_before_anything_is_read(tmp_path):
    for wrong in ({"kind": "result"}, {"columns": "guess"}, {"test": "GAT"}, {"grade": "ป.7"}):
        with pytest.raises(UnknownName):
            intake.intake([], into=None, **wrong)
    with pytest.raises(BadInput):
        intake.intake([], into=None, year_be=2023)
    with pytest.raises(Unreadable):
        intake.intake([], into=None, register=save(tmp_path, "reg.csv", b"a,b\n1,2\n"))
    with pytest.raises(CannotWrite):
        intake.intake([save(tmp_path, "r.xlsx", as_xlsx(results()))], into=save(tmp_path, "a-file", b"x"))


def test_a_second_intake_at_the_same_moment_is_told_to_wait(tmp_path):
    folder = tmp_path / "area"
    with commit.alone(folder), pytest.raises(CannotWrite, match="another intake"):
        intake.intake([save(tmp_path, "r.xlsx", as_xlsx(results()))], into=folder)


# --- a kill -------------------------------------------------------------------------------------------------------

_WRITES = {"os.rename", "os.remove", "os.rmdir", "os.mkdir", "os.chmod", "shutil.rmtree"}


def _killed_at(step: int, folder: Path, work) -> bool:
    """Run ``work`` in a child that dies at its n-th act on the folder, as a kill would have it; True where it died."""
    child = os.fork()
    if child == 0:
        seen = 0

        def watch(event: str, args: tuple) -> None:
            nonlocal seen
            writes = event in _WRITES or (event == "open" and isinstance(args[1], str) and args[1][0] in "wxa+")
            writes = writes or (event == "open" and isinstance(args[2], int) and args[2] & (os.O_WRONLY | os.O_RDWR))
            if writes and str(folder) in str(args[0]):
                seen += 1
                if seen == step:
                    os._exit(9)

        sys.addaudithook(watch)
        work()
        os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 9


def _kills(tmp_path: Path, start: Path, work, steps):
    """Each step's folder after a kill there, and whether the work was still running; ends when it no longer was."""
    for step in steps:
        folder = tmp_path / "kills" / str(step) / "calm"
        if start.is_dir():
            shutil.copytree(start, folder)
        died = _killed_at(step, folder, lambda folder=folder: work(folder))
        yield step, folder, died
        if not died:
            return


@pytest.fixture
def corrected(tmp_path):
    """An area, a second lot of files for it, and what it says before and after."""
    first = [save(tmp_path, "s.xlsx", as_xlsx(schools_rows())), save(tmp_path, "r.xlsx", as_xlsx(results()))]
    second = [
        save(tmp_path / "new", "r.xlsx", as_xlsx(results((2, "คะแนนเฉลี่ย", 50))[:3])),
        save(tmp_path, "partners.xlsx", as_xlsx(partners(dt.datetime(2023, 5, 16)))),
    ]
    intake.intake(first, into=tmp_path / "start" / "calm")
    shutil.copytree(tmp_path / "start" / "calm", tmp_path / "calm")
    before = tables(tmp_path / "calm")
    intake.intake(second, into=tmp_path / "calm")
    return tmp_path / "start" / "calm", second, before, tables(tmp_path / "calm")


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
@pytest.mark.parametrize(
    "steps",
    [
        pytest.param((3, 40, 56, 60, 62, 66, 72, 500), id="some"),
        pytest.param(range(1, 500), marks=pytest.mark.slow, id="all"),
    ],
)
def test_a_kill_at_any_moment_leaves_the_area_as_before_or_as_after(tmp_path, corrected, steps):
    start, second, before, after = corrected
    ends = []
    for step, folder, _ in _kills(tmp_path, start, lambda folder: intake.intake(second, into=folder), steps):
        now = tables(folder)
        assert now in (before, after), f"neither before nor after, killed at step {step}"
        ends.append(now == after)
        intake.intake(second, into=folder)
        assert tables(folder) == after
        assert not (folder / commit.STAGE).exists()
    # Once the change has happened it stays so; kills were tried on both sides of that moment.
    assert ends == sorted(ends) and not ends[0] and ends[-2]


@pytest.mark.slow
@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_a_hundred_kills_at_chance_moments_leave_before_or_after(tmp_path, corrected):
    """Real SIGKILLs, from outside and by the clock; most of them while the files are being put in place.

    How many find the intake alive hangs on the machine; it is struck until a hundred have.
    """
    start, second, before, after = corrected
    chance, seen = random.Random(120), []
    while sum(killed for killed, _ in seen) < 100 and len(seen) < 1000:
        turn = len(seen)
        folder = tmp_path / "kills" / str(turn) / "calm"
        shutil.copytree(start, folder)
        child = os.fork()
        if child == 0:
            intake.intake(second, into=folder)
            os._exit(0)
        # A third of the kills falls anywhere, a third among the writes, a third right after the promise.
        mark = ("", commit.STAGE, f"{commit.STAGE}/promise.json")[turn % 3]
        while not (folder / mark).exists() and _runs(child):
            pass
        time.sleep(chance.uniform(0, (0.2, 0.1, 0.001)[turn % 3]))
        os.kill(child, signal.SIGKILL)
        killed = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == -signal.SIGKILL
        now = tables(folder)
        assert now in (before, after), f"neither before nor after at kill {turn}"
        seen.append((killed, now == after))
        intake.intake(second, into=folder)
        assert tables(folder) == after
    late = sum(killed and done for killed, done in seen)
    print(f"{len(seen)} strikes, {sum(killed for killed, _ in seen)} killed, {late} of them after the promise")
    assert sum(killed for killed, _ in seen) == 100 and 0 < late < 100


def _runs(child: int) -> bool:
    return os.waitid(os.P_PID, child, os.WEXITED | os.WNOHANG | os.WNOWAIT) is None


@pytest.mark.slow
@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_a_kill_while_an_area_is_made_leaves_none_or_all(tmp_path):
    paths = [save(tmp_path, "s.xlsx", as_xlsx(schools_rows())), save(tmp_path, "r.xlsx", as_xlsx(results()))]
    intake.intake(paths, into=tmp_path / "calm")
    after = tables(tmp_path / "calm")
    for _, folder, _ in _kills(tmp_path, tmp_path / "none", lambda f: intake.intake(paths, into=f), range(1, 500)):
        if folder.exists():
            commit.finish(folder)
        assert not (folder / "schools.csv").exists() or tables(folder) == after


def test_a_promise_that_leaves_the_folder_is_not_kept(tmp_path):
    (tmp_path / commit.STAGE).mkdir()
    (tmp_path / commit.STAGE / "promise.json").write_text('{"put": ["../x"], "remove": []}')
    with pytest.raises(Unreadable):
        commit.finish(tmp_path)


# --- privacy's own small things -----------------------------------------------------------------------------------


def test_a_figure_with_thirteen_digits_is_no_citizen_id():
    for figure in (0.1103700000003, "0.1103700000003", "11.03700000003", 11.03700000003):
        assert not privacy.holds_citizen_id(figure)
    for number in (1103700000003, 1103700000003.0, "1 1037 00000 00 3", "เลขที่.1103700000003"):
        assert privacy.holds_citizen_id(number)


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("เด็กชายสมมุติ นามสมมุติ", "•••"),
        ("รหัส 1-1037-00000-00-3 ของ", "รหัส ••• ของ"),
        (1103700000003, "•••"),
        ("๑๑๐๓๗๐๐๐๐๐๐๐๓", "•••"),
        ("110370000000361.45", "•••.45"),
        ("31-1037-00000-00-39", "•••"),
        ("๓๑๑๐๓๗๐๐๐๐๐๐๐๓", "•••"),
        ("1103700000004", "1103700000004"),
        (0.1103700000003, "0.1103700000003"),
        ("11.03700000003", "11.03700000003"),
        ("1.1037.00000.00.3", "•••"),
        ("บ้านนายาง", "บ้านนายาง"),
        ("a\u202eb\x00", "a⟨U+202E⟩b⟨U+0000⟩"),
        ("x" * 99, "x" * 59 + "…"),
    ],
)
def test_what_a_message_may_show(value, shown):
    assert privacy.shown(value) == shown
