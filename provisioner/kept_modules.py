"""Finds and loads modules whose code is kept (`kept.py`)."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from importlib.machinery import ModuleSpec, PathFinder, SourceFileLoader
from types import CodeType, ModuleType
from typing import Final

from provisioner.kept import KEPT, Place
from provisioner.loading import MetaPathFinder

_CODE: Final = "code"
_COMPILED: Final = f".{sys.implementation.cache_tag}.pyc"


def load_kept() -> None:
    """From now on modules are found where they were found before, unless something changed there."""
    sys.meta_path.insert(sys.meta_path.index(PathFinder), _Finder())


def find_spec(
    fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
) -> ModuleSpec | None:
    """As `PathFinder.find_spec`: the same module, from the same file."""
    if path is not None and len(path) == 1:  # else it may be found in several places
        folder, name = path[0], fullname.rpartition(".")[2]
        package = f"{folder}/{name}"
        if (place := KEPT.find(_CODE, source := f"{package}/__init__.py")) is not None:
            return _spec(fullname, source, place, package)
        if (place := KEPT.find(_CODE, source := f"{package}.py")) is not None:
            return _spec(fullname, source, place)
    spec = PathFinder.find_spec(fullname, path, target)
    if spec is not None and type(spec.loader) is SourceFileLoader and spec.origin:
        spec.loader = _Loader(fullname, spec.origin, KEPT.find(_CODE, spec.origin))
    return spec


def _spec(name: str, source: str, place: Place, package: str = "") -> ModuleSpec:
    spec = ModuleSpec(name, _Loader(name, source, place), origin=source, is_package=bool(package))
    spec.has_location = True  # pyright: ignore[reportAttributeAccessIssue] - as `spec_from_file_location`
    if package:
        spec.submodule_search_locations = [package]
    if sys.pycache_prefix is None:  # what it would work out
        folder, _, file = source.rpartition("/")
        spec.cached = f"{folder}/__pycache__/{file.removesuffix('.py')}{_COMPILED}"
    return spec


class _Finder(MetaPathFinder):
    """Stands before Python's own `PathFinder`."""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        return find_spec(fullname, path, target)


class _Loader(SourceFileLoader):
    """Takes a module's code from where it is kept."""

    def __init__(self, name: str, source: str, place: Place | None) -> None:
        super().__init__(name, source)
        self._place = place

    def get_code(self, fullname: str) -> CodeType | None:
        if self._place is not None:
            return KEPT.read(self._place)
        return KEPT.made(_CODE, self.path, lambda: SourceFileLoader.get_code(self, fullname))
