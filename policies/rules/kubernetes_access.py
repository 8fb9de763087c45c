"""Rules about who may do what in a cluster."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from policies.model import Finding, Part, Resource, every, rule
from policies.scene import Scene

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
        *(each(part) for part in resource.parts("rules") for each in (_over_roles, _over_nodes, _over_entry)),
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
        if "*" in part.texts(key):
            yield Finding(part.resource, part.at(key), f"The role may {what} what it is about.")


def _over_roles(part: Part) -> Iterator[Finding]:
    if any(verb in _OVER_ROLES for verb in part.texts("verbs")):
        yield Finding(part.resource, part.at("verbs"), "The role can give itself more than it has.")


def _over_nodes(part: Part) -> Iterator[Finding]:
    if "nodes/proxy" in part.texts("resources"):
        path = part.at("resources")
        yield Finding(part.resource, path, "The role reaches every pod past the cluster's own checks.")


def _over_entry(part: Part) -> Iterator[Finding]:
    path = part.at("resources")
    is_entry = any(kind in _WEBHOOKS for kind in part.texts("resources"))
    if is_entry and any(verb in _WRITES for verb in part.texts("verbs")):
        yield Finding(part.resource, path, "The role can change what the cluster lets in.")


def _secrets(part: Part) -> Iterator[Finding]:
    about = "secrets" in part.texts("resources")
    if about and any(verb in _READS for verb in part.texts("verbs")) and not part.get("resourceNames"):
        yield Finding(part.resource, part.at("resources"), "The role reads the secrets of all namespaces.")


RULES = (rbac_least_privilege,)
