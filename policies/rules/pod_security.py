"""Rules about what pods may do to the machine they run on: Kubernetes' Pod Security Standards.

Source: Kubernetes documentation, "Pod Security Standards", as of v1.35.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any, Final, cast

from policies.model import Enforcement, Finding, Part, Resource, every, rule
from policies.pods import NAMESPACE, PODS, containers, entry, is_system, specs
from policies.scene import Scene, canonical

_BASELINE: Final = "BL-K8S-001"
_RESTRICTED: Final = "BL-K8S-002"
_LEVEL: Final = "pod-security.kubernetes.io/enforce"

CAPABILITIES: Final = frozenset(
    (
        "AUDIT_WRITE",
        "CHOWN",
        "DAC_OVERRIDE",
        "FOWNER",
        "FSETID",
        "KILL",
        "MKNOD",
        "NET_BIND_SERVICE",
        "SETFCAP",
        "SETGID",
        "SETPCAP",
        "SETUID",
        "SYS_CHROOT",
    )
)
"""Capabilities that the baseline lets be added."""

SYSCTLS: Final = (
    "kernel.shm_rmid_forced",
    "net.ipv4.ip_local_port_range",
    "net.ipv4.ip_local_reserved_ports",
    "net.ipv4.ip_unprivileged_port_start",
    "net.ipv4.ping_group_range",
    "net.ipv4.tcp_fin_timeout",
    "net.ipv4.tcp_keepalive_intvl",
    "net.ipv4.tcp_keepalive_probes",
    "net.ipv4.tcp_keepalive_time",
    "net.ipv4.tcp_rmem",
    "net.ipv4.tcp_syncookies",
    "net.ipv4.tcp_wmem",
)
"""Settings of the kernel that belong to one pod alone."""

HOST_PATHS: Final = (
    "/proc",
    "/sys",
    "/var/lib/kubelet/device-plugins",
    "/var/lib/kubelet/plugins",
    "/var/lib/kubelet/plugins_registry",
)
"""What device plugins, storage drivers and node exporters read: daemon sets of the platform may."""

VOLUMES: Final = frozenset(
    (
        "name",
        "configMap",
        "csi",
        "downwardAPI",
        "emptyDir",
        "ephemeral",
        "image",
        "persistentVolumeClaim",
        "projected",
        "secret",
    )
)
"""Kinds of volumes that hold nothing of the machine."""

_HOST: Final = {"hostNetwork": "network", "hostPID": "processes", "hostIPC": "shared memory"}


@rule(
    _BASELINE,
    *PODS,
    NAMESPACE,
    fix="Take the privilege out of the pod; what the platform's own daemon sets may read of a machine is the "
    "parameter `host_paths` of this rule.",
    reads=(
        "spec.template.spec.hostNetwork",
        "spec.template.spec.hostPID",
        "spec.template.spec.hostIPC",
        "spec.template.spec.containers[].securityContext.privileged",
        "spec.template.spec.containers[].securityContext.capabilities.add",
    ),
)
def baseline(resource: Resource, scene: Scene) -> Iterator[Finding]:
    """Pods have no hold on the machine they run on."""
    if canonical(resource.type) == canonical(NAMESPACE):
        yield from _level(resource, scene)
    for spec in specs(resource):
        yield from every(
            _shared(spec),
            _host_paths(spec, scene),
            _sysctls(spec),
            _confined(spec, "securityContext"),
            *(_privileges(container) for container in containers(spec)),
            *(_unmasked(container) for container in containers(spec)),
            *(_ports(container) for container in containers(spec)),
            *(_capabilities(container, CAPABILITIES) for container in containers(spec)),
            *(_confined(container, "securityContext") for container in containers(spec)),
        )


def _level(space: Resource, scene: Scene) -> Iterator[Finding]:
    name = space.get("metadata.name")
    if name in scene.facts.names(_BASELINE, "namespaces", ("kube-system",)):
        return
    if entry(space, "metadata.labels", _LEVEL) not in ("baseline", "restricted"):
        yield Finding(space, "metadata.labels", "The namespace takes pods that break the baseline.")


def _shared(spec: Part) -> Iterator[Finding]:
    yield from every(*(_shared_one(spec, key, what) for key, what in _HOST.items()))


def _shared_one(spec: Part, key: str, what: str) -> Iterator[Finding]:
    if spec.get(key):
        yield Finding(spec.resource, spec.at(key), f"The pod shares the machine's {what}.")


def _host_paths(spec: Part, scene: Scene) -> Iterator[Finding]:
    for volume in spec.parts("volumes"):
        if volume.peek("hostPath") is None:
            continue
        path = volume.get("hostPath.path")
        if not (isinstance(path, str) and _may_mount(spec.resource, path, scene)):
            yield Finding(spec.resource, volume.at("hostPath"), "The pod mounts a folder of the machine.")


def _may_mount(resource: Resource, path: str, scene: Scene) -> bool:
    """Whether it is a daemon set of the platform, and the folder one that those need."""
    if not resource.type.endswith(":DaemonSet") or ".." in path.split("/"):
        return False
    allowed = scene.facts.names(_BASELINE, "host_paths", HOST_PATHS)
    return any(path == each or path.startswith(f"{each}/") for each in allowed) and is_system(
        resource, scene, _BASELINE
    )


def _sysctls(spec: Part) -> Iterator[Finding]:
    for sysctl in spec.parts("securityContext.sysctls"):
        if sysctl.get("name") not in SYSCTLS:
            yield Finding(spec.resource, sysctl.at("name"), "The pod changes the kernel for all others.")


def _privileges(container: Part) -> Iterator[Finding]:
    context, resource = "securityContext", container.resource
    if container.get(f"{context}.privileged"):
        path = container.at(f"{context}.privileged")
        yield Finding(resource, path, "The container is privileged: it is root on the machine.")


def _unmasked(container: Part) -> Iterator[Finding]:
    context, resource = "securityContext", container.resource
    if container.get(f"{context}.procMount", default="Default") != "Default":
        yield Finding(resource, container.at(f"{context}.procMount"), "The container sees all of `/proc`.")


def _ports(container: Part) -> Iterator[Finding]:
    for port in container.parts("ports"):
        if port.get("hostPort"):
            path = port.at("hostPort")
            yield Finding(container.resource, path, "The container takes a port of the machine.")


def _capabilities(container: Part, allowed: frozenset[str]) -> Iterator[Finding]:
    path = "securityContext.capabilities.add"
    if any(each.upper().removeprefix("CAP_") not in allowed for each in container.texts(path)):
        yield Finding(container.resource, container.at(path), "The container is given a power of root.")


def _confined(where: Part, context: str) -> Iterator[Finding]:
    """What takes a profile away that containers have by default."""
    for path, what in (
        (f"{context}.seccompProfile.type", "may make any system call"),
        (f"{context}.appArmorProfile.type", "is under no AppArmor profile"),
    ):
        if where.get(path) == "Unconfined":
            yield Finding(where.resource, where.at(path), f"It {what}.")
    if where.get(f"{context}.windowsOptions.hostProcess"):
        path = f"{context}.windowsOptions.hostProcess"
        yield Finding(where.resource, where.at(path), "It runs as a process of the machine.")


@rule(
    _RESTRICTED,
    *PODS,
    fix="Set `runAsNonRoot`, `allowPrivilegeEscalation: false`, `seccompProfile: {type: RuntimeDefault}` and "
    "`capabilities: {drop: [ALL]}`; the platform's namespaces are the parameter `namespaces` of this rule.",
    reads=(
        "spec.template.spec.securityContext.runAsNonRoot",
        "spec.template.spec.securityContext.seccompProfile.type",
        "spec.template.spec.containers[].securityContext.allowPrivilegeEscalation",
        "spec.template.spec.containers[].securityContext.capabilities.drop",
    ),
)
def restricted(resource: Resource, scene: Scene) -> Iterator[Finding]:
    """Pods of teams run without root, without new privileges, and under a profile.

    Of the platform's own software the same is told, and stops nothing.
    """
    mildly = is_system(resource, scene, _RESTRICTED)
    for spec in specs(resource):
        parts = containers(spec)
        found = every(_volumes(spec), *(each for part in parts for each in _restrictions(spec, part)))
        yield from (replace(each, enforcement=Enforcement.ADVISORY) if mildly else each for each in found)


def _restrictions(spec: Part, container: Part) -> tuple[Iterator[Finding], ...]:
    return (
        _no_root(spec, container),
        _kept_from_root(spec, container),
        _no_escalation(spec, container),
        _profile(spec, container),
        _dropped(spec, container),
        _added(spec, container),
        _fixed(spec, container),
    )


def _volumes(spec: Part) -> Iterator[Finding]:
    for volume in spec.parts("volumes"):
        value = volume.resource.peek(volume.path)
        kinds = set(cast("dict[str, Any]", value)) if isinstance(value, dict) else set[str]()
        if kinds - VOLUMES - {"hostPath"}:  # that one is the baseline's matter
            yield Finding(spec.resource, volume.path, "The volume is of a kind that reaches beyond the pod.")


def _own_or_pods(spec: Part, container: Part, path: str) -> Any:
    own = container.get(f"securityContext.{path}")
    return spec.get(f"securityContext.{path}") if own is None else own


def _no_root(spec: Part, container: Part) -> Iterator[Finding]:
    if _own_or_pods(spec, container, "runAsUser") == 0:
        path = container.at("securityContext.runAsUser")
        yield Finding(spec.resource, path, "The container runs as root.")


def _kept_from_root(spec: Part, container: Part) -> Iterator[Finding]:
    if _own_or_pods(spec, container, "runAsNonRoot") is not True:
        path = container.at("securityContext.runAsNonRoot")
        yield Finding(spec.resource, path, "Nothing keeps the container from running as root.")


def _is_windows(spec: Part) -> bool:
    return spec.get("os.name") == "windows"


def _no_escalation(spec: Part, container: Part) -> Iterator[Finding]:
    path = "securityContext.allowPrivilegeEscalation"
    if not _is_windows(spec) and container.get(path) is not False:
        yield Finding(spec.resource, container.at(path), "The container may gain privileges.")


def _profile(spec: Part, container: Part) -> Iterator[Finding]:
    kind = _own_or_pods(spec, container, "seccompProfile.type")
    if not _is_windows(spec) and kind not in ("RuntimeDefault", "Localhost", "Unconfined"):
        path = container.at("securityContext.seccompProfile")
        yield Finding(spec.resource, path, "No profile says which system calls the container may make.")


def _fixed(spec: Part, container: Part) -> Iterator[Finding]:
    """Beyond the standard, so that it is told and stops nothing."""
    path = "securityContext.readOnlyRootFilesystem"
    if not _is_windows(spec) and container.get(path) is not True:
        message = "The container can change its own programs."
        yield Finding(spec.resource, container.at(path), message, Enforcement.ADVISORY)


def _dropped(spec: Part, container: Part) -> Iterator[Finding]:
    if _is_windows(spec):
        return
    path = "securityContext.capabilities.drop"
    if "ALL" not in container.texts(path):
        yield Finding(spec.resource, container.at(path), "The container keeps powers of root.")


def _added(spec: Part, container: Part) -> Iterator[Finding]:
    added = container.texts("securityContext.capabilities.add")
    if any(each in CAPABILITIES - {"NET_BIND_SERVICE"} for each in added):  # others: the baseline's matter
        path = container.at("securityContext.capabilities.add")
        yield Finding(spec.resource, path, "The container is given a power of root.")


RULES = (baseline, restricted)
