"""The names that the network of an air gap may ask for, by what its environment has."""

import pytest
import yaml

from environments.load import find, load
from stacks.foundation.names import names

GAP = {"kind": "airgap", "mirror": "registry.corp.example:5000"}


@pytest.fixture
def named(tmp_path):
    """The names of the shipped air gap with some of its settings written anew."""

    def answer(region="eu-central-1", services=(), **settings):
        file = tmp_path / "prod-airgap.yaml"
        text = {"extends": str(find("prod-airgap").resolve()), "name": "prod-airgap", "connectivity": GAP}
        file.write_text(yaml.safe_dump({**text, **settings}))
        return set(names(load(file, images="any").environment, region, services))

    return answer


LEAST = {
    "*.eu-central-1.compute.internal",
    "*.s3.eu-central-1.amazonaws.com",
    "registry.corp.example",
    "s3.eu-central-1.amazonaws.com",
}


def test_without_a_feature_only_buckets_machines_and_the_mirror_are_answered(named):
    assert named(data_services=[]) == LEAST


@pytest.mark.parametrize(
    ("service", "answered"),
    [
        ("sts", {"sts.eu-central-1.amazonaws.com"}),
        ("ecr.dkr", {"*.dkr.ecr.eu-central-1.amazonaws.com"}),
        ("eks-auth", {"eks-auth.eu-central-1.api.aws"}),
        ("eks", {"eks.eu-central-1.amazonaws.com", "*.eu-central-1.eks.amazonaws.com"}),
    ],
)
def test_an_endpoint_brings_its_names(named, service, answered):
    assert named(services=[service], data_services=[]) == LEAST | answered


def test_the_first_region_names_its_machines_otherwise(named):
    assert "*.ec2.internal" in named(region="us-east-1")
    assert not any("compute.internal" in name for name in named(region="us-east-1"))


def test_an_own_zone_and_listed_names_are_answered(named):
    gap = {**GAP, "names": ["*.corp.example", "vault.corp.example"]}
    added = {"ml.example.internal", "*.ml.example.internal", "*.corp.example", "vault.corp.example"}
    replica = {"region": "eu-west-1", "cidr": "10.192.0.0/16"}
    settings = {"dns": {"zone": "ml.example.internal"}, "replicas": [replica]}
    settings |= {"gpu_pools": [], "teams": [], "models": [], "gateway": None}
    assert added <= named(connectivity=gap, **settings)
