"""`provisioner state mv|rename|rm|unprotect|repair`: the records of an environment, changed by hand."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Final

import click

from provisioner.asked import Asked
from provisioner.cli.amending import AMENDING, Decide, How, Step, amend
from provisioner.cli.exit_code import ExitCode
from provisioner.cli.explaining import ENVIRONMENT, Explaining
from provisioner.cli.naming_resources import meant
from provisioner.cli.screen import err
from provisioner.engine.amending import (
    Amendment,
    Dependents,
    Forgetting,
    Ledger,
    Mending,
    Moving,
    Pending,
    Record,
    Renaming,
    Unprotecting,
)
from provisioner.engine.amendment_failures import NoPlaceFor, NotAName
from provisioner.engine.interface import Recorded, Stack
from provisioner.ledger_wiring import Ledgers, ledgers
from provisioner.plan.new_names import nearest_urn, wrong_with
from provisioner.report.naming import name_of
from provisioner.workflow import recording

_NEXT: Final = "Nothing in the cloud was changed. The next plan shows what is to be done about it."
_ELSEWHERE: Final = (
    "Nothing in the cloud was changed. The next plan deletes what the program of {} does not ask for: look at"
    " it before you apply."
)


@click.command("rename", cls=Explaining, short_help="Other names for recorded resources.")
@ENVIRONMENT
@click.argument("names", nargs=-1, required=True, metavar="RESOURCE NAME ...")
@AMENDING
def rename(environment: Asked, names: tuple[str, ...], *, dry_run: bool, yes: bool) -> ExitCode:
    """Record RESOURCE, given by its URN, name or id, under another NAME; several pairs at once.

    Type, parent and stack stay. What is below it and carries its name follows: `pool-nodes` follows `pool`.
    For another parent, type or stack there is `state mv`.
    """
    if len(names) % 2:
        raise click.UsageError("Each RESOURCE takes a new NAME: write them in pairs.")
    how = How(dry_run, yes)
    how.must_be_answerable()
    work = _Work.on(environment)
    asked = [(names[at], names[at + 1]) for at in range(0, len(names), 2)]
    pairs = [(work.meant(old).urn, new) for old, new in asked if not work.is_called(old, new)]

    def renaming(urns: Sequence[str]) -> Amendment:
        return Renaming(tuple(pair for pair in pairs if pair[0] in urns))

    return work.amend([urn for urn, _ in pairs], renaming, how, _NEXT)


@click.command("mv", cls=Explaining, short_help="Another name, parent, type or stack for a resource.")
@ENVIRONMENT
@click.argument("resource")
@click.argument("new", metavar="NEW_URN|NEW_NAME")
@click.option("--parent", default="", metavar="URN", help="Below which resource; needed if several could be.")
@AMENDING
def move(environment: Asked, resource: str, new: str, *, parent: str, dry_run: bool, yes: bool) -> ExitCode:
    """Record RESOURCE, given by its URN, name or id, under a new URN, with all that is below it.

    The stack in the new URN may be another one of the environment: the record, its secrets sealed with the
    key of that stack, then goes there. With a name alone it is `state rename`.
    """
    how = How(dry_run, yes)
    how.must_be_answerable()
    work = _Work.on(environment)
    if not parent and work.is_called(resource, new):
        return amend(work.ledgers, (), lambda _: (), how, _NEXT)
    moving = Moving(work.meant(resource).urn, new, parent and work.meant(parent).urn)
    if reason := wrong_with(new, name_of(moving.urn)):
        raise NotAName(moving.urn, new, reason, nearest_urn(new, moving.urn))
    here = work.stack(moving.urn)
    there = work.stack(new if new.startswith("urn:pulumi:") else moving.parent or moving.urn)
    if here == there:
        rename_only = not parent and not new.startswith("urn:pulumi:")
        amendment = Renaming(((moving.urn, new),)) if rename_only else moving
        return work.amend([moving.urn], lambda _: amendment, how, _NEXT)

    def decide(opened: Mapping[str, Ledger]) -> Sequence[Step]:
        stacks = {id(opened[stack.full_name]): stack for stack in (here, there)}
        steps = opened[here.full_name].handed_over(moving, opened[there.full_name])
        return [Step(stacks[id(ledger)], ledger, amended) for ledger, amended in steps]

    return amend(work.ledgers, [here, there], decide, how, _ELSEWHERE.format(there.project))


@click.command("rm", cls=Explaining, short_help="No longer record resources; they stay in the cloud.")
@ENVIRONMENT
@click.argument("resources", nargs=-1, required=True, metavar="RESOURCE ...")
@click.option("--target-dependents", is_flag=True, help="Also whatever needs them.")
@AMENDING
def remove(
    environment: Asked, resources: tuple[str, ...], *, target_dependents: bool, dry_run: bool, yes: bool
) -> ExitCode:
    """No longer record RESOURCE, given by its URN, name or id. Its object stays in the cloud as it is.

    What the program still asks for is made anew by the next apply, beside the object that is there.
    """
    how = How(dry_run, yes)
    how.must_be_answerable()
    work = _Work.on(environment)
    records = [work.meant(each) for each in resources]
    dependents = Dependents.FORGET if target_dependents else Dependents.REFUSE

    def forgetting(urns: Sequence[str]) -> Amendment:
        return Forgetting(tuple(each for each in records if each.urn in urns), dependents)

    afterwards = (
        "The objects stay in the cloud, and nobody takes care of them. What the program still asks for is"
        " made anew by the next apply."
    )
    return work.amend([each.urn for each in records], forgetting, how, afterwards)


@click.command("unprotect", cls=Explaining, short_help="Take protection off what is recorded.")
@ENVIRONMENT
@click.argument("resources", nargs=-1, metavar="[RESOURCE ...]")
@click.option("--all", "everything", is_flag=True, help="Of all resources of all stacks.")
@AMENDING
def unprotect(
    environment: Asked, resources: tuple[str, ...], *, everything: bool, dry_run: bool, yes: bool
) -> ExitCode:
    """Take the protection off RESOURCE, given by its URN, name or id, so that it may be removed."""
    if everything and resources:
        raise click.UsageError("Name what is to lose its protection, or say --all; not both.")
    if not everything and not resources:
        raise click.UsageError("Name what is to lose its protection, or say --all.")
    how = How(dry_run, yes)
    how.must_be_answerable()
    afterwards = "The next apply protects again what the program still says is protected."
    if everything:
        return _everywhere(ledgers(environment), Unprotecting(None), how, afterwards)
    work = _Work.on(environment)
    named = [work.meant(each).urn for each in resources]
    return work.amend(named, lambda urns: Unprotecting(frozenset(urns)), how, afterwards)


@click.command("repair", cls=Explaining, short_help="Put right what breaks a rule of the state.")
@ENVIRONMENT
@click.option("--forget-pending", is_flag=True, help="Nobody looks what became of operations that are open.")
@AMENDING
def repair(environment: Asked, *, forget_pending: bool, dry_run: bool, yes: bool) -> ExitCode:
    """Put the records in their order, and take out what refers to nothing and what is recorded twice.

    Operations that began and never ended are left to the next apply, which looks into the cloud, unless they
    are to be forgotten: then an object that was being made may exist without being recorded.
    """
    how = How(dry_run, yes)
    how.must_be_answerable()
    mending = Mending(Pending.FORGET if forget_pending else Pending.KEEP)
    return _everywhere(ledgers(environment), mending, how, _NEXT)


def _everywhere(found: Ledgers, amendment: Amendment, how: How, afterwards: str) -> ExitCode:
    stacks = found.workspace.stacks
    return amend(found, stacks, _deciding(stacks, lambda _: amendment), how, afterwards)


class _Work:
    """The stacks of an environment, and what is recorded of them before anything is locked."""

    def __init__(self, found: Ledgers, resources: Sequence[Recorded]) -> None:
        self.ledgers = found
        self._resources = resources

    @staticmethod
    def on(environment: Asked) -> _Work:
        found = ledgers(environment)
        workspace = found.workspace
        return _Work(found, recording(workspace.engine, workspace.stacks).resources)

    def meant(self, wanted: str) -> Record:
        return meant(self._resources, wanted)

    def is_called(self, old: str, new: str) -> bool:
        """Whether a renaming was done before: only the new name is recorded. Then that is told."""
        words = {word for one in self._resources for word in (one.urn, one.id, name_of(one.urn))}
        has_type = "::" in old and "::" not in new
        renamed = f"{old.rpartition('::')[0]}::{new}" if has_type else new
        if old in words or renamed not in words:
            return False
        err().say(f"note: `{renamed}` is recorded, and nothing is called `{old}`: it has its name already.")
        return True

    def stack(self, urn: str) -> Stack:
        """The one that a URN belongs to. Raises `NoPlaceFor`."""
        head, _, rest = urn.removeprefix("urn:pulumi:").partition("::")
        project = rest.partition("::")[0]
        stacks = self.ledgers.workspace.stacks
        for stack in stacks:
            if (stack.project, stack.name) == (project, head):
                return stack
        there = tuple(f"{stack.project} {stack.name}" for stack in stacks)
        raise NoPlaceFor(urn, f"would be in {project} {head}, which the environment does not have", there)

    def amend(
        self, urns: Sequence[str], amendment: Callable[[Sequence[str]], Amendment], how: How, afterwards: str
    ) -> ExitCode:
        """The same in each stack that has some of the resources; `amendment` gets those of one stack."""
        stacks = list({stack.full_name: stack for stack in map(self.stack, urns)}.values())
        mine = {stack.full_name: [urn for urn in urns if self.stack(urn) == stack] for stack in stacks}
        decide = _deciding(stacks, lambda stack: amendment(mine[stack.full_name]))
        return amend(self.ledgers, stacks, decide, how, afterwards)


def _deciding(stacks: Sequence[Stack], amendment: Callable[[Stack], Amendment]) -> Decide:
    def decide(opened: Mapping[str, Ledger]) -> Sequence[Step]:
        found = [(stack, opened[stack.full_name]) for stack in stacks]
        steps = (Step(stack, ledger, ledger.amended(amendment(stack))) for stack, ledger in found)
        return [step for step in steps if step.amended.notes]

    return decide
