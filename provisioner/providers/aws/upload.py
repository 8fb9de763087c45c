"""A file of any size into a bucket: in parts, side by side, with a few of them in memory."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import Any

from provisioner.providers.aws.scope import Scope, answered


def upload(scope: Scope, file: Path, bucket: str, key: str) -> None:
    """The object with the content of the file. Raises `Refused`."""
    client = scope.clients.client("s3", scope.region)
    transfer: Any = import_module("s3transfer.manager")

    def moved() -> dict[str, Any]:
        with transfer.TransferManager(client) as moving:
            moving.upload(str(file), bucket, key).result()
        return {}

    answered("put_object", client, moved)
