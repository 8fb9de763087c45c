"""State in a bucket: the layout of Pulumi's self-managed backends, in S3 or what speaks its language.

What a run writes is put twice, and counts when both have it: into a file on this machine, and into the bucket
(`chain.py`). A put for each group of entries costs some ten milliseconds and a two-hundredth of a cent for a
thousand; to upload from time to time would be cheaper, and would lose with the laptop what the cloud has made
since. When the bucket is away the run stops, and the file has what the bucket lacks.
"""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Final

from provisioner.backends.bucket_place import BucketPlace
from provisioner.backends.here import Here
from provisioner.backends.lease import DURATION
from provisioner.backends.objects import Objects
from provisioner.engine.state_failures import NoConditionalWrites

META: Final = ".pulumi/meta.yaml"
_META: Final = b"version: 1\n"


class Bucket:
    """The stacks below a prefix of a bucket."""

    def __init__(
        self, objects: Objects, desk: Path, duration: timedelta = DURATION, earlier: Path | None = None
    ) -> None:
        """`desk` is a folder of this machine for what only it has to know; `duration` is the leases'.

        `earlier` is the folder that an earlier version used, for this bucket and for others of its name.
        """
        self._objects = objects
        self._desk = desk
        self._earlier = earlier
        self._duration = duration
        self._names: dict[str, set[str]] | None = None
        self._is_checked = False

    def place(self, project: str, stack: str) -> BucketPlace:
        """Where one of them lies."""
        here = Here(self._desk, project, stack, self._earlier)
        return BucketPlace(self._objects, here, f"{project}/{stack}", self._duration, self._check)

    def names(self, project: str) -> tuple[str, ...]:
        """The stacks of a project that have any state, by name, as it was when first asked. `StateIsAway`."""
        if self._names is None:
            self._names = {}
            for kind in ("stacks", "journals"):
                for key, size in self._objects.sizes(f".pulumi/{kind}/").items():
                    # A state file is `<stack>.json`, a journal a folder with the stack's name.
                    _, _, of, file, *_ = [*key.split("/"), ""]
                    if size and not file.endswith(".bak"):
                        self._names.setdefault(of, set()).add(file.removesuffix(".json"))
        return tuple(sorted(self._names.get(project, ())))

    def _check(self) -> None:
        """Before the first write: make it a place for state, and see that the bucket keeps its conditions.

        Some that speak S3's language do not know conditions, and do not say so.
        """
        if self._is_checked:
            return
        if not self._objects.keeps_conditions(META, _META):
            raise NoConditionalWrites(self._objects.address())
        self._is_checked = True
