"""Every object that an environment has in its clusters, as it would be sent, and what a real API server says to it."""

import dataclasses
import json
import re
from dataclasses import dataclass, field

from provisioner.providers.kubernetes.inputs import filled
from provisioner.providers.kubernetes.objects import RELEASE, Kind, kind_of, manifest

PACKAGE = "kubernetes:"
MADE_UP = re.compile(r"SecurityGroup\([^)]*\)\.id")
"""What a recording calls an id that AWS makes, where its form is checked."""

STRICT = "dryRun=All&fieldManager=provisioner&force=true&fieldValidation=Strict"
"""As the driver rehearses; `force`, because another environment's objects have the same names."""

THERE_ALREADY = {"default", "kube-system", "kube-public", "kube-node-lease", "flux-system", "argocd"}
"""Namespaces of a cluster's own, and of what fetches the folder in a GitOps delivery."""

MADE_FIRST = ("Namespace", "ValidatingAdmissionPolicy", "ValidatingAdmissionPolicyBinding", "PriorityClass")
"""Kinds that decide about other objects: they are made, everything else is only tried."""


@dataclass(frozen=True)
class Manifest:
    """One object, and the stack that declares it."""

    stack: str
    body: dict = field(hash=False)

    @property
    def group(self):
        return self.body["apiVersion"].rpartition("/")[0]

    @property
    def kind(self):
        return self.body["kind"]

    @property
    def namespace(self):
        return self.body["metadata"].get("namespace", "")

    def __str__(self):
        name = self.body["metadata"]["name"]
        return f"{self.body['apiVersion']} {self.kind} {f'{self.namespace}/' if self.namespace else ''}{name}"


def manifests(recorded):
    """The objects of all stacks of an environment, charts' releases left out: those are the charts' business."""
    return [
        Manifest(stack, sent(each))
        for stack, recording in recorded.stacks.items()
        for each in recording.objects
        if each.type.startswith(PACKAGE) and each.type != RELEASE
    ]


def sent(declared):
    inputs = json.loads(MADE_UP.sub("sg-0123456789abcdef0", json.dumps(declared.inputs)))
    inputs = filled(declared.type, declared.name, None, inputs, b"", "default")
    return manifest(kind_of(declared.type, inputs), inputs)


def namespaces_of_charts(recorded):
    """Namespaces that the `helm` program makes for its releases."""
    releases = [
        each.inputs
        for recording in recorded.stacks.values()
        for each in recording.objects
        if each.type == RELEASE
    ]
    return {one["namespace"] for one in releases if one.get("createNamespace")}


def offline_refusals(all_manifests, schemas):
    """What is refused by schemas on this machine; nothing if everything is taken."""
    return [
        f"{one}: {each.property} {each.reason}"
        for one in all_manifests
        for each in schemas.problems(Kind(one.body["apiVersion"], one.kind), one.body)
    ]


class Court:
    """An API server that is asked about manifests; it knows which custom kinds it cannot know."""

    def __init__(self, api_server, unknown_kinds):
        self._server = api_server
        self._unknown = unknown_kinds
        self._plurals = {}

    def refusals(self, all_manifests, namespaces):
        """What is refused, and why; nothing if everything is taken."""
        for name in sorted({*namespaces, *THERE_ALREADY}):
            self._server.apply(f"/api/v1/namespaces/{name}", _namespace(name), "charts", force=True)
        known = [one for one in all_manifests if (one.group, one.kind) not in self._unknown]
        known.sort(key=lambda one: MADE_FIRST.index(one.kind) if one.kind in MADE_FIRST else len(MADE_FIRST))
        there = (
            THERE_ALREADY | {*namespaces} | {_name(one) for one in all_manifests if one.kind == "Namespace"}
        )
        found = [
            f"{one}: its namespace is made by nobody" for one in known if one.namespace not in {"", *there}
        ]
        for one in known:
            found += self._refusal(one, "" if one.kind in MADE_FIRST else STRICT)
        for pod in pods(known):
            found += self._refusal(pod, STRICT)
        return found

    def _refusal(self, one, query):
        query = query or "fieldManager=provisioner&force=true&fieldValidation=Strict"
        if not (path := self._path(one)):
            return [f"{one}: the API server knows no such kind"]
        code, answer = self._server.ask("PATCH", f"{path}?{query}", one.body, "application/apply-patch+yaml")
        return [] if code < 300 else [f"{one}: {code} {answer.get('message', answer)}"]

    def _path(self, one):
        version = one.body["apiVersion"]
        root = f"/apis/{version}" if one.group else f"/api/{version}"
        if root not in self._plurals:
            code, answer = self._server.ask("GET", root)
            served = answer["resources"] if code == 200 else ()
            self._plurals[root] = {kind["kind"]: kind["name"] for kind in served if "/" not in kind["name"]}
        if plural := self._plurals[root].get(one.kind):
            within = f"/namespaces/{one.namespace}" if one.namespace else ""
            return f"{root}{within}/{plural}/{_name(one)}"
        return None


def pods(all_manifests):
    """The pods that controllers would make: what PodSecurity and admission policies decide about."""
    for one in all_manifests:
        if spec := _template(one.body):
            meta = {"name": f"pod-of-{_name(one)}"[:63], "namespace": one.namespace}
            template = {"apiVersion": "v1", "kind": "Pod", **spec}
            template["metadata"] = {**template.get("metadata", {}), **meta}
            yield dataclasses.replace(one, body=template)


def _template(body):
    spec = body.get("spec") or {}
    found = spec.get("jobTemplate", {}).get("spec", {}).get("template") or spec.get("template")
    return found if isinstance(found, dict) and "containers" in found.get("spec", {}) else None


def _name(one):
    return one.body["metadata"]["name"]


def _namespace(name):
    return {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}}
