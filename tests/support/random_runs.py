"""Random programs for the fake cloud, and random misfortunes on the way."""

import random
from dataclasses import dataclass

import pulumi
from hypothesis import strategies as st

from provisioner.plan.model import Mode, Source
from tests.support.fake_cloud import FakeRegistry, Thing

KEYS = "abcdefg"
IN_ROOM = "cde"
"""These are children of a component."""


@dataclass(frozen=True)
class Node:
    """One thing a program asks for. `label` is part of its name; it has aliases for all other labels."""

    key: str
    size: int = 1
    zone: str = "x"
    typed: bool = False
    secret: bool = False
    label: int = 0
    needs: str = ""
    after: str = ""

    @property
    def name(self):
        return f"{self.key}{self.label}"

    @property
    def aliases(self):
        return [pulumi.Alias(name=f"{self.key}{label}") for label in range(2) if label != self.label]


@dataclass(frozen=True)
class Wish:
    """A whole program, as data."""

    nodes: tuple[Node, ...]
    region: str = "here"

    def __call__(self):
        here = FakeRegistry("here", self.region)
        made = {}
        room = None
        for node in self.nodes:
            if node.key in IN_ROOM and room is None:
                options = pulumi.ResourceOptions(providers=[here])
                room = pulumi.ComponentResource("test:index:Room", "room", {}, options)
            made[node.key] = Thing(
                node.name, opts=self._options(node, here, room, made), **self._inputs(node, made)
            )
        pulumi.export("arns", {key: thing.arn for key, thing in made.items()})

    def _options(self, node, here, room, made):
        where = {"parent": room} if node.key in IN_ROOM else {"provider": here}
        after = [made[node.after]] if node.after in made else []
        return pulumi.ResourceOptions(aliases=node.aliases, depends_on=after, **where)

    def _inputs(self, node, made):
        inputs = {"size": node.size, "zone": node.zone}
        if node.typed:
            inputs["name"] = f"typed-{node.key}"
        if node.secret:
            inputs["note"] = pulumi.Output.secret(f"canary-{node.size}")
        if node.needs in made:
            inputs["parent_id"] = made[node.needs].id
        return inputs


@dataclass(frozen=True)
class Attempt:
    """One apply, and what goes wrong in it."""

    wish: Wish | None
    """None: everything is destroyed."""

    source: Source = Source.STATE
    refused: frozenset[tuple[str, str]] = frozenset()
    """(operation, key) of the provider's calls that are refused."""

    dies_at: int | None = None
    """The journal write at which the process ends."""

    lost: str = ""
    """The key of an object that somebody else deletes beforehand."""

    @property
    def mode(self):
        return Mode.DESTROY if self.wish is None else Mode.UPDATE


@st.composite
def wishes(draw):
    keys = draw(st.permutations(KEYS))[: draw(st.integers(0, len(KEYS)))]
    nodes = []
    for number, key in enumerate(keys):
        earlier = st.sampled_from(["", *keys[:number]])
        nodes.append(
            Node(
                key,
                size=draw(st.integers(1, 2)),
                zone=draw(st.sampled_from("xxy")),
                typed=draw(st.booleans()),
                secret=draw(st.integers(0, 4)) == 4,
                label=draw(st.sampled_from([0, 0, 1])),
                needs=draw(earlier),
                after=draw(earlier),
            )
        )
    return Wish(tuple(nodes), draw(st.sampled_from(["here"] * 5 + ["there"])))


attempts = st.builds(
    Attempt,
    wish=st.none() | wishes() | wishes(),
    source=st.sampled_from([Source.STATE, Source.STATE, Source.CLOUD]),
    refused=st.frozensets(
        st.tuples(st.sampled_from(["create", "update", "delete"]), st.sampled_from(KEYS)), max_size=3
    ),
    dies_at=st.none() | st.integers(0, 25),
    lost=st.sampled_from(["", "", "", *KEYS]),
)


def history(seed):
    """(attempts, the wish at the end) that belong to this number, for good: larger than what is drawn above."""
    dice = random.Random(seed)
    return [_attempt(dice) for _ in range(dice.randint(1, 4))], _wish(dice)


def _wish(dice):
    keys = dice.sample(KEYS, dice.randint(0, len(KEYS)))
    nodes = (
        Node(
            key,
            size=dice.choice([1, 2]),
            zone=dice.choice("xxy"),
            typed=dice.random() < 0.5,
            secret=dice.random() < 0.2,
            label=dice.choice([0, 0, 1]),
            needs=dice.choice(["", *keys[:number]]),
            after=dice.choice(["", *keys[:number]]),
        )
        for number, key in enumerate(keys)
    )
    return Wish(tuple(nodes), dice.choice(["here"] * 5 + ["there"]))


def _attempt(dice):
    return Attempt(
        dice.choice([None, _wish(dice), _wish(dice), _wish(dice)]),
        dice.choice([Source.STATE, Source.STATE, Source.CLOUD]),
        frozenset(
            (dice.choice(["create", "update", "delete"]), dice.choice(KEYS))
            for _ in range(dice.randint(0, 3))
        ),
        dice.choice([None, dice.randint(0, 25)]),
        dice.choice(["", "", "", *KEYS]),
    )
