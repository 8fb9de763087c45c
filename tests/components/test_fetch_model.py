"""What fetches a model lets its server start with the right files only; its digests are those of `sha256sum`."""

import hashlib
import subprocess
import sys
from pathlib import Path

import pytest

from components import fetch_model
from components.fetch_model import digest_of

RECIPE = "find . -type f -not -path '*/.cache/*' -print0 | LC_ALL=C sort -z | xargs -0 sha256sum | sha256sum"
FETCHES = "/storage-initializer/scripts/initializer-entrypoint"


@pytest.fixture
def folder(tmp_path):
    folder = tmp_path / "models"
    for name in ("config.json", "weights/a.bin", "weights/b c.bin", "weights-of-old/x", ".hidden"):
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(f"content of {name}")
    return folder


def said_by_the_shell(folder):
    done = subprocess.run(["sh", "-c", RECIPE], cwd=folder, capture_output=True, text=True, check=True)
    return f"sha256:{done.stdout.split()[0]}"


def test_the_digest_of_files_is_what_the_documented_command_says(folder):
    assert digest_of(str(folder)) == said_by_the_shell(folder)


def test_what_the_client_of_the_hub_notes_does_not_count(folder):
    before = digest_of(str(folder))
    (folder / ".cache/huggingface").mkdir(parents=True)
    (folder / ".cache/huggingface/times").write_text("now")
    assert digest_of(str(folder)) == before == said_by_the_shell(folder)


def test_the_digest_of_one_file_is_its_own(tmp_path):
    (tmp_path / "model.joblib").write_bytes(b"weights")
    assert digest_of(str(tmp_path)) == f"sha256:{hashlib.sha256(b'weights').hexdigest()}"


@pytest.mark.parametrize("change", ["renamed", "changed", "added", "removed"])
def test_any_change_of_the_files_is_another_digest(folder, change):
    before, file = digest_of(str(folder)), folder / "weights/a.bin"
    match change:
        case "renamed":
            file.rename(folder / "weights/z.bin")
        case "changed":
            file.write_text("other")
        case "added":
            (folder / "weights/c.bin").write_text("")
        case "removed":
            file.unlink()
    assert digest_of(str(folder)) != before


@pytest.fixture
def run(folder):
    """Runs the text as the pod does, with a program in the place of KServe's."""

    def run(wanted, ends_with=0):
        fetches = f"{sys.executable!r}, '-c', 'raise SystemExit({ends_with})'"
        text = Path(fetch_model.__file__).read_text().replace(f'"{FETCHES}"', fetches)
        command = [sys.executable, "-c", text, "s3://models/ranker/17", str(folder), wanted]
        return subprocess.run(command, capture_output=True, text=True, check=False)

    return run


def test_the_right_model_is_let_through(folder, run):
    assert run(digest_of(str(folder))).returncode == 0


def test_another_model_is_not(folder, run):
    done = run("sha256:" + "0" * 64)
    assert done.returncode == 1
    assert done.stderr == (
        f"s3://models/ranker/17 has the digest {digest_of(str(folder))}, not sha256:{'0' * 64}: "
        "the server does not start with it.\n"
    )


def test_a_model_that_cannot_be_fetched_is_told(folder, run):
    done = run(digest_of(str(folder)), ends_with=3)
    assert done.returncode == 1
    assert done.stderr == "s3://models/ranker/17 could not be fetched; what is above says why.\n"
