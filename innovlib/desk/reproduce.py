"""A released folder made once more: the same bytes, or which file differs and what was not the same.

The manifest in the folder names the area, its tables by SHA-256, the kit, Python and the libraries by version, the
source and the templates by SHA-256. All of it is held against what is here now, so a difference comes with its reason.
"""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from innovlib import paths
from innovlib.area import Area, open_area
from innovlib.batch import keys, manifest
from innovlib.batch.folder import OutFolder
from innovlib.batch.plan import load_template
from innovlib.batch.run import render
from innovlib.copyable import Copyable
from innovlib.errors import BadInput, NotAnArea, Words
from innovlib.report import proof_tests
from innovlib.report.identity import pilots


@dataclass(frozen=True)
class Reproduction(Copyable):
    """What came of making a folder again. ``exit_code``: 0 every byte is the same, 1 not, 130 interrupted.

    Attributes
    ----------
    same, differ
        Files whose bytes are, and are not, those that the manifest recorded.
    failed
        Reports that could not be made here.
    by_hand
        Files that stand in the folder with other bytes than the manifest recorded: changed after they were made.
    changes
        What the folder was made from and what is here now, one row per piece that is not the same: ``what``,
        ``recorded``, ``here``.
    """

    same: tuple[str, ...]
    differ: tuple[str, ...]
    failed: tuple[str, ...]
    by_hand: tuple[str, ...]
    changes: pd.DataFrame
    interrupted: bool = False

    @property
    def exit_code(self) -> int:
        """The exit code of the command."""
        return 130 if self.interrupted else int(bool(self.differ or self.failed or self.by_hand))

    def to_frame(self) -> pd.DataFrame:
        """One row per file: ``file`` and ``result`` (same, differs, failed, changed by hand)."""
        groups = {"same": self.same, "differs": self.differ, "failed": self.failed, "changed by hand": self.by_hand}
        rows = [(file, result) for result, files in groups.items() for file in files]
        return pd.DataFrame(rows, columns=["file", "result"]).sort_values(["file", "result"], ignore_index=True)

    def to_dict(self) -> dict:
        """The result for a program."""
        named = {name: list(getattr(self, name)) for name in ("same", "differ", "failed", "by_hand")}
        return named | {"changes": self.changes.to_dict("records"), "exit_code": self.exit_code}

    def sentences(self) -> list[Words]:
        """The result for a person."""
        n = len(self.same)
        said = [Words(f"ทำใหม่ได้ตรงกันทุกไบต์ {n} ไฟล์", f"{n} files came out with the same bytes")]
        for files, th, en in (
            (self.differ, "ไบต์ต่างกัน", "other bytes"),
            (self.failed, "ทำใหม่ไม่สำเร็จ", "could not be made here"),
            (self.by_hand, "ถูกแก้หลังทำเสร็จ", "changed after it was made"),
        ):
            said += [Words(f"{th}: {', '.join(files)}", f"{en}: {', '.join(files)}")] if files else []
        said += [
            Words(f"ไม่เหมือนเดิม {row.what}: เดิม {row.recorded} ตอนนี้ {row.here}",
                  f"not the same, {row.what}: then {row.recorded}, now {row.here}")
            for row in self.changes.itertuples()
        ]  # fmt: skip
        if self.differ and self.changes.empty:
            said.append(
                Words(
                    "ข้อมูลและโปรแกรมเหมือนเดิมทุกอย่าง แต่ได้ไบต์ต่างกัน โปรดแจ้งผู้พัฒนา",
                    "data and software are the same and the bytes are not: a fault of the kit, please report it",
                )
            )
        return said


def reproduce(folder: str | Path, *, area: str | Path | None = None, templates: Path = paths.NOTEBOOKS, **settings):
    """Make the reports of a released folder again, elsewhere, and compare bytes; the folder is only read.

    Parameters
    ----------
    folder
        A folder with the ``manifest.json`` that ``innov render`` wrote.
    area
        The area's folder; without it the recorded name is looked for in ``data/`` and ``data/areas/``.
    templates
        Folder of the templates.
    settings
        As for :func:`innovlib.batch.run.render`: ``workers``, ``page``, ``engine``, ``limits``, ``progress``.

    Returns
    -------
    Reproduction

    Raises
    ------
    BadInput
        The folder has no manifest or no finished report in it.
    NotAnArea
        The area that was recorded is not here.
    """
    there = OutFolder(Path(folder).expanduser().absolute())
    before = manifest.read(there.path)
    recorded = {row["file"]: row for row in before.get("reports", []) if "sha256" in row}
    if not recorded:
        raise BadInput(
            Words("โฟลเดอร์นี้ไม่มีรายงานที่ทำเสร็จให้ทำซ้ำ", "there is no finished report in this folder to make again"),
            where=str(there.path / manifest.MANIFEST_FILE),
            expected=Words("โฟลเดอร์ที่ innov render ทำไว้", "a folder that innov render has made"),
            todo=Words("ระบุโฟลเดอร์ที่มี manifest.json", "name a folder with manifest.json in it"),
        )
    source = _area(before, asked=area)
    kinds = {row["kind"] for row in recorded.values()}
    schools = {row["id"] for row in recorded.values() if row["kind"] == "school"}
    with tempfile.TemporaryDirectory(prefix="innov-reproduce-") as place:
        anew = OutFolder(Path(place) / "anew")
        for kind in _orders(kinds):
            outcome = render(
                source.folder, kind, out=anew.path, templates=templates,
                profile=before["profile"], lang=before.get("lang", "both"), digits=_digits(recorded),
                all_schools=not schools <= set(pilots(source.table("schools"))), **settings,
            )  # fmt: skip
            if outcome.interrupted:
                break
        fresh = {file: anew.sha256(file) for file in [*recorded, *_proof(before)]}
        made = {row["file"] for row in manifest.read(anew.path)["reports"] if "sha256" in row}
        if made == set(recorded) and "index" in before:  # it lists what was made
            fresh[manifest.INDEX_FILE] = anew.sha256(manifest.INDEX_FILE)
    return _judged(before, recorded, there, fresh, outcome, changed(before, area=source, templates=templates))


