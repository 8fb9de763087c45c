"""What is kept in a folder keeps to the schemas of its kinds: no cluster is asked, and mistakes show in the plan."""

import copy
import json
import re
import subprocess
import sys
from pathlib import Path

import jsonschema
import kubernetes_validate
import pytest

from provisioner.plan.values import REST, UNKNOWN, Secret
from provisioner.providers.kubernetes.built_in_schemas import built_in
from provisioner.providers.kubernetes.conformity import Vocabulary
from provisioner.providers.kubernetes.custom_schemas import kinds_of
from provisioner.providers.kubernetes.objects import Kind
from provisioner.providers.kubernetes.package import ClusterConnection, KubernetesPackage
from tests.providers.kubernetes.objects import CONFIG_MAP, SEED, checked, config_map, made, wrong

DEPLOYMENT = "kubernetes:apps/v1:Deployment"
DEFINITION = "kubernetes:apiextensions.k8s.io/v1:CustomResourceDefinition"
SHELF = "kubernetes:example.com/v1:Shelf"
LABELS = {"app": "web"}
CONTAINER = {
    "name": "web",
    "image": "example.com/web:1",
    "args": ["--quiet"],
    "ports": [{"containerPort": 80}],
    "resources": {"limits": {"cpu": 1, "memory": "1Gi"}},
    "livenessProbe": {"httpGet": {"path": "/", "port": "http"}},
}


def deployment(container=CONTAINER, **spec):
    template = {"metadata": {"labels": LABELS}, "spec": {"containers": [copy.deepcopy(container)]}}
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": "web"},
        "spec": {"replicas": 2, "selector": {"matchLabels": LABELS}, "template": template, **spec},
    }


SCHEMA = {
    "type": "object",
    "required": ["spec"],
    "properties": {
        "spec": {
            "type": "object",
            "required": ["width", "colour"],
            "properties": {
                "width": {"type": "integer", "minimum": 0, "exclusiveMinimum": True, "maximum": 200},
                "colour": {"type": "string", "enum": ["red", "blue"], "default": "red"},
                "label": {"type": "string", "pattern": "^[a-z]+$", "maxLength": 8},
                "port": {"x-kubernetes-int-or-string": True},
                "books": {"type": "array", "maxItems": 2, "items": {"type": "object", "properties": {
                    "title": {"type": "string"}}}},
                "anything": {"type": "object", "x-kubernetes-preserve-unknown-fields": True, "properties": {
                    "known": {"type": "object", "properties": {"a": {"type": "string"}}}}},
                "counts": {"type": "object", "additionalProperties": {"type": "integer"}},
                "pod": {"type": "object", "x-kubernetes-embedded-resource": True, "properties": {
                    "spec": {"type": "object", "x-kubernetes-preserve-unknown-fields": True}}},
                "wall": {"type": "string", "nullable": True},
                "floor": {"type": "string"},
            },
            "oneOf": [{"required": ["wall"]}, {"required": ["floor"]}],
            "not": {"required": ["books", "anything"]},
        },
    },
}  # fmt: skip


def definition(schema=SCHEMA, version="v1"):
    """A CRD, its schema as manifests spell it: a program may do so, too."""
    return {
        "metadata": {"name": "shelves.example.com"},
        "spec": {
            "group": "example.com",
            "scope": "Namespaced",
            "names": {"kind": "Shelf", "plural": "shelves"},
            "versions": [
                {"name": version, "served": True, "storage": True, "schema": {"openAPIV3Schema": schema}}
            ],
        },
    }


def shelf(**spec):
    metadata = {"name": "shelf", "namespace": "default"}
    kept = {
        name: value for name, value in {"width": 80, "wall": "north", **spec}.items() if value is not None
    }
    return {"apiVersion": "example.com/v1", "kind": "Shelf", "metadata": metadata, "spec": kept}


def provider_for(version, folder):
    package = KubernetesPackage(ClusterConnection(folder=folder, version=version))
    return package.configure({"renderYamlToDirectory": "gitops"})


def test_every_mistake_in_an_object_is_told_with_its_place(tmp_path, golden):
    container = {
        "image": "example.com/web:1",
        "imagePullPolicies": "Always",
        "ports": [{"containerPort": 80}, {"containerPort": "http"}],
        "resources": {"limits": {"cpu": [1]}},
    }
    found = deployment(container, replica=3)
    found["metdata"] = {}
    golden("".join(f"{line}\n" for line in wrong(provider_for("1.35", tmp_path), DEPLOYMENT, found)))


def test_the_version_of_the_cluster_decides_which_fields_and_kinds_there_are(tmp_path):
    claim = {"metadata": {"name": "gpu"}, "spec": {"spec": {"devices": {}}}}
    type = "kubernetes:resource.k8s.io/v1:ResourceClaimTemplate"
    (said,) = wrong(provider_for("1.33", tmp_path), type, claim)
    assert said == "kind: Kubernetes 1.33 has no ResourceClaimTemplate of `resource.k8s.io/v1`"
    checked(provider_for("1.34", tmp_path), type, claim)


