"""What lets a command start quickly. Nothing else depends on it."""

from __future__ import annotations

import gc
import importlib
import os
import sys
import threading
from collections.abc import Callable, Sequence
from importlib.machinery import ModuleSpec, PathFinder
from types import ModuleType
from typing import Any, ClassVar, Final

from provisioner import kept, kept_modules
from provisioner.loading import Loader

_DEFERRED: Final = frozenset(
    {
        "asyncio.sslproto",
        "calendar",
        "difflib",
        "google.protobuf.internal.python_message",
        "google.protobuf.text_format",
        "grpc",
        "grpc.aio",
        "http.client",
        "importlib.metadata",
        "opentelemetry.context",
        "pulumi.automation",
        "pulumi.dynamic",
        "pulumi.policy",
        "pulumi.runtime._instrumentation",
        "ssl",
        "tempfile",
        "textwrap",
        "tokenize",
    }
)
"""Imported at the head of a module, and used by few commands or none: a sixth of a plan's time."""


class _Awaited(ModuleType):
    """A module that is loaded when something in it is asked for, by whichever thread asks first.

    Python's own `LazyLoader` loads at the second `import` already, and until 3.12.4 shows other threads a
    module half loaded.
    """

    def __init__(self, name: str) -> None:
        super().__init__(name)
        vars(self).update(_is_found=False, _loading=threading.RLock(), _loaded=None)

    def __getattr__(self, name: str) -> Any:
        own = vars(self)
        if not own["_is_found"]:
            raise AttributeError(name)  # the import system looks what it has to set
        if (below := f"{self.__name__}.{name}") in _DEFERRED:
            return importlib.import_module(below)
        return getattr(self._whole(), name)

    def _whole(self) -> Any:
        """The module, behind the package that it is in: what is in a package may need it."""
        package = sys.modules.get(self.__name__.rpartition(".")[0])
        if isinstance(package, _Awaited):
            package._whole()  # noqa: SLF001 - one of us
        own = vars(self)
        with own["_loading"]:
            if own["_loaded"] is None:
                own["_loaded"] = self._load()
            return own["_loaded"]

    def _load(self) -> Any:
        _Deferring.over.add(self.__name__)
        if sys.modules.get(self.__name__) is self:
            del sys.modules[self.__name__]
        return importlib.import_module(self.__name__)


class _Rpc(_Awaited):
    """`grpc` until somebody opens a connection, which few commands do.

    The SDK names `grpc.RpcError` wherever a call may fail, also while none does. So that class is here from
    the beginning, and the library's own becomes one of its kind.
    """

    class RpcError(Exception):
        """As the library has it."""

        __slots__ = ()

    def _load(self) -> Any:
        loaded = super()._load()
        loaded.RpcError.__bases__ = (_Rpc.RpcError,)
        loaded.RpcError = _Rpc.RpcError
        return loaded


class _Deferring(Loader):
    """Finds these modules, and leaves it to them when they are loaded."""

    over: ClassVar[set[str]] = set()
    """The names of those that are."""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if fullname not in _DEFERRED or fullname in _Deferring.over:
            return None
        if (spec := PathFinder.find_spec(fullname, path, target)) is not None:
            spec.loader = self
        return spec

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        """One that is still empty."""
        return _Rpc(spec.name) if spec.name == "grpc" else _Awaited(spec.name)

    def exec_module(self, module: ModuleType) -> None:
        """Not yet."""
        vars(module)["_is_found"] = True


def _defer_methods() -> None:
    """Let a dataclass compile its methods when they are called; few of three hundred classes' ever are.

    Python 3.11 and 3.12 compile six functions for each class when it is defined, one by one: a sixth of a
    plan's time. Later versions compile them together, and have no such function.
    """
    import dataclasses  # noqa: PLC0415 - what it loads may be put off by then

    create = getattr(dataclasses, "_create_fn", None)
    if create is None:
        return

    def deferred(name: str, *text: Any, **surroundings: Any) -> Callable[..., Any]:
        made: Any = None

        def method(*args: Any, **kwargs: Any) -> Any:
            nonlocal made
            if made is None:
                made = create(name, *text, **surroundings)
                made.__qualname__ = method.__qualname__
                for owner in type(args[0]).__mro__ if args else ():
                    if vars(owner).get(name) is method:
                        setattr(owner, name, made)  # from now on without a detour
            return made(*args, **kwargs)

        method.__name__ = method.__qualname__ = name
        return method

    setattr(dataclasses, "_create_fn", deferred)  # noqa: B010 - it is nobody's to set but ours


def _without_plugins() -> None:
    """Keep pydantic from reading what every installed package says of itself, in search of plug-ins."""
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")
    # What heeds this variable is itself slow to load, for what it then does not do.
    search: Any = ModuleType("pydantic.plugin._loader")
    search.get_plugins = tuple
    sys.modules[search.__name__] = search


def prepare() -> None:
    """To be called before anything large is imported."""
    # A command makes many objects and ends soon: looking for garbage while modules load doubles the start.
    gc.disable()
    _without_plugins()
    kept.keep_beside_us()
    kept_modules.load_kept()
    sys.meta_path.insert(0, _Deferring())
    _defer_methods()
