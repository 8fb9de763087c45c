"""Records become Pulumi's deployment format and come back the same."""

import hashlib
import json
import math
import re
from dataclasses import replace

import pytest
from hypothesis import given, settings

from provisioner.engine.embedded import checkpoint, property_json, secrets
from provisioner.engine.embedded.checkpoint import (
    Unsupported,
    deployment_in,
    deployment_json,
    deployment_of,
    file_of,
    format_of,
    is_ours,
    record_json,
    record_of,
)
from provisioner.engine.embedded.property_json import Malformed, compact, parsed, read, written
from provisioner.engine.embedded.secrets import BlindSealer, passphrase_state, PassphraseSealer
from provisioner.engine.embedded.state import Began
from provisioner.plan.values import UNKNOWN, Reference, Secret
from tests.support.records import (
    TIME,
    component,
    property_maps,
    provider,
    reference,
    states,
    thing,
    urn,
    values,
)

SIGNATURE = "4dabf18193072939515e22adb298388d"


@pytest.fixture(autouse=True)
def quick(monkeypatch):
    monkeypatch.setattr(secrets, "ROUNDS", 1)


@pytest.fixture(scope="module")
def ours():
    return PassphraseSealer("dev", lambda: "open sesame")


def through_text(value, sealer):
    return read(parsed(compact(written(value, sealer))), sealer)


@settings(deadline=None)
@given(value=values)
def test_a_value_comes_back_as_it_went(ours, value):
    assert through_text(value, ours) == value


@pytest.mark.parametrize(
    ("value", "raw"),
    [
        pytest.param(30.0, "30", id="a whole float is an integer"),
        pytest.param(0.5, "0.5", id="a fraction"),
        pytest.param(1e300, "1e+300", id="too large to be an exact integer"),
        pytest.param({"b": 1, "a": [None, True]}, '{"a":[null,true],"b":1}', id="keys are sorted"),
        pytest.param("ä<&>", '"ä<&>"', id="no escapes for HTML"),
        pytest.param(
            math.inf,
            '{"4dabf18193072939515e22adb298388d":"8ad145fe-0d11-4827-bfd7-1abcbf086f5c","value":"7ff0000000000000"}',
            id="infinity by its bits",
        ),
        pytest.param(
            Reference("urn:x", "i-1", "7.51.1"),
            '{"4dabf18193072939515e22adb298388d":"5cf8f73096256a8f31e491e813e4eb8e","id":"i-1",'
            '"packageVersion":"7.51.1","urn":"urn:x"}',
            id="an object",
        ),
        pytest.param(
            Reference("urn:x"),
            '{"4dabf18193072939515e22adb298388d":"5cf8f73096256a8f31e491e813e4eb8e","packageVersion":"","urn":"urn:x"}',
            id="a component has no id",
        ),
        pytest.param(
            {SIGNATURE: "c44067f5952c0a294b673a41bacd8c17", "text": "hello", "hash": "2cf2"},
            '{"4dabf18193072939515e22adb298388d":"c44067f5952c0a294b673a41bacd8c17","hash":"2cf2","text":"hello"}',
            id="an asset passes through",
        ),
    ],
)
def test_how_a_value_is_spelt(ours, value, raw):
    assert compact(written(value, ours)) == raw
    assert read(parsed(raw), ours) == value


def test_not_a_number_has_its_own_mark(ours):
    assert math.isnan(through_text(math.nan, ours))


def test_pulumi_leaves_out_leading_zeros_of_the_bits(ours):
    raw = {SIGNATURE: property_json.FLOAT, "value": "1"}
    assert read(raw, ours) == 5e-324


