"""What is sent to a plugin, and how its answers are taken."""

import grpc
import pytest
from google.protobuf import json_format
from pulumi.runtime.proto import provider_pb2 as p
from pulumi.runtime.proto import status_pb2

from provisioner.plan.diff import Diff
from provisioner.plan.marks import OUTPUT_VALUE, SECRET, SIGNATURE
from provisioner.plan.values import REST, UNKNOWN, Reference, Secret
from provisioner.providers.interface import CANNOT_FIND, CONNECTION_LOST, About, Identity, Object, Refused
from provisioner.providers.protocol import wire
from provisioner.providers.protocol.plugin import (
    Line,
    PluginProvider,
    Speaks,
    configuration,
    difference,
)

URN = "urn:pulumi:dev::shop::lab:index:Box::a"
BOX = "lab:index:Box"
FLUENT = Speaks(secrets=True, references=True, previews=True)
KIND = p.PropertyDiff


class Answered(grpc.RpcError, grpc.Call):
    """What gRPC raises for an answer that is not OK."""

    def __init__(self, status, text, detail=None):
        self.status, self.text, self.packed = status, text, ()
        if detail is not None:
            message = status_pb2.Status(message=text)
            message.details.add().Pack(detail)
            self.packed = (("grpc-status-details-bin", message.SerializeToString()),)

    def code(self):
        return self.status

    def details(self):
        return self.text

    def trailing_metadata(self):
        return self.packed


for _name in Answered.__abstractmethods__:
    setattr(Answered, _name, None)
Answered.__abstractmethods__ = frozenset()


class Stub:
    """Answers what was prepared, and keeps what was sent."""

    def __init__(self, **answers):
        self.answers = answers
        self.sent = None

    def __getattr__(self, call):
        def answer(request, **_options):
            self.sent = request
            found = self.answers[call]
            if isinstance(found, Exception):
                raise found
            return found

        return answer


def plugin(stub, speaks=FLUENT, *, gone=False, configured=True, **about):
    line = Line(stub, lambda: False, lambda: gone, lambda: "the plugin is gone")
    return PluginProvider(line, speaks, configured).concerning(About(URN, **about))


def sent(struct):
    return wire.decode(struct)


MARKED = {"pw": Secret("s3cret"), "deep": {"list": [Secret("x")]}, "ref": Reference("urn:b", "b-1"), "n": 1}


@pytest.mark.parametrize(
    ("speaks", "expected"),
    [
        (FLUENT, MARKED),
        (Speaks(secrets=True), {**MARKED, "ref": "b-1"}),
        (Speaks(references=True), {**MARKED, "pw": "s3cret", "deep": {"list": ["x"]}}),
        (Speaks(), {"pw": "s3cret", "deep": {"list": ["x"]}, "ref": "b-1", "n": 1}),
    ],
)
def test_marks_are_for_plugins_that_understand_them(speaks, expected):
    stub = Stub(Create=p.CreateResponse(id="a-1"))
    plugin(stub, speaks).create(BOX, MARKED)
    assert sent(stub.sent.properties) == expected


def test_a_secret_within_a_secret_is_sent_as_one():
    stub = Stub(Create=p.CreateResponse(id="a-1"))
    plugin(stub).create(BOX, {"pw": Secret({"inner": Secret("x")})})
    assert sent(stub.sent.properties) == {"pw": Secret({"inner": "x"})}


def test_every_call_names_the_resource():
    stub = Stub(Check=p.CheckResponse())
    plugin(stub).check(BOX, "a", None, {"size": UNKNOWN}, b"seed")
    assert (stub.sent.urn, stub.sent.type, stub.sent.name) == (URN, BOX, "a")
    assert sent(stub.sent.news) == {"size": UNKNOWN}
    assert stub.sent.randomSeed == b"seed"
    assert stub.sent.HasField("olds")


