"""What lets a command start quickly. Nothing else depends on it."""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Sequence
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder
from importlib.util import LazyLoader
from types import ModuleType
from typing import Final

_DEFERRED: Final = frozenset({"grpc.aio", "pulumi.automation", "pulumi.dynamic", "pulumi.policy"})
"""Imported by their packages, and used by nobody here before a program does: a tenth of a plan's time."""


class _Deferring(MetaPathFinder):
    """Loads these modules when something in them is asked for."""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        spec = PathFinder.find_spec(fullname, path, target) if fullname in _DEFERRED else None
        if spec is not None and spec.loader is not None:
            spec.loader = LazyLoader(spec.loader)
        return spec


def prepare() -> None:
    """To be called before anything large is imported."""
    # A command makes many objects and ends soon: looking for garbage while modules load doubles the start.
    gc.disable()
    # pydantic would read the description of every installed package, in search of plug-ins for itself.
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")
    sys.meta_path.insert(0, _Deferring())
