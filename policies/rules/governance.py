"""Rules about whose things are, what keeps them, and where they come from."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from policies.model import Finding, Part, Resource, every, rule
from policies.pods import CHARTS
from policies.scene import Facts, Scene
from policies.values import Undecided, Unknown, fields, is_off, is_on, number, texts

KEY: Final = "aws:kms/key:Key"
BUCKET: Final = "aws:s3/bucket:Bucket"
DATABASE: Final = "aws:rds/instance:Instance"
DATABASES: Final = "aws:rds/cluster:Cluster"
FILES: Final = "aws:efs/fileSystem:FileSystem"
BACKUPS: Final = "aws:efs/backupPolicy:BackupPolicy"
LUSTRE: Final = "aws:fsx/lustreFileSystem:LustreFileSystem"
CLUSTER: Final = "aws:eks/cluster:Cluster"
TEMPLATE: Final = "aws:ec2/launchTemplate:LaunchTemplate"
NODE_GROUP: Final = "aws:eks/nodeGroup:NodeGroup"
SCALING: Final = "aws:autoscaling/group:Group"
NODE_CLASS: Final = "kubernetes:karpenter.k8s.aws/v1:EC2NodeClass"

_TAGS: Final = ("owner", "environment", "data-class", "managed-by")
_PROVIDER: Final = "pulumi:providers:"
_EXACT: Final = re.compile(r"v?\d+\.\d+\.\d+(?:[-+][0-9A-Za-z.-]+)?")
_COMMIT: Final = re.compile(r"\b[0-9a-f]{40}\b")
_WEEK: Final = 7
_KEEPING: Final = frozenset({"deletionProtection", "forceDestroy", "skipFinalBackup", "skipFinalSnapshot"})


@rule(
    "GV-001",
    "*",
    fix="Write `owner` and `data_class`: every resource is tagged with them.",
    reads=("tagsAll.owner", "tagsAll.environment", "tagsAll.data-class", "tagsAll.managed-by"),
)
def tagged(resource: Resource, scene: Scene) -> Iterator[Finding]:
    """Whatever has tags says whose it is, of which environment, how secret, and what manages it.

    Parameter `tags` has the keys that are wanted, in place of these.
    """
    if not resource.type.startswith("aws:") or not {"tags", "tagsAll"} & set(resource.inputs):
        return
    given = _inherited(resource, scene)
    wanted = scene.facts.names("GV-001", "tags", _TAGS)
    yield from every(*(_has(resource, key, given, scene.facts) for key in wanted))


def _inherited(resource: Resource, scene: Scene) -> Mapping[str, Any]:
    """The tags that its provider gives it."""
    provider = scene.by_urn(resource.provider)
    written = provider.get("defaultTags") if provider else None
    if isinstance(written, str):
        try:
            written = json.loads(written)
        except ValueError:
            return {}
    return fields(fields(written).get("tags"))


def _has(resource: Resource, key: str, given: Mapping[str, Any], facts: Facts) -> Iterator[Finding]:
    found = _written(resource, "tagsAll", key) or _written(resource, "tags", key) or given.get(key)
    path = f"tags.{key}"
    if not (isinstance(found, str) and found):
        yield Finding(resource, path, f"It has no tag `{key}`.")
    elif found != _said(facts).get(key, found):
        yield Finding(resource, path, f"Its tag `{key}` does not say what the environment file says.")


def _written(resource: Resource, path: str, key: str) -> Any:
    """The value of a tag; some types have a list of keys and values."""
    if not isinstance(resource.peek(path), list):
        return resource.get(f'{path}["{key}"]')
    return next((each.get("value") for each in resource.parts(path) if each.get("key") == key), None)


def _said(facts: Facts) -> Mapping[str, str]:
    """What tags have to say; nothing where no environment file says it."""
    return {"environment": facts.environment, "data-class": facts.data_class} if facts.regions else {}


@rule(
    "GV-002",
    KEY,
    BUCKET,
    DATABASE,
    DATABASES,
    FILES,
    LUSTRE,
    CLUSTER,
    fix="Leave `governance.protect: stateful`.",
    reads=(
        "options.protect",
        "deletionProtection",
        "deletionWindowInDays",
        "forceDestroy",
        "skipFinalSnapshot",
        "options.ignoreChanges",
    ),
)
def stateful_kept(resource: Resource, scene: Scene) -> Iterator[Finding]:
    """In production one mistaken call does not lose what holds data.

    Pulumi's `protect` keeps it, or what AWS itself has for it: deletion protection, a window before a key is
    gone, the refusal to delete a bucket that holds anything, a last snapshot, backups.
    """
    if not scene.facts.is_hardened:
        return
    if resource.change == "replace":
        yield Finding(resource, "", "The plan makes it anew, without what it holds.")
    kept = () if resource.options.get("protect") is True else _kept_by_aws(resource, scene)
    yield from every(_is_looked_at(resource), *kept)


def _is_looked_at(resource: Resource) -> Iterator[Finding]:
    ignored = resource.options.get("ignoreChanges")
    if isinstance(ignored, Unknown):
        raise Undecided("options.ignoreChanges")
    if {*texts(ignored)} & _KEEPING:
        message = "Nobody looks whether what keeps it was switched off."
        yield Finding(resource, "options.ignoreChanges", message)


def _kept_by_aws(resource: Resource, scene: Scene) -> Iterator[Iterator[Finding]]:
    match resource.type:
        case "aws:kms/key:Key":
            yield _waits(resource)
        case "aws:s3/bucket:Bucket":
            yield _refuses_while_full(resource)
        case "aws:efs/fileSystem:FileSystem":
            yield _is_backed_up(resource, scene)
        case "aws:fsx/lustreFileSystem:LustreFileSystem":
            yield _leaves(resource, "skipFinalBackup")
        case "aws:eks/cluster:Cluster":
            yield _is_protected(resource)
        case _:
            yield _is_protected(resource)
            yield _leaves(resource, "skipFinalSnapshot")


def _waits(key: Resource) -> Iterator[Finding]:
    days = number(key.get("deletionWindowInDays", default=30))
    if days is None or days < _WEEK:
        yield Finding(key, "deletionWindowInDays", "The key is gone before anybody misses it.")


def _refuses_while_full(bucket: Resource) -> Iterator[Finding]:
    if not is_off(bucket.get("forceDestroy")):
        yield Finding(bucket, "forceDestroy", "The bucket is emptied when it is deleted.")


def _is_protected(resource: Resource) -> Iterator[Finding]:
    if not is_on(resource.get("deletionProtection")):
        yield Finding(resource, "deletionProtection", "Nothing keeps it from being deleted.")


def _leaves(resource: Resource, path: str) -> Iterator[Finding]:
    if not is_off(resource.get(path)):
        yield Finding(resource, path, "Nothing is left of it when it is deleted.")


def _is_backed_up(files: Resource, scene: Scene) -> Iterator[Finding]:
    policies = scene.referring(files, "fileSystemId", BACKUPS)
    if not any(each.get("backupPolicy.status") == "ENABLED" for each in policies):
        yield Finding(files, "", "Nothing keeps it from being deleted, and there is no backup.")


@rule(
    "GV-003",
    "*",
    fix="Make resources with a provider of the environment's own, in one exact version.",
    reads=(
        "region",
        "allowedAccountIds",
        "version",
        "kubeconfig",
        "renderYamlToDirectory",
        "clusterIdentifier",
        "context",
    ),
)
def explicit_provider(resource: Resource, scene: Scene) -> Iterator[Finding]:
    """Nothing is made with a provider that goes wherever the caller's credentials and settings lead."""
    if resource.type.startswith(_PROVIDER):
        yield from every(*_pinned(resource, scene.facts))
    elif resource.type.startswith(("aws:", "kubernetes:")) and not resource.provider:
        yield Finding(resource, "options.provider", "The caller's settings decide where this is made.")


