"""A provider that wants to is told of what waits, while something else is decided."""

import time

import pulumi
import pytest

from tests.support.fake_cloud import FakePackage, FakeProvider, FakeRegistry, Thing
from tests.support.runs import Desk


class Foreseeing(FakeProvider):
    """Writes down what it is told before it is asked."""

    told = ()

    def foresee(self, type, name, old, new, seed):
        self.__class__.told += ((name, old and old["size"], new["size"]),)

    def check(self, type, name, old, new, seed):
        time.sleep(0.01)  # meanwhile the program asks for the next ones
        checked = super().check(type, name, old, new, seed)
        self.__class__.told += ((name, "checked"),)
        return checked


class ForeseeingPackage(FakePackage):
    def configure(self, inputs):
        return Foreseeing(self.cloud, dict(inputs))


class ForeseeingDesk(Desk):
    def engine(self):
        engine = super().engine()
        engine._packages = {"fake": ForeseeingPackage(self.cloud)}
        return engine


@pytest.fixture
def desk(tmp_path, quick_passphrase):
    Foreseeing.told = ()
    return ForeseeingDesk(tmp_path)


def many(size, **options):
    def program():
        here = FakeRegistry("here")
        for number in range(20):
            Thing(f"t{number}", size=size, opts=pulumi.ResourceOptions(provider=here, **options))

    return program


def many_with_the_default_provider():
    for number in range(20):
        Thing(f"t{number}", size=1)


def foreseen():
    return {each for each in Foreseeing.told if each[1] != "checked"}


def test_what_waits_is_told_once_before_it_is_asked_about(desk):
    desk.plan(many(1))
    told = [each for each in Foreseeing.told if each[1] != "checked"]
    assert told
    assert len(told) == len(set(told))
    for name, *_ in told:
        assert Foreseeing.told.index((name, None, 1)) < Foreseeing.told.index((name, "checked"))


def test_what_is_recorded_is_told_too(desk):
    desk.apply(many(1))
    Foreseeing.told = ()
    desk.plan(many(2))
    assert {sizes for _, *sizes in foreseen() for sizes in [tuple(sizes)]} == {(1, 2)}


def test_what_the_program_leaves_to_others_is_not_told(desk):
    desk.plan(many(1, ignore_changes=["size"]))
    assert foreseen() == set()


def test_what_names_no_provider_is_told_to_the_default_one(desk, monkeypatch):
    stack = desk.stack
    monkeypatch.setattr(
        desk, "stack", lambda program: stack(program, **{"pulumi:disable-default-providers": "[]"})
    )
    desk.plan(many_with_the_default_provider)
    assert foreseen()
