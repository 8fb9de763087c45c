"""Random programs one after the other, refusals, deaths and thieves: nothing is lost, nothing exists twice, it converges."""

import contextlib
import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from provisioner.engine.embedded import durable
from provisioner.engine.embedded.journal import Journal
from provisioner.engine.interface import Access, Result
from provisioner.plan.model import Mode, Source
from provisioner.providers.interface import Refused
from tests.support.random_runs import attempts, history, wishes
from tests.support.runs import Desk, nothing

CANARY = b"canary-"


class Dead(BaseException):
    """Stands for the end of the process."""


@pytest.fixture(autouse=True)
def _quick(quick_passphrase, monkeypatch):
    """No power fails in these tests."""
    monkeypatch.setattr(durable, "sync_data", lambda _: None)
    monkeypatch.setattr(durable, "sync_folder", lambda _: None)


@contextlib.contextmanager
def dying(moment):
    """From the journal write with this number on there is no process that could write."""
    append = Journal.append
    written = []

    def mortal(self, entry):
        if moment is not None and len(written) >= moment:
            raise Dead
        append(self, entry)
        written.append(entry)

    Journal.append = mortal
    try:
        with contextlib.suppress(Dead):
            yield
    finally:
        Journal.append = append


def key_of(name):
    return name.removeprefix("typed-")[0]


def steal(desk, key):
    with desk.cloud.objects() as objects:
        for id in [id for id, thing in objects.items() if key_of(thing["name"]) == key]:
            if not any(thing.get("parentId") == id for thing in objects.values()):
                del objects[id]


def run(desk, attempt):
    def refuse(operation, inputs):
        if (operation, key_of(inputs["name"])) in attempt.refused if "name" in inputs else False:
            raise Refused("not today")

    steal(desk, attempt.lost)
    desk.cloud.before = refuse
    with dying(attempt.dies_at):
        desk.apply(attempt.wish or nothing, attempt.mode, attempt.source)
    desk.cloud.before = lambda *_: None


def nothing_is_lost(desk):
    assert desk.breaches() == ()
    with desk.engine().open(desk.stack(nothing), Access.READ) as looking:
        recorded = {each.id for each in looking.resources()}
    named = {found.found for found in desk.plan(nothing, Mode.DESTROY).unfinished}
    lost = [id for id in desk.cloud.all() if id not in recorded and f"was made, id {id}" not in named]
    assert not lost, f"neither recorded nor in the journal: {lost}"


def is_as_wished(desk, wish):
    objects = desk.cloud.all()
    by_key = {key_of(thing["name"]): (id, thing) for id, thing in objects.items()}
    assert len(by_key) == len(objects), f"something exists twice: {desk.cloud.names()}"
    assert set(by_key) == {node.key for node in wish.nodes}
    for node in wish.nodes:
        _, thing = by_key[node.key]
        assert (thing["size"], thing["zone"]) == (node.size, node.zone)
        assert thing.get("parentId") == (by_key[node.needs][0] if node.needs else None)
        if node.typed:
            assert thing["name"] == f"typed-{node.key}"
    recorded = desk.resources()
    assert {each.id for each in recorded.values() if each.type == "fake:index:Thing"} == set(objects)


def survives(disturbed, wish):
    with tempfile.TemporaryDirectory() as folder:
        desk = Desk(Path(folder))
        for attempt in disturbed:
            run(desk, attempt)
            nothing_is_lost(desk)
        applied = desk.apply(wish, source=Source.CLOUD)
        assert (applied.result, applied.failures, applied.not_done) == (Result.DONE, (), ())
        is_as_wished(desk, wish)
        plan = desk.plan(wish)
        assert plan.is_empty
        assert plan.recorded == ()
        assert desk.breaches() == ()
        state = [file for file in Path(folder, "state").rglob("*") if file.is_file()]
        assert not [file for file in state if CANARY in file.read_bytes()]
        assert desk.destroy().result is Result.DONE
        assert (desk.cloud.all(), desk.resources()) == ({}, {})


@settings(
    max_examples=40,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[
        HealthCheck.function_scoped_fixture,
        HealthCheck.too_slow,
        HealthCheck.data_too_large,
    ],
)
@given(st.lists(attempts, min_size=1, max_size=3), wishes())
def test_nothing_is_lost_and_the_next_run_converges(disturbed, wish):
    survives(disturbed, wish)


@pytest.mark.parametrize("seed", [12, 14, 42, 54, 132, 210, 2317, 6420, 6439, 11843])
def test_histories_that_once_did_not_end_well(seed):
    """Needs that turn round, names that old objects hold, renames in the middle of replacements."""
    survives(*history(seed))
