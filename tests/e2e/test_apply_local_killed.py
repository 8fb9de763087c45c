"""`kill -9` at random moments of a real `provisioner apply local`: the rerun converges, and nothing exists twice.

The moments follow from a seed, which a failing test shows; KILL_SEED=<number> takes the same ones again.
"""

import os
import random
import signal
import time

import pytest

from tests.e2e.product import Product, counts

MOMENTS = 6


@pytest.fixture(scope="module")
def desk(tmp_path_factory):
    """A checkout with a local cloud, in which every test finds nothing and leaves nothing."""
    product = Product(tmp_path_factory.mktemp("killed"))
    try:
        yield Desk(product)
    finally:
        product.close()


class Desk:
    """What an undisturbed apply makes, and how far it is at which time."""

    def __init__(self, product):
        self.product = product
        product("local start")
        self.cloud = product.cloud
        self.before = self.cloud.census()
        self.course = self._watched_apply()
        self.whole = counts(self.cloud.census())
        self.emptied()

    def _watched_apply(self):
        """(seconds since the first entry, how far it is), as often as it is looked at."""
        process = self.product.started("apply local --yes")
        course, began = [], None
        while process.poll() is None:
            if (progress := self.product.progress()) != (0, 0):
                began = began or time.monotonic()
                course.append((time.monotonic() - began, progress))
            time.sleep(0.001)
        ran = self.product.ended(process)
        assert ran.code == 0, ran.said
        return course

    def progress_at(self, share):
        """How far an apply is when this share of its usual time has passed."""
        when = share * self.course[-1][0]
        return next(progress for seconds, progress in self.course if seconds >= when)

    def emptied(self):
        """Destroy, and nothing is left in the cloud."""
        self.product("destroy local --yes")
        assert self.cloud.census() == self.before

    def killed(self, progress):
        """An apply whose process is killed when it is this far; whether it was in time."""
        process = self.product.started("apply local --yes")
        try:
            self.product.wait_for_progress(process, progress)
        finally:
            process.send_signal(signal.SIGKILL)
        return self.product.ended(process).code == -signal.SIGKILL


@pytest.mark.parametrize("moment", range(MOMENTS))
def test_a_killed_apply_is_finished_by_the_next(moment, desk, request):
    """At any moment of an apply, as often as not in the middle of several calls."""
    seed = os.environ.get("KILL_SEED") or request.config.getoption("randomly_seed")
    share = random.Random(f"{seed} {moment}").random()
    print(f"KILL_SEED={seed}: killed when {share:.0%} of the usual time had passed")
    while not desk.killed(desk.progress_at(share)):
        share *= 0.9  # the apply ended before it was killed: there is no next one to test yet
        desk.emptied()
    desk.product("apply local --yes")
    desk.product.in_a_row(
        "plan local --detailed-exitcode", "plan local --refresh --detailed-exitcode", "state verify local"
    )
    census = desk.cloud.census()
    assert counts(census) == desk.whole, census
    desk.emptied()