def test_a_kind_of_an_unknown_version_of_kubernetes_is_taken(tmp_path):
    """The newest schemas do not have what an older cluster may still serve."""
    policy = {"metadata": {"name": "old"}, "spec": {}}
    checked(provider_for("", tmp_path), "kubernetes:policy/v1beta1:PodSecurityPolicy", policy)


def test_schemas_older_or_newer_than_all_that_there_are():
    assert built_in("1.3").version == "1.25"
    assert built_in("2.0").version == built_in("").version


def test_what_is_not_known_yet_or_secret_is_no_mistake(tmp_path):
    provider = provider_for("1.35", tmp_path)
    checked(provider, DEPLOYMENT, deployment({**CONTAINER, "name": UNKNOWN, "ports": UNKNOWN}))
    checked(provider, DEPLOYMENT, deployment({"image": "a", REST: UNKNOWN}))
    checked(provider, DEPLOYMENT, {**deployment(), "spec": UNKNOWN})
    checked(provider, DEPLOYMENT, {**deployment(), "metadata": UNKNOWN})
    (said, _) = sorted(
        wrong(provider, CONFIG_MAP, {**config_map(), "data": {"a": Secret({"b": "hunter2"})}, "date": {}})
    )
    assert said.startswith("data: holds a secret")
    said = wrong(provider, DEPLOYMENT, deployment({"image": UNKNOWN, "command": "run"}))
    assert [line.partition(" (by")[0] for line in said] == [
        "spec.template.spec.containers[0].command: is a text, and has to be a list",
        "spec.template.spec.containers[0].name: has to be given",
    ]


def test_a_custom_object_is_held_against_the_definition_of_the_same_program(folder_provider, golden):
    in_a_program = re.sub(r"x-kubernetes-[a-z-]+", lambda key: key[0].replace("-", "_"), json.dumps(SCHEMA))
    checked(folder_provider, DEFINITION, definition(json.loads(in_a_program)))
    checked(folder_provider, SHELF, shelf())
    bad = shelf(width=0, colour="green", lable="a", books=[{"titel": "a"}], floor="stone")
    bad["metadata"]["label"] = {"a": "b"}
    golden("".join(f"{line}\n" for line in wrong(folder_provider, SHELF, bad)))


def test_a_definition_that_is_only_waiting_to_be_decided_counts_already(folder_provider):
    folder_provider.foresee(DEFINITION, "shelves", None, definition(), SEED)
    assert wrong(folder_provider, SHELF, shelf(width="wide"))


def test_a_definition_of_an_earlier_run_counts_and_one_of_this_run_counts_more(package, tmp_path):
    first = package.configure({"renderYamlToDirectory": "gitops"})
    made(first, DEFINITION, definition())
    second = package.configure({"renderYamlToDirectory": "gitops"})
    (said,) = wrong(second, SHELF, shelf(depth=30))
    file = (
        tmp_path
        / "gitops/0-crd/apiextensions.k8s.io_v1-customresourcedefinition-default-shelves.example.com.yaml"
    )
    assert said == (
        f"spec.depth: there is no such field (by {file}; if this run changes that, have the object depend on it)"
    )
    wider = copy.deepcopy(SCHEMA)
    wider["properties"]["spec"]["properties"]["depth"] = {"type": "integer"}
    checked(second, DEFINITION, definition(wider))
    checked(second, SHELF, shelf(depth=30))


def test_a_version_that_a_definition_does_not_serve_is_told(folder_provider):
    checked(folder_provider, DEFINITION, definition(version="v1beta1"))
    assert wrong(folder_provider, SHELF, shelf()) == [
        "apiVersion: the CustomResourceDefinition `shelves.example.com` has no `example.com/v1`, but"
        " `example.com/v1beta1`"
    ]


def test_of_a_kind_that_nothing_defines_only_the_metadata_are_looked_at(folder_provider, tmp_path):
    broken = tmp_path / "gitops/0-crd/broken.example.com.yaml"
    broken.parent.mkdir(parents=True)
    broken.write_text("kind: Shelf\n a: [")
    checked(folder_provider, SHELF, {**shelf(), "whatever": 1})
    (said,) = wrong(folder_provider, SHELF, {**shelf(), "metadata": {"name": "shelf", "labels": ["a"]}})
    assert said.startswith("metadata.labels: is a list, and has to be a structure")


def test_a_definition_that_is_not_known_yet_says_nothing(folder_provider):
    checked(folder_provider, DEFINITION, definition(UNKNOWN))
    checked(folder_provider, SHELF, {**shelf(), "whatever": 1})


