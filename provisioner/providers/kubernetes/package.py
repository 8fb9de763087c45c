"""The `kubernetes` package as engines see it: provider inputs in, a configured provider out."""

from __future__ import annotations

import os
import threading
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

from provisioner.plan.diff import Diff
from provisioner.plan.values import UNKNOWN, Properties, has_unknown
from provisioner.providers.interface import Checked, Problem, Provider, Refused
from provisioner.providers.kubernetes.forcing import FORCE_ONCE
from provisioner.providers.kubernetes.kubeconfig import Access, Kubeconfig, around, from_files, from_input
from provisioner.providers.kubernetes.schema_store import SchemaStore

VERSION: Final = "4.34.2"
"""Of the pulumi-kubernetes whose programs are served; a test compares it with the one installed."""

OURSELVES: Final = "provisioner"
"""The program that our kubeconfigs ask."""

FOLDER: Final = "renderYamlToDirectory"
FORCE: Final = "enablePatchForce"
_CLUSTER: Final = "clusterIdentifier"
_WAY: Final = ("kubeconfig", "context", "cluster")
"""Inputs of a provider that say how its cluster is reached."""


@dataclass(frozen=True, slots=True)
class ClusterConnection:
    """What is known here and no state may hold."""

    kubeconfig: Path | None = None
    """Of an existing cluster; None: what the provider says, or kubectl would take."""

    folder: Path = Path()
    """Where a relative `renderYamlToDirectory` starts."""

    program: tuple[str, ...] = ()
    """What to run where a kubeconfig asks `provisioner` who we are: it may be on no PATH."""

    way_in: str = ""
    """What to say beside if a private address does not answer."""

    proxy: str = ""
    """To go through where the kubeconfig names none; empty: what is set for all programs here."""

    tries_first: bool = True
    """Whether the cluster is asked what it would say of an object before it is to make it."""

    takes_over: bool = False
    """Whether what other managers have set is put back to what the program says."""

    version: str = ""
    """Of Kubernetes, where the cluster is not there to be asked: what is kept in a folder has to suit it."""

    schemas: SchemaStore | None = None
    """Of custom kinds, which what is kept in a folder has to suit, too."""

    within: Path | None = None
    """In which folders are made for what is kept in one; those in it go when nothing is left in them."""


class KubernetesPackage:
    """Turns the inputs of `pulumi:providers:kubernetes` into a provider for a cluster, or for a folder."""

    version = VERSION

    def __init__(self, connection: ClusterConnection) -> None:
        self._connection = connection
        self._clusters: dict[tuple[int, Access], Any] = {}
        """By process, too: a child has neither the threads nor the connections of what it was forked from."""

        self._lock = threading.Lock()

    def types(self) -> frozenset[str]:
        """None that are known by name: every kind, and every CRD's, is acted on."""
        return frozenset()

    def check_config(self, urn: str, old: Properties, new: Properties) -> Checked:  # noqa: ARG002 - as for all
        """The inputs that a provider is recorded with: nothing of this machine, and a context there is."""
        inputs = dict(new)
        if inputs.get("kubeconfig") == os.environ.get("KUBECONFIG") or not inputs.get("kubeconfig"):
            inputs.pop("kubeconfig", None)  # Pulumi's SDK fills in the variable, which is for this machine
        if os.environ.get(FORCE_ONCE):
            inputs.pop(FORCE, None)  # it is meant for this run
        if inputs.get(FOLDER):
            found = [Problem(name, f"has no meaning beside `{FOLDER}`") for name in _WAY if inputs.get(name)]
            return Checked(inputs, tuple(found))
        try:
            self._access(inputs)
        except Refused as refused:
            return Checked(
                inputs, (Problem("context" if inputs.get("context") else "kubeconfig", refused.reason),)
            )
        return Checked(inputs)

    def diff_config(self, urn: str, old: Properties, new: Properties) -> Diff:  # noqa: ARG002 - as for all
        """What it means that a provider is configured otherwise: whether it is another cluster or folder."""
        differs = tuple(
            sorted(name for name in old.keys() | new.keys() if _said(old, name) != _said(new, name))
        )
        if _said(old, FOLDER) != _said(new, FOLDER):
            return Diff(replaces=(FOLDER,), updates=differs)
        before, after = _said(old, _CLUSTER), _said(new, _CLUSTER)
        if before and after:
            return Diff(replaces=(_CLUSTER,) if before != after else (), updates=differs)
        moved = tuple(name for name in ("context", "cluster") if name in differs)
        return Diff(replaces=() if before or after else moved, updates=differs)

    def configure(self, inputs: Properties) -> Provider:
        """A provider for these inputs. No connection is opened. Raises `Refused`."""
        namespace = str(inputs.get("namespace") or "")
        if folder := inputs.get(FOLDER):
            from provisioner.providers.kubernetes.rendering import FolderProvider  # noqa: PLC0415 - one of two

            own = self._connection
            within = None if own.within is None else own.folder / own.within
            return FolderProvider(own.folder / str(folder), namespace, own.version, own.schemas, within)
        from provisioner.providers.kubernetes.live import LiveProvider  # noqa: PLC0415 - one of two

        access = self._access(inputs)
        cluster = self._cluster(access) if access else None
        takes_over = self._connection.takes_over or _takes_over(inputs)
        return LiveProvider(cluster, namespace or (access.namespace if access else ""), takes_over)

    def _access(self, inputs: Properties) -> Access | None:
        """How the cluster is reached, or None while that is not known. Raises `Refused`."""
        if any(has_unknown(inputs.get(name)) for name in _WAY):
            return None
        context, cluster = (str(inputs.get(name) or "") for name in ("context", "cluster"))
        access = self._config(inputs).access(context, cluster)
        plugin, own = access.plugin, self._connection.program
        if plugin is not None and own and plugin.command == OURSELVES:
            plugin = replace(plugin, command=own[0], arguments=(*own[1:], *plugin.arguments))
        proxy = access.proxy or self._connection.proxy
        return replace(access, plugin=plugin, way_in=self._connection.way_in, proxy=proxy)

    def _config(self, inputs: Properties) -> Kubeconfig:
        if said := inputs.get("kubeconfig"):
            return from_input(said if isinstance(said, str) else str(said))
        given = self._connection.kubeconfig
        return from_files([given] if given else around())

    def _cluster(self, access: Access) -> Any:
        """The cluster, shared by all that reach it alike: connections, and what was learnt of it."""
        from provisioner.providers.kubernetes.cluster import Cluster  # noqa: PLC0415 - brings urllib3
        from provisioner.providers.kubernetes.waiting import Clock  # noqa: PLC0415

        key = (os.getpid(), access)
        with self._lock:
            known = self._clusters.get(key)
            if known is None or known.clock.broken_off.is_set():
                known = self._clusters[key] = Cluster(access, Clock(), self._connection.tries_first)
            return known


def _said(inputs: Properties, name: str) -> Any:
    value = inputs.get(name)
    return None if value in (None, "") and value is not UNKNOWN else value


def _takes_over(inputs: Properties) -> bool:
    """Whether every object is applied over what other managers have set."""
    return "true" in (str(inputs.get(FORCE)).lower(), os.environ.get(FORCE_ONCE, "").lower())
