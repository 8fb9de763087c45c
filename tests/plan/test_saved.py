"""A plan file is known by its beginning, whole by its digest, and read by the version that knows its form."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from provisioner.plan.model import Mode
from provisioner.plan.portable import plan_json
from provisioner.plan.saved import (
    Bound,
    Mark,
    NewerPlan,
    NotAPlan,
    SavedPlan,
    SavedStack,
    is_plan_file,
    loss_digest,
    read,
    written,
)
from tests.support.plans import KEY, VPC, plan, step

MADE = datetime(2026, 11, 21, 8, 0, tzinfo=UTC)


def saved(*plans):
    stacks = tuple(
        SavedStack(
            full_name=f"organization/{each.layer}/{each.stack}",
            mark=Mark("lineage-1", 4, "sha256:aa"),
            seed=b"\x00\x01",
            secrets=None,
            raw=plan_json(each, lambda _: "sealed"),
        )
        for each in plans or (plan(step("create", VPC, "v", new={"cidrBlock": "10.0.0.0/16"})),)
    )
    bound = Bound(
        environment="dev",
        files={"dev.yaml": "sha256:1", "base.yaml": "sha256:2"},
        cloud="aws",
        account="123456789012",
        program="sha256:3",
        packages={"pulumi": "3.272.0"},
        providers={"aws": "7.51.1"},
    )
    expires = MADE + timedelta(hours=24)
    return SavedPlan(
        asked="dev", cloud="", bound=bound, made=MADE, expires=expires, stacks=stacks, notices=("n",)
    )


def test_it_comes_back():
    assert read(written(saved())) == saved()
    assert is_plan_file(written(saved()))


def test_the_same_plan_gives_the_same_file():
    assert written(saved()) == written(saved())


def test_a_file_that_was_cut_short_anywhere_is_no_plan():
    whole = written(saved())
    for length in range(len(whole) - 1):
        with pytest.raises(NotAPlan):
            read(whole[:length])


def test_a_file_in_which_anything_was_changed_is_no_plan():
    whole = written(saved())
    for place in range(len(whole) - 1):
        changed = whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :]
        with pytest.raises((NotAPlan, NewerPlan)):
            read(changed)


def test_a_file_whose_digest_was_made_right_again_must_still_be_a_plan():
    from provisioner.plan.saved import _digest

    raw = json.loads(written(saved()))
    del raw["digest"], raw["stacks"][0]["plan"]["steps"][0]["op"]
    raw["digest"] = _digest(raw)
    with pytest.raises(NotAPlan, match="missing"):
        read(json.dumps(raw).encode())


@pytest.mark.parametrize(
    "text", [b"", b"[]", b"null", b"name: dev\n", b'{"schema": "provisioner/plan/1"}', b"\xff\xfe"]
)
def test_another_file_is_no_plan(text):
    assert not is_plan_file(text)
    with pytest.raises(NotAPlan):
        read(text)


def test_a_newer_form_is_told_from_damage():
    raw = json.loads(written(saved())) | {"schema": "provisioner/plan-file/2"}
    with pytest.raises(NewerPlan, match="plan-file/2"):
        read(json.dumps(raw, separators=(",", ":")).encode())


def test_the_digest_of_a_destroy_is_that_of_the_objects_that_go():
    first = plan(step("delete", KEY, "k", id="1"), mode=Mode.DESTROY, notes=("said today",))
    again = plan(step("delete", KEY, "k", id="1"), mode=Mode.DESTROY)
    other = plan(step("delete", KEY, "k", id="2"), mode=Mode.DESTROY)
    assert loss_digest([first]) == loss_digest([again])
    assert loss_digest([first]) != loss_digest([other])
    assert loss_digest([first]) != loss_digest([first, plan(step("delete", VPC, "v", id="3"))])
