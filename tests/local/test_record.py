"""The record of the local cloud is read whole or not at all."""

import pytest

from provisioner.local import record
from provisioner.local.record import Record

ONE = Record("abc", 4711, "http://127.0.0.1:5000", "2026-11-21T08:00:00Z")


def test_what_is_written_is_read(tmp_path):
    record.write(tmp_path / "local" / "server.json", ONE)
    assert record.read(tmp_path / "local" / "server.json") == ONE
    assert [file.name for file in (tmp_path / "local").iterdir()] == ["server.json"]


@pytest.mark.parametrize("text", ["", "{", "[]", "{}", '{"format": 3, "id": "a"}', '{"format": 1, "id": 5}'])
def test_anything_else_is_no_record(tmp_path, text):
    file = tmp_path / "server.json"
    file.write_text(text)
    assert record.read(file) is None


def test_no_file_is_no_record(tmp_path):
    assert record.read(tmp_path / "server.json") is None
