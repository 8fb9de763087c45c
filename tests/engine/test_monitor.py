"""Requests of the SDK as values, one by one."""

import threading

import grpc
import pytest
from google.protobuf import struct_pb2
from pulumi.runtime.proto import alias_pb2, engine_pb2, resource_pb2

from provisioner.providers.protocol import wire
from provisioner.engine.embedded.monitor import EngineService, Monitor
from provisioner.engine.embedded.wanted import AliasSpec, Answer, Lookup, Reported, Wanted
from provisioner.engine.events import ProgramSpoke, Severity
from provisioner.plan.values import UNKNOWN, Secret

Request = resource_pb2.RegisterResourceRequest


class Engine:
    """Answers everything at once, and keeps what was asked."""

    def __init__(self, answer=None):
        self.asked = []
        self.answer = answer or Answer("urn:x", "id-1", {"arn": "a"})

    def ask(self, asked):
        self.asked.append(asked.what)
        asked.reply.set_result(self.answer)


@pytest.fixture
def engine():
    return Engine()


@pytest.fixture
def monitor(engine):
    return Monitor(engine.ask, lambda token, of, _version, arguments: {"token": token, "of": of, **arguments})


def registered(engine, monitor, **fields):
    monitor.RegisterResource(Request(type="t:t:T", name="a", custom=True, **fields))
    [wanted] = engine.asked
    return wanted


def test_a_bare_registration_leaves_everything_open(engine, monitor):
    assert registered(engine, monitor) == Wanted(type="t:t:T", name="a", custom=True)


def test_the_answer_of_a_registration(monitor):
    response = monitor.RegisterResource(Request(type="t:t:T", name="a", custom=True))
    assert (response.urn, response.id, wire.decode(response.object)) == ("urn:x", "id-1", {"arn": "a"})
    assert response.result == resource_pb2.Result.SUCCESS


@pytest.mark.parametrize(
    ("fields", "name", "value"),
    [
        ({"protect": False}, "protect", False),
        ({"protect": True}, "protect", True),
        ({"retainOnDelete": False}, "retain_on_delete", False),
        ({"deleteBeforeReplace": True}, "delete_before_replace", True),
        ({"deleteBeforeReplaceDefined": True}, "delete_before_replace", False),
        ({"dependencies": ["u2", "u1"]}, "dependencies", ("u1", "u2")),
        ({"ignoreChanges": ["b", "a"]}, "ignore_changes", ("a", "b")),
        ({"replaceOnChanges": ["a"]}, "replace_on_changes", ("a",)),
        ({"additionalSecretOutputs": ["a"]}, "additional_secret_outputs", ("a",)),
        ({"deletedWith": "u"}, "deleted_with", "u"),
        ({"version": "7.51.1"}, "version", "7.51.1"),
        ({"importId": "i"}, "import_id", "i"),
        ({"replace_with": ["u2", "u1"]}, "replace_with", ("u1", "u2")),
        ({"replacement_trigger": struct_pb2.Value(number_value=3)}, "replacement_trigger", 3),
        ({"hideDiffs": ["a.b"]}, "hide_diffs", ("a.b",)),
        ({"provider": "p::1"}, "provider", "p::1"),
        ({"aliasURNs": ["u"]}, "alias_urns", ("u",)),
        ({"aliases": [alias_pb2.Alias(urn="u")]}, "alias_urns", ("u",)),
        (
            {"propertyDependencies": {"b": Request.PropertyDependencies(urns=["u2", "u1"])}},
            "property_dependencies",
            {"b": ("u1", "u2")},
        ),
        (
            {"customTimeouts": Request.CustomTimeouts(create="1h2m3s", update="500ms", delete="1.5m")},
            "custom_timeouts",
            {"create": 3723.0, "update": 0.5, "delete": 90.0},
        ),
    ],
)
def test_an_option(engine, monitor, fields, name, value):
    assert getattr(registered(engine, monitor, **fields), name) == value


@pytest.mark.parametrize(
    ("spec", "alias"),
    [
        ({"name": "b"}, AliasSpec(name="b")),
        ({"name": "b", "parentUrn": ""}, AliasSpec(name="b")),
        ({"parentUrn": "u"}, AliasSpec(parent="u")),
        ({"noParent": True}, AliasSpec(parent="")),
        ({"type": "t", "stack": "s", "project": "p"}, AliasSpec(type="t", stack="s", project="p")),
    ],
)
def test_an_alias(engine, monitor, spec, alias):
    found = registered(engine, monitor, aliases=[alias_pb2.Alias(spec=alias_pb2.Alias.Spec(**spec))])
    assert found.aliases == (alias,)


def test_a_remote_component_is_declined_before_the_engine_hears_of_it(engine, monitor):
    with pytest.raises(grpc.RpcError) as declined:
        registered(engine, monitor, remote=True)
    assert declined.value.code() == grpc.StatusCode.UNIMPLEMENTED
    assert engine.asked == []


@pytest.mark.parametrize(("sent", "id"), [("i-1", "i-1"), ("", UNKNOWN), (wire.UNKNOWN_STRING, UNKNOWN)])
def test_a_lookup(engine, monitor, sent, id):
    response = monitor.ReadResource(resource_pb2.ReadResourceRequest(type="t:t:T", name="a", id=sent))
    assert engine.asked == [Lookup(type="t:t:T", name="a", id=id)]
    assert (response.urn, response.id, wire.decode(response.properties)) == ("urn:x", "id-1", {"arn": "a"})


def test_outputs_of_a_component(engine, monitor):
    outputs = wire.encode({"a": Secret(1)})
    monitor.RegisterResourceOutputs(resource_pb2.RegisterResourceOutputsRequest(urn="u", outputs=outputs))
    assert engine.asked == [Reported("u", {"a": Secret(1)})]


def invoked(monitor):
    request = resource_pb2.ResourceInvokeRequest(tok="t:i:f", provider="p::1", args=wire.encode({"a": 1}))
    return monitor.Invoke(request)


def test_a_function(monitor):
    response = invoked(monitor)
    assert wire.decode(getattr(response, "return")) == {"token": "t:i:f", "of": "p::1", "a": 1}
    assert response.unknown is False


def test_a_function_that_could_not_be_asked(engine):
    assert invoked(Monitor(engine.ask, lambda *_: {"": UNKNOWN})).unknown is True


def test_whoever_asks_waits_for_the_answer():
    asked, answered = [], threading.Event()

    def ask(question):
        asked.append(question)
        answered.set()

    answers = []
    monitor = Monitor(ask, lambda *_: {})
    thread = threading.Thread(
        target=lambda: answers.append(monitor.RegisterResource(Request(type="t", name="a")))
    )
    thread.start()
    assert answered.wait(10)
    assert answers == []
    asked[0].reply.set_result(Answer("u"))
    thread.join(10)
    assert [answer.urn for answer in answers] == ["u"]


@pytest.mark.parametrize(
    ("severity", "heard"),
    [
        (engine_pb2.DEBUG, None),
        (engine_pb2.INFO, Severity.INFO),
        (engine_pb2.WARNING, Severity.WARNING),
        (engine_pb2.ERROR, Severity.ERROR),
    ],
)
def test_what_the_program_says_is_told_but_not_what_it_mumbles(severity, heard):
    told = []
    EngineService(told.append).Log(engine_pb2.LogRequest(severity=severity, message="m", urn="u"))
    assert told == ([ProgramSpoke(heard, "m", "u")] if heard else [])
