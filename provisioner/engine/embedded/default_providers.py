"""Default providers: made when the first resource or function needs one, from the stack's configuration.

Source of names, inputs and the switch: Pulumi's `pkg/resource/deploy/default_providers.go`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Collection, Mapping
from concurrent.futures import Future
from dataclasses import dataclass, replace
from typing import Any, Final, cast

from provisioner.engine.embedded import stack_references
from provisioner.engine.embedded import urn as urns
from provisioner.engine.embedded.askers import Answering
from provisioner.engine.embedded.monitor import Stopped
from provisioner.engine.embedded.wanted import Answer, Asked, Lookup, Reply, Reported, Wanted
from provisioner.engine.project_failures import BadConfiguration
from provisioner.plan.values import Secret

SWITCH: Final = "pulumi:disable-default-providers"
"""Packages that get no default provider, as a JSON list; `*` is every one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DefaultProvider(Wanted):
    """A provider that no program asks for; the first one who needs it has it registered."""


class DefaultProviders:
    """What the default providers of a stack are."""

    def __init__(self, config: Mapping[str, str], secret_keys: Collection[str] = ()) -> None:
        self._config = config
        self._secret_keys = secret_keys
        self._off = _switched_off(config.get(SWITCH, ""))
        self._known: dict[tuple[str, str], DefaultProvider] = {}

    @property
    def are_off(self) -> bool:
        """Whether there are none for any package."""
        return "*" in self._off

    def provider(self, package: str, version: str) -> DefaultProvider | None:
        """The one of a package in this version; None if it is switched off, as the engine's own never is."""
        if package != stack_references.OWN and (self.are_off or package in self._off):
            return None
        known = self._known.get((package, version))  # asked for each resource
        if known is None:
            known = self._known[package, version] = DefaultProvider(
                type=f"{urns.PROVIDER_PREFIX}{package}",
                name="_".join(("default", *re.split(r"[.+-]", version))) if version else "default",
                custom=True,
                inputs=self._inputs(package),
                version=version,
            )
        return known

    def _inputs(self, package: str) -> dict[str, Any]:
        """What is configured for the package; dynamic providers see everything, under its full key."""
        return {
            key if package == urns.DYNAMIC else key.partition(":")[2]: self._value(key)
            for key in sorted(self._config)
            if package == urns.DYNAMIC or key.partition(":")[0] == package
        }

    def _value(self, key: str) -> str | Secret:
        return Secret(self._config[key]) if key in self._secret_keys else self._config[key]


class Supplying:
    """Stands before a registrar, and gives a default provider to what names none."""

    def __init__(self, answering: Answering, defaults: DefaultProviders) -> None:
        self._answering = answering
        self._defaults = defaults
        self._made: dict[str, Answer] = {}
        """By type and name."""

    def register(self, wanted: Wanted, reply: Reply) -> None:
        """A resource. Raises a `Failure`."""
        if isinstance(wanted, DefaultProvider):
            self._provider(wanted, reply)
        elif not wanted.custom or urns.is_provider(wanted.type):
            self._answering.register(wanted, reply)
        else:
            self._supplied(
                wanted, lambda given: self._answering.register(replace(wanted, provider=given), reply)
            )

    def look_up(self, lookup: Lookup, reply: Reply) -> None:
        """An object that is read and not managed. Raises a `Failure`."""
        self._supplied(lookup, lambda given: self._answering.look_up(replace(lookup, provider=given), reply))

    def report(self, reported: Reported) -> None:
        """Outputs that are there now. Raises a `Failure`."""
        self._answering.report(reported)

    def _supplied(self, asked: Wanted | Lookup, go_on: Callable[[str], None]) -> None:
        """Go on with the provider that is named, or with the default one; with none if there is none."""
        default = None
        package = urns.package_of(asked.type)
        if not asked.provider:
            default = self._defaults.provider(package, asked.version)
        if default is None:
            go_on(asked.provider)
        else:
            self._provider(default, lambda answer: go_on(urns.reference(answer.urn, answer.id)))

    def _provider(self, default: DefaultProvider, reply: Reply) -> None:
        """Register it, if nobody has yet. Its record stands before that of whoever needs it."""
        key = f"{default.type}::{default.name}"
        if (made := self._made.get(key)) is not None:
            reply(made)
            return

        def noted(answer: Answer) -> None:
            self._made[key] = answer
            reply(answer)

        self._answering.register(default, noted)


def supplied(answering: Answering, defaults: DefaultProviders) -> Answering:
    """The same registrar, with default providers where a stack may have any."""
    return answering if defaults.are_off else Supplying(answering, defaults)


def for_function(token: str, version: str, defaults: DefaultProviders, ask: Callable[[Asked], None]) -> str:
    """The default provider for a function that names none; empty if there is none. Waits for the answer.

    May be called from every thread but the one that decides. Raises `Stopped` if the run is over.
    """
    default = defaults.provider(urns.package_of(token), version)
    if default is None or defaults.are_off:
        return ""
    reply: Future[Answer] = Future()
    ask(Asked(default, reply))
    answer = reply.result()
    if answer.is_missing or not answer.id:
        raise Stopped  # its configuration was refused, and that is told when the program has ended
    return urns.reference(answer.urn, answer.id)


def _switched_off(text: str) -> frozenset[str]:
    """The packages in the switch. Raises `BadConfiguration`."""
    if not text:
        return frozenset()
    try:
        found: Any = json.loads(text)
    except json.JSONDecodeError as wrong:
        raise BadConfiguration(SWITCH, f"`{text}` is no JSON: {wrong}") from wrong
    names = cast("list[Any]", found) if isinstance(found, list) else [None]
    if not all(isinstance(name, str) for name in names):
        raise BadConfiguration(SWITCH, f"`{text}` is no list of the names of packages")
    return frozenset(str(name).strip() for name in names)
