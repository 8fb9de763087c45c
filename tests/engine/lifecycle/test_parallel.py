"""What does not depend on each other is done side by side, within limits, and nothing waits for itself."""

import threading

import pulumi
import pytest

from provisioner.engine.embedded.executor import PARALLEL
from provisioner.engine.interface import Result
from tests.support.fake_cloud import FakeRegistry, Thing
from tests.support.lookups import answer
from tests.support.programs import things


@pytest.fixture
def crowd(desk):
    """Holds every creation until the pool is full; `most` is how many ran at once."""

    class Crowd:
        most = now = 0
        lock = threading.Lock()
        full = threading.Event()

        def come(self, operation, inputs):
            if operation == "create":
                with self.lock:
                    self.now += 1
                    self.most = max(self.most, self.now)
                    if self.now == PARALLEL:
                        self.full.set()
                assert self.full.wait(20), "not enough creations ran at once"
            if operation == "created":
                with self.lock:
                    self.now -= 1

    crowd = Crowd()
    desk.cloud.before = crowd.come
    return crowd


def test_independent_creations_overlap_up_to_the_limit(desk, crowd):
    assert desk.apply(things(**{f"t{number}": {} for number in range(40)})).result is Result.DONE
    assert crowd.most == PARALLEL
    assert len(desk.cloud.all()) == 40


def test_independent_deletions_overlap(desk):
    desk.apply(things(**{f"t{number}": {} for number in range(8)}))
    together = threading.Barrier(8)
    desk.cloud.before = lambda operation, inputs: (
        together.wait(20) and None if operation == "delete" else None
    )
    assert desk.destroy().result is Result.DONE


def test_a_long_chain_is_made_one_after_the_other(desk):
    def chain():
        here = FakeRegistry("here")
        last = None
        for number in range(300):
            needs = {} if last is None else {"parent_id": last.id}
            last = Thing(f"t{number:03}", opts=pulumi.ResourceOptions(provider=here), **needs)

    assert desk.apply(chain).result is Result.DONE
    made = [name.split("-")[0] for operation, name in desk.cloud.calls if operation == "create"]
    assert made == sorted(made)
    assert len(made) == 300
    desk.cloud.calls.clear()
    assert desk.destroy().result is Result.DONE
    deleted = [name.split("-")[0] for operation, name in desk.cloud.calls if operation == "delete"]
    assert deleted == list(reversed(made))


def test_a_question_between_many_registrations_is_answered(desk):
    """Each registration blocks a thread until its step is done, and the question needs one, too."""

    def program():
        here = FakeRegistry("here")
        for number in range(64):
            Thing(f"t{number}", opts=pulumi.ResourceOptions(provider=here))
        Thing("last", note=answer("why", here), opts=pulumi.ResourceOptions(provider=here))

    assert desk.apply(program).result is Result.DONE
    assert len(desk.cloud.all()) == 65


def test_deep_components_are_no_trouble(desk):
    def program():
        parent = pulumi.ComponentResource(
            "test:index:Room", "r0", {}, pulumi.ResourceOptions(providers=[FakeRegistry("here")])
        )
        for number in range(1, 60):
            options = pulumi.ResourceOptions(parent=parent)
            parent = pulumi.ComponentResource("test:index:Room", f"r{number}", {}, options)
        Thing("a", opts=pulumi.ResourceOptions(parent=parent))

    assert desk.apply(program).result is Result.DONE
    assert desk.plan(program).is_empty
    assert desk.destroy().result is Result.DONE
