"""The namespace of one team: what its pods may be, take and reach, and who works in it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import pulumi
import pulumi_kubernetes as kubernetes

from components.network_policies import deny_by_default

TEAM_LABEL: Final = "provisioner/team"
"""On the namespace of every team, with the team's name: by it queues and admission know such namespaces."""

_MOST_PODS: Final = "1000"
"""More than a team has use for, and fewer than slow the cluster down for the others."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TeamNamespaceArgs:
    """Plain fields are decisions, known at plan time."""

    origin: str
    team: str
    """The team's name, and the namespace's."""
    members: Sequence[str]
    """Groups, as the cluster knows them."""
    claimed: bool = False
    """Whether its pods claim GPUs, so that members write templates for claims."""


class TeamNamespace(pulumi.ComponentResource):
    """A namespace whose pods are restricted, bounded, and cut off but for what is said by name.

    GPUs are no part of its quota: a pod waits for them in the team's queue, and a quota would refuse it
    instead.
    """

    namespace: pulumi.Output[str]

    def __init__(
        self, name: str, args: TeamNamespaceArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("provisioner:kubernetes:TeamNamespace", name, {"origin": args.origin}, opts)
        space = self._space(name, args)
        within = pulumi.ResourceOptions(parent=self, depends_on=[space])
        _bounds(name, args.team, within)
        deny_by_default(name, args.team, within)
        if args.members:
            _work(name, args, within)
        self.namespace = space.metadata.name
        self.register_outputs({"namespace": self.namespace})

    def _space(self, name: str, args: TeamNamespaceArgs) -> kubernetes.core.v1.Namespace:
        levels = {f"pod-security.kubernetes.io/{mode}": "restricted" for mode in ("enforce", "audit", "warn")}
        return kubernetes.core.v1.Namespace(
            name,
            metadata={"name": args.team, "labels": {TEAM_LABEL: args.team, **levels}},
            opts=pulumi.ResourceOptions(parent=self),
        )


def _bounds(name: str, namespace: str, opts: pulumi.ResourceOptions) -> None:
    kubernetes.core.v1.ResourceQuota(
        name,
        metadata={"name": "team", "namespace": namespace},
        spec={
            "hard": {
                "pods": _MOST_PODS,
                # The way in is the gateway.
                "services.loadbalancers": "0",
                "services.nodeports": "0",
            }
        },
        opts=opts,
    )
    kubernetes.core.v1.LimitRange(
        name,
        metadata={"name": "team", "namespace": namespace},
        spec={
            "limits": [
                {
                    "type": "Container",
                    "default_request": {"cpu": "250m", "memory": "256Mi", "ephemeral-storage": "1Gi"},
                    "default": {"memory": "1Gi", "ephemeral-storage": "10Gi"},
                }
            ]
        },
        opts=opts,
    )


def _work(name: str, args: TeamNamespaceArgs, opts: pulumi.ResourceOptions) -> None:
    # Not Kubernetes' own role `edit`: that may take away the network policies.
    role = kubernetes.rbac.v1.Role(
        name,
        metadata={"name": "member", "namespace": args.team},
        rules=[
            {"api_groups": [group], "resources": list(kinds), "verbs": list(verbs)}
            for group, kinds, verbs in (*_MEMBERS, *(_CLAIMANTS if args.claimed else ()))
        ],
        opts=opts,
    )
    kubernetes.rbac.v1.RoleBinding(
        name,
        metadata={"name": "members", "namespace": args.team},
        role_ref={"api_group": _RBAC, "kind": "Role", "name": "member"},
        subjects=[{"api_group": _RBAC, "kind": "Group", "name": group} for group in args.members],
        opts=pulumi.ResourceOptions.merge(opts, pulumi.ResourceOptions(depends_on=[role])),
    )


_RBAC: Final = "rbac.authorization.k8s.io"
_READ: Final = ("get", "list", "watch")
_WRITE: Final = (*_READ, "create", "update", "patch", "delete")

_MEMBERS: Final[Sequence[tuple[str, Sequence[str], Sequence[str]]]] = (
    ("", ("configmaps", "persistentvolumeclaims", "pods", "secrets", "services"), _WRITE),
    ("", ("pods/exec", "pods/portforward"), ("create",)),
    ("", ("events", "limitranges", "pods/log", "resourcequotas", "serviceaccounts"), _READ),
    ("apps", ("deployments", "statefulsets"), _WRITE),
    ("apps", ("replicasets",), _READ),
    ("batch", ("cronjobs", "jobs"), _WRITE),
    ("kueue.x-k8s.io", ("localqueues", "workloads"), _READ),
    # What serves a model is declared in the environment, and changed there.
    ("serving.kserve.io", ("inferenceservices",), _READ),
)
"""Group, kinds, and what a member may do with them."""

_CLAIMANTS: Final[Sequence[tuple[str, Sequence[str], Sequence[str]]]] = (
    ("resource.k8s.io", ("resourceclaimtemplates",), _WRITE),
    # Kubernetes makes claims from templates. One that somebody else made would be counted in no quota.
    ("resource.k8s.io", ("resourceclaims",), _READ),
)
"""The same, for members of teams whose pods claim GPUs."""
