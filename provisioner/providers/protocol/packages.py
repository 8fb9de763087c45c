"""The packages of a run: our drivers, and plugins for the packages that have none.

This module is imported by everybody who starts an engine; what it takes to find a plugin, to start it and to
talk to it is imported when a package is asked for that has no driver.
"""

from __future__ import annotations

import atexit
import os
import threading
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Final

from provisioner.providers.interface import Package

if TYPE_CHECKING:
    from provisioner.providers.protocol.plugged import Plugs

PREFERRED: Final = "PROVISIONER_PLUGINS"
"""`NAME,…`: packages whose installed plugin is used although there is a driver of ours."""

Hear = Callable[[str, str, str], None]
"""(`info`, `warning` or `error`; message; URN of what it is about, or empty)."""


_OPEN: Final = dict[int, "Plugs"]()
"""Those of which some plugin may run, by their identity: equal ones are not the same."""


class Packages(Mapping[str, Package]):
    """Packages by name. A name that has no driver is looked for among the plugins, when it is asked for."""

    def __init__(self, drivers: Mapping[str, Package], environment: Mapping[str, str] = os.environ) -> None:
        self._drivers = drivers
        self._environment = environment
        self._preferred = frozenset(each.strip() for each in environment.get(PREFERRED, "").split(","))
        self._plugs: Plugs | None = None
        self._hear: list[Hear] = []
        self._lock = threading.Lock()
        self._process = os.getpid()

    def __getitem__(self, name: str) -> Package:
        driver = self._drivers.get(name)
        if driver is not None and name not in self._preferred:
            return driver
        return self._plugged()[name]

    def __iter__(self) -> Iterator[str]:
        """The names there is a driver for; of plugins only the machine knows."""
        return iter(self._drivers)

    def __len__(self) -> int:
        return len(self._drivers)

    def looked(self, name: str) -> tuple[str, ...]:
        """Where a plugin for a package was looked for, and what is there."""
        return self._plugged().looked(name)

    def listen(self, hear: Hear) -> Callable[[], None]:
        """Pass on what plugins log, those that are not started yet too, until what comes back is called."""
        self._hear.append(hear)
        return lambda: self._hear.remove(hear)

    def close(self) -> None:
        """End the plugins that were started. What is not closed is ended with the process."""
        with self._lock:
            plugs, self._plugs = self._plugs, None
        if plugs is not None:
            _OPEN.pop(id(plugs), None)
            plugs.close()

    def _heard(self, level: str, message: str, urn: str) -> None:
        for hear in tuple(self._hear):
            hear(level, message, urn)

    def _plugged(self) -> Plugs:
        if os.getpid() != self._process:
            # Children are killed when they are needed no more, and what they had started would live on.
            raise ChildProcessError("plugins are started by the process that ends them")
        with self._lock:
            if self._plugs is None:
                from provisioner.providers.protocol.plugged import Plugs  # noqa: PLC0415 - few stacks need it

                self._plugs = Plugs(self._environment, self._heard)
                _OPEN[id(self._plugs)] = self._plugs
            return self._plugs


def end_plugins() -> None:
    """End every plugin of this process. It is done by itself, unless the process ends by `os._exit`."""
    while _OPEN:
        _OPEN.popitem()[1].close()


atexit.register(end_plugins)


def packages_with_plugins(drivers: Mapping[str, Package]) -> Packages:
    """The drivers, and for every other package the plugin that this machine has, if there is one."""
    return Packages(drivers)
