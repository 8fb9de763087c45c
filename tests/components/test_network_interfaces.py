"""Interfaces of a machine with EFA: what EC2's guide demands, for every machine of the catalogue."""

from collections import Counter

import pytest
from moto.ec2.models.instance_types import INSTANCE_TYPES

from components.network_interfaces import NetworkInterface, efa_interfaces, plain_interfaces
from environments.gpu_catalogue import PROFILES

WITH_EFA = [each for each in PROFILES.values() if each.efa_cards]
LISTED = [each for each in WITH_EFA if each.name in INSTANCE_TYPES]
"""AWS says of all but the machines of UltraServers what their cards hold."""


@pytest.fixture(params=WITH_EFA, ids=lambda machine: machine.name)
def machine(request):
    return request.param


@pytest.fixture
def planned(machine):
    return efa_interfaces(machine.network_cards, machine.efa_cards)


def text(interfaces):
    return [f"card {each.card} device {each.device}: {each.kind}" for each in interfaces]


def test_a_machine_without_efa_has_its_one_interface():
    assert text(plain_interfaces()) == ["card 0 device 0: interface"]


def test_four_cards_with_efa():
    assert text(efa_interfaces(4, range(4))) == [
        "card 0 device 0: interface",
        "card 0 device 1: efa-only",
        "card 1 device 0: efa-only",
        "card 2 device 0: efa-only",
        "card 3 device 0: efa-only",
    ]


def test_a_first_card_without_efa_has_its_plain_interface_only():
    assert text(efa_interfaces(17, range(1, 17)))[:3] == [
        "card 0 device 0: interface",
        "card 1 device 0: efa-only",
        "card 2 device 0: efa-only",
    ]


def test_cards_between_that_take_no_efa_get_nothing():
    assert [each.card for each in efa_interfaces(17, (1, 3, 5))] == [0, 1, 3, 5]


def test_the_order_in_which_cards_are_named_does_not_matter():
    assert efa_interfaces(4, (3, 1, 2, 0, 1)) == efa_interfaces(4, range(4))


def test_a_p5_has_thirty_two_of_efa_and_one_of_ip():
    p5 = PROFILES["p5.48xlarge"]
    kinds = Counter(each.kind for each in efa_interfaces(p5.network_cards, p5.efa_cards))
    assert kinds == {"interface": 1, "efa-only": 32}


@pytest.mark.parametrize("cards", [(), (4,), (0, 4), (-1, 0)])
def test_a_card_that_is_not_there_is_refused(cards):
    with pytest.raises(ValueError, match="network card|cards"):
        efa_interfaces(4, cards)


def test_the_primary_interface_carries_ip(planned):
    assert planned[0] == NetworkInterface(card=0, device=0, kind="interface")


def test_every_card_that_takes_efa_has_it_once(machine, planned):
    assert tuple(each.card for each in planned if each.kind == "efa-only") == machine.efa_cards


def test_no_two_interfaces_share_a_place(planned):
    assert len({(each.card, each.device) for each in planned}) == len(planned)


@pytest.mark.parametrize("machine", LISTED, ids=lambda machine: machine.name, indirect=True)
def test_no_card_gets_more_than_it_holds(machine, planned):
    assert max(Counter(each.card for each in planned).values()) <= machine.interfaces_per_card


@pytest.mark.parametrize("machine", LISTED, ids=lambda machine: machine.name, indirect=True)
def test_every_card_supports_the_kind_of_its_interfaces(machine, planned):
    cards = INSTANCE_TYPES[machine.name]["NetworkInfo"]["NetworkCards"]
    assert all(each.kind in cards[each.card]["InterfaceTypes"] for each in planned)
