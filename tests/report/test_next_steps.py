"""Questions for the school: each from a result that is shown, the most pressing first, never without one."""

import numpy as np
import pandas as pd
import samples
from test_since import AFTER, BEFORE, results

from innovlib.errors import Words
from innovlib.report import beside, figures, listings, next_steps, own_work, since
from innovlib.report.disclosure import Protected
from innovlib.report.prose import Prose

NO_ROWS = Protected(pd.DataFrame({"who": [], "domain": [], "aspect": [], "status": [], "verdict": []}), "public")
PARTNERS = pd.DataFrame({"name": ["ก", "ข"], "sector": ["state", "private"], "what": ["งบ", ""], "since": ["1", "2"],
                         "ended": ["", "3"], "running": [True, False], "at": [2560.0, 2561.0]})  # fmt: skip
ENTRIES = pd.DataFrame({"number": ["1", "2", "3"], "text": ["ห้องสมุด", "แฟ้ม", "ห้องสมุด"], "what": "innovation",
                        "kind": ["planned", "planned", "done"], "day": ["", "2 ม.ค. 2563", "3"],
                        "day_en": ["", "2 January 2020", "3"]})  # fmt: skip


def asked(**changes):
    usual = {
        "latest": samples.protected(samples.own("thai", verdict="undecided")),
        "tested": Protected(pd.DataFrame(columns=["test", "grade", "first_year_be", "percent", "status"]), "public"),
        "gaps": since.distances(results(("thai", AFTER, 50, 40, 3, 20))),
        "joined_year_be": 2562, "granted": NO_ROWS,
        "partners": Protected(PARTNERS.iloc[:0], "public"), "entries": Protected(ENTRIES.iloc[:0], "public"),
    }  # fmt: skip
    return [words.en for words in next_steps.questions(**(usual | changes))]


def test_where_nothing_stands_out_the_school_is_told_to_gather_more():
    assert asked() == ["No number points to one thing to look at first; gather another year and look again"]


def test_what_is_below_comes_first_and_what_is_hidden_is_not_asked():
    latest = samples.protected(
        samples.own("maths", verdict="clearly_above"), samples.own("thai", verdict="likely_below"),
        samples.small("science", verdict="clearly_below"),
    )  # fmt: skip
    said = asked(latest=latest)
    assert said[0].startswith("Below similar schools: O-NET Grade 6 Thai.")
    assert "Science" not in " ".join(said)
    assert said[-1].startswith("Clearly above similar schools: O-NET Grade 6 Maths")


def test_a_fall_is_asked_about():
    gaps = since.distances(results(("thai", BEFORE, 80, 40, 2, 20), ("thai", AFTER, 40, 40, 2, 20)))
    assert asked(gaps=gaps)[0].startswith("O-NET Grade 6 fell")


def test_plans_without_a_later_word_and_sectors_without_a_partner():
    said = asked(entries=Protected(ENTRIES, "public"), partners=Protected(PARTNERS, "public"))
    assert said[0].startswith("1 planned")
    assert "Private sector" in said[1]
    assert "State" not in said[1]


def test_there_are_never_more_than_a_meeting_can_take():
    latest = samples.protected(
        *(samples.own(s, verdict="clearly_below") for s in ("thai", "maths", "science", "english"))
    )
    gaps = since.distances(results(("thai", BEFORE, 80, 40, 2, 20), ("thai", AFTER, 40, 40, 2, 20)))
    said = asked(latest=latest, gaps=gaps, entries=Protected(ENTRIES, "public"), partners=Protected(PARTNERS, "public"))
    assert len(said) == next_steps.MOST
    assert "and 1 more" in said[0]


# --- the other parts of the page -----------------------------------------------------------------------------------


def test_the_lists_tell_the_latest_and_how_many_are_left_out(monkeypatch):
    monkeypatch.setattr(own_work, "MOST", 2)
    said = str(own_work.entries_list(Protected(ENTRIES, "public"), lang="th"))
    assert "อีก 1 รายการ" in said
    assert "2. 2 ม.ค. 2563 · แฟ้ม · วางแผน" in said
    ended = str(own_work.partners_list(Protected(PARTNERS, "public"), lang="en"))
    assert "ข · Private sector · – · 2 to 3" in ended


def test_no_entries_are_said():
    assert str(own_work.entries_list(Protected(ENTRIES.iloc[:0], "public"), lang="th"))


def test_a_figure_beside_words_is_drawn_once():
    figure = figures.dot_interval(samples.results(), **samples.LOOK)
    markup = beside.Beside(figure, Prose((Words("ก", "a"),)))._repr_html_()
    assert markup.count("<svg") == 1
    assert 'class="one"' in markup


def test_the_compact_figure_is_half_as_high_and_says_the_same():
    full, compact = (figures.dot_interval(samples.results(), compact=c, **samples.LOOK) for c in (False, True))
    assert compact.wide.height < 0.75 * full.wide.height
    texts = [{mark.text for mark in f.wide.marks if hasattr(mark, "text")} for f in (full, compact)]
    for said in ("55", "34", "สูงกว่าชัดเจน", "n = 15"):
        assert said in texts[0]
        assert said in texts[1]
    assert any("น้อยกว่า 10 คน" in text for text in texts[1])


def test_the_ladder_draws_what_is_shown_only():
    rows = pd.DataFrame({
        "label": [Words("วิชาการ", "Academic"), Words("งบ", "Budget")], "granted": [3.0, 1.0], "granted_status": "shown",
        "done": [2.4, np.nan], "conf_low": [2.0, np.nan], "conf_high": [2.9, np.nan], "status": ["shown", "small"],
    })  # fmt: skip
    ends = (Words("ส่วนกลาง", "centre"), Words("โรงเรียน", "school"))
    drawn = figures.ladder(Protected(rows, "public"), done_by=Words("ทำจริง", "done"), granted_to=Words("ให้", "granted"),
                           ends=ends, **samples.LOOK)  # fmt: skip
    assert drawn.svg.count(">2.4<") == 1
    assert "nan" not in drawn.svg


def test_the_history_table_holds_mean_interval_and_n_or_the_mark():
    made = listings.history_table(samples.history(), lang="th")._repr_html_()
    assert ">44 [37–51] 11<" in made
    assert "&lt;10" in made
    assert "–<" in made
