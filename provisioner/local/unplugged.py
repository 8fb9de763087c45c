"""A provider package for plans that are made while the local cloud does not run: lookups have no answer."""

from __future__ import annotations

from typing import Any, cast

from provisioner.plan.values import Properties
from provisioner.providers.interface import NO_CREDENTIALS, Package, Provider, Refused


class Unplugged:
    """The same package; what its providers would have to ask the cloud for is unknown until apply."""

    def __init__(self, package: Package) -> None:
        self._package = package
        self.version = package.version

    def types(self) -> frozenset[str]:
        """The type tokens it can act on."""
        return self._package.types()

    def configure(self, inputs: Properties) -> Provider:
        """A provider that opens no connection."""
        return cast("Provider", _Silent(self._package.configure(inputs)))


class _Silent:
    """Passes on what needs no cloud (checks, comparisons); an empty state asks for nothing else."""

    def __init__(self, provider: Provider) -> None:
        self._provider = provider

    def __getattr__(self, name: str) -> Any:
        return getattr(self._provider, name)

    def invoke(self, _token: str, _arguments: Properties) -> Properties:
        """No answer."""
        raise Refused("the local cloud is not running", code=NO_CREDENTIALS)
