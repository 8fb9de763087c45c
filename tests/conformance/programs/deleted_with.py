"""The option deletedWith: what goes with another object is not deleted by itself."""

from pulumi import ResourceOptions

from tests.conformance.lab import Box
from tests.conformance.phases import destroy, up


def made():
    a = Box("a")
    Box("b", opts=ResourceOptions(deleted_with=a))
    Box("c", opts=ResourceOptions(deleted_with=a))


def c_gone():
    a = Box("a")
    Box("b", opts=ResourceOptions(deleted_with=a))


PHASES = [up(made), up(c_gone), destroy()]
