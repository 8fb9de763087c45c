"""The option replaceWith: replaced whenever another one is."""

from pulumi import ResourceOptions

from tests.conformance.lab import Box
from tests.conformance.phases import preview, up


def here():
    a = Box("a", zone="here")
    Box("b", value=1, opts=ResourceOptions(replace_with=[a]))


def there():
    a = Box("a", zone="there")
    Box("b", value=1, opts=ResourceOptions(replace_with=[a]))


PHASES = [up(here), preview(there), up(there)]
