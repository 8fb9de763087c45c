"""A refresh records what others changed; the next plan puts it back."""

from tests.conformance.lab import Box
from tests.conformance.phases import preview, refresh, up


def made():
    Box("a", value=1)
    Box("b", value=1)


def somebody_changes_it(cloud):
    cloud.change("a-1", {"value": 5, "size": "small"})


PHASES = [up(made), refresh(), refresh(outside=somebody_changes_it), preview(made), up(made)]
