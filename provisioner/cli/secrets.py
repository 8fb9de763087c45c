"""`provisioner secrets`: the keys that seal the secrets in the state."""

from __future__ import annotations

import functools
import sys
from collections.abc import Callable
from typing import Final

import click

from environments.key_address import BY_PHRASE, EXAMPLES, is_key
from provisioner.asked import Asked
from provisioner.cli.asking import agreed, must_be_able_to_ask
from provisioner.cli.called import as_typed, program
from provisioner.cli.every_stack import every_stack
from provisioner.cli.exit_code import ExitCode
from provisioner.cli.explaining import ENVIRONMENT, Explaining, typed_again
from provisioner.cli.screen import err, out
from provisioner.engine.interface import Access, Stack
from provisioner.engine.sealing import KeyChange, Migration, Resealed, Rotation, Sealing
from provisioner.key_wiring import SealedStacks, sealed_stacks
from provisioner.report import secrets_text as text
from provisioner.seal_wiring import new_passphrase

_RECENT: Final = 20
_VARIABLE: Final = "PROVISIONER_NEW_PASSPHRASE"


def _key(_ctx: click.Context, _option: click.Parameter, given: str | None) -> str | None:
    if given in (None, BY_PHRASE) or is_key(given):
        return given
    raise click.BadParameter(f"`{given}` is no key. Write `passphrase`, {EXAMPLES}.")


_DRY_RUN = click.option(
    "--dry-run", is_flag=True, help="Try the keys, say what would be done, and write nothing."
)
_YES = click.option("--yes", is_flag=True, help="Do not ask.")


@click.group("secrets")
def command() -> None:
    """What seals the secrets in the state: whether the key is right, and how to change it."""


@command.command("check", cls=Explaining, short_help="Whether the key opens every secret.")
@ENVIRONMENT
@click.option(
    "--all", "everything", is_flag=True, help=f"All versions of the state, not the newest {_RECENT}."
)
def check(environment: Asked, *, everything: bool) -> ExitCode:
    """Open every secret in the state of each stack, and in its versions. Shows none, and changes nothing.

    Exit code 1 if a key is missing or wrong. A version that an earlier key has sealed is told, and is no
    failure.
    """
    sealed = sealed_stacks(environment)
    otherwise: list[tuple[str, str, str]] = []

    def checked(stack: Stack) -> ExitCode:
        opened = sealed.opened(stack, sys.maxsize if everything else _RECENT)
        out().write(text.opened_text(stack.project, stack.name, opened))
        if opened.by != sealed.setting.key:
            otherwise.append((stack.project, stack.name, opened.by))
        return ExitCode.DONE

    code = every_stack(sealed.workspace, environment, checked)
    migrate = f"{program()} secrets migrate {environment}"
    err().write(text.otherwise_text(otherwise, sealed.setting.key, sealed.setting.place, migrate))
    return code


@command.command("rotate", cls=Explaining, short_help="Seal all secrets with a new key of the same kind.")
@ENVIRONMENT
@_DRY_RUN
@_YES
def rotate(environment: Asked, *, dry_run: bool, yes: bool) -> ExitCode:
    """Seal all secrets anew: with a new passphrase, or a new data key under the same key of KMS or Vault.

    The old passphrase is in PULUMI_CONFIG_PASSPHRASE as always, the new one in PROVISIONER_NEW_PASSPHRASE, or
    in a file that PROVISIONER_NEW_PASSPHRASE_FILE names; else it is asked for. A rotation that was cut off
    goes on with the same two passphrases. In the cloud on a desk the passphrase is this machine's own, and
    stays.
    """
    sealed = sealed_stacks(environment)
    if not yes and not dry_run:
        must_be_able_to_ask(typed_again("--yes"))
    given = None if sealed.workspace.is_disposable else functools.cache(_new_passphrase)
    return _changed(sealed, environment, Rotation(given), dry_run=dry_run, yes=yes)


@command.command("migrate", cls=Explaining, short_help="Seal all secrets with a key of another kind.")
@ENVIRONMENT
@click.option(
    "--to",
    metavar="KEY",
    callback=_key,
    help="passphrase, a key of KMS: awskms://alias/name, or of Vault: hashivault://name?engine=mount."
    " Default: what `state.secrets` of ENV says.",
)
@_DRY_RUN
@_YES
def migrate(environment: Asked, *, to: str | None, dry_run: bool, yes: bool) -> ExitCode:
    """Seal all secrets with KEY, whatever seals them now; the state itself says that.

    A migration that was cut off goes on where it was: a stack has one key or the other, never both.
    """
    sealed = sealed_stacks(environment)
    if sealed.workspace.is_disposable and to not in (None, BY_PHRASE):
        raise click.UsageError(
            "The cloud on a desk keeps a passphrase of its own; no other key is of use to it."
        )
    if not yes and not dry_run:
        must_be_able_to_ask(typed_again("--yes"))
    target = sealed.address(to) if to else sealed.setting.key
    code = _changed(sealed, environment, Migration(target), dry_run=dry_run, yes=yes)
    if code is ExitCode.DONE and target != sealed.setting.key:
        out().write(text.setting_text(to or target, sealed.setting.key, sealed.setting.place))
    return code


def _changed(
    sealed: SealedStacks, environment: Asked, change: KeyChange, *, dry_run: bool, yes: bool
) -> ExitCode:
    """Try all stacks first, then change one after the other; nothing is written if one of them would fail."""
    found, code = _through(sealed, environment, change, Access.READ, text.trial_text)
    if code is not ExitCode.DONE:
        out().say("\nNothing was changed.")
        return code
    if dry_run or not any(each.sealing is Sealing.ANEW for each in found):
        return code
    if not yes and not agreed("Seal these secrets anew? A backup of each state is kept.", "yes"):
        out().say("Nothing was changed.")
        return ExitCode.FAILED
    out().say("")
    done, code = _through(sealed, environment, change, Access.WRITE, text.resealed_text)
    if code is not ExitCode.DONE:
        out().say(f"\nThe other stacks have the new key. To go on:\n\n  {as_typed(typed_again())}")
        return code
    out().write(text.ending_text(change, done))
    return code


def _through(
    sealed: SealedStacks,
    environment: Asked,
    change: KeyChange,
    access: Access,
    told: Callable[[KeyChange, str, str, Resealed], str],
) -> tuple[list[Resealed], ExitCode]:
    found: list[Resealed] = []

    def one(stack: Stack) -> ExitCode:
        found.append(sealed.reseal(stack, change, access))
        out().write(told(change, stack.project, stack.name, found[-1]))
        return ExitCode.DONE

    return found, every_stack(sealed.workspace, environment, one)


def _new_passphrase() -> str:
    """From its variable or its file, else from the person; never an empty one."""
    given = new_passphrase()
    if given is None:
        must_be_able_to_ask(f"{_VARIABLE}_FILE=FILE {typed_again()}")
        given = click.prompt("New passphrase", hide_input=True, confirmation_prompt=True)
    if not given:
        raise click.UsageError(f"The new passphrase is empty. Set another one in {_VARIABLE}.")
    return str(given)