def test_refused_inputs_are_problems_and_so_is_a_check_that_fails():
    failures = [p.CheckFailure(property="size", reason="too big"), p.CheckFailure(reason="no")]
    checked = plugin(Stub(Check=p.CheckResponse(failures=failures))).check(BOX, "a", {}, {}, b"")
    assert [(each.property, each.reason) for each in checked.problems] == [("size", "too big"), ("", "no")]
    raised = Answered(grpc.StatusCode.UNKNOWN, "Unexpected KeyError")
    checked = plugin(Stub(Check=raised)).check(BOX, "a", {}, {"size": 1}, b"")
    assert [(each.property, each.reason) for each in checked.problems] == [("", "Unexpected KeyError")]


SOME, NONE, NOT_TOLD = p.DiffResponse.DIFF_SOME, p.DiffResponse.DIFF_NONE, p.DiffResponse.DIFF_UNKNOWN
OLD, NEW = {"size": 1, "zone": "a"}, {"size": 2, "zone": "a", "tags": {"b": 1}}


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (p.DiffResponse(changes=NONE, diffs=["size"]), Diff()),
        (p.DiffResponse(changes=SOME, diffs=["size"]), Diff((), ("size",))),
        (
            p.DiffResponse(changes=SOME, diffs=["size"], replaces=["zone"], deleteBeforeReplace=True),
            Diff(("zone",), ("size",), delete_before_replace=True),
        ),
        (
            p.DiffResponse(
                changes=SOME,
                hasDetailedDiff=True,
                detailedDiff={
                    "tags.b": KIND(kind=KIND.ADD),
                    'zone["a.b"]': KIND(kind=KIND.UPDATE_REPLACE),
                    '["a.b"][0]': KIND(kind=KIND.DELETE),
                    "ports[0].from": KIND(kind=KIND.DELETE_REPLACE),
                },
            ),
            Diff(("ports", "zone"), ("a.b", "tags")),
        ),
        (p.DiffResponse(changes=SOME), Diff((), ("size", "tags"))),
        (p.DiffResponse(changes=NOT_TOLD), Diff((), ("size", "tags"))),
        (p.DiffResponse(changes=NOT_TOLD, replaces=["size"]), Diff(("size",), ("tags",))),
    ],
)
def test_a_difference_is_told_by_property(answer, expected):
    assert difference(answer, OLD, NEW) == expected


def test_a_difference_that_is_nowhere_is_still_one():
    assert difference(p.DiffResponse(changes=SOME), OLD, OLD) == Diff((), ("unspecified",))
    assert not difference(p.DiffResponse(changes=NOT_TOLD), OLD, {**OLD, "zone": Secret("a")})


def test_an_update_says_what_was_and_how_long_it_may_take():
    stub = Stub(Update=p.UpdateResponse(properties=wire.encode({"size": 2, "token": Secret("t")})))
    old = Object("a-1", {"size": 1}, {"size": 1, "arn": "x"})
    acting = plugin(stub, timeouts={"update": 90.0, "create": 1.0}, ignore_changes=("tags",))
    made = acting.update(BOX, old, {"size": 2})
    assert (stub.sent.id, stub.sent.timeout, list(stub.sent.ignoreChanges)) == ("a-1", 90.0, ["tags"])
    assert (sent(stub.sent.old_inputs), sent(stub.sent.olds), sent(stub.sent.news)) == (
        old.inputs,
        old.outputs,
        {"size": 2},
    )
    assert made == Object("a-1", {"size": 2}, {"size": 2, "token": Secret("t")})


def test_a_preview_is_asked_of_plugins_that_can():
    foreseen = p.CreateResponse(properties=wire.encode({"arn": UNKNOWN}))
    stub = Stub(Create=foreseen, Update=p.UpdateResponse(properties=wire.encode({"arn": "x"})))
    assert plugin(stub).planned(BOX, None, {"size": UNKNOWN}) == {"arn": UNKNOWN}
    assert stub.sent.preview
    assert plugin(stub).planned(BOX, Object("a-1", {}, {}), {}) == {"arn": "x"}
    assert stub.sent.preview
    assert plugin(Stub(), Speaks()).planned(BOX, None, {"size": UNKNOWN}) == {"size": UNKNOWN}


