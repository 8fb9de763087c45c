"""Addresses are a function of position: no zone and no region that is added later moves a subnet."""

from ipaddress import IPv4Network
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from environments.network import MOST_ZONES, PRIVATE_BLOCKS, OwnNetwork, private_block, public_block


@st.composite
def cidrs(draw):
    """Every block an environment may have."""
    private = draw(st.sampled_from(PRIVATE_BLOCKS))
    prefix = draw(st.integers(private.prefixlen, 16))
    number = draw(st.integers(0, 2 ** (prefix - private.prefixlen) - 1))
    return IPv4Network((int(private.network_address) + (number << (32 - prefix)), prefix))


networks = st.builds(OwnNetwork, cidr=cidrs(), zones=st.integers(2, MOST_ZONES))


def layout(network, position):
    block = network.region_block(position)
    return [(private_block(block, zone), public_block(block, zone)) for zone in range(network.zones)]


def regions(network):
    return range(1 << (16 - network.cidr.prefixlen))


def test_the_layout_of_one_region():
    network = OwnNetwork(cidr=IPv4Network("10.20.0.0/14"), zones=6)
    assert [f"{private} {public}" for private, public in layout(network, 1)] == [
        "10.21.0.0/19 10.21.192.0/22",
        "10.21.32.0/19 10.21.196.0/22",
        "10.21.64.0/19 10.21.200.0/22",
        "10.21.96.0/19 10.21.204.0/22",
        "10.21.128.0/19 10.21.208.0/22",
        "10.21.160.0/19 10.21.212.0/22",
    ]


@given(networks, st.data())
def test_subnets_never_move_when_zones_are_added(network, data):
    more = network.model_copy(update={"zones": data.draw(st.integers(network.zones, MOST_ZONES))})
    position = data.draw(st.sampled_from(regions(network)))
    assert layout(more, position)[: network.zones] == layout(network, position)


@given(networks, st.data())
def test_subnets_never_overlap_and_lie_in_the_block_of_their_region(network, data):
    position = data.draw(st.sampled_from(regions(network)))
    subnets = [subnet for pair in layout(network, position) for subnet in pair]
    assert not any(one.overlaps(other) for one, other in combinations(subnets, 2))
    assert all(subnet.subnet_of(network.region_block(position)) for subnet in subnets)


@given(networks, st.data())
def test_the_blocks_of_regions_never_overlap_and_lie_in_the_network(network, data):
    one, other = (data.draw(st.sampled_from(regions(network))) for _ in range(2))
    assert network.region_block(one).subnet_of(network.cidr)
    assert one == other or not network.region_block(one).overlaps(network.region_block(other))


@given(networks)
def test_there_is_no_block_for_one_region_too_many(network):
    for position in (-1, len(regions(network))):
        with pytest.raises(IndexError):
            network.region_block(position)
