"""A refresh of what is named."""

from tests.conformance.lab import Box
from tests.conformance.phases import preview, refresh, up


def made():
    Box("a", value=1)
    Box("b", value=1)


def somebody_changes_both(cloud):
    cloud.change("a-1", {"value": 5, "size": "small"})
    cloud.change("b-1", {"value": 5, "size": "small"})


PHASES = [up(made), refresh(targets=("lab:index:Box::a",), outside=somebody_changes_both), preview(made)]
