"""With --continue-on-error what does not depend on a refused step is done."""

from tests.conformance.lab import Box
from tests.conformance.phases import up


def failing():
    a = Box("a", fails=["create"])
    Box("b", value=a.arn)
    c = Box("c", slow=0.3)
    Box("d", value=c.arn)


PHASES = [up(failing, continue_on_error=True)]
