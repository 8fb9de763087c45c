"""When an object can be used, kind by kind, and what is said until then."""

import pytest

from provisioner.providers.kubernetes.objects import Kind
from provisioner.providers.kubernetes.readiness import Failed, Waiting, is_waited_for, patience, verdict

KINDS = {
    "Deployment": "apps/v1", "StatefulSet": "apps/v1", "DaemonSet": "apps/v1", "Job": "batch/v1", "Pod": "v1",
    "Service": "v1", "Ingress": "networking.k8s.io/v1", "PersistentVolumeClaim": "v1", "Namespace": "v1",
    "CustomResourceDefinition": "apiextensions.k8s.io/v1", "APIService": "apiregistration.k8s.io/v1",
    "ConfigMap": "v1", "Shelf": "example.com/v1",
}  # fmt: skip


def condition(type, status="True", **more):
    return {"conditions": [{"type": type, "status": status, **more}]}


def said(kind, status, spec=None, wait_for=""):
    live = {"metadata": {"generation": 2}, "spec": spec or {}, "status": status}
    match verdict(Kind(KINDS[kind], kind), live, wait_for):
        case None:
            return "ready"
        case Waiting(reason):
            return f"waits: {reason}"
        case Failed(reason):
            return f"failed: {reason}"


SEEN = {"observedGeneration": 2}


@pytest.mark.parametrize(
    ("kind", "status", "spec", "says"),
    [
        ("ConfigMap", {}, {}, "ready"),
        ("Shelf", {}, {}, "ready"),
        ("Deployment", {}, {}, "waits: its controller has not looked at it yet"),
        ("Deployment", {"observedGeneration": 1, "updatedReplicas": 1, "availableReplicas": 1}, {}, "waits: its controller has not looked at it yet"),
        ("Deployment", {**SEEN, "updatedReplicas": 1}, {"replicas": 2}, "waits: 1 of 2 pods are of the new kind"),
        ("Deployment", {**SEEN, "updatedReplicas": 2, "replicas": 3}, {"replicas": 2}, "waits: 1 pods of the old kind are still there"),
        ("Deployment", {**SEEN, "updatedReplicas": 2, "replicas": 2, "availableReplicas": 1}, {"replicas": 2}, "waits: 1 of 2 pods are ready"),
        ("Deployment", {**SEEN, "updatedReplicas": 2, "replicas": 2, "availableReplicas": 2}, {"replicas": 2}, "ready"),
        ("Deployment", SEEN, {"replicas": 0}, "ready"),
        ("Deployment", {**SEEN, **condition("Progressing", "False", reason="ProgressDeadlineExceeded", message="timed out")}, {}, "failed: ProgressDeadlineExceeded: timed out"),
        ("Deployment", {**SEEN, **condition("ReplicaFailure", reason="FailedCreate", message="exceeded quota")}, {}, "waits: FailedCreate: exceeded quota"),
        ("StatefulSet", {**SEEN, "currentRevision": "a", "updateRevision": "b", "updatedReplicas": 1}, {"replicas": 3}, "waits: 1 of 3 pods are of the new kind"),
        ("StatefulSet", {**SEEN, "readyReplicas": 2}, {"replicas": 3}, "waits: 2 of 3 pods are ready"),
        ("StatefulSet", {**SEEN, "readyReplicas": 3}, {"replicas": 3}, "ready"),
        ("DaemonSet", {"desiredNumberScheduled": 0}, {}, "waits: its controller has not looked at it yet"),
        ("DaemonSet", {**SEEN, "desiredNumberScheduled": 2, "updatedNumberScheduled": 2, "numberAvailable": 1}, {}, "waits: 1 of 2 pods are ready"),
        ("DaemonSet", {**SEEN, "desiredNumberScheduled": 0}, {}, "ready"),
        ("Job", {}, {}, "waits: 0 of 1 pods are done"),
        ("Job", condition("Complete"), {}, "ready"),
        ("Job", {}, {"suspend": True}, "ready"),
        ("Job", condition("Failed", reason="BackoffLimitExceeded"), {}, "failed: BackoffLimitExceeded"),
        ("Pod", {"phase": "Succeeded"}, {}, "ready"),
        ("Pod", {"phase": "Failed", "reason": "Evicted"}, {}, "failed: Evicted"),
        ("Pod", {"phase": "Running", **condition("Ready")}, {}, "ready"),
        ("Pod", {**condition("Ready", "False"), "containerStatuses": [{"name": "a", "state": {"waiting": {"reason": "ImagePullBackOff"}}}]}, {}, "waits: container `a` waits: ImagePullBackOff"),
        ("Service", {}, {"type": "ClusterIP"}, "ready"),
        ("Service", {}, {"type": "LoadBalancer"}, "waits: it has no load balancer yet"),
        ("Service", {"loadBalancer": {"ingress": [{"ip": "1"}]}}, {"type": "LoadBalancer"}, "ready"),
        ("Ingress", {}, {}, "waits: nobody has given it an address yet"),
        ("PersistentVolumeClaim", {"phase": "Pending"}, {}, "ready"),
        ("PersistentVolumeClaim", {"phase": "Lost"}, {}, "failed: the volume that it was bound to is gone"),
        ("CustomResourceDefinition", {}, {}, "waits: it does not say whether it is Established yet"),
        ("CustomResourceDefinition", condition("Established"), {}, "ready"),
        ("CustomResourceDefinition", condition("NamesAccepted", "False", message="taken"), {}, "failed: taken"),
        ("APIService", condition("Available", "False", message="no endpoints"), {}, "waits: no endpoints"),
    ],
)  # fmt: skip
def test_a_kind(kind, status, spec, says):
    assert said(kind, status, spec) == says


@pytest.mark.parametrize(
    ("told", "status", "says"),
    [
        ("condition=Ready", condition("Ready"), "ready"),
        ("condition=Ready", condition("Ready", "False", message="no GPU"), "waits: no GPU"),
        ("condition=Ready=False", condition("Ready", "False"), "ready"),
        ("jsonpath={.status.phase}=Bound", {"phase": "Bound"}, "ready"),
        ("jsonpath={.status.phase}=Bound", {"phase": "Pending"}, "waits: `.status.phase` is Pending"),
        ("jsonpath={.status.list[0].ip}", {"list": [{"ip": "1"}]}, "ready"),
        ("jsonpath={.status.list[0].ip}", {"list": []}, "waits: `.status.list[0].ip` is not there"),
        (
            "ready",
            {},
            "failed: `pulumi.com/waitFor` says `ready`, which is neither `condition=…` nor `jsonpath=…`",
        ),
    ],
)
def test_a_program_may_say_what_to_wait_for(told, status, says):
    assert said("Shelf", status, wait_for=told) == says


def annotated(**annotations):
    return {"metadata": {"annotations": {f"pulumi.com/{name}": text for name, text in annotations.items()}}}


def test_whether_and_how_long_is_for_the_program_to_say():
    deployment, shelf = Kind("apps/v1", "Deployment"), Kind("example.com/v1", "Shelf")
    assert is_waited_for(deployment, {})
    assert not is_waited_for(deployment, annotated(skipAwait="true"))
    assert not is_waited_for(shelf, {})
    assert is_waited_for(shelf, annotated(waitFor="condition=Ready"))
    assert patience(deployment, {}, None) == 600
    assert patience(deployment, annotated(timeoutSeconds="30"), None) == 30
    assert patience(deployment, annotated(timeoutSeconds="30"), 5.0) == 5
