import json
import re
import shutil
import subprocess
from html.parser import HTMLParser

import nbformat.v4 as v4
import pytest
import samples

from innovlib.errors import RenderFailed, UnknownName, Words
from innovlib.report import figures, page, style, tables

VOID = {"meta", "img", "br", "hr", "input", "link", "circle", "path"}


def masthead(**changes):
    filled = {
        "kind": "school",
        "id": "99050001",
        "title": Words("รายงานของโรงเรียนบ้านพุย", "School report: Ban Phui"),
        "facts": (Words("รุ่นที่ 1", "Cohort 1"),),
        "synthetic": True,
        "footer": Words("โรงเรียนบ้านพุย อำเภอฮอด", "Ban Phui School, Hot"),
        "entry": {"name_th": "บ้านพุย"},
    }
    return page.Masthead(**(filled | changes))


def shows(*things, tags=(), source="show()"):
    """A code cell that ran and displayed the things."""
    outputs = []
    for thing in things:
        if isinstance(thing, dict):
            data = thing
        elif isinstance(thing, page.Masthead):
            data = thing._repr_mimebundle_()
        else:
            data = {"text/html": thing._repr_html_(), "text/plain": "a thing"}
        outputs.append(v4.new_output("display_data", data=data))
    return v4.new_code_cell(source, execution_count=1, outputs=outputs, metadata={"tags": list(tags)})


def notebook(*cells, **changes):
    return v4.new_notebook(cells=[shows(masthead(**changes)), *cells])


def text(source):
    return v4.new_markdown_cell(source)


def full(**changes):
    look = samples.LOOK | {"synthetic": True}
    return notebook(
        text("# อยู่ตรงไหน | Where does it stand?"),
        text("## ผลการเรียนรู้ | Learning outcomes"),
        shows(figures.dot_interval(samples.results(), **look), figures.years(samples.history(), **look)),
        text("### ตาราง | Table"),
        shows(tables.results_table(samples.results(), caption=Words("ผล", "Results"))),
        text("## ที่มา | Provenance\n\nรุ่น 0.1.0"),
        shows({"text/html": "<dl><dt>ก</dt><dd>ข</dd></dl>"}),
        **changes,
    )


class Outline(HTMLParser):
    """Headings, ids, open elements and the names of all tags of a page."""

    def __init__(self, markup):
        super().__init__()
        self.headings, self.ids, self.open, self.tags, self.balanced = [], [], [], [], True
        self.feed(markup)

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.ids += [value for name, value in attrs if name == "id"]
        if re.fullmatch("h[1-6]", tag):
            self.headings.append(int(tag[1]))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        if tag not in VOID:
            self.balanced &= bool(self.open) and self.open.pop() == tag


# --- the masthead ------------------------------------------------------------------------------------------------


def test_a_masthead_comes_back_from_the_notebook_as_it_was():
    nb = notebook(names=("บ้านมูเซอ",))
    meta = json.loads(json.dumps(page.read_meta(nb)))
    assert page.Masthead.from_dict(meta) == masthead(names=("บ้านมูเซอ",))


def test_a_masthead_shows_synthetic_and_audience():
    assert "ข้อมูลจำลอง — ไม่ใช่ผลจริงของโรงเรียน" in masthead()._repr_html_()
    assert "ข้อมูลจำลอง" not in masthead(synthetic=False)._repr_html_()
    assert "ห้ามเผยแพร่" in masthead(profile="school")._repr_html_()


@pytest.mark.parametrize("wrong", [{"kind": "class"}, {"profile": "everyone"}])
def test_a_masthead_refuses_what_it_does_not_know(wrong):
    with pytest.raises(UnknownName):
        masthead(**wrong)


def test_no_masthead_or_two_are_refused():
    with pytest.raises(RenderFailed, match="0 mastheads"):
        page.report_html(v4.new_notebook(cells=[text("## ก")]))
    with pytest.raises(RenderFailed, match="2 mastheads"):
        page.report_html(notebook(shows(masthead())))