@pytest.mark.parametrize(
    "schema",
    [
        {"type": "object", "properties": {"spec": {"type": "object", "required": 1}}},
        {"type": "object", "properties": {"spec": {"enum": 1}}},
        {"type": "object", "properties": []},
    ],
)
def test_a_definition_that_is_wrong_is_told_and_says_nothing(folder_provider, schema):
    assert wrong(folder_provider, DEFINITION, definition(schema))
    folder_provider.foresee(DEFINITION, "shelves", None, definition(schema), SEED)
    checked(folder_provider, SHELF, shelf())


@pytest.mark.parametrize(
    "spec",
    [
        {"type": "strange"},
        {"type": "object", "$ref": "#/elsewhere", "x-kubernetes-preserve-unknown-fields": True},
        {"x-kubernetes-preserve-unknown-fields": True, "allOf": [{"$ref": "#/elsewhere"}, {"items": [{}]}]},
    ],
)
def test_what_only_an_api_server_knows_to_be_wrong_with_a_definition_stops_nothing(folder_provider, spec):
    checked(folder_provider, DEFINITION, definition({"type": "object", "properties": {"spec": spec}}))
    checked(folder_provider, SHELF, shelf())


def test_a_patch_is_no_whole_object(folder_provider):
    patch = {"metadata": {"name": "web"}, "spec": {"replicas": 3}}
    checked(folder_provider, "kubernetes:apps/v1:DeploymentPatch", patch)


def places(value, at=()):
    """Each place in an object, as the keys that lead to it."""
    yield at
    members = (
        value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    )
    for key, member in members:
        yield from places(member, (*at, key))


def variants(value):
    """The object with one thing wrong, or merely different, at each place."""
    for place in list(places(value))[1:]:
        *way, last = place
        for change in (1, 1.5, True, "text", [], {}, ["a"], {"a": 1}, "gone", "more"):
            found = copy.deepcopy(value)
            holder = found
            for key in way:
                holder = holder[key]
            if change == "gone":
                del holder[last]
            elif change != "more":
                holder[last] = change
            elif isinstance(holder, dict):
                holder["unheardOf"] = 1
            yield found


def test_the_verdicts_are_those_of_kubernetes_validate():
    """Hundreds of variants by jsonschema with its schemas; a few by its own function, which takes 10 ms for each."""
    own, deployed = built_in("1.35"), Kind("apps/v1", "Deployment")
    vocabulary = Vocabulary(own.definitions)
    schema = own.kinds[deployed]
    judge = jsonschema.Draft202012Validator({**schema, "$defs": own.definitions})
    seen = set()
    for each in (deployment(), *variants(deployment())):
        ours = {found.property for found in vocabulary.mistakes(each, schema)}
        assert bool(ours) is not judge.is_valid(each), (ours, each)
        seen.add(bool(ours))
    assert seen == {True, False}
    for each, is_good in (
        (deployment(), True),
        (deployment(replica=3), False),
        (deployment(replicas="3"), False),
    ):
        assert is_valid(each) is is_good is not any(vocabulary.mistakes(each, schema))


def is_valid(each):
    try:
        kubernetes_validate.validate(each, "1.35", strict=True)
    except kubernetes_validate.ValidationError:
        return False
    return True


def test_the_verdicts_about_custom_objects_are_those_of_jsonschema():
    """After a CRD has been turned into JSON Schema, its meaning is nobody's opinion."""
    (schema,) = kinds_of(definition()).values()
    metadata = "io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta"
    definitions = built_in("1.35").definitions
    as_json = json.loads(
        json.dumps(schema)
        .replace(json.dumps(metadata), json.dumps(f"#/$defs/{metadata}"))
        .replace('"minimum": 0, "exclusiveMinimum": true', '"exclusiveMinimum": 0')
    )
    judge = jsonschema.Draft202012Validator({**as_json, "$defs": definitions})
    vocabulary = Vocabulary(definitions)
    full = shelf(
        colour="blue", label="abc", port=80, books=[{"title": "a"}], counts={"a": 1},
        pod={"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "a"}, "spec": {"more": 1}},
    )  # fmt: skip
    other = shelf(anything={"known": {"a": "b"}, "more": 1}, wall=None, floor="stone", port="http")
    for good in (full, other):
        assert not [*vocabulary.mistakes(good, schema)]
        for each in variants(good):
            ours = [*vocabulary.mistakes(each, schema)]
            assert bool(ours) is not judge.is_valid(each), (ours, each)


def test_checking_imports_no_validator():
    """A plan of an environment that is kept in a folder would wait for it."""
    code = (
        "import sys; from provisioner.providers.kubernetes.package import *;"
        "provider = KubernetesPackage(ClusterConnection()).configure({'renderYamlToDirectory': 'x'});"
        f"provider.check('{CONFIG_MAP}', 'a', None, {{}}, b'');"
        "sys.exit(not {'jsonschema', 'kubernetes_validate'}.isdisjoint(sys.modules))"
    )
    root = Path(__file__).parents[3]
    assert subprocess.run([sys.executable, "-c", code], cwd=root).returncode == 0
