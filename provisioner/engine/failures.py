"""What can go wrong, as facts. The sentences are in `report/explain.py`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path


class Failure(Exception):
    """Something that stops a command and that a person can do something about."""


@dataclass(eq=False)
class ProtectedResources(Failure):
    """The plan would delete or replace resources that the program protects."""

    urns: tuple[str, ...]


@dataclass(eq=False)
class ProgramFailed(Failure):
    """The stack's program raised; nothing was deleted because of it."""

    stack: str
    error: str
    traceback: str
    missing_output: tuple[str, str] | None = None
    """The full name of a stack, and its output that the program could not go on without."""


@dataclass(eq=False)
class HookFailed(Failure):
    """A function of the program objects to a step of the plan, or cannot be called."""

    urn: str
    error: str


@dataclass(eq=False)
class InvalidInputs(Failure):
    """A provider will not take what the program asks for."""

    problems: tuple[tuple[str, str, str], ...]
    """(URN, property, reason) for each."""

    settings: Mapping[str, str] = field(default_factory=dict[str, str])
    """URN -> the setting of the environment file that it was made from, and where that is, if known."""


@dataclass(eq=False)
class UnknownType(Failure):
    """No provider here can act on a type."""

    type: str
    nearest: tuple[str, ...]


@dataclass(eq=False)
class NoProvider(Failure):
    """A resource would land on a default provider, which is switched off, or its package has no driver."""

    urn: str
    package: str


@dataclass(eq=False)
class DuplicateUrn(Failure):
    """The program registered the same name twice."""

    urn: str


@dataclass(eq=False)
class AliasTaken(Failure):
    """Two resources claim one recorded resource through their aliases."""

    urn: str
    claimed: str


@dataclass(eq=False)
class UnknownParent(Failure):
    """A resource names a parent that was not registered before it."""

    urn: str
    parent: str


@dataclass(eq=False)
class StateIsLocked(Failure):
    """Somebody else is changing this stack."""

    stack: str
    holder: str
    """`user@host, process 4711, since 2026-11-21T08:00:00Z`."""


@dataclass(eq=False)
class StateIsDamaged(Failure):
    """A state file or journal is not what was written; it was left untouched."""

    file: Path | str
    reason: str


@dataclass(eq=False)
class RecordedTwice(StateIsDamaged):
    """Two live records have one URN; which of them counts is not for everybody to decide."""


@dataclass(eq=False)
class StateBreaksRules(Failure):
    """The state to be written would not be well-formed; the old file stays."""

    breaches: tuple[str, ...]


@dataclass(eq=False)
class StateNotWritten(Failure):
    """The disk refused the journal or the state; the step in hand is not reported as done."""

    file: Path | str
    reason: str
    is_journaled: bool = False
    """Whether a journal names what exists and is not in the state file."""


@dataclass(eq=False)
class NewerState(Failure):
    """The state was written by a newer version, or uses a feature that is not known here."""

    file: Path | str
    version: str


@dataclass(eq=False)
class PassphraseMissing(Failure):
    """Secrets have to be sealed or opened and there is no passphrase."""

    stack: str


@dataclass(eq=False)
class PassphraseWrong(Failure):
    """The passphrase does not open the state's secrets."""

    stack: str


@dataclass(eq=False)
class PlanHasChanged(Failure):
    """A step turned out otherwise than approved; nothing of it was done."""

    urn: str
    planned: str
    actual: str


@dataclass(eq=False)
class AmbiguousObject(Failure):
    """More than one object could be the one that an interrupted run made."""

    urn: str
    ids: tuple[str, ...]


@dataclass(eq=False)
class CloudNotRead(Failure):
    """The cloud could not be read, so nothing can be said about what changed there."""

    type: str
    reason: str
    code: str = ""


@dataclass(eq=False)
class LocalCloudNotStarted(Failure):
    """The server of the local cloud ended, or took too long, before it could be used."""

    log: Path
    tail: str


@dataclass(eq=False)
class LocalCloudNotStopped(Failure):
    """The server of the local cloud goes on answering after it was told to end."""

    pid: int


@dataclass(eq=False)
class LocalCloudGone(Failure):
    """The local cloud that the state is about was stopped, and everything in it is gone."""


@dataclass(eq=False)
class WrongAccount(Failure):
    """The caller's credentials belong to another account than the environment names; nothing was called."""

    wanted: str
    actual: str


@dataclass(frozen=True, slots=True)
class MovedRegion:
    """A region, the block its network has, and the one it would get."""

    region: str
    has: str
    gets: str


@dataclass(eq=False)
class RegionsMoved(Failure):
    """Regions are at other places in the environment's file than they were when they got their addresses."""

    moved: tuple[MovedRegion, ...]


@dataclass(eq=False)
class NoCredentials(Failure):
    """There are no credentials for the cloud, or they are not accepted."""

    account: str
    reason: str


@dataclass(eq=False)
class LossNotApproved(Failure):
    """The plan would delete or replace what holds data, and nobody said so."""

    losses: tuple[tuple[str, str, str], ...]
    """(op, URN, what is lost) for each."""

    command: str = ""
    """The command line, to which `--approve-loss` can be added."""

    digest: str = ""
    """Of a plan that destroys: agrees to all of it."""

    renames: tuple[str, ...] = ()
    """Command lines that give what has only got another name that name in the state, so that it stays."""


class RecordsNotChanged(Failure):
    """A change of the records by hand that must not be; they are in `amendment_failures.py`."""


@dataclass(eq=False)
class NoTerminal(Failure):
    """A command that asks was run where nobody can answer."""

    command: str
    """The same command with the option that answers beforehand."""


@dataclass(eq=False)
class NoSuchResource(Failure):
    """The state holds no resource of that name."""

    wanted: str
    nearest: tuple[str, ...]


@dataclass(eq=False)
class NoSuchOutput(Failure):
    """The stack has no output of that name."""

    wanted: str
    known: tuple[str, ...]


@dataclass(eq=False)
class FileExists(Failure):
    """A file that would be written is there already."""

    file: Path


@dataclass(eq=False)
class FileNotWritten(Failure):
    """The disk refused a file that was asked for."""

    file: Path
    reason: str


@dataclass(eq=False)
class AnswersMissing(Failure):
    """A command asks questions, nobody can answer, and some have no default."""

    options: tuple[str, ...]
    """With a word for the value, as `--owner ADDRESS`."""

    command: str
    """The command with the answers that were given."""


@dataclass(eq=False)
class NoClusterWanted(Failure):
    """The environment file has no `cluster`."""


@dataclass(eq=False)
class NoClusterYet(Failure):
    """No cluster is recorded for a region, or for any."""

    region: str | None
    known: tuple[str, ...]
    """The regions that have one."""


@dataclass(eq=False)
class ForeignCluster(Failure):
    """The environment runs on a cluster that somebody else made; how it is reached is in a file of theirs."""

    kubeconfig: str
    context: str | None


@dataclass(eq=False)
class NoToken(Failure):
    """AWS credentials for a cluster's token were not found, or a role could not be taken on."""

    cluster: str
    reason: str
