import inspect
import itertools
import re
from xml.etree import ElementTree

import numpy as np
import pandas as pd
import pytest
import samples
from hypothesis import given
from hypothesis import strategies as st

from innovlib import terms
from innovlib.errors import BadInput, Words
from innovlib.report import figures, style
from innovlib.report.disclosure import Protected
from innovlib.report.figures.axes import bounds, dodge, ticks
from innovlib.report.figures.sheet import Sheet


def limits():
    n = np.geomspace(10, 100, 10)
    return pd.DataFrame({"n": n} | {k: s * 14 / np.sqrt(n) for k, s in
                        (("low_998", -3.09), ("low_95", -1.96), ("high_95", 1.96), ("high_998", 3.09))})  # fmt: skip


def places(count=12):
    """All schools but the last share two places; the last has none."""
    lat = [18.1 if i % 2 else 17.4 for i in range(count - 1)] + [np.nan]
    return pd.DataFrame(
        {"school_id": [f"s{i:02d}" for i in range(count)], "lat": lat, "lon": [98.4] * (count - 1) + [np.nan],
         "district": ["ฮอด" if i % 2 else "อมก๋อย" for i in range(count)]}
    )  # fmt: skip


def events():
    frame = pd.DataFrame({"event_time": range(-3, 4), "estimate": [0.2, -0.3, 0.0, 0.5, 1.0, 2.0, np.nan]})
    half = np.where(frame["event_time"] == -1, np.nan, 1.5)
    for name, wide in (("conf", 1.0), ("band", 1.3)):
        frame[f"{name}_low"], frame[f"{name}_high"] = frame["estimate"] - half * wide, frame["estimate"] + half * wide
    return Protected(frame.assign(status=["shown"] * 6 + ["small"]), "public")


def chances():
    values = np.linspace(-2, 6, 20).round(1)
    return Protected(pd.DataFrame({"difference": values, "status": "shown"}), "public")


def two_periods():
    rows = [samples.own(s, m, period=p) for s, m in (("thai", 50.0), ("maths", 30.0)) for p in ("2562", "2567")]
    rows += [
        samples.row("similar", "thai", p, mean=45.0, school_id=f"p{i}") for i in range(3) for p in ("2562", "2567")
    ]
    return samples.protected(*rows)


ALL = {
    "dot_interval": lambda **look: figures.dot_interval(samples.results(), **look),
    "years": lambda **look: figures.years(samples.history(), joined_year_be=2562, **look),
    "caterpillar": lambda **look: figures.caterpillar(samples.gaps(), highlight="s05", **look),
    "school_map": lambda **look: figures.school_map(samples.gaps(), schools=places(), highlight="s05", **look),
    "funnel": lambda **look: figures.funnel(samples.gaps(), limits=limits(), highlight="s05", **look),
    "event_study": lambda **look: figures.event_study(events(), **look),
    "chance_dots": lambda **look: figures.chance_dots(chances(), **look),
    "slopes": lambda **look: figures.slopes(two_periods(), **look),
}


@pytest.fixture(params=ALL, name="make")
def _make(request):
    return lambda **look: ALL[request.param](**(samples.LOOK | look))


def texts(svg):
    return [node.text for node in ElementTree.fromstring(svg).iter() if node.tag.endswith("text")]


def every_subject():
    pairs = [(t, g, s) for t, subjects in terms.TEST_SUBJECTS.items() for g in terms.TEST_GRADES[t] for s in subjects]
    rows = [samples.own(s, test=t, grade=g, verdict="likely_below", n_label="12,345") for t, g, s in pairs]
    return samples.protected(*rows, samples.row("similar", "thai", spread_low=40.0, spread_high=50.0))


WIDEST = {
    "dot_interval of every subject": lambda **look: figures.dot_interval(every_subject(), **look),
    "years of every subject": lambda **look: figures.years(every_subject(), **look),
    "years of a cohort": lambda **look: figures.years(
        Protected(samples.history().frame.replace({"who": {"school": "cohort"}}), "public"), own="cohort", **look
    ),
}


@pytest.mark.parametrize("lang", ["th", "en", "both"])
@pytest.mark.parametrize("name", [*ALL, *WIDEST])
def test_text_stays_text_and_stays_on_the_sheet(name, lang):
    figure = (ALL | WIDEST)[name](**samples.LOOK, lang=lang, synthetic=True)
    for sheet in (figure.wide, figure.phone):
        for mark in sheet.marks:
            if hasattr(mark, "text"):
                assert mark.left >= -1, mark
                assert mark.left + mark.width <= sheet.width + 1, mark
                assert 0 <= mark.y <= sheet.height + 1, mark


