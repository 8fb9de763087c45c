"""Makes the classes of a generated SDK's `_inputs`, `outputs` and `_enums` when they are asked for.

`on_demand.py` says why. Each stack's program is on a thread of its own, and all of them use the same classes.
"""

from __future__ import annotations

import builtins
import importlib
import inspect
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from importlib.machinery import SourceFileLoader
from pathlib import Path
from types import CodeType, FunctionType, ModuleType
from typing import Any, Final, TypedDict

from provisioner.kept import KEPT
from provisioner.loading import Loader

STARRED: Final = ("_inputs", "_enums")
"""What every module of a package imports whole."""

_HEAD_BYTES: Final = 4096
_HEAD_ENDS: Final = "\n__all__ = ["
"""What a generated module has between its imports and its classes."""

_ANNOTATIONS: Final = "__annotate__"
"""What Python calls a function that tells annotations."""


class Enumerations(Loader):
    """Loads a module of enumerations when the first of them is asked for."""

    def __init__(self, whole: SourceFileLoader) -> None:
        self._whole = whole
        self._making = threading.RLock()

    def exec_module(self, module: ModuleType) -> None:
        """Make none of them."""

        def missing(name: str) -> Any:
            """The enumeration called `name`."""
            if name not in bodies:
                raise AttributeError(name)
            with self._making:
                if name not in vars(module):
                    exec(code_of(self._whole, module), vars(module))  # noqa: S102 - what the import system does
            return vars(module)[name]

        _, bodies = _parts(self._whole, module)
        _promise(module, bodies, missing)


class Classes(Loader):
    """Loads a module whose classes are made when they are asked for."""

    def __init__(self, whole: SourceFileLoader) -> None:
        self._whole = whole
        self._making = threading.RLock()

    def exec_module(self, module: ModuleType) -> None:
        """Make none of them, unless the module is not as the generator writes it."""
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
                    # All at once: another thread that sees a class finds there what its properties name.
                    vars(module).update(_made_together(name, bodies, module, names))
            return vars(module)[name]

        _promise(module, bodies, missing)


def _made_together(
    name: str, bodies: Mapping[str, CodeType], module: ModuleType, names: Sequence[str]
) -> Mapping[str, type]:
    """The class called `name`, and those that it mentions, however far away: as many as there are not yet."""
    made: dict[str, type] = {}
    asked = [name]
    while asked:
        each = asked.pop()
        if each not in made and each not in vars(module):
            made[each] = _made(body := bodies[each], module)
            take(module, names, body)  # types of arguments are looked up in the module, too
            asked += _mentioned(body, bodies)
    return made


_Rest = tuple[CodeType | None, Sequence[str]]  # None: it is not as the generator writes it


def _parts(whole: SourceFileLoader, module: ModuleType) -> tuple[_Rest, Mapping[str, CodeType]]:
    """A generated module: its imports and what its code mentions, and its classes one by one."""

    def taken_apart() -> tuple[_Rest, Mapping[str, CodeType]]:
        with Path(whole.path).open(encoding="utf-8") as source:
            head, ends, _ = source.read(_HEAD_BYTES).partition(_HEAD_ENDS)
        code = code_of(SourceFileLoader(whole.name, whole.path), module)  # ours keeps all of it in one piece
        bodies = {each.co_name: each for each in code.co_consts if isinstance(each, CodeType)}
        return (compile(head, whole.path, "exec") if ends else None, code.co_names), bodies

    return KEPT.made_in_parts("classes", whole.path, taken_apart, __file__)


def take(module: ModuleType, names: Sequence[str], part: CodeType) -> None:
    """Give the module what a part of its code mentions of the modules in `names`: it imports them whole."""
    for source in STARRED:
        if source in names:
            classes = importlib.import_module(f"{module.__package__}.{source}")
            for name in _mentioned(part, classes_of(classes)):
                setattr(module, name, getattr(classes, name))


def _promise(module: ModuleType, bodies: Mapping[str, CodeType], missing: Callable[[str], Any]) -> None:
    """Let the module have the classes with these bodies without any being made."""
    setattr(module, "__all__", [])  # noqa: B010 - `from ._inputs import *` takes nothing
    setattr(module, "__bodies__", bodies)  # noqa: B010
    setattr(module, "__getattr__", missing)  # noqa: B010


def all_made(module: ModuleType) -> None:
    """Make every class of the module, so that `from ._inputs import *` takes them all."""
    names = [name for name in classes_of(module) if getattr(module, name)]
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


def code_of(loader: SourceFileLoader, module: ModuleType) -> CodeType:
    """What the module's source is compiled to."""
    code = loader.get_code(module.__name__)
    assert code is not None, f"{module.__name__} has no source"
    return code


def classes_of(module: ModuleType) -> Mapping[str, CodeType]:
    """The classes the module can make; empty if it was loaded whole."""
    return vars(module).get("__bodies__", {})


def _mentioned(code: CodeType, names: Mapping[str, CodeType]) -> Iterator[str]:
    """Those of `names` that are texts in the code, as the names of classes in annotations are.

    Not in functions: their annotations belong to the code around them, and the rest of their texts is long.
    From Python 3.14 on that code has annotations in functions of their own, which are run when asked for.
    """
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            if constant.co_name == _ANNOTATIONS or not constant.co_flags & inspect.CO_OPTIMIZED:
                yield from _mentioned(constant, names)
        elif isinstance(constant, str) and constant in names:
            yield constant
