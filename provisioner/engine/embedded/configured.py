"""The providers of a run, by the provider resource that configures each.

A provider that moved to another region is another one, with an id of its own: what it left behind is deleted
by the old one.
"""

from __future__ import annotations

import difflib
import threading
from collections.abc import Iterable, Mapping

from provisioner.engine.embedded import stack_references
from provisioner.engine.embedded import urn as urns
from provisioner.engine.embedded.stack_references import OutputsOf
from provisioner.engine.embedded.state import ResourceState
from provisioner.engine.failures import NoProvider, UnknownType
from provisioner.plan.values import Properties, revealed
from provisioner.providers.interface import Package, Provider


class ConfiguredProviders:
    """Configures each provider once, when it is first needed. May be used from any thread."""

    def __init__(
        self,
        packages: Mapping[str, Package],
        records: Iterable[ResourceState],
        outputs_of: OutputsOf = lambda _: None,
    ) -> None:
        self._packages = packages
        self._stacks = stack_references.provider(outputs_of)
        self._inputs: dict[str, Properties] = {
            urns.reference(record.urn, record.id): record.inputs
            for record in records
            if urns.is_provider(record.type)
        }
        self._providers: dict[str, Provider] = {}
        self._lock = threading.Lock()

    def register(self, reference: str, inputs: Properties) -> None:
        """Configure this provider resource anew; the program's word counts more than the record."""
        urn = urns.provider_urn(reference)
        package = urns.package_of(urns.type_of(urn))
        if package not in self._packages:
            raise NoProvider(urn, package)
        with self._lock:
            self._inputs[reference] = inputs
            self._providers.pop(reference, None)

    def inputs(self, reference: str) -> Properties:
        """What a provider resource is configured with; empty if there is no such provider."""
        return self._inputs.get(reference, {})

    def for_resource(self, urn: str, type: str, reference: str) -> Provider:
        """The provider of a resource. Raises `NoProvider` or `UnknownType`."""
        if type == stack_references.TYPE:
            return self._stacks
        package = urns.package_of(type)
        if not reference or package not in self._packages:
            raise NoProvider(urn, package)
        if type not in (known := self._packages[package].types()):
            raise UnknownType(type, tuple(difflib.get_close_matches(type, known, n=3)))
        return self._configured(reference, urn, package)

    def for_function(self, token: str, reference: str) -> Provider:
        """The provider of a function. Raises `NoProvider`."""
        package = urns.package_of(token)
        if not reference or package not in self._packages:
            raise NoProvider(token, package)
        return self._configured(reference, token, package)

    def _configured(self, reference: str, user: str, package: str) -> Provider:
        with self._lock:
            if reference not in self._providers:
                if reference not in self._inputs:
                    raise NoProvider(user, package)
                inputs = revealed(dict(self._inputs[reference]))
                self._providers[reference] = self._packages[package].configure(inputs)
            return self._providers[reference]
