"""Which recorded resource a word on the command line means."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Sequence

from provisioner.engine.amending import Record
from provisioner.engine.amendment_failures import SeveralRecords
from provisioner.engine.failures import NoSuchResource
from provisioner.engine.interface import Recorded
from provisioner.report.naming import name_of


def every_meant(resources: Sequence[Recorded], wanted: str) -> Sequence[Recorded]:
    """Those with this URN, name or id: several, if a name is not unique. Raises `NoSuchResource`."""
    calls: tuple[Callable[[Recorded], str], ...] = (
        lambda one: one.urn,
        lambda one: name_of(one.urn),
        lambda one: one.id,
    )
    for called in calls:
        if found := [one for one in resources if called(one) == wanted]:
            return found
    names = sorted({name_of(one.urn) for one in resources})
    raise NoSuchResource(wanted, tuple(difflib.get_close_matches(wanted, names, n=3, cutoff=0.4)))


def meant(resources: Sequence[Recorded], wanted: str) -> Record:
    """The one record that is meant. Raises `NoSuchResource` and `SeveralRecords`."""
    found = every_meant(resources, wanted)
    if len(found) > 1:
        raise SeveralRecords(wanted, tuple((one.urn, one.id) for one in found))
    (one,) = found
    return Record(one.urn, one.id if one.pending_deletion else "")