# --- the page ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("lang", "attribute"), [("th", "th"), ("en", "en"), ("both", "th")])
def test_a_page_is_whole_in_its_language(lang, attribute):
    markup = page.report_html(full(lang=lang))
    outline = Outline(markup)
    assert f'<html lang="{attribute}">' in markup
    assert outline.balanced
    assert not outline.open
    assert outline.headings[0] == 1
    assert outline.headings.count(1) == 1
    assert all(b <= a + 1 for a, b in zip(outline.headings, outline.headings[1:], strict=False))
    assert len(outline.ids) == len(set(outline.ids))
    assert "main" in outline.tags
    assert ("Learning outcomes" in markup) == (lang != "th")
    assert ("ผลการเรียนรู้" in markup) == (lang != "en")


def test_a_school_page_with_three_figures_is_light_and_complete():
    nb = full()
    nb.cells.append(shows(figures.years(samples.history("maths"), **samples.LOOK)))
    markup = page.report_html(nb)
    assert len(markup.encode()) < 150_000
    assert "font/woff2;base64," in markup
    assert not re.search(r'(?:src|href)="(?!#|data:|proof/)|url\((?!data:)|@import', markup)


def test_the_same_notebook_gives_the_same_bytes():
    assert page.report_html(full()) == page.report_html(full())


def test_code_prints_warnings_and_parameters_stay_behind():
    nb = notebook(
        v4.new_code_cell("school_id = 'SECRET'", execution_count=1, metadata={"tags": ["parameters"]},
                         outputs=[v4.new_output("display_data", data={"text/html": "<p>PARAMETER</p>"})]),
        v4.new_code_cell("print('SOURCE')", execution_count=2, outputs=[
            v4.new_output("stream", name="stderr", text="UserWarning"),
            v4.new_output("stream", name="stdout", text="PRINTED")]),
    )  # fmt: skip
    markup = page.report_html(nb)
    assert not [word for word in ("SECRET", "PARAMETER", "SOURCE", "UserWarning", "PRINTED") if word in markup]


def test_a_notebook_that_failed_or_stopped_makes_no_page():
    error = v4.new_output("error", ename="ValueError", evalue="ผิด", traceback=[])
    with pytest.raises(RenderFailed, match="ValueError"):
        page.report_html(notebook(v4.new_code_cell("x", execution_count=2, outputs=[error])))
    with pytest.raises(RenderFailed, match="never run"):
        page.report_html(notebook(v4.new_code_cell("x")))
    assert page.report_html(notebook(v4.new_code_cell("  ")))


@pytest.mark.parametrize(
    "hostile",
    [
        "<script>x</script>",
        "<p onclick='x'>",
        '<a href="java\nscript:x">a</a>',
        '<img src="https://example.org/a.png">',
        "<iframe></iframe>",
        '<p style="background:url(//example.org)">',
        "<svg><foreignObject/></svg>",
        '<link rel="stylesheet" href="x.css">',
        '<object data="x">',
        '<form action="x">',
        '<svg><image href="x" onload=1/></svg>',
    ],
)
def test_an_output_that_runs_or_fetches_is_refused(hostile):
    with pytest.raises(RenderFailed, match="no page may hold"):
        page.report_html(notebook(shows({"text/html": hostile})))


def test_html_in_text_is_shown_not_run():
    markup = page.report_html(
        notebook(text("<script>alert(1)</script>\n\n[a](javascript:alert(2)) ![b](https://x/y.png)"))
    )
    assert "<script>alert" not in markup
    assert "&lt;script&gt;" in markup
    assert 'href="javascript:' not in markup
    assert "<img" not in markup


def test_only_the_own_script_may_run():
    markup = page.report_html(full())
    scripts = re.findall(r"<script>(.*?)</script>", markup, re.S)
    assert len(scripts) == 1
    assert f"script-src '{style.script_hash(scripts[0])}'" in markup
    assert "default-src 'none'" in markup


def test_a_title_from_data_is_escaped_everywhere():
    markup = page.report_html(notebook(title=Words("</title><script>x</script>", "x"), footer=Words('"}</style>', "x")))
    assert "<script>x" not in markup
    assert Outline(markup).balanced
    assert '"}</style>' not in markup


def test_provenance_is_folded_away_and_printed_open():
    markup = page.report_html(full())
    assert re.search(
        r"<details class=\"provenance\"><summary><h2 id=\"provenance\">ที่มา.*?<dt>ก</dt>.*?</details>", markup, re.S
    )
    assert "details-content" in markup
    assert "beforeprint" in markup


