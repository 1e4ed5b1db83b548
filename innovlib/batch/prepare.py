"""What a batch does once, before any of its reports: shared results are computed, kept, and counted in the keys.

A step is a function of the plan. It computes what several reports share (and keeps it where their templates find it),
and says for each report file which of it went into that report, as a fingerprint. A report whose share has not changed
is still up to date. Put a step into :data:`STEPS` and nothing else need be told.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import pandas as pd

from innovlib import paths
from innovlib.area import frames
from innovlib.area.fingerprint import digest
from innovlib.area.shared import shared
from innovlib.area.store import Area
from innovlib.batch.plan import Plan
from innovlib.effects.findings import findings
from innovlib.release import slices as release_slices
from innovlib.release import withheld

#: ``step(plan)`` gives a fingerprint by report file; a file it does not name has no share in the step.
Step = Callable[[Plan], dict[str, str]]


def release(plan: Plan) -> dict[str, str]:
    """What may stand beside what in all reports of the area (:func:`innovlib.release.withheld.plan`)."""
    decided = withheld.plan(plan.area, plan.profile)
    return {r.file: decided.share(f"{r.kind}-{r.id}" if r.id else r.kind) for r in plan.reports}


def effects(plan: Plan) -> dict[str, str]:
    """What joining did (:func:`innovlib.effects.findings.findings`), where a template asks for it."""
    asking = {kind for kind, template in plan.templates.items() if "findings(" in template.text} - _sliced(plan)
    files = [r.file for r in plan.reports if r.kind in asking]
    return dict.fromkeys(files, digest(frames.as_text(findings(plan.area)))) if files else {}


def slices(plan: Plan) -> dict[str, str]:
    """What of the area goes into each school's page (:mod:`innovlib.release.slices`), kept with the area."""
    kinds = _sliced(plan)
    reports = [r for r in plan.reports if r.kind in kinds]
    if not reports:
        return {}
    ids = [r.id for r in reports]
    make = partial(_slices, school_ids=ids, profile_name=plan.profile)
    of_school = dict(shared(plan.area, f"slices-{plan.profile}", make, key=digest("\0".join(ids)))["slices"].to_numpy())
    return {r.file: of_school[r.id] for r in reports}


def _slices(area: Area, *, school_ids: list[str], profile_name: str) -> dict[str, pd.DataFrame]:
    found = release_slices.of_schools(area, school_ids=school_ids, profile_name=profile_name)
    return {"slices": pd.DataFrame(list(found.items()), columns=["school_id", "sha256"])}


def _sliced(plan: Plan) -> set[str]:
    """Kinds whose pages are those that slices tell of: schools' pages from the kit's own template.

    A template of somebody's own may show more of the area than slices know of.
    """
    template = plan.templates["school"]
    own = paths.NOTEBOOKS / template.name
    return {"school"} if own.is_file() and own.read_text(encoding="utf-8") == template.text else set()


#: The steps, in the order in which they are taken.
STEPS: tuple[Step, ...] = (release, effects, slices)


def prepare(plan: Plan, *, steps: tuple[Step, ...] | None = None) -> dict[str, dict[str, str]]:
    """Take the steps; returns for each report file the fingerprints of its shares, by the name of the step.

    Raises
    ------
    BadInput
        A step finds that the reports cannot be made; nothing has been written or run then.
    """
    shares: dict[str, dict[str, str]] = {file: {} for file in plan.by_file}
    for step in STEPS if steps is None else steps:
        for file, share in step(plan).items():
            shares[file][step.__name__] = share
    return shares
