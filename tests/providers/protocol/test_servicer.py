"""Drivers behind Pulumi's provider protocol, called as its engine calls them: here those of the fake cloud."""

import json
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack

import grpc
import pytest
from pulumi.runtime.proto import provider_pb2 as pb

from provisioner.plan.values import UNKNOWN, Reference, Secret
from provisioner.providers.aws.package import AwsPackage
from provisioner.providers.aws.session import Connection
from provisioner.providers.interface import CONNECTION_LOST, Object, Refused
from provisioner.providers.protocol import wire
from provisioner.providers.protocol.serving import served
from tests.support.fake_cloud import THING, FakeCloud, FakePackage, FakeProvider
from tests.support.protocol_client import NOTHING, HalfMade, Recorded, connected

PASSWORD = "correct horse battery"


@pytest.fixture
def cloud(tmp_path):
    return FakeCloud(tmp_path / "cloud.json")


@pytest.fixture
def port(cloud):
    with served(FakePackage(cloud)) as port:
        yield port


@pytest.fixture
def client(port):
    with connected(port, region="here") as client:
        yield client


@pytest.fixture
def status():
    """How a call ended: gRPC's word, and the text."""

    def status(call, *arguments, **options):
        with pytest.raises(grpc.RpcError) as error:
            call(*arguments, **options)
        return error.value.code().name, error.value.details()

    return status


class TestTheLifeOfAnObject:
    def test_a_name_that_was_made_stays_when_the_object_is_checked_again(self, client):
        inputs, _ = client.check({"size": 1})
        again, _ = client.check({"size": 2}, olds=inputs)
        assert again == {**inputs, "size": 2}

    def test_what_is_wrong_with_the_inputs_is_told_by_property(self, client):
        assert client.check({"size": -1})[1] == [("size", "must not be negative")]

    def test_a_preview_makes_nothing_and_leaves_open_what_the_cloud_decides(self, client, cloud):
        planned = client.create({"name": "n", "size": UNKNOWN}, preview=True)
        assert (planned.id, planned.outputs) == ("", {"name": "n", "size": UNKNOWN, "arn": UNKNOWN})
        assert cloud.all() == {}

    def test_it_is_made_changed_and_removed(self, client, cloud):
        made = client.made({"name": "n", "size": 1})
        assert made.outputs == {"name": "n", "size": 1, "arn": f"arn:{made.id}"}
        changed = client.update(made, {"name": "n", "size": 2})
        assert cloud.all()[made.id]["size"] == changed.outputs["size"] == 2
        client.delete(changed)
        assert cloud.all() == {}

    def test_a_preview_of_a_change_starts_from_what_is_recorded(self, client, cloud):
        made = client.made({"name": "n", "size": 1})
        planned = client.update(made, {"name": "n", "size": UNKNOWN}, preview=True)
        assert planned.outputs == {**made.outputs, "size": UNKNOWN}
        assert cloud.all()[made.id]["size"] == 1

    def test_a_resource_among_the_inputs_is_its_id_to_the_driver(self, client):
        inputs, _ = client.check({"name": "n", "parentId": Reference("urn:p", "thing-1")})
        assert inputs["parentId"] == "thing-1"


class TestDifferences:
    def test_nothing_differs(self, client):
        made = client.made({"name": "n", "size": 1})
        answer = client.diff(made, made.inputs)
        assert (answer.changes, list(answer.diffs)) == (pb.DiffResponse.DIFF_NONE, [])

    def test_what_differs_is_told_down_to_the_leaf(self, client, golden):
        old = Recorded(
            "thing-1",
            {"name": "n", "zone": "a", "gone": 1, "tags": {"a.b/c": "1", "plain": "x"}, "rules": [1, 2]},
            {},
        )
        new = {"name": "n", "zone": "b", "new": 1, "tags": {"a.b/c": "2", "plain": "x"}, "rules": [1]}
        golden(_shown(client.diff(old, new)))

    def test_a_typed_name_has_to_be_free_first(self, client):
        made = client.made({"name": "n", "zone": "a"})
        assert client.diff(made, {"name": "n", "zone": "b"}).deleteBeforeReplace


class TestReading:
    def test_an_object_as_it_is_recorded_is_answered_as_it_is_recorded(self, client):
        made = client.made({"size": 1, "word": Secret(PASSWORD)})
        assert client.read(made) == made

    def test_what_others_changed_shows_in_inputs_and_outputs(self, client, cloud):
        made = client.made({"name": "n", "size": 1})
        with cloud.objects() as objects:
            objects[made.id]["size"] = 7
        now = client.read(made)
        assert (now.inputs["size"], now.outputs["size"]) == (7, 7)

    def test_one_that_is_gone_has_no_id(self, client):
        assert client.read(Recorded("thing-0", {"name": "n"}, {})) is None

    def test_of_one_that_is_imported_a_name_that_the_program_leaves_open_stays(self, client, cloud):
        made = client.made({"name": "typed-elsewhere", "size": 1})
        imported = client.read(Recorded(made.id, {}, {}))
        checked, _ = client.check({"size": 1}, olds=imported.inputs)
        assert client.diff(imported, checked).changes == pb.DiffResponse.DIFF_NONE


