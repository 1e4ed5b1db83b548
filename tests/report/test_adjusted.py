"""Raw distances and adjusted ones: a row a school, or a province where schools are too many to be read."""

import numpy as np
import pandas as pd
import samples

from innovlib.report import adjusted
from innovlib.report.disclosure import Protected


def schools(count: int, *, province) -> pd.DataFrame:
    ids = samples.gaps(count).frame["school_id"]
    return pd.DataFrame(
        {"school_id": ids, "name_th": [f"บ้าน{i}" for i in ids], "district": "ฮอด", "province": province}
    )


def true_gaps(shown: Protected) -> pd.DataFrame:
    frame = shown.frame
    return pd.DataFrame({"school_id": frame["school_id"], "gap": frame["gap"].fillna(0.0), "std_error": 2.0})


def made(count: int, *, province="เชียงใหม่"):
    shown = samples.gaps(count)
    return adjusted.adjusted_table(shown, gaps=true_gaps(shown), schools=schools(count, province=province), lang="both")


def test_some_hundred_schools_have_a_row_each():
    assert len(made(300).to_frame()) == 300


def test_of_thousands_the_table_tells_provinces_and_says_so():
    province = np.where(np.arange(2000) < 1990, "เชียงใหม่", None)
    province[-2:] = "กระบี่"
    table = made(2000, province=province)
    rows = table.to_frame().set_index("province")
    assert list(rows.index) == ["กระบี่", "เชียงใหม่", "–"]
    assert rows["n_schools"].tolist() == [2, 1990, 8]
    assert rows["n_shown"].tolist() == [2, 1989, 8]
    assert rows["status"].tolist() == ["absent", "shown", "shown"]
    assert rows.loc["กระบี่", ["gap", "likely", "likely_low"]].isna().all()
    html = table._repr_html_()
    assert "2,000 schools are too many to be listed one by one" in html and "มากเกินกว่าจะเรียงทีละแห่ง" in html
    assert len(html) < 10_000


def test_a_provinces_middle_is_that_of_its_printed_distances():
    shown = samples.gaps(12)
    safe = adjusted.adjusted(shown, gaps=true_gaps(shown))
    row = adjusted.by_province(safe, schools=schools(12, province="เชียงใหม่")).frame.iloc[0]
    printed = safe.frame[safe.frame["status"] == "shown"]
    assert row["gap"] == printed["gap"].median()
    assert row["likely_low"] <= printed["likely"].median() <= row["likely_high"]