def test_the_same_input_gives_the_same_bytes(make):
    first, second = make(), make()
    assert (first.svg, first.svg_phone, first._repr_html_()) == (second.svg, second.svg_phone, second._repr_html_())


def test_svg_is_small_well_formed_and_brings_nothing_that_clashes_or_runs(make):
    for svg in (make().svg, make().svg_phone):
        ElementTree.fromstring(svg)
        assert len(svg.encode()) < 14_000
        assert not re.search(r"\sid=|<script|<style|clip-path|href|<image", svg)


def test_both_variants_say_the_alternative_text_once_each(make):
    markup = make()._repr_html_()
    assert markup.count(f'aria-label="{samples.ALT.th}"') == 1
    assert markup.count('class="wide"') == 1
    assert markup.count('class="phone"') == 1
    assert markup.count("<figcaption>") == 1


def test_the_synthetic_mark_is_on_every_form_of_the_figure(make):
    figure = make(synthetic=True)
    assert all("ข้อมูลจำลอง" in form for form in (figure.svg, figure.svg_phone, figure._repr_html_()))
    assert "ข้อมูลจำลอง" not in make().svg


@pytest.mark.parametrize("name", ALL)
def test_an_unprotected_table_is_refused(name):
    function = getattr(figures, name)
    needed = {"schools": places(), "limits": limits()}
    extra = {key: value for key, value in needed.items() if key in inspect.signature(function).parameters}
    with pytest.raises(TypeError, match="Protected"):
        function(samples.results().frame, **extra, **samples.LOOK)


@pytest.mark.parametrize("name", ALL)
def test_title_and_alternative_text_are_required(name):
    parameters = inspect.signature(getattr(figures, name)).parameters
    assert all(parameters[key].default is inspect.Parameter.empty for key in ("title", "alt"))
    with pytest.raises(BadInput):
        ALL[name](title=samples.TITLE, alt=Words("", ""))


def test_the_caller_keeps_the_data_as_they_were(make):
    figure = make()
    before = figure.to_frame()
    mine = figure.to_frame()
    mine.loc[:, "status"] = "changed"
    pd.testing.assert_frame_equal(figure.to_frame(), before)


def test_pictures_are_saved_and_pdf_is_refused(tmp_path):
    figure = ALL["years"](**samples.LOOK)
    assert figure.savefig(tmp_path / "a.png").read_bytes().startswith(b"\x89PNG")
    assert figure.savefig(tmp_path / "a.svg").read_text(encoding="utf-8") == figure.svg
    with pytest.raises(BadInput, match="PDF"):
        figure.savefig(tmp_path / "a.pdf")


def test_png_has_the_same_bytes_twice_and_no_glyph_is_missing(tmp_path, make):
    first = make(synthetic=True).savefig(tmp_path / "1.png", dpi=60).read_bytes()
    assert make(synthetic=True).savefig(tmp_path / "2.png", dpi=60).read_bytes() == first


def test_a_character_that_the_font_lacks_warns():
    with pytest.warns(UserWarning, match="Glyph .* missing"):
        Sheet(100).text(0, 10, "日")


def test_a_dollar_sign_is_a_dollar_sign(tmp_path):
    title = Words(r"$\frac{1}$ บาท", "$x$")
    figure = figures.dot_interval(samples.results(), title=title, alt=samples.ALT)
    assert any(r"$\frac{1}$" in text for text in texts(figure.svg))
    figure.savefig(tmp_path / "a.png", dpi=50)


# --- what is said ------------------------------------------------------------------------------------------------


def test_hidden_and_absent_are_said_in_words_and_no_hidden_n_is_printed():
    said = texts(figures.dot_interval(samples.results(), lang="th", **samples.LOOK).svg)
    assert "ไม่แสดงค่า (น้อยกว่า 10 คน)" in said
    assert "ไม่มีข้อมูล" in said
    assert said.count("n = 15") == 2


@pytest.mark.parametrize(("label", "words"), [("<7", "น้อยกว่า 7 คน"), ("<5", "น้อยกว่า 5 คน")])
def test_the_threshold_said_is_that_of_the_profile(label, words):
    data = samples.protected(samples.small(n_label=label))
    assert words in figures.dot_interval(data, lang="th", **samples.LOOK).svg