def test_a_secret_is_the_sealed_json_of_its_value_and_plain_inside(ours):
    raw = written({"tags": Secret({"pw": Secret("canary"), "n": 30.0})}, ours)["tags"]
    assert set(raw) == {SIGNATURE, "ciphertext"}
    assert raw[SIGNATURE] == "1b47061264138c4ac30d75fd1eb44270"
    assert "canary" not in raw["ciphertext"]
    inner = json.loads(ours.open(raw["ciphertext"]))
    assert inner["n"] == 30
    assert inner["pw"]["ciphertext"] == '"canary"'


def test_a_plaintext_secret_of_an_export_with_secrets_is_read(ours):
    raw = {SIGNATURE: property_json.SECRET, "plaintext": '{"a":1}'}
    assert read(raw, ours) == Secret({"a": 1})


@pytest.mark.parametrize(
    "raw",
    [
        {SIGNATURE: property_json.SECRET},
        {SIGNATURE: property_json.SECRET, "plaintext": "{"},
        {SIGNATURE: property_json.REFERENCE},
        {SIGNATURE: property_json.FLOAT, "value": "xyz"},
        {SIGNATURE: property_json.FLOAT, "value": "00112233445566778899"},
    ],
)
def test_a_marked_value_that_lacks_something_is_refused(ours, raw):
    with pytest.raises(Malformed):
        read(raw, ours)


@pytest.mark.parametrize(
    "value", [UNKNOWN, [Reference("urn:x", UNKNOWN)], Secret({"a": UNKNOWN}), Secret(b"canary")]
)
def test_what_cannot_be_recorded_is_not(ours, value):
    with pytest.raises(TypeError) as refused:
        written(value, ours)
    assert "canary" not in str(refused.value), "a message never quotes a value"


@settings(deadline=None)
@given(state=states())
def test_a_record_comes_back_as_it_went(ours, state):
    assert record_of(parsed(compact(record_json(state, ours))), ours) == state


@pytest.mark.parametrize(
    "fields",
    [
        {"replace_with": (urn("b"),)},
        {"hooks": {"BeforeCreate": ("one", "two"), "OnError": ("three",)}},
        {"hide_diffs": ("a.b", 'tags["c.d"]')},
        {"import_id": "vpc-1"},
        *({"replacement_trigger": value} for value in (0, "", False, "x", [1, {"a": 2}], Secret("s"))),
    ],
    ids=str,
)
def test_options_of_a_record_come_back_as_they_went(ours, fields):
    state = thing("a", **fields)
    assert record_of(parsed(compact(record_json(state, ours))), ours) == state


def test_the_newer_format_is_written_for_what_needs_it_and_is_ours_all_the_same(ours):
    plain, hooked = thing("a"), thing("b", hooks={"AfterCreate": ("one",)}, replace_with=(urn("a"),))
    deployment = deployment_json((plain, hooked), (), ours, TIME)
    data = file_of("organization/foundation/dev.eu-west-1", deployment)
    assert data.startswith(b'{"version":4,"features":["hooks","replaceWith"],"checksum":')
    assert is_ours(data)
    assert deployment_of(deployment_in(data), ours).records == (plain, hooked)
    assert format_of(deployment_json((plain,), (), ours, TIME)) == {"version": 3}


def test_a_record_without_anything_has_only_its_name(ours):
    assert record_json(component("net"), ours) == {
        "urn": urn("net", "mlplat:net:Net"),
        "type": "mlplat:net:Net",
        "custom": False,
    }


def test_what_the_other_engine_left_unfinished_has_the_inputs_that_it_has(ours):
    wanted, left = thing("a", inputs={"size": 5}), {"size": 0, "word": Secret("hush")}
    raw = record_json(replace(wanted, outputs={"size": 0, "__unfinished": left}), ours)
    found = record_of(raw, ours)
    assert (found.inputs, found.outputs) == (left, {"size": 0})


