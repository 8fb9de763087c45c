"""A good plan of an air gap with one random way out added to it is stopped, every time."""

import functools

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.support.judged import broken, resources
from tests.support.leaks import WAYS, inside

ENVIRONMENT, PACK = "prod-airgap", "airgapped"
QUICK = settings(
    derandomize=True, deadline=None, max_examples=12, database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.filter_too_much],
)  # fmt: skip


@functools.cache
def before():
    return broken(ENVIRONMENT, PACK, resources(ENVIRONMENT))


def newly_broken(change):
    return broken(ENVIRONMENT, PACK, change(resources(ENVIRONMENT))) - before()


@pytest.mark.parametrize("way", WAYS)
def test_a_way_out_is_found(way):
    @QUICK
    @given(WAYS[way])
    def found(change):
        assert newly_broken(change)

    found()


@QUICK
@given(inside())
def test_what_leads_nowhere_is_none(change):
    assert not newly_broken(change)
