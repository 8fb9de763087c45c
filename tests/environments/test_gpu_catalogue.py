"""The GPU catalogue, line by line against AWS's own answer as moto holds it; and what it says on its own."""

import re
from decimal import Decimal

import botocore.session
import pytest
from moto.ec2.models.instance_types import INSTANCE_TYPES
from pydantic_core import PydanticCustomError

from environments.diagnostics import Problem
from environments.gpu_catalogue import PROFILES
from environments.gpu_choice import profile
from environments.gpu_tables import NEURON, NVIDIA

FAMILIES = re.compile(r"(g4dn|g5g?|g6[ef]?|g7e?|gr6f?|p[4-9][a-z0-9-]*|trn[a-z0-9]*|inf[0-9]+)\.")

UNLISTED = {"p6e-gb200.36xlarge"}
"""DescribeInstanceTypes lists it only where an UltraServer was bought."""

LISTED = sorted(PROFILES.keys() - UNLISTED)

WITH_MIG = [each for each in PROFILES.values() if each.mig_profiles]

NAMES = {"RTX PRO 4500": "rtx-pro-4500", "RTX PRO Server 6000": "rtx-pro-server-6000"}


def differing(ours, theirs):
    """The machines for which the catalogue and DescribeInstanceTypes say different things, and both things."""
    both = {name: (ours(PROFILES[name]), theirs(INSTANCE_TYPES[name])) for name in LISTED}
    return {name: (here, there) for name, (here, there) in both.items() if here != there}


def gpu(machine, figure):
    """What DescribeInstanceTypes says of the accelerators; None where it does not know of any."""
    kinds = machine.get("GpuInfo", {}).get("Gpus") or machine.get("NeuronInfo", {}).get("NeuronDevices")
    if kinds is None:
        return None
    (kind,) = kinds
    return figure(kind)


def cards(machine):
    return machine["NetworkInfo"]["NetworkCards"]


def test_every_machine_of_these_families_is_in_the_catalogue():
    known = botocore.session.get_session().get_service_model("ec2").shape_for("InstanceType").enum
    assert PROFILES.keys() == {name for name in (*known, *INSTANCE_TYPES) if FAMILIES.match(name)}


def test_a_machine_stands_in_one_line():
    lines = [line for line in (NVIDIA + NEURON).splitlines() if line and not line.startswith("#")]
    assert len(lines) == len(PROFILES)


def test_vcpus_are_those_of_aws():
    assert not differing(lambda ours: ours.vcpus, lambda aws: aws["VCpuInfo"]["DefaultVCpus"])


def test_memory_is_that_of_aws():
    assert not differing(lambda ours: ours.memory_gib * 1024, lambda aws: aws["MemoryInfo"]["SizeInMiB"])


def test_processors_are_those_of_aws():
    assert not differing(lambda ours: [ours.arch], lambda aws: aws["ProcessorInfo"]["SupportedArchitectures"])


def test_local_disks_are_those_of_aws():
    assert not differing(
        lambda ours: ours.local_nvme_gb,
        lambda aws: aws.get("InstanceStorageInfo", {}).get("TotalSizeInGB", 0),
    )


def test_accelerators_are_those_of_aws():
    assert differing(
        lambda ours: (ours.accelerators, ours.accelerator),
        lambda aws: gpu(
            aws,
            lambda kind: (
                kind.get("LogicalGpuCount", kind["Count"]),
                NAMES.get(kind["Name"], kind["Name"].lower()),
            ),
        ),
    ) == {"trn2u.48xlarge": ((16, "trainium2"), None)}


def test_fractions_of_a_gpu_are_those_of_aws():
    assert not differing(
        lambda ours: ours.fraction if ours.vendor == "nvidia" else None,
        lambda aws: gpu(aws, lambda kind: kind.get("GpuPartitionSize")),
    )


def test_memory_of_an_accelerator_is_that_of_aws():
    assert differing(
        lambda ours: ours.accelerator_memory_mib,
        lambda aws: gpu(aws, lambda kind: kind["MemoryInfo"]["SizeInMiB"]),
    ) == {
        # AWS's API is wrong about a chip with 96 GiB.
        "trn2.3xlarge": (98304, 524288),
        "trn2.48xlarge": (98304, 524288),
        "trn2u.48xlarge": (98304, None),
    }


def test_network_cards_are_those_of_aws():
    assert not differing(lambda ours: ours.network_cards, lambda aws: len(cards(aws)))


def test_the_number_of_efa_interfaces_is_that_of_aws():
    assert not differing(
        lambda ours: ours.efa_interfaces,
        lambda aws: aws["NetworkInfo"].get("EfaInfo", {}).get("MaximumEfaInterfaces", 0),
    )


def test_cards_that_take_efa_are_those_of_aws():
    assert not differing(
        lambda ours: ours.efa_cards,
        lambda aws: tuple(
            card["NetworkCardIndex"] for card in cards(aws) if "efa-only" in card["InterfaceTypes"]
        ),
    )


def test_interfaces_of_a_card_are_those_of_aws():
    assert not differing(
        lambda ours: {ours.interfaces_per_card},
        lambda aws: {card["MaximumNetworkInterfaces"] for card in cards(aws)},
    )


def test_bandwidth_is_that_of_aws():
    assert differing(
        lambda ours: float(ours.network_gbps),
        lambda aws: sum(card["BaselineBandwidthInGbps"] for card in cards(aws)),
    ) == {
        # The API has the peak of each card, AWS's pages the baseline of the machine.
        "g6e.24xlarge": (200, 400),
        "g6e.48xlarge": (400, 1600),
        # The API has IP traffic, AWS's pages EFA.
        "p6-b200.48xlarge": (3200, 1600),
        "p6-b300.48xlarge": (6400, 6750),
        "trn2.3xlarge": (200, 50),
    }


