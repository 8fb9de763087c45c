"""`provisioner state import`: a state in a file becomes that of a stack."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, cast

import click

from provisioner.asked import Asked
from provisioner.cli.amending import AMENDING, How, Step, amend
from provisioner.cli.exit_code import ExitCode
from provisioner.cli.explaining import ENVIRONMENT, Explaining
from provisioner.engine.amending import Document, Fit, Ledger, Misfit, stacks_in
from provisioner.engine.amendment_failures import DoesNotFit, ImportUnreadable
from provisioner.engine.interface import Stack
from provisioner.ledger_wiring import imports


@click.command("import", cls=Explaining, short_help="Record what a file holds, as `state export` wrote it.")
@ENVIRONMENT
@click.option(
    "--file",
    "file",
    required=True,
    type=click.Path(path_type=Path, allow_dash=True),
    metavar="F",
    help="What `state export` or `pulumi stack export` wrote, or a backup; - is standard input.",
)
@click.option("--force", is_flag=True, help="Also of another lineage, or an older one.")
@AMENDING
def import_state(environment: Asked, *, file: Path, force: bool, dry_run: bool, yes: bool) -> ExitCode:
    """Record what the file holds in place of what is recorded now. Nothing in the cloud changes.

    The file says which stacks it is about; one with several states is imported as a whole, or not at all. Its
    secrets are opened, and sealed with the key of the stack. The stack goes to the engine that `--engine` or
    the environment file names.
    """
    how = How(dry_run, yes)
    how.must_be_answerable()
    found = imports(environment)
    fit = Fit.FORCED if force else Fit.EXACT
    pairs = [(_stack(each, found.workspace.stacks), each) for each in documents(file)]
    if len({stack.full_name for stack, _ in pairs}) < len(pairs):
        raise ImportUnreadable(str(file), "it holds more than one state of the same stack")

    def decide(opened: Mapping[str, Ledger]) -> Sequence[Step]:
        those = ((stack, opened[stack.full_name], document) for stack, document in pairs)
        steps = [Step(stack, ledger, ledger.imported(document, fit)) for stack, ledger, document in those]
        return [step for step in steps if step.amended.notes]

    afterwards = "Nothing in the cloud was changed. The next plan tells the difference."
    return amend(found, [stack for stack, _ in pairs], decide, how, afterwards)


def documents(file: Path) -> Sequence[Document]:
    """The states in a file, one after the other. Raises `ImportUnreadable`."""
    try:
        with click.open_file(str(file), "rb") as stream:
            text = stream.read().decode("utf-8", "surrogatepass")
        return [Document(raw, str(file)) for raw in _objects(text)]
    except OSError as refused:
        raise ImportUnreadable(str(file), refused.strerror or str(refused)) from refused
    except ValueError as wrong:
        raise ImportUnreadable(str(file), f"it is not JSON: {wrong}") from wrong


def _objects(text: str) -> Iterator[dict[str, Any]]:
    decoder, rest = json.JSONDecoder(), text.strip()
    if not rest:
        raise ValueError("it is empty")
    while rest:
        found, end = decoder.raw_decode(rest)
        if not isinstance(found, dict):
            raise json.JSONDecodeError("not an object", rest, 0)
        yield cast("dict[str, Any]", found)
        rest = rest[end:].lstrip()


def _stack(document: Document, stacks: Sequence[Stack]) -> Stack:
    """The stack that a document is about. Raises `DoesNotFit` and `ImportUnreadable`."""
    said = _said(document)
    project, _, name = said.partition("/")
    for stack in stacks:
        if (stack.project, stack.name) == (project, name):
            return stack
    there = ", ".join(f"{stack.project}/{stack.name}" for stack in stacks)
    raise DoesNotFit(there, document.file, ((Misfit.STACK, said, there),))


def _said(document: Document) -> str:
    """`<project>/<stack>` as the resources have it, and without any as a state file is headed."""
    headed = ""
    match document.raw:
        case {"checkpoint": {"latest": dict(), "stack": str(full_name)}}:
            deployment = cast("Mapping[str, Any]", document.raw["checkpoint"]["latest"])
            headed = full_name.partition("/")[2]
        case {"deployment": dict()}:
            deployment = cast("Mapping[str, Any]", document.raw["deployment"])
        case _:
            raise ImportUnreadable(document.file, "it holds no deployment")
    found = stacks_in(deployment) or ((headed,) if headed else ())
    if len(found) != 1:
        what = f"its resources are of several stacks, {', '.join(found)}" if found else "it holds no resource"
        raise ImportUnreadable(document.file, what)
    return found[0]
