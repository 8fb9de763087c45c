"""Our drivers in the place of plugins: served to Pulumi's engine while it runs."""

from __future__ import annotations

from collections.abc import Generator, Mapping
from contextlib import ExitStack, contextmanager
from typing import Any, cast

from provisioner.plan.values import Properties
from provisioner.providers.interface import Checked, Package, Provider
from provisioner.providers.protocol.serving import served


@contextmanager
def attached(packages: Mapping[str, Package], seed: bytes) -> Generator[str]:
    """`NAME:PORT,…` for `PULUMI_DEBUG_PROVIDERS`, as long as they are served."""
    with ExitStack() as serving:
        ports = {
            name: serving.enter_context(served(cast("Package", _Seeded(package, seed))))
            for name, package in packages.items()
        }
        yield ",".join(f"{name}:{port}" for name, port in ports.items())


class _Seeded:
    """A package that makes names from the seed of our run, whatever the engine rolls.

    The engine rolls anew for each preview; a plan that is kept in a file has to come out the same tomorrow.
    """

    def __init__(self, package: Package, seed: bytes) -> None:
        self._package = package
        self._seed = seed

    def __getattr__(self, name: str) -> Any:
        return getattr(self._package, name)

    def configure(self, inputs: Properties) -> Provider:
        """A provider as the package makes it, with our seed."""
        return cast("Provider", _SeededProvider(self._package.configure(inputs), self._seed))


class _SeededProvider:
    def __init__(self, provider: Provider, seed: bytes) -> None:
        self._provider = provider
        self._seed = seed

    def __getattr__(self, name: str) -> Any:
        return getattr(self._provider, name)

    def check(self, type: str, name: str, old: Properties | None, new: Properties, _seed: bytes) -> Checked:
        """The inputs to use, names made from our seed."""
        return self._provider.check(type, name, old, new, self._seed)