def _pinned(provider: Resource, facts: Facts) -> Iterator[Iterator[Finding]]:
    kind = provider.type.removeprefix(_PROVIDER)
    if kind == "aws":
        yield _stays_in_account(provider, facts)
        yield _has_region(provider)
    if kind == "kubernetes":
        yield _knows_its_cluster(provider)
    if kind in ("aws", "kubernetes"):
        yield _is_explicit(provider)
        yield _has_version(provider)


def _is_explicit(provider: Resource) -> Iterator[Finding]:
    if provider.name == "default" or provider.name.startswith("default_"):
        yield Finding(provider, "", "This is the provider of whoever says none.")


def _has_version(provider: Resource) -> Iterator[Finding]:
    version = provider.get("version")
    if not (isinstance(version, str) and _EXACT.fullmatch(version)):
        yield Finding(provider, "version", "The provider is of whatever version there is.")


def _has_region(provider: Resource) -> Iterator[Finding]:
    if not provider.get("region"):
        yield Finding(provider, "region", "The caller's settings decide the region.")


def _stays_in_account(provider: Resource, facts: Facts) -> Iterator[Finding]:
    path = "allowedAccountIds"
    allowed = provider.get(path)
    if isinstance(allowed, str):  # as Pulumi gives lists to providers
        allowed = re.findall(r"\d+", allowed)
    if not texts(allowed):
        yield Finding(provider, path, "The caller's credentials decide the account.")
    elif facts.account and set(texts(allowed)) != {facts.account}:
        yield Finding(provider, path, "It may work in another account than the environment's.")


