"""Rules about copies of images and models in further regions."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from policies.model import Finding, Part, Resource, every, rule
from policies.places import each_part, is_primary, others
from policies.scene import Scene
from policies.values import Undecided, Unknown, is_on, texts

REPOSITORY: Final = "aws:ecr/repository:Repository"
IMAGES: Final = "aws:ecr/replicationConfiguration:ReplicationConfiguration"
TEMPLATE: Final = "aws:ecr/repositoryCreationTemplate:RepositoryCreationTemplate"
BUCKET: Final = "aws:s3/bucket:Bucket"
OBJECTS: Final = "aws:s3/bucketReplicationConfig:BucketReplicationConfig"
VERSIONING: Final = "aws:s3/bucketVersioning:BucketVersioning"

_MODELS: Final = "mlplat:storage:ModelStore"
_LOGGING: Final = "aws:s3/bucketLogging:BucketLogging"


@rule(
    "MR-004",
    REPOSITORY,
    fix="Leave `replicas` to say the regions: each gets the repositories, and the images are copied there.",
    reads=(
        "replicationConfiguration.rules[].destinations[].region",
        "replicationConfiguration.rules[].repositoryFilters[].filter",
    ),
)
def images_everywhere(repository: Resource, scene: Scene) -> Iterator[Finding]:
    """Images of the primary region are copied to each other one, into repositories that are declared there.

    What was pushed before there was a rule is not copied by AWS: whoever loads images pushes them again.
    """
    if not (is_primary(repository, scene.facts) and scene.facts.is_whole):
        return
    name = str(repository.get("name"))
    copied = frozenset(_copied(name, repository.region, scene))
    for region in others(scene.facts):
        if region not in copied:
            yield Finding(repository, "", "A region of the environment gets no copies of these images.")
        elif not _declared(name, region, scene):
            yield Finding(repository, "", "The copies' repository in one region is made by AWS's defaults.")


def _copied(name: str, region: str, scene: Scene) -> Iterator[str]:
    for each in scene.of(IMAGES):
        if each.region != region:
            continue
        for one in each_part(each, "replicationConfiguration.rules[]"):
            filters = [str(part.get("filter")) for part in one.parts("repositoryFilters")]
            if not filters or any(map(name.startswith, filters)):
                yield from (str(part.get("region")) for part in one.parts("destinations"))


def _declared(name: str, region: str, scene: Scene) -> bool:
    there = [each for each in scene.of(REPOSITORY, TEMPLATE) if each.region == region]
    return any(
        name == each.get("name")
        if each.type == REPOSITORY
        else "REPLICATION" in texts(each.get("appliedFors")) and name.startswith(str(each.get("prefix")))
        for each in there
    )


@rule(
    "MR-007",
    BUCKET,
    OBJECTS,
    fix="Leave the buckets of the model store as they are made, with a copy in every region.",
    reads=(
        "tags.replicate",
        "rules[].status",
        "rules[].deleteMarkerReplication.status",
        "rules[].sourceSelectionCriteria.sseKmsEncryptedObjects.status",
        "rules[].destination.encryptionConfiguration.replicaKmsKeyId",
    ),
)
def models_everywhere(resource: Resource, scene: Scene) -> Iterator[Finding]:
    """What cannot be made again is copied to another region, encrypted, and deleting it deletes no copy."""
    if resource.type == OBJECTS:
        yield from every(*map(_copies_all, resource.parts("rules")), _goes_one_way(resource, scene))
    elif is_primary(resource, scene.facts) and scene.facts.is_whole and _must_be_copied(resource, scene):
        if not any(_is_of(each, resource, scene) for each in scene.of(OBJECTS)):
            yield Finding(resource, "", "What is in this bucket is lost with its region.")
        if not any(map(_is_versioned, scene.referring(resource, "bucket", VERSIONING))):
            yield Finding(resource, "", "Without versions nothing of the bucket can be copied.")


def _must_be_copied(bucket: Resource, scene: Scene) -> bool:
    """A bucket that is tagged `replicate`, and the model store's, but not the one for its logs."""
    if is_on(bucket.get("tags.replicate")):
        return True
    above = scene.by_urn(bucket.parent)
    store = scene.by_urn(above.parent) if above else None
    of_models = any(each and each.type == _MODELS for each in (above, store))
    return of_models and not scene.referring(bucket, "targetBucket", _LOGGING)


def _is_of(copying: Resource, bucket: Resource, scene: Scene) -> bool:
    """Whether it copies this bucket; stacks of another layer know it by its name only."""
    value = copying.peek("bucket")
    if copying in scene.referring(bucket, "bucket", OBJECTS):
        return True
    if isinstance(value, Unknown):
        raise Undecided("bucket")
    return value is not None and value in (bucket.id, bucket.get("bucket"))


def _is_versioned(versioning: Resource) -> bool:
    return versioning.get("versioningConfiguration.status") == "Enabled"


def _copies_all(copying: Part) -> Iterator[Finding]:
    checks = (
        ("status", "Enabled", "Nothing is copied by this."),
        ("deleteMarkerReplication.status", "Disabled", "Whoever deletes something deletes the copy as well."),
        ("sourceSelectionCriteria.sseKmsEncryptedObjects.status", "Enabled",
         "What is encrypted with a key of one's own is not copied."),
    )  # fmt: skip
    yield from every(*(_is(copying, *each) for each in checks), _encrypts(copying))


def _is(copying: Part, path: str, wanted: str, message: str) -> Iterator[Finding]:
    if copying.get(path) != wanted:
        yield Finding(copying.resource, copying.at(path), message)


def _encrypts(copying: Part) -> Iterator[Finding]:
    path = "destination.encryptionConfiguration.replicaKmsKeyId"
    if copying.peek(path) is None:
        yield Finding(copying.resource, copying.at(path), "The copies have no key of their own region.")


def _goes_one_way(copying: Resource, scene: Scene) -> Iterator[Finding]:
    """Copies that are copied back keep nothing that both sides lost."""
    for each in scene.of(OBJECTS):
        if each.urn == copying.urn:
            continue
        if copying.get("bucket") in _targets(each) and each.get("bucket") in _targets(copying):
            yield Finding(copying, "bucket", "Copies go both ways, so a mistake does too.")


def _targets(copying: Resource) -> list[str]:
    """The names of the buckets that it copies to."""
    return [str(each.get("destination.bucket")).rpartition(":::")[2] for each in copying.parts("rules")]


RULES = (images_everywhere, models_everywhere)
