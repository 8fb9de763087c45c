"""`provisioner drift`."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Final, TypedDict, Unpack

import click

from provisioner.asked import Asked
from provisioner.cli.approving import APPROVING, Intent, approved_losses
from provisioner.cli.asking import must_be_able_to_ask
from provisioner.cli.called import program
from provisioner.cli.changing import change
from provisioner.cli.exit_code import ExitCode
from provisioner.cli.explaining import ENVIRONMENT, Explaining, typed_again
from provisioner.cli.limiting import PACED, is_paced, pace
from provisioner.cli.needed_programs import missing_programs
from provisioner.cli.outside import record, tell, viewed
from provisioner.cli.plan_files import Lifetime, expires_with_out, write_plan
from provisioner.cli.screen import err, out
from provisioner.cli.showing import show
from provisioner.cli.streaming import announcing
from provisioner.matching_settings import Matching, of_all
from provisioner.plan.diff import Change
from provisioner.plan.drift_class import DriftClass
from provisioner.plan.model import Mode, Source
from provisioner.plan.scope import Scope
from provisioner.planning import Wish
from provisioner.report.drift_text import ToKeep, adoption_text, drift_text
from provisioner.report.drift_view import DriftView, Finding, drift_document
from provisioner.report.machine import document
from provisioner.report.plan_view import PlanView
from provisioner.report.value_text import leaves
from provisioner.wiring import Workspace, looking, reverting
from provisioner.workflow import keep, look

_CLASSES: Final = tuple(grade.value for grade in reversed(DriftClass))


class Options(TypedDict):
    """What the command line says besides the environment."""

    only: str | None
    revert: bool
    adopt: bool
    out: Path | None
    expires: timedelta
    yes: bool
    as_json: bool


@click.command("drift", cls=Explaining)
@ENVIRONMENT
@click.option("--class", "only", type=click.Choice(_CLASSES), help="Only objects with such a change.")
@click.option("--revert", is_flag=True, help="Plan to put it back as the environment says, and do that.")
@click.option("--adopt", is_flag=True, help="Record it as it is now; the cloud stays as it is.")
@click.option("--out", type=click.Path(path_type=Path), metavar="F", help="Keep that plan, for `apply F`.")
@click.option("--expires", type=Lifetime(), default="24h", metavar="TIME", help="How long it holds (24h).")
@APPROVING
@PACED
@click.option("--json", "as_json", is_flag=True, help="For programs.")
def command(environment: Asked, **options: Unpack[Options]) -> ExitCode:
    """Show what was changed outside since the last apply. Changes nothing; exits with 7 if anything was.

    Each finding is a matter of security, of cost, or benign.
    """
    _must_be_consistent(options)
    if options["revert"]:
        return _revert(environment, options)
    if options["adopt"]:
        return _adopt(environment, options)
    workspace = looking(environment)
    view = _view(workspace, environment, options)
    tell(view)
    if options["as_json"]:
        out().write(document(drift_document(view)))
    else:
        ways = _ways_on(environment, view) + _to_go_on(environment, view)
        out().write(drift_text(view, out().style) + ways)
    return ExitCode.DRIFT if view.findings else ExitCode.DONE


def _must_be_consistent(options: Options) -> None:
    if options["revert"] and options["adopt"]:
        raise click.UsageError("Put it back with --revert, or keep it with --adopt: not both.")
    if options["out"] is not None and not options["revert"]:
        raise click.UsageError("--out keeps the plan of --revert.")
    expires_with_out(options["out"])
    if (approved_losses() or is_paced()) and (not options["revert"] or options["out"] is not None):
        raise click.UsageError(
            "--approve-loss, --parallelism and --continue-on-error are for what --revert does at once."
        )
    if options["yes"] and not (options["revert"] or options["adopt"]):
        raise click.UsageError("Nothing is asked without --revert or --adopt.")
    if options["as_json"] and options["adopt"]:
        raise click.UsageError("--adopt is for people: what it would record, `drift --json` says.")
    if not options["yes"] and (options["adopt"] or (options["revert"] and options["out"] is None)):
        must_be_able_to_ask(typed_again("--yes"), is_impossible=options["as_json"])


def _revert(environment: Asked, options: Options) -> ExitCode:
    """Plan again, limited to what was changed: the same plan, question and guard as an apply has."""
    with announcing(environment, as_json=options["as_json"] and options["out"] is None):
        workspace = reverting(environment)
        view = _view(workspace, environment, options)
    tell(view)
    scope = _scope(workspace, view)
    if scope.is_empty:
        err().say((drift_text(view, err().style) + _to_go_on(environment, view)).rstrip())
        return ExitCode.DONE
    if (file := options["out"]) is not None:
        return _keep(environment, workspace, scope, file, options)
    intent = Intent(
        command=typed_again(),
        goes_on=False,  # what follows an object that was made anew is no drift, once that is made
        mode=Mode.UPDATE,
        source=Source.CLOUD,
        scope=scope,
        pace=pace(),
        yes=options["yes"],
        as_json=options["as_json"],
        approved_losses=approved_losses(),
    )
    return change(workspace, intent)


def _scope(workspace: Workspace, view: DriftView) -> Scope:
    """What was changed, and what follows from putting it back.

    Not in stacks that the environment has no more: to put something back there would be to delete it.
    """
    gone = {(stack.project, stack.name) for layer in workspace.layers for stack in layer.gone}
    left = {each.drift.urn for each in view.findings if (each.layer, each.stack) in gone}
    return Scope(targets=tuple(urn for urn in view.to_revert if urn not in left))


def _keep(environment: Asked, workspace: Workspace, scope: Scope, file: Path, options: Options) -> ExitCode:
    wish = Wish(Source.CLOUD, scope)
    kept = keep(workspace.engine, workspace.schedule(Mode.UPDATE), wish, workspace.explained)
    stacks = tuple(each.saved for each in kept)
    saved = write_plan(file, environment, workspace, stacks, options["expires"])
    view = PlanView(
        environment=str(environment.name),
        plans=tuple(each.plan for each in kept),
        notices=missing_programs([each.plan for each in kept]),
        is_disposable=workspace.is_disposable,
        expires=saved.expires,
    )
    show(view, as_json=options["as_json"], page=None)
    err().say(f"\nKept in {file}. To do exactly this:\n\n  {program()} apply {file}")
    return ExitCode.DONE


def _adopt(environment: Asked, options: Options) -> ExitCode:
    workspace = looking(environment)
    only = DriftClass(options["only"]) if options["only"] else None
    to_keep = _to_keep(workspace)

    def shown(view: DriftView) -> Collection[str]:
        tell(view)
        style = out().style
        out().write(adoption_text(view, to_keep, style) if view.findings else drift_text(view, style))
        return view.urns

    return record(
        workspace, lambda looked: viewed(workspace, environment, looked, only), shown, yes=options["yes"]
    )


def _to_keep(workspace: Workspace) -> ToKeep:
    matching = Matching(workspace.files) if workspace.files else None

    def to_keep(finding: Finding) -> list[str]:
        back = [Change(each.path, each.new, each.old) for each in leaves(finding.drift.changes)]
        found = of_all(matching, back, finding.outside.setting).values()
        return [f"{one.setting}: {one.value}" + (f"  ({one.place})" if one.place else "") for one in found]

    return to_keep


def _view(workspace: Workspace, environment: Asked, options: Options) -> DriftView:
    """What is seen without a lock, and who is changing something just now."""
    only = DriftClass(options["only"]) if options["only"] else None
    busy = [
        f"{stack.project} {stack.name} is being changed by {holder}: what that run does may show here, too."
        for stack in workspace.stacks
        if (holder := workspace.engine.holder(stack)) is not None
    ]
    view = viewed(workspace, environment, look(workspace.engine, workspace.stacks), only)
    return replace(view, notices=(*view.notices, *busy))


def _ways_on(environment: Asked, view: DriftView) -> str:
    if not view.findings:
        return ""
    again = f"{program()} drift {environment}" + (f" --class {view.only.value}" if view.only else "")
    return f"\nTo plan to put it back, or to keep it:\n\n  {again} --revert\n  {again} --adopt\n"


def _to_go_on(environment: Asked, view: DriftView) -> str:
    if not view.unfinished:
        return ""
    return f"\nTo go on with what is unfinished:\n\n  {program()} apply {environment}\n"