def test_text_after_the_provenance_is_not_part_of_it():
    nb = full()
    nb.cells.append(text("## ภาคผนวก | Appendix\n\nวิธีการ"))
    markup = page.report_html(nb)
    folded = re.search(r"<details.*?</details>", markup, re.S)[0]
    assert "ภาคผนวก" not in folded
    assert "ภาคผนวก" in markup


def test_contents_lead_to_the_chapters_of_an_area_but_not_of_a_school():
    markup = page.report_html(full(kind="area"))
    links = re.findall(r'<li><a href="#(\w+)">', markup)
    assert links
    assert set(links) <= set(Outline(markup).ids)
    assert 'class="contents"' not in page.report_html(full())


def test_every_printed_sheet_has_name_mark_and_number():
    rule = page.page_rule(masthead())
    assert "size:A4" in rule
    assert "โรงเรียนบ้านพุย อำเภอฮอด" in rule
    assert "ข้อมูลจำลอง" in rule
    assert "counter(page)" in rule
    assert "counter(pages)" in rule
    assert "ห้ามเผยแพร่" in page.page_rule(masthead(profile="school"))


def test_a_name_of_300_characters_does_not_push_the_marks_off_the_sheet():
    name = Words("ก" * 300, "k" * 300)
    rule = page.page_rule(masthead(footer=name))
    assert "ก" * 61 not in rule
    assert "ข้อมูลจำลอง" in rule
    assert page.report_html(notebook(title=name, entry={"name_th": name.th}))


def test_names_of_schools_are_kept_whole_and_a_long_one_may_break():
    nb = notebook(text("โรงเรียนบ้านพุยกับบ้านมูเซอ"), names=("บ้านมูเซอ", "ก" * 300))
    markup = page.report_html(nb)
    assert '<span class="name">โรงเรียนบ้านพุย</span>' in markup
    assert '<span class="name">บ้านมูเซอ</span>' in markup


def test_pictures_are_set_in_with_a_text_for_those_who_do_not_see_them():
    png = {"image/png": "iVBORw0KGgo=\n", "text/plain": "x"}
    markup = page.report_html(notebook(shows(png)))
    assert re.search(r'<img src="data:image/png;base64,iVBORw0KGgo=" alt="[^"]+">', markup)


def test_the_style_of_a_figure_in_a_notebook_does_not_go_into_the_page():
    assert page.report_html(full()).count("<style>") == 1


# --- the index ---------------------------------------------------------------------------------------------------


def entries():
    rows = [("1", "โรงเรียนบ้านพุย", "ฮอด", 1), ("2", "โรงเรียนบ้านมูเซอ", "อมก๋อย", 1),
            ("3", "โรงเรียนบ้านแม่บวน", "ดอยเต่า", 2), ("4", "โรงเรียนบ้านเขาน้ำ", "ฮอด", 2)]  # fmt: skip
    out = [
        {"kind": "school", "id": i, "file": f"school-{i}.html", "name_th": name, "name_en": f"Ban {i}", "district": d,
         "cohort": c, "n_label": "40", "verdict": "undecided", "trend": [1.0, None, 3.0]} for i, name, d, c in rows
    ]  # fmt: skip
    out[0] |= {"n_label": "<10", "verdict": "", "trend": None}
    cohort = {"kind": "cohort", "id": "1", "file": "cohort-1.html", "name_th": "รุ่นที่ 1", "name_en": "Cohort 1"}
    area = {"kind": "area", "id": "area", "file": "area.html", "name_th": "ภาพรวม", "name_en": "Overview"}
    return [*out, cohort, area]


def index(rows=None, **options):
    look = {"title": Words("รายงาน", "Reports"), "subtitle": Words("", ""), "synthetic": True, "lang": "both"}
    return page.index_html(entries() if rows is None else rows, **(look | options))


def test_the_index_is_whole_light_and_fetches_nothing():
    markup = index()
    outline = Outline(markup)
    assert outline.balanced
    assert len(outline.ids) == len(set(outline.ids))
    assert not re.search(r'src="(?!data:)|url\((?!data:)|@import|https?:', markup)
    assert markup == index()


def test_schools_stand_in_thai_order_after_the_overviews():
    names = re.findall(r'<span class="name">(.*?)</span>', index(list(reversed(entries()))))
    assert names == ["โรงเรียนบ้านเขาน้ำ", "โรงเรียนบ้านพุย", "โรงเรียนบ้านมูเซอ", "โรงเรียนบ้านแม่บวน"]
    links = re.findall(r'<a href="([^#"]+)"', index())
    assert links[:2] == ["area.html", "cohort-1.html"]


