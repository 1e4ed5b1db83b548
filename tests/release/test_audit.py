"""The audit must find what is planted: each kind of failure is put into a small release, and must be named."""

import json
import re
import shutil

import numpy as np
import pandas as pd
import pytest

from innovlib.area import contract, privacy
from innovlib.errors import BadInput, DidNotPass, Unreadable, Words
from innovlib.measures import comparison
from innovlib.release import leaks, ledger, printed, rendered, subtraction
from innovlib.release.audit import audit, release
from innovlib.release.relations import release_of
from innovlib.release.suppression import protect_release
from innovlib.release.withheld import apply_release, plan_of
from innovlib.report import disclosure, tables
from innovlib.report.index import index_html
from tests.conftest import make_schools, make_scores

NO_BENCHMARKS = contract.table("benchmarks").empty()
SIZES = {"A": 36, "B": 33, "C": 31, "D": 34, "H": 8}
MEANS = {"A": 51.23, "B": 38.47, "C": 45.81, "D": 42.02, "H": 33.5}


def area(sizes=None, means=None):
    sizes, means = sizes or SIZES, MEANS | (means or {})
    schools = make_schools([{"school_id": i, "cohort": 1, "joined_year_be": 2562, "district": "ฮอด"} for i in sizes])
    scores = make_scores([{"school_id": i, "n_tested": n, "mean": means[i]} for i, n in sizes.items()])
    return schools, scores


def write_release(folder, *, plan=True, profile="public", sizes=None, means=None, book=None):
    """Pages of an area as the kit makes them: results tables, the index and a manifest."""
    schools, scores = area(sizes, means)
    cells = release_of(scores, schools=schools, benchmarks=NO_BENCHMARKS, profile_name=profile)
    decided = plan_of(protect_release(cells, profile_name=profile), profile_name=profile)
    ref = comparison.reference(scores, benchmarks=NO_BENCHMARKS)
    ending = ".html" if profile == "public" else f".{profile}.html"
    folder.mkdir(parents=True, exist_ok=True)
    about = [(f"school-{i}", "school", comparison.school_results(ref, school_id=i)) for i in schools["school_id"]]
    members = list(schools["school_id"])
    about.append(("cohort-1", "cohort", comparison.group_results(ref, school_ids=members, who="cohort")))
    for report, own, results in about:
        results = results[results["who"] == own]
        held = disclosure.protect_means(results, profile_name=profile)
        held = apply_release(held, decided, report=report) if plan else held
        held = ledger.kept(held, book, report=report, area="mine") if book else held
        shown = tables.results_table(held, own=own, caption=Words("ผล", "Results"))._repr_html_()
        (folder / f"{report}{ending}").write_text(
            f"<html><body class='{own}'><h1>โรงเรียน</h1>{shown}</body></html>", "utf-8"
        )
    entries = [
        {"kind": "school", "id": i, "file": f"school-{i}{ending}", "name_th": f"บ้าน{i}", "name_en": "", "cohort": 1}
        for i in members
    ]
    index = index_html(entries, title=Words("ก", "a"), subtitle=Words("ข", "b"), synthetic=True)
    (folder / "index.html").write_text(index, "utf-8")
    (folder / "manifest.json").write_text(json.dumps({"area": {"folder": "mine"}, "reports": []}), "utf-8")
    return folder


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    return write_release(tmp_path_factory.mktemp("made") / "out")


@pytest.fixture
def pages(made, tmp_path):
    return shutil.copytree(made, tmp_path / "out")


def office_counts(path, *, but=()):
    """What an office prints: every school's head count, and the cohort's."""
    rows = [("school", i, n) for i, n in SIZES.items() if i not in but]
    frame = pd.DataFrame(rows, columns=["level", "id", "n"]).assign(
        year_be=2567, test="O-NET", grade="ป.6", subject="maths", mean=""
    )
    frame.loc[len(frame)] = {"level": "cohort", "id": "1", "n": sum(SIZES.values()), "year_be": 2567, "test": "O-NET",
                             "grade": "ป.6", "subject": "maths", "mean": ""}  # fmt: skip
    frame.to_csv(path, index=False)
    return path


def kinds(found):
    return {f.kind for f in found.findings}


def plant(folder, file, text):
    path = folder / file
    path.write_text(path.read_text("utf-8").replace("</h1>", f"</h1><p>{text}</p>"), "utf-8")


# --- what is right passes -------------------------------------------------------------------------------------------


