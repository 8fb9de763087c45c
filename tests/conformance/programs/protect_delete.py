"""What is protected is not deleted, neither by a program nor by a destroy, until it is unprotected."""

from pulumi import ResourceOptions

from tests.conformance.lab import Box
from tests.conformance.phases import destroy, preview, up


def made():
    Box("a", value=1, opts=ResourceOptions(protect=True))
    Box("b", value=1)


def gone():
    Box("b", value=1)


def unprotected():
    Box("a", value=1)
    Box("b", value=1)


PHASES = [up(made), preview(gone), up(gone), destroy(), up(unprotected), up(gone)]
