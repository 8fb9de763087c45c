"""The Kubernetes provider of a stack: one cluster, and nothing that belongs to a machine."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, Final

import pulumi
import pulumi_kubernetes as kubernetes

from environments.cluster import EksCluster, ExistingCluster
from stacks.layers import stack_name
from stacks.references import Upstream
from stacks.selection import Selection

EXEC_API: Final = "client.authentication.k8s.io/v1"

COORDINATES: Final = ("clusterName", "clusterEndpoint", "clusterCertificateAuthority")
"""Outputs of the layer `cluster` that lead to its interface."""


def cluster_provider(here: Selection, layer: str, upstream: Callable[[str], Upstream]) -> kubernetes.Provider:
    """The provider that all components of the stack are given.

    The file with the access to an existing cluster comes from the process, never from here: what is declared
    is compared from run to run.
    """
    env = here.environment
    if env.rendered_into:
        return _folder(here, f"{env.name}-kubernetes-{here.region}", layer)
    return kubernetes.Provider(
        f"{env.name}-kubernetes-{here.region}",
        cluster_identifier=stack_name(env, here.region),
        context=env.cluster.context if isinstance(env.cluster, ExistingCluster) else None,
        kubeconfig=(_kubeconfig(here, upstream("cluster")) if isinstance(env.cluster, EksCluster) else None),
        enable_server_side_apply=True,
    )


def provider_of_kinds(here: Selection, layer: str) -> kubernetes.Provider:
    """The provider of objects whose kinds charts bring, where everything is written into a folder.

    They are in a folder of their own: what fetches a folder asks the cluster about each object in it before
    it applies the first one, and the charts among them would never be installed.
    """
    return _folder(here, f"{here.environment.name}-kubernetes-{here.region}-kinds", f"{layer}-kinds")


def _folder(here: Selection, name: str, part: str) -> kubernetes.Provider:
    env = here.environment
    where = stack_name(env, here.region)
    return kubernetes.Provider(
        name, cluster_identifier=where, render_yaml_to_directory=f"{env.rendered_into}/{where}/{part}"
    )


def _kubeconfig(here: Selection, cluster: Upstream) -> pulumi.Output[str]:
    """The access to the cluster on EKS: unknown until it is made. It holds no secret."""
    account = here.environment.account
    role = account.assume_role if account else None

    def text(coordinates: list[str]) -> str:
        name, endpoint, authority = coordinates
        return json.dumps(
            {
                "apiVersion": "v1",
                "kind": "Config",
                "current-context": name,
                "clusters": [
                    {
                        "name": name,
                        "cluster": {"server": endpoint, "certificate-authority-data": authority},
                    }
                ],
                "contexts": [{"name": name, "context": {"cluster": name, "user": name}}],
                "users": [{"name": name, "user": {"exec": _token(here, name, role)}}],
            }
        )

    return pulumi.Output.all(*[cluster.output(each) for each in COORDINATES]).apply(text)


def _token(here: Selection, cluster: str, role: str | None) -> dict[str, Any]:
    words = ["kubeconfig", here.environment.name, "--token", "--region", here.region, "--cluster", cluster]
    return {
        "apiVersion": EXEC_API,
        "command": "provisioner",
        "args": [*words, *(["--role", role] if role else [])],
        "interactiveMode": "Never",
    }
