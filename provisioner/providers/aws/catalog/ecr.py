"""Elastic Container Registry: repositories, who may use them, what they keep, and templates of them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, cast

from provisioner.plan.values import UNKNOWN, Properties
from provisioner.providers.aws.codecs import JSON, POLICY, SET, TAG_PAIRS, one_of_list, set_of, structure
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
_ENCRYPTION = one_of_list(structure({"encryptionType": "encryptionType", "kmsKey": "kmsKey"}))
_FILTERS = set_of(structure({"filter": "filter", "filterType": "filterType"}))


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
        Field("encryptionConfigurations", "encryptionConfiguration", REPLACE, _ENCRYPTION, computed=True),
        Field("imageTagMutability", "imageTagMutability", _MUTABILITY, reset="MUTABLE", default="MUTABLE"),
        Field(
            "imageTagMutabilityExclusionFilters",
            "imageTagMutabilityExclusionFilters",
            _MUTABILITY,
            _FILTERS,
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

_THIS_TEMPLATE = {"prefix": ID}
_TEMPLATE_CHANGE = Op("update_repository_creation_template", _THIS_TEMPLATE)


def _role_is_named(inputs: Properties) -> Iterator[Problem]:
    yield from _key_is_named(inputs)
    blocks: Any = inputs.get("encryptionConfigurations") or ()
    sealed = any(block is not UNKNOWN and block.get("encryptionType") == "KMS" for block in blocks)
    if (sealed or inputs.get("resourceTags")) and not inputs.get("customRoleArn"):
        yield Problem(
            "customRoleArn", "has to be given where a template has a key or tags: ECR acts as it then"
        )


CREATION_TEMPLATE = ResourceSpec(
    type="aws:ecr/repositoryCreationTemplate:RepositoryCreationTemplate",
    service="ecr",
    id=Text("{prefix}"),
    # The role may not be known everywhere yet.
    create=Op(
        "create_repository_creation_template",
        answer="repositoryCreationTemplate",
        again=("InvalidParameterException",),
    ),
    read=Op(
        "describe_repository_creation_templates",
        {"prefixes": IDS},
        answer="repositoryCreationTemplates",
        pick=_THIS_TEMPLATE,
    ),
    also={"registry": Op("describe_registry", answer="registryId")},
    delete=Op("delete_repository_creation_template", _THIS_TEMPLATE),
    absent=("TemplateNotFoundException",),
    find=ByInputs(),
    fields=(
        Field("prefix", "prefix", REPLACE, required=True),
        Field("appliedFors", "appliedFor", _TEMPLATE_CHANGE, SET, required=True),
        Field("description", "description", _TEMPLATE_CHANGE, reset=""),
        Field(
            "encryptionConfigurations",
            "encryptionConfiguration",
            _TEMPLATE_CHANGE,
            _ENCRYPTION,
            computed=True,
        ),
        Field(
            "imageTagMutability", "imageTagMutability", _TEMPLATE_CHANGE, reset="MUTABLE", default="MUTABLE"
        ),
        Field(
            "imageTagMutabilityExclusionFilters",
            "imageTagMutabilityExclusionFilters",
            _TEMPLATE_CHANGE,
            _FILTERS,
        ),
        Field("lifecyclePolicy", "lifecyclePolicy", _TEMPLATE_CHANGE, JSON, reset=""),
        Field("repositoryPolicy", "repositoryPolicy", _TEMPLATE_CHANGE, POLICY, reset=""),
        Field("resourceTags", "resourceTags", _TEMPLATE_CHANGE, TAG_PAIRS, reset=[]),
        Field("customRoleArn", "customRoleArn", _TEMPLATE_CHANGE),
    ),
    outputs={"registryId": "registry"},
    problems=_role_is_named,
)

SPECS = (REPOSITORY, LIFECYCLE_POLICY, REPOSITORY_POLICY, CREATION_TEMPLATE)
