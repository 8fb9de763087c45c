"""Paths into inputs (`ignoreChanges`, `replaceOnChanges`), and what is reset along them."""

import pytest

from provisioner.engine.embedded.paths import overlap, parsed, with_old
from provisioner.plan.values import Secret


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("tags", ("tags",)),
        ("tags.owner", ("tags", "owner")),
        ("rules[0].port", ("rules", 0, "port")),
        ("rules[*].port", ("rules", "*", "port")),
        ("tags.*", ("tags", "*")),
        ("*", ("*",)),
        ('tags["kubernetes.io/name"]', ("tags", "kubernetes.io/name")),
        (r'tags["a\"b"].c', ("tags", 'a"b', "c")),
        ('["a"]["b"]', ("a", "b")),
        ("matrix[1][2]", ("matrix", 1, 2)),
    ],
)
def test_a_path_as_pulumi_spells_it(text, path):
    assert parsed(text) == path


@pytest.mark.parametrize(
    ("one", "other", "do"),
    [
        ("tags", "tags", True),
        ("tags", "tags.owner", True),
        ("tags.owner", "tags", True),
        ("tags.owner", "tags.name", False),
        ("rules[*].port", "rules[3].port", True),
        ("rules[*].port", "rules[3].name", False),
        ("tag", "tags", False),
    ],
)
def test_paths_that_lead_to_the_same(one, other, do):
    assert overlap(parsed(one), parsed(other)) is do


@pytest.mark.parametrize(
    ("path", "old", "new", "result"),
    [
        pytest.param("a", {"a": 1}, {"a": 2, "b": 2}, {"a": 1, "b": 2}, id="a property"),
        pytest.param("a", {}, {"a": 2}, {}, id="one that was not there is taken out"),
        pytest.param("a", {"a": 1}, {}, {"a": 1}, id="one that is gone comes back"),
        pytest.param("a", {"a": None}, {"a": 1}, {"a": None}, id="null is a value"),
        pytest.param(
            "a.b", {"a": {"b": 1, "c": 1}}, {"a": {"b": 2, "c": 2}}, {"a": {"b": 1, "c": 2}}, id="a part"
        ),
        pytest.param(
            "a.b", {"a": {}}, {"a": {"b": 2, "c": 2}}, {"a": {"c": 2}}, id="a part that was not there"
        ),
        pytest.param("a.b", {"a": {"b": 1}}, {}, {}, id="a part of what is gone"),
        pytest.param("a.b", {"a": 1}, {"a": {"b": 2}}, {"a": {}}, id="a part of what was something else"),
        pytest.param("a[0]", {"a": [1, 1]}, {"a": [2, 2]}, {"a": [1, 2]}, id="an element"),
        pytest.param("a[5]", {"a": [1]}, {"a": [2]}, {"a": [2]}, id="no such element"),
        pytest.param(
            "a[1]", {"a": [1]}, {"a": [2, 2]}, {"a": [2, 2]}, id="an element that was not there stays"
        ),
        pytest.param(
            "a[*].b",
            {"a": [{"b": 1}]},
            {"a": [{"b": 2}, {"b": 2}]},
            {"a": [{"b": 1}, {}]},
            id="in every element",
        ),
        pytest.param("a[*]", {"a": [1, 1]}, {"a": [2]}, {"a": [1, 1]}, id="every element"),
        pytest.param("a.*", {"a": {"b": 1}}, {"a": {"c": 2}}, {"a": {"b": 1}}, id="every key"),
        pytest.param("*", {"a": 1}, {"b": 2}, {"a": 1}, id="everything"),
        pytest.param("a", {"a": Secret(1)}, {"a": Secret(2)}, {"a": Secret(1)}, id="a secret"),
        pytest.param(
            "a.b",
            {"a": Secret({"b": 1})},
            {"a": {"b": 2, "c": 2}},
            {"a": Secret({"b": 1, "c": 2})},
            id="in a secret",
        ),
    ],
)
def test_what_a_path_leads_to_is_as_it_was(path, old, new, result):
    before = repr(new)
    assert with_old(new, old, parsed(path)) == result
    assert repr(new) == before, "the new inputs themselves are left alone"
