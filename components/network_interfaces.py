"""Which network interfaces a machine gets, card by card, as EC2 wants them.

Source: EC2 user guide, "Maximize network bandwidth on instances with multiple network cards".
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True, order=True)
class NetworkInterface:
    """One interface of a launch template. Index 0 is the first card, and the first device of a card."""

    card: int
    device: int
    kind: Literal["interface", "efa-only"]
    """`interface` carries IP traffic, of node and pods; `efa-only` carries EFA's, and has no address."""


def plain_interfaces() -> tuple[NetworkInterface, ...]:
    """The interface of a machine without EFA."""
    return (NetworkInterface(card=0, device=0, kind="interface"),)


def efa_interfaces(network_cards: int, efa_cards: Iterable[int]) -> tuple[NetworkInterface, ...]:
    """The interfaces of a machine that uses EFA on all cards that take it, in the order of the cards.

    Card 0 device 0 is always a plain interface: EC2 refuses an EFA-only one as the primary. Where card 0
    takes EFA too, it goes to device 1; no card gets more, since the smallest hold two. On every further
    card EFA is device 0. Cards that take no EFA get nothing: IP traffic is the first card's.

    `ValueError` for a card the machine lacks, or no card at all.
    """
    cards = sorted(set(efa_cards))
    if not cards:
        raise ValueError("no network card takes EFA")
    if cards[0] < 0 or cards[-1] >= network_cards:
        raise ValueError(f"EFA on cards {cards} of a machine with {network_cards}")
    return (
        *plain_interfaces(),
        *(NetworkInterface(card=card, device=0 if card else 1, kind="efa-only") for card in cards),
    )