def test_a_whole_file(golden):
    """As Pulumi writes it: keys left out when empty, timeouts in seconds, the salt of the secrets beside them."""
    aws = provider(inputs={"version": "7.51.1"})
    state = thing(
        "a",
        parent=component("net").urn,
        provider=reference(aws),
        inputs={"cidrBlock": "10.0.0.0/16", "ttl": 30.0},
        outputs={"self": Reference(urn("a"), "vpc-a")},
        dependencies=(aws.urn,),
        property_dependencies={"cidrBlock": (aws.urn,)},
        custom_timeouts={"create": 90.0},
        additional_secret_outputs=("password",),
        init_errors=("not ready",),
        protect=True,
        created=TIME,
        modified=TIME,
        other={"sourcePosition": "program.py#3", "urn": "never wins"},
    )
    pending = (Began(7, "creating", thing("b")),)
    blind = BlindSealer("dev", passphrase_state("v1:salt:proof"))
    deployment = deployment_json((aws, component("net"), state), pending, blind, TIME)
    content = file_of("organization/foundation/dev.eu-west-1", deployment)
    golden(json.dumps(json.loads(content), indent=1) + "\n")
    read_back = deployment_of(deployment_in(content), blind)
    assert [each.urn for each in read_back.records] == [aws.urn, component("net").urn, urn("a")]
    assert read_back.pending == pending
    assert read_back.secrets == blind.state()


def test_the_magic_is_the_digest_of_the_version():
    """Or Pulumi takes the file for tampered with."""
    manifest = deployment_json((), (), BlindSealer(), TIME)["manifest"]
    assert manifest["magic"] == hashlib.sha256(manifest["version"].encode()).hexdigest()


def test_two_writings_of_one_state_are_the_same_bytes(ours):
    first = thing("a", inputs={"b": Secret("x"), "a": 1}, outputs={"z": 1, "y": 2})
    second = thing("a", outputs={"y": 2, "z": 1}, inputs={"a": 1, "b": Secret("x")})
    assert file_of("s", deployment_json((first,), (), ours, TIME)) == file_of(
        "s", deployment_json((second,), (), ours, TIME)
    )


def pulumis_file(**changes) -> bytes:
    """A file as the Pulumi CLI leaves it: without our checksum, in its own order, with keys of its own."""
    resource = {
        "urn": urn("a"),
        "custom": True,
        "id": "vpc-a",
        "type": "aws:ec2/vpc:Vpc",
        "inputs": {"__defaults": [], "cidrBlock": "10.0.0.0/16"},
        "outputs": {"n": 3.0},
        "sourcePosition": "project:///program.py#3",
        "created": "2026-01-01T00:00:00.123456789Z",
    }
    latest = {
        "manifest": {"time": TIME, "magic": "x", "version": "v3.272.0"},
        "resources": [resource],
        "pending_operations": [{"resource": resource, "type": "updating"}],
        "metadata": {},
    }
    return json.dumps(
        {"version": 3, "checkpoint": {"stack": "s", "latest": latest}} | changes, indent=4
    ).encode()


def test_a_file_of_pulumis_is_read_and_what_is_unknown_of_a_resource_is_kept():
    found = deployment_of(deployment_in(pulumis_file()), BlindSealer())
    assert found.records[0].other == {"sourcePosition": "project:///program.py#3"}
    assert found.records[0].created == "2026-01-01T00:00:00.123456789Z"
    assert [began.operation for began in found.pending] == [1]
    assert record_json(found.records[0], BlindSealer())["sourcePosition"] == "project:///program.py#3"


def test_an_empty_stack_of_pulumis_is_read():
    empty = {"version": 3, "checkpoint": {"stack": "s", "latest": None}}
    assert deployment_of(deployment_in(json.dumps(empty).encode()), BlindSealer()).records == ()


def test_format_4_without_features_is_read():
    assert len(deployment_of(deployment_in(pulumis_file(version=4)), BlindSealer()).records) == 1


