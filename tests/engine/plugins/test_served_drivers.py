"""A driver of ours, served over Pulumi's protocol and used over it again: it acts as it does by itself."""

import os

import pulumi
import pytest

from provisioner.engine.embedded.engine import EmbeddedEngine
from provisioner.engine.embedded.folder import Folder
from provisioner.engine.embedded.keys import Keys
from provisioner.engine.interface import Result
from provisioner.plan.model import Source
from provisioner.providers.protocol.packages import PREFERRED, Packages
from provisioner.providers.protocol.serving import served
from tests.support.fake_cloud import FakePackage, FakeRegistry, Thing
from tests.support.runs import Desk, marks


@pytest.fixture
def desk(tmp_path, quick_passphrase):
    """A desk whose package `fake` is attached to."""
    made = Desk(tmp_path)
    with served(FakePackage(made.cloud)) as port:
        environment = {**os.environ, "PULUMI_DEBUG_PROVIDERS": f"fake:{port}", PREFERRED: "fake"}
        packages = Packages({"fake": FakePackage(made.cloud)}, environment)
        made.engine = lambda: EmbeddedEngine(
            Folder(tmp_path / "state"), packages, Keys(lambda: "a passphrase")
        )
        yield made
        packages.close()


def things(**inputs):
    def program():
        fake = pulumi.ResourceOptions(provider=FakeRegistry("fake"))
        first = Thing("a", fake, **inputs)
        Thing("b", fake, parent_id=first.id, size=1)
        pulumi.export("arn", first.arn)

    return program


def test_the_life_of_two_objects(desk):
    assert marks(desk.plan(things(size=1))) == ["+ a", "+ b"]
    assert desk.apply(things(size=1)).result is Result.DONE
    assert marks(desk.plan(things(size=1))) == []
    assert marks(desk.plan(things(size=2))) == ["~ a (size)"]
    assert desk.apply(things(size=2)).result is Result.DONE
    assert marks(desk.plan(things(size=2, zone="z"))) == ["± a (zone)", "± b (parentId)"]
    assert desk.apply(things(size=2, zone="z")).result is Result.DONE
    assert len(desk.cloud.all()) == 2
    assert desk.destroy().result is Result.DONE
    assert desk.cloud.all() == {}
    assert not desk.breaches()


def test_what_others_changed_is_seen(desk):
    desk.apply(things(size=1))
    with desk.cloud.objects() as objects:
        next(iter(objects.values()))["size"] = 9
    assert [
        drift.urn.rpartition("::")[2] for drift in desk.plan(things(size=1), source=Source.CLOUD).drift
    ] == ["a"]


def test_a_secret_is_not_written_in_plain(desk):
    desk.apply(
        lambda: Thing(
            "a",
            pulumi.ResourceOptions(provider=FakeRegistry("fake")),
            size=1,
            label=pulumi.Output.secret("hunter2hunter2"),
        )
    )
    state = (desk.folder / "state" / ".pulumi" / "stacks" / "layer" / "test.here.json").read_text()
    assert "hunter2hunter2" not in state
    assert "hunter2hunter2" in desk.cloud.file.read_text()
