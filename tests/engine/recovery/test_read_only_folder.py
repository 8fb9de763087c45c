"""In a folder that cannot be written to nothing is begun, the message says what to do, and a plan needs no room."""

import errno

import pytest

from provisioner.engine.failures import StateNotWritten
from provisioner.engine.interface import Result
from provisioner.report.explain import explain
from provisioner.report.message import render
from tests.support.buckets import BucketDesk
from tests.support.disk import read_only
from tests.support.programs import things
from tests.support.runs import Desk

PROGRAM = things(a={}, b={"needs": "a"})
MORE = things(a={"size": 2}, c={})


@pytest.fixture(params=[Desk, BucketDesk], ids=["folder", "bucket"])
def desk(request, tmp_path, quick_passphrase):
    """State here, or in a bucket, of which this machine keeps the journal for the case that it is away."""
    return request.param(tmp_path)


@pytest.mark.parametrize("code", [errno.EROFS, errno.EACCES])
@pytest.mark.parametrize("before", [None, PROGRAM], ids=["at first", "later"])
def test_nothing_is_begun_and_it_is_told(desk, code, before):
    if before:
        desk.apply(before)
    existing, calls = desk.cloud.names(), len(desk.cloud.calls)
    with read_only(code):
        desk.plan(MORE)
        with pytest.raises(StateNotWritten) as refused:
            desk.apply(MORE)
        with pytest.raises(StateNotWritten):
            desk.engine().push(desk.stack(MORE))
    said = render(explain(refused.value, "dev", "provisioner destroy dev"))
    assert "give write permission" in said
    assert "journal" not in said
    assert "provisioner destroy dev" in said
    assert (desk.cloud.names(), len(desk.cloud.calls)) == (existing, calls)
    assert desk.apply(MORE).result is Result.DONE
    assert desk.plan(MORE).is_empty
