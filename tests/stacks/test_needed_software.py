"""What an environment is known to need before its programs run is what they declare."""

from pathlib import Path

import pytest

from environments.gitops_controllers import CONTROLLERS
from environments.load import find, load
from environments.needed_software import needed_software
from provisioner.providers.kubernetes.objects import kind_of
from tests.support.environments import recorded, shipped

FOLDER = Path(__file__).parents[2] / "environments"
SHIPPED = sorted(file.stem for file in FOLDER.glob("*.yaml") if file.stem != "base")
CHARTS = {"HelmRelease", "Application", "Release"}


@pytest.mark.parametrize("name", SHIPPED)
def test_what_is_delivered_is_what_was_known_to_be_needed(name):
    compare(shipped(name), needed_software(load(find(name)).environment))


@pytest.mark.parametrize("name", ["neuron", "claims"])
def test_so_it_is_with_chips_of_awss_own_and_with_gpus_that_are_claimed(name):
    file = FOLDER.parent / "tests" / "integration" / "environments" / f"{name}.yaml"
    compare(recorded(file), needed_software(load(file).environment))


def compare(recording, needed):
    declared = [each for each in recording.objects if each.type.startswith("kubernetes:")]
    charts = [each.inputs for each in declared if each.type.rpartition(":")[2] in CHARTS]
    assert {each.get("name") or each["metadata"]["name"] for each in charts} == {row.name for row in needed}

    known = (*needed, *CONTROLLERS["flux"], *CONTROLLERS["argocd"])
    brought = {kind for row in known for kind in row.kinds}
    kinds = {kind_of(each.type, each.inputs) for each in declared if not each.type.endswith(":Release")}
    custom = {f"{kind.group}/{kind.name}" for kind in kinds if not kind.is_built_in}
    assert custom - brought == set()


def test_each_controllers_definitions_are_those_of_its_version():
    for row in (each for rows in CONTROLLERS.values() for each in rows):
        assert row.definitions.startswith("https://")
        assert f"/{row.version}/" in row.definitions