def _judged(before: dict, recorded: dict, there: OutFolder, fresh: dict, outcome, changes: pd.DataFrame):
    wanted = {file: row["sha256"] for file, row in recorded.items()}
    wanted |= {manifest.INDEX_FILE: before["index"]["sha256"]} if manifest.INDEX_FILE in fresh else {}
    wanted |= _proof(before)
    made = {file: sha for file, sha in wanted.items() if fresh[file]}
    return Reproduction(
        same=tuple(file for file, sha in made.items() if fresh[file] == sha),
        differ=tuple(file for file, sha in made.items() if fresh[file] != sha),
        failed=tuple(file for file in wanted if file not in made),
        by_hand=tuple(file for file, sha in wanted.items() if there.sha256(file) not in ("", sha)),
        changes=changes,
        interrupted=outcome.interrupted,
    )


def _orders(kinds: set[str]) -> list[str]:
    """The commands that make all kinds: the meeting's slides are made for themselves."""
    reports = kinds - {"meeting"}
    return ([reports.pop() if len(reports) == 1 else "all"] if reports else []) + sorted(kinds & {"meeting"})


def _digits(recorded: dict[str, dict]) -> str:
    return next((row.get("parameters", {}).get("digits", "arabic") for row in recorded.values()), "arabic")


def _proof(before: dict) -> dict[str, str]:
    """The recorded fingerprints of the pages of proof, by file."""
    return {row["file"]: row["sha256"] for row in before.get("proof", {}).get("files", ())}


def _area(before: dict, *, asked: str | Path | None) -> Area:
    if asked is not None:
        return open_area(asked)
    name = before["area"].get("folder", "")
    for place in (paths.DATA / name, paths.DATA / "areas" / name):
        if name and place.is_dir():
            return open_area(place)
    raise NotAnArea(
        Words(f"ไม่พบพื้นที่ {name} ที่บันทึกไว้", f"the recorded area {name} is not here"),
        where=manifest.MANIFEST_FILE,
        expected=Words(f"data/{name} หรือ data/areas/{name}", f"data/{name} or data/areas/{name}"),
        todo=Words("ระบุด้วย --area โฟลเดอร์", "name it with --area FOLDER"),
    )


def changed(before: dict, *, area: Area, templates: Path = paths.NOTEBOOKS) -> pd.DataFrame:
    """What a manifest recorded and what is here now, where the two are not the same.

    Returns
    -------
    DataFrame
        ``what`` (a table, a library, a template …), ``recorded``, ``here``; fingerprints cut to 12 digits, "–" for
        what is not there. Empty where everything is the same.
    """
    then = _pieces(before.get("area", {}), before.get("kit", {}), before.get("templates", {}))
    files = {kind: {"sha256": _template(templates, kind)} for kind in before.get("templates", {})}
    now = _pieces(keys.described(area), keys.kit(), files)
    if "proof" in before:  # the tests make no report; they are shown beside them
        then["tests"], now["tests"] = before["proof"]["tests_sha256"][:12], proof_tests.fingerprint()[:12]
    rows = [(what, then.get(what, "–"), now.get(what, "–")) for what in sorted(then.keys() | now.keys())]
    return pd.DataFrame([row for row in rows if row[1] != row[2]], columns=["what", "recorded", "here"])


def _template(folder: Path, kind: str) -> str:
    path = folder / f"report-{kind}.ipynb"
    return load_template(path, kind).sha256 if path.is_file() else "–"


def _pieces(area: dict, kit: dict, templates: dict) -> dict[str, str]:
    tables = {f"data {row['file']}": row["sha256"][:12] for row in area.get("tables", [])}
    software = {name: str(kit.get(name, "–"))[:12] for name in ("innovlib", "python")}
    prints = {f"kit {name.removesuffix('_sha256')}": str(kit[name])[:12] for name in kit if name.endswith("_sha256")}
    written = {f"template {kind}": row["sha256"][:12] for kind, row in templates.items()}
    return tables | software | prints | dict(kit.get("libraries", {})) | written