def test_a_protected_release_passes_even_against_an_office_that_prints_every_head_count(pages, tmp_path):
    found = audit(pages, known=office_counts(tmp_path / "known.csv"))
    assert found.to_frame()["en"].tolist() == []
    assert found.exit_code == 0
    assert found.hidden >= 1
    assert found.figures >= len(SIZES)


def test_the_numbers_are_read_back_as_they_were_printed(pages):
    figures = printed.printed_figures([rendered.read(path) for path in sorted(pages.glob("*.html"))])
    cell = figures[(figures["report"] == "school-C") & (figures["who"] == "school")].iloc[0]
    assert (cell["n_low"], cell["n_high"]) == (28, 32)
    assert cell["low"] <= MEANS["C"] <= cell["high"]
    hidden = figures[figures["report"] == "school-H"].iloc[0]
    assert (hidden["status"], hidden["n_low"], hidden["n_high"]) == ("small", 1, 9)


# --- (a) subtraction ------------------------------------------------------------------------------------------------


def test_a_table_with_primary_suppression_only_is_caught(tmp_path):
    folder = write_release(tmp_path / "out", plan=False)
    found = audit(folder, known=office_counts(tmp_path / "known.csv"))
    caught = [f for f in found.findings if f.kind == "subtraction-mean"]
    assert [f.file for f in caught] == ["school-H.html"]
    assert caught[0].rule == "D6"
    assert "cohort-1.html" in caught[0].words.en
    assert found.exit_code == 1


def test_an_offices_totals_and_one_rounded_count_give_a_hidden_count_away_and_are_named(pages, tmp_path):
    """The cohort's total less three exact counts and one that is known to ±2 leaves the hidden one known to ±2."""
    found = audit(pages, known=office_counts(tmp_path / "known.csv", but=("H", "D")))
    caught = [f for f in found.findings if f.kind == "subtraction-n"]
    assert [f.file for f in caught] == ["school-H.html"]
    assert "known" in caught[0].words.en
    assert "school-D.html" in caught[0].words.en


def test_what_offices_tell_by_themselves_is_no_doing_of_the_pages(pages, tmp_path):
    assert "subtraction-n" not in kinds(audit(pages, known=office_counts(tmp_path / "known.csv", but=("H",))))


def test_totals_that_contradict_the_pages_are_told_and_not_taken_for_safety(pages, tmp_path):
    path = office_counts(tmp_path / "known.csv")
    path.write_text(path.read_text("utf-8").replace(f",{SIZES['A']},", ",9000,"), "utf-8")
    assert "contradiction" in kinds(audit(pages, known=path))


@pytest.mark.parametrize(("column", "value"), [("level", "province"), ("year_be", "soon"), ("n", "many")])
def test_a_file_of_totals_that_cannot_be_used_is_refused(pages, tmp_path, column, value):
    path = office_counts(tmp_path / "known.csv")
    frame = pd.read_csv(path, dtype=str).astype(object)
    frame.loc[0, column] = value
    frame.to_csv(path, index=False)
    with pytest.raises(Unreadable, match="row 2"):
        audit(pages, known=path)


@pytest.mark.parametrize(("told", "found"), [("5", True), ("9", True), ("10", False), ("&lt;10", False)])
def test_a_number_of_pupils_too_small_to_show_is_caught_in_any_table(pages, told, found):
    plant(pages, "school-A.html", table("ชั้นเรียน", cells("ป.1", ผู้เข้าสอบ=told)))
    caught = [(f.rule, f.file) for f in audit(pages).findings if f.kind == "too-few"]
    assert caught == ([("D1", "school-A.html")] if found else [])


def test_the_index_of_staff_reports_is_for_staff(tmp_path):
    folder = write_release(tmp_path / "out", profile="school")
    plant(folder, "index.html", table("โรงเรียน", cells("บ้านH", ผู้เข้าสอบ="8")))
    assert "too-few" not in kinds(audit(folder))


def test_a_meeting_pack_for_staff_among_public_reports_is_caught(pages):
    shutil.copy(pages / "school-A.html", pages / "meeting.school.html")
    assert "profiles-mixed" in kinds(audit(pages))


# --- (b) differencing -----------------------------------------------------------------------------------------------


def test_one_figure_printed_in_two_ways_is_caught(pages):
    plain = (pages / "school-A.html").read_text("utf-8")
    other = re.search(r"<table>.*</table>", plain, flags=re.S)[0].replace(">51.2<", ">55.2<").replace("51.2", "55.2")
    plant(pages, "school-A.html", other)
    assert "differs" in kinds(audit(pages))


