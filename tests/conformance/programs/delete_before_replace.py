"""The option deleteBeforeReplace: the program says that the old object has to go first."""

from pulumi import ResourceOptions

from tests.conformance.lab import Box
from tests.conformance.phases import destroy, up


def here():
    Box("a", zone="here", opts=ResourceOptions(delete_before_replace=True))


def there():
    Box("a", zone="there", opts=ResourceOptions(delete_before_replace=True))


ORDERED = True
PHASES = [up(here), up(there), destroy()]