class TestSecrets:
    def test_inputs_come_back_as_they_were_marked(self, client):
        inputs, _ = client.check({"name": "n", "tags": {"pw": Secret(PASSWORD), "a": "b"}})
        assert inputs == {"name": "n", "tags": {"pw": Secret(PASSWORD), "a": "b"}}

    def test_outputs_that_repeat_one_are_secret(self, client):
        made = client.made({"name": "n", "word": Secret(PASSWORD), "copy": f"it is {PASSWORD}"})
        assert made.outputs["word"] == Secret(PASSWORD)
        assert made.outputs["copy"] == Secret(f"it is {PASSWORD}")
        assert made.outputs["arn"] == f"arn:{made.id}"

    def test_the_answer_of_a_function_that_repeats_one_is_secret(self, client):
        assert client.invoke("fake:index:ask", {"question": "why"}) == {"answer": "why!"}
        asked = client.invoke("fake:index:ask", {"question": Secret(PASSWORD)})
        assert asked == {"answer": Secret(f"{PASSWORD}!")}

    def test_a_refusal_does_not_repeat_them(self, client, cloud, status):
        cloud.before = _refusing("create", Refused(f"`{PASSWORD}` is too long", code="Invalid"))
        inputs = {"name": "n", "word": Secret(PASSWORD)}
        assert status(client.create, inputs) == ("FAILED_PRECONDITION", "`[secret]` is too long")


class TestFailures:
    def test_an_answer_that_was_lost_leaves_it_open_what_became_of_the_object(self, client, cloud, status):
        cloud.before = _refusing("created", Refused("the line went dead", code=CONNECTION_LOST))
        assert status(client.create, {"name": "n"}) == ("UNKNOWN", "the line went dead")

    def test_what_was_half_made_is_recorded_and_finished_the_next_time(self, tmp_path):
        cloud = FakeCloud(tmp_path / "cloud.json")
        with served(HalfPackage(cloud)) as port, connected(port, region="here") as client:
            wanted = {"name": "n", "size": 5, "word": Secret(PASSWORD)}
            with pytest.raises(HalfMade, match="no size yet") as failure:
                client.create(wanted)
            # As the engine records it: the inputs that were wanted, the outputs that were told.
            recorded = Recorded(failure.value.id, wanted, failure.value.outputs)
            assert recorded.outputs["word"] == Secret(PASSWORD)
            assert PASSWORD not in str(failure.value)
            assert list(client.diff(recorded, wanted).diffs) == ["size"]
            finished = client.update(recorded, wanted)
            assert cloud.all()[finished.id]["size"] == 5
            assert finished.outputs == client.read(finished).outputs
            assert client.diff(finished, wanted).changes == pb.DiffResponse.DIFF_NONE

    def test_a_refresh_records_what_was_half_made_as_it_is(self, tmp_path):
        with (
            served(HalfPackage(FakeCloud(tmp_path / "cloud.json"))) as port,
            connected(port, region="here") as client,
        ):
            with pytest.raises(HalfMade) as failure:
                client.create({"name": "n", "size": 5})
            recorded = Recorded(failure.value.id, {"name": "n", "size": 5}, failure.value.outputs)
            assert client.read(recorded).inputs == {"name": "n", "size": 0}

    def test_a_type_without_a_driver(self, status):
        package = AwsPackage(Connection())
        with served(package) as port, connected(port, region="us-east-1") as client:
            client.type = "aws:ec2/vcp:Vcp"
            code, text = status(client.check, {})
        assert code == "FAILED_PRECONDITION"
        assert text.startswith("there is no driver for aws:ec2/vcp:Vcp; there is aws:ec2/vpc:Vpc,")