def test_a_figure_shown_here_and_hidden_there_is_caught(pages):
    shown = re.search(r"<table>.*</table>", (pages / "school-C.html").read_text("utf-8"), flags=re.S)[0]
    plant(pages, "school-H.html", shown)
    assert "differs" in kinds(audit(pages))


@pytest.mark.parametrize(("years", "values"), [("2567", 2), ("2565–2567", 8)])
def test_a_reference_weighted_by_each_schools_own_pupils_is_caught(pages, years, values):
    """Of three years there are seven choices, so a reference may have seven values, not eight; of one year one."""
    head = f'<table><caption>ผล</caption><tr class="group"><th>NT ป.3 · {years}</th></tr>'
    row = '<tr><th>คณิตศาสตร์</th><td data-label="เขตพื้นที่">{}</td></tr></table>'
    for number in range(values):
        assert "weighted-by-own-pupils" not in kinds(audit(pages))
        plant(pages, f"school-{'ABCD'[number % 4]}.html", head + row.format(f"{43 + number / 5:.1f}"))
    assert "weighted-by-own-pupils" in kinds(audit(pages))


def test_what_the_public_may_see_and_partners_may_not_is_caught(pages, tmp_path):
    partner = write_release(tmp_path / "partner", profile="partner")
    assert "profiles-differ" not in kinds(audit(partner))
    text = (pages / "school-C.html").read_text("utf-8")
    (pages / "school-H.html").write_text(text.replace("30", "15"), "utf-8")
    assert "profiles-differ" in kinds(audit(partner, beside=[pages]))


MOVED = {"sizes": SIZES | {"A": 40}, "means": {"A": 53.4}}


def released(folder, home):
    """A first edition for the public, entered in a ledger."""
    write_release(folder)
    path = home / "ledger.jsonl"
    release(folder, initials=["AB", "CD"], ledger_file=path, date="2026-03-01")
    return path


def test_kept_figures_agree_over_all_editions_of_the_next_release(tmp_path):
    """Four pupils came: both editions keep the old figures, so nobody can subtract one from the other."""
    book = released(tmp_path / "first", tmp_path)
    public, partner = (
        write_release(tmp_path / name, profile=name, book=ledger.read(book), **MOVED) for name in ("public", "partner")
    )
    assert audit(public, ledger_file=book).findings == ()
    assert audit(partner, ledger_file=book, beside=[public]).findings == ()
    release(public, initials=["AB", "CD"], ledger_file=book, date="2026-03-02")
    assert audit(partner, ledger_file=book, beside=[public]).findings == ()


def test_a_new_figure_for_partners_beside_a_kept_one_for_the_public_is_caught(tmp_path):
    book = released(tmp_path / "first", tmp_path)
    public = write_release(tmp_path / "public", book=ledger.read(book), **MOVED)
    fresh = write_release(tmp_path / "partner", profile="partner", **MOVED)
    assert kinds(audit(fresh, ledger_file=book)) == {"re-release"}
    assert kinds(audit(fresh, beside=[public])) >= {"profiles-differ"}


def test_the_schools_own_staff_are_warned_of_a_new_figure_and_not_stopped(tmp_path):
    book = tmp_path / "ledger.jsonl"
    release(write_release(tmp_path / "first", profile="school"), initials=["AB", "CD"], ledger_file=book)
    found = audit(write_release(tmp_path / "next", profile="school", **MOVED), ledger_file=book)
    assert found.exit_code == 0
    assert {f.kind for f in found.warned} == {"re-release"}
    assert any("warning" in words.en for words in found.sentences())
    assert found.to_dict()["warned"]


def test_a_staff_report_among_public_ones_is_caught(pages):
    shutil.copy(pages / "school-A.html", pages / "school-A.school.html")
    found = audit(pages)
    assert "profiles-mixed" in kinds(found)
    assert found.profile == "school"


# --- (c) leaks ------------------------------------------------------------------------------------------------------