def test_a_plugin_whose_configuration_is_not_known_yet_is_not_asked():
    silent = plugin(Stub(), configured=False)
    checked = silent.check(BOX, "a", None, NEW, b"").inputs
    assert checked == {**NEW, REST: UNKNOWN}
    assert silent.diff(BOX, Object("a-1", OLD, {}), checked) == Diff((), ("size", "tags", REST))
    assert silent.planned(BOX, None, NEW) == {}
    assert silent.invoke("lab:index:shout", {}) == {"": UNKNOWN}


def half_made(**fields):
    failed = p.ErrorResourceInitFailed(reasons=["not ready", "no pods"], **fields)
    return Answered(grpc.StatusCode.UNKNOWN, "resource init failed", failed)


def test_an_object_that_does_not_work_is_told_with_all_reasons():
    stub = Stub(Create=half_made(id="a-1", properties=wire.encode({"arn": "x"})))
    with pytest.raises(Refused) as caught:
        plugin(stub).create(BOX, {"size": 1})
    assert caught.value.made == Object("a-1", {"size": 1}, {"arn": "x"})
    assert caught.value.reasons == ("not ready", "no pods")


def test_what_was_updated_in_part_keeps_its_old_inputs_so_that_it_is_tried_again():
    stub = Stub(Update=half_made(properties=wire.encode({"arn": "y"})))
    with pytest.raises(Refused) as caught:
        plugin(stub).update(BOX, Object("a-1", {"size": 1}, {}), {"size": 2})
    assert caught.value.made == Object("a-1", {"size": 1}, {"arn": "y"})


def test_a_refusal_is_told_in_the_plugins_words():
    stub = Stub(Create=Answered(grpc.StatusCode.PERMISSION_DENIED, "not allowed"))
    with pytest.raises(Refused) as caught:
        plugin(stub).create(BOX, {})
    assert (caught.value.reason, caught.value.code) == ("not allowed", "PERMISSION_DENIED")
    with pytest.raises(Refused, match="gave no reason"):
        plugin(Stub(Create=Answered(grpc.StatusCode.UNKNOWN, ""))).create(BOX, {})


@pytest.mark.parametrize(("gone", "code"), [(True, CONNECTION_LOST), (False, "UNAVAILABLE")])
def test_only_an_answer_that_was_lost_leaves_open_what_happened(gone, code):
    stub = Stub(Create=Answered(grpc.StatusCode.UNAVAILABLE, "the service is down"))
    with pytest.raises(Refused) as caught:
        plugin(stub, gone=gone).create(BOX, {})
    assert caught.value.code == code


def test_a_plugin_that_ended_before_the_call_has_done_nothing():
    line = Line(Stub(), lambda: True, lambda: True, lambda: "the plugin was killed by SIGKILL")
    with pytest.raises(Refused, match="was not asked: the plugin was killed") as caught:
        PluginProvider(line, FLUENT, is_configured=True).create(BOX, {})
    assert caught.value.code != CONNECTION_LOST


def test_an_object_without_an_id_cannot_be_recorded():
    with pytest.raises(Refused, match="without an id"):
        plugin(Stub(Create=p.CreateResponse())).create(BOX, {})


def test_reading_tells_what_is_recorded_and_takes_what_is_there():
    stub = Stub(Read=p.ReadResponse(id="a-1", properties=wire.encode({"arn": "x"})))
    recorded = Identity("a-1", {"size": 1}, {"arn": "w"})
    assert plugin(stub).read(BOX, recorded) == Object("a-1", {"size": 1}, {"arn": "x"})
    assert (sent(stub.sent.inputs), sent(stub.sent.properties)) == ({"size": 1}, {"arn": "w"})
    assert plugin(Stub(Read=p.ReadResponse())).read(BOX, recorded) is None
    told = Stub(Read=p.ReadResponse(id="a-1", inputs=wire.encode({"size": 3})))
    assert plugin(told).read(BOX, recorded).inputs == {"size": 3}


def test_what_a_program_says_of_an_object_that_it_reads_is_state():
    stub = Stub(Read=p.ReadResponse(id="a-1"))
    plugin(stub).read(BOX, Identity("a-1", {"region": "here"}))
    assert sent(stub.sent.properties) == {"region": "here"}
    assert not stub.sent.HasField("inputs")