def test_values_and_verdicts_stand_with_their_subject():
    figure = figures.dot_interval(samples.results(), lang="th", **samples.LOOK)
    marks = [m for m in figure.wide.marks if hasattr(m, "text")]
    height = {m.text: m.y for m in marks}
    assert abs(height["สูงกว่าชัดเจน"] - height["ภาษาไทย"]) < 20
    assert abs(height["ยังสรุปไม่ได้"] - height["คณิตศาสตร์"]) < 20
    assert height["55"] < height["34"]


def test_a_cohort_is_compared_with_the_other_schools_not_with_similar_ones():
    frame = samples.results().frame.replace({"who": {"school": "cohort"}})
    svg = figures.dot_interval(Protected(frame, "public"), own="cohort", lang="th", **samples.LOOK).svg
    assert "โรงเรียนอื่นในพื้นที่" in svg
    assert "โรงเรียนคล้ายกัน" not in svg


def test_nothing_shown_at_all_still_makes_a_figure():
    data = samples.protected(samples.small("thai"), samples.absent("maths"))
    assert "ไม่แสดงค่า" in figures.dot_interval(data, **samples.LOOK).svg
    assert "&lt;10" in figures.years(data, **samples.LOOK).svg


def test_own_line_breaks_at_hidden_and_absent_years():
    figure = figures.years(samples.history(), **samples.LOOK)
    own = [m for m in figure.wide.marks if getattr(m, "stroke", "") == style.OWN and getattr(m, "width", 0) == 2]
    assert [len(m.points) for m in own] == [2, 3]  # 2561–2562 and 2565–2567


def test_n_stands_under_each_year_and_is_a_mark_where_hidden():
    said = texts(figures.years(samples.history(), **samples.LOOK).svg)
    assert {"11", "12", "–", "<10", "15", "16", "17"} <= set(said)


def test_the_joining_year_is_drawn_only_where_known():
    drawn = "เข้าร่วม · joined"
    assert drawn in figures.years(samples.history(), joined_year_be=2565, **samples.LOOK).svg
    assert drawn not in figures.years(samples.history(), joined_year_be=None, **samples.LOOK).svg


def test_pooled_years_stand_at_their_middle_and_join_where_no_year_is_between():
    rows = [samples.own(mean=40.0, period=p) for p in ("2559–2561", "2562–2564", "2566–2567")]
    figure = figures.years(samples.protected(*rows), lang="th", **samples.LOOK)
    own = [m for m in figure.wide.marks if getattr(m, "stroke", "") == style.OWN and getattr(m, "width", 0) == 2]
    assert [len(m.points) for m in own] == [2]  # 2565 is missing before the last
    assert "2559–61" in texts(figure.svg)


def test_a_nations_pupils_are_told_in_thousands_where_they_would_run_into_each_other():
    periods = ["2557–2558", "2559–2561", "2562–2564", "2565–2567"]
    rows = [samples.row("area", mean=40.0, conf_low=39.0, conf_high=41.0, period=p, n=557_180, n_label="557,180")
            for p in periods]  # fmt: skip
    many = samples.protected(*(row | {"subject": s} for s in ("thai", "maths", "english") for row in rows))
    figure = figures.years(many, own="area", **samples.LOOK)
    assert "557" in texts(figure.svg_phone) and "พัน" in texts(figure.svg_phone)
    for sheet in (figure.wide, figure.phone):
        said = sorted((m.y, m.left, m.width) for m in sheet.marks if str(getattr(m, "text", "")).startswith("557"))
        assert all(b[1] >= a[1] + a[2] for a, b in itertools.pairwise(said) if a[0] == b[0])


def test_a_single_year_and_a_single_school_are_drawn():
    assert figures.years(samples.protected(samples.own()), **samples.LOOK).svg
    one = Protected(samples.gaps().frame.head(1), "public")
    assert figures.caterpillar(one, **samples.LOOK).svg
    assert figures.school_map(one, schools=places().head(1), **samples.LOOK).svg


def test_a_caterpillar_prints_no_rank_and_no_name():
    said = texts(figures.caterpillar(samples.gaps(), lang="th", **samples.LOOK).svg)
    assert not {"1", "2", "3", "s00", "s01"} & set(said)
    assert "ไม่แสดง นักเรียนน้อย 1" in said


