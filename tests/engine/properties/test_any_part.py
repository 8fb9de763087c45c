"""Random parts of random programs, with refusals on the way: the state keeps every rule, and the whole still converges."""

import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from provisioner.engine.embedded import durable
from provisioner.engine.interface import Pace, Result
from provisioner.engine.plan_failures import OutsideScope
from provisioner.plan.model import Mode
from provisioner.plan.scope import Scope
from provisioner.providers.interface import Refused
from tests.engine.properties.test_whatever_happens import is_as_wished, key_of, nothing_is_lost
from tests.support.random_runs import KEYS, wishes
from tests.support.runs import Desk, nothing

patterns = st.lists(st.sampled_from(KEYS), max_size=3).map(
    lambda keys: tuple(f"*::{key}[01]" for key in keys)
)
scopes = st.builds(
    Scope, targets=patterns, excludes=patterns, replaces=patterns, target_dependents=st.booleans()
)
refusals = st.frozensets(
    st.tuples(st.sampled_from(["create", "update", "delete"]), st.sampled_from(KEYS)), max_size=2
)
paces = st.builds(Pace, continue_on_error=st.booleans(), parallelism=st.sampled_from([1, 16]))
attempts = st.tuples(st.none() | wishes() | wishes(), scopes, refusals, paces)


@pytest.fixture(autouse=True)
def _quick(quick_passphrase, monkeypatch):
    """No power fails in these tests."""
    monkeypatch.setattr(durable, "sync_data", lambda _: None)
    monkeypatch.setattr(durable, "sync_folder", lambda _: None)


@settings(
    max_examples=40, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck)
)
@given(first=wishes(), tries=st.lists(attempts, min_size=1, max_size=3), last=wishes())
def test_a_part_leaves_a_whole(first, tries, last):
    with tempfile.TemporaryDirectory() as folder:
        desk = Desk(Path(folder))
        desk.apply(first)
        for wish, scope, refused, pace in tries:
            before = desk.cloud.all()

            def refuse(operation, inputs, refused=refused):
                if "name" in inputs and (operation, key_of(inputs["name"])) in refused:
                    raise Refused("not today")

            desk.cloud.before = refuse
            try:
                mode = Mode.UPDATE if wish else Mode.DESTROY
                desk.apply(wish or nothing, mode, scope=scope, pace=pace)
            except OutsideScope:
                assert desk.cloud.all() == before
            finally:
                desk.cloud.before = lambda *_: None
            nothing_is_lost(desk)
        assert desk.apply(last).result is Result.DONE
        is_as_wished(desk, last)
        assert desk.plan(last).is_empty
