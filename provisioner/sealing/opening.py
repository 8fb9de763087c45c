"""Sealed models and signatures as files of this machine: read, verified, opened."""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from pathlib import Path

from components import fetch_model, fetch_sealed_model
from components.fetch_sealed_model import Unsound, head_of, opened, unpacked
from provisioner.engine.model_failures import ModelNotRead, ModelUnsound
from provisioner.sealing.keys import Sealing
from provisioner.sealing.store import SIGNATURE, as_not_read
from provisioner.sealing.work import Artifact, Named


def digest_of(path: Path) -> str:
    """Of a file, or of a folder as servers compute it. Raises `ModelNotRead`."""
    with as_not_read(path):
        if path.is_dir():
            return fetch_model.digest_of(str(path))
        return fetch_sealed_model.digest_of(path)


def signatures_beside(path: Path) -> Sequence[str]:
    """The signatures in the envelope beside a file. Raises `ModelNotRead`."""
    file = path.with_name(SIGNATURE)
    with as_not_read(file):
        text = file.read_text()
    try:
        return [str(each["sig"]) for each in json.loads(text)["signatures"]]
    except (ValueError, TypeError, LookupError) as broken:
        raise ModelNotRead(
            str(file), "it is not a signature as `provisioner model seal` writes it"
        ) from broken


def open_into(folder: Path, path: Path, named: Named, sealing: Sealing, digest: str | None) -> Artifact:
    """Open a sealed file into a folder that is not there yet; what it was.

    Raises `ModelNotRead`, `ModelUnsound`, `Refused`; then the folder is not there either.
    """
    if folder.exists():
        raise ModelNotRead(str(folder), "it is there already")
    found = digest_of(path)
    if digest is not None and found != digest:
        raise ModelUnsound(str(path), f"it has the digest {found}, not {digest}")
    with as_not_read(path), path.open("rb") as stream, _fresh(folder) as fresh:
        try:
            header, associated = head_of(stream)
            if (header.get("model"), header.get("version")) != (named.model, named.version):
                what = f"{header.get('model')} {header.get('version')}"
                raise ModelUnsound(str(path), f"it was sealed as {what}, not as {named}")
            key = sealing.opened(named.model, named.version, header["key"])
            unpacked(opened(stream, key, associated), str(fresh))
        except Unsound as unsound:
            raise ModelUnsound(str(path), str(unsound)) from unsound
        fresh.chmod(0o755)
        fresh.rename(folder)
    files = sum(len(names) for _, _, names in os.walk(folder))
    return Artifact(named=named, digest=found, key=str(header["key"].get("key")), files=files)


@contextmanager
def _fresh(folder: Path) -> Generator[Path]:
    """A folder beside the wanted one, whose name it takes when everything in it is known to be right."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    fresh = Path(tempfile.mkdtemp(dir=folder.parent, prefix=f".{folder.name}-"))
    try:
        yield fresh
    finally:
        shutil.rmtree(fresh, ignore_errors=True)
