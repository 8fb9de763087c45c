"""What lets a command start quickly. Nothing else depends on it."""

from __future__ import annotations

import dataclasses
import gc
import os
import sys
from collections.abc import Callable, Sequence
from importlib.machinery import ModuleSpec, PathFinder
from importlib.util import LazyLoader
from types import ModuleType
from typing import Any, Final

_DEFERRED: Final = frozenset(
    {
        "asyncio.sslproto",
        "google.protobuf.internal.python_message",
        "google.protobuf.text_format",
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
    }
)
"""Imported at the head of a module, and used by few commands or none: a sixth of a plan's time."""


class _Deferring:
    """Loads these modules when something in them is asked for."""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        spec = PathFinder.find_spec(fullname, path, target) if fullname in _DEFERRED else None
        if spec is not None and spec.loader is not None:
            spec.loader = LazyLoader(spec.loader)
        return spec


def _defer_methods() -> None:
    """Let a dataclass compile its methods when they are called; few of three hundred classes' ever are.

    Python 3.11 and 3.12 compile six functions for each class when it is defined, one by one: a sixth of a
    plan's time. Later versions compile them together, and have no such function.
    """
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
    sys.meta_path.insert(0, _Deferring())
    _defer_methods()
