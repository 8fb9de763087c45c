"""Classes that are loaded on demand are the classes that the SDK would have loaded by itself."""

import subprocess
import sys

TELLING = """
import sys
if sys.argv[1] == "on demand":
    from provisioner.engine.embedded.on_demand import load_on_demand
    load_on_demand("pulumi_aws")
    load_on_demand("pulumi_kubernetes")
    from provisioner.engine.embedded import once
    once.remember()
import inspect
from pathlib import Path
from pulumi import _types

seen = set()

def told(cls):
    \"\"\"Prints what the SDK knows of a class, and of the classes its properties have.\"\"\"
    if cls in seen or not inspect.isclass(cls):
        return
    seen.add(cls)
    if _types.is_input_type(cls):
        types, names = _types.input_type_types(cls), _types.input_type_py_to_pulumi_names(cls)
    elif _types.is_output_type(cls):
        types, names = _types.output_type_types(cls), cls.__doc__
    else:
        return
    print(cls.__module__, cls.__qualname__, cls.__mro__[1:], {name: str(types[name]) for name in sorted(types)}, names)
    for each in types.values():
        walk(each)

def walk(hint):
    told(hint)
    for each in getattr(hint, "__args__", ()):
        walk(each)
"""

OF_AWS = """
import pulumi_aws as aws
from provisioner.providers.aws.registry import CATALOG

for spec in sorted(CATALOG, key=lambda spec: spec.type):
    _, module, name = spec.type.split(":")
    service = getattr(aws, module.split("/")[0])
    cls = getattr(service, name)
    print(spec.type, cls.__module__, cls.__mro__)
    module = sys.modules[cls.__module__]
    told(next(getattr(module, each) for each in module.__all__ if "Args" in each))
    for hint in _types.resource_types(cls).values():
        walk(hint)
"""

OF_KUBERNETES = """
import importlib
import pulumi_kubernetes as kubernetes

for package in ("core.v1", "apps.v1", "batch.v1", "networking.v1", "admissionregistration.v1", "apiextensions.v1", "meta.v1"):
    group, version = package.split(".")
    classes = getattr(getattr(kubernetes, group), version)
    where = importlib.import_module(f"pulumi_kubernetes.{package}")
    for file in sorted(Path(where.__file__).parent.glob("[A-Z]*.py")):
        cls = getattr(classes, file.stem)
        print(package, cls.__module__, cls.__mro__)
        for name in sys.modules[cls.__module__].__all__:
            told(getattr(sys.modules[cls.__module__], name))
        for hint in _types.resource_types(cls).values():
            walk(hint)
"""


def described(what, how):
    return subprocess.run(
        [sys.executable, "-c", TELLING + what, how], check=True, capture_output=True, text=True
    ).stdout


def test_each_type_in_the_catalog_has_the_same_class_arguments_and_nested_types_as_without():
    assert described(OF_AWS, "on demand") == described(OF_AWS, "whole")


def test_kinds_have_the_same_classes_arguments_and_nested_types_as_without():
    """In `pulumi_kubernetes` a module is called like its class."""
    on_demand = described(OF_KUBERNETES, "on demand")
    assert on_demand == described(OF_KUBERNETES, "whole")
    assert "pulumi_kubernetes.core.v1.outputs PodSpec" in on_demand


def test_kinds_are_found_wherever_people_look():
    use = """
import threading
from pulumi_kubernetes.core.v1 import ConfigMap, ConfigMapInitArgs
import pulumi_kubernetes as kubernetes
import pulumi_kubernetes.apps.v1.Deployment as deployment
found = [ConfigMap, ConfigMapInitArgs, deployment, kubernetes.apps.v1.Deployment, kubernetes.meta.v1.ObjectMetaArgs]
found += [kubernetes.helm.v3.Release, kubernetes.helm.v3.RepositoryOptsArgs, kubernetes.helm.v3.Chart, kubernetes.Provider]
found += [kubernetes.yaml.ConfigFile, kubernetes.kustomize.Directory, kubernetes.apiextensions.CustomResource]
print([each.__name__ for each in found])
print(kubernetes.core.v1.ConfigMap is ConfigMap, kubernetes.helm.v3.Release is found[5])"""
    names, same = used(use).splitlines()
    assert names == str(
        [
            "ConfigMap",
            "ConfigMapInitArgs",
            "Deployment",
            "Deployment",
            "ObjectMetaArgs",
            "Release",
            "RepositoryOptsArgs",
        ]
        + ["Chart", "Provider", "ConfigFile", "Directory", "CustomResource"]
    )
    assert same == "True True"


USE = """
from provisioner.engine.embedded.on_demand import load_on_demand
load_on_demand("pulumi_aws")
load_on_demand("pulumi_kubernetes")
import sys
import pulumi_aws as aws
{use}
"""


def used(use):
    return subprocess.run(
        [sys.executable, "-c", USE.format(use=use)], check=True, capture_output=True, text=True
    ).stdout.strip()


def test_only_the_modules_that_are_asked_for_are_loaded():
    assert used("aws.ec2.Vpc; print([m for m in sys.modules if m.startswith('pulumi_aws.ec2.')])") == (
        "['pulumi_aws.ec2.vpc']"
    )


