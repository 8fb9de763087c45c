"""What loaders of modules of ours are made of.

`importlib.abc` has these classes, too, and takes 9 ms to load: it brings `importlib.resources` along.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from importlib.abc import Loader, MetaPathFinder
    from importlib.machinery import ModuleSpec
    from types import ModuleType
else:
    MetaPathFinder = object

    class Loader:
        """Loads modules; what makes them is the import system, unless a loader does."""

        def create_module(self, spec: ModuleSpec) -> ModuleType | None:  # noqa: ARG002 - as it is called
            """None: as usual."""
            return None


__all__ = ["Loader", "MetaPathFinder"]
