"""Rules about registries of container images."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from policies.documents import Statement, statements
from policies.keys import is_own_key
from policies.model import Finding, Resource, every, rule
from policies.scene import Scene
from policies.values import is_on, texts

REPOSITORY: Final = "aws:ecr/repository:Repository"
TEMPLATE: Final = "aws:ecr/repositoryCreationTemplate:RepositoryCreationTemplate"
SCANNING: Final = "aws:ecr/registryScanningConfiguration:RegistryScanningConfiguration"
REPOSITORY_POLICY: Final = "aws:ecr/repositoryPolicy:RepositoryPolicy"
REGISTRY_POLICY: Final = "aws:ecr/registryPolicy:RegistryPolicy"
PUBLIC: Final = "aws:ecrpublic/repository:Repository"
NODE_GROUP: Final = "aws:eks/nodeGroup:NodeGroup"

_OWN: Final = ("aws:PrincipalOrgID", "aws:PrincipalOrgPaths", "aws:PrincipalAccount", "aws:SourceAccount")
_CHANGES: Final = ("ecr:PutImage", "ecr:BatchDeleteImage", "ecr:DeleteRepository", "ecr:SetRepositoryPolicy")


@rule(
    "BL-ECR-001",
    REPOSITORY,
    TEMPLATE,
    fix="Leave tags immutable, as the environment makes its repositories.",
    reads=("imageTagMutability",),
)
def tags_stay(repository: Resource, scene: Scene) -> Iterator[Finding]:
    """A tag, once pushed, always means the same image."""
    path = "imageTagMutability"
    match repository.get(path):
        case "IMMUTABLE":
            return
        case "IMMUTABLE_WITH_EXCLUSION":
            allowed = scene.facts.names("BL-ECR-001", "exclusions")
            for each in repository.parts("imageTagMutabilityExclusionFilters"):
                if each.get("filter") not in allowed:
                    yield Finding(
                        repository, each.at("filter"), "Nobody has agreed that these tags may move."
                    )
        case _:
            yield Finding(repository, path, "A tag can be moved to another image.")


@rule(
    "BL-ECR-002",
    REPOSITORY,
    TEMPLATE,
    fix="Leave images under the key that the environment makes for them, and `registry.scan: on_push`.",
    reads=(
        "encryptionConfigurations[].encryptionType",
        "encryptionConfigurations[].kmsKey",
        "imageScanningConfiguration.scanOnPush",
    ),
)
def sealed_and_scanned(repository: Resource, scene: Scene) -> Iterator[Finding]:
    """Images are encrypted with a key of one's own, and scanned for known vulnerabilities."""
    yield from every(_sealed(repository, scene), _scanned(repository, scene))


def _sealed(repository: Resource, scene: Scene) -> Iterator[Finding]:
    settings = repository.parts("encryptionConfigurations")
    sealed = [each for each in settings if each.get("encryptionType") in ("KMS", "KMS_DSSE")]
    if not any(is_own_key(each, "kmsKey", scene) for each in sealed):
        yield Finding(repository, "encryptionConfigurations", "Images have no key of one's own.")


def _scanned(repository: Resource, scene: Scene) -> Iterator[Finding]:
    path = "imageScanningConfiguration.scanOnPush"
    if repository.type == TEMPLATE or is_on(repository.get(path)):  # a template has no such setting
        return
    if not any(each.get("scanType") == "ENHANCED" for each in scene.of(SCANNING)):
        yield Finding(repository, path, "Images are not scanned when they are pushed.")


@rule(
    "BL-ECR-003",
    REPOSITORY_POLICY,
    REGISTRY_POLICY,
    TEMPLATE,
    PUBLIC,
    fix="Name the roles that may push and pull; nodes only pull.",
    reads=("policy", "repositoryPolicy"),
)
def not_public(resource: Resource, scene: Scene) -> Iterator[Finding]:
    """Images are for named roles or for the organisation, and nodes cannot change them."""
    if resource.type == PUBLIC:
        yield Finding(resource, "", "Everybody can pull from a public repository.")
        return
    path = "repositoryPolicy" if resource.type == TEMPLATE else "policy"
    for each in (yield from statements(resource, path)):
        if each.allows and each.is_for_everybody and not each.is_bounded_by(*_OWN):
            yield Finding(resource, each.path, "This lets everybody at the images.")
        if (
            each.allows
            and _changes(each)
            and any(who in each.principals.get("AWS", ()) for who in _nodes(scene))
        ):
            yield Finding(resource, each.path, "Nodes, and so whatever runs on them, can change images.")


def _changes(statement: Statement) -> bool:
    return any(map(statement.covers, _CHANGES))


def _nodes(scene: Scene) -> Iterator[str]:
    """The ARNs of the nodes' roles. Raises `Undecided`."""
    for each in scene.of(NODE_GROUP):
        yield from texts(each.get("nodeRoleArn"))


RULES = (tags_stay, sealed_and_scanned, not_public)