CITIZEN = "1-1037-00000-00-3"
PUPIL = privacy.pupil_key("A", "P0001", key=b"k" * 32)


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("citizen-id", CITIZEN),
        ("citizen-id", CITIZEN.translate(str.maketrans("0123456789", "๐๑๒๓๔๕๖๗๘๙"))),
        ("person", "ครูประจำชั้น เด็กหญิงสมมุติ ใจดี"),
        ("pupil-key", PUPIL),
        ("path", "/hom" + "e/somebody/data/areas/mine/scores.csv"),
        ("path", "C:\\Use" + "rs\\Somebody\\area"),
        ("path", "file:" + "//server/share"),
        ("code", "In [3]: scores"),
        ("code", "from innovlib.area import open_area"),
        ("code", "<div class='jp-InputArea'>x</div>"),
        ("code", "disclosure.protect_means(results, profile_name=profile)"),
        ("code", "Traceback (most recent call last):"),
    ],
)
def test_a_planted_leak_is_caught(pages, kind, text):
    assert kind not in kinds(audit(pages))
    plant(pages, "school-B.html", text)
    caught = [f for f in audit(pages).findings if f.kind == kind]
    assert [f.file for f in caught] == ["school-B.html"]


@pytest.mark.parametrize(
    "place",
    [
        "<!-- {} -->",
        '<img alt="{}" src="data:image/png;base64,AAAA">',
        '<div role="img" aria-label="{}"></div>',
        '<svg><text x="1" y="2">{}</text></svg>',
        "<svg><title>{}</title></svg>",
        '<span data-key="{}"></span>',
    ],
)
def test_a_leak_is_caught_wherever_it_stands(pages, place):
    plant(pages, "school-B.html", place.format(CITIZEN))
    assert "citizen-id" in kinds(audit(pages))


def test_a_leak_in_a_packed_picture_in_json_and_in_csv_is_caught(pages):
    import base64

    packed = base64.b64encode(f"<svg><text>{CITIZEN}</text></svg>".encode()).decode()
    plant(pages, "school-B.html", f'<img alt="x" src="data:image/svg+xml;base64,{packed}">')
    (pages / "more.json").write_text(json.dumps({"a": [{"b": CITIZEN}]}), "utf-8")
    (pages / "table.csv").write_text(f"id\n{CITIZEN}\n", "utf-8")
    found = [f.file for f in audit(pages).findings if f.kind == "citizen-id"]
    assert sorted(found) == ["more.json", "school-B.html", "table.csv"]


@pytest.mark.skipif(shutil.which("pdftotext") is None, reason="no pdftotext here")
def test_a_leak_in_a_pdf_is_caught(pages):
    (pages / "a.pdf").write_bytes(one_line_pdf("1103700000003"))
    assert [f.file for f in audit(pages).findings if f.kind == "citizen-id"] == ["a.pdf"]


@pytest.mark.skipif(shutil.which("pdftotext") is None, reason="no pdftotext here")
@pytest.mark.parametrize(("said", "found"), [("51.2 of 35", []), ("51.3 of 35", ["51.3"]), ("51.2 of 36", ["36"])])
def test_a_number_that_only_the_pdf_prints_is_caught(pages, said, found):
    plant(pages, "school-A.html", "51.2 35")
    (pages / "school-A.pdf").write_bytes(one_line_pdf(said))
    caught = [f for f in audit(pages).findings if f.kind == "pdf-differs"]
    assert [f.file for f in caught] == ["school-A.pdf"] * len(found)
    assert all(number in f.words.en for f, number in zip(caught, found, strict=True))


@pytest.mark.skipif(shutil.which("pdftotext") is None, reason="no pdftotext here")
def test_a_pdf_without_its_page_cannot_be_audited(pages):
    (pages / "school-Z.pdf").write_bytes(one_line_pdf("44"))
    assert [f.file for f in audit(pages).findings if f.kind == "pdf-alone"] == ["school-Z.pdf"]


@pytest.mark.parametrize(("said", "found"), [("48.7 คะแนน ๕๑.๒", []), ("33.47 คะแนน", ["33.47"])])
def test_a_measure_that_only_the_meeting_pack_prints_is_caught(pages, said, found):
    plant(pages, "school-A.html", "51.2 48.7")
    (pages / "meeting.html").write_text(f"<html><body><h1>ก</h1><p>{said}</p></body></html>", "utf-8")
    caught = [f.words.en.split()[1].strip(",") for f in audit(pages).findings if f.kind == "pack-differs"]
    assert caught == found


def test_a_meeting_pack_without_its_reports_cannot_be_audited(tmp_path):
    (tmp_path / "meeting.html").write_text("<html><body><p>44.1</p></body></html>", "utf-8")
    assert kinds(audit(tmp_path)) == {"pack-alone"}


