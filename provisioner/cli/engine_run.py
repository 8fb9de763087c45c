"""`provisioner engine run`: any Pulumi Python project on the embedded engine."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Callable, Collection, Generator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any, Final, TypeVar

import click

from provisioner.cli.approving import APPROVING, Intent, approved_losses
from provisioner.cli.asking import must_be_able_to_ask
from provisioner.cli.called import program
from provisioner.cli.changing import change
from provisioner.cli.exit_code import ExitCode
from provisioner.cli.explaining import Explaining, typed_again
from provisioner.cli.limiting import PACED, SCOPED, pace, scope
from provisioner.cli.needed_programs import missing_programs
from provisioner.cli.screen import err, out
from provisioner.cli.showing import show
from provisioner.cli.streaming import Stream
from provisioner.engine.events import Event, ProgramSpoke, Severity
from provisioner.engine.failures import Failure, UnknownType
from provisioner.engine.interface import Access
from provisioner.engine.outside import Looked
from provisioner.engine.plugin_failures import FateUnknown
from provisioner.named import must_match
from provisioner.plan.model import Mode, Source
from provisioner.projects.program import packages_of
from provisioner.projects.running import forget_pending as forget_open
from provisioner.projects.running import opened
from provisioner.projects.workplace import Workplace
from provisioner.providers.interface import Refused
from provisioner.providers.protocol.packages import PREFERRED
from provisioner.report.drift_text import refresh_text
from provisioner.report.drift_view import DriftView, drift_view
from provisioner.report.explain import explain
from provisioner.report.machine import document
from provisioner.report.message import Message
from provisioner.report.outcome import Commands
from provisioner.report.plan_view import PlanView
from provisioner.workflow import preview as preview_of


class InProject(Explaining):
    """A command about a project: commands about environments are no help to whoever runs it."""

    def explained(self, failure: Failure | Refused, ctx: click.Context) -> Message:
        """The message for a failure."""
        message = explain(failure, _NO_ENVIRONMENT, typed_again())
        match failure:
            case FateUnknown():
                where = _where(ctx.params["cwd"], ctx.params["stack"])
                again = f"{program()} {_RUN} refresh {where} --forget-pending"
                return replace(message, commands=(again, typed_again()))
            case UnknownType(type):
                fix = "use a type that has a driver; or the plugin of the package, where it is installed:"
                return replace(message, fix=fix, commands=(f"export {PREFERRED}={type.partition(':')[0]}",))
            case _:
                commands = [line for line in message.commands if _NO_ENVIRONMENT not in line.split()]
                return replace(message, commands=tuple(commands))


F = TypeVar("F", bound=Callable[..., Any])
_NO_ENVIRONMENT: Final = "ENV"
_RUN: Final = "engine run"


@click.group("run", short_help="Any Pulumi Python project on the embedded engine.")
def command() -> None:
    """Any Pulumi Python project on the embedded engine: no `pulumi` is needed, and no plugin for AWS.

    Reads Pulumi.yaml and Pulumi.<stack>.yaml. The state is where PULUMI_BACKEND_URL or the project's
    `backend.url` says (file://, s3://), else in .provisioner/state beside it; either engine goes on with it.
    """


def IN_PROJECT(command: F) -> F:  # noqa: N802 - a decorator that stands among constants
    """Adds what says which stack of which project is meant."""
    folder = click.option(
        "--cwd",
        type=click.Path(path_type=Path, exists=True, file_okay=False),
        default=Path(),
        metavar="DIR",
        help="The folder of the project (the one we are in).",
    )
    stack = click.option("--stack", "-s", required=True, metavar="NAME", help="The stack.")
    return folder(stack(command))


_REFRESH = click.option("--refresh", is_flag=True, help="Compare with the cloud, not only with the records.")
_YES = click.option("--yes", is_flag=True, help="Do not ask.")
_LINES = click.option(
    "--json", "as_json", is_flag=True, help="What happens, for programs: one object a line."
)


@command.command("preview", cls=InProject)
@IN_PROJECT
@_REFRESH
@SCOPED
@click.option("--json", "as_json", is_flag=True, help="For programs.")
@click.option("--detailed-exitcode", is_flag=True, help="Exit with 2 if there are changes.")
def preview(cwd: Path, stack: str, *, refresh: bool, as_json: bool, detailed_exitcode: bool) -> ExitCode:
    """Show what `up` would do. Changes nothing."""
    with _workplace(cwd, stack) as place:
        phases, source = place.schedule(Mode.UPDATE), _source(refresh)
        plans = tuple(map(place.explained, preview_of(place.engine, phases, source, scope())))
        told = (*place.notices, *missing_programs(plans))
        view = PlanView(environment=place.name, plans=plans, notices=told)
        show(view, as_json=as_json, page=None)
    return ExitCode.CHANGES if detailed_exitcode and not view.is_empty else ExitCode.DONE


@command.command("up", cls=InProject, short_help="Make the cloud what the program says.")
@IN_PROJECT
@_REFRESH
@APPROVING
@click.option(
    "--skip-preview",
    "-f",
    is_flag=True,
    help="Neither plan nor ask: do it, and stop before anything would be deleted or replaced.",
)
@SCOPED
@PACED
@_LINES
def up(cwd: Path, stack: str, *, refresh: bool, yes: bool, skip_preview: bool, as_json: bool) -> ExitCode:
    """Make the cloud what the program says: show it, ask, do exactly that."""
    if skip_preview and scope().replaces:
        raise click.UsageError("--replace makes new objects in the place of old ones: that takes a preview.")
    intent = _intent(Mode.UPDATE, _source(refresh), yes=yes or skip_preview, as_json=as_json)
    return _change(cwd, stack, replace(intent, unseen=skip_preview))


@command.command("destroy", cls=InProject)
@IN_PROJECT
@_REFRESH
@APPROVING
@SCOPED
@PACED
@_LINES
def destroy(cwd: Path, stack: str, *, refresh: bool, yes: bool, as_json: bool) -> ExitCode:
    """Remove everything that is recorded. The program is run only if it has hooks of deletions."""
    return _change(cwd, stack, _intent(Mode.DESTROY, _source(refresh), yes=yes, as_json=as_json))


@command.command("refresh", cls=InProject)
@IN_PROJECT
@SCOPED
@click.option(
    "--forget-pending",
    is_flag=True,
    help="First, forget operations that are open: nobody looks what became of them.",
)
@_YES
def refresh(cwd: Path, stack: str, *, forget_pending: bool, yes: bool) -> ExitCode:
    """Record everything as it is in the cloud. Changes nothing there; the program is not run."""
    from provisioner.cli.outside import record  # noqa: PLC0415 - it knows of environments, too

    if not yes:
        must_be_able_to_ask(typed_again("--yes"))
    if (part := scope()).replaces:
        raise click.UsageError("--replace is for what `up` does; a refresh makes nothing.")
    if forget_pending:
        forget_open(cwd, stack)

    with _workplace(cwd, stack) as place:
        with place.engine.open(place.stacks[0], Access.READ) as run:
            must_match(part, (), (run,))
        place.opened.engine.looks_at = part

        def viewed(looked: Sequence[Looked]) -> DriftView:
            return drift_view(place.name, looked, lambda _: "", None, place.notices)

        return record(place, viewed, _shown, yes=yes)


@command.command("export", cls=InProject, short_help="What is recorded, in Pulumi's format.")
@IN_PROJECT
def export(cwd: Path, stack: str) -> ExitCode:
    """What is recorded, in Pulumi's format, as `pulumi stack export` prints it. Secrets stay sealed."""
    with _workplace(cwd, stack) as place, place.engine.open(place.stacks[0], Access.READ) as run:
        out().write(document(run.export()))
    return ExitCode.DONE


def _change(cwd: Path, stack: str, intent: Intent) -> ExitCode:
    if not intent.yes:
        must_be_able_to_ask(typed_again("--yes"), is_impossible=intent.as_json)
    following = _following(cwd, stack)
    with ExitStack() as opening:
        try:
            place = opening.enter_context(_workplace(cwd, stack, tries_first=not intent.unseen))
        except Failure as failure:
            if intent.as_json:
                Stream(stack).broke(failure)
            raise
        tell_notices(place)
        return change(place, replace(intent, following=following))


def _intent(mode: Mode, source: Source, *, yes: bool, as_json: bool) -> Intent:
    return Intent(
        command=typed_again(),
        mode=mode,
        source=source,
        scope=scope(),
        pace=pace(),
        yes=yes,
        as_json=as_json,
        approved_losses=approved_losses(),
    )


def _source(refresh: bool) -> Source:  # noqa: FBT001 - as the option is
    return Source.CLOUD if refresh else Source.STATE


@contextmanager
def _workplace(cwd: Path, stack: str, *, tries_first: bool = True) -> Generator[Workplace]:
    """The stack; what its program says while it is only planned goes to standard error."""
    # From here on this process may be in another folder, and paths that were typed would mean others.
    sys.argv[0] = str(Path(sys.argv[0]).absolute()) if "/" in sys.argv[0] else sys.argv[0]
    with opened(cwd, stack, hear=_say, tries_first=tries_first) as found:
        missing = found.project.virtualenv
        notices = () if missing is None or packages_of(found.project) else (_without(missing),)
        yield Workplace(opened=found, notices=notices)


def tell_notices(place: Workplace) -> None:
    """Notices go to standard error."""
    for notice in place.notices:
        err().say(f"note: {notice}")


def _without(virtualenv: Path) -> str:
    return (
        f"the project's virtual environment {virtualenv} is not there; it runs with provisioner's packages."
    )


def _say(event: Event) -> None:
    match event:
        case ProgramSpoke(Severity.INFO, message):
            err().say(message)
        case ProgramSpoke(severity, message):
            err().say(f"{severity}: {message}")
        case _:
            pass


def _shown(view: DriftView) -> Collection[str]:
    from provisioner.cli.outside import tell  # noqa: PLC0415 - as above

    tell(view)
    out().write(refresh_text(view, out().style))
    return frozenset[str]().union(*(looked.urns for looked in view.looked))


def _where(cwd: Path, stack: str) -> str:
    return shlex.join(["--stack", stack] if cwd == Path() else ["--cwd", str(cwd), "--stack", stack])


def _following(cwd: Path, stack: str) -> Commands:
    where = _where(cwd, stack)
    return (
        (f"{program()} {_RUN} preview {where} --refresh", "what somebody else has changed since"),
        (f"{program()} {_RUN} export {where}", "what is recorded"),
        (f"{program()} {_RUN} destroy {where}", "remove all of it"),
    )
