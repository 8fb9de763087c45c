"""Every layer is an ordinary Pulumi project, and knowing the layers costs nothing."""

import subprocess
import sys

import pytest
import yaml

from environments.load import find, load
from stacks.layers import LAYERS, stack_name


@pytest.fixture(params=LAYERS, ids=lambda layer: layer.name)
def layer(request):
    return request.param


def test_the_projects_name_is_the_layers(layer):
    assert project(layer)["name"] == layer.name
    assert (layer.folder / "__main__.py").is_file()


def test_nothing_can_land_on_a_default_provider(layer):
    assert project(layer)["config"]["pulumi:disable-default-providers"] == {"value": ["*"]}


def test_the_program_takes_nothing(layer):
    assert layer.program().__code__.co_argcount == 0


def test_a_foundation_is_in_every_region_of_an_environment():
    env = load(find("dev")).environment
    assert LAYERS[0].name == "foundation"
    assert LAYERS[0].regions(env) == (("us-east-1",),)
    assert stack_name(env, "us-east-1") == "dev.us-east-1"


def test_knowing_the_layers_does_not_import_pulumi():
    check = "import sys, stacks.layers; sys.exit('pulumi' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", check], check=False).returncode == 0


def project(layer):
    return yaml.safe_load((layer.folder / "Pulumi.yaml").read_text())
