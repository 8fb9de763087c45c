"""What can go wrong with changes of the records by hand; nothing was changed in any of these cases."""

from __future__ import annotations

from dataclasses import dataclass

from provisioner.engine.amending import Misfit
from provisioner.engine.failures import RecordsNotChanged


@dataclass(eq=False)
class NameTaken(RecordsNotChanged):
    """A URN that a resource would get belongs to another one, or two would get the same."""

    urn: str
    taken: str


@dataclass(eq=False)
class NotAName(RecordsNotChanged):
    """What a resource is to be called is neither a name nor a URN."""

    urn: str
    wanted: str
    reason: str
    meant: str
    """The nearest URN that it could be."""


@dataclass(eq=False)
class NotByHand(RecordsNotChanged):
    """A resource cannot be changed like this."""

    urn: str
    reason: str


@dataclass(eq=False)
class SeveralRecords(RecordsNotChanged):
    """What was named is not one record but several."""

    wanted: str
    urns: tuple[tuple[str, str], ...]
    """(URN, id) of each."""


@dataclass(eq=False)
class StillNeeded(RecordsNotChanged):
    """What is to be forgotten is needed by what stays."""

    needed: tuple[tuple[str, str, str], ...]
    """(URN of what stays, what it does, URN of what it needs)."""

    asked: tuple[str, ...]
    """URNs, or ids of what waits for deletion, that are to be forgotten."""


@dataclass(eq=False)
class RecordsProtected(RecordsNotChanged):
    """What is to be forgotten is protected."""

    urns: tuple[str, ...]


@dataclass(eq=False)
class OperationOpen(RecordsNotChanged):
    """An operation on the resource began and never ended."""

    urn: str
    kind: str
    """Pulumi's word, such as `creating`."""


@dataclass(eq=False)
class NoPlaceFor(RecordsNotChanged):
    """The new URN does not say whose child the resource would be, or in which stack."""

    new: str
    reason: str
    candidates: tuple[str, ...] = ()


@dataclass(eq=False)
class CannotBeMended(RecordsNotChanged):
    """Rules are broken in a way that only a person can put right."""

    stack: str
    breaches: tuple[str, ...]


@dataclass(eq=False)
class RepairFirst(RecordsNotChanged):
    """The state breaks rules already, before the change."""

    stack: str
    breaches: tuple[str, ...]


@dataclass(eq=False)
class ImportBreaksRules(RecordsNotChanged):
    """The state in a file is not well-formed."""

    file: str
    breaches: tuple[str, ...]


@dataclass(eq=False)
class DoesNotFit(RecordsNotChanged):
    """A file is not a state of the stack that it would be imported to."""

    stack: str
    file: str
    misfits: tuple[tuple[Misfit, str, str], ...]
    """(why, what the file says, what the stack has)."""


@dataclass(eq=False)
class ImportUnreadable(RecordsNotChanged):
    """A file to import is no state."""

    file: str
    reason: str
