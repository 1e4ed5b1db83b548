"""The index of a province opens from a USB stick: below 2 MB for 2,000 schools."""

from innovlib.errors import Words
from innovlib.report.index import index_html


def test_two_thousand_schools_fit_into_two_megabytes():
    trend = [1.2, -0.3, 0.5, None, 0.7, 1.1, -0.2, 0.4, 0.9, 1.0]
    entries = [
        {
            "kind": "school", "id": f"9901{i:04d}", "file": f"school-9901{i:04d}.html", "name_th": f"ห้วยดาวเหนือ{i}",
            "name_en": f"Huai Dao Nuea {i}", "district": f"อำเภอที่ {i % 25}", "cohort": str(1 + i % 4), "n_label": "45",
            "verdict": "undecided", "trend": trend,
        }
        for i in range(2000)
    ]  # fmt: skip
    html = index_html(entries, title=Words("ก", "a"), subtitle=Words("ก", "a"), synthetic=True)
    assert len(html.encode()) < 2_000_000
    assert html.count("data-key=") == 2000
