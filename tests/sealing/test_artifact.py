"""A sealed model opens to the same files, and to nothing at all if one bit of it is not as it was sealed."""

import io
import tarfile

import pytest

from components.fetch_sealed_model import MARK, STREAM_HEAD, Unsound, head_of, opened
from provisioner.engine.model_failures import ModelNotRead
from provisioner.sealing import artifact
from provisioner.sealing.artifact import files_of
from tests.sealing.sealed import HEADER, KEY, SEGMENT, made, opened_into, sealed

BY_TINK = bytes.fromhex(
    "28afa510f2df7db74af190779693c4b01ceb7dbde57ed8fbef32dbd7a18723d273e305f1bc6a384b10a42490d8206b80c8f101b200bd"
    "cdf1c113da68e2326ab1779e980646f4759a54d1"
)
"""What Tink 1.16.1 made of `weights of a model` under `KEY`, by AES256_GCM_HKDF_1MB, with `the header` beside it."""


@pytest.fixture(scope="module")
def large(tmp_path_factory):
    """A model of three segments and a bit, sealed."""
    folder = made(tmp_path_factory.mktemp("model"), weights=b"0123456789abcdef" * 200_000, config=b"{}")
    return sealed(folder)


@pytest.fixture
def body(large):
    """Where the first segment begins, and its bytes from there on."""
    _, associated = head_of(io.BytesIO(large))
    return len(associated)


@pytest.mark.parametrize(
    "size",
    [0, 1, SEGMENT - 5000, SEGMENT, 2 * SEGMENT + 17],
)
def test_a_file_comes_back_under_its_name(tmp_path, size):
    content = bytes(size)
    file = made(tmp_path, **{"model.onnx": content}) / "model.onnx"
    assert opened_into(tmp_path / "out", sealed(file)) == {"model.onnx": content}


def test_a_folder_comes_back_with_all_its_files(tmp_path):
    files = {
        "config.json": b"{}",
        "weights__a.bin": b"a" * 3000,
        "weights__deep__b.bin": b"",
        ".hidden": b"h",
    }
    found = opened_into(tmp_path / "out", sealed(made(tmp_path / "in", **files)))
    assert found == {name.replace("__", "/"): content for name, content in files.items()}


