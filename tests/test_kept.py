"""What is kept counts as long as what it was made of stays as it was."""

import os
import stat
import sys
import time

import pytest

from provisioner import kept
from provisioner.kept import Kept

LARGE = "x" * 100_000
"""Enough to be worth writing."""


@pytest.fixture
def path(tmp_path, monkeypatch):
    monkeypatch.setattr(sys, "dont_write_bytecode", False)
    return str(tmp_path / "kept" / "file")


@pytest.fixture
def source(tmp_path):
    (tmp_path / "kept").mkdir()
    (tmp_path / "sources").mkdir()
    found = tmp_path / "sources" / "source.json"
    found.write_text("one")
    return found


@pytest.fixture
def maker(tmp_path):
    (tmp_path / "makers").mkdir()
    found = tmp_path / "makers" / "maker.py"
    found.write_text("")
    return found


def opened(path):
    found = Kept()
    found.open(path)
    return found


def later(file):
    now = os.stat(file).st_mtime_ns + 1_000_000
    os.utime(file, ns=(now, now))


def made(kept, source, value=LARGE, maker=""):
    return kept.made("kind", str(source), lambda: value, str(maker))


def test_a_value_is_made_once(path, source):
    first = opened(path)
    assert made(first, source) == LARGE
    first.write()
    assert stat.filemode(os.stat(path).st_mode) == "-rw-------"
    assert made(opened(path), source, "made again") == LARGE


@pytest.mark.parametrize("change", ["text", "time", "folder", "maker", "maker gone"])
def test_it_is_made_again_once_anything_behind_it_has_changed(path, source, maker, change):
    first = opened(path)
    made(first, source, maker=maker)
    first.write()
    match change:
        case "text":
            times = os.stat(source)
            source.write_text("another")
            os.utime(source, ns=(times.st_atime_ns, times.st_mtime_ns))
        case "time":
            later(source)
        case "folder":
            later(source.parent)
        case "maker":
            later(maker)
        case "maker gone":
            maker.unlink()
    assert made(opened(path), source, "made again", maker) == "made again"


def test_a_source_that_is_gone_has_no_value(path, source):
    first = opened(path)
    made(first, source)
    first.write()
    source.unlink()
    again = opened(path)
    assert made(again, source, "made again") == "made again"
    again.write()
    assert opened(path).find("kind", str(source)) is None


def test_values_of_one_source_have_kinds(path, source):
    first = opened(path)
    first.made("one", str(source), lambda: LARGE)
    first.made("other", str(source), lambda: 2)
    first.write()
    again = opened(path)
    assert again.made("other", str(source), lambda: None) == 2
    assert again.made("third", str(source), lambda: 3) == 3


def test_parts_are_read_one_by_one(path, source):
    def make():
        return "whole", {"a": LARGE, "b": [1, 2], "c": None}

    first = opened(path)
    value, parts = first.made_in_parts("parts", str(source), make, kept.__file__)
    assert (value, dict(parts)) == ("whole", make()[1])
    first.write()
    value, parts = opened(path).made_in_parts("parts", str(source), lambda: ("no", {}), kept.__file__)
    assert (value, dict(parts), list(parts), len(parts)) == ("whole", make()[1], ["a", "b", "c"], 3)
    assert "b" in parts
    assert "d" not in parts
    with pytest.raises(KeyError):
        parts["d"]


def test_what_others_have_written_meanwhile_stays(path, source):
    one, other = opened(path), opened(path)
    one.made("one", str(source), lambda: LARGE)
    other.made_in_parts("other", str(source), lambda: (1, {"a": LARGE}), kept.__file__)
    one.write()
    other.write()
    assert opened(path).made("one", str(source), lambda: None) == LARGE
    assert opened(path).made_in_parts("other", str(source), lambda: (0, {}), kept.__file__)[1]["a"] == LARGE


def test_little_is_not_worth_writing(path, source):
    first = opened(path)
    made(first, source, "small")
    first.write()
    assert not os.path.exists(path)


def test_nothing_is_written_where_python_writes_nothing(path, source, monkeypatch):
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    first = opened(path)
    made(first, source)
    first.write()
    assert not first.is_of_use
    assert not os.path.exists(path)


def test_who_was_killed_while_it_wrote_is_no_hindrance(path, source):
    left = f"{path}.new"
    for age, found in ((0, "made again"), (100, LARGE)):
        with open(left, "w"):
            pass
        os.utime(left, (time.time() - age,) * 2)
        first = opened(path)
        assert made(first, source) == LARGE
        first.write()
        assert made(opened(path), source, "made again") == found
    assert not os.path.exists(left)


def test_a_folder_that_is_not_there_is_no_failure(path, source, tmp_path):
    first = opened(str(tmp_path / "missing" / "file"))
    assert made(first, source) == LARGE
    first.write()
    assert not first.is_of_use


def test_nothing_is_kept_before_there_is_a_file(source):
    nowhere = Kept()
    assert made(nowhere, source) == LARGE
    nowhere.write()
    assert not nowhere.is_of_use


@pytest.mark.parametrize(
    "damage",
    [
        lambda text: b"",
        lambda text: text[:-1],
        lambda text: text + b"x",
        lambda text: b"other" + text[5:],
        lambda text: text[:4] + bytes(8) + text[12:],
        lambda text: text[:-100] + bytes(100),
    ],
)
def test_a_file_that_is_not_whole_is_as_good_as_none(path, source, damage):
    first = opened(path)
    made(first, source)
    first.write()
    with open(path, "rb") as file:
        text = file.read()
    with open(path, "wb") as file:
        file.write(damage(text))
    again = opened(path)
    assert made(again, source, LARGE + "again") == LARGE + "again"
    again.write()
    assert made(opened(path), source, None) == LARGE + "again"
    assert os.listdir(os.path.dirname(path)) == ["file"]


def test_what_cannot_be_kept_is_no_matter(path, source):
    first = opened(path)
    made(first, source, value=[LARGE, object()])
    first.write()
    assert not os.path.exists(path)
