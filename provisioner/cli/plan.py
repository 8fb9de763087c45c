"""`provisioner plan`."""

from __future__ import annotations

import importlib
from datetime import timedelta
from pathlib import Path
from typing import TypedDict, Unpack

import click

from provisioner.asked import Asked
from provisioner.children import processors
from provisioner.cli.called import program
from provisioner.cli.exit_code import ExitCode
from provisioner.cli.explaining import ENVIRONMENT, Explaining
from provisioner.cli.limiting import SCOPED, scope
from provisioner.cli.needed_programs import missing_programs
from provisioner.cli.plan_files import Lifetime, expires_with_out, write_plan
from provisioner.cli.screen import err
from provisioner.cli.showing import policy_of, show
from provisioner.plan.model import Mode, Source
from provisioner.plan.saved import SavedStack
from provisioner.planning import Wish
from provisioner.report.plan_view import PlanView
from provisioner.wiring import Workspace, planning
from provisioner.workflow import keep, preview


class Options(TypedDict):
    """What the command line says besides the environment."""

    refresh: bool
    destroy: bool
    as_json: bool
    html: Path | None
    out: Path | None
    expires: timedelta
    detailed_exitcode: bool


@click.command("plan", cls=Explaining)
@ENVIRONMENT
@click.option("--refresh", is_flag=True, help="Compare with the cloud, not only with what is recorded.")
@click.option("--destroy", is_flag=True, help="What `destroy` would do.")
@SCOPED
@click.option("--json", "as_json", is_flag=True, help="For programs.")
@click.option("--html", type=click.Path(path_type=Path), metavar="F", help="Also as a page, in one file.")
@click.option("--out", type=click.Path(path_type=Path), metavar="F", help="Keep the plan, for `apply F`.")
@click.option("--expires", type=Lifetime(), default="24h", metavar="TIME", help="How long it holds (24h).")
@click.option("--detailed-exitcode", is_flag=True, help="Exit with 2 if there are changes.")
def command(environment: Asked, **options: Unpack[Options]) -> ExitCode:
    """Show what apply would do. Changes nothing."""
    if options["destroy"] and scope().replaces:
        raise click.UsageError("--replace makes new objects, and --destroy makes none.")
    expires_with_out(options["out"])
    with planning(environment) as workspace:
        view = _view(environment, workspace, options)
        show(view, as_json=options["as_json"], page=options["html"])
        if view.may_lose_keys:
            from provisioner.cli.key_guard import tell_if_needed  # noqa: PLC0415 - few plans lose anything

            tell_if_needed(workspace, view.plans, Mode.DESTROY if options["destroy"] else Mode.UPDATE)
    blocks = bool(view.policy and view.policy["blocks"])
    if (file := options["out"]) is not None:
        do_it = f"To do exactly this:\n\n  {program()} apply {file}"
        err().say(f"\nKept in {file}. {'An apply of it is refused.' if blocks else do_it}")
    if blocks:
        return ExitCode.REFUSED_BY_POLICY
    return ExitCode.CHANGES if options["detailed_exitcode"] and not view.is_empty else ExitCode.DONE


def _view(environment: Asked, workspace: Workspace, options: Options) -> PlanView:
    mode = Mode.DESTROY if options["destroy"] else Mode.UPDATE
    wish = Wish(Source.CLOUD if options["refresh"] else Source.STATE, scope())
    phases = workspace.schedule(mode)
    file, expires, stacks = options["out"], None, tuple[SavedStack, ...]()
    at_once = processors() if workspace.may_fork else 1
    if file is None:
        plans = preview(
            workspace.engine, phases, wish.source, wish.scope, processors=at_once, idle=_load_rules
        )
        shown = tuple(map(workspace.explained, plans))
    else:
        kept = keep(workspace.engine, phases, wish, workspace.explained, processors=at_once)
        shown = tuple(each.plan for each in kept)
        stacks = tuple(each.saved for each in kept)
    policy = policy_of(workspace.judged(shown), environment.name)
    if file is not None:
        expires = write_plan(file, environment, workspace, stacks, options["expires"], policy).expires
    return PlanView(
        environment=str(environment.name),
        cloud=environment.cloud or "",
        plans=shown,
        notices=(*workspace.notices, *missing_programs(shown)),
        is_disposable=workspace.is_disposable,
        expires=expires,
        policy=policy,
    )


def _load_rules() -> None:
    """Where there is a child to wait for there is something to judge afterwards."""
    importlib.import_module("provisioner.policing")
