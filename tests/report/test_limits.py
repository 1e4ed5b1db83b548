import pandas as pd

from innovlib.area import open_area
from innovlib.area.store import write_area
from innovlib.measures import comparison, outcomes
from innovlib.report import disclosure, limits
from tests.conftest import make_scores
from tests.report.test_disclosure import results


def said(words) -> str:
    return " | ".join(w.en for w in words)


def reference(no_benchmarks, **row):
    scores = make_scores([{"school_id": "A", "n_tested": 40, "mean": 50} | row])
    return comparison.reference(scores, benchmarks=no_benchmarks)


def test_hidden_values_are_counted(no_benchmarks):
    protected = disclosure.protect_means(results([{"n": 4}, {"n": 40, "subject": "thai"}]), profile_name="public")
    found = said(limits.of_results(protected, ref=reference(no_benchmarks), who="school"))
    assert "1 values are not shown because fewer than 10 pupils" in found
    assert "one academic year only" in found
    assert "not enough context to find similar schools" in found


def test_few_schools_are_not_called_few_pupils(no_benchmarks):
    row = {"who": "cohort", "n": 60, "n_schools": 2, "std_error": 2.0, "df": 1.0}
    protected = disclosure.protect_means(results([row]), profile_name="public")
    found = said(limits.of_results(protected, ref=reference(no_benchmarks), who="cohort"))
    assert "fewer than 3 schools" in found
    assert "fewer than 10 pupils" not in found


def test_an_assumed_spread_is_told(no_benchmarks):
    protected = disclosure.protect_means(results([{"n": 40}]), profile_name="public")
    assert "assume 18 points" in said(limits.of_results(protected, ref=reference(no_benchmarks, sd=None), who="school"))
    assert "assume" not in said(limits.of_results(protected, ref=reference(no_benchmarks), who="school"))


def test_a_school_without_results_says_only_that(no_benchmarks):
    protected = disclosure.protect_means(results([{"n": 40, "who": "area"}]), profile_name="public")
    assert (
        said(limits.of_results(protected, ref=reference(no_benchmarks), who="school"))
        == "There are no test results of this school"
    )


def shares(*share):
    rows = [{"test": "O-NET", "grade": "ป.6", "period": str(y), "first_year_be": y, "n": 60, "share": s}
            for y, s in zip((2561, 2564), share, strict=True)]  # fmt: skip
    return disclosure.protect_shares(pd.DataFrame(rows), profile_name="public")


def test_participation_is_told_when_it_moved_and_only_then():
    assert "moved from 90% to 60%" in said(limits.of_participation(shares(0.9, 0.6)))
    assert said(limits.of_participation(shares(0.9, 0.85))) == ""


def test_unknown_enrolment_is_told():
    none = outcomes.participation(make_scores([{"school_id": "A", "n_tested": 9, "mean": 1}]))
    assert "number enrolled is not known" in said(
        limits.of_participation(disclosure.protect_shares(none, profile_name="public"))
    )


def test_an_area_of_schools_alone_says_what_is_absent(tmp_path, many_schools):
    schools, _ = many_schools
    write_area(
        tmp_path,
        {"schools": schools.assign(cohort=None, joined_year_be=None)},
        title="T",
        title_th="ท",
        synthetic=False,
    )
    found = said(limits.of_area(open_area(tmp_path)))
    assert "simulated" not in found
    assert "No school has a cohort" in found
    for table in ("autonomy of schools", "six learner qualities", "partners", "progress of the school's own work"):
        assert f"no data on {table}" in found


def test_simulated_numbers_are_the_first_thing_said(tmp_path, many_schools):
    schools, _ = many_schools
    write_area(tmp_path, {"schools": schools}, title="T", title_th="ท", synthetic=True)
    assert limits.of_area(open_area(tmp_path))[0].en.startswith("All numbers are simulated")
