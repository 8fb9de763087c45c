"""The CustomResourceDefinitions that software brings to a cluster, read from its Go module; none is kept here.

Which version it is stands in `definitions/go.mod`. A module that is not in Go's cache yet is downloaded once:

    python -m tests.servers.definitions
"""

import functools
import json
import os
import subprocess
from dataclasses import dataclass
from pathlib import Path

import yaml

from tests.servers.build import HERE, go


@dataclass(frozen=True)
class Source:
    """Files of a module that hold definitions."""

    module: str
    files: str
    """A pattern below the module's folder."""


KSERVE = "github.com/kserve/kserve"
KARPENTER = "github.com/aws/karpenter-provider-aws"
CERT_MANAGER = "github.com/cert-manager/cert-manager"
INFERENCE = "sigs.k8s.io/gateway-api-inference-extension"
SOURCES = {
    "acme.cert-manager.io": Source(CERT_MANAGER, "deploy/crds/acme.cert-manager.io_*.yaml"),
    "argoproj.io": Source("github.com/argoproj/argo-cd/v3", "manifests/crds/application-crd.yaml"),
    "cert-manager.io": Source(CERT_MANAGER, "deploy/crds/cert-manager.io_*.yaml"),
    "gateway.envoyproxy.io": Source(
        "github.com/envoyproxy/gateway", "charts/gateway-helm/charts/crds/crds/generated/*.yaml"
    ),
    "gateway.networking.k8s.io": Source(
        "sigs.k8s.io/gateway-api", "config/crd/standard/gateway.networking.k8s.io_*s.yaml"
    ),
    "helm.toolkit.fluxcd.io": Source("github.com/fluxcd/helm-controller", "config/crd/bases/*.yaml"),
    "inference.networking.k8s.io": Source(INFERENCE, "config/crd/bases/inference.networking.k8s.io_*.yaml"),
    "karpenter.k8s.aws": Source(KARPENTER, "pkg/apis/crds/karpenter.k8s.aws_*.yaml"),
    "karpenter.sh": Source(KARPENTER, "pkg/apis/crds/karpenter.sh_*.yaml"),
    "kueue.x-k8s.io": Source("sigs.k8s.io/kueue", "config/components/crd/bases/*.yaml"),
    "leaderworkerset.x-k8s.io": Source("sigs.k8s.io/lws", "config/crd/bases/leaderworkerset.x-k8s.io_*.yaml"),
    "serving.kserve.io": Source(KSERVE, "config/crd/full/serving.kserve.io_*.yaml"),
    "source.toolkit.fluxcd.io": Source("github.com/fluxcd/source-controller", "config/crd/bases/*.yaml"),
}
"""Group of custom kinds -> where its definitions are.

Left out are the largest ones that nothing of ours uses: KServe's `LLMInferenceService` and local models, Argo CD's
`ApplicationSet`. A manifest of such a kind fails.
"""


def definitions(group):
    """The definitions of a group's kinds, as an API server without webhooks takes them."""
    return [*_read(SOURCES[group])]


@functools.cache
def _read(source):
    files = sorted(folders()[source.module].glob(source.files))
    return tuple(_without_webhook(document) for file in files for document in _documents(file))


def _documents(file):
    documents = yaml.load_all(file.read_bytes(), yaml.CSafeLoader)
    return [one for one in documents if one and one["kind"] == "CustomResourceDefinition"]


def _without_webhook(definition):
    """Nothing answers a conversion here: each object stays in the version in which it is written."""
    definition["spec"].pop("conversion", None)
    return definition


@functools.cache
def folders():
    """Module -> its folder in Go's cache, downloaded if it is not there yet and checked against go.sum."""
    modules = sorted({source.module for source in SOURCES.values()})
    ended = subprocess.run(
        [go(), "mod", "download", "-json", *modules],
        cwd=HERE / "definitions",
        env={**os.environ, "GOWORK": "off"},
        stdout=subprocess.PIPE,
        text=True,
        check=False,
    )
    found = dict(_modules(ended.stdout))
    missing = [f"{name}: {one.get('Error')}" for name, one in found.items() if "Dir" not in one]
    assert not ended.returncode, "\n".join(["These modules could not be downloaded:", *missing])
    return {name: Path(one["Dir"]) for name, one in found.items()}


def _modules(text):
    decoder = json.JSONDecoder()
    while text := text.lstrip():
        module, end = decoder.raw_decode(text)
        yield module["Path"], module
        text = text[end:]


if __name__ == "__main__":
    folders()
