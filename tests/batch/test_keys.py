"""A key changes with what a report is made from, and with nothing else."""

import shutil

from innovlib.area import open_area
from innovlib.batch import keys
from innovlib.batch.plan import make_plan

from .conftest import write_template


def keyed(area, templates, kit=None, **changes):
    plan = make_plan(open_area(area), **{"profile": "public", "lang": "both", "templates": templates} | changes)
    return keys.report_keys(plan, made_with=kit or {"innovlib": "1"}, made_of=keys.described(plan.area))


def test_the_place_of_an_area_on_a_machine_does_not_count(area, templates, tmp_path):
    moved = shutil.copytree(area, tmp_path / "elsewhere" / area.name)
    assert keyed(area, templates) == keyed(moved, templates)


def test_all_keys_of_a_plan_differ(area, templates):
    assert len(set(keyed(area, templates).values())) == 6


def test_data_kit_profile_and_language_count(area, templates):
    before = keyed(area, templates)
    assert not set(before.values()) & set(keyed(area, templates, profile="partner").values())
    assert not set(before.values()) & set(keyed(area, templates, lang="th").values())
    assert not set(before.values()) & set(keyed(area, templates, kit={"innovlib": "2"}).values())
    scores = area / "scores.csv"
    scores.write_text(scores.read_text(encoding="utf-8").replace("51.5", "51.6"), encoding="utf-8")
    assert not set(before.values()) & set(keyed(area, templates).values())


def test_a_template_counts_for_its_own_reports(area, templates):
    before = keyed(area, templates)
    write_template(templates, "cohort", ["print('new')"])
    after = keyed(area, templates)
    assert {file for file in before if before[file] != after[file]} == {"cohort-1.html", "cohort-2.html"}


def test_folder_digest_sees_names_and_content_and_no_caches(tmp_path):
    (tmp_path / "a.py").write_text("1")
    first = keys.folder_digest(tmp_path)
    (tmp_path / "__pycache__").mkdir()
    (tmp_path / "__pycache__" / "a.pyc").write_text("x")
    assert keys.folder_digest(tmp_path) == first
    (tmp_path / "a.py").write_text("2")
    second = keys.folder_digest(tmp_path)
    (tmp_path / "a.py").rename(tmp_path / "b.py")
    assert len({first, second, keys.folder_digest(tmp_path)}) == 3


def test_the_kit_names_its_versions_and_sources():
    kit = keys.kit()
    assert kit["libraries"]["papermill"] and len(kit["source_sha256"]) == 64 and kit["python"].startswith("3.")
