"""Loads of a generated SDK such as `pulumi_aws` the modules a program names, not the thousands beside them.

`import pulumi_aws.ec2` runs `from .vpc import *` for each of 182 modules: a third of a plan's time, for
classes nobody asked for. `Vpc` is in `.vpc`, as the generator writes it, so the package can look it up when
it is named. A name that is in no module called for it loads the whole package, as ever.
"""

from __future__ import annotations

import importlib
import re
import sys
from collections.abc import Sequence
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder, SourceFileLoader
from types import ModuleType
from typing import Any, Final

_EXPORT: Final = re.compile(r"^from \.(\w+) import \*$", re.MULTILINE)
_NEXT_WORD: Final = re.compile(r"(?<!^)(?=[A-Z])")
_INPUTS: Final = "_inputs"


def load_on_demand(sdk: str) -> None:
    """From now on the packages of `sdk` (`pulumi_aws`) that are not loaded yet are loaded piece by piece."""
    if not any(isinstance(finder, _Finder) and finder.sdk == sdk for finder in sys.meta_path):
        sys.meta_path.insert(0, _Finder(sdk))


class _Finder(MetaPathFinder):
    """Gives the service packages of an SDK another loader."""

    def __init__(self, sdk: str) -> None:
        self.sdk = sdk

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """The module as Python would find it, with the loader below if it is a service's package."""
        parent, _, _ = fullname.rpartition(".")
        spec = PathFinder.find_spec(fullname, path, target) if parent == self.sdk else None
        if spec is not None and spec.submodule_search_locations and isinstance(spec.loader, SourceFileLoader):
            spec.loader = _Package(spec.loader)
        return spec


class _Package(Loader):
    """Loads a package that knows its modules and has loaded none."""

    def __init__(self, whole: SourceFileLoader) -> None:
        self._whole = whole

    def exec_module(self, module: ModuleType) -> None:
        """Nothing but a way to find names later."""
        package = module.__name__
        modules = frozenset(_EXPORT.findall(self._whole.get_source(package) or ""))

        def missing(name: str) -> Any:
            if name == "outputs":
                return importlib.import_module(f"{package}.outputs")
            if name.startswith("__") and name != "__all__":
                raise AttributeError(name)
            for source in (_NEXT_WORD.sub("_", name).lower(), _INPUTS):
                found = importlib.import_module(f"{package}.{source}") if source in modules else None
                if found is not None and name in found.__all__:
                    setattr(module, name, getattr(found, name))
                    return getattr(found, name)
            return self._everything(module, name)

        setattr(module, "__getattr__", missing)  # noqa: B010 - a module's type has no such attribute

    def _everything(self, module: ModuleType, name: str) -> Any:
        vars(module).pop("__getattr__", None)
        self._whole.exec_module(module)
        return getattr(module, name)