def test_every_school_with_a_place_is_on_the_map_and_none_covers_another():
    figure = figures.school_map(samples.gaps(), schools=places(), **samples.LOOK)
    middle = []
    for mark in figure.wide.marks:
        if hasattr(mark, "r"):
            middle.append((mark.x, mark.y))
        elif getattr(mark, "closed", False) and len(mark.points) == 3:
            middle.append(tuple(np.mean(mark.points, axis=0)))
    middle = [spot for spot in middle if spot[0] < style.WIDE - 150]  # the key stands to the right
    assert len(middle) == 11
    apart = [np.hypot(a[0] - b[0], a[1] - b[1]) for i, a in enumerate(middle) for b in middle[:i]]
    assert min(apart) > 6
    assert "ไม่มีพิกัด 1 แห่ง" in figure.svg
    assert "กลางตำบล" in figure.svg


def test_a_map_without_any_place_says_so():
    nowhere = places().assign(lat=np.nan, lon=np.nan)
    assert "ไม่มีพิกัดของโรงเรียน" in figures.school_map(samples.gaps(), schools=nowhere, **samples.LOOK).svg


def test_of_thousands_one_school_in_so_many_is_drawn_and_all_are_counted():
    figure = figures.caterpillar(samples.gaps(2000), highlight="s1999", note=Words("ก", "a"), **samples.LOOK)
    lines = [m for m in figure.wide.marks if len(getattr(m, "points", ())) == 2 and m.points[0][0] == m.points[1][0]]
    assert len(lines) == 286 + 2  # the school that is named is drawn as well, with a line to its name
    assert figure.note.en == "a · one school in 7 is drawn, in order"
    assert "ยังสรุปไม่ได้ 1,997" in texts(figure.svg)
    assert len(figure.svg) < 60_000
    assert figures.caterpillar(samples.gaps(300), **samples.LOOK).note is None


def test_a_map_of_thousands_says_that_it_draws_none():
    many = samples.gaps(2000)
    lat = np.linspace(6, 20, 2000)
    everywhere = many.frame[["school_id"]].assign(lat=lat, lon=lat + 88, district="ฮอด")
    said = " ".join(texts(figures.school_map(many, schools=everywhere, lang="both", **samples.LOOK).svg))
    assert "2,000 โรงเรียนมากเกินกว่าจะวาดทีละแห่ง" in said and "too many to be drawn" in said.replace("\n", " ")


def test_chance_dots_counts_what_it_draws():
    figure = figures.chance_dots(chances(), lang="th", **samples.LOOK)
    discs = [m for m in figure.wide.marks if hasattr(m, "r")]
    filled = [m for m in discs if m.fill == style.OWN]
    assert len(discs) == 20
    assert f"สูงกว่า {len(filled)} ใน 20" in texts(figure.svg)
    with pytest.raises(BadInput, match="twenty"):
        figures.chance_dots(Protected(chances().frame.head(7), "public"), **samples.LOOK)


def test_a_funnel_marks_schools_outside_by_shape():
    figure = figures.funnel(samples.gaps(), limits=limits(), **samples.LOOK)
    diamonds = [m for m in figure.wide.marks if getattr(m, "fill", "") == style.WARN and len(m.points) == 4]
    assert len(diamonds) == 2  # ±12 points on 40 pupils, where chance alone reaches 6.8
    with pytest.raises(BadInput, match="low_998"):
        figures.funnel(samples.gaps(), limits=limits().drop(columns="low_998"), **samples.LOOK)


def test_slopes_need_two_periods():
    with pytest.raises(BadInput, match="two periods"):
        figures.slopes(samples.history(), **samples.LOOK)


# --- arithmetic --------------------------------------------------------------------------------------------------


@given(st.lists(st.tuples(st.floats(0, 200), st.floats(5, 30)), min_size=1, max_size=5))
def test_labels_do_not_overlap_and_stay_inside(wanted):
    centres = dodge([w for w, _ in wanted], [s for _, s in wanted], low=0, high=200, gap=2)
    spans = sorted((c - s / 2, c + s / 2) for c, (_, s) in zip(centres, wanted, strict=True))
    assert spans[0][0] >= -1e-6
    assert spans[-1][1] <= 200 + 1e-6
    assert all(a[1] + 2 <= b[0] + 1e-6 for a, b in itertools.pairwise(spans))


@given(st.lists(st.floats(0, 100), min_size=1, max_size=20))
def test_bounds_hold_all_values(values):
    low, high = bounds(values, least=40)
    assert low <= min(values)
    assert high >= max(values)
    assert high - low >= 40


@given(st.floats(-100, 90), st.floats(5, 100), st.integers(2, 8))
def test_ticks_are_round_and_inside(low, span, about):
    found = ticks(low, low + span, about=about)
    assert all(low - 1e-6 <= tick <= low + span + 1e-6 for tick in found)
    assert len(found) <= about + 2