def one_line_pdf(text: str) -> bytes:
    """The smallest PDF that says one line."""
    stream = f"BT /F1 12 Tf 20 100 Td ({text}) Tj ET".encode()
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 300 200]/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>>>>>",
        b"<</Length %d>>stream\n%s\nendstream" % (len(stream), stream),
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
    ]  # fmt: skip
    body, places = b"%PDF-1.4\n", []
    for number, each in enumerate(objects, start=1):
        places.append(len(body))
        body += b"%d 0 obj%s\nendobj\n" % (number, each)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    return body + b"xref\n0 6\n0000000000 65535 f \n%strailer<</Size 6/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF" % (
        table,
        len(body),
    )


def test_a_name_that_was_dropped_at_read_and_a_pupils_key_are_caught(pages):
    secrets = leaks.Secrets(names=frozenset(["มานะ รักเรียน"]), keys=frozenset(["000014446419980d"]))
    plant(pages, "school-B.html", "มานะ รักเรียน 000014446419980d")
    assert {"name", "pupil-key"} <= kinds(audit(pages, secrets=secrets))
    assert "name" not in kinds(audit(pages))


def test_the_computers_and_users_names_are_caught(pages):
    secrets = leaks.Secrets(people=("office-pc-7",), places=("/srv9/areas",))
    plant(pages, "school-B.html", "made on office-pc-7 in /srv9/areas/x")
    assert {"host-or-user", "path"} <= kinds(audit(pages, secrets=secrets))


def test_fingerprints_and_honest_words_are_no_leaks(pages):
    plant(pages, "school-B.html", "Table scores: 9,438 rows · SHA-256 0123456789abcdef… นายกเทศมนตรี โรงเรียนบ้านนางแล")
    assert audit(pages).findings == ()


def test_what_stays_with_the_maker_is_left_out_and_said(pages):
    (pages / "_journal.jsonl").write_text(json.dumps({"host": "office-pc", "id": CITIZEN}), "utf-8")
    found = audit(pages)
    assert found.left_out == ("_journal.jsonl",)
    assert found.findings == ()
    assert "_journal.jsonl" not in found.files


def test_a_file_that_cannot_be_read_is_not_taken_for_clean(pages):
    (pages / "picture.html").write_bytes(b"\xff\xfe\x00\x80")
    with pytest.raises(Unreadable):
        audit(pages)


@pytest.mark.parametrize("folder", ["nowhere", "empty"])
def test_nothing_to_audit_is_refused(tmp_path, folder):
    (tmp_path / "empty").mkdir()
    with pytest.raises(BadInput):
        audit(tmp_path / folder)


# --- the ledger, through the gate -----------------------------------------------------------------------------------


def test_a_release_is_entered_once_it_passed_and_two_people_signed(pages):
    entry = release(pages, initials=("ก.ข.", "SP"), date="2026-03-01")
    assert entry["release"] == 1
    assert entry["initials"] == ["ก.ข.", "SP"]
    assert set(entry["files"]) == {p.name for p in pages.iterdir()}
    book = ledger.read(pages.parent / ledger.LEDGER_FILE)
    assert len(book.releases) == 1
    assert audit(pages).findings == ()


@pytest.mark.parametrize(
    "initials", [(), ("AB",), ("AB", "ab"), ("AB", "A.B."), ("AB", "C"), ("AB", "CD", "EF"), ("AB", "12")]
)
def test_without_two_people_nothing_is_entered(pages, initials):
    with pytest.raises(BadInput):
        release(pages, initials=initials)
    assert not (pages.parent / ledger.LEDGER_FILE).exists()


def test_what_does_not_pass_is_not_entered(pages):
    plant(pages, "school-B.html", CITIZEN)
    with pytest.raises(DidNotPass, match="did not pass"):
        release(pages, initials=("AB", "CD"))
    assert not (pages.parent / ledger.LEDGER_FILE).exists()


def test_a_second_release_with_three_more_pupils_is_caught(pages):
    release(pages, initials=("AB", "CD"), date="2026-03-01")
    write_release(pages, sizes=SIZES | {"C": 34})
    caught = [f for f in audit(pages).findings if f.kind == "re-release"]
    assert {f.file for f in caught} >= {"cohort-1.html"}
    assert {f.rule for f in caught} == {"D8"}
    with pytest.raises(DidNotPass, match="did not pass"):
        release(pages, initials=("AB", "CD"))


def test_a_second_release_with_many_more_pupils_passes(pages):
    release(pages, initials=("AB", "CD"), date="2026-03-01")
    write_release(pages, sizes={i: n + 40 if n > 9 else n for i, n in SIZES.items()})
    assert "re-release" not in kinds(audit(pages))


