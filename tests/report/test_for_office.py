"""Lines for the area's own office: each threat with its number, what was left out with the tests it holds for."""

from __future__ import annotations

import pandas as pd

from innovlib.effects.findings import KEY
from innovlib.report import for_office

HEAD = dict.fromkeys(KEY, "") | {"group": "all", "kind": "together"}


def test_threats_are_told_each_with_its_number():
    rows_ = [
        {"threat": "violation", "estimate": 0.4, "limit": 0.9, "reason_th": "", "reason_en": ""},
        {"threat": "participation", "reason_th": "ไม่ทราบ วิธีแก้: เติม", "reason_en": "not known"},
    ]
    lines = for_office.threat_lines({"threats": pd.DataFrame([HEAD | row for row in rows_])})
    assert lines[0].endswith("0.40 (0.9)")
    assert lines[1].endswith("– (ไม่ทราบ)")


def test_what_was_left_out_is_told_once_with_all_its_tests():
    note = {"note_th": "ปีที่ไม่มีผล: 2563", "note_en": "years without any result: 2563"}
    tests = [{"kind": "score", "test": "RT", "grade": "ป.1", "subject": s} for s in ("reading_aloud", "comprehension")]
    of_all = {"note_th": "ตัดออก", "note_en": "left out"}
    notes = pd.DataFrame([*(HEAD | t | note for t in tests), HEAD | of_all, HEAD | of_all | {"group": "1"}])
    lines = for_office.note_lines({"notes": notes})
    assert len(lines) == 2
    assert "RT Grade 1 Reading aloud and RT Grade 1 Reading comprehension: years without any result: 2563" in lines[0]
    assert lines[1].endswith(": left out") and len(for_office.note_lines({"notes": notes}, group="1")) == 1