def test_hidden_schools_are_listed_without_a_number_or_reading():
    row = re.search(r"<tr[^>]*บ้านพุย.*?</tr>", index(), re.S)[0]
    assert "&lt;10" in row
    assert "ไม่แสดง" in row
    assert "<svg" not in row


def test_an_address_cannot_be_a_script_and_a_name_cannot_be_markup():
    rows = entries()
    rows[0] |= {"file": "javascript:alert(1)", "name_th": '"><script>x</script>'}
    markup = index(rows)
    assert 'href="javascript:' not in markup
    assert "<script>x" not in markup


def test_an_index_of_one_overview_or_of_nothing_still_stands():
    assert "ภาพรวม" in index(entries()[-1:])
    assert Outline(index([])).balanced


def browser():
    names = ("chromium", "chromium-browser", "google-chrome", "chrome", "msedge", "microsoft-edge")
    return next((found for name in names if (found := shutil.which(name))), None)


DRIVER = """<script>
const said = [];
for (const [q, district, cohort] of CASES) {
  document.getElementById("q").value = q;
  document.getElementById("district").value = district;
  document.getElementById("cohort").value = cohort;
  document.querySelector("form").dispatchEvent(new Event("input"));
  said.push([...document.querySelectorAll("tr[data-key]")].filter(r => !r.hidden).length
            + "/" + document.getElementById("found").textContent);
}
document.body.setAttribute("data-said", JSON.stringify(said));
</script>"""

CASES = {
    ("", "", ""): 4,
    ("พุย", "", ""): 1,
    ("โรงเรียนบ้านพุย", "", ""): 1,
    ("ร.ร. พุย", "", ""): 1,
    ("บ้านเขานํ้า", "", ""): 1,  # sara am typed as two characters
    ("เเม่บวน", "", ""): 1,  # two เ for one แ
    ("อมก๋อย", "", ""): 1,
    ("BAN 3", "", ""): 1,
    ("", "ฮอด", ""): 2,
    ("", "ฮอด", "2"): 1,
    ("ไม่มีชื่อนี้", "", ""): 0,
}


@pytest.mark.browser
@pytest.mark.skipif(browser() is None, reason="no Chromium, Chrome or Edge")
def test_search_and_filters_find_schools_in_a_browser(tmp_path):
    policy = re.compile(r'<meta http-equiv="Content-Security-Policy"[^>]*>')
    driver = DRIVER.replace("CASES", json.dumps([list(case) for case in CASES]))
    file = tmp_path / "index.html"
    file.write_text(policy.sub("", index()).replace("</body>", driver + "</body>"), encoding="utf-8")
    command = [browser(), "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
               "--disable-background-networking", "--disable-component-update", "--disable-sync",
               f"--user-data-dir={tmp_path / 'profile'}", "--dump-dom", file.as_uri()]  # fmt: skip
    shown = subprocess.run(command, capture_output=True, encoding="utf-8", timeout=120, check=True).stdout
    said = json.loads(re.search(r'data-said="([^"]*)"', shown)[1].replace("&quot;", '"'))
    counts = [int(each.split("/")[0]) for each in said]
    assert counts == list(CASES.values())
    assert said[0].endswith("พบ 4 โรงเรียน")
    assert said[-1].endswith("ไม่พบโรงเรียนตามที่ค้น")


@pytest.fixture
def no_font(monkeypatch):
    """A computer without any Thai font."""
    caches = (style.font, style._advances, style.font_css)
    monkeypatch.setattr(style, "packaged_font", lambda: None)
    monkeypatch.setattr(style, "installed_font", lambda: None)
    for cache in caches:
        cache.cache_clear()
    yield
    for cache in caches:
        cache.cache_clear()


def test_without_a_font_the_page_stands_and_says_so(no_font):
    markup = page.report_html(full())
    assert "ไม่มีแบบอักษร Sarabun" in markup
    assert "@font-face" not in markup
    assert Outline(markup).balanced
    assert style.text_width("ที่", 10) == style.text_width("ท", 10)


def test_with_a_font_nothing_is_said_of_it():
    assert "ไม่มีแบบอักษร" not in page.report_html(full())