def test_nested_arguments_are_found_in_the_package_as_people_write_them():
    use = "print(aws.ec2.SecurityGroupIngressArgs(from_port=1, to_port=2, protocol='tcp').from_port)"
    assert used(use) == "1"


def test_a_name_no_module_is_called_for_loads_the_whole_package():
    assert used("aws.ec2.Vpc; print(aws.ec2.InstanceType.C1_MEDIUM.value, aws.ec2.SubnetArgs.__name__)") == (
        "c1.medium SubnetArgs"
    )


def test_enumerations_are_there_in_every_place():
    use = """
print(aws.iam.ManagedPolicy.READ_ONLY_ACCESS.name, aws.Region.US_EAST1.value, len(aws.ec2.InstanceType) > 500)
print([m for m in sys.modules if m.startswith('pulumi_aws.iam.')])"""
    assert used(use).splitlines() == [
        "READ_ONLY_ACCESS us-east-1 True",
        "['pulumi_aws.iam._enums', 'pulumi_aws.iam._inputs']",
    ]


def test_an_enumeration_in_the_arguments_of_a_class_is_known_to_it():
    use = """
from pulumi import _types
print(_types.input_type_types(aws.ec2.PlacementGroupArgs)['strategy'], aws.ec2.PlacementGroupArgs(strategy='spread').strategy)
print(_types.input_type_types(aws.kms.KeyArgs)['policy'])"""
    assert "PlacementStrategy" in used(use)


def test_the_sdk_knows_which_class_a_resource_of_each_type_has():
    use = """
from pulumi.runtime import rpc
print(type(rpc.get_resource_module("aws", "kms/key", "")).__name__, rpc.get_resource_package("aws", "") is not None)"""
    assert used(use) == "Module True"


def test_a_name_that_does_not_exist_is_an_attribute_error():
    use = "try:\n    aws.ec2.Vcp\nexcept AttributeError as error:\n    print(error)"
    assert "Vcp" in used(use)


def test_everything_can_still_be_imported_with_a_star():
    use = "from pulumi_aws.kms import *\nprint(Key.__name__, KeyArgs.__name__)"
    assert used(use) == "Key KeyArgs"


def test_a_whole_package_is_there_for_each_of_many_threads():
    """Python's own lazy loader, by which the SDK loads its packages, shows them half loaded to a second one."""
    use = """
import threading
aws.get_region_output  # loads the root whole
start, found = threading.Barrier(16), []
def look():
    start.wait()
    found.append(aws.eks.Cluster.__name__)
threads = [threading.Thread(target=look) for _ in range(16)]
[each.start() for each in threads], [each.join() for each in threads]
print(len(found))"""
    assert used(use) == "16"


def test_the_packages_of_an_sdk_that_is_loaded_by_package_are_there_for_each_of_many_threads():
    """The same of `pulumi_kubernetes`, in which every region's program makes objects at the same time."""
    use = """
import sys, threading
from provisioner.engine.embedded.on_demand import load_on_demand
load_on_demand("pulumi_kubernetes")
import pulumi_kubernetes as kubernetes
sys.setswitchinterval(1e-5)
start, found = threading.Barrier(8), []
def look():
    start.wait()
    found.append(kubernetes.core.v1.Namespace.__name__ + kubernetes.policy.v1.PodDisruptionBudget.__name__)
threads = [threading.Thread(target=look) for _ in range(8)]
[each.start() for each in threads], [each.join() for each in threads]
print(len(found))
print([name for name in sys.modules if name.startswith("pulumi_kubernetes.apps")])"""
    assert used(use) == "8\n[]"


def test_a_class_is_there_no_sooner_than_those_that_it_mentions():
    """The SDK looks up what a class mentions in the module, and another thread may have asked for it first."""
    use = """
import pulumi_kubernetes as kubernetes
from provisioner.engine.embedded import classes_on_demand
make, makes = classes_on_demand._made, []
def made(body, module):
    known = classes_on_demand.classes_of(module)
    for name in known.keys() & vars(module):
        there = set(classes_on_demand._mentioned(known[name], known))
        assert there <= vars(module).keys(), (name, there)
    makes.append(body.co_name)
    return make(body, module)
classes_on_demand._made = made
kubernetes.core.v1.PodArgs, kubernetes.meta.v1.LabelSelectorArgs
kubernetes.apiextensions.v1.JSONSchemaPropsArgs  # it mentions itself
print({"LabelSelectorArgs", "LabelSelectorRequirementArgs", "JSONSchemaPropsArgs"} <= set(makes))"""
    assert used(use) == "True"


def test_its_classes_are_registered_once_whatever_comes_first():
    """The SDK takes a package that registers twice for two packages."""
    asked = 'from pulumi.runtime import rpc\nrpc.get_resource_module("aws", "kms/key", "")'
    whole = "aws.get_region_output"
    for first, second in ((asked, whole), (whole, asked)):
        assert used(f"{first}\n{second}\nprint(aws.eks.Cluster.__name__)") == "Cluster"