class TestProviders:
    def test_each_connection_has_its_own(self, port):
        with connected(port, region="here") as one, connected(port, region="there") as other:
            assert one.invoke(REGION, {}) == {"region": "here"}
            assert other.invoke(REGION, {}) == {"region": "there"}

    @pytest.fixture
    def cloud(self, tmp_path, monkeypatch):
        monkeypatch.setattr(FakeProvider, "invoke", lambda self, *_: {"region": self.config["region"]})
        return FakeCloud(tmp_path / "cloud.json")

    def test_a_connection_that_was_made_anew_has_the_only_one(self, port):
        with connected(port, region="here"):
            pass
        with connected(port, region="here"), connected(port) as anew:
            assert anew.invoke(REGION, {}) == {"region": "here"}

    def test_a_connection_that_was_made_anew_is_refused_if_there_are_several(self, port, status):
        with connected(port, region="here"), connected(port, region="there"), connected(port) as anew:
            code, text = status(anew.invoke, REGION, {})
        assert code == "FAILED_PRECONDITION"
        assert text.endswith("run the command again")

    def test_inputs_that_make_no_provider_are_a_problem_of_the_provider(self):
        with served(AwsPackage(Connection())) as port, connected(port) as client:
            request = pb.CheckRequest(news=wire.encode({"profile": "prod", "region": "us-east-1"}))
            (problem,) = client.stub.CheckConfig(request).failures
            assert problem.reason.startswith("an AWS provider does not take `profile` here")
            unknown = pb.CheckRequest(news=wire.encode({"region": UNKNOWN}))
            assert not client.stub.CheckConfig(unknown).failures

    def test_another_region_is_another_provider(self, port):
        with connected(port) as client:
            assert _configured_anew(client, {"region": "here"}, {"region": "there"}) == (
                ["region"],
                ["region"],
            )

    def test_a_region_that_is_not_known_yet_is_a_change(self, port):
        with connected(port) as client:
            assert _configured_anew(client, {"region": "here"}, {"region": UNKNOWN}) == (["region"], [])

    def test_other_tags_are_a_change(self, port):
        old, new = ({"region": "here", "defaultTags": tags} for tags in ("{}", '{"a": 1}'))
        with connected(port) as client:
            assert _configured_anew(client, old, new) == (["defaultTags"], [])

    def test_one_that_must_not_act_is_not_configured(self, cloud, status):
        def nobody(_):
            raise Refused("not in this account")

        with served(FakePackage(cloud), nobody) as port, connected(port) as client:
            refused = status(client.configure, region="here")
        assert refused == ("FAILED_PRECONDITION", "not in this account")


class TestTheEnd:
    def test_a_call_that_is_under_way_is_answered(self, cloud):
        began = threading.Event()

        def make(operation, _):
            if operation == "create":
                began.set()
                time.sleep(0.2)  # longer than it takes to stop serving

        cloud.before = make
        with ExitStack() as serving, ThreadPoolExecutor(1) as pool:
            port = serving.enter_context(served(FakePackage(cloud)))
            with connected(port, region="here") as client:
                made = pool.submit(client.made, {"name": "n"})
                assert began.wait(10)
                serving.close()
                assert made.result(10).id in cloud.all()


class TestIntroduction:
    def test_it_says_what_it_understands(self, port):
        with connected(port) as client:
            shaken = client.stub.Handshake(pb.ProviderHandshakeRequest())
            assert shaken.accept_secrets
            assert shaken.accept_resources
            assert shaken.accept_outputs
            assert client.configure(region="here").supportsPreview
            assert client.stub.GetPluginInfo(NOTHING).version == "1.0.0"
            assert client.stub.GetMapping(pb.GetMappingRequest(key="terraform")).data == b""
            client.stub.Cancel(NOTHING)

    def test_the_schema_has_every_type(self, port):
        with connected(port) as client:
            told = json.loads(client.stub.GetSchema(pb.GetSchemaRequest()).schema)
        assert (told["name"], list(told["resources"])) == ("fake", [THING])

    def test_the_schema_of_aws_has_what_each_type_takes(self):
        with served(AwsPackage(Connection())) as port, connected(port) as client:
            told = json.loads(client.stub.GetSchema(pb.GetSchemaRequest()).schema)
        subnet = told["resources"]["aws:ec2/subnet:Subnet"]
        assert subnet["requiredInputs"] == ["cidrBlock", "vpcId"]
        assert {"cidrBlock", "tags", "vpcId"} <= subnet["inputProperties"].keys()


REGION = "fake:index:region"


class HalfPackage(FakePackage):
    """Makes objects of no size, and then does not get on."""

    def configure(self, inputs):
        return HalfProvider(self.cloud, dict(inputs))


class HalfProvider(FakeProvider):
    def create(self, type, new):
        made = super().create(type, {**new, "size": 0})
        raise Refused("no size yet", made=Object(made.id, {**new, "size": 0}, {**made.outputs, "size": 0}))


def _refusing(operation, refused):
    def before(called, _):
        if called == operation:
            raise refused

    return before


def _configured_anew(client, old, new):
    request = pb.DiffRequest(old_inputs=wire.encode(old), news=wire.encode(new))
    answer = client.stub.DiffConfig(request)
    return list(answer.diffs), list(answer.replaces)


def _shown(answer):
    kinds = {path: pb.PropertyDiff.Kind.Name(each.kind) for path, each in answer.detailedDiff.items()}
    lines = [f"{path}: {kind}" for path, kind in sorted(kinds.items())]
    return "\n".join([f"diffs {sorted(answer.diffs)}", f"replaces {list(answer.replaces)}", *lines, ""])
