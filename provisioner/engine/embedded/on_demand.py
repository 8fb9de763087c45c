"""Loads of a generated SDK such as `pulumi_aws` what a program names, and not the thousand classes beside it.

Nearly half of the time of a plan would go by with classes nobody asked for: `pulumi_aws.ec2` imports 182
modules, and makes 1,200 classes for nested arguments and results. What the generator writes has few shapes,
and this knows them:

- a package is a list of `from .vpc import *`, and `Vpc` is what `.vpc` is called for (in
  `pulumi_kubernetes` the module is called `Vpc`, too);
- `_inputs` and `outputs` hold classes without a base of their own, which refer to each other by name only;
- `_enums` holds two thousand names of instance types and policies.

So a module is loaded, and such a class made, when it is asked for. A name that no module is called for loads
the whole package, as ever.
"""

from __future__ import annotations

import importlib
import importlib.metadata
import re
import sys
import threading
from collections.abc import Callable, Mapping, Sequence
from importlib.machinery import ModuleSpec, SourceFileLoader
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType
from typing import Any, Final

from provisioner import kept_modules
from provisioner.engine.embedded.classes_on_demand import (
    STARRED,
    Classes,
    Enumerations,
    all_made,
    classes_of,
    code_of,
    take,
)
from provisioner.kept import KEPT
from provisioner.loading import Loader, MetaPathFinder

_EXPORT: Final = re.compile(r"^from \.(\w+) import \*$", re.MULTILINE)
_NEXT_WORD: Final = re.compile(r"(?<!^)(?=[A-Z])")

_REGISTERS: Final = "\n_utilities.register("
"""By this the SDK's root says which class a resource of each type has."""


def load_on_demand(sdk: str) -> None:
    """From now on the packages of `sdk` (`pulumi_aws`) that are not loaded yet are loaded piece by piece."""
    if not any(isinstance(finder, _Finder) and finder.sdk == sdk for finder in sys.meta_path):
        sys.meta_path.insert(0, _Finder(sdk))


class _PutOff(ModuleType):
    """Stands for a package until something in it is asked for; others wait while one thread loads it."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return getattr(importlib.import_module(self.__name__), name)


class _Finder(MetaPathFinder):
    """Gives the service packages of an SDK, and the modules in them, another loader."""

    def __init__(self, sdk: str) -> None:
        self.sdk = sdk

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if not f"{fullname}.".startswith(f"{self.sdk}."):
            return None
        spec = kept_modules.find_spec(fullname, path, target)
        if spec is not None and isinstance(spec.loader, SourceFileLoader):
            spec.loader = self._loader(fullname, spec, spec.loader)
        return spec

    def _loader(self, fullname: str, spec: ModuleSpec, whole: SourceFileLoader) -> Loader:
        match fullname.split(".")[1:]:
            case [] | [_] | [_, _] if spec.submodule_search_locations:
                return _Package(whole)
            case [*_, "_inputs" | "outputs"]:
                return Classes(whole)
            case [*_, "_enums"]:
                return Enumerations(whole)
            case ["_utilities"]:
                return _Utilities(whole)
            case [*_, module] if not module.startswith("_"):
                return _Module(whole)
            case _:
                return whole


class _Shown(ModuleType):
    """A package; where a module in it is called like the class that it is for, people see the class."""

    def __setattr__(self, name: str, value: Any) -> None:
        if isinstance(value, ModuleType) and name in vars(value).get("__all__", ()):
            value = getattr(value, name)
        super().__setattr__(name, value)


class _Package(Loader):
    """Loads a package that knows its modules and has loaded none."""

    def __init__(self, whole: SourceFileLoader) -> None:
        self._whole = whole
        self._ends: Mapping[str, str] = {}
        """What is done when it is asked for, and must not be done twice; and the module's text without it."""

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        """One in which nothing is yet."""
        return _Shown(spec.name)

    def exec_module(self, module: ModuleType) -> None:
        package = module.__name__
        names, self._ends = KEPT.made_in_parts("package", self._whole.path, self._looked_through, __file__)
        modules = frozenset[str](names)

        def missing(name: str) -> Any:
            """What the package has under a name that was not asked for before."""
            if name.startswith("__") and name != "__all__":
                raise AttributeError(name)
            for each in (name, _NEXT_WORD.sub("_", name).lower(), *STARRED):
                found = importlib.import_module(f"{package}.{each}") if each in modules else None
                if found is not None and name in (classes_of(found) or found.__all__):
                    setattr(module, name, getattr(found, name))
                    return getattr(found, name)
            if find_spec(f"{package}.{name}"):
                return importlib.import_module(f"{package}.{name}")
            for each in modules.intersection(STARRED):
                all_made(importlib.import_module(f"{package}.{each}"))
            return self._everything(module, name)

        if self._ends:
            _register_when_asked(lambda: self._ends["registers"], module)
        setattr(module, "__getattr__", missing)  # noqa: B010 - a module's type has no such attribute

    def _looked_through(self) -> tuple[Sequence[str], Mapping[str, str]]:
        rest, call, end = (self._whole.get_source(self._whole.name) or "").partition(_REGISTERS)
        ends = {"rest": rest, "registers": f"from . import _utilities{call}{end}"}
        return _EXPORT.findall(rest), ends if call else {}

    def _everything(self, module: ModuleType, name: str) -> Any:
        vars(module).pop("__getattr__", None)
        if (rest := self._ends.get("rest")) is None:
            self._whole.exec_module(module)
        else:
            exec(compile(rest, self._whole.path, "exec"), vars(module))  # noqa: S102 - as the import system
        setattr(module, "__all__", [each for each in vars(module) if not each.startswith("_")])  # noqa: B010
        return getattr(module, name)


