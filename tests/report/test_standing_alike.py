"""Where an area's schools differ by no more than chance, no chance is given, on either side."""

import pandas as pd

from innovlib.report import standing
from innovlib.report.disclosure import Protected


def test_schools_that_chance_alone_sets_apart_get_no_twenty_dots():
    gap = Protected(
        pd.DataFrame({"gap": [4.0], "conf_low": [-5.0], "conf_high": [13.0], "status": ["shown"], "n_label": ["20"]}),
        "public",
    )
    near = pd.DataFrame({"gap": [4.0, -1.0, 0.5, -0.5, 1.0], "std_error": [4.6] * 5})
    far = near.assign(gap=[40.0, -40.0, 10.0, -20.0, 30.0])
    alike = standing.chances(gap, gaps=near)
    assert standing.above(alike) is None and "no more than chance" in standing.headline(alike).en
    assert "cannot be told from chance" in standing.figure(alike).wide.svg()
    assert standing.above(standing.chances(gap, gaps=far)) is not None
