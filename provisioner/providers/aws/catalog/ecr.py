"""Elastic Container Registry: repositories, who may use them, and which images they keep."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, cast

from provisioner.plan.values import UNKNOWN, Properties
from provisioner.providers.aws.codecs import JSON, POLICY, TAG_PAIRS, one_of_list, set_of, structure
from provisioner.providers.aws.spec import (
    ID,
    IDS,
    LOCAL,
    PUT,
    REPLACE,
    ByInputs,
    Field,
    Found,
    Name,
    Op,
    Prop,
    ResourceSpec,
    Tags,
    Text,
    Whole,
)
from provisioner.providers.interface import Problem

_THIS = {"repositoryName": ID}
_MUTABILITY = Whole(Op("put_image_tag_mutability", _THIS))
_NO_REPOSITORY = "RepositoryNotFoundException"


def _key_is_named(inputs: Properties) -> Iterator[Problem]:
    blocks: Any = inputs.get("encryptionConfigurations")
    for block in cast("list[Any]", blocks) if isinstance(blocks, list) else ():
        if block is not UNKNOWN and block.get("encryptionType") == "KMS" and "kmsKey" not in block:
            yield Problem("encryptionConfigurations", "needs `kmsKey` where `encryptionType` is KMS")


REPOSITORY = ResourceSpec(
    type="aws:ecr/repository:Repository",
    service="ecr",
    id=Text("{name}"),
    create=Op("create_repository", answer="repository"),
    read=Op(
        "describe_repositories",
        {"repositoryNames": IDS},
        answer="repositories",
        pick={"repositoryName": ID},
    ),
    also={"tags": Op("list_tags_for_resource", {"resourceArn": Found("repositoryArn")}, answer="tags")},
    delete=Op("delete_repository", {**_THIS, "force": Prop("forceDelete")}),
    absent=(_NO_REPOSITORY,),
    find=ByInputs(),
    fields=(
        Field("name", "repositoryName", REPLACE),
        Field(
            "encryptionConfigurations",
            "encryptionConfiguration",
            REPLACE,
            one_of_list(structure({"encryptionType": "encryptionType", "kmsKey": "kmsKey"})),
            computed=True,
        ),
        Field("imageTagMutability", "imageTagMutability", _MUTABILITY, reset="MUTABLE", default="MUTABLE"),
        Field(
            "imageTagMutabilityExclusionFilters",
            "imageTagMutabilityExclusionFilters",
            _MUTABILITY,
            set_of(structure({"filter": "filter", "filterType": "filterType"})),
        ),
        Field(
            "imageScanningConfiguration",
            "imageScanningConfiguration",
            Op("put_image_scanning_configuration", _THIS),
            structure({"scanOnPush": "scanOnPush"}),
            reset={"scanOnPush": False},
        ),
        Field("forceDelete", "", LOCAL),
    ),
    tags=Tags(
        read="tags",
        codec=TAG_PAIRS,
        add=Op("tag_resource", {"resourceArn": Prop("arn")}),
        add_as="tags",
        remove=Op("untag_resource", {"resourceArn": Prop("arn")}),
        remove_as="tagKeys",
        create_as="tags",
    ),
    name=Name("name", 256, lower=True),
    outputs={"arn": "repositoryArn", "repositoryUrl": "repositoryUri", "registryId": "registryId"},
    problems=_key_is_named,
)

LIFECYCLE_POLICY = ResourceSpec(
    type="aws:ecr/lifecyclePolicy:LifecyclePolicy",
    service="ecr",
    id=Text("{repository}"),
    create=Op("put_lifecycle_policy"),
    read=Op("get_lifecycle_policy", _THIS),
    delete=Op("delete_lifecycle_policy", _THIS),
    absent=("LifecyclePolicyNotFoundException", _NO_REPOSITORY),
    find=ByInputs(),
    fields=(
        Field("repository", "repositoryName", REPLACE, required=True),
        Field("policy", "lifecyclePolicyText", PUT, JSON, required=True),
    ),
    outputs={"registryId": "registryId"},
)

REPOSITORY_POLICY = ResourceSpec(
    type="aws:ecr/repositoryPolicy:RepositoryPolicy",
    service="ecr",
    id=Text("{repository}"),
    create=Op("set_repository_policy", again=("InvalidParameterException",)),
    read=Op("get_repository_policy", _THIS),
    delete=Op("delete_repository_policy", _THIS),
    absent=("RepositoryPolicyNotFoundException", _NO_REPOSITORY),
    find=ByInputs(),
    fields=(
        Field("repository", "repositoryName", REPLACE, required=True),
        Field("policy", "policyText", PUT, POLICY, required=True),
    ),
    outputs={"registryId": "registryId"},
)

SPECS = (REPOSITORY, LIFECYCLE_POLICY, REPOSITORY_POLICY)
