"""Records to test with, by hand and at random."""

from hypothesis import strategies as st

from provisioner.plan.marks import SIGNATURE
from provisioner.engine.embedded.state import Drop, Key, Put, Rename, ResourceState
from provisioner.plan.values import Reference, Secret

STACK = "urn:pulumi:dev.eu-west-1::foundation::pulumi:pulumi:Stack::foundation-dev.eu-west-1"
TIME = "2026-11-21T08:00:00Z"


def urn(name: str, type: str = "aws:ec2/vpc:Vpc") -> str:
    return f"urn:pulumi:dev.eu-west-1::foundation::{type}::{name}"


def thing(name: str, **fields) -> ResourceState:
    """A managed object."""
    return ResourceState(
        **{"urn": urn(name), "type": "aws:ec2/vpc:Vpc", "custom": True, "id": f"vpc-{name}", **fields}
    )


def component(name: str, **fields) -> ResourceState:
    return ResourceState(urn=urn(name, "mlplat:net:Net"), type="mlplat:net:Net", custom=False, **fields)


def provider(name: str = "aws", id: str = "p1", **fields) -> ResourceState:
    type = "pulumi:providers:aws"
    return ResourceState(urn=urn(name, type), type=type, custom=True, id=id, **fields)


def reference(of: ResourceState) -> str:
    return f"{of.urn}::{of.id}"


def words(records) -> list[str]:
    """The names of the records, those that wait for deletion with a minus."""
    return [("-" if state.delete else "") + state.urn.rsplit("::", 1)[-1] for state in records]


keys = st.text(max_size=8).filter(lambda key: key != SIGNATURE)
plain_leaves = (
    st.none()
    | st.booleans()
    | st.integers(-(2**70), 2**70)
    | st.floats(allow_nan=False)
    | st.text(max_size=12)
    | st.builds(
        Reference, st.text(min_size=1, max_size=9), st.none() | st.text(max_size=5), st.text(max_size=5)
    )
)
values = st.recursive(
    plain_leaves,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(keys, inner, max_size=3) | st.builds(Secret, inner)
    ),
    max_leaves=8,
)
property_maps = st.dictionaries(keys, values, max_size=3)

NAMES = ("a", "b", "c", "d", "e")
urns = st.sampled_from([urn(name) for name in NAMES])
some_urns = st.lists(urns, max_size=2, unique=True).map(tuple)


@st.composite
def states(draw, properties=property_maps):
    """A record that refers to others, whether they are there or not."""
    mine = draw(urns)
    return ResourceState(
        urn=mine,
        type="aws:ec2/vpc:Vpc",
        custom=True,
        id=draw(st.sampled_from(["1", "2", "3"])),
        parent=draw(st.just("") | urns),
        provider=draw(st.just("") | urns.map(lambda urn: f"{urn}::1")),
        inputs=draw(properties),
        outputs=draw(properties),
        dependencies=draw(some_urns),
        property_dependencies=draw(st.dictionaries(st.sampled_from(["cidr", "tags"]), some_urns, max_size=2)),
        protect=draw(st.booleans()),
        delete=draw(st.booleans()),
        pending_replacement=draw(st.booleans()),
        init_errors=draw(st.just(()) | st.just(("not ready",))),
        custom_timeouts=draw(st.just({}) | st.just({"create": 90.0, "delete": 0.5})),
        deleted_with=draw(st.just("") | urns),
        created=draw(st.just("") | st.just(TIME)),
        other=draw(st.just({}) | st.just({"sourcePosition": "program.py#3"})),
    )


def edits(properties=property_maps):
    return st.one_of(
        states(properties).map(Put),
        st.builds(Drop, st.builds(Key, urns, st.sampled_from(["", "1", "2", "3"]))),
        st.builds(Rename, urns, urns),
    )
