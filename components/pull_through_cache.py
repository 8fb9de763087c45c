"""Public registries whose images ECR keeps a copy of as they are pulled."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal

import pulumi
import pulumi_aws as aws

from components.image_registry import keeping_newest
from components.location import Location
from components.naming import ROLE, fitted
from components.policy_document import allow, document, service

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
    keep_images: int
    """How many images each copied repository keeps."""
    key_arn: pulumi.Input[str]
    tags: Mapping[str, str]
    """Of the repositories that ECR makes, which no provider tags."""
    puller_role_name: pulumi.Input[str]


class PullThroughCache(pulumi.ComponentResource):
    """A rule for each upstream, below `<prefix>/<upstream>/`, and what the first pull of an image takes.

    The repository of a copy comes with the first pull. It is as those that are declared: encrypted with a key
    of the environment, with the newest images only, and a tag stays the image that was first pulled under it.
    """

    def __init__(
        self, name: str, args: PullThroughCacheArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("mlplat:registry:PullThroughCache", name, {"origin": args.origin}, opts)
        creator = self._creator(name, args)
        for upstream in args.upstreams:
            template = self._template(name, args, upstream, creator)
            self._rule(name, args, upstream, template)
        self._permission(name, args)
        self.register_outputs({})

    def _creator(self, name: str, args: PullThroughCacheArgs) -> aws.iam.Role:
        """As whom ECR makes repositories with a key and tags.

        Source: Amazon ECR user guide, "Create an IAM role for repository creation templates".
        """
        role = aws.iam.Role(
            fitted(f"{name}-creator-{args.location.region}", ROLE),
            description="Repositories for copies of images",
            # ECR's guide does not say that it names the account for which it takes the role.
            assume_role_policy=document(
                allow(
                    "ECR",
                    ["sts:AssumeRole"],
                    to=service("ecr.amazonaws.com"),
                    when={"StringEqualsIfExists": {"aws:SourceAccount": args.location.account_id}},
                )
            ),
            opts=pulumi.ResourceOptions(parent=self),
        )
        aws.iam.RolePolicy(
            f"{name}-creator",
            role=role.name,
            policy=document(
                allow(
                    "Create",
                    ["ecr:CreateRepository", "ecr:ReplicateImage", "ecr:TagResource"],
                    on=_copies(args),
                ),
                allow("Seal", ["kms:CreateGrant", "kms:DescribeKey", "kms:RetireGrant"], on=[args.key_arn]),
            ),
            opts=pulumi.ResourceOptions(parent=self),
        )
        return role

    def _template(
        self, name: str, args: PullThroughCacheArgs, upstream: Upstream, creator: aws.iam.Role
    ) -> aws.ecr.RepositoryCreationTemplate:
        return aws.ecr.RepositoryCreationTemplate(
            f"{name}-{upstream}-copies",
            prefix=f"{args.prefix}/{upstream}",
            description=f"Copies of images of {_ADDRESSES[upstream]}",
            applied_fors=["PULL_THROUGH_CACHE", "REPLICATION"],
            image_tag_mutability="IMMUTABLE",
            encryption_configurations=[{"encryption_type": "KMS", "kms_key": args.key_arn}],
            lifecycle_policy=keeping_newest(args.keep_images),
            resource_tags=args.tags,
            custom_role_arn=creator.arn,
            opts=pulumi.ResourceOptions(parent=self),
        )

    def _rule(
        self,
        name: str,
        args: PullThroughCacheArgs,
        upstream: Upstream,
        template: aws.ecr.RepositoryCreationTemplate,
    ) -> None:
        aws.ecr.PullThroughCacheRule(
            f"{name}-{upstream}",
            ecr_repository_prefix=f"{args.prefix}/{upstream}",
            upstream_registry_url=_ADDRESSES[upstream],
            # What is pulled before there is a template gets a repository without a key, for good.
            opts=pulumi.ResourceOptions(parent=self, depends_on=[template]),
        )

    def _permission(self, name: str, args: PullThroughCacheArgs) -> None:
        # Source: Amazon ECR user guide, "IAM permissions required to sync an upstream registry".
        aws.iam.RolePolicy(
            f"{name}-first-pull",
            role=args.puller_role_name,
            policy=document(
                allow("FirstPull", ["ecr:BatchImportUpstreamImage", "ecr:CreateRepository"], on=_copies(args))
            ),
            opts=pulumi.ResourceOptions(parent=self),
        )


def _copies(args: PullThroughCacheArgs) -> list[str]:
    """The repositories that pulls make."""
    return [args.location.arn("ecr", f"repository/{args.prefix}/{each}/*") for each in args.upstreams]
