"""A school picker for the live notebook: choose a school once, and everything that follows is made again for it.

::

    school = desk.pick(data, school_id)               # a last line "school" shows the list
    school.follow(lambda: school.own(gaps))           # a figure or table of the school that is chosen

Where no list can be shown (papermill, nbval, a page), the same cells show the school that the parameters name.
"""

from __future__ import annotations

import base64
from collections.abc import Callable
from html import escape
from typing import Any

import ipywidgets as widgets
import pandas as pd
from IPython.core.formatters import DisplayFormatter

from innovlib import terms
from innovlib.area import Area
from innovlib.desk.chosen import school_at
from innovlib.errors import InnovError
from innovlib.measures.similar import similar_schools
from innovlib.report.identity import in_thai_order, pilots

#: How a paper takes over what is shown.
COPIED = ("to_frame", "to_latex", "savefig")


class Picker:
    """The school that is looked at, and the outputs that follow it."""

    def __init__(self, schools: pd.DataFrame, *, school_id: str) -> None:
        self._schools = schools
        self._names = {row["school_id"]: _label(row) for _, row in _pilots_first(schools).iterrows()}
        self.widget = widgets.Dropdown(
            options=[(label, school) for school, label in self._names.items()],
            value=school_id,
            description="โรงเรียน:",
            layout=widgets.Layout(width="28em"),
        )

    @property
    def school_id(self) -> str:
        """Id of the school that is chosen now."""
        return self.widget.value

    def choose(self, school_id: str) -> None:
        """Choose a school as the list does; all that follows is made again."""
        self.widget.value = school_id

    @property
    def name(self) -> str:
        """Name and district of the school that is chosen now."""
        return self._names[self.school_id]

    def own(self, frame: pd.DataFrame) -> pd.DataFrame:
        """The rows of the chosen school."""
        return frame[frame["school_id"] == self.school_id]

    def alike(self, frame: pd.DataFrame) -> pd.DataFrame:
        """The rows of the chosen school and of the schools most like it, for what one school is too small to show."""
        near = similar_schools(self._schools, school_id=self.school_id)["school_id"]
        return frame[frame["school_id"].isin([self.school_id, *near])]

    def follow(self, make: Callable[[], Any]) -> Following:
        """What ``make`` returns for the chosen school, made again whenever another is chosen.

        Parameters
        ----------
        make
            Takes nothing and returns anything that a notebook can show: a figure, a table, a sentence. It reads the
            school from this picker: :attr:`school_id`, :attr:`name`, :meth:`own`, :meth:`alike`.
        """
        return Following(self, make)

    def __repr__(self) -> str:
        return f"{self.school_id} {self.name}"

    def _repr_mimebundle_(self, **_) -> dict[str, Any]:
        return _shown(self.widget) | {"text/plain": repr(self), "text/html": f"<p>{escape(repr(self))}</p>"}


class Following:
    """An output that follows a picker; :attr:`value` is what it shows now.

    What it shows is copied from it directly: ``to_frame()``, ``to_latex()``, ``savefig()``.
    """

    def __init__(self, picker: Picker, make: Callable[[], Any]) -> None:
        self._picker, self._make = picker, make
        self.widget = widgets.Output()
        self.value: Any = None
        self._draw()
        picker.widget.observe(lambda _: self._draw(), names="value")

    def _draw(self) -> None:
        try:
            self.value = self._make()
        except InnovError as error:  # another school may lack what this one has; the words say what
            self.value = _Told(error)
        data, metadata = bundle(self.value)
        self.widget.outputs = ({"output_type": "display_data", "data": data, "metadata": metadata},)

    def __getattr__(self, name: str) -> Any:
        if name in COPIED:
            return getattr(self.value, name)
        raise AttributeError(f"{type(self).__name__} has no {name}")

    def __repr__(self) -> str:
        return repr(self.value)

    def _repr_mimebundle_(self, **_) -> dict[str, Any]:
        return bundle(self.value)[0] | _shown(self.widget)


class _Told:
    """A mistake that is said where a figure would stand."""

    def __init__(self, error: InnovError) -> None:
        self.error = error

    def __repr__(self) -> str:
        return str(self.error)

    def _repr_html_(self) -> str:
        return f"<p>{escape(self.error.words.th)}</p><p>{escape(self.error.words.en)}</p>"


def pick(area: Area, school_id: str = "") -> Picker:
    """A list of the area's schools, pilots first, in Thai order; figures made with its ``follow`` switch with it.

    Parameters
    ----------
    area
        The area.
    school_id
        The school to begin with; blank = the first pilot.

    Raises
    ------
    UnknownName
        No school has this id; the message names the nearest.

    Examples
    --------
    >>> from innovlib import desk
    >>> school = desk.pick(desk.open_area("data/example"), "99050001")
    >>> school
    99050001 บ้านพุย · ฮอด · รุ่นที่ 1
    >>> chosen = school.follow(lambda: f"school {school.school_id}")
    >>> school.choose("99050002")
    >>> chosen
    'school 99050002'
    """
    return Picker(area.table("schools"), school_id=school_at(area, school_id))


def bundle(value: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    """What a notebook would show of a value, by MIME type, with its metadata; pictures as base64."""
    data, metadata = DisplayFormatter().format(value)
    return {k: base64.b64encode(v).decode("ascii") if isinstance(v, bytes) else v for k, v in data.items()}, metadata


def _shown(widget: widgets.Widget) -> dict[str, Any]:
    return {"application/vnd.jupyter.widget-view+json": widget.get_view_spec()}


def _pilots_first(schools: pd.DataFrame) -> pd.DataFrame:
    ordered = in_thai_order(schools)
    first = ordered["school_id"].isin(pilots(schools))
    return pd.concat([ordered[first], ordered[~first]])


def _label(school: pd.Series) -> str:
    cohort = "" if pd.isna(school["cohort"]) else f"รุ่นที่ {school['cohort']}"
    district = "" if pd.isna(school["district"]) else school["district"]
    return " · ".join(filter(None, (terms.school_display_name(school["name_th"]), district, cohort)))