def test_pods_are_what_the_node_agent_computes():
    assert not differing(
        lambda ours: ours.max_pods,
        lambda aws: (
            cards(aws)[0]["MaximumNetworkInterfaces"] * (aws["NetworkInfo"]["Ipv4AddressesPerInterface"] - 1)
            + 2
        ),
    )


def test_it_is_sold_as_aws_says():
    assert not differing(
        lambda ours: {kind.replace("_", "-") for kind in ours.sold},
        lambda aws: set(aws["SupportedUsageClasses"]),
    )


def test_machines_with_efa_may_go_into_a_cluster_placement_group():
    with_efa = [name for name in LISTED if PROFILES[name].efa_cards]
    for name in with_efa:
        assert "cluster" in INSTANCE_TYPES[name]["PlacementGroupInfo"]["SupportedStrategies"]


def test_who_has_no_public_price():
    unpriced = {name for name, each in PROFILES.items() if each.usd_per_hour is None}
    assert unpriced == {
        "p5e.48xlarge", "p6e-gb200.36xlarge", "trn2.3xlarge", "trn2.48xlarge", "trn2u.48xlarge",
    }  # fmt: skip


def test_an_hour_costs_cents_for_a_slice_and_not_more_than_twenty_dollars_for_a_gpu():
    for each in PROFILES.values():
        if each.usd_per_hour is not None:
            assert Decimal("0.07") < each.usd_per_hour / each.accelerators < 20, each.name


def test_no_part_of_a_family_is_on_another_architecture():
    for family in {each.family for each in PROFILES.values()}:
        assert len({each.arch for each in PROFILES.values() if each.family == family}) == 1


@pytest.mark.parametrize("machine", WITH_MIG, ids=lambda each: each.name)
def test_mig_profiles_fit_into_the_gpu(machine):
    """As many as the catalogue allows, and no more, by compute slices or by memory."""
    gib = machine.accelerator_memory_mib / 1024
    slices = max(_slices(name) for name in machine.mig_profiles)
    assert slices in (2, 4, 7)
    for name, most in machine.mig_profiles.items():
        # NVIDIA rounds the names; one per cent covers it.
        assert most * _slices(name) <= slices
        assert most * _gib(name) <= gib * 1.01
        assert (most + 1) * _slices(name) > slices or (most + 1) * _gib(name) > gib * 0.97


@pytest.mark.parametrize("machine", WITH_MIG, ids=lambda each: each.name)
def test_the_largest_mig_profile_is_the_whole_gpu(machine):
    largest = max(machine.mig_profiles, key=_gib)
    assert machine.mig_profiles[largest] == 1
    assert _gib(largest) == pytest.approx(machine.accelerator_memory_mib / 1024, rel=0.01)


def test_who_has_mig():
    assert {each.family for each in WITH_MIG} == {
        "p4d",
        "p4de",
        "p5",
        "p5e",
        "p5en",
        "p6-b200",
        "p6-b300",
        "g7",
        "g7e",
    }


def test_only_g7_has_no_stock_ami():
    assert {each.family for each in PROFILES.values() if each.ami is None} == {"g7"}


def test_the_ami_is_for_the_processor_and_the_accelerator():
    for each in PROFILES.values():
        if each.ami is not None:
            assert ("ARM" in each.ami) == (each.arch == "arm64")
            assert each.ami.endswith("NVIDIA" if each.vendor == "nvidia" else "NEURON")


def test_no_machine_wants_a_driver_that_is_too_new_for_it():
    for each in PROFILES.values():
        assert not (each.min_driver and each.below_driver) or each.min_driver < each.below_driver


def test_an_ultraserver_is_bought_as_a_capacity_block():
    whole = [each for each in PROFILES.values() if each.ultraserver_only]
    assert [each.name for each in whole] == ["p6e-gb200.36xlarge", "trn2u.48xlarge"]
    assert all(each.capacity_block for each in whole)


def test_efa_on_b300_begins_with_the_second_card():
    assert profile("p6-b300.48xlarge").efa_cards == tuple(range(1, 17))


def test_pods_ask_for_what_the_vendor_s_plugin_offers():
    assert profile("p5.48xlarge").resource == "nvidia.com/gpu"
    assert profile("trn2.48xlarge").resource == "aws.amazon.com/neuron"


@pytest.mark.parametrize(
    ("wrong", "right"),
    [
        ("p5.48xlrage", "p5.48xlarge"),
        ("P4D.24xlarge", "p4d.24xlarge"),
        ("p6.48xlarge", "p6-b200.48xlarge"),
        ("h100", "p5.48xlarge"),
        ("Trainium2", "trn2.48xlarge"),
        ("something", "g6e.xlarge"),
    ],
)
def test_an_unknown_machine_is_refused_with_the_nearest(wrong, right):
    with pytest.raises(PydanticCustomError) as refused:
        profile(wrong)
    assert refused.value.context["problem"] is Problem.MACHINE
    assert right in refused.value.context["fix"]
    assert f"`{wrong}`" in refused.value.context["detail"]


def test_nothing_in_the_catalogue_can_be_changed():
    with pytest.raises(TypeError):
        PROFILES["p9.48xlarge"] = PROFILES["p5.48xlarge"]
    with pytest.raises(TypeError):
        profile("p5.48xlarge").mig_profiles["8g.80gb"] = 1


def _slices(mig):
    return int(mig.split("g.")[0])


def _gib(mig):
    return int(mig.split(".")[1].removesuffix("gb"))
