"""Puts the drivers for what is in a cluster together from the settings of an environment.

Imported only for environments that deliver something into their clusters.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Final

from environments.cluster import EksCluster, ExistingCluster, PrivateEndpoint
from environments.delivery import Direct
from environments.diagnostics import Diagnostic, InvalidEnvironment, Problem
from environments.gitops_controllers import CONTROLLERS, Controller
from environments.load import Loaded
from environments.model import Environment
from environments.software import Software
from environments.software_book import BOOK
from environments.source import dotted
from provisioner.providers.interface import Refused
from provisioner.providers.kubernetes.kubeconfig import Kubeconfig, from_files
from provisioner.providers.kubernetes.package import ClusterConnection, KubernetesPackage
from provisioner.providers.kubernetes.schema_store import Origin, SchemaStore, store_folder
from provisioner.report.kubeconfig import PROXY, SOCKS

_WAY_IN: Final = f"""\
That address is private: it answers inside its network, and where a VPN, Direct Connect or peering leads.
From anywhere else, go through a host inside that you can log in to:

  ssh -N -D 1080 HOST
  export {PROXY}={SOCKS}

Where only SSM leads to a host, SSH goes through that:

  ssh -N -D 1080 -o ProxyCommand="aws ssm start-session --target %h \
--document-name AWS-StartSSHSession --parameters portNumber=%p" INSTANCE"""

_KUBECONFIG: Final = ("cluster", "kubeconfig")
_CONTEXT: Final = ("cluster", "context")


def kubernetes_package(found: Loaded, *, puts_back: bool = False) -> KubernetesPackage:
    """The package `kubernetes` for the environment's clusters. Nothing is opened.

    With `puts_back` it takes over what others have set since: that is what it is asked for.
    """
    into = found.environment.rendered_into
    connection = ClusterConnection(
        kubeconfig=kubeconfig_of(found),
        program=(sys.executable, "-m", "provisioner"),
        way_in=_WAY_IN if _is_private(found.environment) else "",
        proxy=os.environ.get(PROXY, ""),
        takes_over=puts_back,
        version=version_of(found.environment),
        schemas=schema_store(found.environment),
        within=Path(into) if into else None,
    )
    return KubernetesPackage(connection)


def schema_store(env: Environment) -> SchemaStore:
    """What this machine keeps of the kinds that software brings into the environment's clusters."""
    rows = (*BOOK.values(), *(each for some in CONTROLLERS.values() for each in some))
    origins = tuple(origin_of(row) for row in rows if row.kinds)
    return SchemaStore(store_folder(), origins, f"`provisioner crds fetch {env.name}`")


def origin_of(row: Software | Controller) -> Origin:
    """What brings kinds, as the driver calls it."""
    return Origin(name=row.name, version=row.version, kinds=row.kinds)


def version_of(env: Environment) -> str:
    """Of Kubernetes in its clusters; empty where nobody says it."""
    return env.cluster.version if isinstance(env.cluster, EksCluster) else ""


def notices(env: Environment) -> tuple[str, ...]:
    """What the person should know before the first call to a cluster."""
    if env.rendered_into:
        folder = f"{env.rendered_into}/"
        return (f"What is for clusters goes into {folder}; it is in one when that is committed and fetched.",)
    if not _is_private(env) or os.environ.get(PROXY):
        return ()
    note = (
        "The interface of the cluster answers inside its network only. Where no VPN or peering leads there, "
        f"set {PROXY}: `provisioner kubeconfig {env.name}` tells how."
    )
    return (note,)


def kubeconfig_of(found: Loaded) -> Path | None:
    """The file with the access to an existing cluster, as seen from here; None: the cluster is one on EKS.

    It is written as seen from the folder of the environment's file, since both are moved together.
    """
    cluster = found.environment.cluster
    if not isinstance(cluster, ExistingCluster):
        return None
    return found.files[0].parent / Path(cluster.kubeconfig).expanduser()


def must_be_known(found: Loaded) -> None:
    """Raises `InvalidEnvironment` if its kubeconfig does not lead to the existing cluster."""
    file = kubeconfig_of(found)
    if file is None or not _is_applied_to(found.environment):
        return
    cluster = found.environment.cluster
    assert isinstance(cluster, ExistingCluster), "others have no such file"
    try:
        said = from_files([file])
        if cluster.context in said.contexts:
            said.access(cluster.context or "")
            return
    except Refused as refused:
        detail = f"Nothing was done: {' '.join(refused.reason.split())}."
        fix = "name a kubeconfig that can be read, as seen from the folder of the environment's file."
        raise _wrong(found, _KUBECONFIG, detail, fix) from refused
    raise _wrong(found, _CONTEXT, *_no_context(said, cluster.context, file))


def _is_private(env: Environment) -> bool:
    """Whether what is applied goes to an interface inside a network of AWS."""
    cluster = env.cluster
    return (
        _is_applied_to(env)
        and isinstance(cluster, EksCluster)
        and isinstance(cluster.endpoint, PrivateEndpoint)
    )


def _is_applied_to(env: Environment) -> bool:
    return isinstance(env.delivery, Direct) and env.rendered_into is None


def _no_context(said: Kubeconfig, context: str | None, file: Path) -> tuple[str, str]:
    detail = f"Nothing was done: `{file}` has no context `{context}`, and another one is another cluster."
    if not said.contexts:
        return detail, "name a kubeconfig that has contexts."
    return detail, f"write one of {', '.join(sorted(said.contexts))}."


def _wrong(found: Loaded, path: tuple[str, ...], detail: str, fix: str) -> InvalidEnvironment:
    assert found.source.node(path), f"the model demands {dotted(path)} here"
    return InvalidEnvironment([Diagnostic(Problem.KUBECONFIG, detail, fix, found.source.place(path))])
