"""Two who write the same secret: neither overwrites what it has not seen."""

import json

import pytest
from pulumi_vault.kv import SecretV2

from provisioner.engine.interface import Result
from provisioner.plan.model import Source
from tests.support.runs import changes


@pytest.fixture
def engine(vault, prefix):
    """A KV engine, version 2, in which every write has to name the version that it follows."""
    vault.post(f"sys/mounts/{prefix}", {"type": "kv", "options": {"version": "2"}})
    vault.post(f"{prefix}/config", {"cas_required": True})
    return prefix


def secret(desk, value, **more):
    given = {"mount": desk.prefix, "name": "ranker", "data_json": json.dumps({"key": value}), **more}
    return desk.subject(SecretV2, given)


def read(server, prefix):
    return server.get(f"{prefix}/data/ranker")["data"]


def test_a_secret_is_written_with_the_version_that_it_follows(desk, engine, vault):
    desk.done(secret(desk, "one"))
    desk.done(secret(desk, "two"))
    assert read(vault, engine)["metadata"]["version"] == 2


def test_who_writes_after_somebody_else_did_is_refused_and_nothing_is_lost(desk, engine, vault):
    desk.done(secret(desk, "one"))
    vault.post(f"{engine}/data/ranker", {"options": {"cas": 1}, "data": {"key": "theirs"}})
    applied = desk.apply(secret(desk, "two"))
    assert applied.result is Result.FAILED
    assert "ranker" in applied.failures[0].error
    assert read(vault, engine)["data"] == {"key": "theirs"}


def test_after_a_look_at_what_is_there_it_may_be_overwritten(desk, engine, vault):
    desk.done(secret(desk, "one"))
    vault.post(f"{engine}/data/ranker", {"options": {"cas": 1}, "data": {"key": "theirs"}})
    program = secret(desk, "two")
    (planned,) = changes(desk.plan(program, source=Source.CLOUD))
    assert planned.startswith("~ subject")
    desk.done(program, source=Source.CLOUD)
    assert read(vault, engine)["data"] == {"key": "two"}


def test_a_new_secret_does_not_overwrite_one_that_is_there(desk, engine, vault):
    vault.post(f"{engine}/data/ranker", {"options": {"cas": 0}, "data": {"key": "theirs"}})
    applied = desk.apply(secret(desk, "ours"))
    assert applied.result is Result.FAILED
    assert read(vault, engine)["data"] == {"key": "theirs"}


def test_a_value_that_is_only_written_is_nowhere_in_the_state(desk, engine, vault):
    canary = "canary-of-a-write-only-value"
    program = desk.subject(
        SecretV2,
        {
            "mount": engine,
            "name": "ranker",
            "data_json_wo": json.dumps({"key": canary}),
            "data_json_wo_version": 1,
        },
    )
    desk.done(program)
    assert read(vault, engine)["data"] == {"key": canary}
    assert changes(desk.plan(program, source=Source.CLOUD)) == []
    kept = b"".join(file.read_bytes() for file in desk.folder.rglob("*") if file.is_file())
    assert canary.encode() not in kept
