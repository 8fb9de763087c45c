"""How kubectl reaches clusters: a kubeconfig, the token it asks for, and the way to a private endpoint."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from environments.rendering import document

EXEC_API: Final = "client.authentication.k8s.io/v1"
"""Of kubectl 1.22 and later."""

SOCKS: Final = "socks5://127.0.0.1:1080"

PROXY: Final = "PROVISIONER_CLUSTER_PROXY"
"""A variable: what our own calls to clusters go through, and those to AWS do not."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClusterAccess:
    """One cluster as the state describes it."""

    context: str
    """What it is called in the file: the name of its stack."""

    region: str
    name: str
    endpoint: str
    authority: str
    """The certificate authority of its endpoint, in base64 as EKS gives it."""


@dataclass(frozen=True, slots=True)
class TokenCommand:
    """What kubectl calls for a token; it may be called from anywhere."""

    program: tuple[str, ...]
    environment: str
    role: str | None = None

    def words(self, cluster: ClusterAccess) -> list[str]:
        """The command line for one cluster. It names the cluster, so it needs neither file nor state."""
        words = [*self.program, "kubeconfig", self.environment, "--token", "--region", cluster.region]
        words += ["--cluster", cluster.name]
        return [*words, "--role", self.role] if self.role else words


def kubeconfig_text(clusters: Sequence[ClusterAccess], token: TokenCommand, proxy: str | None) -> str:
    """The file: a context for each cluster, the first of them current. It holds no secret."""
    config: dict[str, Any] = {
        "apiVersion": "v1",
        "kind": "Config",
        "current-context": clusters[0].context,
        "clusters": [{"name": one.context, "cluster": _cluster(one, proxy)} for one in clusters],
        "users": [{"name": one.context, "user": {"exec": _exec(token.words(one))}} for one in clusters],
        "contexts": [
            {"name": one.context, "context": {"cluster": one.context, "user": one.context}}
            for one in clusters
        ],
    }
    return f"{heading(token.environment)}\n{document(config)}"


def heading(environment: str) -> str:
    """The first line of a file that may be written again."""
    return f"# Written by `provisioner kubeconfig {environment}`"


def credential_text(token: str, expires: datetime) -> str:
    """The answer that kubectl wants of a credential plug-in, on one line."""
    answer = {
        "apiVersion": EXEC_API,
        "kind": "ExecCredential",
        "status": {"expirationTimestamp": f"{expires:%Y-%m-%dT%H:%M:%SZ}", "token": token},
    }
    return json.dumps(answer)


def way_in(clusters: Sequence[ClusterAccess], command: str) -> str:
    """How private endpoints are reached from outside their networks; `command` writes the file again."""
    hosts = "\n".join(f"  {one.context}: {one.endpoint}" for one in clusters)
    return (
        "note: these interfaces are private: they answer inside their networks, and where a VPN, Direct\n"
        f"Connect or peering leads to those:\n\n{hosts}\n\n"
        "From anywhere else, go through a host inside that you can log in to:\n\n"
        f"  ssh -N -D {SOCKS.rpartition(':')[2]} HOST\n"
        f"  {command} --proxy {SOCKS}\n"
    )


def _cluster(cluster: ClusterAccess, proxy: str | None) -> dict[str, str]:
    found = {"server": cluster.endpoint, "certificate-authority-data": cluster.authority}
    return {**found, "proxy-url": proxy} if proxy else found


def _exec(words: Sequence[str]) -> dict[str, Any]:
    command, *arguments = words
    return {"apiVersion": EXEC_API, "command": command, "args": arguments, "interactiveMode": "Never"}
