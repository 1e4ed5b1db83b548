"""The meeting pack: one slide a school and one a cohort, drawn from the same protected results as their reports.

For the office's meeting at which the schools present the progress of their work: a slide shows what a school has done,
whom it works with, and what its results say, each in the words that its own report uses.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

import pandas as pd

from innovlib import terms
from innovlib.area.store import Area
from innovlib.errors import BadInput, Words
from innovlib.measures import comparison
from innovlib.measures.side_by_side import SideBySide
from innovlib.report import figures, freedom, identity, labels, parties, partners, since, timeline, words
from innovlib.report.disclosure import Protected, profile
from innovlib.report.typeset import escape, keep_names, lines, one_line, words_html


@dataclass(frozen=True)
class Slide:
    """One sheet of 16:9: whose it is, its main point, a figure, and sentences beside it.

    Attributes
    ----------
    title, place
        Whose slide it is, and where or when.
    points
        Sentences chosen by rule; the first is set as the main point.
    figure
        What is shown beside them, or None.
    safe
        The protected tables behind it, for the provenance.
    """

    title: Words
    place: Words
    points: tuple[Words, ...]
    figure: figures.Figure | None
    safe: tuple[Protected, ...]
    synthetic: bool
    lang: str

    def to_html(self, number: int) -> str:
        """The slide as a section with its number."""
        head, *rest = self.points
        mark = f'<span class="synthetic">{escape(one_line(labels.SYNTHETIC, self.lang))}</span>'
        items = "".join(f"<li>{_two(said, self.lang)}</li>" for said in rest)
        shown = self.figure._repr_html_() if self.figure else ""
        return (
            f'<section class="slide" id="slide-{number}" aria-labelledby="t{number}"><header>'
            f'<h2 id="t{number}">{words_html(self.title, self.lang)}</h2>'
            f'<p class="place">{words_html(self.place, self.lang)}</p></header>'
            f'<p class="point">{_two(head, self.lang)}</p><div class="body{"" if shown else " alone"}">{shown}'
            f"<ul>{items}</ul></div><footer>{mark if self.synthetic else ''}"
            f'<span class="number">{number}</span></footer></section>'
        )


@dataclass(frozen=True)
class Deck:
    """Slides in order; shows itself as the body of the page."""

    slides: tuple[Slide, ...]
    names: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self.slides)

    @property
    def safe(self) -> list[Protected]:
        """Every protected table behind the slides."""
        return [table for slide in self.slides for table in slide.safe]

    def _repr_html_(self) -> str:
        markup = "".join(slide.to_html(i) for i, slide in enumerate(self.slides, start=2))
        return f'<div class="deck">{keep_names(markup, self.names)}</div>'


def _two(said: Words, lang: str) -> str:
    each = [escape(line) for line in lines(said, lang)]
    return each[0] + "".join(f'<span class="en" lang="en">{line}</span>' for line in each[1:])


@dataclass(frozen=True)
class Desk:
    """What every slide of an area is made with: its data, the release's doors, and whose eyes it is for.

    ``release`` is the plan of :func:`innovlib.release.withheld.plan`; each slide goes through the same door as the
    report of the one whom it is about, so it can show nothing that the report hides.
    """

    area: Area
    release: object
    lang: str = "both"

    @property
    def schools(self) -> pd.DataFrame:
        """The area's schools."""
        return self.area.table("schools")

    @cached_property
    def beside(self) -> SideBySide:
        """All schools beside their similar schools, as their reports look them up."""
        return SideBySide.of(self.area, smallest_n=profile(self.profile).smallest_n)

    @property
    def profile(self) -> str:
        """Whose readers the slides are for."""
        return self.release.profile

    @property
    def look(self) -> dict:
        """How figures are made."""
        return {"synthetic": self.area.is_synthetic, "lang": self.lang}