def test_reading_many_reads_each_by_its_own_name():
    class Echo(Stub):
        def Read(self, request):
            return p.ReadResponse(id=request.id, properties=wire.encode({"urn": request.urn}))

    urns = [f"{URN}{number}" for number in range(40)]
    found = plugin(Echo()).read_all(BOX, [Identity(f"id-{urn}", {}, {"a": 1}, urn) for urn in urns])
    assert [each.outputs["urn"] for each in found.values()] == urns


def test_an_object_that_is_there_and_does_not_work_is_no_reason_not_to_read_the_others():
    found = plugin(Stub(Read=half_made(id="a-1"))).read_all(BOX, [Identity("a-1", {"size": 1}, {"a": 1})])
    assert found["a-1"].inputs == {"size": 1}


def test_nobody_can_look_for_an_object_without_its_id():
    with pytest.raises(Refused) as caught:
        plugin(Stub()).find(BOX, {}, ())
    assert caught.value.code == CANNOT_FIND


def test_a_function_answers_or_says_what_is_wrong_with_its_arguments():
    answer = p.InvokeResponse(**{"return": wire.encode({"text": "A", "token": Secret("t")})})
    assert plugin(Stub(Invoke=answer)).invoke("lab:index:shout", {}) == {"text": "A", "token": Secret("t")}
    wrong = p.InvokeResponse(
        failures=[p.CheckFailure(property="text", reason="too loud"), p.CheckFailure(reason="no")]
    )
    with pytest.raises(Refused, match="`text`: too loud\nno"):
        plugin(Stub(Invoke=wrong)).invoke("lab:index:shout", {})


def test_configuration_is_told_by_old_names_too():
    told = configuration(
        "lab", {"region": "here", "tags": {"a": [1]}, "on": True, "key": Secret("k"), "version": "1.0.0"}
    )
    assert told == {
        "lab:config:region": "here",
        "lab:config:tags": '{"a": [1]}',
        "lab:config:on": "true",
        "lab:config:key": "k",
    }


def test_missing_configuration_is_told_by_key():
    key = p.ConfigureErrorMissingKeys.MissingKey(name="lab:region", description="where it is")
    missing = Answered(grpc.StatusCode.INVALID_ARGUMENT, "", p.ConfigureErrorMissingKeys(missingKeys=[key]))
    with pytest.raises(Refused, match="`lab:region` is missing: where it is"):
        plugin(Stub(Invoke=missing)).invoke("lab:index:shout", {})


OUTPUT = {SIGNATURE: OUTPUT_VALUE, "value": "x", "secret": True, "dependencies": ["urn:b"]}


def raw(struct):
    return json_format.MessageToDict(struct)


@pytest.mark.parametrize(
    ("speaks", "given"),
    [
        (Speaks(secrets=True, outputs=True), {"a": OUTPUT}),
        (Speaks(secrets=True), {"a": {SIGNATURE: SECRET, "value": "x"}}),
    ],
)
def test_a_remote_component_is_given_outputs_if_its_plugin_knows_them(speaks, given):
    stub = Stub(Construct=p.ConstructResponse(urn=URN))
    request = p.ConstructRequest(type="parts:index:Pair", inputs=wire.encode({"a": OUTPUT}))
    assert plugin(stub, speaks).construct(request).urn == URN
    assert raw(stub.sent.inputs) == given


def test_a_method_answers_or_says_what_is_wrong_with_its_arguments():
    answer = p.CallResponse(**{"return": wire.encode({"sum": 3})})
    request = p.CallRequest(tok="parts:index:Pair/sum", args=wire.encode({"n": 1}))
    assert raw(getattr(plugin(Stub(Call=answer)).call(request), "return")) == {"sum": 3}
    wrong = p.CallResponse(failures=[p.CheckFailure(property="n", reason="too few")])
    with pytest.raises(Refused, match="`n`: too few"):
        plugin(Stub(Call=wrong)).call(request)


def test_a_plugin_that_knows_no_secrets_is_given_no_component():
    with pytest.raises(Refused, match="knows no secrets"):
        plugin(Stub(Construct=p.ConstructResponse()), Speaks()).construct(
            p.ConstructRequest(type="parts:index:Pair")
        )
