"""Dependencies come first, otherwise the order stays; a circle is shown as a path."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from provisioner.engine.embedded.graph import Cycle, ordered


@pytest.mark.parametrize(
    ("nodes", "needs", "order"),
    [
        pytest.param("", {}, "", id="nothing"),
        pytest.param("abc", {}, "abc", id="no needs: as given"),
        pytest.param("abc", {"a": "c"}, "cab", id="pulled before the one that needs it"),
        pytest.param("abc", {"b": "a", "c": "b"}, "abc", id="fits already: as given"),
        pytest.param("abcd", {"a": "bc", "b": "d", "c": "d"}, "dbca", id="diamond"),
        pytest.param("ab", {"a": "zb"}, "ba", id="needs outside are ignored"),
        pytest.param("abcd", {"a": {"d", "c", "b"}}, "bcda", id="a set of needs is taken in the order given"),
    ],
)
def test_order(nodes, needs, order):
    assert "".join(ordered(nodes, lambda node: needs.get(node, ""))) == order


@pytest.mark.parametrize(
    ("needs", "path"),
    [
        pytest.param({"a": "a"}, "a => a", id="itself"),
        pytest.param({"a": "b", "b": "a"}, "a => b => a", id="two"),
        pytest.param({"a": "b", "b": "c", "c": "b"}, "b => c => b", id="the way into the circle is left out"),
    ],
)
def test_a_circle_is_shown_as_a_path(needs, path):
    with pytest.raises(Cycle) as raised:
        ordered("abc", lambda node: needs.get(node, ""))
    assert str(raised.value) == path
    assert raised.value.path[0] == raised.value.path[-1]


@settings(deadline=None)
@given(st.lists(st.sets(st.integers(0, 29)), max_size=30))
def test_every_node_comes_once_and_after_what_it_needs(needs):
    downward = [{need for need in each if need < place} for place, each in enumerate(needs)]
    order = ordered(range(len(needs))[::-1], lambda node: downward[node])
    assert sorted(order) == list(range(len(needs)))
    assert all(order.index(need) < order.index(node) for node in order for need in downward[node])


@pytest.mark.parametrize("shape", ["chain", "fan", "layers"])
def test_cost_grows_with_nodes_and_edges_only(shape):
    """Counted, not timed: how many edges are looked at. A chain of this length would also break a recursion."""

    def needs_of(node: int) -> list[int]:
        match shape:
            case "chain":
                return [node - 1] if node else []
            case "fan":
                return [0] if node else []
            case _:
                return [(node // 20 - 1) * 20 + k for k in range(20)] if node >= 20 else []

    def looks(size: int) -> tuple[int, int]:
        seen = []

        def needs(node):
            for need in needs_of(node):
                seen.append(need)
                yield need

        assert len(ordered(range(size)[::-1], needs)) == size
        return len(seen), sum(len(needs_of(node)) for node in range(size))

    for size in (1000, 4000):
        looked, edges = looks(size)
        assert looked == edges
