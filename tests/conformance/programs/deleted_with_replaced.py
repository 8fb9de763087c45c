"""What goes with another object is replaced when that one is."""

from pulumi import ResourceOptions

from tests.conformance.lab import Box
from tests.conformance.phases import up


def here():
    a = Box("a", zone="here")
    Box("b", opts=ResourceOptions(deleted_with=a))


def there():
    a = Box("a", zone="there")
    Box("b", opts=ResourceOptions(deleted_with=a))


PHASES = [up(here), up(there)]
