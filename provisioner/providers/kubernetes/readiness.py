"""When an object can be used, and if not yet, why: one small function a kind that has an opinion. Pure.

Kinds and conditions are those for which pulumi-kubernetes waits (`provider/pkg/await`), its time limits too;
the texts are the cluster's own.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, cast

from provisioner.plan.values import Properties
from provisioner.providers.kubernetes.objects import Kind, annotation, members, metadata_of, rows

SKIP: Final = "pulumi.com/skipAwait"
SECONDS: Final = "pulumi.com/timeoutSeconds"
WAIT_FOR: Final = "pulumi.com/waitFor"
"""Annotations of a program: do not wait; how long; for what (`condition=Ready`, `jsonpath={.status.x}=y`)."""

PATIENCE: Final = 600.0
"""Seconds, where neither the program nor the kind says otherwise."""

_PATIENCE: Final[Mapping[str, float]] = {"CustomResourceDefinition": 60.0, "PersistentVolumeClaim": 300.0}


@dataclass(frozen=True, slots=True)
class Waiting:
    """It cannot be used yet, for this reason."""

    reason: str


@dataclass(frozen=True, slots=True)
class Failed:
    """It will not be usable, for this reason, however long one waits."""

    reason: str


Verdict = Waiting | Failed | None
"""None: it can be used."""


def verdict(kind: Kind, live: Properties, wait_for: str = "") -> Verdict:
    """Whether the object can be used; `wait_for` is what the program's annotation says."""
    if wait_for:
        return _as_told(live, wait_for)
    look = _KINDS.get((kind.group, kind.name))
    if look is None:
        return None
    if _is_behind(kind, live):
        return Waiting("its controller has not looked at it yet")
    return look(live)


def is_waited_for(kind: Kind, inputs: Properties) -> bool:
    """Whether there is anything to wait for."""
    if annotation(inputs, SKIP).lower() == "true":
        return False
    return bool(annotation(inputs, WAIT_FOR)) or (kind.group, kind.name) in _KINDS


def patience(kind: Kind, inputs: Properties, told: float | None) -> float:
    """Seconds: as the program's timeouts say, or its annotation, or as is usual for the kind."""
    if told is not None:
        return told
    said = annotation(inputs, SECONDS)
    return float(said) if said.isdecimal() else _PATIENCE.get(kind.name, PATIENCE)


def _deployment(live: Properties) -> Verdict:
    status, wanted = _status(live), _number(_spec(live), "replicas", 1)
    if (failed := _condition(live, "Progressing")) and failed.get("reason") == "ProgressDeadlineExceeded":
        return Failed(_said(failed))
    if refused := _refusal(live, "ReplicaFailure"):
        return Waiting(refused)
    updated, available = _number(status, "updatedReplicas"), _number(status, "availableReplicas")
    if updated < wanted:
        return Waiting(f"{updated} of {wanted} pods are of the new kind")
    if _number(status, "replicas") > updated:
        return Waiting(f"{_number(status, 'replicas') - updated} pods of the old kind are still there")
    return _enough(available, wanted)


def _stateful_set(live: Properties) -> Verdict:
    status, wanted = _status(live), _number(_spec(live), "replicas", 1)
    if status.get("updateRevision") != status.get("currentRevision") and not _is_partial(live):
        return Waiting(f"{_number(status, 'updatedReplicas')} of {wanted} pods are of the new kind")
    return _enough(_number(status, "readyReplicas"), wanted)


def _daemon_set(live: Properties) -> Verdict:
    status = _status(live)
    wanted = _number(status, "desiredNumberScheduled")
    if (updated := _number(status, "updatedNumberScheduled")) < wanted:
        return Waiting(f"{updated} of {wanted} pods are of the new kind")
    return _enough(_number(status, "numberAvailable"), wanted)


def _job(live: Properties) -> Verdict:
    if (failed := _condition(live, "Failed")) and _holds(failed):
        return Failed(_said(failed))
    if _spec(live).get("suspend"):
        return None  # whoever suspended it (a queue) says when it runs
    if (done := _condition(live, "Complete")) and _holds(done):
        return None
    status = _status(live)
    return Waiting(
        f"{_number(status, 'succeeded')} of {_number(_spec(live), 'completions', 1)} pods are done"
    )


def _pod(live: Properties) -> Verdict:
    phase = _status(live).get("phase")
    if phase == "Succeeded":
        return None
    if phase == "Failed":
        return Failed(
            str(_status(live).get("message") or _status(live).get("reason") or "its pod has failed")
        )
    return _by_condition(live, "Ready", _containers(live))


def _service(live: Properties) -> Verdict:
    if _spec(live).get("type") != "LoadBalancer":
        return None
    balancer = members(_status(live).get("loadBalancer"))
    return None if balancer.get("ingress") else Waiting("it has no load balancer yet")


def _ingress(live: Properties) -> Verdict:
    balancer = members(_status(live).get("loadBalancer"))
    return None if balancer.get("ingress") else Waiting("nobody has given it an address yet")


