"""What the controllers of a cluster would do, played: statuses that say ready, namespaces that end."""

import contextlib
import datetime
import threading

import urllib3

GONE_MEANWHILE = {404, 409}
ROUND = 0.15
"""Seconds between two looks; an object becomes ready this long after it was made."""


def deployment(it):
    count = it["spec"].get("replicas", 1)
    return {
        "observedGeneration": it["metadata"]["generation"],
        **dict.fromkeys(("replicas", "updatedReplicas", "readyReplicas", "availableReplicas"), count),
        "conditions": [
            {"type": "Available", "status": "True", "reason": "MinimumReplicasAvailable"},
            {"type": "Progressing", "status": "True", "reason": "NewReplicaSetAvailable"},
        ],
    }


def stateful_set(it):
    count = it["spec"].get("replicas", 1)
    counted = ("replicas", "currentReplicas", "updatedReplicas", "readyReplicas", "availableReplicas")
    return {
        "observedGeneration": it["metadata"]["generation"],
        **dict.fromkeys(counted, count),
        "currentRevision": "1",
        "updateRevision": "1",
    }


def daemon_set(it):
    counted = ("desiredNumberScheduled", "currentNumberScheduled", "updatedNumberScheduled")
    return {
        "observedGeneration": it["metadata"]["generation"],
        **dict.fromkeys((*counted, "numberReady", "numberAvailable"), 1),
        "numberMisscheduled": 0,
    }


def job(it):
    if it["status"].get("completionTime"):
        return {}
    now = datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
    begun = it["metadata"]["creationTimestamp"]
    told = {"status": "True", "lastProbeTime": now, "lastTransitionTime": now}
    return {
        "startTime": begun,
        "completionTime": now,
        "succeeded": it["spec"].get("completions", 1),
        "ready": 0,
        "terminating": 0,
        "uncountedTerminatedPods": {},
        "conditions": [{"type": type, **told} for type in ("SuccessCriteriaMet", "Complete")],
    }


def pod(_):
    return {"phase": "Running", "conditions": [{"type": "Ready", "status": "True"}]}


def claim(_):
    return {"phase": "Bound"}


def service(it):
    if it["spec"].get("type") != "LoadBalancer":
        return {}
    return {"loadBalancer": {"ingress": [{"ip": "192.0.2.10"}]}}


def with_condition(*types):
    """The status of a custom kind that says ready by conditions."""

    def status(it):
        generation = it["metadata"]["generation"]
        now = datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
        told = {"status": "True", "reason": "Played", "message": "", "lastTransitionTime": now}
        return {
            "observedGeneration": generation,
            "conditions": [{"type": type, "observedGeneration": generation, **told} for type in types],
        }

    return status


BUILT_IN = {
    "/apis/apps/v1/deployments": deployment,
    "/apis/apps/v1/statefulsets": stateful_set,
    "/apis/apps/v1/daemonsets": daemon_set,
    "/apis/batch/v1/jobs": job,
    "/api/v1/pods": pod,
    "/api/v1/persistentvolumeclaims": claim,
    "/api/v1/services": service,
}
"""Where objects of a kind are listed -> their status when all is well."""


@contextlib.contextmanager
def becoming_ready(server, statuses=None, kinds=None):
    """While the block runs, every object of these kinds becomes ready soon after it was made or changed.

    `statuses`: more kinds, as in `BUILT_IN`. `kinds`: only these of the built-in ones, by their last word.
    Namespaces that were deleted lose what is in them and end, whatever else is asked for.
    """
    chosen = {
        path: made for path, made in BUILT_IN.items() if kinds is None or path.rsplit("/", 1)[1] in kinds
    }
    controllers = _Controllers(server, {**chosen, **(statuses or {})})
    thread = threading.Thread(target=controllers.work, daemon=True)
    thread.start()
    try:
        yield controllers
    finally:
        controllers.ended.set()
        thread.join(30)
    assert not controllers.trouble, "\n".join(map(str, controllers.trouble))


class _Controllers:
    def __init__(self, server, statuses):
        self._server = server
        self._statuses = statuses
        self._seen = set()
        self.ended = threading.Event()
        self.trouble = []
        """What the API server refused; the block fails with it when it ends."""

    def work(self):
        while not self.ended.wait(ROUND):
            with contextlib.suppress(urllib3.exceptions.HTTPError):  # the API server restarts
                self._round()

    def _round(self):
        for path, status in self._statuses.items():
            for it in self._listed(path):
                self._written(path, it, status)
        for it in self._listed("/api/v1/namespaces"):
            if it["metadata"].get("deletionTimestamp"):
                self._emptied(it)

    def _written(self, path, it, status):
        metadata = it["metadata"]
        seen = metadata["uid"], metadata.get("generation")
        if seen in self._seen or "deletionTimestamp" in metadata:
            return
        if body := status(it):
            root, plural = path.rsplit("/", 1)
            within = f"/namespaces/{metadata['namespace']}" if "namespace" in metadata else ""
            place = f"{root}{within}/{plural}/{metadata['name']}/status"
            self._noted(*self._server.ask("PATCH", place, {"status": body}, "application/merge-patch+json"))
        self._seen.add(seen)

    def _emptied(self, namespace):
        name = namespace["metadata"]["name"]
        left = 0
        for path in self._namespaced():
            place = path.format(name)
            if self._listed(f"{place}?limit=1"):
                left += 1
                self._server.ask("DELETE", f"{place}?propagationPolicy=Background")
        if not left:
            namespace["spec"]["finalizers"] = []
            self._noted(*self._server.ask("PUT", f"/api/v1/namespaces/{name}/finalize", namespace))

    def _namespaced(self):
        """Where objects of each kind that lives in a namespace are, with room for its name."""
        groups = ["/api/v1"]
        for group in self._listed("/apis", "groups"):
            groups.append(f"/apis/{group['preferredVersion']['groupVersion']}")
        for group in groups:
            for kind in self._listed(group, "resources"):
                if kind["namespaced"] and "deletecollection" in kind["verbs"]:
                    yield f"{group}/namespaces/{{}}/{kind['name']}"

    def _listed(self, path, what="items"):
        """What is there now; nothing while the API server starts, or where the kind is not known yet."""
        code, listed = self._server.ask("GET", path)
        return listed[what] if code == 200 else ()

    def _noted(self, code, answer):
        if code >= 400 and code not in GONE_MEANWHILE:
            self.trouble.append(answer.get("message", answer))
