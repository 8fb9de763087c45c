"""What a plan holds for: the environment's files, the program that makes it, and what acts on it."""

from __future__ import annotations

import hashlib
import importlib
import importlib.metadata
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

from environments.load import Loaded
from provisioner.plan.saved import Bound

_SOURCES: Final = ("components", "environments", "provisioner", "stacks")
"""Packages that say what a program asks for, and what engine and drivers make of it."""

_PACKAGES: Final = ("provisioner", "pulumi")


def bound(loaded: Loaded, providers: Mapping[str, str]) -> Bound:
    """What can be said without a look at state or cloud; `providers` are their versions."""
    env = loaded.environment
    return Bound(
        environment=env.name,
        files=_digests(loaded.files),
        cloud=env.cloud,
        account=env.account_id,
        program=program_digest(),
        packages={name: importlib.metadata.version(name) for name in _PACKAGES},
        providers=dict(sorted(providers.items())),
    )


def program_digest() -> str:
    """The same for the same sources, wherever they lie."""
    digest = hashlib.sha256()
    for package in _SOURCES:
        folder = Path(str(importlib.import_module(package).__file__)).parent
        for file in sorted(_sources(folder)):
            name = f"{package}/{file.relative_to(folder).as_posix()}"
            digest.update(f"{name}\0{_of(file)}\n".encode())
    return f"sha256:{digest.hexdigest()}"


def _sources(folder: Path) -> Iterator[Path]:
    for path in folder.rglob("*"):
        # An environment's own files are bound one by one; others of the folder have nothing to do with it.
        if path.suffix == ".py" or (path.suffix == ".yaml" and path.name.startswith("Pulumi")):
            yield path


def _digests(files: tuple[Path, ...]) -> dict[str, str]:
    """By the name as seen from the folder of the first, which is the environment's own."""
    folder = files[0].resolve().parent
    return {os.path.relpath(file.resolve(), folder): f"sha256:{_of(file)}" for file in files}


def _of(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()
