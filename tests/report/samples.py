"""Small protected results that the report tests draw from."""

import numpy as np
import pandas as pd

from innovlib.errors import Words
from innovlib.report.disclosure import Protected

TITLE = Words("ภาษาไทยสูงกว่าโรงเรียนที่คล้ายกันอย่างชัดเจน", "Thai is clearly above similar schools")
ALT = Words("จุดและช่วงความเชื่อมั่นของแต่ละวิชา", "dots and intervals by subject")
LOOK = {"title": TITLE, "alt": ALT}


def row(who="school", subject="thai", period="2567", **changes):
    first, last = (period.split("–") * 2)[:2]
    filled = {
        "who": who, "school_id": "10" if who == "school" else "", "test": "O-NET", "grade": "ป.6", "subject": subject,
        "period": period, "first_year_be": int(first), "last_year_be": int(last), "mean": 50.0, "conf_low": np.nan,
        "conf_high": np.nan, "spread_low": np.nan, "spread_high": np.nan, "n": 15, "n_label": "15",
        "n_schools": 1 if who == "school" else 20, "status": "shown", "verdict": "",
    }  # fmt: skip
    return filled | changes


def own(subject="thai", mean=55.0, **changes):
    return row("school", subject, mean=mean, conf_low=mean - 7, conf_high=mean + 7, **changes)


def small(subject="thai", **changes):
    return row("school", subject, **({"mean": np.nan, "n": pd.NA, "n_label": "<10", "status": "small"} | changes))


def absent(subject="thai", **changes):
    return row("school", subject, mean=np.nan, n=pd.NA, n_label="–", status="absent", **changes)


def protected(*rows, profile="public"):
    frame = pd.DataFrame(list(rows))
    if "n" in frame:
        frame["n"] = frame["n"].astype("Int64")
    return Protected(frame, profile)


def results():
    """One school in four subjects: shown above, shown undecided, hidden and absent; with all comparisons."""
    rows = [
        own("thai", 55.0, verdict="clearly_above"),
        own("maths", 34.0, verdict="undecided"),
        small("science"),
        absent("english"),
    ]
    for subject, middle in (("thai", 48.0), ("maths", 33.0), ("science", 37.0), ("english", 31.0)):
        rows += [
            row("similar", subject, mean=middle, spread_low=middle - 5, spread_high=middle + 5, n_label="300"),
            row("area", subject, mean=middle + 2),
            row("nation", subject, mean=middle + 4),
        ]
    return protected(*rows)


def history(subject="thai"):
    """Years 2561–2567: 2563 absent, 2564 hidden."""
    rows = []
    for year in range(2561, 2568):
        period = str(year)
        rows.append(row("similar", subject, period, mean=45.0, spread_low=40.0, spread_high=50.0))
        if year == 2563:
            rows.append(absent(subject, period=period))
        elif year == 2564:
            rows.append(small(subject, period=period))
        else:
            rows.append(own(subject, 44.0 + year - 2561, period=period, n_label=str(year - 2550)))
    return protected(*rows)


def gaps(count=12):
    """One row a school: two clear ones, a hidden one, the rest undecided."""
    verdicts = ["clearly_above", "clearly_below", ""] + ["undecided"] * (count - 3)
    gap = np.linspace(-3, 3, count)
    gap[:2] = (12.0, -12.0)
    frame = pd.DataFrame(
        {
            "school_id": [f"s{i:02d}" for i in range(count)],
            "n": pd.array([40] * count, dtype="Int64"),
            "n_label": "40",
            "gap": gap.round(),
            "conf_low": (gap - 6).round(),
            "conf_high": (gap + 6).round(),
            "status": "shown",
            "verdict": verdicts,
        }
    )
    frame.loc[2, ["gap", "conf_low", "conf_high"]] = np.nan
    frame.loc[2, ["status", "n_label"]] = ["small", "<10"]
    return Protected(frame, "public")