def test_every_length_about_the_end_of_a_segment_comes_back(monkeypatch):
    out, first = io.BytesIO(), SEGMENT - STREAM_HEAD - 16
    for size in (first - 1, first, first + 1, first + SEGMENT - 16, first + SEGMENT - 15):
        out = io.BytesIO()
        segments = artifact._Segments(artifact._Counted(out), KEY, b"with it")
        segments.write(bytes(size // 2))
        segments.write(bytes(size - size // 2))
        segments.close()
        out.seek(0)
        assert b"".join(opened(out, KEY, b"with it")) == bytes(size)


def test_what_tink_made_opens():
    assert b"".join(opened(io.BytesIO(BY_TINK), KEY, b"the header")) == b"weights of a model"


def test_the_same_files_make_the_same_archive(tmp_path):
    def plain(content):
        stream = io.BytesIO(content)
        _, associated = head_of(stream)
        return b"".join(opened(stream, KEY, associated))

    one = made(tmp_path / "one", b=b"2", a=b"1")
    other = made(tmp_path / "other", a=b"1", b=b"2")
    (other / "a").chmod(0o600)
    first, second = sealed(one), sealed(other)
    assert plain(first) == plain(second)
    assert first != second


def test_two_seals_of_the_same_file_have_no_block_in_common(tmp_path):
    file = made(tmp_path, model=bytes(100_000)) / "model"
    blocks = [
        {one[at : at + 16] for at in range(len(one) - 100_000, len(one), 16)}
        for one in (sealed(file), sealed(file))
    ]
    assert blocks[0].isdisjoint(blocks[1])


def test_a_link_to_a_file_is_the_file(tmp_path):
    blob = made(tmp_path, blob=b"weights") / "blob"
    folder = tmp_path / "snapshot"
    folder.mkdir()
    (folder / "model.bin").symlink_to(blob)
    assert opened_into(tmp_path / "out", sealed(folder)) == {"model.bin": b"weights"}


@pytest.mark.parametrize("what", ["mark", "length", "header", "salt", "first", "middle", "last", "tag"])
def test_one_bit_that_was_changed_is_found(tmp_path, large, body, what):
    at = {
        "mark": 3,
        "length": len(MARK) + 3,
        "header": len(MARK) + 30,
        "salt": body + 5,
        "first": body + 200,
        "middle": body + SEGMENT + 17,
        "last": len(large) - 300,
        "tag": len(large) - 1,
    }[what]
    changed = bytearray(large)
    changed[at] ^= 1
    with pytest.raises(Unsound):
        opened_into(tmp_path, bytes(changed))


def test_an_end_that_is_missing_is_found_also_between_two_segments(tmp_path, large, body):
    for end in (body, body + 20, body + STREAM_HEAD, body + SEGMENT, body + 2 * SEGMENT, len(large) - 1):
        with pytest.raises(Unsound):
            opened_into(tmp_path, large[:end])


def test_segments_that_change_places_are_found(tmp_path, large, body):
    second, third = (large[body + n * SEGMENT : body + (n + 1) * SEGMENT] for n in (1, 2))
    rest = large[body + 3 * SEGMENT :]
    for middle in (third + second, second + second, third):
        with pytest.raises(Unsound):
            opened_into(tmp_path, large[: body + SEGMENT] + middle + rest)


def test_segments_of_another_version_are_found(tmp_path, large, body):
    other = sealed(made(tmp_path / "in", weights=b"fedcba9876543210" * 200_000, config=b"{}"))
    assert len(other) == len(large)
    mixed = large[: body + SEGMENT] + other[body + SEGMENT : body + 2 * SEGMENT] + large[body + 2 * SEGMENT :]
    with pytest.raises(Unsound):
        opened_into(tmp_path / "out", mixed)


def test_what_is_appended_is_found(tmp_path, large):
    with pytest.raises(Unsound):
        opened_into(tmp_path, large + b"x")


def test_another_key_opens_nothing(tmp_path, large):
    with pytest.raises(Unsound, match="was changed after it was sealed"):
        opened_into(tmp_path, large, key=bytes(32))
    assert [*tmp_path.iterdir()] == []


def test_a_header_that_was_written_anew_opens_nothing(tmp_path, large, body):
    anew = sealed(made(tmp_path / "in", weights=b""), header={**HEADER, "version": 18})
    _, associated = head_of(io.BytesIO(anew))
    with pytest.raises(Unsound):
        opened_into(tmp_path / "out", associated + large[body:])


@pytest.mark.parametrize(
    "content", [b"", b"PK\x03\x04", MARK, MARK + b"\xff\xff\xff\xff{}", MARK + b"\0\0\0\x02[]"]
)
def test_what_is_no_sealed_model_is_told(tmp_path, content):
    with pytest.raises(Unsound, match="not a sealed model|header cannot be read"):
        opened_into(tmp_path, content)


@pytest.mark.parametrize(
    ("name", "kind", "said"),
    [
        ("../outside", tarfile.REGTYPE, "would lie outside"),
        ("/etc/passwd", tarfile.REGTYPE, "would lie outside"),
        ("a/../../b", tarfile.REGTYPE, "would lie outside"),
        ("link", tarfile.SYMTYPE, "is not a file"),
        ("device", tarfile.CHRTYPE, "is not a file"),
    ],
)
def test_an_archive_writes_files_into_its_folder_and_nothing_else(tmp_path, monkeypatch, name, kind, said):
    def add(archive, *_):
        entry = tarfile.TarInfo(name)
        entry.type, entry.linkname = kind, "/etc/passwd"
        archive.addfile(entry)

    monkeypatch.setattr(artifact, "_add", add)
    with pytest.raises(Unsound, match=said):
        opened_into(tmp_path / "out", sealed(made(tmp_path / "in", weights=b"")))
    assert not (tmp_path / "outside").exists()


def test_what_cannot_be_sealed_is_told(tmp_path):
    empty, broken = tmp_path / "empty", tmp_path / "broken"
    empty.mkdir()
    broken.mkdir()
    (broken / "link").symlink_to("nowhere")
    for path, said in ((empty, "no file"), (broken, "leads to none"), (tmp_path / "no", "no such file")):
        with pytest.raises(ModelNotRead) as refused:
            files_of(path)
        assert said in refused.value.reason
