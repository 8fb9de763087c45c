"""When the journal cannot be written, the step in hand is not reported as done, and nothing that exists is forgotten."""

import contextlib
import errno
import os

import pytest

from provisioner.engine.embedded import durable
from provisioner.engine.events import StepSucceeded
from provisioner.engine.failures import StateNotWritten
from provisioner.engine.interface import Result
from tests.support.programs import things

PROGRAM = things(a={}, b={"needs": "a"}, c={"needs": "b"}, d={}, e={})


@pytest.fixture
def disk(monkeypatch):
    """A disk with room for so many writes to journals."""

    class Disk:
        room = 10_000
        write_all = durable.write_all

        def write(self, descriptor, data):
            self.room -= 1
            if self.room < 0:
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            Disk.write_all(descriptor, data)

    disk = Disk()
    monkeypatch.setattr(durable, "write_all", disk.write)
    return disk


@pytest.mark.parametrize("room", range(16))
def test_nothing_is_lost_wherever_the_disk_is_full(desk, disk, room):
    disk.room = room
    with contextlib.suppress(StateNotWritten):  # not with room for all of it
        desk.apply(PROGRAM)
    disk.room = 10_000
    known = {each.id for each in desk.resources().values()}
    named = {found.found for found in desk.plan(PROGRAM).unfinished}
    for id in desk.cloud.all():
        assert id in known or f"was made, id {id}" in named
    done = {event.urn for event in desk.events if isinstance(event, StepSucceeded)}
    assert done <= {each.urn for each in desk.resources().values()}
    assert desk.apply(PROGRAM).result is Result.DONE
    assert len(desk.cloud.all()) == 5
    assert desk.breaches() == ()
    assert desk.plan(PROGRAM).is_empty


def test_nothing_is_called_when_its_beginning_cannot_be_written(desk, disk):
    desk.apply(things())
    disk.room = 1
    with pytest.raises(StateNotWritten) as caught:
        desk.apply(things(a={}))
    assert caught.value.reason == "No space left on device"
    assert not caught.value.is_journaled
    assert desk.cloud.all() == {}


def test_what_the_journal_names_is_told_as_soon_as_it_names_anything(desk, disk):
    disk.room = 4
    with pytest.raises(StateNotWritten) as caught:
        desk.apply(PROGRAM)
    assert caught.value.is_journaled


def test_a_plan_needs_no_room(desk, disk):
    desk.apply(PROGRAM)
    disk.room = 0
    assert desk.plan(PROGRAM).is_empty
