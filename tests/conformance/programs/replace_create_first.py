"""A property that needs a new object: the new one is made, what uses it follows, then the old one goes."""

from tests.conformance.lab import Box
from tests.conformance.phases import preview, up


def here():
    a = Box("a", zone="here")
    Box("b", value=a.arn)


def there():
    a = Box("a", zone="there")
    Box("b", value=a.arn)


ORDERED = True
PHASES = [up(here), preview(there), up(there), up(there)]
