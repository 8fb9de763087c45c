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

import builtins
import importlib
import importlib.metadata
import inspect
import re
import sys
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from importlib.machinery import ModuleSpec, SourceFileLoader
from importlib.util import find_spec
from pathlib import Path
from types import CodeType, FunctionType, ModuleType
from typing import Any, Final, TypedDict

from provisioner import kept_modules
from provisioner.kept import KEPT
from provisioner.loading import Loader, MetaPathFinder

_EXPORT: Final = re.compile(r"^from \.(\w+) import \*$", re.MULTILINE)
_NEXT_WORD: Final = re.compile(r"(?<!^)(?=[A-Z])")

_REGISTERS: Final = "\n_utilities.register("
"""By this the SDK's root says which class a resource of each type has."""

_STARRED: Final = ("_inputs", "_enums")
"""What every module of a package imports whole."""

_HEAD_BYTES: Final = 4096
_HEAD_ENDS: Final = "\n__all__ = ["
"""What a generated module has between its imports and its classes."""


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
                return _Classes(whole)
            case [*_, "_enums"]:
                return _Enumerations(whole)
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
            for each in (name, _NEXT_WORD.sub("_", name).lower(), *_STARRED):
                found = importlib.import_module(f"{package}.{each}") if each in modules else None
                if found is not None and name in (_classes(found) or found.__all__):
                    setattr(module, name, getattr(found, name))
                    return getattr(found, name)
            if find_spec(f"{package}.{name}"):
                return importlib.import_module(f"{package}.{name}")
            for each in modules.intersection(_STARRED):
                _all_made(importlib.import_module(f"{package}.{each}"))
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
        code = _code(self._whole, module)
        _take(module, code.co_names, code)
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
        code, theirs = _code(self._whole, module), importlib.metadata
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


class _Enumerations(Loader):
    """Loads a module of enumerations when the first of them is asked for."""

    def __init__(self, whole: SourceFileLoader) -> None:
        self._whole = whole

    def exec_module(self, module: ModuleType) -> None:
        def missing(name: str) -> Any:
            """The enumeration called `name`."""
            if name not in bodies:
                raise AttributeError(name)
            if name not in vars(module):
                exec(_code(self._whole, module), vars(module))  # noqa: S102 - what the import system does
            return vars(module)[name]

        _, bodies = _parts(self._whole, module)
        _promise(module, bodies, missing)


class _Classes(Loader):
    """Loads a module whose classes are made when they are asked for."""

    def __init__(self, whole: SourceFileLoader) -> None:
        self._whole = whole
        self._making = threading.RLock()

    def exec_module(self, module: ModuleType) -> None:
        (head, names), bodies = _parts(self._whole, module)
        if head is None:
            self._whole.exec_module(module)
            return
        exec(head, vars(module))  # noqa: S102 - its imports

        def missing(name: str) -> Any:
            """The class called `name`."""
            if name not in bodies:
                raise AttributeError(name)
            with self._making:
                if name not in vars(module):
                    setattr(module, name, _made(body := bodies[name], module))
                    # Types of arguments are looked up in the module by name.
                    _take(module, names, body)
                    for near in _mentioned(body, bodies):
                        getattr(module, near)
            return vars(module)[name]

        _promise(module, bodies, missing)


_Rest = tuple[CodeType | None, Sequence[str]]  # None: it is not as the generator writes it


def _parts(whole: SourceFileLoader, module: ModuleType) -> tuple[_Rest, Mapping[str, CodeType]]:
    """A generated module: its imports and what its code mentions, and its classes one by one."""

    def taken_apart() -> tuple[_Rest, Mapping[str, CodeType]]:
        with Path(whole.path).open(encoding="utf-8") as source:
            head, ends, _ = source.read(_HEAD_BYTES).partition(_HEAD_ENDS)
        code = _code(SourceFileLoader(whole.name, whole.path), module)  # ours keeps all of it in one piece
        bodies = {each.co_name: each for each in code.co_consts if isinstance(each, CodeType)}
        return (compile(head, whole.path, "exec") if ends else None, code.co_names), bodies

    return KEPT.made_in_parts("classes", whole.path, taken_apart, __file__)


def _take(module: ModuleType, names: Sequence[str], part: CodeType) -> None:
    """Give the module what a part of its code mentions of the modules in `names`: it imports them whole."""
    for source in _STARRED:
        if source in names:
            classes = importlib.import_module(f"{module.__package__}.{source}")
            for name in _mentioned(part, _classes(classes)):
                setattr(module, name, getattr(classes, name))


def _promise(module: ModuleType, bodies: Mapping[str, CodeType], missing: Callable[[str], Any]) -> None:
    """Let the module have the classes with these bodies without any being made."""
    setattr(module, "__all__", [])  # noqa: B010 - `from ._inputs import *` takes nothing
    setattr(module, "__bodies__", bodies)  # noqa: B010
    setattr(module, "__getattr__", missing)  # noqa: B010


def _all_made(module: ModuleType) -> None:
    """Make every class of the module, so that `from ._inputs import *` takes them all."""
    names = [name for name in _classes(module) if getattr(module, name)]
    setattr(module, "__all__", names or vars(module)["__all__"])  # noqa: B010


def _made(body: CodeType, module: ModuleType) -> type:
    """The class with this body, as the module's code would make it."""
    import pulumi  # noqa: PLC0415 - what loads the SDK must not need it

    make: Any = builtins.__build_class__
    function = FunctionType(body, vars(module))
    if module.__name__.endswith(".outputs"):
        return pulumi.output_type(make(function, body.co_name, dict))
    if body.co_name.endswith("Dict"):
        return make(function, body.co_name, TypedDict)
    return pulumi.input_type(make(function, body.co_name))


def _code(loader: SourceFileLoader, module: ModuleType) -> CodeType:
    code = loader.get_code(module.__name__)
    assert code is not None, f"{module.__name__} has no source"
    return code


def _classes(module: ModuleType) -> Mapping[str, CodeType]:
    """The classes the module can make; empty if it was loaded whole."""
    return vars(module).get("__bodies__", {})


def _mentioned(code: CodeType, names: Mapping[str, CodeType]) -> Iterator[str]:
    """Those of `names` that are texts in the code, as the names of classes in annotations are.

    Not in functions: their annotations belong to the code around them, and the rest of their texts is long.
    """
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            if not constant.co_flags & inspect.CO_OPTIMIZED:
                yield from _mentioned(constant, names)
        elif isinstance(constant, str) and constant in names:
            yield constant
