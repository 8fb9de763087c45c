"""From resources to a graph: frames, nodes, and no arrow that others imply."""

from provisioner.plan.model import Op
from provisioner.report.graph_text import dot, mermaid
from provisioner.report.resource_graph import Depth, Drawn, Thing, graph
from tests.support.plans import NETWORK, VPC, urn


def thing(name, *needs, parent="", type=VPC, op=Op.SAME, stack=""):
    return Thing(urn(type, name), type, parent, not type.startswith("mlplat"), needs, op, stack)


def arrows(*things, depth=Depth.RESOURCE):
    drawn = graph([Drawn("organization/a/b", "a", "b", things)], depth)
    names = {node.id: node.name for node in drawn.frames[0].all_nodes()}
    return {(names[start], names[end]) for start, end in drawn.arrows}


def test_an_arrow_leads_from_what_is_needed_to_what_needs_it():
    assert arrows(thing("a"), thing("b", urn(VPC, "a"))) == {("a", "b")}


def test_an_arrow_that_others_imply_is_left_out():
    a, b = urn(VPC, "a"), urn(VPC, "b")
    assert arrows(thing("a"), thing("b", a), thing("c", a, b)) == {("a", "b"), ("b", "c")}


def test_what_is_not_there_gets_no_arrow():
    assert arrows(thing("a", urn(VPC, "gone"))) == set()


def test_components_take_the_arrows_of_what_is_in_them():
    one, two = urn(NETWORK, "one"), urn(NETWORK, "two")
    things = (
        thing("one", type=NETWORK),
        thing("two", type=NETWORK),
        thing("a", parent=one),
        thing("b", urn(VPC, "a"), parent=one),
        thing("c", urn(VPC, "a"), urn(VPC, "b"), parent=two),
    )
    assert arrows(*things, depth=Depth.COMPONENT) == {("one", "two")}


def test_components_that_need_each_other_keep_every_arrow():
    one, two = urn(NETWORK, "one"), urn(NETWORK, "two")
    things = (
        thing("one", type=NETWORK),
        thing("two", type=NETWORK),
        thing("a", parent=one),
        thing("b", urn(VPC, "a"), parent=two),
        thing("c", urn(VPC, "b"), parent=one),
        thing("last", urn(VPC, "c"), urn(VPC, "b")),
    )
    assert arrows(*things, depth=Depth.COMPONENT) == {
        ("one", "two"),
        ("two", "one"),
        ("one", "last"),
        ("two", "last"),
    }


def test_the_change_of_a_component_is_that_of_its_objects_or_a_mixture():
    def op(*ops):
        parts = [thing(f"v{number}", parent=urn(NETWORK, "n"), op=op) for number, op in enumerate(ops)]
        drawn = graph([Drawn("f", "a", "b", (thing("n", type=NETWORK), *parts))], Depth.COMPONENT)
        [node] = drawn.frames[0].nodes
        return node.op

    assert op(Op.CREATE, Op.CREATE) is Op.CREATE
    assert op(Op.SAME, Op.DELETE) is Op.UPDATE


def stacks():
    reference = "pulumi:pulumi:StackReference"
    name = "organization/foundation/dev.us-east-1"
    return [
        Drawn(name, "foundation", "us-east-1", (thing("a"),)),
        Drawn("organization/links/dev.us-east-1", "links", "us-east-1", ()),
        Drawn(
            "organization/cluster/dev.us-east-1",
            "cluster",
            "us-east-1",
            (thing(name, type=reference, stack=name), thing("b")),
        ),
    ]


def test_a_stack_that_reads_another_gets_an_arrow_from_it(golden):
    drawn = graph(stacks(), Depth.RESOURCE)
    assert [frame.title for frame in drawn.frames] == ["foundation in us-east-1", "cluster in us-east-1"]
    golden(mermaid(drawn) + "\n" + dot(drawn))
