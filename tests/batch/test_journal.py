"""The journal survives what interrupts it."""

from innovlib.batch.journal import JOURNAL_FILE, Journal


def test_rows_come_back_with_machine_and_person(tmp_path):
    journal = Journal.open(tmp_path)
    journal.add(report="school-S1", status="done", note="ป.6")
    (row,) = journal.rows()
    assert row["report"] == "school-S1" and row["note"] == "ป.6" and {"host", "user"} <= set(row)


def test_a_torn_line_is_passed_over_and_swallows_nothing(tmp_path):
    journal = Journal.open(tmp_path)
    journal.add(report="one")
    with (tmp_path / JOURNAL_FILE).open("a") as file:
        file.write('{"report": "tor')
    journal.add(report="two")
    assert [row["report"] for row in journal.rows()] == ["one", "two"]


def test_no_journal_is_no_rows(tmp_path):
    assert Journal.open(tmp_path).rows() == []
