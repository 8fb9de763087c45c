"""Rules about pods beside what they may do: resources, images, identities, places."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress
from typing import Any, Final, cast

from policies.boundary import is_own_registry
from policies.delivered_charts import DELIVERED
from policies.images import Image, image
from policies.model import Enforcement, Finding, Part, Resource, every, rule
from policies.named_objects import namespace
from policies.pods import CHARTS, PODS, SYSTEM, specs
from policies.scene import Scene
from policies.values import Undecided
from policies.written_images import Written, images_in

_SECRET: Final = "kubernetes:core/v1:Secret"  # noqa: S105 - a type
_ACCOUNT: Final = "kubernetes:core/v1:ServiceAccount"
_IMAGES: Final = "BL-K8S-004"
_TOKENS: Final = "BL-K8S-007"
_PLACES: Final = "BL-K8S-009"


@rule(
    "BL-K8S-003",
    *PODS,
    fix="Give each container `resources` with requests for cpu and memory, a limit for memory, and one for "
    "ephemeral storage; what is counted, such as GPUs, has the same number as request and limit.",
    reads=(
        "spec.template.spec.containers[].resources.requests",
        "spec.template.spec.containers[].resources.limits",
    ),
)
def resources_set(resource: Resource, _: Scene) -> Iterator[Finding]:
    """Every container says what it needs, and where it ends."""
    for spec in specs(resource):
        parts = (*spec.parts("initContainers"), *spec.parts("containers"))
        yield from every(*(each for part in parts for each in (_needs(spec, part), _counted(part))))


def _quantities(where: Part, kind: str) -> Mapping[str, Any]:
    value = where.get(f"resources.{kind}")
    return cast("Mapping[str, Any]", value) if isinstance(value, dict) else {}


def _needs(spec: Part, container: Part) -> Iterator[Finding]:
    """A limit is the request of who has none; what a pod says of itself counts for its containers."""
    limits = {**_quantities(spec, "limits"), **_quantities(container, "limits")}
    requests = {**limits, **_quantities(spec, "requests"), **_quantities(container, "requests")}
    path = container.at("resources")
    for name in ("cpu", "memory"):
        if not requests.get(name):
            yield Finding(container.resource, path, f"The container does not say how much {name} it needs.")
    for name, words in (("memory", "memory"), ("ephemeral-storage", "disk")):
        if not limits.get(name):
            yield Finding(container.resource, path, f"The container may take all {words} of the machine.")


def _counted(container: Part) -> Iterator[Finding]:
    limits, requests = _quantities(container, "limits"), _quantities(container, "requests")
    for name in sorted(limits.keys() | requests.keys()):
        if "/" in name and str(requests.get(name, limits.get(name))) != str(limits.get(name)):
            path = container.at("resources")
            yield Finding(
                container.resource, path, "A device is asked for with another number than its limit."
            )


@rule(
    _IMAGES,
    *PODS,
    *CHARTS,
    *DELIVERED,
    fix="Take images from the environment's own registry (`registry`), with a version; add others that you "
    "trust to the parameter `registries` of this rule. Hardened environments name a digest as well.",
    reads=("spec.template.spec.containers[].image",),
)
def images_pinned(resource: Resource, scene: Scene) -> Iterator[Finding]:
    """Images come from registries somebody chose, in versions somebody chose."""
    yield from every(*(_judged(resource, each, scene) for each in images_in(resource, scene)))


def _judged(resource: Resource, written: Written, scene: Scene) -> Iterator[Finding]:
    found = image(written.text())
    if found is None:
        yield Finding(resource, written.path, "This is no reference to an image.")
        return
    if not _is_approved(found, scene):
        yield Finding(resource, written.path, "The image comes from a registry that nobody approved.")
    if found.is_latest:
        yield Finding(resource, written.path, "The image is whatever was pushed last.")
    elif not found.is_pinned:
        strict = scene.facts.is_hardened or scene.facts.is_airgapped
        message = "The image has no digest, so what it is may change."
        yield Finding(
            resource, written.path, message, Enforcement.MANDATORY if strict else Enforcement.ADVISORY
        )


def _is_approved(found: Image, scene: Scene) -> bool:
    if is_own_registry(scene.facts, found.host):
        return True
    whole = f"{found.host}/{found.repository}"
    allowed = scene.facts.names(_IMAGES, "registries")
    return any(whole.startswith(f"{each.rstrip('/')}/") for each in allowed)


@rule(
    _TOKENS,
    *PODS,
    _ACCOUNT,
    _SECRET,
    fix="Give the pod a service account of its own, and `automountServiceAccountToken: false`; accounts "
    "whose pods talk to Kubernetes are the parameter `service_accounts` of this rule.",
    reads=(
        "spec.template.spec.serviceAccountName",
        "spec.template.spec.automountServiceAccountToken",
    ),
)
def service_account_tokens(resource: Resource, scene: Scene) -> Iterator[Finding]:
    """Pods have an identity of their own, and a token for Kubernetes only if they use it."""
    match resource.type.rpartition(":")[2]:
        case "Secret":
            if resource.get("type") == "kubernetes.io/service-account-token":
                yield Finding(resource, "type", "This token of a service account never expires.")
        case "ServiceAccount":
            if resource.get("metadata.name") == "default" and _mounts(resource) is not False:
                path = "automountServiceAccountToken"
                yield Finding(resource, path, "Pods without an account of their own are given a token.")
        case _:
            for spec in specs(resource):
                yield from every(_own_account(spec), _no_token(spec, scene))


def _mounts(account: Resource) -> Any:
    return account.get("automountServiceAccountToken")


def _account(spec: Part) -> Any:
    return spec.get("serviceAccountName") or spec.get("serviceAccount") or "default"


def _own_account(spec: Part) -> Iterator[Finding]:
    if _account(spec) == "default":
        path = spec.at("serviceAccountName")
        yield Finding(spec.resource, path, "The pod shares the namespace's default account.")


def _no_token(spec: Part, scene: Scene) -> Iterator[Finding]:
    mounts = spec.get("automountServiceAccountToken")
    if mounts is None:
        mounts = _of_the_account(spec, scene)
    if mounts is not False and _account(spec) not in scene.facts.names(_TOKENS, "service_accounts"):
        path = spec.at("automountServiceAccountToken")
        yield Finding(spec.resource, path, "The pod is given a token for Kubernetes.")


def _of_the_account(spec: Part, scene: Scene) -> Any:
    found = scene.once(_accounts).get(f"{namespace(spec.resource, scene)}/{_account(spec)}")
    return _mounts(found) if found else None


def _accounts(scene: Scene) -> Mapping[str, Resource]:
    """Service accounts by namespace and name, as far as these are known."""
    found: dict[str, Resource] = {}
    for account in scene.of(_ACCOUNT):
        with suppress(Undecided):
            found[f"{namespace(account, scene)}/{account.get('metadata.name')}"] = account
    return found


@rule(
    _PLACES,
    *PODS,
    fix="Put the workload into a namespace of its own; the platform's software that may be in `kube-system` "
    "is the parameter `names` of this rule.",
    reads=("metadata.namespace",),
)
def default_namespace_unused(resource: Resource, scene: Scene) -> Iterator[Finding]:
    """Workloads are in namespaces of their own."""
    where = namespace(resource, scene)
    name = resource.get("metadata.name")
    if where == "default" or (where in SYSTEM and name not in scene.facts.names(_PLACES, "names")):
        path = "metadata.namespace"
        yield Finding(resource, path, "The workload is where nothing of a team's belongs.")


RULES = (resources_set, images_pinned, service_account_tokens, default_namespace_unused)
