"""Commands about an environment: what stops one is explained, with the command to type next."""

from __future__ import annotations

import shlex
from collections.abc import Callable
from pathlib import Path
from typing import IO, Any, Final, Literal, TypeVar

import click

from environments.diagnostics import InvalidEnvironment, render_all
from provisioner.asked import Asked
from provisioner.cli.called import program
from provisioner.cli.environment_names import SUFFIXES, environment_names
from provisioner.cli.exit_code import ExitCode, exit_code
from provisioner.cli.screen import err
from provisioner.engine.failures import Failure, InvalidInputs
from provisioner.providers.interface import Refused
from provisioner.report.message import Message, render


def _note_cloud(ctx: click.Context, _option: click.Parameter, cloud: Literal["local"] | None) -> None:
    ctx.meta["cloud"] = cloud


def _note_engine(
    ctx: click.Context, _option: click.Parameter, engine: Literal["embedded", "pulumi"] | None
) -> None:
    ctx.meta["engine"] = engine


def _asked(ctx: click.Context, _argument: click.Parameter, name: str) -> Asked:
    if not ctx.resilient_parsing and _is_other_file(name) and Path(name).is_file() and _holds_a_plan(name):
        raise click.UsageError(
            f"`{name}` is the plan in a file, and {ctx.info_name} is about an environment."
            " To look at it, or to do it:\n\n"
            f"  {program()} show {shlex.quote(name)}\n  {program()} apply {shlex.quote(name)}"
        )
    return Asked(name, ctx.meta.get("cloud"), ctx.meta.get("engine"))


def _asked_or_plan(ctx: click.Context, _argument: click.Parameter, name: str) -> Asked:
    if not ctx.resilient_parsing and _is_other_file(name) and not Path(name).exists():
        raise click.UsageError(
            f"There is no plan file `{name}` (nor can an environment have that name). To make one:\n\n"
            f"  {program()} plan ENV --out {shlex.quote(name)}"
        )
    return Asked(name, ctx.meta.get("cloud"), ctx.meta.get("engine"))


def _is_other_file(name: str) -> bool:
    """Whether a name is neither an environment's nor that of its file."""
    return Path(name).suffix not in ("", *SUFFIXES)


def _holds_a_plan(name: str) -> bool:
    from provisioner.plan.saved import is_plan_file  # noqa: PLC0415 - few names are other files

    try:
        with Path(name).open("rb") as stream:
            return is_plan_file(stream.read(_HEAD_BYTES))
    except OSError:
        return False


_NAME = click.argument("environment", metavar="ENV", shell_complete=environment_names, callback=_asked)
_EITHER = click.argument(
    "environment", metavar="ENV|FILE", shell_complete=environment_names, callback=_asked_or_plan
)
_CLOUD = click.option(
    "--cloud",
    type=click.Choice(["local"]),
    help="Try it in the cloud on a desk, with a state of its own.",
    is_eager=True,
    expose_value=False,
    callback=_note_cloud,
)
_ENGINE = click.option(
    "--engine",
    type=click.Choice(["embedded", "pulumi"]),
    help="Which engine, whatever the file says; not for a stack that the other one holds.",
    is_eager=True,
    expose_value=False,
    callback=_note_engine,
)
F = TypeVar("F", bound=Callable[..., Any])
_WORDS: Final = "words"
_HEAD_BYTES: Final = 64


def ENVIRONMENT(command: F) -> F:  # noqa: N802 - a decorator that stands among constants
    """Adds what says which environment is meant; the command gets it as `environment`, an `Asked`."""
    return _NAME(_CLOUD(_ENGINE(command)))


def ENVIRONMENT_OR_PLAN(command: F) -> F:  # noqa: N802
    """The same for commands that also take the plan in a file."""
    return _EITHER(_CLOUD(_ENGINE(command)))


def typed_again(*added: str) -> str:
    """The command line as it was typed, every option kept, and what has to be added to it."""
    ctx = click.get_current_context()
    words: tuple[str, ...] = ctx.meta.get(_WORDS, ())
    return f"{ctx.command_path} {shlex.join((*words, *added))}"


def explanation(failure: Failure | Refused, environment: str) -> str:
    """What people are told of a failure, as it goes to standard error."""
    return drawn(message_of(failure, environment))


def message_of(failure: Failure | Refused, environment: str) -> Message:
    """What people are told of a failure."""
    from provisioner.report.explain import explain  # noqa: PLC0415 - a thousand sentences that few commands say

    return explain(failure, environment, typed_again())


def drawn(message: Message) -> str:
    """A message, as it goes to standard error."""
    return render(message, err().style, program()).rstrip()


def _with_places(failure: InvalidInputs, asked: Asked) -> InvalidInputs:
    """The same, each setting with the file and the line where it is written."""
    from environments.load import find, load  # noqa: PLC0415 - it was read before, by whoever failed
    from provisioner.causes import place_of  # noqa: PLC0415

    try:
        source = load(find(asked.name), cloud=asked.cloud).source
    except InvalidEnvironment:  # it is the plan in a file
        return failure
    places = {urn: (setting, place_of(source, setting)) for urn, setting in failure.settings.items()}
    told = {urn: ", ".join(filter(None, each)) for urn, each in places.items()}
    return InvalidInputs(failure.problems, told)


class Explained(click.ClickException):
    """A failure in words, and its exit code."""

    def __init__(self, text: str, code: ExitCode) -> None:
        super().__init__(text)
        self.code = code

    def show(self, file: IO[Any] | None = None) -> None:
        """On standard error."""
        click.echo(self.message, file=file, err=True)


class Explaining(click.Command):
    """A command that may raise a `Failure`."""

    def explained(self, failure: Failure | Refused, ctx: click.Context) -> Message:
        """The message for a failure."""
        asked = ctx.params.get("environment", "ENV")
        if isinstance(failure, InvalidInputs) and isinstance(asked, Asked):
            failure = _with_places(failure, asked)
        return message_of(failure, str(asked))

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Parse them, and keep them for `typed_again`."""
        ctx.meta[_WORDS] = tuple(args)
        return super().parse_args(ctx, args)

    def invoke(self, ctx: click.Context) -> Any:
        """Run it; a failure becomes `Explained`."""
        try:
            return super().invoke(ctx)
        except InvalidEnvironment as invalid:
            text = render_all(invalid.diagnostics, err().style.as_bad)
            raise Explained(text, ExitCode.FAILED) from invalid
        except (Failure, Refused) as failure:
            text = drawn(self.explained(failure, ctx))
            # Stacks side by side may fail each for a reason of its own.
            text += "".join(f"\n\n  also: {note}" for note in getattr(failure, "__notes__", ()))
            raise Explained(text, exit_code(failure)) from failure
