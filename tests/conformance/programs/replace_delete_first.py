"""The provider says that the old object has to go first: and before it what cannot outlive it."""

from tests.conformance.lab import Box
from tests.conformance.phases import preview, up


def here():
    a = Box("a", rack="1")
    Box("b", zone=a.arn)
    Box("c", value=a.arn)
    Box("d", value="alone")


def there():
    a = Box("a", rack="2")
    Box("b", zone=a.arn)
    Box("c", value=a.arn)
    Box("d", value="alone")


PHASES = [up(here), preview(there), up(there), up(there)]
