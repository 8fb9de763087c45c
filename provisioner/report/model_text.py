"""What is said of models that were sealed, signed, verified and opened."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from provisioner.report.naming import counted
from provisioner.sealing.work import Artifact

MODEL_SCHEMA: Final = "provisioner/model/1"

_UNITS: Final = ((1 << 30, "GiB"), (1 << 20, "MiB"), (1 << 10, "KiB"))


def artifact_text(artifact: Artifact, *, is_known: bool) -> str:
    """What was done, and what to write into the environment's file; it may know the signing key already."""
    called = artifact.named
    lines = [f"Sealed {called} by {artifact.key}: {counted(artifact.files, 'file')}, {size(artifact.size)}."]
    lines = lines if artifact.key else [f"Signed {called}."]
    if artifact.uri:
        lines += [f"It lies at {artifact.uri}."]
    lines += [
        "",
        f"To serve it, write in the entry `{artifact.named.model}` of `models`:",
        "",
        *_entry(artifact),
    ]
    if artifact.signing_key and not is_known:
        lines += ["", "and so that its signature counts:", "", "model_store:", "  signing_keys:"]
        lines += [f"    - {artifact.signing_key}"]
    return "\n".join(lines) + "\n"


def _entry(artifact: Artifact) -> Sequence[str]:
    known = {
        "uri": _served_from(artifact.uri),
        "digest": artifact.digest,
        "sealed": "true" if artifact.key else "",
        "signature": artifact.signature,
    }
    said = [f"      {name}: {value}" for name, value in known.items() if value]
    return ["    source:", *said, f"    traffic: {{stable: {artifact.named.version}}}"]


def _served_from(uri: str) -> str:
    """The address that servers fetch it from; nobody knows where a folder of this machine is copied to."""
    if not uri or "://" in uri:
        return uri
    return f"s3://BUCKET/{'/'.join(uri.split('/')[-3:])}  # wherever you copy it to"


def artifact_document(artifact: Artifact) -> Mapping[str, Any]:
    """The same for programs."""
    return {
        "schema": MODEL_SCHEMA,
        "model": artifact.named.model,
        "version": artifact.named.version,
        "digest": artifact.digest,
        "uri": artifact.uri or None,
        "sealed": bool(artifact.key),
        "key": artifact.key or None,
        "signature": artifact.signature or None,
        "signingKey": artifact.signing_key or None,
        "files": artifact.files,
        "bytes": artifact.size,
    }


def size(bytes_: int) -> str:
    """`1.4 GiB`."""
    for unit, name in _UNITS:
        if bytes_ >= unit:
            return f"{bytes_ / unit:.1f} {name}"
    return counted(bytes_, "byte")
