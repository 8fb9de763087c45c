"""Installing `pulumi` from an archive: only one that runs here, and that the SDK works with, takes its place."""

import io
import tarfile

import pytest

from provisioner.engine.engine_failures import ArchiveUnusable, EngineNotInstalled
from provisioner.engine.pulumi_cli import installed

SAYS = "#!/bin/sh\necho v{}\n"


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("PATH", "/usr/bin:/bin")
    monkeypatch.setattr(installed.shutil, "which", lambda _: None)
    return tmp_path


def archive(folder, **programs):
    file = folder / "pulumi.tar.gz"
    with tarfile.open(file, "w:gz") as tar:
        for name, text in programs.items():
            member = tarfile.TarInfo(f"pulumi/{name.replace('_', '-')}")
            member.size, member.mode = len(text), 0o755
            tar.addfile(member, io.BytesIO(text.encode()))
    return file


def test_an_archive_is_unpacked_where_the_sdk_looks(home):
    file = archive(home, pulumi=SAYS.format("3.999.0"), pulumi_language_python="", readme="")
    found = installed.unpack(file)
    assert (found.version, found.objection) == ("3.999.0", "")
    assert installed.root() == str(installed.sdk_folder())
    assert sorted(each.name for each in (installed.sdk_folder() / "bin").iterdir()) == [
        "pulumi",
        "pulumi-language-python",
    ]


@pytest.mark.parametrize(
    ("programs", "why"),
    [
        ({"pulumi": SAYS.format("3.999.0")}, "it holds no `pulumi-language-python`"),
        (
            {"pulumi": SAYS.format("2.1.0"), "pulumi_language_python": ""},
            "Minimum version requirement failed",
        ),
        ({"pulumi": "not a program", "pulumi_language_python": ""}, ""),
        ({"readme": "x"}, "it holds no `pulumi`"),
    ],
)
def test_nothing_else_takes_its_place(home, programs, why):
    with pytest.raises(ArchiveUnusable) as refused:
        installed.unpack(archive(home, **programs))
    assert why in refused.value.reason
    assert not installed.sdk_folder().exists()


def test_a_file_that_is_no_archive_is_refused(home):
    (home / "x.tar.gz").write_text("x")
    with pytest.raises(ArchiveUnusable):
        installed.unpack(home / "x.tar.gz")


def test_where_there_is_none_that_is_said():
    with pytest.raises(EngineNotInstalled):
        installed.root()
    assert installed.found() is None


def test_half_of_a_download_is_no_archive(home):
    file = archive(home, pulumi=SAYS.format("3.999.0"), pulumi_language_python="x" * 100_000)
    file.write_bytes(file.read_bytes()[:-50])
    with pytest.raises(ArchiveUnusable) as refused:
        installed.unpack(file)
    assert refused.value.reason.startswith("it cannot be unpacked: ")
