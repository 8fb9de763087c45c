"""A program knows whether it is only looked at."""

import pulumi

from tests.conformance.phases import preview, up


def made():
    pulumi.export("only looking", pulumi.runtime.is_dry_run())
    pulumi.export("where", f"{pulumi.get_organization()} {pulumi.get_project()} {pulumi.get_stack()}")


PHASES = [preview(made), up(made)]
