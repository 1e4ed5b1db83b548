import numpy as np
import pandas as pd
import pytest

from innovlib.errors import BadInput
from innovlib.report import explore


@pytest.fixture
def results() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "year_be": pd.array([2562, 2563, 2565, 2562], dtype="Int64"), "who": ["บ้านพุย"] * 3 + ["บ้านห้วยปูลิง"],
            "estimate": [0.1, 0.2, 0.4, 0.3], "conf_low": [0.0, 0.1, 0.2, np.nan], "conf_high": [0.2, 0.3, 0.6, np.nan],
        }
    )  # fmt: skip


@pytest.fixture
def schools() -> pd.DataFrame:
    return pd.DataFrame({"school_id": ["A", "B", "C"], "shrunken": [3.0, -1.0, 2.0], "posterior_sd": [1.0, 1.0, 2.0]})


def points(drawing) -> list[list[float]]:
    return [line.get_xdata().tolist() for line in drawing.figure.axes[0].lines if line.get_marker() in ("o", "D")]


def test_intervals_draw_every_row_in_its_order_and_say_that_data_are_synthetic(results):
    drawing = explore.intervals(results, label="who", note="ข้อมูลจำลอง", zero=True)
    axes = drawing.figure.axes[0]
    assert axes.lines[0].get_xdata().tolist() == results["estimate"].tolist()
    assert [t.get_text() for t in axes.get_yticklabels()] == results["who"].tolist()
    assert axes.yaxis_inverted()
    assert drawing.figure.get_supxlabel() == "ข้อมูลจำลอง"


def test_the_chosen_row_stands_out_by_shape_and_the_others_are_all_there(results):
    others, chosen = points(explore.intervals(results, label="who", chosen="บ้านห้วยปูลิง"))
    assert others == [0.1, 0.2, 0.4] and chosen == [0.3]


def test_one_school_among_all_carries_its_own_interval(schools):
    drawing = explore.among(schools, value="shrunken", error="posterior_sd", chosen="C", name="บ้านซี")
    assert drawing.figure.axes[0].get_title(loc="left") == "บ้านซี"
    rows = drawing.to_frame().set_index("school_id")
    assert rows.index.tolist() == ["B", "C", "A"]
    assert rows.loc["C", ["conf_low", "conf_high"]].tolist() == pytest.approx([2 - 3.92, 2 + 3.92])
    assert points(drawing)[1] == [1]


def test_a_school_without_a_value_is_said_to_have_none(schools):
    drawing = explore.among(schools, value="shrunken", error="posterior_sd", chosen="Z")
    assert drawing.figure.axes[0].get_title(loc="left") == "Z: ไม่มีข้อมูล · no data"


def test_points_have_a_mark_per_group_and_the_chosen_school_a_larger_one():
    frame = pd.DataFrame(
        {"school_id": list("ABCD"), "dose": [1.0, 2, 3, 4], "change": [4.0, 3, 2, 1], "cohort": [1, 1, 2, 2]}
    )
    drawing = explore.scatter(frame, x="dose", y="change", group="cohort", chosen="C", note="ข้อมูลจำลอง", zero=True)
    axes = drawing.figure.axes[0]
    drawn = [(line.get_marker(), line.get_xdata().tolist()) for line in axes.lines if line.get_marker() != "None"]
    assert drawn == [("o", [1, 2]), ("o", []), ("s", [3, 4]), ("s", [3])]
    assert [line.get_linestyle() for line in axes.lines[:4]] == ["None"] * 4
    assert axes.lines[3].get_markersize() > axes.lines[2].get_markersize()
    assert drawing.figure.get_supxlabel() == "ข้อมูลจำลอง" and drawing.to_frame().equals(frame)


def test_a_curve_joins_its_points_and_nothing_is_said_to_be_nothing():
    curve = pd.DataFrame({"effect": [0.0, 1, 2], "chance": [0.05, 0.4, 0.9]})
    assert explore.scatter(curve, x="effect", y="chance", joined=True).figure.axes[0].lines[0].get_linestyle() == "-"
    assert len(explore.scatter(curve.head(0), x="effect", y="chance").figure.axes[0].lines) == 0


def test_a_year_without_a_value_breaks_the_line(results):
    drawing = explore.years(results, group="who")
    drawn = drawing.figure.axes[0].lines[0].get_ydata()
    assert np.isnan(drawn[2])
    assert drawn[[0, 1, 3]].tolist() == [0.1, 0.2, 0.4]
    assert [t.get_text() for t in drawing.figure.axes[0].get_legend().get_texts()] == ["บ้านพุย", "บ้านห้วยปูลิง"]


def test_a_chosen_schools_line_lies_over_the_boxes_of_the_right_years():
    z = pd.DataFrame(
        {"school_id": list("AABB"), "year_be": [2562, 2564] * 2, "subject": ["thai"] * 4, "group": ["pilot"] * 4,
         "z": [0.1, 0.3, -0.1, 0.2]}
    )  # fmt: skip
    drawing = explore.school_years(z, value="z", group="group", panels="subject", chosen="A")
    own = next(line for line in drawing.figure.axes[0].lines if line.get_marker() == "D")
    np.testing.assert_array_equal(own.get_ydata(), [0.1, np.nan, 0.3])


def test_tested_by_year_leaves_a_year_without_a_test_empty():
    coverage = pd.DataFrame(
        {
            "test": ["NT", "RT"],
            "grade": ["ป.3", "ป.1"],
            "year_be": [2562, 2563],
            "n_schools": [3, 4],
            "n_tested": [20, 30],
        }
    )
    wide = explore.tested_by_year(coverage, value="n_tested").to_frame()
    assert wide.loc["NT ป.3", 2562] == 20 and np.isnan(wide.loc["NT ป.3", 2563])


def test_no_figure_stays_open(results):
    import matplotlib.pyplot as plt

    before = plt.get_fignums()
    explore.years(results, group="who")
    explore.intervals(results, label="who")
    assert plt.get_fignums() == before


def test_a_drawing_can_be_copied_into_a_paper(results, tmp_path):
    drawing = explore.intervals(results, label="who")
    assert drawing.savefig(tmp_path / "f.png").read_bytes().startswith(b"\x89PNG")
    assert "<path" in drawing.savefig(tmp_path / "f.svg").read_text(encoding="utf-8")
    pd.testing.assert_frame_equal(drawing.to_frame(), results)
    assert "0.40" in drawing.to_latex() and "บ้านพุย" in drawing.to_latex()
    with pytest.raises(BadInput, match=r"cannot be saved as \.pdf"):
        drawing.savefig(tmp_path / "f.pdf")
    assert not (tmp_path / "f.pdf").exists()


def test_a_drawing_shows_itself_as_a_picture(results):
    assert explore.years(results, group="who")._repr_mimebundle_()["image/png"].startswith("iVBOR")


def test_nothing_to_draw_is_said(results):
    drawings = (
        explore.years(results.iloc[:0], group="who"),
        explore.intervals(results.iloc[:0], label="who"),
        explore.among(results.iloc[:0].assign(school_id=""), chosen="A"),
        explore.tested_by_year(pd.DataFrame({c: [] for c in ("test", "grade", "year_be", "n_schools")})),
        explore.school_years(results.iloc[:0], value="estimate", group="who", panels="who"),
    )
    assert {d.figure.axes[0].texts[0].get_text() for d in drawings} == {"ไม่มีข้อมูล · no data"}