def _register_when_asked(code: Callable[[], str], module: ModuleType) -> None:
    """Let the SDK know the classes of all types when it looks for the first: few programs make it do so."""
    sdk: Any = importlib.import_module("pulumi.runtime.rpc")
    turn = threading.Lock()
    waiting = [code]

    def after_it(look: Callable[..., Any]) -> Callable[..., Any]:
        def looked(*asked: Any) -> Any:
            with turn:
                while waiting:
                    exec(waiting.pop()(), vars(module))  # noqa: S102 - the end of the module's code
            return look(*asked)

        return looked

    sdk.get_resource_package = after_it(sdk.get_resource_package)
    sdk.get_resource_module = after_it(sdk.get_resource_module)


class _Module(Loader):
    """Loads a module with those classes of `_inputs` and `_enums` that it mentions, in place of all."""

    def __init__(self, whole: SourceFileLoader) -> None:
        self._whole = whole

    def exec_module(self, module: ModuleType) -> None:
        code = code_of(self._whole, module)
        take(module, code.co_names, code)
        exec(code, vars(module))  # noqa: S102 - what the import system does


class _Utilities(Loader):
    """Loads the module that asks for the version of its package, which the folder beside it says as well.

    `importlib.metadata` would load a parser of mails to read it from there. By this module, too, an SDK that
    is loaded whole puts off the loading of its packages, with Python's `LazyLoader`: until Python 3.12.4 that
    shows a second thread a package half loaded, and each stack's program is on a thread of its own.
    """

    def __init__(self, whole: SourceFileLoader) -> None:
        self._whole = whole

    def exec_module(self, module: ModuleType) -> None:
        package = module.__name__.partition(".")[0]
        beside = (each for each in Path(self._whole.path).parents[1].iterdir() if each.suffix == ".dist-info")
        versions = [each.stem.partition("-")[2] for each in beside if each.stem.startswith(f"{package}-")]
        code, theirs = code_of(self._whole, module), importlib.metadata
        if len(versions) == 1:
            setattr(importlib, "metadata", _Versions(package, versions[0], theirs))  # noqa: B010
        try:
            exec(code, vars(module))  # noqa: S102 - what the import system does
        finally:
            setattr(importlib, "metadata", theirs)  # noqa: B010
        setattr(module, "lazy_import", _PutOff)  # noqa: B010


class _Versions(ModuleType):
    """`importlib.metadata`, with one answer that is known already."""

    def __init__(self, package: str, version: str, theirs: ModuleType) -> None:
        super().__init__(theirs.__name__)
        self._known = {package: version}
        self._theirs = theirs

    def version(self, distribution_name: str) -> str:
        """The version of a package."""
        return self._known.get(distribution_name) or self._theirs.version(distribution_name)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._theirs, name)
