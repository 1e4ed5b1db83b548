"""From an office's file of pupils to what is handed out: no name and no id of a child in any file or message."""

import pytest

from innovlib import cli
from innovlib.area import open_area
from innovlib.release import keeper, withheld
from tests.intake.office_files import as_csv, as_xlsx, pupils

NAMES = ("เด็กหญิงสมมุติ นามสมมุติ", "เด็กชายทดลอง ลองดู", "นามสมมุติ", "ลองดู")
IDS = ("SECRET01", "SECRET02", "1103700000003", "SECRET04")


def office_file() -> list[list]:
    """A file of pupils as an office sends it: names beside ids, one row that is refused and one that is mended."""
    rows = pupils(50, 60, "999", "๔๕")
    for row, name, pupil in zip(rows[1:], (*NAMES[:2], *NAMES[:2]), IDS, strict=True):
        row[2] = pupil
        row.insert(3, name)
    rows[0].insert(3, "ชื่อ-สกุล")
    return rows


@pytest.fixture
def own_key(tmp_path, monkeypatch):
    path = tmp_path / "home" / "pupil.key"
    monkeypatch.setenv("INNOV_KEY_FILE", str(path))
    return path


def traces(folder, *said: str) -> list[str]:
    """Where a name or an id stands: in any file of the folder, hidden ones too, or in what was said."""
    places = {str(p.relative_to(folder)): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}
    places |= {f"message {number}": text.encode("utf-8") for number, text in enumerate(said)}
    names = {p.name: p.name.encode("utf-8") for p in folder.rglob("*")}
    secrets = [text.encode("utf-8") for text in (*NAMES, *IDS)]
    return [where for where, data in (*places.items(), *names.items()) if any(secret in data for secret in secrets)]


@pytest.mark.parametrize("as_file", [("pupils.xlsx", as_xlsx), ("pupils.csv", as_csv)], ids=["xlsx", "csv"])
@pytest.mark.parametrize("told", [[], ["--json"], ["--json", "--with-table"]], ids=["text", "json", "table"])
def test_no_name_and_no_id_of_a_child_is_in_any_file_or_message(tmp_path, own_key, capsys, as_file, told):
    name, write = as_file
    (tmp_path / name).write_bytes(write(office_file()))
    (tmp_path / "schools.csv").write_bytes(as_csv([["รหัสโรงเรียน", "ชื่อโรงเรียน"], [pupils(50)[1][1], "บ้านสมมุติหนึ่ง"]]))
    folder = tmp_path / "area"
    cli.main(["intake", str(tmp_path / "schools.csv"), str(tmp_path / name), "--into", str(folder), *told])
    cli.main(["check", str(folder), *told[:1]])
    area = open_area(folder)
    assert len(area.table("pupils")) >= 2, "nothing was loaded, so nothing is tested"
    withheld.plan(area, "public")  # what is kept beside the tables
    out = capsys.readouterr()
    assert traces(folder, out.out, out.err) == []
    assert own_key.is_file() and folder not in own_key.parents


def test_the_areas_own_pupil_keys_are_secret_in_what_is_handed_out(tmp_path, own_key, capsys):
    (tmp_path / "p.csv").write_bytes(as_csv(office_file()))
    (tmp_path / "s.csv").write_bytes(as_csv([["รหัสโรงเรียน", "ชื่อโรงเรียน"], [pupils(50)[1][1], "บ้านสมมุติหนึ่ง"]]))
    folder = tmp_path / "area"
    cli.main(["intake", str(tmp_path / "s.csv"), str(tmp_path / "p.csv"), "--into", str(folder)])
    keys = set(open_area(folder).table("pupils")["pupil_key"])
    (tmp_path / "names.txt").write_text("\n".join(NAMES), "utf-8")
    secrets = keeper.secrets_of(tmp_path, area=folder, names=tmp_path / "names.txt")
    assert keys and secrets.keys == keys and NAMES[0] in secrets.names

    assert cli.main(["forget", str(folder)]) == 2  # not confirmed
    assert set(open_area(folder).table("pupils")["pupil_key"]) == keys
    assert cli.main(["forget", str(folder), "--yes"]) == 0
    left = b"".join(p.read_bytes() for p in folder.rglob("*") if p.is_file())
    assert not any(key.encode() in left for key in keys)
    capsys.readouterr()
