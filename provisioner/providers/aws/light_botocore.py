"""botocore without what a call does not need: half of the time until the first answer.

The calls, and what comes of them, are the same. Tests compare.
"""

from __future__ import annotations

import functools
import marshal
import sys
import threading
from collections.abc import Generator
from contextlib import contextmanager
from importlib import import_module
from importlib.machinery import PathFinder
from pathlib import Path
from types import ModuleType
from typing import Any, Final, cast

from provisioner.kept import KEPT

_DOCS: Final = "botocore.docs"
_LOADING: Final = threading.Lock()

_SERVICE: Final = "service-2"
_BY_NAME: Final = ("shapes", "operations")
"""What a service's model is mostly made of; a call needs a few of a thousand."""

_PROSE: Final = ("documentation", "documentationUrl")


def session(profile: str | None) -> Any:
    """A session of botocore's."""
    return _sessions().Session(profile=profile)


@functools.cache
def _sessions() -> Any:
    with _LOADING, _without_documentation():
        found: Any = import_module("botocore.session")
    agents: Any = import_module("botocore.useragent")
    # The same few words, character by character, for each call.
    agents.sanitize_user_agent_string_component = functools.cache(agents.sanitize_user_agent_string_component)
    found.EventAliaser = _aliases(import_module("botocore.hooks"))
    return found


def _unwritten(*_: Any, **__: Any) -> str:
    """A method's documentation, which nobody reads."""
    return ""


@contextmanager
def _without_documentation() -> Generator[None]:
    """Keep botocore from loading what writes its manual. Who asks for it afterwards gets it."""
    if "botocore.client" in sys.modules:
        yield
        return
    package, writing = ModuleType(_DOCS), ModuleType(f"{_DOCS}.docstring")
    spec = PathFinder.find_spec("botocore", None)
    folders = (spec and spec.submodule_search_locations) or ()
    package.__path__ = [str(Path(each, "docs")) for each in folders]
    for name in ("ClientMethodDocstring", "PaginatorDocstring", "WaiterDocstring"):
        setattr(writing, name, _unwritten)
    sys.modules |= {_DOCS: package, writing.__name__: writing}
    try:
        yield
    finally:
        for name in [name for name in sys.modules if name.startswith(_DOCS)]:
            del sys.modules[name]


def _aliases(hooks: Any) -> Any:
    """An `EventAliaser` with an index: theirs looks through 260 names of old for each event's name."""
    old: dict[str, str] = hooks.EVENT_ALIASES
    rank = {name: number for number, name in enumerate(old)}
    longer = [name for name in old if "." in name]

    @functools.cache
    def alias(event: str) -> str:
        mentioned = [name for name in event.split(".") if name in rank]
        mentioned += [name for name in longer if name in event]
        if not mentioned:
            return event
        first = min(mentioned, key=rank.__getitem__)
        one = hooks.EventAliaser(None, {first: old[first]})
        return one._alias_event_name(event)  # noqa: SLF001 - what this stands in for

    def begin(self: Any, emitter: Any, *_: Any) -> None:
        hooks.EventAliaser.__init__(self, emitter)
        self._alias_event_name = alias

    return type("EventAliaser", (hooks.EventAliaser,), {"__init__": begin})


def read_models_lightly(session: Any) -> None:
    """Let the session's models be kept once they are read."""
    loader: Any = session.get_component("data_loader")
    loader.file_loader = _Models(loader.file_loader)


class _Models:
    """Reads models as botocore's own reader does, or from where they are kept."""

    def __init__(self, theirs: Any) -> None:
        self._theirs = theirs

    def exists(self, path: str) -> bool:
        """Whether there is such a model; the path has no ending."""
        return self._theirs.exists(path)

    def load_file(self, path: str) -> Any:
        """The model; None if there is none."""
        source = next((path + end for end in (".json", ".json.gz") if Path(path + end).is_file()), None)
        if source is None or not KEPT.is_of_use:
            return self._theirs.load_file(path)
        is_service = Path(path).name == _SERVICE

        def made() -> Any:
            return _folded(self._theirs.load_file(path), is_service=is_service)

        model = KEPT.made("model", source, made, __file__)
        return model | {part: _Unfolding(model[part]) for part in _BY_NAME} if is_service else model


def _folded(model: Any, *, is_service: bool) -> Any:
    """A model as it is kept."""
    if not is_service:
        return _plain(model, ())
    light = _plain(model, _PROSE)
    for part in _BY_NAME:
        light[part] = {name: marshal.dumps(each) for name, each in light.get(part, {}).items()}
    return light


def _plain(value: Any, prose: tuple[str, ...]) -> Any:
    """The same of dictionaries and lists alone, with nothing in place of texts for people."""
    match value:
        case dict():
            pairs = cast("dict[str, Any]", value).items()
            return {
                key: "" if key in prose and isinstance(each, str) else _plain(each, prose)
                for key, each in pairs
            }
        case list():
            return [_plain(each, prose) for each in cast("list[Any]", value)]
        case _:
            return value


class _Unfolding(dict[str, Any]):
    """Parts of a model by name, each read when it is asked for."""

    def __getitem__(self, name: str) -> Any:
        part = super().__getitem__(name)
        if isinstance(part, bytes):
            part = self[name] = marshal.loads(part)  # noqa: S302 - written by `_folded`
        return part

    def get(self, name: str, default: Any = None) -> Any:
        """As a dictionary does, which knows nothing of the above."""
        return self[name] if name in self else default  # noqa: SIM401

    def items(self) -> Any:
        """As above."""
        return [(name, self[name]) for name in self]

    def values(self) -> Any:
        """As above."""
        return [self[name] for name in self]
