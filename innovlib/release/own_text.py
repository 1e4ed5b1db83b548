"""The pages of proof in a release: code may stand on them, because it is the kit's own public text and nothing else.

They are not believed by their name or place. Each is held, byte for byte, against what this kit makes of its own
templates, functions and tests; what is not the same is audited as any other file, and named.
"""

from __future__ import annotations

from pathlib import Path

from innovlib import paths
from innovlib.errors import Words
from innovlib.release.leaks import Finding, Secrets, leaks
from innovlib.release.rendered import Rendered
from innovlib.report import proof_pages

#: What the kit's own text may show: its code, words that happen to be this computer's user or host ("root"), and what
#: merely looks like a name; names that the office knows of are looked for here as everywhere.
PUBLIC = ("code", "host-or-user", "person")
NOT_OURS = Words(
    "หน้านี้ไม่ตรงกับข้อความของชุดเครื่องมือรุ่นนี้ ให้สร้างรายงานใหม่ด้วยชุดเครื่องมือนี้",
    "this page is not the text of this version of the kit; render again with this kit",
)


def of_the_kit(folder: Path) -> dict[Path, bool]:
    """Every file among the proofs of a folder, and whether it is what this kit makes of its own text."""
    files = sorted(path for path in (folder / proof_pages.FOLDER).rglob("*") if path.is_file())
    if not files:
        return {}
    kinds = [path.stem.removeprefix("report-") for path in files if path.stem.startswith("report-")]
    templates = {kind: paths.NOTEBOOKS / f"report-{kind}.ipynb" for kind in kinds}
    known = {kind: path.read_text(encoding="utf-8") for kind, path in templates.items() if path.is_file()}
    made = proof_pages.pages(known) if known else {}
    return {path: made.get(_name(path, folder), "").encode("utf-8") == path.read_bytes() for path in files}


def _name(path: Path, folder: Path) -> str:
    return path.relative_to(folder / proof_pages.FOLDER).as_posix()


def leaks_of(page: Rendered, path: Path, *, secrets: Secrets, own: dict[Path, bool]) -> list[Finding]:
    """All leaks of one file of a release; on the kit's own text its code is none."""
    found = leaks(page, secrets=secrets)
    if path not in own:
        return found
    if own[path]:
        return [finding for finding in found if finding.kind not in PUBLIC]
    return [Finding("proof", "SAFETY", page.file, "", NOT_OURS), *found]