def _claim(live: Properties) -> Verdict:
    phase = _status(live).get("phase")
    if phase == "Lost":
        return Failed("the volume that it was bound to is gone")
    # Of most storage classes a volume is made for the first pod that wants it.
    return None


def _namespace(live: Properties) -> Verdict:
    if metadata_of(live).get("deletionTimestamp"):
        return Waiting("it is being deleted")
    return None


def _definition(live: Properties) -> Verdict:
    if (refused := _condition(live, "NamesAccepted")) and refused.get("status") == "False":
        return Failed(_said(refused))
    return _by_condition(live, "Established")


def _api_service(live: Properties) -> Verdict:
    return _by_condition(live, "Available")


_KINDS: Final[Mapping[tuple[str, str], Callable[[Properties], Verdict]]] = {
    ("", "Namespace"): _namespace,
    ("", "PersistentVolumeClaim"): _claim,
    ("", "Pod"): _pod,
    ("", "Service"): _service,
    ("apiextensions.k8s.io", "CustomResourceDefinition"): _definition,
    ("apiregistration.k8s.io", "APIService"): _api_service,
    ("apps", "DaemonSet"): _daemon_set,
    ("apps", "Deployment"): _deployment,
    ("apps", "StatefulSet"): _stateful_set,
    ("batch", "Job"): _job,
    ("networking.k8s.io", "Ingress"): _ingress,
}


def _as_told(live: Properties, told: str) -> Verdict:
    """As `kubectl wait` has it: `condition=Ready`, `condition=Ready=False`, `jsonpath={.status.x}=y`."""
    form, _, rest = told.partition("=")
    if form == "condition":
        name, _, wanted = rest.partition("=")
        return _by_condition(live, name, wanted=wanted or "True")
    if form != "jsonpath":
        return Failed(f"`{WAIT_FOR}` says `{told}`, which is neither `condition=…` nor `jsonpath=…`")
    path, _, wanted = rest.partition("}")
    found = _at(live, path.strip("'\"{."))
    wanted = wanted.strip("'\"").removeprefix("=")
    if (str(found) == wanted) if wanted else found is not None:
        return None
    return Waiting(f"`{path.strip('{')}` is {'not there' if found is None else found}")


def _by_condition(live: Properties, name: str, why: str = "", wanted: str = "True") -> Verdict:
    found = _condition(live, name)
    if found is None:
        return Waiting(why or f"it does not say whether it is {name} yet")
    return None if found.get("status") == wanted else Waiting(why or _said(found))


def _containers(live: Properties) -> str:
    """Why containers wait, the first one that says so."""
    status = _status(live)
    for row in (*_rows(status, "initContainerStatuses"), *_rows(status, "containerStatuses")):
        waiting = members(members(row.get("state")).get("waiting"))
        if waiting:
            said = ": ".join(str(each) for each in (waiting.get("reason"), waiting.get("message")) if each)
            return f"container `{row.get('name')}` waits: {said}"
    return ""


def _refusal(live: Properties, name: str) -> str:
    found = _condition(live, name)
    return _said(found) if found and _holds(found) else ""


def _enough(there: int, wanted: int) -> Verdict:
    return None if there >= wanted else Waiting(f"{there} of {wanted} pods are ready")


def _is_behind(kind: Kind, live: Properties) -> bool:
    """Whether its controller has not seen it as it is now; those of `apps` say so of every object."""
    seen = _status(live).get("observedGeneration")
    made = metadata_of(live).get("generation")
    if not isinstance(made, int):
        return False
    return seen < made if isinstance(seen, int) else kind.group == "apps"


def _is_partial(live: Properties) -> bool:
    """Whether the program itself holds some pods back."""
    strategy = members(_spec(live).get("updateStrategy"))
    rolling = members(strategy.get("rollingUpdate"))
    return strategy.get("type") == "OnDelete" or bool(rolling.get("partition"))


def _condition(live: Properties, name: str) -> Properties | None:
    return next((row for row in _rows(_status(live), "conditions") if row.get("type") == name), None)


def _holds(condition: Properties) -> bool:
    return condition.get("status") == "True"


def _said(condition: Properties) -> str:
    told = ": ".join(str(part) for part in (condition.get("reason"), condition.get("message")) if part)
    return told or f"its condition {condition.get('type')} is {condition.get('status')}"


def _rows(of: Properties, name: str) -> Sequence[dict[str, Any]]:
    return rows(of.get(name))


def _status(live: Properties) -> Properties:
    return members(live.get("status"))


def _spec(live: Properties) -> Properties:
    return members(live.get("spec"))


def _number(of: Properties, name: str, otherwise: int = 0) -> int:
    found = of.get(name)
    return found if isinstance(found, int) else otherwise


def _at(live: Properties, path: str) -> Any:
    found: Any = live
    for part in path.split("."):
        name, _, index = part.partition("[")
        found = members(found).get(name)
        if index and isinstance(found, list):
            items, number = cast("list[Any]", found), int(index.rstrip("]"))
            found = items[number] if number < len(items) else None
    return found