def deck(
    desk: Desk, *, area_points: Iterable[Words], area_figure: figures.Figure | None, safe: list[Protected]
) -> Deck:
    """All slides: the area, each cohort, each pilot school in Thai alphabetical order within its cohort.

    Parameters
    ----------
    desk
        What the slides are made with.
    area_points, area_figure, safe
        The area's own slide, from what the area report shows, and the tables behind it.

    Raises
    ------
    BadInput
        For readers of one school: they may see more of their own school, and a pack holds all schools.
    """
    if desk.profile == "school":
        raise BadInput(
            Words(
                "ชุดประชุมมีทุกโรงเรียน จึงใช้ฉบับของโรงเรียนไม่ได้",
                "a meeting pack holds every school, so it has no school edition",
            ),
            expected=Words("public หรือ partner", "public or partner"),
            where="--profile",
        )
    schools = desk.schools
    first = Slide(identity.area_name(desk.area), labels.WHOLE_AREA, tuple(area_points), area_figure, tuple(safe),
                  desk.area.is_synthetic, desk.lang)  # fmt: skip
    slides, names = [first], []
    for cohort in sorted(schools["cohort"].dropna().unique()):
        members = identity.cohort_members(schools, cohort=int(cohort))
        slides.append(of_cohort(desk, members, cohort=int(cohort)))
        slides += [of_school(desk, school) for _, school in members.iterrows()]
        names += [terms.school_display_name(n) for n in members["name_th"]]
    return Deck(tuple(slides), tuple(names))


def of_school(desk: Desk, school: pd.Series) -> Slide:
    """One school's slide: its work and partners on one line of time, and what its results say, as in its report."""
    school_id, page, area = str(school["school_id"]), desk.release.page(f"school-{school['school_id']}"), desk.area
    latest, history = page.means(desk.beside.latest(school_id)), page.means(desk.beside.history(school_id))
    own = desk.schools[desk.schools["school_id"] == school_id]
    joined, on = identity.joined_year(own), timeline.as_of(area)
    entries = page.passed(timeline.entries(area.table("progress"), school_ids=[school_id], on=on,
                                           profile_name=desk.profile))  # fmt: skip
    allies = page.passed(partners.of_school(area.table("partners"), school_id=school_id, on=on,
                                            profile_name=desk.profile))  # fmt: skip
    moved = since.headline(since.distances(history), joined_year_be=joined)
    points = (timeline.headline(entries), timeline.latest(entries), partners.school_headline(allies),
              words.results_headline(latest), moved)  # fmt: skip
    figure = timeline.figure(entries, on=on, joined_year_be=joined, partners=allies, title=labels.WORK_AND_PARTNERS,
                             **desk.look)  # fmt: skip
    place = _joined(identity.place(school), joined)
    return Slide(identity.school_name(school), place, points, figure, (entries, allies, latest, history),
                 area.is_synthetic, desk.lang)  # fmt: skip


def of_cohort(desk: Desk, members: pd.DataFrame, *, cohort: int) -> Slide:
    """One cohort's slide: a lane of work for each school, and what the cohort's report says first of each chapter."""
    page, area, on = desk.release.page(f"cohort-{cohort}"), desk.area, timeline.as_of(desk.area)
    ids, who = list(members["school_id"]), parties.of_cohort(desk.schools, cohort=cohort)
    about = {"school_ids": ids, "who": "cohort", "smallest_n": profile(desk.profile).smallest_n}
    latest = page.means(comparison.group_results(desk.beside.ref, latest_only=True, **about))
    entries = page.passed(timeline.entries(area.table("progress"), school_ids=ids, on=on, profile_name=desk.profile))
    free = page.passed(freedom.found(area.table("autonomy"), who, profile_name=desk.profile))
    allies = page.passed(partners.found(area.table("partners"), who, on=on, profile_name=desk.profile))
    points = (timeline.headline(entries), words.results_headline(latest, who="cohort"), freedom.headline(free),
              partners.headline(allies))  # fmt: skip
    joined = identity.joined_year(members)
    figure = timeline.schools_figure(entries, schools=members, on=on, joined_year_be=joined,
                                     title=labels.WORK_OF_SCHOOLS, **desk.look)  # fmt: skip
    count = Words(f"{len(members)} โรงเรียน", f"{len(members)} schools")
    return Slide(identity.cohort_name(cohort), _joined([count], joined), points, figure,
                 (entries, latest, free, allies), area.is_synthetic, desk.lang)  # fmt: skip


def _joined(parts: list[Words], year_be: int | None) -> Words:
    said = [*parts]
    if year_be is not None:
        said.append(Words(f"เข้าร่วมปีการศึกษา {year_be}", f"joined in academic year {year_be}"))
    return Words(" · ".join(w.th for w in said), " · ".join(w.en for w in said))