def test_a_ledger_that_somebody_changed_is_refused(pages):
    release(pages, initials=("AB", "CD"), date="2026-03-01")
    path = pages.parent / ledger.LEDGER_FILE
    path.write_text(path.read_text("utf-8").replace("2026-03-01", "2026-02-01"), "utf-8")
    with pytest.raises(Unreadable, match="does not match"):
        audit(pages)


def test_the_audit_speaks_to_programs_and_people(pages):
    plant(pages, "school-B.html", CITIZEN)
    found = audit(pages)
    told = json.loads(json.dumps(found.to_dict()))
    assert told["exit_code"] == 1
    assert told["findings"][0]["kind"] == "citizen-id"
    assert "not passed" in found.sentences()[-1].en
    assert CITIZEN not in json.dumps(told)


def test_cohorts_come_from_the_index(pages):
    read = [rendered.read(path) for path in sorted(pages.glob("*.html"))]
    assert subtraction.cohorts_of(read) == dict.fromkeys(SIZES, "1")


def test_a_table_whose_rows_were_never_hidden_is_seen_as_shown(tmp_path):
    """The audit reads what is printed: a small school whose mean stands on its page is no hidden cell."""
    folder = write_release(tmp_path / "out")
    figures = printed.printed_figures([rendered.read(path) for path in sorted(folder.glob("*.html"))])
    assert np.isfinite(figures.loc[figures["status"] == "shown", ["low", "high"]].to_numpy()).all()


# --- shares tested, and distances from the area ---------------------------------------------------------------------


def table(head, *rows):
    return f"<table><caption>{head}</caption><tbody>{''.join(rows)}</tbody></table>"


def cells(head, **named):
    inside = "".join(f'<td data-label="{label}">{text}</td>' for label, text in named.items())
    return f'<tr><th scope="row">{head}</th>{inside}</tr>'


@pytest.mark.parametrize(("enrolled", "told"), [("60", []), ("70", ["school-C.html", "school-H.html"])])
def test_numbers_enrolled_are_attacked_as_well(pages, enrolled, told):
    """18–22, 13–17 and 10–12 in three schools; of 68–72 the two hidden ones have at least 17, so 8 or 9 each."""
    said = {"A": "≥90% (20)", "B": "≥80% (15)", "D": "≥80% (10)", "C": "&lt;10", "H": "&lt;10"}
    for school, text in said.items():
        plant(pages, f"school-{school}.html", table("ร้อยละที่เข้าสอบ", cells("NT ป.3", **{"2565–2567": text})))
    plant(pages, "cohort-1.html", table("ร้อยละที่เข้าสอบ", cells("NT ป.3", **{"2565–2567": f"≥95% ({enrolled})"})))
    assert [f.file for f in audit(pages).findings if f.kind == "subtraction-n"] == told


def test_a_distance_from_the_area_that_tells_the_hidden_test_is_caught(pages):
    group = '<tr class="group"><th>{} · 2567</th></tr>'
    own, area = "โรงเรียนนี้", "เขตพื้นที่"
    hidden = cells("คณิตศาสตร์", **{"ผู้เข้าสอบ": "&lt;10", own: "ไม่แสดง", area: "40.1"})
    shown = cells("คณิตศาสตร์", **{"ผู้เข้าสอบ": "40", own: "51.2", area: "44.3"})
    results = table("ผล", group.format("NT ป.3"), hidden, group.format("RT ป.1"), shown.replace("คณิตศาสตร์", "อ่านรู้เรื่อง"))
    page = (pages / "school-A.html").read_text("utf-8")
    (pages / "school-A.html").write_text(re.sub(r"<div class=\"table\">.*</div>", results, page, flags=re.S), "utf-8")
    index = (pages / "index.html").read_text("utf-8")
    name = re.search(r'href="school-A.html"><span class="name">(.*?)</span>', index)[1]
    district = re.search(r'data-district="(.*?)"', index)[1]
    gaps = cells(name, **{"อำเภอ": district or "–", "ผู้เข้าสอบ": "50", "ห่างจากเขตพื้นที่ (คะแนน)": "+3.4"})
    assert "subtraction-distance" not in kinds(audit(pages))
    (pages / "index.html").write_text(index.replace('data-district=""', 'data-district="–"'), "utf-8")
    plant(pages, "cohort-1.html", table("ระยะห่าง", gaps))
    caught = [f for f in audit(pages).findings if f.kind == "subtraction-distance"]
    assert [f.file for f in caught] == ["cohort-1.html"]
    assert "0.4 points" in caught[0].words.en