def _knows_its_cluster(provider: Resource) -> Iterator[Finding]:
    # The cluster's own is known after it is made, and secret: it is enough that there is one. A rendering
    # goes into no cluster, and the environment's file has the kubeconfig of one that exists, and its context.
    named = ("clusterIdentifier", "context")
    is_pinned = any(provider.peek(path) is not None for path in ("kubeconfig", "renderYamlToDirectory"))
    if not is_pinned and any(provider.peek(path) is None for path in named):
        yield Finding(provider, "kubeconfig", "The caller's settings decide the cluster.")


@rule(
    "GV-004",
    TEMPLATE,
    NODE_GROUP,
    SCALING,
    NODE_CLASS,
    *CHARTS,
    fix="Name the exact version; charts and machine images by version, digest or id.",
    reads=("imageId", "launchTemplate.version", "version", "chart", "spec.amiSelectorTerms[].alias"),
)
def pinned_inputs(resource: Resource, scene: Scene) -> Iterator[Finding]:
    """What is applied twice is the same twice: nothing is whatever is newest that day."""
    match resource.type:
        case "aws:ec2/launchTemplate:LaunchTemplate":
            yield from _fixed_image(resource)
        case "aws:eks/nodeGroup:NodeGroup" | "aws:autoscaling/group:Group":
            yield from _fixed_template(resource, scene)
        case "kubernetes:karpenter.k8s.aws/v1:EC2NodeClass":
            if scene.facts.is_hardened:
                yield from every(*map(_fixed_alias, resource.parts("spec.amiSelectorTerms")))
        case _:
            yield from every(_fixed_chart(resource), _fixed_source(resource))


def _fixed_image(template: Resource) -> Iterator[Finding]:
    image = template.get("imageId")
    if isinstance(image, str) and image.startswith("resolve:"):
        yield Finding(template, "imageId", "Machines start with whatever image is the newest that day.")


def _fixed_template(group: Resource, scene: Scene) -> Iterator[Finding]:
    path = "launchTemplate.version"
    if group.peek("launchTemplate") is None or scene.referred(group, path, TEMPLATE):
        return  # the number that the template gets in this very plan
    version = group.get(path)
    if version is None or str(version).startswith("$"):
        yield Finding(group, path, "Machines start with whatever the template says that day.")


def _fixed_alias(term: Part) -> Iterator[Finding]:
    alias = term.get("alias")
    if isinstance(alias, str) and (alias.endswith("@latest") or "@" not in alias):
        message = "Machines start with whatever image is the newest that day."
        yield Finding(term.resource, term.at("alias"), message)


def _fixed_chart(chart: Resource) -> Iterator[Finding]:
    version = chart.get("version")
    if "@sha256:" in str(chart.get("chart")):
        return
    if not (isinstance(version, str) and _EXACT.fullmatch(version)):
        yield Finding(chart, "version", "The chart is of whatever version is the newest that day.")


def _fixed_source(chart: Resource) -> Iterator[Finding]:
    source = str(chart.get("chart"))
    if source.startswith(("git:", "git+", "git@")) and not _COMMIT.search(source):
        yield Finding(chart, "chart", "A branch or a tag can be moved to another commit.")


RULES = (tagged, stateful_kept, explicit_provider, pinned_inputs)
