"""Rules about who may do what in a cluster."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from policies.model import Finding, Part, Resource, every, rule
from policies.scene import Scene
from policies.values import texts

_GROUP: Final = "kubernetes:rbac.authorization.k8s.io/v1"
_ID: Final = "BL-K8S-006"
_ANYBODY: Final = ("system:anonymous", "system:unauthenticated")
_ADMINS: Final = ("cluster-admin",)
_OVER_ROLES: Final = frozenset({"escalate", "bind", "impersonate"})
_READS: Final = frozenset({"get", "list", "watch", "*"})
_WRITES: Final = frozenset({"create", "update", "patch", "delete", "deletecollection", "*"})
_WEBHOOKS: Final = frozenset({"validatingwebhookconfigurations", "mutatingwebhookconfigurations"})


@rule(
    _ID,
    f"{_GROUP}:ClusterRole",
    f"{_GROUP}:Role",
    f"{_GROUP}:ClusterRoleBinding",
    f"{_GROUP}:RoleBinding",
    fix="Name the verbs and the resources that are needed; operators that need more are the parameter "
    "`names` of this rule, by their exact names.",
    reads=("rules[].verbs", "rules[].resources", "roleRef.name", "subjects[].name"),
)
def rbac_least_privilege(resource: Resource, scene: Scene) -> Iterator[Finding]:
    """Roles in a cluster permit what is needed, to somebody who is known."""
    if resource.peek("metadata.name") in scene.facts.names(_ID, "names"):
        return
    whole = resource.type.endswith(":ClusterRole")
    yield from every(
        _leads(resource),
        *(_subject(subject) for subject in resource.parts("subjects")),
        *(_wildcards(part) for part in resource.parts("rules")),
        *(_powers(part) for part in resource.parts("rules")),
        *(_secrets(part) for part in resource.parts("rules") if whole),
    )


def _leads(binding: Resource) -> Iterator[Finding]:
    if binding.get("roleRef.name") in _ADMINS:
        yield Finding(binding, "roleRef.name", "The binding makes somebody the cluster's administrator.")


def _subject(subject: Part) -> Iterator[Finding]:
    name = subject.get("name")
    if name in _ANYBODY:
        yield Finding(subject.resource, subject.at("name"), "The binding is for whoever asks.")
    elif name == "system:masters":
        path = subject.at("name")
        yield Finding(subject.resource, path, "Members of this group pass by every rule of the cluster.")


def _wildcards(part: Part) -> Iterator[Finding]:
    for key, what in (("verbs", "do anything with"), ("resources", "have every kind of")):
        if "*" in texts(part.get(key)):
            yield Finding(part.resource, part.at(key), f"The role may {what} what it is about.")


def _powers(part: Part) -> Iterator[Finding]:
    verbs, resources = set(texts(part.get("verbs"))), set(texts(part.get("resources")))
    if verbs & _OVER_ROLES:
        yield Finding(part.resource, part.at("verbs"), "The role can give itself more than it has.")
    if "nodes/proxy" in resources:
        path = part.at("resources")
        yield Finding(part.resource, path, "The role reaches every pod past the cluster's own checks.")
    if resources & _WEBHOOKS and verbs & _WRITES:
        path = part.at("resources")
        yield Finding(part.resource, path, "The role can change what the cluster lets in.")


def _secrets(part: Part) -> Iterator[Finding]:
    if "secrets" in texts(part.get("resources")) and _READS & set(texts(part.get("verbs"))):
        named = texts(part.get("resourceNames"))
        if not named:
            yield Finding(
                part.resource, part.at("resources"), "The role reads the secrets of all namespaces."
            )


RULES = (rbac_least_privilege,)
