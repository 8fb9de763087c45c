"""Where the CustomResourceDefinitions of software are had: in its chart, or in a file of its release.

Charts are rendered by the `helm` program, since many bring their CRDs as templates. It knows how to log in to
registries, too.
"""

from __future__ import annotations

import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from provisioner.providers.interface import Refused
from provisioner.providers.kubernetes import helm
from provisioner.providers.kubernetes.built_in_schemas import built_in
from provisioner.providers.kubernetes.definition_files import Definitions, definitions_in
from provisioner.providers.kubernetes.schema_store import Origin

_SECONDS: Final = 120.0
"""For one chart, or one file."""

_NO_HELM: Final = "the `helm` program is not on the PATH"


@dataclass(frozen=True, slots=True, kw_only=True)
class InChart:
    """The CRDs are in a chart."""

    origin: Origin
    repository: str
    """`oci://…` or `https://…`, without the chart's own name."""

    chart: str
    namespace: str
    values: Mapping[str, Any]
    """Those without which it does not bring them."""

    kubernetes: str = ""
    """Version of the cluster that it is for; empty: the newest one that we know."""

    @property
    def place(self) -> str:
        """Where that is."""
        return f"{self.repository}/{self.chart}"

    def definitions(self) -> Definitions:
        """What the chart brings. Raises `Refused`."""
        inputs = {
            "chart": self.chart,
            "namespace": self.namespace,
            "version": self.origin.version,
            "repositoryOpts": {"repo": self.repository},
            "values": dict(self.values),
        }
        version = self.kubernetes or built_in().version
        try:
            text = helm.rendered(self.origin.name, inputs, version, _SECONDS)
        except Refused as refused:
            raise Refused(_NO_HELM if refused.code == helm.NO_HELM else refused.reason) from refused
        return definitions_in(text, self.place)


@dataclass(frozen=True, slots=True, kw_only=True)
class InFile:
    """The CRDs are in a file that a project publishes with its release."""

    origin: Origin
    place: str
    """Its address."""

    def definitions(self) -> Definitions:
        """What the file says. Raises `Refused`."""
        try:
            with urllib.request.urlopen(self.place, timeout=_SECONDS) as answer:  # noqa: S310 - a row of our table
                text = answer.read().decode(errors="replace")
        except OSError as failed:
            raise Refused(f"{self.place} was not to be had: {failed}") from failed
        return definitions_in(text, self.place)


Source = InChart | InFile
