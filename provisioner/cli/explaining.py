"""Commands about an environment: what stops one is explained, with the command to type next."""

from __future__ import annotations

from typing import IO, Any

import click

from environments.diagnostics import InvalidEnvironment
from provisioner.cli.exit_code import ExitCode, exit_code
from provisioner.cli.screen import err
from provisioner.engine.failures import Failure
from provisioner.providers.interface import Refused
from provisioner.report.explain import explain
from provisioner.report.message import render

ENVIRONMENT = click.argument("environment", metavar="ENV")


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

    def invoke(self, ctx: click.Context) -> Any:
        """Run it; a failure becomes `Explained`."""
        try:
            return super().invoke(ctx)
        except InvalidEnvironment as invalid:
            raise Explained(str(invalid), ExitCode.FAILED) from invalid
        except (Failure, Refused) as failure:
            message = explain(failure, ctx.params.get("environment", "ENV"))
            raise Explained(render(message, err().style).rstrip(), exit_code(failure)) from failure
