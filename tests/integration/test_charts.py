"""The software book beside the charts themselves, as far as Go modules hold them: our values fit, nothing is missing.

Charts in a source tree have other tags than published ones; in an air gap every image is named by our values, so
what is compared is what a mirror has to hold.
"""

import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml

from environments.load import load
from environments.needed_images import needed_images
from environments.software_book import BOOK
from tests.servers.build import program
from tests.servers.definitions import folders
from tests.support.environments import recorded

MIRROR = "registry.corp.example"
ENVIRONMENT = f"""\
extends: {Path(__file__).parent}/environments/airgap.yaml
name: charts
connectivity: {{images: charts.lock}}
gpu_pools:
  - {{name: online, profile: g6e.2xlarge, nodes: 0..8}}
  - {{name: batch, profile: g6.4xlarge, nodes: 0..8, nodes_by: karpenter}}
teams:
  - {{name: search, gpus: {{online: {{guaranteed: 8}}, batch: {{guaranteed: 0}}}}}}
"""
IN_MODULES = {
    "envoy-gateway": ("github.com/envoyproxy/gateway", "gateway-helm"),
    "karpenter": ("github.com/aws/karpenter-provider-aws", "karpenter"),
    "karpenter-crd": ("github.com/aws/karpenter-provider-aws", "karpenter-crd"),
    "kserve": ("github.com/kserve/kserve", "kserve-resources"),
    "kserve-crd": ("github.com/kserve/kserve", "kserve-crd"),
    "kueue": ("sigs.k8s.io/kueue", "kueue"),
}
"""Row -> where its chart is."""


@pytest.fixture(scope="module")
def values(tmp_path_factory):
    """Release -> the values that our own program gives it."""
    file = tmp_path_factory.mktemp("charts") / "charts.yaml"
    file.write_text(ENVIRONMENT)
    file.with_name("charts.lock").write_text(lock(load(file, images="any").environment))
    (platform,) = recorded(file).layer("platform")
    releases = [each for each in platform.objects if each.short_type == "HelmRelease"]
    return {each.inputs["metadata"]["name"]: each.inputs["spec"]["values"] for each in releases}


@pytest.fixture(params=IN_MODULES)
def rendered(request, values, tmp_path):
    """A row of the book, and all objects of its chart."""
    row = BOOK[request.param]
    given = tmp_path / "values.json"
    given.write_text(json.dumps(values[row.name]))
    command = [program("helm"), "template", row.name, chart(row.name, tmp_path), "--include-crds"]
    ended = subprocess.run(
        [*command, "--namespace", row.namespace, "--values", given, "--kube-version", "1.35.0"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 0, ended.stderr
    return row, [each for each in yaml.load_all(ended.stdout, yaml.CSafeLoader) if each]


def lock(environment):
    """A digest for everything that an environment needs."""
    names = [each.name for each in needed_images(environment) if not each.has_digest]
    return "".join(f"{MIRROR}/{name}@sha256:{number:064x}\n" for number, name in enumerate(names, 1))


def chart(name, folder):
    """The chart, with what a release of it would be completed by."""
    module, path = IN_MODULES[name]
    copy = shutil.copytree(folders()[module] / "charts" / path, folder / path, copy_function=shutil.copyfile)
    template = copy / "values.tmpl.yaml"
    if template.exists():
        (copy / "values.yaml").write_text(re.sub(r"\$\{\w+\}", "example.com/set:v1", template.read_text()))
    return copy


def images_in(objects):
    """Every image that some object names; an example beside the real configuration counts for nothing."""
    for each in objects:
        if each["kind"] == "CustomResourceDefinition":
            continue
        if each["kind"] == "ConfigMap":
            each = {key: text for key, text in each.get("data", {}).items() if key != "_example"}
        yield from re.findall(r'image\\?"\s*:\s*\\?"([^"\\]+)', json.dumps(each))
        # A text of YAML inside a config map has no quotation marks.
        yield from re.findall(r"image: ([^\s\\\"]+)", json.dumps(each))


def test_every_image_of_a_chart_is_in_the_book_and_comes_from_the_mirror(rendered):
    row, objects = rendered
    mirrored = {f"{MIRROR}/{image}" for image in row.all_images}
    # An explainer's image has its tag beside it.
    known = mirrored | {image.rpartition(":")[0] for image in mirrored if "explainer" in image}
    found = set(images_in(objects))
    assert {image for image in found if image.partition("@")[0] not in known} == set()
    # In a config map the explainer's digest is with its tag.
    assert {image for image in found if "@sha256:0000" not in image and "explainer" not in image} == set()


def test_the_book_has_the_kinds_that_a_chart_brings(rendered):
    row, objects = rendered
    brought = {
        f"{each['spec']['group']}/{each['spec']['names']['kind']}"
        for each in objects
        if each["kind"] == "CustomResourceDefinition"
    }
    assert brought == set(row.kinds)
