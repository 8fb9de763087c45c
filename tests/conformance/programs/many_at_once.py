"""Resources that do not depend on each other, and one that depends on all."""

from pulumi import Output

from tests.conformance.lab import Box
from tests.conformance.phases import destroy, up


def made():
    boxes = [Box(f"box-{number:02}", value=number) for number in range(20)]
    Box("all", value=Output.all(*[box.arn for box in boxes]).apply(lambda arns: len(arns)))


PHASES = [up(made), destroy()]
