"""Programs for runs that are interrupted; a process of its own has to find them by name."""

from provisioner.plan.model import Mode
from tests.support.fake_cloud import FakeRegistry, Thing
from tests.support.runs import nothing

import pulumi

CHAINS = 20
"""More than there are calls at once: some wait for a free thread."""


def many():
    """Things that need nobody, each with one that needs it."""
    here = FakeRegistry("here")
    for number in range(CHAINS):
        first = Thing(f"t{number}", opts=pulumi.ResourceOptions(provider=here))
        Thing(f"u{number}", parent_id=first.id, opts=pulumi.ResourceOptions(provider=here))


MAKING = (many, Mode.UPDATE)
DESTROYING = (nothing, Mode.DESTROY)
