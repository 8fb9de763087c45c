"""The table of general-purpose machines, line by line against AWS's own answer as moto holds it."""

import re

import pytest
from moto.ec2.models.instance_types import INSTANCE_TYPES
from pydantic_core import PydanticCustomError

from environments.diagnostics import Problem
from environments.node_types import NODE_TYPES, node_type


def test_vcpus_memory_and_processor_are_those_of_aws():
    ours = {name: (each.vcpus, each.memory_gib * 1024, [each.arch]) for name, each in NODE_TYPES.items()}
    assert ours == {
        name: (
            INSTANCE_TYPES[name]["VCpuInfo"]["DefaultVCpus"],
            INSTANCE_TYPES[name]["MemoryInfo"]["SizeInMiB"],
            INSTANCE_TYPES[name]["ProcessorInfo"]["SupportedArchitectures"],
        )
        for name in NODE_TYPES
    }


def test_a_family_is_complete_but_for_metal_and_what_is_too_small():
    families = {name.split(".")[0] for name in NODE_TYPES}
    left_out = re.compile(r".*\.(metal.*|nano|micro|small)")
    assert NODE_TYPES.keys() == {
        name for name in INSTANCE_TYPES if name.split(".")[0] in families and not left_out.fullmatch(name)
    }


def test_the_ami_is_for_the_processor():
    assert node_type("m7i.large").ami == "AL2023_x86_64_STANDARD"
    assert node_type("m7g.large").ami == "AL2023_ARM_64_STANDARD"


@pytest.mark.parametrize(
    ("wrong", "right"), [("m7i.lrage", "m7i.large"), ("M7I.large", "m7i.large"), ("big", "m7i.large")]
)
def test_an_unknown_type_is_refused_with_the_nearest(wrong, right):
    with pytest.raises(PydanticCustomError) as refused:
        node_type(wrong)
    assert refused.value.context["problem"] is Problem.MACHINE
    assert right in refused.value.context["fix"]