@pytest.mark.parametrize(
    ("content", "kind", "words"),
    [
        (pulumis_file(version=5), Unsupported, "format 5"),
        (pulumis_file(version=4, features=["taint", "views"]), Unsupported, "taint, views"),
        (pulumis_file(version=2), Malformed, "format 2; let a current Pulumi read and write it once"),
        (pulumis_file(version=1), Malformed, "format 1"),
        (pulumis_file(version="3"), Malformed, "version"),
        (pulumis_file(chicksum="00"), Malformed, "chicksum"),
        (b"", Malformed, "not JSON"),
        (b"[]", Malformed, "list"),
        (b'{"version":3,"checkpoint":{"latest":[1]}}', Malformed, "list"),
        (b"[" * 100_000, Malformed, "not JSON"),
        (b'{"version":3,"checkpoint":NaN}', Malformed, "NaN"),
    ],
)
def test_a_file_that_is_not_understood_says_why(content, kind, words):
    with pytest.raises(kind, match=re.escape(words)):
        deployment_in(content)


@pytest.mark.parametrize(
    ("raw", "words"),
    [
        ({"resources": {"a": 1}}, "resources has the wrong type, dict"),
        ({"resources": [1]}, "a resource has the wrong type, int"),
        ({"resources": [{"urn": "u"}]}, "no urn or no type"),
        ({"resources": [{"urn": "u", "type": "t", "custom": "yes"}]}, "custom has the wrong type, str"),
        (
            {"resources": [{"urn": "u", "type": "t", "dependencies": [1]}]},
            "dependencies has the wrong type, int",
        ),
        (
            {"resources": [{"urn": "u", "type": "t", "customTimeouts": {"create": "1m"}}]},
            "create has the wrong type, str",
        ),
        ({"resources": [{"urn": "u", "type": "t"}, {"urn": "u", "type": "t"}]}, "records u twice"),
        ({"pending_operations": [{"type": "creating"}]}, "a resource has the wrong type, NoneType"),
        ({"secrets_providers": {"type": "passphrase"}}, "salt"),
    ],
)
def test_a_deployment_of_the_wrong_shape_says_where(raw, words):
    with pytest.raises(Malformed, match=re.escape(words)):
        deployment_of(raw, BlindSealer())


def test_another_kind_of_secrets_provider_is_not_known_here():
    with pytest.raises(Unsupported, match="gcpkms"):
        deployment_of(
            {"secrets_providers": {"type": "cloud", "state": {"url": "gcpkms://x", "encryptedkey": "AAAA"}}},
            BlindSealer(),
        )


def test_a_change_by_hand_is_noticed_by_the_checksum():
    content = file_of("s", deployment_json((thing("a", inputs={"n": 1}),), (), BlindSealer(), TIME))
    with pytest.raises(Malformed, match="changed by hand"):
        deployment_in(content.replace(b'"n":1', b'"n":2'))


@settings(deadline=None)
@given(properties=property_maps)
def test_every_flipped_bit_is_noticed_or_harmless(properties):
    plain = json.loads(compact(written(properties, property_json._PLAIN)))
    content = file_of("s", deployment_json((thing("a", other={"k": plain}),), (), BlindSealer(), TIME))
    right = deployment_in(content)
    for place in range(0, len(content), 7):
        flipped = bytearray(content)
        flipped[place] ^= 1 << (place % 8)
        try:
            assert deployment_in(bytes(flipped)) == right
        except (Malformed, Unsupported):
            continue


def test_cost_grows_with_the_number_of_records_only(monkeypatch):
    """Counted, not timed: how many values are looked at."""

    def looked_at(size: int) -> int:
        calls = []
        real = property_json.written
        monkeypatch.setattr(
            checkpoint, "written", lambda value, sealer: calls.append(1) or real(value, sealer)
        )
        deployment_json([thing(str(n), inputs={"n": n}) for n in range(size)], (), BlindSealer(), TIME)
        monkeypatch.setattr(checkpoint, "written", real)
        return len(calls)

    assert looked_at(4000) == 4 * looked_at(1000)
