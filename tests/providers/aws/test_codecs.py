"""Values are spelt as AWS wants them, read back as Pulumi shows them, and compared as what they mean."""

import pytest

from provisioner.providers.aws.catalog.kms import KEY_ID
from provisioner.providers.aws.codecs import (
    JSON,
    NUMBER_TEXT,
    ONE_OF_LIST,
    PASCAL,
    POLICY,
    SET,
    TAG_KEYS,
    TAG_MAP,
    TAG_PAIRS,
    VALUE,
    each,
    list_of_one,
    one_of_list,
    set_of,
    structure,
    tag_specification,
)
from provisioner.providers.aws.spec import Text
from provisioner.providers.aws.text import filled, read_backwards

BLOCK = structure({"filterType": "FilterKind", "filter": "Filter"})


@pytest.mark.parametrize(
    ("codec", "pulumi", "aws"),
    [
        pytest.param(JSON, '{"a": 1}', '{"a": 1}', id="JSON text"),
        pytest.param(VALUE, True, {"Value": True}, id="attribute value"),
        pytest.param(NUMBER_TEXT, 5, "5", id="number as text"),
        pytest.param(ONE_OF_LIST, [{"a": 1}], {"a": 1}, id="block"),
        pytest.param(
            one_of_list(PASCAL), [{"aB": [{"cD": 1}]}], {"AB": [{"CD": 1}]}, id="structure in a block"
        ),
        pytest.param(list_of_one(), "vpc-1", ["vpc-1"], id="one in a list"),
        pytest.param(
            each(BLOCK),
            [{"filter": "x", "filterType": "W"}],
            [{"Filter": "x", "FilterKind": "W"}],
            id="blocks",
        ),
        pytest.param(
            TAG_PAIRS,
            {"a": "1", "b": "2"},
            [{"Key": "a", "Value": "1"}, {"Key": "b", "Value": "2"}],
            id="tags",
        ),
        pytest.param(TAG_KEYS, ["a"], [{"Key": "a"}], id="names of tags"),
        pytest.param(
            tag_specification("vpc"),
            {"a": "1"},
            [{"ResourceType": "vpc", "Tags": [{"Key": "a", "Value": "1"}]}],
            id="tags of EC2",
        ),
    ],
)
def test_a_value_is_spelt_and_read_back(codec, pulumi, aws):
    """Both ways."""
    assert codec.encode(pulumi) == aws
    assert codec.decode(aws) == pulumi


@pytest.mark.parametrize(
    ("codec", "one", "other", "same"),
    [
        pytest.param(JSON, '{"a": 1, "b": 2}', '{"b":2,"a":1}', True, id="JSON, order of names"),
        pytest.param(JSON, '{"a": [1, 2]}', '{"a": [2, 1]}', False, id="JSON, order of a list"),
        pytest.param(JSON, "not json", "not json", True, id="text that is no JSON"),
        pytest.param(
            POLICY, '{"Action": ["a", "b"]}', '{"Action": ["b", "a"]}', True, id="policy, order of a list"
        ),
        pytest.param(POLICY, '{"Action": ["a"]}', '{"Action": "a"}', True, id="policy, one in a list"),
        pytest.param(
            POLICY, '{"Action": "a"}', "%7B%22Action%22%3A%22a%22%7D", True, id="policy as IAM answers it"
        ),
        pytest.param(POLICY, '{"Action": "a"}', '{"Action": "b"}', False, id="another policy"),
        pytest.param(SET, ["a", "b"], ["b", "a"], True, id="set"),
        pytest.param(SET, ["a"], ["a", "b"], False, id="another set"),
        pytest.param(
            set_of(BLOCK),
            [{"filter": "x"}, {"filter": "y"}],
            [{"filter": "y"}, {"filter": "x"}],
            True,
            id="set of blocks",
        ),
        pytest.param(BLOCK, {"filter": "x", "filterType": ""}, {"filter": "x"}, True, id="empty is left out"),
        pytest.param(KEY_ID, "arn:aws:kms:x:1:key/k-1", "k-1", True, id="key by ARN and by id"),
    ],
)
def test_values_are_compared_as_what_they_mean(codec, one, other, same):
    """Differences of spelling are none."""
    assert (codec.canonical(one) == codec.canonical(other)) is same


@pytest.mark.parametrize("codec", [TAG_PAIRS, TAG_MAP])
def test_tags_of_awss_own_are_nobodys(codec):
    """`aws:…` tags come and go with services; no program sets them."""
    written = (
        TAG_PAIRS.encode({"aws:cloudformation": "x", "a": "1"})
        if codec is TAG_PAIRS
        else {"aws:x": "x", "a": "1"}
    )
    assert codec.decode(written) == {"a": "1"}


@pytest.mark.parametrize(
    ("template", "id", "parts"),
    [
        ("{name}", "alias/a/b", {"name": "alias/a/b"}),
        (
            "{role}/{policyArn}",
            "r/arn:aws:iam::aws:policy/P",
            {"role": "r", "policyArn": "arn:aws:iam::aws:policy/P"},
        ),
        ("{role}:{name}", "r:p", {"role": "r", "name": "p"}),
        ("{role}:{name}", "nonsense", {}),
    ],
)
def test_an_id_is_made_of_properties_and_read_backwards(template, id, parts):
    """So that an import by id knows them."""
    assert read_backwards(Text(template), id) == parts
    if parts:
        assert filled(Text(template), parts) == id


def test_a_text_with_a_part_that_is_not_known_is_not_known():
    """Half an ARN is no ARN."""
    assert filled(Text("arn:{region}:{name}"), {"region": "x"}) is None
