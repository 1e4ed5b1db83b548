import numpy as np
import pandas as pd
import pytest

from innovlib.report import explore


@pytest.fixture
def results() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "year_be": pd.array([2562, 2563, 2565, 2562], dtype="Int64"), "who": ["บ้านพุย"] * 3 + ["บ้านห้วยปูลิง"],
            "estimate": [0.1, 0.2, 0.4, 0.3], "conf_low": [0.0, 0.1, 0.2, np.nan], "conf_high": [0.2, 0.3, 0.6, np.nan],
        }
    )  # fmt: skip


def test_intervals_draw_every_row_in_its_order_and_say_that_data_are_synthetic(results):
    figure = explore.intervals(results, label="who", note="ข้อมูลจำลอง", zero=True)
    axes = figure.axes[0]
    assert axes.lines[0].get_xdata().tolist() == results["estimate"].tolist()
    assert [t.get_text() for t in axes.get_yticklabels()] == results["who"].tolist()
    assert axes.yaxis_inverted()
    assert figure.get_supxlabel() == "ข้อมูลจำลอง"


def test_a_year_without_a_value_breaks_the_line(results):
    figure = explore.years(results, group="who")
    drawn = figure.axes[0].lines[0].get_ydata()
    assert np.isnan(drawn[2])
    assert drawn[[0, 1, 3]].tolist() == [0.1, 0.2, 0.4]
    assert [t.get_text() for t in figure.axes[0].get_legend().get_texts()] == ["บ้านพุย", "บ้านห้วยปูลิง"]


def test_no_figure_stays_open(results):
    import matplotlib.pyplot as plt

    before = plt.get_fignums()
    explore.years(results, group="who")
    explore.intervals(results, label="who")
    assert plt.get_fignums() == before
