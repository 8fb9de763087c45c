"""Public registries whose images ECR keeps a copy of as they are pulled."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

import pulumi
import pulumi_aws as aws

from components.location import Location
from components.policy_document import allow, document

Upstream = Literal["ecr-public", "k8s", "quay"]

_ADDRESSES: Final[dict[Upstream, str]] = {
    "ecr-public": "public.ecr.aws",
    "k8s": "registry.k8s.io",
    "quay": "quay.io",
}
"""The upstreams of ECR that ask for no credentials: ECR API, CreatePullThroughCacheRule."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PullThroughCacheArgs:
    """Plain fields are decisions, known at plan time; `Input` fields are wiring."""

    origin: str
    location: Location
    prefix: str
    """What the copies' repositories begin with, before the upstream's name: `prod`."""
    upstreams: Sequence[Upstream]
    puller_role_name: pulumi.Input[str]


class PullThroughCache(pulumi.ComponentResource):
    """A rule for each upstream, below `<prefix>/<upstream>/`, and what the first pull of an image takes."""

    def __init__(
        self, name: str, args: PullThroughCacheArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("mlplat:registry:PullThroughCache", name, {"origin": args.origin}, opts)
        for upstream in args.upstreams:
            self._rule(name, args, upstream)
        self._permission(name, args)
        self.register_outputs({})

    def _rule(self, name: str, args: PullThroughCacheArgs, upstream: Upstream) -> None:
        aws.ecr.PullThroughCacheRule(
            f"{name}-{upstream}",
            ecr_repository_prefix=f"{args.prefix}/{upstream}",
            upstream_registry_url=_ADDRESSES[upstream],
            opts=pulumi.ResourceOptions(parent=self),
        )

    def _permission(self, name: str, args: PullThroughCacheArgs) -> None:
        # Source: Amazon ECR user guide, "IAM permissions required to sync an upstream registry".
        copies = [args.location.arn("ecr", f"repository/{args.prefix}/{each}/*") for each in args.upstreams]
        aws.iam.RolePolicy(
            f"{name}-first-pull",
            role=args.puller_role_name,
            policy=document(
                allow("FirstPull", ["ecr:BatchImportUpstreamImage", "ecr:CreateRepository"], on=copies)
            ),
            opts=pulumi.ResourceOptions(parent=self),
        )
