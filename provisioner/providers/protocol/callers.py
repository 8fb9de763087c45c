"""Which configured provider a call is for.

The protocol does not say: for the engine each provider resource is a plugin process of its own. Attached, all
of them reach one server, but each by a connection of its own, which `Configure` comes by as well.
"""

from __future__ import annotations

import threading

from provisioner.plan.values import Properties
from provisioner.providers.interface import Provider, Refused


class Callers:
    """The providers by connection. May be used by several threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._providers: dict[str, Provider] = {}
        self._distinct: list[tuple[Properties, Provider]] = []

    def know(self, peer: str, provider: Provider, inputs: Properties) -> None:
        """From now on calls from `peer` are for a provider with these inputs."""
        with self._lock:
            known = next((each for had, each in self._distinct if had == inputs), None)
            if known is None:
                self._distinct.append((inputs, provider))
            self._providers[peer] = known or provider

    def provider(self, peer: str) -> Provider:
        """The provider that was configured on this connection. Raises `Refused`.

        A connection that was idle for half an hour is made anew, from another port: then it is the only
        provider, if there is only one.
        """
        with self._lock:
            if (known := self._providers.get(peer)) is not None:
                return known
            if len(self._distinct) == 1:
                return self._distinct[0][1]
        raise Refused(
            "the engine's connection was made anew, and which of its providers it is for cannot be told;"
            " run the command again"
        )
