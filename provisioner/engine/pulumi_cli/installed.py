"""Which `pulumi` there is, whether the SDK works with it, and where it comes from."""

from __future__ import annotations

import os
import shutil
import subprocess
import tarfile
import tempfile
import zlib
from importlib import metadata
from pathlib import Path
from typing import Final

from pulumi.automation import PulumiCommand
from pulumi.automation.errors import InvalidVersionError

from provisioner.engine.engine_failures import ArchiveUnusable, EngineNotFetched, EngineNotInstalled
from provisioner.engine.engines import Installed

SDK_VERSION: Final = metadata.version("pulumi")
_PROGRAM: Final = "pulumi"
_LANGUAGE: Final = "pulumi-language-python"


def sdk_folder() -> Path:
    """Where the SDK's own installer puts the version that goes with it."""
    return Path.home() / ".pulumi" / "versions" / SDK_VERSION


def root() -> str | None:
    """What the SDK is to be told: None for the `pulumi` on the PATH, else the folder of the one it installed.

    Raises `EngineNotInstalled`.
    """
    if shutil.which(_PROGRAM):
        return None
    if (sdk_folder() / "bin" / _PROGRAM).is_file():
        return str(sdk_folder())
    raise EngineNotInstalled(SDK_VERSION)


def found() -> Installed | None:
    """The `pulumi` that a run would use; None: there is none."""
    try:
        where = root()
    except EngineNotInstalled:
        return None
    file = str(Path(where) / "bin" / _PROGRAM) if where else shutil.which(_PROGRAM) or _PROGRAM
    return looked_at(file)


def looked_at(file: str) -> Installed:
    """What a `pulumi` says of itself, and the SDK of it."""
    version, objection = _said_by(file), ""
    try:
        PulumiCommand(root=_root_of(file))
    except InvalidVersionError as wrong:
        objection = str(wrong)
    except (OSError, subprocess.SubprocessError) as refused:
        objection = str(refused)
    return Installed(file, version, objection)


def fetch() -> Installed:
    """Have the SDK's own installer fetch the version that goes with it. Raises `EngineNotFetched`."""
    try:
        command = PulumiCommand.install()
    except (OSError, subprocess.SubprocessError, InvalidVersionError) as refused:
        said = getattr(refused, "output", b"") or b""
        detail = said.decode(errors="replace").strip() if isinstance(said, bytes) else str(said)
        raise EngineNotFetched(SDK_VERSION, detail or str(refused)) from refused
    return looked_at(command.command)


def unpack(archive: Path) -> Installed:
    """Put the `pulumi` in an archive of its publisher where the SDK looks for its own.

    The archive is unpacked beside that folder first, and asked which version it is; only one that the SDK
    works with takes its place. Raises `ArchiveUnusable`.
    """
    target = sdk_folder()
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=".unpacking-") as folder:
        fresh = Path(folder) / "root"
        _unpacked(archive, fresh / "bin")
        it = looked_at(str(fresh / "bin" / _PROGRAM))
        if it.objection or not it.version:
            raise ArchiveUnusable(archive, it.objection or "the `pulumi` in it does not run here")
        shutil.rmtree(target, ignore_errors=True)
        fresh.rename(target)
    return looked_at(str(target / "bin" / _PROGRAM))


def _unpacked(archive: Path, into: Path) -> None:
    """The programs in the archive, whatever folder they are in there; nothing else of it."""
    into.mkdir(parents=True)
    try:
        with tarfile.open(archive) as tar:
            programs = [each for each in tar if each.isfile() and _name_of(each).startswith(_PROGRAM)]
            for each in programs:
                packed = tar.extractfile(each)
                assert packed is not None, "it is a file"
                with (into / _name_of(each)).open("wb") as file:
                    shutil.copyfileobj(packed, file)
                    os.fchmod(file.fileno(), 0o755)
    except (OSError, EOFError, zlib.error, tarfile.TarError) as wrong:  # half of a download ends too early
        raise ArchiveUnusable(archive, f"it cannot be unpacked: {wrong}") from wrong
    names = {_name_of(each) for each in programs}
    if missing := [name for name in (_PROGRAM, _LANGUAGE) if name not in names]:
        raise ArchiveUnusable(archive, f"it holds no `{missing[0]}`")


def _name_of(packed: tarfile.TarInfo) -> str:
    return Path(packed.name).name


def _said_by(file: str) -> str:
    quiet = {**os.environ, "PULUMI_SKIP_UPDATE_CHECK": "true"}
    try:
        said = subprocess.run([file, "version"], capture_output=True, text=True, env=quiet, check=False)  # noqa: S603 - the program that would be run anyway
    except OSError:
        return ""
    return said.stdout.strip().removeprefix("v") if said.returncode == 0 else ""


def _root_of(file: str) -> str | None:
    """The folder that the SDK is told; it asks for `bin/pulumi` in it."""
    path = Path(file)
    return str(path.parent.parent) if path.parent.name == "bin" else None
