"""Drivers that are loaded when something asks for them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from provisioner.providers.interface import Package


class OnDemand(Mapping[str, Package]):
    """Packages by name, each made when it is asked for: most programs need one or two."""

    def __init__(self, make: Mapping[str, Callable[[], Package]]) -> None:
        self._make = make
        self._made: dict[str, Package] = {}

    def __getitem__(self, name: str) -> Package:
        if name not in self._made:
            # Two threads that ask at once both get the one that is kept.
            self._made.setdefault(name, self._make[name]())
        return self._made[name]

    def __contains__(self, name: object) -> bool:
        return name in self._make

    def __iter__(self) -> Iterator[str]:
        return iter(self._make)

    def __len__(self) -> int:
        return len(self._make)


class WithSpare(Mapping[str, Package]):
    """Packages by name, and beside them one that nobody is told of until it is asked for.

    It is for what is recorded of something that an environment names no more: its driver removes it.
    """

    def __init__(self, packages: Mapping[str, Package], name: str, make: Callable[[], Package]) -> None:
        self._packages = packages
        self._name = name
        self._make = make
        self._made: Package | None = None

    def __getitem__(self, name: str) -> Package:
        if name != self._name or name in self._packages:
            return self._packages[name]
        if self._made is None:
            self._made = self._make()
        return self._made

    def __iter__(self) -> Iterator[str]:
        return iter(self._packages)

    def __len__(self) -> int:
        return len(self._packages)
