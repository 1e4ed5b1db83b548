"""Editions of one release for several readers: whoever may read a narrower one has the wider ones in hand as well.

What a wider edition prints is known to the readers of every narrower one. So a narrower edition prints it too, to the
same step (the same figure rounded in two ways would tell more than either), it can no longer be taken back, and what
the narrower edition hides must stay open beside it. Figures that the wider edition alone prints, such as the pooled
years of a school whose single years the narrower one shows, are statements like any other; so is its mark "<10".

Under the ``school`` profile D6 hides nothing more (a school's own staff know their pupils); what it prints is rounded
as the wider editions round it.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from innovlib.measures.outcomes import SERIES
from innovlib.release.relations import WIDER, Release, release_of
from innovlib.release.suppression import protect_release

#: From the widest audience to the narrowest: whoever may read one may read those before it.
AUDIENCES = ("public", "partner", "school")
_KEY = ["report", "who", "school_id", *SERIES, "first_year_be", "last_year_be"]
_TOLD = ["step", "whole", "least", "most"]


def protected_edition(
    scores: pd.DataFrame, *, schools: pd.DataFrame, benchmarks: pd.DataFrame, profile_name: str
) -> tuple[Release, pd.DataFrame]:
    """The release of one profile beside all wider ones, and its cells as they may be printed.

    Parameters
    ----------
    scores, schools, benchmarks
        The area's tables.
    profile_name
        public, partner or school.

    Returns
    -------
    tuple
        The release with what the wider editions print, and what
        :func:`innovlib.release.suppression.protect_release` makes of it.
    """
    release, printed = None, None
    for name in AUDIENCES[: AUDIENCES.index(profile_name) + 1]:
        own = release_of(scores, schools=schools, benchmarks=benchmarks, profile_name=name)
        release = own if release is None else beside(own, release, printed=printed)
        printed = protect_release(release, profile_name=name)
    return release, printed


def beside(release: Release, wider: Release, *, printed: pd.DataFrame) -> Release:
    """A release whose readers have a wider edition in hand.

    Parameters
    ----------
    release
        The narrower edition's cells.
    wider, printed
        The wider edition, of the same scores, and its cells as they are printed.
    """
    # Groups of few schools and what D6 hid there are marked "×", which tells nothing.
    shown = (printed["hidden_by"] == "") & (printed["state"] != "fixed") & (printed["n"] >= printed["least"])
    told = printed[shown | ((printed["state"] != "fixed") & np.isfinite(printed["most"]))]
    told = told.assign(pinned=shown[told.index])
    both = release.cells[_KEY].merge(told[[*_KEY, *_TOLD, "pinned"]], on=_KEY, how="left")
    pinned = both["pinned"].eq(True).to_numpy()
    own = release.cells.assign(
        pinned=pinned,
        whole=pinned & both["whole"].eq(True).to_numpy(),
        step=np.where(pinned, both["step"], release.cells["step"]),
        least=np.where(pinned, both["least"], release.cells["least"]),
        most_wider=both["most"].fillna(np.inf),
    )
    new = ~pd.MultiIndex.from_frame(told[_KEY]).isin(pd.MultiIndex.from_frame(own[_KEY]))
    extra = told[new]
    place = pd.Series(len(own) + np.arange(len(extra)), index=extra.index)
    links = wider.links[wider.links["cell"].isin(extra.index)]
    links = links.assign(cell=links["cell"].map(place).astype("int64"))
    cells = pd.concat(
        [own, extra[[*own.columns]].assign(state=WIDER, pinned=True, most_wider=extra["most"])], ignore_index=True
    )
    return Release(cells, release.atoms, pd.concat([release.links, links], ignore_index=True))
