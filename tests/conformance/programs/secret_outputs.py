"""An output that the provider calls a secret stays one."""

import pulumi

from tests.conformance.lab import Box
from tests.conformance.phases import destroy, preview, up


def made():
    a = Box("a", secret=True)
    Box("b", value=a.token)
    pulumi.export("token", a.token)


PHASES = [preview(made), up(made), up(made), destroy()]
