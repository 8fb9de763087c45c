"""Files that are handed to plugins are told apart by the hashes of Pulumi's engine."""

import hashlib

import pytest

from provisioner.plan.marks import ARCHIVE, ASSET, SIGNATURE
from provisioner.plan.values import Secret
from provisioner.providers.protocol.assets import with_hashes
from tests.providers.protocol.test_plugin import BOX, Stub, plugin, sent

# What `pulumi preview --save-plan` of Pulumi 3.260.0 writes for the same files.
TEXT = "b94f6f125c79e3a5ffaa826f584c10d52ada669e6762051b826b55776d05aed2"
FOLDER = "80a02998fd64e47f5d9b35b24304c76403892aa3ab049c716d5b007fe56f642a"
TOGETHER = "72703bd6f4a30015258a51adf6a59dbcfb20ac5930e7bea419f3323dd837a12b"
Z = "f6936912184481f5edd4c304ce27c5a1a827804fc7f329f43d273b8621870776"


def asset(**fields):
    return {SIGNATURE: ASSET, **fields}


def archive(**fields):
    return {SIGNATURE: ARCHIVE, **fields}


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A folder of the program's, where it runs."""
    below = tmp_path / "dir" / "sub"
    below.mkdir(parents=True)
    (tmp_path / "dir" / "a.txt").write_text("one\n")
    (below / "b.txt").write_text("two\n")
    (tmp_path / "dir" / "z.txt").write_text("three\n")
    (tmp_path / "dir" / "link").symlink_to("a.txt")
    (tmp_path / "dir" / "sub-link").symlink_to("sub")
    (tmp_path / "dir" / ".pulumi").mkdir()
    (tmp_path / "dir" / ".pulumi" / "no").write_text("x")
    monkeypatch.chdir(tmp_path)
    return tmp_path / "dir"


def hash_of(value):
    return with_hashes({"source": value})["source"]["hash"]


def test_a_text_and_a_folder(folder):
    assert hash_of(asset(text="some text")) == TEXT
    assert hash_of(archive(path="dir")) == FOLDER


def test_what_a_program_puts_together(folder):
    files = {"b.txt": asset(text="some"), "a": archive(path="dir"), "c/d.txt": asset(path="dir/z.txt")}
    made = with_hashes({"source": archive(assets=files)})["source"]
    assert made["hash"] == TOGETHER
    assert (made["assets"]["a"]["hash"], made["assets"]["c/d.txt"]["hash"]) == (FOLDER, Z)


def test_a_packed_archive_is_its_bytes(folder):
    (folder / "x.tar.gz").write_bytes(b"packed")
    assert hash_of(archive(path="dir/x.tar.gz")) == hashlib.sha256(b"packed").hexdigest()


def test_a_change_deep_in_a_folder_is_another_hash(folder):
    (folder / "sub" / "b.txt").write_text("TWO\n")
    assert hash_of(archive(path="dir")) != FOLDER


def test_a_long_name_is_hashed_too(folder):
    assert len(hash_of(archive(assets={"n" * 150: asset(text="a"), "ä": asset(text="b")}))) == 64


def test_what_has_a_hash_or_lies_elsewhere_is_left_as_it_is(folder):
    for value in (
        asset(text="a", hash="known"),
        archive(uri="https://example.com/x.zip"),
        Secret("x"),
        [1, {"a": 2}],
    ):
        assert with_hashes({"source": value}) == {"source": value}


def test_a_plugin_is_sent_the_hash_and_a_missing_file_is_a_problem(folder):
    from pulumi.runtime.proto import provider_pb2

    stub = Stub(Check=provider_pb2.CheckResponse())
    plugin(stub).check(BOX, "a", None, {"list": [asset(text="some text")]}, b"")
    assert sent(stub.sent.news)["list"][0]["hash"] == TEXT
    checked = plugin(stub).check(BOX, "a", None, {"file": asset(path="nowhere.txt")}, b"")
    assert [each.reason for each in checked.problems] == ["nowhere.txt: No such file or directory"]
