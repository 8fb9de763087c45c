"""The providers of a run, by the provider resource that configures each.

A provider that moved to another region is another one, with an id of its own: what it left behind is deleted
by the old one.
"""

from __future__ import annotations

import difflib
import threading
from collections.abc import Iterable, Iterator, Mapping

from provisioner.engine.embedded import stack_references
from provisioner.engine.embedded import urn as urns
from provisioner.engine.embedded.stack_references import OutputsOf
from provisioner.engine.embedded.state import ResourceState
from provisioner.engine.failures import NoProvider, UnknownType
from provisioner.engine.plugin_failures import NoPlugin
from provisioner.plan.values import Properties
from provisioner.providers.interface import (
    NO_PLUGIN,
    About,
    Package,
    Provider,
    Refused,
    concerning,
    given,
    remarks,
)


class ConfiguredProviders:
    """Configures each provider once, when it is first needed. May be used from any thread."""

    def __init__(
        self,
        packages: Mapping[str, Package],
        records: Iterable[ResourceState],
        outputs_of: OutputsOf = lambda _: None,
    ) -> None:
        self._packages = packages
        self.outputs_of = outputs_of
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
        self.package(urns.provider_urn(reference), inputs)
        with self._lock:
            self._inputs[reference] = inputs
            self._providers.pop(reference, None)

    def package(self, urn: str, inputs: Properties) -> Package:
        """The package of a provider resource with these inputs. Raises `NoPlugin`."""
        name = urns.package_of(urns.type_of(urn))
        if name == stack_references.OWN:
            return stack_references.OwnPackage()
        if name not in self._packages:
            raise self._no_plugin(urn, name, inputs)
        return self._packages[name]

    def inputs(self, reference: str) -> Properties:
        """What a provider resource is configured with; empty if there is no such provider."""
        return self._inputs.get(reference, {})

    def known(self, reference: str) -> Provider | None:
        """The provider, if it was needed before."""
        return self._providers.get(reference)

    def remarks(self) -> Iterator[str]:
        """What a person should know of how a plan was made, from the providers that made it."""
        with self._lock:
            configured = tuple(self._providers.values())
        for provider in configured:
            yield from remarks(provider)

    def cancel(self) -> None:
        """Ask those that can to break off what they are doing: Ctrl-C was pressed."""
        with self._lock:
            configured = tuple(self._providers.values())
        for provider in configured:
            getattr(provider, "cancel", _nothing)()

    def for_resource(self, urn: str, type: str, reference: str) -> Provider:
        """The provider of a resource. Raises `NoProvider` or `UnknownType`."""
        if type == stack_references.TYPE:
            return self._stacks
        if type == stack_references.STASH:
            from provisioner.engine.embedded.stash import Stash  # noqa: PLC0415 - few programs have one

            return Stash()
        package = urns.package_of(type)
        if not reference:
            raise NoProvider(urn, package)
        if package not in self._packages:
            raise self._no_plugin(urn, package, self.inputs(reference))
        known = self._packages[package].types()
        if known and type not in known:  # a package that knows no names takes any
            raise UnknownType(type, tuple(difflib.get_close_matches(type, known, n=3)))
        return concerning(self._configured(reference, urn, package), About(urn))

    def for_function(self, token: str, reference: str) -> Provider:
        """The provider of a function. Raises `NoProvider`."""
        package = urns.package_of(token)
        if not reference:
            raise NoProvider(token, package)
        if package not in self._packages:
            raise self._no_plugin(token, package, self.inputs(reference))
        return self._configured(reference, token, package)

    def _configured(self, reference: str, user: str, package: str) -> Provider:
        with self._lock:
            if reference not in self._providers:
                if reference not in self._inputs:
                    raise NoProvider(user, package)
                configurable = self._packages[package]
                inputs = given(configurable, self._inputs[reference])
                self._providers[reference] = self._configure(configurable, inputs, user, package)
            return self._providers[reference]

    def _configure(self, configurable: Package, inputs: Properties, user: str, package: str) -> Provider:
        try:
            return configurable.configure(inputs)
        except Refused as refused:
            if refused.code == NO_PLUGIN:
                raise self._no_plugin(user, package, inputs) from refused
            raise

    def _no_plugin(self, user: str, package: str, inputs: Properties) -> NoPlugin:
        """The failure, with the places that were looked at, if plugins are used at all."""
        looked = getattr(self._packages, "looked", None)
        version = str(inputs.get("version") or "")
        return NoPlugin(user, package, version, looked(package) if looked else ())


def _nothing() -> None:
    """Most providers finish what they have begun."""
