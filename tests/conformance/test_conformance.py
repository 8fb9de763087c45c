"""The embedded engine does what Pulumi's does with the same programs, as it is recorded in `transcripts/`.

The transcripts are of the real engine (`make conformance RECORD=1`); each names its version. Provider calls
go over the wire, to a provider that the SDK's own host serves.
"""

import gc

import pytest

from tests.conformance import kept
from tests.conformance.comparison import difference
from tests.conformance.meant import MEANT
from tests.conformance.ours import OurEngine
from tests.conformance.phases import load, names
from tests.conformance.running import transcribed


@pytest.fixture(scope="module", autouse=True)
def frozen():
    """What is loaded by now is not looked through again and again by `swept`."""
    gc.collect()
    gc.freeze()


@pytest.fixture
def swept():
    """A program that ends early leaves coroutines that nobody awaited; Python tells when it finds them, so
    that is now.
    """
    yield
    gc.collect()


@pytest.mark.filterwarnings(
    "ignore::pytest.PytestUnraisableExceptionWarning", "ignore:coroutine:RuntimeWarning"
)
@pytest.mark.parametrize("name", names())
def test_the_embedded_engine_agrees_with_the_real_one(name, quick_passphrase, swept):
    """Steps, provider calls, messages, what is recorded and whether it succeeded, phase by phase."""
    assert kept.transcript(name), f"run `make conformance RECORD=1`: nothing is recorded of {name}"
    assert difference(kept.transcript(name), transcribed(name, OurEngine, "")) == kept.meant(name)


def test_every_difference_that_is_meant_has_its_reason_and_every_reason_its_difference():
    assert sorted(MEANT) == sorted(name for name in names() if kept.meant(name))
    assert all(reason.endswith(".") for reason in MEANT.values())


def test_nothing_is_recorded_of_programs_that_are_gone():
    assert kept.recorded() <= set(names())


def test_every_program_says_what_it_is_about():
    assert all(load(name).__doc__.strip().endswith(".") for name in names())


def test_a_difference_is_told_under_its_phase():
    theirs = "Pulumi 1\nA title.\n\n== up one: done\nsteps:\n  + create a\nsaid:\n  error a: lab: no (1)\n"
    ours = "Pulumi 2\nA title.\n\n== up one: FAILED\nsteps:\n  + create a\nsaid:\n  error the run: lab: no\n"
    assert difference(theirs, ours) == "== 1 up one\n-done\n+FAILED\n steps:\n"
    assert difference(theirs, theirs) == ""
