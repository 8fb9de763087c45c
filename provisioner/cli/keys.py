"""`provisioner keys`: the keys of an environment, what needs them, and how old they are."""

from __future__ import annotations

import difflib

import click

from provisioner.asked import Asked
from provisioner.cli.asking import agreed, must_be_able_to_ask
from provisioner.cli.exit_code import ExitCode
from provisioner.cli.explaining import ENVIRONMENT, Explaining, typed_again
from provisioner.cli.screen import err, out
from provisioner.engine.key_failures import NoSuchKey
from provisioner.keyring.entry import Entry, Ring
from provisioner.keyring.key import Kind
from provisioner.report import keys_text as text
from provisioner.report.machine import document
from provisioner.ring_wiring import keyring


@click.group("keys")
def command() -> None:
    """The keys of an environment: in KMS, in Vault, and issuers of certificates."""


_JSON = click.option("--json", "as_json", is_flag=True, help="For programs.")


@command.command("list", cls=Explaining, short_help="Each key, what needs it, its age, its next rotation.")
@ENVIRONMENT
@_JSON
def listed(environment: Asked, *, as_json: bool) -> ExitCode:
    """Each key, how many resources need it, how old it is, when it rotates and when it is deleted.

    From the states of all stacks, and from KMS and Vault, where they can be asked. Changes nothing.
    """
    ring = keyring(environment).ring
    if as_json:
        out().write(document(text.document_of(ring)))
    else:
        _notes(ring)
        out().write(text.list_text(ring))
    return ExitCode.DONE


@command.command("report", cls=Explaining, short_help="The same as evidence: a document in Markdown.")
@ENVIRONMENT
@_JSON
def report(environment: Asked, *, as_json: bool) -> ExitCode:
    """Who asks for proof gets this: each key with its purpose, its dates, and everything that needs it."""
    ring = keyring(environment).ring
    out().write(document(text.document_of(ring)) if as_json else text.report_text(ring))
    return ExitCode.DONE


@command.command("rotate", cls=Explaining, short_help="Give a key new material at once.")
@ENVIRONMENT
@click.argument("key")
@click.option("--yes", is_flag=True, help="Do not ask.")
@_JSON
def rotate(environment: Asked, key: str, *, yes: bool, as_json: bool) -> ExitCode:
    """Give KEY new material at once: its name, its URN, its alias or its id, as `keys list` has them.

    What it has encrypted before stays readable. The next rotation by itself comes when it would have come.
    """
    found = keyring(environment)
    entry = _meant(found.ring, key)
    if not yes:
        must_be_able_to_ask(typed_again("--yes"), is_impossible=as_json)
        err().say(text.before_rotation_text(entry))
        if not agreed(f"Rotate {entry.key.name} now?", "yes"):
            out().say("Nothing was changed.")
            return ExitCode.FAILED
    after = found.rotate(entry)
    if as_json:
        out().write(document(text.rotated_document(found.ring, after)))
    else:
        out().write(f"{entry.key.name} was rotated.\n{text.openable_text(after)}\n")
    return ExitCode.DONE


def _meant(ring: Ring, key: str) -> Entry:
    """The one key that is called so. Raises `NoSuchKey`."""
    found = [each for each in ring.entries if key in _names(each)]
    if len(found) != 1:
        names = tuple(name for each in ring.entries for name in _names(each)[:1])
        near = difflib.get_close_matches(key, names, n=3) if not found else [each.key.urn for each in found]
        raise NoSuchKey(key, len(found), tuple(near) or names)
    if found[0].key.kind in (Kind.ISSUER, Kind.REPLICA):
        raise click.UsageError(text.not_rotated_text(found[0]))
    return found[0]


def _names(entry: Entry) -> tuple[str, ...]:
    """What it is called: in the program, by its service, and in the environment file."""
    key = entry.key
    short = (key.id.rpartition("/")[2],) if key.kind is Kind.TRANSIT else ()
    return (key.name, key.urn, key.id, *key.aliases, *short)


def _notes(ring: Ring) -> None:
    for note in ring.notes:
        err().say(f"note: {note}")
