"""An import into a state that is in a bucket: another machine goes on from it, and a backup is beside it."""

import pytest

from provisioner.engine.interface import Access
from provisioner.plan.importing import Import
from tests.support.buckets import BucketDesk
from tests.support.programs import things

PROGRAM = things(a={"size": 1}, b={"size": 2, "needs": "a"})


@pytest.fixture
def desk(client, tmp_path, quick_passphrase):
    return BucketDesk(tmp_path / "one", client=client)


def imported(desk, ids):
    with desk.engine().open(desk.stack(PROGRAM), Access.WRITE) as run:
        assert run.importing(tuple(Import(resource=name, id=id) for name, id in ids.items())).obstacles == ()
        return run.take_over()


def test_what_one_machine_imports_another_has(desk, tmp_path):
    desk.apply(PROGRAM)
    ids = {name: desk.resources()[name].id for name in ("a", "b")}
    desk.prefix += "-lost"
    other = desk.elsewhere(tmp_path / "two")
    assert imported(other, {"a": ids["a"]}) == ""
    backup = imported(desk, {"b": ids["b"]})
    assert any(backup.endswith(key) for key in desk.keys() if "/backups/" in key)
    assert other.plan(PROGRAM).is_empty
    assert other.breaches() == ()
