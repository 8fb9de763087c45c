"""A repository for container images, and what it takes to push to one."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import pulumi
import pulumi_aws as aws

from components.location import Location
from components.policy_document import Statement, allow, document, principals

_PULL: Final = (
    "ecr:BatchCheckLayerAvailability",
    "ecr:BatchGetImage",
    "ecr:GetDownloadUrlForLayer",
)
_PUSH: Final = (
    *_PULL,
    "ecr:CompleteLayerUpload",
    "ecr:InitiateLayerUpload",
    "ecr:PutImage",
    "ecr:UploadLayerPart",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ImageRepositoryArgs:
    """Plain fields are decisions, known at plan time; `Input` fields are wiring."""

    origin: str
    repository: str
    """The whole name, as people type it: `prod/serving`."""
    keep_images: int
    scan_on_push: bool
    force_delete: bool
    """Whether the repository may be deleted with images in it."""
    key_arn: pulumi.Input[str]
    puller_arns: Sequence[pulumi.Input[str]]
    pusher_arns: Sequence[pulumi.Input[str]]


class ImageRepository(pulumi.ComponentResource):
    """A repository in which a tag means one image for ever, encrypted, and with the newest images only."""

    repository_url: pulumi.Output[str]
    repository_arn: pulumi.Output[str]

    def __init__(
        self, name: str, args: ImageRepositoryArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("mlplat:registry:ImageRepository", name, {"origin": args.origin}, opts)
        repository = self._repository(name, args)
        self._lifecycle(name, args, repository)
        self._permissions(name, args, repository)
        self.repository_url = repository.repository_url
        self.repository_arn = repository.arn
        self.register_outputs({"repositoryUrl": self.repository_url, "repositoryArn": self.repository_arn})

    def _repository(self, name: str, args: ImageRepositoryArgs) -> aws.ecr.Repository:
        return aws.ecr.Repository(
            name,
            name=args.repository,
            image_tag_mutability="IMMUTABLE",
            image_scanning_configuration={"scan_on_push": args.scan_on_push},
            encryption_configurations=[{"encryption_type": "KMS", "kms_key": args.key_arn}],
            force_delete=args.force_delete,
            opts=pulumi.ResourceOptions(parent=self),
        )

    def _lifecycle(self, name: str, args: ImageRepositoryArgs, repository: aws.ecr.Repository) -> None:
        aws.ecr.LifecyclePolicy(
            f"{name}-lifecycle",
            repository=repository.name,
            policy=keeping_newest(args.keep_images),
            opts=pulumi.ResourceOptions(parent=self),
        )

    def _permissions(self, name: str, args: ImageRepositoryArgs, repository: aws.ecr.Repository) -> None:
        aws.ecr.RepositoryPolicy(
            f"{name}-permissions",
            repository=repository.name,
            policy=document(
                allow("Pull", _PULL, to=principals(args.puller_arns)),
                allow("Push", _PUSH, to=principals(args.pusher_arns)),
            ),
            opts=pulumi.ResourceOptions(parent=self),
        )


def keeping_newest(count: int) -> str:
    """A lifecycle policy, as the JSON text that ECR takes."""
    rule = {
        "rulePriority": 1,
        "description": f"Keep the newest {count} images",
        "selection": {"tagStatus": "any", "countType": "imageCountMoreThan", "countNumber": count},
        "action": {"type": "expire"},
    }
    return json.dumps({"rules": [rule]})


def pushing(location: Location, prefix: str) -> list[Statement]:
    """What a workload needs to push images to every repository below `prefix`, such as `prod`."""
    return [
        # ECR logs a client in to the whole registry: this action knows no resource.
        allow("LogIn", ["ecr:GetAuthorizationToken"], on=["*"]),
        allow("Push", _PUSH, on=[location.arn("ecr", f"repository/{prefix}/*")]),
    ]
